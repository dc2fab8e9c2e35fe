"""Many records by few texts: each distinct text of a large table is read once, by `observe`, and met again by joins.

What a record says follows from three things that do not touch each other: its figure, its facets (item, condition,
provider …), and its day. Each distinct one of them is observed beside known ones of the other two. Where they do touch,
because a remark is beside the figure or because two of them are wrong, the record is observed as it is. The readings
are those of `observe` on every record, which a test compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.facets import IMPLICIT_COLUMNS
from pipelines.contracts.sources import Source, Table
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.observations import Observed, observe

DAY = "observed_on"
TOUCHING = ("currency", "locale", "tax")
"""Facets that decide how a figure is read."""
FROM_TEXT = ("value_low", "value_high", "value_text", "unit", "is_approximate", "bound", "currency", "tax")
FROM_DAY = ("observed_on", "date_basis")
FROM_PLACE = ("observation_id", "raw_row", "raw_column", "raw_text")
TRIED_RECORDS = 500
"""Records of a batch among which known ones are looked for."""
MOST_TEXTS = 400_000
"""Distinct texts of a column that are remembered; then remembering begins again."""
OWN = "\x1f"
"""Begins the names of columns that are put beside those of a file, whose names may be any."""
ROW = OWN + "row"
"""Name of the column with the number of a record."""
_OUTCOME, _FIGURE, _REASON, _IS_READ, _WRONG_FACTS, _WRONG_DAY = (
    f"{OWN}{OWN}{name}" for name in ("outcome", "figure", "reason", "is read", "wrong facts", "wrong day")
)
CLASSES = ("cells", "empty", "label", "observed", "rejected", "ignored")


@dataclass(frozen=True)
class Outcome:
    """What came of records: observations (columns of that table), rejected (row, column, text, reason), and how many
    cells ended in each of CLASSES.
    """

    observations: pl.DataFrame
    rejected: pl.DataFrame
    counts: Mapping[str, int]


@dataclass
class Reader:
    """Reads the records of one table; what it has learned of texts serves for the next batch."""

    source: Source
    table: Table
    vocabulary: Vocabulary
    catalogue: Catalogue
    _known: "_Known | None" = field(default=None, repr=False)

    def read(self, rows: pl.DataFrame) -> Outcome:
        """Read records: ROW and each column as text."""
        header = [name for name in rows.columns if name != ROW]
        if self._known is None and is_columnar(self.table, header):
            self._known = self._first_known(rows, header)
        return self._as_they_are(rows) if self._known is None else self._by_texts(rows, self._known)

    def observed(self, rows: pl.DataFrame) -> Observed:
        """Every record by `observe`, whatever it costs."""
        header = [name for name in rows.columns if name != ROW]
        cells = rows.unpivot(header, index=ROW, variable_name="column", value_name="text").select(
            pl.lit(self.table.raw_file).alias("raw_file"),
            pl.col(ROW).alias("row"),
            "column",
            "text",
            pl.lit(None, pl.String).alias("fault"),
            pl.lit(None, pl.String).alias("corrected"),
        )
        return observe([self.source], cells.sort("row", maintain_order=True), self.vocabulary, self.catalogue)

    def _as_they_are(self, rows: pl.DataFrame) -> Outcome:
        found = self.observed(rows)
        rejected = found.rejected.select(
            pl.col("raw_row").alias("row"),
            pl.col("column_name").alias("column"),
            pl.col("raw_text").alias("text"),
            "reason",
        )
        return Outcome(found.observations, rejected, {name: int(found.counts[name].sum()) for name in CLASSES})

    def _first_known(self, rows: pl.DataFrame, header: list[str]) -> "_Known | None":
        """A record of which every figure is read without a remark, if there is one."""
        readings, facets, _ = _parts(self.table, header)
        sample = rows.head(TRIED_RECORDS).filter(pl.all_horizontal(pl.col(readings) != ""))
        if sample.is_empty():
            return None
        observations = self.observed(sample).observations
        plain = observations.filter(pl.col("note").is_null())
        good = plain.group_by("raw_row").len().filter(pl.col("len") == len(readings))["raw_row"]
        if good.is_empty():
            return None
        record = sample.filter(pl.col(ROW) == good.min())
        return _Known(self, record, readings, facets, observations.columns)

    def _by_texts(self, rows: pl.DataFrame, known: "_Known") -> Outcome:
        """Records whose texts are looked up; those of which that does not say all are observed as they are."""
        known.learn(rows)
        good, rejected = [], []
        for column in known.readings:
            met = known.meet(rows, column)
            good.append(self._placed(met.filter(pl.col(_OUTCOME) == "observed"), column, known))
            rejected.append(_unread(met.filter(pl.col(_OUTCOME) == "rejected"), column))
            left = met.filter(pl.col(_OUTCOME) == "left").select(rows.columns)
            if left.height:
                by_record = known.meet_records(left, column)
                good.append(self._placed(by_record.filter(pl.col(_OUTCOME) == "observed"), column, known))
                rejected.append(_unread(by_record.filter(pl.col(_OUTCOME) == "rejected"), column))
        observations, unread = pl.concat(good), pl.concat(rejected)
        return Outcome(observations, unread, _counted(self.table, rows, observations.height, unread.height))

    def _placed(self, met: pl.DataFrame, column: str, known: "_Known") -> pl.DataFrame:
        """Observations with the place of their own cell."""
        path = f"{self.table.source_id}/{self.table.retrieved_on}/{self.table.name}"
        own = {
            "observation_id": pl.concat_str(pl.lit(f"{path}:"), pl.col(ROW).cast(pl.String), pl.lit(f":{column}#1")),
            "raw_row": pl.col(ROW),
            "raw_column": pl.lit(column),
            "raw_text": pl.col(column),
        }
        return met.select(own.get(name, pl.col(OWN + name)).alias(name) for name in known.columns)


class _Known:
    """The texts of a table that have been read: figures of each column, facets together, days."""

    def __init__(
        self,
        reader: Reader,
        record: pl.DataFrame,
        readings: list[str],
        facets: list[str],
        columns: list[str],
    ) -> None:
        self.readings = readings
        self.columns = columns
        self._reader = reader
        self._record = record
        days = [name for name in facets if _facet(reader.table, name) == DAY]
        self._days = days
        self._touching = [name for name in facets if _facet(reader.table, name) in TOUCHING]
        self._facets = [name for name in facets if name not in (*days, *self._touching)]
        self._figures: dict[str, pl.DataFrame] = {}
        self._facts: dict[str, pl.DataFrame] = {}
        self._dates: pl.DataFrame | None = None
        self._about = [
            name for name in columns if name not in (*FROM_TEXT, *FROM_PLACE) and not (days and name in FROM_DAY)
        ]

    def learn(self, rows: pl.DataFrame) -> None:
        """Read the texts of records that are not known yet."""
        for column in self.readings:
            before = _bounded(self._figures.get(column))
            texts = _unknown(rows, [column, *self._touching], before)
            if before is None or texts.height:
                fresh = self._read(texts, column, ["note", *FROM_TEXT])
                self._figures[column] = _joined(before, _as_figures(fresh, column))
        facts = _bounded(self._facts.get(self.readings[0]))
        given = _unknown(rows, self._facets, facts)
        for column in self.readings if facts is None or given.height else ():
            before = None if facts is None else self._facts[column]
            fresh = self._read(given, column, self._about).rename({_REASON: _WRONG_FACTS}).drop(_IS_READ)
            self._facts[column] = _joined(before, fresh)
        if self._days:
            before = _bounded(self._dates)
            days = _unknown(rows, self._days, before)
            if before is None or days.height:
                fresh = self._read(days, self.readings[0], list(FROM_DAY))
                self._dates = _joined(before, fresh.rename({_REASON: _WRONG_DAY}).drop(_IS_READ))

    def meet(self, rows: pl.DataFrame, column: str) -> pl.DataFrame:
        """The records with what is known of them and their outcome: observed, rejected (with its reason), empty or
        left."""
        met = rows.join(self._figures[column], on=[column, *self._touching], how="left", maintain_order="left")
        met = met.join(self._facts[column], on=self._facets, how="left", maintain_order="left")
        if self._dates is None:
            met = met.with_columns(pl.lit(None, pl.String).alias(_WRONG_DAY))
        else:
            met = met.join(self._dates, on=self._days, how="left", maintain_order="left")
        facts_are_wrong, day_is_wrong = pl.col(_WRONG_FACTS).is_not_null(), pl.col(_WRONG_DAY).is_not_null()
        figure = pl.col(_FIGURE)
        return met.with_columns(
            pl.when(figure == "blank").then(pl.lit("empty"))
            .when(figure == "rejected").then(pl.lit("rejected"))
            .when((figure == "remark") | (facts_are_wrong & day_is_wrong)).then(pl.lit("left"))
            .when((figure == "empty") & (facts_are_wrong | day_is_wrong)).then(pl.lit("left"))
            .when(figure == "empty").then(pl.lit("empty"))
            .when(facts_are_wrong | day_is_wrong).then(pl.lit("rejected"))
            .otherwise(pl.lit("observed")).alias(_OUTCOME),
            pl.coalesce(_REASON, _WRONG_FACTS, _WRONG_DAY).alias(_REASON),
        )  # fmt: skip

    def meet_records(self, rows: pl.DataFrame, column: str) -> pl.DataFrame:
        """The records with their outcome, each distinct one observed as it is for its figure in a column."""
        meaning = [column, *self._touching, *self._facets, *self._days]
        found = self._read(rows.select(meaning).unique(maintain_order=True), column, self.columns)
        outcome = (
            pl.when(pl.col(_IS_READ)).then(pl.lit("observed"))
            .when(pl.col(_REASON).is_not_null()).then(pl.lit("rejected"))
            .otherwise(pl.lit("empty"))
        )  # fmt: skip
        return rows.join(found, on=meaning, how="left", maintain_order="left").with_columns(outcome.alias(_OUTCOME))

    def _read(self, given: pl.DataFrame, column: str, wanted: list[str]) -> pl.DataFrame:
        """Texts beside the known ones of the rest of the record, of its figures that of `column` alone: what is
        `wanted` of the observation, whether there is one, and the reason if it is rejected.
        """
        rest = self._record.select(
            pl.lit("").alias(name) if name in self.readings and name != column else pl.col(name)
            for name in self._record.columns
            if name not in given.columns and name != ROW
        )
        numbered = given.join(rest, how="cross").with_row_index(ROW, 2).with_columns(pl.col(ROW).cast(pl.Int32))
        found = self._reader.observed(numbered)
        observations = found.observations.select(
            pl.col("raw_row").alias(ROW),
            *(pl.col(name).alias(OWN + name) for name in wanted),
            pl.lit(True).alias(_IS_READ),
        )
        reasons = found.rejected.group_by(pl.col("raw_row").alias(ROW)).agg(pl.col("reason").first().alias(_REASON))
        return (
            numbered.select(ROW, *given.columns)
            .join(observations, on=ROW, how="left", maintain_order="left")
            .join(reasons, on=ROW, how="left", maintain_order="left")
            .drop(ROW)
        )


def _as_figures(read: pl.DataFrame, column: str) -> pl.DataFrame:
    return read.with_columns(
        pl.when(pl.col(column).str.strip_chars() == "").then(pl.lit("blank"))
        .when(pl.col(_REASON).is_not_null()).then(pl.lit("rejected"))
        .when(pl.col(OWN + "note").is_not_null()).then(pl.lit("remark"))
        .when(pl.col(_IS_READ).is_null()).then(pl.lit("empty"))
        .otherwise(pl.lit("plain")).alias(_FIGURE)
    ).drop(OWN + "note", _IS_READ)  # fmt: skip


def _unread(met: pl.DataFrame, column: str) -> pl.DataFrame:
    return met.select(
        pl.col(ROW).alias("row"),
        pl.lit(column).alias("column"),
        pl.col(column).alias("text"),
        pl.col(_REASON).alias("reason"),
    )


def _bounded(known: pl.DataFrame | None) -> pl.DataFrame | None:
    return None if known is None or known.height > MOST_TEXTS else known


def is_columnar(table: Table, header: list[str]) -> bool:
    """Whether each column of a table is one thing: a facet, one figure, or ignored; and no row is an exception."""
    if table.attribute_column is not None or table.overrides or "attribute" in header:
        return False
    columns = [table.columns[name] for name in header if name in table.columns]
    readings, facets, _ = _parts(table, header)
    if not readings or not any(_facet(table, name) not in (DAY, *TOUCHING) for name in facets):
        return False
    literals = [table.defaults, *(reading for column in columns for reading in column.readings)]
    return all(
        not (column.facet is not None and column.readings)
        and column.facet_split is None
        and column.facet != "attribute"
        and len(column.readings) <= 1
        for column in columns
    ) and not any(
        key in ("split", "ignore", "optional") or isinstance(value, list)
        for literal in literals
        for key, value in literal.items()
    )


def _parts(table: Table, header: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Columns with figures, with facets, and ignored ones."""
    readings: list[str] = []
    facets: list[str] = []
    ignored: list[str] = []
    for name in header:
        column = table.columns.get(name)
        if column is None:
            (readings if name == "value" or name not in IMPLICIT_COLUMNS else facets).append(name)
        else:
            (ignored if column.ignore is not None else readings if column.readings else facets).append(name)
    return readings, facets, ignored


def _facet(table: Table, name: str) -> str | None:
    column = table.columns.get(name)
    return column.facet if column is not None else name


def _unknown(rows: pl.DataFrame, keys: list[str], known: pl.DataFrame | None) -> pl.DataFrame:
    distinct = rows.select(keys).unique(maintain_order=True)
    return distinct if known is None else distinct.join(known.select(keys), on=keys, how="anti", maintain_order="left")


def _joined(before: pl.DataFrame | None, fresh: pl.DataFrame) -> pl.DataFrame:
    return fresh if before is None else pl.concat([before, fresh]) if fresh.height else before


def _counted(table: Table, rows: pl.DataFrame, observed: int, rejected: int) -> dict[str, int]:
    """How many cells ended in each class."""
    header = [name for name in rows.columns if name != ROW]
    _, facets, ignored = _parts(table, header)
    blank = rows.select((pl.col(header).str.strip_chars() == "").sum()).row(0, named=True)
    cells = rows.height * len(blank)
    label = sum(rows.height - blank[name] for name in facets)
    left_out = sum(rows.height - blank[name] for name in ignored)
    return {
        "cells": cells,
        "empty": cells - label - left_out - observed - rejected,
        "label": label,
        "observed": observed,
        "rejected": rejected,
        "ignored": left_out,
    }
