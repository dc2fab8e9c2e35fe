"""The reader's question at the top of the Start page: its form, the answer that it begins with, and what assets/ask.js
reads.

The script computes with the formulas of the database. Here rows of tables are written down, nothing is computed.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from figures.answers import base_scenario, short_name
from figures.look.prose import month_of, tokens_text, usd_per_month
from figures.look.web import Block, data_block, escape
from figures.sql import query

Row = Mapping[str, Any]

MODELS = {"8B": "8B class", "32B": "30B class", "70B": "70B class"}
"""Classes of models that the question offers, as readers call them."""
FIRST = ("8B", "chat")
"""What the question begins with."""

RUNS = """
    from workload_costs
    where scenario_id = $scenario
        and fits_in_memory
        and excluded is null
        and tokens_per_s_mid is not null
        and watts_mid is not null
    order by model_class, workload_id, build_id
"""
RENTS = """
    from workload_rents
    where is_cheapest_of_card
    order by model_class, workload_id, usd_per_month_mid, cloud_rate_id
"""
PRICES = "from workload_api_prices order by model_class, workload_id"
SYSTEMS = "from system_prices order by build_id"
WORKLOADS = "from workloads order by output_tokens_per_day, workload_id"
PLACES = "from place_prices order by place"
ANSWERS = """
    from workload_answers
    where scenario_id = $scenario
        and rank = 1
    order by class_from_b, workload_id
"""


def question() -> Block:
    """The form, its first answer in words for readers without scripts, and the rows that the script computes with."""
    scenario = base_scenario()
    return Block(
        f'<section class="ask wide" aria-label="Your question">{_form(scenario)}'
        '<div class="ask-answer" role="status"><p class="ask-verdict"></p><p class="ask-why"></p>'
        '<p class="ask-buy"></p></div>'
        f'<noscript><div class="ask-answer">{_first(scenario)}</div></noscript>'
        '<ul class="answers ask-machines"></ul>'
        '<figure class="ask-chart"><figcaption class="chart-title">What a month costs, by tokens a day</figcaption>'
        '<div class="ask-plot" role="img" aria-label="Line chart, drawn by a script"></div>'
        '<p class="chart-source">Bands run from the low to the high end of prices, rates, power and speeds. A circle '
        "is where owning begins to cost less; a line that ends is all that the machine makes.</p></figure>"
        '<p class="ask-sure-line"><strong>How sure?</strong> <span class="ask-sure"></span></p>'
        f"</section>{data_block('ask-data', data(scenario)).html}"
        '<script defer src="assets/ask.js"></script>'
    )


def data(scenario: Row) -> dict[str, Any]:
    """What the script computes with: workloads, systems, runs, rented cards, prices by the token."""
    runs: dict[str, Any] = {}
    used: dict[str, Row] = {}
    for row in query(RUNS, scenario=scenario["scenario_id"]).iter_rows(named=True):
        if row["model_class"] in MODELS:
            runs.setdefault(row["model_class"], {}).setdefault(row["workload_id"], {})[row["build_id"]] = _run(row)
            used[row["build_id"]] = row
    systems = {
        row["build_id"]: _system(row, used[row["build_id"]])
        for row in query(SYSTEMS).iter_rows(named=True)
        if row["build_id"] in used
    }
    rents: dict[str, Any] = {}
    for row in query(RENTS).iter_rows(named=True):
        if row["model_class"] in MODELS:
            rents.setdefault(row["model_class"], {}).setdefault(row["workload_id"], []).append(_rent(row))
    api: dict[str, Any] = {}
    for row in query(PRICES).iter_rows(named=True):
        if row["model_class"] in MODELS:
            api.setdefault(row["model_class"], {})[row["workload_id"]] = {
                "usd_per_mtok": _ends(row, "usd_per_mtok"),
                "provider": row["cheapest_provider"],
                "providers": row["providers"],
                "aged": month_of(row["oldest_on"], row["oldest_months"]),
            }
    return {
        "kwh": scenario["usd_per_kwh"],
        "life": scenario["life_years"],
        "resale": scenario["residual_fraction"],
        "workloads": {row["workload_id"]: _workload(row) for row in workloads()},
        "systems": systems,
        "runs": runs,
        "rents": rents,
        "api": api,
    }


@cache
def workloads() -> tuple[Row, ...]:
    """The workloads with their tokens of a day: those of any row of workload_costs."""
    shapes = {row["workload_id"]: row for row in query("from workload_shapes").iter_rows(named=True)}
    return tuple(shapes[row["workload_id"]] for row in query(WORKLOADS).iter_rows(named=True))


def _ends(row: Row, name: str, after: str = "") -> list[float | None]:
    return [row[f"{name}_{end}{after}"] for end in ("low", "mid", "high")]


def _run(row: Row) -> dict[str, Any]:
    key = " ".join(str(row[name]) for name in ("model_class", "build_id", "scenario_id", "workload_id"))
    return {
        "decode": _ends(row, "tokens_per_s"),
        "prefill": _ends(row, "prefill_tok_s"),
        "evidence": row["evidence"],
        "model": row["model"],
        "quantization": row["quantization"],
        "key": key,
    }


def _system(row: Row, run: Row) -> dict[str, Any]:
    return {
        "name": row["system"],
        "href": f"systems/{row['build_id']}.html",
        "capex": _ends(row, "capex", "_usd"),
        "cards": _ends(row, "cards", "_usd"),
        "watts": _ends(run, "watts"),
        "reading_w": _ends(run, "prefill_w"),
        "idle_w": _ends(run, "idle_w"),
        "memory": run["memory_gb"],
        "used": row["used_parts"],
        "used_cards": row["has_used_cards"],
        "aged": month_of(row["oldest_price_on"], row["oldest_price_months"]) if row["oldest_price_on"] else "",
    }


def _rent(row: Row) -> dict[str, Any]:
    return {
        "name": row["rented"],
        "rate": _ends(row, "usd_per_hour"),
        "hours": _ends(row, "hours_per_day"),
        "evidence": row["evidence"],
    }


def _workload(row: Row) -> dict[str, Any]:
    return {
        "tokens": row["tokens_per_day"],
        "fresh": row["fresh_tokens_per_day"],
        "output": row["output_tokens_per_day"],
        "on": row["hours_on_per_week"],
        "prompt": row["prompt_tokens"],
        "sequences": row["concurrency"],
        "said": _said(row),
    }


def _said(row: Row) -> str:
    cached = f"{row['cached_percent']:.0f}% of the prompts cached" if row["cached_fraction"] else "no prompt cached"
    several = f", {row['concurrency']} sequences at once" if row["concurrency"] > 1 else ""
    return (
        f"Of these tokens {row['output_percent']:.1f}% are generated, the others read; {cached}; "
        f"{tokens_text(row['context_tokens'])} tokens of context{several}; on for {row['hours_on_per_week']:g} hours a "
        "week."
    )


def _form(scenario: Row) -> str:
    models = "".join(
        f'<option value="{escape(name)}"{" selected" if name == FIRST[0] else ""}>{escape(text)}</option>'
        for name, text in MODELS.items()
    )
    uses = "".join(
        f'<option value="{escape(row["workload_id"])}"{" selected" if row["workload_id"] == FIRST[1] else ""}>'
        f"{escape(str(row['name'])[:1].upper() + str(row['name'])[1:])}</option>"
        for row in workloads()
    )
    first = next(row for row in workloads() if row["workload_id"] == FIRST[1])
    offered = "".join(
        f'<option value="{row["usd_per_kwh"]:.3f}">{escape(row["place"])}</option>'
        for row in query(PLACES).iter_rows(named=True)
    )
    tokens = f"{first['tokens_per_day']:.0f}"
    return (
        '<form class="ask-form" hidden aria-label="Your question"><div class="ask-grid-form">'
        f'<label>Model<select name="model">{models}</select></label>'
        f'<label>Use<select name="use">{uses}</select></label>'
        '<label>Tokens a day<input name="tokens" type="number" min="1000" step="any" inputmode="numeric" '
        f'value="{tokens}"></label>'
        '<label>Budget, USD<input name="budget" type="number" min="0" step="any" inputmode="numeric" placeholder="any" '
        'value=""></label>'
        f'<label>Place<select name="place"><option value="">as typed</option>{offered}</select></label>'
        '<label>USD per kWh<input name="kwh" type="number" min="0.01" max="2" step="any" inputmode="decimal" '
        f'value="{scenario["usd_per_kwh"]:g}"></label>'
        '</div><div class="ask-checks">'
        '<label><input type="checkbox" name="used" checked autocomplete="off"><span>Used parts are fine</span></label>'
        '<label><input type="checkbox" name="have" autocomplete="off"><span>I have a computer for the cards</span>'
        "</label>"
        '<span class="ask-work"></span></div></form>'
    )


def _first(scenario: Row) -> str:
    row = next(
        (
            one
            for one in query(ANSWERS, scenario=scenario["scenario_id"]).iter_rows(named=True)
            if (one["model_class"], one["workload_id"]) == FIRST
        ),
        None,
    )
    if row is None:
        return "<p>No machine with a known price, power and speed does this.</p>"
    said = {"own": "Own it", "rent": "Rent, do not buy", "api": "Buy tokens, not a machine"}[row["verdict"] or "api"]
    card = short_name(row["cheapest_card"]) if row["cheapest_card"] else "card"
    return (
        f'<p class="ask-verdict">{said}</p><p>For {escape(row["workload"])} with an {escape(row["model_class"])} model '
        f"a month costs {escape(usd_per_month(row['api_usd_per_month_mid']))} from a provider, "
        f"{escape(usd_per_month(row['cheapest_card_usd_per_month_mid']))} on a rented {escape(card)} for the hours at "
        f"work, and {escape(usd_per_month(row['usd_per_month_mid']))} on the cheapest machine, "
        f"{escape(row['system'])}. The table below has the other questions.</p>"
    )
