"""The published database, read only. The report's queries take rows from one table, choose and order them, and
nothing else."""

import os
import re
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from figures.look.listing import Parameter, Source

# The folder of the project is two above this package; RIGONOMICS_DATABASE names another database.
_DEFAULT = Path(__file__).resolve().parents[2] / "data" / "curated" / "rigonomics.duckdb"
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|[()]|\border\s+by\b|\blimit\b", re.IGNORECASE)
_FROM = re.compile(r"\bfrom\s+(\w+)\b(?!\s*\()", re.IGNORECASE)


def query(sql: str, **parameters: Parameter) -> pl.DataFrame:
    """The rows of `sql`, whose $names are `parameters`; decimals as floats. The database cannot be written through it.

    Asked twice, it answers from memory: a third of the report's questions are asked again by another page.
    """
    return _answer(sql, tuple(parameters.items()))


def source(sql: str, **parameters: Parameter) -> Source:
    """What a figure shows beneath itself of the query that it was made with."""
    match = _FROM.search(sql)
    table = match[1] if match else ""
    key, made_by = _declared().get(table, ((), ""))
    return Source(sql, parameters, table, key, made_by, lambda: query(sql, **parameters))


def source_of(table: str) -> Source:
    """The source of single figures of a table, for the trace of a row."""
    key, made_by = _declared()[table]
    return Source(f"from {table}", {}, table, key, made_by)


@cache
def _answer(sql: str, parameters: tuple[tuple[str, Parameter], ...]) -> pl.DataFrame:
    given = dict(parameters) or None
    asked = _connection().sql(sql, params=given)
    if asked is None:
        raise ValueError("query() wants a select.")
    relation = _connection().sql(settled(sql, len(asked.columns)), params=given)
    frame: pl.DataFrame = relation.pl()
    return frame.with_columns(pl.selectors.decimal().cast(pl.Float64))


def settled(sql: str, columns: int) -> str:
    """`sql` with an order that leaves nothing open: rows alike by its own order are ordered by their columns, as many
    as said.

    Rows that are alike come as the threads of the database happen to end, so that a page would not be the same from
    each build.
    """
    depth, order, limit = 0, -1, -1
    for token in _TOKEN.finditer(sql):
        word = token[0].lower()
        depth += (word == "(") - (word == ")")
        if depth == 0 and word.startswith("order"):
            order, limit = token.end(), -1
        elif depth == 0 and word == "limit":
            limit = token.start()
    everything = ", ".join(str(number) for number in range(1, columns + 1))
    body, rest = (sql, "") if limit < 0 else (sql[:limit], sql[limit:])
    body = body.rstrip().removesuffix(";")
    if order >= 0 and body[order:].split() == ["all"]:
        return sql
    return f"{body}\n{', ' if order >= 0 else 'order by '}{everything}\n{rest}"


@cache
def _declared() -> dict[str, tuple[tuple[str, ...], str]]:
    """For each table its key columns in order and the file that makes it."""
    if "data_dictionary" not in tables():
        return {}
    rows = query(
        "select table_name, column_name, made_by from data_dictionary where is_key order by table_name, position"
    )
    found: dict[str, tuple[tuple[str, ...], str]] = {}
    for name, column, made_by in rows.iter_rows():
        found[name] = ((*found.get(name, ((), ""))[0], column), made_by)
    return found


def forget() -> None:
    """Let go of the database and of all that it answered: RIGONOMICS_DATABASE may name another one now."""
    for kept in (_connection, _answer, _declared, tables):
        kept.cache_clear()


@cache
def tables() -> frozenset[str]:
    """Names of the tables that are published."""
    rows = _connection().sql("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
    return frozenset(name for (name,) in rows)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    path = Path(os.environ.get("RIGONOMICS_DATABASE", _DEFAULT))
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. Build it first: rigonomics refresh.")
    return duckdb.connect(str(path), read_only=True)
