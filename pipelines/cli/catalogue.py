"""`rigonomics catalogue add` and `rigonomics release`: what only a person can say, written where it is kept."""

import argparse
import getpass
import re
from datetime import date
from typing import Any

from pipelines.errors import RigonomicsError
from pipelines.project import locate

KINDS = (
    "gpu", "cpu", "system", "board", "memory", "storage", "psu", "case", "cooler", "network", "other", "model",
)  # fmt: skip


def add_to(commands: Any) -> None:
    """Add the subcommands."""
    catalogue = commands.add_parser("catalogue", help="add what things are called", description="The names of things.")
    actions = catalogue.add_subparsers(title="actions", metavar="ACTION", required=True)
    add = actions.add_parser(
        "add",
        help="write an entry of data/catalogue.toml",
        description="Append an item or a model to data/catalogue.toml; refused if a name of it is another's.",
        epilog='example: rigonomics catalogue add "Tesla P40" --kind gpu --memory 24GiB --vendor NVIDIA',
    )
    add.add_argument("name", help="what the report is to print")
    add.add_argument("--kind", required=True, choices=KINDS, help="what it is")
    add.add_argument("--vendor", default="", help="who makes it")
    add.add_argument(
        "--memory", metavar="SIZE", help="of a card, as 24GB or 24GiB: the name with it is another name of it"
    )
    add.add_argument("--params", metavar="B", type=float, help="of a model: parameters in billions")
    add.add_argument(
        "--active", metavar="B", type=float, help="of a mixture of experts: parameters of a token in billions"
    )
    add.add_argument("--alias", action="append", default=[], help="another name of it")
    add.set_defaults(run=run_add)
    release = commands.add_parser(
        "release",
        help="let a quarantined figure through",
        description="Vouch for figures that the guard holds back: a line of data/releases.csv each, with who says so "
        "and why.",
        epilog='example: rigonomics release data/raw/my-list/2026-11-20/list.csv --row 3 --because "a lot of '
        'broken cards"',
    )
    release.add_argument("file", help="path of the CSV, as quarantined_rows names it")
    release.add_argument("--row", type=int, action="append", default=[], help="only this row of it; may be repeated")
    release.add_argument("--because", required=True, metavar="WHY", help="why the figure is true")
    release.add_argument("--by", default="", metavar="WHO", help="who says so (default: the user of this machine)")
    release.set_defaults(run=run_release)


def run_add(options: argparse.Namespace) -> int:
    """Write the entry and say where it is."""
    from pipelines.importing.catalogue_entries import add_entry, entry_id

    project = locate()
    aliases = list(options.alias)
    if options.memory:
        size = re.fullmatch(r"(?i)(\d+) ?(?:GB|GiB|G)", options.memory.strip())
        if size is None:
            raise RigonomicsError(f"--memory {options.memory!r} is no size.", "Write it as 24GB or 24GiB.")
        aliases.append(f"{options.name} {size[1]}GB")
    fields: dict[str, Any] = {"name": options.name}
    section = "models" if options.kind == "model" else "hardware"
    if section == "models":
        given = {"params_b": options.params, "active_params_b": options.active}
        fields |= {key: value for key, value in given.items() if value is not None}
        fields["architecture"] = "moe" if options.active else "dense"
    else:
        fields |= {"kind": options.kind, "vendor": options.vendor}
    fields["aliases"] = list(dict.fromkeys(aliases))
    key = entry_id(options.name)
    add_entry(project, section, key, fields)
    print(f"added [{section}.{key}] to data/catalogue.toml: {options.name}")
    return 0


def run_release(options: argparse.Namespace) -> int:
    """Write the releases and say how many."""
    import polars as pl

    from pipelines.ingest.releases import add_releases
    from pipelines.warehouse.reading import open_published

    project = locate()
    with open_published(project) as connection:
        held = connection.sql(
            "select raw_file, raw_row, column_name, raw_text from quarantined_rows where released_by is null"
        ).pl()
    caught = held.filter(pl.col("raw_file") == options.file)
    if options.row:
        caught = caught.filter(pl.col("raw_row").is_in(options.row))
    if caught.is_empty():
        raise RigonomicsError(
            f"Nothing of {options.file} is quarantined.", 'rigonomics sql "from quarantined_rows" lists what is.'
        )
    count = add_releases(project, caught, options.by or getpass.getuser(), date.today(), options.because)
    print(f"released {count} figures in data/releases.csv. Next: rigonomics refresh")
    return 0
