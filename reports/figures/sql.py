"""The published database, read only, and the SQL that a reader can open beneath a figure."""

import datetime
import os
import re
from functools import cache
from pathlib import Path

import duckdb
import polars as pl

from figures.web import Block, escape

# The folder of the project is two above this package; RIGONOMICS_DATABASE names another database.
_DEFAULT = Path(__file__).resolve().parents[2] / "data" / "curated" / "rigonomics.duckdb"
_PARAMETER = re.compile(r"'(?:[^']|'')*'|\$([A-Za-z_]\w*)")
_TOKEN = re.compile(r"'(?:[^']|'')*'|--[^\n]*|[()]|\border\s+by\b|\blimit\b", re.IGNORECASE)

Parameter = str | int | float | bool | datetime.date | None


def query(sql: str, **parameters: Parameter) -> pl.DataFrame:
    """The rows of `sql`, whose $names are `parameters`; decimals as floats. The database cannot be written through it.

    Asked twice, it answers from memory: a third of the report's questions are asked again by another page.
    """
    return _answer(sql, tuple(parameters.items()))


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
    """`sql` with an order that leaves nothing open: rows alike by its own order are ordered by their columns, as many as said.

    Rows that are alike come as the threads of the database happen to end, so that a page would not be the same from each build.
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


def forget() -> None:
    """Let go of the database and of all that it answered: RIGONOMICS_DATABASE may name another one now."""
    _connection.cache_clear()
    _answer.cache_clear()
    tables.cache_clear()


@cache
def tables() -> frozenset[str]:
    """Names of the tables that are published. A page that shows a table which may not be there yet asks first."""
    rows = _connection().sql("select table_name from duckdb_tables() where schema_name = 'main'").fetchall()
    return frozenset(name for (name,) in rows)


def show_sql(sql: str, **parameters: Parameter) -> Block:
    """The SQL behind a figure, folded. $names are written out, so that it runs as it is pasted."""
    return Block(
        '<details class="sql"><summary>SQL</summary>'
        f'<pre tabindex="0" aria-label="SQL of this figure"><code>{_kept(written_out(sql, **parameters))}</code></pre></details>'
    )


def written_out(sql: str, **parameters: Parameter) -> str:
    """`sql` with each $name replaced by its value as a literal. Raises KeyError for a name that is not given."""

    def literal(match: re.Match[str]) -> str:
        return match[0] if match[1] is None else _literal(parameters[match[1]])

    lines = _PARAMETER.sub(literal, sql).strip("\n").rstrip().split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    margin = min(indents, default=0)
    return "\n".join(line[margin:].rstrip() for line in lines)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    path = Path(os.environ.get("RIGONOMICS_DATABASE", _DEFAULT))
    if not path.is_file():
        raise FileNotFoundError(f"{path} does not exist. Build it first: rigonomics refresh.")
    return duckdb.connect(str(path), read_only=True)


def _literal(value: Parameter) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)
        case datetime.date():
            return f"date '{value.isoformat()}'"
        case _:
            return "'" + str(value).replace("'", "''") + "'"


def _kept(text: str) -> str:
    """Escaped line by line: a listing keeps its lines and its indents."""
    return "\n".join(
        " " * (len(line) - len(line.lstrip(" "))) + escape_line(line.lstrip(" ")) for line in text.split("\n")
    )


def escape_line(line: str) -> str:
    """One line of code for HTML, inner spaces kept."""
    return "".join(part if part.isspace() else escape(part) for part in re.split(r"(\s+)", line))
