"""What the curated tables and metrics say: rules on a small world made up here, and figures worked out by hand from the documents.

Formulas have tests of their own; keys, ranges and references are checked by every refresh.
"""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.build import create_macros, create_table, fill_from_sql
from pipelines.warehouse.checks import CHECKS
from pipelines.warehouse.declarations import load_declarations

CHECKOUT = Path(__file__).parents[2]
ANALYSIS = CHECKOUT / "analysis"
DECLARATIONS = load_declarations(ANALYSIS, CHECKOUT)


def with_what_they_read(tables: set[str]) -> set[str]:
    """Those tables and every other one that a SELECT of theirs reads, directly or not."""
    read = tables | {name for table in tables for name in DECLARATIONS[table].reads & set(DECLARATIONS)}
    return tables if read == tables else with_what_they_read(read)


WANTED = with_what_they_read({table.name for table in DECLARATIONS.values() if table.folder in ("curated", "metrics")})
MADE = [table for table in DECLARATIONS.values() if table.sql is not None and table.name in WANTED]
Ask = Callable[..., list[tuple[Any, ...]]]

KINDS = {
    "memory": "spec", "memory_bandwidth": "spec", "tdp": "spec", "price": "price", "part": "part", "size": "model_size",
    "system_price": "system_cost", "system_power": "power", "rest_power": "power", "peak_power": "power",
    "layers": "model", "cache_width": "model", "tokens_per_s": "benchmark", "usd_per_hour": "cloud_rate", "bits_per_weight": "quantization",
}  # fmt: skip


def reading(attribute: str, low: float | None = None, high: float | None = None, **facets: Any) -> dict[str, Any]:
    """An observation that says little: one piece, exact, primary, of the document's day, unless facets say otherwise."""
    return {
        "source_id": "guide", "table_name": "table", "raw_column": "value", "raw_text": str(low), "kind": KINDS[attribute],
        "attribute": attribute, "value_low": low, "value_high": low if high is None else high, "is_approximate": False,
        "count": 1, "each": False, "is_derived": False, "observed_on": date(2026, 1, 1), "date_basis": "document",
        "phase": "decode", "offload": "none", "basis": "reported", "concurrency": 1,
        "owned": False,
    } | facets  # fmt: skip


def part(build_id: str, row: int, slot: str, hardware_id: str, **facets: Any) -> dict[str, Any]:
    return reading(
        "part", build_id=build_id, slot=slot, hardware_id=hardware_id, raw_row=row, raw_text=hardware_id, **facets
    )


def price(
    hardware_id: str, low: float, high: float | None = None, condition: str = "street", **facets: Any
) -> dict[str, Any]:
    return reading("price", low, high, hardware_id=hardware_id, condition=condition, **facets)


def speed(model_id: str | None, low: float, high: float | None = None, **facets: Any) -> dict[str, Any]:
    return reading("tokens_per_s", low, high, model_id=model_id, quantization="Q4", **facets)


MARCH: dict[str, Any] = {"observed_on": date(2026, 3, 1), "date_basis": "explicit"}
APRIL: dict[str, Any] = {"observed_on": date(2026, 4, 1), "date_basis": "explicit"}
OTHER: dict[str, Any] = {"source_id": "other"}

OBSERVATIONS = [
    reading("memory", 24, hardware_id="card", **OTHER),
    reading("memory", 48, hardware_id="card", count=2, is_derived=True),
    reading("tdp", 600, hardware_id="card", count=2),
    reading("tdp", 300, hardware_id="card"),
    reading("memory", 48, hardware_id="big-card"),
    reading("tdp", 350, hardware_id="big-card"),
    reading("tdp", 100, hardware_id="cpu"),
    reading("memory", 64, hardware_id="kit"),
    reading("memory", 128, hardware_id="mini", bound="at_most"),
    reading("system_power", 80, 100, hardware_id="mini"),
    # a listed system: two used cards for 1,000 together, and a printed total that the parts do not give
    part("listed", 2, "gpu", "card", count=2),
    part("listed", 3, "cpu", "cpu"),
    part("listed", 4, "board", "board"),
    part("listed", 5, "memory", "kit", count=2),
    price("card", 1000, condition="used", build_id="listed", count=2, lot_quantity=2, raw_row=2),
    price("cpu", 200, build_id="listed", raw_row=3),
    price("board", 100, 140, build_id="listed", raw_row=4),
    price("kit", 50, build_id="listed", count=2, each=True, raw_row=5),
    reading("system_price", 1400, build_id="listed", is_derived=True, raw_row=6),
    reading("system_price", 1500, 2500, build_id="listed", raw_file="headline.csv"),
    reading("rest_power", 150, 170, build_id="listed"),  # all but the cards, the processor's 100 included
    # what others ask
    price("card", 700, **OTHER, **MARCH),
    price("card", 10, **OTHER, observed_on=None, date_basis="none"),
    price("card", 20, **OTHER, **APRIL, is_derived=True),
    price("card", 600, condition="msrp", **OTHER, **APRIL),
    price("card", 450, condition="used", **OTHER),
    price("card", 400, 480, condition="used", **OTHER, **MARCH),
    price("board", 90, condition="used", **OTHER, **APRIL),
    price("cpu", 180, condition="new", **OTHER, **APRIL),
    price("mini", 1500, bound="at_least"),
    price("big-card", 3000, **OTHER, observed_on=date(2027, 1, 1), date_basis="explicit"),
    price("big-card", 2000, **OTHER, observed_on=None, date_basis="none"),
    price("big-card", 2500, condition="msrp", **OTHER),
    # systems of which something is not known
    part("hosted", 2, "gpu", "card", count=2, link="pcie"),
    part("totalled", 2, "gpu", "card"),
    reading("system_price", 2000, build_id="totalled", bound="at_least", is_approximate=True),
    reading("system_power", 500, build_id="totalled", is_approximate=True),
    reading("system_power", 900, build_id="totalled", is_derived=True),
    reading("peak_power", 650, build_id="totalled"),
    part("outpriced", 2, "gpu", "card"),
    reading("system_price", 500, build_id="outpriced"),
    part("owned", 2, "gpu", "card", owned=True),
    reading("system_price", 0, build_id="owned"),
    part("whole", 2, "system", "mini"),
    part("boxed", 2, "system", "tower"),
    price("tower", 9000, build_id="boxed", bound="at_least"),
    part("mixed", 2, "gpu", "card"),
    part("mixed", 3, "gpu", "big-card", count=2),
    part("mixed", 4, "cpu", "cpu"),
    part("peaky", 2, "gpu", "card"),
    reading("peak_power", 600, build_id="peaky"),
    # throughputs
    speed("m-70b", 20, 30, build_id="listed", basis="expected"),
    speed("m-70b", 50, hardware_id="card", count=2, **OTHER, **APRIL),
    speed("m-70b", 10, hardware_id="card", count=2, link="nvlink"),
    speed("m-70b", 99, hardware_id="card"),
    speed("m-8b", 100, hardware_id="card", count=2, **OTHER),
    speed("m-8b", 120, hardware_id="card", count=2, **OTHER, **APRIL),
    speed("m-8b", 15, 20, hardware_id="card", count=2, concurrency=4, per_user=True),
    speed("m-8b", 5000, hardware_id="card", count=2, phase="prefill"),
    speed("m-8b", 400, hardware_id="card", count=2, basis="theoretical"),
    speed("m-8b", 300, hardware_id="card", count=2, is_derived=True),
    speed(None, 80, hardware_id="card", count=2),
    speed("m-405b", 3, build_id="listed", offload="cpu"),
    speed("m-70b", 8, build_id="whole"),
    reading("size", 40, 43, model_id="70b", quantization="Q4"),
    reading("size", 5, model_id="m-8b", quantization="Q4"),
    reading("size", 43, model_id="m-70b", quantization="Q4", source_id="sheets"),
    *(reading("layers", 80, model_id=model_id) for model_id in ("m-8b", "m-70b", "m-405b")),
    *(reading("cache_width", 2000, model_id=model_id) for model_id in ("m-8b", "m-70b", "m-405b")),
    # rents
    reading("usd_per_hour", 2, 3, hardware_id="big-card", provider="A & B"),
    reading("usd_per_hour", 4, hardware_id="card", count=4),
    reading("usd_per_hour", 1, hardware_id="unknown-card"),
    reading("usd_per_hour", 2.5, hardware_id="big-card", is_derived=True),
    reading("usd_per_hour", 0.5, hardware_id="big-card", purchase="spot"),
    reading("usd_per_hour", 0.6, hardware_id="big-card", purchase="interruptible"),
]

INPUTS: dict[str, list[dict[str, Any]]] = {
    "settings": [{"as_of": date(2026, 6, 1)}],
    "item_names": [],
    "catalogue_hardware": [
        {"hardware_id": name, "name": name, "kind": kind, "vendor": ""}
        for name, kind in {
            "card": "gpu", "big-card": "gpu", "unknown-card": "gpu", "cpu": "cpu", "board": "board", "kit": "memory",
            "mini": "system", "tower": "system",
        }.items()
    ],
    "catalogue_models": [
        {"model_id": name, "name": name, "params_b": params, "active_params_b": None, "architecture": "dense"}
        for name, params in {"70b": 70, "m-70b": 70, "m-8b": 8, "m-405b": 405, "m-50b": 50}.items()
    ],
    "catalogue_builds": [
        {"build_id": name, "name": name, "source_id": "guide", "description": ""}
        for name in ("listed", "hosted", "totalled", "outpriced", "owned", "whole", "boxed", "mixed", "peaky", "bare")
    ],
    "catalogue_unstated": [
        {"build_id": name, "slot": slot}
        for name, slot in {
            "listed": "cooler", "hosted": "host", "totalled": "host", "outpriced": "host", "owned": "host", "mixed": "host",
            "peaky": "host", "boxed": "gpu",
        }.items()
    ],
    "scenario_choices": [
        {"scenario_id": "always_on", "hours_per_week": 168, "usd_per_kwh": 0.2, "life_years": 4, "residual_fraction": 0.1,
         "discount_rate": 0},
        {"scenario_id": "half", "hours_per_week": 84, "usd_per_kwh": 0.2, "life_years": 4, "residual_fraction": 0,
         "discount_rate": 0},
    ],
    "assumptions": [
        {"name": name, "value": value}
        for name, value in {
            "context_tokens": 10_000, "decode_context_tokens": 5_000, "kv_cache_gb_per_1k_tokens": 0.3, "overhead_gb": 1, "host_cpu_w_low": 100, "longest_payback_years": 100,
            "host_cpu_w_high": 300, "host_rest_w_low": 50, "host_rest_w_high": 100, "host_bandwidth_gb_s": 10_000,
        }.items()
    ],
    "source_preference": [{"rank": 1, "source_id": "sheets", "reason": ""}],
    "quantization_families": [],
    "price_preference": [
        {"rank": rank, "condition": condition}
        for rank, condition in enumerate(("street", "new", "list", "msrp", "open_box", "used"), start=1)
    ],
    "model_classes": [
        {"class": "8B", "params_low_b": 6, "params_high_b": 9},
        {"class": "70B", "params_low_b": 65, "params_high_b": 75},
    ],
    "source_files": [{"source_id": name, "title": name, "licence": "facts only"} for name in ("guide", "other", "sheets")],
    "raw_files": [
        {"raw_file": name, "source_id": "guide", "table_name": name, "retrieved_on": date(2026, 5, 1), "cells": 1, "rejected": 0}
        for name in sorted({row.get("raw_file", f"{row['source_id']}.csv") for row in OBSERVATIONS})
    ],
    # a model without any cost but reading: speed is bandwidth over weights
    "throughput_model": [
        {"phase": phase, "speed_class": "maker gddr", "software_generation": "2025", "vendor": "maker", "memory_kind": "gddr",
         "runs": 1, "accelerators": 4, "constants": constants, "exponents": [0.0] * len(constants), "log_reading": 0.1,
         "log_elsewhere": 0.0}
        for phase, constants in (("decode", [1.0, 0, 0, 0, 0, 0, 0, 1]), ("prefill", [1.0, 1, 1, 0]))
    ],
    # nothing is said of interruptible rates
    "cloud_purchases": [
        {"purchase": "unspecified", "counts": True, "reason": "not said"},
        {"purchase": "spot", "counts": False, "reason": "may be taken away"},
    ],
    "modelled_runs": [{"model_id": "m-8b", "quantization": "Q4", "reason": ""}],
    "rejected_rows": [],
    "observations": [
        {"raw_file": f"{row['source_id']}.csv", "raw_row": 100 + number} | row
        | {"observation_id": f"{row['source_id']}:{number:03}"}
        for number, row in enumerate(OBSERVATIONS)
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def made_up() -> Iterator[duckdb.DuckDBPyConnection]:
    """A database with the tables that the analysis makes of the made-up observations."""
    with duckdb.connect() as connection:
        create_macros(connection, ANALYSIS / "macros")
        for table in WANTED - {made.name for made in MADE} - set(INPUTS):
            create_table(connection, DECLARATIONS[table])
        for table, rows in INPUTS.items():
            create_table(connection, DECLARATIONS[table])
            for row in rows:
                columns = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join("?" for _ in row)
                connection.execute(f"insert into {table} ({columns}) values ({marks})", list(row.values()))
        for declaration in MADE:
            fill_from_sql(connection, declaration)
        create_macros(connection, ANALYSIS / "table_macros")
        yield connection


@pytest.fixture
def world(made_up: duckdb.DuckDBPyConnection) -> Ask:
    """Ask that database: world(query, *parameters)."""
    return lambda query, *parameters: made_up.execute(query, list(parameters)).fetchall()


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
    # two used cards at 400-480 of March; the processor's street price though a new one is younger; no used board; two kits
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
        "a nearer figure", "reads the prompt, generates nothing", "theoretical", "worked out by its source from other figures",
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


# ---- the documents, worked out by hand


@pytest.mark.parametrize(
    ("build_id", "low", "high"),
    [
        # 1,800 + 80 + 500 + 400 + 300 + 200 + 200 + 150
        ("dual-3090-tower", 3_630, 3_630),
        # 3,899 + 1,299 + 3,200 + 7,200 + 599 + 300 + 25 + 150 + 700 + 250 + 180 + 20 + 200 + 75, where 17,972 is printed
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
        create_macros(connection, ANALYSIS / "macros")
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
