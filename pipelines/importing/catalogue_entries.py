"""New entries of data/catalogue.toml, written by a command: appended, checked as a whole, and put in place in one
step."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import tomlkit

from pipelines.contracts.catalogue import Catalogue, load_catalogue, normal_form
from pipelines.errors import RigonomicsError
from pipelines.importing.documents import slug
from pipelines.ingest.snapshots import write_atomically
from pipelines.normalise.names import resolve_names
from pipelines.project import Project

PART_KINDS = {
    "cpu": "cpu", "board": "board", "memory": "memory", "storage": "storage", "psu": "psu", "case": "case",
    "cooler": "cooler", "network": "network", "link": "other", "os": "other", "other": "other",
}  # fmt: skip
"""Kind of the item that a slot of a list of parts holds."""


def entry_id(name: str) -> str:
    """The id of a name: `Tesla P40` as tesla-p40."""
    return slug(name, "-", "item")


def add_entry(project: Project, section: str, key: str, fields: Mapping[str, Any]) -> None:
    """Append an entry. Raises RigonomicsError or ContractError, with nothing written, if the catalogue would not
    load."""
    before = project.catalogue.read_text(encoding="utf-8")
    if f"[{section}.{key}]" in before:
        raise RigonomicsError(
            f"data/catalogue.toml has [{section}.{key}] already.", "Add a name to its aliases instead."
        )
    entry = tomlkit.table()
    for field, value in fields.items():
        entry.add(field, value)
    written = tomlkit.dumps({section: {key: entry}}).replace(f"[{section}]\n", "", 1).strip()
    text = f"{before.rstrip()}\n{written}\n"
    with tempfile.TemporaryDirectory() as folder:
        trial = Path(folder) / "data" / project.catalogue.name
        trial.parent.mkdir()
        trial.write_text(text, encoding="utf-8")
        load_catalogue(trial)
    write_atomically(project.catalogue, text)


def new_parts(parts: Iterable[tuple[str, str]], catalogue: Catalogue) -> dict[str, dict[str, Any]]:
    """Entries for the parts of a list that the catalogue does not have, by their ids; slot: what the list says they
    are.

    Cards are not among them: what a card is decides what a system can do, so it has to be entered by somebody who
    knows.
    """
    named = [(name, slot) for name, slot in dict(parts).items() if slot in PART_KINDS and len(normal_form(name)) > 2]
    frame = pl.DataFrame([("hardware", name) for name, _ in named], schema=["section", "name"], orient="row")
    known = dict(resolve_names(frame, catalogue, suggest=False).select("name", "id").iter_rows()) if named else {}
    entries: dict[str, dict[str, Any]] = {}
    forms = {normal_form(name) for name in catalogue.ids["hardware"]}
    for name, slot in named:
        key = entry_id(name)
        if known[name] is None and key not in entries and normal_form(key) not in forms:
            entries[key] = {"name": name, "kind": PART_KINDS[slot]}
    return entries


def with_parts(catalogue: Catalogue, entries: Mapping[str, Mapping[str, Any]]) -> Catalogue:
    """The catalogue with these entries, as it is once the import is kept."""
    rows = [{column: {"hardware_id": key, **entry}.get(column) for column in catalogue.hardware.columns}
            for key, entry in entries.items()]  # fmt: skip
    added = pl.DataFrame(rows, schema=catalogue.hardware.schema)
    forms = {normal_form(form): key for key, entry in entries.items() for form in (key, entry["name"])}
    ids = {**catalogue.ids, "hardware": {**forms, **catalogue.ids["hardware"]}}
    return replace(catalogue, hardware=pl.concat([catalogue.hardware, added]), ids=ids)


def with_build(catalogue: Catalogue, key: str, name: str, source_id: str) -> Catalogue:
    """The catalogue with one more system, as it is once the import is kept."""
    columns = catalogue.builds.columns
    row = {"build_id": key, "name": name, "source_id": source_id}
    added = pl.DataFrame([{column: row.get(column) for column in columns}], schema=catalogue.builds.schema)
    ids = {**catalogue.ids, "build": {**catalogue.ids["build"], normal_form(key): key}}
    return replace(catalogue, builds=pl.concat([catalogue.builds, added]), ids=ids)
