"""data/catalogue.toml: what hardware, models and systems are called, and when two names are the same.

Resolving a name as a source writes it lives in `pipelines.normalise.names`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import polars as pl
from pydantic import AfterValidator

from pipelines.contracts.toml import Strict, read_as, read_toml, refuse
from pipelines.contracts.types import Id, Positive, Remark, Words
from pipelines.errors import ContractError

SECTIONS = {"hardware": "hardware", "model": "models", "build": "builds"}
"""What a name may be one of, and the section of the file that has its entries."""


def _print_name(name: str) -> str:
    if not normal_form(name):
        raise refuse("nothing is left of it without its punctuation", "Name it in words.")
    return name


class Entry(Strict):
    """What every entry has: the name that the report prints, and the other names that sources give it."""

    name: Annotated[Words, AfterValidator(_print_name)]
    aliases: list[Words] = []


class Hardware(Entry):
    """An item of hardware; of no brand if vendor is empty. `doubt` says why it may not exist as described."""

    kind: Literal[
        "gpu", "cpu", "system", "board", "memory", "storage", "psu", "case", "cooler", "network", "other"
    ]  # fmt: skip
    vendor: Remark = ""
    doubt: Words | None = None


class Model(Entry):
    """A language model; parameters in billions."""

    params_b: Positive | None = None
    active_params_b: Positive | None = None
    architecture: Literal["dense", "moe"] | None = None


class Build(Entry):
    """A system that a source describes; `unstated` are slots of which the source says nothing."""

    source_id: Words
    description: Words | None = None
    unstated: list[Words] = []


class Entries(Strict):
    """The whole file."""

    hardware: dict[Id, Hardware] = {}
    models: dict[Id, Model] = {}
    builds: dict[Id, Build] = {}


@dataclass(frozen=True)
class Catalogue:
    """What things are called.

    hardware: hardware_id, name, kind, vendor, doubt. models: model_id, name, params_b, active_params_b, architecture.
    builds: build_id, name, source_id, description. unstated: build_id, slot. ids: for each section (hardware, model,
    build) the id of every name, alias and id in normal form.
    """

    hardware: pl.DataFrame
    models: pl.DataFrame
    builds: pl.DataFrame
    unstated: pl.DataFrame
    ids: Mapping[str, Mapping[str, str]]

    @cached_property
    def words(self) -> dict[str, list[tuple[frozenset[str], str]]]:
        """For each section the words of every name in normal form, with the id that it leads to."""
        return {
            section: [(frozenset(form.split()), id_) for form, id_ in ids.items()] for section, ids in self.ids.items()
        }

    @cached_property
    def kinds(self) -> dict[str, str]:
        """Kind of each item of hardware."""
        return dict(self.hardware.select("hardware_id", "kind").iter_rows())

    @cached_property
    def quadros(self) -> frozenset[str]:
        """Items of hardware of the Quadro line."""
        named = self.hardware.filter(pl.col("name").str.to_lowercase().str.contains("quadro", literal=True))
        return frozenset(named["hardware_id"])

    @property
    def names(self) -> pl.DataFrame:
        """Every name in normal form with the id that it leads to: section, form, id."""
        rows = [(section, form, id_) for section, forms in self.ids.items() for form, id_ in forms.items()]
        return pl.DataFrame(rows, schema=dict.fromkeys(("section", "form", "id"), pl.String), orient="row")


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue in `path`.

    Raises ContractError naming file, section and remedy, also if one name would lead to two ids.
    """
    file = f"{path.parent.name}/{path.name}"
    entries = read_as(Entries, read_toml(path, file), file)
    text, number = pl.String, pl.Float64
    return Catalogue(
        hardware=_frame("hardware_id", entries.hardware, name=text, kind=text, vendor=text, doubt=text),
        models=_frame(
            "model_id", entries.models, name=text, params_b=number, active_params_b=number, architecture=text
        ),
        builds=_frame("build_id", entries.builds, name=text, source_id=text, description=text),
        unstated=pl.DataFrame(
            [(build_id, slot) for build_id, build in entries.builds.items() for slot in build.unstated],
            schema={"build_id": pl.String, "slot": pl.String},
            orient="row",
        ),
        ids={section: _ids(f"{file} [{key}]", section, getattr(entries, key)) for section, key in SECTIONS.items()},
    )


def _frame(id_column: str, entries: Mapping[str, Entry], **columns: type[pl.DataType]) -> pl.DataFrame:
    rows = [(entry_id, *(getattr(entry, column) or None for column in columns)) for entry_id, entry in entries.items()]
    return pl.DataFrame(rows, schema={id_column: pl.String, **columns}, orient="row")


def _ids(place: str, section: str, entries: Mapping[str, Entry]) -> dict[str, str]:
    """Normal form to id. An entry's own id counts as a name of it.

    Two sources may describe a system of the same name: such a name then leads to neither of them.
    """
    ids: dict[str, str] = {}
    forms = [normal_form(entry.name) for entry in entries.values()]
    for entry_id, entry in entries.items():
        is_shared = section == "build" and forms.count(normal_form(entry.name)) > 1
        for name in (entry_id, *([] if is_shared else [entry.name]), *entry.aliases):
            form = normal_form(name)
            if ids.setdefault(form, entry_id) != entry_id:
                raise ContractError(
                    f"{place}: {name!r} is a name of both {ids[form]} and {entry_id}.", "Take it from one of them."
                )
    return ids


# ---- names in normal form

VENDOR_WORDS = {"nvidia", "amd", "intel", "geforce", "radeon", "quadro"}
"""Words that sources put before a name or leave out, without meaning another item."""


def normal_form(name: str) -> str:
    """`name` in lower case, without vendor words, trademark signs and punctuation; a size keeps no blank before its
    unit.

    A plus sign stays, because `Command R+` is not `Command R`.
    """
    text = re.sub(r"\((?:r|tm|c)\)|[™®©]", " ", name.lower()).replace("×", "x")
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"[^\w+]+|_", " ", text)
    text = re.sub(r"\b(\d+) (gb|tb|w)\b", r"\1\2", text)
    text = re.sub(r"\b(rtx|gtx|rx)(\d)", r"\1 \2", text)
    words = text.split()
    kept = [word for word in words if word not in VENDOR_WORDS]
    return " ".join(kept or words)
