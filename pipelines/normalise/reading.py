"""Readings to values and ids: the figure is cut out of its cell and read (`quantities`), the names resolved
(`names`)."""

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.money import DOLLAR, UNITED_STATES, currencies_in
from pipelines.normalise.names import resolve_names
from pipelines.normalise.quantities import read_quantities

SECTIONS = ("hardware", "model", "build")


def extract(overlaid: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The text that is to be read as a figure, with what the vocabulary says of its attribute."""
    attributes = pl.DataFrame(
        [
            (name, a.kind, a.type, a.unit, *(a.range or (None, None)))
            for name, a in vocabulary.attributes.items()
        ],
        schema={"attribute": pl.String, "kind": pl.String, "type": pl.String, "canonical_unit": pl.String,
                "range_low": pl.Float64, "range_high": pl.Float64},
        orient="row",
    )  # fmt: skip
    piece = pl.col("piece_text").str.strip_chars()
    return (
        overlaid.join(attributes, on="attribute", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("extract").is_null())
            .then(piece)
            .otherwise(piece.str.extract(pl.col("extract").fill_null("(.*)"), 1))
            .alias("figure")
        )
        .pipe(_unit_hints, vocabulary)
    )


def _unit_hints(readings: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The unit of a bare figure, and the currency of amounts: the contract's, else what the header or the row's
    label says."""
    keys = ["column", "label", "canonical_unit"]
    pairs = readings.select(keys).unique(maintain_order=True).filter(pl.col("canonical_unit").is_not_null())
    hints = [
        next((word for word in _words(column, label) if word in vocabulary.units[unit].spellings), None)
        for column, label, unit in pairs.iter_rows()
    ]
    currencies = [
        " or ".join(currencies_in(f"{label or ''} {column}", vocabulary)) or None if unit.startswith(DOLLAR) else None
        for column, label, unit in pairs.iter_rows()
    ]
    hinted = pairs.with_columns(
        pl.Series("header_unit", hints, dtype=pl.String), pl.Series("header_currency", currencies, dtype=pl.String)
    )
    return readings.join(hinted, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.coalesce("unit", "header_unit").alias("unit_hint"),
        pl.coalesce("currency", "header_currency").alias("currency"),
        pl.when(pl.col("currency").is_null()).then("header_currency").alias("header_currency"),
    )


def _words(column: str, label: str | None) -> list[str]:
    return f"{label or ''} {column}".replace("(", " ").replace(")", " ").split()


def read_figures(extracted: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Figures, flags and texts read; `figure_reason` says why one could not be."""
    wanted = extracted.select(
        pl.col("figure").fill_null("").alias("text"),
        pl.col("type").fill_null("text"),
        pl.col("canonical_unit").alias("unit"),
        "unit_hint",
        "range_low",
        "range_high",
        "attribute",
        "currency",
        "locale",
        pl.col("tax").replace("unknown", None),
    )
    outcome = read_quantities(wanted, vocabulary).select(
        "value_low",
        "value_high",
        "value_text",
        pl.col("unit").alias("read_unit"),
        "is_approximate",
        "bound",
        "annotation",
        "footnote",
        "is_empty",
        pl.col("currency").alias("read_currency"),
        pl.col("tax").alias("read_tax"),
        pl.col("reason").alias("figure_reason"),
    )
    bare_dollars = (pl.col("read_currency") == DOLLAR) & ~pl.col("figure").str.contains(UNITED_STATES)
    contradicted = pl.format("the cell says $, its column {}", "header_currency")  # null without a header_currency
    return extracted.hstack(outcome).with_columns(
        figure_reason=pl.coalesce("figure_reason", pl.when(bare_dollars).then(contradicted))
    )


def resolve(read: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Names to ids, with the count and the link that was in the hardware's name."""
    named = read.with_columns(
        pl.concat_str("hardware", "variant", separator=" ", ignore_nulls=True).replace("", None).alias("hardware")
    )
    for section in SECTIONS:
        names = (
            named.select(pl.lit(section).alias("section"), pl.col(section).alias("name"))
            .drop_nulls()
            .unique(maintain_order=True)
        )
        ids = resolve_names(names, catalogue).select(
            pl.col("name").alias(section),
            pl.col("id").alias(f"{section}_id"),
            pl.col("count").cast(pl.String).alias(f"{section}_count"),
            pl.col("link").alias(f"{section}_link"),
            pl.col("quantization").alias(f"{section}_quantization"),
            pl.col("candidates").alias(f"{section}_candidates"),
        )
        named = named.join(ids, on=section, how="left", maintain_order="left")
    return named
