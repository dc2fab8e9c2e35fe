"""Rows and charts of the page on the cost per token: what each system makes a million tokens for, and what rented cards do."""

from collections.abc import Mapping
from typing import Any

import altair as alt
import polars as pl

from figures import evidence, prose
from figures.answers import (
    CHOSEN,
    CLASSES,
    EVIDENCE,
    LEAST_BITS,
    RENTS,
    assumed,
    model_name,
    price_note,
    short_name,
    with_article,
    with_links,
)
from figures.charts import Chart
from figures.prose import Markdown, sentence
from figures.sql import query, tables
from figures.tables import flag, interval, label, money, money_interval, number, table
from figures.web import Block
from figures.wording import counted, distinct

Row = Mapping[str, Any]

COST_COLUMNS = """
        build_id, system, model_class, model, quantization, evidence, throughput_from,
        tokens_per_s_low, tokens_per_s_mid, tokens_per_s_high,
        usd_per_mtok_low, usd_per_mtok_mid, usd_per_mtok_high, capex_usd_per_mtok, power_usd_per_mtok"""


def cloud_sql() -> str:
    """A CTE `cloud`: rented cards of which a source states both the rent and a speed, with the columns of a cost."""
    impossible = (
        "and not exists (from roofline as f where f.benchmark_id = k.benchmark_id and f.verdict = 'impossible')"
    )
    return f"""
    cloud as (
        select
            r.cloud_rate_id as build_id,
            'Rented ' || replace(r.rented, 'NVIDIA ', '') as system,
            m.model_class,
            m.name as model,
            k.quantization,
            'cloud' as evidence,
            k.benchmark_id as throughput_from,
            k.tokens_per_s_low,
            mid(k.tokens_per_s_low, k.tokens_per_s_high) as tokens_per_s_mid,
            k.tokens_per_s_high,
            cloud_usd_per_mtok(r.rent_low, k.tokens_per_s_high) as usd_per_mtok_low,
            cloud_usd_per_mtok(r.rent_mid, mid(k.tokens_per_s_low, k.tokens_per_s_high)) as usd_per_mtok_mid,
            cloud_usd_per_mtok(r.rent_high, k.tokens_per_s_low) as usd_per_mtok_high,
            null as capex_usd_per_mtok,
            null as power_usd_per_mtok
        from rents as r
        join cloud_rates as c using (cloud_rate_id)
        join benchmarks as k
            on k.hardware_id = c.hardware_id
            and k.gpu_count = 1
        join models as m using (model_id)
        join quantizations as q using (quantization)
        where k.phase = 'decode'
            and coalesce(k.concurrency, 1) = 1
            and k.offload = 'none'
            and q.bits_per_weight >= $least_bits
            {impossible if "roofline" in tables() else ""}
        qualify row_number() over (
            partition by r.cloud_rate_id, m.model_class
            order by k.basis not in ('measured', 'reported'), tokens_per_s_mid desc, k.benchmark_id
        ) = 1
    )
"""


def class_sql() -> str:
    """Systems and rented cards of one class of models, cheapest first. Takes $scenario, $least_bits, $model_class."""
    return f"""{CHOSEN},
    {RENTS},
    {cloud_sql()},
    both_ways as (
        select{COST_COLUMNS}
        from chosen
        where usd_per_mtok_mid is not null
        union all
        select{COST_COLUMNS}
        from cloud
    )

    select
        one.*,
        p.capex_from,
        p.capex_bound,
        p.missing as price_missing,
        -- no other is at least as cheap and at least as fast
        not exists (
            from both_ways as other
            where other.model_class = one.model_class
                and other.usd_per_mtok_mid <= one.usd_per_mtok_mid
                and other.tokens_per_s_mid >= one.tokens_per_s_mid
                and (other.usd_per_mtok_mid < one.usd_per_mtok_mid or other.tokens_per_s_mid > one.tokens_per_s_mid)
        ) as on_front,
        power_usd_per_mtok / usd_per_mtok_mid * 100 as power_percent
    from both_ways as one
    left join build_costs as p
        on p.build_id = one.build_id
        and p.capex_basis = 'current'
    where one.model_class = $model_class
    order by one.usd_per_mtok_mid, one.build_id
"""


SERVED = f"""
    select
        c.build_id,
        b.name as system,
        m.name as model,
        m.model_class,
        c.quantization,
        c.concurrency,
        {EVIDENCE} as evidence,
        c.throughput_from,
        c.tokens_per_s_low,
        c.tokens_per_s_mid,
        c.tokens_per_s_high,
        c.usd_per_mtok_low,
        c.usd_per_mtok_mid,
        c.usd_per_mtok_high,
        c.fits_in_memory,
        c.missing
    from cost_per_token as c
    join builds as b using (build_id)
    join models as m using (model_id)
    where c.scenario_id = $scenario
        and c.concurrency > 1
        and c.usd_per_mtok_mid is not null
    order by c.usd_per_mtok_mid, c.build_id
"""


def named(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows with what charts write: row (the system), runs, cost, speed."""
    made = distinct(frame, "system")
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
    """Rows of class_sql() with their names."""
    return named(query(class_sql(), scenario=scenario_id, least_bits=LEAST_BITS, model_class=model_class))


def classes_with_costs(scenario_id: str) -> list[str]:
    """The classes that the pages answer for, largest first, then the others that have a cost."""
    found = query(
        CHOSEN
        + """
        select distinct
            c.model_class,
            k.params_low_b
        from chosen as c
        join model_classes as k
            on k.class = c.model_class
        where c.usd_per_mtok_mid is not null
        order by k.params_low_b
        """,
        scenario=scenario_id,
        least_bits=LEAST_BITS,
    )["model_class"].to_list()
    return [*reversed(CLASSES), *(name for name in found if name not in CLASSES)]


def nothing(model_class: str) -> Block:
    """Said in place of a chart that would be empty."""
    return Block(
        f'<p class="chart-failed">No system with a known price, draw and speed holds a model of class {prose.text(model_class)}.</p>'
    )


def ranges_chart(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost of a million tokens by system, as ranges."""
    rows = by_class(model_class, scenario_id)
    if not rows.height:
        return nothing(model_class)
    first, last = rows.row(0, named=True), rows.row(-1, named=True)
    cheapest = f"{first['system']} makes a million tokens of {with_article(model_class)} model for {prose.usd_per_mtok(first['usd_per_mtok_mid'])}"
    dearest = f"{last['system']} for {prose.usd_per_mtok(last['usd_per_mtok_mid'])}"
    return Chart(
        evidence.cost_ranges(rows, evidence.cost_tooltip()),
        title=f"{cheapest}, {dearest}" if rows.height > 1 else cheapest,
        description=f"Range chart of the cost of a million tokens of {model_class} models for {rows.height} systems and "
        "rented cards on a logarithmic axis: "
        + "; ".join(f"{row['system']} {row['cost']}, {row['evidence']}" for row in rows.iter_rows(named=True))
        + ".",
        sql=class_sql(),
        parameters={"scenario": scenario_id, "least_bits": LEAST_BITS, "model_class": model_class},
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
        sql=class_sql(),
        parameters={"scenario": scenario_id, "least_bits": LEAST_BITS, "model_class": model_class},
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
        said = f"{front.height} of {rows.height} are worth a look: the others are slower and dearer than one of them"
    return Chart(
        evidence.cost_against_speed(rows, evidence.cost_tooltip()),
        title=said,
        description=f"Scatter plot of cost against tokens per second for {rows.height} systems and rented cards with "
        f"{model_class} models, both axes logarithmic. On the front: "
        + "; ".join(
            f"{row['system']}, {prose.tok_s(row['tokens_per_s_mid'])} at {prose.usd_per_mtok(row['usd_per_mtok_mid'])}"
            for row in front.iter_rows(named=True)
        )
        + ".",
        sql=class_sql(),
        parameters={"scenario": scenario_id, "least_bits": LEAST_BITS, "model_class": model_class},
    )


def served_chart(scenario_id: str) -> Chart | Block:
    """Cost of a million tokens where several sequences run at once."""
    rows = named(query(SERVED, scenario=scenario_id))
    if not rows.height:
        return Block(
            '<p class="chart-failed">No system with a known price has a speed for several sequences at once.</p>'
        )
    rows = rows.with_columns(
        # A bar begins a new line of a label: see evidence.cost_ranges.
        row=pl.format("{}|{}|{} at once, {}", "system", "runs", "concurrency", "evidence")
    ).unique("row", keep="first", maintain_order=True)
    first = rows.row(0, named=True)
    return Chart(
        evidence.cost_ranges(rows, evidence.cost_tooltip(), step=60),
        title=f"Serving {first['concurrency']} at once, the {first['system']} makes a million tokens of "
        f"{model_name(first)} for {prose.usd_per_mtok(first['usd_per_mtok_mid'])}",
        description="Range chart of the cost of a million tokens with several sequences at once, logarithmic: "
        + "; ".join(f"{row['row'].replace('|', ', ')} {row['cost']}" for row in rows.iter_rows(named=True))
        + ".",
        sql=SERVED,
        parameters={"scenario": scenario_id},
    )


def quantization_grid(model_class: str, scenario_id: str) -> Chart | Block:
    """Cost of a million tokens by system and bits of a weight."""
    rows = query(GRID, scenario=scenario_id, model_class=model_class)
    if not rows.height:
        return nothing(model_class)
    rows = named(rows).with_columns(
        written=pl.Series(
            [
                ("~" if row["evidence"] == "modelled" else "") + prose.usd_per_mtok(row["usd_per_mtok_mid"])
                for row in rows.iter_rows(named=True)
            ]
        ),
        bits=pl.format("{} bit", pl.col("bits_per_weight").cast(pl.Int64)),
    )
    order = (
        rows.group_by("row", maintain_order=True)
        .agg(pl.col("usd_per_mtok_mid").min())
        .sort("usd_per_mtok_mid")["row"]
        .to_list()
    )
    columns = [f"{bits} bit" for bits in sorted(set(rows["bits_per_weight"].cast(pl.Int64)))]
    steps = [2.0, 5.0, 10.0, 20.0, 50.0]
    cells = alt.Chart(rows).encode(
        x=alt.X("bits:N", sort=columns, title=None, axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("row:N", sort=order, title=None),
        tooltip=evidence.cost_tooltip(),
    )
    systems = rows["row"].n_unique()
    return Chart(
        evidence.shaded(cells, "usd_per_mtok_mid", steps),
        title=f"The same {model_class} models at {columns[0].split()[0]} to {columns[-1]} a weight, on "
        f"{counted(systems, 'system')}"
        if len(columns) > 1
        else f"{model_class} models at {columns[0]} a weight, on {counted(systems, 'system')}",
        description=f"Heat map of the cost of a million tokens for {systems} systems by bits of a weight: "
        + "; ".join(f"{row['row']} at {row['bits']} {row['written']}" for row in rows.iter_rows(named=True))
        + ".",
        sql=GRID,
        parameters={"scenario": scenario_id, "model_class": model_class},
    )


GRID = f"""
    select
        c.build_id,
        b.name as system,
        m.name as model,
        c.quantization,
        q.bits_per_weight,
        {EVIDENCE} as evidence,
        c.throughput_from,
        c.tokens_per_s_low,
        c.tokens_per_s_mid,
        c.tokens_per_s_high,
        c.usd_per_mtok_low,
        c.usd_per_mtok_mid,
        c.usd_per_mtok_high
    from cost_per_token as c
    join builds as b using (build_id)
    join models as m using (model_id)
    join quantizations as q using (quantization)
    where c.scenario_id = $scenario
        and m.model_class = $model_class
        and c.concurrency = 1
        and c.fits_in_memory
        and c.usd_per_mtok_mid is not null
    qualify row_number() over (
        partition by c.build_id, q.bits_per_weight
        order by evidence <> 'measured', evidence = 'modelled', c.tokens_per_s_mid desc, c.model_id
    ) = 1
    order by c.usd_per_mtok_mid, c.build_id
"""


COSTS = f"""
    select
        c.build_id,
        b.name as system,
        m.name as model,
        c.quantization,
        c.concurrency,
        {EVIDENCE} as evidence,
        c.tokens_per_s_low,
        c.tokens_per_s_high,
        c.usd_per_mtok_low,
        c.usd_per_mtok_mid,
        c.usd_per_mtok_high,
        c.capex_usd_per_mtok,
        c.power_usd_per_mtok,
        c.fits_in_memory,
        c.capex_bound,
        c.power_basis,
        c.throughput_from,
        c.missing
    from cost_per_token as c
    join builds as b using (build_id)
    join models as m using (model_id)
    where c.scenario_id = $scenario
    order by c.usd_per_mtok_mid nulls last, b.name, m.name, c.quantization, c.concurrency
"""


def cost_table(scenario: Row) -> Block:
    """Every cost under a scenario, with its parts, speed and basis."""
    chosen_scenario = str(scenario["scenario_id"])
    return table(
        with_links(query(COSTS, scenario=chosen_scenario)),
        [
            label("system", "System").linked("system_link"),
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
            label("throughput_from", "Speed from"),
        ],
        caption="Cost of a million tokens",
        missing="missing",
        searchable=True,
        sql=COSTS,
        parameters={"scenario": chosen_scenario},
    )


def cost_lead(scenario: Row) -> Block | Markdown:
    """The page's first sentences: from what to what a million tokens costs, and on what that rests."""
    rows = query(COSTS, scenario=str(scenario["scenario_id"])).filter(
        pl.col("usd_per_mtok_mid").is_not_null(), pl.col("concurrency") == 1
    )
    if not rows.height:
        return Markdown("No system has a known price, draw and speed, so that no cost can be given.")
    held = rows.filter(pl.col("fits_in_memory").fill_null(False))
    low, high = (held if held.height else rows).row(0, named=True), rows.row(-1, named=True)
    counts = {word: rows.filter(pl.col("evidence") == word).height for word in ("measured", "stated", "modelled")}
    return sentence(
        "At {assumed} a million tokens costs from **{low}** ({first}, {first_model}) to **{high}** ({last}, "
        "{last_model}). "
        "Of {rows} figures for one sequence at a time, {measured} rest on a measured speed, {stated} on one that "
        "a document expects, {modelled} on a modelled one.",
        assumed=assumed(scenario),
        low=prose.usd_per_mtok(low["usd_per_mtok_mid"]),
        first=low["system"],
        first_model=model_name(low),
        high=prose.usd_per_mtok(high["usd_per_mtok_mid"]),
        last=high["system"],
        last_model=model_name(high),
        rows=rows.height,
        **counts,
    )


def cloud_rows() -> pl.DataFrame:
    """Every stated rent with what a million tokens costs on that card, one row for each speed; NULLs with the reason where none is known."""
    return query(CLOUD)


CLOUD = f"""
    with {RENTS}

    select
        r.cloud_rate_id,
        r.rented,
        r.rent_low,
        r.rent_high,
        m.name as model,
        k.quantization,
        k.basis,
        k.tokens_per_s_low,
        k.tokens_per_s_high,
        cloud_usd_per_mtok(r.rent_low, k.tokens_per_s_high) as usd_per_mtok_low,
        cloud_usd_per_mtok(r.rent_high, k.tokens_per_s_low) as usd_per_mtok_high,
        k.benchmark_id,
        case when k.benchmark_id is null then 'no source states a speed of one such card' end as missing
    from rents as r
    join cloud_rates as c using (cloud_rate_id)
    left join benchmarks as k
        on k.hardware_id = c.hardware_id
        and k.gpu_count = 1
        and k.phase = 'decode'
        and coalesce(k.concurrency, 1) = 1
    left join models as m using (model_id)
    order by usd_per_mtok_low nulls last, r.rented, k.benchmark_id
"""


def cloud_table() -> Block:
    """Rents with the cost of a million tokens where the rented card's speed is known."""
    return table(
        cloud_rows(),
        [
            label("rented", "Rented card"),
            interval("rent_low", "rent_high", "Rent of one", "USD/h", digits=2),
            label("model", "Model"),
            label("quantization", "Quantisation"),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s", digits=1),
            money_interval("usd_per_mtok_low", "usd_per_mtok_high", "Cost", "USD/Mtok", per_mtok=True),
        ],
        caption="Cost of a million tokens on rented cards",
        missing="missing",
        sql=CLOUD,
    )


def cloud_sentence(scenario_id: str) -> Markdown:
    """How the cheapest system of each class compares with the rented cards, token for token."""
    clauses = []
    for model_class in CLASSES:
        rows = by_class(model_class, scenario_id)
        rented, owned = rows.filter(pl.col("evidence") == "cloud"), rows.filter(pl.col("evidence") != "cloud")
        if not rented.height:
            continue
        one = rented.row(0, named=True)
        clause = {
            "model_class": with_article(model_class),
            "card": one["system"].removeprefix("Rented "),
            "rent": prose.usd_per_mtok(one["usd_per_mtok_mid"]),
        }
        if not owned.height:
            clauses.append(
                sentence(
                    "For {model_class} model a rented {card} asks {rent} for a million tokens; no system can be "
                    "set beside it.",
                    **clause,
                )
            )
            continue
        below = owned.filter(pl.col("usd_per_mtok_mid") < one["usd_per_mtok_mid"]).height
        clauses.append(
            sentence(
                "For {model_class} model a rented {card} asks {rent} for a million tokens; {below} of {owned} "
                "systems are cheaper than that.",
                below=below or "none",
                owned=owned.height,
                **clause,
            )
        )
    unknown = cloud_rows().filter(pl.col("model").is_null())["rented"].unique(maintain_order=True).to_list()
    if unknown:
        clauses.append(
            sentence(
                "How fast a rented {cards} is, no source says, so that {its} tokens cannot be priced.",
                cards=" or ".join(short_name(name) for name in unknown),
                its="their" if len(unknown) > 1 else "its",
            )
        )
    return Markdown(" ".join(clauses))


MISSING = """
    with with_speed as (
        select build_id, max(usd_per_mtok_mid) as usd_per_mtok
        from cost_per_token
        group by build_id
    )

    select
        b.build_id,
        b.name as system,
        c.capex_mid_usd is not null as has_price,
        w.watts_mid is not null as has_draw,
        t.build_id is not null as has_speed,
        concat_ws('; ',
            case when c.capex_mid_usd is null then c.missing end,
            case when w.watts_mid is null then w.missing end,
            case when not has_speed then 'no speed that a cost may be reckoned with' end
        ) as why
    from builds as b
    join build_costs as c
        on c.build_id = b.build_id
        and c.capex_basis = 'current'
    join build_power as w
        on w.build_id = b.build_id
        and w.is_best
    left join with_speed as t
        on t.build_id = b.build_id
    where t.usd_per_mtok is null
    order by b.name, b.build_id
"""


def grid_note() -> Markdown:
    """How to read the grid: what ~ means, and how a speed is modelled, in the words of that table."""
    said = sentence(
        "A modelled figure begins with \\~. With fewer bits than {bits} a model answers worse; `quantizations` "
        "holds what is known of that.",
        bits=LEAST_BITS,
    )
    found = query("select distinct table_description from data_dictionary where table_name = 'modelled_throughput'")
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
        "{count} systems have no cost: {price} lack a price, {draw} a draw, {speed} a speed; some lack several.",
        count=rows.height,
        price=rows.filter(~pl.col("has_price")).height,
        draw=rows.filter(~pl.col("has_draw")).height,
        speed=rows.filter(~pl.col("has_speed")).height,
    )


def missing_table() -> Block:
    """Systems without a cost, with the reason."""
    return table(
        with_links(query(MISSING)),
        [
            label("system", "System").linked("system_link"),
            flag("has_price", "Price", "known", "missing"),
            flag("has_draw", "Draw", "known", "missing"),
            flag("has_speed", "Speed", "known", "missing"),
            label("why", "Why"),
        ],
        caption="Systems without a cost",
        row_id="build_id",
        sql=MISSING,
    )


EXCLUDED = """
    select
        t.throughput_from,
        string_agg(distinct b.name, ', ' order by b.name) as systems,
        any_value(m.name) as model,
        any_value(t.quantization) as quantization,
        any_value(t.concurrency) as concurrency,
        any_value(t.tokens_per_s_low) as tokens_per_s_low,
        any_value(t.tokens_per_s_high) as tokens_per_s_high,
        any_value(t.excluded) as excluded
    from throughput as t
    join builds as b using (build_id)
    left join models as m using (model_id)
    where t.excluded is not null
    group by t.throughput_from
    order by excluded, systems, t.throughput_from
"""


def excluded_table() -> Block:
    """Stated speeds that costs leave out."""
    return table(
        query(EXCLUDED),
        [
            label("systems", "Systems"),
            label("model", "Model"),
            label("quantization", "Quantisation"),
            number("concurrency", "At once", digits=0),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s", digits=1),
            label("excluded", "Left out because"),
            label("throughput_from", "Reading"),
        ],
        caption="Speeds left out",
        sql=EXCLUDED,
    )
