"""The fit of the throughput model, on runs made here from constants that are known."""

from typing import Any

import numpy as np
import polars as pl
import pytest

from pipelines.fitting.fit import fit_phase
from pipelines.fitting.frames import fitted_frames
from pipelines.fitting.intervals import LEAST, NORMAL, Misses, coverage, intervals, student
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
    fit, seen = fit_phase("decode", with_groups(runs))
    found = fit.constants(
        {"speed_class": "nvidia gddr", "family": "nvidia", "family_generation": "nvidia 2025", "all": "all"}
    )
    assert found[0] == pytest.approx(WEIGHTS, rel=0.03)
    assert found[1] == pytest.approx(LAYER, rel=0.2)
    assert found[4] == pytest.approx(CACHE, rel=0.1)
    assert np.abs(seen.fitted).max() < 0.02
    assert np.abs(seen.without_item).max() < 0.03
    assert not seen.outliers.any()
    # card 0 at 300 GB/s and 10 TFLOPS, 5 GB, 32 layers, 256 tokens: 20 ms of reading; 1.6 + 2.56 + 0.22 ms elsewhere
    assert seen.elsewhere[0] == pytest.approx(4.38 / 24.38, abs=0.02)


def test_a_run_off_by_more_than_a_factor_of_two_is_an_outlier_and_moves_nothing(runs: pl.DataFrame) -> None:
    spoilt = runs.with_columns(
        pl.when(pl.int_range(pl.len()) == 7)
        .then(pl.col("measured_ms") * 6)
        .otherwise("measured_ms")
        .alias("measured_ms")
    )
    clean, _ = fit_phase("decode", with_groups(runs))
    fit, seen = fit_phase("decode", with_groups(spoilt))
    assert np.flatnonzero(seen.outliers).tolist() == [7]
    assert np.exp(fit.logarithms) == pytest.approx(np.exp(clean.logarithms), rel=0.02)


def test_a_class_without_runs_keeps_what_is_expected_and_a_wide_interval(runs: pl.DataFrame) -> None:
    model = fitted_frames(runs, ["nvidia gddr", "intel gddr"])["throughput_model"]
    rows = {
        (row["speed_class"], row["software_generation"]): row
        for row in model.iter_rows(named=True)
        if row["phase"] == "decode"
    }
    assert rows["intel gddr", "2025"]["accelerators"] == 0
    assert rows["intel gddr", "2025"]["constants"][0] == pytest.approx(1 / 0.85)
    assert rows["intel gddr", "2025"]["left_out_error_percent"] is None
    assert rows["nvidia gddr", "2025"]["accelerators"] == 8


def misses(logs: list[float], items: list[str], shares: float | list[float] = 0.0, of: str = "maker gddr") -> Misses:
    """Misses of one class."""
    return Misses(
        np.array(logs),
        np.broadcast_to(np.array(shares, dtype=float), len(logs)),
        np.array(items),
        np.array([of] * len(logs)),
    )


def test_an_interval_holds_eighty_percent_of_misses_and_is_wider_where_few_accelerators_were_measured() -> None:
    # a hundred accelerators that all are off by 0.2 either way: Student's t of 104 degrees is 1.29
    logs = [0.2, -0.2] * 50
    many = intervals(misses(logs, [f"card-{number}" for number in range(100)]), ["maker gddr"])["maker gddr"]
    assert many.reading == pytest.approx(0.2 * 1.29, rel=0.01)
    assert many.items == 100
    # one accelerator like all others: of 5 degrees 1.476
    one = intervals(misses(logs[:2], ["card-0", "card-1"]), ["maker gddr", "nobody gddr"])
    assert one["maker gddr"].reading == pytest.approx(0.2 * 1.44, rel=0.01)
    assert one["nobody gddr"].reading == pytest.approx(0.2 * 1.533, rel=0.01)
    assert student(8) == pytest.approx(1.397, abs=0.002)


def test_no_interval_is_narrower_than_computers_differ() -> None:
    found = intervals(misses([0.001] * 40, [f"card-{number}" for number in range(40)]), ["maker gddr"])["maker gddr"]
    assert found.reading == pytest.approx(LEAST * NORMAL)


def test_a_run_that_does_little_but_read_has_a_narrower_interval_than_a_small_model() -> None:
    # misses grow with the share of the time that is spent elsewhere: 0.1 at none, 0.4 at half
    items = [f"card-{number}" for number in range(40)]
    found = intervals(misses([0.1, -0.4] * 20, items, [0.0, 0.5] * 20), ["maker gddr"])["maker gddr"]
    assert found.elsewhere / found.reading == pytest.approx(((0.4**2 - 0.1**2) / 0.25) ** 0.5 / 0.1, rel=0.01)
    assert found.reach(np.array([0.5]))[0] > 3 * found.reach(np.array([0.0]))[0]


def test_an_accelerator_counts_once_however_many_runs_it_has() -> None:
    few = misses([0.1, 0.5], ["card-0", "card-1"])
    many = misses([0.1] + [0.5] * 30, ["card-0"] + ["card-1"] * 30)
    assert intervals(few, ["maker gddr"]) == intervals(many, ["maker gddr"])


def test_coverage_is_of_accelerators_that_the_interval_had_not_seen() -> None:
    # nine cards off by 0.1 and one by 1: the nine are inside the interval of the others, the tenth is not
    seen = misses([0.1] * 9 + [1.0], [f"card-{number}" for number in range(10)])
    assert coverage(seen.logs, seen, "maker gddr") == 90
    assert coverage(seen.logs, seen, "nobody gddr") is None
