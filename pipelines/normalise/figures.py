"""Text to the ends of an interval in the canonical unit: lead, terms and rest of a cell, as `grammar` spells them."""

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.doubts import doubts
from pipelines.normalise.grammar import (
    APPROXIMATE,
    AT_LEAST,
    AT_MOST,
    DASH,
    FOOTNOTE,
    FROM,
    LEAD,
    MINUS,
    REST,
    SCALE,
    Grammar,
    completed,
    grammar_of,
    key_of,
    look_up,
    spellings_of,
)
from pipelines.normalise.money import DOLLAR, with_currency
from pipelines.normalise.remarks import annotation_of, with_unread

CONVERSION = r"^\s?\(([^()]*[0-9][^()]*)\)$"
SAME = 0.05
"""How far two roundings of one figure may be apart."""
THREE_DECIMALS = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"
"""`1.500` may be one and a half or fifteen hundred."""


def read_figures(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Lead, terms and rest of each cell; each term in the canonical unit; then the interval and what speaks against
    it."""
    # what is declared to be in a currency needs no sign of it
    declared = (pl.col("unit") == DOLLAR) & pl.col("unit_hint").is_null() & pl.col("declared").is_not_null()
    cells = with_currency(cells, vocabulary).with_columns(
        unit_hint=pl.when(declared).then(pl.lit(DOLLAR)).otherwise("unit_hint")
    )
    spellings = spellings_of(vocabulary)
    grammar = grammar_of(spellings)
    parsed = (
        cells.rename({"footnote": "end_footnote"})
        .with_columns(
            lead=pl.col("text").str.extract(f"^({LEAD})"), behind=pl.col("text").str.replace(grammar.figures, "")
        )
        .with_columns(
            figures=pl.when(pl.col("behind") != pl.col("text")).then(
                pl.col("text").str.strip_prefix(pl.col("lead")).str.strip_suffix(pl.col("behind"))
            ),
            parts=pl.col("behind").str.extract_groups(rf"^(?P<plus>\+?)\s?(?P<mark>{FOOTNOTE}?)(?P<rest>{REST})$"),
        )
        .unnest("parts")
        .with_columns(
            shape=pl.col("figures").str.replace_all(grammar.term, "#").str.replace_all(r"[\s~]", ""),
        )
        .with_columns(
            is_range=pl.col("shape").str.contains(rf"^#(?:{DASH}|—|(?i:to))#$"),
            is_sum=pl.col("shape").str.contains(r"^#(?:\+#)+$"),
        )
    )
    return (
        parsed.join(_read_terms(parsed, grammar, spellings), on="row", how="left", maintain_order="left")
        .pipe(_interval)
        .pipe(_qualify)
        .with_columns(
            may_have_fractions=pl.col("attribute").is_null()
            | pl.col("attribute").is_in([name for name, told in vocabulary.attributes.items() if told.fractions]),
        )
        .pipe(with_unread, vocabulary)
        .pipe(_without_conversions, vocabulary)
        .pipe(doubts)
    )


def _without_conversions(rows: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """A figure in parentheses that says the same in another unit, `0.68 years (8 months)`, leaves nothing unread."""
    doubled = rows.filter(pl.col("rest").str.contains(CONVERSION) & ~pl.col("is_range") & ~pl.col("is_sum"))
    if doubled.is_empty():
        return rows
    inner = doubled.select(
        "row", "type", "attribute", "unit_hint", pl.col("canonical").alias("unit"),
        text=pl.col("rest").str.extract(CONVERSION), footnote=pl.lit(None, pl.String), unit_outside="stated_unit",
        outside="value_low", range_low=pl.lit(None, pl.Float64), range_high=pl.lit(None, pl.Float64),
        currency=pl.lit(None, pl.String), locale=pl.lit(None, pl.String), tax=pl.lit(None, pl.String),
    )  # fmt: skip
    same = read_figures(inner, vocabulary).filter(
        pl.col("reason").is_null()
        & pl.col("annotation").is_null()
        & (pl.col("stated_unit") != pl.col("unit_outside"))
        & (pl.col("unit_outside") != "")
        & (pl.col("stated_unit") != "")
        & ((pl.col("value_low") - pl.col("outside")).abs() <= SAME * pl.col("outside").abs())
        & (pl.col("value_low") == pl.col("value_high"))
    )
    return rows.with_columns(
        unread=pl.when(pl.col("row").is_in(same["row"].implode())).then(pl.lit("")).otherwise("unread")
    )


def _read_terms(parsed: pl.DataFrame, grammar: Grammar, spellings: pl.DataFrame) -> pl.DataFrame:
    """For each row its terms in the canonical unit: first, last, total, and whether they can go together."""
    terms = (
        parsed.filter(pl.col("figures").is_not_null())
        .select("row", "unit", "unit_hint", "is_range", term=pl.col("figures").str.extract_all(grammar.term))
        .explode("term")
        .with_columns(captures=pl.col("term").str.extract_groups(grammar.term_captures))
        .unnest("captures")
        .with_columns(has_own_unit=pl.coalesce("currency", "suffix").is_not_null())
        .with_columns(
            # `$10-15K/month`: what is written at one end of a range holds for both
            suffix=pl.when("is_range")
            .then(pl.coalesce("suffix", pl.col("suffix").last().over("row")))
            .otherwise("suffix"),
            currency=pl.when("is_range")
            .then(pl.col("currency").drop_nulls().first().over("row"))
            .otherwise("currency"),
        )
        .with_columns(
            stated=pl.concat_str(
                pl.when(pl.col("currency").is_not_null()).then(pl.lit("$")),
                key_of(pl.col("suffix")),
                ignore_nulls=True,
            ).str.replace("$$", "$", literal=True),
            hint=key_of(pl.col("unit_hint")),
            unit=pl.col("unit").fill_null(""),
        )
        .with_columns(key=pl.coalesce(completed(pl.col("stated"), pl.col("hint")), "stated"))
        .pipe(look_up, spellings)
        .with_columns(value=pl.col("number").str.replace_all(",", "").cast(pl.Float64) * pl.col("factor"))
    )
    return terms.group_by("row", maintain_order=True).agg(
        pl.col("value").first().alias("first"),
        pl.col("value").last().alias("last"),
        pl.col("value").sum().alias("total"),
        pl.col("value").is_null().any().alias("any_unknown"),
        pl.col("stored_unit").first(),
        pl.col("stated").last().alias("stated_unit"),
        (pl.col("stored_unit").n_unique() > 1).alias("units_differ"),
        pl.col("has_own_unit").all().alias("each_has_unit"),
        pl.col("key").filter(pl.col("value").is_null()).first().alias("unknown_unit"),
        pl.col("stated").last().str.contains(rf"^{SCALE}?$").alias("is_bare"),
        pl.col("number")
        .filter((pl.col("key") == "$") | (pl.col("stored_unit") == "USD"))
        .str.contains(THREE_DECIMALS)
        .any()
        .alias("maybe_thousands"),
        pl.col("number").str.contains(THREE_DECIMALS).any().alias("three_decimals"),
        pl.col("term").str.contains("+", literal=True).any().alias("inner_plus"),
    )


def _interval(rows: pl.DataFrame) -> pl.DataFrame:
    """The ends of the interval, with a minus if the cell has one."""
    negative = pl.col("lead").str.contains(MINUS)
    sign = pl.when(negative).then(-1.0).otherwise(1.0)
    return rows.with_columns(
        is_negative=negative,
        # what a factor such as 0.001 or 1/12 adds behind fifteen digits is noise
        value_low=(sign * pl.when("is_sum").then("total").otherwise("first")).round_sig_figs(15),
        value_high=(sign * pl.when("is_sum").then("total").otherwise("last")).round_sig_figs(15),
        unit=pl.coalesce("unit", "stored_unit"),
        canonical=pl.col("unit"),
    )


def _qualify(rows: pl.DataFrame) -> pl.DataFrame:
    """Approximate, bound, annotation and footnote, from the marks before, behind and inside the figure."""
    lead = (
        pl.col("lead").str.replace(r"(?i)\bnot? more than", "at most").str.replace(r"(?i)\bnot? less than", "at least")
    )
    rest = pl.col("rest").fill_null("")
    from_to = pl.col("is_range") & lead.str.contains(FROM)
    return rows.with_columns(
        at_least=(lead.str.contains(AT_LEAST) & ~from_to)
        | (pl.col("plus") != "")
        | pl.col("inner_plus")
        | rest.str.contains(
            r"(?i)\b(?:or (?:more|higher|larger|bigger|greater|above|better)|and (?:up|above)|min(?:imum)?)\b"
        ),
        at_most=lead.str.contains(AT_MOST)
        | rest.str.contains(r"(?i)\b(?:or (?:less|fewer|lower|smaller|below)|max(?:imum)?)\b"),
        is_approximate=lead.str.contains(APPROXIMATE)
        | pl.col("figures").str.contains("~", literal=True)
        | rest.str.contains(r"(?i)\b(?:approx|approximately|estimated|est|or so)\b"),
        annotation=annotation_of(pl.col("rest")),
        footnote=pl.coalesce(pl.col("mark").replace("", None), "end_footnote"),
    ).with_columns(
        bound=pl.when("at_least").then(pl.lit("at_least")).when("at_most").then(pl.lit("at_most")),
    )
