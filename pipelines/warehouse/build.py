"""Building the database: macros, tables created as declared, SELECTs run, frames loaded.

Everything happens in one DuckDB file of a storage version that older clients can open. Nothing here decides whether the
result is good enough to publish; that is `checks`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
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
    # planning takes longer than running on tables this small, and one thread plans: two would only wait for each other
    config: dict[str, str | bool | int | float | list[str]] = {
        "storage_compatibility_version": STORAGE_VERSION,
        "threads": 1,
    }
    connection = duckdb.connect(str(path), config=config)
    # one transaction for the whole build: a commit for each statement would wait for the disk 100 times
    connection.begin()
    return connection


def create_table(connection: duckdb.DuckDBPyConnection, table: Declaration) -> None:
    """An empty table with the declared columns and comments, replacing what was there."""
    columns = ", ".join(f"{quoted(column.name)} {column.type}" for column in table.columns)
    statement = f"create or replace table {quoted(table.name)} ({columns})"
    connection.execute(";\n".join([statement, *_comments(table, "table")]))


def create_view(connection: duckdb.DuckDBPyConnection, table: Declaration) -> None:
    """The SELECT of a table as a view of that name, with the declared columns and comments."""
    columns = ", ".join(f"{quoted(column.name)}::{column.type} as {quoted(column.name)}" for column in table.columns)
    statement = f"create or replace view {quoted(table.name)} as select {columns} from ({_select(table)}\n)"
    with _explained(connection, table):
        connection.execute(";\n".join([statement, *_comments(table, "view")]))


def _comments(table: Declaration, kind: str) -> list[str]:
    name = quoted(table.name)
    return [
        f"comment on {kind} {name} is {literal(table.comment)}",
        *(f"comment on column {name}.{quoted(column.name)} is {literal(column.comment)}" for column in table.columns),
    ]


def fill_from_sql(connection: duckdb.DuckDBPyConnection, table: Declaration) -> None:
    """Create the table and fill it by its SELECT. Raises ContractError if the SELECT does not fit its declaration."""
    select = _select(table)
    create_table(connection, table)
    order = ", ".join(quoted(column) for column in table.primary_key)
    # a column that the SELECT lacks would become NULL by name: naming them all in a condition makes DuckDB look for
    # them
    named = ", ".join(f"{quoted(column.name)} is null" for column in table.columns)
    with _explained(connection, table):
        connection.execute(
            f"insert into {quoted(table.name)} by name "
            f"select * from ({select}\n) where true or [{named}] is null order by {order}"
        )


def _select(table: Declaration) -> str:
    if table.sql is None:
        raise ContractError(f"{table.place}: {table.name} has no SELECT.", f"Write {table.name}.sql beside it.")
    return table.sql.rstrip().rstrip(";")


@contextmanager
def _explained(connection: duckdb.DuckDBPyConnection, table: Declaration) -> Iterator[None]:
    """Say of a SELECT that does not run where it is and what is wrong with it."""
    try:
        yield
    except (duckdb.IOException, duckdb.OutOfMemoryException):
        raise  # the disk or the memory, not the SELECT
    except duckdb.Error as error:
        _check_columns(connection, table, _select(table))
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
    """The first row of a query that gives one, its result read to the end: DuckDB 2.0 keeps a connection busy until
    then."""
    rows: list[tuple[Any, ...]] = connection.execute(query, list(parameters)).fetchall()
    return rows[0]


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
