"""The Start page: the answer for each class of models in sentences and side by side, the scenarios, and what all of it rests on."""

from collections.abc import Sequence

import polars as pl

from figures.answers import (
    ANSWERS,
    CHOSEN,
    CLASSES,
    EVIDENCE,
    LEAST_BITS,
    Row,
    answers,
    assumed,
    base_scenario,
    cheapest,
    hours,
    model_name,
    price_note,
    short_name,
    with_article,
    with_links,
)
from figures.prose import (
    Markdown,
    Text,
    payback,
    sentence,
    text,
    tok_s,
    usd,
    usd_per_hour,
    usd_per_mtok,
    usd_range,
    years,
)
from figures.sql import query
from figures.tables import interval, label, money, money_interval, table
from figures.web import Block, escape, safe_href


def answer(rows: pl.DataFrame, model_class: str, scenario: Row) -> Markdown:
    """The sentences that answer for a class of models: the cheapest system, when it pays off, under how many hours not."""
    best = cheapest(rows, model_class)
    if best is None:
        return sentence(
            "For {model_class} model **no system with a known price, draw and speed** is described that holds it "
            "at {bits} bits or more.",
            model_class=with_article(model_class),
            bits=LEAST_BITS,
        )
    first = sentence(
        "For {model_class} model at {assumed} the cheapest is the **{system}** ({price}): **{cost}** for a "
        "million tokens ({span}), at a {evidence} speed of {tokens} with {model} at {quantization}.",
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
    if best["rented"] is None:
        return Markdown(f"{first} {_capital(paid_back(best))}.")
    against = sentence("Against one rented {rent}", rent=rent(best))
    return Markdown(f"{first} {against} {paid_back(best)}; {rent_instead(best)}.")


def paid_back(row: Row) -> Markdown:
    """When a system has paid for itself against the rent of its row, as a clause that begins with 'it'."""
    if row["rented"] is None:
        return Markdown("no source states the rent of a card that holds the model")
    if row["pays_back"] is None:
        return Markdown("whether it ever pays off is not known")
    if row["payback_years_low"] is None:
        return Markdown("it **never pays off**: electricity alone costs more than the rent")
    if row["payback_years_mid"] is None:
        return sentence(
            "it **does not pay off** at the middle of the rent, and after {low} only at its high end",
            low=years(row["payback_years_low"]),
        )
    if row["payback_years_high"] is None:
        return sentence(
            "it has paid for itself after **{mid}** ({low} at the dear end of the rent, never at the cheap one)",
            mid=years(row["payback_years_mid"]),
            low=years(row["payback_years_low"]),
        )
    span = payback(row["payback_years_low"], row["payback_years_high"], True)
    mid = years(row["payback_years_mid"])
    late = (
        ""
        if row["pays_back_within_life"]
        else f", later than the {years(row['life_years'])} that it is reckoned to last"
    )
    if span == mid:
        return sentence("it has paid for itself after **{mid}**{late}", mid=mid, late=late)
    return sentence("it has paid for itself after **{mid}** ({span}){late}", mid=mid, span=span, late=late)


def rent_instead(row: Row) -> Markdown:
    """Under how many hours a week renting is cheaper over the machine's life, as a clause; empty without a rent."""
    low, mid, high = row["breakeven_low"], row["breakeven_mid"], row["breakeven_high"]
    if row["rented"] is None or row["pays_back"] is None:
        return Markdown("")
    if low is None:
        return Markdown("at any number of hours **rent instead**")
    if mid is None:
        return sentence(
            "**rent instead**, unless the rent is at its high end and the machine works {low} hours a week or more",
            low=hours(low),
        )
    if high is None:
        return sentence(
            "under **{mid} hours a week** rent instead ({low} where the rent is dear, at any hours where it is cheap)",
            mid=hours(mid),
            low=hours(low),
        )
    if hours(low) == hours(high):
        return sentence("under **{mid} hours a week** rent instead", mid=hours(mid))
    return sentence(
        "under **{mid} hours a week** rent instead ({low} where the rent is dear, {high} where it is cheap)",
        mid=hours(mid),
        low=hours(low),
        high=hours(high),
    )


def rent(row: Row) -> Text:
    """The rent that a row is compared with: NVIDIA A100 80GB at $0.66–3.67/h."""
    low, high = row["rent_low"], row["rent_high"]
    price = usd_per_hour(high) if low == high else f"${low:.2f}–{high:.2f}/h"
    return text(f"{short_name(row['rented'])} at {price}")


def cost_range(row: Row) -> Text:
    """Cost of a million tokens from low to high: $1.08–1.28."""
    low, high = usd_per_mtok(row["usd_per_mtok_low"]), usd_per_mtok(row["usd_per_mtok_high"])
    return Text(low if low == high else f"{low}–{high.removeprefix('$')}")


def _capital(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def answer_cards(rows: pl.DataFrame, scenario: Row, classes: Sequence[str] = CLASSES) -> Block:
    """The answers side by side: for each class the system, its cost, when it pays off, and what it rests on."""
    return Block(f'<ul class="answers">{"".join(_card(rows, name, scenario) for name in classes)}</ul>')


def _card(rows: pl.DataFrame, model_class: str, scenario: Row) -> str:
    best = cheapest(rows, model_class)
    head = f'<p class="answer-class">{escape(model_class)} model</p>'
    if best is None:
        return (
            f'<li class="answer">{head}<p class="answer-system">No system can be reckoned</p>'
            f'<p class="answer-text">None with a known price, draw and speed is described that holds it at {LEAST_BITS} bits or more.</p></li>'
        )
    lines = [
        ("A million tokens", f"{usd_per_mtok(best['usd_per_mtok_mid'])}", cost_range(best)),
        ("Price today", *_price(best)),
        ("Beats renting after", _after(best), _after_span(best)),
        ("Rent if under", _under(best), _under_span(best)),
    ]
    facts = "".join(
        f'<div><dt>{escape(what)}</dt><dd><strong>{escape(value)}</strong><span class="answer-span">{escape(span)}</span></dd></div>'
        for what, value, span in lines
    )
    link = with_links(pl.DataFrame({"build_id": [best["build_id"]]}))["system_link"][0]
    name = f'<a href="{safe_href(link)}">{escape(best["system"])}</a>' if link else escape(best["system"])
    tokens = tok_s(best["tokens_per_s_mid"])
    basis = f'<span class="evidence evidence-{escape(best["evidence"])}">{escape(best["evidence"])}</span>'
    against = f"against one {rent(best)}" if best["rented"] is not None else "no rent of a card that holds it is stated"
    about = (
        f'<p class="answer-text">{escape(price_note(best)[:1].upper() + price_note(best)[1:])}.</p>'
        if price_note(best)
        else ""
    )
    measured = cheapest(rows, model_class, measured=True)
    runner = ""
    if best["evidence"] != "measured":
        runner = (
            f"Cheapest with a measured speed: {measured['system']}, {usd_per_mtok(measured['usd_per_mtok_mid'])}."
            if measured
            else f"No system with a known price has a measured speed at {LEAST_BITS} bits or more."
        )
        runner = f'<p class="answer-text">{escape(runner)}</p>'
    return (
        f'<li class="answer">{head}<p class="answer-system">{name}</p><dl>{facts}</dl>'
        f'<p class="answer-text">{basis} {escape(tokens)}, {escape(model_name(best))} {escape(best["quantization"])}; {escape(against)}</p>{about}{runner}</li>'
    )


def _price(row: Row) -> tuple[str, str]:
    low, high = row["capex_low_usd"], row["capex_high_usd"]
    limit = "from " if row["capex_bound"] == "at_least" else ""
    return f"{limit}{usd(row['capex_mid_usd'])}", "" if usd(low) == usd(high) else usd_range(low, high)


def _after(row: Row) -> str:
    if row["rented"] is None or row["pays_back"] is None:
        return "not known"
    return years(row["payback_years_mid"]) if row["payback_years_mid"] is not None else "never pays off"


def _after_span(row: Row) -> str:
    if row["payback_years_low"] is None:
        return ""
    return payback(row["payback_years_low"], row["payback_years_high"], row["pays_back"])


def _under(row: Row) -> str:
    if row["rented"] is None or row["pays_back"] is None:
        return "not known"
    return f"{hours(row['breakeven_mid'])} h/week" if row["breakeven_mid"] is not None else "at any hours"


def _under_span(row: Row) -> str:
    low, high = row["breakeven_low"], row["breakeven_high"]
    if low is None:
        return ""
    if high is None:
        return f"from {hours(low)} to any hours"
    return "" if hours(low) == hours(high) else f"{hours(low)}–{hours(high)} h/week"


def scenario_table(classes: Sequence[str] = CLASSES) -> Block:
    """The scenarios as rows, the classes as columns: cost, system and payback of the cheapest."""
    rows = []
    for scenario in query("select * from scenarios order by hours_per_week, scenario_id").iter_rows(named=True):
        found = answers(str(scenario["scenario_id"]))
        name = str(scenario["name"])
        row: dict[str, str | None] = {"scenario": name[:1].upper() + name[1:], "assumed": _assumed_short(scenario)}
        for place, model_class in enumerate(classes):
            best = cheapest(found, model_class)
            row |= {
                f"cost_{place}": None if best is None else str(usd_per_mtok(best["usd_per_mtok_mid"])),
                f"note_{place}": None if best is None else f"{best['system']}; {_pays(best)}",
                "missing": "no system with a known price, draw and speed holds it",
            }
        rows.append(row)
    frame = pl.DataFrame(rows, infer_schema_length=None)
    columns = [label("scenario", "Scenario").noted("assumed")]
    columns += [label(f"cost_{place}", f"{name} model").noted(f"note_{place}") for place, name in enumerate(classes)]
    return table(
        frame,
        columns,
        caption="The cheapest system by scenario",
        missing="missing",
        sortable=False,
        sql=ANSWERS,
        parameters={"scenario": str(base_scenario()["scenario_id"]), "least_bits": LEAST_BITS},
    )


COULD_BEAT = (
    CHOSEN
    + """,

    cheapest as (
        select
            model_class,
            min(usd_per_mtok_mid) as usd_per_mtok
        from chosen
        where usd_per_mtok_mid is not null
        group by model_class
    )

    select
        c.model_class,
        c.build_id,
        c.system,
        c.throughput_from,
        concat_ws(' ', c.evidence || ':', c.model, c.quantization) as runs,
        c.tokens_per_s_low,
        c.tokens_per_s_high,
        k.priced_parts_low_usd,
        k.priced_parts_high_usd,
        k.missing,
        -- at this sum for what has no price, a million tokens cost what they cost on the cheapest system
        breakeven_capex_usd(
            a.usd_per_mtok, w.watts_mid, c.tokens_per_s_mid,
            s.hours_per_week, s.usd_per_kwh, s.life_years, s.residual_fraction
        ) - k.priced_parts_mid_usd as room_usd
    from chosen as c
    join cheapest as a using (model_class)
    join model_classes as m
        on m.class = c.model_class
    join scenarios as s using (scenario_id)
    join build_costs as k
        on k.build_id = c.build_id
        and k.capex_basis = 'current'
    join build_power as w
        on w.build_id = c.build_id
        and w.is_best
    where k.capex_mid_usd is null
        and k.priced_parts_mid_usd > 0
        and room_usd > 0
    order by m.params_low_b, room_usd desc, c.build_id
"""
)
"""Systems without a price that would be cheaper than the cheapest one if the rest of them cost little. Takes $scenario, $least_bits."""


def could_beat(scenario: Row) -> Markdown | Block:
    """What could be cheaper than the answers: what the parts without a price may cost for that."""
    parameters = {"scenario": str(scenario["scenario_id"]), "least_bits": LEAST_BITS}
    rows = query(COULD_BEAT, **parameters)
    if not rows.height:
        return sentence("None could: whatever its other parts cost, no such system would be cheaper than the answers.")
    return table(
        with_links(rows),
        [
            label("system", "System").linked("system_link").noted("missing"),
            money("room_usd", "The rest may cost"),
            label("model_class", "Class of models").noted("runs"),
            interval("tokens_per_s_low", "tokens_per_s_high", "Speed", "tok/s"),
            money_interval("priced_parts_low_usd", "priced_parts_high_usd", "Its priced parts"),
        ],
        caption="What could beat the cheapest system",
        searchable=False,
        sql=COULD_BEAT,
        parameters=parameters,
    )


def _assumed_short(scenario: Row) -> str:
    return f"{hours(scenario['hours_per_week'])} h/week, ${scenario['usd_per_kwh']:.2f}/kWh, {years(scenario['life_years'])}"


def _pays(row: Row) -> str:
    if row["rented"] is None or row["pays_back"] is None:
        return "payback not known"
    if row["payback_years_mid"] is None:
        return "never pays off" if row["payback_years_low"] is None else "pays off only where rent is dear"
    return f"beats renting after {years(row['payback_years_mid'])}"


def rests_on() -> Markdown:
    """How much of what the sources describe could be reckoned, and where the rest of it stands, from the tables."""
    counts = query("""
        select
            count(*) as systems,
            count(c.capex_mid_usd) as priced,
            count(w.watts_mid) as with_watts,
            count(*) filter (where w.power_basis = 'modelled' and w.watts_mid is not null) as watts_modelled,
            count(*) filter (where c.capex_mid_usd is not null and w.watts_mid is not null) as reckoned,
            (select count(distinct build_id) from cost_per_token where usd_per_mtok_mid is not null) as with_cost,
            (select count(*) from sources) as sources,
            (select as_of from refreshes limit 1) as as_of
        from builds as b
        join build_costs as c
            on c.build_id = b.build_id
            and c.capex_basis = 'current'
        join build_power as w
            on w.build_id = b.build_id
            and w.is_best
    """).row(0, named=True)
    speeds = {
        row["evidence"]: row["rows"]
        for row in query(
            f"""
            select {EVIDENCE} as evidence, count(*) as rows
            from cost_per_token as c
            where scenario_id = $scenario and usd_per_mtok_mid is not null
            group by all
            order by all
            """,
            scenario=str(base_scenario()["scenario_id"]),
        ).iter_rows(named=True)
    }
    lines = [
        sentence(
            "- {sources} documents, prices as of {as_of}. Of the {systems} systems that they describe, {priced} "
            "have a price, {reckoned} a price and a draw, {with_cost} a speed as well. The others are listed "
            "[with what is missing](cost.qmd#what-is-missing).",
            **counts,
        ),
        sentence(
            "- Of the {known} costs of a million tokens, {measured} rest on a measured speed, {stated} on one "
            "that a document expects or aims at, {modelled} on a modelled one.",
            known=sum(speeds.values()),
            measured=speeds.get("measured", 0),
            stated=speeds.get("stated", 0),
            modelled=speeds.get("modelled", 0),
        ),
        sentence(
            "- The draw of {watts_modelled} of {with_watts} systems is modelled from their parts, because no "
            "document measures it at the wall.",
            **counts,
        ),
        Markdown(
            "- Every assumption has [a source and a day](method.qmd#assumptions); every figure has [its "
            "formula](method.qmd#formulas) and its SQL."
        ),
    ]
    return Markdown("\n".join(line for line in lines if line))
