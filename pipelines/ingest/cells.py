"""Raw CSV files as text cells with their place. Nothing is interpreted here.

A cell's row is the record's number in the file, the header being row 1, so that an editor finds it.
"""

import csv
import io

import polars as pl

from pipelines.contracts.facets import IMPLICIT_COLUMNS
from pipelines.contracts.files import read_file
from pipelines.contracts.sources import Table
from pipelines.errors import RigonomicsError

MAX_BYTES = 20_000_000
"""A scraped table larger than this is a mistake: the largest of the first five sources has 2 KB."""

MAX_CHARACTERS = 2_000
"""A cell longer than this is no figure and no name; a contract may still ignore a column of such texts."""
csv.field_size_limit(MAX_BYTES)

CELL_SCHEMA = {"raw_file": pl.String, "row": pl.Int32, "column": pl.String, "text": pl.String, "fault": pl.String}


def read_content(table: Table) -> bytes:
    """The bytes of a table's file. Raises RigonomicsError if there is none, or it is too large, empty or no text."""
    content = read_file(table.path, table.raw_file, MAX_BYTES)
    if not content.strip():
        raise RigonomicsError(f"{table.raw_file} is empty.", "Restore it, or take its section out of tables.toml.")
    if b"\0" in content:
        raise RigonomicsError(
            f"{table.raw_file} holds NUL bytes at byte {content.index(0)}: it is not a text table.",
            "Save it as UTF-8 CSV.",
        )
    return content


def parse_cells(content: bytes, table: Table) -> pl.DataFrame:
    """The cells in a file's bytes.

    Returns a frame with raw_file, row, column, text (never null) and fault (null, or why the whole record cannot be
    read; its cells then go to rejected_rows). Raises RigonomicsError if the file as a whole cannot be read, or if its
    header and its contract disagree.
    """
    rows = parse_csv(content, table.raw_file)
    header = rows[0]
    check_header(header, table)
    _check_overrides(rows, table)
    places = [
        (number, column, text, fault)
        for number, record in enumerate(rows[1:], start=2)
        if record
        for column, text, fault in with_faults(header, record, table)
    ]
    if not places:
        raise RigonomicsError(f"{table.raw_file} has a header and no rows.", "Restore them, or remove the snapshot.")
    return _frame(table, places)


def unreadable(table: Table, reason: str) -> pl.DataFrame:
    """A file that cannot be read, as one cell in row 0 with the reason as its fault: it ends in rejected_rows."""
    return _frame(table, [(0, "(file)", "", reason)])


def _frame(table: Table, places: list[tuple[int, str, str, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "raw_file": [table.raw_file] * len(places),
            "row": [place[0] for place in places],
            "column": [place[1] for place in places],
            "text": [place[2] for place in places],
            "fault": [place[3] for place in places],
        },
        schema=CELL_SCHEMA,
    )


def parse_csv(content: bytes, raw_file: str) -> list[list[str]]:
    """The records of a CSV in UTF-8, the header first. Raises RigonomicsError naming line and byte, or what is
    wrong."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise RigonomicsError(
            f"{raw_file} line {line} is not UTF-8 (byte {content[error.start]:#04x}).", "Save it as UTF-8."
        ) from error
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise RigonomicsError(f"{raw_file} is not a CSV table: {error}.", "Check its quotation marks.") from error
    return rows or [[]]


def check_header(header: list[str], table: Table) -> None:
    """Raise RigonomicsError if a header and the contract disagree."""
    doubled = sorted({name for name in header if header.count(name) > 1})
    if doubled:
        raise RigonomicsError(f"{table.raw_file} row 1 names column {doubled[0]!r} twice.", "Give each its own name.")
    declared = {*table.columns, *IMPLICIT_COLUMNS} | ({table.attribute_column} if table.attribute_column else set())
    unknown = [name for name in header if name not in declared]
    if unknown:
        raise RigonomicsError(
            f"{table.raw_file} row 1 has column {unknown[0]!r}, which its contract does not know.",
            f"Declare it under [{table.name}.columns] in tables.toml.",
        )
    needed = {*table.columns} | ({table.attribute_column} if table.attribute_column else set())
    absent = sorted(needed - set(header))
    if absent:
        raise RigonomicsError(
            f"{table.raw_file} has no column {absent[0]!r}, which its contract describes. It has: {', '.join(header)}.",
            "Correct the name in tables.toml, or the header.",
        )


def _check_overrides(rows: list[list[str]], table: Table) -> None:
    """An override that meets no cell would be lost without a word."""
    for override in table.overrides:
        if override.column is not None and override.column not in rows[0]:
            raise RigonomicsError(
                f"{table.raw_file} has no column {override.column!r}, of which its contract has an override.",
                f"Correct [[{table.name}.overrides]] in tables.toml; the columns are {', '.join(rows[0])}.",
            )
        beyond = [row for row in override.rows if row > len(rows)]
        if beyond:
            raise RigonomicsError(
                f"{table.raw_file} has {len(rows)} rows, and its contract an override of row {beyond[0]}.",
                f"Correct [[{table.name}.overrides]] in tables.toml; the header is row 1.",
            )


def _pair(header: list[str], record: list[str]) -> list[tuple[str, str]]:
    """The record's cells with their columns: every cell it has, and every column it should have."""
    padded = record + [""] * (len(header) - len(record))
    extra = [f"(column {number + 1})" for number in range(len(header), len(record))]
    return list(zip([*header, *extra], padded, strict=True))


def with_faults(header: list[str], record: list[str], table: Table) -> list[tuple[str, str, str | None]]:
    """The cells of a record: column, text, and why it cannot be taken."""
    if len(record) == len(header) and max(map(len, record)) <= MAX_CHARACTERS:
        return [(column, text, None) for column, text in zip(header, record, strict=True)]
    return [(column, text, _fault(column, text, record, header, table)) for column, text in _pair(header, record)]


def _fault(column: str, text: str, record: list[str], header: list[str], table: Table) -> str | None:
    """Why a cell cannot be taken: its record has more or fewer cells than the header, or it is too long.

    A name too long to be one spoils its record, since the other cells are about it; a figure spoils only itself.
    """
    if len(record) != len(header):
        return f"the row has {len(record)} cells, the header {len(header)}"
    if len(text) > MAX_CHARACTERS and not _is_ignored(column, table):
        return _too_long(column, text)
    return next(
        (
            _too_long(other, long)
            for other, long in zip(header, record, strict=True)
            if len(long) > MAX_CHARACTERS and not _is_ignored(other, table) and not _is_figure(other, table)
        ),
        None,
    )


def _too_long(column: str, text: str) -> str:
    return f"column {column!r} has {len(text):,} characters; {MAX_CHARACTERS:,} are allowed"


def _is_ignored(column: str, table: Table) -> bool:
    return column in table.columns and table.columns[column].ignore is not None


def _is_figure(column: str, table: Table) -> bool:
    """Whether nothing but figures is read from a column."""
    if column in table.columns:
        return table.columns[column].facet is None and column != table.attribute_column
    return column == "value"
