"""New entries of data/catalogue.toml, written by a command: appended, checked as a whole, and put in place in one step."""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import tomlkit

from pipelines.contracts.catalogue import Catalogue, load_catalogue, normal_form
from pipelines.errors import RigonomicsError
from pipelines.importing.documents import slug
from pipelines.ingest.snapshots import write_atomically
from pipelines.project import Project


def entry_id(name: str) -> str:
    """The id of a name: `Tesla P40` as tesla-p40."""
    return slug(name, "-", "item")


def add_entry(project: Project, section: str, key: str, fields: Mapping[str, Any]) -> None:
    """Append an entry. Raises RigonomicsError or ContractError, with nothing written, if the catalogue would not load."""
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


def with_build(catalogue: Catalogue, key: str, name: str, source_id: str) -> Catalogue:
    """The catalogue with one more system, as it is once the import is kept."""
    columns = catalogue.builds.columns
    row = {"build_id": key, "name": name, "source_id": source_id}
    added = pl.DataFrame([{column: row.get(column) for column in columns}], schema=catalogue.builds.schema)
    ids = {**catalogue.ids, "build": {**catalogue.ids["build"], normal_form(key): key}}
    return replace(catalogue, builds=pl.concat([catalogue.builds, added]), ids=ids)
