"""No SELECT knows how a source words a remark: what a remark changes is a facet of the contract (owned, scope,
qualifier)."""

import re
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from tests.conftest import CHECKOUT

REMARKS = {"note", "qualifier"}
HARMLESS = (
    exp.Is, exp.NullSafeEQ, exp.NullSafeNEQ, exp.Connector, exp.Case, exp.If, exp.Coalesce, exp.Concat, exp.ConcatWs,
    exp.AggFunc,
)  # fmt: skip
"""Whether there is a remark may be asked; what it says may not, unless with another row's."""
STATEMENTS = [path for path in sorted((CHECKOUT / "analysis").glob("*/*.sql")) if path.parent.name != "macros"]
"""All that reads tables; a macro of a formula does not."""


def looks_into_remarks(sql: str) -> list[str]:
    """The conditions and text functions of a script that a remark is an argument of, beside a literal."""
    found = []
    for tree in sqlglot.parse(sql, read="duckdb"):
        for node in tree.find_all(exp.Predicate, exp.Func) if tree is not None else []:
            if isinstance(node, HARMLESS):
                continue
            named = {column.name for column in node.find_all(exp.Column)}
            if named & REMARKS and any(literal.is_string for literal in node.find_all(exp.Literal)):
                found.append(node.sql())
    return found


@pytest.mark.parametrize(
    "condition",
    [
        "o.note ilike 'already owned%'",
        "regexp_matches(note, 'context')",
        "regexp_extract(note, '([0-9]+)k', 1) <> ''",
        "not coalesce(s.note = 'one of two options', false)",
        "note in ('sustained', 'combined')",
        "contains(o.qualifier, 'tariff')",
    ],
)
def test_looking_into_a_remark_is_seen(condition: str) -> None:
    assert looks_into_remarks(f"select 1 from observations as o where {condition}")


@pytest.mark.parametrize(
    "condition", ["note is not null", "o.scope is distinct from 'option'", "o.qualifier = p.qualifier"]
)
def test_asking_whether_there_is_a_remark_is_no_looking_into_it(condition: str) -> None:
    assert not looks_into_remarks(f"select 1 from observations as o, prices as p where {condition}")


@pytest.mark.parametrize("path", STATEMENTS, ids=lambda path: path.stem)
def test_no_select_looks_into_remarks(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    select = re.split(r"\bas table\b", text)[-1].split("comment on")[0]  # of a table macro, its body
    assert not looks_into_remarks(select)
