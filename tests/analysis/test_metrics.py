"""Speeds, costs per token, paybacks and the what-if: rules on the made-up world. Formulas have tests of their own."""

from typing import Any

import duckdb
import pytest

from pipelines.warehouse.checks import CHECKS
from tests.analysis.made_up import MADE, Ask

# ---- throughput


def used(world: Ask, build_id: str) -> list[tuple[Any, ...]]:
    return world(
        """
        select model_id, concurrency, tokens_per_s_low, tokens_per_s_high
        from throughput
        where build_id = ? and excluded is null
        order by 1, 2
        """,
        build_id,
    )


def test_a_build_takes_its_own_figure_before_a_newer_one_of_the_same_cards(world: Ask) -> None:
    assert used(world, "listed") == [
        ("m-405b", 1, 3, 3), ("m-70b", 1, 20, 30), ("m-8b", 1, 120, 120), ("m-8b", 4, 60, 80),
    ]  # fmt: skip


def test_a_build_without_figures_takes_those_of_the_same_cards_its_own_source_first(world: Ask) -> None:
    # 405B weights lie in another host's memory, and of two figures for 8B by the other source the newer one counts
    assert used(world, "hosted") == [("m-70b", 1, 20, 30), ("m-8b", 1, 120, 120), ("m-8b", 4, 60, 80)]


def test_figures_over_another_link_are_not_about_the_build(world: Ask) -> None:
    query = "select count(*) from throughput where model_id = 'm-70b' and tokens_per_s_low = 10 and build_id = ?"
    assert world(query, "hosted") == [(0,)]  # its cards are joined by PCI Express, the figure is over NVLink
    assert world(query, "listed") == [(1,)]  # its link is not said


def test_a_figure_for_one_card_is_none_for_two(world: Ask) -> None:
    assert used(world, "totalled") == [("m-70b", 1, 99, 99)]


def test_per_user_figures_become_totals_and_say_so(world: Ask) -> None:
    assert world("select distinct from_per_user from throughput where concurrency = 4") == [(True,)]


def test_every_figure_that_is_out_says_why(world: Ask) -> None:
    reasons = {
        reason.split(":")[0] for (reason,) in world("select excluded from throughput where excluded is not null")
    }
    assert reasons == {
        "a nearer figure", "reads the prompt, generates nothing", "theoretical", "computed by its source from other figures",
        "the model is not named", "weights lie in the memory of another host",
    }  # fmt: skip


def test_memory_fit_counts_weights_cache_and_overhead_for_every_sequence(world: Ask) -> None:
    fits = world(
        "select model_id, concurrency, memory_needed_gb, fits_in_memory from throughput where build_id = 'listed' and excluded is null order by 1, 2"
    )
    assert fits == [
        ("m-405b", 1, pytest.approx(207.7), False),
        ("m-70b", 1, pytest.approx(48.2), False),  # 43 + 80 layers x 2,000 x 2 bytes x 10,000 tokens + 2 x 1 in 48
        ("m-8b", 1, pytest.approx(9.2), True),
        ("m-8b", 4, pytest.approx(18.8), True),  # 4 + 4 x 3.2 + 2 x 1
    ]


# ---- metrics


def test_cost_per_token_takes_low_price_low_watts_and_high_speed_for_its_low_end(world: Ask) -> None:
    [row] = world(
        """
        select usd_per_mtok_low, usd_per_mtok_mid, usd_per_mtok_high, capex_usd_per_mtok, power_usd_per_mtok
        from cost_per_token
        where build_id = 'listed' and model_id = 'm-70b' and scenario_id = 'always_on'
        """
    )
    # a year at 30 tok/s is 946.08 million tokens: (1,200 x 0.9 / 4 + 750 W x 8,760 h x 0.2 / 1,000) / 946.08, and so on
    assert row == (
        pytest.approx((270 + 1314) / 946.08),
        pytest.approx((292.5 + 1331.52) / 788.4),
        pytest.approx((315 + 1349.04) / 630.72),
        pytest.approx(292.5 / 788.4),
        pytest.approx(1331.52 / 788.4),
    )


def test_cost_per_token_is_unknown_with_its_reason_where_the_price_is(world: Ask) -> None:
    rows = world("select distinct usd_per_mtok_mid, missing from cost_per_token where build_id = 'hosted'")
    assert rows == [(None, "price: no price for host (not described); the document gives no total")]


def test_cost_per_token_has_one_row_for_each_question(world: Ask) -> None:
    assert (
        world(
            """
        select build_id, model_id, quantization, concurrency, scenario_id
        from cost_per_token
        group by all
        having count(*) > 1
        """
        )
        == []
    )


def roi(world: Ask, build_id: str, rate: str, comparison: str, columns: str) -> tuple[Any, ...]:
    [row] = world(
        f"""
        select {columns}
        from cloud_roi
        where build_id = ? and cloud_rate_id = ? and comparison = ? and scenario_id = 'half'
        """,
        build_id,
        rate,
        comparison,
    )
    return row


def test_same_memory_rents_as_many_cards_as_hold_the_builds_memory(world: Ask) -> None:
    assert roi(world, "listed", "guide/big-card/a-b/unspecified", "one_gpu", "rented_gpus") == (1,)
    assert roi(world, "listed", "guide/big-card/a-b/unspecified", "same_memory", "rented_gpus") == (1,)
    assert roi(world, "listed", "guide/card-x4/unspecified", "same_memory", "rented_gpus") == (2,)
    assert roi(world, "mixed", "guide/big-card/a-b/unspecified", "same_memory", "rented_gpus") == (3,)


def test_a_rent_for_four_cards_is_shared_out(world: Ask) -> None:
    # 4,380 hours at USD 1 a card
    assert roi(world, "listed", "guide/card-x4/unspecified", "one_gpu", "cloud_usd_per_year_mid") == (4380,)
    assert roi(world, "listed", "guide/card-x4/unspecified", "same_memory", "cloud_usd_per_year_mid") == (8760,)


def test_payback_takes_low_price_high_rent_and_low_watts_for_its_low_end(world: Ask) -> None:
    columns = "payback_years_low, payback_years_mid, payback_years_high, pays_back, pays_back_within_life"
    # 4,380 h: electricity 657, 665.76 or 674.52; rent 13,140, 10,950 or 8,760
    assert roi(world, "listed", "guide/big-card/a-b/unspecified", "one_gpu", columns) == (
        pytest.approx(1200 / 12483), pytest.approx(1300 / 10284.24), pytest.approx(1400 / 8085.48), True, True,
    )  # fmt: skip


def test_unknown_rented_memory_is_said_and_not_guessed(world: Ask) -> None:
    row = roi(
        world,
        "listed",
        "guide/unknown-card/unspecified",
        "same_memory",
        "rented_gpus, payback_years_mid, pays_back, missing",
    )
    assert row == (None, None, None, "memory of the rented GPU is not known")


def test_a_build_without_a_current_price_neither_pays_back_nor_fails_to(world: Ask) -> None:
    pays_back, missing = roi(world, "owned", "guide/big-card/a-b/unspecified", "one_gpu", "pays_back, missing")
    assert pays_back is None
    assert (
        missing == "price: already owned, so that the document counts nothing for it; no price for host (not described)"
    )


def test_what_if_answers_for_every_build_with_the_given_assumptions(world: Ask) -> None:
    [row] = world(
        """
        select usd_per_mtok_mid, payback_years, power_usd_3yr
        from what_if(hours_per_week := 84, usd_per_kwh := 0.2, life_years := 4, cloud_usd_per_hour := 2.5)
        where build_id = 'listed' and model_id = 'm-70b'
        """
    )
    assert row == (
        world(
            "select usd_per_mtok_mid from cost_per_token where build_id = 'listed' and model_id = 'm-70b' and scenario_id = 'half'"
        )[0][0],
        pytest.approx(1300 / 10284.24),
        pytest.approx(3 * 665.76),
    )
    assert world("select count(distinct build_id) from what_if()") == [(10,)]


def test_what_if_takes_a_sum_for_the_parts_that_no_source_prices(world: Ask) -> None:
    query = "select distinct build_id, capex_mid_usd from what_if(unpriced_parts_usd := ?) where build_id in ('hosted', 'owned', 'listed')"
    without = dict(world(query, None))
    given = dict(world(query, 900))
    assert without["hosted"] is None
    assert given["hosted"] == 2300  # two cards at 700 and the sum
    assert given["owned"] is None  # nothing of it is priced, so there is nothing to add to
    assert given["listed"] == without["listed"] is not None  # it has a price of its own
    [(missing,)] = world("select distinct missing from what_if(unpriced_parts_usd := 900) where build_id = 'hosted'")
    assert missing.startswith("price: unpriced_parts_usd stands for what has none (no price for host")


def test_prices_asof_gives_the_best_price_known_on_the_day(world: Ask) -> None:
    def street_price(day: str) -> list[tuple[Any, ...]]:
        return world(
            "select price_mid_usd from prices_asof(?) where hardware_id = 'card' and condition = 'street'", day
        )

    assert street_price("2026-03-01") == [(700,)]
    assert street_price("2026-02-28") == [(10,)]  # then only the one without a day
    assert world(
        "select price_low_usd from prices_asof('2026-12-31') where hardware_id = 'card' and condition = 'used'"
    ) == [(400,)]


@pytest.mark.parametrize("check", CHECKS)
def test_every_table_passes_its_blocking_checks(made_up: duckdb.DuckDBPyConnection, check: str) -> None:
    outcomes = {table.name: CHECKS[check](made_up, table) for table in MADE}
    assert {name: outcome.sample for name, outcome in outcomes.items() if not outcome.passed} == {}
