"""The tree that `rigonomics trace` prints: a row, its figures and formulas, its inputs, and at its ends the cells.

It reads the published tables only: their declarations say what a row was made from, as the view `lineage` does of all
tables at once; which macros a table calls is read from its SELECT.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import duckdb
import sqlglot
from sqlglot import exp

from pipelines.cli.query import unknown_table
from pipelines.errors import RigonomicsError
from pipelines.project import Project
from pipelines.warehouse.declarations import Declaration, load_declarations
from pipelines.warehouse.names import quoted
from pipelines.warehouse.origins import inputs_of

SHOWN_ROWS = 12
"""Rows that are listed where a key fits several."""
REMARKS = ("assumptions", "arithmetic", "derivation", "why_chosen", "missing", "excluded", "constant_source")
"""Columns that say in words what a row rests on or lacks."""
HELPERS = frozenset({"mid", "reasons", "row_key", "evidence_order"})
"""Macros that compute nothing a reader would check."""
EDITED_FILES = {
    table: f"data/{file}.toml"
    for file, tables in {
        "assumptions": (
            "assumptions", "scenario_choices", "modelled_runs", "price_preference", "source_preference",
            "quantization_families", "model_classes", "cloud_purchases", "workloads", "quarantine_limits",
        ),
        "catalogue": ("catalogue_models", "catalogue_hardware", "catalogue_builds", "catalogue_unstated"),
    }.items()
    for table in tables
}  # fmt: skip
"""Tables that are files which a user edits."""


def trace(
    project: Project, connection: duckdb.DuckDBPyConnection, table: str, key: list[str], depth: int = 50
) -> Iterator[str]:
    """The lines of the tree for one row.

    Raises RigonomicsError if there is no such table or row, or if the key fits several rows, which it then lists.
    """
    tree = _Tree(connection, load_declarations(project.analysis, project.root))
    if table not in tree.columns or table not in tree.declarations:
        raise unknown_table(connection, table)
    yield from tree.lines(table, tree.row_key_of(table, key), depth)


@dataclass
class _Tree:
    """What has been printed, and the published tables it is read from."""

    connection: duckdb.DuckDBPyConnection
    declarations: dict[str, Declaration]
    expanded: set[tuple[str, str]] = field(default_factory=set)
    explained: set[str] = field(default_factory=set)

    @cached_property
    def columns(self) -> dict[str, dict[str, str | None]]:
        """Units of the columns of each table, in order."""
        found: dict[str, dict[str, str | None]] = {}
        query = "select table_name, column_name, unit from data_dictionary order by table_name, position"
        for table, column, unit in self.connection.execute(query).fetchall():
            found.setdefault(table, {})[column] = unit
        return found

    @cached_property
    def formulas(self) -> dict[str, str]:
        """Comment of each macro."""
        query = "select function_name, comment from duckdb_functions() where comment is not null and not internal"
        return {name: comment for name, comment in self.connection.execute(query).fetchall() if name not in HELPERS}

    def row_key_of(self, table: str, key: list[str]) -> str:
        """The key of the one row that the given values fit."""
        columns = self.declarations[table].primary_key
        if len(key) > len(columns):
            raise RigonomicsError(
                f"{table} has a key of {len(columns)}, not {len(key)}: {', '.join(columns)}.",
                f"rigonomics tables {table} explains them.",
            )
        given = " and ".join(f"{quoted(column)}::varchar = ?" for column in columns[: len(key)]) or "true"
        order = ", ".join(quoted(column) for column in columns)
        rows = self.connection.execute(
            f"select {order} from {quoted(table)} where {given} order by all", key
        ).fetchall()
        if len(rows) == 1:
            return " | ".join(str(value) for value in rows[0] if value is not None)
        if not rows:
            raise RigonomicsError(
                f"{table} has no row with {', '.join(f'{c} {v!r}' for c, v in zip(columns, key, strict=False))}.",
                f'rigonomics sql "select {", ".join(columns)} from {table}" lists them.',
            )
        listed = [" ".join(_as_argument(value) for value in row) for row in rows[:SHOWN_ROWS]]
        more = [f"… and {len(rows) - SHOWN_ROWS} more"] if len(rows) > SHOWN_ROWS else []
        raise RigonomicsError(
            f"{len(rows)} rows of {table} fit; its key is {', '.join(columns)}.",
            "\n  ".join(["Name one of them:", *(f"rigonomics trace {table} {row}" for row in listed), *more]),
        )

    def lines(
        self, table: str, key: str, depth: int, role: str = "", indent: str = "", branch: str = ""
    ) -> Iterator[str]:
        """The row and everything below it."""
        if table == "observations":
            yield f"{indent}{branch}{role + ': ' if role else ''}{self.cell(key)}"
            inner = indent + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
            rates = self.inputs(table, key)
            for n, (rate_role, _, rate_key) in enumerate(rates, start=1):
                yield f"{inner}{'└─ ' if n == len(rates) else '├─ '}{rate_role}: {self.cell(rate_key)}"
            return
        inner = indent + {"": "", "├─ ": "│  ", "└─ ": "   "}[branch]
        known = (table, key) in self.expanded
        self.expanded.add((table, key))
        row = self.row(table, key)
        inputs = [] if known or depth <= 0 else self.inputs(table, key)
        again = "  (its inputs are above)" if known and self.inputs(table, key) else ""
        yield f"{indent}{branch}{role + ': ' if role else ''}{table} {key}{again}"
        bar = inner + ("│    " if inputs else "     ")
        if not known:
            yield from (f"{bar}{line}" for line in self.figures(table, row))
            yield from (f"{bar}{line}" for line in self.explanations(table))
        for position, (input_role, input_table, input_key) in enumerate(inputs, start=1):
            yield from self.lines(
                input_table, input_key, depth - 1, input_role, inner, "└─ " if position == len(inputs) else "├─ "
            )

    def row(self, table: str, key: str) -> dict[str, Any]:
        """A row by its key."""
        columns = ", ".join(quoted(column) for column in self.declarations[table].primary_key)
        cursor = self.connection.execute(f"select * from {quoted(table)} where row_key({columns}) = ?", [key])
        names = [column[0] for column in cursor.description or []]
        found = cursor.fetchall()
        return dict(zip(names, found[0], strict=True)) if found else {}

    def inputs(self, table: str, key: str) -> list[tuple[str, str, str]]:
        """Role, table and key of what a row was made from; a reading that another input gives too comes last."""
        found = set(inputs_of(self.connection, self.declarations, table, [key]))
        return sorted(
            found,
            key=lambda edge: (edge[1] == "observations", edge[1] in ("assumptions", "scenarios"), edge[0], edge[2]),
        )

    def figures(self, table: str, row: dict[str, Any]) -> Iterator[str]:
        """The figures of a row with their units, ranges in one; for a file that a user edits, where it is."""
        shown = []
        for column, unit in self.columns[table].items():
            value = row.get(column)
            stem = column.replace("_mid", "_{}") if "_mid" in column else None
            ends = [row.get(stem.format(end)) for end in ("low", "high")] if stem else []
            if value is None or (unit is None and not isinstance(value, float)):
                continue
            if ("_low" in column or "_high" in column) and _middle(column) in row:
                continue
            text = f"{column} = {_number(value)} {unit or row.get('unit') or ''}".rstrip()
            if stem and None not in ends and ends[0] != ends[1]:
                text += f" ({_number(ends[0])} to {_number(ends[1])})"
            shown.append(text)
        if shown:
            yield "; ".join(shown)
        for column in REMARKS:
            if isinstance(row.get(column), str):
                yield f"{column.replace('_', ' ')}: {row[column]}"
        if table in EDITED_FILES:
            stated = f", from {row['source']} ({row['source_day']})" if row.get("source_day") else ""
            yield f"in {EDITED_FILES[table]}{stated}"

    def explanations(self, table: str) -> Iterator[str]:
        """The formulas that a table's SELECT calls, the first time that the table comes up."""
        if table in self.explained:
            return
        self.explained.add(table)
        sql = self.declarations[table].sql
        if sql is None:
            return
        called = {str(call.this) for call in sqlglot.parse_one(sql, read="duckdb").find_all(exp.Anonymous)}
        for name in sorted(called & set(self.formulas)):
            yield f"by {name}: {self.formulas[name]}"

    def cell(self, observation_id: str) -> str:
        """An observation as file, row, column, text and what was read from it."""
        [(raw_file, raw_row, raw_column, raw_text, low, high, text, unit, day, basis, rate)] = self.connection.execute(
            """
            select raw_file, raw_row, raw_column, raw_text, value_low, value_high, value_text, unit, observed_on,
                date_basis, format(' at {:.6g} USD for one {} on {}', usd_per_unit, currency, fx_day)
            from observations
            where observation_id = ?
            """,
            [observation_id],
        ).fetchall()
        value = text if low is None else _number(low) if low == high else f"{_number(low)} to {_number(high)}"
        stated = f" = {value}{' ' + unit if unit else ''}" if value else ""
        when = {"explicit": f", of {day}", "document": f", of {day} as its document", "none": ", without a day"}[basis]
        return f"{raw_file} row {raw_row} column {raw_column!r}: {raw_text!r}{stated}{rate or ''}{when}"


def _middle(column: str) -> str:
    return "_".join("mid" if part in ("low", "high") else part for part in column.split("_"))


def _number(value: Any) -> str:
    return f"{value:,.6g}" if isinstance(value, float) else str(value)


def _as_argument(value: Any) -> str:
    text = str(value)
    return text if text and not set(text) & set(" '\"#&;()|<>*?$") else "'" + text.replace("'", "'\\''") + "'"
