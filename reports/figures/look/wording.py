"""Counts and lists in sentences: "3 systems", "A, B and 4 others". Figures with units are in prose.py."""

from collections.abc import Sequence

import polars as pl

from figures.look.prose import NOT_STATED, Text, joined, rounded, text

SPELLINGS = {"gpu": "GPU", "cpu": "CPU", "psu": "PSU", "msrp": "MSRP", "nvlink": "NVLink", "pcie": "PCIe"}
"""Words of the database as a reader writes them, where that is not in small letters."""


def counted(number: int, one: str, several: str = "") -> Text:
    """`number` with its noun: "no system", "1 system", "1,204 systems". `several` is the plural where it is no plain
    s."""
    if number == 1:
        return Text(f"1 {one}")
    return Text(f"{'no' if number == 0 else f'{number:,}'} {several or one + 's'}")


def listed(names: Sequence[object], most: int = 3, others: str = "others") -> Text:
    """Names as a sentence lists them: "A", "A and B", "A, B, C and 4 others". Empty for none."""
    shown = [str(text(name)) for name in names[:most]]
    rest = len(names) - len(shown)
    if rest == 1:
        shown.append(str(text(names[-1])))
    elif rest > 1:
        shown.append(f"{rest:,} {others}")
    return Text(shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else "")


def distinct(frame: pl.DataFrame, name: str = "name", key: str = "build_id") -> pl.DataFrame:
    """`frame` with `key` added in brackets to each `name` that several keys share, so that a chart does not merge
    their rows."""
    shared = pl.col(key).n_unique().over(name) > 1
    return frame.with_columns(pl.when(shared).then(pl.format("{} ({})", name, key)).otherwise(pl.col(name)).alias(name))


def plain(value: float | None) -> str:
    """A figure as it would be written by hand: 4, 0.2632, 14,949. Large ones to six digits, since a sum has to match
    exactly."""
    if value is None:
        return NOT_STATED
    shown = rounded(value, 6 if abs(value) >= 1000 else 4)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def span(low: float | None, high: float | None, unit: str | None) -> str | None:
    """A figure as a claim states it: "25–35 tok/s", "$4,299", "40 %"; yes or no where there is no unit. None for
    nothing."""
    if low is None and high is None:
        return None
    if unit is None:
        ends = ["yes" if end else "no" for end in (low, high) if end is not None]
        return " or ".join(dict.fromkeys(ends))
    if unit == "USD":
        return joined(low, high, lambda value: f"${plain(value)}")
    shown = joined(low, high, plain)
    return (
        f"{shown} {'%' if unit == 'percent' else 'times' if unit == 'factor' else '' if unit == 'count' else unit}"
    ).rstrip()


def spans(frame: pl.DataFrame, low: str, high: str, unit: str, name: str) -> pl.DataFrame:
    """`frame` with the column `name`: span() of its columns `low`, `high` and `unit`."""
    said = [span(*ends) for ends in zip(frame[low], frame[high], frame[unit], strict=True)]
    return frame.with_columns(pl.Series(name, said, dtype=pl.String))
