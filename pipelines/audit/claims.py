"""Claims: figures that a source derives from others, recomputed by their declared formula and compared with what is
stated.

The declarations are `declared_claims`, the language of the formulas is `expressions`, and what a cell says was read in
`pipelines.normalise`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

import polars as pl

from pipelines.audit.declared_claims import Cell, Claim, Constant
from pipelines.audit.expressions import Formula, Quantity
from pipelines.audit.units import NUMBER, Unit, parse_unit
from pipelines.audit.verdicts import Gap, factors, furthest, half_digit, symbol, verdict, written, written_flag
from pipelines.contracts.toml import nearest
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import ContractError

ROUNDING_LIMIT = Fraction(5, 100)
"""However coarsely a figure is written, more than this share of it is no rounding: `~2x` does not excuse 2.4."""

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


class _Lost(Exception):
    """A cell that a claim refers to was not read this time: its file was rejected or cut short."""


def evaluate_claims(
    claims: Sequence[Claim],
    observations: pl.DataFrame,
    vocabulary: Vocabulary,
    rejected: pl.DataFrame | None = None,
    limit_factor: float = 1.5,
) -> dict[str, pl.DataFrame]:
    """Recompute every claim: the frames of the tables `claims` and `claim_inputs`.

    observations: the columns of that table. The vocabulary says with which factor a spelled unit came to the canonical
    one; it is needed to find the digits that a source wrote. rejected: the columns of rejected_rows; a claim whose
    figure was rejected is left out, and one that lacks an input is not recomputable. limit_factor: how many times
    beyond a stated limit a result may be. Raises ContractError naming the claim if a reference finds no reading or
    several, or units do not go together.
    """
    readings, lost = _readings(observations), _lost_cells(observations, rejected)
    rows, inputs = [], []
    for claim in claims:
        try:
            evaluated = _Evaluated(claim, readings, vocabulary, lost, Fraction(repr(limit_factor)))
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
    """Whether a cell without a reading was rejected, alone or with its file, or lies below the last row that is
    left."""
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
        self, claim: Claim, readings: Readings, vocabulary: Vocabulary, is_lost: Callable[[Cell], bool], limit: Fraction
    ) -> None:
        self.claim, self.readings, self.vocabulary, self.is_lost, self.limit = (
            claim,
            readings,
            vocabulary,
            is_lost,
            limit,
        )
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
        gaps = self.gaps(figure, low, high, formula)
        spelled = formula.spelled(
            {name: [self.spelled(f) for f in figures] for name, figures in self.claim.inputs.items()}
        )
        outcome = written_flag(low, high) if figure.is_flag else f"{written(low, high)} {symbol(figure.unit)}".rstrip()
        return {
            "stated_low": float(figure.low),
            "stated_high": float(figure.high),
            "recomputed_low": float(low),
            "recomputed_high": float(high),
            "unit": figure.unit,
            "formula": formula.text,
            "difference_lower_end": float(figure.low - low),
            "difference_upper_end": float(figure.high - high),
            "relative_difference": None if figure.is_flag else furthest(gaps),
            "verdict": verdict(gaps),
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
        listed = "; ".join(f"{n} is {one.attribute} {_reading_in_words(one)}" for n, one in enumerate(found, start=1))
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
            return nearest(cell.column, {column for _, column in cells})
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
            return written(one.value, one.value) + (" %" if one.unit == "percent" else "")
        figure = self.figure(one, self.reading(one, "input"), "input")
        if figure.is_flag:
            return written_flag(figure.low, figure.high)
        return written(figure.low, figure.high) + (" %" if figure.unit == "percent" else "")

    def check_kind(self, formula: Formula, stated: _Figure, result: Quantity) -> None:
        """Raise ContractError unless the result is of the kind and the unit of what is stated."""
        place = f"{self.claim.place} formula {formula.text!r}"
        if stated.is_flag and {result.at_low, result.at_high} - {Fraction(0), Fraction(1)}:
            raise ContractError(f"{place} gives a figure, but yes or no is stated.", "Compare two quantities.")
        if formula.is_comparison and not stated.is_flag:
            raise ContractError(f"{place} gives yes or no, but a figure is stated.", "Compute the figure.")
        if result.unit != stated.dimension:
            raise ContractError(
                f"{place} gives {result.unit}, but the stated figure {self.stated.raw_text!r} is in "
                f"{stated.dimension}.",
                "Declare the constants that convert one into the other, with their units.",
            )

    def is_exact(self) -> bool:
        """Whether neither the stated figure nor any that feeds it is said to be about so much, or a limit."""
        cells = [one for figures in self.claim.inputs.values() for one in figures if isinstance(one, Cell)]
        readings = [self.stated, *(self.reading(cell, "input") for cell in cells)]
        return not any(reading.is_approximate or reading.bound for reading in readings)

    def gaps(self, stated: _Figure, low: Fraction, high: Fraction, formula: Formula) -> list[Gap]:
        """The ends that have to be compared; none where one side lies inside the other or a limit is kept.

        A range that adds up ranges, spans several results, or is cut off by a limit (its formula holds the stated
        figure itself) has to hold at both ends, whether it is called about so much or not.
        """

        def gap(value: Fraction, recomputed: Fraction) -> Gap:
            return Gap(value, recomputed, Fraction(0) if stated.is_flag else self.precision(stated, value, formula))

        def limited(least: Fraction, most: Fraction, result: Fraction) -> list[Gap]:
            """Whether a result keeps a stated limit, and is near enough to it for the limit to say anything."""
            is_floor = self.stated.bound == "at_least"
            floor, top = (least, most * self.limit) if is_floor else (least / self.limit, most)
            return [] if floor <= result <= top else [gap(least if result < floor else most, result)]

        is_range = stated.low < stated.high
        if self.stated.bound == "at_least":
            if is_range and formula.is_span:
                return [gap(stated.low, low), *limited(stated.high, stated.high, high)]
            return limited(stated.low, stated.high, low)
        if self.stated.bound == "at_most":
            if is_range and formula.is_span:
                return [*limited(stated.low, stated.low, low), gap(stated.high, high)]
            return limited(stated.low, stated.high, high)
        if not is_range and low < high:
            return [] if low <= stated.low <= high else [gap(stated.low, low if stated.low < low else high)]
        if is_range and low == high:
            return (
                [] if stated.low <= low <= stated.high else [gap(stated.low if low < stated.low else stated.high, low)]
            )
        is_cut = any(self.claim.stated in figures for figures in self.claim.inputs.values())
        if not (formula.is_sum or formula.is_span or is_cut) and stated.low <= low and high <= stated.high:
            return []
        return [gap(stated.low, low), gap(stated.high, high)]

    def precision(self, stated: _Figure, value: Fraction, formula: Formula) -> Fraction:
        """How far from `value` another figure may be for it to be a rounding of that one, by the digits that are
        written.

        Half a unit of the last digit, but no more than ROUNDING_LIMIT. All of that limit for a figure that is said to
        be about so much and has no more than two digits, unless it is a sum.
        """
        name = stated.unit or ""
        unit = self.vocabulary.units.get(name)
        spelled = factors(name, unit.spellings) if unit else [Fraction(1)]
        limit = ROUNDING_LIMIT * abs(value)
        half = half_digit(self.stated.raw_text, value, spelled, formula.is_sum and self.is_exact())
        is_rough = self.stated.is_approximate and not formula.is_sum and 2 * half >= abs(value) / 100
        return limit if is_rough else min(half, limit)


def _reading_in_words(reading: _Reading) -> str:
    if reading.value_low is None:
        return repr(reading.value_text)
    figure = written(Fraction(repr(reading.value_low)), Fraction(repr(reading.value_high)))
    return f"{figure} {reading.unit or ''}".rstrip()
