"""`rigonomics trace`: what it prints, and how it answers a key that is wrong or fits several rows."""

import pytest

from pipelines.cli import main
from pipelines.project import Project


@pytest.fixture(autouse=True)
def _in_published(published: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(published.root))


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["trace", *arguments])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_a_row_is_printed_as_a_tree_down_to_the_cell(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = told(capsys, "power_cost", "tier3-research-4xl40s", "always_on")
    lines = out.splitlines()
    assert code == 0
    assert lines[0] == "power_cost tier3-research-4xl40s | always_on"
    # 439.7 W at work, of which a year around the clock takes 3,851.5 kWh
    assert "usd_per_year_mid = 577.731 USD/year" in lines[1]
    assert any(line.strip("│ ").startswith("by power_usd: Electricity, USD") for line in lines)
    assert any("├─ watts: build_power tier3-research-4xl40s | assumed" in line for line in lines)
    assert "r1_14b.csv row 2 column 'wall_peak_w': '464.2' = 464.2 W" in out
    assert "└─ scenario: scenarios always_on" in out
    assert "hours_per_week = 168 h/week" in out


def test_inputs_that_stand_above_are_not_printed_twice(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = told(capsys, "build_costs", "maxq-1x", "current")
    assert "(its inputs are above)" in out
    assert out.count("'$4,099' = 4,099 USD") == 1


def test_depth_cuts_the_tree(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = told(capsys, "power_cost", "maxq-1x", "heavy", "--depth", "1")
    assert "build_power maxq-1x" in out
    assert "data/raw/" not in out


def test_a_claim_is_traced_to_the_figures_it_follows_from(capsys: pytest.CaptureFixture[str]) -> None:
    # eight parts of the list, of which the processor is one
    code, out, _ = told(capsys, "claims", "maxq-workstation-summary/total_of_parts")
    assert code == 0
    assert "arithmetic: " in out
    assert "cost_breakdown.csv row 3 column 'Price': '$4,099' = 4,099 USD" in out


def test_a_key_that_fits_several_rows_is_answered_with_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = told(capsys, "power_cost", "maxq-1x")
    assert code == 1
    assert "4 rows of power_cost fit; its key is build_id, scenario_id." in err
    assert "rigonomics trace power_cost maxq-1x always_on" in err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("power_costs", "maxq-1x"), "Did you mean power_cost?"),
        (("power_cost", "no-such-build"), "power_cost has no row with build_id 'no-such-build'"),
        (("power_cost", "maxq-1x", "heavy", "more"), "power_cost has a key of 2, not 3: build_id, scenario_id."),
    ],
)
def test_what_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], problem: str
) -> None:
    code, _, err = told(capsys, *arguments)
    assert code == 1
    assert problem in err
    assert "Traceback" not in err
