"""Charts of costs, in which what a figure rests on has always the same colour and shape (theme.BASIS).

Rows come ready from the database. Their column `evidence` holds a word of theme.BASIS.
"""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

import altair as alt
import polars as pl

from figures.look import placing, prose, theme

_HEIGHT = 360


def looks(frame: pl.DataFrame) -> dict[str, Any]:
    """Encodings colour and shape of the column `evidence`, with one legend for both."""
    return {
        "color": alt.Color("evidence:N", scale=theme.basis_color(frame["evidence"]), title=None),
        "shape": alt.Shape("evidence:N", scale=theme.basis_shape(frame["evidence"]), title=None),
    }


def decades(frame: pl.DataFrame, *columns: str) -> tuple[float, float]:
    """Ends of a logarithmic axis that holds the columns, at 1, 2 or 5 of a decade."""
    values = [value for column in columns for value in frame[column].drop_nulls().to_list() if value > 0]
    return _step_down(min(values)), _step_up(max(values))


def _step_down(value: float) -> float:
    tens = 10.0 ** floor(log10(value))
    return round(max(step * tens for step in (1, 2, 5) if step * tens <= value * 1.0001), 12)


def _step_up(value: float) -> float:
    tens = 10.0 ** ceil(log10(value))
    return round(min(step * tens for step in (0.2, 0.5, 1) if step * tens >= value / 1.0001), 12)


def cost_ranges(frame: pl.DataFrame, tooltip: Sequence[alt.Tooltip], step: int = 28) -> Any:
    """USD for a million tokens, low to high with the middle marked and written beside it, a row for each `row` in the
    frame's order.

    frame   row, usd_per_mtok_low, usd_per_mtok_mid, usd_per_mtok_high, evidence, and what the tooltip names;
            each bar (|) in `row` begins a new line
    step    pixels from row to row
    """
    low, high = decades(frame, "usd_per_mtok_low", "usd_per_mtok_high")
    shown = frame.with_columns(
        written=pl.col("usd_per_mtok_mid").map_elements(
            lambda value: str(prose.usd_per_mtok(value)), return_dtype=pl.String
        )
    )
    base = alt.Chart(shown).encode(
        y=alt.Y("row:N", sort=shown["row"].to_list(), title=None, axis=alt.Axis(labelExpr="split(datum.label, '|')"))
    )
    x = alt.X(
        "usd_per_mtok_low:Q",
        title="USD per million tokens, logarithmic",
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        axis=theme.log_axis(low, high, format="$~r"),
    )
    bars = base.mark_rule(strokeWidth=6, opacity=0.3, strokeCap="round").encode(
        x=x,
        x2=alt.X2("usd_per_mtok_high:Q"),
        color=alt.Color("evidence:N", scale=theme.basis_color(shown["evidence"]), title=None),
    )
    marks = base.mark_point(filled=True, size=80).encode(
        x=alt.X("usd_per_mtok_mid:Q"), tooltip=list(tooltip), **looks(shown)
    )
    written = base.mark_text(align="left", dx=9).encode(x=alt.X("usd_per_mtok_high:Q"), text=alt.Text("written:N"))
    return alt.layer(
        bars, marks, written, height=alt.Step(step), padding={"left": 0, "top": 4, "right": 56, "bottom": 0}
    )


def cost_parts(frame: pl.DataFrame) -> Any:
    """USD for a million tokens as capital and power, stacked, a bar for each `row` in the frame's order."""
    parts = frame.select("row", capital="capex_usd_per_mtok", power="power_usd_per_mtok").unpivot(
        on=["capital", "power"], index="row", variable_name="part", value_name="usd"
    )
    return (
        alt.Chart(parts)
        .mark_bar(height=14)
        .encode(
            x=alt.X("usd:Q", title="USD per million tokens", axis=alt.Axis(format="$~r")),
            y=alt.Y("row:N", sort=frame["row"].to_list(), title=None),
            color=alt.Color("part:N", scale=theme.cost_color(), title=None),
            order=alt.Order("part:N"),
            tooltip=[
                alt.Tooltip("row:N", title="System"),
                alt.Tooltip("part:N", title="Part"),
                alt.Tooltip("usd:Q", title="USD/Mtok", format="$.3~r"),
            ],
        )
        .properties(height=alt.Step(26))
    )


def cost_against_speed(frame: pl.DataFrame, tooltip: Sequence[alt.Tooltip]) -> Any:
    """Cost against speed on logarithmic axes; rows with `on_front` are joined, and named before the others.

    frame   row, tokens_per_s_mid, usd_per_mtok_mid, evidence, on_front, and what the tooltip names
    """
    # Room for names to the right and below.
    slow, fast = decades(frame.with_columns(room=pl.col("tokens_per_s_mid") * 1.5), "tokens_per_s_mid", "room")
    low, high = decades(frame.with_columns(room=pl.col("usd_per_mtok_mid") * 0.85), "usd_per_mtok_mid", "room")
    x = alt.X(
        "tokens_per_s_mid:Q",
        title="Tokens per second, logarithmic",
        scale=alt.Scale(type="log", domain=[slow, fast], nice=False),
        axis=theme.log_axis(slow, fast),
    )
    y = alt.Y(
        "usd_per_mtok_mid:Q",
        title="USD per million tokens, logarithmic",
        scale=alt.Scale(type="log", domain=[low, high], nice=False),
        axis=theme.log_axis(low, high, format="$~r"),
    )
    front = frame.filter(pl.col("on_front")).select("tokens_per_s_mid", "usd_per_mtok_mid").sort("tokens_per_s_mid")
    line = (
        alt.Chart(front)
        .mark_line(color=theme.INK, strokeWidth=1, strokeDash=[4, 3], interpolate="step-after")
        .encode(x=x, y=y, order=alt.Order("tokens_per_s_mid:Q"))
    )
    marks = alt.Chart(frame).mark_point(filled=True, size=90).encode(x=x, y=y, tooltip=list(tooltip), **looks(frame))
    # What the front is made of has the first choice of room.
    ranked = frame.sort("on_front", "usd_per_mtok_mid", descending=[True, False])
    names = placing.names(
        ranked,
        "tokens_per_s_mid",
        "usd_per_mtok_mid",
        "row",
        (slow, fast),
        (low, high),
        _HEIGHT,
        front,
    )
    return alt.layer(line, marks, *names, height=_HEIGHT)


def shaded(cells: alt.Chart, field: str, steps: Sequence[float]) -> alt.LayerChart:
    """A heat map: a rectangle for each of `cells`, the stronger in colour the higher its `field` among `steps`, its
    `written` in it."""
    rectangles = cells.mark_rect(stroke=theme.PAPER, strokeWidth=2).encode(
        color=alt.Color(f"{field}:Q", scale=theme.ramp_scale(list(steps)), legend=None)
    )
    figures = cells.mark_text().encode(
        text=alt.Text("written:N"),
        color=alt.condition(f"datum.{field} >= {steps[2]}", alt.value(theme.PAPER), alt.value(theme.INK)),
    )
    return alt.layer(rectangles, figures, height=alt.Step(30))
