"""Scraped text to quantities: `~$3,500–$4,200`, `28–35 tok/s`, `up to 192GB`, `✅ Yes (5.5GB)`.

Here lives the grammar of a cell. Which attribute a cell is about, and what is cut out of it first, says the contract;
how a unit is spelled says the vocabulary. A figure that cannot be read to its last character gets a reason instead of a
value.
"""

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.figures import read_figures
from pipelines.normalise.flags import read_flags
from pipelines.normalise.grammar import DASH
from pipelines.normalise.texts import INVISIBLE

INPUT = {
    "text": pl.String,
    "type": pl.String,
    "unit": pl.String,
    "unit_hint": pl.String,
    "range_low": pl.Float64,
    "range_high": pl.Float64,
    "attribute": pl.String,
    "currency": pl.String,
    "locale": pl.String,
    "tax": pl.String,
}
OUTPUT = {
    "value_low": pl.Float64,
    "value_high": pl.Float64,
    "value_text": pl.String,
    "unit": pl.String,
    "is_approximate": pl.Boolean,
    "bound": pl.String,
    "annotation": pl.String,
    "footnote": pl.String,
    "currency": pl.String,
    "tax": pl.String,
    "is_empty": pl.Boolean,
    "reason": pl.String,
}
EMPTY = (
    rf"(?i)^(?:(?:{DASH}|—)*|n/a|n\.a\.|na|unknown|tb[adc]|none|unspecified|not (?:stated|given|specified|applicable)"
    r"|\?+)$"
)


def read_quantities(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Read each cell, or say why it cannot be read.

    cells: text (what is to be read, already cut out of the scraped cell), type ('quantity', 'flag', 'text'), unit (the
    canonical unit; null for any), unit_hint (the unit of a bare figure, spelled as anywhere in the vocabulary; may be
    null), range_low and range_high (of plausible values; may be null), and, if they are there, attribute (null: not
    known) and what the source declares of its amounts: currency, locale ('decimal comma', 'decimal point'), tax.
    Further columns pass through.

    Returns the same rows in the same order with value_low and value_high in the canonical unit, value_text ('yes', 'no'
    or 'partial' of a flag, the words of a text), unit (canonical), is_approximate, bound ('at_least', 'at_most', null),
    annotation (what was in parentheses or followed), footnote (the mark), currency (code of the one that an
    amount is in; it is not converted here), is_empty (nothing is stated) and reason (why it could not be read; null if
    it was, or if there is nothing to read).
    """
    asked = cells.select(
        pl.col(name).cast(dtype) if name in cells.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in INPUT.items()
    )
    distinct = asked.unique(maintain_order=True)
    outcome = asked.join(
        distinct.with_columns(struct=pl.struct(_read(distinct, vocabulary))),
        on=list(INPUT), how="left", nulls_equal=True, maintain_order="left",
    )  # fmt: skip
    return cells.with_columns(outcome["struct"].struct.unnest().get_columns())


def _read(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The output columns alone, for the same rows in the same order."""
    tidy = cells.with_row_index("row").pipe(_tidy)
    stated = tidy.filter(~pl.col("is_empty"))
    readings = pl.concat(
        [
            stated.filter(pl.col("type") == "quantity").pipe(read_figures, vocabulary),
            stated.filter(pl.col("type") == "flag").pipe(read_flags),
            stated.filter(pl.col("type") == "text").with_columns(value_text="text"),
            stated.filter(~pl.col("type").is_in(["quantity", "flag", "text"]).fill_null(False)).with_columns(
                reason=pl.format("type {} is none of quantity, flag, text", pl.col("type").fill_null("null"))
            ),
        ],
        how="diagonal_relaxed",
    )
    return (
        tidy.select("row", "is_empty")
        .join(readings.drop("is_empty"), on="row", how="left", maintain_order="left")
        .pipe(_only_what_was_read)
    )


def _only_what_was_read(readings: pl.DataFrame) -> pl.DataFrame:
    """The output columns, blank wherever there is a reason."""
    known = readings.with_columns(
        pl.lit(None, dtype).alias(name) for name, dtype in OUTPUT.items() if name not in readings
    )
    read = pl.col("reason").is_null() & ~pl.col("is_empty")
    return known.select(
        pl.col(name).cast(dtype)
        if name in ("is_empty", "reason")
        else (read & pl.col(name).fill_null(False)).alias(name)
        if name == "is_approximate"
        else pl.when(read).then(pl.col(name).cast(dtype)).alias(name)
        for name, dtype in OUTPUT.items()
    )


def _tidy(cells: pl.DataFrame) -> pl.DataFrame:
    """Text without layout: one kind of space, no invisible characters, no Markdown emphasis, no footnote mark at its
    end."""
    plain = (
        pl.col("text")
        .fill_null("")
        .str.replace_all(INVISIBLE, "")
        .str.replace_all(r"\s+", " ")
        .str.strip_chars()
        .str.replace(r"^\*\*([^*]+)\*\*$", "$1")
        .str.replace(r"^[*_`]([^*_`]+)[*_`]$", "$1")
        .str.strip_chars()
    )
    return (
        cells.with_columns(text=plain)
        .with_columns(footnote=pl.col("text").str.extract(r"[^*†‡§\s]\s?([*†‡§]+)$"))
        .with_columns(text=pl.col("text").str.replace(r"([^*†‡§\s])\s?[*†‡§]+$", "$1"))
        .with_columns(is_empty=pl.col("text").str.contains(EMPTY))
    )
