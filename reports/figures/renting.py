"""Rows and charts of the page on owning or renting: payback against hours, break-even hours, what three years leave."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from figures import evidence, prose, theme
from figures.answers import RENTS, hours, rents, short_name, with_links
from figures.charts import Chart
from figures.prose import Markdown, sentence
from figures.sql import query
from figures.tables import flag, label, money, number, table
from figures.web import Block
from figures.wording import distinct

Row = Mapping[str, Any]

COMPARISONS = {"one_gpu": "One rented GPU", "same_memory": "As much rented memory"}

OWNED = """
    owned as (
        select
            b.build_id,
            b.name as system,
            c.capex_low_usd,
            c.capex_mid_usd,
            c.capex_high_usd,
            w.watts_low,
            w.watts_mid,
            w.watts_high
        from builds as b
        join build_costs as c
            on c.build_id = b.build_id
            and c.capex_basis = 'current'
        join build_power as w
            on w.build_id = b.build_id
            and w.is_best
        where c.capex_mid_usd is not null
            and w.watts_mid is not null
    )
"""
"""A CTE: the systems whose price and draw are known."""

CURVES = f"""
    with {RENTS},
    {OWNED}

    select
        o.build_id,
        o.system,
        r.cloud_rate_id,
        r.rented,
        cast(h.hours as integer) as hours,
        payback_years(o.capex_low_usd, r.rent_high, o.watts_low, h.hours, s.usd_per_kwh) as years_low,
        payback_years(o.capex_mid_usd, r.rent_mid, o.watts_mid, h.hours, s.usd_per_kwh) as years_mid,
        payback_years(o.capex_high_usd, r.rent_low, o.watts_high, h.hours, s.usd_per_kwh) as years_high,
        s.life_years
    from owned as o
    cross join rents as r
    cross join unnest($hours) as h(hours)
    join scenarios as s
        on s.scenario_id = $scenario
    order by o.capex_mid_usd, o.build_id, r.rent_mid, r.cloud_rate_id, h.hours
"""
"""Years to pay back by system, rent and hours a week, one rented GPU against the whole system. Takes $hours, $scenario."""

RETURNS = f"""
    with {RENTS},
    {OWNED}

    select
        o.build_id,
        o.system,
        r.cloud_rate_id,
        r.rented,
        r.rent_low,
        r.rent_high,
        c.comparison,
        c.rented_gpus,
        c.payback_years_low,
        c.payback_years_mid,
        c.payback_years_high,
        c.pays_back,
        c.pays_back_within_life,
        breakeven_hours_per_week(
            o.capex_low_usd, c.rented_gpus * r.rent_high, o.watts_low, s.usd_per_kwh, s.life_years, s.residual_fraction
        ) as breakeven_low,
        c.breakeven_hours_per_week as breakeven_mid,
        breakeven_hours_per_week(
            o.capex_high_usd, c.rented_gpus * r.rent_low, o.watts_high, s.usd_per_kwh, s.life_years, s.residual_fraction
        ) as breakeven_high,
        c.roi_3yr_percent * o.capex_mid_usd / 100 as net_3yr_usd,
        c.npv_3yr_usd,
        c.roi_3yr_percent,
        o.capex_mid_usd,
        c.missing
    from cloud_roi as c
    join owned as o using (build_id)
    join rents as r using (cloud_rate_id)
    join scenarios as s using (scenario_id)
    where c.scenario_id = $scenario
    order by o.capex_mid_usd, o.build_id, r.rent_mid, r.cloud_rate_id, c.comparison
"""
"""Owning against renting under a scenario: every system with a price and a draw, every rent, both comparisons. Takes $scenario."""


def returns(scenario: Row) -> pl.DataFrame:
    """Rows of RETURNS with the names that charts write."""
    rows = distinct(query(RETURNS, scenario=str(scenario["scenario_id"])), "system")
    return rows.with_columns(
        rent=pl.Series([rent_name(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
        payback=pl.Series([_payback(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
        breakeven=pl.Series([_breakeven(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
    )


def rent_name(row: Row) -> str:
    """A rented card with what it costs: A100 80GB, $0.66–3.67/h."""
    low, high = row["rent_low"], row["rent_high"]
    price = f"${low:.2f}" if low == high else f"${low:.2f}–{high:.2f}"
    return f"{short_name(row['rented'])}, {price}/h"


def _payback(row: Row) -> str | None:
    if row["pays_back"] is None or row["missing"]:
        return None
    return str(prose.payback(row["payback_years_low"], row["payback_years_high"], row["pays_back"]))


def _breakeven(row: Row) -> str | None:
    if row["pays_back"] is None or row["missing"]:
        return None
    low, high = row["breakeven_low"], row["breakeven_high"]
    if low is None:
        return "rent at any hours"
    if high is None:
        return f"{hours(low)} at best, or never"
    return f"{hours(low)}–{hours(high)}" if hours(low) != hours(high) else str(hours(low))


def lead(scenario: Row) -> Markdown:
    """The page's first sentences: how many systems pay for themselves within their life, against the cheapest and the dearest rent."""
    rows = returns(scenario).filter(pl.col("comparison") == "one_gpu", pl.col("pays_back").is_not_null())
    stated = [rate for rate in rents() if rate["cloud_rate_id"] in set(rows["cloud_rate_id"])]
    if not stated:
        return Markdown(
            "No source states a rent, or no system has a known price and draw, so that nothing can be compared."
        )
    systems = rows["build_id"].n_unique()
    said = []
    for rate in dict.fromkeys((stated[0]["cloud_rate_id"], stated[-1]["cloud_rate_id"])):
        of_rate = rows.filter(pl.col("cloud_rate_id") == rate)
        paid = of_rate.filter(pl.col("pays_back_within_life")).height
        said.append(sentence("against one {rent} **{paid}**", rent=of_rate["rent"][0], paid=paid or "none"))
    return sentence(
        "At {hours} hours a week and {kwh}/kWh, of {systems} systems with a known price and draw, {said} pay for "
        "themselves within {life}.",
        hours=hours(scenario["hours_per_week"]),
        kwh=f"${scenario['usd_per_kwh']:.2f}",
        systems=systems,
        said=Markdown(" and ".join(said)),
        life=prose.years(scenario["life_years"]),
    )


def verdicts(scenario: Row) -> Markdown:
    """For each rent: how many systems pay off, and which never do."""
    rows = returns(scenario).filter(pl.col("comparison") == "one_gpu", pl.col("pays_back").is_not_null())
    lines = []
    for (_, rent), of_rate in rows.group_by("cloud_rate_id", "rent", maintain_order=True):
        paid = of_rate.filter(pl.col("pays_back_within_life"))
        late = of_rate.filter(pl.col("pays_back") & ~pl.col("pays_back_within_life"))
        never = of_rate.filter(~pl.col("pays_back"))
        lines.append(
            sentence(
                "- **{rent}**: {paid} of {all} pay off within {life}{late}.{never}",
                rent=str(rent),
                paid=paid.height or "none",
                all=of_rate.height,
                life=prose.years(scenario["life_years"]),
                late=f", {late.height} only later" if late.height else "",
                never=_never(never),
            )
        )
    return Markdown("\n".join(lines))


def _never(never: pl.DataFrame) -> Markdown:
    if not never.height:
        return Markdown("")
    hopeless = never.filter(pl.col("payback_years_low").is_null())["system"].to_list()
    dear = never.filter(pl.col("payback_years_low").is_not_null())["system"].to_list()
    said = []
    if hopeless:
        said.append(sentence("Never pays off: {systems}.", systems=", ".join(hopeless)))
    if dear:
        said.append(
            sentence("Never at the middle of the rent, only where it is dear: {systems}.", systems=", ".join(dear))
        )
    return Markdown(" " + " ".join(said))


def tabs(parts: Mapping[str, Chart | Block]) -> Markdown:
    """One below the other as tabs, each under its name."""
    inside = "".join(
        f"\n### {prose.text(name)._repr_markdown_()}\n{part._repr_markdown_()}" for name, part in parts.items()
    )
    return Markdown(f"::: {{.panel-tabset}}\n{inside}\n:::\n")


HOURS = (5, 10, 20, 40, 80, 168)


def curves(scenario: Row) -> pl.DataFrame:
    """Rows of CURVES at HOURS and at the hours of the scenario."""
    return distinct(query(_curves_sql(scenario), scenario=str(scenario["scenario_id"])), "system")


def _curves_sql(scenario: Row) -> str:
    at = sorted({*HOURS, round(scenario["hours_per_week"])})
    return CURVES.replace("$hours", f"[{', '.join(map(str, at))}]")


def payback_grid(scenario: Row) -> Markdown | Block:
    """Payback against hours a week, a tab for each rent: a row for each system, a column for hours."""
    rows = curves(scenario)
    if not rows.height:
        return Block('<p class="chart-failed">No rent, or no system with a known price and draw, is stated.</p>')
    parts: dict[str, Chart | Block] = {}
    # The cheapest rent of a card whose memory is known stands first: it is the one that the Start page speaks of.
    order = sorted(rents(), key=lambda rate: rate["rented_memory_gb"] is None)
    for rate in order:
        of_rate = rows.filter(pl.col("cloud_rate_id") == rate["cloud_rate_id"])
        parts[rent_name(rate)] = _grid(of_rate, rate, scenario)
    return tabs(parts)


def _grid(rows: pl.DataFrame, rate: Row, scenario: Row) -> Chart:
    life = float(scenario["life_years"])
    shown = rows.with_columns(
        written=pl.Series([_years_short(value) for value in rows["years_mid"]], dtype=pl.String),
        span=pl.Series(
            [
                prose.NEVER
                if row["years_low"] is None
                else str(prose.payback(row["years_low"], row["years_high"], row["years_mid"] is not None))
                for row in rows.iter_rows(named=True)
            ],
            dtype=pl.String,
        ),
        column=pl.format("{} h", "hours"),
        shade=pl.col("years_mid").fill_null(1e6),
    )
    steps = sorted({life / 6, life / 3, life, life * 2, life * 4})
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
    at = shown.filter(pl.col("hours") == round(scenario["hours_per_week"]))
    paid = at.filter(pl.col("years_mid") <= life).height
    never = at.filter(pl.col("years_mid").is_null()).height
    said = f"At {hours(scenario['hours_per_week'])} hours a week {paid or 'none'} of {at.height} systems pay off within {prose.years(life)}"
    if never:
        said += f", {never} never"
    return Chart(
        evidence.shaded(cells, "shade", steps),
        title=said,
        description=f"Heat map of the years until each system has cost what renting one {rent_name(rate)} would have, by "
        f"hours a week. At {hours(scenario['hours_per_week'])} hours: "
        + "; ".join(f"{row['system']} {row['written']}" for row in at.iter_rows(named=True))
        + ".",
        source="Years, at the middle of rent, price and draw. One rented GPU against the whole system.",
        sql=_curves_sql(scenario),
        parameters={"scenario": str(scenario["scenario_id"])},
    )


def _years_short(value: float | None) -> str:
    if value is None:
        return "never"
    return f"{value:.1f}" if value < 9.95 else (f"{value:.0f}" if value < 99.5 else "99+")


def _rent_scale(names: list[str]) -> alt.Scale:
    """Rents from cheap to dear. More than four share colours with their neighbours; a shape or the place tells them apart."""
    steps = max(1, len(names) - 1)
    colors = [f"var(--rent-{1 + round(place * 3 / steps)})" for place in range(len(names))]
    return alt.Scale(domain=names, range=colors)


_RENT_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]


def _rent_shapes(names: list[str]) -> alt.Scale:
    return alt.Scale(domain=names, range=[_RENT_SHAPES[place % len(_RENT_SHAPES)] for place in range(len(names))])


def payback_panels(scenario: Row) -> Chart | Block:
    """Payback curves of each system with a band for the range of each rent, both axes logarithmic."""
    rows = curves(scenario)
    if not rows.height:
        return Block('<p class="chart-failed">No rent, or no system with a known price and draw, is stated.</p>')
    slowest, fastest = 60.0, 0.05
    names = {rate["cloud_rate_id"]: rent_name(rate) for rate in rents()}
    shown = rows.with_columns(
        rent=pl.col("cloud_rate_id").replace_strict(names),
        # An end that never pays back lies beyond the axis, where the drawing is clipped.
        top=pl.col("years_high").fill_null(1e6),
        bottom=pl.col("years_low"),
        middle=pl.col("years_mid"),
    ).filter(pl.col("bottom").is_not_null())
    order = list(dict.fromkeys(rows["system"]))
    present = [name for name in names.values() if name in set(shown["rent"])]
    life = float(scenario["life_years"])
    kept = shown.select("system", "rent", "hours", "top", "bottom", "middle")
    base = alt.Chart().encode(
        x=alt.X(
            "hours:Q",
            title="Hours a week",
            scale=alt.Scale(type="log", domain=[5, 168], nice=False),
            axis=alt.Axis(values=[5, 20, 40, 168]),
        )
    )
    y = alt.Y(
        "bottom:Q",
        title="Years",
        scale=alt.Scale(type="log", domain=[fastest, slowest], nice=False),
        axis=alt.Axis(values=[0.1, 1, 10]),
    )
    color = alt.Color("rent:N", scale=_rent_scale(present), title=None, legend=alt.Legend(columns=1))
    bands = base.mark_area(opacity=0.3, clip=True).encode(y=y, y2=alt.Y2("top:Q"), color=color)
    lines = base.mark_line(strokeWidth=1.75, clip=True).encode(y=alt.Y("middle:Q"), color=color)
    limit = alt.Chart().mark_rule(color=theme.INK, strokeDash=[3, 3], strokeWidth=1).encode(y=alt.datum(life))
    panels = (
        alt.layer(bands, lines, limit, data=kept)
        .properties(width=255, height=130)
        .facet(
            facet=alt.Facet("system:N", sort=order, title=None, header=alt.Header(labelLimit=255, labelAnchor="start")),
            columns=3,
        )
    )
    return Chart(
        panels,
        title=f"The rent decides more than the hours: payback of {len(order)} systems against {len(present)} rents",
        description=f"Small charts, one for each of {len(order)} systems: years to pay back against hours a week, both "
        "logarithmic, with a band from the cheap to the dear end of each rent and a dashed line at "
        f"{prose.years(life)}.",
        source="Bands run from the dear to the cheap end of a rent, lines are the middle, the dashed line is "
        f"{prose.years(life)}. A band that reaches the top never pays back at its cheap end.",
        sql=_curves_sql(scenario),
        parameters={"scenario": str(scenario["scenario_id"])},
    )


def breakeven_chart(comparison: str, scenario: Row) -> Chart | Block:
    """Hours a week at which owning costs what renting costs, by system and rent."""
    rows = returns(scenario).filter(pl.col("comparison") == comparison, pl.col("breakeven").is_not_null())
    if not rows.height:
        return Block(
            '<p class="chart-failed">No rent can be compared in this way: the memory of the rented cards is not known.</p>'
        )
    names = list(
        dict.fromkeys(
            name for rate in rents() for name in rows.filter(pl.col("cloud_rate_id") == rate["cloud_rate_id"])["rent"]
        )
    )
    order = list(dict.fromkeys(rows["system"]))
    shown = rows.with_columns(high=pl.col("breakeven_high").fill_null(168.0)).filter(
        pl.col("breakeven_low").is_not_null()
    )
    kept = shown.select("system", "rent", "breakeven", low="breakeven_low", mid="breakeven_mid", high="high")
    never = sorted(set(order) - set(kept["system"]))
    base = alt.Chart(kept).encode(
        y=alt.Y("system:N", sort=order, scale=alt.Scale(domain=order), title=None),
        yOffset=alt.YOffset("rent:N", sort=names, scale=alt.Scale(domain=names)),
    )
    color = alt.Color("rent:N", scale=_rent_scale(names), title=None, legend=alt.Legend(columns=1))
    bars = base.mark_rule(strokeWidth=3, opacity=0.4, strokeCap="round").encode(
        x=alt.X(
            "low:Q",
            title="Hours a week",
            scale=alt.Scale(domain=[0, 168], nice=False),
            axis=alt.Axis(values=[0, 20, 40, 80, 120, 168]),
        ),
        x2=alt.X2("high:Q"),
        color=color,
    )
    marks = base.mark_point(filled=True, size=45).encode(
        x=alt.X("mid:Q"),
        color=color,
        shape=alt.Shape("rent:N", scale=_rent_shapes(names), title=None, legend=alt.Legend(columns=1)),
        tooltip=[
            alt.Tooltip("system:N", title="System"),
            alt.Tooltip("rent:N", title="Rent"),
            alt.Tooltip("breakeven:N", title="Hours a week"),
        ],
    )
    at = float(scenario["hours_per_week"])
    worth = {
        name: rows.filter(pl.col("rent") == name, pl.col("breakeven_mid") <= at).height or "none" for name in names
    }
    cheap, dear = names[0], names[-1]
    said = (
        f"At {hours(at)} hours a week {worth[cheap]} of {len(order)} systems is worth owning against the cheapest rent"
    )
    said = said.replace(" is worth", " are worth") if worth[cheap] != 1 else said
    if dear != cheap:
        said += f", {worth[dear]} against the dearest"
    return Chart(
        alt.layer(bars, marks, height=alt.Step(max(9, 36 // max(1, len(names))), **{"for": "offset"})),
        title=said,
        description=f"Range chart of break-even hours a week for {len(order)} systems and {len(names)} rents, "
        f"{COMPARISONS[comparison].lower()}. "
        + "; ".join(f"{row['system']} against {row['rent']}: {row['breakeven']}" for row in shown.iter_rows(named=True))
        + (f". Never: {', '.join(never)}." if never else "."),
        source="Left of its mark, rent. A bar that reaches the right edge never breaks even at the cheap end of the rent"
        + (f"; never at all: {', '.join(never)}." if never else "."),
        sql=RETURNS,
        parameters={"scenario": str(scenario["scenario_id"])},
    )


def npv_chart(comparison: str, scenario: Row) -> Chart | Block:
    """Net present value after three years, by system and rent."""
    rows = returns(scenario).filter(pl.col("comparison") == comparison, pl.col("npv_3yr_usd").is_not_null())
    if not rows.height:
        return Block(
            '<p class="chart-failed">No rent can be compared in this way: the memory of the rented cards is not known.</p>'
        )
    names = list(
        dict.fromkeys(
            name for rate in rents() for name in rows.filter(pl.col("cloud_rate_id") == rate["cloud_rate_id"])["rent"]
        )
    )
    order = list(dict.fromkeys(rows["system"]))
    kept = rows.select("system", "rent", npv="npv_3yr_usd", net="net_3yr_usd")
    base = alt.Chart(kept).encode(y=alt.Y("system:N", sort=order, title=None))
    color = alt.Color("rent:N", scale=_rent_scale(names), title=None, legend=alt.Legend(columns=1))
    marks = base.mark_point(filled=True, size=80).encode(
        x=alt.X(
            "npv:Q",
            title="Net present value after three years, USD",
            axis=alt.Axis(labelExpr="datum.value == 0 ? '$0' : format(datum.value, '$~s')"),
        ),
        color=color,
        shape=alt.Shape("rent:N", scale=_rent_shapes(names), title=None, legend=alt.Legend(columns=1)),
        tooltip=[
            alt.Tooltip("system:N", title="System"),
            alt.Tooltip("rent:N", title="Rent"),
            alt.Tooltip("npv:Q", title="Net present value", format="$,.0f"),
            alt.Tooltip("net:Q", title="Net, not discounted", format="$,.0f"),
        ],
    )
    zero = alt.Chart().mark_rule(color=theme.INK, strokeWidth=1).encode(x=alt.datum(0))
    gains = kept.filter(pl.col("npv") > 0).height
    return Chart(
        alt.layer(zero, marks, height=alt.Step(26)),
        title=f"In {gains or 'none'} of {kept.height} comparisons three years of owning leave more than they cost",
        description=f"Dot chart of the net present value after three years for {len(order)} systems and {len(names)} rents, "
        f"{COMPARISONS[comparison].lower()}: "
        + "; ".join(
            f"{row['system']} against {row['rent']} {prose.usd(row['npv'])}" for row in kept.iter_rows(named=True)
        )
        + ".",
        source="Right of the line owning was worth it. Savings are discounted at the scenario's rate; what the machine "
        "still fetches is counted as the scenario says.",
        sql=RETURNS,
        parameters={"scenario": str(scenario["scenario_id"])},
    )


def returns_table(scenario: Row) -> Block:
    """Every system against every rent in both comparisons."""
    rows = with_links(returns(scenario)).with_columns(
        card=pl.col("rent").str.split(", ").list.first(),
        price=pl.col("rent").str.split(", ").list.last(),
        how=pl.when(pl.col("comparison") == "one_gpu")
        .then(pl.lit("one GPU"))
        .otherwise(pl.format("{} for the same memory", pl.col("rented_gpus").cast(pl.String).fill_null("?"))),
    )
    return table(
        rows,
        [
            label("system", "System").linked("system_link"),
            money("capex_mid_usd", "Price"),
            label("card", "Rented card").noted("price"),
            label("how", "Compared with"),
            label("payback", "Pays back after").unbroken(),
            flag("pays_back_within_life", "Within its life"),
            label("breakeven", "Break-even h/week").unbroken(),
            money("net_3yr_usd", "Three-year net"),
            money("npv_3yr_usd", "Net present value"),
            number("roi_3yr_percent", "Return", "%", digits=0),
        ],
        caption="Owning against renting",
        missing="missing",
        searchable=True,
        sql=RETURNS,
        parameters={"scenario": str(scenario["scenario_id"])},
    )
