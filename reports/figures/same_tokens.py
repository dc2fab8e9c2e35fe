"""The page on owning or renting: the same tokens on each system, on rented cards and from a provider."""

import polars as pl

from figures.answers import Row, hours, short_name, tokens_a_day, with_article, with_links
from figures.look import prose
from figures.look.prose import Markdown, sentence
from figures.look.tables import label, money_interval, number, table
from figures.look.web import Block
from figures.rent import payback_words
from figures.sql import query, source

SAME_TOKENS = """
    from answers
    where scenario_id = $scenario
        and rank is not null
    order by class_from_b desc, rank
"""


def same_tokens(scenario: Row) -> Markdown:
    """The page's first sentences: for each class, how many systems make tokens for less than renting, and from how
    many a day."""
    rows = query(SAME_TOKENS, scenario=scenario["scenario_id"])
    said = []
    for (model_class,), of_class in rows.group_by("model_class", maintain_order=True):
        judged = of_class.filter(pl.col("verdict").is_not_null())
        if not judged.height:
            continue
        best = judged.row(0, named=True)
        said.append(
            sentence(
                "- {model_class}: **{own} of {all}** systems make a million tokens for less than a rented {card} "
                "({cost}) and a provider ({api}); the cheapest is the {system}, {way}.",
                model_class=f"{with_article(str(model_class))[:1].upper()}{with_article(str(model_class))[1:]} model",
                own=judged.filter(pl.col("verdict") == "own").height or "none",
                all=judged.height,
                card=short_name(best["cheapest_card"] or "card"),
                cost=prose.usd_per_mtok(best["cheapest_card_usd_per_mtok_mid"]),
                api=prose.usd_per_mtok(best["api_usd_per_mtok_mid"]),
                system=best["system"],
                way=_way(best),
            )
        )
    if not said:
        return Markdown(
            "No rented card has both a rate that counts and a known speed, so that no tokens can be compared."
        )
    first = sentence(
        "At {hours} hours a week and {kwh}/kWh, for the same tokens:",
        hours=hours(scenario["hours_per_week"]),
        kwh=f"${scenario['usd_per_kwh']:.2f}",
    )
    return Markdown(f"{first}\n\n" + "\n".join(said))


def _way(row: Row) -> Markdown:
    tokens = row["cheapest_card_breakeven_tokens_per_day_mid"]
    if tokens is None:
        return Markdown("and at no number of tokens does owning it cost less than renting")
    return sentence("cheaper than renting from {tokens} tokens a day", tokens=tokens_a_day(tokens))


def same_tokens_table(scenario: Row) -> Block:
    """For each class and system: what a million tokens costs owned and rented, and from how many a day owning costs
    less."""
    rows = with_links(query(SAME_TOKENS, scenario=scenario["scenario_id"]))
    rows = rows.with_columns(
        runs=pl.format("{} tok/s, {}", pl.col("tokens_per_s_mid").round(1), "evidence"),
        card=pl.Series([name and short_name(name) for name in rows["cheapest_card"]], dtype=pl.String),
        breakeven=pl.Series([_tokens_span(row) for row in rows.iter_rows(named=True)], dtype=pl.String),
        payback=pl.Series(
            [payback_words(row, "cheapest_card_") for row in rows.iter_rows(named=True)], dtype=pl.String
        ),
    )
    return table(
        rows,
        [
            label("system", "System").linked("system_link").noted("runs"),
            label("model_class", "Class"),
            money_interval("usd_per_mtok_low", "usd_per_mtok_high", "Owned", "USD/Mtok", per_mtok=True),
            money_interval(
                "cheapest_card_usd_per_mtok_low", "cheapest_card_usd_per_mtok_high", "Rented", "USD/Mtok", per_mtok=True
            ).noted("card"),
            money_interval(
                "same_card_usd_per_mtok_low", "same_card_usd_per_mtok_high", "Same cards rented", "USD/Mtok",
                per_mtok=True,
            ),
            money_interval(
                "api_usd_per_mtok_low", "api_usd_per_mtok_high", "From a provider", "USD/Mtok", per_mtok=True
            ).noted("api_provider"),
            label("verdict", "For less"),
            number("margin_percent", "By", "%", digits=0),
            label("payback", "Pays back after").unbroken(),
            label("breakeven", "From tokens a day").unbroken(),
        ],
        caption="The same tokens owned and rented",
        missing="missing",
        searchable=True,
        source=source(SAME_TOKENS, scenario=scenario["scenario_id"]),
    )  # fmt: skip


def _tokens_span(row: Row) -> str | None:
    low, mid, high = (row[f"cheapest_card_breakeven_tokens_per_day_{end}"] for end in ("low", "mid", "high"))
    if row["cheapest_card"] is None:
        return None
    if low is None:
        return "never"
    if mid is None or high is None:
        return f"{tokens_a_day(low)} at best, or never"
    return str(tokens_a_day(mid)) if low == high else f"{tokens_a_day(low)}–{tokens_a_day(high)}"
