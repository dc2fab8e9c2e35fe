"""How wide the interval of a modelled speed is: by how much accelerators and models that the fit had not seen were missed."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

TAIL = 0.1
"""Share of left-out runs beyond either end, so that eight in ten are covered."""
ENOUGH = 4
"""Accelerators from which on a class speaks for itself; fewer are joined by those of all classes, and the interval widens."""
LEAST = 0.13
"""Half width that no interval goes below, as a logarithm: one card with one model is up to a tenth slower in another computer
(ai-benchmarks, 2025), on top of what the model misses."""


@dataclass(frozen=True)
class Interval:
    """Logarithms of the time at either end over the modelled one, and on how many accelerators they rest."""

    low: float
    high: float
    items: int


def interval(misses: npt.NDArray[np.float64], items: Iterable[str], of_class: npt.NDArray[np.bool_]) -> Interval:
    """The interval of a class, from the misses of unseen runs (log of measured over modelled time) and their items."""
    names = np.asarray(list(items))
    count = len(np.unique(names[of_class]))
    chosen = misses[of_class] if count >= ENOUGH else misses
    widening = 1.0 if count >= ENOUGH else 1.5 if count > 1 else 2.0
    low, high = np.quantile(chosen, [TAIL, 1 - TAIL]) * widening if chosen.size else (-0.5, 0.5)
    return Interval(min(float(low), -LEAST), max(float(high), LEAST), count)


def coverage(
    left_out: npt.NDArray[np.float64],
    misses: npt.NDArray[np.float64],
    items: Iterable[str],
    of_class: npt.NDArray[np.bool_],
) -> float | None:
    """Percent of the class's left-out runs inside the interval that the other accelerators give; None without runs."""
    names = np.asarray(list(items))
    inside = []
    for item in np.unique(names[of_class]):
        others = names != item
        given = interval(misses[others], names[others], of_class[others])
        inside += [given.low <= miss <= given.high for miss in left_out[of_class & ~others]]
    return 100 * sum(inside) / len(inside) if inside else None
