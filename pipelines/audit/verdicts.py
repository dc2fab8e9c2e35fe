"""How far a stated figure may be from the recomputed one, by the digits that the source wrote, and the verdict on
it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from pipelines.normalise.grammar import SCALES

SAME = Fraction(1, 10**9)
"""Relative difference below which two figures are the same; observations carry fourteen digits."""


@dataclass(frozen=True)
class Gap:
    """One end of a comparison: what is stated, what came out, and by how much the stated one may have been rounded."""

    stated: Fraction
    recomputed: Fraction
    precision: Fraction

    @property
    def closes(self) -> bool:
        largest = max(abs(self.stated), abs(self.recomputed))
        return abs(self.stated - self.recomputed) <= SAME * largest

    @property
    def is_rounding(self) -> bool:
        return abs(self.stated - self.recomputed) <= self.precision

    @property
    def relative(self) -> Fraction | None:
        return (self.stated - self.recomputed) / self.recomputed if self.recomputed else None


DIGITS = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?", re.ASCII)


def factors(unit: str, spellings: Mapping[str, float]) -> list[Fraction]:
    """The factors with which a written number may have come to its unit."""
    scales = [1.0, *SCALES.values()] if "USD" in unit or unit == "tokens" else [1.0]
    return [Fraction(repr(factor)) * Fraction(repr(scale)) for factor in (1.0, *spellings.values()) for scale in scales]


def half_digit(text: str, value: Fraction, factors: Sequence[Fraction], zeros_count: bool) -> Fraction:
    """Half of the last significant place of the number in `text` that is `value`, in the unit of `value`.

    Zeros that end a whole number are no digits unless `zeros_count`; zeros behind a point are. A value that no number
    of the text gives, because the cell is a sum or was corrected, has the place of its own last digit.
    """
    for written in DIGITS.findall(text):
        number = Fraction(written.replace(",", ""))
        for factor in factors:
            if abs(number * factor - abs(value)) <= SAME * abs(value):
                return _last_place(written, zeros_count) * factor / 2
    return _last_place(f"{float(abs(value)):.12f}".rstrip("0").rstrip("."), zeros_count=True) / 2


def _last_place(written: str, zeros_count: bool) -> Fraction:
    whole, _, decimals = written.replace(",", "").partition(".")
    if decimals:
        return Fraction(1, 10 ** len(decimals))
    trailing = len(whole) - len(whole.rstrip("0"))
    return Fraction(10**trailing) if whole.strip("0") and not zeros_count else Fraction(1)


def verdict(gaps: Sequence[Gap]) -> str:
    if all(gap.closes for gap in gaps):
        return "agrees"
    return "rounding" if all(gap.closes or gap.is_rounding for gap in gaps) else "differs"


def furthest(gaps: Sequence[Gap]) -> float | None:
    """(stated - recomputed) / recomputed at the end further off; 0 for a claim that agrees, null for one against
    zero."""
    if all(gap.closes for gap in gaps):
        return 0.0
    relative = [gap.relative for gap in gaps if gap.relative is not None]
    return float(max(relative, key=abs)) if relative else None


def written(low: Fraction, high: Fraction) -> str:
    return number(low) if low == high else f"{number(low)}–{number(high)}"


def number(value: Fraction) -> str:
    """Thousands apart, no more than six digits of a fraction."""
    return f"{float(value):,.0f}" if value.denominator == 1 or abs(value) >= 100_000 else f"{float(value):,.6g}"


def written_flag(low: Fraction, high: Fraction) -> str:
    words = {Fraction(0): "no", Fraction(1): "yes"}
    return words[low] if low == high else "no or yes"


def symbol(unit: str | None) -> str:
    return {"percent": "%", "count": "", "factor": "", None: ""}.get(unit, unit or "")
