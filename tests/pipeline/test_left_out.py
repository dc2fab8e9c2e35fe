"""A source is left out, by wish or because its contract is wrong, and all others are published; the command says so."""

from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.errors import ContractError, RigonomicsError
from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import read
from tests.small import SHOP, SHOP_FILES, add_shop, small_project

SOURCE, TABLES = SHOP_FILES["../source.toml"], SHOP_FILES["tables.toml"]
CLAIM = """\
[half]
subject = "rtx-4090"
what = "half of the other"
stated = { table = "cards", row = 2, column = "Price" }
formula = "sum(other)"
inputs.other = { table = "cards", row = 3, column = "Price" }
"""


@pytest.fixture
def with_shop(tmp_path: Path) -> Project:
    """A small project of two sources, of which one is a shop with two prices."""
    project = small_project(tmp_path / "project")
    add_shop(project)
    return project


def write(project: Project, name: str, text: str, encoding: str = "utf-8") -> None:
    (project.root / SHOP / name).write_text(text, encoding=encoding)


def sources(project: Project) -> list[tuple[object, ...]]:
    """Sources with observations."""
    return read(project, "select distinct source_id from observations order by 1")


BOTH = [("maxq-workstation-summary",), ("shop",)]
OTHER = BOTH[:1]


@pytest.mark.parametrize(
    ("name", "text", "named"),
    [
        ("../source.toml", SOURCE.replace("2026-11-20", "tomorrow"), "shop/source.toml has retrieved_on"),
        ("../source.toml", "title = ", "shop/source.toml is not valid TOML"),
        ("tables.toml", TABLES.replace("price\", c", "preis\", c"), "tables.toml [cards.columns.Price] has attribute = 'preis'"),
        ("tables.toml", TABLES + "[boards]", "declares [boards]"),
        ("more.csv", "a,b\n", "more.csv has no section"),
        ("../corrections.csv", "raw_file,row,column,old,new\n", "shop/corrections.csv row 1 has columns"),
        ("../corrections.csv", f"raw_file,row,column,old,new,why\n{SHOP}/cards.csv,2,Price,$1,$2,x\n", "holds '$1600'"),
        ("../corrections.csv", f"raw_file,row,column,old,new,why\n{SHOP}/cards.csv,9999999999999,Price,$1,$2,x\n", "no row number"),
        ("../corrections.csv", "raw_file,row,column,old,new,why\n,,,,,\n", "row 2 has no raw_file"),
        ("../corrections.csv", "", "shop/corrections.csv"),
    ],
)  # fmt: skip
def test_a_wrong_contract_stops_its_own_source(name: str, text: str, named: str, with_shop: Project) -> None:
    write(with_shop, name, text)
    summary = refresh(with_shop, with_report=False)
    assert summary.published is not None
    assert sources(with_shop) == OTHER
    assert len(summary.faults) == 1
    assert named in summary.faults[0]
    [(left_out,)] = read(with_shop, "select left_out from sources where source_id = 'shop'")
    assert left_out == summary.faults[0]
    assert read(with_shop, "select without, faults from refreshes") == [("shop", left_out)]


def test_corrections_in_another_encoding_stop_their_own_source(with_shop: Project) -> None:
    text = f"raw_file,row,column,old,new,why\n{SHOP}/cards.csv,2,Price,$1600,$1500,Händler\n"
    write(with_shop, "../corrections.csv", text, encoding="latin-1")
    summary = refresh(with_shop, with_report=False)
    assert summary.faults == ["data/raw/shop/corrections.csv line 2 is not UTF-8 (byte 0xe4).\n  Save it as UTF-8."]


def test_a_wrong_contract_of_the_only_source_stops_the_refresh(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    (tables,) = project.raw.glob("*/*/tables.toml")
    tables.write_text("cards = 5", encoding="utf-8")
    with pytest.raises(ContractError):
        refresh(project, with_report=False)
    assert not project.database.exists()


@pytest.mark.parametrize(
    "claim",
    [
        CLAIM.replace("what =", "whatever ="),
        CLAIM.replace("row = 3", "row = 3, piece = 7"),
        CLAIM.replace('"sum(other)"', '"sum(other"'),
        CLAIM.replace('column = "Price" }\nformula', 'column = "hardware" }\nformula'),
    ],
)
def test_wrong_claims_leave_the_figures_of_their_source(claim: str, with_shop: Project) -> None:
    write(with_shop, "claims.toml", claim)
    summary = refresh(with_shop, with_report=False)
    assert sources(with_shop) == BOTH
    assert read(with_shop, "select count(*) from claims where source_id = 'shop'") == [(0,)]
    assert len(summary.faults) == 1
    assert f"{SHOP}/claims.toml [half]" in summary.faults[0]


def test_the_command_says_what_is_wrong_as_long_as_it_is(
    with_shop: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(with_shop.root))
    write(with_shop, "tables.toml", "cards = 5")
    for said in ("left out   shop", "Nothing has changed"):
        assert main(["refresh", "--no-report"]) == 2
        printed = capsys.readouterr().out
        assert said in printed
        assert f"contract   {SHOP}/tables.toml [cards] is 5." in printed
    write(with_shop, "tables.toml", TABLES)
    assert main(["refresh", "--no-report"]) == 0
    assert sources(with_shop) == BOTH


def test_a_source_is_left_out_by_wish_and_the_record_says_so(
    with_shop: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(with_shop.root))
    leaving_out = ["refresh", "--no-report", "--without", "shop"]
    assert main(leaving_out) == 0
    assert "left out   shop" in capsys.readouterr().out
    assert sources(with_shop) == OTHER
    assert read(with_shop, "select without, faults from refreshes") == [("shop", None)]
    assert main(leaving_out) == 0
    assert "Nothing has changed" in capsys.readouterr().out
    assert main(["refresh", "--no-report"]) == 0
    assert sources(with_shop) == BOTH
    assert read(with_shop, "select without from refreshes where is_latest") == [(None,)]


def test_a_source_with_a_wrong_contract_can_be_left_out_by_wish(with_shop: Project) -> None:
    write(with_shop, "tables.toml", "cards = 5")
    assert refresh(with_shop, with_report=False, without=["shop"]).faults == []


def test_an_unknown_source_cannot_be_left_out(with_shop: Project) -> None:
    with pytest.raises(ContractError, match="no source 'shopp'") as refused:
        refresh(with_shop, with_report=False, without=["shopp"])
    assert refused.value.remedy == "Nearest: shop."


def test_not_every_source_can_be_left_out(with_shop: Project) -> None:
    with pytest.raises(RigonomicsError, match="No source is left"):
        refresh(with_shop, with_report=False, without=["shop", "maxq-workstation-summary"])


def test_a_claim_that_rests_on_a_source_left_out_cannot_be_recomputed(with_shop: Project) -> None:
    source = 'source = "maxq-workstation-summary", table = "cloud_rates", row = 4, column = "value"'
    write(with_shop, "claims.toml", CLAIM.replace('table = "cards", row = 3, column = "Price"', source))
    summary = refresh(with_shop, with_report=False, without=["maxq-workstation-summary"])
    assert summary.faults == []
    [(verdict, reason)] = read(with_shop, "select verdict, reason from claims")
    assert verdict == "not_recomputable"
    assert "maxq-workstation-summary" in str(reason)
