"""The claims that claims.toml declares beside the tables of a source: which cells, which formula, or why there is none.

A declaration names cells and a formula, never a result. Recomputing them is `claims`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from pipelines.audit.expressions import FUNCTIONS, Formula, parse
from pipelines.audit.units import parse_unit
from pipelines.contracts.sources import Source
from pipelines.contracts.toml import Strict, nearest, read_as, read_toml, refuse
from pipelines.contracts.types import Name, Row, Several, Words
from pipelines.errors import ContractError

FILE = "claims.toml"


def _unit(text: str) -> str:
    try:
        parse_unit(text, "it")
    except ContractError as error:
        raise refuse(error.message.rstrip("."), error.remedy) from None
    return text


def _input_name(name: str) -> str:
    if name in FUNCTIONS:
        raise refuse("a function has that name", "Choose another.")
    return name


class Figure(Strict):
    """What a claim states or rests on: cells of a table, or a number of which a source is named in words.

    facet: a number among the facets of a cell: `2x 4TB Crucial T705` holds a count of 2.
    """

    table: Words | None = None
    row: Row | None = None
    rows: Annotated[list[Row], Field(min_length=1)] | None = None
    column: Words | None = None
    piece: Annotated[int, Field(ge=1)] | None = None
    facet: Literal["count", "lot_quantity", "concurrency", "context_tokens"] | None = None
    constant: float | None = None
    unit: Annotated[Words, AfterValidator(_unit)] | None = None
    source: Words | None = None

    @model_validator(mode="after")
    def _is_a_cell_or_a_constant(self) -> Self:
        said = self.model_fields_set
        if self.constant is None:
            if "unit" in said or None in (self.table, self.column) or (self.row is None) == (self.rows is None):
                problem = "needs a table, a column, and either row or rows"
                raise refuse(problem, 'Write { table = "…", row = 2, column = "…" }, or a constant.', whole=True)
        elif said != {"constant", "unit", "source"}:
            problem = "is a constant, which has a unit and a source and nothing else"
            raise refuse(problem, "Say both; a pure number has unit factor or count.", whole=True)
        return self


class Declaration(Strict):
    """A section of claims.toml: one claim."""

    subject: Words
    what: Words
    stated: Figure
    formula: Words | None = None
    inputs: (
        Annotated[dict[Annotated[Name, AfterValidator(_input_name)], Several[Figure]], Field(min_length=1)] | None
    ) = None
    not_recomputable: Words | None = None

    @model_validator(mode="after")
    def _is_recomputed_or_says_why_not(self) -> Self:
        if (self.formula is None) == (self.not_recomputable is None):
            remedy = "Give the formula, or the reason why there is none."
            raise refuse("needs either a formula or not_recomputable", remedy, whole=True)
        if (self.formula is None) != (self.inputs is None):
            raise refuse(
                "needs a formula and inputs, or neither", "Declare under [….inputs] what feeds it.", whole=True
            )
        if self.stated.row is None:
            raise refuse("states more than one cell", "A claim is about one; use row, not rows.", whole=True)
        if self.inputs and all(one == self.stated for several in self.inputs.values() for one in several):
            problem = "rests on nothing but the figure that it checks"
            raise refuse(problem, "Refer to other figures.", whole=True)
        return self


class Heading(Strict):
    """What a section of claims.toml is called."""

    name: Name


# ---- what the rest of the audit works with


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
    claims: dict[str, Claim] = {}
    for folder in sorted(path.parent for path in source.folder.glob(f"[!.]*/{FILE}")):
        file = "/".join((*folder.parts[-4:], FILE))
        for name, spec in read_toml(folder / FILE, file).items() if source.left_out is None else ():
            read_as(Heading, {"name": name}, file, name)
            declared = read_as(Declaration, spec, file, name)
            claim = _Reader(source, folder, sources, f"{file} [{name}]").claim(name, declared)
            if name in claims:
                problem = f"{claim.place} has the id of {claims[name].place}."
                raise ContractError(problem, "Give the later one a name of its own.")
            claims[name] = claim
    return list(claims.values())


@dataclass(frozen=True)
class _Reader:
    """One declaration of a snapshot; `place` is its file and section."""

    source: Source
    folder: Path
    sources: Sequence[Source]
    place: str

    def claim(self, name: str, declared: Declaration) -> Claim:
        inputs = {
            name: tuple(figure for one in figures for figure in self.figures(one, f"input {name!r}"))
            for name, figures in (declared.inputs or {}).items()
        }
        return Claim(
            claim_id=f"{self.source.source_id}/{name}",
            source_id=self.source.source_id,
            subject=declared.subject,
            what=declared.what,
            stated=self.cells(declared.stated, "stated")[0],
            formula=None if declared.formula is None else self.formula(declared.formula, inputs),
            inputs=inputs,
            not_recomputable=declared.not_recomputable,
            place=self.place,
        )

    def formula(self, text: str, inputs: Mapping[str, object]) -> Formula:
        formula = parse(text, self.place)
        undeclared = next(((name, at) for name, at in formula.names.items() if name not in inputs), None)
        if undeclared:
            name, position = undeclared
            raise ContractError(
                f"{self.place} formula {text!r}, position {position}: {name!r} is no input of the claim.",
                f"Declare it under [….inputs]. {nearest(name, inputs)}",
            )
        unused = sorted(set(inputs) - set(formula.names))
        if unused:
            raise ContractError(
                f"{self.place} input {unused[0]!r} is not in its formula {text!r}.", "Use it or drop it."
            )
        return formula

    def figures(self, one: Figure, role: str) -> tuple[Cell | Constant, ...]:
        if one.constant is None:
            return self.cells(one, role)
        return (Constant(Fraction(repr(one.constant)), str(one.unit), str(one.source)),)

    def cells(self, one: Figure, role: str) -> tuple[Cell, ...]:
        raw_file = self.raw_file(str(one.table), one.source, f"{self.place} {role}")
        rows = one.rows or [row for row in (one.row,) if row is not None]
        return tuple(Cell(raw_file, row, str(one.column), one.piece, one.facet) for row in rows)

    def raw_file(self, table: str, source_id: str | None, place: str) -> str:
        """The file of a table: of this snapshot; of another source, of the same day if there is one, else the
        newest."""
        source = self.source
        if source_id is not None:
            named = {other.source_id: other for other in self.sources}
            if source_id not in named:
                raise ContractError(f"{place}: there is no source {source_id!r}.", nearest(source_id, named))
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
