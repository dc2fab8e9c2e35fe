"""Groups published and report: the dictionary, the record of the refresh, the published file, and the rendered report."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl

from pipelines.assets.evidence import check_specs, materialised, reporting, spec_metadata
from pipelines.assets.tables import ensure_macros
from pipelines.fingerprint import forget_state, read_state, write_state
from pipelines.render import render_report, rendering
from pipelines.warehouse.build import count_rows, create_macros, create_table, first_row
from pipelines.warehouse.declarations import Declaration, dictionary_rows
from pipelines.warehouse.history import drop_undeclared, record_refresh
from pipelines.warehouse.publish import Published, publish
from pipelines.warehouse.workspace import Workspace

TABLES = ("data_dictionary", "refreshes", "changes")
WITHOUT_PARQUET = ("changes",)
"""Tables that depend on what was published before: Parquet holds only what follows from the inputs."""
READ_COUNTS = "select count(distinct source_id), count(*), sum(cells), sum(observations), sum(rejected) from raw_files"


def published_assets(declarations: dict[str, Declaration]) -> list[dg.AssetsDefinition]:
    """The assets that describe the tables, publish the file, and render the report."""
    tables = [declarations[name] for name in TABLES]
    built = [name for name in declarations if name not in TABLES]

    @dg.multi_asset(
        name="describe_tables",
        specs=[
            dg.AssetSpec(
                table.name,
                group_name=table.folder,
                description=table.comment,
                metadata=spec_metadata(table),
                kinds={"duckdb"},
                deps=built,
            )
            for table in tables
        ],
        check_specs=[spec for table in tables for spec in check_specs(table)],
    )
    def describe_tables(workspace: dg.ResourceParam[Workspace]) -> Iterator[dg.MaterializeResult[Any]]:
        workspace.fill(
            "data_dictionary", pl.DataFrame(dictionary_rows(workspace.declarations.values()), infer_schema_length=None)
        )
        workspace.fill("refreshes", _refresh_row(workspace, built))
        create_table(workspace.connection, workspace.declarations["changes"])
        for table in tables:
            yield materialised(workspace, table)

    @dg.asset(group_name="published", kinds={"duckdb", "parquet"}, deps=[*built, *TABLES])
    def published_database(workspace: dg.ResourceParam[Workspace]) -> dg.MaterializeResult[Any]:
        """The database and Parquet that people use: replaced whole, and only when every blocking check has passed."""
        result = reporting(workspace, lambda: _publish(workspace))
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(result.database)),
                "dagster/row_count": sum(result.rows.values()),
                "tables": len(result.rows),
                "digest": result.digest,
            }
        )

    @dg.asset(group_name="report", kinds={"quarto", "altair"}, deps=[published_database])
    def report(workspace: dg.ResourceParam[Workspace]) -> dg.MaterializeResult[Any]:
        """The HTML report: it reads the database, computes nothing, and replaces the old one whole.

        A whole refresh has rendered it before it published the tables.
        """
        project = workspace.project
        result = workspace.rendered
        if result is None:
            workspace.notify("report: rendering")
            result = reporting(workspace, lambda: render_report(project.root, project.database, project.site))
            workspace.rendered = result
            write_state(project, workspace.state())
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(str(project.site / "index.html")),
                "renderer": result.renderer,
                "pages": len(result.pages),
                "seconds": result.seconds,
            }
        )

    return [describe_tables, published_database, report]


def _refresh_row(space: Workspace, built: list[str]) -> pl.DataFrame:
    """This refresh, as far as it depends on inputs, code and day alone."""
    (as_of,) = first_row(space.connection, "select as_of from settings")
    sources, files, cells, observations, rejected = first_row(space.connection, READ_COUNTS)
    rows = {name: count_rows(space.connection, name) for name in built}
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


def _publish(space: Workspace) -> Published:
    ensure_macros(space)
    create_macros(space.connection, space.project.analysis / "table_macros")
    drop_undeclared(space.connection, space.declarations)
    keys = {table.name: table.primary_key for table in space.declarations.values() if table.name not in WITHOUT_PARQUET}
    project = space.project

    def remember(digest: str) -> None:
        record_refresh(space.connection, project.database, space.declarations["changes"], digest, space.now)

    @contextmanager
    def alongside(database: Path) -> Iterator[None]:
        """The report of the database that is about to be published takes its place with it."""
        before = read_state(project)
        with ExitStack() as stack:
            if space.with_report:
                space.notify("report: rendering")
                space.rendered = stack.enter_context(rendering(project.root, database, project.site))
            forget_state(project)
            try:
                yield
                stack.close()
            except BaseException:
                space.rendered = None
                if before is not None:
                    write_state(project, before)
                raise

    space.published = publish(
        space.connection, project.build, project.database, project.parquet, keys, remember, alongside
    )
    write_state(project, space.state())
    return space.published
