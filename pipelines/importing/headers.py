"""A column's header to its last word: which attribute it speaks of, in which unit, under which conditions.

A header with a word that is not understood has no meaning at all: "Memory bus (bit)" is not memory, "Power Capacity
(MW)" is no thermal design power. What its cells say is read elsewhere, by the same grammar as in a refresh.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.importing.header_words import (
    CONDITIONS,
    CONTEXT,
    COUNT,
    DAY,
    DECODE,
    ENGINE,
    FOREIGN,
    HARMLESS,
    LOWER_UNITS,
    MONTH,
    MONTHS,
    NO_FIT,
    OF_TOKENS,
    OF_USE,
    PERIODS,
    PHRASES,
    PREFILL,
    PRICE,
    PURCHASES,
    QUANTIZATION,
    RATE,
    SPEED,
    UNIT_SHAPE,
    YEAR,
)  # fmt: skip
from pipelines.normalise.money import currency_in, with_dollars
from pipelines.normalise.names import quantization_of


@dataclass
class Meaning:
    """What a header says: attribute, unit of bare figures, facets; or `unread`, why nothing is read of it.

    per: the period of an amount. money: USD if the header says so. needs_unit: the figures themselves have to state
    theirs.
    """

    attribute: str | None = None
    unit: str | None = None
    facets: dict[str, Any] = field(default_factory=dict)
    per: str | None = None
    money: bool = False
    needs_unit: bool = False
    bare_power: bool = False
    is_size: bool = False
    """Whether memory is said to be the card's own."""
    unread: str | None = None
    unknown: str = ""


def read_header(header: str, vocabulary: Vocabulary, name_within: Callable[[str, str], str | None]) -> Meaning:
    """The meaning of a header. name_within(section, text): the name of that section that the text holds, or None."""
    meaning = Meaning()
    text = _plain(header)
    if FOREIGN.search(header):
        currency = currency_in(text, vocabulary)
        if currency is None:
            meaning.unread = "money of which the header does not say the one currency: say it with --set currency=…"
            return meaning
        meaning.facets["currency"] = currency
        text = with_dollars(text, currency, vocabulary)
    text = _conditions(text, meaning)
    text = _periods(text, meaning)
    text = _money(text, meaning)
    text = _attributes(text, meaning)
    text = _names(text, meaning, name_within)
    if meaning.unread is None:
        _settle(meaning)
        text = _units(text, meaning, vocabulary)
        meaning.unknown = _left(text)
    return meaning


def facets_of(text: str) -> dict[str, Any]:
    """Quantisation, engine, context, condition, purchase and day that a text carries, whatever else it says."""
    meaning = Meaning()
    _conditions(_plain(text), meaning)
    return meaning.facets


def _plain(header: str) -> str:
    text = re.sub(r"[‐‑‒–—−]", "-", header)
    text = re.sub(r"[\u00ad\u200b-\u200f\u2060\ufeff*`]", "", text).replace("×", "x")
    if " " not in text and "_" not in text and re.search(r"[a-z][A-Z]", text) and not re.search(r"[/(]", text):
        text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    quantizations = [found[0] for found in QUANTIZATION.finditer(text)]
    spaced = re.sub(r"_", " ", text)
    for written in quantizations:
        spaced = spaced.replace(written.replace("_", " "), written)
    return re.sub(r"\s+", " ", spaced).strip(" :")


def _take(pattern: str, text: str) -> tuple[str, re.Match[str] | None]:
    """The text without the first place of the pattern that is words of their own."""
    found = re.search(rf"(?i)(?<![a-z0-9])(?:{pattern})(?![a-z0-9])", text)
    return (text, None) if found is None else (f"{text[: found.start()]}\x00{text[found.end() :]}", found)


def _conditions(text: str, meaning: Meaning) -> str:
    facets = meaning.facets
    is_precision = re.search(r"(?i)flops|perf|compute", text)
    found = None if is_precision else QUANTIZATION.search(text)
    if found:
        facets["quantization"] = quantization_of(found[1]) or found[1].upper()
        text = QUANTIZATION.sub("\x00", text)
    if engine := ENGINE.search(text):
        facets["engine"] = engine[1]
        text = ENGINE.sub("\x00", text, count=1)
    if month := MONTH.search(text):
        facets["observed_on"] = f"{month[2]}-{MONTHS.index(month[1].lower()) + 1:02d}"
        text = MONTH.sub("\x00", text, count=1)
    elif day := DAY.search(text) or YEAR.search(text):
        facets["observed_on"] = day[1]
        text = text.replace(day[1], "\x00", 1)
    if context := CONTEXT.search(text):
        figure, scale = next((a, b) for a, b in _pairs(context) if a)
        facets["context_tokens"] = int(float(figure) * (1000 if scale else 1))
        text = CONTEXT.sub("\x00", text, count=1)
    for pattern, effect in (*PURCHASES, *CONDITIONS):
        key = next(iter(effect))
        if key in facets or (key == "condition" and re.search(OF_USE, text)):
            continue
        text, match = _take(pattern, text)
        if match:
            facets.update(effect)
    text, batch = _take(
        r"(?:batch(?: size)?|bs|concurrency|conc|users|parallel)(?: ?[=:]? ?)(\d+)"
        r"|(\d+) (?:users?|concurrent(?: (?:users|requests))?)",
        text,
    )
    if batch:
        facets["concurrency"] = int(batch[1] or batch[2])
    text, basis = _take(r"theoretical|expected|estimated|est\.", text)
    if basis:
        facets["basis"] = "theoretical" if basis[0].lower() == "theoretical" else "expected"
    return text


def _pairs(match: re.Match[str]) -> list[tuple[str | None, str | None]]:
    groups = match.groups()
    return [(groups[0], groups[1]), (groups[2], groups[3]), (groups[4], groups[5]), (groups[6], None)]


def _periods(text: str, meaning: Meaning) -> str:
    if re.search(r"(?i)\bt ?/ ?s\b|tok\w* ?(?:/|per|p) ?s|(?:[gt]b|bytes?|flops?) ?(?:/|per|p|\s) ?s|ttft", text):
        return text
    for pattern, period in PERIODS:
        text, found = _take(pattern, text) if not pattern.startswith("(?:/") else _take_sign(pattern, text)
        if found:
            meaning.per = period
            break
    return text


def _take_sign(pattern: str, text: str) -> tuple[str, re.Match[str] | None]:
    found = re.search(rf"(?i)(?:{pattern})(?![a-z0-9])", text)
    return (text, None) if found is None else (f"{text[: found.start()]}\x00{text[found.end() :]}", found)


def _money(text: str, meaning: Meaning) -> str:
    found = re.search(r"(?i)US ?\$|\$|(?<![a-z])usd(?![a-z])|(?<![a-z])(?:us )?dollars?(?![a-z])", text)
    if found:
        meaning.money = True
        text = re.sub(r"(?i)US ?\$|\$|(?<![a-z])usd(?![a-z])|(?<![a-z])(?:us )?dollars?(?![a-z])", "\x00", text)
    cents = re.search(r"(?i)¢|(?<![a-z])cents?(?![a-z])", text)
    if cents:
        meaning.unread = "an amount in cents"
    return text


def _attributes(text: str, meaning: Meaning) -> str:
    for pattern, effect in PHRASES:
        shorter, found = _take(pattern, text)
        if found is None:
            continue
        if "unread" in effect:
            meaning.unread = str(effect["unread"])
            return shorter
        if meaning.attribute is not None and meaning.attribute != effect["attribute"]:
            if effect["attribute"] == SPEED and meaning.attribute == SPEED:
                continue
            if meaning.attribute in ("cached_input_price",) and effect["attribute"] == PRICE:
                text = shorter
            continue
        text = shorter
        meaning.attribute = effect["attribute"]
        meaning.unit = meaning.unit or effect.get("unit")
        if re.fullmatch(r"(?i)(?:pp|tg) ?\d+", found[0]):
            meaning.facets["note"] = found[0].replace(" ", "")
        meaning.is_size = bool(re.search(r"(?i)size|capacity|vram|gpu|graphics", found[0]))
        meaning.bare_power = meaning.bare_power or bool(effect.get("bare_power"))
        meaning.facets.update({k: v for k, v in effect.items() if k in ("phase", "each", "concurrency")})
    for pattern, phase in ((PREFILL, "prefill"), (DECODE, "decode")):
        shorter, found = _take(pattern, text)
        if found is None:
            continue
        if meaning.per == "mtok" and meaning.attribute in (None, PRICE):
            word = found[0].lower()
            meaning.attribute = {"input": "input_price", "prompt": "input_price", "output": "output_price"}.get(word)
            if meaning.attribute is None:
                meaning.unread = f"{found[0]!r} is no price of tokens"
            text = shorter
        elif meaning.attribute in (None, SPEED):
            if meaning.facets.get("phase", phase) != phase:
                meaning.unread = "it speaks of prompt and generation at once"
            meaning.attribute = SPEED
            meaning.facets["phase"] = phase
            text = shorter
    return text


def _names(text: str, meaning: Meaning, name_within: Callable[[str, str], str | None]) -> str:
    for section in ("hardware", "model"):
        name = name_within(section, text.replace("\x00", " \x00 "))
        if name is None:
            continue
        meaning.facets[section] = name
        text = re.sub(r"\s+".join(map(re.escape, name.split())), "\x00", text, count=1, flags=re.I)
        if section == "hardware" and (count := COUNT.search(text)):
            meaning.facets["count"] = int(next(group for group in count.groups() if group))
            text = COUNT.sub("\x00", text, count=1)
    return text


def _settle(meaning: Meaning) -> None:
    """The attribute of an amount by its period; what has to state its own unit."""
    facets = meaning.facets
    is_amount = meaning.attribute in (None, PRICE)
    if meaning.attribute is None and (meaning.money or "condition" in facets):
        meaning.attribute = PRICE
    if "condition" in facets and facets["condition"] is None:
        meaning.unread = "a price of broken items is no price of a working one"
    if meaning.per in ("hour", "gpu hour") and is_amount:
        meaning.attribute = RATE
        meaning.unit = "$/hour" if meaning.money else None
        if meaning.per == "gpu hour" or facets.get("each"):
            facets["each"] = True
    elif meaning.per == "month" and is_amount:
        meaning.attribute = "monthly_cost"
        meaning.unit = "$/month" if meaning.money else None
        facets["billing"] = facets.get("billing", "monthly")
    elif meaning.per == "mtok" and meaning.attribute in ("input_price", "output_price", "cached_input_price"):
        meaning.unit = "$/M tokens" if meaning.money else None
    elif meaning.per is not None:
        meaning.unread = f"an amount for a {meaning.per} is neither a price nor a rate by the hour"
    elif "purchase" in facets and is_amount:
        meaning.attribute = (
            RATE  # on-demand, spot and reserved are said of rates; whether by the hour, the table has to say
        )
        meaning.needs_unit = True
    elif meaning.attribute == PRICE:
        meaning.unit = "USD" if meaning.money else None
    elif meaning.attribute in ("cached_input_price",):
        meaning.unread = "it does not say for how many tokens"
    if meaning.money and meaning.attribute not in (PRICE, RATE, "monthly_cost", *OF_TOKENS):
        meaning.unread = "a figure for each dollar, or the reverse"
    if meaning.attribute == SPEED and meaning.unit is None:
        meaning.needs_unit = True
    if meaning.attribute != PRICE:
        for facet in ("condition",):
            facets.pop(facet, None)


def _units(text: str, meaning: Meaning, vocabulary: Vocabulary) -> str:
    """The unit that the rest of the header spells; one that the attribute does not have leaves it unread."""
    told = vocabulary.attributes.get(meaning.attribute or "")
    spoken = (meaning.attribute or "").replace("_", " ")
    optional = meaning.unit is not None and meaning.unit.endswith("?")
    if optional and meaning.unit is not None:
        meaning.unit = meaning.unit[:-1]
    if told is None or told.unit is None:
        return text
    spellings = vocabulary.units[told.unit].spellings
    rest = text
    for found in UNIT_SHAPE.finditer(text):
        written = found[1].strip()
        spelled = written if written in spellings else LOWER_UNITS.get(written.lower().replace(" per ", "/"))
        if spelled is None or written.lower() == NO_FIT:
            continue
        if spelled not in spellings:
            meaning.unread = f"its unit {written} is no unit of {spoken}"
            return text
        if _other_case(written, spelled):
            meaning.unread = f"its unit {written} is no unit of {spoken}"
            return text
        meaning.unit = spelled
        rest = rest.replace(found[0], "\x00", 1)
    return rest


def _other_case(written: str, spelled: str) -> bool:
    """`Gb` is not GB, `mW` and `MW` are not W; all lower case is snake_case."""
    return written != spelled and not written.islower() and written.upper() != written


def _left(text: str) -> str:
    """The words that are not understood."""
    words = re.sub(rf"(?i)(?<![a-z0-9])(?:{HARMLESS})(?![a-z0-9])", " ", text.replace("\x00", " "))
    words = re.sub(r"[()\[\]{},:;/|~#.\-+&@]+", " ", words)
    return " ".join(words.split())
