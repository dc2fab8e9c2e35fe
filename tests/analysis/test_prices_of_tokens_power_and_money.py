"""api_prices, electricity_prices and fx_rates, of a small source: expected figures are computed by hand."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import read
from tests.small import CHECKOUT, add_sources, small_project

SOURCE = """\
title = "Prices"
publisher = "test"
licence = "facts only"
published_on = "2026-03-10"
retrieved_on = "2026-11-01"
"""
TABLES = """\
[api]
title = "Tokens"
kind = "api_price"
place = "all"
[api.columns]
"input" = { attribute = "input_price", unit = "$/token" }
"cached" = { attribute = "cached_input_price", unit = "$/token" }
"output" = { attribute = "output_price", unit = "$/token" }
[power]
title = "Electricity"
kind = "electricity_price"
place = "all"
[power.columns]
"cents" = { attribute = "electricity_rate", unit = "cents/kWh", place = "TX", currency = "USD", tax = "excluded" }
"euros" = { attribute = "electricity_rate", unit = "money/kWh", place = "DE", currency = "EUR", tax = "included" }
[cards]
title = "Cards"
kind = "price"
place = "all"
[cards.columns]
"price" = { attribute = "price", condition = "used" }
[tariffs]
title = "Day and night"
kind = "electricity_price"
place = "all"
[tariffs.columns]
"euros" = { attribute = "electricity_rate", unit = "money/kWh", place = "Tariff Town", currency = "EUR", sector = "residential" }
[fx]
title = "Euro rates"
kind = "fx_rate"
place = "all"
[fx.columns]
"USD" = { attribute = "units_per_eur", currency = "USD" }
"JPY" = { attribute = "units_per_eur", currency = "JPY" }
"""
SCENARIO = """
[scenarios.elsewhere]
name = "elsewhere"
hours_per_week = 40
place = "Tariff Town"
life_years = 3
residual_fraction = 0
discount_rate = 0.05
source = "a test"
source_day = ""
"""
FILES = {
    "api.csv": "model,provider,input,cached,output,hours\n"
    "Llama 3.1 70B,Host A,0.0000004,0.0000001,0.0000006,\n"
    "Llama 3.1 70B,Host A,0.0000008,,0.0000012,Mon-Fri 01-04\n",
    "power.csv": "cents,euros,sector\n15.2,0.40,residential\n",
    "cards.csv": 'hardware,price,observed_on\nRTX A5000,"1.000,00 €",2026-10-30\n',
    "tariffs.csv": "hours,euros\nMon-Sun 07-23,0.40\nMon-Sun 23-07,0.10\n",
    "fx.csv": "observed_on,USD,JPY\n2026-03-09,1.25,150\n2026-02-27,1.2,160\n",
    "tables.toml": TABLES,
}


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = small_project(
        tmp_path_factory.mktemp("priced"),
        "api_prices",
        "electricity_prices",
        "fx_rates",
        "price_staleness",
        "build_costs",
        "scenarios",
    )
    add_sources(project, *(path.name for path in (CHECKOUT / "data/raw").iterdir() if path.is_dir()))
    folder: Path = project.raw / "prices-of-a-test"
    (folder / "2026-11-01").mkdir(parents=True)
    (folder / "source.toml").write_text(SOURCE, encoding="utf-8")
    for name, text in FILES.items():
        (folder / "2026-11-01" / name).write_text(text, encoding="utf-8")
    with project.assumptions.open("a", encoding="utf-8") as file:
        file.write(SCENARIO)
    refresh(project, with_report=False)
    return project


def test_prices_of_a_token_become_prices_of_a_million_with_their_hours(priced: Project) -> None:
    assert read(
        priced,
        "select model_id, provider, round(input_usd_per_mtok_low, 6), round(cached_input_usd_per_mtok, 6),"
        " round(output_usd_per_mtok_high, 6), hours from api_prices"
        " where source_id = 'prices-of-a-test' order by hours nulls first",
    ) == [
        ("llama-3-1-70b", "Host A", 0.4, 0.1, 0.6, None),
        ("llama-3-1-70b", "Host A", 0.8, None, 1.2, "Mon-Fri 01-04"),
    ]


def test_money_is_worth_what_a_euro_bought_of_both_on_that_day(priced: Project) -> None:
    # a euro is 1.25 dollars and 150 yen: a yen is 1.25 / 150 dollars
    assert read(priced, "select currency, day, round(usd_per_unit, 8) from fx_rates where day = date '2026-03-09'") == [
        ("EUR", date(2026, 3, 9), 1.25),
        ("JPY", date(2026, 3, 9), 0.00833333),
        ("USD", date(2026, 3, 9), 1.0),
    ]


def test_electricity_is_in_dollars_at_the_last_rate_on_or_before_its_day(priced: Project) -> None:
    assert read(
        priced,
        "select place, sector, currency, amount_low, round(usd_per_kwh_low, 6), fx_day, tax_included"
        " from electricity_prices where source_id = 'prices-of-a-test' order by place, amount_low",
    ) == [
        ("DE", "residential", "EUR", 0.4, 0.5, date(2026, 3, 9), True),
        ("TX", "residential", "USD", 0.152, 0.152, None, False),
        ("Tariff Town", "residential", "EUR", 0.1, 0.125, date(2026, 3, 9), None),
        ("Tariff Town", "residential", "EUR", 0.4, 0.5, date(2026, 3, 9), None),
    ]


def test_a_price_in_euros_is_dollars_at_the_rate_of_its_day_and_keeps_what_was_written(priced: Project) -> None:
    # the European Central Bank's rate of Friday, 2026-10-30: 1.1172 dollars for a euro
    assert read(
        priced,
        "select round(price_mid_usd, 2), amount_low, currency, tax, fx_day from prices"
        " where source_id = 'prices-of-a-test'",
    ) == [(1117.2, 1000.0, "EUR", "unknown", date(2026, 10, 30))]


def test_one_price_of_a_new_day_is_the_newest_and_makes_no_other_old(priced: Project) -> None:
    ((newest, ages_from),) = read(priced, "select newest_on, ages_from from newest_days where kind = 'price'")
    assert newest == date(2026, 10, 30)
    assert ages_from < date(2026, 7, 1)
    assert read(priced, "select min(age_days) from price_staleness where source_id = 'prices-of-a-test'") == [(0,)]


def test_an_assumed_host_stands_beside_todays_cost_and_never_in_it(priced: Project) -> None:
    differences = read(
        priced,
        "select distinct round(capex_low_usd - priced_parts_low_usd, 6), round(capex_high_usd - priced_parts_high_usd, 6)"
        " from build_costs where capex_basis = 'assumed_host'",
    )
    assert differences == [(640.0, 1010.0)]
    assert read(
        priced,
        "select count(*) from build_costs as c where capex_basis = 'current' and capex_mid_usd is not null"
        " and build_id in (select build_id from build_costs where capex_basis = 'assumed_host')",
    ) == [(0,)]
    builds = {build for (build,) in read(priced, "select build_id from build_costs where capex_basis = 'assumed_host'")}
    assert {"dual-3090-nvlink", "single-4090"} <= builds
    assert not builds & {"octo-3090", "current-3070-3090"}, (
        "eight cards need more than a plain host; owned ones have one"
    )


def test_a_scenario_pays_what_its_place_pays_by_day_and_by_night(priced: Project) -> None:
    # 112 hours at 0.40 euros and 56 at 0.10 are 0.30 on average, at 1.25 dollars for a euro
    assert read(
        priced,
        "select round(usd_per_kwh, 6), place, len(electricity_from), electricity_on from scenarios"
        " where scenario_id = 'elsewhere'",
    ) == [(0.375, "Tariff Town", 2, date(2026, 3, 10))]
    assert read(priced, "select distinct usd_per_kwh from scenarios where place is null") == [(0.15,)]
