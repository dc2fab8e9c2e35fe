"""A small world made up here: observations of a few cards and systems, and the tables that the analysis makes of them.

No test lives here. What these rows come to is computed by hand in the tests.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from tests.small import declarations

DECLARATIONS = declarations()
Ask = Callable[..., list[tuple[Any, ...]]]


def with_what_they_read(tables: set[str]) -> set[str]:
    """Those tables and every other one that a SELECT of theirs reads, directly or not."""
    read = tables | {name for table in tables for name in DECLARATIONS[table].reads & set(DECLARATIONS)}
    return tables if read == tables else with_what_they_read(read)


WANTED = with_what_they_read({table.name for table in DECLARATIONS.values() if table.folder in ("curated", "metrics")})
MADE = [table for table in DECLARATIONS.values() if table.sql is not None and table.name in WANTED]

KINDS = {
    "memory": "spec", "memory_bandwidth": "spec", "tdp": "spec", "price": "price", "part": "part", "size": "model_size",
    "system_price": "system_cost", "system_power": "power", "rest_power": "power", "peak_power": "power",
    "layers": "model", "cache_width": "model", "tokens_per_s": "benchmark", "usd_per_hour": "cloud_rate", "bits_per_weight": "quantization",
}  # fmt: skip


def reading(attribute: str, low: float | None = None, high: float | None = None, **facets: Any) -> dict[str, Any]:
    """An observation that says little: one piece, exact, primary, of the document's day, unless facets say
    otherwise."""
    return {
        "source_id": "guide", "table_name": "table", "raw_column": "value", "raw_text": str(low), "kind": KINDS[attribute],
        "attribute": attribute, "value_low": low, "value_high": low if high is None else high, "is_approximate": False,
        "count": 1, "each": False, "is_derived": False, "observed_on": date(2026, 1, 1), "date_basis": "document",
        "phase": "decode", "offload": "none", "basis": "reported", "concurrency": 1,
        "owned": False,
        **({"currency": "USD", "tax": "unknown"} if attribute in ("price", "system_price", "usd_per_hour") else {}),
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
