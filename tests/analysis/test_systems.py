"""What hardware, systems and their watts are: rules on the made-up world. Formulas have tests of their own."""

from typing import Any

import pytest

from tests.analysis.made_up import Ask


def cost(world: Ask, build_id: str, capex_basis: str) -> tuple[Any, ...]:
    [row] = world(
        "select capex_low_usd, capex_mid_usd, capex_high_usd, capex_from from build_costs where build_id = ? and capex_basis = ?",
        build_id,
        capex_basis,
    )
    return row


# ---- what hardware is


def test_hardware_takes_the_figure_of_one_piece_not_of_several(world: Ask) -> None:
    assert world("select memory_gb, tdp_w from hardware where hardware_id = 'card'") == [(24, 300)]


def test_a_whole_system_counts_what_it_draws_as_its_power(world: Ask) -> None:
    assert world("select memory_gb, tdp_w from hardware where hardware_id = 'mini'") == [(128, 90)]


def test_prices_are_for_one_piece_of_the_lot(world: Ask) -> None:
    assert world(
        "select price_mid_usd, lot_quantity from prices where hardware_id = 'card' and build_id = 'listed'"
    ) == [(500, 2)]
    assert world("select price_mid_usd, lot_quantity from prices where hardware_id = 'kit'") == [(50, 1)]


def test_a_derived_price_is_kept_but_no_candidate_beside_a_primary_one(world: Ask) -> None:
    assert world("select is_candidate from prices where is_derived") == [(False,)]
    assert world("select count(*) from prices where not is_derived and not is_candidate") == [(0,)]


def test_models_fall_into_classes_by_parameters(world: Ask) -> None:
    classes: dict[str, Any] = dict(world("select model_id, model_class from models"))
    assert classes == {"70b": "70B", "m-70b": "70B", "m-8b": "8B", "m-405b": None, "m-50b": None}


def test_a_size_is_a_file_of_the_model_else_parameters_times_bits(world: Ask) -> None:
    sizes = world(
        "select model_id, size_gb_high, basis from model_sizes where quantization = 'Q4' and is_chosen order by 1"
    )
    assert sizes == [
        ("70b", 35, "derived"), ("m-405b", 202.5, "derived"), ("m-50b", 25, "derived"), ("m-70b", 43, "stated"),
        ("m-8b", 4, "derived"),
    ]  # fmt: skip


def test_rents_have_readable_ids_and_leave_out_what_their_source_only_repeats(world: Ask) -> None:
    assert world("select cloud_rate_id from cloud_rates order by 1") == [
        ("guide/big-card/a-b/unspecified",), ("guide/big-card/interruptible",), ("guide/big-card/spot",),
        ("guide/card-x4/unspecified",), ("guide/unknown-card/unspecified",),
    ]  # fmt: skip


def test_a_rate_that_does_not_count_says_why_and_is_no_reference(world: Ask) -> None:
    found = world("select cloud_rate_id, excluded, is_reference from gpu_rates order by 1")
    assert found == [
        ("guide/big-card/a-b/unspecified", None, True),
        ("guide/big-card/interruptible", "the assumptions do not say whether a rate of this kind counts: interruptible", False),
        ("guide/big-card/spot", "may be taken away", False),
        ("guide/card-x4/unspecified", None, True),
        ("guide/unknown-card/unspecified", "no source states the memory of the rented card, so what it holds is not known", False),
    ]  # fmt: skip


# ---- what systems are and cost


def test_every_build_of_the_catalogue_has_its_rows(world: Ask) -> None:
    assert world("select count(*) from builds") == [(10,)]
    assert world("select count(*) from build_costs") == [(20,)]
    assert world("select count(*) from build_power where is_best") == [(10,)]
    assert world("select count(*) from power_cost") == [(20,)]
    # ten systems, five rents, two scenarios, two comparisons
    assert world("select count(*) from cloud_roi") == [(200,)]


def test_accelerators_are_the_cards_or_the_system_that_shares_its_memory(world: Ask) -> None:
    columns = "accelerator_id, accelerator_count, accelerator_memory_gb, system_memory_gb, is_unified_memory"
    assert world(f"select {columns} from builds where build_id = 'listed'") == [("card", 2, 48, 128, False)]
    assert world(f"select {columns} from builds where build_id = 'bare'") == [(None, None, None, None, False)]
    assert world("select hardware_id, quantity from build_accelerators where build_id = 'mixed' order by 1") == [
        ("big-card", 2), ("card", 1),
    ]  # fmt: skip
    assert world(f"select {columns} from builds where build_id = 'mixed'") == [(None, 3, 120, None, False)]


def test_stated_cost_adds_the_documents_own_prices_up_at_both_ends(world: Ask) -> None:
    # 1,000 for the pair of cards, 200, 100-140, and two kits at 50
    assert cost(world, "listed", "stated") == (1400, 1420, 1440, "parts")


def test_current_cost_keeps_used_used_and_takes_the_newest_of_the_preferred_kind(world: Ask) -> None:
    # two used cards at 400-480 of March; the processor's street price though a new one is younger; no used board; two
    # kits
    assert cost(world, "listed", "current") == (1200, 1300, 1400, "parts")


def test_the_total_printed_under_the_list_goes_before_the_headlines(world: Ask) -> None:
    assert world(
        "select distinct stated_total_low_usd, stated_total_high_usd from build_costs where build_id = 'listed'"
    ) == [(1400, 1400)]


def test_what_a_totalled_list_leaves_out_is_named_though_the_sum_stands(world: Ask) -> None:
    [(missing, unpriced)] = world(
        "select missing, parts_unpriced from build_costs where build_id = 'listed' and capex_basis = 'current'"
    )
    assert (missing, unpriced) == ("no price for cooler (not described)", 1)


def test_without_a_price_for_the_host_and_without_a_total_there_is_no_cost(world: Ask) -> None:
    assert cost(world, "hosted", "current") == (None, None, None, None)
    [(low, missing)] = world(
        "select priced_parts_low_usd, missing from build_costs where build_id = 'hosted' and capex_basis = 'current'"
    )
    # a dated price goes before an undated one, a primary before a derived one, street before msrp
    assert low == 1400
    assert missing == "no price for host (not described); the document gives no total"


def test_the_documents_total_stands_where_parts_lack_prices(world: Ask) -> None:
    assert cost(world, "totalled", "current") == (2000, 2000, 2000, "stated_total")
    assert world("select distinct capex_bound from build_costs where build_id = 'totalled'") == [("at_least",)]


def test_a_total_that_its_parts_exceed_is_no_current_price(world: Ask) -> None:
    assert cost(world, "outpriced", "stated") == (500, 500, 500, "stated_total")
    assert cost(world, "outpriced", "current") == (None, None, None, None)


def test_what_is_owned_has_cost_nothing_but_has_no_current_price(world: Ask) -> None:
    assert cost(world, "owned", "stated") == (0, 0, 0, "stated_total")
    assert cost(world, "owned", "current") == (None, None, None, None)


def test_a_system_bought_whole_needs_no_price_for_what_is_inside(world: Ask) -> None:
    assert cost(world, "boxed", "stated") == cost(world, "boxed", "current") == (9000, 9000, 9000, "parts")
    assert world("select price_basis from build_parts where build_id = 'boxed' order by line") == [
        ("stated",),
        ("included",),
    ]
    assert world("select accelerator_id from builds where build_id = 'boxed'") == [(None,)]


def test_the_price_of_an_article_is_stated_for_the_build_that_is_nothing_else(world: Ask) -> None:
    assert cost(world, "whole", "stated") == (1500, 1500, 1500, "parts")


def test_a_price_without_a_day_or_of_a_later_one_is_not_todays(world: Ask) -> None:
    # street prices both; the recommended price of the day stands, for two cards
    query = "select current_price_mid_usd, current_condition from build_parts where build_id = 'mixed' and hardware_id = 'big-card'"
    assert world(query) == [(5000, "msrp")]


def test_a_build_without_any_part_says_so(world: Ask) -> None:
    assert world("select distinct missing from build_costs where build_id = 'bare'") == [
        ("no parts listed; the document gives no total",)
    ]


# ---- watts


@pytest.mark.parametrize(
    ("build_id", "expected"),
    [
        ("totalled", ("stated", 500, 500)),  # primary though approximate, before derived
        (
            "listed",
            ("parts_tdp", 750, 770),
        ),  # two cards at 300, a processor at 100, and the 50-70 that the document states
        ("whole", ("parts_tdp", 90, 90)),
        ("mixed", ("modelled", 1150, 1200)),  # 300, two at 350 and the processor's 100, and 50-100 that nobody states
        ("hosted", ("modelled", 750, 1000)),  # two cards, a host of 150-400
        ("peaky", ("modelled", 450, 600)),  # 450-700, but it never draws more than 600
        ("bare", ("parts_tdp", None, None)),
    ],
)
def test_watts_are_stated_else_added_up_else_modelled(world: Ask, build_id: str, expected: tuple[Any, ...]) -> None:
    query = "select power_basis, watts_low, watts_high from build_power where is_best and build_id = ?"
    assert world(query, build_id) == [expected]


def test_missing_watts_say_why(world: Ask) -> None:
    assert world("select missing from build_power where build_id = 'bare'") == [
        ("no accelerator named; no processor named",)
    ]
    assert world("select distinct usd_per_year_mid, missing from power_cost where build_id = 'bare'") == [
        (None, "no accelerator named; no processor named")
    ]


def test_peak_is_kept_apart_from_draw(world: Ask) -> None:
    assert world("select watts_high, peak_w, idle_w from build_power where is_best and build_id = 'totalled'") == [
        (500, 650, None)
    ]
