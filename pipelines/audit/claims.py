"""Claims: figures that a source derives from others, declared in claims.toml beside its tables and worked out again here.

A declaration names cells and a formula, never a result. Here it is checked, evaluated and compared with what the source
states. The language of the formulas is `expressions`, and what a cell says was read in `pipelines.normalise`.
"""

import difflib
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.audit.expressions import FUNCTIONS, Formula, Quantity, parse
from pipelines.audit.units import NUMBER, Unit, parse_unit
from pipelines.contracts.sources import Source
from pipelines.contracts.toml import read_toml
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import ContractError
from pipelines.normalise.grammar import SCALES

FILE = "claims.toml"
VERDICTS = ("agrees", "rounding", "differs", "not_recomputable")

SAME = Fraction(1, 10**9)
"""Relative difference below which two figures are the same; observations carry fourteen digits."""
ROUNDING_LIMIT = Fraction(5, 100)
"""However coarsely a figure is written, more than this share of it is no rounding: `~2x` does not excuse 2.4."""

COUNTING_FACETS = ("count", "lot_quantity", "concurrency", "context_tokens")
"""Facets that are numbers: `2x 4TB Crucial T705` holds a count of 2, which a reference may ask for."""
CLAIM_KEYS = ("subject", "what", "stated", "formula", "inputs", "not_recomputable")
REFERENCE_KEYS = ("table", "row", "rows", "column", "piece", "facet", "source")
CONSTANT_KEYS = ("constant", "unit", "source")
NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)

CLAIMS_SCHEMA: Mapping[str, Any] = {
    **dict.fromkeys(("claim_id", "source_id", "subject", "what"), pl.String),
    **dict.fromkeys(("stated_low", "stated_high", "recomputed_low", "recomputed_high"), pl.Float64),
    **dict.fromkeys(("unit", "formula"), pl.String),
    **dict.fromkeys(("difference_lower_end", "difference_upper_end", "relative_difference"), pl.Float64),
    **dict.fromkeys(("verdict", "reason", "arithmetic", "raw_file"), pl.String),
    "raw_row": pl.Int32,
    **dict.fromkeys(("raw_column", "raw_text", "observation_id"), pl.String),
}
INPUTS_SCHEMA: Mapping[str, Any] = {
    "claim_id": pl.String,
    "input_name": pl.String,
    "position": pl.Int32,
    "observation_id": pl.String,
    "constant": pl.Float64,
    "unit": pl.String,
    "constant_source": pl.String,
}


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
    """One declared claim: what is stated where, and how it is worked out again, or why it cannot be.

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


# ---- reading the declarations


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
                f"Declare it under [….inputs]. {_nearest(name, inputs)}",
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
                raise ContractError(f"{place}: there is no source {source_id!r}.", _nearest(str(source_id), named))
            source = named[source_id]
            if source.left_out is not None:
                return f"data/raw/{source_id}/{self.folder.name}/{table}.csv"  # none of its cells is read
        own_day = date.fromisoformat(self.folder.name)
        days = {one.retrieved_on for one in source.tables if one.name == table}
        if own_day in days or (days and source_id is not None):
            day = own_day if own_day in days else max(days)
            return next(one.raw_file for one in source.tables if (one.name, one.retrieved_on) == (table, day))
        known = {one.name for one in source.tables if source_id is not None or one.retrieved_on == own_day}
        raise ContractError(f"{place}: {source.source_id} has no table {table!r}.", _nearest(table, known))


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


def _nearest(name: str, known: Iterable[str]) -> str:
    """What the user may have meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, cutoff=0.4) or names[:8]
    return f"Nearest: {', '.join(close)}." if close else "There are none."


# ---- working them out


@dataclass(frozen=True)
class _Reading:
    """An observation as far as a claim needs it."""

    observation_id: str
    attribute: str
    raw_text: str
    value_low: float | None
    value_high: float | None
    value_text: str | None
    unit: str | None
    is_approximate: bool
    bound: str | None
    count: int | None
    lot_quantity: int | None
    concurrency: int | None
    context_tokens: int | None


@dataclass(frozen=True)
class _Figure:
    """A stated figure in its own unit, with that unit in base symbols and what one of it is."""

    low: Fraction
    high: Fraction
    unit: str | None
    dimension: Unit
    scale: Fraction
    is_flag: bool

    @property
    def quantity(self) -> Quantity:
        return Quantity(self.low * self.scale, self.high * self.scale, self.dimension)


@dataclass(frozen=True)
class _Gap:
    """One end of a comparison: what is stated, what came out, and by how much the stated one may have been rounded."""

    stated: Fraction
    recomputed: Fraction
    precision: Fraction

    @property
    def closes(self) -> bool:
        largest = max(abs(self.stated), abs(self.recomputed))
        return abs(self.stated - self.recomputed) <= SAME * largest

    @property
    def is_rounding(self) -> bool:
        return abs(self.stated - self.recomputed) <= self.precision

    @property
    def relative(self) -> Fraction | None:
        return (self.stated - self.recomputed) / self.recomputed if self.recomputed else None


class _Lost(Exception):
    """A cell that a claim refers to was not read this time: its file was rejected or cut short."""


def evaluate_claims(
    claims: Sequence[Claim],
    observations: pl.DataFrame,
    vocabulary: Vocabulary,
    rejected: pl.DataFrame | None = None,
) -> dict[str, pl.DataFrame]:
    """Work every claim out again: the frames of the tables `claims` and `claim_inputs`.

    observations: the columns of that table. The vocabulary says with which factor a spelled unit came to the canonical
    one; it is needed to find the digits that a source wrote. rejected: the columns of rejected_rows; a claim whose figure
    was rejected is left out, and one that lacks an input is not recomputable. Raises ContractError naming the claim if a
    reference finds no reading or several, or units do not go together.
    """
    readings, lost = _readings(observations), _lost_cells(observations, rejected)
    rows, inputs = [], []
    for claim in claims:
        try:
            evaluated = _Evaluated(claim, readings, vocabulary, lost)
        except _Lost:
            continue
        try:
            row, fed_by = evaluated.row(), evaluated.input_rows()
        except _Lost as error:
            row, fed_by = evaluated.without_formula(str(error)), []
        rows.append(row)
        inputs += fed_by
    return {
        "claims": pl.DataFrame(rows, schema=CLAIMS_SCHEMA, orient="row"),
        "claim_inputs": pl.DataFrame(inputs, schema=INPUTS_SCHEMA, orient="row"),
    }


Readings = Mapping[tuple[str, int, str], Sequence[_Reading]]


def _readings(observations: pl.DataFrame) -> Readings:
    """The readings of each cell, in the order in which they were taken."""
    ordered = observations.with_columns(
        pl.col("observation_id").str.extract(r"#(\d+)$").cast(pl.Int32).alias("piece")
    ).sort("piece", maintain_order=True)
    found: dict[tuple[str, int, str], list[_Reading]] = {}
    for place, reading in zip(
        ordered.select("raw_file", "raw_row", "raw_column").iter_rows(),
        ordered.select(field.name for field in fields(_Reading)).iter_rows(),
        strict=True,
    ):
        found.setdefault(place, []).append(_Reading(*reading))
    return found


def _lost_cells(observations: pl.DataFrame, rejected: pl.DataFrame | None) -> Callable[[Cell], bool]:
    """Whether a cell without a reading was rejected, alone or with its file, or lies below the last row that is left."""
    if rejected is None:
        return lambda _cell: False
    cells = set(rejected.select("raw_file", "raw_row", "column_name").iter_rows())
    files = {raw_file for raw_file, row, _ in cells if row == 0}
    read = pl.concat([observations.select("raw_file", "raw_row"), rejected.select("raw_file", "raw_row")])
    last = dict(read.group_by("raw_file").agg(pl.col("raw_row").max()).iter_rows())

    def is_lost(cell: Cell) -> bool:
        is_cut_off = cell.row > last.get(cell.raw_file, 0)
        return is_cut_off or cell.raw_file in files or (cell.raw_file, cell.row, cell.column) in cells

    return is_lost


class _Evaluated:
    """One claim against the readings."""

    def __init__(
        self, claim: Claim, readings: Readings, vocabulary: Vocabulary, is_lost: Callable[[Cell], bool]
    ) -> None:
        self.claim, self.readings, self.vocabulary, self.is_lost = claim, readings, vocabulary, is_lost
        self.stated = self.reading(claim.stated, "stated")

    def row(self) -> dict[str, Any]:
        if self.claim.formula is None:
            return self.without_formula(self.claim.not_recomputable)
        return {**dict.fromkeys(CLAIMS_SCHEMA), **self.known(), **self.recomputed(self.claim.formula)}

    def known(self) -> dict[str, Any]:
        claim = self.claim
        return {
            "claim_id": claim.claim_id,
            "source_id": claim.source_id,
            "subject": claim.subject,
            "what": claim.what,
            "raw_file": claim.stated.raw_file,
            "raw_row": claim.stated.row,
            "raw_column": claim.stated.column,
            "raw_text": self.stated.raw_text,
            "observation_id": self.stated.observation_id,
        }

    def without_formula(self, reason: str | None) -> dict[str, Any]:
        return {
            **dict.fromkeys(CLAIMS_SCHEMA),
            **self.known(),
            "stated_low": self.stated.value_low,
            "stated_high": self.stated.value_high,
            "unit": self.stated.unit,
            "verdict": "not_recomputable",
            "reason": reason,
        }

    def recomputed(self, formula: Formula) -> dict[str, Any]:
        figure = self.figure(self.claim.stated, self.stated, "stated")
        inputs = {
            name: [self.quantity(one, f"input {name!r}") for one in figures]
            for name, figures in self.claim.inputs.items()
        }
        result = formula.evaluate(inputs)
        self.check_kind(formula, figure, result)
        low, high = sorted((result.at_low / figure.scale, result.at_high / figure.scale))
        gaps = self.gaps(figure, low, high, is_sum=formula.is_sum)
        spelled = formula.spelled(
            {name: [self.spelled(f) for f in figures] for name, figures in self.claim.inputs.items()}
        )
        outcome = (
            _written_flag(low, high) if figure.is_flag else f"{_written(low, high)} {_symbol(figure.unit)}".rstrip()
        )
        return {
            "stated_low": float(figure.low),
            "stated_high": float(figure.high),
            "recomputed_low": float(low),
            "recomputed_high": float(high),
            "unit": figure.unit,
            "formula": formula.text,
            "difference_lower_end": float(figure.low - low),
            "difference_upper_end": float(figure.high - high),
            "relative_difference": None if figure.is_flag else _furthest(gaps),
            "verdict": _verdict(gaps),
            "arithmetic": f"{spelled} = {outcome}",
        }

    def input_rows(self) -> list[dict[str, Any]]:
        rows = []
        for name, figures in self.claim.inputs.items():
            for position, one in enumerate(figures, start=1):
                row = {**dict.fromkeys(INPUTS_SCHEMA), "claim_id": self.claim.claim_id, "input_name": name}
                if isinstance(one, Constant):
                    found = {"constant": float(one.value), "unit": one.unit, "constant_source": one.source}
                else:
                    reading = self.reading(one, f"input {name!r}")
                    unit = "count" if one.facet else reading.unit
                    found = {"observation_id": reading.observation_id, "unit": unit}
                rows.append({**row, "position": position, **found})
        return rows

    def reading(self, cell: Cell, role: str) -> _Reading:
        """The one reading that a reference means."""
        place = f"{self.claim.place} {role}"
        found = self.readings.get((cell.raw_file, cell.row, cell.column), ())
        if not found and self.is_lost(cell):
            raise _Lost(f"{role}: {cell} was rejected, or is not there any more")
        if not found:
            raise ContractError(f"{place}: {cell} has no reading.", self.nearest_cell(cell))
        listed = "; ".join(f"{n} is {one.attribute} {_told(one)}" for n, one in enumerate(found, start=1))
        if cell.piece is None and len(found) > 1:
            raise ContractError(f"{place}: {cell} has {len(found)} readings.", f"Say which, as piece = n: {listed}.")
        if cell.piece is not None and cell.piece > len(found):
            raise ContractError(f"{place}: {cell} has no piece {cell.piece}.", f"It has: {listed}.")
        return found[(cell.piece or 1) - 1]

    def nearest_cell(self, cell: Cell) -> str:
        """What of the row, the column or the table was read instead."""
        cells = [(row, column) for raw_file, row, column in self.readings if raw_file == cell.raw_file]
        in_row = sorted({column for row, column in cells if row == cell.row})
        in_column = sorted({row for row, column in cells if column == cell.column})
        if in_row:
            return f"Nearest, in that row: {', '.join(in_row)}."
        if in_column:
            rows = sorted(in_column, key=lambda row: abs(row - cell.row))[:3]
            return f"Nearest, in that column: row {', '.join(map(str, sorted(rows)))}."
        if cells:
            return _nearest(cell.column, {column for _, column in cells})
        return "Nothing of that file was read; rejected_rows may say why."

    def figure(self, cell: Cell, reading: _Reading, role: str) -> _Figure:
        """The figure of a reading, or of one of its facets."""
        place = f"{self.claim.place} {role}: {cell}"
        if cell.facet:
            number = getattr(reading, cell.facet)
            if number is None:
                raise ContractError(f"{place} has no {cell.facet}.", "Refer to a cell that says how many.")
            return _Figure(Fraction(number), Fraction(number), "count", NUMBER, Fraction(1), False)
        if reading.value_low is None or reading.value_high is None:
            if reading.value_text not in ("yes", "no"):
                raise ContractError(
                    f"{place} is {reading.value_text!r}, neither a figure nor yes or no.", "Choose another."
                )
            flag = Fraction(reading.value_text == "yes")
            return _Figure(flag, flag, None, NUMBER, Fraction(1), True)
        dimension, scale = parse_unit(reading.unit or "1", place)
        low, high = (Fraction(repr(value)) for value in (reading.value_low, reading.value_high))
        return _Figure(low, high, reading.unit, dimension, scale, False)

    def quantity(self, one: Cell | Constant, role: str) -> Quantity:
        if isinstance(one, Constant):
            dimension, scale = parse_unit(one.unit, f"{self.claim.place} {role}")
            return Quantity(one.value * scale, one.value * scale, dimension)
        return self.figure(one, self.reading(one, role), role).quantity

    def spelled(self, one: Cell | Constant) -> str:
        """An input as it is written in the arithmetic."""
        if isinstance(one, Constant):
            return _written(one.value, one.value) + (" %" if one.unit == "percent" else "")
        figure = self.figure(one, self.reading(one, "input"), "input")
        if figure.is_flag:
            return _written_flag(figure.low, figure.high)
        return _written(figure.low, figure.high) + (" %" if figure.unit == "percent" else "")

    def check_kind(self, formula: Formula, stated: _Figure, result: Quantity) -> None:
        """Raise ContractError unless the result is of the kind and the unit of what is stated."""
        place = f"{self.claim.place} formula {formula.text!r}"
        if stated.is_flag and {result.at_low, result.at_high} - {Fraction(0), Fraction(1)}:
            raise ContractError(f"{place} gives a figure, but yes or no is stated.", "Compare two quantities.")
        if formula.is_comparison and not stated.is_flag:
            raise ContractError(f"{place} gives yes or no, but a figure is stated.", "Compute the figure.")
        if result.unit != stated.dimension:
            raise ContractError(
                f"{place} gives {result.unit}, but the stated figure {self.stated.raw_text!r} is in {stated.dimension}.",
                "Declare the constants that convert one into the other, with their units.",
            )

    def is_exact(self) -> bool:
        """Whether neither the stated figure nor any that feeds it is said to be about so much, or a limit."""
        cells = [one for figures in self.claim.inputs.values() for one in figures if isinstance(one, Cell)]
        readings = [self.stated, *(self.reading(cell, "input") for cell in cells)]
        return not any(reading.is_approximate or reading.bound for reading in readings)

    def gaps(self, stated: _Figure, low: Fraction, high: Fraction, *, is_sum: bool) -> list[_Gap]:
        """The ends that have to be compared; none where one side lies inside the other or a limit is kept.

        A range that adds up ranges has to hold at both ends, whether it is called about so much or not.
        """
        is_exact = is_sum and self.is_exact()

        def gap(value: Fraction, recomputed: Fraction) -> _Gap:
            return _Gap(value, recomputed, Fraction(0) if stated.is_flag else self.precision(stated, value, is_exact))

        if self.stated.bound == "at_least":
            return [gap(stated.low, low)] if low < stated.low else []
        if self.stated.bound == "at_most":
            return [gap(stated.high, high)] if high > stated.high else []
        if stated.low == stated.high and low < high:
            return [] if low <= stated.low <= high else [gap(stated.low, low if stated.low < low else high)]
        if stated.low < stated.high and low == high:
            return (
                [] if stated.low <= low <= stated.high else [gap(stated.low if low < stated.low else stated.high, low)]
            )
        if not is_sum and stated.low <= low and high <= stated.high:
            return []
        return [gap(stated.low, low), gap(stated.high, high)]

    def precision(self, stated: _Figure, value: Fraction, is_exact: bool) -> Fraction:
        """Half a unit of the last digit that the source wrote, but no more than the limit of what is rounding."""
        name = stated.unit or ""
        unit = self.vocabulary.units.get(name)
        half = _half_digit(
            self.stated.raw_text, value, _factors(name, unit.spellings) if unit else [Fraction(1)], is_exact
        )
        return min(half, ROUNDING_LIMIT * abs(value))


# ---- the digits as written, and the verdict on them

DIGITS = re.compile(r"[0-9]+(?:,[0-9]{3})*(?:\.[0-9]+)?", re.ASCII)


def _factors(unit: str, spellings: Mapping[str, float]) -> list[Fraction]:
    """The factors with which a written number may have come to its unit."""
    scales = [1.0, *SCALES.values()] if "USD" in unit or unit == "tokens" else [1.0]
    return [Fraction(repr(factor)) * Fraction(repr(scale)) for factor in (1.0, *spellings.values()) for scale in scales]


def _half_digit(text: str, value: Fraction, factors: Sequence[Fraction], zeros_count: bool) -> Fraction:
    """Half of the last significant place of the number in `text` that is `value`, in the unit of `value`.

    Zeros that end a whole number are no digits unless `zeros_count`; zeros behind a point are. A value that no number of
    the text gives, because the cell is a sum or was corrected, has the place of its own last digit.
    """
    for written in DIGITS.findall(text):
        number = Fraction(written.replace(",", ""))
        for factor in factors:
            if abs(number * factor - abs(value)) <= SAME * abs(value):
                return _last_place(written, zeros_count) * factor / 2
    return _last_place(f"{float(abs(value)):.12f}".rstrip("0").rstrip("."), zeros_count=True) / 2


def _last_place(written: str, zeros_count: bool) -> Fraction:
    whole, _, decimals = written.replace(",", "").partition(".")
    if decimals:
        return Fraction(1, 10 ** len(decimals))
    trailing = len(whole) - len(whole.rstrip("0"))
    return Fraction(10**trailing) if whole.strip("0") and not zeros_count else Fraction(1)


def _verdict(gaps: Sequence[_Gap]) -> str:
    if all(gap.closes for gap in gaps):
        return "agrees"
    return "rounding" if all(gap.closes or gap.is_rounding for gap in gaps) else "differs"


def _furthest(gaps: Sequence[_Gap]) -> float | None:
    """(stated - recomputed) / recomputed at the end further off; 0 for a claim that agrees, null for one against zero."""
    if all(gap.closes for gap in gaps):
        return 0.0
    relative = [gap.relative for gap in gaps if gap.relative is not None]
    return float(max(relative, key=abs)) if relative else None


# ---- figures for people


def _written(low: Fraction, high: Fraction) -> str:
    return _number(low) if low == high else f"{_number(low)}–{_number(high)}"


def _number(value: Fraction) -> str:
    """Thousands apart, no more than six digits of a fraction."""
    return f"{float(value):,.0f}" if value.denominator == 1 or abs(value) >= 100_000 else f"{float(value):,.6g}"


def _written_flag(low: Fraction, high: Fraction) -> str:
    words = {Fraction(0): "no", Fraction(1): "yes"}
    return words[low] if low == high else "no or yes"


def _symbol(unit: str | None) -> str:
    return {"percent": "%", "count": "", "factor": "", None: ""}.get(unit, unit or "")


def _told(reading: _Reading) -> str:
    if reading.value_low is None:
        return repr(reading.value_text)
    return f"{_written(Fraction(repr(reading.value_low)), Fraction(repr(reading.value_high)))} {reading.unit or ''}".rstrip()
