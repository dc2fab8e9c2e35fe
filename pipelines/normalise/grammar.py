"""How figures and units are spelled: the regular expressions of a number, a term, a range, and the factors of
spellings.

What a whole cell says is read in `quantities`; which spellings there are says the vocabulary.
"""

import re
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary

# The regular expressions of Polars know no look-around.

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
TO = rf"(?:{DASH}|\s{DASH}\s|—|\s(?i:to)\s)"
JOIN = rf"(?:{TO}|\s\+\s|\+)~?"
"""Between two figures of one reading. A plus or a dash with a space on one side only may belong to one of them: "$1+
$2" is no sum, "5 -3" no range."""
FOOTNOTE = r"(?:[*†‡§]+|\[(?:[0-9]{1,3}|[a-j])\])"
REST = r"(?:[\s,;:.(—].*)?"
"""What may follow a figure: nothing, or something that is no longer part of the number or its unit."""

SCALES = {"K": 1e3, "k": 1e3, "M": 1e6, "thousand": 1e3, "million": 1e6}
"""Multipliers that follow money and tokens only: `$10K`, `128K tokens`."""
TOKENS = "tokens"
SCALE = f"(?:{'|'.join(SCALES)})"
DIMENSIONLESS = ("count", "factor")
"""Units whose figures may be bare, and before any word: `8`, `6,144 CUDA cores`."""


@dataclass(frozen=True)
class Grammar:
    """The regular expressions of a vocabulary.

    figures: the start of a cell up to the end of its last term (`~$3,500–4,200`). term: one of its terms (`$3,500`,
    `28 tok/s`). term_captures: the same with currency, number and suffix.
    """

    figures: str
    term: str
    term_captures: str


def grammar_of(spellings: pl.DataFrame) -> Grammar:
    """The regular expressions for these spellings, longer ones first so that `GB/s` is not read as `GB`."""
    written = sorted(set(spellings["suffix"]) - {""}, key=lambda suffix: (-len(suffix), suffix))
    suffix = "|".join(_suffix_pattern(spelling) for spelling in written)
    term = rf"(?:{CURRENCY})?{NUMBER}(?:\+?(?:{suffix}))?"
    return Grammar(
        figures=rf"^{LEAD}{term}(?:{JOIN}{term})*",
        term=term,
        term_captures=rf"^(?P<currency>{CURRENCY})?(?P<number>{NUMBER})\+?(?P<suffix>{suffix})?$",
    )


def _suffix_pattern(suffix: str) -> str:
    """How a spelling may follow a number: `/` also as 'per' or 'a', words in any case and also with a hyphen."""
    pieces = (
        r"\s?".join(re.escape(word) for word in piece.split()) for piece in suffix.replace(" per ", "/").split("/")
    )
    pattern = r"(?:\s?/\s?|\s(?i:per|an?)\s)".join(pieces)
    if re.search("[A-Za-z]$", suffix):
        pattern += EDGE
    if not re.fullmatch("[a-z /]{3,}", suffix):
        return rf"\s?{pattern}"
    return rf"(?i:{pattern})" if suffix.startswith("/") else rf"(?:\s|{DASH})?(?i:{pattern})"


def spellings_of(vocabulary: Vocabulary) -> pl.DataFrame:
    """Every spelling of every unit: unit, stored_unit (the same), key (see `_key`), suffix (what follows the
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
        .with_columns(key=key_of(pl.col("currency") + pl.col("suffix")))
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
    """'$' or '' and what of the spelling follows the figure."""
    if spelling.startswith("$"):
        return "$", spelling.removeprefix("$")
    return "", spelling


def key_of(spelling: pl.Expr) -> pl.Expr:
    """A spelling without what may vary in it: USD for $, blanks, a hyphen before it, 'per' or 'a' for a slash."""
    return (
        spelling.str.replace_all(r"(?:^|\s)(?i:per|an?)\s", "/")
        .str.replace_all(r"\s", "")
        .str.replace(r"^(?:US\$|USD|money)", "$$")
        .str.replace(rf"^{DASH}", "")
    )


def completed(stated: pl.Expr, hint: pl.Expr) -> pl.Expr:
    """The key of a figure that states no more than a currency or a scale, filled up from the contract's unit."""
    incomplete = stated.str.contains(rf"^\$?{SCALE}?$")
    scale = stated.str.strip_prefix("$")
    return (
        pl.when(incomplete & hint.str.starts_with("$"))
        .then(pl.concat_str(pl.lit("$"), scale, hint.str.strip_prefix("$")))
        .when(incomplete & ~stated.str.starts_with("$"))
        .then(scale + hint)
    )


def look_up(terms: pl.DataFrame, spellings: pl.DataFrame) -> pl.DataFrame:
    """`terms` with the factor and the stored unit of their key, as it is or in lower case."""
    known = spellings["key"].implode()
    key = pl.when(pl.col("key").is_in(known)).then(pl.col("key")).otherwise(pl.col("key").str.to_lowercase())
    found = spellings.select("unit", pl.col("key").alias("known_key"), "factor", "stored_unit").unique(
        ["unit", "known_key"], keep="first"
    )
    return terms.with_columns(known_key=key).join(found, on=["unit", "known_key"], how="left", maintain_order="left")
