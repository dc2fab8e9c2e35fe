"""A section for each system: what it is, what it costs, uses, runs and pays back, and what is not known. HTML only, no
chart.

The tables have every system's rows; a section takes its own. Nothing is computed here.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from figures.look import tables
from figures.look.prose import gb, tok_s, tok_s_range, usd, usd_per_mtok, usd_range, watts_range, years
from figures.look.web import Block, escape, identifier
from figures.look.wording import SPELLINGS, counted, listed
from figures.sql import source_of
from figures.system_rents import paying, rents_columns, rents_line

Row = Mapping[str, Any]

OVERVIEW = """
    from system_overview
    where scenario_id = $scenario
    order by capex_mid_usd nulls last, accelerator_memory_gb nulls last, system, build_id
"""
PARTS = "from build_parts order by build_id, line"
SPEEDS = """
    from system_costs
    where scenario_id = $scenario
        and (concurrency = 1 or evidence <> 'modelled')
    order by build_id, concurrency, params_b, model, quantization
"""
UNUSED = "from unused_speeds where place is not null order by build_id, excluded, throughput_from"
RATES = """
    from own_or_rent
    where scenario_id = $scenario
    order by build_id, comparison desc, rented
"""
USES = """
    from workload_answers
    where scenario_id = $scenario
    order by build_id, class_from_b, tokens_per_day, workload_id
"""
RUNS = """
    from best_run
    where scenario_id = $scenario
        and sharing = 'default'
    order by build_id, model_class
"""

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
    uses: pl.DataFrame,
) -> Block:
    """All sections, in the order of `overview`; each becomes a page of its own. `best` is the speed that stands for
    a system."""
    frames = (_remarked(parts), _named(speeds), _run(unused), paying(rents), asked(uses))
    of = [(by_system(frame), frame.clear()) for frame in frames]
    made = []
    for row in overview.iter_rows(named=True):
        own = [rows.get(row["build_id"], none) for rows, none in of]
        made.append(section(row, best.get(row["build_id"]), own[0], own[1], own[2], own[3], own[4]))
    return Block("\n".join(made))


def section(
    row: Row,
    best: Row | None,
    parts: pl.DataFrame,
    speeds: pl.DataFrame,
    unused: pl.DataFrame,
    rents: pl.DataFrame,
    uses: pl.DataFrame,
) -> str:
    """The HTML of one system, between marks that figures/system_pages.py finds."""
    anchor, name = identifier(row["build_id"]), escape(row["system"])
    folded = [
        _folded(_parts_line(row, parts), parts, lambda rows: _parts_table(rows, row)),
        _folded(_speeds_line(speeds), speeds, lambda rows: _speeds_table(rows, row)),
        _folded(rents_line(rents), rents, lambda rows: _rents_table(rows, row)),
        _folded(
            f"{counted(unused.height, 'stated speed')} that no cost uses",
            unused,
            lambda rows: _unused_table(rows, row),
        ),
    ]
    answers = _uses_table(uses, row).html if uses.height else ""
    doubt = f"<p><strong>It may not exist: {escape(row['doubt'])}.</strong></p>" if row["doubt"] else ""
    return (
        f'<section class="system" id="{anchor}" data-name="{name}"><header class="title-block"><h1>{name}</h1>'
        f'<p class="description">{escape(_lead(row, best, uses))}</p></header>'
        f'<p class="small">{escape(_what(row))}</p><p>{escape(row["description"] or "")}</p>{doubt}'
        f'{source_of("system_overview").trace(row).html}<dl class="facts">{"".join(_facts(row, best, rents))}</dl>'
        f"{answers}{''.join(folded)}{_lacking(row, speeds, rents)}"
        f'<p><a href="systems.html">All systems</a></p></section><!-- end of {anchor} -->'
    )


def _lead(row: Row, best: Row | None, uses: pl.DataFrame) -> str:
    """What to take from the page: price, speed, and in how many uses owning it costs least."""
    price = usd(row["capex_mid_usd"]) if row["capex_mid_usd"] is not None else "Price not known"
    speed = (
        f"a {best['model_class']} model at {tok_s(best['tokens_per_s_mid'])} ({best['evidence']})"
        if best
        else "no plausible speed known"
    )
    judged = uses.filter(pl.col("verdict").is_not_null())
    if not judged.height:
        return f"{price}; {speed}. What it costs a month is not known for any use."
    own = judged.filter(pl.col("verdict") == "own").height
    rest = "tokens from a provider or a rented card cost less"
    won = f"owning it costs least in {own}; in the others {rest}" if own else f"owning it costs least in none: {rest}"
    return f"{price}; {speed}. Of {counted(judged.height, 'use')} that it can do, {won}."


def asked(uses: pl.DataFrame) -> pl.DataFrame:
    """Uses with their question and what costs least in words."""
    words = {"own": "own it", "rent": "rent", "api": "buy tokens"}
    return uses.with_columns(
        question=pl.format("{}, {}", "workload", "model_class"),
        least=pl.col("verdict").replace_strict(words, default=None),
        missing=pl.col("missing").fill_null("not known"),
    )


def _uses_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("question", "Use and class"),
        tables.flag("meets_demand", "Keeps up"),
        tables.number("tokens_per_s_mid", "Speed", "tok/s"),
        tables.seconds("time_to_first_token_s", "First token"),
        tables.money_interval("usd_per_month_low", "usd_per_month_high", "Own", "USD a month"),
        tables.money("cheapest_card_usd_per_month_mid", "Rented", "USD a month"),
        tables.money("api_usd_per_month_mid", "Tokens", "USD a month"),
        tables.label("least", "Least cost"),
    ]
    return _table(rows, columns, f"What {row['system']} costs by use")


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
        _fact("Price today", usd_range(row["capex_low_usd"], row["capex_high_usd"]) + limit if known else "not known",
              origin[row["capex_from"]] + without if known else partly),
        _fact("As its document prices it",
              usd_range(row["stated_low_usd"], row["stated_high_usd"]) if stated else "not known",
              total or ("" if stated else "it gives no total")),
        _fact("Power at work", watts_range(row["watts_low"], row["watts_high"]) + watts_limit
              if row["watts_mid"] is not None else "not known",
              _BASIS[row["power_basis"]] if row["watts_mid"] is not None else ""),
        _fact("Electricity, three years", usd_range(row["usd_3yr_low"], row["usd_3yr_high"]) + watts_limit
              if row["usd_3yr_low"] is not None else "not known",
              f"{row['hours_per_week']:g} h a week at {usd(row['usd_per_kwh'])}/kWh"),
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
    rows = rents.filter(
        (pl.col("comparison") == "one_gpu") & pl.col("missing").is_null() & pl.col("rate_excluded").is_null()
    )
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
    return _table(rows, columns, f"Parts of {row['system']}")


def _speeds_line(speeds: pl.DataFrame) -> str:
    modelled = speeds.filter(pl.col("evidence") == "modelled").height
    return (
        f"{counted(speeds.height - modelled, 'speed')} of the sources and {modelled} modelled, with the cost of a "
        "million tokens"
    )


def _run(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with `run`, model and quantisation in one, and `stated_in`, the cell with its place."""
    return rows.with_columns(
        run=pl.concat_str("model", "quantization", separator=" ", ignore_nulls=True),
        stated_in=pl.format("{}: {}", "cell", "place"),
    )


def _named(speeds: pl.DataFrame) -> pl.DataFrame:
    """Speeds with their run in words, those of the sources before modelled ones."""
    several = pl.format("{}, {} at once", "run", "concurrency")
    return (
        _run(speeds)
        .with_columns(
            run=pl.when(pl.col("concurrency") > 1).then(several).otherwise("run"),
            missing=pl.col("missing").fill_null("not known"),
        )
        .sort(pl.col("evidence") == "modelled", maintain_order=True)
    )


def _remarked(parts: pl.DataFrame) -> pl.DataFrame:
    """Parts with remarks on their prices, and why there is none."""
    bounds = {"at_least": "or more", "at_most": "at most"}
    basis = pl.col("price_basis").str.replace_all("_", " ")
    undescribed = (pl.col("price_basis") == "unstated") & pl.col("hardware_id").is_null()
    return parts.with_columns(
        pl.col("slot").replace(SPELLINGS),
        price_remark=pl.concat_str(
            basis, pl.col("price_bound").replace_strict(bounds, default=None), separator=", ", ignore_nulls=True
        ),
        current_remark=pl.concat_str(
            pl.col("current_condition").str.replace_all("_", " "), "current_price_on", separator=", ", ignore_nulls=True
        ),
        missing=pl.when(undescribed)
        .then(pl.lit("the document does not describe it"))
        .otherwise(pl.lit("no source states a price")),
    )


def _speeds_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("run", "Model"),
        tables.interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s"),
        tables.flag("fits_in_memory", "In memory"),
        tables.money_interval("usd_per_mtok_low", "usd_per_mtok_high", "Cost", "USD/Mtok", per_mtok=True),
        tables.label("evidence", "Speed is").noted("stated_in"),
    ]
    return _table(rows, columns, f"Speeds and costs of {row['system']}")


def _rents_table(rows: pl.DataFrame, row: Row) -> Block:
    return _table(rows, rents_columns(), f"{row['system']} against renting", missing="unpaid")


def _unused_table(rows: pl.DataFrame, row: Row) -> Block:
    columns = [
        tables.label("run", "Model"),
        tables.interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s"),
        tables.label("excluded", "Excluded because").noted("stated_in"),
    ]
    return _table(rows, columns, f"Speeds of {row['system']} that no cost uses")


def _lacking(row: Row, speeds: pl.DataFrame, rents: pl.DataFrame) -> str:
    reasons = [
        f"{what}: {row[column]}"
        for what, column in (("price today", "price_missing"), ("watts", "watts_missing"))
        if row[column]
    ]
    if not speeds.height:
        reasons.append("speed: no source states one of a named model that memory allows, and none could be modelled")
    if row["idle_w"] is None:
        reasons.append("idle power: no source states it")
    rented = sorted(
        set(rents.filter(pl.col("missing").str.contains("memory of the rented")).get_column("rented").to_list())
    )
    if rented:
        reasons.append(f"how many of the {listed(rented)} would hold its memory: their memory is not stated")
    if not reasons:
        return ""
    return f'<p class="lacking"><strong>Missing.</strong> {escape("; ".join(reasons))}.</p>'
