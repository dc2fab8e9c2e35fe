"""How wide the interval of a modelled speed is: by how much accelerators and models that the fit had not seen were
missed.

The variance of the logarithm of a miss is that of a run that only reads weights, and the square of a second spread
times the share of its time that goes elsewhere: to layers, experts, the cache. So small models have wider intervals
than large ones. A class of accelerators is as much better or worse than all as its own misses say, which count with
those of PRIOR accelerators that are like all; few accelerators mean a wide interval (Student's t).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
NORMAL = 1.2816
"""Quantile of the normal distribution that leaves a tenth beyond it, so that the interval between both ends holds 80
%."""
PRIOR = 4
"""How many accelerators like those of all classes a class starts with."""
LEAST = 0.10
"""Standard deviation that no interval is narrower than: one card with one model is up to a tenth slower in another
computer (ai-benchmarks, 2025), on top of what the model misses."""
FURTHEST = 1.0
"""Logarithm that a single miss counts for at most."""


@dataclass(frozen=True)
class Misses:
    """Runs that the fit had not seen: logarithm of measured over modelled time, share of the time that is not spent
    on reading weights, the accelerator and the class of each."""

    logs: Array
    shares: Array
    items: npt.NDArray[np.object_]
    classes: npt.NDArray[np.object_]

    def of(self, chosen: npt.NDArray[np.bool_]) -> "Misses":
        """Some of them."""
        return Misses(self.logs[chosen], self.shares[chosen], self.items[chosen], self.classes[chosen])

    @property
    def weights(self) -> Array:
        """Each accelerator counts once, however many runs it has."""
        _, position, counts = np.unique(self.items, return_inverse=True, return_counts=True)
        return 1 / counts[position]


@dataclass(frozen=True)
class Interval:
    """Logarithm of the time at either end over the modelled one: of a run that only reads weights, and what the
    share of the time that goes elsewhere adds (in quadrature); and on how many accelerators of the class they rest."""

    reading: float
    elsewhere: float
    items: int

    def reach(self, shares: Array) -> Array:
        """The logarithm for runs of these shares."""
        return np.hypot(self.reading, self.elsewhere * shares)


def intervals(misses: Misses, names: list[str]) -> dict[str, Interval]:
    """The interval of each class; one without misses has that of all with the least knowledge."""
    reading, elsewhere = _spreads(misses)
    squares = np.minimum(np.abs(misses.logs), FURTHEST) ** 2 / (reading**2 + (elsewhere * misses.shares) ** 2)
    found = {}
    for name in names:
        here = misses.classes == name
        weights = misses.of(here).weights
        count = len(np.unique(misses.items[here]))
        factor = np.sqrt((PRIOR + (squares[here] * weights).sum()) / (PRIOR + count))
        scale = float(factor * student(PRIOR + count))
        found[name] = Interval(max(reading * scale, LEAST * NORMAL), elsewhere * scale, count)
    return found


def coverage(left_out: Array, misses: Misses, name: str) -> float | None:
    """Percent of the class's left-out runs inside the interval that the other accelerators give, each accelerator
    counting once; None without runs. left_out: logarithms of the misses with only the accelerator left out of the
    fit."""
    here = misses.classes == name
    inside = []
    for item in np.unique(misses.items[here]):
        its = here & (misses.items == item)
        given = intervals(misses.of(misses.items != item), [name])[name]
        inside.append(float((np.abs(left_out[its]) <= given.reach(misses.shares[its])).mean()))
    return 100 * float(np.mean(inside)) if inside else None


def student(degrees: float) -> float:
    """Student's t that leaves a tenth beyond it, by the series in 1 / degrees. student(8) = 1.397."""
    z = NORMAL
    return z + (z**3 + z) / (4 * degrees) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * degrees**2)


def _spreads(misses: Misses) -> tuple[float, float]:
    """Standard deviations of reading and of elsewhere over all classes: least squares of the squared misses on the
    squared shares."""
    if not len(misses.logs):
        return LEAST, 0.5
    root = np.sqrt(misses.weights)
    squares = np.minimum(np.abs(misses.logs), FURTHEST) ** 2
    columns = np.stack([np.ones_like(misses.shares), misses.shares**2], axis=1)
    constant, slope = np.linalg.lstsq(columns * root[:, None], squares * root, rcond=None)[0]
    if slope <= 0:
        slope, constant = 0.0, float(np.average(squares, weights=root**2))
    elif constant < LEAST**2:
        # the least for reading, and what is left of the misses for the rest
        constant, pull = LEAST**2, (root * misses.shares) ** 2
        slope = max(float((pull * (squares - constant)).sum() / (pull * misses.shares**2).sum()), 0.0)
    return float(np.sqrt(constant)), float(np.sqrt(slope))
