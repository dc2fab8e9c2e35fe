"""A section for each system: what it is, what it costs, draws, runs and pays back, and what is not known. HTML only, no chart.

The queries give every system's rows; a section takes its own. Nothing is computed here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from figures import tables
from figures.prose import gb, payback, tok_s_range, usd, usd_per_mtok, usd_range, watts_range, years
from figures.web import Block, escape, identifier
from figures.wording import SPELLINGS, counted, listed

Row = Mapping[str, Any]

OVERVIEW = """
    select
        b.build_id,
        b.name,
        b.description,
        b.source_id,
        s.title as source,
        b.accelerator_count,
        h.name as accelerator,
        b.accelerator_memory_gb,
        b.system_memory_gb,
        b.is_unified_memory,
        b.link as accelerator_link,
        now.capex_low_usd,
        now.capex_mid_usd,
        now.capex_high_usd,
        now.capex_from,
        now.capex_bound,
        now.parts_priced,
        now.parts_unpriced,
        now.priced_parts_low_usd,
        now.priced_parts_high_usd,
        now.missing as price_missing,
        then_.capex_low_usd as stated_low_usd,
        then_.capex_high_usd as stated_high_usd,
        then_.stated_total_low_usd,
        then_.stated_total_high_usd,
        then_.missing as stated_missing,
        w.power_basis,
        w.watts_bound,
        w.watts_low,
        w.watts_mid,
        w.watts_high,
        w.peak_w,
        w.idle_w,
        w.missing as watts_missing,
        e.usd_3yr_low,
        e.usd_3yr_high,
        c.hours_per_week,
        c.usd_per_kwh
    from builds as b
    join sources as s using (source_id)
    join build_costs as now
        on now.build_id = b.build_id
        and now.capex_basis = 'current'
    join build_costs as then_
        on then_.build_id = b.build_id
        and then_.capex_basis = 'stated'
    join build_power as w
        on w.build_id = b.build_id
        and w.is_best
    join power_cost as e
        on e.build_id = b.build_id
        and e.scenario_id = $scenario
    join scenarios as c using (scenario_id)
    left join hardware as h
        on h.hardware_id = b.accelerator_id
    order by now.capex_mid_usd nulls last, b.accelerator_memory_gb nulls last, b.name, b.build_id
"""
"""One row for each system, the cheapest first. Takes $scenario."""

PARTS = """
    select
        build_id,
        slot,
        name,
        quantity,
        price_low_usd,
        price_high_usd,
        replace(price_basis, '_', ' ') as price_basis,
        concat_ws(', ', replace(price_basis, '_', ' '), case price_bound when 'at_least' then 'or more' when 'at_most' then 'at most' end) as price_remark,
        current_price_low_usd,
        current_price_high_usd,
        concat_ws(', ', replace(current_condition, '_', ' '), cast(current_price_on as varchar)) as current_remark,
        case
            when price_basis = 'unstated' and hardware_id is null then 'the document does not describe it'
            else 'no source states a price'
        end as missing
    from build_parts
    order by build_id, line
"""
"""The parts of each system with their price in its document and the best one today."""

SPEEDS = """
    select
        c.build_id,
        concat_ws(' ', m.name, c.quantization) as run,
        c.concurrency,
        c.tokens_per_s_low,
        c.tokens_per_s_mid,
        c.tokens_per_s_high,
        case c.throughput_basis
            when 'measured' then 'measured'
            when 'reported' then 'stated'
            when 'modelled' then 'modelled'
            else 'stated'
        end as basis,
        c.fits_in_memory,
        m.model_class,
        c.usd_per_mtok_low,
        c.usd_per_mtok_mid,
        c.usd_per_mtok_high,
        case
            when o.observation_id is not null
                then '“' || o.raw_text || '”: ' || o.raw_file || ', row ' || o.raw_row || ', ' || o.raw_column
        end as stands_in,
        c.missing
    from cost_per_token as c
    join models as m using (model_id)
    left join observations as o
        on o.observation_id = c.throughput_from
    where c.scenario_id = $scenario
    order by c.build_id, basis = 'modelled', c.concurrency, m.params_b, m.name, c.quantization
"""
"""What each system runs and how fast, stated before modelled, with the cost of a million tokens. Takes $scenario."""

UNUSED = """
    select
        t.build_id,
        concat_ws(' ', m.name, t.quantization) as run,
        t.concurrency,
        t.tokens_per_s_low,
        t.tokens_per_s_high,
        t.excluded,
        '“' || o.raw_text || '”: ' || o.raw_file || ', row ' || o.raw_row || ', ' || o.raw_column as stands_in,
        'the model is not named' as missing
    from throughput as t
    join observations as o
        on o.observation_id = t.throughput_from
    left join models as m
        on m.model_id = t.model_id
    where t.excluded is not null
        and t.basis <> 'modelled'
    order by t.build_id, t.excluded, t.throughput_from
"""
"""Stated speeds that no cost is reckoned with, and why."""

RENTS = """
    select
        r.build_id,
        h.name as rented,
        concat_ws(', ', c.provider, case when c.purchase <> 'unspecified' then replace(c.purchase, '_', ' ') end) as terms,
        case r.comparison when 'one_gpu' then 'one of it' else 'as many as hold its memory' end as comparison,
        r.rented_gpus,
        c.usd_per_hour_low / c.gpu_count as usd_per_hour_low,
        c.usd_per_hour_high / c.gpu_count as usd_per_hour_high,
        r.payback_years_low,
        r.payback_years_mid,
        r.payback_years_high,
        r.pays_back,
        r.breakeven_hours_per_week,
        r.npv_3yr_usd,
        r.missing
    from cloud_roi as r
    join cloud_rates as c using (cloud_rate_id)
    join hardware as h
        on h.hardware_id = c.hardware_id
    where r.scenario_id = $scenario
    order by r.build_id, r.comparison desc, h.name
"""
"""Each system against each rent, for the same hours. Takes $scenario."""

_BASIS = {
    "measured": "measured at the wall",
    "calibrated": "from measured computers",
    "assumed": "assumed",
    "stated": "stated for the system",
    "parts_tdp": "sum of TDPs",
    "modelled": "modelled",
}


def by_system(frame: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """The rows of `frame` by build_id."""
    return {
        str(key[0]): rows for key, rows in frame.partition_by("build_id", as_dict=True, maintain_order=True).items()
    }


def sections(
    overview: pl.DataFrame,
    best: Mapping[str, Row],
    parts: pl.DataFrame,
    speeds: pl.DataFrame,
    unused: pl.DataFrame,
    rents: pl.DataFrame,
) -> Block:
    """All sections, in the order of `overview`; each has its build_id as its anchor. `best` is the speed that stands for a system."""
    of = [
        (by_system(frame), frame.clear())
        for frame in (parts.with_columns(pl.col("slot").replace(SPELLINGS)), _named(speeds), unused, _paying(rents))
    ]
    made = []
    for row in overview.iter_rows(named=True):
        own = [rows.get(row["build_id"], none) for rows, none in of]
        made.append(section(row, best.get(row["build_id"]), own[0], own[1], own[2], own[3]))
    return Block("\n".join(made))


def best_speeds(chosen: pl.DataFrame, classes: Sequence[str]) -> dict[str, Row]:
    """For each system its row of `chosen` (answers.chosen) in the first of `classes` that it has one in."""
    rows = chosen.filter(pl.col("model_class").is_in(classes)).sort(
        pl.col("model_class").replace_strict({name: rank for rank, name in enumerate(classes)}, default=len(classes))
    )
    return {
        row["build_id"]: row for row in rows.unique("build_id", keep="first", maintain_order=True).iter_rows(named=True)
    }


def section(
    row: Row, best: Row | None, parts: pl.DataFrame, speeds: pl.DataFrame, unused: pl.DataFrame, rents: pl.DataFrame
) -> str:
    """The HTML of one system."""
    anchor, name = identifier(row["build_id"]), escape(row["name"])
    folded = [
        _folded(_parts_line(row, parts), parts, lambda rows: _parts_table(rows, row)),
        _folded(_speeds_line(speeds), speeds, lambda rows: _speeds_table(rows, row)),
        _folded(_rents_line(rents), rents, lambda rows: _rents_table(rows, row)),
        _folded(
            f"{counted(unused.height, 'stated speed')} left out of the costs",
            unused,
            lambda rows: _unused_table(rows, row),
        ),
    ]
    return (
        f'<section class="system" id="{anchor}" aria-labelledby="{anchor}-name">'
        f'<h3 id="{anchor}-name"><a href="#{anchor}">{name}</a></h3>'
        f'<p class="small">{escape(_what(row))}</p><p>{escape(row["description"] or "")}</p>'
        f'<dl class="facts">{"".join(_facts(row, best, rents))}</dl>{"".join(folded)}{_lacking(row, speeds, rents)}</section>'
    )


def _what(row: Row) -> str:
    count, memory = row["accelerator_count"], row["accelerator_memory_gb"]
    cards = "accelerators of several kinds" if row["accelerator"] is None else row["accelerator"]
    if count is None:
        cards = "no accelerator named"
    elif count > 1:
        cards = f"{count} {cards}" if row["accelerator"] is None else f"{count}× {cards}"
    held = (
        f"{gb(memory)} {'of unified memory' if row['is_unified_memory'] else 'of accelerator memory'}" if memory else ""
    )
    host = (
        f"{gb(row['system_memory_gb'])} in the host" if row["system_memory_gb"] and not row["is_unified_memory"] else ""
    )
    link = (
        f"linked by {SPELLINGS.get(row['accelerator_link'], row['accelerator_link'])}"
        if row["accelerator_link"]
        else ""
    )
    return ". ".join(
        [", ".join(part for part in (cards, link, held, host) if part), f"From {row['source']} ({row['source_id']})"]
    )


def _facts(row: Row, best: Row | None, rents: pl.DataFrame) -> list[str]:
    known = row["capex_mid_usd"] is not None
    origin = {"parts": f"{counted(row['parts_priced'], 'line')} priced", "stated_total": "the document's total"}
    limits = {"at_least": ", or more", "at_most": " at most"}
    limit, watts_limit = limits.get(row["capex_bound"] or "", ""), limits.get(row["watts_bound"] or "", "")
    without = f", {row['parts_unpriced']} without a price" if row["parts_unpriced"] else ""
    partly = (
        f"its priced parts alone: {usd_range(row['priced_parts_low_usd'], row['priced_parts_high_usd'])}"
        if row["parts_priced"]
        else "no part has a price"
    )
    stated = row["stated_low_usd"] is not None
    printed = usd_range(row["stated_total_low_usd"], row["stated_total_high_usd"])
    unlike = row["capex_from"] == "parts" and printed not in (
        "not stated",
        usd_range(row["stated_low_usd"], row["stated_high_usd"]),
    )
    total = f"the sum of its parts; it prints {printed}" if unlike else ""
    return [
        _fact("Price today", usd_range(row["capex_low_usd"], row["capex_high_usd"]) + limit if known else "not known", origin[row["capex_from"]] + without if known else partly),
        _fact("As its document prices it", usd_range(row["stated_low_usd"], row["stated_high_usd"]) if stated else "not known", total or ("" if stated else "it gives no total")),
        _fact("Draw", watts_range(row["watts_low"], row["watts_high"]) + watts_limit if row["watts_mid"] is not None else "not known", _BASIS[row["power_basis"]] if row["watts_mid"] is not None else ""),
        _fact("Electricity, three years", usd_range(row["usd_3yr_low"], row["usd_3yr_high"]) + watts_limit if row["usd_3yr_low"] is not None else "not known", f"{row['hours_per_week']:g} h a week at {usd(row['usd_per_kwh'])}/kWh"),
        *_speed_facts(best),
        _fact("Pays for itself", *_paid(rents)),
    ]  # fmt: skip


def _fact(what: str, value: str, note: str = "") -> str:
    small = f"<span>{escape(note)}</span>" if note else ""
    return f"<div><dt>{escape(what)}</dt><dd><strong>{escape(value)}</strong>{small}</dd></div>"


def _speed_facts(best: Row | None) -> list[str]:
    if best is None:
        return [_fact("Speed", "not known", "none of a model at 4 bits or more that fits and is plausible")]
    cost = usd_per_mtok(best["usd_per_mtok_mid"]) if best["usd_per_mtok_mid"] is not None else "not known"
    missing = "its price or its watts are not known" if best["usd_per_mtok_mid"] is None else "purchase and electricity"
    speed = tok_s_range(best["tokens_per_s_low"], best["tokens_per_s_high"])
    return [
        _fact(
            f"A {best['model_class']} model in memory",
            speed,
            f"{best['evidence']}: {best['model']} {best['quantization']}",
        ),
        _fact("A million tokens of it", cost, missing),
    ]


def _paid(rents: pl.DataFrame) -> tuple[str, str]:
    rows = rents.filter((pl.col("comparison") == "one of it") & pl.col("pays_back").is_not_null())
    if not rows.height:
        return "not known", "it takes a price and watts"
    back = rows.filter(pl.col("payback_years_mid").is_not_null()).sort("payback_years_mid")
    against = f"against one of {counted(rows.height, 'rented card')}"
    if not back.height:
        return "never", against
    never = rows.height - back.height
    first, last = back.row(0, named=True), back.row(-1, named=True)
    quickest = years(first["payback_years_mid"])
    slowest = years(last["payback_years_mid"])
    span = quickest if quickest == slowest else f"{quickest} to {slowest}"
    return span, f"{against}, hour for hour{f'; never against {never}' if never else ''}"


def _folded(line: str, rows: pl.DataFrame, made: Callable[[pl.DataFrame], Block]) -> str:
    if not rows.height:
        return ""
    return f"<details><summary>{escape(line)}</summary>{made(rows).html}</details>"


def _table(rows: pl.DataFrame, columns: Sequence[tables.Column], caption: str, missing: str = "missing") -> Block:
    return tables.table(rows, columns, caption, sortable=False, searchable=False, download=False, missing=missing)


def _parts_line(row: Row, parts: pl.DataFrame) -> str:
    lacking = (
        f", {row['parts_unpriced']} without a price today" if row["parts_unpriced"] else ", all with a price today"
    )
    return f"{counted(parts.height, 'part')}{lacking}"


def _parts_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("name", "Part").noted("slot"),
        tables.number("quantity", "Pieces", digits=0),
        tables.money_interval("price_low_usd", "price_high_usd", "In its document").noted("price_remark"),
        tables.money_interval("current_price_low_usd", "current_price_high_usd", "Today").noted("current_remark"),
    ]
    return _table(rows, columns, f"Parts of {row['name']}")


def _speeds_line(speeds: pl.DataFrame) -> str:
    modelled = speeds.filter(pl.col("basis") == "modelled").height
    return f"{counted(speeds.height - modelled, 'speed')} of the sources and {modelled} modelled, with the cost of a million tokens"


def _named(speeds: pl.DataFrame) -> pl.DataFrame:
    return speeds.with_columns(
        run=pl.when(pl.col("concurrency") > 1).then(pl.format("{}, {} at once", "run", "concurrency")).otherwise("run"),
        missing=pl.col("missing").fill_null("not known"),
    )


def _speeds_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("run", "Model"),
        tables.interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s"),
        tables.flag("fits_in_memory", "In memory"),
        tables.money_interval("usd_per_mtok_low", "usd_per_mtok_high", "Cost", "USD/Mtok", per_mtok=True),
        tables.label("basis", "Basis").noted("stands_in"),
    ]
    return _table(rows, columns, f"Speeds and costs of {row['name']}")


def _rents_line(rents: pl.DataFrame) -> str:
    known = rents.filter(pl.col("pays_back").is_not_null())
    if not known.height:
        return f"Against renting: not known ({counted(rents.height, 'comparison')})"
    back = known.filter(pl.col("pays_back")).height
    return f"Against renting: pays for itself in {back} of {counted(known.height, 'comparison')}"


def _paying(rents: pl.DataFrame) -> pl.DataFrame:
    paid = [
        None if known is None else payback(low, high, known)
        for low, high, known in zip(
            rents["payback_years_low"], rents["payback_years_high"], rents["pays_back"], strict=True
        )
    ]
    return rents.with_columns(
        paid=pl.Series(paid, dtype=pl.String),
        against=pl.format("{}, {}", "rented", "comparison"),
        unpaid=pl.col("missing").fill_null("never, or only in more than 168 hours a week"),
    )


def _rents_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("against", "Rented").noted("terms"),
        tables.number("rented_gpus", "GPUs", digits=0),
        tables.money_interval("usd_per_hour_low", "usd_per_hour_high", "Rent of one", "USD/h"),
        tables.label("paid", "Pays for itself after"),
        tables.number("breakeven_hours_per_week", "Break-even", "h/week", digits=0),
        tables.money("npv_3yr_usd", "Three-year NPV"),
    ]
    return _table(rows, columns, f"{row['name']} against renting", missing="unpaid")


def _unused_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("run", "Model"),
        tables.interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s"),
        tables.label("excluded", "Left out because").noted("stands_in"),
    ]
    return _table(rows, columns, f"Speeds of {row['name']} that no cost is reckoned with")


def _lacking(row: Row, speeds: pl.DataFrame, rents: pl.DataFrame) -> str:
    reasons = [
        f"{what}: {row[column]}"
        for what, column in (("price today", "price_missing"), ("watts", "watts_missing"))
        if row[column]
    ]
    if not speeds.height:
        reasons.append("speed: no source states one of a named model that memory allows, and none could be modelled")
    if row["idle_w"] is None:
        reasons.append("idle draw: no source states it")
    rented = sorted(
        set(rents.filter(pl.col("missing").str.contains("memory of the rented")).get_column("rented").to_list())
    )
    if rented:
        reasons.append(f"how many of the {listed(rented)} would hold its memory: their memory is not stated")
    if not reasons:
        return ""
    return f'<p class="lacking"><strong>Missing.</strong> {escape("; ".join(reasons))}.</p>'
