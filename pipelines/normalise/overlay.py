"""Cells to the readings that they hold: split, met with the items of their row, every facet settled by the nearest
word."""

import polars as pl

from pipelines.contracts.facets import FACETS, LITERALS
from pipelines.normalise.planning import CELL, PIECE_SEPARATOR
from pipelines.normalise.texts import is_blank

FACET_COLUMNS = (*FACETS, "attribute", "derived")


def row_facets(placed: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """The facets that a row's own cells give: one row for each item that the row holds (`piece` 0 if just one)."""
    resplit = (
        overrides.filter(pl.col("split").is_not_null() & pl.col("at_column").is_not_null())
        .select("raw_file", "row", pl.col("at_column").alias("column"), pl.col("split").alias("row_split"))
        .unique(subset=CELL, keep="last", maintain_order=True)
    )
    facet_cells = (
        placed.filter(pl.col("facet").is_not_null() & ~is_blank("text") & pl.col("fault").is_null())
        .join(resplit, on=CELL, how="left")
        .with_columns(
            pl.coalesce("row_split", "facet_split").replace("", None).alias("facet_split"),
            pl.coalesce("corrected", "text").alias("text"),
        )
        .with_columns(
            pl.when(pl.col("facet_split").is_null())
            .then(pl.concat_list("text"))
            .otherwise(pl.col("text").str.split(pl.col("facet_split").fill_null("\n")))
            .alias("pieces")
        )
        .with_columns(pl.int_ranges(1, pl.col("pieces").list.len() + 1, dtype=pl.Int64).alias("piece"))
        .explode("pieces", "piece")
        .with_columns(
            pl.col("pieces").str.strip_chars().alias("text"),
            pl.when(pl.col("facet_split").is_not_null()).then("piece").alias("piece"),
        )
    )
    rows = placed.select("raw_file", "row").unique(maintain_order=True)
    items = (
        rows.join(facet_cells.group_by("raw_file", "row").agg(pl.col("piece").max().alias("items")),
                  on=["raw_file", "row"], how="left")
        .with_columns(
            pl.when(pl.col("items").is_null())
            .then(pl.int_ranges(0, 1, dtype=pl.Int64))
            .otherwise(pl.int_ranges(1, pl.col("items").fill_null(0) + 1, dtype=pl.Int64))
            .alias("piece")
        )
        .explode("piece")
    )  # fmt: skip
    wide = (
        items.join(facet_cells.select("raw_file", "row", "facet", "text", pl.col("piece").alias("of_piece")),
                      on=["raw_file", "row"], how="left")
        .filter(pl.col("of_piece").is_null() | (pl.col("of_piece") == pl.col("piece")))
        .group_by("raw_file", "row", "piece", maintain_order=True)
        .agg(pl.col("text").filter(pl.col("facet") == facet).first().alias(f"row_{facet}") for facet in FACET_COLUMNS)
    )  # fmt: skip
    return items.join(wide, on=["raw_file", "row", "piece"], how="left")


def overlay(planned: pl.DataFrame, overrides: pl.DataFrame, facets: pl.DataFrame) -> pl.DataFrame:
    """Split the cells that the contract splits, meet the row's items, and settle every facet: the nearest wins."""
    split = pl.coalesce("over_split", "split").replace("", None)
    ignore = pl.coalesce("over_ignore", "ignore")
    pieces = (
        planned.with_columns(
            split.alias("split"), ignore.alias("ignore"), pl.coalesce("corrected", "text").alias("piece_text")
        )
        .with_columns(
            pl.when(pl.col("split").is_null())
            .then(pl.concat_list("piece_text"))
            .otherwise(pl.col("piece_text").str.split(pl.col("split").fill_null("\n")))
            .alias("piece_text")
        )
        .with_columns(pl.col("piece_text").list.len().cast(pl.Int64).alias("n_pieces"))
        .with_columns(pl.int_ranges(1, pl.col("n_pieces") + 1, dtype=pl.Int64).alias("n_piece"))
        .explode("piece_text", "n_piece")
    )
    met = pieces.join(facets, on=["raw_file", "row"], how="left", maintain_order="left_right").with_columns(
        pl.when(pl.col("split").is_not_null() & (pl.col("items") != pl.col("n_pieces")))
        .then(pl.format("{} figures are beside {} names", "n_pieces", "items"))
        .alias("mismatch")
    )
    paired = met.filter(
        pl.col("split").is_null()
        | pl.col("items").is_null()
        | (pl.col("n_piece") == pl.col("piece"))
        | (pl.col("mismatch").is_not_null() & (pl.col("piece") == 1))
    )
    settled = [
        pl.coalesce(f"over_{key}", f"row_{key}", key).alias(key) if key in FACET_COLUMNS
        else pl.coalesce(f"over_{key}", key).alias(key)
        for key in LITERALS
        if key not in ("split", "ignore")
    ]  # fmt: skip
    return paired.with_columns(settled).with_columns(_of_piece(key) for key in ("attribute", *FACETS))


def _of_piece(key: str) -> pl.Expr:
    """The literal for this piece where the contract gives a list, one for each piece of a split cell."""
    listed = pl.col(key).str.split(PIECE_SEPARATOR)
    return (
        pl.when(pl.col(key).str.contains(PIECE_SEPARATOR, literal=True))
        .then(listed.list.get(pl.col("n_piece") - 1, null_on_oob=True))
        .otherwise(pl.col(key))
        .alias(key)
    )
