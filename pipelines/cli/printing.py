"""Rows of a query as text: a table for people, CSV, JSON or Markdown for programs and documents."""

import math
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.cli.terminal import visible, visible_cell

FORMATS = ("table", "csv", "json", "markdown")
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""How a text begins that a spreadsheet takes for a formula."""
_GAP = "  "
_NARROWEST = 12

Rows = Sequence[Sequence[Any]]


def printed(columns: Sequence[str], rows: Rows, form: str, *, guard_formulas: bool = False) -> str:
    """The rows in one of FORMATS. `guard_formulas`: a text that a spreadsheet would run gets an apostrophe, in CSV."""
    match form:
        case "csv":
            return _as_csv(columns, rows, guard_formulas)
        case "json":
            return _as_json(columns, rows)
        case "markdown":
            return _as_markdown(columns, rows)
        case _:
            return _as_table(columns, rows)


def _as_table(columns: Sequence[str], rows: Rows) -> str:
    """Columns beneath their names, figures at the right; on a terminal, wide columns go on in the next line."""
    cells = [[visible_cell(_shown(value)) for value in row] for row in rows]
    names = [visible_cell(name) for name in columns]
    widths = _fitted([max(map(_width, column)) for column in zip(names, *cells, strict=True)])
    right = [any(_is_figure(row[index]) for row in rows) for index in range(len(columns))]

    def lines(texts: Sequence[str]) -> list[str]:
        folded = [_folded(text, width) for text, width in zip(texts, widths, strict=True)]
        made = []
        for number in range(max(map(len, folded))):
            placed = []
            for pieces, width, is_right in zip(folded, widths, right, strict=True):
                text = pieces[number] if number < len(pieces) else ""
                space = " " * (width - _width(text))
                placed.append(space + text if is_right else text + space)
            made.append(_GAP.join(placed).rstrip())
        return made

    rule = "─" * (sum(widths) + len(_GAP) * (len(widths) - 1))
    return "\n".join([*lines(names), rule, *(line for row in cells for line in lines(row)), f"({len(rows)} rows)"])


def _fitted(widths: list[int]) -> list[int]:
    """The widths, the widest of them narrowed until a line fits the terminal, if there is one and it can be."""
    if not sys.stdout.isatty():
        return widths
    room = shutil.get_terminal_size().columns - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > _NARROWEST:
        widths[widths.index(max(widths))] -= 1
    return widths


def _folded(text: str, width: int) -> list[str]:
    if _width(text) <= width:
        return [text]
    pieces, piece = [], ""
    for sign in text:
        if piece and _width(piece + sign) > width:
            pieces.append(piece)
            piece = ""
        piece += sign
    return [*pieces, piece]


def _is_figure(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes: two for each wide sign, none for one that combines."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(sign) else 2 if east_asian_width(sign) in "WF" else 1 for sign in text)


def _as_csv(columns: Sequence[str], rows: Rows, guard_formulas: bool) -> str:
    import csv
    import io

    def cell(value: Any) -> Any:
        if value is None:
            return ""
        is_formula = guard_formulas and isinstance(value, str) and value.startswith(FORMULA_SIGNS)
        return f"'{value}" if is_formula else value

    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow([cell(name) for name in columns])
    writer.writerows([[cell(value) for value in row] for row in rows])
    return target.getvalue().rstrip("\n")


def _as_json(columns: Sequence[str], rows: Rows) -> str:
    import json

    names = _distinct(columns)
    records = [{name: _jsonable(value) for name, value in zip(names, row, strict=True)} for row in rows]
    text = json.dumps(records, ensure_ascii=False, indent=1, allow_nan=False)
    # JSON has escaped C0 itself, and reads the other codes as they are written here.
    return visible(text.replace("\x7f", "\\u007f"))


def _distinct(columns: Sequence[str]) -> list[str]:
    """The names, the second of two alike with _1 and so on: JSON keeps one value of a name."""
    names: list[str] = []
    for column in columns:
        name, number = column, 0
        while name in names or (number and name in columns):
            number += 1
            name = f"{column}_{number}"
        names.append(name)
    return names


def _jsonable(value: Any) -> Any:
    """JSON has no infinity, no day and no key but text: these are texts."""
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal() | float():
            figure = float(value)
            if math.isnan(figure):
                return "NaN"
            return figure if math.isfinite(figure) else ("Infinity" if figure > 0 else "-Infinity")
        case date() | datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _jsonable(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_jsonable(inner) for inner in value]
        case _:
            return str(value)


def _as_markdown(columns: Sequence[str], rows: Rows) -> str:
    head = [_escaped(name) for name in columns]
    lines = [head, ["---"] * len(columns), *([_escaped(_shown(value)) for value in row] for row in rows)]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:.10g}" if isinstance(value, float) else str(value)


def _escaped(text: str) -> str:
    for character in "\\`*_[]<>|":
        text = text.replace(character, f"\\{character}")
    return visible(text).replace("\n", " ")
