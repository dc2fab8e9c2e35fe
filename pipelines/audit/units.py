"""Units as products of powers of base symbols: `GB/s`, `USD/h`, `W*h/kWh`, `B*bit/GB`.

Only how units multiply lives here. Nothing is converted silently: that a kWh is 1000 W*h, a declared constant says. How
a source spells a unit says data/vocabulary.toml.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from pipelines.errors import ContractError

BASE_SYMBOLS = frozenset((
    "A", "B", "BTU", "GB", "GHz", "Gb", "MB", "MT", "TBW", "TFLOPS", "USD", "V", "VA", "W", "bit", "day", "h", "kWh",
    "mm", "month", "nm", "rpm", "s", "week", "year",
))  # fmt: skip
"""What units are made of. B is billions of parameters, MT millions of transfers."""

PURE_NUMBERS: Mapping[str, Fraction] = {
    **dict.fromkeys(("1", "count", "factor", "tok", "tokens"), Fraction(1)),
    "percent": Fraction(1, 100),
}
"""Names of units without dimension, and what one of them is."""

FORM = re.compile(r"[A-Za-z1]+(?:[*/][A-Za-z1]+)*", re.ASCII)
PIECE = re.compile(r"([*/]?)([A-Za-z1]+)")


@dataclass(frozen=True)
class Unit:
    """A product of powers: base symbols with their exponents, in the order of the alphabet, none of them zero."""

    powers: tuple[tuple[str, int], ...] = ()

    def __mul__(self, other: "Unit") -> "Unit":
        return _unit(Counter(dict(self.powers)), dict(other.powers), 1)

    def __truediv__(self, other: "Unit") -> "Unit":
        return _unit(Counter(dict(self.powers)), dict(other.powers), -1)

    def __str__(self) -> str:
        """As it is written in a declaration, a pure number in words."""
        above = [symbol for symbol, power in self.powers for _ in range(power)]
        below = [symbol for symbol, power in self.powers for _ in range(-power)]
        return "/".join(["*".join(above) or "1", *below]) if self.powers else "a pure number"


NUMBER = Unit()
"""No dimension: a count, a ratio, a share."""


def parse_unit(text: str, place: str) -> tuple[Unit, Fraction]:
    """The dimension that `text` names, and what one of it is in base symbols: 1/100 for percent, else 1.

    Raises ContractError, which starts with `place`, if a symbol is unknown.
    """
    if not FORM.fullmatch(text):
        raise ContractError(f"{place}: {text!r} is not a unit.", "Write it as W, GB/s or W*h/kWh; a bare number has 1.")
    powers: Counter[str] = Counter()
    scale = Fraction(1)
    for sign, symbol in PIECE.findall(text):
        power = -1 if sign == "/" else 1
        if symbol in PURE_NUMBERS:
            scale *= PURE_NUMBERS[symbol] ** power
        elif symbol in BASE_SYMBOLS:
            powers[symbol] += power
        else:
            known = ", ".join(sorted(BASE_SYMBOLS | set(PURE_NUMBERS), key=str.casefold))
            raise ContractError(f"{place}: unit {text!r} has an unknown symbol, {symbol!r}.", f"Known are {known}.")
    return _unit(powers, {}, 1), scale


def _unit(powers: Counter[str], others: Mapping[str, int], sign: int) -> Unit:
    for symbol, power in others.items():
        powers[symbol] += sign * power
    return Unit(tuple(sorted((symbol, power) for symbol, power in powers.items() if power)))
