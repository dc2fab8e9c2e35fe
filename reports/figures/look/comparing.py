"""Charts that set systems beside several cloud rates: a range for each, each rate with its colour and shape."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import polars as pl

from figures.look import theme

_SHAPES = ("circle", "square", "triangle-up", "diamond", "cross", "triangle-down")


def ranges(
    rows: pl.DataFrame,
    rates: list[str],
    systems: list[str],
    x: alt.X,
    tooltip: Sequence[alt.Tooltip],
    zero: bool = False,
) -> Any:
    """Low to high with the middle marked, a line for each system and within it one for each rate.

    rows    system, rate, low, mid, high, and what the tooltip names rates   the rates, from cheap to expensive;
    systems: in the order of the chart x       the axis of `low`; `zero` draws a line at nothing
    """
    base = alt.Chart(rows).encode(
        y=alt.Y("system:N", sort=systems, scale=alt.Scale(domain=systems), title=None),
        yOffset=alt.YOffset("rate:N", sort=rates, scale=alt.Scale(domain=rates)),
    )
    color = alt.Color("rate:N", scale=_colors(rates), title=None, legend=alt.Legend(columns=1))
    bars = base.mark_rule(strokeWidth=3, opacity=0.4, strokeCap="round").encode(x=x, x2=alt.X2("high:Q"), color=color)
    marks = base.mark_point(filled=True, size=45).encode(
        x=alt.X("mid:Q"),
        color=color,
        shape=alt.Shape("rate:N", scale=_shapes(rates), title=None, legend=alt.Legend(columns=1)),
        tooltip=[alt.Tooltip("system:N", title="System"), alt.Tooltip("rate:N", title="Rate"), *tooltip],
    )
    line = [alt.Chart().mark_rule(color=theme.INK, strokeWidth=1).encode(x=alt.datum(0))] if zero else []
    return alt.layer(*line, bars, marks, height=alt.Step(max(9, 36 // max(1, len(rates))), **{"for": "offset"}))


def _colors(rates: list[str]) -> alt.Scale:
    """Rates from cheap to expensive. More than four share colours with their neighbours; a shape or the place tells
    them apart."""
    steps = max(1, len(rates) - 1)
    return alt.Scale(domain=rates, range=[f"var(--rent-{1 + round(place * 3 / steps)})" for place in range(len(rates))])


def _shapes(rates: list[str]) -> alt.Scale:
    return alt.Scale(domain=rates, range=[_SHAPES[place % len(_SHAPES)] for place in range(len(rates))])
