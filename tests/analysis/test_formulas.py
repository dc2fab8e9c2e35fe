"""The formulas of analysis/macros, against values computed by hand from the documents. Tables have tests of their
own."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

MACROS = Path(__file__).parents[2] / "analysis" / "macros"
FORMULAS = (
    "hours_per_year", "kwh_per_year", "power_usd", "usd_per_mtok", "cloud_usd_per_mtok", "saving_usd_per_year",
    "payback_years", "breakeven_hours_per_week", "breakeven_capex_usd", "roi_percent", "npv_usd", "weights_gb", "memory_needed_gb",
    "decode_ceiling_tok_s", "bits_of_file", "watts_with_idle", "kv_cache_gb", "decode_read_gb", "modelled_ms",
    "batch_tok_s", "batch_step_ms", "file_gb", "expert_params_b", "layer_tflops", "interval_reach", "interval_widening",
    "decode_elsewhere", "prefill_elsewhere", "least_decode_ms", "working_power_w", "joules_per_token", "accelerators_needed",
)  # fmt: skip
WORKED_EXAMPLE = re.compile(r"(\w+\([^()]*\)) = ([\d.,-]+?)\.?$")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for path in sorted(MACROS.glob("*.sql")):
            connection.execute(path.read_text(encoding="utf-8"))
        yield connection


def value(connection: duckdb.DuckDBPyConnection, expression: str) -> float | None:
    [(result,)] = connection.sql(f"select {expression}").fetchall()
    return None if result is None else float(result)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        # a week around the clock, 52 weeks and a day of it, is the year's 8,760 hours
        ("hours_per_year(168)", 8_760),
        ("hours_per_year(84)", 4_380),
        ("hours_per_year(0)", 0),
        # tier 3 of the hardware guide: 2,000 W around the clock at USD 0.15 is printed as USD 2,628 a year
        ("power_usd(2000, years := 1)", 2_628),
        ("power_usd(2000)", 7_884),
        ("kwh_per_year(2000)", 17_520),
        # the strategy's four hours a day: 0.77 kW x 1,460 h x USD 0.15
        ("power_usd(770, 28, 0.15, 1)", 168.63),
        # 1,433 USD a year of purchase and 78.84 of electricity over 315.36 million tokens
        ("usd_per_mtok(4299, 50, 10, usd_per_kwh := 0.18)", 4.794),
        # half the price comes back: 716.50 and 78.84
        ("usd_per_mtok(4299, 50, 10, usd_per_kwh := 0.18, residual_fraction := 0.5)", 2.522),
        # purchase alone, on half the hours, costs twice as much a token
        ("usd_per_mtok(4299, 0, 10, 84)", 9.088),
        ("usd_per_mtok(4299, 0, 10)", 4.544),
        ("cloud_usd_per_mtok(2, 85)", 6.536),
        # 2.50 x 8,760 - 2,628
        ("saving_usd_per_year(2.5, 2000, 168)", 19_272),
        # the workstation summary divides USD 14,949 by the rent of 40, 100 and 168 hours a week over 52 weeks; over a
        # whole year that is 2.867, 1.147 and 0.683 where it prints 2.9, 1.15 and 0.68
        ("payback_years(14949, 2.5, 0, 40)", 2.867),
        ("payback_years(14949, 2.5, 0, 100)", 1.147),
        ("payback_years(14949, 2.5, 0, 168)", 0.683),
        # 500 W at work take 156.43 a year off the saving of 5,214.29
        ("payback_years(14949, 2.5, 500, 40)", 2.956),
        ("payback_years(0, 2.5)", 0),
        # 2085.714 h at 0.01 USD save 20.857 USD a year
        ("payback_years(2000, 0.01)", 95.890),
        ("payback_years(2500, 0.01, longest_years := 120)", 119.863),
        # 14,949 over three years is 1,993.2 rented hours a year
        ("breakeven_hours_per_week(14949, 2.5)", 38.226),
        ("breakeven_hours_per_week(14949, 2.5, life_years := 6)", 19.113),
        ("breakeven_hours_per_week(14949, 2.5, residual_fraction := 0.5)", 19.113),
        # at break-even nothing is won: exactly a life around the clock of a rent of 1 an hour
        ("breakeven_hours_per_week(26280, 1)", 168),
        # 750.857 million tokens a year for 2 each are 1,501.71, less 156.43 of electricity, three years of the rest
        ("breakeven_capex_usd(2, 500, 100, 40)", 4_035.857),
        # half of the price comes back, so that twice as much may be paid
        ("breakeven_capex_usd(2, 500, 100, 40, residual_fraction := 0.5)", 8_071.714),
        # what usd_per_mtok gives for 4,299, and back: 4.794 x 315.36 less 78.84, three times
        ("breakeven_capex_usd(4.794, 50, 10, usd_per_kwh := 0.18)", 4_298.96),
        # 15,642.86 saved in three years, 693.86 over the price
        ("roi_percent(14949, 2.5)", 4.641),
        ("roi_percent(14949, 2.5, residual_fraction := 0.2)", 24.641),
        # 5,214.29 a year for three years at 5 %: 4,965.99 + 4,729.51 + 4,504.30
        ("npv_usd(14949, 2.5)", -749.20),
        ("npv_usd(14949, 2.5, discount_rate := 0)", 693.86),
        # what the machine still fetches is discounted like the third saving: 1,494.90 / 1.157625
        ("npv_usd(14949, 2.5, residual_fraction := 0.1)", 542.14),
        ("weights_gb(70, 4)", 35),
        ("weights_gb(405, 16)", 810),
        # 35 + 8.192 x 0.32768 + 2
        ("memory_needed_gb(35, 2.684)", 38.184),
        ("memory_needed_gb(35, 2, 0.5, 4)", 39),
        # the guide's ceilings of an RTX 5090 and an RTX 4090 on 40 GB of weights, printed as about 45 and 25
        ("decode_ceiling_tok_s(1792, 40)", 44.8),
        ("decode_ceiling_tok_s(1008, 40)", 25.2),
    ],
)
def test_formula_gives_the_value_worked_out_by_hand(
    connection: duckdb.DuckDBPyConnection, expression: str, expected: float
) -> None:
    assert value(connection, expression) == pytest.approx(expected, rel=1e-3 if expected < 10 else 1e-4, abs=1e-9)


@pytest.mark.parametrize(
    "expression",
    [
        "payback_years(14949, 0.02, 500)",  # electricity costs more than the rent
        "payback_years(14949, 0.075, 500)",  # exactly as much
        "payback_years(2500, 0.01)",  # 119.9 years, which no machine lasts
        "breakeven_hours_per_week(14949, 0.02, 500)",
        "breakeven_hours_per_week(26281, 1)",  # a dollar more than a life around the clock saves
        "breakeven_capex_usd(0.1, 500, 100)",  # 315.36 a year for the tokens, 657 of electricity
        "breakeven_capex_usd(2, 500, 100, residual_fraction := 1)",  # any price, since all of it comes back
        "usd_per_mtok(4299, 50, 0)",
        "usd_per_mtok(4299, 50, 10, 0)",
        "cloud_usd_per_mtok(2, 0)",
        "roi_percent(0, 2.5)",
        "decode_ceiling_tok_s(1792, 0)",
    ],
)
def test_formula_gives_null_where_there_is_no_answer(connection: duckdb.DuckDBPyConnection, expression: str) -> None:
    assert value(connection, expression) is None


@pytest.mark.parametrize(
    "expression",
    [
        "power_usd(null)",
        "usd_per_mtok(null, 50, 10)",
        "usd_per_mtok(4299, null, 10)",
        "usd_per_mtok(4299, 50, null)",
        "breakeven_capex_usd(null, 500, 100)",
        "breakeven_capex_usd(2, null, 100)",
        "breakeven_capex_usd(2, 500, null)",
        "payback_years(null, 2.5)",
        "payback_years(14949, null)",
        "payback_years(14949, 2.5, null)",
        "breakeven_hours_per_week(null, 2.5)",
        "breakeven_hours_per_week(14949, 2.5, null)",
        "roi_percent(14949, 2.5, null)",
        "npv_usd(14949, 2.5, null)",
        "weights_gb(70, null)",
        "memory_needed_gb(null)",
    ],
)
def test_unknown_in_unknown_out(connection: duckdb.DuckDBPyConnection, expression: str) -> None:
    assert value(connection, expression) is None


def test_break_even_hours_are_those_at_which_the_return_is_nothing(connection: duckdb.DuckDBPyConnection) -> None:
    hours = value(connection, "breakeven_hours_per_week(14949, 2.5, 500)")
    assert value(connection, f"roi_percent(14949, 2.5, 500, {hours})") == pytest.approx(0, abs=1e-9)


def test_formulas_read_columns_as_well_as_constants(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.sql(
        """
        select power_usd(watts, hours_per_week, usd_per_kwh, 1)
        from (values (2000, 168, 0.15), (1000, 84, 0.30), (null, 168, 0.15)) as t(watts, hours_per_week, usd_per_kwh)
        """
    ).fetchall()
    assert [row[0] for row in rows] == [pytest.approx(2_628), pytest.approx(1_314), None]


@pytest.mark.parametrize("name", FORMULAS)
def test_formula_explains_itself_with_an_example_that_holds(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    [(comment,)] = connection.sql(f"select comment from duckdb_functions() where function_name = '{name}'").fetchall()
    example = WORKED_EXAMPLE.search(comment)
    assert example is not None, f"{name} has no worked value at the end of its comment"
    assert example[1].startswith(f"{name}(")
    assert value(connection, example[1]) == pytest.approx(float(example[2].replace(",", "")), rel=1e-3)


def test_reasons_are_joined_in_words_and_null_if_there_are_none(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.sql("select reasons(null, 'price', 'watts'), reasons(null), reasons('price', null)").fetchall()
    assert rows == [("price; watts", None, "price")]


def test_evidence_is_primary_then_new_then_dated_by_itself_then_exact(connection: duckdb.DuckDBPyConnection) -> None:
    names = connection.sql(
        """
        select name
        from (
            values
                ('derived', true, date '2026-04-01', 'explicit', null, false),
                ('old', false, date '2024-12-01', 'explicit', null, false),
                ('undated', false, null, 'none', null, false),
                ('about', false, date '2026-04-01', 'explicit', null, true),
                ('a bound', false, date '2026-04-01', 'explicit', 'at_least', false),
                ('best', false, date '2026-04-01', 'explicit', null, false),
                ('day of the document', false, date '2026-04-01', 'document', null, false)
        ) as t(name, is_derived, observed_on, date_basis, bound, is_approximate)
        order by evidence_order(is_derived, observed_on, date_basis, bound, is_approximate, name)
        """
    ).fetchall()
    assert [name for (name,) in names] == [
        "best", "about", "a bound", "day of the document", "old", "undated", "derived",
    ]  # fmt: skip
