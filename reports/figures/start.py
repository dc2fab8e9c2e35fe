"""The Start page: the answer for each class of models in words and side by side, the scenarios, and what all of it
rests on."""

from collections.abc import Sequence

import polars as pl

from figures.answers import (
    CLASSES,
    Row,
    assumed,
    base_scenario,
    cheapest,
    hours,
    least_bits,
    model_name,
    price_note,
    rate_range,
    short_name,
    tokens_a_day,
    with_article,
    with_links,
)
from figures.look.prose import (
    Markdown,
    Text,
    percent,
    sentence,
    tok_s,
    usd,
    usd_per_mtok,
    usd_range,
    years,
)
from figures.look.tables import interval, label, money, money_interval, table
from figures.look.web import Block, escape, safe_href
from figures.sql import query, source, source_of

BY_WORKLOAD = """
    from workload_answers
    where scenario_id = $scenario
        and rank = 1
        and model_class in ('8B', '32B', '70B')
    order by class_from_b, tokens_per_day, workload_id
"""
BY_SCENARIO = "from answers where rank = 1 order by hours_per_week, scenario_id, class_from_b"
COULD_BEAT = "from could_beat where scenario_id = $scenario order by class_from_b, room_usd desc, build_id"
RESTS_ON = "from report_summary where scenario_id = $scenario"


def answer(rows: pl.DataFrame, model_class: str, scenario: Row) -> Markdown:
    """The sentences that answer for a class of models: the cheapest system, own or rent, and the second view."""
    best = cheapest(rows, model_class)
    if best is None:
        return sentence(
            "For {model_class} model **no system with a known price, power and speed** is described that holds it "
            "at {bits} bits or more.",
            model_class=with_article(model_class),
            bits=least_bits(),
        )
    first = sentence(
        "For {model_class} model at {assumed} the cheapest is the **{system}** ({price}): **{cost}** for a "
        "million tokens ({span}), at a speed of {tokens} ({evidence}) with {model} at {quantization}.",
        model_class=with_article(model_class),
        assumed=assumed(scenario),
        system=best["system"],
        cost=usd_per_mtok(best["usd_per_mtok_mid"]),
        span=cost_range(best),
        price=_price(best)[0],
        evidence=best["evidence"],
        tokens=tok_s(best["tokens_per_s_mid"]),
        model=model_name(best),
        quantization=best["quantization"],
    )
    return Markdown(f"{first} {verdict(best)} {hour_for_hour(best)}")


def verdict(row: Row) -> Markdown:
    """Own, rent or buy by the token, for the same tokens, with the margin; a sentence."""
    if row["verdict"] is None:
        return Markdown("What the same tokens cost elsewhere is not known.")
    others = []
    if row["cheapest_card"] is not None:
        others.append(
            sentence(
                "on a rented {card} ({evidence} speed) {cost}",
                card=short_name(row["cheapest_card"]),
                evidence=row["cheapest_card_evidence"],
                cost=usd_per_mtok(row["cheapest_card_usd_per_mtok_mid"]),
            )
        )
    if row["api_provider"] is not None:
        others.append(
            sentence(
                "from a provider {cost} ({low} at {provider})",
                cost=usd_per_mtok(row["api_usd_per_mtok_mid"]),
                low=usd_per_mtok(row["api_usd_per_mtok_low"]),
                provider=row["api_provider"],
            )
        )
    said = {"own": "Own it", "rent": "Rent instead", "api": "Buy tokens instead"}[row["verdict"]]
    return sentence(
        "**{said}**: a million tokens costs {others}; {way} is {margin} cheaper at these hours.",
        said=said,
        others=Markdown(", ".join(others)),
        way={"own": "owning", "rent": "renting", "api": "a provider"}[row["verdict"]],
        margin=percent(row["margin_percent"]),
    )


def hour_for_hour(row: Row) -> Markdown:
    """The second view, as the sources compare: an hour of the system against an hour of a rented card; a sentence."""
    if row["hourly_card"] is None:
        return Markdown("No cloud rate that counts is stated of a card that holds the model.")
    against = sentence(
        "Hour against hour, whichever is faster, against one rented {card} at {rate}",
        card=short_name(row["hourly_card"]),
        rate=rate_range(row["hourly_usd_per_hour_low"], row["hourly_usd_per_hour_high"]),
    )
    low, mid, high = (row[f"hourly_payback_years_{end}"] for end in ("low", "mid", "high"))
    if mid is None:
        late = sentence(", only after {low} at the high end of the rate", low=years(low)) if low is not None else ""
        return sentence("{against}, it does not pay for itself within its life{late}.", against=against, late=late)
    end = sentence("to {high}", high=years(high)) if high is not None else "to never"
    return sentence(
        "{against}, it has paid for itself after {mid} ({low} {end}).",
        against=against,
        mid=years(mid),
        low=years(low),
        end=end,
    )


def cost_range(row: Row, prefix: str = "") -> Text:
    """Cost of a million tokens from low to high: $1.08–1.28."""
    low, high = usd_per_mtok(row[f"{prefix}usd_per_mtok_low"]), usd_per_mtok(row[f"{prefix}usd_per_mtok_high"])
    return Text(low if low == high else f"{low}–{high.removeprefix('$')}")


def answer_cards(rows: pl.DataFrame, scenario: Row, classes: Sequence[str] = CLASSES) -> Block:
    """The answers side by side: for each class the system, its cost, what renting costs, and what it rests on."""
    return Block(f'<ul class="answers">{"".join(_card(rows, name, scenario) for name in classes)}</ul>')


def _card(rows: pl.DataFrame, model_class: str, scenario: Row) -> str:
    best = cheapest(rows, model_class)
    head = f'<p class="answer-class">{escape(model_class)} model</p>'
    if best is None:
        return (
            f'<li class="answer">{head}<p class="answer-system">No system can be compared</p>'
            '<p class="answer-text">None with '
            f"a known price, power and speed is described that holds it at {least_bits()} bits or more.</p></li>"
        )
    link = with_links(pl.DataFrame({"build_id": [best["build_id"]]}))["system_link"][0]
    name = f'<a href="{safe_href(link)}">{escape(best["system"])}</a>' if link else escape(best["system"])
    facts = "".join(
        f"<div><dt>{escape(what)}</dt><dd><strong>{escape(value)}</strong>"
        f'<span class="answer-span">{escape(span)}</span></dd></div>'
        for what, value, span in _facts(best)
    )
    basis = f'<span class="evidence evidence-{escape(best["evidence"])}">{escape(best["evidence"])}</span>'
    about = price_note(best)
    lines = [
        f"{basis} {escape(tok_s(best['tokens_per_s_mid']))}, {escape(model_name(best))} {escape(best['quantization'])}"
    ]
    lines += [f"{escape(about[:1].upper() + about[1:])}."] if about else []
    lines += [escape(line) for line in _measured(rows, best, model_class)]
    notes = "".join(f'<p class="answer-text">{line}</p>' for line in lines)
    trace = source_of("answers").trace(best).html
    return f'<li class="answer">{head}<p class="answer-system">{name}</p><dl>{facts}</dl>{notes}{trace}</li>'


def _facts(best: Row) -> list[tuple[str, str, str]]:
    rented = best["cheapest_card_usd_per_mtok_mid"] is not None
    card = f"{short_name(best['cheapest_card'])}, {cost_range(best, 'cheapest_card_')}" if rented else ""
    said = {"own": "Own it", "rent": "Rent instead", "api": "Buy tokens instead", None: "not known"}[best["verdict"]]
    margin = f"{percent(best['margin_percent'])} cheaper" if best["margin_percent"] is not None else ""
    sold = best["api_usd_per_mtok_mid"] is not None
    return [
        ("A million tokens", str(usd_per_mtok(best["usd_per_mtok_mid"])), cost_range(best)),
        ("The same rented", str(usd_per_mtok(best["cheapest_card_usd_per_mtok_mid"])) if rented else "not known", card),
        (
            "From a provider",
            str(usd_per_mtok(best["api_usd_per_mtok_mid"])) if sold else "not known",
            f"{best['api_provider']} and others, {cost_range(best, 'api_')}" if sold else "",
        ),
        ("Verdict", said, margin),
        ("Own, not rent, from", *_from(best)),
        ("Price today", *_price(best)),
    ]


def _from(row: Row) -> tuple[str, str]:
    low, mid, high = (row[f"cheapest_card_breakeven_tokens_per_day_{end}"] for end in ("low", "mid", "high"))
    if row["cheapest_card"] is None:
        return "not known", ""
    span = "tokens a day" if low == high else f"tokens: {tokens_a_day(low)} to {tokens_a_day(high)}"
    return (f"{tokens_a_day(mid)} a day" if mid is not None else "no number"), span


def _measured(rows: pl.DataFrame, best: Row, model_class: str) -> list[str]:
    if best["evidence"] == "measured":
        return []
    measured = cheapest(rows, model_class, measured=True)
    if measured is None:
        return [f"No system with a known price has a measured speed at {least_bits()} bits or more."]
    return [f"Cheapest with a measured speed: {measured['system']}, {usd_per_mtok(measured['usd_per_mtok_mid'])}."]


def _price(row: Row) -> tuple[str, str]:
    low, high = row["capex_low_usd"], row["capex_high_usd"]
    limit = "from " if row["capex_bound"] == "at_least" else ""
    return f"{limit}{usd(row['capex_mid_usd'])}", "" if usd(low) == usd(high) else usd_range(low, high)


def scenario_table(classes: Sequence[str] = CLASSES) -> Block:
    """The scenarios as rows, the classes as columns: cost, system and verdict of the cheapest."""
    found = query(BY_SCENARIO)
    rows = []
    for scenario in query("from scenarios order by hours_per_week, scenario_id").iter_rows(named=True):
        name = str(scenario["name"])
        row: dict[str, str | None] = {
            "scenario": name[:1].upper() + name[1:],
            "assumed": _assumed_short(scenario),
            "missing": "no system with a known price, power and speed holds it",
        }
        of_scenario = found.filter(pl.col("scenario_id") == scenario["scenario_id"])
        for place, model_class in enumerate(classes):
            best = cheapest(of_scenario, model_class)
            row |= {
                f"cost_{place}": None if best is None else str(usd_per_mtok(best["usd_per_mtok_mid"])),
                f"note_{place}": None if best is None else f"{best['system']}; {_verdict_short(best)}",
            }
        rows.append(row)
    columns = [label("scenario", "Scenario").noted("assumed")]
    columns += [label(f"cost_{place}", f"{name} model").noted(f"note_{place}") for place, name in enumerate(classes)]
    return table(
        pl.DataFrame(rows, infer_schema_length=None),
        columns,
        caption="The cheapest system by scenario",
        missing="missing",
        sortable=False,
        source=source(BY_SCENARIO),
    )


def workload_verdicts(scenario: Row) -> Block:
    """The uses and classes as rows: what costs least, and what each of the three ways costs a month."""
    rows = query(BY_WORKLOAD, scenario=scenario["scenario_id"])
    verdicts = {"own": "own it", "rent": "rent", "api": "buy tokens", None: None}
    words = [verdicts[row["verdict"]] for row in rows.iter_rows(named=True)]
    from_tokens = rows["api_breakeven_tokens_per_day_mid"].to_list()
    return table(
        with_links(rows).with_columns(
            verdict_words=pl.Series(words, dtype=pl.String),
            question=pl.format("{}, {}", "workload", "model_class"),
            own_from=pl.Series(
                [None if value is None else f"{tokens_a_day(value)} a day" for value in from_tokens], dtype=pl.String
            ),
            missing=pl.lit("never: it makes too few tokens"),
        ),
        [
            label("question", "Use and class"),
            label("verdict_words", "Least cost"),
            money_interval("api_usd_per_month_low", "api_usd_per_month_high", "Tokens", "a month"),
            money_interval(
                "cheapest_card_usd_per_month_low", "cheapest_card_usd_per_month_high", "Rented", "USD a month"
            ),
            money_interval("usd_per_month_low", "usd_per_month_high", "Own", "a month"),
            label("system", "on the").linked("system_link"),
            label("own_from", "Own beats tokens from").unbroken(),
        ],
        caption="Own, rent or tokens, by use and class of models",
        missing="missing",
        searchable=False,
        source=source(BY_WORKLOAD, scenario=scenario["scenario_id"]),
    )


def _assumed_short(scenario: Row) -> str:
    return (
        f"{hours(scenario['hours_per_week'])} h/week, ${scenario['usd_per_kwh']:.2f}/kWh, "
        f"{years(scenario['life_years'])}"
    )


def _verdict_short(row: Row) -> str:
    if row["verdict"] is None:
        return "renting not known"
    way = {"own": "owning", "rent": "renting", "api": "a provider"}[row["verdict"]]
    return f"{way} is {percent(row['margin_percent'])} cheaper"


def could_beat(scenario: Row) -> Markdown | Block:
    """What could be cheaper than the answers: what the parts without a price may cost for that."""
    rows = query(COULD_BEAT, scenario=scenario["scenario_id"])
    if not rows.height:
        return sentence("None could: whatever its other parts cost, no such system would be cheaper than the answers.")
    return table(
        with_links(rows).with_columns(
            runs=pl.concat_str(pl.format("{}:", "evidence"), "model", "quantization", separator=" ")
        ),
        [
            label("system", "System").linked("system_link").noted("missing"),
            money("room_usd", "The rest may cost"),
            label("model_class", "Class of models").noted("runs"),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s"),
            money_interval("priced_parts_low_usd", "priced_parts_high_usd", "Its priced parts"),
        ],
        caption="What could beat the cheapest system",
        searchable=False,
        source=source(COULD_BEAT, scenario=scenario["scenario_id"]),
    )


def rests_on() -> Markdown:
    """How much of what the sources describe could be computed, and where the rest of it is, from the tables."""
    counts = query(RESTS_ON, scenario=base_scenario()["scenario_id"]).row(0, named=True)
    left_out = query("from gpu_rates where excluded is not null order by rented").to_dicts()
    lines = [
        sentence(
            "- {sources} sources, prices as of {as_of}. Of the {systems} systems that they describe, {priced} have a "
            "price, {complete} a price and known power, {with_cost} a speed as well. The others are listed [with what "
            "is missing](cost.qmd#what-is-missing).",
            **counts,
        ),
        sentence(
            "- Of the {costs} costs of a million tokens, {costs_measured} rest on a measured speed, {costs_reported} "
            "on a reported one, {costs_expected} on one that a document expects or aims at, {costs_modelled} on a "
            "modelled one.",
            **counts,
        ),
        sentence(
            "- The power of {watts_modelled} of {with_watts} systems is computed from their parts, because no document "
            "measures it at the wall.",
            **counts,
        ),
    ]
    if left_out:
        lines.append(
            sentence(
                "- {count} cloud rates do not count here, each [with its reason](cost.qmd#against-rented-cards).",
                count=len(left_out),
            )
        )
    lines.append(
        Markdown(
            "- Every assumption has [a source and a day](method.qmd#assumptions); every figure has [its "
            "formula](method.qmd#formulas) and its SQL."
        )
    )
    return Markdown("\n".join(lines))
