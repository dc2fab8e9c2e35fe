"""Conditions in a row's own words: beside the name of a card, or in a column that is not read.

A speed `batch 8`, `(CPU offload)` or `(250W limit)` is no speed of one stream on the whole card; a price `(for parts)`
is no price.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.importing.found import FoundTable
from pipelines.importing.header_words import PRICE, SPEED
from pipelines.importing.headers import facets_of

AT_ONCE = re.compile(
    r"(?i)\b(?:batch(?: ?size)?|bs|concurrency|concurrent|conc|parallel|np|max[- ]?num[- ]?seqs) ?[=:x]? ?(\d{1,4})\b"
    r"|\b(\d{1,4}) ?(?:users|concurrent|parallel|streams|clients|sessions|requests)\b"
    r"|\bx ?(\d{1,4}) (?:users|streams)\b"
)
SEVERAL = re.compile(r"(?i)\b(?:batched|concurrent|multi[- ]?user|multi[- ]?stream|parallel requests)\b")
OFFLOAD = re.compile(
    r"(?i)\boffload|\bcpu ?\+ ?gpu\b|\bgpu ?\+ ?cpu\b|\bpartial(?:ly)?\b|\bngl ?[=:]? ?\d{1,2}\b|\b\+ ?(?:cpu|ram)\b"
)
PROCESSOR = re.compile(r"(?i)\bcpu[- ]only\b|\bngl ?[=:]? ?0\b|^cpu$")
LIMITED = re.compile(
    r"(?i)(?:power[- ]?(?:limit|cap)\w*|limited|capped|undervolt\w*|@)[^()|,;]*?\d{2,4} ?W\b|\(\s*\d{2,4} ?W\s*\)"
    r"|undervolt\w*|overclock\w*"
)
GUESSING = re.compile(r"(?i)\bspeculative|\bspec[- ]?dec\w*|\bdraft(?:ing| model)?\b|\bmtp\b|\beagle-?\d?\b|\bmedusa\b")
SPEEDS = (SPEED, "prompt_time")


def of_rows(
    table: FoundTable, columns: Mapping[str, Any], extra: Mapping[str, Sequence[str]]
) -> Iterator[dict[str, Any]]:
    """Overrides of the rows that say under which conditions their figures hold, and of those whose price is none."""
    speeds = [name for name, spec in columns.items() if spec.get("attribute") in SPEEDS]
    prices = [name for name, spec in columns.items() if spec.get("attribute") == PRICE]
    facets = {spec.get("facet") for spec in columns.values()}
    named = [name for name, spec in columns.items() if spec.get("facet") == "hardware"]
    unread = [
        name for name, spec in columns.items() if "ignore" in spec and not str(spec["ignore"]).startswith("read as")
    ]
    texts = {name: extra.get(name) or table.column(table.header.index(name)) for name in (*named, *unread)}
    for n in range(len(table.rows)):
        said = [texts[name][n] for name in texts]
        if any(
            "condition" in told and told["condition"] is None
            for told in map(facets_of, (texts[name][n] for name in named))
        ):
            reason = "a price of broken items is no price of a working one"
            yield from ({"rows": [n + 2], "column": name, "ignore": reason} for name in prices)
        if not speeds:
            continue
        if any(PROCESSOR.search(text) for text in said) and any(PROCESSOR.search(texts[name][n]) for name in unread):
            reason = "it is the processor's speed"
            yield from ({"rows": [n + 2], "column": name, "ignore": reason} for name in speeds)
            continue
        told = {facet: value for facet, value in _conditions(said).items() if facet not in facets}
        for name in speeds if told else ():
            mine = {facet: value for facet, value in told.items() if facet not in columns[name]}
            if mine:
                yield {"rows": [n + 2], "column": name, **mine}


def _conditions(texts: Sequence[str]) -> dict[str, Any]:
    """Concurrency, offload and what sets a speed apart, of the words of a row."""
    found: dict[str, Any] = {}
    for text in texts:
        if at_once := AT_ONCE.search(text):
            found["concurrency"] = int(next(group for group in at_once.groups() if group))
        elif SEVERAL.search(text):
            found.setdefault("concurrency", "unspecified")
        if OFFLOAD.search(text):
            found["offload"] = "unspecified"
        if limited := LIMITED.search(text):
            found["qualifier"] = limited[0].strip(" ()")[:60]
        elif GUESSING.search(text):
            found["qualifier"] = "speculative decoding"
    return found
