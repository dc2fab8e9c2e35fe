"""The terms of data/vocabulary.toml: attributes with their units and ranges, and how sources spell the units.

How a spelled figure is read stands in `quantities`, what a column of a table means stands in its contract.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import ContractError

TYPES = ("quantity", "flag", "text")


@dataclass(frozen=True)
class Attribute:
    """A thing that can be measured.

    kind: the table it ends in. type: quantity, flag or text. unit: the canonical unit of a quantity, None if any unit
    will do. range: lowest and highest plausible value in that unit.
    """

    name: str
    kind: str
    type: str
    unit: str | None
    range: tuple[float, float] | None
    description: str


@dataclass(frozen=True)
class Unit:
    """A canonical unit, and each spelling of it with the factor that brings a figure so spelled to the unit."""

    name: str
    spellings: Mapping[str, float]


@dataclass(frozen=True)
class Vocabulary:
    """All attributes and units, by name, in the order of the file."""

    attributes: Mapping[str, Attribute]
    units: Mapping[str, Unit]


def load_vocabulary(path: Path) -> Vocabulary:
    """The vocabulary in `path`. Raises ContractError naming file, section and remedy."""
    file = f"{path.parent.name}/{path.name}"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ContractError(f"{file} is not valid TOML: {error}.", "Mend the line it names.") from error
    except OSError as error:
        raise ContractError(f"{file} cannot be read: {error.strerror}.", "Put the file there.") from error
    unknown = [key for key in content if key not in ("attributes", "units")]
    if unknown:
        raise ContractError(f"{file} has an unknown section [{unknown[0]}].", "Known are attributes and units.")
    units = {name: _unit(f"{file} [units.{name!r}]", name, spec) for name, spec in content.get("units", {}).items()}
    attributes = {
        name: _attribute(f"{file} [attributes.{name}]", name, spec, units)
        for name, spec in content.get("attributes", {}).items()
    }
    if not units or not attributes:
        absent = "units" if not units else "attributes"
        raise ContractError(f"{file} has no [{absent}.…] section.", "Restore it; nothing can be read without.")
    return Vocabulary(attributes, units)


def _unit(place: str, name: str, spec: Any) -> Unit:
    _check_keys(place, spec, required=("spellings",), allowed=("spellings",))
    spellings = spec["spellings"]
    if not isinstance(spellings, dict) or not spellings:
        raise ContractError(f"{place} has no spellings.", 'Write spellings = { "GB" = 1, "TB" = 1_000 }.')
    for spelling, factor in spellings.items():
        if spelling != spelling.strip() or not spelling:
            raise ContractError(f"{place} has a blank at the edge of spelling {spelling!r}.", "Take it off.")
        if not _is_number(factor) or factor <= 0:
            raise ContractError(f"{place}: the factor of {spelling!r} is {factor!r}.", "Give a number above 0.")
    return Unit(name, {spelling: float(factor) for spelling, factor in spellings.items()})


def _attribute(place: str, name: str, spec: Any, units: Mapping[str, Unit]) -> Attribute:
    _check_keys(place, spec, ("kind", "description"), ("kind", "type", "unit", "range", "description"))
    for key in ("kind", "description"):
        if not isinstance(spec[key], str) or not spec[key].strip():
            raise ContractError(f"{place} has {key} = {spec[key]!r}.", "Write it in a few words.")
    kind_of_value = spec.get("type", "quantity")
    if kind_of_value not in TYPES:
        raise ContractError(f"{place} has type {kind_of_value!r}.", f"Choose one of {', '.join(TYPES)}.")
    unit = spec.get("unit")
    if unit is not None and unit not in units:
        raise ContractError(
            f"{place} has unit {unit!r}, which has no section.", f"Write [units.{unit!r}], or correct it."
        )
    if kind_of_value != "quantity" and (unit is not None or "range" in spec):
        raise ContractError(f"{place} is a {kind_of_value} with a unit or range.", "Take them off, or the type.")
    return Attribute(name, spec["kind"], kind_of_value, unit, _range(place, spec.get("range")), spec["description"])


def _range(place: str, bounds: Any) -> tuple[float, float] | None:
    if bounds is None:
        return None
    if not isinstance(bounds, list) or len(bounds) != 2 or not all(_is_number(b) for b in bounds):
        raise ContractError(f"{place} has range = {bounds!r}.", "Write two numbers: range = [0, 100].")
    low, high = float(bounds[0]), float(bounds[1])
    if low >= high:
        raise ContractError(f"{place} has a range from {low:g} to {high:g}.", "Put the lower number first.")
    return low, high


def _check_keys(place: str, spec: Any, required: tuple[str, ...], allowed: tuple[str, ...]) -> None:
    if not isinstance(spec, dict):
        raise ContractError(f"{place} is not a section.", f"Give it {', '.join(required)}.")
    absent = [key for key in required if key not in spec]
    if absent:
        raise ContractError(f"{place} lacks {absent[0]}.", f"Needed: {', '.join(required)}.")
    unknown = [key for key in spec if key not in allowed]
    if unknown:
        raise ContractError(f"{place} has unknown key {unknown[0]}.", f"Known: {', '.join(allowed)}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
