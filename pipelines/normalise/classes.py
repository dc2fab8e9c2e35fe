"""Where each cell ends: rejected with a reason, ignored by the contract, or counted in its one class."""

from collections.abc import Sequence

import polars as pl

from pipelines.contracts.sources import Table
from pipelines.normalise.planning import CELL
from pipelines.normalise.texts import is_blank


def rejected_cells(placed: pl.DataFrame, judged: pl.DataFrame, tables: Sequence[Table]) -> pl.DataFrame:
    """Readings that failed and cells of ragged rows, in the columns of rejected_rows."""
    sources = pl.DataFrame(
        [(table.raw_file, table.source_id) for table in tables],
        schema={"raw_file": pl.String, "source_id": pl.String},
        orient="row",
    )
    ragged = placed.filter(pl.col("fault").is_not_null()).select(*CELL, "text", pl.col("fault").alias("reason"))
    failed = judged.filter(pl.col("reason").is_not_null()).select(*CELL, "text", "reason")
    return (
        pl.concat([ragged, failed])
        .unique()
        .join(sources, on="raw_file", how="left")
        .select(
            "source_id",
            "raw_file",
            pl.col("row").alias("raw_row"),
            pl.col("column").alias("column_name"),
            pl.col("text").alias("raw_text"),
            "reason",
        )
        .sort("raw_file", "raw_row", "column_name", "reason")
    )


def ignored_cells(placed: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Cells that the contract leaves out, with its reason."""
    by_column = placed.filter((pl.col("role") == "ignored") & pl.col("fault").is_null()).select(
        *CELL, "text", pl.col("column_ignore").alias("reason")
    )
    by_reading = judged.filter(pl.col("is_ignored")).select(
        *CELL, "text", pl.col("ignore").fill_null("this row has no such figure").alias("reason")
    )
    return pl.concat([by_column, by_reading]).unique(subset=CELL, maintain_order=True)


def counted(placed: pl.DataFrame, judged: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Each cell's one class, counted by file. A cell is rejected if any reading of it was, then observed, then
    ignored."""
    classes = judged.group_by(CELL).agg(
        pl.col("reason").is_not_null().any().alias("any_rejected"),
        (pl.col("reason").is_null() & ~pl.col("is_empty") & ~pl.col("is_ignored")).any().alias("any_observed"),
        pl.col("is_ignored").any().alias("any_ignored"),
    )
    classed = placed.join(classes, on=CELL, how="left").with_columns(
        pl.when(pl.col("fault").is_not_null() | pl.col("any_rejected").fill_null(False)).then(pl.lit("rejected"))
        .when(is_blank("text")).then(pl.lit("empty"))
        .when(pl.col("any_observed").fill_null(False)).then(pl.lit("observed"))
        .when((pl.col("role") == "ignored") | pl.col("any_ignored").fill_null(False)).then(pl.lit("ignored"))
        .when(pl.col("role") == "label").then(pl.lit("label"))
        .otherwise(pl.lit("empty"))
        .alias("class")
    )  # fmt: skip
    per_file = classed.group_by("raw_file").agg(
        pl.col("row").n_unique().cast(pl.Int64).alias("rows"),
        pl.len().cast(pl.Int64).alias("cells"),
        *((pl.col("class") == name).sum().cast(pl.Int64).alias(name)
          for name in ("empty", "label", "observed", "rejected", "ignored")),
    )  # fmt: skip
    read = observations.group_by("raw_file").agg(pl.len().cast(pl.Int64).alias("observations"))
    return (
        per_file.join(read, on="raw_file", how="left")
        .with_columns(pl.col("observations").fill_null(0))
        .sort("raw_file")
    )
