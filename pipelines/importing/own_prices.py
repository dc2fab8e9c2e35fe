"""Prices that the user notes down: one row each in a source of the user's own under data/raw.

A day's notes are one table, written to on that day and never again, so that no later note takes its place. A wrong note
is fixed by a line in corrections.csv, as everywhere.
"""

import csv
import fcntl
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import tomlkit

from pipelines.contracts.assumptions import read_assumptions
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import RigonomicsError
from pipelines.importing.written import as_csv
from pipelines.ingest.corrections import COLUMNS as CORRECTION_COLUMNS
from pipelines.ingest.snapshots import write_atomically
from pipelines.normalise.names import resolve_names
from pipelines.normalise.quantities import read_quantities
from pipelines.normalise.quarantine import no_releases, quarantine
from pipelines.project import Project

OWN_SOURCE = "own-prices"
COLUMNS = ("hardware", "value", "condition", "lot_quantity", "observed_on", "vendor", "url", "note")
IDENTITY = ("hardware", "condition", "lot_quantity", "observed_on", "vendor")
"""Columns by which two notes are about the same thing."""


def _source_toml(day: date) -> str:
    head = {
        "title": "Prices noted by hand",
        "publisher": "the user of this project",
        "url": "",
        "licence": "own notes",
        "published_on": "",
        "retrieved_on": day.isoformat(),
        "document": "",
        "notes": "Written by rigonomics price add, a table for each day.",
    }
    return tomlkit.dumps(head)


def _tables_toml(table: str, day: date) -> str:
    value = tomlkit.inline_table()
    value.update({"attribute": "price", "unit": "USD"})
    section = {
        "title": f"Prices noted on {day}",
        "kind": "price",
        "place": "noted by hand",
        "columns": {"value": value},
    }
    return tomlkit.dumps({table: section})


@dataclass(frozen=True)
class Note:
    """A price as the user gives it: an item by any of its names, a price as shops write it, the kind of price,
    the day."""

    item: str
    price: str
    condition: str
    on: date
    lot_quantity: int = 1
    vendor: str = ""
    url: str = ""
    note: str = ""


@dataclass(frozen=True)
class Noted:
    """Where a note now is, what it was understood as (for the lot, in its currency), and whether it corrected an
    earlier one."""

    raw_file: str
    row: int
    hardware_id: str
    name: str
    low: float
    high: float
    currency: str
    corrected: bool


def add_price(
    project: Project,
    note: Note,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    today: date,
    *,
    source_id: str = OWN_SOURCE,
    replace: bool = False,
) -> Noted:
    """Append one price to the table of `today`; with `replace`, correct the same note if it is there with another
    price.

    Raises RigonomicsError if the item is not in the catalogue (naming the nearest), the price cannot be read, the
    day is to come, or the same note is there already.
    """
    check_note(note, source_id, today)
    hardware_id, name = _item(note.item, catalogue)
    low, high, currency = _figure(note.price, vocabulary)
    source = project.raw / source_id
    with _alone(project.raw):
        row = dict(
            zip(COLUMNS, (name, note.price, note.condition, str(note.lot_quantity), note.on.isoformat(),
                          note.vendor, note.url, note.note), strict=True)
        )  # fmt: skip
        earlier = _same(source, row)
        if earlier is None:
            path, number = _append(source, row, today)
        elif earlier.price == note.price:
            raise RigonomicsError(f"{project.relative(earlier.path)} row {earlier.row} says so already.")
        elif not replace:
            raise RigonomicsError(
                f"{project.relative(earlier.path)} row {earlier.row} says {earlier.price} of the same day.",
                "If that was wrong, correct it: add --replace.",
            )
        else:
            path, number = earlier.path, earlier.row
            _correct(source, earlier, project.relative(path), note.price)
    return Noted(project.relative(path), number, hardware_id, name, low, high, currency, earlier is not None)


def check_note(note: Note, source_id: str, today: date) -> None:
    """Raises RigonomicsError if no such source may be, or the day is still to come."""
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source_id) is None:
        raise RigonomicsError(f"{source_id!r} is no source id.", "Use lower-case letters and digits joined by hyphens.")
    if note.on > today:
        raise RigonomicsError(f"{note.on} is still to come.", "Give the day on which the price was seen, with --on.")


def far_off(project: Project, note: Note, vocabulary: Vocabulary, catalogue: Catalogue) -> str | None:
    """Why a refresh would reject the price or hold it back; None if it would not."""
    from pipelines.importing.snapshots import known_observations
    from pipelines.normalise.observations import Observed
    from pipelines.warehouse.conversion import in_usd

    hardware_id, name = _item(note.item, catalogue)
    low, high, currency = _figure(note.price, vocabulary)
    known = known_observations(project, vocabulary, catalogue)
    if known.is_empty():
        return None
    here = {
        "observation_id": "note", "source_id": OWN_SOURCE, "raw_file": f"data/raw/{OWN_SOURCE}/9999-12-31/note.csv",
        "attribute": "price", "kind": "price", "hardware_id": hardware_id, "value_low": low, "value_high": high,
        "count": 1, "each": False, "lot_quantity": note.lot_quantity, "raw_row": 2, "raw_column": "value",
        "raw_text": note.price, "unit": "USD", "currency": currency, "observed_on": note.on,
    }  # fmt: skip
    row = pl.DataFrame([{column: here.get(column) for column in known.columns}], schema=known.schema)
    counts = pl.DataFrame(
        {"raw_file": [here["raw_file"]], **{key: [1] for key in ("observed", "rejected", "observations")}}
    )
    rejected = pl.DataFrame(
        schema=dict.fromkeys(("source_id", "raw_file", "raw_row", "column_name", "raw_text", "reason"), pl.String)
    ).cast({"raw_row": known.schema["raw_row"]})
    converted = in_usd(Observed(row, rejected, rejected, counts), project, vocabulary, known)
    if converted.observations.is_empty():
        return f"{name}: {converted.rejected['reason'][0]}"
    row = converted.observations.select(known.columns)
    limits = read_assumptions(project.assumptions, project.relative(project.assumptions))["quarantine_limits"]
    _, caught = quarantine(pl.concat([known, row]), catalogue.hardware, limits, no_releases())
    found = caught.filter(pl.col("observation_id") == "note")
    return f"{name}: {found['reason'][0]}" if found.height else None


def _item(item: str, catalogue: Catalogue) -> tuple[str, str]:
    named = pl.DataFrame({"section": ["hardware"], "name": [item]})
    found = resolve_names(named, catalogue).row(0, named=True)
    if found["id"] is None:
        raise RigonomicsError(
            f"{item!r} is no item of data/catalogue.toml. Its {found['candidates']}.",
            "Name one of these, or add the item to the catalogue.",
        )
    if found["count"] is not None and found["count"] > 1:
        raise RigonomicsError(
            f"{item!r} names {found['count']} pieces.", "Name one, and say what the price pays for with --lot."
        )
    names = dict(catalogue.hardware.select("hardware_id", "name").iter_rows())
    return found["id"], names[found["id"]]


def _figure(price: str, vocabulary: Vocabulary) -> tuple[float, float, str]:
    """Low, high and currency of a price as the user writes it. Raises RigonomicsError."""
    attribute = vocabulary.attributes["price"]
    low, high = attribute.range or (None, None)
    cell = pl.DataFrame(
        {
            "text": [price],
            "type": ["quantity"],
            "unit": ["USD"],
            "unit_hint": ["USD"],
            "range_low": [low],
            "range_high": [high],
        }
    )
    read = read_quantities(cell, vocabulary).row(0, named=True)
    if read["reason"] is not None or read["value_low"] is None:
        reason = read["reason"] or "nothing is stated"
        raise RigonomicsError(
            f"The price {price!r} cannot be read: {reason}.", "Write it as 2899, $2,800-2,950 or 2.499,00 €."
        )
    return read["value_low"], read["value_high"], read["currency"]


@dataclass(frozen=True)
class _Earlier:
    path: Path
    row: int
    price: str
    written: str


def _same(source: Path, row: dict[str, str]) -> _Earlier | None:
    """The note of the same item, kind, lot, day and vendor, with the price that counts after corrections."""
    corrected = _corrected(source)
    for path in sorted(source.glob("*/prices_*.csv")):
        for number, record in enumerate(_records(path), start=2):
            if all(record.get(key, "") == row[key] for key in IDENTITY):
                written = record["value"]
                return _Earlier(path, number, corrected.get((path.parent.name, path.name, number), written), written)
    return None


def _records(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _corrected(source: Path) -> dict[tuple[str, str, int], str]:
    """New texts of the source's corrections, by day folder, file name and row."""
    path = source / "corrections.csv"
    lines = _records(path) if path.is_file() else []
    return {(*line["raw_file"].split("/")[-2:], int(line["row"])): line["new"] for line in lines}  # type: ignore[misc]


def _append(source: Path, row: dict[str, str], today: date) -> tuple[Path, int]:
    """Write the row at the end of today's table, which is made if it is not there yet; returns its place."""
    table = f"prices_{today:%Y_%m_%d}"
    folder = source / today.isoformat()
    path = folder / f"{table}.csv"
    if not (source / "source.toml").is_file():
        _new_source(source, today)
    records = [list(record.values()) for record in _records(path)] if path.is_file() else []
    text = as_csv([COLUMNS, *records, list(row.values())])
    if folder.is_dir():
        write_atomically(path, text)
        return path, len(records) + 2
    fresh = source / f".{today.isoformat()}-new"
    fresh.mkdir(exist_ok=True)
    write_atomically(fresh / f"{table}.csv", text)
    write_atomically(fresh / "tables.toml", _tables_toml(table, today))
    fresh.rename(folder)
    return path, len(records) + 2


def _correct(source: Path, earlier: _Earlier, raw_file: str, price: str) -> None:
    """Add a line to corrections.csv, or renew the one that is there for the same cell."""
    path = source / "corrections.csv"
    lines = [list(line.values()) for line in _records(path)] if path.is_file() else []
    kept = [line for line in lines if line[:3] != [raw_file, str(earlier.row), "value"]]
    line = [raw_file, str(earlier.row), "value", earlier.written, price, "noted again"]
    write_atomically(path, as_csv([CORRECTION_COLUMNS, *kept, line]))


def _new_source(source: Path, today: date) -> None:
    """The folder of a source with its source.toml, in one step: without it no refresh could read it."""
    fresh = source.with_name(f".{source.name}-new")
    fresh.mkdir(exist_ok=True)
    write_atomically(fresh / "source.toml", _source_toml(today))
    if source.is_dir():
        (fresh / "source.toml").replace(source / "source.toml")
        fresh.rmdir()
    else:
        fresh.rename(source)


@contextmanager
def _alone(raw: Path) -> Iterator[None]:
    """One writer at a time."""
    try:
        handle = os.open(raw, os.O_RDONLY)
    except OSError as error:
        raise RigonomicsError(f"{raw} cannot be read: {error.strerror}.", "Restore the folder.") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    except OSError as error:
        raise RigonomicsError(
            f"{raw} cannot be written: {error.strerror}.", "Free space or make it writable."
        ) from error
    finally:
        os.close(handle)
