"""The SELECT of the table `lineage`, written from what the declarations say of their inputs.

A column with `references` and a `role` names the row that it was made from. `inputs` of a table name the others: by the
values of their key, or by a join. There is no list of tables here: a new table's rows are traced by its own
declaration.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from pipelines.errors import ContractError
from pipelines.warehouse.names import literal, quoted

LINEAGE = "lineage"
"""Name of the table that this module writes the SELECT of."""
KEYS = {"role", "table", "key", "join", "where"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Input:
    """Rows that a row was made from.

    role: what they are to it; `{column}` is a column of the input. table: theirs. key: SQL expressions over the
    row, the values of their primary key in its order. join: instead of a key, a condition over `this` (the row) and
    `input`. where: a condition over the row; without it, every row has this input.
    """

    role: str
    table: str
    key: tuple[str, ...]
    join: str | None
    where: str | None


class Traced(Protocol):
    """A declared table as lineage sees it."""

    @property
    def name(self) -> str:
        """Name of the table."""

    @property
    def place(self) -> str:
        """File that declares it, for messages."""

    @property
    def primary_key(self) -> tuple[str, ...]:
        """Its key columns, in order."""

    @property
    def inputs(self) -> tuple[Input, ...]:
        """What its rows were made from."""


def read_input(spec: Mapping[str, Any], place: str) -> Input:
    """One entry of a declaration's `inputs`. Raises ContractError."""
    if unknown := sorted(set(spec) - KEYS):
        raise ContractError(f"{place}: an input has unknown key {unknown[0]!r}.", f"Known: {', '.join(sorted(KEYS))}.")
    if not spec.get("role") or not spec.get("table") or ("key" in spec) == ("join" in spec):
        raise ContractError(
            f"{place}: input {spec.get('role', spec.get('table', ''))!r} needs role, table, and either key or join."
        )
    return Input(str(spec["role"]), str(spec["table"]), tuple(spec.get("key", ())), spec.get("join"), spec.get("where"))


def check_inputs(tables: Mapping[str, Traced]) -> None:
    """Raise ContractError for an input that is not declared, or that is named by another number of values than its
    key has."""
    for table in tables.values():
        for found in table.inputs:
            known = tables.get(found.table)
            if known is None:
                raise ContractError(f"{table.place}: input {found.role!r} is of {found.table}, which is not declared.")
            if found.join is None and len(found.key) != len(known.primary_key):
                raise ContractError(
                    f"{table.place}: input {found.role!r} names {found.table} by {', '.join(found.key)}; "
                    f"its key is {', '.join(known.primary_key)}."
                )


def lineage_sql(tables: Iterable[Traced]) -> str:
    """The SELECT of `lineage`: an edge from each row of each table to each row that it was made from."""
    known = {table.name: table for table in tables}
    edges = [edge for table in known.values() for edge in edges_of(table, known)]
    body = "\n    union all\n".join(edges) or f"    {_NO_EDGE}"
    return (
        f"with edges as (\n{body}\n)\n\n"
        "select distinct table_name, row_key, role, input_table, input_key\n"
        "from edges\n"
        "where input_key is not null\n"
    )


_NO_EDGE = (
    "select '' as table_name, '' as row_key, '' as role, '' as input_table, null::varchar as input_key where false"
)


def edges_of(table: Traced, known: Mapping[str, Traced]) -> Iterator[str]:
    for found in table.inputs:
        rows = f"(select * from {quoted(table.name)} where {found.where})" if found.where else quoted(table.name)
        columns = {
            "table_name": literal(table.name),
            "row_key": _key(f"this.{quoted(column)}" for column in table.primary_key),
            "role": _role(found),
            "input_table": literal(found.table),
            "input_key": _key(found.key or [f"input.{quoted(column)}" for column in known[found.table].primary_key]),
        }
        listed = ", ".join(f"{value} as {name}" for name, value in columns.items())
        joined = f", {quoted(found.table)} as input where {found.join}" if found.join else ""
        yield f"    select {listed}\n    from {rows} as this{joined}"


def _role(found: Input) -> str:
    """The role as SQL, columns in place of their names."""
    side = "this" if found.join is None else "input"
    parts = enumerate(_PLACEHOLDER.split(found.role))
    return " || ".join(f"{side}.{quoted(part)}" if odd % 2 else literal(part) for odd, part in parts if part)


def _key(values: Iterable[str]) -> str:
    listed = list(values)
    return f"row_key({', '.join(listed)})" if len(listed) > 1 else f"{listed[0]}::varchar"
