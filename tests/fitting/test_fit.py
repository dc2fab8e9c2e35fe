"""The fit of the throughput model, on runs made here from constants that are known."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.fitting.fit import fit_phase
from pipelines.fitting.frames import fitted_frames
from pipelines.fitting.intervals import LEAST, interval
from pipelines.fitting.terms import with_groups

WEIGHTS, LAYER, COMPUTE, CACHE = 1.2, 0.05, 0.8, 2.0


def run(card: int, layers: int, gigabytes: float, context: int) -> dict[str, Any]:
    """A run of a card whose time is exactly the constants above: bandwidth and compute follow from its number."""
    bandwidth, tflops = 300.0 + 100 * card, 10.0 + 8 * card
    terms = [
        gigabytes / bandwidth * 1000, layers, layers / tflops, 0.0, context * layers * 4e-6 / bandwidth * 1000, 0.0, 0.0,
        0.0,
    ]  # fmt: skip
    return {
        "benchmark_id": f"{card}/{layers}/{gigabytes}/{context}", "phase": "decode", "hardware_id": f"card-{card}",
        "accelerators": 1, "model_id": f"model-{layers}", "quantization": f"{gigabytes}", "software_generation": "2025",
        "software_day": None, "speed_class": "nvidia gddr", "vendor": "nvidia", "memory_type": "GDDR6", "terms": terms,
        "logs": [0.0], "measured_ms": float(np.dot(terms, [WEIGHTS, LAYER, COMPUTE, 0, CACHE, 0, 0, 0])),
    }  # fmt: skip


@pytest.fixture
def runs() -> pl.DataFrame:
    made = [
        run(card, layers, gigabytes, context)
        for card in range(8)
        for layers, gigabytes in ((32, 5.0), (32, 16.0), (80, 43.0))
        for context in (256, 4096)
    ]
    return pl.DataFrame(made, schema_overrides={"software_day": pl.Date})


def test_a_fit_finds_the_constants_that_runs_were_made_with(runs: pl.DataFrame) -> None:
    fit, fitted, unseen_item, _, outliers = fit_phase("decode", with_groups(runs))
    found = fit.constants(
        {"speed_class": "nvidia gddr", "family": "cards", "family_generation": "cards 2025", "all": "all"}
    )
    assert found[0] == pytest.approx(WEIGHTS, rel=0.03)
    assert found[1] == pytest.approx(LAYER, rel=0.2)
    assert found[4] == pytest.approx(CACHE, rel=0.1)
    assert np.abs(fitted).max() < 0.02
    assert np.abs(unseen_item).max() < 0.03
    assert not outliers.any()


def test_a_run_off_by_more_than_a_factor_of_two_is_an_outlier_and_moves_nothing(runs: pl.DataFrame) -> None:
    spoilt = runs.with_columns(
        pl.when(pl.int_range(pl.len()) == 7)
        .then(pl.col("measured_ms") * 6)
        .otherwise("measured_ms")
        .alias("measured_ms")
    )
    clean, _, _, _, _ = fit_phase("decode", with_groups(runs))
    fit, _, _, _, outliers = fit_phase("decode", with_groups(spoilt))
    assert np.flatnonzero(outliers).tolist() == [7]
    assert np.exp(fit.logarithms) == pytest.approx(np.exp(clean.logarithms), rel=0.02)


def test_a_class_without_runs_keeps_what_is_expected_and_a_wide_interval(runs: pl.DataFrame) -> None:
    model = fitted_frames(runs, ["nvidia gddr", "intel gddr"])["throughput_model"]
    rows = {
        (row["speed_class"], row["software_generation"]): row
        for row in model.iter_rows(named=True)
        if row["phase"] == "decode"
    }
    assert rows["intel gddr", "2025"]["accelerators"] == 0
    assert rows["intel gddr", "2025"]["constants"][0] == pytest.approx(1 / 0.88)
    assert rows["intel gddr", "2025"]["left_out_error_percent"] is None
    assert rows["nvidia gddr", "2025"]["accelerators"] == 8


def test_an_interval_leaves_a_tenth_at_either_end_and_is_never_narrower_than_computers_differ() -> None:
    misses, everything = np.linspace(-1, 1, 101), np.ones(101, dtype=bool)
    items = [f"card-{number % 5}" for number in range(101)]
    found = interval(misses, items, everything)
    assert (found.low, found.high) == (pytest.approx(-0.8), pytest.approx(0.8))
    assert interval(misses / 1000, items, everything).high == LEAST
    few = np.array([name == "card-0" for name in items])
    assert interval(misses, items, few).high > 1.2
