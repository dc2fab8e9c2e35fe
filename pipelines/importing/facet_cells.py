"""Cells that name a condition: a count, a day, a kind of price, a way of renting, a phase; as the contract's own words.

A cell that is not understood stays as it is: where the contract allows only certain words, its row is then rejected.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from pipelines.importing.header_words import CONDITIONS, DECODE, PREFILL, PURCHASES
from pipelines.normalise.names import quantization_of

FACET_HEADERS: tuple[tuple[str, str], ...] = (
    (r"quant(?:i[sz]ation)?s?|precision|format|quant type|dtype|weights? format|model quant", "quantization"),
    (r"engine|backend|runtime|framework|software|inference engine|inference framework|inference backend", "engine"),
    (r"context|context length|ctx|context tokens|context size|n ctx|ctx size|depth", "context_tokens"),
    (r"provider|cloud|cloud provider|cloud service", "provider"),
    (r"power limit|power cap|pl|gpu power limit|tdp limit", "qualifier"),
    (r"vendor|seller|store|shop|retailer|merchant|where to buy|marketplace|source", "vendor"),
    (r"url|link|source url", "url"),
    (r"date|day|observed on|as of|seen on|last seen|updated|last updated|sold date|date sold|sold on|end date"
     r"|price date|test date",
     "observed_on"),
    (r"condition|state|price type|type|item condition", "condition"),
    (r"purchase|billing|pricing|pricing model|type|instance type|tier|rental type", "purchase"),
    (r"count|qty|quantity|gpus|gpu count|# ?(?:of )?gpus?|number of gpus|num gpus|n gpus|no\.? of gpus|gpu qty|gpu #|"
     r"gpus/node|gpu num", "count"),
    (r"concurrency|users|batch|batch size|concurrent users|concurrent requests|bs|parallel|max concurrency",
     "concurrency"),
    (r"phase|test|stage|operation|test type|type", "phase"),
    (r"region|location|zone|availability zone", "region"),
    (r"component|part|item|slot|type|category|part type|component type", "slot"),
)  # fmt: skip
"""A whole header in lower case, and a facet that it may name; where there are several, the cells decide."""

SLOTS: Mapping[str, str] = {
    "gpu": r"gpus?(?: ?\d)?|video cards?|graphics cards?|accelerators?|gpu\(s\)", "cpu": r"cpus?|processors?|cpu\(s\)",
    "board": r"motherboards?|mobo|mainboard|board", "memory": r"memory|ram|system memory|dimms?",
    "storage": r"storage(?: \([^)]*\))?|ssds?|hdds?|nvme(?: ssd)?|drives?|boot drive|m\.2(?: ssd)?|hard drive",
    "psu": r"psus?|power suppl(?:y|ies)|power supply unit", "case": r"case|chassis|frame|enclosure|mining frame",
    "cooler": r"cpu coolers?|coolers?|cooling|aio|case fans?|fans?|heatsink",
    "network": r"nic|network(?: card)?|(?:wired|wireless) network adapter|networking",
    "os": r"operating systems?|os|software",
    "other": r"risers?(?: cables?)?|cables?|accessor(?:y|ies)|misc(?:ellaneous)?|monitors?|keyboard|mouse|ups"
             r"|sound card|custom|other|thermal (?:paste|compound)",
}  # fmt: skip
DATE_FORMS = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ",
    "%Y.%m.%d %H:%M", "%Y-%m-%d %H:%M", "%b %d, %Y", "%B %d, %Y", "%d %b %Y", "%d %B %Y", "%b %d %Y",
    "%Y-%m-%dT%H:%M:%S.%fZ",
)  # fmt: skip
DAYS_OF_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTH_FORMS = ("%B %Y", "%b %Y", "%Y-%m", "%Y/%m")


def day_of(text: str) -> str | None:
    """A day, month or year in ISO form; None for others, days like 10/11/2024 among them, which two countries read
    twice."""
    plain = re.sub(r"\s+", " ", text.strip())
    half = re.fullmatch(r"(\d{4})-?([SQ])([1-4])", plain)
    if half:
        return f"{half[1]}-{(int(half[3]) - 1) * (6 if half[2] == 'S' else 3) + 1:02d}"
    plain = re.sub(r"(?<=:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$", "", plain)
    for form in DATE_FORMS:
        try:
            return datetime.strptime(plain, form).date().isoformat()
        except ValueError:
            continue
    for form in MONTH_FORMS:
        try:
            return datetime.strptime(plain, form).date().isoformat()[:7]
        except ValueError:
            continue
    return plain if re.fullmatch(r"(?:19|20)\d\d", plain) else None


def _whole(text: str) -> str | None:
    found = re.fullmatch(r"(?i)x? ?(\d{1,6})(?:\.0+)? ?[x×]?(?: ?gpus?)?", text.strip())
    return str(int(found[1])) if found and int(found[1]) > 0 else None


def tokens_of(text: str) -> str | None:
    """A length in tokens: 8192, 8,192, 8k, 32K tokens."""
    found = re.fullmatch(r"(?i)d?(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?) ?(k)?(?: ?(?:tok(?:en)?s?|ctx))?", text.strip())
    if found is None:
        return None
    value = float(found[1].replace(",", "")) * (1000 if found[2] else 1)
    return str(int(value)) if value == int(value) and value >= 1 else None


def _worded(words: tuple[tuple[str, Mapping[str, object]], ...], facet: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        for pattern, effect in words:
            if re.fullmatch(rf"(?i)(?:{pattern})(?: ?\([^)]*\))?", text.strip()):
                return str(effect[facet]) if effect.get(facet) else "for parts or not working"
        return None

    return read


def phase_of(text: str) -> str | None:
    """prefill or decode, of `pp512`, `tg128 @ d512`, `Prompt processing`; None for a mix of both."""
    plain = re.sub(r"\s*@\s*d\s*\d+$", "", text.strip())
    for words, phase in ((PREFILL, "prefill"), (DECODE, "decode")):
        if re.fullmatch(rf"(?i)(?:{words})", plain):
            return phase
    return None


def slot_of(text: str) -> str | None:
    """The place of a part in a system."""
    return next((slot for slot, words in SLOTS.items() if re.fullmatch(rf"(?i)(?:{words})", text.strip(" *"))), None)


def _condition(text: str) -> str | None:
    plain = re.sub(r"(?i)^(?:excellent|very good|good|like new|grade [abc])\b.*-\s*", "", text)
    if re.fullmatch(r"(?i)seller refurbished|certified refurbished|(?:excellent|very good|good) - refurbished", text):
        return "used"
    return _worded(CONDITIONS, "condition")(plain)


def _quantization(text: str) -> str | None:
    """As the field writes it where it is a known one; any other short word with a figure stays as it is."""
    known = quantization_of(text)
    if known is not None:
        return known
    return text if re.search(r"(?i)\d|mixed", text) and len(text) < 24 else None


def hours_of(text: str) -> str | None:
    """Hours as feeds write them, in words: `1630-30 UTC`, or windows of JSON with hours_utc and weekdays (Monday is
    1)."""
    plain = re.fullmatch(r"(\d{1,4})-(\d{1,4}) UTC", text)
    if plain:
        first, last = (f"{int(part):04d}" for part in plain.groups())
        return f"{first[:2]}:{first[2:]}-{last[:2]}:{last[2:]} UTC"
    try:
        windows = [(window["weekdays"], window["hours_utc"]) for window in json.loads(text)]
        said = [
            f"{', '.join(DAYS_OF_WEEK[int(day) - 1] for day in days)} "
            f"{', '.join([hours] if isinstance(hours, str) else hours)}"
            for days, hours in windows
        ]
    except (ValueError, KeyError, TypeError, IndexError):
        return None
    return f"{'; '.join(said)} UTC"


READERS: Mapping[str, Callable[[str], str | None]] = {
    "count": _whole, "concurrency": _whole, "context_tokens": tokens_of, "observed_on": day_of,
    "condition": _condition, "purchase": _worded(PURCHASES, "purchase"), "phase": phase_of, "slot": slot_of,
    "url": lambda text: text if re.match(r"(?i)https?://|www\.", text) else None,
    "qualifier": lambda text: f"power limit {text}" if re.search(r"\d", text) and len(text) < 20 else None,
    "quantization": _quantization, "hours": hours_of,
    "engine": lambda text: text if re.search("[A-Za-z]", text) and len(text) < 60 else None,
    "provider": lambda text: text if re.search("[A-Za-z]", text) and len(text) < 80 else None,
    "vendor": lambda text: text if re.search("[A-Za-z]", text) and len(text) < 80 else None,
    "region": lambda text: text if re.search("[A-Za-z]", text) and len(text) < 80 else None,
}  # fmt: skip
"""What a cell of each facet says, None if it is none."""


def facets_named(header: str) -> list[str]:
    """The facets that a whole header may name."""
    key = re.sub(r"[_\s]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header).lower()).strip(" :*.")
    key = {"gpu s": "gpus", "gpu's": "gpus"}.get(key, key)
    return [facet for words, facet in FACET_HEADERS if re.fullmatch(words, key)]
