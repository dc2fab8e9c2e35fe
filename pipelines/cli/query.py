"""`rigonomics sql` and `rigonomics tables`: asking the published database, which is opened read-only."""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.cli.printing import FORMATS, printed
from pipelines.cli.terminal import beneath
from pipelines.errors import RigonomicsError
from pipelines.project import locate

if TYPE_CHECKING:
    import duckdb

MEMORY = "1GB"
SECONDS = 60.0
_BATCH = 10_000
_SLACK_BYTES = 300_000_000
"""What the engine takes besides: for its threads and the columns that it reads."""
_CELL_BYTES = 64
"""What a cell takes in this process at the least, besides its text."""
_MEMORY = re.compile(r"(\d{1,6}(?:\.\d{1,3})?) ?([KMGT])i?B", re.IGNORECASE)


@dataclass(frozen=True)
class Limits:
    """What a query may take: memory as DuckDB writes it, and seconds (0 for no limit)."""

    memory: str = MEMORY
    seconds: float = SECONDS

    @property
    def bytes(self) -> float:
        """The memory in bytes."""
        number, unit = _MEMORY.fullmatch(self.memory).groups()  # type: ignore[union-attr]  # the parser has checked it
        return float(number) * 1000.0 ** ("KMGT".index(unit.upper()) + 1)


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
    sql.add_argument(
        "--guard-formulas", action="store_true", help="in CSV, an apostrophe before a text that a spreadsheet would run"
    )
    sql.add_argument("--memory", type=_memory, default=MEMORY, metavar="SIZE", help=f"at most (default: {MEMORY})")
    sql.add_argument(
        "--seconds", type=_seconds, default=SECONDS, metavar="N", help=f"at most; 0 for no limit (default: {SECONDS:g})"
    )
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
    from pipelines.warehouse.reading import open_to_execute

    limits = Limits(options.memory, options.seconds)
    with open_to_execute(locate(), memory=limits.memory) as connection:
        if options.query is None and sys.stdin.isatty():
            return _prompt(connection, options.format, limits)
        query = sys.stdin.read() if options.query in (None, "-") else options.query
        print(answer(connection, query, options.format, limits=limits, guard_formulas=options.guard_formulas))
    return 0


def run_tables(options: argparse.Namespace) -> int:
    """List tables, or the columns of one."""
    from pipelines.warehouse.reading import open_to_execute

    with open_to_execute(locate()) as connection:
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
left join duckdb_tables() as t using (table_name)
group by all
order by 1
"""
COLUMNS = """
select column_name as "column", type, coalesce(unit, '') as unit, if(is_key, 'key', '') as key, description
from data_dictionary
where table_name = ?
order by position
"""


def answer(
    connection: "duckdb.DuckDBPyConnection",
    query: str,
    form: str,
    parameters: Sequence[Any] = (),
    *,
    limits: Limits | None = None,
    guard_formulas: bool = False,
) -> str:
    """The result of a query, printed in a form. Raises RigonomicsError if it cannot be run, or takes more than
    `limits`."""
    import _duckdb as duckdb  # as `open_to_execute` does

    limits = limits or Limits()
    try:
        with _ended_after(connection, limits.seconds), _bounded(limits):
            cursor = connection.execute(query, list(parameters))
            if cursor is None or cursor.description is None:
                raise RigonomicsError("There is no query in it.", 'For example: rigonomics sql "from answers"')
            columns = [str(column[0]) for column in cursor.description]
            rows = list(_fetched(cursor, limits))
    except duckdb.InterruptException:
        raise RigonomicsError(
            f"The query took more than {limits.seconds:g} s and was ended.", "Ask for less, or set --seconds."
        ) from None
    except (duckdb.OutOfMemoryException, MemoryError) as error:
        raise _too_large(limits) from error
    except duckdb.Error as error:
        raise RigonomicsError(
            f"The query cannot be run. {error}", "rigonomics tables lists the tables and their columns."
        ) from error
    return printed(columns, rows, form, guard_formulas=guard_formulas)


@contextmanager
def _ended_after(connection: "duckdb.DuckDBPyConnection", seconds: float) -> Iterator[None]:
    """Interrupt what the connection runs once the seconds are over."""
    if not seconds:
        yield
        return
    from threading import Timer

    timer = Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


@contextmanager
def _bounded(limits: Limits) -> Iterator[None]:
    """Let the process take no more than a query may and its rows: the engine's own limit leaves long texts out.

    Where the system does not say what the process has (/proc), the engine's limit has to do.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except (ImportError, OSError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most = pages * resource.getpagesize() + int(2 * limits.bytes) + _SLACK_BYTES
    unlimited = resource.RLIM_INFINITY
    within = min(most, *(bound for bound in (soft, hard) if bound != unlimited), 2**62)
    resource.setrlimit(resource.RLIMIT_DATA, (within, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _fetched(cursor: "duckdb.DuckDBPyConnection", limits: Limits) -> Iterator[tuple[Any, ...]]:
    """The rows, as long as they fit into the memory that the query may take."""
    room = limits.bytes
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            room -= sum(_CELL_BYTES + (len(value) if isinstance(value, str | bytes) else 0) for value in row)
        if room < 0:
            raise _too_large(limits)
        yield from batch


def _too_large(limits: Limits) -> RigonomicsError:
    return RigonomicsError(
        f"The query takes more than {limits.memory} of memory.", "Ask for less, as by limit, or set --memory."
    )


def _memory(text: str) -> str:
    if not _MEMORY.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not an amount of memory, as 500MB or 2GB")
    return text


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds")
    return seconds


def unknown_table(connection: "duckdb.DuckDBPyConnection", name: str) -> RigonomicsError:
    """The error for a table that is not there, naming the nearest one."""
    return RigonomicsError(
        f"There is no table {name!r}.{_nearest(connection, name)}", "rigonomics tables lists them all."
    )


def _nearest(connection: "duckdb.DuckDBPyConnection", name: str) -> str:
    rows = connection.execute(
        "select table_name from (select distinct table_name from data_dictionary) "
        "where jaro_winkler_similarity(table_name, ?) > 0.7 order by jaro_winkler_similarity(table_name, ?) desc "
        "limit 1",
        [name, name],
    ).fetchall()
    return f" Did you mean {rows[0][0]}?" if rows else ""


def _prompt(connection: "duckdb.DuckDBPyConnection", form: str, limits: Limits) -> int:
    from prompt_toolkit import PromptSession
    from prompt_toolkit.completion import WordCompleter
    from prompt_toolkit.history import FileHistory
    from prompt_toolkit.output import create_output

    names = connection.execute("select distinct unnest([table_name, column_name]) from data_dictionary").fetchall()
    session: PromptSession[str] = PromptSession(
        history=FileHistory(str(Path.home() / ".rigonomics_history")),
        completer=WordCompleter([name for (name,) in names], ignore_case=True),
        complete_while_typing=False,
        output=create_output(stdout=beneath(sys.stdout)),
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
                print(answer(connection, "\n".join(lines), form, limits=limits))
            except RigonomicsError as error:
                print(error, file=sys.stderr)
            lines = []
