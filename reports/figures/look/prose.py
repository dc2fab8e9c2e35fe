"""Numbers and names in sentences: rounded to what they are worth, ranges as ranges, the unknown said in words.

Values come ready from the database; nothing is computed here. Text is a str: it goes into tables and captions as it is.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import wraps
from math import floor, isfinite, log10
from string import Formatter
from typing import ParamSpec, Protocol

P = ParamSpec("P")

NOT_STATED = "not stated"
NEVER = "never pays off"
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Text(str):
    """Plain text that stays that text in an inline expression, whatever is in it."""

    def _repr_markdown_(self) -> str:
        return _PUNCTUATION.sub(r"\\\1", self)


class Markdown(str):
    """Finished Markdown, for an inline expression or a cell's last value."""

    def _repr_markdown_(self) -> str:
        return str(self)


def text(value: object) -> Text:
    """Text of the database, on one line and without control characters."""
    return Text(" ".join(_CONTROL.sub(" ", str(value)).split()))


def sentence(template: str, **values: object) -> Markdown:
    """Markdown of our own with values put in its {fields}; a value is shown as text unless it is Markdown itself."""
    shown = {
        name: value if isinstance(value, Markdown) else text(value)._repr_markdown_() for name, value in values.items()
    }
    return Markdown(Formatter().vformat(template, (), shown))


def _shown(function: Callable[P, str]) -> Callable[P, Text]:
    """What `function` says, as Text: a dollar sign in a sentence begins no formula then."""

    @wraps(function)
    def said(*arguments: P.args, **named: P.kwargs) -> Text:
        return Text(function(*arguments, **named))

    return said


def digits_for(value: float, significant: int) -> int:
    """Decimals that show `value` to `significant` digits; 0 for large values."""
    if value == 0 or not isfinite(value):
        return 0
    return max(0, significant - 1 - floor(log10(abs(value))))


def rounded(value: float, significant: int = 3) -> str:
    """`value` to `significant` digits with separators: 2867.4 -> 2,870; 4.794 -> 4.79; 0.0312 -> 0.0312."""
    if not isfinite(value):
        return NOT_STATED
    if value == 0:
        return "0"
    places = significant - 1 - floor(log10(abs(value)))
    nearest = round(value, places)
    return f"{nearest:,.{digits_for(nearest, significant)}f}".replace("-", "\u2212")


@_shown
def usd(value: float | None) -> str:
    """A price: $4,299, $14,950, $0.15. To the dollar below 10,000, to three or four digits above, to the cent below
    10."""
    if value is None or not isfinite(value):
        return NOT_STATED
    sign = "\u2212" if value < 0 else ""
    size = abs(value)
    if size < 10:
        return f"{sign}${size:,.2f}"
    if size < 10_000:
        return f"{sign}${size:,.0f}"
    return f"{sign}${round(size, 3 - floor(log10(size))):,.0f}"


@_shown
def usd_range(low: float | None, high: float | None) -> str:
    """$3,500–4,200; one figure where both are alike when rounded; 'from' or 'up to' where one end is unknown."""
    return joined(low, high, usd)


@_shown
def usd_per_mtok(value: float | None) -> str:
    """Cost of a million tokens: $0.048, $4.79, $65. To the cent below 10, to the dollar above, two digits below ten
    cents."""
    if value is None or not isfinite(value):
        return NOT_STATED
    if value and abs(value) < 0.1:
        return f"${rounded(value, 2)}"
    return f"${value:,.2f}" if abs(value) < 10 else f"${value:,.0f}"


@_shown
def usd_per_mtok_range(low: float | None, high: float | None) -> str:
    """Cost of a million tokens between two: $3.87–4.85, $6.6–10."""
    if low is not None and high is not None and 1 <= low < 10 <= high:
        return f"${low:.1f}–{high:,.0f}"
    return joined(low, high, usd_per_mtok)


@_shown
def usd_per_month(value: float | None) -> str:
    """Cost of a month: $0.29, $93, $1,240. To the cent below 10, to the dollar below 1,000, to three digits above."""
    if value is None or not isfinite(value):
        return NOT_STATED
    if value and abs(value) < 0.1:
        return f"${rounded(value, 1)}"
    if abs(value) < 10:
        return f"${value:,.2f}"
    return f"${value:,.0f}" if abs(value) < 1000 else f"${rounded(value, 3)}"


@_shown
def tokens_text(value: float | None) -> str:
    """A number of tokens: 2,000, 78,000, 5 million."""
    if value is None:
        return NOT_STATED
    if value >= 999_500:
        return f"{rounded(value / 1e6, 3)}".removesuffix("0").removesuffix("0").removesuffix(".") + " million"
    return rounded(value, 2)


@_shown
def usd_per_hour(value: float | None) -> str:
    """A cloud rate: $2.50/h."""
    return NOT_STATED if value is None or not isfinite(value) else f"${value:,.2f}/h"


@_shown
def years(value: float | None) -> str:
    """A span: 2.9 years, 5 months below a year, 12 years from ten on."""
    if value is None or not isfinite(value):
        return NOT_STATED
    if value < 1:
        months = max(1, round(value * 12))
        return f"{months} month{'' if months == 1 else 's'}" if months < 12 else "1 year"
    shown = f"{value:.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0")
    return f"{shown} year{'' if shown == '1' else 's'}"


@_shown
def years_range(low: float | None, high: float | None) -> str:
    """A span between two: 2.1–3.4 years."""
    if low is not None and high is not None and low >= 1 and years(low) != years(high):
        return f"{years(low).split()[0]}–{years(high)}"
    return joined(low, high, years)


@_shown
def payback(low: float | None, high: float | None, pays_back: bool | None) -> str:
    """After how long buying has paid: 2.1–3.4 years; an end that is missing never does.

    `low` is the fastest case and `high` the slowest, as in cloud_roi; `pays_back` is NULL where it could not be
    computed.
    """
    if pays_back is None and low is None and high is None:
        return NOT_STATED
    if low is None and high is None:
        return NEVER
    if high is None:
        return f"{years(low)} at best, or never"
    return years_range(low, high)


@_shown
def tok_s(value: float | None) -> str:
    """A throughput: 8.2 tok/s, 85 tok/s, 1,200 tok/s."""
    return NOT_STATED if value is None else f"{rounded(value, 2 if value < 100 else 3)} tok/s"


@_shown
def tok_s_range(low: float | None, high: float | None) -> str:
    """A throughput between two: 28–35 tok/s."""
    return joined(low, high, tok_s, " tok/s")


@_shown
def watts(value: float | None) -> str:
    """Power: 1,450 W."""
    return NOT_STATED if value is None else f"{rounded(value, 3)} W"


@_shown
def watts_range(low: float | None, high: float | None) -> str:
    """Power between two figures: 1,200–1,450 W."""
    return joined(low, high, watts, " W")


@_shown
def kwh(value: float | None) -> str:
    """Energy: 4,380 kWh."""
    return NOT_STATED if value is None else f"{rounded(value, 3)} kWh"


@_shown
def gb(value: float | None) -> str:
    """A size of memory: 24 GB, 4.9 GB; to the tenth below 10."""
    if value is None or not isfinite(value):
        return NOT_STATED
    return f"{value:,.1f} GB".replace(".0 ", " ") if abs(value) < 10 else f"{value:,.0f} GB"


@_shown
def gb_range(low: float | None, high: float | None) -> str:
    """A size between two: 35–40 GB."""
    return joined(low, high, gb, " GB")


@_shown
def month_of(day: date | None, months: int | None = None) -> str:
    """A day as readers say it, with its age: April 2026, 7 months old."""
    if day is None:
        return "no stated day"
    age = "" if not months else f", {months} month{'' if months == 1 else 's'} old"
    return f"{day:%B %Y}{age}"


@_shown
def percent(value: float | None) -> str:
    """A share given in percent: 12%, 0.8%, −43%."""
    if value is None or not isfinite(value):
        return NOT_STATED
    return f"{value:.0f}%".replace("-", "\u2212") if abs(value) >= 10 or value == 0 else f"{rounded(value, 2)}%"


def joined(low: float | None, high: float | None, shown: "Shown", unit: str = "") -> str:
    """Two figures as a range, the sign of a currency and the unit written once; the unknown end in words."""
    if low is None and high is None:
        return NOT_STATED
    if low is None:
        return f"up to {shown(high)}"
    if high is None:
        return f"from {shown(low)}"
    first, last = shown(low), shown(high)
    return first if first == last else f"{first.removesuffix(unit) if unit else first}–{last.removeprefix('$')}"


class Shown(Protocol):
    """A function from a figure to its text."""

    def __call__(self, value: float | None) -> str: ...


class Part(Protocol):
    """Anything that a cell can show: a chart, a table, a block."""

    def _repr_markdown_(self) -> str: ...


def tabs(parts: Mapping[str, Part]) -> Markdown:
    """One below the other as tabs, each under its name."""
    inside = "".join(f"\n### {text(name)._repr_markdown_()}\n{part._repr_markdown_()}" for name, part in parts.items())
    return Markdown(f"::: {{.panel-tabset}}\n{inside}\n:::\n")
