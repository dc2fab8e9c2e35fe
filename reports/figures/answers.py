"""The answers as the pages speak of them: rows of the table `answers`, and how systems, models, hours and rates are
written."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from figures.look.prose import Text, text, usd_per_hour
from figures.sql import query

Row = Mapping[str, Any]
_SYSTEMS_PAGE = Path(__file__).resolve().parents[1] / "systems.qmd"

CLASSES = ("8B", "32B", "70B")
"""Classes of models that the first page answers for; they are rows of the table model_classes."""

ANSWERS = "from answers where scenario_id = $scenario and rank is not null order by class_from_b, rank"
"""The systems of each class with what a million tokens costs on them, cheapest first."""


def base_scenario() -> dict[str, Any]:
    """The scenario that the pages speak of: the conservative one, or the one of fewest hours if it has been taken
    out."""
    found = query("from scenarios order by scenario_id <> 'conservative', hours_per_week limit 1")
    return found.row(0, named=True)


def answers(scenario_id: str) -> pl.DataFrame:
    """Rows of ANSWERS under a scenario."""
    return query(ANSWERS, scenario=scenario_id)


def least_bits() -> str:
    """Bits a weight that a run needs to answer for a class."""
    found = query("from assumptions where name = 'least_bits'")
    return f"{found['value'].item():g}"


def counted_rates() -> list[dict[str, Any]]:
    """The rates that pages compare systems with, hour against hour: the cheapest that count by memory, cheapest
    first."""
    return query("from gpu_rates where is_reference order by usd_per_hour_mid, cloud_rate_id").to_dicts()


def price_note(row: Row) -> str:
    """What is to be known of a price, from capex_from, capex_bound and price_missing; empty if it is whole."""
    if row["capex_from"] is None:
        return ""
    said = []
    if row["capex_from"] == "stated_total":
        said.append("the price is the document's own total")
    elif row["price_missing"]:
        said.append(f"the price excludes something: {row['price_missing']}")
    if row["capex_bound"] == "at_least":
        said.append("the price is a lower limit")
    return "; ".join(said)


def cheapest(rows: pl.DataFrame, model_class: str, measured: bool = False) -> Row | None:
    """The first row of a class, or None; with `measured` the first one that rests on a measured speed."""
    kept = rows.filter(pl.col("model_class") == model_class)
    if measured:
        kept = kept.filter(pl.col("rank_measured") == 1)
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
    """An item's name without its maker."""
    return name.removeprefix("NVIDIA ").removeprefix("AMD ")


def rate_name(row: Row) -> str:
    """A rented card with what it costs: A100 80GB, $0.66–3.67/h."""
    return f"{short_name(row['rented'])}, {rate_range(row['usd_per_hour_low'], row['usd_per_hour_high'])}"


def rate_range(low: float, high: float) -> Text:
    """A cloud rate from low to high: $0.66–3.67/h."""
    return usd_per_hour(high) if low == high else Text(f"${low:.2f}–{high:.2f}/h")


def model_name(row: Row) -> str:
    """The model of a row in a sentence: Llama 3 70B, an unnamed 70B model."""
    name = str(row["model"])
    return f"an {name}" if name.startswith("unnamed") else name


def with_article(model_class: str) -> str:
    """A class of models with its article: an 8B, a 70B. Figures that are spoken with a vowel in front are 8 and 11
    and 18."""
    return f"{'an' if model_class.startswith(('8', '11', '18')) else 'a'} {model_class}"


def with_links(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `system_link`, where the system of `build_id` is described; NULL while there is no such page."""
    if not _SYSTEMS_PAGE.exists():
        return rows.with_columns(system_link=pl.lit(None, dtype=pl.String))
    return rows.with_columns(system_link=pl.format("systems/{}.html", "build_id"))


def tokens_a_day(value: float | None) -> Text:
    """Tokens a day as a reader counts them: 340,000, 2.1 million."""
    if value is None:
        return Text("never")
    if value >= 999_500:
        return Text(f"{value / 1e6:.1f} million".replace(".0 ", " ") if value < 1e8 else f"{value / 1e6:,.0f} million")
    places = 1 - len(f"{value:.0f}") + 1
    return text(f"{round(value, places):,.0f}")
