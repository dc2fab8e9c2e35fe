"""The table of a feed's records as ours: its rules carried out, its facets read, its section of tables.toml."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.importing.facet_cells import READERS
from pipelines.importing.feed_records import cards_of
from pipelines.importing.feeds import Feed
from pipelines.importing.found import Document, FoundTable
from pipelines.importing.proposal import READ_SUFFIX, LeftOut, Proposal
from pipelines.importing.rules import matching, template
from pipelines.importing.subjects import Names
from pipelines.importing.texts import devices_before

PRINTED = "printed"
"""Field of the cards that a tool printed before its table."""
ROW = "#row"
RECORD_READERS = {"cards": cards_of}
"""What a field of a whole record says, by the `read` of its column."""


def as_ours(
    feed: Feed, table: FoundTable, document: Document, given: Mapping[str, str], on: date, catalogue: Catalogue
) -> Proposal:
    """The table of a feed's records, with the facets that its rules and readers give, and its section of
    tables.toml."""
    titled = _in_title(feed, table, document, catalogue)
    if PRINTED in titled:
        table = replace(
            table, header=(*table.header, PRINTED), rows=tuple((*row, titled[PRINTED]) for row in _squared(table))
        )  # fmt: skip
    frame, left_out = _without(feed, table, _frame(table))
    columns: dict[str, Any] = {}
    written: dict[str, list[str]] = {}
    by_rules = _set_by_rules(feed, frame)
    specs = {name: spec for name, spec in {**feed.columns, **_wide(feed, table)}.items() if name in frame.columns}
    for name, spec in specs.items():
        facet = str(spec.get("facet", ""))
        scraped = frame[name].to_list()
        cells = _settled(name, spec, frame, feed, catalogue)
        if facet in given:
            columns[name], written[name] = {"ignore": f"{facet} is given by --set"}, scraped
            continue
        if ruled := by_rules.pop(facet, None):
            cells = [rule or cell for rule, cell in zip(ruled, cells, strict=True)]
        plain = {key: value for key, value in spec.items() if key not in ("or", "read", "value")}
        written[name] = scraped
        if cells == scraped:
            columns[name] = plain
        else:
            columns[name] = {"ignore": f"read as {facet or plain.get('attribute')} in {name}{READ_SUFFIX}"}
            columns[f"{name}{READ_SUFFIX}"], written[f"{name}{READ_SUFFIX}"] = plain, cells
    for facet, cells in by_rules.items():
        if facet not in given and any(cells):
            written[f"{facet}{READ_SUFFIX}"], columns[f"{facet}{READ_SUFFIX}"] = cells, {"facet": facet}
    facets = {facet: value for facet, value in titled.items() if facet != PRINTED}
    defaults = {**_dated(feed, columns, on), **feed.defaults, **facets, **given}
    remarks = list(feed.remarks)
    if ignored := [name for name in table.header if name not in specs]:
        remarks.append(f"not used by the feed: {', '.join(ignored)}")
    if feed.kind == "cloud_rate" and "provider" not in {spec.get("facet") for spec in columns.values()} | set(defaults):
        remarks.append('no provider is in it: --set provider="…" says it')
    ours = FoundTable(
        table.number, table.name or feed.name.replace("-", "_"), table.title, table.place, tuple(written),
        tuple(zip(*written.values(), strict=True)) if frame.height else (),
        table.lead, table.form, tuple(frame[ROW].to_list()),
    )  # fmt: skip
    section = {"title": table.title, "kind": feed.kind, "place": table.place, "defaults": defaults, "columns": columns}
    reads = bool(frame.height) and any("attribute" in spec for spec in columns.values())
    return Proposal(ours, section, tuple(remarks), reads, left_out=tuple(left_out), feed=feed.name)


def _in_title(feed: Feed, table: FoundTable, document: Document, catalogue: Catalogue) -> dict[str, str]:
    """The hardware and the model of a benchmark that has no column for them: as the tool printed them, else as
    titled."""
    if feed.kind != "benchmark":
        return {}
    has = {
        str(spec.get("facet"))
        for name, spec in feed.columns.items()
        if name in table.header and name != PRINTED and any(row[table.header.index(name)] for row in _squared(table))
    }
    names, found = Names(catalogue), {}
    for section in ("hardware", "model"):
        if section in has:
            continue
        printed = devices_before(document, table) if section == "hardware" and PRINTED in feed.columns else None
        if printed is not None:
            found[PRINTED] = printed
        elif (titled := names.within(section, table.title)) is not None:
            found[section] = titled
            count = re.search(r"(?i)(?<![\w.])(\d{1,2}) ?[x×] ?(?=[a-z])", table.title)
            if section == "hardware" and count:
                found["count"] = count[1]
    return found


def _squared(table: FoundTable) -> list[tuple[str, ...]]:
    """The rows, short ones filled with blanks, long ones cut."""
    width = len(table.header)
    return [(*row[:width], *[""] * (width - len(row))) for row in table.rows]


def _frame(table: FoundTable) -> pl.DataFrame:
    numbers = table.file_rows or range(2, len(table.rows) + 2)
    frame = pl.DataFrame(_squared(table), schema=dict.fromkeys(table.header, pl.String), orient="row")
    return frame.with_columns(pl.col(pl.String).str.strip_chars()).with_columns(
        pl.Series(ROW, list(numbers), dtype=pl.Int64)
    )


def _wide(feed: Feed, table: FoundTable) -> dict[str, Any]:
    """Readings of columns whose headers hold a value: currencies, for instance. A group of the header is the value."""
    readings: dict[str, Any] = {}
    for wide in feed.wide:
        for name in table.header:
            found = re.fullmatch(wide["header"], name)
            if found is None or name in feed.columns:
                continue
            text = found[1] if found.groups() else name
            readings[name] = {**wide["reading"], wide["facet"]: READERS.get(wide["facet"], str)(text) or text}
    return readings


def _settled(
    name: str, spec: Mapping[str, Any], frame: pl.DataFrame, feed: Feed, catalogue: Catalogue
) -> list[str]:  # fmt: skip
    """The cells of a column as they are to be read."""
    facet = str(spec.get("facet", ""))
    if "value" in spec:
        return frame.select(template(spec["value"], frame.columns).alias("made"))["made"].to_list()
    if "read" in spec:
        return [RECORD_READERS[spec["read"]](record) for record in frame.iter_rows(named=True)]
    cells: list[str] = frame[name].to_list()
    if words := feed.values.get(name):
        cells = [words.get(cell, cell) for cell in cells]
    if (other := spec.get("or")) in frame.columns:
        names = Names(catalogue)
        files = [re.split(r"[/\\]", cell)[-1] for cell in frame[other].to_list()]
        names.look_up(facet, [*cells, *files])
        cells = [
            file if file and not names.resolves(facet, cell) and names.resolves(facet, file) else cell
            for cell, file in zip(cells, files, strict=True)
        ]
    read = READERS.get(facet)
    return [(read(cell) or cell) if cell else "" for cell in cells] if read is not None else cells


def _without(feed: Feed, table: FoundTable, frame: pl.DataFrame) -> tuple[pl.DataFrame, list[LeftOut]]:
    """The records that stay, with blanked cells blank, and what was left out with its reason."""
    left_out: list[LeftOut] = []
    ragged = [n for n, row in enumerate(table.rows) if len(row) > len(table.header)]
    if ragged:
        numbers = frame[ROW].gather(ragged)
        reason = f"the row has more cells than the header's {len(table.header)}"
        left_out += [LeftOut(row, "", reason) for row in numbers]
        frame = frame.filter(~pl.col(ROW).is_in(numbers.implode()))
    for rule in feed.rules:
        holds = matching(rule.get("when", {}), frame.columns)
        if "leave_out" in rule:
            out = frame.filter(holds)
            text = next((name for name in rule.get("when", {}) if name in frame.columns), frame.columns[0])
            left_out += [LeftOut(row, cell or "", rule["leave_out"]) for row, cell in out.select(ROW, text).iter_rows()]
            frame = frame.filter(~holds)
        elif "blank" in rule and rule["blank"] in frame.columns:
            column = rule["blank"]
            out = frame.filter(holds & (pl.col(column) != ""))
            left_out += [
                LeftOut(row, cell, rule["reason"], column) for row, cell in out.select(ROW, column).iter_rows()
            ]
            frame = frame.with_columns(pl.when(holds).then(pl.lit("")).otherwise(column).alias(column))
    if feed.distinct:
        names = [name for name in frame.columns if name != ROW]
        firsts = frame.unique(names, keep="first", maintain_order=True)
        out = frame.join(firsts, on=ROW, how="anti")
        left_out += [LeftOut(row, "", "the same record is there already") for row in out[ROW]]
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
    has_day = any(spec.get("facet") in ("observed_on", "valid_from") for spec in columns.values())
    return {"observed_on": on.isoformat()} if feed.kind in ("cloud_rate", "api_price", "price") and not has_day else {}
