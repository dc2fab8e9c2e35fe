"""Sentences of the pages at every edge, computed by hand, and how figures, lists and names of points are written."""

from typing import Any

import pytest


def answer_row(**changes: Any) -> dict[str, Any]:
    row = {
        "hourly_card": "NVIDIA H100", "hourly_usd_per_hour_low": 2.0, "hourly_usd_per_hour_high": 3.0,
        "hourly_payback_years_low": 1.5, "hourly_payback_years_mid": 2.0, "hourly_payback_years_high": 2.5,
        "verdict": "own", "margin_percent": 25.0, "cheapest_card": "NVIDIA H100", "cheapest_card_evidence": "measured",
        "cheapest_card_usd_per_mtok_mid": 4.0, "api_provider": None,
    }  # fmt: skip
    return {**row, **changes}


AGAINST = "Hour against hour, whichever is faster, against one rented H100 at $2.00–3.00/h, it"

NEVER = {"hourly_payback_years_mid": None, "hourly_payback_years_high": None}

PAYBACK = [
    ({}, f"{AGAINST} has paid for itself after 2 years (1.5 years to 2.5 years)."),
    ({"hourly_payback_years_high": None}, f"{AGAINST} has paid for itself after 2 years (1.5 years to never)."),
    (NEVER, f"{AGAINST} does not pay for itself within its life, only after 1.5 years at the high end of the rate."),
    ({**NEVER, "hourly_payback_years_low": None}, f"{AGAINST} does not pay for itself within its life."),
    ({"hourly_card": None}, "No cloud rate that counts is stated of a card that holds the model."),
]


@pytest.mark.parametrize(("changes", "said"), PAYBACK)
def test_payback_hour_for_hour_is_said_rightly_at_every_edge(changes: dict[str, Any], said: str) -> None:
    from figures.start import hour_for_hour

    assert str(hour_for_hour(answer_row(**changes))).replace("\\", "") == said


RENTED = "a million tokens costs on a rented H100 (measured speed) $4.00"

API = {"verdict": "api", "api_provider": "Groq", "api_usd_per_mtok_mid": 0.3, "api_usd_per_mtok_low": 0.2}

VERDICTS = [
    ({}, f"**Own it**: {RENTED}; owning is 25% cheaper at these hours."),
    ({"verdict": "rent"}, f"**Rent instead**: {RENTED}; renting is 25% cheaper at these hours."),
    (
        API,
        f"**Buy tokens instead**: {RENTED}, from a provider $0.30 ($0.20 at Groq); a provider is 25% cheaper at these hours.",
    ),
    ({"verdict": None}, "What the same tokens cost elsewhere is not known."),
]


@pytest.mark.parametrize(("changes", "said"), VERDICTS)
def test_the_verdict_names_the_rented_card_and_the_margin(changes: dict[str, Any], said: str) -> None:
    from figures.start import verdict

    assert str(verdict(answer_row(**changes))).replace("\\", "") == said


NOTHING_PAYS_OFF = """
update answers set verdict = case when verdict is not null then 'rent' end,
    cheapest_card_breakeven_tokens_per_day_low = null, cheapest_card_breakeven_tokens_per_day_mid = null,
    cheapest_card_breakeven_tokens_per_day_high = null, hourly_payback_years_low = null,
    hourly_payback_years_mid = null, hourly_payback_years_high = null;
update own_or_rent set pays_back_within_life = case when pays_back_within_life is not null then false end,
    payback_years_low = null, payback_years_mid = null, payback_years_high = null
"""

WITHOUT_32B = "delete from answers where model_class = '32B'; delete from cost_front where model_class = '32B'"


def test_where_nothing_pays_off_every_answer_says_so(crafted: Any) -> None:
    crafted(NOTHING_PAYS_OFF)
    from figures import answers, rent, same_tokens, start

    base = answers.base_scenario()
    found = answers.answers(base["scenario_id"])
    for model_class in answers.CLASSES:
        said = str(start.answer(found, model_class, base)).replace("\\", "")
        assert "**Rent instead**" in said
        assert "does not pay for itself within its life." in said
    assert start.answer_cards(found, base).html.count("Rent instead") == 3
    assert "Never: " in rent.verdicts(base)
    assert "**none**" in rent.lead(base)
    assert "at no number of tokens does owning it cost less" in same_tokens.same_tokens(base)


def test_a_class_without_any_system_is_said_to_have_none_and_draws_no_chart(crafted: Any) -> None:
    crafted(WITHOUT_32B)
    from figures import answers, cost, start

    base = answers.base_scenario()
    found = answers.answers(base["scenario_id"])
    assert "For a 32B model **no system with a known price, power and speed**" in start.answer(found, "32B", base)
    assert "**no system" not in start.answer(found, "8B", base)
    assert "No system can be compared" in start.answer_cards(found, base).html
    assert "No system with a known price, power and speed holds a model of class 32B." in str(
        getattr(cost.ranges_chart("32B", base["scenario_id"]), "html", "")
    )


def test_a_worked_example_is_taken_out_of_a_formula_s_comment() -> None:
    from figures.method import worked

    said = "Electricity, USD: watts / 1000 * hours. power_usd(2000, years := 1) = 2628."
    assert worked("power_usd", said) == (
        "Electricity, USD: watts / 1000 * hours.",
        "power_usd(2000, years := 1)",
        "2628",
    )
    assert worked("power_usd", "No example.") == ("No example.", "", "")
    said = "A share. verdict(4.15) is impossible."
    assert worked("verdict", said) == ("A share.", "verdict(4.15)", "impossible")


def test_names_of_points_cover_neither_each_other_nor_a_point() -> None:
    from figures.look.placing import sides_of

    # Two points nearly on top of each other, one at the right edge, and one walled in by four others.
    assert sides_of([100, 104], [100, 100], ["one", "two"], 300, 200) == ["left", "right"]
    assert sides_of([295], [100], ["edge"], 300, 200) == ["left"]
    walled = sides_of([100, 115, 85, 100, 100], [100, 100, 100, 85, 115], ["inner", "", "", "", ""], 300, 200)
    assert walled[0] is None
    # A line that leaves the point to the right.
    assert sides_of([100], [100], ["one"], 300, 200, [(100, 99, 180, 101)]) == ["left"]


def test_figures_of_claims_are_written_as_by_hand() -> None:
    from figures.look.wording import counted, listed, span

    assert span(5845, 5850, "USD") == "$5,845–5,850"
    assert span(14949, 14949, "USD") == "$14,949"
    assert span(0.263158, 0.368421, "factor") == "0.2632–0.3684 times"
    assert span(4, 4, "count") == "4"
    assert span(1, 1, None) == "yes"
    assert span(None, None, "GB") is None
    assert counted(1, "system") == "1 system"
    assert counted(0, "system") == "no systems"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c", "d"], most=3) == "a, b, c and d"
    assert listed(list("abcdef"), most=3) == "a, b, c and 3 others"
    assert listed([]) == ""


def test_a_chart_keeps_two_systems_of_one_name_apart() -> None:
    import polars as pl
    from figures.look.wording import distinct

    frame = pl.DataFrame({"build_id": ["a", "b", "c"], "name": ["2x L40S", "2x L40S", "One"]})
    assert distinct(frame)["name"].to_list() == ["2x L40S (a)", "2x L40S (b)", "One"]
