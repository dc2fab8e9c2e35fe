"""api_prices, electricity_prices and fx_rates, of a small source: expected figures are computed by hand."""

from datetime import date
from pathlib import Path

import pytest

from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import copy_project, read

SOURCE = """\
title = "Prices"
publisher = "test"
licence = "facts only"
published_on = "2026-03-10"
retrieved_on = "2026-03-10"
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
[fx]
title = "Euro rates"
kind = "fx_rate"
place = "all"
[fx.columns]
"USD" = { attribute = "units_per_eur", currency = "USD" }
"JPY" = { attribute = "units_per_eur", currency = "JPY" }
"""
FILES = {
    "api.csv": "model,provider,input,cached,output,hours\n"
    "Llama 3.1 70B,Host A,0.0000004,0.0000001,0.0000006,\n"
    "Llama 3.1 70B,Host A,0.0000008,,0.0000012,Mon-Fri 01-04\n",
    "power.csv": "cents,euros,sector\n15.2,0.40,residential\n",
    "fx.csv": "observed_on,USD,JPY\n2026-03-09,1.25,150\n2026-02-27,1.2,160\n",
    "tables.toml": TABLES,
}


@pytest.fixture(scope="module")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_project(tmp_path_factory.mktemp("priced"))
    folder: Path = project.raw / "prices-of-a-test"
    (folder / "2026-03-10").mkdir(parents=True)
    (folder / "source.toml").write_text(SOURCE, encoding="utf-8")
    for name, text in FILES.items():
        (folder / "2026-03-10" / name).write_text(text, encoding="utf-8")
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
        " from electricity_prices where source_id = 'prices-of-a-test' order by place",
    ) == [
        ("DE", "residential", "EUR", 0.4, 0.5, date(2026, 3, 9), True),
        ("TX", "residential", "USD", 0.152, 0.152, None, False),
    ]
