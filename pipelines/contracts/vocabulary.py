"""data/vocabulary.toml: attributes with their units and ranges, and how sources spell the units.

How a spelled figure is read lives in `pipelines.normalise.quantities`; what a column of a table means, in its contract.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from pipelines.contracts.toml import Strict, nearest, read_as, read_toml, refuse
from pipelines.contracts.types import Day, Name, Positive, Words

LARGEST = 2_000_000_000
"""The tables hold counts in 32 bits."""


def _spelling(text: str) -> str:
    if not text or text != text.strip():
        raise refuse(f"the spelling {text!r} has a blank at its edge", "Take it off.")
    return text


class Attribute(Strict):
    """A thing that can be measured.

    kind: the table it ends in. type: quantity, flag or text. unit: the canonical unit of a quantity, None if any unit
    will do. range: lowest and highest plausible value in that unit. fractions: though a count, it may have them.
    """

    kind: Words
    type: Literal["quantity", "flag", "text"] = "quantity"
    unit: str | None = None
    range: Annotated[list[float], Field(min_length=2, max_length=2)] | None = None
    description: Words
    fractions: bool = False

    @field_validator("range")
    @classmethod
    def _rises(cls, bounds: list[float] | None) -> list[float] | None:
        if bounds is not None and bounds[0] >= bounds[1]:
            raise refuse("its first number is not below the second", "Put the lower number first: range = [0, 100].")
        return bounds

    @model_validator(mode="after")
    def _only_a_quantity_is_measured(self) -> Self:
        if self.type != "quantity" and (self.unit is not None or self.range is not None):
            raise refuse(f"is a {self.type} with a unit or range", "Take them off, or the type.", whole=True)
        return self


class Unit(Strict):
    """A canonical unit: each spelling of it with the factor that brings a figure so spelled to the unit."""

    spellings: Annotated[dict[Annotated[str, AfterValidator(_spelling)], Positive], Field(min_length=1)]


class WholeNumbers(Strict):
    """The lowest and the highest plausible value of a facet that is a whole number."""

    range: Annotated[list[Annotated[int, Field(ge=1, le=LARGEST)]], Field(min_length=2, max_length=2)]

    @field_validator("range")
    @classmethod
    def _rises(cls, bounds: list[int]) -> list[int]:
        if bounds[0] >= bounds[1]:
            raise refuse("its first number is not below the second", "Put the lower number first: range = [1, 100].")
        return bounds


class FirstDay(Strict):
    """The day before which no figure of this field was observed."""

    earliest: Day


class Limits(Strict):
    """What is plausible of the facets that are numbers and days."""

    count: WholeNumbers
    lot_quantity: WholeNumbers
    concurrency: WholeNumbers
    context_tokens: WholeNumbers
    observed_on: FirstDay


class Remarks(Strict):
    """Words that may be behind a figure. Any other could change what it means, so that its cell is refused.

    harmless: behind any figure. by_unit, by_attribute: behind a figure of that unit, of that attribute. only_with: only
    where a facet has one of these values. Case does not matter; an entry may be several words.
    """

    harmless: list[Words] = []
    by_unit: dict[Words, list[Words]] = {}
    by_attribute: dict[Name, list[Words]] = {}
    only_with: dict[Words, dict[Words, Annotated[list[Words], Field(min_length=1)]]] = {}


COUNTS = ("count", "lot_quantity", "concurrency", "context_tokens")


class Vocabulary(Strict):
    """All attributes and units, by name, in the order of the file, and the limits of facets."""

    facets: Limits
    attributes: Annotated[dict[Name, Attribute], Field(min_length=1)]
    units: Annotated[dict[Words, Unit], Field(min_length=1)]
    remarks: Remarks = Remarks()
    currencies: dict[Annotated[str, Field(pattern="^[A-Z]{3}$")], Annotated[list[Words], Field(min_length=1)]] = {}

    @model_validator(mode="after")
    def _remarks_are_about_what_there_is(self) -> Self:
        known: tuple[tuple[str, Iterable[str], Iterable[str]], ...] = (
            ("unit", self.remarks.by_unit, self.units), ("attribute", self.remarks.by_attribute, self.attributes),
        )  # fmt: skip
        for what, named, declared in known:
            if unknown := [name for name in named if name not in set(declared)]:
                problem = f"[remarks.by_{what}] has {unknown[0]!r}, which is no {what}"
                raise refuse(problem, nearest(unknown[0], declared), whole=True)
        return self

    @model_validator(mode="after")
    def _units_are_declared(self) -> Self:
        for name, attribute in self.attributes.items():
            if attribute.unit is not None and attribute.unit not in self.units:
                known = nearest(attribute.unit, self.units)
                problem = f"[attributes.{name}] has unit = {attribute.unit!r}, which has no section"
                raise refuse(problem, f"{known} Or write [units.{attribute.unit!r}].", whole=True)
        return self

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """For each facet that is a whole number its lowest and highest plausible value."""
        limits: dict[str, WholeNumbers] = {name: getattr(self.facets, name) for name in COUNTS}
        return {name: (limit.range[0], limit.range[1]) for name, limit in limits.items()}


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in `path`. Raises ContractError naming file, section and remedy."""
    file = f"{path.parent.name}/{path.name}"
    return read_as(Vocabulary, read_toml(path, file), file)
