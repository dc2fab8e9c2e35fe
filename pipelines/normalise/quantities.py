"""Scraped text to quantities: `~$3,500–$4,200`, `28–35 tok/s`, `up to 192GB`, `✅ Yes (5.5GB)`.

Here lives the grammar of a cell. Which attribute a cell is about, and what is cut out of it first, says the contract; how a
unit is spelled says the vocabulary. A figure that cannot be read to its last character gets a reason instead of a value.
"""

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.grammar import (
    APPROXIMATE,
    AT_LEAST,
    AT_MOST,
    DASH,
    DIMENSIONLESS,
    FOOTNOTE,
    FROM,
    LEAD,
    MINUS,
    REST,
    SCALE,
    SIGN,
    Grammar,
    completed,
    grammar_of,
    key_of,
    look_up,
    spellings_of,
)
from pipelines.normalise.remarks import GRADE, UNIT_GOES_ON, foreign_currency, with_unread

INPUT = {
    "text": pl.String,
    "type": pl.String,
    "unit": pl.String,
    "unit_hint": pl.String,
    "range_low": pl.Float64,
    "range_high": pl.Float64,
    "attribute": pl.String,
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
    "foreign": pl.String,
    "is_empty": pl.Boolean,
    "reason": pl.String,
}

# ---- the pieces of a cell

EMPTY = rf"(?i)^(?:(?:{DASH}|—)*|n/a|n\.a\.|na|unknown|tb[adc]|none|unspecified|not (?:stated|given|specified|applicable)|\?+)$"
INVISIBLE = r"[\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]"
YES, NO, PARTLY = "[✅✓✔☑]", "[❌✗✘✖✕☒]", "[⚠]"
AS_PICTURE = r"[\x{FE0E}\x{FE0F}]?"
"""Selector behind a symbol that asks for its coloured or its plain form."""
FLAG_WORD = r"^(?i)(yes|true|supported|no|false|not supported|unsupported|partially|partial)(?:$|[\s,;:.(—])"


QUOTED = 100
"""Characters of a text that a reason quotes."""
CONVERSION = r"^\s?\(([^()]*[0-9][^()]*)\)$"
SAME = 0.05
"""How far two roundings of one figure may be apart."""
THREE_DECIMALS = r"^[1-9][0-9]{0,2}\.[0-9]{3}$"
"""`1.500` may be one and a half or fifteen hundred."""
IN_THOUSANDS = ("W", "VA", "GB", "MB", "GB/s", "MT/s", "count", "rpm", "mm", "TBW", "BTU/h")
"""Units of figures that run into thousands, and that nobody gives to three decimals."""


def read_quantities(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Read each cell, or say why it cannot be read.

    cells: text (what is to be read, already cut out of the scraped cell), type ('quantity', 'flag', 'text'), unit (the
    canonical unit; null for any), unit_hint (the unit of a bare figure, spelled as anywhere in the vocabulary; may be null),
    range_low and range_high (of plausible values; may be null), and, if it is there, attribute (null: not known). Further
    columns pass through.

    Returns the same rows in the same order with value_low and value_high in the canonical unit, value_text ('yes', 'no' or
    'partial' of a flag, the words of a text), unit (canonical), is_approximate, bound ('at_least', 'at_most', null),
    annotation (what stood in parentheses or followed), footnote (the mark), foreign (code of another currency that an
    amount is in; it is not converted here), is_empty (nothing is stated) and reason (why it could not be read; null if it
    was, or if there is nothing to read).
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
            stated.filter(pl.col("type") == "quantity").pipe(_read_figures, vocabulary),
            stated.filter(pl.col("type") == "flag").pipe(_read_flags),
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
        if name in ("is_empty", "reason", "foreign")
        else (read & pl.col(name).fill_null(False)).alias(name)
        if name == "is_approximate"
        else pl.when(read).then(pl.col(name).cast(dtype)).alias(name)
        for name, dtype in OUTPUT.items()
    )


def _tidy(cells: pl.DataFrame) -> pl.DataFrame:
    """Text without layout: one kind of space, no invisible characters, no Markdown emphasis, no footnote mark at its end."""
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


# ---- flags


def _read_flags(cells: pl.DataFrame) -> pl.DataFrame:
    """yes, no or partial from a symbol, a word, or both if they agree."""
    symbol = pl.col("text").str.extract(rf"^({YES}|{NO}|{PARTLY})")
    word = pl.col("words").str.extract(FLAG_WORD).str.to_lowercase()
    return (
        cells.with_columns(
            by_symbol=pl.when(symbol.str.contains(YES)).then(pl.lit("yes"))
            .when(symbol.str.contains(NO)).then(pl.lit("no"))
            .when(symbol.is_not_null()).then(pl.lit("partial")),
            words=pl.col("text").str.replace(rf"^(?:{YES}|{NO}|{PARTLY}){AS_PICTURE}\s?", ""),
        )
        .with_columns(
            by_word=pl.when(word.is_in(["yes", "true", "supported"])).then(pl.lit("yes"))
            .when(word.is_in(["partial", "partially"])).then(pl.lit("partial"))
            .when(word.is_not_null()).then(pl.lit("no")),
        )
        .with_columns(
            value_text=pl.coalesce("by_symbol", "by_word"),
            rest=pl.when(pl.col("by_word").is_null()).then("words")
            .otherwise(pl.col("words").str.replace(r"^(?i)(?:not supported|\p{L}+)", "")),
        )
        .with_columns(
            annotation=_annotation(pl.col("rest")),
            reason=pl.when(pl.col("value_text").is_null())
            .then(pl.format("'{}' says neither yes nor no at its start", "text"))
            .when(pl.col("by_symbol") != pl.col("by_word"))
            .then(pl.format("'{}' says {} and {}", "text", "by_symbol", "by_word"))
            .when(pl.col("rest").str.contains(r"^\s?(?:/|(?i:or)\b)"))
            .then(pl.format("'{}' leaves a choice", "text")),
        )
    )  # fmt: skip


# ---- figures


def _read_figures(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Lead, terms and rest of each cell; each term in the canonical unit; then the interval and what speaks against it."""
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
            foreign=pl.when(pl.col("canonical").str.starts_with("USD")).then(
                foreign_currency(pl.col("text"), vocabulary)
            ),
            may_have_fractions=pl.col("attribute").is_null()
            | pl.col("attribute").is_in([name for name, told in vocabulary.attributes.items() if told.fractions]),
        )
        .pipe(with_unread, vocabulary)
        .pipe(_without_conversions, vocabulary)
        .pipe(_doubts)
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
    )  # fmt: skip
    same = _read_figures(inner, vocabulary).filter(
        pl.col("reason").is_null()
        & pl.col("annotation").is_null()
        & (pl.col("stated_unit") != pl.col("unit_outside"))
        & ((pl.col("value_low") - pl.col("outside")).abs() <= SAME * pl.col("outside").abs())
        & (pl.col("value_low") == pl.col("value_high"))
    )
    return rows.with_columns(
        unread=pl.when(pl.col("row").is_in(same["row"].implode())).then(pl.lit("")).otherwise("unread")
    )


def _read_terms(parsed: pl.DataFrame, grammar: Grammar, spellings: pl.DataFrame) -> pl.DataFrame:
    """For each row its terms in the canonical unit: first, last, total, and whether they can stand together."""
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
        annotation=_annotation(pl.col("rest")),
        footnote=pl.coalesce(pl.col("mark").replace("", None), "end_footnote"),
    ).with_columns(
        bound=pl.when("at_least").then(pl.lit("at_least")).when("at_most").then(pl.lit("at_most")),
    )


def _doubts(rows: pl.DataFrame) -> pl.DataFrame:
    """The first thing that speaks against the reading, as `reason`."""
    text, rest = _quoted("text"), pl.col("rest")
    needs_unit = pl.col("canonical").is_null() | ~pl.col("canonical").is_in(DIMENSIONLESS)
    next_word = rest.str.extract(r"^\s?(\p{L}[^\s(),;]*)").str.head(QUOTED)
    in_words = pl.col("canonical").fill_null("any unit")
    is_unread = pl.col("unread") != ""
    is_word = next_word.is_not_null() & ~rest.str.contains(r"\p{N}")
    reasons = [
        pl.when(pl.col("text").str.contains(GRADE)).then(pl.format("'{}' is a grade, not a figure", text)),
        pl.when(pl.col("figures").is_null()).then(pl.format("'{}' does not start with a figure", text)),
        pl.when(rest.is_null()).then(pl.format("'{}' is left over behind the figure", _quoted("behind"))),
        pl.when(pl.col("lead").str.count_matches(SIGN) > 1).then(pl.lit("more than one sign before the figure")),
        pl.when(~((pl.col("shape") == "#") | pl.col("is_range") | pl.col("is_sum"))).then(
            pl.format("'{}' is neither a figure nor a range nor a sum", _quoted("figures"))
        ),
        pl.when(pl.col("is_sum") & ~pl.col("each_has_unit")).then(pl.lit("a sum needs a unit on each figure")),
        pl.when(rest.str.contains(UNIT_GOES_ON)).then(
            pl.format("'{}' changes the unit, unread", _quoted("rest").str.strip_chars())
        ),
        pl.when(is_unread & (~is_word | ~pl.col("is_bare").fill_null(False) | ~needs_unit)).then(
            pl.format(
                "'{}' is left unread and could change the figure: split the cell, extract the figure, or let [remarks] "
                "in data/vocabulary.toml say that '{}' is harmless",
                _quoted("rest").str.strip_chars(),
                _quoted("unread"),
            )
        ),
        pl.when(pl.col("any_unknown")).then(
            pl.when(pl.col("unknown_unit") == "")
            .then(pl.format("no unit, where {} is needed", in_words))
            .otherwise(pl.format("'{}' is no unit of {}", "unknown_unit", in_words))
        ),
        pl.when(
            pl.col("maybe_thousands")
            | (
                pl.col("three_decimals")
                & pl.col("canonical").is_in(IN_THOUSANDS)
                & (pl.col("value_low") * 1000 <= pl.col("range_high"))
            )
        ).then(pl.lit("three decimals may be thousands written with a point")),
        pl.when(
            (pl.col("canonical") == "count")
            & ~pl.col("may_have_fractions")
            & (
                (pl.col("value_low") != pl.col("value_low").floor())
                | (pl.col("value_high") != pl.col("value_high").floor())
            )
        ).then(pl.lit("a count has no fraction")),
        pl.when(pl.col("foreign").is_not_null()).then(pl.lit("the amount is not in USD")),
        pl.when(pl.col("units_differ")).then(pl.lit("the figures have different units")),
        pl.when(is_unread).then(pl.format("'{}' is no known unit of {}", next_word.fill_null(""), in_words)),
        pl.when(pl.col("at_least") & pl.col("at_most")).then(pl.lit("both at least and at most")),
        pl.when(pl.col("is_negative") & (pl.col("is_range") | pl.col("is_sum"))).then(
            pl.lit("a minus before a range or a sum can mean two things")
        ),
        pl.when(pl.col("value_low") > pl.col("value_high")).then(
            pl.format("the range runs backwards, from {} to {}", _number("value_low"), _number("value_high"))
        ),
        pl.when((pl.col("value_low") < pl.col("range_low")) | (pl.col("value_high") > pl.col("range_high"))).then(
            pl.format(
                "{} is outside the plausible range {} to {} {}",
                pl.when(pl.col("value_low") < pl.col("range_low"))
                .then(_number("value_low"))
                .otherwise(_number("value_high")),
                _number("range_low").fill_null("any"),
                _number("range_high").fill_null("any"),
                pl.col("unit").fill_null(""),
            ).str.strip_chars()
        ),
    ]
    reason = pl.coalesce(reasons)
    return rows.with_columns(
        reason=pl.when(reason.is_not_null() & pl.col("foreign").is_not_null())
        .then(pl.format("currency {} changes the unit: {}", pl.col("foreign").fill_null(""), reason))
        .otherwise(reason)
    )


def _annotation(rest: pl.Expr) -> pl.Expr:
    """Words behind a figure without the punctuation around them; a lone parenthesis is opened."""
    return (
        rest.str.strip_chars(" ,;:.—–-")
        .str.replace(r"^\(([^()]*)\)$", "$1")
        .str.strip_chars()
        .replace("", None)
    )  # fmt: skip


def _quoted(column: str) -> pl.Expr:
    """A text as a reason quotes it."""
    text = pl.col(column).fill_null("")
    return pl.when(text.str.len_chars() > QUOTED).then(text.str.head(QUOTED) + "…").otherwise(text)


def _number(column: str) -> pl.Expr:
    """A number as people write it: 5000 rather than 5000.0."""
    return pl.col(column).cast(pl.String).str.replace(r"\.0$", "")
