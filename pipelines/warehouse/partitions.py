"""Readings of large tables: Parquet beside the database, a folder for each file as it was read, which DuckDB reads in
place.

A partition is kept for as long as the file, its contract, the parser, the vocabulary and the catalogue are what they
were: its folder is named by the digest of them. It appears whole or not at all.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.contracts.sources import Table
from pipelines.normalise.dictionary import CLASSES, Outcome

WHOLE_ROWS = 20_000
"""Readings of a file that are all taken into the tables; of more, one of each series is."""
MANIFEST, REJECTED, USED = "manifest.json", "rejected.parquet", "used.json"
NOT_OF_THE_SERIES = (
    "observation_id", "raw_file", "raw_row", "raw_column", "raw_text", "value_low", "value_high", "value_text",
    "is_approximate", "bound", "observed_on", "date_basis", "url", "note",
)  # fmt: skip
"""Columns of observations in which readings of one series differ: two offers of one item by one provider are one
series."""
REJECTED_SCHEMA = {
    "column": pl.String, "text": pl.String, "reason": pl.String, "row": pl.Int32, "cells": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True)
class Partition:
    """The readings of one file. counts: cells by class, rows, and readings; digest: of the file's bytes."""

    folder: Path
    counts: dict[str, int]
    digest: str

    @property
    def parts(self) -> list[Path]:
        """The Parquet files, in the order of the rows."""
        return sorted(self.folder.glob("part-*.parquet"))

    def rejected(self) -> pl.DataFrame:
        """Each distinct cell that could not be read: column, text, reason, the first row that has it, and in how
        many."""
        return pl.read_parquet(self.folder / REJECTED)

    def current(self, as_of: date | None) -> pl.DataFrame | None:
        """The readings that tables are made of: all if they are few, else of each series the one in the middle of the
        newest day up to `as_of`; None if there are none.
        """
        if not self.parts:
            return None
        readings = pl.scan_parquet(self.parts)
        if self.counts["readings"] <= WHOLE_ROWS:
            return readings.collect()
        series = [name for name in readings.collect_schema().names() if name not in NOT_OF_THE_SERIES]
        if as_of is not None:
            readings = readings.filter(pl.col("observed_on").is_null() | (pl.col("observed_on") <= as_of))
        newest = (
            readings.group_by(series).agg(pl.col("observed_on").max().alias("newest_on")).collect(engine="streaming")
        )
        latest = (
            readings.join(newest.lazy(), on=series, nulls_equal=True)
            .filter(pl.col("observed_on").eq_missing(pl.col("newest_on")))
            .select(*series, "observation_id", "value_low", "raw_row")
            .collect(engine="streaming")
        )
        middle = (
            latest.sort("value_low", "raw_row")
            .group_by(series)
            .agg(pl.col("observation_id").gather((pl.len() - 1) // 2).first())
        )
        wanted = middle.select("observation_id").lazy()
        return (
            readings.join(wanted, on="observation_id", how="semi")
            .collect(engine="streaming")
            .sort("raw_row", "raw_column")
        )


class Partitions:
    """The partitions of a project, in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def find(self, table: Table, key: str) -> Partition | None:
        """The partition of a file as it was read before, if it is there whole."""
        folder = self._place(table, key)
        try:
            manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            found = Partition(
                folder, {name: int(count) for name, count in manifest["counts"].items()}, manifest["digest"]
            )
            return found if len(found.parts) == manifest["parts"] and (folder / REJECTED).is_file() else None
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return None

    def write(self, table: Table, key: str, digest: str, outcomes: Iterable[tuple[int, Outcome]]) -> Partition:
        """Keep what came of a file's batches: the rows of each and its outcome. Raises OSError if there is no room."""
        target = self._place(table, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=".new-", dir=target.parent))
        try:
            counts = dict.fromkeys((*CLASSES, "rows", "readings"), 0)
            rejected, parts = pl.DataFrame(schema=REJECTED_SCHEMA), 0
            for rows, outcome in outcomes:
                rejected = _together(rejected, outcome.rejected)
                counts = {name: count + outcome.counts.get(name, 0) for name, count in counts.items()}
                counts["rows"] += rows
                counts["readings"] += outcome.observations.height
                if outcome.observations.height:
                    outcome.observations.write_parquet(
                        fresh / f"part-{parts:06d}.parquet", compression="zstd", compression_level=1
                    )
                    parts += 1
            rejected.sort("column", "text", "reason").write_parquet(fresh / REJECTED)
            manifest = {"counts": counts, "digest": digest, "parts": parts}
            (fresh / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
            shutil.rmtree(target, ignore_errors=True)
            fresh.chmod(0o755)
            fresh.replace(target)
        except BaseException:
            shutil.rmtree(fresh, ignore_errors=True)
            raise
        return Partition(target, counts, digest)

    def sweep(self, used: Collection[Partition]) -> None:
        """Remove partitions that neither this publication nor the one before it reads, and what a broken one left."""
        now = sorted(partition.folder.name for partition in used)
        record = self.folder / USED
        before: list[str] = []
        with suppress(OSError, ValueError):
            before = list(json.loads(record.read_text(encoding="utf-8")))
        for folder in self.folder.glob("*/*/*/*"):
            if folder.is_dir() and folder.name not in {*now, *before}:
                shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            if used or before:
                record.write_text(json.dumps(now), encoding="utf-8")

    def _place(self, table: Table, key: str) -> Path:
        name = hashlib.sha256(f"{table.raw_file} {key}".encode()).hexdigest()[:20]
        return self.folder / table.source_id / table.retrieved_on.isoformat() / table.name / name


def _together(before: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    fresh = rejected.group_by("column", "text", "reason").agg(
        pl.col("row").min().cast(pl.Int32), pl.len().cast(pl.Int64).alias("cells")
    )
    return (
        pl.concat([before, fresh.select(before.columns)])
        .group_by("column", "text", "reason")
        .agg(pl.col("row").min(), pl.col("cells").sum())
    )
