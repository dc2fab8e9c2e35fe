"""Public feeds by their shape: declared in data/feeds/*.toml, recognised in a document, its records made a table of ours.

A declaration says which fields make a document this feed, where its records are, what each field is, which records are left
out and why. A document that has the feed's mark but lacks what is expected of it is refused whole: nothing is guessed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.toml import read_toml
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import ContractError, RigonomicsError
from pipelines.importing.facet_cells import READERS
from pipelines.importing.found import Document, FoundTable
from pipelines.importing.proposal import READ_SUFFIX, LeftOut, Proposal
from pipelines.importing.records import as_text, flattened
from pipelines.importing.rules import matching, template
from pipelines.importing.subjects import Names
from pipelines.importing.texts import devices_of, records_of_text
from pipelines.project import Project

KEYS = {
    "title", "kind", "forms", "records", "needs", "expects", "columns", "wide", "rules", "defaults", "distinct", "address",
    "licence", "terms", "publisher", "least_share", "factor", "most_moved", "order", "remarks",
}  # fmt: skip
ITSELF = "#value"
"""Field of a record that is no object."""


@dataclass(frozen=True)
class Feed:
    """A declared feed. needs: the fields by which it is known; expects: without which it is refused."""

    name: str
    title: str
    kind: str
    forms: tuple[str, ...]
    records: str
    needs: tuple[str, ...]
    expects: tuple[str, ...]
    columns: Mapping[str, Any]
    wide: Mapping[str, Any]
    rules: tuple[Mapping[str, Any], ...]
    defaults: Mapping[str, Any]
    distinct: bool
    remarks: tuple[str, ...]
    order: int
    address: str
    """Where `rigonomics update` fetches it; '' if it is only imported."""
    licence: str
    terms: str
    publisher: str
    least_share: float
    """Share of the last snapshot's rows below which a download is taken for a broken one."""
    factor: float
    """Times that a figure may be off the feed's last one of the same thing."""
    most_moved: float
    """Share of figures further off above which nothing of a download is taken."""


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
        feeds.append(
            Feed(
                path.stem,
                spec["title"],
                spec["kind"],
                tuple(spec.get("forms", ())),
                spec.get("records", ""),
                tuple(spec["needs"]),
                tuple(spec.get("expects", ())),
                spec.get("columns", {}),
                spec.get("wide", {}),
                tuple(spec.get("rules", ())),
                spec.get("defaults", {}),
                bool(spec.get("distinct", False)),
                tuple(spec.get("remarks", ())),
                int(spec.get("order", 50)),
                spec.get("address", ""),
                spec.get("licence", ""),
                spec.get("terms", ""),
                spec.get("publisher", "unknown"),
                float(spec.get("least_share", 0.5)),
                float(spec.get("factor", 3)),
                float(spec.get("most_moved", 0.05)),
            )
        )
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
    """The document's records as the first feed that knows them, or None if none does.

    Raises RigonomicsError if a forced feed does not fit, or a document has a feed's mark and not its shape.
    """
    from pipelines.importing.parts import parts_list

    if forced is not None and forced not in {feed.name for feed in feeds}:
        raise RigonomicsError(f"There is no feed {forced!r}.", f"There are {', '.join(feed.name for feed in feeds)}.")
    found: list[Proposal] = []
    taken: set[int] = set()
    for feed in feeds if forced is None else [feed for feed in feeds if feed.name == forced]:
        for table in _tables(document, feed):
            if table.number in taken or not set(feed.needs) <= set(table.header):
                continue
            _check_shape(feed, table)
            taken.add(table.number)
            found.append(_as_ours(feed, table, {**_hardware_in_text(feed, table, document, catalogue), **given}, on))
        if found and document.form in ("json", "csv"):
            break
    if forced is not None and not found:
        raise RigonomicsError(
            f"The document is no {forced}: {_difference(document, next(f for f in feeds if f.name == forced))}."
        )
    if forced is None and not found:
        return parts_list(document, given, vocabulary, catalogue)
    if document.form in ("markdown", "html"):
        return (
            found
            if len(taken) == len(document.tables) or forced is not None
            else _with_others(document, found, taken, given, on, vocabulary, catalogue)
        )
    return found or None


def _hardware_in_text(feed: Feed, table: FoundTable, document: Document, catalogue: Catalogue) -> dict[str, str]:
    """The hardware of a table that has no column for it: as the tool printed it before, else as the title names it."""
    stated = [name for name, spec in feed.columns.items() if spec.get("facet") == "hardware" and name in table.header]
    if feed.kind != "benchmark" or stated:
        return {}
    printed = devices_of(document.text)
    if printed is not None:
        return {"hardware": printed}
    titled = Names(catalogue).within("hardware", table.title)
    count = re.search(r"(?i)(?<![\w.])(\d{1,2}) ?[x×] ?(?=[a-z])", table.title) if titled else None
    return {} if titled is None else {"hardware": titled, **({"count": count[1]} if count else {})}


def _with_others(
    document: Document, found: list[Proposal], taken: set[int], given: Mapping[str, str], on: date,
    vocabulary: Vocabulary, catalogue: Catalogue,
) -> list[Proposal]:  # fmt: skip
    """The other tables of a page that holds a feed's."""
    from pipelines.importing.proposing import propose

    others = [
        propose(table, vocabulary, catalogue, observed_on=on, given=given)
        for table in document.tables if table.number not in taken
    ]  # fmt: skip
    return sorted([*found, *others], key=lambda proposal: proposal.table.number)


# ---- where the records are


def _tables(document: Document, feed: Feed) -> Iterator[FoundTable]:
    if feed.forms and document.form not in feed.forms and "text" not in feed.forms:
        return
    if "text" in feed.forms:
        if document.tables:
            return
        header, rows = records_of_text(feed.name, document.text)
        if rows:
            yield FoundTable(1, _slug(feed), feed.title, "the whole text", header, rows, form="text")
    elif document.form == "json" and document.content is not None:
        records = list(_walk(document.content, [step for step in feed.records.split(".") if step], {}))
        header = tuple(dict.fromkeys(key for record in records for key in record))
        if set(feed.needs) <= set(header):
            rows = tuple(tuple(as_text(record.get(key)) for key in header) for record in records)
            yield FoundTable(1, _slug(feed), feed.title, "the whole file", header, rows, form="json")
    elif document.form != "json":
        yield from document.tables


def _slug(feed: Feed) -> str:
    return feed.name.replace("-", "_")


def _walk(value: Any, steps: list[str], carried: dict[str, Any], at: str = "") -> Iterator[dict[str, Any]]:
    """The records at a path: `name` goes into a field, `name[]` and `[]` into a list, `*` into each value of an object.

    Plain fields of what is passed on the way are carried along as `name^field` (`^field` of the outermost), keys as `#key`.
    """
    if not steps:
        if isinstance(value, Mapping):
            yield {**carried, **dict(flattened(value, 3))}
        elif not isinstance(value, list):
            yield {**carried, ITSELF: value}
        elif not at:
            for one in value:
                yield from _walk(one, [], carried, "[]")
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, Mapping):
        carried = {
            **carried,
            **{f"{at}^{key}": one for key, one in value.items() if not isinstance(one, Mapping | list)},
        }
    name = step.removesuffix("[]")
    if step == "*":
        if isinstance(value, Mapping):
            for key, one in value.items():
                level = sum(known.startswith("#key") for known in carried)
                yield from _walk(one, rest, {**carried, f"#key{level or ''}": key}, "*")
        return
    inner = value.get(name) if name and isinstance(value, Mapping) else value if not name else None
    if step.endswith("[]"):
        for one in inner if isinstance(inner, list) else ():
            yield from _walk(one, rest, carried, name or "[]")
    elif inner is not None:
        yield from _walk(inner, rest, carried, name)


def _check_shape(feed: Feed, table: FoundTable) -> None:
    missing = [name for name in feed.expects if name not in table.header]
    if missing:
        raise RigonomicsError(
            f"It has the mark of {feed.name} ({', '.join(feed.needs)}) and lacks {', '.join(missing)}: its shape has changed, "
            "so nothing is taken.",
            f"Fix data/feeds/{feed.name}.toml, or save what you need as a table of its own.",
        )


def _difference(document: Document, feed: Feed) -> str:
    for table in document.tables:
        return f"it lacks {', '.join(name for name in feed.needs if name not in table.header)}"
    return "it holds no records"


# ---- its fields as our columns


def _as_ours(feed: Feed, table: FoundTable, given: Mapping[str, str], on: date) -> Proposal:
    """The table of a feed's records, with the facets that its rules and readers give, and its section of tables.toml."""
    frame = _frame(table)
    frame, left_out = _without(feed, table, frame)
    used = [name for name in (*feed.columns, *_wide(feed, table)) if name in frame.columns]
    columns: dict[str, Any] = {}
    written = {name: frame[name].to_list() for name in used}
    remarks = list(feed.remarks)
    by_rules = _set_by_rules(feed, frame)
    for name in used:
        spec = feed.columns.get(name) or _wide(feed, table)[name]
        facet = str(spec.get("facet", "")) if isinstance(spec, Mapping) else ""
        if facet in given:
            columns[name] = {"ignore": f"{facet} is given by --set"}
        elif facet in READERS or facet in by_rules:
            read = READERS.get(facet, str)
            settled = [read(cell) or cell if cell else "" for cell in written[name]]
            settled = [ruled or cell for ruled, cell in zip(by_rules.pop(facet, settled), settled, strict=True)]
            if settled == written[name]:
                columns[name] = spec
            else:
                columns[name] = {"ignore": f"read as {facet} in {name}{READ_SUFFIX}"}
                written[f"{name}{READ_SUFFIX}"] = settled
                columns[f"{name}{READ_SUFFIX}"] = {"facet": facet}
        else:
            columns[name] = spec
    for facet, cells in by_rules.items():
        if facet not in given and any(cells):
            written[f"{facet}{READ_SUFFIX}"] = cells
            columns[f"{facet}{READ_SUFFIX}"] = {"facet": facet}
    defaults = {**_dated(feed, columns, on), **feed.defaults, **given}
    ignored = [name for name in table.header if name not in used]
    if ignored:
        remarks.append(f"not used by the feed: {', '.join(ignored)}")
    ours = FoundTable(
        table.number, table.name or _slug(feed), table.title, table.place, tuple(written),
        tuple(zip(*written.values(), strict=True)) if frame.height else (),
        table.lead, table.form, tuple(frame["#row"].to_list()),
    )  # fmt: skip
    section = {"title": table.title, "kind": feed.kind, "place": table.place, "defaults": defaults, "columns": columns}
    reads = bool(frame.height) and any("attribute" in spec for spec in columns.values() if isinstance(spec, Mapping))
    return Proposal(ours, section, tuple(remarks), reads, left_out=tuple(left_out), feed=feed.name)


def _frame(table: FoundTable) -> pl.DataFrame:
    width = len(table.header)
    rows = [(*row[:width], *[""] * (width - len(row))) for row in table.rows]
    numbers = table.file_rows or range(2, len(rows) + 2)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(table.header, pl.String), orient="row")
    return frame.with_columns(pl.col(pl.String).str.strip_chars()).with_columns(
        pl.Series("#row", list(numbers), dtype=pl.Int64)
    )


def _wide(feed: Feed, table: FoundTable) -> dict[str, Any]:
    """Readings of columns whose headers are values: currencies, for instance."""
    if not feed.wide:
        return {}
    facet = feed.wide["facet"]
    named = [name for name in table.header if name not in feed.columns and re.fullmatch(feed.wide["header"], name)]
    return {name: {**feed.wide["reading"], facet: name} for name in named}


def _without(feed: Feed, table: FoundTable, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[LeftOut]]:
    """The records that stay, with blanked cells blank, and what was left out with its reason."""
    left_out: list[LeftOut] = []
    ragged = [n for n, row in enumerate(table.rows) if len(row) > len(table.header)]
    if ragged:
        numbers = frame["#row"].gather(ragged)
        left_out += [
            LeftOut(row, "", f"the row has more cells than the header's {len(table.header)}") for row in numbers
        ]
        frame = frame.filter(~pl.col("#row").is_in(numbers.implode()))
    for rule in feed.rules:
        holds = matching(rule.get("when", {}), frame.columns)
        if "leave_out" in rule:
            out = frame.filter(holds)
            text = next((name for name in rule.get("when", {}) if name in frame.columns), frame.columns[0])
            left_out += [
                LeftOut(row, cell or "", rule["leave_out"]) for row, cell in out.select("#row", text).iter_rows()
            ]
            frame = frame.filter(~holds)
        elif "blank" in rule and rule["blank"] in frame.columns:
            column = rule["blank"]
            out = frame.filter(holds & (pl.col(column) != ""))
            left_out += [LeftOut(row, cell, rule["reason"]) for row, cell in out.select("#row", column).iter_rows()]
            frame = frame.with_columns(pl.when(holds).then(pl.lit("")).otherwise(column).alias(column))
    if feed.distinct:
        names = [name for name in frame.columns if name != "#row"]
        firsts = frame.unique(names, keep="first", maintain_order=True)
        out = frame.join(firsts, on="#row", how="anti")
        left_out += [LeftOut(row, "", "the same record is there already") for row in out["#row"]]
        frame = firsts
    return frame, left_out


def _set_by_rules(feed: Feed, frame: pl.DataFrame) -> dict[str, list[str]]:
    facets: dict[str, pl.Expr] = {}
    for rule in feed.rules:
        holds = matching(rule.get("when", {}), frame.columns)
        for facet, value in rule.get("set", {}).items():
            before = facets.get(facet, pl.lit(""))
            facets[facet] = pl.when(holds).then(template(str(value), frame.columns)).otherwise(before)
    made = frame.select(expression.alias(facet) for facet, expression in facets.items()) if facets else pl.DataFrame()
    cells = {facet: made[facet].to_list() for facet in made.columns} if frame.height else {}
    return {
        facet: [READERS[facet](cell) or cell if cell and facet in READERS else cell for cell in column]
        for facet, column in cells.items()
    }


def _dated(feed: Feed, columns: Mapping[str, Any], on: date) -> dict[str, str]:
    has_day = any(
        isinstance(spec, Mapping) and spec.get("facet") in ("observed_on", "valid_from") for spec in columns.values()
    )
    return {"observed_on": on.isoformat()} if feed.kind in ("cloud_rate", "api_price", "price") and not has_day else {}
