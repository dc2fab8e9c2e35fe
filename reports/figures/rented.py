"""Rented cards on the page of the cost per token: what one costs an hour, and what a million tokens costs on it."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from figures.answers import CLASSES, short_name, with_article
from figures.cost import FRONT
from figures.look import prose
from figures.look.prose import Markdown, sentence
from figures.look.tables import interval, label, money_interval, number, table
from figures.look.web import Block
from figures.sql import query, source

RENTED = "from rented_runs where is_cheapest_of_card order by usd_per_mtok_low, rented, model_class"
RATES = "from gpu_rates order by usd_per_hour_mid, cloud_rate_id"


def cloud_table() -> Block:
    """What a million tokens of each class costs on the rented cards of which a speed is known."""
    return table(
        query(RENTED).with_columns(runs=pl.concat_str("model", "quantization", separator=" ")),
        [
            label("rented", "Rented card").noted("rate_excluded"),
            label("model_class", "Class").noted("runs"),
            interval("usd_per_hour_low", "usd_per_hour_high", "Rate of one", "USD/h", digits=2),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s", digits=1).noted("evidence"),
            money_interval("usd_per_mtok_low", "usd_per_mtok_high", "Cost", "USD/Mtok", per_mtok=True),
        ],
        caption="Cost of a million tokens on rented cards",
        source=source(RENTED),
    )


def rates_table() -> Block:
    """Every stated cloud rate of one GPU, and why some do not count."""
    return table(
        query(RATES).with_columns(terms=pl.concat_str("provider", "purchase", separator=", ", ignore_nulls=True)),
        [
            label("rented", "Rented card").noted("terms"),
            number("rented_memory_gb", "Memory", "GB", digits=0),
            interval("usd_per_hour_low", "usd_per_hour_high", "Rate of one", "USD/h", digits=2),
            label("excluded", "Does not count because"),
        ],
        caption="Cloud rates of one GPU",
        source=source(RATES),
    )


def cloud_sentence(scenario_id: str) -> Markdown:
    """How the systems of each class compare with the rented cards, token for token."""
    clauses = []
    for model_class in CLASSES:
        rows = query(FRONT, scenario=scenario_id, model_class=model_class)
        rented, owned = rows.filter(pl.col("way") == "rent"), rows.filter(pl.col("way") == "own")
        if rented.height:
            clauses.append(_clause(model_class, rented.row(0, named=True), owned.height))
    known = set(query(RENTED)["cloud_rate_id"])
    unknown = query(RATES).filter(~pl.col("cloud_rate_id").is_in(list(known)))["rented"].unique(maintain_order=True)
    if unknown.len():
        clauses.append(
            sentence(
                "No source states how fast a rented {cards} is, so its tokens have no price.",
                cards=" or ".join(short_name(name) for name in unknown),
            )
        )
    return Markdown(" ".join(clauses))


def _clause(model_class: str, one: Mapping[str, Any], owned: int) -> Markdown:
    clause = {
        "model_class": with_article(model_class),
        "card": short_name(one["system"].removeprefix("Rented ")),
        "cost": prose.usd_per_mtok(one["usd_per_mtok_mid"]),
    }
    if not owned:
        return sentence(
            "For {model_class} model a million tokens on a rented {card} costs {cost}; no system can be compared with "
            "it.",
            **clause,
        )
    return sentence(
        "For {model_class} model a million tokens on a rented {card} costs {cost}; {below} of {owned} systems are "
        "cheaper.",
        below=one["systems_as_cheap"] or "none",
        owned=owned,
        **clause,
    )
