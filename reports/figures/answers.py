"""Which system answers for a class of models: rows chosen in SQL, and how systems, models and hours are written. No page's own words.

Every system stands with one speed for a class: one sequence at a time, in memory, weights of LEAST_BITS or more; measured
before stated before modelled, then the fastest. What a million tokens costs and when it pays off comes ready from the database.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from figures.prose import (
    Text,
)
from figures.sql import query

Row = Mapping[str, Any]
_SYSTEMS_PAGE = Path(__file__).resolve().parents[1] / "systems.qmd"

CLASSES = ("8B", "32B", "70B")
"""Classes of models that the pages answer for; they are rows of the table model_classes."""

LEAST_BITS = 4
"""Bits of a weight below which an answer is not compared: the sources' own table of quality falls off beneath."""

EVIDENCE = """case c.throughput_basis
            when 'measured' then 'measured'
            when 'reported' then 'stated'
            when 'modelled' then 'modelled'
            when 'theoretical' then 'modelled'
            else 'stated'
        end"""
"""What a speed rests on, in the words of the charts; `c` is cost_per_token."""

CHOSEN = f"""
    with usable as (
        select
            c.*,
            b.name as system,
            m.name as model,
            m.model_class,
            q.bits_per_weight,
            {EVIDENCE} as evidence
        from cost_per_token as c
        join builds as b using (build_id)
        join models as m using (model_id)
        join quantizations as q using (quantization)
        where c.scenario_id = $scenario
            and c.concurrency = 1
            and c.fits_in_memory
            and q.bits_per_weight >= $least_bits
            and m.model_class is not null
    ),

    chosen as (
        select *
        from usable
        qualify row_number() over (
            partition by build_id, model_class
            order by
                evidence <> 'measured',
                evidence = 'modelled',
                tokens_per_s_mid desc,
                bits_per_weight desc,
                model_id
        ) = 1
    )
"""
"""The start of a query: one row for each system and class of models, in `chosen`. Takes $scenario and $least_bits."""

RENTS = """
    rents as (
        select
            r.cloud_rate_id,
            h.name as rented,
            h.memory_gb as rented_memory_gb,
            r.usd_per_hour_low / r.gpu_count as rent_low,
            mid(r.usd_per_hour_low, r.usd_per_hour_high) / r.gpu_count as rent_mid,
            r.usd_per_hour_high / r.gpu_count as rent_high
        from cloud_rates as r
        join hardware as h using (hardware_id)
    )
"""
"""A CTE: what one rented GPU costs an hour."""

ANSWERS = (
    CHOSEN
    + ","
    + RENTS
    + """
    select
        c.model_class,
        c.build_id,
        c.system,
        c.model,
        c.quantization,
        c.evidence,
        c.tokens_per_s_low,
        c.tokens_per_s_mid,
        c.tokens_per_s_high,
        c.usd_per_mtok_low,
        c.usd_per_mtok_mid,
        c.usd_per_mtok_high,
        p.capex_from,
        p.capex_bound,
        p.missing as price_missing,
        p.capex_low_usd,
        p.capex_mid_usd,
        p.capex_high_usd,
        r.rented,
        r.rent_low,
        r.rent_high,
        o.payback_years_low,
        o.payback_years_mid,
        o.payback_years_high,
        o.pays_back,
        o.pays_back_within_life,
        s.life_years,
        breakeven_hours_per_week(
            p.capex_low_usd, r.rent_high, w.watts_low, s.usd_per_kwh, s.life_years, s.residual_fraction
        ) as breakeven_low,
        o.breakeven_hours_per_week as breakeven_mid,
        breakeven_hours_per_week(
            p.capex_high_usd, r.rent_low, w.watts_high, s.usd_per_kwh, s.life_years, s.residual_fraction
        ) as breakeven_high
    from chosen as c
    join scenarios as s using (scenario_id)
    join build_costs as p
        on p.build_id = c.build_id
        and p.capex_basis = 'current'
    join build_power as w
        on w.build_id = c.build_id
        and w.is_best
    left join rents as r
        on r.rented_memory_gb >= c.memory_needed_gb
    left join cloud_roi as o
        on o.build_id = c.build_id
        and o.cloud_rate_id = r.cloud_rate_id
        and o.scenario_id = c.scenario_id
        and o.comparison = 'one_gpu'
    where c.usd_per_mtok_mid is not null
    -- the cheapest rent of a card that holds the model
    qualify row_number() over (partition by c.build_id, c.model_class order by r.rent_mid nulls last, r.cloud_rate_id) = 1
    order by c.model_class, c.usd_per_mtok_mid, c.build_id
"""
)
"""The systems of each class with what a million tokens costs on them and what they save against renting, cheapest first."""


def base_scenario() -> dict[str, Any]:
    """The scenario that the pages speak of: the conservative one, or the one of fewest hours if it has been taken out."""
    found = query("select * from scenarios order by scenario_id <> 'conservative', hours_per_week limit 1")
    return found.row(0, named=True)


def answers(scenario_id: str) -> pl.DataFrame:
    """Rows of ANSWERS under a scenario."""
    return query(ANSWERS, scenario=scenario_id, least_bits=LEAST_BITS)


def price_note(row: Row) -> str:
    """What is to be known of a price, from capex_from, capex_bound and price_missing of build_costs; empty if it is whole."""
    if row["capex_from"] is None:
        return ""
    said = []
    if row["capex_from"] == "stated_total":
        said.append("the price is the document's own total")
    elif row["price_missing"]:
        said.append(f"the price leaves something out: {row['price_missing']}")
    if row["capex_bound"] == "at_least":
        said.append("the price is a lower limit")
    return "; ".join(said)


def rents() -> list[dict[str, Any]]:
    """What one rented GPU costs an hour by every stated rate, cheapest first."""
    return query(f"with {RENTS} select * from rents order by rent_mid, cloud_rate_id").to_dicts()


def cheapest(rows: pl.DataFrame, model_class: str, measured: bool = False) -> Row | None:
    """The first row of a class, or None; with `measured` the first one that rests on a measured speed."""
    kept = rows.filter(pl.col("model_class") == model_class)
    if measured:
        kept = kept.filter(pl.col("evidence") == "measured")
    return kept.row(0, named=True) if kept.height else None


def assumed(scenario: Row) -> Text:
    """What a scenario assumes, for a sentence: 40 hours a week and $0.15/kWh."""
    return Text(f"{hours(scenario['hours_per_week'])} hours a week and ${scenario['usd_per_kwh']:.2f}/kWh")


def hours(value: float | None) -> Text:
    """Hours a week as a plain figure: 40, 8.4; to the half hour below ten is too fine, so one decimal."""
    if value is None:
        return Text("never")
    return Text(f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0"))


def short_name(name: str) -> str:
    """An article's name without its maker."""
    return name.removeprefix("NVIDIA ").removeprefix("AMD ")


def model_name(row: Row) -> str:
    """The model of a row in a sentence: Llama 3 70B, an unnamed 70B model."""
    name = str(row["model"])
    return f"an {name}" if name.startswith("unnamed") else name


def with_article(model_class: str) -> str:
    """A class of models with its article: an 8B, a 70B. Figures that are spoken with a vowel in front are 8 and 11 and 18."""
    return f"{'an' if model_class.startswith(('8', '11', '18')) else 'a'} {model_class}"


def with_links(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `system_link`, where the system of `build_id` is described; NULL while there is no such page."""
    if not _SYSTEMS_PAGE.exists():
        return rows.with_columns(system_link=pl.lit(None, dtype=pl.String))
    return rows.with_columns(system_link=pl.format("systems.html#{}", "build_id"))


def chosen(scenario_id: str) -> pl.DataFrame:
    """One row for each system and class of models, those without a price included."""
    return query(
        CHOSEN + "select * from chosen order by model_class, usd_per_mtok_mid nulls last, system",
        scenario=scenario_id,
        least_bits=LEAST_BITS,
    )


__all__ = [
    "ANSWERS",
    "CHOSEN",
    "CLASSES",
    "EVIDENCE",
    "LEAST_BITS",
    "RENTS",
    "Row",
    "answers",
    "assumed",
    "base_scenario",
    "cheapest",
    "chosen",
    "hours",
    "model_name",
    "price_note",
    "rents",
    "short_name",
    "with_article",
    "with_links",
]
