"""The contracts of data/raw: who a source is (source.toml) and what each column of each table means (tables.toml).

The format is described in data/raw/README.md. Loading checks a contract against itself and the vocabulary; whether the
CSV agrees with it is checked when its cells are read.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipelines.contracts.facets import IMPLICIT_COLUMNS, Attribute, Locale, Reading, Tax
from pipelines.contracts.toml import Strict, nearest, read_as, read_toml, refuse
from pipelines.contracts.types import (
    EARLIEST,
    LATEST,
    Day,
    Remark,
    Row,
    Several,
    Words,
    as_text,
    first_day,
    partial_day,
)
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import ContractError

TableKind = Literal[
    "spec", "price", "benchmark", "build", "power", "cloud_rate", "model_size", "interconnect", "cost", "api_price",
    "electricity_price", "fx_rate", "other",
]  # fmt: skip


def _facet(name: str) -> str:
    if name not in IMPLICIT_COLUMNS or name == "value":
        raise refuse("there is no such facet", nearest(name, set(IMPLICIT_COLUMNS) - {"value"}))
    return name


class ColumnReading(Reading):
    """A reading of a column; the first one may say that the column is a facet of its row."""

    facet: Annotated[str, AfterValidator(_facet)] | None = None


def _says_one_thing(specs: list[ColumnReading]) -> list[ColumnReading]:
    first = specs[0]
    if any(spec.facet for spec in specs[1:]):
        raise refuse("names a facet in a later reading", "A column is one facet: name it in the first.", whole=True)
    if len(specs) == 1 and first.attribute is None:
        kept = {"split"} if first.facet is not None else {"ignore"}
        lost = sorted(set(first.literals) - kept)
        if lost and (first.facet is not None or first.ignore is not None):
            problem = "is a facet and no reading" if first.facet is not None else "is ignored"
            raise refuse(f"{problem}, so {lost[0]} says nothing", "Take it off, or give the attribute.", whole=True)
    return specs


class OverrideReading(Reading):
    """What rows, or a cell in them, mean instead."""

    row: Row | None = None
    rows: Annotated[list[Row], Field(min_length=1)] | None = None
    column: Words | None = None
    of: Attribute | None = None

    @model_validator(mode="after")
    def _is_of_rows(self) -> Self:
        if (self.row is None) == (self.rows is None):
            raise refuse("needs either row or rows", "Say which rows it is for; the header is row 1.", whole=True)
        if not self.literals:
            raise refuse("says nothing of its rows", "Say what they mean instead, or take it out.", whole=True)
        return self


class Section(Strict):
    """A section of tables.toml: what one CSV means."""

    title: Words
    kind: TableKind
    place: Remark
    defaults: Reading = Reading()
    columns: dict[str, Annotated[Several[ColumnReading], AfterValidator(_says_one_thing)]] = {}
    attribute_column: Words | None = None
    attributes: dict[str, Several[Reading]] = {}
    overrides: list[OverrideReading] = []

    @model_validator(mode="after")
    def _rows_of_attributes(self) -> Self:
        turned = self.attribute_column
        if (turned is None) != (not self.attributes):
            raise refuse(
                "needs attribute_column and attributes, or neither", "Give both where rows are attributes.", whole=True
            )
        if turned in self.columns:
            raise refuse(f"describes {turned!r} as a column too", "attribute_column says what it is.", whole=True)
        if turned is not None and any(len(specs) > 1 for specs in self.columns.values()):
            raise refuse(
                "has a column of several readings, but its rows say what it is",
                "Put the readings under attributes.",
                whole=True,
            )
        return self


class Head(Strict):
    """source.toml: who says it, where and when."""

    title: Words
    publisher: Words
    url: Remark = ""
    licence: Words
    published_on: Annotated[str, BeforeValidator(as_text), AfterValidator(lambda text: text and partial_day(text))]
    retrieved_on: Day
    document: Remark = ""
    notes: Remark = ""
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] | None = None
    locale: Locale | None = None
    tax: Tax | None = None

    @property
    def of_amounts(self) -> dict[str, str]:
        """What holds of every amount of the source, by facet or setting, unless a table says otherwise."""
        said = {"currency": self.currency, "locale": self.locale, "tax": self.tax}
        return {name: value for name, value in said.items() if value is not None}

    @model_validator(mode="after")
    def _was_published_before_it_was_read(self) -> Self:
        day = first_day(self.published_on)
        if day is not None and day > self.retrieved_on:
            problem = f"was published on {self.published_on} and retrieved before, on {self.retrieved_on}"
            raise refuse(problem, "Correct one of the two days.", whole=True)
        return self


# ---- what the rest of the pipeline works with

LARGE_BYTES = 4_000_000
"""A CSV larger than this is read in batches. The largest table that a person has transcribed has 60 KB."""
FORMATS = (".csv", ".jsonl", ".parquet", ".csv.gz", ".csv.zst", ".jsonl.gz", ".jsonl.zst")
"""How the file of a table may end."""

Literals = Mapping[str, str | list[str]]
"""Facets and settings as text; a list has one for each piece of a split cell."""


@dataclass(frozen=True)
class Column:
    """A column of a CSV: a facet of its row, figures, both, or ignored with a reason."""

    facet: str | None
    facet_split: str | None
    readings: tuple[Literals, ...]
    ignore: str | None


@dataclass(frozen=True)
class Override:
    """What one row, or one cell, means instead. `of` narrows it to the reading of that attribute."""

    rows: tuple[int, ...]
    column: str | None
    of: str | None
    literals: Literals


@dataclass(frozen=True)
class Table:
    """One CSV and what it means."""

    source_id: str
    retrieved_on: date
    name: str
    title: str
    kind: str
    place: str
    path: Path
    raw_file: str
    defaults: Literals
    columns: Mapping[str, Column]
    attribute_column: str | None
    attributes: Mapping[str, tuple[Literals, ...]]
    overrides: tuple[Override, ...]

    @property
    def is_large(self) -> bool:
        """Whether it is read in batches and its readings are kept in partitions: a large CSV, and a file of another
        format."""
        try:
            return self.path.suffix != ".csv" or self.path.stat().st_size > LARGE_BYTES
        except OSError:
            return False


@dataclass(frozen=True)
class Source:
    """Who says it, where and when, and the tables that were taken from it.

    left_out: why nothing of it is read: its contract is wrong, or it was asked to be left out. It then has no tables.
    """

    source_id: str
    title: str
    publisher: str
    url: str
    licence: str
    published_on: str
    retrieved_on: date | None
    document: str
    notes: str
    folder: Path
    tables: tuple[Table, ...] = ()
    left_out: ContractError | None = None


def load_sources(raw: Path, root: Path, vocabulary: Vocabulary, without: Collection[str] = ()) -> list[Source]:
    """Every source under `raw` with its tables, ordered by id. Paths in errors are relative to `root`.

    A source in `without` is left out, and so is one whose contract cannot be understood. Raises ContractError if
    `without` names a source that is not there.
    """
    folders = sorted(folder for folder in raw.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    names = [folder.name for folder in folders]
    if unknown := sorted(set(without) - set(names)):
        raise ContractError(f"There is no source {unknown[0]!r} under data/raw.", nearest(unknown[0], names))
    sources = []
    for folder in folders:
        try:
            source = load_source(folder, root, vocabulary)
        except ContractError as error:
            source = left_out(_unknown_source(folder), error)
        sources.append(left_out(source, ASKED_FOR) if folder.name in without else source)
    return sources


ASKED_FOR = ContractError("Left out by --without.")


def left_out(source: Source, reason: ContractError) -> Source:
    """The source without its tables, and why."""
    return replace(source, tables=(), left_out=reason)


def _unknown_source(folder: Path) -> Source:
    """A source of which nothing but its folder is known."""
    unknown = "unknown"
    return Source(folder.name, folder.name, unknown, "", unknown, "", None, "", "", folder)


def load_source(folder: Path, root: Path, vocabulary: Vocabulary) -> Source:
    """One source with the tables of all its snapshots. Raises ContractError."""
    file = f"{folder.relative_to(root).as_posix()}/source.toml"
    head = read_as(Head, read_toml(folder / "source.toml", file), file)
    snapshots = sorted(day for day in folder.iterdir() if day.is_dir() and not day.name.startswith("."))
    tables = [
        replace(table, defaults={**head.of_amounts, **table.defaults})
        for day in snapshots
        for table in load_snapshot(folder.name, day, root, vocabulary)
    ]
    known = head.model_dump(exclude={"currency", "locale", "tax"})
    return Source(source_id=folder.name, folder=folder, tables=tuple(tables), **known)


def load_snapshot(source_id: str, folder: Path, root: Path, vocabulary: Vocabulary) -> list[Table]:
    """The tables of one snapshot. Raises ContractError if a CSV has no section or a section no CSV."""
    relative = folder.relative_to(root).as_posix()
    retrieved_on = first_day(folder.name) if len(folder.name) == len("2026-11-20") else None
    if retrieved_on is None or not EARLIEST <= retrieved_on <= LATEST:
        raise ContractError(f"{relative} is named by no day that can be.", "Name it by its day, as 2026-11-20.")
    file = f"{relative}/tables.toml"
    sections = read_toml(folder / "tables.toml", file)
    files = _files(folder, relative)
    undeclared, absent = sorted(set(files) - set(sections)), sorted(set(sections) - set(files))
    if undeclared:
        raise ContractError(
            f"{relative}/{files[undeclared[0]].name} has no section in tables.toml.",
            f"Declare it: [{undeclared[0]}] with title, kind, place and columns.",
        )
    if absent:
        raise ContractError(
            f"{file} declares [{absent[0]}], but there is no {absent[0]}.csv.", "Take the section out, or add the file."
        )
    context = {"vocabulary": vocabulary}
    return [
        _table(
            source_id, retrieved_on, name, files[name], relative, read_as(Section, spec, file, name, context=context)
        )
        for name, spec in sorted(sections.items())
    ]


def _files(folder: Path, relative: str) -> dict[str, Path]:
    """The files of a snapshot's tables by the name of the table. Raises ContractError if a table has two."""
    found: dict[str, Path] = {}
    for path in sorted(folder.iterdir()):
        ending = next((ending for ending in FORMATS if path.name.endswith(ending)), None)
        if ending is None or path.name.startswith("."):
            continue
        name = path.name.removesuffix(ending)
        if name in found:
            raise ContractError(f"{relative} has {found[name].name} and {path.name}.", "Keep one file of each table.")
        found[name] = path
    return found


def _table(source_id: str, retrieved_on: date, name: str, path: Path, relative: str, section: Section) -> Table:
    return Table(
        source_id=source_id,
        retrieved_on=retrieved_on,
        name=name,
        title=section.title,
        kind=section.kind,
        place=section.place,
        path=path,
        raw_file=f"{relative}/{path.name}",
        defaults=section.defaults.literals,
        columns={column: _column(specs) for column, specs in section.columns.items()},
        attribute_column=section.attribute_column,
        attributes={label: tuple(one.literals for one in specs) for label, specs in section.attributes.items()},
        overrides=tuple(
            Override(tuple(one.rows or [one.row or 0]), one.column, one.of, one.literals) for one in section.overrides
        ),
    )


def _column(specs: list[ColumnReading]) -> Column:
    first = specs[0]
    is_read = len(specs) > 1 or first.attribute is not None or (first.facet is None and first.ignore is None)
    return Column(
        facet=first.facet,
        facet_split=first.split if first.facet is not None else None,
        readings=tuple(spec.literals for spec in specs) if is_read else (),
        ignore=None if is_read else first.ignore,
    )
