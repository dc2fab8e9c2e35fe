"""`rigonomics price add`: one price noted by hand, into a source of the user's own."""

import argparse
import sys
from datetime import date
from typing import Any

from pipelines.cli.run import day
from pipelines.errors import RigonomicsError
from pipelines.project import locate

CONDITIONS = ("msrp", "street", "new", "used", "open_box", "list")


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    price = commands.add_parser("price", help="note a price down", description="Prices noted by hand.")
    actions = price.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser(
        "add",
        help="append one price to data/raw/own-prices",
        description="Append one price to a source of your own under data/raw. The item is named as the catalogue or "
        "any source names it; a name that leads nowhere is answered with the nearest ones.",
        epilog='example: rigonomics price add "RTX 5090" 2899 --condition street --on 2026-11-20 --vendor "a shop"',
    )
    add.add_argument("item", help="what it is the price of")
    add.add_argument(
        "price", help="USD as 2899, $2,899 or $2,800-2,950; another currency by its sign: 2.499,00 €, £1,999"
    )
    add.add_argument("--condition", required=True, choices=CONDITIONS, help="kind of price")
    add.add_argument("--on", metavar="DAY", type=day, help="day on which it was seen (default: today)")
    add.add_argument("--lot", metavar="N", type=_count, default=1, help="pieces that the price pays for (default: 1)")
    add.add_argument("--vendor", default="", help="who asks it")
    add.add_argument("--url", default="", help="where it is")
    add.add_argument("--note", default="", help="any other condition")
    add.add_argument("--source", metavar="ID", default="own-prices", help="folder under data/raw (default: own-prices)")
    add.add_argument("--yes", action="store_true", help="note it even if it is far from what is known")
    add.add_argument("--replace", action="store_true", help="correct the same note if it is there with another price")
    add.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Note the price and say where it is."""
    from pipelines.contracts.catalogue import load_catalogue
    from pipelines.contracts.vocabulary import load_vocabulary
    from pipelines.importing.own_prices import Note, add_price, check_note, far_off

    project, today = locate(), date.today()
    note = Note(
        item=options.item,
        price=options.price,
        condition=options.condition,
        on=options.on or today,
        lot_quantity=options.lot,
        vendor=options.vendor,
        url=options.url,
        note=options.note,
    )
    check_note(note, options.source, today)
    vocabulary, catalogue = load_vocabulary(project.vocabulary), load_catalogue(project.catalogue)
    doubt = None if options.yes else far_off(project, note, vocabulary, catalogue)
    if doubt is not None and not _agrees(doubt):
        raise RigonomicsError(
            f"The price is not noted: {doubt}.", "Say --yes if it is right; it is then held back until it is released."
        )
    noted = add_price(
        project,
        note,
        vocabulary,
        catalogue,
        today,
        source_id=options.source,
        replace=options.replace,
    )
    figure = f"{noted.low:,.10g}" + (f" to {noted.high:,.10g}" if noted.high != noted.low else "")
    lot = f" for {note.lot_quantity}" if note.lot_quantity > 1 else ""
    print(f"{noted.name} ({noted.hardware_id}): {figure} {noted.currency}{lot}, {note.condition}, on {note.on}")
    print(
        f"{'corrected' if noted.corrected else 'noted'} in {noted.raw_file} row {noted.row}. Next: rigonomics refresh"
    )
    return 0


def _agrees(doubt: str) -> bool:
    """Whether the user, asked on a terminal, says yes; without one the answer is no."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return False
    print(f"{doubt}. Note it all the same? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pieces")
    return int(text)
