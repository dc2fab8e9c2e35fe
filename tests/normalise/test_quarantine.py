"""The guard: what is far from what other sources say of an item, or from all of its kind; a pure function of
observations."""

from datetime import date
from typing import Any

import polars as pl

from pipelines.normalise.quarantine import RELEASES, no_releases, quarantine

KINDS = pl.DataFrame({"hardware_id": ["card"], "kind": ["gpu"]})
LIMITS = pl.DataFrame({"attribute": ["price"], "kind": ["gpu"], "low": [30.0], "high": [80_000.0], "factor": [5.0]})


def price(source: str, day: str, value: float, **also: Any) -> dict[str, Any]:
    return {
        "observation_id": f"{source}/{day}/{value}", "source_id": source, "raw_file": f"data/raw/{source}/{day}/t.csv",
        "raw_row": 2, "raw_column": "Price", "raw_text": f"${value}", "attribute": "price", "hardware_id": "card",
        "model_id": None, "value_low": value, "value_high": value, "count": 1, "each": False, "lot_quantity": 1,
        "phase": None, "concurrency": None, **also,
    }  # fmt: skip


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    text = dict.fromkeys(("model_id", "phase"), pl.String)
    return pl.DataFrame(rows, schema_overrides={**text, "concurrency": pl.Int32, "raw_row": pl.Int32})


def held(*rows: dict[str, Any], releases: pl.DataFrame | None = None) -> list[str]:
    published, caught = quarantine(frame(*rows), KINDS, LIMITS, no_releases() if releases is None else releases)
    out = caught.filter(pl.col("released_by").is_null())["observation_id"].to_list()
    assert published.height + len(out) == len(rows)
    return out


def test_the_newer_of_two_that_differ_by_more_than_the_factor_is_held_back() -> None:
    old, new = price("a", "2026-01-01", 1600), price("b", "2026-02-01", 300)
    assert held(old, new) == [new["observation_id"]]
    assert held(old, price("b", "2026-02-01", 330)) == []  # 1600 / 5 = 320


def test_of_the_same_day_nobody_is_believed_more_unless_two_agree() -> None:
    one, other = price("a", "2026-01-01", 1600), price("b", "2026-01-01", 300)
    assert held(one, other) == []
    assert held(one, price("c", "2026-01-01", 1700), other) == [other["observation_id"]]


def test_where_nothing_is_known_of_an_item_the_range_of_its_kind_counts() -> None:
    assert held(price("a", "2026-01-01", 0.33)) == ["a/2026-01-01/0.33"]
    assert held(price("a", "2026-01-01", 31)) == []


def test_a_lot_is_compared_by_the_piece() -> None:
    assert held(price("a", "2026-01-01", 1600), price("b", "2026-02-01", 16_000, lot_quantity=10)) == []


def test_a_released_figure_is_published_and_listed_with_who_released_it() -> None:
    row = price("a", "2026-01-01", 0.33)
    said = {
        "raw_file": row["raw_file"], "raw_row": 2, "column_name": "Price", "raw_text": row["raw_text"],
        "released_by": "me", "released_on": date(2026, 1, 2), "reason": "a gift",
    }  # fmt: skip
    releases = pl.DataFrame([said], schema=RELEASES)
    assert held(row, releases=releases) == []
    _, caught = quarantine(frame(row), KINDS, LIMITS, releases)
    assert caught["released_by"].to_list() == ["me"]
