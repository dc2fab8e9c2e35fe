"""What starts a refresh by itself, the data versions of the scraped files, and a refresh started from the Dagster
UI."""

from datetime import UTC, datetime
from typing import Any

import dagster as dg
import duckdb
import pytest

from pipelines.assets.automation import raw_changed, weekly_refresh
from pipelines.assets.graph import build_definitions
from pipelines.assets.sources import DATA_VERSION
from pipelines.fingerprint import input_digest, pending, read_state
from pipelines.project import Project
from tests.conftest import CHECKOUT, read

SOURCE = "maxq-workstation-summary"


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    """What Dagster is given of this checkout."""
    return build_definitions(Project(CHECKOUT))


def look(project: Project, cursor: str | None = None) -> tuple[str | None, int]:
    """The sensor's cursor after a look, and how many refreshes it asks for."""
    result: Any = raw_changed(project)(dg.build_sensor_context(cursor=cursor))
    assert result.run_requests or result.skip_reason
    return result.cursor, len(result.run_requests or [])


def edit(project: Project, text: str) -> None:
    table = sorted((project.raw / SOURCE).rglob("*.csv"))[0]
    table.write_text(table.read_text(encoding="utf-8") + text, encoding="utf-8")


def test_sensor_and_schedule_are_off_until_somebody_switches_them_on(project: Project) -> None:
    assert raw_changed(project).default_status == dg.DefaultSensorStatus.STOPPED
    assert weekly_refresh().default_status == dg.DefaultScheduleStatus.STOPPED


def test_both_are_in_the_definitions_and_start_the_whole_refresh(definitions: dg.Definitions) -> None:
    repository = definitions.get_repository_def()
    named = {sensor.name: sensor for sensor in repository.sensor_defs}
    assert set(named) == {"raw_changed", "default_automation_condition_sensor"}
    assert named["raw_changed"].job_name == "refresh"
    assert [(schedule.name, schedule.job_name) for schedule in repository.schedule_defs] == [
        ("weekly_refresh", "refresh")
    ]


def test_with_nothing_published_the_sensor_asks_for_a_refresh_once(project: Project) -> None:
    cursor, asked = look(project)
    assert (cursor, asked) == (input_digest(project), 1)
    assert look(project, cursor) == (cursor, 0)


def test_what_is_published_already_is_not_refreshed_when_the_sensor_is_switched_on(small: Project) -> None:
    assert look(small) == (input_digest(small), 0)


def test_a_changed_table_is_refreshed_and_one_that_is_changed_back_again_too(small: Project) -> None:
    before, _ = look(small)
    table = sorted((small.raw / SOURCE).rglob("*.csv"))[0]
    as_it_was = table.read_bytes()
    edit(small, "\n")
    changed, asked = look(small, before)
    assert (changed != before, asked) == (True, 1)
    table.write_bytes(as_it_was)
    assert look(small, changed) == (before, 1)


@pytest.mark.parametrize("name", ["catalogue", "vocabulary", "assumptions"])
def test_the_files_that_a_user_edits_count_too(small: Project, name: str) -> None:
    before, _ = look(small)
    path = getattr(small, name)
    path.write_text(path.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert look(small, before)[1] == 1


def test_an_editors_hidden_file_starts_nothing(small: Project) -> None:
    before, _ = look(small)
    (small.raw / SOURCE / ".source.toml.swp").write_text("half", encoding="utf-8")
    assert look(small, before) == (before, 0)


def test_the_run_config_of_sensor_and_schedule_is_one_that_the_job_takes_and_starts_from_nothing(
    project: Project, definitions: dg.Definitions
) -> None:
    job = definitions.resolve_job_def("refresh")
    sensed: Any = raw_changed(project)(dg.build_sensor_context())
    monday = dg.build_schedule_context(scheduled_execution_time=datetime(2026, 11, 23, 5, 17, tzinfo=UTC))
    scheduled = weekly_refresh().evaluate_tick(monday).run_requests or []
    assert len(scheduled) == 1
    for request in [*sensed.run_requests, *scheduled]:
        config = dg.validate_run_config(job, request.run_config)
        assert config["resources"]["workspace"]["config"]["fresh"] is True


def test_a_refresh_from_the_ui_starts_from_nothing_by_itself(definitions: dg.Definitions) -> None:
    for name in ("refresh", "refresh_tables", "check"):
        job = definitions.resolve_job_def(name)
        assert dg.validate_run_config(job, job.run_config)["resources"]["workspace"]["config"]["fresh"] is True


def versions(project: Project, cursor: str | None = None) -> dict[str, str]:
    """The data version that the sensor observes of each source."""
    result: Any = raw_changed(project)(dg.build_sensor_context(cursor=cursor))
    return {"/".join(event.asset_key.path): event.tags[DATA_VERSION] for event in result.asset_events}


def test_the_data_version_of_a_source_changes_with_its_files_and_no_other(project: Project) -> None:
    before = versions(project)
    assert set(before) == {
        f"scraped/{path.parent.name.replace('-', '_')}" for path in project.raw.glob("*/source.toml")
    }
    edit(project, "\n")
    after = versions(project)
    assert [key for key in before if before[key] != after[key]] == [f"scraped/{SOURCE.replace('-', '_')}"]


def test_the_raw_cells_hang_on_every_source(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    external = graph.external_asset_keys
    assert external
    assert external <= graph.get(dg.AssetKey("raw_cells")).parent_keys


def test_a_table_filled_from_the_ui_is_published_with_a_report_once_automation_is_on(
    definitions: dg.Definitions,
) -> None:
    instance = dg.DagsterInstance.ephemeral()
    first = dg.evaluate_automation_conditions(definitions, instance)
    for key in definitions.resolve_asset_graph().materializable_asset_keys:
        instance.report_runless_asset_event(dg.AssetMaterialization(key))
    settled = dg.evaluate_automation_conditions(definitions, instance, cursor=first.cursor)
    assert settled.total_requested == 0
    instance.report_runless_asset_event(dg.AssetMaterialization("prices"))
    asked = dg.evaluate_automation_conditions(definitions, instance, cursor=settled.cursor)
    requested = {result.key.path[-1] for result in asked.results if not result.true_subset.is_empty}
    assert requested == {"published_database", "report"}


def test_prices_that_are_old_warn_and_block_nothing(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    [key] = [key for key in graph.asset_check_keys if key.name == "stale_prices"]
    assert key.asset_key == dg.AssetKey("price_staleness")
    assert not graph.get(key).blocking


@pytest.mark.slow
def test_a_refresh_from_the_ui_publishes_what_the_command_publishes(
    project: Project, published: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    project.build.parent.mkdir(parents=True)
    with duckdb.connect(str(project.build)) as connection:
        connection.execute("create table left_over as select 1 as one")
    stranded = project.site.parent / "_site-old-x" / "site"  # the rendering before was killed between its two steps
    stranded.mkdir(parents=True)
    (stranded / "index.html").write_text("old", encoding="utf-8")

    job = build_definitions(project).resolve_job_def("refresh_tables")
    assert job.execute_in_process(instance=dg.DagsterInstance.ephemeral(), raise_on_error=False).success

    digests = "select parquet_digest, refresh_id, raw_digest from refreshes where is_latest"
    assert read(project, digests) == read(published, digests)
    assert read(project, "select count(*) from duckdb_tables() where table_name = 'left_over'") == [(0,)]
    assert read_state(project) is not None
    assert pending(project, None, with_report=False) == "nothing"
    assert (project.site / "index.html").read_text(encoding="utf-8") == "old"
