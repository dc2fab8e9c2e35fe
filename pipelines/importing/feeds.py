"""Public feeds by their shape: declared in data/feeds/*.toml, recognised in a document, its records made a table of
ours.

A declaration says which fields make a document this feed, where its records are, what each field is, which records are
left out and why. A document that has the feed's mark but lacks what is expected of it is refused whole: nothing is
guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.toml import read_toml
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import ContractError, RigonomicsError
from pipelines.importing.feed_records import tables_of
from pipelines.importing.found import Document, FoundTable
from pipelines.importing.proposal import Proposal
from pipelines.project import Project


@dataclass(frozen=True)
class Feed:
    """A declared feed. needs: the fields by which it is known; expects: without which it is refused.

    aliases: other headers of a field. values: of a column, other words for its texts. order: the lowest is tried first.
    """

    name: str
    title: str
    kind: str
    needs: tuple[str, ...]
    forms: tuple[str, ...] = ()
    records: str = ""
    expects: tuple[str, ...] = ()
    columns: Mapping[str, Any] = field(default_factory=dict)
    wide: tuple[Mapping[str, Any], ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    defaults: Mapping[str, Any] = field(default_factory=dict)
    aliases: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    distinct: bool = False
    remarks: tuple[str, ...] = ()
    order: int = 50
    address: str = ""
    """Where `rigonomics update` fetches it; '' if it is only imported."""
    licence: str = ""
    terms: str = ""
    publisher: str = "unknown"
    least_share: float = 0.5
    """Share of the last snapshot's rows below which a download is taken for a broken one."""
    factor: float = 3
    """Times that a figure may be off the feed's last one of the same thing."""
    most_moved: float = 0.05
    """Share of figures further off above which nothing of a download is taken."""


KEYS = {one.name for one in fields(Feed)} - {"name"}


def load_feeds(project: Project) -> list[Feed]:
    """Every declared feed, the most particular first. Raises ContractError naming the file."""
    feeds = []
    for path in sorted((project.root / "data" / "feeds").glob("*.toml")):
        place = project.relative(path)
        spec = read_toml(path, place)
        if unknown := sorted(set(spec) - KEYS):
            raise ContractError(f"{place} has unknown key {unknown[0]!r}.", f"Known: {', '.join(sorted(KEYS))}.")
        if missing := [key for key in ("title", "kind", "needs") if key not in spec]:
            raise ContractError(f"{place} lacks {missing[0]}.", "data/feeds/README.md shows a whole one.")
        settings: dict[str, Any] = {key: tuple(v) if isinstance(v, list) else v for key, v in spec.items()}
        feeds.append(Feed(path.stem, **settings))
    return sorted(feeds, key=lambda feed: (feed.order, feed.name))


def recognised(
    document: Document,
    feeds: Sequence[Feed],
    forced: str | None,
    given: Mapping[str, str],
    on: date,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
) -> list[Proposal] | None:
    """The document's records as the feeds that know them, its other tables beside them; None if no feed knows it.

    Raises RigonomicsError if a forced feed does not fit, or a document has a feed's mark and not its shape.
    """
    from pipelines.importing.feed_tables import as_ours
    from pipelines.importing.parts import parts_list
    from pipelines.importing.proposing import propose

    if forced is not None and forced not in {feed.name for feed in feeds}:
        raise RigonomicsError(f"There is no feed {forced!r}.", f"There are {', '.join(feed.name for feed in feeds)}.")
    found: dict[int, Proposal] = {}
    for feed, table in _known(document, feeds if forced is None else [f for f in feeds if f.name == forced]):
        if table.number not in found:
            found[table.number] = as_ours(feed, table, document, given, on, catalogue)
    if forced is not None and not found:
        raise RigonomicsError(
            f"The document is no {forced}: {_difference(document, next(f for f in feeds if f.name == forced))}."
        )
    if not found:
        return parts_list(document, given, vocabulary, catalogue)
    if document.form in ("markdown", "html", "text") and forced is None:
        for table in document.tables:
            if table.number not in found:
                found[table.number] = propose(table, vocabulary, catalogue, observed_on=on, given=given)
    return [found[number] for number in sorted(found)]


def _known(document: Document, feeds: Sequence[Feed]) -> Iterator[tuple[Feed, FoundTable]]:
    """Each feed with each table that it knows. The records of JSON may be of several feeds, each at a path of its
    own."""
    paths: set[str] = set()
    for feed in feeds:
        if document.form == "json" and feed.records in paths:
            continue
        for table in tables_of(document, feed.name, feed.title, feed.forms, feed.records, feed.aliases):
            if not set(feed.needs) <= set(table.header):
                continue
            _check_shape(feed, table)
            if document.form == "json":
                paths.add(feed.records)
            yield feed, replace(table, number=len(paths)) if document.form == "json" else table


def _check_shape(feed: Feed, table: FoundTable) -> None:
    missing = [name for name in feed.expects if name not in table.header]
    if missing:
        raise RigonomicsError(
            f"It has the mark of {feed.name} ({', '.join(feed.needs)}) and lacks {', '.join(missing)}: its shape has "
            "changed, so nothing is taken.",
            f"Fix data/feeds/{feed.name}.toml, or save what you need as a table of its own.",
        )


def _difference(document: Document, feed: Feed) -> str:
    for table in document.tables:
        return f"it lacks {', '.join(name for name in feed.needs if name not in table.header)}"
    return "it holds no records"
