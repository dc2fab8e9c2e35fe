"""The scraped cells that rows of a build rest on, so that a check that fails says where to look.

The view `lineage` is of whole builds and asks every table; here the same edges are followed from the rows of one table.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.contracts.toml import shown
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.lineage import edges_of
from pipelines.warehouse.names import quoted

FOLLOWED_ROWS = 50
"""Rows of one table that are followed: a sum over everything rests on everything."""
PLACE = ("source_id", "raw_file", "raw_row")


@dataclass(frozen=True)
class Origin:
    """A scraped cell."""

    source_id: str
    raw_file: str
    raw_row: int
    raw_column: str
    raw_text: str

    def __str__(self) -> str:
        return f"{self.raw_file} row {self.raw_row} column {shown(self.raw_column)}: {shown(self.raw_text)}"


def origins(
    connection: duckdb.DuckDBPyConnection, declarations: Mapping[str, Declaration], table: str, rows: pl.DataFrame
) -> list[Origin]:
    """The cells that `rows`, which have the key columns of `table`, rest on; those that fewer steps lead to come first.

    What the build does not hold yet, or no more, is passed over.
    """
    keys = declarations[table].primary_key
    if not set(keys) <= set(rows.columns):
        return []
    frontier = {
        table: {" | ".join(str(value) for value in row if value is not None) for row in rows.select(keys).rows()}
    }
    seen: set[tuple[str, str]] = set()
    found: dict[Origin, None] = {}
    while frontier:
        following: dict[str, set[str]] = {}
        for name, row_keys in frontier.items():
            fresh = sorted({key for key in row_keys if (name, key) not in seen})[:FOLLOWED_ROWS]
            seen |= {(name, key) for key in fresh}
            cells = _cells(connection, declarations[name], fresh)
            found |= dict.fromkeys(cells)
            for _, input_table, input_key in [] if cells else inputs_of(connection, declarations, name, fresh):
                following.setdefault(input_table, set()).add(input_key)
        frontier = following
    return list(found)


def _cells(connection: duckdb.DuckDBPyConnection, table: Declaration, row_keys: list[str]) -> list[Origin]:
    """The cells of rows that say themselves where they were read."""
    columns = {column.name for column in table.columns}
    column = next((name for name in ("raw_column", "column_name") if name in columns), None)
    if not set(PLACE) <= columns or column is None or "raw_text" not in columns:
        return []
    key = " || ' | ' || ".join(f"{quoted(name)}::varchar" for name in table.primary_key)
    query = (
        f"select source_id, raw_file, raw_row, {column}, coalesce(raw_text, '') from {quoted(table.name)} "
        f"where {key} in (select unnest(?)) order by all"
    )
    with suppress(duckdb.Error):
        return [Origin(*row) for row in connection.execute(query, [row_keys]).fetchall()]
    return []


def inputs_of(
    connection: duckdb.DuckDBPyConnection, declarations: Mapping[str, Declaration], table: str, row_keys: list[str]
) -> Iterable[tuple[str, str, str]]:
    """Role, table and key of what rows were made from. An edge whose tables are not there, or not yet, is passed
    over."""
    for edge in edges_of(declarations[table], declarations):
        with suppress(duckdb.Error):
            yield from connection.execute(
                f"select distinct role, input_table, input_key from ({edge}) "
                "where row_key in (select unnest(?)) and input_key is not null order by all",
                [row_keys],
            ).fetchall()
