"""What the published database remembers of the one that it replaces: the record of refreshes, and what this one
changed.

All of it is added after the Parquet is written, so that Parquet depends on the inputs alone. The SELECT of the changes
is analysis/published/changes.sql.
"""

from collections.abc import Container
from datetime import datetime
from pathlib import Path

import duckdb

from pipelines.warehouse.build import count_rows, first_row
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.names import literal, quoted

PREVIOUS = "previous"
PREFIX = "previous_"


def drop_undeclared(connection: duckdb.DuckDBPyConnection, declared: Container[str]) -> None:
    """Remove tables and views that a build which was continued still holds although nothing declares them any more."""
    found = (
        "select 'table', table_name from duckdb_tables() where not internal "
        "union all select 'view', view_name from duckdb_views() where not internal"
    )
    for kind, name in connection.execute(found).fetchall():
        if name not in declared:
            connection.execute(f"drop {kind} {quoted(name)}")


def record_refresh(
    connection: duckdb.DuckDBPyConnection, database: Path, changes: Declaration, digest: str, now: datetime
) -> None:
    """Complete `refreshes` and fill `changes`, comparing with the database that is to be replaced.

    `digest` is that of the Parquet files. Where nothing was published before, or nothing that can be compared with, the
    record begins with this refresh and `changes` is empty.
    """
    is_known = _attach(connection, database)
    try:
        moved = _fill_changes(connection, changes) if is_known else None
        connection.execute(
            "update refreshes set refreshed_at = ?, parquet_digest = ?, changes = ?",
            [now.replace(tzinfo=None), digest, moved],
        )
        if is_known:
            _carry_over(connection)
    finally:
        if is_known:
            _detach(connection, changes)


def _attach(connection: duckdb.DuckDBPyConnection, database: Path) -> bool:
    if not database.is_file():
        return False
    try:
        connection.execute(f"attach {literal(str(database))} as {PREVIOUS} (read_only)")
    except duckdb.Error:
        return False  # damaged, or no database: it is replaced
    return True


def _detach(connection: duckdb.DuckDBPyConnection, changes: Declaration) -> None:
    for name in _compared(changes):
        connection.execute(f"drop view if exists {name}")
    connection.execute(f"detach {PREVIOUS}")


def _compared(changes: Declaration) -> list[str]:
    return sorted(name for name in changes.reads if name.startswith(PREFIX))


def _fill_changes(connection: duckdb.DuckDBPyConnection, changes: Declaration) -> int | None:
    """Rows of `changes`; None if the tables before were of another shape."""
    try:
        for name in _compared(changes):
            table = quoted(name.removeprefix(PREFIX))
            connection.execute(f"create temp view {name} as select * from {PREVIOUS}.{table}")
        connection.execute(f"insert into {quoted(changes.name)} by name {changes.sql}")
    except (duckdb.CatalogException, duckdb.BinderException):
        return None
    return count_rows(connection, changes.name)


def _carry_over(connection: duckdb.DuckDBPyConnection) -> None:
    """Put the record of the refreshes before this one behind it; a record of another shape is left behind."""
    columns = [name for (name,) in connection.execute("select column_name from (describe refreshes)").fetchall()]
    listed = ", ".join(quoted(name) for name in columns)
    try:
        (refresh_id,) = first_row(connection, "select refresh_id from refreshes")
        (times,) = first_row(
            connection,
            f"select count(*) from {PREVIOUS}.refreshes where refresh_id = ? or refresh_id like ? || '-%'",
            [refresh_id, refresh_id],
        )
        if times:
            connection.execute("update refreshes set refresh_id = refresh_id || '-' || ?", [str(times + 1)])
        connection.execute(
            f"insert into refreshes ({listed}) select * replace (false as is_latest) "
            f"from (select {listed} from {PREVIOUS}.refreshes) order by refreshed_at"
        )
    except (duckdb.CatalogException, duckdb.BinderException):
        return
