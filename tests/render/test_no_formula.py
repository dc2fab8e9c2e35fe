"""Under reports/ there is no formula: every query takes rows of one table, chooses and orders them, and nothing
else."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from . import fixture

TABLES = "|".join(["duckdb_\\w+", *(path.stem for path in (fixture.REPORTS.parent / "analysis").glob("*/*.toml"))])
SQL = re.compile(
    rf"^\s*(select\s|with\s+\w+\s+as\b|from\s+({TABLES})\b(?!,)|from\s+\$part\s*(where|order|limit|join|$))",
    re.IGNORECASE,
)
ONLY = (
    exp.Select, exp.From, exp.Table, exp.Identifier, exp.Star, exp.Column, exp.Where, exp.Order, exp.Ordered, exp.Limit,
    exp.And, exp.Or, exp.Not, exp.Paren, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In, exp.Is, exp.Null,
    exp.Literal, exp.Boolean, exp.Parameter, exp.Var, exp.Placeholder,
)  # fmt: skip
"""What a query of the report may be made of. No function, no arithmetic, no case, no join, no grouping, no window."""
CATALOG = ("duckdb_functions", "duckdb_tables")
"""DuckDB's own lists of what is in the file, which stand where a table does."""


def strings(path: Path) -> Iterator[str]:
    """The string constants of a module, or of the cells of a page; of a formatted string all its text in one."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".qmd":
        source = "\n".join(re.findall(r"^```\{python\}\n(.*?)^```", source, re.DOTALL | re.MULTILINE))
    formatted: set[ast.AST] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            formatted |= set(ast.walk(node))
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "$part" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in formatted:
            yield node.value


def foreign(sql: str) -> list[str]:
    """What a query holds that the report's queries may not; empty for one that only chooses and orders rows of one
    table."""
    for name in CATALOG:
        sql = sql.replace(f"{name}()", name)
    # of a table macro's call sqlglot makes a table without a name
    tree = sqlglot.parse_one(sql, read="duckdb")
    found = [type(node).__name__ for node in tree.walk() if not isinstance(node, ONLY)]
    tables = list(tree.find_all(exp.Table))
    return found + [f"{len(tables)} tables"] * (len(tables) != 1 or not tables[0].name)


QUERIES = [
    (path.relative_to(fixture.REPORTS).as_posix(), text)
    for path in sorted([*fixture.REPORTS.glob("*.qmd"), *fixture.REPORTS.rglob("figures/**/*.py")])
    for text in strings(path)
    if SQL.match(text) and "figures/prerender.py" not in path.as_posix()
]


def test_the_queries_of_the_report_are_found() -> None:
    assert len(QUERIES) > 40
    assert {place for place, _ in QUERIES} >= {
        f"figures/{page}.py" for page in ("start", "cost", "rent", "power", "trust")
    }


@pytest.mark.parametrize(("place", "sql"), QUERIES)
def test_a_query_of_the_report_only_chooses_and_orders_rows_of_one_table(place: str, sql: str) -> None:
    assert foreign(sql) == [], f"{place}: {sql}"


@pytest.mark.parametrize(
    "sql",
    [
        "select usd_per_mtok(1, 2, 3) as value", "select a / b as ratio from t", "select max(a) from t", "from what_if()",
        "select a from t join u using (id)", "select row_number() over (order by a) from t", "with t as (from u) from t",
        "from t order by abs(a)", "from t where a in (select b from u)", "select case when a then b end from t",
        "select a + 1 from t", "select distinct a from t", "select a from t group by a",
    ],
)  # fmt: skip
def test_a_formula_or_a_second_table_would_be_found(sql: str) -> None:
    assert foreign(sql) != []


def test_the_room_of_looks_knows_no_table_and_no_database() -> None:
    for path in sorted((fixture.REPORTS / "figures" / "look").glob("*.py")):
        source = path.read_text(encoding="utf-8")
        assert "duckdb" not in source, path.name
        assert not re.search(r"^from figures\.(?!look\b)", source, re.MULTILINE), path.name


def test_no_file_of_the_report_is_over_400_lines_and_no_function_over_60() -> None:
    for path in sorted((fixture.REPORTS / "figures").rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        assert source.count("\n") <= 400, path.name
        long = [
            node.name
            for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= 60
        ]
        assert long == [], path.name
