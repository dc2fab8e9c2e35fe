"""With DAGSTER_HOME set the command's refresh is a Dagster run: same bytes, same errors, and seen in the UI."""

from pathlib import Path

import dagster as dg
import pytest

from pipelines.assets.graph import build_definitions
from pipelines.errors import CheckFailed, ContractError
from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import read
from tests.small import SNAPSHOT, digests, edit, small_project


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A small project whose refreshes are recorded."""
    home = tmp_path / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    return small_project(tmp_path / "project")


def runs() -> list[str]:
    with dg.DagsterInstance.get() as instance:
        return [run.status.value for run in instance.get_runs()]


def test_a_recorded_refresh_gives_the_bytes_of_the_command_and_says_the_same(
    recorded: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    by_dagster = refresh(recorded, with_report=True)
    assert runs() == ["SUCCESS"]
    with dg.DagsterInstance.get() as instance:
        event = instance.get_latest_materialization_event(dg.AssetKey("observations"))
        assert event is not None
        source = dg.AssetKey(["scraped", "maxq_workstation_summary"])
        assert [seen.asset_key for seen in instance.fetch_observations(source, limit=1).records] == [source]
    bytes_of_dagster = digests(recorded.parquet)
    assert refresh(recorded, with_report=True).published is None
    assert runs() == ["SUCCESS"]
    monkeypatch.delenv("DAGSTER_HOME")
    by_command = refresh(recorded, with_report=True, force=True)
    assert digests(recorded.parquet) == bytes_of_dagster
    for name in ("as_of", "sources", "files", "cells", "observations", "rejected", "tables_read", "tables_kept"):
        assert getattr(by_dagster, name) == getattr(by_command, name), name
    assert by_dagster.published is not None
    assert by_command.published is not None
    assert by_dagster.published.rows == by_command.published.rows
    assert by_dagster.published.digest == by_command.published.digest
    assert by_dagster.report is not None
    assert by_command.report is not None
    assert by_dagster.report.pages == by_command.report.pages


def test_a_recorded_refresh_fails_as_the_command_does_and_leaves_what_was_published(recorded: Project) -> None:
    refresh(recorded, with_report=False)
    before = recorded.database.read_bytes()
    contract = recorded.root / SNAPSHOT / "tables.toml"
    edit(contract, 'attribute = "usd_per_hour"', 'attribute = "usd_per_hour_or_so"')
    with pytest.raises(ContractError, match="usd_per_hour_or_so"):
        refresh(recorded, with_report=False)
    edit(contract, 'attribute = "usd_per_hour_or_so"', 'attribute = "usd_per_hour"')
    edit(recorded.analysis / "curated/sources.toml", "range = [0, 1000000], description", "range = [0, 1], description")
    with pytest.raises(CheckFailed, match=r"(?s)sources: check values fails on 1 rows\n.*outside 0 to 1") as failure:
        refresh(recorded, with_report=False)
    assert failure.value.remedy.startswith("Nothing was published")
    edit(recorded.analysis / "curated/sources.toml", "range = [0, 1], description", "range = [0, 1000000], description")
    edit(recorded.analysis / "observations/observations.toml", "range = [1, 100000]", "range = [9, 100000]")
    with pytest.raises(CheckFailed, match=r"from data/raw/[^ ]+\.csv row \d+ column '.+': '.+'") as failure:
        refresh(recorded, with_report=False)
    assert "--without maxq-workstation-summary" in failure.value.remedy
    assert runs()[:3] == ["FAILURE", "FAILURE", "FAILURE"]
    assert recorded.database.read_bytes() == before
    assert read(recorded, "select count(*) > 0 from sources") == [(True,)]


def test_the_layers_are_few_steps_and_any_table_can_be_filled_alone(published: Project) -> None:
    definitions = build_definitions(published)
    steps = {node.name for node in definitions.resolve_job_def("refresh").graph.nodes}
    layers = {name.rstrip("_0123456789") for name in steps}
    assert layers == {"raw", "observations", "curated", "analysis", "quality", "publish"}
    assert len(steps) <= 16
    alone = definitions.resolve_implicit_global_asset_job_def().get_subset(asset_selection={dg.AssetKey("power_cost")})
    assert [node.name.rstrip("_0123456789") for node in alone.graph.nodes] == ["analysis"]
