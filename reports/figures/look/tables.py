"""Tables in the page: aligned, ranges as ranges, the unknown marked, sortable, searchable, downloadable by
assets/figures.js.

Rows come in the order in which they are shown. A column is declared by one of label, number, money, interval,
money_interval, flag, date.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import Any, Literal

import polars as pl

from figures.look import prose
from figures.look.listing import Source
from figures.look.web import Block, escape, identifier, json_text, safe_href

MOST_ROWS = 2_000
_SEARCH_FROM = 15
_LONG_WORD = re.compile(r"[^\s&;]{20,}")
_BREAK = re.compile(r"([/:#_]+)(?=\w)")
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column as it is shown: its heading, the frame's columns that it reads, and how a cell looks.

    `shown` gives a row's text, None for the unknown; `values` what sorting and the download take. Both receive the
    decimals: `digits`, or as many as the column's smallest figure needs, so that figures align one beneath the other.
    """

    heading: str
    sources: tuple[str, ...]
    shown: Callable[[Row, int], str | None]
    values: Callable[[Row, int], tuple[Any, ...]]
    unit: str = ""
    digits: int | None = None
    headings: tuple[str, ...] = ()
    align: Literal["left", "right", "whole"] = "left"
    href: str = ""
    note: str = ""

    def linked(self, href: str) -> "Column":
        """The same column with each cell a link to what the frame's column `href` says (http, https or within the
        site)."""
        return replace(self, href=href)

    def noted(self, note: str) -> "Column":
        """The same column with what the frame's column `note` says in small print beneath each cell.

        The download has the note in a column of its own, after the figure.
        """
        return replace(self, note=note)

    def unbroken(self) -> "Column":
        """The same column with each cell on one line."""
        return replace(self, align="whole")


def label(source: str, heading: str) -> Column:
    """Text, at the left."""
    return Column(heading, (source,), lambda row, _: _text(row[source]), lambda row, _: (row[source],))


def number(source: str, heading: str, unit: str = "", digits: int | None = None) -> Column:
    """A figure: to `digits` decimals, or to as many as the column's figures need."""
    return Column(
        heading, (source,),
        lambda row, places: _figure(row[source], places),
        lambda row, places: (_rounded(row[source], places),),
        unit=unit, digits=digits, align="right",
    )  # fmt: skip


def interval(low: str, high: str, heading: str, unit: str = "", digits: int | None = None) -> Column:
    """A range low–high; one figure where both are alike."""
    return Column(
        heading, (low, high),
        lambda row, places: _between(_figure(row[low], places), _figure(row[high], places)),
        lambda row, places: (_rounded(row[low], places), _rounded(row[high], places)),
        unit=unit, digits=digits, headings=("low", "high"), align="right",
    )  # fmt: skip


def seconds(source: str, heading: str) -> Column:
    """A wait in seconds: to the tenth below ten; one of less than that is not 0.0."""
    return Column(
        heading, (source,),
        lambda row, _: _known(
            row[source],
            lambda value: "< 0.1" if 0 < value < 0.05 else f"{value:.1f}" if value < 10 else f"{value:,.0f}",
        ),
        lambda row, _: (_rounded(row[source], 2),),
        unit="s", align="right",
    )  # fmt: skip


def money(source: str, heading: str, unit: str = "USD", per_mtok: bool = False) -> Column:
    """A price in dollars; `per_mtok` for costs of a million tokens, to the cent."""
    shown = _usd_per_mtok if per_mtok else prose.usd
    return Column(
        heading, (source,), lambda row, _: _known(row[source], shown), lambda row, _: (_cents(row[source]),),
        unit=unit, align="right",
    )  # fmt: skip


def money_interval(low: str, high: str, heading: str, unit: str = "USD", per_mtok: bool = False) -> Column:
    """A range of prices in dollars: $3,500–4,200; `per_mtok` for costs of a million tokens, to the cent."""
    shown = _usd_per_mtok if per_mtok else prose.usd
    return Column(
        heading, (low, high),
        lambda row, _: _between(_known(row[low], shown), _known(row[high], shown)),
        lambda row, _: (_cents(row[low]), _cents(row[high])),
        unit=unit, headings=("low", "high"), align="right",
    )  # fmt: skip


def flag(source: str, heading: str, yes: str = "yes", no: str = "no") -> Column:
    """Yes or no, in words."""
    return Column(
        heading, (source,),
        lambda row, _: None if row[source] is None else (yes if row[source] else no),
        lambda row, _: (row[source],),
    )  # fmt: skip


def date(source: str, heading: str) -> Column:
    """A day, as 2026-04-30."""
    return Column(
        heading, (source,), lambda row, _: _text(row[source]), lambda row, _: (_text(row[source]),), align="whole"
    )


def table(
    frame: pl.DataFrame,
    columns: Sequence[Column],
    caption: str,
    *,
    sortable: bool = True,
    searchable: bool | None = None,
    download: bool = True,
    missing: str = "",
    row_id: str = "",
    show_caption: bool = False,
    source: Source | None = None,
) -> Block:
    """`frame` as an HTML table; the first of `columns` heads the rows.

    caption      what the table holds; read out, named in the download, and shown if `show_caption` (a cell with a
                 tbl-cap shows that instead)
    searchable   a box that filters rows; by default from 16 rows on missing      column of `frame` that says why a
    figure is unknown; shown with the dash row_id       column of `frame` that gives each row an anchor source       the
    query behind it, shown folded beneath; where the frame has the table's key, each row leads to its trace Of more rows
    than MOST_ROWS the first are shown, and a sentence says so. Raises ValueError for columns that `frame` lacks.
    """
    wanted = {source for column in columns for source in column.sources}
    wanted |= {name for column in columns for name in (column.href, column.note) if name}
    wanted |= {name for name in (missing, row_id) if name}
    if lacking := sorted(wanted - set(frame.columns)):
        raise ValueError(f"The frame has no column {', '.join(lacking)}; it has {', '.join(frame.columns)}.")
    cut = ""
    if frame.height > MOST_ROWS:
        rest = "the query beneath gives all of them" if source else "the database has all of them"
        cut = f'<p class="chart-source">Shown: the first {MOST_ROWS:,} of {frame.height:,} rows; {rest}.</p>'
        frame = frame.head(MOST_ROWS)
    searchable = frame.height > _SEARCH_FROM if searchable is None else searchable
    head = "".join(_heading(column, sortable) for column in columns)
    fitted = [replace(column, digits=_digits(frame, column)) for column in columns]
    with_values = sortable or download
    body = "\n".join(_row(row, fitted, missing, row_id, with_values, source) for row in frame.iter_rows(named=True))
    features = "".join(
        f" data-{name}"
        for name, on in (("sortable", sortable), ("searchable", searchable), ("download", download))
        if on
    )
    if source and source.key:
        features += f' data-trace="{escape(source.table)}" data-made-by="{escape(source.made_by)}"'
    shown = "" if show_caption else ' class="visually-hidden"'
    block = Block(
        f'<div class="data-table"{features} data-name="{escape(caption)}">'
        '<div class="table-scroll"><table data-quarto-disable-processing="true">'
        f"<caption{shown}>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div></div>{cut}"
    )
    first = frame.row(0, named=True) if frame.height else None
    return block + source.block(first) if source else block


def _heading(column: Column, sortable: bool) -> str:
    unit = f' <span class="unit">{escape(column.unit)}</span>' if column.unit else ""
    name = f"{escape(column.heading)}{unit}"
    whole = column.heading + (f" ({column.unit})" if column.unit else "")
    headings = [f"{whole}, {end}" for end in column.headings] or [whole]
    inside = f'<button type="button">{name}</button>' if sortable else name
    right = ' class="right"' if column.align == "right" else ""
    noted = ""
    if column.note:
        headings.append(f"{column.heading}, note")
        noted = " data-noted"
    return f'<th scope="col"{right}{noted} data-csv="{escape(json_text(headings))}">{inside}</th>'


def _row(
    row: Row, columns: Sequence[Column], missing: str, row_id: str, with_values: bool, source: Source | None
) -> str:
    anchor = f' id="{identifier(row[row_id])}"' if row_id else ""
    if key := source.key_of(row) if source else None:
        anchor += f' data-key="{escape(key)}"'
    reason = row[missing] if missing else None
    cells = "".join(_cell(row, column, number == 0, reason, with_values) for number, column in enumerate(columns))
    return f"<tr{anchor}>{cells}</tr>"


def _cell(row: Row, column: Column, first: bool, reason: object, with_values: bool) -> str:
    shown = column.shown(row, column.digits or 0)
    if shown is None:
        why = escape(reason or prose.NOT_STATED)
        inside = (
            f'<span class="none" title="{why}"><span aria-hidden="true">—</span>'
            f'<span class="visually-hidden">{why}</span></span>'
        )
    else:
        inside = _breakable(escape(shown))
        target = safe_href(row[column.href]) if column.href and row[column.href] is not None else None
        if target is not None:
            inside = f'<a href="{target}">{inside}</a>'
    if column.note and row[column.note]:
        inside += f'<span class="cell-note">{_breakable(escape(row[column.note]))}</span>'
    tag, scope = ("th", ' scope="row"') if first else ("td", "")
    right = "" if column.align == "left" else f' class="{column.align}"'
    data = _data(row, column, shown) if with_values else ""
    return f"<{tag}{scope}{right}{data}>{inside}</{tag}>"


def _breakable(text: str) -> str:
    """HTML in which a path or an id may go on in the next line after one of its signs, instead of widening its
    column."""
    return _LONG_WORD.sub(lambda word: _BREAK.sub(r"\1<wbr>", word[0]), text)


def _data(row: Row, column: Column, shown: str | None) -> str:
    """The cell's values, unless its text is its value: where it is shown rounded, as a range, or with a note."""
    values = list(column.values(row, column.digits or 0))
    return "" if values == [shown] and not column.note else f' data-v="{escape(json_text(values))}"'


def _text(value: object) -> str | None:
    return None if value is None or not str(value).strip() else str(value)


def _known(value: float | None, shown: Callable[[float | None], str]) -> str | None:
    return None if value is None or not isfinite(value) else shown(value)


def _digits(frame: pl.DataFrame, column: Column) -> int:
    """Decimals of a column: none if all its figures are whole or large, else what its smallest needs for two digits."""
    if column.digits is not None:
        return column.digits
    figures = [
        abs(value)
        for source in column.sources
        if frame.schema[source].is_numeric()
        for value in frame[source]
        if value is not None and isfinite(value) and value != 0
    ]
    if not figures or all(float(value).is_integer() for value in figures):
        return 0
    return min(4, prose.digits_for(min(figures), 2))


def _figure(value: float | None, digits: int) -> str | None:
    return None if value is None or not isfinite(value) else f"{value:,.{digits}f}".replace("-", "\u2212")


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None or not isfinite(value) else round(value, digits)


def _usd_per_mtok(value: float | None) -> str:
    """To the cent, so that figures align one beneath the other; finer below ten cents."""
    return prose.usd_per_mtok(value) if value is None or abs(value) < 0.1 else f"${value:,.2f}"


def _cents(value: float | None) -> float | None:
    return None if value is None or not isfinite(value) else round(value, 2 if abs(value) >= 0.1 else 6)


def _between(low: str | None, high: str | None) -> str | None:
    if low is None or high is None:
        return f"≥ {low}" if high is None and low is not None else (f"≤ {high}" if high is not None else None)
    return low if low == high else f"{low}–{high.removeprefix('$')}"
