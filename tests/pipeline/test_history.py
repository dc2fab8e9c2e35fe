"""Snapshots take each other's place, the old ones stay for history, and a day shows what was known on it."""

import csv
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.cli.changes import told
from pipelines.project import Project
from pipelines.refresh import refresh
from pipelines.warehouse.reading import open_published
from tests.conftest import CHECKOUT, copy_project
from tests.small import SHOP, digests

GUIDE = "data/raw/local-ai-hardware-guide-2026"
ANSWERS = ("build_costs", "build_parts", "build_power", "cost_per_token", "cloud_roi", "power_cost", "prices", "specs",
           "benchmarks", "cloud_rates", "throughput", "price_history", "price_changes", "hardware", "model_sizes")  # fmt: skip
"""Tables that hold figures; raw_files, observations and the like hold all that is there, whatever the day."""


def take_again(project: Project, day: str, *, card: str, price: str) -> None:
    """A snapshot of a later day that holds the table of graphics cards alone, with another price for one of them."""
    first = project.root / GUIDE / "2026-11-20"
    later = project.root / GUIDE / day
    later.mkdir()
    with (first / "gpu_matrix.csv").open(encoding="utf-8", newline="") as then:
        rows = list(csv.DictReader(then))
    [changed] = [row for row in rows if row["GPU"] == card]
    changed["Price (2026)"] = price
    with (later / "gpu_matrix.csv").open("w", encoding="utf-8", newline="") as now:
        writer = csv.DictWriter(now, list(changed), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    sections = re.split(r"(?m)^(?=\[\w+\]$)", (first / "tables.toml").read_text(encoding="utf-8"))
    (later / "tables.toml").write_text(next(s for s in sections if s.startswith("[gpu_matrix]")), encoding="utf-8")


def take_shop_again(project: Project, cards: str) -> None:
    """A snapshot of the small project's shop of 1 December 2026."""
    later = shutil.copytree(project.root / SHOP, project.root / SHOP / "../2026-12-01")
    (later / "cards.csv").write_text(cards, encoding="utf-8")


def shown(project: Project) -> date:
    """The day that the tables show."""
    with open_published(project) as connection:
        ((day,),) = connection.execute("select as_of from settings").fetchall()
    assert isinstance(day, date)
    return day


@dataclass(frozen=True)
class Days:
    """One project on two days: as first read, and after a newer snapshot."""

    first: Project
    now: Project


@pytest.fixture(scope="module")
def days(published: Project, tmp_path_factory: pytest.TempPathFactory) -> Days:
    now = copy_project(tmp_path_factory.mktemp("now"))
    shutil.copytree(published.curated, now.curated, symlinks=True)
    take_again(now, "2026-12-01", card="RTX 5090", price="$3,000–3,400")
    refresh(now, with_report=False, now=datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    return Days(published, now)


Ask = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def ask(days: Days) -> Iterator[Ask]:
    with open_published(days.now) as connection:
        yield lambda query, *parameters: connection.execute(query, list(parameters)).fetchall()


def test_a_newer_snapshot_is_current_and_the_older_one_is_kept(ask: Ask) -> None:
    assert ask(
        "select raw_text, is_current, superseded_on, priced_on from prices "
        "where hardware_id = 'rtx-5090' and raw_file like '%gpu_matrix.csv' and raw_row = 2 order by raw_file"
    ) == [
        ("$3,500–4,200", False, date(2026, 12, 1), date(2026, 4, 1)),
        ("$3,000–3,400", True, None, date(2026, 12, 1)),
    ]
    assert ask("select supersedes from snapshots where raw_file like '%2026-12-01/gpu_matrix.csv'") == [
        (f"{GUIDE}/2026-11-20/gpu_matrix.csv",)
    ]


def test_tables_that_the_newer_snapshot_leaves_out_stay_current(ask: Ask) -> None:
    assert ask("select count(*) from snapshots where not is_current") == [(1,)]


def test_the_day_of_a_snapshot_that_takes_anothers_place_is_the_day_that_the_tables_show(ask: Ask) -> None:
    assert ask("select as_of from settings") == [(date(2026, 12, 1),)]


def test_costs_follow_the_newer_price(ask: Ask) -> None:
    assert ask(
        "select distinct current_price_mid_usd / quantity, current_price_on from build_parts "
        "where build_id = 'tier1-practitioner-5090' and slot = 'gpu'"
    ) == [(3200.0, date(2026, 12, 1))]


def test_history_has_a_line_for_each_day_and_the_change_is_of_the_last_two(ask: Ask) -> None:
    assert ask(
        "select observed_on, price_low_usd, price_mid_usd, price_high_usd from price_history "
        "where hardware_id = 'rtx-5090' and condition = 'street' and observed_on >= '2026-04-01' order by 1"
    ) == [
        (date(2026, 4, 1), 3500, 3850, 4200), (date(2026, 6, 25), 3650, 3775, 3900), (date(2026, 12, 1), 3000, 3200, 3400),
    ]  # fmt: skip
    ((*change, percent),) = ask(
        "select previous_on, previous_mid_usd, current_on, current_mid_usd, change_percent from price_changes "
        "where hardware_id = 'rtx-5090' and condition = 'street'"
    )
    assert change == [date(2026, 6, 25), 3775, date(2026, 12, 1), 3200]
    assert percent == pytest.approx(-15.2318, abs=1e-4)  # 575 of 3,775


def changed(then: dict[str, str], now: dict[str, str]) -> list[str]:
    """The tables with figures of which two publications differ."""
    return [name for name in ANSWERS if then.get(f"{name}.parquet") != now.get(f"{name}.parquet")]


def test_later_data_shown_as_of_an_earlier_day_give_the_figures_of_then(small: Project) -> None:
    then, day = digests(small.parquet), shown(small)
    take_shop_again(small, "hardware,Price\nRTX 4090,$1500\n")
    refresh(small, with_report=False)
    assert "prices" in changed(then, digests(small.parquet))
    refresh(small, with_report=False, as_of=day)
    assert changed(then, digests(small.parquet)) == []


@pytest.mark.slow
def test_all_later_data_shown_as_of_an_earlier_day_give_the_figures_of_then(days: Days, project: Project) -> None:
    shutil.copytree(days.now.raw, project.raw, dirs_exist_ok=True)
    shutil.copytree(days.now.curated, project.curated, symlinks=True)
    refresh(project, with_report=False, as_of=shown(days.first))
    assert changed(digests(days.first.parquet), digests(project.parquet)) == []


@pytest.mark.parametrize("day", ["2025-10-31", "2026-04-01", "2026-11-30"])
def test_prices_as_of_a_day_are_the_same_from_data_of_then_and_of_now(days: Days, day: str) -> None:
    query = f"select * exclude (observation_id) from prices_asof('{day}') order by all"
    with open_published(days.first) as first, open_published(days.now) as now:
        assert now.execute(query).fetchall() == first.execute(query).fetchall()


@pytest.mark.slow
def test_as_of_a_day_only_what_was_said_by_then_counts(project: Project) -> None:
    refresh(project, with_report=False, as_of=date(2025, 12, 31))
    with open_published(project) as connection:
        (newest,) = connection.execute("select max(observed_on) from current_observations").fetchall()[0]
        assert newest == date(2025, 12, 31)
        assert connection.execute("select max(priced_on) <= '2025-12-31' from prices").fetchall() == [(True,)]
        # the guide of April 2026 describes the tiers: on that day nobody knew their parts
        assert connection.execute(
            "select count(*) from build_parts where build_id = 'tier1-practitioner-5090' and hardware_id is not null"
        ).fetchall() == [(0,)]


def test_changes_name_the_price_the_systems_and_the_answers_that_moved(ask: Ask) -> None:
    moved = dict(ask("select subject, after_value - before_value from changes where what = 'price'"))  # type: ignore[arg-type]
    # the page of December repeats $7,000–12,000 for the L40S, which is newer than the $7,500 of April's parts list
    assert moved == {"rtx-5090": -575, "l40s": 2000}
    systems = dict(ask("select subject, after_value - before_value from changes where what = 'system_cost'"))  # type: ignore[arg-type]
    assert systems["tier1-practitioner-5090"] == -575
    assert systems["tier2-power-user-2x5090"] == -1150
    assert "quad-4090-server" not in systems


def test_a_payback_is_a_change_only_where_it_crosses_the_life_of_the_machine(days: Days, ask: Ask) -> None:
    crossed = set(ask("select subject, about, scenario_id from changes where what = 'payback'"))
    rows = "select build_id, cloud_rate_id || ' ' || comparison, scenario_id, pays_back_within_life from cloud_roi"
    with open_published(days.first) as first:
        before = {row[:3]: row[3] for row in first.execute(rows).fetchall()}
    after = {row[:3]: row[3] for row in ask(rows)}
    expected = {
        key for key in before if key in after and None not in (before[key], after[key]) and before[key] != after[key]
    }
    assert crossed == expected


def test_changes_are_told_in_words(days: Days) -> None:
    with open_published(days.now) as connection:
        lines = told(connection, None)
    assert lines[0].startswith("the refresh of 2026-12-01 09:30 UTC (as of 2026-12-01) against the refresh of ")
    assert "  NVIDIA GeForce RTX 5090, street: 3,775 -> 3,200 (-15.2 %)" in lines


def test_the_first_refresh_has_nothing_to_compare_with(published: Project) -> None:
    with open_published(published) as connection:
        assert connection.execute("select changes from refreshes").fetchall() == [(None,)]
        assert "nothing before it" in told(connection, None)[0]


def test_every_refresh_leaves_a_row_and_parquet_only_the_one_that_made_it(small: Project) -> None:
    first, then = shown(small), date(2026, 12, 1)
    take_shop_again(small, "hardware,Price\nRTX 4090,$1500\n")
    refresh(small, with_report=False, now=datetime(2026, 12, 1, 9, 30, tzinfo=UTC))
    refresh(small, with_report=False, as_of=first)
    with open_published(small) as connection:
        rows = connection.execute(
            "select as_of, is_latest, refreshed_at from refreshes order by refreshed_at"
        ).fetchall()
    assert [(as_of, latest) for as_of, latest, _ in sorted(rows, key=lambda row: not row[1])] == [
        (first, True), (first, False), (then, False),
    ]  # fmt: skip
    kept = duckdb.sql(f"select as_of, refreshed_at, changes from '{small.parquet / 'refreshes.parquet'}'").fetchall()
    assert kept == [(first, None, None)]


def test_the_same_state_published_again_gets_a_row_of_its_own(small: Project) -> None:
    refresh(small, with_report=False, force=True)
    with open_published(small) as connection:
        (first, second) = [
            row[0] for row in connection.execute("select refresh_id from refreshes order by is_latest").fetchall()
        ]
    assert second == f"{first}-2"


def test_a_snapshot_that_cannot_be_read_takes_nobodys_place(small: Project) -> None:
    day = shown(small)
    take_shop_again(small, "")
    refresh(small, with_report=False)
    with open_published(small) as connection:
        assert connection.execute("select raw_file from snapshots where not is_current").fetchall() == [
            ("data/raw/shop/2026-12-01/cards.csv",)
        ]
    assert shown(small) == day


def test_the_checkout_has_one_snapshot_of_each_table() -> None:
    """What the tests above take for granted of the copied data."""
    found = [
        path.relative_to(CHECKOUT / "data/raw").parts for path in Path(CHECKOUT / "data/raw").glob("*/*/gpu_matrix.csv")
    ]
    assert found == [("local-ai-hardware-guide-2026", "2026-11-20", "gpu_matrix.csv")]
