"""The examples of queries/: each runs on the published file, answers, and says what it answers; some figures by
hand."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.project import Project
from pipelines.warehouse.reading import open_published
from tests.conftest import CHECKOUT

QUERIES = sorted((CHECKOUT / "queries").glob("*.sql"))
Rows = list[dict[str, Any]]


@pytest.fixture
def answer(published: Project) -> Callable[[str], Rows]:
    """The rows of an example by its name, each by column."""

    def run(name: str) -> Rows:
        with open_published(published) as connection:
            cursor = connection.execute((CHECKOUT / "queries" / f"{name}.sql").read_text(encoding="utf-8"))
            columns = [column[0] for column in cursor.description or []]
            return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]

    return run


def test_there_are_a_dozen_or_more() -> None:
    assert len(QUERIES) >= 12


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_each_runs_as_one_statement_and_gives_rows(path: Path, published: Project) -> None:
    sql = path.read_text(encoding="utf-8")
    assert len(duckdb.extract_statements(sql)) == 1
    with open_published(published) as connection:
        assert connection.execute(sql).fetchall()


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_the_first_line_asks_the_question_that_it_answers(path: Path) -> None:
    first, *rest = path.read_text(encoding="utf-8").splitlines()
    assert re.fullmatch(r"-- [A-Z].{20,}\?", first)
    assert rest[0].startswith("-- "), "the next lines say how to read or change it"


def test_the_readme_lists_every_one_of_them() -> None:
    listed = re.findall(r"\]\((\w+\.sql)\)", (CHECKOUT / "queries" / "README.md").read_text(encoding="utf-8"))
    assert sorted(listed) == [path.name for path in QUERIES]


def test_a_system_of_9000_dollars_and_45_watts_at_work_beats_a_rate_of_2_50_up_to_23_dollars_a_kwh(
    answer: Callable[[str], Rows],
) -> None:
    # 40 h/week are 2085.714 h a year: 5214.29 of rent less 3000 of value lost is 2214.29, for
    # 94.9 kWh at 45.5 W, which is 0.7 of the 65 W that it uses at the most
    prices = {row["system"]: row["breakeven_usd_per_kwh"] for row in answer("breakeven_electricity_price")}
    assert prices["Mac Studio M4 Ultra"] == pytest.approx(23.333, abs=0.001)


def test_95_tokens_a_second_from_35_gb_at_819_gb_s_are_4_times_too_fast(answer: Callable[[str], Rows]) -> None:
    [mac] = [row for row in answer("impossible_speeds") if row["claimed_tok_s"] == 95]
    # 819 GB/s over the 35 GB of a 70B model at INT4 (70 billion x 4 bits / 8): 23.4 tok/s, of which 95 are 4.0598 times
    assert mac["ceiling_tok_s"] == pytest.approx(23.4, abs=0.001)
    assert mac["times_too_fast"] == pytest.approx(4.0598, abs=0.001)


def test_the_cheapest_of_each_class_is_the_first_row_of_answers(answer: Callable[[str], Rows]) -> None:
    first = {(row["model_class"], row["scenario_id"]): row for row in answer("answers") if row["rank"] == 1}
    rows = answer("cost_per_token_by_class")
    assert len(rows) == len(first) > 0
    for row in rows:
        found = first[row["model_class"], row["scenario_id"]]
        assert (row["system"], row["usd_per_mtok_mid"]) == (found["system"], found["usd_per_mtok_mid"])
    within = [row["usd_per_mtok_mid"] for row in answer("cheapest_system_for_a_budget")]
    assert within == sorted(within)


def test_no_system_over_the_budget_is_named(answer: Callable[[str], Rows]) -> None:
    rows = answer("cheapest_system_for_a_budget")
    assert max(row["capex_mid_usd"] for row in rows) <= 10000
    assert len({row["system"] for row in rows}) == len(rows)


def test_a_used_3090_of_24_gib_at_550_to_850_dollars_costs_27_dollars_a_gb(answer: Callable[[str], Rows]) -> None:
    [card] = [row for row in answer("price_of_memory") if row["name"] == "NVIDIA GeForce RTX 3090"]
    # 24 GiB are 25.77 GB; 700 / 25.77
    assert (card["condition"], round(card["usd_per_gb"], 2), round(card["usd_per_gb_s"], 3)) == ("used", 27.16, 0.748)


def test_twice_the_rent_pays_a_machine_back_in_less_than_half_the_time(answer: Callable[[str], Rows]) -> None:
    ratios = [row["times_longer_at_half_the_rent"] for row in answer("payback_by_rent")]
    known = [ratio for ratio in ratios if ratio is not None]
    assert known
    assert min(known) > 2  # the electricity is the same at either rent


def test_the_grid_falls_with_hours_and_rises_with_the_price_of_electricity(answer: Callable[[str], Rows]) -> None:
    grid = [[value for name, value in row.items() if name.startswith("0.")] for row in answer("what_if_grid")]
    assert [len(line) for line in grid] == [4] * 5
    assert all(line == sorted(line) for line in grid)
    assert all(list(column) == sorted(column, reverse=True) for column in zip(*grid, strict=True))


def test_the_trace_ends_in_cells_that_stand_in_their_files(answer: Callable[[str], Rows], published: Project) -> None:
    rows = answer("trace_by_lineage")
    assert any(row["unit"] == "USD" for row in rows)
    for row in rows:
        text = (published.root / row["raw_file"]).read_text(encoding="utf-8")
        assert row["raw_text"].split('"')[0] in text
