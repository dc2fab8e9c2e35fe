"""Scraped text to quantities: `~$3,500–$4,200`, `28–35 tok/s`, `up to 192GB`, `✅ Yes (5.5GB)`.

Here lives the grammar of a cell. Which attribute a cell is about, and what is cut out of it first, says the contract; how a
unit is spelled says the vocabulary. A figure that cannot be read to its last character gets a reason instead of a value.
"""

import re
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary

INPUT = {
    "text": pl.String,
    "type": pl.String,
    "unit": pl.String,
    "unit_hint": pl.String,
    "range_low": pl.Float64,
    "range_high": pl.Float64,
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
    "is_empty": pl.Boolean,
    "reason": pl.String,
}

# ---- the pieces of a cell (the regular expressions of Polars know no look-around)

DASH = "[-‐‑‒–−]"
EDGE = r"(?-u:\b)"
NUMBER = r"(?:[1-9][0-9]{0,2}(?:,[0-9]{3}){1,4}|[1-9][0-9]{0,17}|0)(?:\.[0-9]{1,18})?"
CURRENCY = r"(?:US\$|\$|USD\s)\s?"
APPROXIMATE = r"(?:[~∼≈]|(?i:about|around|approximately|approx\.?|roughly|circa|ca\.?|nearly|estimated|est\.?)\s)"
AT_MOST = r"(?:<=|[<≤⩽]|(?i:up to|under|below|at most|less than|not? more than|within|max\.?|maximum(?: of)?)\s)"
AT_LEAST = (
    r"(?:>=|[>≥⩾]|(?i:at least|over|above|more than|not? less than|min\.?|minimum(?: of)?|upwards of"
    r"|from|starting (?:at|from))\s)"
)
FROM = r"(?i:from|starting (?:at|from))\s"
MINUS = "[−–-]"
SIGN = rf"(?:\+|{MINUS})"
LEAD = rf"(?:(?:{APPROXIMATE}|{AT_MOST}|{AT_LEAST})\s?|{SIGN})*"
TO = rf"(?:\s?{DASH}\s?|—|\s(?i:to)\s)"
JOIN = rf"(?:{TO}|\s\+\s|\+)~?"
"""Between two figures of one reading. A plus with a space on one side only may belong to the first: "$1+ $2" is no sum."""
FOOTNOTE = r"(?:[*†‡§]+|\[[0-9A-Za-z]{1,3}\])"
REST = r"(?:[\s,;:.(—].*)?"
"""What may follow a figure: nothing, or something that is no longer part of the number or its unit."""

SCALES = {"K": 1e3, "k": 1e3, "M": 1e6, "thousand": 1e3, "million": 1e6}
"""Multipliers that stand behind money and tokens only: `$10K`, `128K tokens`."""
TOKENS = "tokens"
SCALE = f"(?:{'|'.join(SCALES)})"
DIMENSIONLESS = ("count", "factor")
"""Units whose figures may stand bare, and before any word: `8`, `6,144 CUDA cores`."""

LANES = r"[x×](?:1|2|4|8|16)"
PSU_CLASS = r"(?i:-?plus\b|\+\s?(?:white|bronze|silver|gold|platinum|titanium|certified))"
TECHNOLOGY = (
    rf"{EDGE}(?:(?:GDDR|LPDDR|HBM|I?Q[0-9])[0-9A-Za-z_]*|DDR[0-9][0-9A-Za-z]*(?:-[0-9]+)?"
    rf"|PCIe(?:\s?[0-9](?:\.[0-9])?)?(?:\s{LANES})?|(?:at|full|physical)\s{LANES}|[x×](?:8|16)\s(?:slots?|lanes?)"
    r"|Gen\s?[0-9]|Zen\s?[0-9]|Wi-?Fi\s?[0-9]E?|(?:B?FP|INT|NF|TF)[0-9]{1,2}|CL[0-9]{2}|USB\s?[0-9](?:\.[0-9])?|M\.2"
    rf"|NVLink\s?[0-9](?:\.0)?|ATX\s?[0-9](?:\.[0-9])?|EXL2|batch-[0-9]+|(?:RTX|GTX|RX)\s(?:PRO\s)?A?[0-9]{{4}}){EDGE}"
    rf"|{EDGE}80\s?{PSU_CLASS}"
)
"""Names with digits in them that may stand behind a figure without being one."""
GRADE = rf"^80\s?{PSU_CLASS}"
"""80 PLUS is an efficiency label of power supplies, not eighty of something."""

HARMLESS = (
    "active", "all", "average", "avg", "base", "bidirectional", "boost", "combined", "context", "each", "ea", "estimated",
    "max", "maximum", "minimum", "on", "peak", "per", "sustained", "total", "typical", "unified", "with",
    "without",
)  # fmt: skip
"""Words that may follow a figure whose unit only the contract knows; any other could be a unit that nobody has declared."""
PERIOD = r"(?i:sec(?:ond)?|minute|hour|hr|day|week|month|quarter|year|yr|annum|kWh)"
UNIT_GOES_ON = (
    rf"^\s?(?:(?i:per|an?)\s{PERIOD}\b|(?i:hourly|daily|weekly|monthly|quarterly|yearly|annually|annual)\b"
    r"|(?i:thousand|million|billion|trillion|hundred|dozen|bn|mn)\b"
    r"|(?:AUD|CAD|CHF|CNY|EUR|GBP|HKD|INR|JPY|NZD|SGD)\b)"
)
"""Words that change what the figure before them means: another period, magnitude or currency."""
ORDINARY_REST = rf"^(?:$|\p{{L}}|[,;:.(—]|{DASH}\s)"
"""How words behind a figure start, once parentheses and technology are taken out; a slash or a symbol goes on with it."""
UNREAD_TERM = r"\s[+=×→]\s"
"""What joins a figure to a term that is not read: `115GB model + OS`."""

EMPTY = rf"(?i)^(?:(?:{DASH}|—)*|n/a|n\.a\.|na|unknown|tb[adc]|none|unspecified|not (?:stated|given|specified|applicable)|\?+)$"
INVISIBLE = r"[\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]"
YES, NO, PARTLY = "[✅✓✔☑]", "[❌✗✘✖✕☒]", "[⚠]"
AS_PICTURE = r"[\x{FE0E}\x{FE0F}]?"
"""Selector behind a symbol that asks for its coloured or its plain form."""
FLAG_WORD = r"^(?i)(yes|true|supported|no|false|not supported|unsupported|partially|partial)(?:$|[\s,;:.(—])"


def read_quantities(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Read each cell, or say why it cannot be read.

    cells: text (what is to be read, already cut out of the scraped cell), type ('quantity', 'flag', 'text'), unit (the
    canonical unit; null for any), unit_hint (the unit of a bare figure, spelled as anywhere in the vocabulary; may be null),
    range_low and range_high (of plausible values; may be null). Further columns pass through.

    Returns the same rows in the same order with value_low and value_high in the canonical unit, value_text ('yes', 'no' or
    'partial' of a flag, the words of a text), unit (canonical), is_approximate, bound ('at_least', 'at_most', null),
    annotation (what stood in parentheses or followed), footnote (the mark), is_empty (nothing is stated) and reason (why
    it could not be read; null if it was, or if there is nothing to read).
    """
    asked = cells.select(pl.col(name).cast(dtype) for name, dtype in INPUT.items())
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
        if name in ("is_empty", "reason")
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


@dataclass(frozen=True)
class _Grammar:
    """The regular expressions of a vocabulary.

    figures: the start of a cell up to the end of its last term (`~$3,500–4,200`). term: one of its terms (`$3,500`,
    `28 tok/s`). term_captures: the same with currency, number and suffix.
    """

    figures: str
    term: str
    term_captures: str


def _read_figures(cells: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Lead, terms and rest of each cell; each term in the canonical unit; then the interval and what speaks against it."""
    spellings = _spellings(vocabulary)
    grammar = _grammar(spellings)
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
            aside=pl.col("rest").str.replace_all(r"\([^()]*\)", "").str.strip_chars(),
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
        .pipe(_doubts)
    )


def _read_terms(parsed: pl.DataFrame, grammar: _Grammar, spellings: pl.DataFrame) -> pl.DataFrame:
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
                _key(pl.col("suffix")),
                ignore_nulls=True,
            ),
            hint=_key(pl.col("unit_hint")),
            unit=pl.col("unit").fill_null(""),
        )
        .with_columns(key=pl.coalesce(_completed(pl.col("stated"), pl.col("hint")), "stated"))
        .pipe(_look_up, spellings)
        .with_columns(value=pl.col("number").str.replace_all(",", "").cast(pl.Float64) * pl.col("factor"))
    )
    return terms.group_by("row", maintain_order=True).agg(
        pl.col("value").first().alias("first"),
        pl.col("value").last().alias("last"),
        pl.col("value").sum().alias("total"),
        pl.col("value").is_null().any().alias("any_unknown"),
        pl.col("stored_unit").first(),
        (pl.col("stored_unit").n_unique() > 1).alias("units_differ"),
        pl.col("has_own_unit").all().alias("each_has_unit"),
        pl.col("key").filter(pl.col("value").is_null()).first().alias("unknown_unit"),
        pl.col("stated").last().str.contains(rf"^{SCALE}?$").alias("is_bare"),
        pl.col("number")
        .filter(pl.col("key") == "$")
        .str.contains(r"^[1-9][0-9]{0,2}\.[0-9]{3}$")
        .any()
        .alias("maybe_thousands"),
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
    aside = pl.col("aside")
    from_to = pl.col("is_range") & lead.str.contains(FROM)
    return rows.with_columns(
        at_least=(lead.str.contains(AT_LEAST) & ~from_to)
        | (pl.col("plus") != "")
        | pl.col("inner_plus")
        | aside.str.contains(
            r"^(?i)(?:or (?:more|higher|larger|bigger|greater|above|better)|and (?:up|above))\b|\bminimum$"
        ),
        at_most=lead.str.contains(AT_MOST)
        | aside.str.contains(r"^(?i)or (?:less|fewer|lower|smaller|below)\b|\bmaximum$|\bmax$"),
        is_approximate=lead.str.contains(APPROXIMATE)
        | pl.col("figures").str.contains("~", literal=True)
        | aside.str.contains(r"^(?i)(?:approx\b|approximately\b|estimated\b|or so\b)"),
        annotation=_annotation(pl.col("rest")),
        footnote=pl.coalesce(pl.col("mark").replace("", None), "end_footnote"),
    ).with_columns(
        bound=pl.when("at_least").then(pl.lit("at_least")).when("at_most").then(pl.lit("at_most")),
    )


def _doubts(rows: pl.DataFrame) -> pl.DataFrame:
    """The first thing that speaks against the reading, as `reason`."""
    text, rest, aside = pl.col("text"), pl.col("rest"), pl.col("aside")
    leftover = aside.str.replace_all(TECHNOLOGY, "").str.strip_chars()
    needs_unit = pl.col("canonical").is_null() | ~pl.col("canonical").is_in(DIMENSIONLESS)
    next_word = rest.str.extract(r"^\s?(\p{L}[^\s(),;]*)")
    in_words = pl.col("canonical").fill_null("any unit")
    reasons = [
        pl.when(text.str.contains(GRADE)).then(pl.format("'{}' is a grade, not a figure", text)),
        pl.when(pl.col("figures").is_null()).then(pl.format("'{}' does not start with a figure", text)),
        pl.when(rest.is_null()).then(pl.format("'{}' is left over behind the figure", "behind")),
        pl.when(pl.col("lead").str.count_matches(SIGN) > 1).then(pl.lit("more than one sign before the figure")),
        pl.when(~((pl.col("shape") == "#") | pl.col("is_range") | pl.col("is_sum"))).then(
            pl.format("'{}' is neither a figure nor a range nor a sum", "figures")
        ),
        pl.when(rest.str.contains(UNIT_GOES_ON)).then(
            pl.format("'{}' changes the unit, unread", rest.str.strip_chars())
        ),
        pl.when(leftover.str.contains(rf"\p{{N}}|^[x×]\b|{UNREAD_TERM}") | ~leftover.str.contains(ORDINARY_REST)).then(
            pl.format("'{}' is left unread; split the cell or extract the figure", rest.str.strip_chars())
        ),
        pl.when(pl.col("is_sum") & ~pl.col("each_has_unit")).then(pl.lit("a sum needs a unit on each figure")),
        pl.when(pl.col("any_unknown")).then(
            pl.when(pl.col("unknown_unit") == "")
            .then(pl.format("no unit, where {} is needed", in_words))
            .otherwise(pl.format("'{}' is no unit of {}", "unknown_unit", in_words))
        ),
        pl.when(pl.col("maybe_thousands")).then(
            pl.lit("three decimals of a dollar may be thousands written with a point")
        ),
        pl.when(pl.col("units_differ")).then(pl.lit("the figures have different units")),
        pl.when(
            pl.col("is_bare") & needs_unit & next_word.is_not_null() & ~next_word.str.to_lowercase().is_in(HARMLESS)
        ).then(pl.format("'{}' is no known unit of {}", next_word, in_words)),
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
    return rows.with_columns(reason=pl.coalesce(reasons))


def _annotation(rest: pl.Expr) -> pl.Expr:
    """Words behind a figure without the punctuation around them; a lone parenthesis is opened."""
    return (
        rest.str.strip_chars(" ,;:.—–-")
        .str.replace(r"^\(([^()]*)\)$", "$1")
        .str.strip_chars()
        .replace("", None)
    )  # fmt: skip


def _number(column: str) -> pl.Expr:
    """A number as people write it: 5000 rather than 5000.0."""
    return pl.col(column).cast(pl.String).str.replace(r"\.0$", "")


# ---- units as sources spell them


def _grammar(spellings: pl.DataFrame) -> _Grammar:
    """The regular expressions for these spellings, longer ones first so that `GB/s` is not read as `GB`."""
    written = sorted(set(spellings["suffix"]) - {""}, key=lambda suffix: (-len(suffix), suffix))
    suffix = "|".join(_suffix_pattern(spelling) for spelling in written)
    term = rf"(?:{CURRENCY})?{NUMBER}(?:\+?(?:{suffix}))?"
    return _Grammar(
        figures=rf"^{LEAD}{term}(?:{JOIN}{term})*",
        term=term,
        term_captures=rf"^(?P<currency>{CURRENCY})?(?P<number>{NUMBER})\+?(?P<suffix>{suffix})?$",
    )


def _suffix_pattern(suffix: str) -> str:
    """How a spelling may stand behind a number: `/` also as 'per' or 'a', words in any case and also with a hyphen."""
    pieces = (
        r"\s?".join(re.escape(word) for word in piece.split()) for piece in suffix.replace(" per ", "/").split("/")
    )
    pattern = r"(?:\s?/\s?|\s(?i:per|an?)\s)".join(pieces)
    if re.search("[A-Za-z]$", suffix):
        pattern += EDGE
    if not re.fullmatch("[a-z /]{3,}", suffix):
        return rf"\s?{pattern}"
    return rf"(?i:{pattern})" if suffix.startswith("/") else rf"(?:\s|{DASH})?(?i:{pattern})"


def _spellings(vocabulary: Vocabulary) -> pl.DataFrame:
    """Every spelling of every unit: unit, stored_unit (the same), key (see `_key`), suffix (what stands behind the
    figure) and factor.

    Unit '' is any unit: there a spelling belongs to the first unit that has it.
    """
    written = [
        (name, currency, suffix, factor)
        for name, unit in vocabulary.units.items()
        for spelling, factor in {name: 1.0, **unit.spellings}.items()
        for currency, suffix in [_without_currency(spelling)]
    ]
    scaled = [
        (unit, currency, f"{scale} {suffix}" if suffix.isalpha() else scale + suffix, factor * multiplier)
        for unit, currency, suffix, factor in written
        for scale, multiplier in SCALES.items()
        if currency or unit == TOKENS
    ]
    bare_thousands = [
        (TOKENS, "", scale, multiplier) for scale, multiplier in SCALES.items() if TOKENS in vocabulary.units
    ]
    bare = [(unit, "", "", 1.0) for unit in DIMENSIONLESS if unit in vocabulary.units]
    schema = {"unit": pl.String, "currency": pl.String, "suffix": pl.String, "factor": pl.Float64}
    spelled = (
        pl.DataFrame([*written, *scaled, *bare_thousands, *bare], schema=schema, orient="row")
        .with_columns(
            suffix=pl.col("suffix").str.strip_prefix("-"),
            stored_unit="unit",
        )
        .with_columns(key=_key(pl.col("currency") + pl.col("suffix")))
        .unique(["unit", "key", "suffix"], keep="first", maintain_order=True)
    )
    of_any_unit = (
        spelled.filter(pl.col("key") != "", ~((pl.col("unit") == TOKENS) & pl.col("suffix").is_in(list(SCALES))))
        .unique("key", keep="first", maintain_order=True)
        .with_columns(unit=pl.lit(""))
    )
    no_unit = pl.DataFrame({"unit": "", "currency": "", "suffix": "", "factor": 1.0, "stored_unit": None, "key": ""})
    return pl.concat([spelled, of_any_unit, no_unit], how="diagonal_relaxed")


def _without_currency(spelling: str) -> tuple[str, str]:
    """'$' or '' and what of the spelling stands behind the figure."""
    if spelling.startswith("$"):
        return "$", spelling.removeprefix("$")
    return "", spelling


def _key(spelling: pl.Expr) -> pl.Expr:
    """A spelling without what may vary in it: USD for $, blanks, a hyphen before it, 'per' or 'a' for a slash."""
    return (
        spelling.str.replace_all(r"(?:^|\s)(?i:per|an?)\s", "/")
        .str.replace_all(r"\s", "")
        .str.replace(r"^(?:US\$|USD)", "$$")
        .str.replace(rf"^{DASH}", "")
    )


def _completed(stated: pl.Expr, hint: pl.Expr) -> pl.Expr:
    """The key of a figure that states no more than a currency or a scale, filled up from the contract's unit."""
    incomplete = stated.str.contains(rf"^\$?{SCALE}?$")
    scale = stated.str.strip_prefix("$")
    return (
        pl.when(incomplete & hint.str.starts_with("$"))
        .then(pl.concat_str(pl.lit("$"), scale, hint.str.strip_prefix("$")))
        .when(incomplete & ~stated.str.starts_with("$"))
        .then(scale + hint)
    )


def _look_up(terms: pl.DataFrame, spellings: pl.DataFrame) -> pl.DataFrame:
    """`terms` with the factor and the stored unit of their key, as it is or in lower case."""
    known = spellings["key"].implode()
    key = pl.when(pl.col("key").is_in(known)).then(pl.col("key")).otherwise(pl.col("key").str.to_lowercase())
    found = spellings.select("unit", pl.col("key").alias("known_key"), "factor", "stored_unit").unique(
        ["unit", "known_key"], keep="first"
    )
    return terms.with_columns(known_key=key).join(found, on=["unit", "known_key"], how="left", maintain_order="left")
