"""`rigonomics price add`: where a price goes, what it is understood as, and what is refused."""

import csv
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import read

TODAY = date.today()


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    return project


def add(*arguments: str) -> int:
    return main(["price", "add", *arguments])


def rows_of(project: Project, source: str = "own-prices") -> list[dict[str, str]]:
    (path,) = (project.raw / source).glob("*/prices_*.csv")
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def test_a_price_is_appended_to_todays_table_of_the_users_own_source(
    here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        add(
            "RTX 5090",
            "2899",
            "--condition",
            "street",
            "--on",
            "2026-11-20",
            "--vendor",
            "a shop",
            "--url",
            "https://x.example",
        )
        == 0
    )
    assert add("4090", "$1,500-1,600", "--condition", "used", "--lot", "2") == 0
    first, second = rows_of(here)
    assert (first["hardware"], first["value"], first["condition"]) == ("NVIDIA GeForce RTX 5090", "2899", "street")
    assert (first["observed_on"], first["vendor"], first["url"]) == ("2026-11-20", "a shop", "https://x.example")
    assert (second["hardware"], second["lot_quantity"], second["observed_on"]) == (
        "NVIDIA GeForce RTX 4090",
        "2",
        str(TODAY),
    )
    told = capsys.readouterr().out
    assert "NVIDIA GeForce RTX 5090 (rtx-5090): 2,899 USD, street, on 2026-11-20" in told
    assert f"data/raw/own-prices/{TODAY}/prices_{TODAY:%Y_%m_%d}.csv row 3" in told


def test_noted_prices_become_current_and_a_lot_is_divided(small: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(small.root))
    add("RTX PRO 6000 Max-Q", "8150", "--condition", "new", "--on", "2026-11-19", "--vendor", "a shop")
    add("RTX PRO 6000 Max-Q", "8100", "--condition", "new", "--on", "2026-11-19", "--vendor", "a shop", "--replace")
    add("RTX 3090", "1500", "--condition", "used", "--lot", "2", "--on", "2026-11-20")
    summary = refresh(small, with_report=False)
    assert (summary.rejected, summary.as_of) == (0, date(2026, 11, 20))
    assert read(
        small,
        "select hardware_id, price_mid_usd, lot_quantity, priced_on from prices where source_id = 'own-prices' order by 1",
    ) == [
        ("rtx-3090", 750, 2, date(2026, 11, 20)),
        ("rtx-pro-6000-max-q", 8100, 1, date(2026, 11, 19)),
    ]
    assert read(
        small,
        "select distinct current_price_mid_usd from build_parts where build_id = 'maxq-1x' and slot = 'gpu'",
    ) == [(8100,)]


def test_the_same_note_again_is_refused_unless_it_is_to_be_corrected(
    here: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    note = ("RTX 5090", "--condition", "street", "--on", "2026-11-20")
    assert add(*note, "2899") == 0
    assert add(*note, "2899") == 1
    assert add(*note, "2799") == 1
    assert "--replace" in capsys.readouterr().err
    assert add(*note, "2799", "--replace") == 0
    assert add(*note, "2699", "--replace") == 0
    with (here.raw / "own-prices/corrections.csv").open(encoding="utf-8", newline="") as handle:
        assert [(line["row"], line["old"], line["new"]) for line in csv.DictReader(handle)] == [("2", "2899", "2699")]
    assert len(rows_of(here)) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("RTX 5099", "1", "--condition", "used"), "nearest: NVIDIA GeForce RTX 5090"),
        (("RTX 5090", "about five", "--condition", "used"), "'about five' cannot be read"),
        (("RTX 5090", "n/a", "--condition", "used"), "nothing is stated"),
        (("RTX 5090", "9999999999", "--condition", "used"), "cannot be read"),
        (("2x RTX 5090", "5000", "--condition", "used"), "names 2 pieces"),
        (("RTX 5090", "1", "--condition", "used", "--on", str(TODAY + timedelta(days=1))), "still to come"),
        (("RTX 5090", "1", "--condition", "used", "--source", "../elsewhere"), "is no source id"),
    ],
)
def test_what_cannot_be_noted_is_refused_without_a_trace(
    here: Project, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    before = sorted(here.raw.rglob("*"))
    assert add(*arguments) == 1
    assert says in capsys.readouterr().err
    assert sorted(here.raw.rglob("*")) == before


def test_a_day_that_is_over_is_never_written_to_again(here: Project) -> None:
    add("RTX 5090", "2899", "--condition", "street")
    (folder,) = (here.raw / "own-prices").glob("20*")
    yesterday = folder.with_name(str(TODAY - timedelta(days=1)))
    folder.rename(yesterday)
    before = {path.name: path.read_bytes() for path in yesterday.iterdir()}
    add("RTX 4090", "1899", "--condition", "street")
    assert {path.name: path.read_bytes() for path in yesterday.iterdir()} == before
    assert len(list(Path(here.raw / "own-prices").glob("20*/prices_*.csv"))) == 2
