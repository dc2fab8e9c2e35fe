"""What follows a figure: read to its last word, or the cell is refused.

Harmless words are declared in data/vocabulary.toml ([remarks], [currencies]); here lives how they are looked for. Names
of technology with digits in them and days are patterns, and so live here.
"""

import re
from collections.abc import Iterable

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.grammar import DASH, EDGE
from pipelines.normalise.money import DOLLAR, money_words

LANES = r"[x×](?:1|2|4|8|16)"
PSU_CLASS = r"(?i:-?plus\b|\+\s?(?:white|bronze|silver|gold|platinum|titanium|certified))"
TECHNOLOGY = (
    rf"{EDGE}(?:I?Q[0-9][0-9A-Za-z_]*"
    rf"|(?:at|full|physical)\s{LANES}|[x×](?:8|16)\s(?:slots?|lanes?)"
    r"|Gen\s?[0-9]|[0-9](?:st|nd|rd|th)\sGen|Zen\s?[0-9]|CL[0-9]{2}"
    r"|(?:[0-9]{1,2}[×x]\s)?Cortex-[AX][0-9]{1,3}(?:\s@\s[0-9](?:\.[0-9]{1,2})?\s?GHz)?"
    rf"|ATX\s?[0-9](?:\.[0-9])?|EXL2|(?:RTX|GTX|RX)\s(?:PRO\s)?A?[0-9]{{4}}){EDGE}"
    rf"|{EDGE}80\s?{PSU_CLASS}(?:\s(?i:white|bronze|silver|gold|platinum|titanium))?"
)
"""Names with digits in them that may follow a figure without being one."""
MEMORY = rf"{EDGE}(GDDR|LPDDR|DDR|HBM)(?:[0-9][0-9A-Za-z]*(?:-[0-9]+)?)?{EDGE}"
LINK = rf"{EDGE}(PCIe|NVLink|Wi-?Fi|USB)(?:\s?[0-9](?:\.[0-9])?E?)?(?:\s{LANES})?{EDGE}"
"""A kind of memory or of link with its generation: what it is a figure of says the name."""
PRECISION = rf"{EDGE}(?:B?FP|INT|NF|TF)[0-9]{{1,2}}{EDGE}"
OF_A_PRECISION = ("TFLOPS",)
"""Units of which figures of two precisions are figures of two things."""
GRADE = rf"^80\s?{PSU_CLASS}"
"""80 PLUS is an efficiency label of power supplies, not eighty of something."""
MONTH = (
    r"(?i:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
DAY = rf"{EDGE}{MONTH}\.?\s20[1-4][0-9]{EDGE}"
DATE = rf"^[0-9]{{1,2}}(?i:st|nd|rd|th)?\.?\s?{MONTH}\b"
"""`20 Nov 2026` is no twenty of anything."""
YEAR = r"([(,]\s?)20[1-4][0-9](\s?(?:[),]|$))"
"""A year alone is one in parentheses or behind a comma: `(used, 2026)`."""
PERIOD = r"(?i:sec(?:ond)?|minute|hour|hr|day|week|month|quarter|year|yr|annum|kWh)"
UNIT_GOES_ON = (
    rf"^\s?(?:(?i:per|an?)\s{PERIOD}\b|(?i:hourly|daily|weekly|monthly|quarterly|yearly|annually|annual)\b"
    r"|(?i:thousand|million|billion|trillion|hundred|dozen|bn|mn)\b)"
)
"""Words that change what the figure before them means: another period or magnitude."""


def words(phrases: Iterable[str]) -> str:
    """A regular expression of any of these words or phrases, whole and in any case, longer ones first."""
    return "|".join(_whole(phrase) for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)))


def _whole(phrase: str) -> str:
    spelled = r"\s".join(re.escape(word) for word in phrase.split())
    before, behind = (r"\b" if end.isalnum() else "" for end in (phrase[0], phrase[-1]))
    return f"{before}(?i:{spelled}){behind}"


def with_unread(rows: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Rows with `remark` and `unread`: all that follows a figure, and what of it is not known to be harmless ('' if
    nothing is).

    rows: rest, canonical (unit), stated_unit, any_unknown and attribute (null: not known, so that words of any
    attribute are harmless). What a count counts, `16 threads`, is spelled as a unit, and is a remark as well.
    """
    keys = ["remark", "canonical", "attribute"]
    is_noun = (pl.col("canonical") == "count") & ~pl.col("any_unknown") & ~pl.col("stated_unit").is_in(["x", "×", ""])
    counted = pl.when(is_noun).then("stated_unit")
    remarked = rows.with_columns(remark=pl.concat_str(counted, "rest", separator=" ", ignore_nulls=True))
    asked = remarked.select(keys).unique(maintain_order=True).filter(pl.col("remark").fill_null("") != "")
    parts = [
        part.with_columns(unread=_left_of(pl.col("remark"), _harmless(vocabulary, unit, attribute), unit))
        for (unit, attribute), part in asked.partition_by("canonical", "attribute", as_dict=True).items()
    ]
    found = pl.concat(parts) if parts else asked.with_columns(unread=pl.lit(""))
    return remarked.join(found, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.col("unread").fill_null("")
    )


def _harmless(vocabulary: Vocabulary, unit: str | None, attribute: str | None) -> list[str]:
    remarks = vocabulary.remarks
    if attribute is not None:
        own = remarks.by_attribute.get(attribute, [])
    else:
        own = [
            word
            for name, words_of in remarks.by_attribute.items()
            if unit is None or vocabulary.attributes[name].unit == unit
            for word in words_of
        ]
    of_money = money_words(vocabulary) if (unit or "").startswith(DOLLAR) else []
    return [*remarks.harmless, *remarks.by_unit.get(unit or "", []), *own, *of_money]


def _left_of(remark: pl.Expr, harmless: list[str], unit: str | None) -> pl.Expr:
    left = (
        remark.str.replace_all("[’‘]", "'")
        .str.replace_all(DAY, " ")
        .str.replace_all(YEAR, "$1 $2")
        .str.replace_all(TECHNOLOGY, " ")
        .str.replace_all(MEMORY, "$1")
        .str.replace_all(LINK, "$1")
    )
    left = left if unit in OF_A_PRECISION else left.str.replace_all(PRECISION, " ")
    left = left.str.replace_all(words(harmless), " ") if harmless else left
    lone = rf"(?:^|\s){DASH}+\s|[(),;:—]|\.(?:\s|$)"
    return left.str.replace_all(lone, " ").str.replace_all(r"\s+", " ").str.strip_chars()


def annotation_of(rest: pl.Expr) -> pl.Expr:
    """Words behind a figure without the punctuation around them; a lone parenthesis is opened."""
    return (
        rest.str.strip_chars(" ,;:.—–-")
        .str.replace(r"^\(([^()]*)\)$", "$1")
        .str.strip_chars()
        .replace("", None)
    )  # fmt: skip
