"""Text cells to observations: one row a reading, with its provenance; what cannot be read goes to rejected_rows.

A reading is planned by the contract (`planning`: which attribute, which unit, which facets), overlaid by the row's own
facets and by overrides (`overlay`), then read and resolved (`reading`) and judged (`judging`). Every cell ends in
exactly one class, and the classes add up (`classes`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.sources import Source, Table
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.classes import counted, ignored_cells, rejected_cells
from pipelines.normalise.judging import BENCHMARK_DEFAULTS, UNSPECIFIED, day_of, judge
from pipelines.normalise.overlay import overlay, row_facets
from pipelines.normalise.planning import CELL, column_roles, plan_readings, row_overrides
from pipelines.normalise.reading import extract, read_figures, resolve


@dataclass(frozen=True)
class Observed:
    """What came of the cells.

    observations, rejected: frames with the columns of those tables. counts: for each raw_file the number of cells,
    empty, label, observed, rejected, ignored (the last five add up to cells) and of observations. ignored: each cell
    left out with the contract's reason.
    """

    observations: pl.DataFrame
    rejected: pl.DataFrame
    ignored: pl.DataFrame
    counts: pl.DataFrame


def observe(sources: Sequence[Source], cells: pl.DataFrame, vocabulary: Vocabulary, catalogue: Catalogue) -> Observed:
    """Read every cell as its contract says.

    cells: raw_file, row, column, text, fault, and `corrected` (the text to read instead, or null).
    """
    tables = [table for source in sources for table in source.tables]
    overrides = row_overrides(tables)
    placed = cells.join(column_roles(tables, cells), on=["raw_file", "column"], how="left", maintain_order="left")
    facets = row_facets(placed, overrides)
    planned = plan_readings(placed, tables, overrides)
    overlaid = overlay(planned, overrides, facets)
    extracted = extract(overlaid, vocabulary)
    read = read_figures(extracted, vocabulary)
    resolved = resolve(read, catalogue)
    judged = judge(resolved, tables, vocabulary)
    good = judged.filter(pl.col("reason").is_null() & ~pl.col("is_empty"))
    observations = _observations(good, sources, tables)
    rejected = rejected_cells(placed, judged, tables)
    ignored = ignored_cells(placed, judged)
    return Observed(observations, rejected, ignored, counted(placed, judged, observations))


def _observations(judged: pl.DataFrame, sources: Sequence[Source], tables: Sequence[Table]) -> pl.DataFrame:
    """Accepted readings in the columns of the observations table."""
    good = judged.filter(~pl.col("is_ignored"))
    about = pl.DataFrame(
        [(t.raw_file, t.source_id, t.name, f"{t.source_id}/{t.retrieved_on}/{t.name}") for t in tables],
        schema=dict.fromkeys(("raw_file", "source_id", "table_name", "path"), pl.String),
        orient="row",
    )
    published = pl.DataFrame(
        [(source.source_id, source.published_on or None) for source in sources],
        schema={"source_id": pl.String, "published_on": pl.String},
        orient="row",
    )
    return (
        good.join(about, on="raw_file", how="left", maintain_order="left")
        .join(published, on="source_id", how="left", maintain_order="left")
        .with_columns(pl.col("id").cum_count().over(*CELL).alias("n"))
        .select(
            pl.format("{}:{}:{}#{}", "path", "row", "column", "n").alias("observation_id"),
            "source_id",
            "raw_file",
            pl.col("row").alias("raw_row"),
            pl.col("column").alias("raw_column"),
            pl.col("text").alias("raw_text"),
            "table_name",
            "kind",
            "attribute",
            "hardware_id",
            "model_id",
            "build_id",
            "topic",
            "value_low",
            "value_high",
            "value_text",
            pl.col("read_unit").alias("unit"),
            pl.col("is_approximate").fill_null(False),
            "bound",
            *_conditions(),
            "vendor",
            "url",
            "qualifier",
            "scope",
            (pl.col("owned") == "true").fill_null(False).alias("owned"),
            _notes().alias("note"),
            (pl.col("derived") == "true").fill_null(False).alias("is_derived"),
            pl.coalesce(day_of(pl.col("observed_on")), day_of(pl.col("published_on"))).alias("observed_on"),
            pl.when(pl.col("observed_on").is_not_null()).then(pl.lit("explicit"))
            .when(pl.col("published_on").is_not_null()).then(pl.lit("document"))
            .otherwise(pl.lit("none")).alias("date_basis"),
        )
        .sort("raw_file", "raw_row", "raw_column", "observation_id")
    )  # fmt: skip


def _conditions() -> list[pl.Expr | str]:
    """The facets of an observation, with what holds for a throughput and a price where nothing else is said."""
    is_benchmark, is_price = pl.col("kind") == "benchmark", pl.col("kind") == "price"
    is_unspecified = (pl.col("concurrency") == UNSPECIFIED).fill_null(False)
    pieces = pl.coalesce(pl.col("count").cast(pl.Int32), pl.col("hardware_count").cast(pl.Int32), pl.lit(1, pl.Int32))
    each = (pl.col("each") == "true").fill_null(False)
    return [
        pieces.alias("count"),
        each.alias("each"),
        pl.coalesce("link", "hardware_link").alias("link"),
        pl.coalesce("quantization", "model_quantization").str.to_uppercase().alias("quantization"),
        "engine",
        pl.when(is_benchmark).then(pl.col("phase").fill_null(BENCHMARK_DEFAULTS["phase"])).alias("phase"),
        pl.when(is_benchmark & ~is_unspecified)
        .then(pl.col("concurrency").cast(pl.Int32, strict=False).fill_null(1)).alias("concurrency"),
        pl.when(is_benchmark).then((pl.col("per_user") == "true").fill_null(False)).alias("per_user"),
        pl.when(is_benchmark).then(pl.col("offload").fill_null(BENCHMARK_DEFAULTS["offload"]))
        .otherwise("offload").alias("offload"),
        "split_mode",
        "host",
        pl.when(is_benchmark).then(pl.col("basis").fill_null(BENCHMARK_DEFAULTS["basis"]))
        .otherwise("basis").alias("basis"),
        pl.col("context_tokens").cast(pl.Int64),
        "condition",
        pl.when(is_price).then(
            pl.coalesce(pl.col("lot_quantity").cast(pl.Int32), pl.when(each).then(pl.lit(1, pl.Int32)), pieces)
        ).alias("lot_quantity"),
        "slot",
        "provider",
        pl.when(pl.col("kind") == "cloud_rate").then(pl.col("purchase").fill_null("unspecified")).alias("purchase"),
        "billing",
        "region",
        pl.coalesce("read_currency", pl.when(pl.col("kind") == "fx_rate").then(pl.col("currency").str.to_uppercase()))
        .alias("currency"),
        pl.when(pl.col("read_currency").is_not_null()).then(pl.coalesce("read_tax", pl.lit("unknown"))).alias("tax"),
        "hours",
        day_of(pl.col("valid_from")).alias("valid_from"),
        day_of(pl.col("valid_to")).alias("valid_to"),
        "place",
        "sector",
    ]  # fmt: skip


def _notes() -> pl.Expr:
    """Everything that was said beside the figure, once."""
    corrected = pl.when(pl.col("corrected").is_not_null()).then(pl.format("read as {} after a correction", "corrected"))
    remarks = [
        pl.when(pl.col(name).ne_missing(pl.col("qualifier"))).then(name) for name in ("note", "annotation", "footnote")
    ]
    return pl.concat_str("qualifier", *remarks, corrected, separator="; ", ignore_nulls=True).replace("", None)
