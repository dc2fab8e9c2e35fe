"""What a header leaves open and the rest of its table settles: other headers, the title, the text before it, the cells.

What nothing settles stays unread, with the reason.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.importing.found import FoundTable
from pipelines.importing.header_words import OF_TOKENS, PRICE, RATE, SPEED
from pipelines.importing.headers import Meaning, read_header
from pipelines.importing.subjects import SYSTEMS, Names, plain_header

MOST = 0.5
"""Share of a column's cells that have to read as what its header speaks of."""
OF_CLOUD = r"(?i)\b(?:cloud|rent(?:al|ing)?|hourly|per hour|on-demand|spot)\b"
BY_THE_HOUR = r"(?i)\bper[- ]hour\b|\bhourly\b|/ ?h(?:ou)?r\b|\$/h"
OF_SPEED = r"(?i)tok(?:en)?s? ?(?:/|per) ?s|\bt/s\b|\btps\b"
UNIT_OF_AMOUNT = {
    PRICE: "USD", RATE: "$/hour", "monthly_cost": "$/month", **dict.fromkeys(OF_TOKENS, "$/M tokens"),
}  # fmt: skip
REMARKS = r"(?i)\b(?:notes?|comments?|remarks?|best for|use case|verdict|why|pros|cons|description)\b"
SUMS = r"(?i)\W*(?:(?:sub|grand )?totals?|sum|average|avg|mean|median)\b.*"
INSTANCES = (
    r"(?i)(?:instance|plan|sku|flavou?r|machine|vm|offer|package|shape|server)s?(?: (?:type|name|id|size))?"
    r"|instance_?type|configuration|config"
)
INSTANCE_NAMES = (
    r"(?i)\b[a-z]+\d+[a-z]*\.(?:\d*x?large|metal)\b|\bStandard_N|\ba[23]-(?:high|mega|ultra)gpu|\bg2-standard"
)
COUNTED = r"(?i)(?<![\w.])\d{1,2} ?[x×*] ?(?=[a-z])|[x×*] ?\d{1,2}\b"
HOST_NAMES = r"(?i)\b(?:pc|laptop|notebook|desktop|workstation|server|build|rig|system|macbook)\b"


class Settling:
    """A table with what is known of it so far."""

    def __init__(
        self,
        table: FoundTable,
        vocabulary: Vocabulary,
        catalogue: Catalogue,
        observed_on: date | None,
        given: Mapping[str, str],
    ) -> None:
        self._table = table
        self._vocabulary = vocabulary
        self._catalogue = catalogue
        self._observed_on = observed_on
        self._names = Names(catalogue)
        self._remarks: list[str] = []
        self._columns: dict[str, Any] = {}
        self._extra: dict[str, list[str]] = {}
        self._defaults: dict[str, Any] = dict(given)
        self._given = given
        self._overrides: list[dict[str, Any]] = []
        self._kinds: Counter[str] = Counter()
        self._facets: set[str] = set(given)
        self._context = f"{table.title} {table.lead}"
        self._of_title: dict[str, Any] = {}
        self._currencies = "currency" in given
        """Whether a column or the user says the currency of amounts."""

    def _meaning(self, header: str) -> Meaning:
        return read_header(header, self._vocabulary, self._name_in_header)

    def _name_in_header(self, section: str, text: str) -> str | None:
        return None if section in self._facets else self._names.within(section, text)

    def _cells(self, position: int) -> list[str]:
        return [cell for cell in self._table.column(position) if cell.strip()]

    def _settle_by_table(self, position: int, meaning: Meaning, others: Sequence[Meaning]) -> None:
        """What a header leaves open and the table's other headers, its title or the column's own cells say."""
        cells = self._cells(position)
        if meaning.unread or meaning.unknown:
            return
        if meaning.unit is None and (self._currencies or "currency" in meaning.facets):
            meaning.unit = UNIT_OF_AMOUNT.get(meaning.attribute or "")
        if meaning.attribute is None and (
            set(meaning.facets) & {"quantization", "model", "hardware", "context_tokens"}
        ):
            self._attribute_by_cells(meaning, cells)
        if meaning.needs_unit and meaning.attribute == SPEED and re.search(OF_SPEED, self._context):
            meaning.unit, meaning.needs_unit = "tok/s", False
        if meaning.attribute == RATE and meaning.needs_unit:
            by_hour = any(m.per in ("hour", "gpu hour") for m in others) or re.search(BY_THE_HOUR, self._context)
            if by_hour and (any(m.money for m in others) or "$" in self._context or all("$" in c for c in cells)):
                meaning.unit, meaning.needs_unit = "$/hour", False
        if (
            meaning.unit is None
            and not meaning.needs_unit
            and any("$" in cell for cell in cells)
            and all("$" in cell for cell in cells if re.search(r"\d", cell))
        ):
            meaning.unit = UNIT_OF_AMOUNT.get(meaning.attribute or "") if meaning.attribute != PRICE else None
        if meaning.attribute == PRICE:
            self._settle_price(meaning, cells, others)
        if meaning.attribute in ("cores", "threads", "socket", "l3_cache") and not self._of_processors():
            meaning.unread = "of the processor of the host, not of the item"
        if meaning.attribute == "prompt_time" and not {"hardware"} & {*self._facets, *meaning.facets, *self._of_title}:
            meaning.unread = "a time to the first token without the hardware that it was measured on"
        if meaning.attribute in (RATE, "monthly_cost") and not meaning.facets.get("each") and self._is_uncounted():
            meaning.unread = "it does not say how many cards of the instance it pays for"
        if meaning.attribute in ("memory", "memory_bandwidth", "tdp") and any(
            re.search(COUNTED, cell) for cell in self._subject_cells()
        ):
            meaning.unread = "it does not say whether it is of one card or of all"
        if meaning.attribute == "memory":
            self._settle_memory(meaning, others)
        if meaning.attribute == SPEED and "phase" not in meaning.facets and "phase" not in self._facets:
            self._settle_phase(meaning)
        if meaning.bare_power and (
            any(m.attribute == SPEED for m in others)
            or not any(m.attribute in ("memory", "memory_bandwidth", "cuda_cores", "boost_clock") for m in others)
        ):
            meaning.unread = "power without a word on which: it may be measured"
        if meaning.attribute == "size" and not ("model" in self._facets or "model" in meaning.facets):
            if "model" in self._of_title and "hardware" not in self._facets:
                meaning.facets["model"] = self._of_title["model"]
            else:
                meaning.unread = "a size without a model"
        if meaning.attribute in ("parameters", "bits_per_weight") and "model" not in self._facets | set(meaning.facets):
            meaning.unread = "a figure of a model without a model"

    def _subject_cells(self) -> list[str]:
        """The cells of the column that names hardware."""
        for name, spec in self._columns.items():
            if spec.get("facet") == "hardware":
                return self._extra.get(name) or self._table.column(self._table.header.index(name))
        return []

    def _of_processors(self) -> bool:
        return any(
            spec.get("facet") == "hardware" and re.search(r"(?i)\b(?:cpu|processor)s?\b", name)
            for name, spec in self._columns.items()
        )

    def _is_uncounted(self) -> bool:
        """Whether the rows are instances of a cloud, of which nothing says how many cards they have."""
        if "count" in self._facets or any(re.search(COUNTED, cell) for cell in self._subject_cells()):
            return False
        named = any(re.fullmatch(INSTANCES, plain_header(name)) for name in self._table.header)
        return named or any(re.search(INSTANCE_NAMES, cell) for row in self._table.rows for cell in row)

    def _attribute_by_cells(self, meaning: Meaning, cells: Sequence[str]) -> None:
        signs = (
            (RATE, r"(?i)\$.*(?:/ ?h|per hour)"), (SPEED, OF_SPEED), ("size", r"(?i)^~?[\d.,]+ ?[gm]i?b\b"),
        )  # fmt: skip
        for attribute, sign in signs:
            if cells and sum(bool(re.search(sign, cell)) for cell in cells) >= 0.8 * len(cells):
                meaning.attribute = attribute
        dollars = [cell for cell in cells if re.match(r"~?\$ ?\d", cell)]
        if (
            meaning.attribute is None
            and cells
            and len(dollars) >= MOST * len(cells)
            and re.search(BY_THE_HOUR, self._context)
        ):
            meaning.attribute, meaning.unit = RATE, "$/hour"
        if meaning.attribute == "size" and re.search(
            r"(?i)\b(?:v?ram|memory|needed|required|requirements?)\b", self._context
        ):
            meaning.attribute = "memory_needed"
        if meaning.attribute is None and re.search(OF_SPEED, self._context):
            meaning.attribute, meaning.unit = SPEED, "tok/s"
        if meaning.attribute is None:
            meaning.unread = "neither the header nor the cells say what is measured"

    def _settle_price(self, meaning: Meaning, cells: Sequence[str], others: Sequence[Meaning]) -> None:
        of_cloud = (
            {"provider", "region", "purchase"} & self._facets
            or re.search(OF_CLOUD, self._context)
            or any(m.attribute == RATE for m in others)
        )
        if of_cloud and "condition" not in meaning.facets:
            if re.search(BY_THE_HOUR, self._context) or (cells and all(re.search(BY_THE_HOUR, cell) for cell in cells)):
                meaning.attribute, meaning.unit = RATE, "$/hour" if meaning.money or "$" in self._context else None
            else:
                meaning.unread = "it does not say whether it buys or rents, nor for how long"
            return
        if any(re.fullmatch(SYSTEMS, plain_header(name)) for name in self._table.header if not self._is_hardware(name)):
            meaning.unread = "the price may be of the whole system of the row"
        if "count" in self._facets and not meaning.facets.get("each"):
            meaning.unread = "it does not say whether it is of one or of all"

    def _is_hardware(self, header: str) -> bool:
        return bool(self._columns.get(header, {}).get("facet") == "hardware")

    def _settle_memory(self, meaning: Meaning, others: Sequence[Meaning]) -> None:
        if "model" in self._facets and "hardware" not in self._facets:
            meaning.attribute = "memory_needed"
            return
        if "count" in self._facets:
            meaning.unread = "it does not say whether it is of one card or of all"
        elif any(
            re.fullmatch(SYSTEMS, plain_header(name)) for name in self._table.header if not self._is_hardware(name)
        ):
            meaning.unread = "the memory may be of the whole system of the row"
        elif any(m.attribute == SPEED for m in others) and not meaning.is_size:
            meaning.unread = "memory beside throughputs may be what was used"

    def _settle_phase(self, meaning: Meaning) -> None:
        """The phase that title and lead speak of; both at once leave it open."""
        prompt = re.search(r"(?i)\b(?:prompt|prefill|pp ?\d+|prompt processing)\b", self._context)
        generation = re.search(r"(?i)\b(?:generat\w+|decod\w+|tg ?\d+|eval rate|output)\b", self._context)
        if prompt and generation and "phase" not in meaning.facets and "model" in meaning.facets:
            meaning.unread = "title or text before it speak of prompt and generation at once"
        elif prompt and not generation:
            meaning.facets["phase"] = "prefill"
