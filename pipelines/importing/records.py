"""Records of JSON and JSON Lines: numbers as they are written, and the list of records that a document holds."""

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from pipelines.errors import RigonomicsError

DEEPEST = 40
"""Levels of nesting; more is a mistake or hostile."""


class Written(str):
    """A number of a JSON text, in plain digits."""


def read_json(text: str, name: str) -> Any:
    """What a JSON text, or one of JSON Lines, holds; numbers as text in plain digits. Raises RigonomicsError naming
    the line."""
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        whole = error
    except RecursionError:
        raise RigonomicsError(f"{name} is nested too deep.", "Take out the part with the records.") from None
    records = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            records.append(_loads(line))
        except json.JSONDecodeError as error:
            place = whole.lineno if number == 1 else number
            said = whole.msg if number == 1 else error.msg
            raise RigonomicsError(f"{name} line {place} is not JSON: {said}.", "Save it again.") from error
    return records


def _loads(text: str) -> Any:
    return json.loads(text, parse_float=_plain, parse_int=Written, parse_constant=lambda _name: None)


def _plain(written: str) -> Written:
    """A number without an exponent: 1.5e-07 as 0.00000015."""
    if "e" not in written.lower() or len(written) > 40:
        return Written(written)
    number = Decimal(written)
    return Written(written if abs(number.adjusted()) > 30 else format(number, "f"))


def as_text(value: Any) -> str:
    """A JSON value as the text of a cell; lists and objects as JSON, null as nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return " ".join(str(value).split())
    return json.dumps(value, ensure_ascii=False)


def flattened(record: Mapping[str, Any], depth: int = 2, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Fields of a record, those of objects within it as `outer.inner`."""
    for key, value in record.items():
        if isinstance(value, Mapping) and depth > 0:
            yield from flattened(value, depth - 1, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def as_table(content: Any) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """The longest list of records in the content as header and rows; nothing if it has none."""
    records = max(_lists(content, 0), key=len, default=[])
    if not records and isinstance(content, Mapping) and content:
        records = [content]
    flat = [dict(flattened(record)) for record in records]
    header = tuple(dict.fromkeys(key for record in flat for key in record))
    return header, tuple(tuple(as_text(record.get(key)) for key in header) for record in flat)


def _lists(value: Any, depth: int) -> Iterator[Sequence[Mapping[str, Any]]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        records = [one for one in value if isinstance(one, Mapping)]
        if records:
            yield records
        for one in value:
            yield from _lists(one, depth + 1)
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _lists(one, depth + 1)
