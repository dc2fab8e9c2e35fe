"""The page on the throughput model: what it predicts against what was measured, and how systems moved against the
first model."""

import altair as alt
import polars as pl

from figures.look import theme
from figures.look.charts import Chart
from figures.look.prose import Markdown, sentence
from figures.look.tables import label, number, table
from figures.look.web import Block
from figures.look.wording import counted
from figures.sql import query, source

MODEL = """
    from throughput_model
    where software_generation = '2025'
        or runs > 0
    order by phase, accelerators desc, speed_class, software_generation desc
"""
PREDICTIONS = "from prediction_summary order by phase, hardware_name, accelerators"
PREDICTED = "from prediction_errors where phase = $phase and not is_outlier order by benchmark_id"
READINGS = "from measured_distributions where readings > 1 order by readings desc, configuration_id"
MOVES = "from model_moves order by quantity, change_percent, build_id"
MOVED = """
    from model_moves
    where quantity = $quantity
        and change_percent is not null
    order by change_percent, build_id
"""
LEAD = """
    from throughput_model
    where phase = 'decode'
        and software_generation = '2025'
        and left_out_error_percent is not null
    order by accelerators desc, speed_class
"""


def lead() -> Markdown:
    """The page's first sentence: how far the model misses what it has not seen, for the class that most is known of."""
    best = query(LEAD).row(0, named=True)
    return sentence(
        "Speeds that no source states are modelled: what a token reads over the bandwidth, and what each layer takes "
        "besides. Of {cards} of the class {name} the model misses one that it has not seen by **{error} percent** in "
        "the middle, and {covered} of 100 of their runs lie inside its interval.",
        cards=counted(best["accelerators"], "accelerator"),
        name=best["speed_class"],
        error=f"{best['left_out_error_percent']:.0f}",
        covered=f"{best['coverage_percent']:.0f}",
    )


def predictions_chart(phase: str) -> Chart:
    """Predicted against measured speeds of one phase, each by a fit without its accelerator."""
    rows = query(PREDICTED, phase=phase)
    ends = theme.room(
        min(rows["measured_tok_s"].min(), rows["predicted_tok_s"].min()),  # type: ignore[type-var]
        max(rows["measured_tok_s"].max(), rows["predicted_tok_s"].max()),  # type: ignore[type-var]
    )
    axis = {"scale": theme.log_scale(*ends), "axis": theme.log_axis(*ends, format=",.0f")}
    x = alt.X("x:Q", title="Measured, tokens per second", **axis)
    y = alt.Y("y:Q", title="Predicted, tokens per second", **axis)
    points = rows.select(
        "hardware_name", "accelerators", "model_id", "quantization", "context_tokens", "speed_class", "error_percent",
        x="measured_tok_s", y="predicted_tok_s",
    )  # fmt: skip
    equal = theme.slopes({"equal": 1}, ends, ends)
    layers = alt.layer(
        alt.Chart(equal).mark_line(color=theme.INK, strokeWidth=1).encode(x=x, y=y),
        alt.Chart(points)
        .mark_point(size=45, opacity=0.6)
        .encode(
            x=x,
            y=y,
            shape=alt.Shape("speed_class:N", title=None, legend=alt.Legend(orient="top")),
            tooltip=[
                alt.Tooltip("hardware_name", title="On"),
                alt.Tooltip("accelerators", title="Count"),
                alt.Tooltip("model_id", title="Model"),
                alt.Tooltip("quantization", title="Quantisation"),
                alt.Tooltip("x", title="Measured", format=",.1f"),
                alt.Tooltip("y", title="Predicted", format=",.1f"),
                alt.Tooltip("error_percent", title="Off by percent", format=".0f"),
            ],
        ),
        height=380,
    )
    inside, what = rows["is_inside"].sum(), "generating tokens" if phase == "decode" else "reading a prompt"
    return Chart(
        layers,
        title=f"{inside} of {rows.height} measured runs {what} lie inside the interval predicted for them",
        description=f"Scatter plot of predicted against measured speed of {rows.height} runs, both logarithmic, with "
        f"the line where both are equal. {inside} lie inside the interval.",
        source=source(PREDICTED, phase=phase),
        example=rows.row(0, named=True),
    )


def model_table() -> Block:
    """The throughput model by class of accelerators: how far it misses one that it has not seen."""
    rows = query(MODEL).with_columns(
        what=pl.concat_str("phase", pl.format("software of {}", "software_generation"), separator=", "),
        missing=pl.lit("no run of this class calibrates it"),
    )
    return table(
        rows,
        [
            label("speed_class", "Accelerators"),
            label("what", "Phase"),
            number("accelerators", "Calibrated by", digits=0),
            number("runs", "Runs", digits=0),
            number("left_out_error_percent", "Error when left out", "percent", digits=0),
            number("coverage_percent", "Inside the interval", "percent", digits=0),
        ],
        caption="The throughput model by class of accelerators: how far it misses one that it has not seen",
        show_caption=True,
        missing="missing",
        source=source(MODEL),
    )


def predictions_table() -> Block:
    """Every measured accelerator against what the model says of it when none of its runs was in the fit."""
    return table(
        query(PREDICTIONS),
        [
            label("hardware_name", "Accelerator"),
            number("accelerators", "Count", digits=0),
            label("phase", "Phase"),
            number("runs", "Runs", digits=0),
            number("measured_tok_s", "Measured", "tok/s, median", digits=0),
            number("predicted_tok_s", "Predicted", "tok/s, median", digits=0),
            number("error_percent", "Error", "percent, median", digits=0),
            number("inside_percent", "Inside", "percent", digits=0),
            number("outliers", "Not fitted", digits=0),
        ],
        caption="Every measured accelerator against what the model says of it when none of its runs was in the fit",
        show_caption=True,
        source=source(PREDICTIONS),
    )


def readings_table() -> Block | Markdown:
    """Configurations that were read more than once: their quartiles, and the median that counts."""
    rows = query(READINGS)
    if not rows.height:
        return sentence("No configuration was read more than once.")
    return table(
        rows,
        [
            label("hardware_id", "Accelerator"),
            number("accelerators", "Count", digits=0),
            label("model_id", "Model"),
            label("quantization", "Quantisation"),
            label("phase", "Phase"),
            number("readings", "Readings", digits=0),
            number("lower_quartile_tok_s", "Lower quartile", "tok/s", digits=1),
            number("median_tok_s", "Median", "tok/s", digits=1),
            number("upper_quartile_tok_s", "Upper quartile", "tok/s", digits=1),
            number("outliers", "Out of line", digits=0),
            label("remarks", "Suspected"),
        ],
        caption="Configurations with several readings: the median counts",
        show_caption=True,
        source=source(READINGS),
    )


def moves_chart(quantity: str) -> Chart:
    """The first and the present figure of each system, joined."""
    rows = query(MOVED, quantity=quantity)
    unit = rows["unit"][0]
    both = pl.concat(
        [
            rows.select("system", "subject", "change_percent", figure=f"{which}_figure").with_columns(
                model=pl.lit(name)
            )
            for which, name in (("first", "first model"), ("present", "present model"))
        ]
    )
    ends = theme.room(both["figure"].min(), both["figure"].max())
    x = alt.X(
        "figure:Q",
        title=f"{quantity.capitalize()}, {unit}",
        scale=theme.log_scale(*ends),
        axis=theme.log_axis(*ends, format=",.0f"),
    )
    order = rows["system"].unique(maintain_order=True).to_list()
    y = alt.Y("system:N", sort=order, title=None)
    lower = rows.filter(pl.col("change_percent") < 0).height
    return Chart(
        alt.layer(
            alt.Chart(both).mark_line(color=theme.INK, strokeWidth=1).encode(x=x, y=y, detail="system:N"),
            alt.Chart(both)
            .mark_point(size=60)
            .encode(
                x=x,
                y=y,
                shape=alt.Shape("model:N", title=None, legend=alt.Legend(orient="top")),
                tooltip=[
                    alt.Tooltip("system", title="System"),
                    alt.Tooltip("subject", title="Of"),
                    alt.Tooltip("model", title="By the"),
                    alt.Tooltip("figure", title=unit, format=",.1f"),
                ],
            ),
            height=alt.Step(20),
        ),
        title=f"The {quantity} of {lower} of {rows.height} systems {'is' if quantity == 'speed' else 'are'} lower than "
        "by the first model",
        description=f"Two points for each of {rows.height} systems, its {quantity} by the first and by the present "
        f"model, on a logarithmic axis: {lower} are lower.",
        source=source(MOVED, quantity=quantity),
        example=rows.row(0, named=True),
    )


def moves_table() -> Block:
    """Every system's figures by the first and the present model, with what makes the difference."""
    return table(
        query(MOVES),
        [
            label("system", "System"),
            label("quantity", "Of"),
            label("subject", "What"),
            number("first_figure", "First model", digits=1),
            number("present_figure", "Present model", digits=1),
            label("unit", "Unit"),
            number("change_percent", "Moved", "percent", digits=0),
            label("reason", "Because"),
        ],
        caption="How the figures of each system moved, and why",
        show_caption=True,
        missing="missing",
        source=source(MOVES),
    )
