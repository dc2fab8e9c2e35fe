"""Scatter plots of claimed speeds, of which those beyond what memory allows are crosses. Both axes logarithmic."""

from typing import Any

import altair as alt
import polars as pl

from figures.look import theme

TOKEN_GB = (5, 20, 40, 140)
"""Gigabytes that a token reads, for which lines are drawn."""
LOOKS = {
    "plausible": ("var(--measured)", "circle"),
    "at ceiling": ("var(--modelled)", "diamond"),
    "partly": ("var(--impossible)", "triangle-up"),
    "impossible": ("var(--impossible)", "cross"),
}


def against_ceiling(rows: pl.DataFrame) -> Any:
    """Claimed speeds against the ceiling that memory sets, with the line where both are equal."""
    ends = theme.room(
        min(rows["ceiling_tok_s"].min(), rows["claimed_low"].min()),
        max(rows["ceiling_tok_s"].max(), rows["claimed_high"].max()),
    )
    x = alt.X(
        "x:Q",
        title="Ceiling, tokens per second",
        scale=theme.log_scale(*ends),
        axis=theme.log_axis(*ends, format=",.0f"),
    )
    y = alt.Y(
        "y:Q",
        title="Claimed, tokens per second",
        scale=theme.log_scale(*ends),
        axis=theme.log_axis(*ends, format=",.0f"),
    )
    equal = theme.slopes({"claimed = ceiling": 1}, ends, ends)
    line = alt.Chart(equal).mark_line(color=theme.INK, strokeWidth=1).encode(x=x, y=y)
    name = (
        alt.Chart(equal.filter(pl.col("end") == "high"))
        .mark_text(align="right", dx=-14, dy=16, color=theme.INK, fontSize=11)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("line:N"))
    )
    present = [word for word in LOOKS if word in set(rows["verdict"])]
    color = alt.Color(
        "verdict:N", title=None, scale=alt.Scale(domain=present, range=[LOOKS[word][0] for word in present])
    )
    shape = alt.Shape(
        "verdict:N", title=None, scale=alt.Scale(domain=present, range=[LOOKS[word][1] for word in present])
    )
    plot = alt.Chart(rows).encode(x=alt.X("ceiling_tok_s:Q"))
    bars = plot.mark_rule(strokeWidth=3, opacity=0.4).encode(
        y=alt.Y("claimed_low:Q"), y2=alt.Y2("claimed_high:Q"), color=color
    )
    points = plot.mark_point(size=70).encode(
        y=alt.Y("claimed_high:Q"),
        color=color,
        shape=shape,
        tooltip=[
            alt.Tooltip("accelerator", title="On"),
            alt.Tooltip("accelerator_count", title="How many"),
            alt.Tooltip("model_id", title="Model"),
            alt.Tooltip("quantization", title="Quantisation"),
            alt.Tooltip("concurrency", title="Sequences"),
            alt.Tooltip("cell", title="The cell says"),
            alt.Tooltip("claimed_high", title="Claimed, tok/s", format=",.1f"),
            alt.Tooltip("ceiling_tok_s", title="Ceiling, tok/s", format=",.1f"),
            alt.Tooltip("ratio_high", title="Claimed / ceiling", format=".2f"),
            alt.Tooltip("place", title="Where"),
        ],
    )
    return alt.layer(line, name, bars, points, height=460)


def against_bandwidth(rows: pl.DataFrame) -> Any:
    """Claimed speeds against the bandwidth at which weights are read, with lines for the gigabytes that a token
    reads."""
    x_ends = theme.room(rows["bandwidth_gb_s"].min(), rows["bandwidth_gb_s"].max())
    y_ends = theme.room(rows["claimed_low"].min(), rows["claimed_high"].max())
    lines = theme.slopes({f"{size} GB a token": 1 / size for size in TOKEN_GB}, x_ends, y_ends)
    x = alt.X(
        "x:Q",
        title="Bandwidth to the weights, GB/s",
        scale=theme.log_scale(*x_ends),
        axis=theme.log_axis(*x_ends, format=",.0f", grid=False),
    )
    y = alt.Y(
        "y:Q",
        title="Claimed tokens per second",
        scale=theme.log_scale(*y_ends),
        axis=theme.log_axis(*y_ends, format=",.0f", grid=False),
    )
    guides = (
        alt.Chart(lines)
        .mark_line(color=theme.MUTED, strokeWidth=1, strokeDash=[4, 4], opacity=0.6)
        .encode(x=x, y=y, detail=alt.Detail("line:N"))
    )
    guide_names = (
        alt.Chart(lines.filter(pl.col("end") == "low"))
        .mark_text(align="left", baseline="bottom", dx=4, dy=-12, fontSize=11, color=theme.MUTED)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("line:N"))
    )
    looks = {"within memory's limit": ("var(--measured)", "circle"), "beyond its limit": ("var(--impossible)", "cross")}
    present = [word for word in looks if word in set(rows["limit"])]
    color = alt.Color(
        "limit:N", title=None, scale=alt.Scale(domain=present, range=[looks[word][0] for word in present])
    )
    plot = alt.Chart(rows).encode(x=alt.X("bandwidth_gb_s:Q"))
    spans = plot.mark_rule(strokeWidth=3, opacity=0.4).encode(
        y=alt.Y("claimed_low:Q"), y2=alt.Y2("claimed_high:Q"), color=color
    )
    points = plot.mark_point(size=65).encode(
        y=alt.Y("claimed_high:Q"),
        color=color,
        shape=alt.Shape(
            "limit:N", title=None, scale=alt.Scale(domain=present, range=[looks[word][1] for word in present])
        ),
        tooltip=[
            alt.Tooltip("accelerator", title="On"),
            alt.Tooltip("accelerator_count", title="How many"),
            alt.Tooltip("model_id", title="Model"),
            alt.Tooltip("quantization", title="Quantisation"),
            alt.Tooltip("cell", title="The cell says"),
            alt.Tooltip("gb_read_per_token", title="Reads a token, GB", format=",.1f"),
            alt.Tooltip("ceiling_tok_s", title="Memory allows, tok/s", format=",.1f"),
            alt.Tooltip("source_id", title="Source"),
        ],
    )
    return alt.layer(guides, guide_names, spans, points, height=440)
