"""Least squares on the logarithm of the time of a token, and how well a fit does on accelerators that it has not seen.

time = (terms . constants) * exp(logs . exponents), all constants positive: they are fitted as logarithms, held to what
is expected of them (`terms.Term`), and with a loss that lets single runs be out of line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.fitting.terms import EXPONENTS, TERMS, Term

Array = npt.NDArray[np.float64]
OUTLIER = float(np.log(2))
"""Logarithm of a miss that no software explains: a fault of driver, power or memory."""
MOST_STEPS, LONGEST_STEP, CLOSE_ENOUGH = 40, 0.7, 1e-3
NOISE = {"decode": 0.06, "prefill": 0.15}
"""Standard deviation of the logarithm of a run around the model, by phase."""


@dataclass(frozen=True)
class Fit:
    """A fitted phase: logarithms of the constants by (term, group), then the exponents."""

    phase: str
    keys: tuple[tuple[str, str], ...]
    logarithms: Array
    exponents: Array

    def constants(self, groups: dict[str, str]) -> list[float]:
        """The constants of a class in the order of the terms; groups: the group of each grouping column."""
        known = dict(zip(self.keys, np.exp(self.logarithms), strict=True))
        return [
            float(known.get((term.name, groups[term.group]), term.expected(groups[term.group])[0]))
            for term in TERMS[self.phase]
        ]


@dataclass(frozen=True)
class Problem:
    """Runs of one phase as arrays: terms and logarithms, the unknown of each term, times and weights of the runs."""

    phase: str
    keys: tuple[tuple[str, str], ...]
    terms: Array
    unknowns: npt.NDArray[np.int64]
    logs: Array
    log_ms: Array
    weights: Array
    expected: Array
    spreads: Array

    @classmethod
    def of(cls, phase: str, runs: pl.DataFrame) -> "Problem":
        """The problem of some runs, whose frame has the columns of measured_runs and the groups.

        Each configuration (accelerators, model, format) counts once, however many contexts it was run with.
        """
        declared = TERMS[phase]
        keys = _keys(declared, runs)
        index = {key: number for number, key in enumerate(keys)}
        columns = [[index[term.name, group] for group in runs[term.group]] for term in declared]
        configuration = ["hardware_id", "accelerators", "model_id", "quantization", "software_generation"]
        counts = runs.select(pl.len().over(configuration)).to_series().to_numpy()
        expected = [term.expected(group) for term in declared for name, group in keys if name == term.name]
        both = np.array([(np.log(start), spread) for start, spread in expected] + list(EXPONENTS[phase]))
        return cls(
            phase=phase,
            keys=keys,
            terms=np.array(runs["terms"].to_list(), dtype=np.float64),
            unknowns=np.array(columns, dtype=np.int64).T,
            logs=np.array(runs["logs"].to_list(), dtype=np.float64),
            log_ms=np.log(runs["measured_ms"].to_numpy()),
            weights=1 / np.sqrt(counts) / NOISE[phase],
            expected=both[:, 0],
            spreads=both[:, 1],
        )

    def predicted(self, point: Array) -> tuple[Array, Array]:
        """Logarithms of the times at a point (logarithms of constants, exponents), and each term's share of its
        time."""
        count = len(self.keys)
        parts = self.terms * np.exp(point[:count])[self.unknowns]
        total = parts.sum(axis=1)
        return np.log(total) + self.logs @ point[count:], parts / total[:, None]

    def solve(self, start: Array | None = None) -> Array:
        """The point of least loss: Gauss-Newton steps in which runs that are far off weigh less (soft L1)."""
        point = self.expected if start is None else start
        count, rows = len(self.keys), np.arange(len(self.log_ms))
        held = 1 / self.spreads**2
        for _ in range(MOST_STEPS):
            logs, shares = self.predicted(point)
            miss = self.log_ms - logs
            weights = self.weights**2 / np.sqrt(1 + (miss * self.weights) ** 2)
            slope = np.zeros((len(miss), len(point)))
            for unknown, share in zip(self.unknowns.T, shares.T, strict=True):
                slope[rows, unknown] += share
            slope[:, count:] = self.logs
            weighted = slope * weights[:, None]
            step = np.linalg.solve(
                slope.T @ weighted + np.diag(held), weighted.T @ miss + held * (self.expected - point)
            )  # fmt: skip
            point = point + np.clip(step, -LONGEST_STEP, LONGEST_STEP)
            if np.abs(step).max() < CLOSE_ENOUGH:
                break
        return point

    def without(self, left_out: npt.NDArray[np.bool_]) -> "Problem":
        """The same problem with the weight of some runs at zero."""
        return replace(self, weights=np.where(left_out, 0.0, self.weights))


@dataclass(frozen=True)
class Residuals:
    """Of each run the logarithm of measured over modelled time (by the fit to all; without its accelerator; the larger
    of that and the same without its model), the share of its time that is not spent on reading weights (prefill: on
    multiplying them), and whether it is an outlier."""

    fitted: Array
    without_item: Array
    unseen: Array
    elsewhere: Array
    outliers: npt.NDArray[np.bool_]

    def kept(self) -> "Residuals":
        """Those of the runs that are no outliers."""
        within = ~self.outliers
        return Residuals(*(getattr(self, one.name)[within] for one in fields(self)))


def fit_phase(phase: str, runs: pl.DataFrame) -> tuple[Fit, Residuals]:
    """Fit the runs of a phase, then again without those that the first fit misses by more than OUTLIER."""
    everything = Problem.of(phase, runs)
    first = everything.solve()
    outliers = np.abs(everything.log_ms - everything.predicted(first)[0]) > OUTLIER
    problem = everything.without(outliers)
    point = problem.solve(first)
    logs, shares = problem.predicted(point)
    item, model = (_left_out(problem, point, runs[column].to_numpy()) for column in ("hardware_id", "model_id"))
    weights = [number for number, term in enumerate(TERMS[phase]) if term.is_weights]
    count = len(problem.keys)
    return Fit(phase, problem.keys, point[:count], point[count:]), Residuals(
        fitted=problem.log_ms - logs,
        without_item=item,
        unseen=np.where(np.abs(model) > np.abs(item), model, item),
        elsewhere=1 - shares[:, weights].sum(axis=1),
        outliers=outliers,
    )


def _left_out(problem: Problem, point: Array, names: npt.NDArray[np.object_]) -> Array:
    """Logarithm of measured over modelled time of each run, by a fit without any run of the same name."""
    misses = np.empty_like(problem.log_ms)
    for name in np.unique(names):
        of_name = names == name
        misses[of_name] = (problem.log_ms - problem.predicted(problem.without(of_name).solve(point))[0])[of_name]
    return misses


def _keys(declared: Sequence[Term], runs: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    return tuple((term.name, group) for term in declared for group in sorted(runs[term.group].unique().to_list()))
