"""What a workload costs, by hand: hours at work, electricity with idle hours, and the whole of a row of the table."""

from collections.abc import Callable
from typing import Any

import pytest

Ask = Callable[..., list[tuple[Any, ...]]]


def test_a_coding_agent_keeps_a_machine_at_work_for_what_it_reads_and_writes(rows: Ask) -> None:
    [(prefill, decode, capex, watts, reading_w, idle, busy, month, mtok, wait, fits)] = rows(
        """
        select w.prefill_tok_s_mid, w.tokens_per_s_mid, s.capex_mid_usd, s.watts_mid, s.prefill_w_mid, s.idle_w_mid,
               w.busy_hours_per_day_mid, w.usd_per_month_mid, w.usd_per_mtok_mid, w.time_to_first_token_s, w.meets_demand
        from workload_costs as w
        join current_systems as s using (build_id)
        where w.build_id = 'dual-3090-tower' and w.model_class = '32B' and w.scenario_id = 'conservative'
            and w.workload_id = 'coding_agent'
        """
    )
    # of 5 million tokens read a day 84 % are cached: 800,000 are read, and 31,000 written
    reading, writing = 800_000 / prefill / 3600, 31_000 / decode / 3600
    assert busy == pytest.approx(reading + writing)
    # kept on for 40 hours a week, at 0.15 USD/kWh; bought for three years
    assert reading_w > watts > idle
    kwh_per_day = (reading * reading_w + writing * watts + (40 / 7 - reading - writing) * idle) / 1000
    assert month == pytest.approx(capex / 36 + kwh_per_day * 0.15 * 365 / 12)
    assert mtok == pytest.approx(month / (5.031 * 365 / 12))
    assert wait == pytest.approx(12_500 / prefill)
    assert fits is (reading + writing <= 40 / 7)


def test_a_long_context_takes_memory_and_time(rows: Ask) -> None:
    # a token of Llama 3 70B keeps 80 layers x 1,024 keys and as many values of 2 bytes: 327,680 bytes
    [(needed, size, held, used)] = rows(
        """
        select w.memory_needed_gb, z.size_gb_high, w.memory_gb, w.accelerators_used
        from workload_speeds as w
        join model_sizes as z on z.model_id = w.model_id and z.quantization = w.quantization and z.is_chosen
        where w.subject_id = 'octo-3090-basement' and w.model_id = 'llama-3-70b' and w.quantization = 'Q4_K_M'
            and w.workload_id = 'coding_agent'
        """
    )
    cache = 78_000 * 327_680 / 1e9
    assert needed == pytest.approx(size + cache + 0.5 * used)
    card = held / 8
    assert used == -(-(size + cache) // (card - 0.5))
    # two of those cards hold the model, and not with that context
    [(meets, why)] = rows(
        """
        select meets_demand, missing from workload_costs
        where build_id = 'dual-3090-tower' and model_class = '70B' and workload_id = 'coding_agent' and scenario_id = 'conservative'
        """
    )
    assert meets is False
    assert "78000 tokens of context" in why
    # a token reads the cache as well
    assert rows(
        "select count(*) from workload_speeds where concurrency = 1 and context_tokens > 4096 and decode_factor >= 1"
    ) == [(0,)]


def test_what_a_machine_cannot_make_is_not_counted(rows: Ask) -> None:
    # twice the work that its hours hold: it does half, at all hours, and a token costs what it costs at full load
    found = rows(
        """
        select share_of_capacity, tokens_made_per_day / tokens_per_day, usd_per_mtok_mid * tokens_made_per_day / 1e6 * 365 / 12,
               usd_per_month_mid, most_tokens_per_day, tokens_made_per_day, rank
        from workload_answers where share_of_capacity > 1 and usd_per_month_mid is not null
        """
    )
    assert found
    for share, made, by_token, month, most, tokens, rank in found:
        assert made == pytest.approx(1 / share)
        assert by_token == pytest.approx(month)
        assert most == pytest.approx(tokens)
        assert rank is None


def test_a_month_elsewhere_is_the_hours_or_the_tokens_of_it(rows: Ask) -> None:
    # 102,000 tokens of prompts and 30,000 of answers a day at 0.02 and 0.05 USD a million, the cheapest of the class
    [(provider, low)] = rows(
        """
        select cheapest_provider, usd_per_month_low from workload_api_prices
        where model_class = '8B' and workload_id = 'chat'
        """
    )
    assert provider == "Novita AI"
    assert low == pytest.approx((0.102 * 0.02 + 0.030 * 0.05) * 365 / 12)
    [(month, rate, prefill, decode)] = rows(
        """
        select usd_per_month_mid, usd_per_hour_mid, prefill_tok_s_mid, tokens_per_s_mid from workload_rents
        where model_class = '70B' and workload_id = 'retrieval' and is_cheapest
        """
    )
    assert month == pytest.approx((2e6 / prefill + 60_000 / decode) / 3600 * rate * 365 / 12)


def test_at_the_break_even_owning_costs_what_the_alternative_does(rows: Ask) -> None:
    found = rows(
        """
        select a.breakeven_tokens_per_day_mid, a.alternative_usd_per_mtok_mid, c.capex_mid_usd, c.idle_usd_per_month,
               (c.power_usd_per_month - c.idle_usd_per_month) / c.tokens_made_per_day as power_of_a_token, c.most_tokens_per_day
        from workload_alternatives as a
        join workload_costs as c using (model_class, build_id, scenario_id, workload_id)
        where a.breakeven_tokens_per_day_mid is not null
        """
    )
    assert found
    for tokens, elsewhere, capex, idle, power, most in found:
        assert capex / 36 + idle + power * tokens == pytest.approx(tokens * 365 / 12 * elsewhere / 1e6)
        assert tokens <= most


def test_a_machine_that_needs_more_hours_than_it_is_on_does_not_meet_the_demand(rows: Ask) -> None:
    found = rows(
        """
        select distinct meets_demand, share_of_capacity > 1 from workload_costs
        where share_of_capacity is not null and fits_in_memory
        """
    )
    assert set(found) == {(True, False), (False, True)}


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


def test_an_answer_turns_over_where_owning_costs_what_the_alternative_does(rows: Ask) -> None:
    found = rows(
        """
        select s.input, s.turns_over_at, s.input_mid, a.power_usd_per_month, a.purchase_usd_per_month, a.usd_per_month_mid,
               least(a.rent_usd_per_month_mid, a.api_usd_per_month_mid), a.rent_usd_per_month_mid, a.api_usd_per_month_mid,
               s.difference_usd, s.swing_usd, s.rank
        from sensitivity as s
        join workload_answers as a using (model_class, build_id, scenario_id, workload_id)
        where s.scenario_id = 'conservative' and s.turns_over_at is not null
        """
    )
    assert {row[0] for row in found} >= {"price of the machine", "cloud rate", "price of tokens", "tokens a day"}
    for name, turns, mid, power, purchase, own, other, rent, api, difference, _, _ in found:
        assert difference == pytest.approx(own - other)
        match name:
            case "price of the machine":  # over three years
                assert turns / 36 + power == pytest.approx(other)
            case "price of electricity":
                assert purchase + power * turns / mid == pytest.approx(other)
            case "cloud rate":
                assert rent * turns / mid == pytest.approx(own)
            case "price of tokens":
                assert api * turns / mid == pytest.approx(own)
            case "years of use":
                assert purchase * 3 / turns + power == pytest.approx(other)
    # the input that moves an answer most comes first
    assert rows(
        """
        select count(*) from sensitivity as a join sensitivity as b using (model_class, scenario_id, workload_id)
        where a.rank < b.rank and a.swing_usd < b.swing_usd
        """
    ) == [(0,)]


def test_whoever_has_a_computer_pays_for_the_cards_and_whoever_sells_gets_a_part_back(rows: Ask) -> None:
    found = rows(
        """
        select capex_mid_usd, cards_mid_usd, whole_usd_per_month, cards_usd_per_month, sold_badly_usd_per_month,
               sold_well_usd_per_month, power_usd_per_month
        from own_anyway where scenario_id = 'conservative' and cards_mid_usd is not null
        """
    )
    assert found
    for whole, cards, month, with_cards, low, high, power in found:
        assert month == pytest.approx(whole / 36 + power)
        assert with_cards == pytest.approx(cards / 36 + power)
        # 30 % of the price comes back at the least, 110 % at the most
        assert low == pytest.approx(whole * 0.7 / 36 + power)
        assert high == pytest.approx(whole * -0.1 / 36 + power)
        assert high < power


def test_no_payback_outlasts_the_machine(rows: Ask) -> None:
    for table in ("alternatives", "own_or_rent", "payback_by_hours", "workload_alternatives"):
        assert rows(
            f"select count(*) from {table} join scenarios as s using (scenario_id) where payback_years_high > s.life_years"
        ) == [(0,)]


def test_a_margin_against_an_unknown_cost_is_unknown(rows: Ask) -> None:
    assert rows("select margin_percent(3, 4), margin_percent(4, 3), margin_percent(3, null)") == [(25.0, 25.0, None)]
    assert rows("select count(*) from answers where verdict is null and margin_percent is not null") == [(0,)]
