"""Amounts in other currencies: which one a cell is in, how its figures are written, and what they are in dollars."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.normalise.observations import Observed
from pipelines.normalise.quantities import read_quantities
from pipelines.project import Project
from pipelines.warehouse.conversion import in_usd
from tests.conftest import CHECKOUT
from tests.normalise.sources import VOCABULARY, as_csv, read_sources, read_table, write_source

Table = Callable[..., Observed]
RATES = (
    '[t.columns]\n"USD" = { attribute = "units_per_eur", currency = "USD" }\n"JPY" = { attribute = "units_per_eur", currency = "JPY" }',
    "observed_on,USD,JPY\n2026-03-06,1.25,150\n2026-02-27,1.2,160\n",
)


def read(text: str, **declared: str) -> dict[str, Any]:
    """A price in a cell of a source that declares so."""
    cell = pl.DataFrame({"text": [text], "type": ["quantity"], "unit": ["USD"], "attribute": ["price"]})
    return read_quantities(
        cell.with_columns(pl.lit(value).alias(key) for key, value in declared.items()), VOCABULARY
    ).row(0, named=True)


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("€1,299", 1299, 1299, "EUR"), ("1.299,00 €", 1299, 1299, "EUR"), ("899,- €", 899, 899, "EUR"),
        ("1299 EUR", 1299, 1299, "EUR"), ("EUR 1,299.50", 1299.5, 1299.5, "EUR"), ("1 299,00 €", 1299, 1299, "EUR"),
        ("€1,000–1,200", 1000, 1200, "EUR"), ("~€2K", 2000, 2000, "EUR"), ("£640", 640, 640, "GBP"),
        ("A$640", 640, 640, "AUD"), ("$1,299 (CAD)", 1299, 1299, "CAD"), ("$1,299 Canadian", 1299, 1299, "CAD"),
        ("1299 dollars (AUD)", 1299, 1299, "AUD"), ("198,000円", 198000, 198000, "JPY"), ("¥1,500 RMB", 1500, 1500, "CNY"),
        ("CHF 1'299.-", 1299, 1299, "CHF"), ("4 999,00 zł", 4999, 4999, "PLN"), ("₹1,59,999", 159999, 159999, "INR"),
        ("MX$5,756.14", 5756.14, 5756.14, "MXN"), ("US$1,299", 1299, 1299, "USD"), ("$1,299", 1299, 1299, "USD"),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_the_currency_that_its_cell_names(
    text: str, low: float, high: float, currency: str
) -> None:
    got = read(text)
    assert (got["reason"], got["value_low"], got["value_high"], got["currency"]) == (None, low, high, currency)


@pytest.mark.parametrize(
    ("text", "declared", "value", "currency"),
    [
        ("$5756.14", {"currency": "MXN"}, 5756.14, "MXN"), ("US$300", {"currency": "MXN"}, 300, "USD"),
        ("$300", {"currency": "EUR"}, 300, "USD"), ("1299", {"currency": "GBP"}, 1299, "GBP"),
        ("¥1,500", {"currency": "CNY"}, 1500, "CNY"), ("5 490 kr", {"currency": "SEK", "locale": "decimal comma"}, 5490, "SEK"),
        ("1.226 €", {"locale": "decimal comma"}, 1226, "EUR"), ("1.226 €", {"locale": "decimal point"}, 1.226, "EUR"),
        ("1226,5", {"currency": "EUR", "locale": "decimal comma"}, 1226.5, "EUR"),
    ],
)  # fmt: skip
def test_what_a_source_declares_settles_what_a_cell_leaves_open(
    text: str, declared: dict[str, str], value: float, currency: str
) -> None:
    got = read(text, **declared)
    assert (got["reason"], got["value_low"], got["currency"]) == (None, value, currency)


@pytest.mark.parametrize(
    ("text", "declared", "reason"),
    [
        ("1.226 €", {}, "locale"), ("¥198,000", {}, "JPY or CNY"), ("¥198,000", {"currency": "EUR"}, "JPY or CNY"),
        ("$1,299 (€1,199)", {}, "several currencies"), ("€1,299 / £1,099", {}, "several currencies"),
        ("1.5 €", {"locale": "decimal comma"}, "no decimal comma"), ("1299", {"currency": "euros"}, "no code"),
        ("1299", {}, "no unit"), ("1299 €/month", {}, "no unit of USD"), ("899 € incl. VAT", {"tax": "excluded"}, "taxes"),
    ],
)  # fmt: skip
def test_an_ambiguous_amount_is_refused_with_that_reason(text: str, declared: dict[str, str], reason: str) -> None:
    assert reason in (read(text, **declared)["reason"] or "")


def test_words_about_taxes_are_a_flag_of_the_amount() -> None:
    texts = ("1.299,00 € inkl. MwSt.", "1,299 € (incl. 19% VAT)", "$1,299 plus tax", "£640 ex VAT", "£640")
    assert [(read(text)["tax"], read(text)["reason"]) for text in texts] == [
        ("included", None), ("included", None), ("excluded", None), ("excluded", None), (None, None),
    ]  # fmt: skip


@pytest.fixture
def priced(tmp_path: Path) -> Table:
    def table(rows: list[list[str]], contract: str = "") -> Observed:
        head = '[t.defaults]\ncondition = "street"\n[t.columns]\n"Price" = { attribute = "price" }'
        write_source(tmp_path, {"t": RATES}, "rates")
        write_source(tmp_path, {"t": (contract or head, as_csv([["hardware", "Price", "observed_on"], *rows]))})
        return in_usd(read_sources(tmp_path), Project(CHECKOUT), VOCABULARY)

    return table


def test_both_ends_of_an_amount_are_converted_by_the_last_rate_on_or_before_its_day(priced: Table) -> None:
    got = priced(
        [["RTX 4090", "€1,000–1,200", "2026-03-08"], ["RTX 3090", "90,000円", "2026-03-06"], ["RTX 5090", "$2,000", ""]]
    )
    # Sunday 8 March: the rate of Friday, 1.25 dollars for a euro; 90,000 yen / 150 * 1.25 = 750 dollars
    prices = got.observations.filter(pl.col("attribute") == "price").sort("hardware_id")
    assert prices.select("value_low", "value_high", "amount_low", "amount_high", "currency").rows() == [
        (750, 750, 90000, 90000, "JPY"), (1250, 1500, 1000, 1200, "EUR"), (2000, 2000, 2000, 2000, "USD"),
    ]  # fmt: skip
    assert [str(day) for day in prices["fx_day"]] == ["2026-03-06", "2026-03-06", "None"]
    yen, euros, dollars = prices.select("fx_from", "fx_usd_from").rows()
    assert [key and key.split(":", 1)[1] for key in (*yen, *euros, *dollars)] == [
        "2:JPY#1", "2:USD#1", "2:USD#1", None, None, None,
    ]  # fmt: skip


def test_an_amount_without_a_rate_of_its_week_is_rejected_and_counted(priced: Table) -> None:
    got = priced(
        [["RTX 4090", "€1,000", "2026-03-14"], ["RTX 3090", "£700", "2026-03-06"], ["RTX 5090", "€2,000", "2026-03-13"]]
    )
    assert got.rejected.select("raw_row", "reason").rows() == [
        (
            2,
            "no rate of EUR of 2026-03-14 or the week before it is known: rigonomics update ecb-daily brings the latest",
        ),
        (
            3,
            "no rate of GBP of 2026-03-06 or the week before it is known: rigonomics update ecb-daily brings the latest",
        ),
    ]
    (small,) = got.counts.filter(pl.col("raw_file").str.contains("small")).to_dicts()
    assert (small["cells"], small["observed"], small["rejected"], small["label"], small["observations"]) == (
        9,
        1,
        2,
        6,
        1,
    )


def test_a_converted_amount_is_held_to_the_plausible_range_and_the_amount_is_not(priced: Table) -> None:
    got = priced([["RTX 4090", "1,500,000円", "2026-03-06"], ["RTX 3090", "€900,000", "2026-03-06"]])
    # 1.5 million yen are 12,500 dollars; 900,000 euros are more than a million
    assert got.observations.filter(pl.col("attribute") == "price")["value_low"].to_list() == [12500]
    assert "outside the plausible range" in got.rejected["reason"][0]


def test_an_undated_amount_in_another_currency_is_rejected(tmp_path: Path) -> None:
    write_source(tmp_path, {"t": RATES}, "rates")
    write_source(tmp_path, {"t": ('[t.columns]\n"Price" = { attribute = "price", condition = "street" }',
                                  as_csv([["hardware", "Price"], ["RTX 4090", "€1,000"]]))})  # fmt: skip
    head = tmp_path / "data" / "raw" / "small" / "source.toml"
    head.write_text(head.read_text().replace('published_on = "2026-11-21"', 'published_on = ""'))
    assert "needs a day" in in_usd(read_sources(tmp_path), Project(CHECKOUT), VOCABULARY).rejected["reason"][0]


def test_source_toml_declares_currency_locale_and_tax_for_all_tables(tmp_path: Path) -> None:
    write_source(tmp_path, {"t": RATES}, "rates")
    write_source(tmp_path, {"t": ('[t.columns]\n"Preis" = { attribute = "price", condition = "street" }',
                                  as_csv([["hardware", "Preis", "observed_on"], ["RTX 4090", "1.600", "2026-03-06"]]))})  # fmt: skip
    head = tmp_path / "data" / "raw" / "small" / "source.toml"
    head.write_text(head.read_text() + 'currency = "EUR"\nlocale = "decimal comma"\ntax = "included"\n')
    got = in_usd(read_sources(tmp_path), Project(CHECKOUT), VOCABULARY).observations
    assert got.filter(pl.col("attribute") == "price").select("value_low", "amount_low", "currency", "tax").rows() == [
        (2000, 1600, "EUR", "included")
    ]


@pytest.mark.parametrize(
    ("header", "cell", "currency"),
    [
        ("Price (CAD)", "$1,299", "CAD"),
        ("Price (CAD)", "1,299", "CAD"),
        ("Price (CAD)", "US$1,299", "USD"),
        ("Preis in €", "1,299", "EUR"),
        ("Price ($)", "$1,299", "USD"),
        ("Preis in €", "$1,299", None),
        ("Price (¥)", "1,299", None),
    ],
)
def test_a_currency_in_the_header_is_that_of_its_amounts(
    tmp_path: Path, header: str, cell: str, currency: str | None
) -> None:
    contract = (
        f"""[t.columns]\n"GPU" = {{ facet = "hardware" }}\n"{header}" = {{ attribute = "price", condition = "new" }}"""
    )
    read = read_table(tmp_path, contract, [["GPU", header], ["RTX 4090", cell]])
    assert read.observations["currency"].to_list() == ([] if currency is None else [currency])
    assert read.rejected.height == (currency is None)
