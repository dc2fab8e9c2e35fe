"""The contracts of data/raw: who a source is (source.toml) and what each column of each table means (tables.toml).

The format is described in data/raw/README.md. Loading checks a contract against itself and the vocabulary; whether the
CSV agrees with it is checked when its cells are read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.contracts.facets import FACET_VALUES, FACETS, LITERALS, as_text
from pipelines.contracts.toml import read_toml
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import ContractError

TABLE_KINDS = (
    "spec", "price", "benchmark", "build", "power", "cloud_rate", "model_size", "interconnect", "cost", "api_price",
    "electricity_price", "fx_rate", "other",
)  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column of a CSV: a facet of its row, figures, both, or ignored with a reason."""

    name: str
    facet: str | None
    facet_split: str | None
    readings: tuple[Mapping[str, Any], ...]
    ignore: str | None


@dataclass(frozen=True)
class Override:
    """What one row, or one cell, means instead. `of` narrows it to the reading of that attribute."""

    rows: tuple[int, ...]
    column: str | None
    of: str | None
    literals: Mapping[str, Any]


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
    defaults: Mapping[str, Any]
    columns: Mapping[str, Column]
    attribute_column: str | None
    attributes: Mapping[str, tuple[Mapping[str, Any], ...]]
    overrides: tuple[Override, ...]


@dataclass(frozen=True)
class Source:
    """Who says it, where and when, and the tables that were taken from it."""

    source_id: str
    title: str
    publisher: str
    url: str
    licence: str
    published_on: str
    retrieved_on: date
    document: str
    notes: str
    folder: Path
    tables: tuple[Table, ...] = field(default=())


def load_sources(raw: Path, root: Path, vocabulary: Vocabulary) -> list[Source]:
    """Every source under `raw` with its tables, ordered by id. Paths in errors are relative to `root`.

    Raises ContractError for the first contract that cannot be understood.
    """
    folders = sorted(folder for folder in raw.iterdir() if folder.is_dir() and not folder.name.startswith("."))
    return [load_source(folder, root, vocabulary) for folder in folders]


def load_source(folder: Path, root: Path, vocabulary: Vocabulary) -> Source:
    """One source with the tables of all its snapshots. Raises ContractError."""
    relative = folder.relative_to(root).as_posix()
    head = read_toml(folder / "source.toml", f"{relative}/source.toml")
    missing = [key for key in ("title", "publisher", "licence", "published_on", "retrieved_on") if key not in head]
    if missing:
        raise ContractError(
            f"{relative}/source.toml lacks {', '.join(missing)}.", "data/raw/README.md shows a whole one."
        )
    snapshots = sorted(day for day in folder.iterdir() if day.is_dir() and not day.name.startswith("."))
    tables = [table for day in snapshots for table in load_snapshot(folder.name, day, root, vocabulary)]
    return Source(
        source_id=folder.name,
        title=str(head["title"]),
        publisher=str(head["publisher"]),
        url=str(head.get("url", "")),
        licence=str(head["licence"]),
        published_on=str(head["published_on"]),
        retrieved_on=_day(str(head["retrieved_on"]), f"{relative}/source.toml"),
        document=str(head.get("document", "")),
        notes=str(head.get("notes", "")),
        folder=folder,
        tables=tuple(tables),
    )


def load_snapshot(source_id: str, folder: Path, root: Path, vocabulary: Vocabulary) -> list[Table]:
    """The tables of one snapshot. Raises ContractError if a CSV has no section or a section no CSV."""
    relative = folder.relative_to(root).as_posix()
    retrieved_on = _day(folder.name, relative)
    sections = read_toml(folder / "tables.toml", f"{relative}/tables.toml")
    files = {path.stem for path in folder.glob("*.csv")}
    undeclared, absent = sorted(files - set(sections)), sorted(set(sections) - files)
    if undeclared:
        raise ContractError(
            f"{relative}/{undeclared[0]}.csv has no section in tables.toml.",
            f"Declare it: [{undeclared[0]}] with title, kind, place and columns.",
        )
    if absent:
        raise ContractError(f"{relative}/tables.toml declares [{absent[0]}], but there is no {absent[0]}.csv.")
    return [
        _Loader(f"{relative}/tables.toml [{name}]", vocabulary).table(
            source_id, retrieved_on, name, section, folder / f"{name}.csv", f"{relative}/{name}.csv"
        )
        for name, section in sorted(sections.items())
    ]


@dataclass(frozen=True)
class _Loader:
    """Reads one section; `place` is where errors point."""

    place: str
    vocabulary: Vocabulary

    def table(self, source_id: str, retrieved_on: date, name: str, section: Any, path: Path, raw_file: str) -> Table:
        if not isinstance(section, dict):
            raise ContractError(f"{self.place} is not a section.", "Every CSV has a section of its own.")
        known = {
            "title",
            "kind",
            "place",
            "defaults",
            "columns",
            "overrides",
            "attribute_column",
            "attributes",
            "ignore",
        }
        self._known(section, known, "section")
        for key in ("title", "kind", "place"):
            if key not in section:
                raise ContractError(f"{self.place} lacks {key}.", "data/raw/README.md shows what a section needs.")
        if section["kind"] not in TABLE_KINDS:
            raise ContractError(f"{self.place} has kind {section['kind']!r}.", f"Kinds are {', '.join(TABLE_KINDS)}.")
        return Table(
            source_id=source_id,
            retrieved_on=retrieved_on,
            name=name,
            title=str(section["title"]),
            kind=str(section["kind"]),
            place=str(section["place"]),
            path=path,
            raw_file=raw_file,
            defaults=self._literals(section.get("defaults", {}), "defaults"),
            columns={column: self._column(column, spec) for column, spec in self._mapping(section, "columns").items()},
            attribute_column=section.get("attribute_column"),
            attributes={
                label: self._readings(spec, f"row {label!r}")
                for label, spec in self._mapping(section, "attributes").items()
            },
            overrides=tuple(self._override(spec) for spec in section.get("overrides", [])),
        )

    def _column(self, name: str, spec: Any) -> Column:
        where = f"column {name!r}"
        specs = spec if isinstance(spec, list) else [spec]
        facet = specs[0].get("facet") if isinstance(specs[0], dict) else None
        if facet is not None and facet not in (*FACETS, "attribute", "derived"):
            raise ContractError(f"{self.place} {where} has facet {facet!r}.", f"Facets are {', '.join(FACETS)}.")
        stripped = [{k: v for k, v in s.items() if k != "facet"} if isinstance(s, dict) else s for s in specs]
        only_facet = facet is not None and not any("attribute" in s for s in stripped)
        facet_split = stripped[0].get("split") if facet is not None else None
        ignore = stripped[0].get("ignore") if len(stripped) == 1 and "attribute" not in stripped[0] else None
        readings = () if only_facet or ignore is not None else self._readings(stripped, where)
        return Column(name, facet, facet_split, readings, ignore)

    def _override(self, spec: Any) -> Override:
        if not isinstance(spec, dict) or not ("row" in spec or "rows" in spec):
            raise ContractError(f"{self.place} has an override without `row` or `rows`.", "Say which rows it is for.")
        rows = spec.get("rows", [spec["row"]] if "row" in spec else [])
        literals = {key: value for key, value in spec.items() if key not in ("row", "rows", "column", "of")}
        return Override(tuple(rows), spec.get("column"), spec.get("of"), self._literals(literals, f"override {rows}"))

    def _readings(self, spec: Any, where: str) -> tuple[Mapping[str, Any], ...]:
        return tuple(self._literals(one, where) for one in (spec if isinstance(spec, list) else [spec]))

    def _literals(self, spec: Any, where: str) -> Mapping[str, Any]:
        if not isinstance(spec, dict):
            raise ContractError(f"{self.place} {where} is not a table of keys.", 'Write { attribute = "…" }.')
        self._known(spec, set(LITERALS), where)
        for attribute in _as_list(spec.get("attribute", [])):
            if attribute not in self.vocabulary.attributes:
                raise ContractError(
                    f"{self.place} {where} names attribute {attribute!r}, which data/vocabulary.toml does not have.",
                    "Use one of its attributes, or add a section for the new one.",
                )
        for facet, allowed in FACET_VALUES.items():
            for value in _as_list(spec.get(facet, [])):
                if allowed is not None and as_text(value) not in allowed:
                    raise ContractError(
                        f"{self.place} {where} sets {facet} = {value!r}.", f"Allowed are {', '.join(allowed)}."
                    )
        return spec

    def _mapping(self, section: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = section.get(key, {})
        if not isinstance(value, dict):
            raise ContractError(f"{self.place} {key} is not a table of keys.")
        return value

    def _known(self, spec: Mapping[str, Any], known: Iterable[str], where: str) -> None:
        unknown = sorted(set(spec) - set(known))
        if unknown:
            raise ContractError(f"{self.place} {where} has unknown keys: {', '.join(unknown)}.", "Check the spelling.")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ContractError(f"{where}: {text!r} is not a day.", "Write it as 2026-11-20.") from error
