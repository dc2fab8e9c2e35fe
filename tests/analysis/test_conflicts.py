"""What the sources say differently of the same thing: the cases that a reader of the documents finds, and the
quality summary."""

from collections.abc import Callable
from typing import Any

Ask = Callable[..., list[tuple[Any, ...]]]


def test_a_conflict_has_two_values_at_least(rows: Ask) -> None:
    assert rows("select count(*) > 50, min(n_values) from conflicts") == [(True, 2)]
    assert rows("select subject from conflict_values anti join conflicts using (subject, attribute, conditions)") == []


def test_roundings_and_other_units_of_one_figure_are_no_conflict(rows: Ask) -> None:
    # 82.5 and 82.6 TFLOPS of shaders, 330 of tensor cores; 1,000 (4 TB/s over four) and 1,008 GB/s; 24 GB and 24 GiB =
    # 25.77 GB
    assert (
        rows(
            "select attribute from conflicts where subject = 'rtx-4090' and attribute in ('tflops_fp16', 'memory_bandwidth', 'memory')"
        )
        == []
    )
    # 8 and 8.03 billion parameters
    assert rows("select 1 from conflicts where subject = 'llama-3-8b'") == []
    # but 32 and 32.764 are 2.4 percent apart
    assert rows("select n_values, n_readings from conflicts where subject = 'qwen-2-5-32b'") == [(2, 3)]


def test_a_rounding_beside_another_value_counts_once(rows: Ask) -> None:
    # of a 70B at 4 bits: 35, 40-43, and 43, of which the 43.1 of the file itself is one
    assert rows(
        "select n_values, n_readings from conflicts where subject = '70B model at 4 bit' and attribute = 'size'"
    ) == [(3, 8)]


def test_prices_of_other_kinds_or_days_are_no_conflict(rows: Ask) -> None:
    found = {
        conditions: (low, high)
        for conditions, low, high in rows(
            "select conditions, min_value, max_value from conflicts where subject = 'rtx-4090' and attribute = 'price'"
        )
    }
    # two cards for 3,600-4,000 in one table, for 3,800 in another
    assert found == {"street, 2025-12-31": (1_800, 2_000)}


def test_speeds_at_other_contexts_are_no_conflict(rows: Ask) -> None:
    # measured at 512, 1,024, 4,096 and 8,192 tokens, once each
    assert rows(
        "select conditions from conflicts where subject = '70B model on 2x rtx-3090' and attribute = 'tokens_per_s'"
    ) == [("4 bit, nvlink",)]


def test_the_size_of_a_70b_at_4_bits_goes_from_35_to_43_and_a_tenth(rows: Ask) -> None:
    # 35 by the strategy, 40-43 by the guide, 43.1 for the file itself in llama.cpp's table, which is taken; 43.1 / 35
    assert rows(
        """
        select nature, n_sources, min_value, max_value, round(ratio, 3), chosen_value
        from conflicts
        where subject = '70B model at 4 bit' and attribute = 'size'
        """
    ) == [("contradiction", 3, 35, 43.1, 1.231, 43.1)]


def test_the_speed_of_a_70b_on_one_5090_is_contradicted_and_none_of_it_is_possible(rows: Ask) -> None:
    # 18-24, 30-40 and 45-61 at 4 bits; 45 at 3 bits and 3-5 at 8 bits are under other conditions
    found = {
        conditions: row
        for conditions, *row in rows(
            """
            select conditions, nature, min_value, max_value, chosen_value, why_chosen
            from conflicts
            where subject = '70B model on rtx-5090' and attribute = 'tokens_per_s'
            """
        )
    }
    assert set(found) == {"4 bit"}
    assert found["4 bit"] == [
        "contradiction",
        18,
        61,
        None,
        "faster than the memory allows; roofline has the arithmetic",
    ]


def test_the_watts_of_a_mac_studio_differ_within_one_chip_not_between_two(rows: Ask) -> None:
    found = dict(
        rows(
            """
            select conditions, (nature, min_value, max_value)
            from conflicts
            where subject = 'Mac Studio' and attribute = 'system_power'
            """
        )
    )
    assert found == {"M3 Ultra": ("contradiction", 300, 400)}


def test_the_l40s_has_nvlink_and_has_not(rows: Ask) -> None:
    assert rows("select nature, text_values from conflicts where subject = 'l40s' and attribute = 'nvlink'") == [
        ("contradiction", "no and yes")
    ]


def test_new_against_used_is_no_contradiction(rows: Ask) -> None:
    kinds = rows(
        """
        select count(distinct string_split(conditions, ',')[1])
        from conflicts
        where subject = 'rtx-3090' and attribute = 'price' and nature <> 'contradiction'
        """
    )
    assert kinds[0][0] >= 2
    assert (
        rows("select 1 from conflicts where subject = 'rtx-3090' and attribute = 'price' and nature = 'contradiction'")
        == []
    )


def test_a_conflict_is_the_sum_of_its_values(rows: Ask) -> None:
    assert (
        rows(
            """
        with summed as (
            select subject, attribute, conditions, count(*) as n, min(value_low) as low, max(value_high) as high, count_if(is_chosen) as taken
            from conflict_values
            group by all
        )
        select *
        from conflicts
        full join summed using (subject, attribute, conditions)
        where n_readings is distinct from n
            or min_value is distinct from low
            or max_value is distinct from high
            or n_chosen is distinct from taken
        """
        )
        == []
    )


def test_every_choice_has_its_rule_in_words(rows: Ask) -> None:
    assert rows("select 1 from conflicts where why_chosen = '' or (n_chosen = 0) <> (chosen_from is null)") == []


def test_the_summary_counts_every_cell_claim_and_speed_once(rows: Ask) -> None:
    assert (
        rows(
            """
        select source_id
        from quality_summary
        where cells <> empty_cells + label_cells + observed_cells + rejected_cells + ignored_cells
            or claims <> claims_agree + claims_rounding + claims_differ + claims_not_recomputable
            or speeds <> speeds_plausible + speeds_at_ceiling + speeds_partly + speeds_impossible + speeds_not_computable
        """
        )
        == []
    )
    assert rows("select sum(claims), sum(speeds), sum(prices) from quality_summary") == rows(
        "select (select count(*) from claims), (select count(*) from roofline), (select count(*) from prices where is_current)"
    )


def test_prices_age_from_their_own_day_to_the_day_of_the_tables(rows: Ask) -> None:
    # of December 2024 on 1 April 2026: 31 + 365 + 31 + 28 + 31 days; on any other day that much more or less
    assert rows(
        "select age_days - (as_of - date '2026-04-01') from price_staleness"
        " where hardware_id = 'rtx-4090' and priced_on = '2024-12-01'"
    ) == [(486,)]
    assert rows("select distinct age_days from price_staleness where source_id = 'quad-4090-build'") == [(None,)]
