"""`rigonomics sql` and `rigonomics tables`: asking the published database, which is opened read-only."""

import argparse
import csv
import io
import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import RigonomicsError
from pipelines.project import locate
from pipelines.warehouse.reading import open_published

FORMATS = ("table", "csv", "json", "markdown")


def add_to(commands: Any) -> None:
    """Add the subcommands."""
    sql = commands.add_parser(
        "sql",
        help="ask the published tables in DuckDB SQL",
        description="Run a query on the published database, read-only. Without a query: a prompt (end a query with ;).",
        epilog='example: rigonomics sql "select build_id, usd_per_mtok_mid from cost_per_token order by 2 limit 5"',
    )
    sql.add_argument("query", nargs="?", help="a query; - reads it from standard input")
    sql.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: table)")
    sql.set_defaults(run=run_sql)
    tables = commands.add_parser(
        "tables",
        help="what the tables and their columns mean",
        description="List the published tables, or the columns of one with type, unit and meaning.",
    )
    tables.add_argument("name", nargs="?", help="a table")
    tables.add_argument("--format", choices=FORMATS, default="table", help="how to print (default: table)")
    tables.set_defaults(run=run_tables)


def run_sql(options: argparse.Namespace) -> int:
    """Answer one query, or prompt."""
    with open_published(locate()) as connection:
        if options.query is None and sys.stdin.isatty():
            return _prompt(connection, options.format)
        query = sys.stdin.read() if options.query in (None, "-") else options.query
        print(answer(connection, query, options.format))
    return 0


def run_tables(options: argparse.Namespace) -> int:
    """List tables, or the columns of one."""
    with open_published(locate()) as connection:
        if options.name is None:
            print(answer(connection, TABLES, options.format))
            return 0
        about = connection.execute(
            "select distinct table_description, grain from data_dictionary where table_name = ?", [options.name]
        ).fetchall()
        if not about:
            raise unknown_table(connection, options.name)
        if options.format == "table" and about:
            print(f"{options.name}: {about[0][0]}.\nGrain: {about[0][1]}.\n")
        print(answer(connection, COLUMNS, options.format, [options.name]))
    return 0


TABLES = """
select table_name as "table", t.estimated_size as "rows", any_value(table_description) as description
from data_dictionary
join duckdb_tables() as t using (table_name)
group by all
order by 1
"""
COLUMNS = """
select column_name as "column", type, coalesce(unit, '') as unit, if(is_key, 'key', '') as key, description
from data_dictionary
where table_name = ?
order by position
"""


def answer(connection: duckdb.DuckDBPyConnection, query: str, form: str, parameters: Sequence[Any] = ()) -> str:
    """The result of a query, printed in a form. Raises RigonomicsError if it cannot be run."""
    try:
        cursor = connection.execute(query, list(parameters))
    except duckdb.Error as error:
        raise RigonomicsError(
            f"The query cannot be run. {error}", "rigonomics tables lists the tables and their columns."
        ) from error
    columns = [column[0] for column in cursor.description or []]
    return FORMATTERS[form](columns, cursor.fetchall())


def unknown_table(connection: duckdb.DuckDBPyConnection, name: str) -> RigonomicsError:
    """The error for a table that is not there, naming the nearest one."""
    return RigonomicsError(
        f"There is no table {name!r}.{_nearest(connection, name)}", "rigonomics tables lists them all."
    )


def _nearest(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    rows = connection.execute(
        "select table_name from (select distinct table_name from data_dictionary) "
        "where jaro_winkler_similarity(table_name, ?) > 0.7 order by jaro_winkler_similarity(table_name, ?) desc limit 1",
        [name, name],
    ).fetchall()
    return f" Did you mean {rows[0][0]}?" if rows else ""


def _prompt(connection: duckdb.DuckDBPyConnection, form: str) -> int:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory

    names = connection.execute("select distinct unnest([table_name, column_name]) from data_dictionary").fetchall()
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(Path.home() / ".rigonomics_history")),
        completer=WordCompleter([name for (name,) in names], ignore_case=True),
        complete_while_typing=False,
    )
    print(
        "DuckDB SQL on the published tables, read-only. End a query with ; and leave with Ctrl-D. Tab completes names."
    )
    lines: list[str] = []
    while True:
        try:
            lines.append(session.prompt("sql> " if not lines else "...> "))
        except KeyboardInterrupt:
            lines = []
            continue
        except EOFError:
            return 0
        if lines[-1].rstrip().endswith(";"):
            try:
                print(answer(connection, "\n".join(lines), form))
            except RigonomicsError as error:
                print(error, file=sys.stderr)
            lines = []


def _as_table(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    target = io.StringIO()
    width = None if sys.stdout.isatty() else 10_000
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for index, column in enumerate(columns):
        numeric = any(
            isinstance(row[index], int | float | Decimal) and not isinstance(row[index], bool) for row in rows
        )
        table.add_column(Text(column), justify="right" if numeric else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(_shown(value)) for value in row))
    Console(file=target, width=width or Console().width, highlight=False, no_color=True).print(table)
    return "\n".join(line.rstrip() for line in target.getvalue().splitlines()) + f"\n({len(rows)} rows)"


def _as_csv(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([["" if value is None else value for value in row] for row in rows])
    return target.getvalue().rstrip("\n")


def _as_json(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    records = [dict(zip(columns, row, strict=True)) for row in rows]
    return json.dumps(records, ensure_ascii=False, indent=1, default=_jsonable, allow_nan=False)


def _as_markdown(columns: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = [columns, ["---"] * len(columns), *[[_escaped(_shown(value)) for value in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


FORMATTERS = {"table": _as_table, "csv": _as_csv, "json": _as_json, "markdown": _as_markdown}


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    for character in "\\`*_[]<>|":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", " ")


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
