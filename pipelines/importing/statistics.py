"""Statistical cubes as records, an observation a row: JSON-stat, and tables whose columns are periods (Eurostat's
TSV)."""

import re
from itertools import product
from typing import Any

from pipelines.importing.found import Document, FoundTable

TIME, VALUE, FLAG = "TIME_PERIOD", "OBS_VALUE", "OBS_FLAG"
"""Columns of an observation, as SDMX-CSV has them."""
PERIOD = r"(?:19|20)\d\d(?:-?[SQM]?\d{1,2}(?:-\d\d)?)?"
MOST_CELLS = 2_000_000


def unfolded(document: Document, table: FoundTable | None = None) -> FoundTable | None:
    """The cube of a JSON document, or that of a table, as records; None if it is none."""
    if table is None:
        return _json_stat(document)
    corner = re.fullmatch(r"((?:\w+,)+\w+)\\TIME_PERIOD", table.header[0])
    if corner is None or not all(re.fullmatch(PERIOD, name.strip()) for name in table.header[1:]):
        return None
    dimensions = corner[1].split(",")
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    for number, (key, *cells) in enumerate(table.rows, start=2):
        parts = key.split(",")
        if len(parts) != len(dimensions):
            continue
        for period, cell in zip(table.header[1:], cells, strict=False):
            value, _, flag = cell.strip().partition(" ")
            rows.append((*parts, period.strip(), "" if value == ":" else value, flag))
            numbers.append(number)
    header = (*dimensions, TIME, VALUE, FLAG)
    return FoundTable(
        table.number, table.name, table.title, table.place, header, tuple(rows), form=table.form,
        file_rows=tuple(numbers),
    )  # fmt: skip


def _json_stat(document: Document) -> FoundTable | None:
    content = document.content
    if not isinstance(content, dict) or not {"id", "size", "dimension", "value"} <= set(content):
        return None
    try:
        names = [str(name) for name in content["id"]]
        keys = [_in_order(content["dimension"][name]["category"]["index"]) for name in names]
        cells = list(product(*keys)) if _size(keys) <= MOST_CELLS else []
        values, status = content["value"], content.get("status") or {}
        rows = tuple(
            (*cell, _at(values, place), _at(status, place)) for place, cell in enumerate(cells)
            if _at(values, place) or _at(status, place)
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError):
        return None
    header = (*(TIME if name.lower() in ("time", "time_period") else name for name in names), VALUE, FLAG)
    title = str(content.get("label") or document.title)
    return FoundTable(1, "", title, "the whole file", header, rows, form="json")


def _in_order(index: Any) -> list[str]:
    """Codes of a dimension in their order: a list of them, or an object of code to place."""
    return [
        str(code) for code in (index if isinstance(index, list) else sorted(index, key=lambda code: int(index[code])))
    ]


def _size(keys: list[list[str]]) -> int:
    size = 1
    for codes in keys:
        size *= len(codes)
    return size


def _at(values: Any, place: int) -> str:
    of_list = isinstance(values, list)
    found = values[place] if of_list and place < len(values) else None if of_list else values.get(str(place))
    return "" if found is None else str(found)
