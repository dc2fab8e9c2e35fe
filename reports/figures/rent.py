"""The page on owning or renting: hour against hour, as the sources compare."""

import altair as alt
import polars as pl

from figures.answers import (
    Row,
    counted_rates,
    hours,
    rate_name,
    with_links,
)
from figures.look import comparing, evidence, prose
from figures.look.charts import Chart
from figures.look.prose import Markdown, sentence, tabs
from figures.look.tables import flag, label, money, money_interval, number, table
from figures.look.web import Block
from figures.look.wording import distinct
from figures.sql import query, source

THOUSANDS = "datum.value == 0 ? '$0' : format(datum.value, '$~s')"
COMPARISONS = {"one_gpu": "One rented GPU", "same_memory": "As much rented memory"}
RETURNS = """
    from own_or_rent
    where scenario_id = $scenario
        and is_complete
    order by capex_mid_usd, build_id, usd_per_hour_mid, cloud_rate_id, comparison
"""
CURVES = """
    from payback_by_hours
    where scenario_id = $scenario
        and rate_excluded is null
    order by capex_mid_usd, build_id, usd_per_hour_mid, cloud_rate_id, hours_per_week
"""


def returns(scenario: Row, counted: bool = True) -> pl.DataFrame:
    """Rows of RETURNS with the names that charts write; `counted` leaves out the rates that do not count."""
    rows = distinct(query(RETURNS, scenario=scenario["scenario_id"]), "system")
    if counted:
        rows = rows.filter(pl.col("rate_excluded").is_null())
    each = rows.to_dicts()
    return rows.with_columns(
        rate=pl.Series([rate_name(row) for row in each], dtype=pl.String),
        payback=pl.Series([payback_words(row) for row in each], dtype=pl.String),
        breakeven=pl.Series([_breakeven(row) for row in each], dtype=pl.String),
    )


def payback_words(row: Row, prefix: str = "") -> str | None:
    """Years until a purchase is earned back; what comes after the machine's life never comes. None where it is not
    known."""
    known = row["cheapest_card"] is not None if prefix else not row["missing"]
    low, high = row[f"{prefix}payback_years_low"], row[f"{prefix}payback_years_high"]
    return str(prose.payback(low, high, row[f"{prefix}payback_years_mid"] is not None)) if known else None


def _breakeven(row: Row) -> str | None:
    if row["missing"]:
        return None
    low, high = row["breakeven_hours_per_week_low"], row["breakeven_hours_per_week_high"]
    if low is None:
        return "rent at any hours"
    if high is None:
        return f"{hours(low)} at best, or never"
    return f"{hours(low)}–{hours(high)}" if hours(low) != hours(high) else str(hours(low))


def lead(scenario: Row) -> Markdown:
    """Hour against hour: how many systems pay for themselves within their life, against the cheapest and the most
    expensive rate."""
    rows = returns(scenario).filter(pl.col("comparison") == "one_gpu")
    stated = [rate for rate in counted_rates() if rate["cloud_rate_id"] in set(rows["cloud_rate_id"])]
    if not stated:
        return Markdown(
            "No cloud rate that counts is stated, or no system has a known price and power, so that nothing can be "
            "compared."
        )
    said = []
    for rate in dict.fromkeys((stated[0]["cloud_rate_id"], stated[-1]["cloud_rate_id"])):
        of_rate = rows.filter(pl.col("cloud_rate_id") == rate)
        paid = of_rate.filter(pl.col("pays_back_within_life")).height
        said.append(sentence("against one {rate} **{paid}**", rate=of_rate["rate"][0], paid=paid or "none"))
    return sentence(
        "At {hours} hours a week and {kwh}/kWh, of {systems} systems with a known price and power, {said} pay for "
        "themselves within {life}.",
        hours=hours(scenario["hours_per_week"]),
        kwh=f"${scenario['usd_per_kwh']:.2f}",
        systems=rows["build_id"].n_unique(),
        said=Markdown(" and ".join(said)),
        life=prose.years(scenario["life_years"]),
    )


def verdicts(scenario: Row) -> Markdown:
    """For each cloud rate that counts: how many systems pay off within their life, and which do not."""
    rows = returns(scenario).filter(pl.col("comparison") == "one_gpu")
    lines = []
    for (_, rate), of_rate in rows.group_by("cloud_rate_id", "rate", maintain_order=True):
        paid = of_rate.filter(pl.col("pays_back_within_life"))
        lines.append(
            sentence(
                "- **{rate}**: {paid} of {all} pay off within {life}.{never}",
                rate=str(rate),
                paid=paid.height or "none",
                all=of_rate.height,
                life=prose.years(scenario["life_years"]),
                never=_never(of_rate.filter(~pl.col("pays_back_within_life"))),
            )
        )
    return Markdown("\n".join(lines))


def _never(never: pl.DataFrame) -> Markdown:
    if not never.height:
        return Markdown("")
    hopeless = never.filter(pl.col("payback_years_low").is_null())["system"].to_list()
    at_best = never.filter(pl.col("payback_years_low").is_not_null())["system"].to_list()
    said = []
    if hopeless:
        said.append(sentence("Never: {systems}.", systems=", ".join(hopeless)))
    if at_best:
        said.append(sentence("Only at the high end of the rate: {systems}.", systems=", ".join(at_best)))
    return Markdown(" " + " ".join(said))


NO_RATE = Block(
    '<p class="chart-failed">No cloud rate that counts, or no system with a known price and power, is stated.</p>'
)
NO_MEMORY = Block(
    '<p class="chart-failed">No rate can be compared in this way: the memory of the rented cards is not known.</p>'
)


def payback_grid(scenario: Row) -> Markdown | Block:
    """Payback against hours a week, a tab for each rate that counts: a row for each system, a column for hours."""
    rows = distinct(query(CURVES, scenario=scenario["scenario_id"]), "system")
    if not rows.height:
        return NO_RATE
    return tabs(
        {
            rate_name(rate): _grid(rows.filter(pl.col("cloud_rate_id") == rate["cloud_rate_id"]), rate, scenario)
            for rate in counted_rates()
        }
    )


def _grid(rows: pl.DataFrame, rate: Row, scenario: Row) -> Chart:
    life = float(scenario["life_years"])
    each = rows.to_dicts()
    shown = rows.with_columns(
        written=pl.Series([_years_short(row["payback_years_mid"]) for row in each], dtype=pl.String),
        span=pl.Series(
            [
                str(
                    prose.payback(
                        row["payback_years_low"], row["payback_years_high"], row["payback_years_mid"] is not None
                    )
                )
                for row in each
            ],
            dtype=pl.String,
        ),
        column=pl.Series([f"{hours(row['hours_per_week'])} h" for row in each], dtype=pl.String),
        shade=pl.col("payback_years_mid").fill_null(1e6),
    )
    steps = sorted({life / 6, life / 3, life / 2, life, life * 2})
    cells = alt.Chart(shown).encode(
        x=alt.X("column:N", sort=None, title="Hours a week", axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("system:N", sort=None, title=None),
        tooltip=[
            alt.Tooltip("system:N", title="System"),
            alt.Tooltip("column:N", title="A week"),
            alt.Tooltip("written:N", title="Years, middle"),
            alt.Tooltip("span:N", title="Low to high"),
        ],
    )
    at = shown.filter(pl.col("hours_per_week") == scenario["hours_per_week"])
    paid = at.filter(pl.col("payback_years_mid").is_not_null()).height
    return Chart(
        evidence.shaded(cells, "shade", steps),
        title=f"At {hours(scenario['hours_per_week'])} hours a week {paid or 'none'} of {at.height} systems pay off "
        f"within {prose.years(life)}",
        description=f"Heat map of the years until each system has cost what renting one {rate_name(rate)} would have, "
        f"by hours a week. At {hours(scenario['hours_per_week'])} hours: "
        + "; ".join(f"{row['system']} {row['written']}" for row in at.iter_rows(named=True))
        + ".",
        note="Years, at the middle of rate, price and power. One rented GPU against the whole system. Never: not "
        f"within {prose.years(life)}.",
        source=source(CURVES, scenario=scenario["scenario_id"]),
        example=shown.row(0, named=True),
    )


def _years_short(value: float | None) -> str:
    return "never" if value is None else f"{value:.1f}"


def _rates_and_systems(rows: pl.DataFrame) -> tuple[list[str], list[str]]:
    names = list(dict.fromkeys(rows.sort("usd_per_hour_mid", "cloud_rate_id", maintain_order=True)["rate"]))
    return names, list(dict.fromkeys(rows["system"]))


def breakeven_chart(comparison: str, scenario: Row) -> Chart | Block:
    """Hours a week at which owning costs what renting costs, by system and rate."""
    rows = returns(scenario).filter(pl.col("comparison") == comparison, pl.col("breakeven").is_not_null())
    if not rows.height:
        return NO_MEMORY
    names, order = _rates_and_systems(rows)
    shown = rows.filter(pl.col("breakeven_hours_per_week_low").is_not_null())
    kept = shown.select(
        "system", "rate", "breakeven", low="breakeven_hours_per_week_low", mid="breakeven_hours_per_week_mid",
        high=pl.col("breakeven_hours_per_week_high").fill_null(168.0),
    )  # fmt: skip
    never = sorted(set(order) - set(kept["system"]))
    at = float(scenario["hours_per_week"])
    worth = {
        name: rows.filter(pl.col("rate") == name, pl.col("breakeven_hours_per_week_mid") <= at).height for name in names
    }
    said = (
        f"At {hours(at)} hours a week {worth[names[0]] or 'none'} of {len(order)} systems "
        f"{'is' if worth[names[0]] == 1 else 'are'} worth owning against the cheapest rate"
    )
    if len(names) > 1:
        said += f", {worth[names[-1]] or 'none'} against the most expensive"
    return Chart(
        comparing.ranges(
            kept,
            names,
            order,
            alt.X(
                "low:Q",
                title="Hours a week",
                scale=alt.Scale(domain=[0, 168], nice=False),
                axis=alt.Axis(values=[0, 20, 40, 80, 120, 168]),
            ),
            [alt.Tooltip("breakeven:N", title="Hours a week")],
        ),
        title=said,
        description=f"Range chart of break-even hours a week for {len(order)} systems and {len(names)} cloud rates, "
        f"{COMPARISONS[comparison].lower()}. "
        + "; ".join(f"{row['system']} against {row['rate']}: {row['breakeven']}" for row in shown.iter_rows(named=True))
        + (f". Never: {', '.join(never)}." if never else "."),
        note="Left of its mark, rent. A bar that reaches the right edge never breaks even at the low end of the rate"
        + (f"; never at all: {', '.join(never)}." if never else "."),
        source=source(RETURNS, scenario=scenario["scenario_id"]),
        example=rows.row(0, named=True),
    )


def npv_chart(comparison: str, scenario: Row) -> Chart | Block:
    """Net present value after three years, by system and rate, from low to high."""
    rows = returns(scenario).filter(pl.col("comparison") == comparison, pl.col("npv_3yr_usd_mid").is_not_null())
    if not rows.height:
        return NO_MEMORY
    names, order = _rates_and_systems(rows)
    kept = rows.select(
        "system", "rate", mid="npv_3yr_usd_mid", low="npv_3yr_usd_low", high="npv_3yr_usd_high", net="net_3yr_usd_mid"
    )
    gains = kept.filter(pl.col("mid") > 0).height
    return Chart(
        comparing.ranges(
            kept,
            names,
            order,
            alt.X("low:Q", title="Net present value after three years, USD", axis=alt.Axis(labelExpr=THOUSANDS)),
            [
                alt.Tooltip("mid:Q", title="Net present value", format="$,.0f"),
                alt.Tooltip("net:Q", title="Net, not discounted", format="$,.0f"),
            ],
            zero=True,
        ),
        title=f"In {gains or 'none'} of {kept.height} comparisons three years of owning leave more than they cost",
        description=f"Range chart of the net present value after three years for {len(order)} systems and {len(names)} "
        f"cloud rates, {COMPARISONS[comparison].lower()}: "
        + "; ".join(
            f"{row['system']} against {row['rate']} {prose.usd(row['mid'])}" for row in kept.iter_rows(named=True)
        )
        + ".",
        note="Right of the line owning was worth it. Savings are discounted at the scenario's rate; what the machine "
        "still fetches is counted as the scenario says.",
        source=source(RETURNS, scenario=scenario["scenario_id"]),
        example=rows.row(0, named=True),
    )


def returns_table(scenario: Row) -> Block:
    """Every system against every rate in both comparisons, those that do not count with their reason."""
    rows = with_links(returns(scenario, counted=False)).with_columns(
        card=pl.col("rate").str.split(", ").list.first(),
        price=pl.concat_str(
            pl.col("rate").str.split(", ").list.last(), "rate_excluded", separator="; ", ignore_nulls=True
        ),
        how=pl.when(pl.col("comparison") == "one_gpu")
        .then(pl.lit("one GPU"))
        .otherwise(pl.format("{} for the same memory", pl.col("rented_gpus").cast(pl.String).fill_null("?"))),
    )
    return table(
        rows,
        [
            label("system", "System").linked("system_link").noted("doubt"),
            money("capex_mid_usd", "Price"),
            label("card", "Rented card").noted("price"),
            label("how", "Compared with"),
            label("payback", "Pays back after").unbroken(),
            flag("pays_back_within_life", "Within its life"),
            label("breakeven", "Break-even h/week").unbroken(),
            money_interval("net_3yr_usd_low", "net_3yr_usd_high", "Three-year net"),
            money_interval("npv_3yr_usd_low", "npv_3yr_usd_high", "Net present value"),
            number("roi_3yr_percent_mid", "Return", "%", digits=0),
        ],
        caption="Owning against renting, hour against hour",
        missing="missing",
        searchable=True,
        source=source(RETURNS, scenario=scenario["scenario_id"]),
    )
