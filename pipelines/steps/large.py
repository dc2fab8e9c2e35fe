"""Large tables: read in batches into partitions, of which the tables get what is current."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.sources import Source, Table
from pipelines.errors import RigonomicsError
from pipelines.ingest.batches import read_batches
from pipelines.normalise.dictionary import CLASSES, Outcome, Reader
from pipelines.normalise.observations import Observed
from pipelines.warehouse.partitions import Partition
from pipelines.warehouse.readings import NO_CORRECTIONS
from pipelines.warehouse.workspace import Workspace

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Large:
    """What large files hold: partitions by raw file, why a file could not be read, and how many were read and kept."""

    partitions: dict[str, Partition]
    faults: dict[str, str]
    tables_read: int
    tables_kept: int


def large_tables(space: Workspace) -> Large:
    """The partitions of every large table, those of changed files read again. They are read once for each workspace."""
    known = space.known.get("large")
    if isinstance(known, Large):
        return known
    partitions, faults, kept = {}, {}, 0
    for source, table in _tables(space):
        try:
            digest = file_digest(table)
            key = space.readings.key(source, table, digest, NO_CORRECTIONS)
            found = None if space.force else space.partitions.find(table, key)
            kept += found is not None
            if found is None:
                space.notify(f"{table.raw_file}: reading in batches")
                found = space.partitions.write(table, key, digest, _outcomes(space, source, table))
            partitions[table.raw_file] = found
        except RigonomicsError as error:
            faults[table.raw_file] = error.message.removeprefix(table.raw_file).strip()
    large = Large(partitions, faults, len(partitions) - kept, kept)
    space.known["large"] = large
    return large


def file_digest(table: Table) -> str:
    """SHA-256 of a file, whatever its size. Raises RigonomicsError if it cannot be read."""
    digest = hashlib.sha256()
    if not table.path.is_file():  # a pipe or a device may never end
        raise RigonomicsError(f"{table.raw_file} is no regular file.", "Put the file itself there.")
    try:
        with table.path.open("rb") as handle:
            while chunk := handle.read(CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise RigonomicsError(f"{table.raw_file} cannot be read: {error.strerror}.", "Put it there again.") from error
    return digest.hexdigest()


def observed_large(space: Workspace) -> Observed:
    """What the tables get of large files, in the frames of `observe`; nothing is said of single cells that were
    ignored."""
    large = large_tables(space)
    sources = {table.raw_file: table.source_id for _, table in _tables(space)}
    current = {name: partition.current(space.as_of) for name, partition in large.partitions.items()}
    counts = [
        {
            "raw_file": name,
            "rows": partition.counts["rows"],
            **{label: partition.counts[label] for label in CLASSES},
            "observations": 0 if (found := current[name]) is None else found.height,
        }
        for name, partition in large.partitions.items()
    ]
    rejected = [
        partition.rejected().select(
            pl.lit(sources[name]).alias("source_id"),
            pl.lit(name).alias("raw_file"),
            pl.col("row").alias("raw_row"),
            pl.col("column").alias("column_name"),
            pl.col("text").alias("raw_text"),
            "reason",
            "cells",
        )
        for name, partition in large.partitions.items()
    ]
    schema = {"raw_file": pl.String, **dict.fromkeys(("rows", *CLASSES, "observations"), pl.Int64)}
    return Observed(
        pl.concat([frame for frame in current.values() if frame is not None] or [pl.DataFrame()]),
        pl.concat(rejected or [pl.DataFrame()]),
        pl.DataFrame(),
        pl.DataFrame(counts, schema=schema),
    )


def _tables(space: Workspace) -> Iterator[tuple[Source, Table]]:
    for source in space.sources:
        for table in source.tables:
            if table.is_large:
                yield source, table


def _outcomes(space: Workspace, source: Source, table: Table) -> Iterator[tuple[int, Outcome]]:
    """Batch by batch the rows of it and what came of them, records that cannot be taken included."""
    reader = Reader(source, table, space.vocabulary, space.catalogue)
    for batch in read_batches(table):
        if batch.rows.height:
            yield batch.rows.height, reader.read(batch.rows)
        if batch.faulty.height:
            # a cell of a record that is no record is rejected, whatever it holds
            refused = batch.faulty.rename({"fault": "reason"}).with_columns(
                pl.col("reason").fill_null("the record cannot be taken")
            )
            counts = {"cells": refused.height, "rejected": refused.height}
            yield refused["row"].n_unique(), Outcome(pl.DataFrame(), refused, counts)
