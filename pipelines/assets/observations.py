"""Group observations: every figure read from the cells, what was rejected or left out, and the count that proves it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import dagster as dg
import polars as pl

from pipelines.assets.evidence import as_check_result, check_specs, materialised, reporting, spec_metadata
from pipelines.assets.raw import UNREADABLE
from pipelines.ingest.corrections import read_corrections
from pipelines.ingest.releases import read_releases
from pipelines.normalise.observations import Observed, observe
from pipelines.normalise.quarantine import quarantine
from pipelines.warehouse.build import count_rows
from pipelines.warehouse.checks import Outcome, check_conservation
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.workspace import Workspace

READS = (
    "raw_cells", "source_files", "catalogue_hardware", "catalogue_models", "catalogue_builds", "quarantine_limits",
)  # fmt: skip
REJECTED_SHARE_WARNING = 0.02
"""More rejected cells than this deserves a look at the contracts; the tables are sound without them."""


def observation_assets(declarations: dict[str, Declaration]) -> list[dg.AssetsDefinition]:
    """The asset that turns text cells into observations."""
    tables = [table for table in declarations.values() if table.folder == "observations"]

    @dg.multi_asset(
        name="read_observations",
        specs=[
            dg.AssetSpec(table.name, group_name=table.folder, description=table.comment, metadata=spec_metadata(table), kinds={"duckdb", "polars"}, deps=READS)
            for table in tables
        ],
        check_specs=[
            *(spec for table in tables for spec in check_specs(table)),
            dg.AssetCheckSpec("conservation", asset="raw_files", blocking=True, description=check_conservation.__doc__),
            dg.AssetCheckSpec("rejected_share", asset="rejected_rows", description="Few cells are rejected."),
        ],
    )  # fmt: skip
    def read_observations(workspace: dg.ResourceParam[Workspace]) -> Iterator[dg.MaterializeResult[Any]]:
        frames = reporting(workspace, lambda: observation_frames(workspace))
        for table in tables:
            workspace.fill(table.name, frames[table.name])
        for table in tables:
            yield materialised(workspace, table, _extra_checks(workspace, table.name))

    return [read_observations]


def observation_frames(space: Workspace) -> dict[str, pl.DataFrame]:
    """The frames of every table of the group, from the raw cells that stand in the build."""
    cells = space.connection.sql(
        """
        select raw_file, raw_row as "row", raw_column as "column", raw_text as text, fault, corrected, digest
        from raw_cells
        order by rowid
        """
    ).pl()
    observed, quarantined = _guarded(_observe(space, cells), space)
    raw_files = _raw_files(observed, cells, space)
    newest = space.as_of or _newest_day(observed.observations, raw_files)
    return {
        "observations": observed.observations,
        "rejected_rows": observed.rejected,
        "quarantined_rows": quarantined,
        "ignored_cells": _with_source(observed.ignored, space),
        "raw_files": raw_files,
        "settings": pl.DataFrame({"as_of": [newest]}, schema={"as_of": pl.Date}),
    }


def _guarded(observed: Observed, space: Workspace) -> tuple[Observed, pl.DataFrame]:
    """What may be published of what was read, and what was held back or released."""
    published, quarantined = quarantine(
        observed.observations,
        space.catalogue.hardware,
        space.assumptions["quarantine_limits"],
        read_releases(space.project),
    )
    left = published.group_by("raw_file").agg(pl.len().cast(pl.Int64).alias("observations"))
    counts = observed.counts.drop("observations").join(left, on="raw_file", how="left", maintain_order="left")
    counts = counts.with_columns(pl.col("observations").fill_null(0))
    return replace(observed, observations=published, counts=counts), quarantined


def _observe(space: Workspace, cells: pl.DataFrame) -> Observed:
    """Every reading: of changed tables by the parser, of the others as they were kept from the last refresh."""
    readings = space.readings
    digests = dict(cells.select("raw_file", "digest").unique().iter_rows())
    keys = {
        table.raw_file: readings.key(source, table, digests[table.raw_file], corrections)
        for source in space.sources
        for corrections in [read_corrections(source)]
        for table in source.tables
        if table.raw_file in digests
    }
    kept = [raw_file for raw_file, key in keys.items() if readings.has(raw_file, key)]
    changed = cells.filter(~pl.col("raw_file").is_in(kept))
    space.tables_read, space.tables_kept = len(keys) - len(kept), len(kept)
    parts = []
    if changed.height:
        parts.append(observe(space.sources, changed.drop("digest"), space.vocabulary, space.catalogue))
    if kept:
        parts.append(Observed(*(readings.of(name, kept) for name in ("observations", "rejected", "ignored", "counts"))))
    observed = Observed(
        pl.concat([part.observations for part in parts]).sort("raw_file", "raw_row", "raw_column", "observation_id"),
        pl.concat([part.rejected for part in parts]).sort("raw_file", "raw_row", "column_name", "reason"),
        pl.concat([part.ignored for part in parts]).sort("raw_file", "row", "column"),
        pl.concat([part.counts for part in parts]).sort("raw_file"),
    )
    readable = {raw_file: key for raw_file, key in keys.items() if digests[raw_file] != UNREADABLE}
    frames = {
        "cells": cells.drop("corrected"),
        "observations": observed.observations,
        "rejected": observed.rejected,
        "ignored": observed.ignored,
        "counts": observed.counts,
    }
    readings.keep(
        readable, {name: frame.filter(pl.col("raw_file").is_in(list(readable))) for name, frame in frames.items()}
    )
    return observed


def _newest_day(observations: pl.DataFrame, raw_files: pl.DataFrame) -> date | None:
    """The day of the newest figure; a snapshot that takes the place of an older one is news of its own day."""
    successors = raw_files.filter(pl.col("rejected") < pl.col("cells")).filter(
        pl.col("retrieved_on") > pl.col("retrieved_on").min().over("source_id", "table_name")
    )
    days = [observations["observed_on"].max(), successors["retrieved_on"].max()]
    return max((day for day in days if isinstance(day, date)), default=None)


def _with_source(ignored: pl.DataFrame, space: Workspace) -> pl.DataFrame:
    sources = pl.DataFrame(
        [(table.raw_file, table.source_id) for source in space.sources for table in source.tables],
        schema={"raw_file": pl.String, "source_id": pl.String},
        orient="row",
    )
    return ignored.join(sources, on="raw_file", how="left").select(
        "source_id",
        "raw_file",
        pl.col("row").alias("raw_row"),
        pl.col("column").alias("column_name"),
        pl.col("text").alias("raw_text"),
        "reason",
    )


def _raw_files(observed: Observed, cells: pl.DataFrame, space: Workspace) -> pl.DataFrame:
    tables = pl.DataFrame(
        [
            (table.source_id, table.raw_file, table.name, table.title, table.kind, table.place, table.retrieved_on)
            for source in space.sources
            for table in source.tables
        ],
        schema={
            **dict.fromkeys(("source_id", "raw_file", "table_name", "title", "kind", "place"), pl.String),
            "retrieved_on": pl.Date,
        },
        orient="row",
    )
    digests = cells.select("raw_file", "digest").unique()
    counted = tables.join(observed.counts, on="raw_file", how="left").join(digests, on="raw_file", how="left")
    return counted.with_columns(pl.col(pl.Int64).fill_null(0)).sort("raw_file")


def _extra_checks(space: Workspace, table: str) -> list[dg.AssetCheckResult]:
    if table == "raw_files":
        outcome = check_conservation(space.connection)
        space.failures += [] if outcome.passed else [(table, outcome)]
        return [as_check_result(table, outcome)]
    if table == "rejected_rows":
        cells, rejected = count_rows(space.connection, "raw_cells"), count_rows(space.connection, "rejected_rows")
        passed = rejected <= REJECTED_SHARE_WARNING * cells
        outcome = Outcome("rejected_share", 0 if passed else rejected, pl.DataFrame())
        return [as_check_result(table, outcome, dg.AssetCheckSeverity.WARN)]
    return []
