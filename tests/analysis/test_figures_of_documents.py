"""Figures of the published tables that are computed by hand from the documents."""

from typing import Any

import duckdb
import pytest

from pipelines.warehouse.build import create_macros
from tests.analysis.made_up import Ask
from tests.small import CHECKOUT


@pytest.mark.parametrize(
    ("build_id", "low", "high"),
    [
        # 1,800 + 80 + 500 + 400 + 300 + 200 + 200 + 150
        ("dual-3090-tower", 3_630, 3_630),
        # 3,899 + 1,299 + 3,200 + 7,200 + 599 + 300 + 25 + 150 + 700 + 250 + 180 + 20 + 200 + 75, where 17,972 is
        # printed
        ("quad-4090-threadripper", 18_097, 18_097),
        # 8,250 + 4,099 + 1,100 + 950 + 200 + 450 + 380 + 120 + 200, where 14,949 is printed; then a second card
        ("maxq-1x", 15_749, 15_749),
        ("maxq-2x", 23_999, 23_999),
        # low ends as printed; high ends printed as 7,110, 14,255 and 42,631
        ("tier1-practitioner-5090", 5_845, 6_890),
        ("tier2-power-user-2x5090", 11_305, 14_505),
        ("tier3-research-4xl40s", 36_777, 42_621),
    ],
)
def test_parts_lists_of_the_documents_add_up_to_what_their_lines_say(
    rows: Ask, build_id: str, low: float, high: float
) -> None:
    query = "select capex_low_usd, capex_high_usd, capex_from from build_costs where capex_basis = 'stated' and build_id = ?"
    assert rows(query, build_id) == [(low, high, "parts")]


def test_the_printed_totals_stand_beside_the_sums(rows: Ask) -> None:
    totals: dict[str, Any] = dict(
        rows(
            "select build_id, (stated_total_low_usd, stated_total_high_usd) from build_costs where capex_basis = 'stated'"
        )
    )
    assert totals["maxq-1x"] == (14_949, 14_949)
    assert totals["quad-4090-threadripper"] == (17_972, 17_972)
    assert totals["tier1-practitioner-5090"] == (5_845, 7_110)
    assert totals["tier2-power-user-2x5090"] == (11_305, 14_255)


def test_the_used_cards_of_the_tower_are_priced_by_the_newer_document(rows: Ask) -> None:
    # 550-850 each in April 2026; the bridge 100-150
    assert rows(
        "select capex_low_usd, capex_high_usd from build_costs where build_id = 'dual-3090-tower' and capex_basis = 'current'"
    ) == [(2_950, 3_600)]


def test_a_budget_below_the_price_of_its_card_and_processor_is_no_current_price(rows: Ask) -> None:
    assert rows(
        "select capex_mid_usd, stated_total_high_usd from build_costs where build_id = 'under-4k-5090' and capex_basis = 'current'"
    ) == [(None, 4_000)]


def test_bills_take_the_watts_at_work_and_circuits_the_peak(rows: Ask) -> None:
    # the document prints 2,000 W and more for four L40S; one of them works at a time: 68.4 + 0.889 x 350 + 3 x 20
    [(working, peak, bill)] = rows(
        """
        select w.watts_mid, w.peak_w_high, p.usd_per_year_mid
        from build_power as w
        join power_cost as p using (build_id)
        where w.build_id = 'tier3-research-4xl40s' and w.is_best and p.scenario_id = 'always_on'
        """
    )
    assert working == pytest.approx(439.7, abs=0.1)
    assert peak == 2_000
    assert bill == pytest.approx(working / 1000 * 8760 * 0.15)


def test_a_machine_kept_on_pays_for_its_idle_hours() -> None:
    # 400 W for 40 hours and 60 W for the other 128 are 23,680 Wh a week: 592 W for each hour of work
    with duckdb.connect() as connection:
        create_macros(connection, CHECKOUT / "analysis" / "macros")
        assert connection.execute(
            "select watts_with_idle(400, 60, 40, 168), watts_with_idle(400, null, 40)"
        ).fetchall() == [(pytest.approx(592), 400)]


@pytest.mark.parametrize(
    ("scenario", "rent"),
    [("conservative", 5_214.29), ("heavy", 13_035.71), ("always_on", 21_900), ("four_hours_daily", 3_650)],
)
def test_rent_of_the_card_that_the_summary_compares_with(rows: Ask, scenario: str, rent: float) -> None:
    # USD 2.50 an hour; the summary prints 5,200, 13,000 and 21,840 for years of 52 weeks
    assert rows(
        """
        select cloud_usd_per_year_low, cloud_usd_per_year_high
        from cloud_roi
        inner join cloud_rates using (cloud_rate_id)
        where build_id = 'maxq-1x' and comparison = 'one_gpu' and hardware_id = 'rtx-6000-ada' and scenario_id = ?
            and source_id = 'maxq-workstation-summary'
        """,
        scenario,
    ) == [(pytest.approx(rent, abs=0.01), pytest.approx(rent, abs=0.01))]


def test_four_attorneys_at_twenty_tokens_each_are_eighty_in_all(rows: Ask) -> None:
    assert rows(
        "select tokens_per_s_low, concurrency, from_per_user from throughput where build_id = 'craftrigs-2x5090' and is_own"
    ) == [(80, 4, True)]


def test_no_figure_is_published_without_saying_what_it_lacks(rows: Ask) -> None:
    assert rows("select build_id from build_costs where capex_mid_usd is null and missing is null") == []
    assert rows("select build_id from build_power where watts_mid is null and missing is null") == []
    assert rows("select build_id from cost_per_token where usd_per_mtok_mid is null and missing is null") == []
    assert rows("select build_id from cloud_roi where roi_3yr_percent is null and missing is null") == []
