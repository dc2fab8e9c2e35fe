"""Corrections of single scraped cells: data/raw/<source_id>/corrections.csv, which never touches the snapshot
itself."""

from collections.abc import Iterable

import polars as pl

from pipelines.contracts.files import read_file
from pipelines.contracts.sources import Source, left_out
from pipelines.contracts.toml import shown
from pipelines.contracts.types import MAX_ROW
from pipelines.errors import ContractError, RigonomicsError
from pipelines.ingest.cells import MAX_BYTES, parse_csv, read_content

COLUMNS = ("raw_file", "row", "column", "old", "new", "why")
SCHEMA = {"raw_file": pl.String, "row": pl.Int32, "column": pl.String, "corrected": pl.String}


def with_sound_corrections(sources: Iterable[Source]) -> list[Source]:
    """The sources; one whose corrections cannot be read is left out, as one with a wrong contract."""
    sound = []
    for source in sources:
        try:
            read_corrections(source)
            sound.append(source)
        except ContractError as error:
            sound.append(left_out(source, error))
    return sound


def read_corrections(source: Source) -> pl.DataFrame:
    """The corrections of a source: raw_file, row, column, corrected. Empty if it has none, or is left out.

    Raises ContractError if the file cannot be read, a line is incomplete, or its old text is not what the cell holds.
    """
    path = source.folder / "corrections.csv"
    if source.left_out is not None or not path.exists():
        return pl.DataFrame(schema=SCHEMA)
    place = f"data/raw/{source.source_id}/corrections.csv"
    try:
        header, *lines = parse_csv(read_file(path, place, MAX_BYTES), place)
    except RigonomicsError as error:
        raise ContractError(error.message, error.remedy) from error
    if sorted(header) != sorted(COLUMNS):
        raise ContractError(f"{place} row 1 has columns {', '.join(header)}.", f"Needed: {', '.join(COLUMNS)}.")
    rows = []
    for number, cells in enumerate(lines, start=2):
        if cells:
            line = dict(zip(header, cells, strict=False))
            _check_line(source, line, f"{place} row {number}")
            rows.append((line["raw_file"], int(line["row"]), line["column"], line["new"]))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").unique(["raw_file", "row", "column"], keep="last")


def _check_line(source: Source, line: dict[str, str], place: str) -> None:
    absent = [key for key in COLUMNS if key != "old" and not line.get(key, "").strip()]
    if absent or len(line) < len(COLUMNS):
        raise ContractError(f"{place} has no {', '.join(absent) or 'cell for each column'}.", "Complete the line.")
    row = line["row"]
    if not (row.isascii() and row.isdigit() and len(row) < 9 and 2 <= int(row) <= MAX_ROW):
        raise ContractError(f"{place}: {shown(row)} is no row number.", "Rows are counted from 2; the header is row 1.")
    table = next((table for table in source.tables if table.raw_file == line["raw_file"]), None)
    if table is None:
        raise ContractError(
            f"{place} names {shown(line['raw_file'])}, which is no file of {source.source_id}.",
            "Write the path from the root of the project: data/raw/…",
        )
    if table.is_large:
        raise ContractError(
            f"{place} corrects {table.raw_file}, which is read in batches.", "Put the right table into a new snapshot."
        )
    try:
        records = parse_csv(read_content(table), table.raw_file)
    except RigonomicsError:
        return  # the whole file is rejected with that reason
    column, number = line["column"], int(row)
    held = dict(zip(records[0], records[number - 1], strict=False)).get(column) if number <= len(records) else None
    if held != line["old"]:
        raise ContractError(
            f"{place} corrects {shown(line['old'])}, but {table.raw_file} row {row} column {shown(column)} holds "
            f"{shown(held)}.",
            "Correct the place or the old text.",
        )
