"""Readings whose amounts are in other currencies, in dollars: what analysis/readings_in_usd.sql says of them.

The SELECT decides rate, day and reasons; here the readings are handed to it and what it says is put beside them. It
runs in a database of its own, before anything is compared or published, so that the guard sees dollars.
"""

from dataclasses import replace

import duckdb
import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.observations import Observed
from pipelines.project import Project
from pipelines.warehouse.build import create_macros

SELECT = "readings_in_usd.sql"
ADDED = {
    "amount_low": pl.Float64, "amount_high": pl.Float64, "usd_per_unit": pl.Float64, "fx_day": pl.Date,
    "fx_from": pl.String, "fx_usd_from": pl.String,
}  # fmt: skip
"""Columns that a reading gets: the amount as written, and the rate, its day and the readings that it follows from."""


def in_usd(observed: Observed, project: Project, vocabulary: Vocabulary, rates: pl.DataFrame | None = None) -> Observed:
    """What was read, its amounts in dollars beside what they were; those that cannot be converted are rejected.

    rates: further readings, whose rates of exchange count too.
    """
    readings = observed.observations
    columns = list(dict.fromkeys((*readings.columns, *ADDED)))
    is_money = pl.col("unit").fill_null("").str.starts_with("USD")
    known = readings.with_columns(
        pl.when(is_money).then("value_low").alias("amount_low"),
        pl.when(is_money).then("value_high").alias("amount_high"),
    )
    if readings.filter(is_money & (pl.col("currency") != "USD")).is_empty():
        missing = [pl.lit(None, dtype).alias(name) for name, dtype in ADDED.items() if name not in known.columns]
        return replace(observed, observations=known.with_columns(missing).select(columns))
    told = _converted(
        pl.concat([readings, rates], how="diagonal") if rates is not None else readings, project, vocabulary
    )
    known = known.drop(*(set(ADDED) - {"amount_low", "amount_high"}), strict=False).join(
        told, on="observation_id", how="left", maintain_order="left"
    )
    refused = known.filter(pl.col("reason").is_not_null())
    kept = known.filter(pl.col("reason").is_null()).with_columns(
        value_low=pl.coalesce("usd_low", "value_low"), value_high=pl.coalesce("usd_high", "value_high")
    )
    rejected = refused.select(
        "source_id", "raw_file", "raw_row", pl.col("raw_column").alias("column_name"), "raw_text", "reason"
    ).unique()  # fmt: skip
    return replace(
        observed,
        observations=kept.select(columns),
        rejected=_concat(observed.rejected, rejected).sort("raw_file", "raw_row", "column_name", "reason"),
        counts=_recounted(observed, rejected, kept),
    )


def _concat(before: pl.DataFrame, rejected: pl.DataFrame) -> pl.DataFrame:
    """Both, each of the latter counting for itself alone where rejections say how many cells they cover."""
    more = [pl.lit(1, pl.Int64).alias("cells")] if "cells" in before.columns else []
    return pl.concat([before, rejected.with_columns(more).select(before.columns)])


def _converted(readings: pl.DataFrame, project: Project, vocabulary: Vocabulary) -> pl.DataFrame:
    plausible = pl.DataFrame(
        [(name, *one.range) for name, one in vocabulary.attributes.items() if one.range],
        schema={"attribute": pl.String, "range_low": pl.Float64, "range_high": pl.Float64},
        orient="row",
    )
    with duckdb.connect() as connection:
        create_macros(connection, project.analysis / "macros")
        connection.register("readings", readings)
        connection.register("plausible", plausible)
        told: pl.DataFrame = connection.sql((project.analysis / SELECT).read_text(encoding="utf-8")).pl()
    return told


def _recounted(observed: Observed, rejected: pl.DataFrame, kept: pl.DataFrame) -> pl.DataFrame:
    """The counts of cells by class: a cell of which a reading is rejected is a rejected one."""
    cell = ["raw_file", "raw_row", "column_name"]
    before = observed.rejected.select(cell).unique()
    moved = rejected.select(cell).unique().join(before, on=cell, how="anti").group_by("raw_file").agg(n=pl.len())
    left = kept.group_by("raw_file").agg(pl.len().cast(pl.Int64).alias("observations"))
    moves = pl.col("n").fill_null(0).cast(pl.Int64)
    return (
        observed.counts.drop("observations")
        .join(moved, on="raw_file", how="left", maintain_order="left")
        .with_columns(observed=pl.col("observed") - moves, rejected=pl.col("rejected") + moves)
        .drop("n")
        .join(left, on="raw_file", how="left", maintain_order="left")
        .with_columns(pl.col("observations").fill_null(0))
    )
