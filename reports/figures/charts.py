"""A chart in the page: title, drawing, source, and what a screen reader says of it. How charts look is in theme.py."""

from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt

from figures import theme
from figures.compiling import Compiler
from figures.sql import show_sql
from figures.web import Block, escape, json_text

MOST_ROWS = 1_000
_COMPILER = Compiler()
_AROUND = 70
"""Pixels that axes and titles take above and below the marks."""
_LAYOUTS = ("hconcat", "vconcat", "concat", "facet", "repeat")


class Chart:
    """An Altair chart as a cell's last value.

    title        what one sees, as a sentence
    description  the same for somebody who cannot see it: kind of chart, axes, and what stands out
    source       where the data are from; leave it empty where the figure's caption says so
    sql          the query behind it, shown folded beneath, with `parameters` written out
    Raises ValueError for a title or description that is missing and for more rows than MOST_ROWS, and when it is shown,
    for a spec that Vega-Lite refuses.
    """

    def __init__(
        self,
        spec: alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart | alt.FacetChart,
        title: str,
        description: str,
        source: str = "",
        sql: str = "",
        parameters: Mapping[str, Any] | None = None,
    ) -> None:
        if not title.strip() or not description.strip():
            raise ValueError("A chart needs a title and a description.")
        # The parts were checked as they were made; checking the whole again takes longer than all the rest.
        prepared = _prepared(spec.to_dict(validate=False))
        if (rows := count_rows(prepared)) > MOST_ROWS:
            raise ValueError(f"The chart has {rows} rows, more than {MOST_ROWS}. Choose or aggregate in SQL.")
        self._compiled, self._room = _COMPILER.submit(prepared), _room(prepared)
        self.fixed_width = prepared.get("width") != "container"
        self.title, self.description, self.source, self.sql = title, description, source, sql
        self.parameters = dict(parameters or {})

    def block(self) -> Block:
        """The chart as HTML: drawn by assets/figures.js when it comes into view."""
        source = f'<p class="chart-source">{escape(self.source)}</p>' if self.source else ""
        wide = " chart-fixed" if self.fixed_width else ""
        figure = Block(
            f'<figure class="chart{wide}"><figcaption class="chart-title">{escape(self.title)}</figcaption>'
            f'<div class="chart-plot" role="img" aria-label="{escape(self.description)}" style="min-height:{self._room}px">'
            f'</div><script type="application/json" class="chart-spec">{json_text(self._compiled.result())}</script>{source}</figure>'
        )
        return figure + show_sql(self.sql, **self.parameters) if self.sql else figure

    def _repr_markdown_(self) -> str:
        return self.block()._repr_markdown_()


def _room(spec: Mapping[str, Any]) -> int:
    """Pixels of height kept until it is drawn, so that the page does not jump: an estimate from the rows of its marks."""
    rows = [row for values in _data(spec) for row in values]

    def distinct(channel: str) -> int:
        fields = [entry["field"] for entry in _channels(spec, channel) if "field" in entry]
        return len({str(row[fields[0]]) for row in rows if fields[0] in row}) if fields else 1

    if "facet" in spec:
        lines = -(-len({str(row.get(spec["facet"].get("field"))) for row in rows}) // int(spec.get("columns", 1)))
        return _AROUND + lines * (int(spec["spec"].get("height", 200)) + _AROUND // 2)
    match spec.get("height"):
        case int() | float() as height:
            return int(height) + _AROUND
        case {"step": step, "for": "offset"}:
            # Bands leave a fifth of their height between them.
            return int(step * distinct("y") * distinct("yOffset") * 1.25) + _AROUND
        case {"step": step}:
            return int(step * distinct("y")) + _AROUND
    return 200 + _AROUND


def _channels(node: Any, name: str) -> Iterator[Mapping[str, Any]]:
    """Every encoding of a channel within a Vega-Lite spec, outermost first."""
    if isinstance(node, Mapping):
        encoded = node.get("encoding", {}).get(name)
        if isinstance(encoded, Mapping):
            yield encoded
        for layer in node.get("layer", []):
            yield from _channels(layer, name)


def _prepared(spec: dict[str, Any]) -> dict[str, Any]:
    """As wide as its place unless it says otherwise; several charts side by side keep their own widths."""
    spec.pop("$schema", None)
    if not any(layout in spec for layout in _LAYOUTS) and not isinstance(spec.get("encoding", {}).get("row"), dict):
        spec.setdefault("width", "container")
    return spec


def count_rows(spec: Mapping[str, Any]) -> int:
    """Rows of all data within a Vega-Lite spec."""
    return sum(len(rows) for rows in _data(spec))


def _data(node: Any) -> Iterator[list[Any]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "datasets":
                yield from value.values()
            elif key == "values" and isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
                yield value
            else:
                yield from _data(value)
    elif isinstance(node, list):
        for value in node:
            yield from _data(value)


__all__ = ["MOST_ROWS", "Chart", "count_rows", "theme"]
