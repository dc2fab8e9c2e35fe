"""The claims that claims.toml declares beside the tables of a source: which cells, which formula, or why there is none.

A declaration names cells and a formula, never a result. Recomputing them is `claims`.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

from pipelines.audit.expressions import FUNCTIONS, Formula, parse
from pipelines.audit.units import parse_unit
from pipelines.contracts.sources import Source
from pipelines.contracts.toml import read_toml
from pipelines.errors import ContractError

FILE = "claims.toml"

COUNTING_FACETS = ("count", "lot_quantity", "concurrency", "context_tokens")
"""Facets that are numbers: `2x 4TB Crucial T705` holds a count of 2, which a reference may ask for."""
CLAIM_KEYS = ("subject", "what", "stated", "formula", "inputs", "not_recomputable")
REFERENCE_KEYS = ("table", "row", "rows", "column", "piece", "facet", "source")
CONSTANT_KEYS = ("constant", "unit", "source")
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)


@dataclass(frozen=True)
class Cell:
    """A reference to one reading: the `piece`-th of the cell, or a number among its facets."""

    raw_file: str
    row: int
    column: str
    piece: int | None = None
    facet: str | None = None

    def __str__(self) -> str:
        return f"{self.raw_file} row {self.row} column {self.column!r}"


@dataclass(frozen=True)
class Constant:
    """A figure that no cell holds, with where it comes from in words."""

    value: Fraction
    unit: str
    source: str


@dataclass(frozen=True)
class Claim:
    """One declared claim: what is stated where, and how it is recomputed, or why it cannot be.

    Each input holds one or several figures. `place` is what errors start with.
    """

    claim_id: str
    source_id: str
    subject: str
    what: str
    stated: Cell
    formula: Formula | None
    inputs: Mapping[str, tuple[Cell | Constant, ...]]
    not_recomputable: str | None
    place: str


def load_claims(sources: Sequence[Source]) -> list[Claim]:
    """The claims of all snapshots of all sources, in the order of the files.

    Raises ContractError for the first declaration that is incomplete, misspelt, refers to a table that is not there, or
    repeats the id of another.
    """
    return [claim for source in sources for claim in claims_of(source, sources)]


def claims_of(source: Source, sources: Sequence[Source]) -> list[Claim]:
    """The claims of one source, as `load_claims` gives them; none of one that is left out."""
    claims = [
        _Loader(source, folder, sources).claim(name, spec)
        for folder in sorted(path.parent for path in source.folder.glob(f"[!.]*/{FILE}"))
        for name, spec in read_toml(folder / FILE, f"{_relative(folder)}/{FILE}").items()
        if source.left_out is None
    ]
    places: dict[str, str] = {}
    for claim in claims:
        if claim.claim_id in places:
            raise ContractError(
                f"{claim.place} has the id of {places[claim.claim_id]}.", "Give the later one a name of its own."
            )
        places[claim.claim_id] = claim.place
    return claims


def _relative(folder: Path) -> str:
    """A snapshot's folder from the root of the project: data/raw/<source_id>/<day>."""
    return "/".join(folder.parts[-4:])


@dataclass(frozen=True)
class _Loader:
    """Reads the declarations of one snapshot."""

    source: Source
    folder: Path
    sources: Sequence[Source]

    def claim(self, name: str, spec: Any) -> Claim:
        place = f"{_relative(self.folder)}/{FILE} [{name}]"
        if not isinstance(spec, dict):
            raise ContractError(f"{place} is not a section.", "Every claim has a section of its own.")
        if not NAME.fullmatch(name):
            raise ContractError(f"{place}: {name!r} is no name.", "Use small letters, digits and underscores.")
        _known(spec, CLAIM_KEYS, place)
        for key in ("subject", "what"):
            if not _is_text(spec.get(key)):
                raise ContractError(f"{place} lacks {key}.", "Say in a few words what the claim is about.")
        if ("formula" in spec) == ("not_recomputable" in spec):
            raise ContractError(
                f"{place} needs either a formula or not_recomputable.",
                "Give the formula, or the reason why there is none.",
            )
        stated = self.cells(spec.get("stated"), f"{place} stated")
        if len(stated) != 1:
            raise ContractError(
                f"{place} stated names {len(stated)} cells.", "A claim is about one; use row, not rows."
            )
        reason = spec.get("not_recomputable")
        if reason is not None and (not _is_text(reason) or "inputs" in spec):
            raise ContractError(f"{place} not_recomputable goes with a reason and without inputs.", "Mend it.")
        inputs = {} if reason is not None else self.inputs(spec.get("inputs"), place)
        formula = None if reason is not None else self.formula(spec["formula"], inputs, place)
        if inputs and all(one == stated[0] for figures in inputs.values() for one in figures):
            raise ContractError(f"{place} rests on nothing but the figure that it checks.", "Refer to other figures.")
        return Claim(
            claim_id=f"{self.source.source_id}/{name}",
            source_id=self.source.source_id,
            subject=spec["subject"],
            what=spec["what"],
            stated=stated[0],
            formula=formula,
            inputs=inputs,
            not_recomputable=reason,
            place=place,
        )

    def formula(self, text: Any, inputs: Mapping[str, Any], place: str) -> Formula:
        if not _is_text(text):
            raise ContractError(f"{place} formula is {text!r}.", 'Write it as text: "sum(parts)".')
        formula = parse(text, place)
        undeclared = next(((name, at) for name, at in formula.names.items() if name not in inputs), None)
        if undeclared:
            name, position = undeclared
            raise ContractError(
                f"{place} formula {text!r}, position {position}: {name!r} is no input of the claim.",
                f"Declare it under [….inputs]. {nearest(name, inputs)}",
            )
        unused = sorted(set(inputs) - set(formula.names))
        if unused:
            raise ContractError(f"{place} input {unused[0]!r} is not in its formula {text!r}.", "Use it or drop it.")
        return formula

    def inputs(self, spec: Any, place: str) -> dict[str, tuple[Cell | Constant, ...]]:
        if not isinstance(spec, dict) or not spec:
            raise ContractError(f"{place} has a formula without inputs.", "Declare under [….inputs] what feeds it.")
        return {name: self.input(name, one, f"{place} input {name!r}") for name, one in spec.items()}

    def input(self, name: str, spec: Any, place: str) -> tuple[Cell | Constant, ...]:
        if not NAME.fullmatch(name) or name in FUNCTIONS:
            raise ContractError(
                f"{place} has no usable name.", "Use small letters and underscores, no function's name."
            )
        if isinstance(spec, list):
            return tuple(figure for one in spec for figure in self.input(name, one, place))
        if isinstance(spec, dict) and "constant" in spec:
            return (_constant(spec, place),)
        return self.cells(spec, place)

    def cells(self, spec: Any, place: str) -> tuple[Cell, ...]:
        if not isinstance(spec, dict):
            raise ContractError(f"{place} is no reference.", 'Write { table = "…", row = 2, column = "…" }.')
        _known(spec, REFERENCE_KEYS, place)
        if not _is_text(spec.get("table")) or not _is_text(spec.get("column")) or ("row" in spec) == ("rows" in spec):
            raise ContractError(f"{place} needs a table, a column, and either row or rows.", "Complete the reference.")
        rows = spec["rows"] if "rows" in spec else [spec["row"]]
        if not isinstance(rows, list) or not rows or not all(_is_count(row, 2) for row in rows):
            raise ContractError(f"{place} names row {rows!r}.", "Rows are whole numbers; the header is row 1.")
        piece, facet = spec.get("piece"), spec.get("facet")
        if piece is not None and not _is_count(piece, 1):
            raise ContractError(f"{place} has piece = {piece!r}.", "Pieces of a cell are counted from 1.")
        if facet is not None and facet not in COUNTING_FACETS:
            raise ContractError(f"{place} has facet = {facet!r}.", f"Numbers are in {', '.join(COUNTING_FACETS)}.")
        raw_file = self.raw_file(spec["table"], spec.get("source"), place)
        return tuple(Cell(raw_file, row, spec["column"], piece, facet) for row in rows)

    def raw_file(self, table: str, source_id: Any, place: str) -> str:
        """The file of a table: of this snapshot; of another source, of the same day if there is one, else the newest."""
        source = self.source
        if source_id is not None:
            named = {other.source_id: other for other in self.sources}
            if source_id not in named:
                raise ContractError(f"{place}: there is no source {source_id!r}.", nearest(str(source_id), named))
            source = named[source_id]
            if source.left_out is not None:
                return f"data/raw/{source_id}/{self.folder.name}/{table}.csv"  # none of its cells is read
        own_day = date.fromisoformat(self.folder.name)
        days = {one.retrieved_on for one in source.tables if one.name == table}
        if own_day in days or (days and source_id is not None):
            day = own_day if own_day in days else max(days)
            return next(one.raw_file for one in source.tables if (one.name, one.retrieved_on) == (table, day))
        known = {one.name for one in source.tables if source_id is not None or one.retrieved_on == own_day}
        raise ContractError(f"{place}: {source.source_id} has no table {table!r}.", nearest(table, known))


def _constant(spec: Mapping[str, Any], place: str) -> Constant:
    _known(spec, CONSTANT_KEYS, place)
    value = spec["constant"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ContractError(f"{place} has constant = {value!r}.", "A constant is a number.")
    if not _is_text(spec.get("unit")) or not _is_text(spec.get("source")):
        raise ContractError(
            f"{place} lacks its unit or its source.", "Say both; a pure number has unit factor or count."
        )
    parse_unit(spec["unit"], place)
    return Constant(Fraction(repr(value)), spec["unit"], spec["source"])


def _known(spec: Mapping[str, Any], known: Sequence[str], place: str) -> None:
    unknown = sorted(set(spec) - set(known))
    if unknown:
        raise ContractError(f"{place} has unknown key {unknown[0]!r}.", f"Known are {', '.join(known)}.")


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_count(value: Any, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def nearest(name: str, known: Iterable[str]) -> str:
    """What the user may have meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, cutoff=0.4) or names[:8]
    return f"Nearest: {', '.join(close)}." if close else "There are none."
