"""Building the database: macros, tables created as declared, SELECTs run, frames loaded.

Everything happens in one DuckDB file of a storage version that older clients can open. Nothing here decides whether the
result is good enough to publish; that is `checks`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.errors import ContractError
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.names import literal, quoted

STORAGE_VERSION = "v1.0.0"
"""Oldest storage version that DuckDB 2.0 writes with macros and comments whole; clients from 1.0 on open it."""


def connect(path: Path, *, fresh: bool) -> duckdb.DuckDBPyConnection:
    """A writing connection to the database under construction; `fresh` starts it from nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if fresh:
        path.unlink(missing_ok=True)
        path.with_suffix(".duckdb.wal").unlink(missing_ok=True)
    connection = duckdb.connect(str(path), config={"storage_compatibility_version": STORAGE_VERSION})
    connection.begin()  # one transaction for the whole build: a commit for each statement would wait for the disk 100 times
    return connection


def create_table(connection: duckdb.DuckDBPyConnection, table: Declaration) -> None:
    """An empty table with the declared columns and comments, replacing what was there."""
    name = quoted(table.name)
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
    statements = [
        f"create or replace table {name} ({columns})",
        f"comment on table {name} is {literal(table.comment)}",
        *(f"comment on column {name}.{quoted(column.name)} is {literal(column.comment)}" for column in table.columns),
    ]
    connection.execute(";\n".join(statements))


def fill_from_sql(connection: duckdb.DuckDBPyConnection, table: Declaration) -> None:
    """Create the table and fill it by its SELECT. Raises ContractError if the SELECT does not fit its declaration."""
    if table.sql is None:
        raise ContractError(f"{table.place}: {table.name} has no SELECT.", f"Write {table.name}.sql beside it.")
    create_table(connection, table)
    select = table.sql.rstrip().rstrip(";")
    order = ", ".join(quoted(column) for column in table.primary_key)
    # a column that the SELECT lacks would become NULL by name: naming them all in a condition makes DuckDB look for them
    named = ", ".join(f"{quoted(column.name)} is null" for column in table.columns)
    try:
        connection.execute(
            f"insert into {quoted(table.name)} by name "
            f"select * from ({select}\n) where true or [{named}] is null order by {order}"
        )
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise  # the disk or the memory, not the SELECT
    except duckdb.Error as error:
        _check_columns(connection, table, select)
        raise ContractError(f"{table.place} does not run: {error}.", "Fix the SELECT or its declaration.") from error


def fill_from_frame(connection: duckdb.DuckDBPyConnection, table: Declaration, frame: pl.DataFrame) -> None:
    """Create the table and load a frame whose columns are the declared ones."""
    expected, found = [column.name for column in table.columns], frame.columns
    if set(expected) != set(found):
        raise ContractError(
            f"{table.name}: the declared columns and the filled ones differ by "
            f"{', '.join(sorted(set(expected) ^ set(found)))}."
        )
    create_table(connection, table)
    connection.register("incoming", frame.select(expected))
    connection.execute(f"insert into {quoted(table.name)} by name select * from incoming")
    connection.unregister("incoming")


def create_macros(connection: duckdb.DuckDBPyConnection, folder: Path) -> list[str]:
    """Run every macro file of a folder, in order of name; returns their names. Raises ContractError naming the file."""
    names = []
    for path in sorted(folder.glob("*.sql")):
        try:
            connection.execute(path.read_text(encoding="utf-8"))
        except duckdb.Error as error:
            raise ContractError(f"analysis/{folder.name}/{path.name} does not run: {error}.") from error
        names.append(path.name)
    return names


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a table."""
    return int(first_row(connection, f"select count(*) from {quoted(table)}")[0])


def first_row(connection: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[Any] = ()) -> tuple[Any, ...]:
    """The first row of a query that gives one, its result read to the end: DuckDB 2.0 keeps a connection busy until then."""
    rows: list[tuple[Any, ...]] = connection.execute(query, list(parameters)).fetchall()
    return rows[0]


def content_of(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, str]:
    """Rows of a table and a digest of them in whatever order, in one scan."""
    query = f"select count(*), bit_xor(hash(t)), sum(hash(t)) from {quoted(table)} as t"
    rows, both, total = first_row(connection, query)
    return int(rows), f"{int(both):016x}-{int(total):x}" if rows else "empty"


def _check_columns(connection: duckdb.DuckDBPyConnection, table: Declaration, select: str) -> None:
    """Raise ContractError if the SELECT gives other columns than declared; nothing if it does not even run."""
    try:
        described = connection.execute(f"describe {select}").fetchall()
    except duckdb.Error:
        return
    found, declared = {row[0] for row in described}, {column.name for column in table.columns}
    if found != declared:
        absent, extra = sorted(declared - found), sorted(found - declared)
        parts = [f"it does not give {', '.join(absent)}"] if absent else []
        parts += [f"it gives {', '.join(extra)}, not declared"] if extra else []
        raise ContractError(f"{table.place} and its declaration disagree: {'; '.join(parts)}.")
