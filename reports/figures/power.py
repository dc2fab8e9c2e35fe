"""The page on power: what each system uses, what that costs in three years, and which circuit and cooling it needs."""

from typing import Any

import altair as alt
import polars as pl

from figures.answers import base_scenario, hours, with_links
from figures.look import theme
from figures.look.charts import Chart
from figures.look.prose import Markdown, percent, sentence, usd, watts
from figures.look.tables import interval, label, money_interval, number, table
from figures.look.web import Block, key_figures
from figures.look.wording import counted, distinct
from figures.sql import query, source, source_of

POWER = "from system_power order by watts_mid desc nulls last, system"
BILLS = "from electricity_by_price where times = 1 order by usd_3yr_mid desc, system"
AT_PRICE = "from electricity_by_price where times = $times order by watts_mid desc, system, hours_per_week"
CIRCUITS = "from circuits order by load_w desc, system"
LIMITS = "from circuit_limits order by limit_w"
TIMES = (1, 2, 3)
BASES = {
    "measured at the wall": ("var(--measured)", "circle"),
    "from measured computers": ("var(--measured)", "triangle-up"),
    "assumed": ("var(--modelled)", "triangle-down"),
    "stated for the system": ("var(--stated)", "triangle-right"),
    "sum of TDPs": ("var(--stated)", "square"),
    "modelled": ("var(--modelled)", "diamond"),
}
NOTABLE_USD = 1_000
"""Three years of electricity beyond which it is no small thing beside the price of a machine."""


def power() -> pl.DataFrame:
    """Rows of POWER, each with a name of its own."""
    return distinct(query(POWER), "system")


def known() -> pl.DataFrame:
    """The systems of which the power is known, most first."""
    return power().filter(pl.col("watts_mid").is_not_null())


def lead() -> Markdown:
    """The page's first sentences: from what to what the electricity costs, and how many need a better circuit."""
    base = base_scenario()
    most_hours = query("from scenarios order by hours_per_week desc limit 1").row(0, named=True)
    bills = query(BILLS)
    of_base = bills.filter(pl.col("scenario_id") == base["scenario_id"])
    always = bills.filter(pl.col("scenario_id") == most_hours["scenario_id"])
    circuits = query(CIRCUITS)
    if not of_base.height:
        return Markdown("The power of no system is known.")
    return sentence(
        "At {hours} hours a week and {kwh} a kilowatt-hour, three years of electricity cost from **{low}** ({least}) "
        "to **{high}** ({most}); at {always} hours a week the most is **{top}**. **{over} of {all}** systems need more "
        "than an ordinary circuit of {limit}.",
        hours=hours(base["hours_per_week"]),
        kwh=usd(base["usd_per_kwh"]),
        low=usd(of_base["usd_3yr_mid"][-1]),
        least=of_base["system"][-1],
        high=usd(of_base["usd_3yr_mid"][0]),
        most=of_base["system"][0],
        always=hours(most_hours["hours_per_week"]),
        top=usd(always["usd_3yr_mid"][0]),
        over=circuits.filter("needs_more").height,
        all=circuits.height,
        limit=watts(circuits["ordinary_circuit_w"][0]),
    )


def figures() -> Block:
    """The headline figures."""
    shown, everything = known(), power()
    by_basis = dict(shown["basis"].value_counts(sort=True).iter_rows())
    circuits = query(CIRCUITS)
    hottest = circuits.row(0, named=True)
    limit = query(LIMITS).row(0, named=True)
    return key_figures(
        [
            (
                "Systems with known power",
                f"{shown.height} of {everything.height}",
                "; ".join(f"{count} {word}" for word, count in by_basis.items()),
            ),
            (
                f"A {limit['circuit_a']} A circuit carries",
                watts(limit["limit_w"]),
                f"{limit['volts']:g} V, {percent(_assumption('continuous_load_fraction') * 100)} of its rating for a "
                "continuous load",
            ),
            ("Most heat", f"{hottest['btu_per_hour_high']:,.0f} BTU/h", hottest["system"]),
        ]
    ) + source_of("circuits").trace(hottest)


def _assumption(name: str) -> float:
    return float(query("from assumptions where name = $name", name=name)["value"].item())


def price_of(times: int) -> str:
    """The price of a kilowatt-hour that a chart is for."""
    rows = query(AT_PRICE, times=times).filter(pl.col("scenario_id") == base_scenario()["scenario_id"])
    return f"{usd(rows['usd_per_kwh'][0])} a kWh"


def by_scenario(times: int) -> Chart:
    """Three years of electricity of each system under each scenario, at `times` its price of a kilowatt-hour."""
    base = base_scenario()
    rows = distinct(query(AT_PRICE, times=times), "system")
    uses = query("from scenarios order by hours_per_week")
    labels = [f"{hours(each)} h" for each in uses["hours_per_week"]]
    rows = rows.with_columns(use=pl.col("hours_per_week").replace_strict(uses["hours_per_week"], labels))
    of_base = rows.filter(pl.col("scenario_id") == base["scenario_id"])
    above = of_base.filter(pl.col("usd_3yr_mid") > NOTABLE_USD).height
    return Chart(
        _bill_marks(rows, labels),
        title=f"At {price_of(times)}, {counted(above, 'system')} of {of_base.height} cost over {usd(NOTABLE_USD)} in "
        f"three years of {base['name']}",
        description=f"Dot plot of three-year electricity at {price_of(times)} for {of_base.height} systems, a dot for "
        f"the hours a week of each scenario, on a logarithmic axis. The most expensive is {rows['system'][0]}, the "
        f"cheapest {rows['system'][-1]}.",
        note="Of the middle of the best known power of each system, under each scenario.",
        source=source(AT_PRICE, times=times),
        example=rows.row(0, named=True),
    )


def _bill_marks(rows: pl.DataFrame, labels: list[str]) -> Any:
    ends = [query(AT_PRICE, times=times)["usd_3yr_mid"] for times in TIMES]
    low, high = theme.room(ends[0].min(), ends[-1].max())
    shapes = ["circle", "square", "diamond", "triangle-up", "triangle-down", "cross"]
    colors = ["var(--stated)", *theme.RAMP[3:]]
    plot = alt.Chart(rows.select("system", "use", "scenario", "watts_mid", "usd_3yr_mid")).encode(
        x=alt.X(
            "usd_3yr_mid:Q",
            title="USD in three years",
            scale=theme.log_scale(low, high),
            axis=theme.log_axis(low, high, format="$,.0f"),
        ),
        y=alt.Y("system:N", sort=known()["system"].to_list(), title=None),
    )
    spans = plot.mark_rule(color=theme.HAIRLINE, strokeWidth=3).encode(
        x=alt.X("min(usd_3yr_mid):Q", title="USD in three years"), x2=alt.X2("max(usd_3yr_mid):Q")
    )
    points = plot.mark_point(size=55).encode(
        shape=alt.Shape("use:N", scale=alt.Scale(domain=labels, range=shapes[: len(labels)]), title="Hours a week"),
        color=alt.Color("use:N", scale=alt.Scale(domain=labels, range=colors[-len(labels) :]), title="Hours a week"),
        tooltip=[
            alt.Tooltip("system", title="System"),
            alt.Tooltip("use", title="A week"),
            alt.Tooltip("scenario", title="Use"),
            alt.Tooltip("watts_mid", title="Watts", format=",.0f"),
            alt.Tooltip("usd_3yr_mid", title="USD in three years", format="$,.0f"),
        ],
    )
    return alt.layer(spans, points, height=alt.Step(20))


def bills_table() -> Block:
    """Three years of electricity of each system, a column for each scenario."""
    uses = query("from scenarios order by hours_per_week").to_dicts()
    bills = query(BILLS)
    rows = with_links(power())
    for place, use in enumerate(uses):
        of_use = bills.filter(pl.col("scenario_id") == use["scenario_id"])
        rows = rows.join(
            of_use.select(
                "build_id", pl.col("usd_3yr_low").alias(f"low_{place}"), pl.col("usd_3yr_high").alias(f"high_{place}")
            ),
            on="build_id",
            how="left",
            maintain_order="left",
        )
    return table(
        rows,
        [
            label("system", "System").linked("system_link"),
            interval("watts_low", "watts_high", "Power", "W", digits=0).noted("watts_remark"),
            *(
                money_interval(
                    f"low_{place}", f"high_{place}", use["name"].capitalize(),
                    f"{hours(use['hours_per_week'])} h a week",
                )
                for place, use in enumerate(uses)
            ),
        ],
        caption="Three years of electricity by system and use",
        missing="missing",
        searchable=True,
        source=source(BILLS),
    )  # fmt: skip


def watts_chart() -> Chart:
    """Power at work by system, from low to high, with what common circuits carry."""
    rows, circuits = known(), query(CIRCUITS)
    limit = query(LIMITS).row(0, named=True)
    over = circuits.filter("needs_more").height
    order = rows["system"].to_list()
    return Chart(
        _watts_marks(rows, order),
        title=f"{over} of {circuits.height} systems use more than a {limit['circuit_a']} A, {limit['volts']:g} V "
        "circuit may carry for hours",
        description=f"Range chart of the watts of {rows.height} systems on a logarithmic axis, with lines at what "
        f"circuits carry continuously. The highest is {order[0]}, the lowest {order[-1]}.",
        source=source(POWER),
        example=rows.row(0, named=True),
    )


def _watts_marks(rows: pl.DataFrame, order: list[str]) -> Any:
    limits = query(LIMITS).with_columns(label=pl.format("{} A, {} V", "circuit_a", pl.col("volts").cast(pl.Int64)))
    present = [word for word in BASES if word in set(rows["basis"])]
    colors = alt.Scale(domain=present, range=[BASES[word][0] for word in present])
    shapes = alt.Scale(domain=present, range=[BASES[word][1] for word in present])
    low, high = theme.room(rows["watts_low"].min(), max(rows["watts_high"].max(), limits["limit_w"].max()))
    plot = alt.Chart(rows.select("system", "basis", "watts_low", "watts_mid", "watts_high")).encode(
        y=alt.Y("system:N", sort=order, title=None)
    )
    axis = alt.X(
        "watts_low:Q", title="Watts", scale=theme.log_scale(low, high), axis=theme.log_axis(low, high, format=",.0f")
    )
    spans = plot.mark_rule(strokeWidth=6, opacity=0.4, strokeCap="round").encode(
        x=axis, x2=alt.X2("watts_high:Q"), color=alt.Color("basis:N", scale=colors, title="Basis")
    )
    points = plot.mark_point().encode(
        x=alt.X("watts_mid:Q"),
        color=alt.Color("basis:N", scale=colors, title="Basis"),
        shape=alt.Shape("basis:N", scale=shapes, title="Basis"),
        tooltip=[
            alt.Tooltip("system", title="System"),
            alt.Tooltip("basis", title="Basis"),
            alt.Tooltip("watts_low", title="Low, W", format=",.0f"),
            alt.Tooltip("watts_high", title="High, W", format=",.0f"),
        ],
    )
    lines = alt.Chart(limits).mark_rule(color=theme.INK, strokeWidth=1, strokeDash=[3, 3]).encode(x=alt.X("limit_w:Q"))
    names = (
        alt.Chart(limits)
        .mark_text(align="left", dx=4, dy=-5, baseline="bottom", angle=270, fontSize=11, color=theme.INK)
        .encode(x=alt.X("limit_w:Q"), y=alt.value(alt.expr("height")), text=alt.Text("label:N"))
    )
    return alt.layer(lines, spans, points, names, height=alt.Step(20))


def watts_table() -> Block:
    """Power of each system and the reading or the sum behind it."""
    return table(
        with_links(power()),
        [
            label("system", "System").linked("system_link").noted("doubt"),
            interval("watts_low", "watts_high", "Power", "W", digits=0).noted("watts_remark"),
            label("basis", "Basis"),
            number("idle_w", "Idle", "W", digits=0),
            number("peak_w", "Peak", "W", digits=0),
            label("rests_on", "Rests on").noted("place"),
        ],
        caption="Watts by system",
        missing="missing",
        searchable=True,
        source=source(POWER),
    )


def idle_sentence() -> Markdown:
    """Of how many systems the idle power and the peak are known."""
    rows = power()
    idle, peak = rows["idle_w"].is_not_null().sum(), rows["peak_w"].is_not_null().sum()
    return sentence(
        "An idle power is known for {idle}, a peak for {peak}, of {all}. What is not stated is left empty rather than "
        "guessed{consequence}.",
        idle=counted(idle, "system"),
        peak=counted(peak, "system"),
        all=rows.height,
        consequence=": a machine that stays on between jobs costs more than the hours at work"
        if idle < rows.height
        else "",
    )


def circuit_note() -> Markdown:
    """How the circuit is computed, with the assumptions."""
    return sentence(
        "A load that runs for three hours or more may take {share} of a circuit's rating: that is the usual North "
        "American rule, and an assumption here. The load is the peak where it is known, else the high end of the power "
        "at work. Other machines on the same circuit come on top, and so does the loss of a power supply where the "
        "watts are those of its output.",
        share=percent(_assumption("continuous_load_fraction") * 100),
    )


def circuit_table() -> Block:
    """Current, circuit breaker and heat of each system, the heaviest load first."""
    lower, higher = (f"{_assumption(name):g}\u00a0V" for name in ("lower_voltage", "higher_voltage"))
    return table(
        with_links(distinct(query(CIRCUITS), "system")),
        [
            label("system", "System").linked("system_link"),
            number("load_w", "Load", "W", digits=0).noted("load_remark"),
            number("amps_lower_voltage", lower, "A", digits=1),
            number("breaker_lower_voltage_a", f"Breaker, {lower}", "A", digits=0),
            number("amps_higher_voltage", higher, "A", digits=1),
            number("breaker_higher_voltage_a", f"Breaker, {higher}", "A", digits=0),
            interval("btu_per_hour_low", "btu_per_hour_high", "Heat", "BTU/h", digits=0),
        ],
        caption="Circuit and cooling by system",
        missing="missing",
        searchable=True,
        source=source(CIRCUITS),
    )
