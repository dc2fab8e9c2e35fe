"""A refresh by the command that is recorded like one from the UI: in the Dagster instance of DAGSTER_HOME.

Instances: https://docs.dagster.io/deployment/oss/oss-instance-configuration. What the command says afterwards is read
from the events of the run, and from what it published.

The event log is what makes this expensive: with one step a layer, a project of 36 tables still writes 407 events (each
table planned and filled, each of its checks planned and evaluated), at 13 ms of CPU each in SQLite. That is 5.2 of 10.1
s, where the same refresh by the plain steps takes 1.8 s (measured 2026-11-25 on a busy machine, Dagster 1.13). Fewer
steps do not make fewer events, and DAGSTER_EVENT_BATCH_SIZE changes nothing in one process. So a refresh is recorded
only where DAGSTER_HOME is set.
"""

import logging
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.assets.evidence import EXIT_CODE, REMEDY, SAMPLE, SOURCES
from pipelines.assets.graph import build_definitions
from pipelines.assets.published import DATABASE, PUBLISHED, RENDERED, REPORT
from pipelines.errors import CheckFailed, ContractError, RigonomicsError
from pipelines.fingerprint import read_state
from pipelines.project import Project
from pipelines.render.report import RenderResult
from pipelines.steps.run import Run, read_counts, remedy_of
from pipelines.warehouse.publish import Published
from pipelines.warehouse.reading import open_published

ERRORS: Mapping[int, type[RigonomicsError]] = {2: ContractError, 3: CheckFailed}


def recorded(project: Project, *, as_of: date | None, force: bool, with_report: bool, without: Collection[str]) -> Run:
    """Run the job of a refresh in this process; raises what the command raises without Dagster."""
    job = build_definitions(project).resolve_job_def("refresh" if with_report else "refresh_tables")
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    config = {
        "root": str(project.root),
        "fresh": True,
        "force": force,
        "as_of": as_of.isoformat() if as_of else "",
        "without": sorted(without),
    }
    with dg.DagsterInstance.get() as instance:
        result = job.execute_in_process(
            instance=instance,
            run_config={
                "resources": {"workspace": {"config": config}},
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
            raise_on_error=False,
        )
    if not result.success:
        raise _error_of(result)
    return _run_of(project, result)


def _error_of(result: dg.ExecuteInProcessResult) -> Exception:
    """Why a run failed, as the command tells it: what a user can fix before a check that fails, and that before a
    bug."""
    failures = [event.step_failure_data for event in result.all_events if event.is_step_failure]
    for failure in failures:
        if failure.user_failure_data is not None and EXIT_CODE in failure.user_failure_data.metadata:
            said = failure.user_failure_data.metadata
            kind = ERRORS.get(_value(said[EXIT_CODE]), RigonomicsError)
            return kind(str(failure.user_failure_data.description), str(_value(said[REMEDY])))
    failed = [
        check.metadata
        for check in result.get_asset_check_evaluations()
        if not check.passed and check.severity == dg.AssetCheckSeverity.ERROR
    ]
    if failed:
        sources = [source for said in failed if SOURCES in said for source in _value(said[SOURCES])]
        return CheckFailed("\n".join(str(_value(said[SAMPLE])) for said in failed), remedy_of(sources))
    error = failures[0].error if failures else None
    return RuntimeError(f"The refresh broke:\n{error.to_string() if error else result.all_events[-1].message}")


def _run_of(project: Project, result: dg.ExecuteInProcessResult) -> Run:
    """What came of a run, from the metadata of its assets and the database that it published."""
    made = {
        "/".join(event.asset_key.path): event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
        if event.asset_key is not None
    }
    read, published = made["observations"], _value(made[DATABASE][PUBLISHED])
    report = None
    if REPORT in made:
        said, rendered = made[REPORT], _value(made[REPORT][RENDERED])
        pages = [Path(page) for page in rendered["pages"]]
        report = RenderResult(
            str(_value(said["renderer"])), pages, float(_value(said["seconds"])), rendered["warnings"]
        )
    state = read_state(project)
    with open_published(project) as connection:
        counts = read_counts(connection)
    return Run(
        tables_read=_value(read["tables_read"]),
        tables_kept=_value(read["tables_kept"]),
        counts=counts,
        faults=state.faults if state else [],
        published=Published(
            project.database,
            project.parquet,
            published["rows"],
            published["files"],
            str(_value(made[DATABASE]["digest"])),
        ),
        report=report,
    )


def _value(metadata: Any) -> Any:
    return metadata.value
