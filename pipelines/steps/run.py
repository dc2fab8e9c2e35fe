"""All steps of a refresh, one after the other, and what came of them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb

from pipelines.errors import CheckFailed, RigonomicsError
from pipelines.render.report import RenderResult
from pipelines.steps.filling import Filled, fill
from pipelines.steps.publishing import READ_COUNTS, describe, described, publish_build
from pipelines.warehouse.build import first_row
from pipelines.warehouse.checks import Outcome
from pipelines.warehouse.origins import origins
from pipelines.warehouse.publish import Published
from pipelines.warehouse.workspace import Workspace

NOTHING_PUBLISHED = "Nothing was published; the last good database is as it was."
SHOWN_CELLS = 8
"""Cells that the message of a failing check names."""
LACKING = (duckdb.IOException, duckdb.OutOfMemoryException, OSError)
"""What is raised when the machine runs out of disk or memory, or may not write."""


@dataclass(frozen=True)
class Counts:
    """What the tables say of what was read. unreadable: files that could not be read at all, with the reason. without:
    sources that were left out. newest: the newest day of each kind of figure. held: cells held back, each with its
    reason.
    """

    as_of: date
    sources: int
    files: int
    cells: int
    observations: int
    rejected: int
    unreadable: list[tuple[str, str]]
    quarantined: int
    without: list[str]
    changes: int | None
    newest: list[tuple[str, date]]
    held: list[str]


@dataclass(frozen=True)
class Run:
    """What came of a run: scraped tables parsed and taken over, what the tables count, what is wrong with contracts,
    what was published and rendered.
    """

    tables_read: int
    tables_kept: int
    counts: Counts
    faults: list[str]
    published: Published | None
    report: RenderResult | None


def run(space: Workspace, *, publishes: bool = True, renders: bool = True) -> Run:
    """Fill and check every table, then publish and render, as far as asked.

    Raises RigonomicsError for what a user can fix, CheckFailed if a table does not pass a blocking check; in both cases
    what was published before stays.
    """
    published = rendered = None
    with out_of_resources(space):
        filled = list(fill(space, described(space)))
        raise_failed(space, filled)
        raise_failed(space, describe(space))
        if publishes:
            published, rendered = publish_build(space, with_report=renders)
        counts = read_counts(space.connection)
    read = next((table.counts for table in filled if table.counts), {})
    return Run(read.get("tables_read", 0), read.get("tables_kept", 0), counts, list(space.faults), published, rendered)


def raise_failed(space: Workspace, filled: Iterable[Filled]) -> None:
    """Raise CheckFailed with the failing rows of every table that does not pass a blocking check.

    The message names the cells that they rest on, the remedy the sources to leave out.
    """
    failed = [explained(space, one.table.name, outcome) for one in filled for outcome in one.failed]
    if failed:
        raise CheckFailed(
            "\n".join(said for said, _ in failed), remedy_of(source for _, ids in failed for source in ids)
        )


def explained(space: Workspace, table: str, outcome: Outcome) -> tuple[str, list[str]]:
    """What a check that fails says, with the cells that its rows rest on, and the sources of those."""
    cells = origins(space.connection, space.declarations, table, outcome.sample)
    lines = [outcome.as_message(table), *(f"  from {cell}" for cell in cells[:SHOWN_CELLS])]
    lines += [f"  and {len(cells) - SHOWN_CELLS} more cells"] if len(cells) > SHOWN_CELLS else []
    return "\n".join(lines), list(dict.fromkeys(cell.source_id for cell in cells))


def remedy_of(sources: Iterable[str]) -> str:
    """What can be done about checks that fail on rows of these sources."""
    named = " or ".join(f"--without {source_id}" for source_id in dict.fromkeys(sources))
    how = f"\n  Correct the cell in corrections.csv, or leave its source out: rigonomics refresh {named}."
    return NOTHING_PUBLISHED + (how if named else "")


@contextmanager
def out_of_resources(space: Workspace) -> Iterator[None]:
    """Name what the machine ran out of, if that is why a step failed: disk, memory, or leave to write."""
    try:
        yield
    except LACKING as error:
        reason = str(error).strip().splitlines()[0].split(": ", 1)[-1]
        raise RigonomicsError(
            f"The build in {space.project.build.parent} broke off: {reason}",
            "Free disk space or memory, then refresh again; what was published is as it was.",
        ) from error


def read_counts(connection: duckdb.DuckDBPyConnection) -> Counts:
    """The counts of the tables in a database, built or published."""
    sources, files, cells, observations, rejected = first_row(connection, READ_COUNTS)
    (as_of,) = first_row(connection, "select as_of from settings")
    held = connection.execute(
        "select cell_place(raw_file, raw_row, column_name) || ' ' || cell_text(raw_text) || ': ' || reason "
        "from quarantined_rows where released_by is null order by raw_file, raw_row, column_name, observation_id"
    ).fetchall()
    known = connection.execute("select 1 from duckdb_tables() where table_name = 'newest_days'").fetchall()
    newest = "select name, newest_on from newest_days where newest_on is not null order by rank"
    unreadable = connection.execute(
        "select raw_file, reason from rejected_rows where raw_row = 0 order by raw_file"
    ).fetchall()
    without = connection.execute("select source_id from source_files where left_out is not null order by 1").fetchall()
    changes = connection.execute("select changes from refreshes where is_latest").fetchall()
    return Counts(
        as_of=as_of,
        sources=int(sources),
        files=int(files),
        cells=int(cells),
        observations=int(observations),
        rejected=int(rejected),
        quarantined=len(held),
        unreadable=[(str(raw_file), str(reason)) for raw_file, reason in unreadable],
        without=[str(source_id) for (source_id,) in without],
        changes=changes[0][0] if changes else None,
        newest=connection.execute(newest).fetchall() if known else [],
        held=[reason for (reason,) in held],
    )
