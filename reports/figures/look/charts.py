"""A chart in the page: title, drawing, source, and what a screen reader says of it. How charts look is in theme.py.

Which of its rows a crowded chart draws is in choosing.py.
"""

from collections.abc import Mapping
from typing import Any

import altair as alt

from figures.look import theme
from figures.look.choosing import channels, choose, data
from figures.look.compiling import Compiler
from figures.look.listing import Source
from figures.look.tables import Column, date, label, number, table
from figures.look.web import Block, escape, json_text

alt.data_transformers.disable_max_rows()  # choosing.py cuts to far less, by a rule that is said
_COMPILER = Compiler()
_AROUND = 70
"""Pixels that axes and titles take above and below the marks."""
_LAYOUTS = ("hconcat", "vconcat", "concat", "facet", "repeat")


class Chart:
    """An Altair chart as a cell's last value.

    title        what one sees, as a sentence description  the same for somebody who cannot see it: kind of chart, axes,
    and what stands out note         how to read it, in small print; leave it empty where the figure's caption says so
    source       the query behind it, shown folded beneath, with the trace of its row `example` Of more rows than can be
    read the first groups are drawn, the page says which, and the rows of `source` follow as a table. Raises ValueError
    for a title or description that is missing, and when it is shown, for a spec that Vega-Lite refuses.
    """

    def __init__(
        self,
        spec: alt.Chart | alt.LayerChart | alt.HConcatChart | alt.VConcatChart | alt.ConcatChart | alt.FacetChart,
        title: str,
        description: str,
        note: str = "",
        source: Source | None = None,
        example: Mapping[str, Any] | None = None,
    ) -> None:
        if not title.strip() or not description.strip():
            raise ValueError("A chart needs a title and a description.")
        # The parts were checked as they were made; checking the whole again takes longer than all the rest.
        prepared = _prepared(spec.to_dict(validate=False))
        self.choice = choose(prepared)
        self._compiled, self._room = _COMPILER.submit(prepared), _room(prepared)
        self.fixed_width = prepared.get("width") != "container"
        self.title, self.description, self.note = title, description, note
        self.source, self.example = source, example

    def block(self) -> Block:
        """The chart as HTML: drawn by assets/figures.js when it comes into view."""
        said = " ".join(text for text in (self.choice, self.note) if text)
        note = f'<p class="chart-source">{escape(said)}</p>' if said else ""
        wide = " chart-fixed" if self.fixed_width else ""
        figure = Block(
            f'<figure class="chart{wide}"><figcaption class="chart-title">{escape(self.title)}</figcaption>'
            f'<div class="chart-plot" role="img" aria-label="{escape(self.description)}" '
            f'style="min-height:{self._room}px">'
            '</div><script type="application/json" '
            f'class="chart-spec">{json_text(self._compiled.result())}</script>{note}</figure>'
        )
        if not self.source:
            return figure
        if self.choice:
            figure += _all_rows(self.title, self.source)
        return figure + self.source.block(self.example)

    def _repr_markdown_(self) -> str:
        return self.block()._repr_markdown_()


def _all_rows(title: str, source: Source) -> Block:
    """The rows behind a chart that draws only some of them, folded."""
    rows = source.rows()

    def column(name: str) -> Column:
        kind = rows.schema[name]
        return number(name, name) if kind.is_numeric() else (date if kind.is_temporal() else label)(name, name)

    made = table(rows, [column(name) for name in rows.columns], caption=f"All rows: {title}")
    summary = f"All {rows.height:,} rows as a table"
    return Block(f'<details class="chart-rows"><summary>{summary}</summary>{made.html}</details>')


def _room(spec: Mapping[str, Any]) -> int:
    """Pixels of height kept until it is drawn, so that the page does not jump: an estimate from the rows of its
    marks."""
    rows = [row for values in data(spec) for row in values]

    def distinct(channel: str) -> int:
        fields = [entry["field"] for entry in channels(spec, channel) if "field" in entry]
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


def _prepared(spec: dict[str, Any]) -> dict[str, Any]:
    """As wide as its place unless it says otherwise; several charts side by side keep their own widths."""
    spec.pop("$schema", None)
    if not any(layout in spec for layout in _LAYOUTS) and not isinstance(spec.get("encoding", {}).get("row"), dict):
        spec.setdefault("width", "container")
    return spec


__all__ = ["Chart", "theme"]
