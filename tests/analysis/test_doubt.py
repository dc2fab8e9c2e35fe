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
    "builds", "current_systems", "cost_per_token", "system_overview", "system_costs", "own_or_rent", "system_power",
]  # fmt: skip


@pytest.mark.parametrize("table", TABLES)
def test_the_remark_goes_with_the_system_and_with_no_other(table: str, rows: Ask) -> None:
    assert rows(f"select distinct build_id from {table} where doubt is not null order by 1") == rows(
        f"select distinct build_id from {table} where build_id in {DOUBTED} order by 1"
    )
    assert rows(f"select count(*) > 0 from {table} where build_id = 'mac-studio-m4-ultra'") == [(True,)]


def test_claimed_speeds_and_fits_carry_the_remark(rows: Ask) -> None:
    assert rows("select distinct accelerator_id from roofline where doubt is not null order by 1") == [
        ("mac-studio-m4-ultra",)
    ]
    assert rows("select distinct id from model_fit where doubt is not null order by 1") == [(one,) for one in DOUBTED]
    [(cards,)] = rows("select distinct cards from speed_claims where accelerator = 'Apple Mac Studio M4 Ultra' limit 1")
    assert "skipped the M4 Ultra" in cards


def test_the_ranks_of_the_others_have_no_gap(rows: Ask) -> None:
    gaps = "select model_class, scenario_id from answers group by all having max(rank) <> count(rank)"
    assert rows(gaps) == []


def test_a_doubted_system_is_the_answer_to_nothing_unless_the_assumptions_let_it(settled: Project) -> None:
    # a system that has costs of every kind is said not to exist
    catalogue = settled.catalogue.read_text(encoding="utf-8")
    section = "[hardware.dgx-spark]\n"
    assert section in catalogue
    settled.catalogue.write_text(catalogue.replace(section, f'{section}doubt = "nobody made it"\n'), encoding="utf-8")
    refresh(settled, with_report=False)
    ranked = """
        select count(usd_per_mtok_mid) > 0, count(rank) > 0, any_value(doubt), any_value(excluded)
        from answers
        where build_id = 'dgx-spark'
    """
    assert read(settled, ranked) == [(True, False, "nobody made it", "nobody made it")]
    answers = """
        select 1 from cost_front where build_id = 'dgx-spark' and on_front
        union all
        select 1 from could_beat where build_id = 'dgx-spark'
        union all
        select 1
        from workload_answers
        where build_id = 'dgx-spark' and (rank is not null or is_cheapest or is_fastest or is_most_memory)
    """
    assert read(settled, answers) == []
    gaps = (
        "select count(*) from (from answers select 1 group by model_class, scenario_id having max(rank) <> count(rank))"
    )
    assert read(settled, gaps) == [(0,)]
    assumptions = settled.assumptions.read_text(encoding="utf-8")
    rule = "[constants.doubted_may_answer]\nvalue = "
    assert f"{rule}0" in assumptions
    settled.assumptions.write_text(assumptions.replace(f"{rule}0", f"{rule}1"), encoding="utf-8")
    refresh(settled, with_report=False)
    assert read(settled, ranked) == [(True, True, "nobody made it", None)]
