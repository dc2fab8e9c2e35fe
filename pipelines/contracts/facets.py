"""What a reading may carry: facets (what it is about, under which conditions) and settings (how its cell is read)."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self, get_args, get_origin

import polars as pl
from pydantic import AfterValidator, BeforeValidator, ValidationInfo, model_validator

from pipelines.contracts.toml import Strict, nearest, refuse
from pipelines.contracts.types import Flag, PartialDay, PerPiece, Words, as_text
from pipelines.contracts.vocabulary import Vocabulary

MAX_PATTERN = 500
UNSPECIFIED = "unspecified"
"""Concurrency of a throughput served to several at once, where the source does not say how many."""


def _number(facet: str) -> AfterValidator:
    def check(text: str, info: ValidationInfo) -> str:
        vocabulary: Vocabulary = (info.context or {})["vocabulary"]
        low, high = vocabulary.counts[facet]
        if text == UNSPECIFIED and facet == "concurrency":
            return text
        if not (text.isascii() and text.isdigit() and len(text) < 10 and low <= int(text) <= high):
            raise refuse(f"{facet} is a whole number", f"Give one from {low} to {high}.")
        return text

    return AfterValidator(check)


def _attribute(name: str, info: ValidationInfo) -> str:
    vocabulary: Vocabulary = (info.context or {})["vocabulary"]
    if name not in vocabulary.attributes:
        known = nearest(name, vocabulary.attributes)
        raise refuse("data/vocabulary.toml has no such attribute", f"{known} Or add a section for it there.")
    return name


def _unit(unit: str, info: ValidationInfo) -> str:
    vocabulary: Vocabulary = (info.context or {})["vocabulary"]
    spelled = {spelling for known in vocabulary.units.values() for spelling in known.spellings} | set(vocabulary.units)
    if unit not in spelled:
        raise refuse("no unit of data/vocabulary.toml is spelled so", nearest(unit, spelled))
    return unit


def _expression(pattern: str) -> str:
    """A regular expression of polars with one group: around all of it, if it has none. It knows no look-around."""
    if len(pattern) > MAX_PATTERN:
        raise refuse("that is too long for a regular expression", f"Use at most {MAX_PATTERN} characters.")
    try:
        groups = pl.select(pl.lit("").str.extract_groups(pattern)).to_series().struct.fields
    except pl.exceptions.PolarsError as error:
        reason = " ".join(str(error).split()).split("error: ")[-1]
        raise refuse(
            f"that is no regular expression ({reason[:100]})",
            "Look-around has to be avoided; single quotes keep a backslash.",
        ) from None
    if not groups:
        return _expression(f"({pattern})")
    if len(groups) != 1:
        raise refuse(
            f"it has {len(groups)} groups", "Put ( ) around the one part that is the figure, (?: ) around others."
        )
    return pattern


Text = Annotated[Words, BeforeValidator(as_text)]
Pieces = PerPiece[Text]
Flags = PerPiece[Flag]
Attribute = Annotated[Words, AfterValidator(_attribute)]
Locale = Literal["decimal comma", "decimal point"]
"""How a source writes figures: `1.299,50` or `1,299.50`."""
Tax = Literal["included", "excluded", "unknown"]
Condition = Literal["msrp", "street", "new", "used", "open_box", "list"]


class Facets(Strict):
    """What a reading is about and under which conditions, as text; a list has one for each piece of a split cell."""

    hardware: Pieces | None = None
    variant: Pieces | None = None
    model: Pieces | None = None
    build: Pieces | None = None
    topic: Pieces | None = None
    count: PerPiece[Annotated[Text, _number("count")]] | None = None
    each: Flags | None = None
    link: PerPiece[Literal["nvlink", "pcie", "nvswitch"]] | None = None
    condition: PerPiece[Condition] | None = None
    lot_quantity: PerPiece[Annotated[Text, _number("lot_quantity")]] | None = None
    slot: (
        PerPiece[
            Literal[
                "gpu", "cpu", "board", "memory", "storage", "psu", "cooler", "case", "network", "link", "system", "os",
                "other",
            ]
        ]
        | None
    ) = None  # fmt: skip
    quantization: Pieces | None = None
    engine: Pieces | None = None
    context_tokens: PerPiece[Annotated[Text, _number("context_tokens")]] | None = None
    phase: PerPiece[Literal["decode", "prefill"]] | None = None
    concurrency: PerPiece[Annotated[Text, _number("concurrency")]] | None = None
    per_user: Flags | None = None
    offload: PerPiece[Literal["none", "cpu", "unspecified"]] | None = None
    split_mode: PerPiece[Literal["none", "layer", "tensor"]] | None = None
    host: PerPiece[Literal["pc", "server", "single_board", "laptop"]] | None = None
    basis: PerPiece[Literal["measured", "reported", "expected", "target", "theoretical"]] | None = None
    provider: Pieces | None = None
    purchase: PerPiece[Literal["on_demand", "spot", "interruptible", "reserved", "community", "unspecified"]] | None = (
        None
    )
    billing: PerPiece[Literal["hourly", "monthly", "reserved"]] | None = None
    region: Pieces | None = None
    currency: Pieces | None = None
    tax: PerPiece[Tax] | None = None
    hours: Pieces | None = None
    valid_from: PerPiece[PartialDay] | None = None
    valid_to: PerPiece[PartialDay] | None = None
    place: Pieces | None = None
    sector: PerPiece[Literal["residential", "commercial", "industrial", "unspecified"]] | None = None
    vendor: Pieces | None = None
    url: Pieces | None = None
    observed_on: PerPiece[PartialDay] | None = None
    owned: Flags | None = None
    scope: PerPiece[Literal["option"]] | None = None
    qualifier: Pieces | None = None
    note: Pieces | None = None


class Reading(Facets):
    """What one cell means, or what it means instead (an override): an attribute, how the cell is read, and facets."""

    attribute: PerPiece[Attribute] | None = None
    unit: Annotated[Words, AfterValidator(_unit)] | None = None
    extract: Annotated[Words, AfterValidator(_expression)] | None = None
    split: str | None = None
    optional: Flag | None = None
    locale: Locale | None = None
    derived: Flag | None = None
    ignore: Words | None = None

    @property
    def literals(self) -> dict[str, str | list[str]]:
        """What is said, by facet or setting."""
        return {key: getattr(self, key) for key in LITERALS if key in self.model_fields_set}

    @model_validator(mode="after")
    def _unit_of_the_attribute(self, info: ValidationInfo) -> Self:
        if self.unit is None or not isinstance(self.attribute, str):
            return self
        vocabulary: Vocabulary = (info.context or {})["vocabulary"]
        canonical = vocabulary.attributes[self.attribute].unit
        spelled = {canonical, *vocabulary.units[canonical].spellings} if canonical else {self.unit}
        if self.unit not in spelled:
            problem = f"gives {self.attribute} in {self.unit!r}"
            raise refuse(problem, f"It is kept in {canonical}. {nearest(self.unit, spelled)}", whole=True)
        return self


def choices(annotation: Any) -> tuple[str, ...] | None:
    """The values that a key may have where they are few, from the type of it."""
    if get_origin(annotation) is Literal:
        return get_args(annotation)
    return next(filter(None, map(choices, get_args(annotation))), None)


FACET_VALUES: Mapping[str, tuple[str, ...] | None] = {
    name: choices(info.annotation) for name, info in Facets.model_fields.items()
}
"""The facets that a reading may carry, and the values allowed where they are few."""
FACETS = tuple(FACET_VALUES)
SETTINGS = tuple(name for name in Reading.model_fields if name not in FACET_VALUES)
"""What a reading may carry besides facets."""
LITERALS = (*SETTINGS, *FACETS)
IMPLICIT_COLUMNS = (*FACETS, "attribute", "derived", "value")
"""CSV headers that need no declaration, because they say what they are."""
