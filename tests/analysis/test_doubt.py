"""A machine that another source says does not exist: the remark goes with it, and it is the answer to nothing."""

from collections.abc import Callable
from typing import Any

import pytest

from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import read

Ask = Callable[..., list[tuple[Any, ...]]]
DOUBTED = ("mac-pro-m4-ultra", "mac-studio-m4-ultra")
"""The systems whose chip was skipped, as another source says."""

TABLES = [
    "builds", "current_systems", "cost_per_token", "best_run", "answers", "cost_front", "system_overview", "system_costs",
    "workload_costs", "workload_answers", "own_or_rent", "system_power",
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_the_remark_goes_with_the_system_and_with_no_other(table: str, rows: Ask) -> None:
    found = rows(f"select distinct build_id from {table} where doubt is not null order by 1")
    assert {build for (build,) in found} <= set(DOUBTED)
    assert rows(f"select 1 from {table} where build_id in {DOUBTED} and doubt is null") == []
    assert rows(f"select count(*) > 0 from {table} where build_id = 'mac-studio-m4-ultra'") == [(True,)]


def test_claimed_speeds_and_fits_carry_the_remark(rows: Ask) -> None:
    assert rows("select distinct accelerator_id from roofline where doubt is not null order by 1") == [
        ("mac-studio-m4-ultra",)
    ]
    assert rows("select distinct id from model_fit where doubt is not null order by 1") == [(one,) for one in DOUBTED]
    [(cards,)] = rows("select distinct cards from speed_claims where accelerator = 'Apple Mac Studio M4 Ultra' limit 1")
    assert "skipped the M4 Ultra" in cards


def test_it_is_the_answer_to_nothing_and_a_column_says_why(rows: Ask) -> None:
    # it has costs, and no rank
    assert rows(
        "select count(usd_per_mtok_mid) > 0, count(rank), count(rank_measured) from answers where build_id = 'mac-studio-m4-ultra'"
    ) == [(True, 0, 0)]
    assert rows("select distinct excluded from answers where build_id = 'mac-studio-m4-ultra'") == [
        ("frontier-hardware-strategy (2025-12-31) says that Apple skipped the M4 Ultra",)
    ]
    assert rows(f"select 1 from cost_front where build_id in {DOUBTED} and on_front") == []
    best = f"select 1 from workload_answers where build_id in {DOUBTED} and (rank is not null or is_cheapest or is_fastest or is_most_memory)"
    assert rows(best) == []
    assert rows(f"select 1 from could_beat where build_id in {DOUBTED}") == []


def test_the_ranks_of_the_others_have_no_gap(rows: Ask) -> None:
    gaps = "select model_class, scenario_id from answers group by all having max(rank) <> count(rank)"
    assert rows(gaps) == []


def test_the_rule_is_an_assumption(project: Project) -> None:
    contract = project.assumptions.read_text(encoding="utf-8")
    rule = "[constants.doubted_may_answer]\nvalue = "
    assert f"{rule}0" in contract
    project.assumptions.write_text(contract.replace(f"{rule}0", f"{rule}1"), encoding="utf-8")
    refresh(project, with_report=False)
    assert read(
        project,
        "select count(rank) > 0, count(excluded), count(doubt) > 0 from answers where build_id = 'mac-studio-m4-ultra'",
    ) == [(True, 0, True)]
