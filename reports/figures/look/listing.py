"""What lies beneath a figure: its SQL, and the line that traces a row of it down to the cells. Knows no table.

A figure names its Source; `rigonomics trace` prints the formulas and the inputs of a row by the key that is shown here.
"""

import datetime
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from figures.look.web import Block, escape

_PARAMETER = re.compile(r"'(?:[^']|'')*'|\$([A-Za-z_]\w*)")
Parameter = str | int | float | bool | datetime.date | None


@dataclass(frozen=True)
class Source:
    """Where a figure's rows are from: the query with its $names, the table, its key columns, the file that makes it.

    `rows` asks for all of them again.
    """

    sql: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    table: str = ""
    key: tuple[str, ...] = ()
    made_by: str = ""
    rows: Callable[[], pl.DataFrame] = pl.DataFrame

    def key_of(self, row: Mapping[str, Any]) -> str | None:
        """The key of a row as arguments of `rigonomics trace`; None where a column of it is missing or unknown."""
        if not self.key or any(row.get(column) is None for column in self.key):
            return None
        return " ".join(shlex.quote(str(row[column])) for column in self.key)

    def block(self, example: Mapping[str, Any] | None = None) -> Block:
        """The folded SQL, and beside it the folded trace with the key of `example`."""
        return show_sql(self.sql, **self.parameters) + self.trace(example)

    def trace(self, row: Mapping[str, Any] | None = None) -> Block:
        """The folded line that traces a row, and where its formula is; nothing for a query of no declared table."""
        if not self.key:
            return Block("")
        key = (self.key_of(row) if row else None) or " ".join(column.upper() for column in self.key)
        return trace_note(f"rigonomics trace {self.table} {key}", self.made_by, self.table)


def trace_note(command: str, made_by: str, table: str) -> Block:
    """A folded `?` with a command that traces a figure and the file that holds its formula."""
    return Block(
        f'<details class="trace"><summary><span aria-hidden="true">?</span><span class="visually-hidden">Where this '
        f"figure of {escape(table)} is from</span></summary><p><code>{escape(command)}</code> prints its inputs, down "
        f"to the cells. Its formula is in <code>{escape(made_by)}</code>.</p></details>"
    )


def show_sql(sql: str, **parameters: Parameter) -> Block:
    """The SQL behind a figure, folded. $names are written out, so that it runs as it is pasted."""
    return Block(
        '<details class="sql"><summary>SQL</summary>'
        f'<pre tabindex="0" aria-label="SQL of this figure"><code>{_kept(written_out(sql, **parameters))}</code></pre>'
        "</details>"
    )


def written_out(sql: str, **parameters: Parameter) -> str:
    """`sql` with each $name replaced by its value as a literal. Raises KeyError for a name that is not given."""

    def literal(match: re.Match[str]) -> str:
        return match[0] if match[1] is None else _literal(parameters[match[1]])

    lines = _PARAMETER.sub(literal, sql).strip("\n").rstrip().split("\n")
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()]
    margin = min(indents, default=0)
    return "\n".join(line[margin:].rstrip() for line in lines)


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
