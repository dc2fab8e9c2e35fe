"""The tables of analysis/raw: the scraped files as they are, and the files that a user edits."""

import hashlib
from collections.abc import Mapping

import polars as pl

from pipelines.contracts.sources import Source, Table
from pipelines.errors import RigonomicsError
from pipelines.ingest.cells import parse_cells, read_content, unreadable
from pipelines.ingest.corrections import read_corrections
from pipelines.steps.large import large_tables
from pipelines.warehouse.readings import Readings
from pipelines.warehouse.workspace import Workspace

UNREADABLE = "unreadable"
"""In place of the digest of a file whose content could not be read."""


def raw_frames(space: Workspace) -> dict[str, pl.DataFrame]:
    """The frames of every table of the group."""
    catalogue = space.catalogue
    return {
        "source_files": _source_files(space.sources),
        "raw_cells": read_all_cells(space.sources, space.readings, large_tables(space).faults),
        **space.assumptions,
        "catalogue_hardware": catalogue.hardware,
        "catalogue_models": catalogue.models,
        "catalogue_builds": catalogue.builds,
        "catalogue_unstated": catalogue.unstated,
        "item_names": catalogue.names,
    }


def read_all_cells(
    sources: list[Source], readings: Readings | None = None, faults: Mapping[str, str] | None = None
) -> pl.DataFrame:
    """Every cell of every source in the columns of raw_cells, corrections beside what they correct.

    Files that have not changed since `readings` are not parsed again. One that cannot be read is one rejected cell. The
    cells of large tables stay in their files; `faults` says which of these could not be read, and why.
    """
    known = readings or Readings(None, "")
    frames = []
    for source in sources:
        corrections = read_corrections(source)
        of_source = [
            cells.with_columns(pl.lit(source.source_id).alias("source_id"))
            for table in source.tables
            for cells in [_cells_of(source, table, corrections, known, faults or {})]
        ]
        if of_source:
            cells = pl.concat(of_source)
            frames.append(cells.join(corrections, on=["raw_file", "row", "column"], how="left", maintain_order="left"))
    if not frames:
        raise RigonomicsError("data/raw holds no table.", "Add one: data/raw/README.md says how.")
    return pl.concat(frames).select(
        "source_id",
        "raw_file",
        pl.col("row").alias("raw_row"),
        pl.col("column").alias("raw_column"),
        pl.col("text").alias("raw_text"),
        "fault",
        "corrected",
        "digest",
    )


def _cells_of(
    source: Source, table: Table, corrections: pl.DataFrame, readings: Readings, faults: Mapping[str, str]
) -> pl.DataFrame:
    """The cells of one file with its digest: as they were kept, else parsed."""
    if table.is_large:
        cells = unreadable(table, f"the file cannot be read: {faults.get(table.raw_file)}")
        cells = cells.with_columns(pl.lit(UNREADABLE).alias("digest"))
        return cells if table.raw_file in faults else cells.clear()
    try:
        content = read_content(table)
        digest = hashlib.sha256(content).hexdigest()
        if readings.has(table.raw_file, readings.key(source, table, digest, corrections)):
            return readings.of("cells", [table.raw_file])
        return parse_cells(content, table).with_columns(pl.lit(digest).alias("digest"))
    except RigonomicsError as error:
        reason = f"the file cannot be read: {error.message.removeprefix(table.raw_file).strip()}"
        return unreadable(table, reason).with_columns(pl.lit(UNREADABLE).alias("digest"))


def _source_files(sources: list[Source]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (
                source.source_id,
                source.title,
                source.publisher,
                source.url or None,
                source.licence,
                source.published_on or None,
                max((table.retrieved_on for table in source.tables), default=source.retrieved_on),
                source.document or None,
                source.notes or None,
                str(source.left_out) if source.left_out else None,
            )
            for source in sources
        ],
        schema={
            **dict.fromkeys(("source_id", "title", "publisher", "url", "licence", "published_on"), pl.String),
            "retrieved_on": pl.Date,
            "document": pl.String,
            "notes": pl.String,
            "left_out": pl.String,
        },
        orient="row",
    )
