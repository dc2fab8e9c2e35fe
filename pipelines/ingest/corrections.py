"""Corrections of single scraped cells: data/raw/<source_id>/corrections.csv, which never touches the snapshot itself."""

import csv

import polars as pl

from pipelines.contracts.sources import Source
from pipelines.errors import ContractError

COLUMNS = ("raw_file", "row", "column", "old", "new", "why")
SCHEMA = {"raw_file": pl.String, "row": pl.Int32, "column": pl.String, "corrected": pl.String}


def read_corrections(source: Source) -> pl.DataFrame:
    """The corrections of a source: raw_file, row, column, corrected. Empty if it has none.

    Raises ContractError if a line is incomplete, or its old text is not what stands in the cell.
    """
    path = source.folder / "corrections.csv"
    if not path.is_file():
        return pl.DataFrame(schema=SCHEMA)
    place = f"data/raw/{source.source_id}/corrections.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    rows = []
    for number, line in enumerate(lines, start=2):
        if set(line) != set(COLUMNS) or not all(line[key] for key in ("raw_file", "row", "column", "new", "why")):
            raise ContractError(f"{place} row {number} is incomplete.", f"Its columns are {', '.join(COLUMNS)}.")
        if not line["row"].isdigit():
            raise ContractError(f"{place} row {number}: {line['row']!r} is no row number.")
        _check_old_text(source, line, f"{place} row {number}")
        rows.append((line["raw_file"], int(line["row"]), line["column"], line["new"]))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _check_old_text(source: Source, line: dict[str, str], place: str) -> None:
    table = next((table for table in source.tables if table.raw_file == line["raw_file"]), None)
    if table is None:
        raise ContractError(f"{place} names {line['raw_file']}, which is no file of {source.source_id}.")
    try:
        with table.path.open(encoding="utf-8-sig", newline="") as handle:
            records = list(csv.reader(handle))
    except (OSError, UnicodeDecodeError, csv.Error):
        return  # the whole file is rejected with that reason
    row, column = int(line["row"]), line["column"]
    found = dict(zip(records[0], records[row - 1], strict=False)).get(column) if 2 <= row <= len(records) else None
    if found != line["old"]:
        raise ContractError(
            f"{place} corrects {line['old']!r}, but {line['raw_file']} row {row} column {column!r} holds {found!r}.",
            "Correct the place or the old text.",
        )
