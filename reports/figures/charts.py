"""A chart in the page: title, drawing, source, and what a screen reader says of it. How charts look is in theme.py."""

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import altair as alt
import vl_convert

from figures import theme
from figures.sql import show_sql
from figures.web import Block, escape, json_text

MOST_ROWS = 1_000
_LAYOUTS = ("hconcat", "vconcat", "concat", "facet", "repeat")


class Chart:
    """An Altair chart as a cell's last value.

    title        what one sees, as a sentence
    description  the same for somebody who cannot see it: kind of chart, axes, and what stands out
    source       where the data are from; leave it empty where the figure's caption says so
    sql          the query behind it, shown folded beneath, with `parameters` written out
    Raises ValueError for a title or description that is missing and for more rows than MOST_ROWS.
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
        self.vega = compiled(prepared)
        self.fixed_width = prepared.get("width") != "container"
        self.title, self.description, self.source, self.sql = title, description, source, sql
        self.parameters = dict(parameters or {})

    def block(self) -> Block:
        """The chart as HTML: drawn by assets/figures.js when it comes into view."""
        source = f'<p class="chart-source">{escape(self.source)}</p>' if self.source else ""
        wide = " chart-fixed" if self.fixed_width else ""
        figure = Block(
            f'<figure class="chart{wide}"><figcaption class="chart-title">{escape(self.title)}</figcaption>'
            f'<div class="chart-plot" role="img" aria-label="{escape(self.description)}" style="min-height:{self._height()}px">'
            f'</div><script type="application/json" class="chart-spec">{json_text(self.vega)}</script>{source}</figure>'
        )
        return figure + show_sql(self.sql, **self.parameters) if self.sql else figure

    def _repr_markdown_(self) -> str:
        return self.block()._repr_markdown_()

    def _height(self) -> int:
        """Room kept until it is drawn, so that the page does not jump: exact for a height in pixels, else near enough."""
        height = self.vega.get("height")
        return int(height) + 50 if isinstance(height, int | float) else 200


def _prepared(spec: dict[str, Any]) -> dict[str, Any]:
    """As wide as its place unless it says otherwise; several charts side by side keep their own widths."""
    spec.pop("$schema", None)
    if not any(layout in spec for layout in _LAYOUTS) and not isinstance(spec.get("encoding", {}).get("row"), dict):
        spec.setdefault("width", "container")
    return spec


def compiled(spec: Mapping[str, Any]) -> dict[str, Any]:
    """A Vega-Lite spec as the Vega that the page's library draws; the page need not load Vega-Lite then.

    Raises ValueError with the compiler's own words for a spec that it refuses.
    """
    _WARMED_UP.join()
    try:
        vega: dict[str, Any] = vl_convert.vegalite_to_vega(dict(spec))
    except ValueError as error:
        said = str(error).split("Stack backtrace")[0].strip()
        raise ValueError(f"Vega-Lite refused the chart: {said}") from None
    vega.pop("$schema", None)
    return vega


def _warm_up() -> None:
    vl_convert.vegalite_to_vega({"mark": "point", "data": {"values": []}, "encoding": {}})


# Starting the compiler takes half a second and one core; cells that read data have the other meanwhile.
_WARMED_UP = threading.Thread(target=_warm_up, daemon=True)
_WARMED_UP.start()


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
