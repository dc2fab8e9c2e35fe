"""One refresh as a function: runs the Dagster job in this process and says what came of it.

What a user has to mend comes out as RigonomicsError; a blocking check that fails, as CheckFailed with the failing rows.
Whether there is anything to do says `pipelines.fingerprint`, which the command asks before it loads all this.
"""

import logging
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg

from pipelines.assets.evidence import as_markdown
from pipelines.assets.graph import build_definitions
from pipelines.assets.instance import unrecorded
from pipelines.assets.published import READ_COUNTS
from pipelines.errors import CheckFailed, RigonomicsError
from pipelines.fingerprint import pending, read_state, report_digest, write_state
from pipelines.project import Project
from pipelines.render import RenderResult, render_report
from pipelines.render.site import recover
from pipelines.warehouse.build import first_row
from pipelines.warehouse.publish import Published
from pipelines.warehouse.reading import open_published
from pipelines.warehouse.workspace import Workspace, workspace


@dataclass(frozen=True)
class Summary:
    """What a refresh read, rejected and published, and how long it took.

    tables_read, tables_kept: scraped tables that were parsed, and those taken over from the last refresh. changes: what
    moved against the database before, None if there was none to compare with. unreadable: files that could not be read at
    all, with the reason. without: sources that were left out. faults: what was wrong with contracts, the others published.
    """

    as_of: date
    sources: int
    files: int
    cells: int
    observations: int
    rejected: int
    tables_read: int
    tables_kept: int
    unreadable: list[tuple[str, str]]
    without: list[str]
    faults: list[str]
    changes: int | None
    published: Published | None
    report: RenderResult | None
    seconds: float


def refresh(
    project: Project,
    *,
    as_of: date | None = None,
    with_report: bool = True,
    force: bool = False,
    without: Collection[str] = (),
    now: datetime | None = None,
    notify: Callable[[str], None] = lambda _message: None,
) -> Summary:
    """Read what changed, build, check, publish, render; nothing at all if nothing changed, unless `force` is set.

    `without` are sources to leave out. `now` is the time for the record of refreshes, the clock's if not given. Raises RigonomicsError (exit code 1 or 2) for a
    mistake that the user can mend, CheckFailed (3) for a blocking check; what was published before then stands as it was.
    """
    started = time.monotonic()
    with _space(project, as_of, force, without, now, notify) as space:
        todo = "tables" if force else pending(project, as_of, with_report=with_report, without=without)
        if todo == "tables":
            space.with_report = with_report
            _run(space, "refresh" if with_report else "refresh_tables")
        elif todo == "report":
            _render(space)
        return _summary(space, time.monotonic() - started)


def check(
    project: Project,
    *,
    as_of: date | None = None,
    without: Collection[str] = (),
    notify: Callable[[str], None] = lambda _message: None,
) -> Summary:
    """All that a refresh does up to publishing, with the same errors; nothing is published and nothing kept."""
    started = time.monotonic()
    with _space(project, as_of, False, without, None, notify) as space:
        _run(space, "check")
        return _summary(space, time.monotonic() - started)


@contextmanager
def _space(
    project: Project,
    as_of: date | None,
    force: bool,
    without: Collection[str],
    now: datetime | None,
    notify: Callable[[str], None],
) -> Iterator[Workspace]:
    with workspace(project, as_of, force=force, without=without) as space:
        space.notify = notify
        space.now = now or datetime.now(UTC)
        space.acquire()
        recover(project.site.resolve())
        yield space


def _run(space: Workspace, job_name: str) -> None:
    job = build_definitions(space.project, space.declarations).resolve_job_def(job_name)
    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    result = job.execute_in_process(
        instance=unrecorded(),
        resources={"workspace": space},
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        raise_on_error=False,
    )
    _raise_what_failed(space, result)


def _raise_what_failed(space: Workspace, result: dg.ExecuteInProcessResult) -> None:
    if space.errors:
        raise space.errors[0]
    if space.failures:
        parts = [
            f"{table}: check {outcome.check} fails on {outcome.failing} rows\n"
            + as_markdown(outcome.sample.columns, outcome.sample.rows())
            for table, outcome in space.failures
        ]
        raise CheckFailed("\n".join(parts), "Nothing was published; the last good database stands as it was.")
    if not result.success:
        failed = [event for event in result.all_events if event.is_step_failure]
        error = failed[0].step_failure_data.error if failed else None
        if (reason := _out_of_resources(error)) is not None:
            raise RigonomicsError(
                f"The build in {space.project.build.parent} broke off: {reason}",
                "Free disk space or memory, then refresh again; what was published stands as it was.",
            )
        raise RuntimeError(f"The refresh broke:\n{error.to_string() if error else result.all_events[-1].message}")


def _out_of_resources(error: Any) -> str | None:
    """What the machine ran out of, if that is why a step failed: disk, memory, or leave to write."""
    while error is not None:
        if error.cls_name in ("IOException", "OutOfMemoryException", "OSError", "PermissionError"):
            return str(error.message).strip().splitlines()[0].split(": ", 1)[-1]
        error = error.cause
    return None


def _render(space: Workspace) -> None:
    """The report alone, of the database that stands there."""
    project, state = space.project, read_state(space.project)
    space.notify("report: rendering")
    space.rendered = render_report(project.root, project.database, project.site)
    if state is not None:
        write_state(project, replace(state, report=report_digest(project, state.database)))


def _summary(space: Workspace, seconds: float) -> Summary:
    """What is in the build, or in the published database if there was nothing to build."""
    built, state = space.is_open, read_state(space.project)
    connection = space.connection if built else open_published(space.project)
    try:
        sources, files, cells, observations, rejected = first_row(connection, READ_COUNTS)
        (as_of,) = first_row(connection, "select as_of from settings")
        unreadable = connection.execute(
            "select raw_file, reason from rejected_rows where raw_row = 0 order by raw_file"
        ).fetchall()
        left_out = connection.execute(
            "select source_id from source_files where left_out is not null order by 1"
        ).fetchall()
        (changes,) = (
            first_row(connection, "select changes from refreshes where is_latest") if space.published else (None,)
        )
    finally:
        if not built:
            connection.close()
    return Summary(
        as_of=as_of,
        sources=int(sources),
        files=int(files),
        cells=int(cells),
        observations=int(observations),
        rejected=int(rejected),
        tables_read=space.tables_read,
        tables_kept=space.tables_kept,
        without=[str(source_id) for (source_id,) in left_out],
        faults=space.faults if built else state.faults if state else [],
        unreadable=[(str(raw_file), str(reason)) for raw_file, reason in unreadable],
        changes=changes,
        published=space.published,
        report=space.rendered,
        seconds=seconds,
    )
