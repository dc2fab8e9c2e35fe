"""The tables of analysis/observations: every figure read from the cells, what was rejected or left out, and the
count that proves it."""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from pipelines.contracts.toml import nearest
from pipelines.errors import RigonomicsError
from pipelines.ingest.corrections import read_corrections
from pipelines.ingest.releases import read_releases
from pipelines.normalise.observations import Observed, observe
from pipelines.normalise.quarantine import quarantine
from pipelines.steps.large import large_tables, observed_large
from pipelines.steps.raw import UNREADABLE
from pipelines.warehouse.build import first_row
from pipelines.warehouse.checks import Outcome, check_conservation
from pipelines.warehouse.conversion import in_usd
from pipelines.warehouse.workspace import Workspace

REJECTED_SHARE_WARNING = 0.02
"""More rejected cells than this deserves a look at the contracts; the tables are sound without them."""


@dataclass(frozen=True)
class Reading:
    """The frames of every table of the folder; how many scraped tables were parsed, and how many taken over as they
    were kept."""

    frames: dict[str, pl.DataFrame]
    tables_read: int
    tables_kept: int


def observation_frames(space: Workspace) -> Reading:
    """The frames of every table of the group, from the raw cells that are in the build."""
    cells = space.connection.sql(
        """
        select raw_file, raw_row as "row", raw_column as "column", raw_text as text, fault, corrected, digest
        from raw_cells
        order by rowid
        """
    ).pl()
    large = large_tables(space)
    small, tables_read, tables_kept = _observe(space, cells)
    read = _together(small, observed_large(space))
    observed, quarantined = _guarded(in_usd(read, space.project, space.vocabulary), space)
    raw_files = _raw_files(observed, cells, space, read.counts)
    _check_places(space.assumptions["scenario_choices"], observed.observations)
    newest = space.as_of or _newest_day(observed.observations, raw_files)
    frames = {
        "observations": observed.observations,
        "rejected_rows": observed.rejected,
        "quarantined_rows": quarantined,
        "ignored_cells": _with_source(observed.ignored, space),
        "raw_files": raw_files,
        "settings": pl.DataFrame(
            {"as_of": [newest], "is_asked_for": [space.as_of is not None]},
            schema={"as_of": pl.Date, "is_asked_for": pl.Boolean},
        ),
    }
    return Reading(frames, tables_read + large.tables_read, tables_kept + large.tables_kept)


def _check_places(scenarios: pl.DataFrame, observations: pl.DataFrame) -> None:
    """Raises RigonomicsError if a scenario names a place of which no price of electricity is known."""
    priced = (
        observations.filter(pl.col("attribute") == "electricity_rate")["place"].drop_nulls().unique().sort().to_list()
    )
    for scenario, place in scenarios.select("scenario_id", "place").drop_nulls("place").iter_rows():
        if place not in priced:
            raise RigonomicsError(
                f"data/assumptions.toml [scenarios.{scenario}] place is {place!r}, of which no source states a price "
                "of electricity.",
                f"{nearest(place, priced)} Known: {', '.join(priced) or 'none'}.",
            )


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


def _observe(space: Workspace, cells: pl.DataFrame) -> tuple[Observed, int, int]:
    """Every reading: of changed tables by the parser, of the others as they were kept; how many tables are either."""
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
    parts = []
    if changed.height or not kept:
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
    return observed, len(keys) - len(kept), len(kept)


def _together(small: Observed, large: Observed) -> Observed:
    """What was read of small tables cell by cell, and of large ones. `cells` of a rejection is the number of cells
    that it covers."""
    rejected = small.rejected.with_columns(pl.lit(1, pl.Int64).alias("cells"))
    return Observed(
        _concat(small.observations, large.observations).sort("raw_file", "raw_row", "raw_column", "observation_id"),
        _concat(rejected, large.rejected).sort("raw_file", "raw_row", "column_name", "reason"),
        small.ignored,
        _concat(small.counts, large.counts).sort("raw_file"),
    )


def _concat(first: pl.DataFrame, second: pl.DataFrame) -> pl.DataFrame:
    return pl.concat([first, second.select(first.columns)]) if second.height else first


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


def _raw_files(observed: Observed, cells: pl.DataFrame, space: Workspace, read: pl.DataFrame) -> pl.DataFrame:
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
    partitions = large_tables(space).partitions
    large = pl.DataFrame(
        [(name, found.digest, found.counts["readings"]) for name, found in partitions.items()],
        schema={"raw_file": pl.String, "digest": pl.String, "readings": pl.Int64},
        orient="row",
    )
    small = (
        cells.select("raw_file", "digest")
        .unique()
        .join(read.select("raw_file", pl.col("observations").alias("readings")), on="raw_file", how="left")
    )
    about = pl.concat([small.with_columns(in_partitions=False), large.with_columns(in_partitions=True)])
    counted = tables.join(observed.counts, on="raw_file", how="left").join(about, on="raw_file", how="left")
    return counted.with_columns(pl.col(pl.Int64).fill_null(0), pl.col("in_partitions").fill_null(False)).sort(
        "raw_file"
    )


def reading_outcomes(space: Workspace, table: str) -> list[Outcome]:
    """What is checked of the tables of this folder besides their declarations."""
    if table == "raw_files":
        return [check_conservation(space.connection)]
    if table == "rejected_rows":
        query = "select (select count(*) from raw_cells), coalesce(sum(cells), 0) from rejected_rows"
        in_table, rejected = map(int, first_row(space.connection, query))
        cells = in_table + sum(found.counts["cells"] for found in large_tables(space).partitions.values())
        passed = rejected <= REJECTED_SHARE_WARNING * cells
        return [Outcome("rejected_share", 0 if passed else rejected, pl.DataFrame(), blocks=False)]
    return []
