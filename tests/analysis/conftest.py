"""The made-up world in a database, for the tests of curated tables and metrics."""

from collections.abc import Iterator

import duckdb
import pytest

from pipelines.warehouse.build import create_macros, create_table, fill_from_sql
from tests.analysis.made_up import DECLARATIONS, INPUTS, MADE, WANTED, Ask
from tests.small import CHECKOUT

ANALYSIS = CHECKOUT / "analysis"


@pytest.fixture(scope="module")
def made_up() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the tables that the analysis makes of the made-up observations."""
    with duckdb.connect() as connection:
        create_macros(connection, ANALYSIS / "macros")
        for table in WANTED - {made.name for made in MADE} - set(INPUTS):
            create_table(connection, DECLARATIONS[table])
        for table, rows in INPUTS.items():
            create_table(connection, DECLARATIONS[table])
            for row in rows:
                columns = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into {table} ({columns}) values ({marks})", list(row.values()))
        for declaration in MADE:
            fill_from_sql(connection, declaration)
        create_macros(connection, ANALYSIS / "table_macros")
        yield connection


@pytest.fixture
def world(made_up: duckdb.DuckDBPyConnection) -> Ask:
    """Ask that database: world(query, *parameters)."""
    return lambda query, *parameters: made_up.execute(query, list(parameters)).fetchall()
