"""The last steps: the dictionary and the record of the refresh, the published file, and the rendered report."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from pipelines.fingerprint import forget_state, read_state, report_digest, write_state
from pipelines.render.report import RenderResult, render_report, rendering
from pipelines.steps.filling import Filled
from pipelines.steps.large import large_tables
from pipelines.warehouse.build import count_rows, create_macros, create_table, fill_from_frame, first_row
from pipelines.warehouse.checks import examine
from pipelines.warehouse.declarations import Declaration, dictionary_rows
from pipelines.warehouse.history import drop_undeclared, record_refresh
from pipelines.warehouse.ledger import Entry, token_of
from pipelines.warehouse.publish import Published, publish
from pipelines.warehouse.workspace import Workspace

FOLDER = "published"
"""Folder of analysis/ with the tables that describe all others: they are filled last."""
WITHOUT_PARQUET = ("changes",)
"""Tables that depend on what was published before: Parquet holds only what follows from the inputs."""
READ_COUNTS = "select count(distinct source_id), count(*), sum(cells), sum(observations), sum(rejected) from raw_files"


def describe(space: Workspace) -> Iterator[Filled]:
    """Fill and check the tables that describe the others; `changes` stays empty until the file is published."""
    frames = {
        "data_dictionary": lambda: pl.DataFrame(dictionary_rows(space.declarations.values()), infer_schema_length=None),
        "refreshes": lambda: _refresh_row(space),
    }
    for table in describing(space):
        if table.name in frames:
            fill_from_frame(space.connection, table, frames[table.name]())
        else:
            create_table(space.connection, table)
        content, outcomes = examine(space.connection, table)
        space.ledger.note(table.name, Entry("", content.digest, content.rows, content.keys))
        yield Filled(table, content.rows, content.digest, tuple(outcomes))


def describing(space: Workspace) -> list[Declaration]:
    """The tables that describe all others."""
    return [table for table in space.declarations.values() if table.folder == FOLDER]


def described(space: Workspace) -> list[Declaration]:
    """All tables but those."""
    return [table for table in space.declarations.values() if table.folder != FOLDER]


def publish_build(space: Workspace, *, with_report: bool) -> tuple[Published, RenderResult | None]:
    """Put the build in the place of what was published, together with its report if asked, or neither of them."""
    create_macros(space.connection, space.project.analysis / "table_macros")
    drop_undeclared(space.connection, space.declarations)
    keys = {
        table.name: table.primary_key
        for table in space.declarations.values()
        if table.name not in WITHOUT_PARQUET and not table.is_view
    }
    project = space.project
    rendered: list[RenderResult] = []

    def remember(digest: str) -> None:
        record_refresh(space.connection, project.database, space.declarations["changes"], digest, space.now)

    @contextmanager
    def alongside(database: Path) -> Iterator[None]:
        """The report of the database that is about to be published takes its place with it."""
        before = read_state(project)
        with ExitStack() as stack:
            if with_report:
                space.notify("report: rendering")
                rendered.append(stack.enter_context(rendering(project.root, database, project.site)))
            forget_state(project)
            try:
                yield
                stack.close()
            except BaseException:
                if before is not None:
                    write_state(project, before)
                raise

    published = publish(
        space.connection,
        project.build,
        project.database,
        project.parquet,
        keys,
        remember,
        alongside,
        space.ledger.parquet(),
    )
    space.partitions.sweep(large_tables(space).partitions.values())
    space.ledger.save(token_of(space.connection), published.files)
    write_state(project, space.state(has_report=with_report))
    return published, rendered[0] if rendered else None


def report(space: Workspace) -> RenderResult:
    """Render the report of the published database in the place of the old one."""
    project, state = space.project, read_state(space.project)
    space.notify("report: rendering")
    rendered = render_report(project.root, project.database, project.site)
    if state is not None:
        write_state(project, replace(state, report=report_digest(project, state.database)))
    return rendered


def _rows(space: Workspace, table: Declaration) -> int:
    """Rows of a table as it was filled, or of one that an earlier run left in the build; a view holds none."""
    known = 0 if table.is_view else space.ledger.rows(table.name)
    return count_rows(space.connection, table.name) if known is None else known


def _refresh_row(space: Workspace) -> pl.DataFrame:
    """This refresh, as far as it depends on inputs, code and day alone."""
    (as_of,) = first_row(space.connection, "select as_of from settings")
    sources, files, cells, observations, rejected = first_row(space.connection, READ_COUNTS)
    rows = {table.name: _rows(space, table) for table in described(space)}
    state = f"{space.inputs} {space.code} {as_of} {' '.join(space.without)}".rstrip()
    return pl.DataFrame(
        {
            "refresh_id": [hashlib.sha256(state.encode()).hexdigest()[:16]],
            "is_latest": [True],
            "refreshed_at": [None],
            "as_of": [as_of],
            "raw_digest": [space.inputs],
            "code_version": [space.code],
            "duckdb_version": [duckdb.__version__],
            "polars_version": [pl.__version__],
            "sources": [int(sources)],
            "raw_files": [int(files)],
            "cells": [int(cells)],
            "observations": [int(observations)],
            "rejected": [int(rejected)],
            "tables": [len(rows)],
            "rows": [sum(rows.values())],
            "parquet_digest": [None],
            "changes": [None],
            "without": [", ".join(source.source_id for source in space.sources if source.left_out) or None],
            "faults": ["\n".join(space.faults) or None],
        },
        schema={
            "refresh_id": pl.String,
            "is_latest": pl.Boolean,
            "refreshed_at": pl.Datetime("us"),
            "as_of": pl.Date,
            **dict.fromkeys(("raw_digest", "code_version", "duckdb_version", "polars_version"), pl.String),
            **dict.fromkeys(("sources", "raw_files"), pl.Int32),
            **dict.fromkeys(("cells", "observations", "rejected"), pl.Int64),
            "tables": pl.Int32,
            "rows": pl.Int64,
            "parquet_digest": pl.String,
            "changes": pl.Int64,
            **dict.fromkeys(("without", "faults"), pl.String),
        },
    )
