"""What a workload costs, by hand: hours at work, electricity with idle hours, and the whole of a row of the table."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., list[tuple[Any, ...]]]


def test_a_coding_agent_keeps_two_3090s_at_work_for_what_it_reads_and_writes(rows: Ask) -> None:
    [(prefill, decode, capex, watts, idle, busy, month, mtok, wait, fits)] = rows(
        """
        select m.prefill_tok_s_mid, r.tokens_per_s_mid, r.capex_mid_usd, r.watts_mid, s.idle_w_mid,
               w.busy_hours_per_day_mid, w.usd_per_month_mid, w.usd_per_mtok_mid, w.time_to_first_token_s, w.meets_demand
        from workload_costs as w
        join best_run as r using (model_class, build_id, scenario_id)
        join current_systems as s using (build_id)
        join modelled_throughput as m on m.modelled_id = w.prefill_from
        where w.build_id = 'dual-3090-tower' and w.model_class = '70B' and w.scenario_id = 'conservative'
            and w.workload_id = 'coding_agent' and r.sharing = 'default'
        """
    )
    # of 5 million tokens read a day 84 % are cached: 800,000 are read, and 31,000 written
    hours = (800_000 / prefill + 31_000 / decode) / 3600
    assert busy == pytest.approx(hours)
    # kept on for 40 hours a week, at 0.15 USD/kWh; bought for three years
    kwh_per_day = (hours * watts + (40 / 7 - hours) * idle) / 1000
    assert month == pytest.approx(capex / 36 + kwh_per_day * 0.15 * 365 / 12)
    assert mtok == pytest.approx(month / (5.031 * 365 / 12))
    assert wait == pytest.approx(12_500 / prefill)
    assert fits is (hours * 7 <= 40)


def test_a_machine_that_needs_more_hours_than_it_is_on_does_not_meet_the_demand(rows: Ask) -> None:
    found = rows(
        "select distinct meets_demand, share_of_capacity > 1 from workload_costs where share_of_capacity is not null"
    )
    assert set(found) <= {(True, False), (False, True)}
    assert (False, True) in found


def test_owning_is_compared_with_the_same_tokens_at_the_equivalent_rate(rows: Ask) -> None:
    # own tok/s / rented tok/s * rate, and a provider's price over the tokens of an hour
    found = rows(
        """
        select a.alternative, a.equivalent_usd_per_hour_mid, r.tokens_per_s_mid, c.tokens_per_s_mid, c.usd_per_hour_mid,
               a.alternative_usd_per_mtok_mid
        from alternatives as a
        join best_run as r on r.model_class = a.model_class and r.build_id = a.build_id
            and r.scenario_id = a.scenario_id and r.sharing = 'default'
        left join rented_runs as c on c.cloud_rate_id = a.cloud_rate_id and c.model_class = a.model_class
            and a.alternative = 'cheapest_card'
        where a.scenario_id = 'conservative' and a.alternative in ('cheapest_card', 'api')
            and a.alternative_usd_per_mtok_mid is not null
        """
    )
    assert {kind for kind, *_ in found} == {"cheapest_card", "api"}
    for kind, equivalent, own, rented, rate, price in found:
        wanted = own / rented * rate if kind == "cheapest_card" else price / 1e6 * own * 3600
        assert equivalent == pytest.approx(wanted)


def test_no_payback_outlasts_the_machine(rows: Ask) -> None:
    for table in ("alternatives", "own_or_rent", "payback_by_hours"):
        assert rows(
            f"select count(*) from {table} join scenarios as s using (scenario_id) where payback_years_high > s.life_years"
        ) == [(0,)]


def test_a_margin_against_an_unknown_cost_is_unknown(rows: Ask) -> None:
    assert rows("select margin_percent(3, 4), margin_percent(4, 3), margin_percent(3, null)") == [(25.0, 25.0, None)]
    assert rows("select count(*) from answers where verdict is null and margin_percent is not null") == [(0,)]
