"""Generated cells of which the generator knows what a person reads in them, or that they have to be refused.

It shares nothing with the parser: figures, units, marks and words are put together as people write them.
"""

import random

import polars as pl

from pipelines.normalise.quantities import read_quantities
from tests.normalise.sources import VOCABULARY

TRIES = 100_000
KINDS = (
    ("price", "USD", "${}", 1), ("price", "USD", "{} USD", 1), ("price", "USD", "US${}", 1),
    ("usd_per_hour", "USD/h", "${}/hr", 1), ("memory", "GB", "{} GB", 1), ("memory", "GB", "{}GB", 1),
    ("tdp", "W", "{} W", 1), ("tdp", "W", "{} watts", 1), ("memory_bandwidth", "GB/s", "{} GB/s", 1),
    ("tokens_per_s", "tok/s", "{} tok/s", 1), ("quality", "percent", "{}%", 1), ("cuda_cores", "count", "{}", 1),
    ("parameters", "B", "{}B", 1), ("capacity", "GB", "{} TB", 1000),
)  # fmt: skip
HARMLESS = ("", "", " max", " (used)", " (April 2026)", "*", " (approximately)", " minimum")
CHANGING = (
    " (CAD)", ", AUD", " - EUR", " mil", " (in thousands)", " cents", " per month", " (per GB)", " per pair", " (4-pack)",
    " (x2)", " off", " deposit", " down", " discount", " saved", " slower", " less", " loss", " (idle)", " or 99", " / 7",
    " each way", " less tax", " a piece of", " (was more)", " pair", " dozen", " billion", " hundred", " (half)", " x 3",
    " € ", " lakh", " sans", " plus", " short of", " minus 5", " of 10", " before rebate", " (each of two)",
)  # fmt: skip


def cells(seed: int, tries: int) -> list[tuple[str, str, str, tuple[float, float] | None]]:
    """Attribute, unit, cell and what it says, low and high in that unit; None if it has to be refused."""
    chance, made = random.Random(seed), []
    for _ in range(tries):
        attribute, unit, form, factor = chance.choice(KINDS)
        low = chance.randint(1, 90)
        high = low + chance.choice((0, 0, chance.randint(1, 9)))
        figure = str(low) if low == high else f"{low}{chance.choice(('-', '–', ' to '))}{high}"
        before = chance.choice(("", "", "~", "about ", "up to "))
        tail = chance.choice(HARMLESS + CHANGING)
        truth = None if tail in CHANGING else (float(low * factor), float(high * factor))
        made.append((attribute, unit, before + form.format(figure) + tail, truth))
    return made


def wrong(seed: int, tries: int) -> tuple[list[tuple[str, str, object, object]], int]:
    """The cells that were read as something else than they say, and how many that say something were refused."""
    made = cells(seed, tries)
    asked = pl.DataFrame(
        {
            "text": [cell for _, _, cell, _ in made],
            "type": ["quantity"] * len(made),
            "unit": [unit for _, unit, _, _ in made],
            "attribute": [attribute for attribute, _, _, _ in made],
        }
    )
    read = read_quantities(asked, VOCABULARY).select("value_low", "value_high", "reason").rows()
    misread = [
        (attribute, cell, truth, (low, high))
        for (attribute, _, cell, truth), (low, high, reason) in zip(made, read, strict=True)
        if reason is None and (low, high) != truth
    ]
    refused = sum(
        reason is not None and truth is not None for (*_, truth), (*_, reason) in zip(made, read, strict=True)
    )
    return misread, refused


def attack(seed: int, tries: int) -> str:
    """Read that many cells; raises AssertionError with the first that were misread."""
    misread, refused = wrong(seed, tries)
    assert not misread, f"{len(misread)} misread: {misread[:20]}"
    return f"none misread, {refused} refused that say something"
