"""Types of single values that several formats share: words, ids, days, numbers, and one value or a list of them."""

import re
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field

from pipelines.contracts.toml import refuse

EARLIEST, LATEST = date(1970, 1, 1), date(2099, 12, 31)
"""A day before or after these is a slip of the pen."""
MAX_ROW = 5_000_000
"""No table that is read has more rows: a row takes four bytes at least, a table may have 20 MB."""

Item = TypeVar("Item")


def as_text(value: Any) -> Any:
    """A TOML literal as the text that a CSV cell would hold: booleans in lower case, numbers and days in figures."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value
    return str(value) if isinstance(value, date) or (isinstance(value, int | float) and abs(value) < 10**18) else value


def _words(text: str) -> str:
    if not text.strip():
        raise refuse("nothing is said", "Write it in a few words, or leave the key out.")
    return _plain(text)


def _plain(text: str) -> str:
    found = re.search(r"[\x00-\x08\x0b-\x1f\x7f]", text)
    if found:
        raise refuse(f"it holds the control character {found[0]!r}", "Take it out.")
    return text


def _id(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text, re.ASCII):
        raise refuse(f"{text!r} is no id", "Use lower-case letters and digits joined by hyphens.")
    return text


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", text, re.ASCII):
        raise refuse(f"{text!r} is no name", "Use small letters, digits and underscores.")
    return text


def first_day(text: str) -> date | None:
    """The first day of a day, month or year as it is written; None if it is none."""
    if not re.fullmatch(r"\d{4}(-\d{2}){0,2}", text, re.ASCII):
        return None
    try:
        return date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return None


def partial_day(text: str) -> str:
    """A day, month or year as it is written, if it is one that can be."""
    day = first_day(text)
    if day is None:
        raise refuse("that is no day, month or year", "Write it as 2026-11-20, 2026-11 or 2026.")
    _in_reach(day)
    return text


def _day(value: Any) -> date:
    day = first_day(value) if isinstance(value, str) and len(value) == len("2026-11-20") else value
    if not isinstance(day, date) or isinstance(day, datetime):
        raise refuse("that is no day", "Write it as 2026-11-20.")
    return _in_reach(day)


def _in_reach(day: date) -> date:
    if not EARLIEST <= day <= LATEST:
        raise refuse("that day is out of reach", f"Days lie between {EARLIEST} and {LATEST}.")
    return day


def as_list(value: Any) -> Any:
    """One value as a list of it."""
    return value if isinstance(value, list) else [value]


def _one_or_list(values: list[Item]) -> Item | list[Item]:
    return values[0] if len(values) == 1 else values


Words = Annotated[str, AfterValidator(_words)]
Remark = Annotated[str, AfterValidator(_plain)]
"""Text that may be empty."""
Id = Annotated[str, AfterValidator(_id)]
Name = Annotated[str, AfterValidator(_name)]
Flag = Annotated[Literal["true", "false"], BeforeValidator(as_text)]
PartialDay = Annotated[str, BeforeValidator(as_text), AfterValidator(partial_day)]
Day = Annotated[date, BeforeValidator(_day)]
Row = Annotated[int, Field(ge=2, le=MAX_ROW)]
NonNegative = Annotated[float, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Several = Annotated[list[Item], BeforeValidator(as_list), Field(min_length=1)]
"""One value or a list of them, kept as a list."""
PerPiece = Annotated[list[Item], BeforeValidator(as_list), Field(min_length=1), AfterValidator(_one_or_list)]
"""One value, or one for each piece of a cell that is split."""
