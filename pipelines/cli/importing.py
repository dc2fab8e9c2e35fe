"""`rigonomics import`: the tables of a file or a page into a new snapshot, with what they are taken for and what was read."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pipelines.cli import run as refreshing
from pipelines.cli.run import day
from pipelines.contracts.files import read_file
from pipelines.errors import CheckFailed, RigonomicsError
from pipelines.project import Project, locate

if TYPE_CHECKING:
    from pipelines.importing.documents import Document, FoundTable
    from pipelines.importing.proposing import Proposal
    from pipelines.importing.snapshots import Arrival, Origin

SHOWN_REASONS = 8
LONGEST_SHOWN = 150


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "import",
        help="bring the tables of a file or page into data/raw",
        description="Find the tables of a CSV, Markdown or HTML file, or of a page on the web, propose what their columns "
        "mean, read them as a refresh would, and keep them as a new snapshot of a source under data/raw. A second import of "
        "the same source takes over the contract of the first with whatever was mended in it.",
        epilog="example: rigonomics import saved-page.html --source shop-prices --dry-run",
    )
    command.add_argument("origin", metavar="FILE|URL", help=".csv, .tsv, .md, .html, or an http or https address")
    command.add_argument("--source", metavar="ID", help="folder under data/raw (default: made from the name)")
    command.add_argument("--title", help="what a new source is called (default: the document's own title)")
    command.add_argument("--table", metavar="N", type=int, nargs="+", default=[], help="only these of its tables")
    command.add_argument("--on", metavar="DAY", type=day, help="day on which the tables were seen (default: today)")
    command.add_argument("--dry-run", action="store_true", help="show all of it, write nothing")
    command.add_argument("--no-refresh", action="store_true", help="do not refresh afterwards")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Find, propose, read, keep, refresh; each told on the way."""
    from pipelines.contracts.catalogue import load_catalogue
    from pipelines.contracts.vocabulary import load_vocabulary
    from pipelines.importing.fetching import is_url
    from pipelines.importing.snapshots import arrive, check_not_shrunken, check_place, plan, selected

    project, today = locate(), date.today()
    on = options.on or today
    vocabulary, catalogue = load_vocabulary(project.vocabulary), load_catalogue(project.catalogue)
    is_page = is_url(options.origin)
    source_id = options.source or _source_id(project, options.origin, is_page)
    check_place(project, source_id, on, today)
    document = _from_web(options.origin) if is_page else _from_file(Path(options.origin))
    tables = selected(document.tables, options.table)
    if is_page:
        check_not_shrunken(project, source_id, tables, options.origin)
    origin = _origin(options, document, source_id, is_page)
    published_on = _stated_day(project, source_id) or origin.published_on
    proposals = plan(project, tables, source_id, on, vocabulary, catalogue, published_on=published_on)
    kept = [proposal for proposal in proposals if proposal.reads or options.table]
    print(
        f"found {len(document.tables)} {'table' if len(document.tables) == 1 else 'tables'} in {_shown(options.origin)}"
    )
    if not kept:
        for proposal in proposals:
            print("\n".join(_proposed(proposal)))
        raise RigonomicsError(
            "No column of these tables reads as a figure of the vocabulary, so nothing is imported.",
            "Name a table with --table to see its cells refused one by one, or write its contract by hand.",
        )
    arrival = arrive(project, origin, on, kept, vocabulary, catalogue, keep=not options.dry_run)
    for proposal in proposals:
        print("\n".join(_proposed(proposal)))
        if proposal in kept:
            print("\n".join(_was_read(proposal.table, arrival)))
    _say_where(arrival, dry=options.dry_run)
    if options.dry_run or options.no_refresh:
        return 0
    return _refresh(arrival)


def _refresh(arrival: "Arrival") -> int:
    try:
        return refreshing.run(argparse.Namespace(force=False, as_of=None, no_report=False, quiet=False))
    except CheckFailed:
        print(f"The snapshot stands in {arrival.folder}: mend its tables.toml, or take the folder away.")
        raise


# ---- where it is from


def _from_file(path: Path) -> "Document":
    from pipelines.importing.documents import FORMS, read_document
    from pipelines.ingest.cells import MAX_BYTES

    form = FORMS.get(path.suffix.lower())
    if form is None:
        raise RigonomicsError(f"{path} is no file that can be imported.", f"Its name has to end in {', '.join(FORMS)}.")
    content = read_file(path, str(path), MAX_BYTES)
    if not content.strip():
        raise RigonomicsError(f"{path} is empty.", "Save it again.")
    return read_document(content, form, path.name)


def _from_web(url: str) -> "Document":
    from pipelines.importing.documents import CONTENT_TYPES, FORMS, read_document
    from pipelines.importing.fetching import fetch

    page = fetch(url)
    form = CONTENT_TYPES.get(page.content_type)
    if page.content_type == "text/plain":
        form = FORMS.get(Path(urlsplit(page.url).path).suffix.lower())
    if form is None:
        raise RigonomicsError(
            f"{url} is {page.content_type or 'of no stated type'}, not a page, Markdown or CSV.",
            "Save what you need of it in such a file, and import that.",
        )
    name = unquote(urlsplit(page.url).path).rstrip("/").rsplit("/", 1)[-1] or urlsplit(page.url).hostname or url
    return read_document(page.content, form, name, page.charset)


def _source_id(project: Project, origin: str, is_page: bool) -> str:
    """The source of the same address, else an id made from the file's name, or from host and path of the address."""
    from pipelines.importing.documents import slug

    if not is_page:
        made = slug(Path(origin).stem, "-", "imported")
        before = _head(project, made).get("document")
        if before is not None and before != Path(origin).name:
            raise RigonomicsError(f"data/raw/{made} is from {before!r}.", "Name the source with --source.")
        return made
    for head in sorted(project.raw.glob("[!.]*/source.toml")):
        if _head(project, head.parent.name).get("url") == origin:
            return head.parent.name
    try:
        parts = urlsplit(origin)
    except ValueError as error:
        raise RigonomicsError(f"{origin!r} is no address: {error}.", "Give it as a browser shows it.") from error
    stem = Path(unquote(parts.path)).stem
    made = slug(f"{(parts.hostname or '').removeprefix('www.')} {stem}", "-", "imported")
    if (project.raw / made).exists():
        raise RigonomicsError(f"data/raw/{made} is another source.", "Name the source with --source.")
    return made


def _head(project: Project, source_id: str) -> dict[str, Any]:
    from pipelines.contracts.toml import read_toml

    path = project.raw / source_id / "source.toml"
    return read_toml(path, project.relative(path)) if path.is_file() else {}


def _stated_day(project: Project, source_id: str) -> str:
    return str(_head(project, source_id).get("published_on", ""))


def _origin(options: argparse.Namespace, document: "Document", source_id: str, is_page: bool) -> "Origin":
    from pipelines.importing.snapshots import Origin

    return Origin(
        source_id=source_id,
        title=options.title or document.title or source_id,
        publisher=(urlsplit(options.origin).hostname or "unknown") if is_page else "unknown",
        url=options.origin if is_page else "",
        published_on=document.published_on,
        document=document.title if is_page else Path(options.origin).name,
    )


# ---- what is told


def _proposed(proposal: "Proposal") -> list[str]:
    """A table, and what each column of it is taken for."""
    table, section = proposal.table, proposal.section
    meaning = f"kind {section['kind']}" if proposal.reads else "left out: no column reads as a figure"
    if proposal.is_taken_over:
        meaning += ", as in the last snapshot"
    lines = [
        "",
        f"table {table.number}: {_shown(table.title)} ({table.place}, {len(table.rows)} rows): {meaning}",
    ]
    rows: dict[str, Any] = {**section.get("attributes", {}), **section.get("columns", {})}
    width = min(max((len(_shown(name)) for name in rows), default=0), 30)
    lines += [f"  {_shown(name):{width}}  {_spec(spec)}" for name, spec in rows.items()]
    if section.get("defaults"):
        lines.append(f"  {'(every row)':{width}}  {_spec(section['defaults'])}")
    return lines + [f"  assumed: {_shown(remark)}" for remark in proposal.remarks]


def _spec(spec: Any) -> str:
    if isinstance(spec, list):
        return "; ".join(map(_spec, spec))
    if "ignore" in spec:
        return f"ignored: {_shown(str(spec['ignore']))}"
    return ", ".join(_shown(f"{key} {value}") for key, value in spec.items())


def _was_read(table: "FoundTable", arrival: "Arrival") -> list[str]:
    """What came of a table's cells, and each reason for which some were refused."""
    raw_file = f"{arrival.folder}/{table.name}.csv"
    counts = next(row for row in arrival.observed.counts.iter_rows(named=True) if row["raw_file"] == raw_file)
    lines = [
        f"  read {counts['observed']} of {counts['cells']} cells as {counts['observations']} observations; "
        f"{counts['label']} labels, {counts['ignored']} ignored, {counts['empty']} empty, {counts['rejected']} rejected"
    ]
    refused: dict[str, list[str]] = {}
    for row in arrival.observed.rejected.iter_rows(named=True):
        if row["raw_file"] == raw_file:
            refused.setdefault(row["reason"], []).append(f"row {row['raw_row']} {row['column_name']}")
    for reason, places in list(refused.items())[:SHOWN_REASONS]:
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        lines.append(f"    rejected: {_shown(reason)} ({_shown(places[0])}{more})")
    if len(refused) > SHOWN_REASONS:
        lines.append(f"    rejected for {len(refused) - SHOWN_REASONS} more reasons")
    return lines


def _say_where(arrival: "Arrival", *, dry: bool) -> None:
    total, rejected = arrival.observed.observations.height, arrival.observed.rejected.height
    done = "would be kept in" if dry else "kept in"
    new = ", a new source" if arrival.is_new_source else ""
    print(f"\n{total} observations, {rejected} rejected readings; {done} {arrival.folder}{new}")
    if dry:
        print("nothing was written: this was a dry run")
    elif rejected:
        print(f"what was rejected can be mended in {arrival.folder}/tables.toml and data/catalogue.toml")


def _shown(text: str) -> str:
    """A text from a page, fit for a terminal: one line, nothing that steers it, not endless."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[: LONGEST_SHOWN - 1]}…"
