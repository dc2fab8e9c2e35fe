"""Many readings of one configuration: quartiles, the median that counts, and what is out of line."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.warehouse.build import create_macros, create_table, fill_from_sql
from pipelines.warehouse.declarations import load_declarations

CHECKOUT = Path(__file__).parents[2]
DECLARATIONS = load_declarations(CHECKOUT / "analysis", CHECKOUT)
Ask = Callable[[str], list[tuple[Any, ...]]]


def reading(number: int, speed: float, **facets: Any) -> dict[str, Any]:
    """A measured speed of an RTX 4090 with an 8B model."""
    return {
        "benchmark_id": f"runs:{number:03}", "hardware_id": "rtx-4090", "gpu_count": 1, "model_id": "llama-3-1-8b",
        "quantization": "Q4_K_M", "engine": "LocalScore", "phase": "decode", "concurrency": 1, "per_user": False, "offload": "none",
        "tokens_per_s_low": speed, "tokens_per_s_high": speed, "basis": "measured", "is_derived": False, "source_id": "runs",
        "observed_on": date(2026, 3, 1),
    } | facets  # fmt: skip


READINGS = [
    # twenty-one cards from 90 to 110, one that throttles, one of another format, and two alone at another context
    *(reading(number, 90.0 + number) for number in range(21)),
    reading(21, 40.0),
    reading(22, 180.0),
    reading(23, 80.0, context_tokens=16384),
    reading(24, 20.0, context_tokens=16384),
    # each of four users: 30 tokens a second are 120
    reading(25, 30.0, concurrency=4, per_user=True),
    # not measured, not exact, not in memory
    reading(26, 300.0, basis="reported"),
    reading(27, 300.0, bound="at_most"),
    reading(28, 3.0, offload="cpu"),
]


@pytest.fixture(scope="module")
def world() -> Iterator[Ask]:
    """A database with those readings and what the analysis makes of them."""
    with duckdb.connect() as connection:
        create_macros(connection, CHECKOUT / "analysis" / "macros")
        create_table(connection, DECLARATIONS["benchmarks"])
        for row in READINGS:
            marks = ", ".join("?" for _ in row)
            connection.execute(f"insert into benchmarks ({', '.join(row)}) values ({marks})", list(row.values()))
        for name in ("measured_readings", "measured_distributions"):
            fill_from_sql(connection, DECLARATIONS[name])
        yield lambda query: connection.execute(query).fetchall()


def test_a_configuration_is_its_quartiles_and_the_median_without_what_is_out_of_line(world: Ask) -> None:
    # 90 to 110 in steps of one: quartiles 95 and 105, median 100
    assert world(
        """
        select readings, lowest_tok_s, lower_quartile_tok_s, median_tok_s, upper_quartile_tok_s, highest_tok_s, outliers, benchmark_id
        from measured_distributions
        where context_tokens is null and concurrency = 1
        """
    ) == [(23, 40, 95, 100, 105, 180, 2, "runs:010")]


def test_what_is_out_of_line_is_named_with_what_is_suspected(world: Ask) -> None:
    slow, fast = world("select benchmark_id, remark from measured_readings where is_outlier order by 1")
    assert slow[0] == "runs:021"
    assert slow[1].startswith("slower than the others by 60 %: throttled by heat or power")
    assert fast[0] == "runs:022"
    assert fast[1].startswith("faster than the others by 80 %")


def test_two_readings_that_differ_are_no_outliers_but_a_middle(world: Ask) -> None:
    assert world(
        "select readings, median_tok_s, outliers from measured_distributions where context_tokens = 16384"
    ) == [(2, 50, 0)]


def test_what_each_user_gets_is_counted_for_all_of_them(world: Ask) -> None:
    assert world("select median_tok_s from measured_distributions where concurrency = 4") == [(120,)]


def test_only_measured_exact_readings_in_memory_make_a_distribution(world: Ask) -> None:
    assert world("select count(*), max(benchmark_id) from measured_readings") == [(26, "runs:025")]
    # and each of them stays traceable to its configuration
    assert world(
        """
        select count(*)
        from measured_readings
        where configuration_id not in (select configuration_id from measured_distributions)
        """
    ) == [(0,)]
