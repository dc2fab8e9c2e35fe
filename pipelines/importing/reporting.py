"""What an import reads, rejects, quarantines and leaves out, as plain values: for scripts, and for what is shown.

Rows are those of the document: the header is row 1, so that an editor finds them.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl
import polars.selectors as cs

from pipelines.contracts.facets import FACETS
from pipelines.importing.proposal import READ_SUFFIX, Proposal
from pipelines.importing.snapshots import Arrival
from pipelines.importing.written import as_csv

HIDDEN = ("hardware", "model", "build", "note")
"""Facets that a reading shows under another name."""
SHOWN = {
    "row": "raw_row", "column": "raw_column", "text": "raw_text", "item": "hardware_id", "model": "model_id",
    "build": "build_id", "kind": "kind", "attribute": "attribute", "value_low": "value_low", "value_high": "value_high",
    "value_text": "value_text", "unit": "unit", "amount_low": "amount_low", "amount_high": "amount_high",
    "fx_day": "fx_day", "is_approximate": "is_approximate", "bound": "bound",
    "date_basis": "date_basis", "note": "note",
}  # fmt: skip
"""What every reading says, and the column of the observations that has it."""


def report(
    arrival: Arrival, proposals: list[Proposal], origin: str, parts: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """All that the import says: a table for each of the document's, readings and refusals with their rows."""
    tables = [_table(arrival, proposal) for proposal in proposals]
    return {
        "origin": origin,
        "folder": arrival.folder,
        "is_new_source": arrival.is_new_source,
        "tables": tables,
        "contract": arrival.contract,
        "new_items": [{"id": key, **entry} for key, entry in parts.items()],
        **{f"n_{what}": sum(len(table[what]) for table in tables) for what in ("readings", "rejected", "quarantined")},
    }


def _table(arrival: Arrival, proposal: Proposal) -> dict[str, Any]:
    table, section = proposal.table, proposal.section
    raw_file = f"{arrival.folder}/{table.name}.csv"
    return {
        "number": table.number,
        "name": table.name,
        "title": table.title,
        "place": table.place,
        "kind": section["kind"],
        "feed": proposal.feed or None,
        "csv": as_csv([table.header, *table.rows]),
        "assumed": list(proposal.remarks),
        "readings": _readings(arrival.observed.observations.filter(pl.col("raw_file") == raw_file), proposal),
        "rejected": [
            *(_refused(row, proposal) for row in _of(arrival.observed.rejected, raw_file)),
            *(
                {"row": out.row, "column": out.column, "text": out.text, "reason": out.reason}
                for out in proposal.left_out
            ),
        ],
        "quarantined": [_quarantined(row, proposal) for row in _of(arrival.quarantined, raw_file)],
        "ignored": [*_ignored(section, proposal)],
    }


def _of(frame: pl.DataFrame, raw_file: str) -> Iterator[dict[str, Any]]:
    return frame.filter(pl.col("raw_file") == raw_file).iter_rows(named=True)


def _file_row(row: int, proposal: Proposal) -> int:
    """The document's row of a row of the CSV."""
    numbers = proposal.table.file_rows
    return numbers[row - 2] if numbers and 2 <= row < len(numbers) + 2 else row


def _column(name: str) -> str:
    return name.removesuffix(READ_SUFFIX)


def _readings(frame: pl.DataFrame, proposal: Proposal) -> list[dict[str, Any]]:
    """What was read, a record each: what it is, its figure, and every facet that is set."""
    facets = [facet for facet in FACETS if facet in frame.columns and facet not in HIDDEN]
    always = {shown: pl.col(column) for shown, column in SHOWN.items()}
    told = frame.select(**always, **{facet: pl.col(facet) for facet in facets}).with_columns(
        cs.temporal().cast(pl.String)
    )
    return [
        {
            key: value for key, value in row.items() if value is not None or key in SHOWN
        } | {"row": _file_row(row["row"], proposal), "column": _column(row["column"])}
        for row in told.iter_rows(named=True)
    ]  # fmt: skip


def _refused(row: Mapping[str, Any], proposal: Proposal) -> dict[str, Any]:
    return {
        "row": _file_row(row["raw_row"], proposal),
        "column": _column(row["column_name"]),
        "text": row["raw_text"],
        "reason": row["reason"],
    }


def _quarantined(row: Mapping[str, Any], proposal: Proposal) -> dict[str, Any]:
    said = ("attribute", "hardware_id", "model_id", "value_low", "value_high", "known_low", "known_high", "factor")
    return {**_refused(row, proposal), **{key: row[key] for key in said if key in row}}


def _ignored(section: Mapping[str, Any], proposal: Proposal) -> Iterator[dict[str, Any]]:
    for name, spec in {**section.get("attributes", {}), **section.get("columns", {})}.items():
        if isinstance(spec, Mapping) and "ignore" in spec:
            yield {"column": name, "reason": spec["ignore"]}
    for override in section.get("overrides", ()):
        if "ignore" in override:
            rows = [_file_row(row, proposal) for row in override["rows"]]
            yield {"column": override.get("column"), "rows": rows, "reason": override["ignore"]}
