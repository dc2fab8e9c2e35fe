"""What an answer depends on: which input moves it most and where it turns over, and what owning costs who has a part
anyway."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from figures.answers import tokens_a_day, with_links
from figures.look import theme
from figures.look.charts import Chart
from figures.look.prose import Markdown, sentence, tok_s, usd, usd_per_hour, usd_per_mtok, years
from figures.look.tables import label, money, money_interval, table
from figures.look.web import Block
from figures.sql import query, source

Row = Mapping[str, Any]

CLOSEST = """
    from sensitivity
    where scenario_id = $scenario
        and closeness = 1
    order by rank
"""
TURNS = """
    from sensitivity
    where scenario_id = $scenario
        and model_class in ('8B', '32B', '70B')
    order by class_from_b, workload, rank
"""
ANYWAY = """
    from own_anyway
    where scenario_id = $scenario
        and model_class in ('8B', '32B', '70B')
    order by class_from_b, workload
"""
_WRITTEN = {
    "price of the machine": usd,
    "speed of the machine": tok_s,
    "price of electricity": lambda value: f"${value:.2f}/kWh",
    "cloud rate": usd_per_hour,
    "price of tokens": lambda value: f"{usd_per_mtok(value)} a million",
    "tokens a day": lambda value: f"{tokens_a_day(value)} a day",
    "years of use": years,
}


def closest(scenario: Row) -> Markdown:
    """The answer that is nearest to turning over, in a sentence."""
    rows = query(CLOSEST, scenario=scenario["scenario_id"])
    if not rows.height:
        return Markdown("No answer has an alternative whose cost is known.")
    first = rows.row(0, named=True)
    way = {"own": "owning", "rent": "renting", "api": "buying tokens"}[first["verdict"]]
    return sentence(
        "The closest call is {workload} with a {model} model: {way} the cheaper by {margin}, and the **{input}** moves "
        "it most.",
        workload=first["workload"],
        model=first["model_class"],
        way=f"{way} is",
        margin=f"{first['margin_percent']:.0f}%",
        input=first["input"],
    )


def tornado(scenario: Row) -> Chart | Markdown:
    """What each input does to the closest answer: bars from its low to its high end."""
    rows = query(CLOSEST, scenario=scenario["scenario_id"])
    if not rows.height:
        return Markdown("")
    first = rows.row(0, named=True)
    shown = _written(rows).with_columns(row=pl.format("{}|{}", "input", "span"), middle=pl.lit(first["difference_usd"]))
    low, high = "lower_end_usd", "upper_end_usd"
    base = alt.Chart(shown).encode(
        y=alt.Y(
            "row:N",
            sort=shown["row"].to_list(),
            title=None,
            axis=alt.Axis(labelExpr="split(datum.label, '|')", labelLimit=320),
        )
    )
    bars = base.mark_bar(height=14, color=theme.ACCENT).encode(
        x=alt.X(
            f"{low}:Q",
            title="USD a month that owning costs more than the better alternative",
            axis=alt.Axis(format="$~r"),
        ),
        x2=alt.X2(f"{high}:Q"),
        tooltip=[
            alt.Tooltip("input:N", title="Input"),
            alt.Tooltip("span:N", title="From"),
            alt.Tooltip("turns:N", title="Turns over at"),
        ],
    )
    middle = base.mark_tick(thickness=2, size=20, color=theme.INK).encode(x=alt.X("middle:Q"))
    zero = (
        alt.Chart(pl.DataFrame({"zero": [0.0]})).mark_rule(strokeDash=[4, 3], color=theme.INK).encode(x=alt.X("zero:Q"))
    )
    return Chart(
        alt.layer(bars, middle, zero, height=alt.Step(36)),
        title=f"What moves {first['workload']} with a {first['model_class']} model: {first['input']} first",
        description=(
            "Tornado chart: for each input a bar from its low to its high end, in USD a month that owning "
            f"{first['system']} costs more than the better of renting and a provider. The longest bar is the "
            f"{first['input']}."
        ),
        note="Left of the dashed line owning costs less; the short line is the answer. Each input by itself, the "
        "others at their middle.",
        source=source(CLOSEST, scenario=scenario["scenario_id"]),
        example=first,
    )


def turning_table(scenario: Row) -> Block:
    """For each answer its inputs, the one that moves it most first, and where it turns over."""
    rows = _written(query(TURNS, scenario=scenario["scenario_id"])).with_columns(
        question=pl.format("{}, {}", "workload", "model_class"),
        answer=pl.col("verdict").replace_strict({"own": "own it", "rent": "rent", "api": "buy tokens"}),
        reached=pl.when("turns_within_range").then(pl.lit("within that range")).otherwise(None),
        missing=pl.lit("no value of it alone does"),
    )
    return table(
        rows,
        [
            label("question", "Use and class").noted("answer"),
            label("input", "Input"),
            label("span", "Moved from – to"),
            label("ends", "Owning costs a month more by").unbroken(),
            money("swing_usd", "Swing", "USD a month"),
            label("turns", "Turns over at").noted("reached"),
        ],
        caption="What moves each answer, and where it turns over",
        missing="missing",
        searchable=True,
        source=source(TURNS, scenario=scenario["scenario_id"]),
    )


def anyway_table(scenario: Row) -> Block:
    """What owning costs with a computer at hand, and sold after its life."""
    rows = with_links(query(ANYWAY, scenario=scenario["scenario_id"])).with_columns(
        question=pl.format("{}, {}", "workload", "model_class"),
        wins_words=pl.format("owning wins {}", "wins"),
        risk=pl.when(pl.col("used_parts").is_not_null()).then(pl.lit("used parts: no warranty")).otherwise(None),
        missing=pl.lit("its accelerators alone have no price"),
    )
    return table(
        rows,
        [
            label("question", "Use and class").noted("wins_words"),
            label("system", "Cheapest machine").linked("system_link").noted("risk").unbroken(),
            money("whole_usd_per_month", "All bought", "a month"),
            money("cards_usd_per_month", "Cards alone", "a month"),
            money_interval("sold_well_usd_per_month", "sold_badly_usd_per_month", "Sold later", "a month"),
            money("power_usd_per_month", "of it power", "a month"),
            money("other_usd_per_month", "Elsewhere", "a month"),
        ],
        caption="What owning costs whoever has a part of it anyway",
        missing="missing",
        searchable=False,
        source=source(ANYWAY, scenario=scenario["scenario_id"]),
    )


def _written(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `span`, the ends of the input in words, and `turns`, where the answer turns over."""

    def said(row: Row, column: str) -> str | None:
        return None if row[column] is None else str(_WRITTEN[row["input"]](row[column]))

    found = list(rows.iter_rows(named=True))
    return rows.with_columns(
        span=pl.Series([f"{said(row, 'input_low')} – {said(row, 'input_high')}" for row in found], dtype=pl.String),
        turns=pl.Series([said(row, "turns_over_at") for row in found], dtype=pl.String),
        ends=pl.Series(
            [
                None if row["lower_end_usd"] is None else f"{usd(row['lower_end_usd'])} to {usd(row['upper_end_usd'])}"
                for row in found
            ],
            dtype=pl.String,
        ),
    )
