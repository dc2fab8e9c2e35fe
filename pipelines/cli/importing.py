"""`rigonomics import`: the tables of a file or a page into a new snapshot, with what they are taken for and what was
read."""

import argparse
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from pipelines.cli import run as refreshing
from pipelines.cli.run import day
from pipelines.errors import CheckFailed, RigonomicsError
from pipelines.project import Project, locate

if TYPE_CHECKING:
    from pipelines.importing.found import Document
    from pipelines.importing.proposal import Origin, Proposal
    from pipelines.importing.snapshots import Arrival

SHOWN_REASONS = 12
LONGEST_SHOWN = 150


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "import",
        help="bring the tables of a file or page into data/raw",
        description="Find the tables or records of a CSV, JSON, Markdown or HTML file, of a page on the web, or of "
        "standard input; recognise public feeds by their shape; propose what columns mean, read them as a refresh "
        "would, and keep them as a new snapshot of a source under data/raw. What is not understood is left out or "
        "rejected, each with its reason. A second import of the same source takes over the contract of the first with "
        "whatever was fixed in it.",
        epilog="example: rigonomics import saved-page.html --source shop-prices --dry-run",
    )
    command.add_argument(
        "origin",
        metavar="FILE|URL|-",
        help="a file (.csv .tsv .json .jsonl .md .html .txt, also .gz), an address, or - for standard input",
    )
    command.add_argument("--source", metavar="ID", help="folder under data/raw (default: made from the name)")
    command.add_argument("--title", help="what a new source is called (default: the document's own title)")
    command.add_argument("--table", metavar="N", type=int, nargs="+", default=[], help="only these of its tables")
    command.add_argument("--on", metavar="DAY", type=day, help="day on which the tables were seen (default: today)")
    command.add_argument(
        "--as",
        dest="feed",
        metavar="FEED",
        help="read it as this public feed, whatever its shape; --as list names them",
    )
    command.add_argument(
        "--set",
        dest="given",
        metavar="FACET=VALUE",
        action="append",
        default=[],
        help='what holds for all of it and is not in it: --set hardware="2x RTX 3090" --set model="Llama 3 70B"',
    )
    command.add_argument("--dry-run", action="store_true", help="show all of it, write nothing")
    command.add_argument(
        "--format",
        choices=("text", "json"),
        default="text",
        help="json: readings, rejected, quarantined and ignored for scripts",
    )
    command.add_argument(
        "--draft", metavar="DIR", type=Path, help="leave the CSV and tables.toml there, to be fixed by hand"
    )
    command.add_argument("--no-refresh", action="store_true", help="do not refresh afterwards")
    command.set_defaults(run=run)  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Find, propose, read, keep, refresh; each said on the way."""
    from pipelines.contracts.catalogue import load_catalogue
    from pipelines.contracts.vocabulary import load_vocabulary
    from pipelines.importing.catalogue_entries import new_parts, with_build, with_parts
    from pipelines.importing.documents import check_tables
    from pipelines.importing.feeds import load_feeds, recognised
    from pipelines.importing.fetching import is_url
    from pipelines.importing.origins import read_origin
    from pipelines.importing.snapshots import arrive, check_not_shrunken, check_place, plan, selected

    project, today = locate(), date.today()
    feeds = load_feeds(project)
    if options.feed == "list":
        print("\n".join(f"{feed.name:20} {feed.title}" for feed in feeds))
        return 0
    on = options.on or today
    vocabulary, catalogue = load_vocabulary(project.vocabulary), load_catalogue(project.catalogue)
    given = _given(options.given)
    is_page = is_url(options.origin)
    source_id = options.source or _source_id(project, options.origin, is_page)
    check_place(project, source_id, on, today)
    document = read_origin(options.origin)
    proposals = recognised(document, feeds, options.feed, given, on, vocabulary, catalogue)
    if proposals is None:
        check_tables(document, _shown(options.origin))
        tables = selected(document.tables, options.table)
        published_on = _stated_day(project, source_id) or document.published_on
        proposals = plan(
            project, tables, source_id, on, vocabulary, catalogue, published_on=published_on, given=given
        )  # fmt: skip
    if is_page:
        check_not_shrunken(project, source_id, [proposal.table for proposal in proposals], options.origin)
    origin = _origin(options, document, source_id, is_page)
    kept = [proposal for proposal in proposals if proposal.reads or options.table]
    read = kept or proposals
    builds = _builds(read, source_id)
    for key, name in builds.items():
        catalogue = with_build(catalogue, key, name, source_id)
    parts = new_parts([part for proposal in read for part in proposal.parts], catalogue)
    catalogue = with_parts(catalogue, parts)
    arrival = arrive(project, origin, on, read, vocabulary, catalogue, keep=not options.dry_run and bool(kept))
    if kept and not options.dry_run:
        _add_entries(project, parts, builds, source_id)
    _show(options, arrival, proposals, read, parts)
    if not kept:
        if options.dry_run or options.draft is not None:
            return 0
        raise RigonomicsError(
            "No column of these tables reads as a figure of the vocabulary, so nothing is imported.",
            "--draft DIR leaves the CSV and its contract there to be fixed by hand.",
        )
    if options.dry_run or options.no_refresh:
        return 0
    return _refresh(arrival)


def _add_entries(
    project: Project, parts: Mapping[str, Mapping[str, Any]], builds: Mapping[str, str], source_id: str
) -> None:
    """Enter new parts and systems in the catalogue; a system that it has already stays as it is."""
    from pipelines.importing.catalogue_entries import add_entry

    for key, entry in parts.items():
        add_entry(project, "hardware", key, entry)
    for key, name in builds.items():
        if f"[builds.{key}]" not in project.catalogue.read_text(encoding="utf-8"):
            add_entry(project, "builds", key, {"name": name, "source_id": source_id})


def _show(
    options: argparse.Namespace,
    arrival: "Arrival",
    proposals: list["Proposal"],
    read: list["Proposal"],
    parts: Mapping[str, Mapping[str, Any]],
) -> None:
    """Print what was found and read, as text or JSON, and write the draft that was asked for."""
    from pipelines.importing.reporting import report
    from pipelines.importing.snapshots import write_draft

    if options.draft is not None:
        names = write_draft(options.draft, read)
    if options.format == "json":
        print(json.dumps(report(arrival, proposals, _shown(options.origin), parts), ensure_ascii=False))
        return
    _tell(options, arrival, proposals, read)
    for key, entry in parts.items():
        verb = "would add" if options.dry_run else "added"
        print(f"{verb} [hardware.{key}] to data/catalogue.toml: {_shown(entry['name'])} ({entry['kind']})")
    if options.draft is not None:
        print(f"left to be fixed: {', '.join(names)} in {options.draft}")


def _refresh(arrival: "Arrival") -> int:
    try:
        return refreshing.run(argparse.Namespace(force=False, as_of=None, no_report=False, quiet=False, without=[]))
    except CheckFailed:
        print(f"The snapshot is in {arrival.folder}: fix its tables.toml, or take the folder away.")
        raise


def _builds(proposals: list["Proposal"], source_id: str) -> dict[str, str]:
    """The systems whose parts the tables hold, by their new ids; each table's rows get its own."""
    from pipelines.importing.documents import slug

    builds: dict[str, str] = {}
    for proposal in proposals:
        if proposal.build:
            key = slug(f"{source_id} {proposal.table.name}", "-", source_id)
            proposal.section["defaults"]["build"] = key
            builds[key] = proposal.build
    return builds


def _given(written: list[str]) -> dict[str, str]:
    from pipelines.contracts.facets import FACET_VALUES, Locale, choices

    given: dict[str, str] = {}
    for text in written:
        facet, sign, value = text.partition("=")
        facet = facet.strip()
        known = {**FACET_VALUES, "locale": choices(Locale)}
        if not sign or not value.strip() or facet not in known:
            raise RigonomicsError(f"--set {text!r} sets no facet.", f"Facets are {', '.join(known)}.")
        allowed = known[facet]
        if allowed is not None and value.strip() not in allowed:
            raise RigonomicsError(f"--set {facet} may be {', '.join(allowed)}, not {value!r}.")
        given[facet] = value.strip()
    return given


# ---- where it is from


def _source_id(project: Project, origin: str, is_page: bool) -> str:
    """The source of the same address, else an id made from the file's name, or from host and path of the address."""
    from pipelines.importing.documents import slug

    if not is_page:
        name = "standard-input" if origin == "-" else Path(origin.removesuffix(".gz")).stem
        made = slug(name, "-", "imported")
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
    from pipelines.importing.proposal import Origin

    return Origin(
        source_id=source_id,
        title=options.title or document.title or source_id,
        publisher=(urlsplit(options.origin).hostname or "unknown") if is_page else "unknown",
        url=options.origin if is_page else "",
        published_on=document.published_on,
        document=document.title if is_page else Path(options.origin).name,
    )


# ---- what is said


def _tell(options: argparse.Namespace, arrival: "Arrival", proposals: list["Proposal"], read: list["Proposal"]) -> None:
    feed = f" of feed {proposals[0].feed}" if proposals[0].feed else ""
    count = f"{len(proposals)} {'table' if len(proposals) == 1 else 'tables'}"
    print(f"found {count}{feed} in {_shown(options.origin)}")
    for proposal in proposals:
        print("\n".join(_proposed(proposal)))
        if proposal in read:
            print("\n".join(_was_read(proposal, arrival)))
    if options.dry_run:
        print(f"\n{arrival.folder}/tables.toml would be:\n")
        print("\n".join(_shown(line) for line in arrival.contract.splitlines()))
    _say_where(arrival, dry=options.dry_run)


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


def _was_read(proposal: "Proposal", arrival: "Arrival") -> list[str]:
    """What came of a table's cells, and each reason for which some were refused or held back."""
    raw_file = f"{arrival.folder}/{proposal.table.name}.csv"
    held = arrival.quarantined.filter(arrival.quarantined["raw_file"] == raw_file)
    lines = [
        f"  read {counts['observed']} of {counts['cells']} cells as {counts['observations']} observations; "
        f"{counts['label']} labels, {counts['ignored']} ignored, {counts['empty']} empty, {counts['rejected']} rejected"
        + (f", {held.height} quarantined" if held.height else "")
        for counts in arrival.observed.counts.iter_rows(named=True)
        if counts["raw_file"] == raw_file
    ]
    refused: dict[tuple[str, str], list[str]] = {}
    for what, frame in (("rejected", arrival.observed.rejected), ("quarantined", held)):
        for row in frame.iter_rows(named=True):
            if row["raw_file"] == raw_file:
                place = f"row {row['raw_row']} {row['column_name']}"
                refused.setdefault((what, row["reason"]), []).append(place)
    for out in proposal.left_out:
        refused.setdefault(("left out", out.reason), []).append(f"row {out.row}")
    for (what, reason), places in list(refused.items())[:SHOWN_REASONS]:
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        lines.append(f"    {what}: {_shown(reason)} ({_shown(places[0])}{more})")
    if len(refused) > SHOWN_REASONS:
        lines.append(f"    rejected for {len(refused) - SHOWN_REASONS} more reasons")
    return lines


def _say_where(arrival: "Arrival", *, dry: bool) -> None:
    total, rejected = arrival.observed.observations.height, arrival.observed.rejected.height
    held = f", {arrival.quarantined.height} quarantined" if arrival.quarantined.height else ""
    done = "would be kept in" if dry else "kept in"
    new = ", a new source" if arrival.is_new_source else ""
    print(f"\n{total} observations, {rejected} rejected readings{held}; {done} {arrival.folder}{new}")
    if dry:
        print("nothing was written: this was a dry run")
    elif rejected:
        print(f"what was rejected can be fixed in {arrival.folder}/tables.toml and data/catalogue.toml")
    if held and not dry:
        print("what is quarantined is published once somebody vouches for it: rigonomics release --help")


def _shown(text: str) -> str:
    """A text from a page, fit for a terminal: one line, nothing that steers it, not endless."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= LONGEST_SHOWN else f"{plain[: LONGEST_SHOWN - 1]}…"
