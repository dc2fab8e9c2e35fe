"""The page on the cost per token: what each system makes a million tokens for, and what rented cards do."""

from typing import Any

import altair as alt
import polars as pl

from figures.answers import (
    CLASSES,
    Row,
    assumed,
    least_bits,
    model_name,
    price_note,
    with_article,
    with_links,
)
from figures.look import evidence, prose
from figures.look.charts import Chart
from figures.look.prose import Markdown, sentence
from figures.look.tables import flag, interval, label, money, money_interval, number, seconds, table
from figures.look.web import Block
from figures.look.wording import counted, distinct
from figures.sql import query, source

FRONT = """
    from cost_front
    where scenario_id = $scenario
        and model_class = $model_class
        and excluded is null
    order by usd_per_mtok_mid, id
"""
CLASSES_WITH_COSTS = "from answers where scenario_id = $scenario and rank = 1 order by class_from_b"
SERVED = """
    from served_runs
    where scenario_id = $scenario
        and model_class = $model_class
        and (rank <= 12 or evidence <> 'modelled')
    order by rank
"""
BITS = """
    from costs_by_bits
    where scenario_id = $scenario
        and model_class = $model_class
    order by usd_per_mtok_mid, build_id
"""
COSTS = """
    from system_costs
    where scenario_id = $scenario
        and (concurrency = 1 or evidence <> 'modelled')
    order by usd_per_mtok_mid nulls last, system, model, quantization, concurrency
"""
WORKLOADS = """
    from workload_costs
    where scenario_id = $scenario
        and usd_per_month_mid is not null
        and meets_demand
    order by model_class, workload, usd_per_month_mid, build_id
"""
MISSING = "from systems_without_cost order by system, build_id"
UNUSED = "from unused_speeds order by excluded, system, throughput_from"


def cost_tooltip() -> list[alt.Tooltip]:
    """What is under the pointer on a cost: system, model, speed and its basis, source."""
    return [
        alt.Tooltip("row:N", title="System"),
        alt.Tooltip("runs:N", title="Runs"),
        alt.Tooltip("cost:N", title="USD/Mtok"),
        alt.Tooltip("speed:N", title="Speed"),
        alt.Tooltip("throughput_from:N", title="From"),
    ]


def named(frame: pl.DataFrame, key: str = "build_id") -> pl.DataFrame:
    """The rows with what charts write: row (the system), runs, cost, speed."""
    made = distinct(frame, "system", key)
    return made.with_columns(
        # A star: there is something to be known of the price.
        row=pl.Series(
            [
                f"{row['system']} *" if row.get("capex_from") and price_note(row) else row["system"]
                for row in made.to_dicts()
            ],
            dtype=pl.String,
        ),
        runs=pl.concat_str("model", pl.col("quantization").fill_null("quantisation not said"), separator=" "),
        cost=_said(
            made, "usd_per_mtok_low", "usd_per_mtok_high", lambda low, high: prose.joined(low, high, prose.usd_per_mtok)
        ),
        speed=pl.concat_str(
            "evidence", _said(made, "tokens_per_s_low", "tokens_per_s_high", prose.tok_s_range), separator=", "
        ),
    )


def _said(frame: pl.DataFrame, low: str, high: str, shown: Any) -> pl.Series:
    return pl.Series([str(shown(*ends)) for ends in zip(frame[low], frame[high], strict=True)], dtype=pl.String)


def by_class(model_class: str, scenario_id: str) -> pl.DataFrame:
    """Rows of FRONT with their names; a rented card looks like one, whatever its speed rests on."""
    rows = named(query(FRONT, scenario=scenario_id, model_class=model_class), "id")
    return rows.with_columns(evidence=pl.when(pl.col("way") == "rent").then(pl.lit("cloud")).otherwise("evidence"))


def classes_with_costs(scenario_id: str) -> list[str]:
    """The classes that the first page answers for, largest first, then the others that have a cost."""
    found = query(CLASSES_WITH_COSTS, scenario=scenario_id)["model_class"].to_list()
    return [*reversed(CLASSES), *(name for name in found if name not in CLASSES)]


def nothing(model_class: str) -> Block:
    """Shown in place of a chart that would be empty."""
    return Block(
        '<p class="chart-failed">No system with a known price, power and speed holds a model of class '
        f"{prose.text(model_class)}.</p>"
    )


def ranges_chart(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost of a million tokens by system, as ranges."""
    rows = by_class(model_class, scenario_id)
    if not rows.height:
        return nothing(model_class)
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    cheapest = (
        f"{first['system']} makes a million tokens of {with_article(model_class)} model for "
        f"{prose.usd_per_mtok(first['usd_per_mtok_mid'])}"
    )
    costliest = f"{last['system']} for {prose.usd_per_mtok(last['usd_per_mtok_mid'])}"
    return Chart(
        evidence.cost_ranges(rows, cost_tooltip()),
        title=f"{cheapest}, {costliest}" if rows.height > 1 else cheapest,
        description=f"Range chart of the cost of a million tokens of {model_class} models for {rows.height} systems "
        "and rented cards on a logarithmic axis: "
        + "; ".join(f"{row['system']} {row['cost']}, {row['evidence']}" for row in rows.iter_rows(named=True))
        + ".",
        source=source(FRONT, scenario=scenario_id, model_class=model_class),
        example=first,
    )


def parts_chart(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost of a million tokens as capital and power, by system."""
    rows = by_class(model_class, scenario_id).filter(pl.col("capex_usd_per_mtok").is_not_null())
    if not rows.height:
        return nothing(model_class)
    shares = rows.sort("power_percent")
    least, most = shares.row(0, named=True), shares.row(-1, named=True)
    said = f"Electricity is {prose.percent(least['power_percent'])} of the cost on the {least['system']}"
    if rows.height > 1:
        said += f", {prose.percent(most['power_percent'])} on the {most['system']}"
    return Chart(
        evidence.cost_parts(rows),
        title=said,
        description=f"Stacked bars of capital and power in the cost of a million tokens of {model_class} models: "
        + "; ".join(
            f"{row['system']} {prose.usd_per_mtok(row['capex_usd_per_mtok'])} and "
            f"{prose.usd_per_mtok(row['power_usd_per_mtok'])}"
            for row in rows.iter_rows(named=True)
        )
        + ".",
        source=source(FRONT, scenario=scenario_id, model_class=model_class),
        example=rows.row(0, named=True),
    )


def front_chart(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost against speed with the systems that no other beats at both."""
    rows = by_class(model_class, scenario_id)
    if not rows.height:
        return nothing(model_class)
    front = rows.filter(pl.col("on_front")).sort("tokens_per_s_mid")
    if front.height == 1:
        said = f"Nothing is both faster and cheaper than the {front['system'][0]}"
    else:
        said = (
            f"{front.height} of {rows.height} are the best trade-offs: the others are slower and more expensive than "
            "one of them"
        )
    return Chart(
        evidence.cost_against_speed(rows, cost_tooltip()),
        title=said,
        description=f"Scatter plot of cost against tokens per second for {rows.height} systems and rented cards with "
        f"{model_class} models, both axes logarithmic. On the front: "
        + "; ".join(
            f"{row['system']}, {prose.tok_s(row['tokens_per_s_mid'])} at {prose.usd_per_mtok(row['usd_per_mtok_mid'])}"
            for row in front.iter_rows(named=True)
        )
        + ".",
        source=source(FRONT, scenario=scenario_id, model_class=model_class),
        example=front.row(0, named=True),
    )


def served_chart(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost of a million tokens of a class where several sequences run at once."""
    rows = named(query(SERVED, scenario=scenario_id, model_class=model_class))
    if not rows.height:
        return nothing(model_class)
    rows = rows.with_columns(
        # A bar begins a new line of a label: see evidence.cost_ranges.
        row=pl.format("{}|{}|{} at once, {}", "system", "runs", "concurrency", "evidence")
    ).unique("row", keep="first", maintain_order=True)
    first = rows.row(0, named=True)
    return Chart(
        evidence.cost_ranges(rows, cost_tooltip(), step=60),
        title=f"Serving {first['concurrency']} at once, the {first['system']} makes a million tokens of "
        f"{model_name(first)} for {prose.usd_per_mtok(first['usd_per_mtok_mid'])}",
        description="Range chart of the cost of a million tokens with several sequences at once, logarithmic: "
        + "; ".join(f"{row['row'].replace('|', ', ')} {row['cost']}" for row in rows.iter_rows(named=True))
        + ".",
        source=source(SERVED, scenario=scenario_id, model_class=model_class),
        example=first,
    )


def bits_grid(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost of a million tokens by system and bits of a weight."""
    rows = query(BITS, scenario=scenario_id, model_class=model_class)
    if not rows.height:
        return nothing(model_class)
    rows = named(rows).with_columns(
        written=pl.Series(
            [
                ("~" if row["evidence"] == "modelled" else "") + prose.usd_per_mtok(row["usd_per_mtok_mid"])
                for row in rows.iter_rows(named=True)
            ]
        ),
        column=pl.format("{} bit", "bits"),
    )
    order = rows["row"].unique(maintain_order=True).to_list()
    columns = [f"{bits} bit" for bits in sorted(set(rows["bits"]))]
    cells = alt.Chart(rows).encode(
        x=alt.X("column:N", sort=columns, title=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("row:N", sort=order, title=None),
        tooltip=cost_tooltip(),
    )
    systems = rows["row"].n_unique()
    return Chart(
        evidence.shaded(cells, "usd_per_mtok_mid", [2.0, 5.0, 10.0, 20.0, 50.0]),
        title=f"The same {model_class} models at {columns[0].split()[0]} to {columns[-1]} a weight, on "
        f"{counted(systems, 'system')}"
        if len(columns) > 1
        else f"{model_class} models at {columns[0]} a weight, on {counted(systems, 'system')}",
        description=f"Heat map of the cost of a million tokens for {systems} systems by bits of a weight: "
        + "; ".join(f"{row['row']} at {row['column']} {row['written']}" for row in rows.iter_rows(named=True))
        + ".",
        source=source(BITS, scenario=scenario_id, model_class=model_class),
        example=rows.row(0, named=True),
    )


def cost_table(scenario: Row) -> Block:
    """Every cost under a scenario, with its parts, speed and basis."""
    return table(
        with_links(query(COSTS, scenario=scenario["scenario_id"])).with_columns(
            stated=pl.col("cell").fill_null("the throughput model")
        ),
        [
            label("system", "System").linked("system_link").noted("doubt"),
            label("model", "Model"),
            label("quantization", "Quantisation"),
            number("concurrency", "At once", digits=0),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s", digits=1),
            label("evidence", "Speed is"),
            money("usd_per_mtok_mid", "Cost", "USD/Mtok", per_mtok=True),
            money_interval("usd_per_mtok_low", "usd_per_mtok_high", "Low to high", "USD/Mtok", per_mtok=True),
            money("capex_usd_per_mtok", "Purchase", "USD/Mtok", per_mtok=True),
            money("power_usd_per_mtok", "Electricity", "USD/Mtok", per_mtok=True),
            flag("fits_in_memory", "In memory"),
            label("stated", "Speed from").noted("place"),
        ],
        caption="Cost of a million tokens",
        missing="missing",
        searchable=True,
        source=source(COSTS, scenario=scenario["scenario_id"]),
    )


def workload_table(scenario: Row) -> Block:
    """What a workload costs a month on each system, whether it can keep up, and how long a prompt waits."""
    rows = with_links(query(WORKLOADS, scenario=scenario["scenario_id"]))
    return table(
        rows.with_columns(
            runs=pl.concat_str(
                pl.concat_str("model", "quantization", separator=" "), "doubt", separator="; ", ignore_nulls=True
            )
        ),
        [
            label("system", "System").linked("system_link").noted("runs"),
            label("model_class", "Class"),
            label("workload", "Workload"),
            number("busy_hours_per_day_mid", "At work", "h/day", digits=1),
            money_interval("usd_per_month_low", "usd_per_month_high", "A month"),
            money("power_usd_per_month", "of it electricity"),
            money_interval("usd_per_mtok_low", "usd_per_mtok_high", "A million tokens", "USD/Mtok", per_mtok=True),
            seconds("time_to_first_token_s", "First token after"),
        ],
        caption="Workloads by system",
        missing="missing",
        searchable=True,
        source=source(WORKLOADS, scenario=scenario["scenario_id"]),
    )


def cost_lead(scenario: Row) -> Block | Markdown:
    """The page's first sentences: from what to what a million tokens costs, and on what that rests."""
    rows = query(COSTS, scenario=scenario["scenario_id"]).filter(
        pl.col("usd_per_mtok_mid").is_not_null(), pl.col("concurrency") == 1
    )
    if not rows.height:
        return Markdown("No system has a known price, power and speed, so that no cost can be given.")
    held = rows.filter(pl.col("fits_in_memory").fill_null(False))
    low, high = (held if held.height else rows).row(0, named=True), rows.row(-1, named=True)
    kinds = dict(rows["evidence"].value_counts(sort=True).iter_rows())
    return sentence(
        "At {assumed} a million tokens costs from **{low}** ({first}, {first_model}) to **{high}** ({last}, "
        "{last_model}). Of {rows} figures for one sequence at a time the speed is {kinds}.",
        assumed=assumed(scenario),
        low=prose.usd_per_mtok(low["usd_per_mtok_mid"]),
        first=low["system"],
        first_model=model_name(low),
        high=prose.usd_per_mtok(high["usd_per_mtok_mid"]),
        last=high["system"],
        last_model=model_name(high),
        rows=rows.height,
        kinds=", ".join(f"{word} in {count}" for word, count in kinds.items()),
    )


def grid_note() -> Markdown:
    """How to read the grid: what ~ means, and how a speed is modelled, in the words of that table."""
    said = sentence(
        "A modelled figure begins with \\~. With fewer bits than {bits} a model answers worse; `quantizations` "
        "holds what is known of that.",
        bits=least_bits(),
    )
    found = query("from data_dictionary where table_name = 'modelled_throughput' order by position limit 1")
    if not found.height:
        return said
    return sentence(
        "{said} How speeds are modelled: {description}.", said=said, description=found["table_description"][0]
    )


def missing_sentence() -> Markdown:
    """How many systems have no cost, and for want of what."""
    rows = query(MISSING)
    if not rows.height:
        return Markdown("Every system has a cost of a million tokens for at least one model.")
    return sentence(
        "{count} systems have no cost: {price} lack a price, {power} known power, {speed} a speed; some lack several.",
        count=rows.height,
        price=rows.filter(~pl.col("has_price")).height,
        power=rows.filter(~pl.col("has_power")).height,
        speed=rows.filter(~pl.col("has_speed")).height,
    )


def missing_table() -> Block:
    """Systems without a cost, with the reason."""
    return table(
        with_links(query(MISSING)),
        [
            label("system", "System").linked("system_link"),
            flag("has_price", "Price", "known", "missing"),
            flag("has_power", "Power", "known", "missing"),
            flag("has_speed", "Speed", "known", "missing"),
            label("missing", "Why"),
        ],
        caption="Systems without a cost",
        row_id="build_id",
        source=source(MISSING),
    )


def unused_table() -> Block:
    """Stated speeds that costs exclude."""
    return table(
        query(UNUSED),
        [
            label("system", "System"),
            label("model", "Model"),
            label("quantization", "Quantisation"),
            number("concurrency", "At once", digits=0),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s", digits=1),
            label("excluded", "Excluded because"),
            label("cell", "Cell").noted("place"),
        ],
        caption="Speeds that no cost uses",
        missing="missing",
        searchable=True,
        source=source(UNUSED),
    )
