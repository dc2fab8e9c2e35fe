"""Scraped files of any size as batches of records: CSV, JSON lines and Parquet, the first two also packed by gzip or
Zstandard.

No more than one batch is in memory. A record's number is that of `pipelines.ingest.cells`: of a CSV the header is row
1; of JSON lines it is the line, of Parquet the record counted from 1.
"""

import csv
import io
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.contracts.facets import IMPLICIT_COLUMNS
from pipelines.contracts.sources import Table
from pipelines.errors import RigonomicsError
from pipelines.ingest.cells import MAX_CHARACTERS, check_header, with_faults
from pipelines.normalise.dictionary import ROW

BATCH_ROWS = 100_000
FAULTY = {"row": pl.Int32, "column": pl.String, "text": pl.String, "fault": pl.String}
PACKED = {".gz": "gzip", ".zst": "zstd"}


@dataclass(frozen=True)
class Batch:
    """Records of a file. rows: ROW and each column as text, '' where there is nothing. faulty: the cells of records
    that cannot be taken, with the reason.
    """

    rows: pl.DataFrame
    faulty: pl.DataFrame


def read_batches(table: Table) -> Iterator[Batch]:
    """The records of a table's file. Raises RigonomicsError if the file as a whole cannot be read, with row and
    remedy."""
    suffixes = [suffix for suffix in table.path.suffixes if suffix not in PACKED]
    read = {".jsonl": _json_lines, ".parquet": _parquet}.get(suffixes[-1] if suffixes else "", _csv)
    any_rows = False
    try:
        with _opened(table.path) as handle:
            for batch in read(handle, table, BATCH_ROWS):
                any_rows = any_rows or batch.rows.height + batch.faulty.height > 0
                yield batch
    except UnicodeDecodeError as error:
        raise RigonomicsError(
            f"{table.raw_file} is not UTF-8 (byte {error.object[error.start]:#04x}).", "Save it as UTF-8."
        ) from error
    except (OSError, EOFError, pa.ArrowException) as error:
        raise RigonomicsError(
            f"{table.raw_file} cannot be read to its end: {str(error).splitlines()[0]}.", "Save it again."
        ) from error
    if not any_rows:
        raise RigonomicsError(f"{table.raw_file} has no records.", "Restore them, or remove the snapshot.")


def _opened(path: Path) -> IO[bytes]:
    packing = PACKED.get(path.suffix)
    if packing is None:
        return path.open("rb")
    return io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), packing), 1 << 20)


def _csv(handle: IO[bytes], table: Table, size: int) -> Iterator[Batch]:
    reader = csv.reader(io.TextIOWrapper(handle, encoding="utf-8-sig", newline=""), strict=True)
    try:
        header = next(reader, [])
        check_header(header, table)
        first = 2
        while records := list(itertools.islice(reader, size)):
            yield _of_records(records, first, header, table)
            first += len(records)
    except csv.Error as error:
        raise RigonomicsError(
            f"{table.raw_file} line {reader.line_num} is not CSV: {error}.", "Check its quotation marks."
        ) from error


def _of_records(records: list[list[str]], first: int, header: list[str], table: Table) -> Batch:
    width = len(header)
    numbers: Sequence[int] = range(first, first + len(records))
    ragged = []
    if any(len(record) != width for record in records):
        ragged = [
            (number, *cell)
            for number, record in zip(numbers, records, strict=True)
            if record and len(record) != width
            for cell in with_faults(header, record, table)
        ]
        kept = [(number, record) for number, record in zip(numbers, records, strict=True) if len(record) == width]
        numbers, records = [number for number, _ in kept], [record for _, record in kept]
    columns = zip(*records, strict=True) if records else [()] * width
    named = {name: pl.Series(column, dtype=pl.String) for name, column in zip(header, columns, strict=True)}
    rows = pl.DataFrame({ROW: pl.Series(numbers, dtype=pl.Int32), **named})
    return _without_long(rows, ragged, header, table)


def _without_long(rows: pl.DataFrame, faulty: list[tuple[Any, ...]], header: list[str], table: Table) -> Batch:
    """The batch without records of which a cell is too long to be a figure or a name."""
    is_long = pl.any_horizontal(pl.col(header).str.len_bytes() > MAX_CHARACTERS)
    suspects = rows.filter(is_long)
    for number, *record in suspects.iter_rows():
        faulty += [(number, *cell) for cell in with_faults(header, record, table)]
    if suspects.height:
        rows = rows.filter(~is_long)
    return Batch(rows, pl.DataFrame(faulty, schema=FAULTY, orient="row"))


def _json_lines(handle: IO[bytes], table: Table, size: int) -> Iterator[Batch]:
    lines = enumerate(io.TextIOWrapper(handle, encoding="utf-8-sig"), start=1)
    header: list[str] | None = None
    while chunk := list(itertools.islice(lines, size)):
        parsed = [(number, line, _record(line)) for number, line in chunk if line.strip()]
        if header is None:
            named = {key for _, _, record in parsed if record is not None for key in record}
            header = [*table.columns, *sorted(named - set(table.columns))]
            check_header(header, table)
        known = set(header)
        stranger = next(((n, key) for n, _, r in parsed if r is not None for key in r if key not in known), None)
        if stranger is not None:
            raise RigonomicsError(
                f"{table.raw_file} line {stranger[0]} has {stranger[1]!r}, which its contract or the lines before do "
                "not know.",
                f"Declare it under [{table.name}.columns] in tables.toml"
                + (", or give it in the first lines too." if stranger[1] in IMPLICIT_COLUMNS else "."),
            )
        good = [(number, record) for number, _, record in parsed if record is not None]
        rows = pl.DataFrame(
            {ROW: [n for n, _ in good], **{key: [_text(r.get(key)) for _, r in good] for key in header}},
            schema={ROW: pl.Int32, **dict.fromkeys(header, pl.String)},
        )
        bad = [(n, "(line)", line.strip()[:MAX_CHARACTERS], "the line is no JSON object")
               for n, line, record in parsed if record is None]  # fmt: skip
        yield _without_long(rows, bad, header, table)


def _record(line: str) -> dict[str, Any] | None:
    """The object of a line, its numbers as they are written; None if it is none."""
    try:
        found = json.loads(line, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _parquet(handle: IO[bytes], table: Table, size: int) -> Iterator[Batch]:
    file = pq.ParquetFile(handle)
    header = list(file.schema_arrow.names)
    check_header(header, table)
    first = 1
    for records in file.iter_batches(batch_size=size):
        frame = pl.DataFrame(pl.from_arrow(records))
        nested = next((name for name, dtype in frame.schema.items() if dtype.is_nested()), None)
        if nested is not None:
            raise RigonomicsError(
                f"{table.raw_file} column {nested!r} holds lists or structs.", "Write one value a cell."
            )
        rows = frame.select(
            pl.int_range(first, first + pl.len(), dtype=pl.Int32).alias(ROW),
            pl.col(header).cast(pl.String).fill_null(""),
        )
        first += rows.height
        yield _without_long(rows, [], header, table)
