"""One refresh as a function: runs the steps in this process and says what came of it.

What a user has to fix comes out as RigonomicsError; a blocking check that fails, as CheckFailed with the failing rows.
Whether there is anything to do says `pipelines.fingerprint`, which the command asks before it loads all this. Where
DAGSTER_HOME is set the same steps run as a Dagster job, so that the refresh is seen in the UI.
"""

import os
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from pipelines.contracts.sources import FORMATS
from pipelines.errors import RigonomicsError
from pipelines.fingerprint import pending, read_state
from pipelines.project import Project
from pipelines.render.report import RenderResult
from pipelines.render.site import recover
from pipelines.steps.publishing import report
from pipelines.steps.run import Run, read_counts, run
from pipelines.warehouse.publish import Published
from pipelines.warehouse.reading import open_published
from pipelines.warehouse.workspace import Workspace, workspace


@dataclass(frozen=True)
class Summary:
    """What a refresh read, rejected and published, and how long it took.

    tables_read, tables_kept: scraped tables that were parsed, and those taken over from the last refresh. changes: what
    moved against the database before, None if there was none to compare with. unreadable: files that could not be read
    at all, with the reason. quarantined: figures held back because they are far from what is known, `held` says which
    and why. newest: the newest day of each kind. without: sources that were left out. faults: what was wrong with
    contracts, the others published.
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
    quarantined: int
    without: list[str]
    faults: list[str]
    changes: int | None
    newest: list[tuple[str, date]]
    held: list[str]
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
    max_file_mb: float | None = None,
    now: datetime | None = None,
    notify: Callable[[str], None] = lambda _message: None,
) -> Summary:
    """Read what changed, build, check, publish, render; nothing at all if nothing changed, unless `force` is set.

    `without` are sources to leave out. `max_file_mb` refuses larger files under data/raw, whether they are new or not.
    `now` is the time for the record of refreshes, the clock's if not given. Raises RigonomicsError (exit code 1 or 2)
    for a mistake that the user can fix, CheckFailed (3) for a blocking check; what was published before then is as it
    was.
    """
    started = time.monotonic()
    if max_file_mb is not None:
        _refuse_larger(project, max_file_mb)
    todo = "tables" if force else pending(project, as_of, with_report=with_report, without=without)
    if todo == "tables" and os.environ.get("DAGSTER_HOME"):
        from pipelines.assets.recorded import recorded  # Dagster takes a second to load

        return _summary(
            recorded(project, as_of=as_of, force=force, with_report=with_report, without=without),
            time.monotonic() - started,
        )
    with _space(project, as_of, force, without, now, notify) as space:
        todo = "tables" if force else pending(project, as_of, with_report=with_report, without=without)
        if todo == "tables":
            done = run(space, renders=with_report)
        else:
            rendered = report(space) if todo == "report" else None
            done = replace(_nothing(space), report=rendered)
    return _summary(done, time.monotonic() - started)


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
        done = run(space, publishes=False)
        space.close(keep=False)
    return _summary(done, time.monotonic() - started)


def _refuse_larger(project: Project, max_file_mb: float) -> None:
    for path in sorted(project.raw.glob("*/*/*")):
        size = path.stat().st_size / 1e6 if path.is_file() and path.name.endswith(FORMATS) else 0
        if size > max_file_mb:
            raise RigonomicsError(
                f"{project.relative(path)} has {size:,.1f} MB; --max-file-mb allows {max_file_mb:g}.",
                "Raise the limit, or take the file out. What was published is as it was.",
            )


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


def _nothing(space: Workspace) -> Run:
    """What is published, with nothing done."""
    state = read_state(space.project)
    with open_published(space.project) as connection:
        return Run(0, 0, read_counts(connection), state.faults if state else [], None, None)


def _summary(done: Run, seconds: float) -> Summary:
    counts = done.counts
    return Summary(
        as_of=counts.as_of,
        sources=counts.sources,
        files=counts.files,
        cells=counts.cells,
        observations=counts.observations,
        rejected=counts.rejected,
        tables_read=done.tables_read,
        tables_kept=done.tables_kept,
        unreadable=counts.unreadable,
        quarantined=counts.quarantined,
        without=counts.without,
        faults=done.faults,
        changes=counts.changes if done.published else None,
        newest=counts.newest,
        held=counts.held,
        published=done.published,
        report=done.report,
        seconds=seconds,
    )
