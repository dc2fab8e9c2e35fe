"""Checks that every declared table must pass, and what the failing rows are.

A check selects the rows that break a rule; no rows means that it holds. What a rule is comes from the declaration.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import polars as pl

from pipelines.warehouse.build import first_row
from pipelines.warehouse.declarations import ColumnDeclaration, Declaration
from pipelines.warehouse.markdown import as_markdown
from pipelines.warehouse.names import literal, quoted

SHOWN_ROWS = 5
"""Failing rows that a message lists; the count is always given."""


@dataclass(frozen=True)
class Content:
    """What a table holds: its rows, and a digest of them and one of their keys, in whatever order."""

    rows: int
    digest: str
    keys: str


@dataclass(frozen=True)
class Outcome:
    """Result of one check: its name, how many rows fail and the first of them, and whether it blocks what is
    downstream."""

    check: str
    failing: int
    sample: pl.DataFrame
    blocks: bool = True

    @property
    def passed(self) -> bool:
        """Whether no row breaks the rule."""
        return self.failing == 0

    def as_message(self, table: str) -> str:
        """What fails in a table, with the first failing rows."""
        rows = as_markdown(self.sample.columns, self.sample.rows())
        return f"{table}: check {self.check} fails on {self.failing} rows\n{rows}"


def check_schema(connection: duckdb.DuckDBPyConnection, table: Declaration) -> Outcome:
    """The table is as declared: its columns in their order, no key twice or NULL, every reference leading somewhere."""
    found = connection.table(table.name).columns
    declared = [column.name for column in table.columns]
    if found != declared:
        wrong = sorted(set(found) ^ set(declared)) or declared
        return Outcome(
            "schema",
            len(wrong),
            pl.DataFrame({"broken": [f"column {name} is not where it is declared" for name in wrong]}),
        )
    keys = ", ".join(quoted(column) for column in table.primary_key)
    doubled = (
        f"select 'key occurs ' || count(*) || ' times' as broken, {keys} from {quoted(table.name)} "
        f"group by {keys} having count(*) > 1"
    )
    return _failing(connection, "schema", f"{doubled} union all by name {_broken(table, _schema_rules(table))}")


def check_values(connection: duckdb.DuckDBPyConnection, table: Declaration) -> Outcome:
    """Values lie in their declared ranges and lists, and low <= mid <= high where a table carries all three."""
    rules = _value_rules_of(table)
    return _failing(connection, "values", _broken(table, rules)) if rules else Outcome("values", 0, pl.DataFrame())


def check_rules(connection: duckdb.DuckDBPyConnection, table: Declaration) -> Outcome:
    """The rules that the declaration sets between rows: each SELECT gives the rows that break it."""
    for name, select in table.rules:
        outcome = _failing(connection, "rules", f"select {literal(name)} as broken, * from ({select})")
        if not outcome.passed:
            return outcome
    return Outcome("rules", 0, pl.DataFrame())


CHECKS = {"schema": check_schema, "values": check_values, "rules": check_rules}
"""The blocking checks of every table, by name."""


def examine(connection: duckdb.DuckDBPyConnection, table: Declaration) -> tuple[Content, list[Outcome]]:
    """What a table that was just filled holds, and the outcome of every check.

    One scan tells whether rows break anything; the checks look which ones only if some do.
    """
    schema = " or ".join(f"({condition})" for _, condition in _schema_rules(table)) or "false"
    values = " or ".join(f"({condition})" for _, condition in _value_rules_of(table)) or "false"
    keys = ", ".join(quoted(column) for column in table.primary_key)
    rows, unequal, both, total, keys_both, keys_total, off_schema, off_values = first_row(
        connection,
        f"""
        select
            count(*), count(distinct key), bit_xor(content), sum(content), bit_xor(key), sum(key),
            count_if(off_schema), count_if(off_values)
        from (
            select hash(t) as content, hash({keys}) as key, {schema} as off_schema, {values} as off_values
            from {quoted(table.name)} as t
        )
        """,
    )
    may_fail = {"schema": off_schema or unequal != rows, "values": off_values, "rules": table.rules}
    outcomes = [
        check(connection, table) if may_fail[name] else Outcome(name, 0, pl.DataFrame())
        for name, check in CHECKS.items()
    ]
    if not rows:
        return Content(0, "empty", "empty"), outcomes
    return Content(int(rows), f"{both:016x}-{int(total):x}", f"{keys_both:016x}-{int(keys_total):x}"), outcomes


def _schema_rules(table: Declaration) -> list[tuple[str, str]]:
    """What no row may be: without a value that it has to have, or with a reference that leads nowhere."""
    empty = [
        (f"{column.name} is NULL", f"{quoted(column.name)} is null")
        for column in table.columns
        if not column.nullable or column.name in table.primary_key
    ]
    return empty + _reference_rules(table)


def _value_rules_of(table: Declaration) -> list[tuple[str, str]]:
    return [rule for column in table.columns for rule in _value_rules(column)] + _interval_rules(table)


def _reference_rules(table: Declaration) -> list[tuple[str, str]]:
    rules = []
    for column in table.columns:
        if column.references:
            table_name, target = column.referred
            known = f"select {quoted(target)} from {quoted(table_name)}"
            missing = f"{quoted(column.name)} is not null and {quoted(column.name)} not in ({known})"
            rules.append((f"{column.name} is not in {column.references}", missing))
    return rules


def _value_rules(column: ColumnDeclaration) -> list[tuple[str, str]]:
    name = quoted(column.name)
    rules = []
    if column.range:
        low, high = column.range
        rules.append((f"{column.name} outside {low:g} to {high:g}", f"not ({name} between {low!r} and {high!r})"))
    if column.values:
        allowed = ", ".join(literal(value) for value in column.values)
        rules.append((f"{column.name} is none of {', '.join(column.values)}", f"{name} not in ({allowed})"))
    if column.type.upper() == "DOUBLE":
        rules.append((f"{column.name} is not finite", f"not isfinite({name})"))
    return rules


def _interval_rules(table: Declaration) -> list[tuple[str, str]]:
    """Ordered intervals: x_low <= x_mid <= x_high, the unit's suffix included (price_low_usd, payback_years_low)."""
    names = {column.name for column in table.columns}
    rules = []
    for low in sorted(name for name in names if "low" in name.split("_")):
        chain = [name for name in (low, _swap(low, "mid"), _swap(low, "high")) if name in names]
        rules += [
            (f"{smaller} is above {larger}", f"{quoted(smaller)} > {quoted(larger)} + 1e-12 * abs({quoted(larger)})")
            for smaller, larger in itertools.pairwise(chain)
        ]
    return rules


def _swap(name: str, end: str) -> str:
    return "_".join(end if part == "low" else part for part in name.split("_"))


def _broken(table: Declaration, rules: Sequence[tuple[str, str]]) -> str:
    """A SELECT of the rows that break rules (what is broken, condition), one row for each broken rule, in one scan."""
    keys = ", ".join(quoted(column) for column in table.primary_key)
    named = ", ".join(f"case when {condition} then {literal(rule)} end" for rule, condition in rules)
    any_broken = " or ".join(f"({condition})" for _, condition in rules)
    return (
        f"select unnest(list_filter([{named}], lambda rule: rule is not null)) as broken, {keys} "
        f"from {quoted(table.name)} where {any_broken}"
    )


def _failing(connection: duckdb.DuckDBPyConnection, check: str, select: str) -> Outcome:
    failing = int(first_row(connection, f"select count(*) from ({select})")[0])
    sample = connection.sql(f"select * from ({select}) limit {SHOWN_ROWS}").pl() if failing else pl.DataFrame()
    return Outcome(check, failing, sample)


def check_conservation(connection: duckdb.DuckDBPyConnection) -> Outcome:
    """Nothing is lost: the cells of each file, counted from the file, are its empty, label, observed, rejected and
    ignored ones.

    The cells of a large table stay in its file; what was read of it was counted as it was read.
    """
    return _failing(
        connection,
        "conservation",
        """
        with counted as (
            select raw_file, count(*) as cells_in_file
            from raw_cells
            group by raw_file
        ),
        rejections as (
            select raw_file, count(distinct (raw_row, column_name)) as cells_with_reason, sum(cells) as cells_covered
            from rejected_rows
            group by raw_file
        ),
        kept as (
            select raw_file, count(*) as published
            from observations
            group by raw_file
        )
        select raw_file, cells_in_file, cells, empty, label, observed, rejected, ignored, published, observations
        from raw_files
        full join counted using (raw_file)
        left join rejections using (raw_file)
        left join kept using (raw_file)
        where (not in_partitions and cells is distinct from cells_in_file)
            or cells is distinct from empty + label + observed + rejected + ignored
            or rejected is distinct from coalesce(if(in_partitions, cells_covered, cells_with_reason), 0)
            or observations is distinct from coalesce(published, 0)
        """,
    )
