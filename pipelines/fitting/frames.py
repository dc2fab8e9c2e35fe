"""The tables that a fit fills: throughput_model, speed_constants and left_out_runs."""

from collections.abc import Iterable

import numpy as np
import polars as pl

from pipelines.fitting.fit import Fit, Residuals, fit_phase
from pipelines.fitting.intervals import Misses, coverage, intervals
from pipelines.fitting.terms import TERMS, with_groups

GENERATIONS = ("2024", "2025")


def fitted_frames(runs: pl.DataFrame, classes: Iterable[str]) -> dict[str, pl.DataFrame]:
    """Fit both phases.

    runs: measured_runs. classes: every speed class that has a data sheet, with runs or without. Returns the frames of
    the three tables by name.
    """
    known = sorted({*classes, *runs["speed_class"].to_list()})
    models, constants, misses = [], [], []
    for phase in TERMS:
        of_phase = with_groups(runs.filter(pl.col("phase") == phase))
        if of_phase.is_empty():
            continue
        fit, seen = fit_phase(phase, of_phase)
        misses.append(_misses(of_phase, seen))
        kept = of_phase.filter(~pl.Series(seen.outliers))
        constants += _constants(fit, kept)
        models += _models(fit, kept, seen.kept(), known)
    return {
        "throughput_model": pl.DataFrame(models, schema=MODEL, orient="row"),
        "speed_constants": pl.DataFrame(constants, schema=CONSTANTS, orient="row"),
        "left_out_runs": pl.concat(misses) if misses else pl.DataFrame(schema=LEFT_OUT),
    }


MODEL: dict[str, pl.DataType | type[pl.DataType]] = {
    "phase": pl.String, "speed_class": pl.String, "software_generation": pl.String, "vendor": pl.String,
    "memory_kind": pl.String, "memory_type": pl.String, "software_day": pl.Date, "runs": pl.Int32,
    "accelerators": pl.Int32, "constants": pl.List(pl.Float64), "exponents": pl.List(pl.Float64),
    "log_reading": pl.Float64, "log_elsewhere": pl.Float64, "left_out_error_percent": pl.Float64,
    "coverage_percent": pl.Float64,
}  # fmt: skip
CONSTANTS = {
    "phase": pl.String, "term": pl.String, "applies_to": pl.String, "value": pl.Float64, "unit": pl.String,
    "runs": pl.Int32, "meaning": pl.String,
}  # fmt: skip
LEFT_OUT = {
    "benchmark_id": pl.String, "fitted_ms": pl.Float64, "left_out_ms": pl.Float64, "elsewhere": pl.Float64,
    "is_outlier": pl.Boolean,
}  # fmt: skip


def _misses(runs: pl.DataFrame, seen: Residuals) -> pl.DataFrame:
    return runs.select(
        "benchmark_id",
        (pl.col("measured_ms") * pl.Series(np.exp(-seen.fitted))).alias("fitted_ms"),
        (pl.col("measured_ms") * pl.Series(np.exp(-seen.without_item))).alias("left_out_ms"),
        pl.Series("elsewhere", seen.elsewhere),
        pl.Series("is_outlier", seen.outliers),
    )


def _constants(fit: Fit, runs: pl.DataFrame) -> list[tuple[object, ...]]:
    by_name = {term.name: term for term in TERMS[fit.phase]}
    position = {term.name: number for number, term in enumerate(TERMS[fit.phase])}
    rows: list[tuple[object, ...]] = []
    for (name, group), value in zip(fit.keys, np.exp(fit.logarithms), strict=True):
        term = by_name[name]
        used = runs.filter((pl.col(term.group) == group) & (pl.col("terms").list.get(position[name]) > 0)).height
        rows.append((fit.phase, name, group, float(value), term.unit, used, term.meaning))
    if fit.phase == "prefill":
        words = (
            "of vector TFLOPS over 40: how much less large cards reach",
            "of the accelerators that share a long prompt",
        )
        rows += [
            (fit.phase, f"exponent_{number}", "cards", float(value), "exponent", runs.height, f"exponent {word}")
            for number, (value, word) in enumerate(zip(fit.exponents, words, strict=True), start=1)
        ]
    return rows


def _models(fit: Fit, runs: pl.DataFrame, seen: Residuals, classes: list[str]) -> list[tuple[object, ...]]:
    columns = ("speed_class", "software_generation", "hardware_id", "memory_type", "software_day")
    of_class, generations, items, types, days = (np.asarray(runs[column].to_list()) for column in columns)
    misses = Misses(seen.unseen, seen.elsewhere, items, of_class)
    found = intervals(misses, classes)
    rows: list[tuple[object, ...]] = []
    for name in classes:
        vendor, memory_kind = name.rsplit(" ", 1)
        here = of_class == name
        error = float(np.median(np.abs(np.exp(seen.without_item[here]) - 1)) * 100) if here.any() else None
        covered = coverage(seen.without_item, misses, name)
        memory = ", ".join(sorted({one for one in types[here] if one})) or None
        for generation in GENERATIONS:
            groups = {
                "speed_class": name,
                "family": vendor,
                "family_generation": f"{vendor} {generation}",
                "all": "all",
            }
            now = here & (generations == generation)
            rows.append((
                fit.phase, name, generation, vendor, memory_kind, memory,
                max((day for day in days[now] if day), default=None), int(now.sum()), found[name].items,
                fit.constants(groups), [float(value) for value in fit.exponents], found[name].reading,
                found[name].elsewhere, error, covered,
            ))  # fmt: skip
    return rows
