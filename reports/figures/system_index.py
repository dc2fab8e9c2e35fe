"""The index of the systems: all of them in a table, filters, and two side by side. The pages of systems are in
systems.py.

assets/systems.js acts on the rows that are written here; nothing is computed.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from figures.look import tables
from figures.look.listing import Source
from figures.look.prose import gb, tok_s, usd_per_mtok, usd_range, watts_range
from figures.look.web import Block, data_block, escape
from figures.systems import asked

Row = Mapping[str, Any]


def best_speeds(chosen: pl.DataFrame, classes: Sequence[str]) -> dict[str, Row]:
    """For each system its row of `chosen` (best_run) in the first of `classes` that it has one in."""
    rows = chosen.filter(pl.col("model_class").is_in(classes)).sort(
        pl.col("model_class").replace_strict({name: rank for rank, name in enumerate(classes)}, default=len(classes))
    )
    return {
        row["build_id"]: row for row in rows.unique("build_id", keep="first", maintain_order=True).iter_rows(named=True)
    }


def index_table(overview: pl.DataFrame, runs: pl.DataFrame, model_class: str, source: Source) -> Block:
    """All systems, the cheapest first, with the speed that stands for each in a class of models."""
    of_class = runs.filter(pl.col("model_class") == model_class)
    kept = of_class.select("build_id", "evidence", "tokens_per_s_low", "tokens_per_s_high", "usd_per_mtok_mid")
    reason = pl.concat_str("price_missing", "watts_missing", separator="; ", ignore_nulls=True).replace("", None)
    rows = overview.join(kept, on="build_id", how="left", maintain_order="left").with_columns(
        link=pl.format("systems/{}.html", "build_id"),
        missing=reason.fill_null(f"no plausible speed of a {model_class} model that counts is known"),
        limit=pl.col("capex_bound").replace_strict({"at_least": "or more", "at_most": "at most"}, default=None),
    )
    return tables.table(
        rows,
        [
            tables.label("system", "System").linked("link").noted("doubt"),
            tables.number("accelerator_memory_gb", "Memory", "GB", digits=0),
            tables.money_interval("capex_low_usd", "capex_high_usd", "Price today").noted("limit"),
            tables.interval("watts_low", "watts_high", "Power", "W", digits=0),
            tables.interval("tokens_per_s_low", "tokens_per_s_high", f"{model_class} model", "tok/s").noted("evidence"),
            tables.money("usd_per_mtok_mid", f"{model_class} model", "USD/Mtok", per_mtok=True),
        ],
        caption="All systems",
        missing="missing",
        searchable=True,
        row_id="build_id",
        source=source,
    )


def chooser(overview: pl.DataFrame, runs: pl.DataFrame, uses: pl.DataFrame) -> Block:
    """Filters of the index by budget, memory and model, and two systems side by side; assets/systems.js fills both."""
    speeds: dict[str, dict[str, Any]] = {}
    for run in runs.iter_rows(named=True):
        speeds.setdefault(run["build_id"], {})[run["model_class"]] = run
    least: dict[str, list[str]] = {}
    for use in asked(uses).iter_rows(named=True):
        if use["verdict"] == "own":
            least.setdefault(use["build_id"], []).append(str(use["question"]))
    data = {
        row["build_id"]: _compared(row, speeds.get(row["build_id"], {}), least)
        for row in overview.iter_rows(named=True)
    }
    options = "".join(
        f'<option value="{escape(row["build_id"])}">{escape(row["system"])}</option>'
        for row in overview.iter_rows(named=True)
    )
    classes = "".join(f'<option value="{name}">holds a {name} model</option>' for name in ("8B", "32B", "70B", "400B+"))
    return Block(
        '<form class="ask-form system-filter wide" hidden aria-label="Filter the systems"><div class="ask-grid-form">'
        '<label>Price at most, USD<input name="budget" type="number" min="0" step="any" inputmode="numeric" '
        'placeholder="any"></label>'
        '<label>Memory from, GB<input name="memory" type="number" min="0" step="any" inputmode="numeric" '
        'placeholder="any"></label>'
        f'<label>Model<select name="model"><option value="">any</option>{classes}</select></label>'
        f'<label>One<select name="one"><option value="">put side by side</option>{options}</select></label>'
        f'<label>Other<select name="other"><option value="">with</option>{options}</select></label>'
        '</div><p class="ask-work" role="status"></p></form><div class="side-by-side wide" aria-live="polite"></div>'
        f"{data_block('systems-data', data).html}"
        '<script defer src="assets/systems.js"></script>'
    )


def _compared(row: Row, speeds: Mapping[str, Row], least: Mapping[str, list[str]]) -> dict[str, Any]:
    known = row["capex_mid_usd"] is not None
    facts = [
        ("Price today", usd_range(row["capex_low_usd"], row["capex_high_usd"]) if known else "not known"),
        ("Memory", gb(row["accelerator_memory_gb"])),
        (
            "Power at work",
            watts_range(row["watts_low"], row["watts_high"]) if row["watts_mid"] is not None else "not known",
        ),
    ]
    if row["doubt"]:
        facts.append(("It may not exist", row["doubt"]))
    for name in ("8B", "32B", "70B", "400B+"):
        run = speeds.get(name)
        if run is not None:
            cost = f", {usd_per_mtok(run['usd_per_mtok_mid'])} a million" if run["usd_per_mtok_mid"] is not None else ""
            facts.append((f"{name} model", f"{tok_s(run['tokens_per_s_mid'])}, {run['evidence']}{cost}"))
        else:
            facts.append((f"{name} model", "no speed known in its memory"))
    facts.append(("Owning costs least for", "; ".join(least.get(row["build_id"], [])) or "no use compared here"))
    return {
        "name": row["system"],
        "price": row["capex_mid_usd"],
        "memory": row["accelerator_memory_gb"],
        "classes": sorted(speeds),
        "facts": [[what, str(value)] for what, value in facts],
    }
