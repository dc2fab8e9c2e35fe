"""data/catalogue.toml: what hardware, models and systems are called, and when two names are the same.

Resolving a name as a source writes it lives in `pipelines.normalise.names`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.toml import read_toml
from pipelines.errors import ContractError

SECTIONS = ("hardware", "model", "build")
HARDWARE_KINDS = (
    "gpu", "cpu", "system", "board", "memory", "storage", "psu", "case", "cooler", "network", "other",
)  # fmt: skip
ARCHITECTURES = ("dense", "moe")
KEYS = {
    "hardware": ("name", "kind", "vendor", "aliases"),
    "models": ("name", "params_b", "active_params_b", "architecture", "aliases"),
    "builds": ("name", "source_id", "description", "unstated", "aliases"),
}


@dataclass(frozen=True)
class Catalogue:
    """What things are called.

    hardware: hardware_id, name, kind, vendor. models: model_id, name, params_b, active_params_b, architecture. builds:
    build_id, name, source_id, description. unstated: build_id, slot. ids: for each section (hardware, model, build) the id
    of every name, alias and id in normal form.
    """

    hardware: pl.DataFrame
    models: pl.DataFrame
    builds: pl.DataFrame
    unstated: pl.DataFrame
    ids: Mapping[str, Mapping[str, str]]


# ---- loading


def load_catalogue(path: Path) -> Catalogue:
    """The catalogue in `path`.

    Raises ContractError naming file, section and remedy, also if one name would lead to two ids.
    """
    file = f"{path.parent.name}/{path.name}"
    content = read_toml(path, file)
    unknown = [section for section in content if section not in KEYS]
    if unknown:
        raise ContractError(f"{file} has an unknown section [{unknown[0]}].", f"Known are {', '.join(KEYS)}.")
    entries = {section: content.get(section, {}) for section in KEYS}
    for section, specs in entries.items():
        for entry_id, spec in specs.items():
            _check_entry(f"{file} [{section}.{entry_id}]", section, entry_id, spec)
    return Catalogue(
        hardware=_frame(entries["hardware"], "hardware_id", {"name": pl.String, "kind": pl.String, "vendor": pl.String}),
        models=_frame(
            entries["models"],
            "model_id",
            {"name": pl.String, "params_b": pl.Float64, "active_params_b": pl.Float64, "architecture": pl.String},
        ),
        builds=_frame(
            entries["builds"], "build_id", {"name": pl.String, "source_id": pl.String, "description": pl.String}
        ),
        unstated=pl.DataFrame(
            [(build_id, slot) for build_id, spec in entries["builds"].items() for slot in spec.get("unstated", [])],
            schema={"build_id": pl.String, "slot": pl.String},
            orient="row",
        ),
        ids={
            section: _ids(f"{file} [{key}]", section, entries[key]) for section, key in zip(SECTIONS, KEYS, strict=True)
        },
    )  # fmt: skip


def _check_entry(place: str, section: str, entry_id: str, spec: Any) -> None:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry_id):
        raise ContractError(f"{place}: {entry_id!r} is no id.", "Use lower-case letters and digits joined by hyphens.")
    if not isinstance(spec, dict):
        raise ContractError(f"{place} is not a section.", 'Give it name = "…".')
    unknown = [key for key in spec if key not in KEYS[section]]
    if unknown:
        hint = " An id with a dot needs a hyphen instead." if isinstance(spec[unknown[0]], dict) else ""
        raise ContractError(f"{place} has unknown key {unknown[0]}.", f"Known: {', '.join(KEYS[section])}.{hint}")
    for key in ("name", "vendor", "source_id", "description"):
        may_be_empty = key == "vendor"  # of no brand
        if key in spec and (not isinstance(spec[key], str) or not (may_be_empty or spec[key].strip())):
            raise ContractError(f"{place} has {key} = {spec[key]!r}.", "Write it in words, or leave the key out.")
    if "name" not in spec:
        raise ContractError(f"{place} lacks name.", "Give the name that the report is to print.")
    for key in ("aliases", "unstated"):
        listed = spec.get(key, [])
        if not isinstance(listed, list) or not all(isinstance(item, str) and item.strip() for item in listed):
            raise ContractError(f"{place} has {key} = {listed!r}.", f'Write a list of texts: {key} = ["…"].')
    for key in ("params_b", "active_params_b"):
        size = spec.get(key, 1)
        if isinstance(size, bool) or not isinstance(size, int | float) or size <= 0:
            raise ContractError(f"{place} has {key} = {size!r}.", "Give billions of parameters, above 0.")
    if section == "hardware" and spec.get("kind") not in HARDWARE_KINDS:
        raise ContractError(f"{place} has kind {spec.get('kind')!r}.", f"Choose one of {', '.join(HARDWARE_KINDS)}.")
    if section == "models" and spec.get("architecture", "dense") not in ARCHITECTURES:
        raise ContractError(f"{place} has architecture {spec['architecture']!r}.", "Choose dense or moe.")
    if section == "builds" and "source_id" not in spec:
        raise ContractError(f"{place} lacks source_id.", "Name the folder of data/raw whose document describes it.")
    if not normal_form(spec["name"]):
        raise ContractError(f"{place}: nothing is left of name {spec['name']!r} without its punctuation.", "Name it.")


def _frame(specs: Mapping[str, Mapping[str, Any]], id_column: str, columns: Mapping[str, Any]) -> pl.DataFrame:
    rows = [
        {id_column: entry_id, **{column: spec.get(column) or None for column in columns}}
        for entry_id, spec in specs.items()
    ]
    return pl.DataFrame(rows, schema={id_column: pl.String, **columns}, strict=False)


def _ids(place: str, section: str, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Normal form to id. An entry's own id counts as a name of it.

    Two sources may describe a system of the same name: such a name then leads to neither of them.
    """
    ids: dict[str, str] = {}
    for entry_id, spec in specs.items():
        for name in (entry_id, *_own_names(section, spec, specs)):
            form = normal_form(name)
            if ids.setdefault(form, entry_id) != entry_id:
                raise ContractError(
                    f"{place}: {name!r} is a name of both {ids[form]} and {entry_id}.", "Take it from one of them."
                )
    return ids


def _own_names(section: str, spec: Mapping[str, Any], specs: Mapping[str, Mapping[str, Any]]) -> list[str]:
    shared = section == "build" and sum(normal_form(s["name"]) == normal_form(spec["name"]) for s in specs.values()) > 1
    return [*([] if shared else [spec["name"]]), *spec.get("aliases", [])]


# ---- names in normal form

VENDOR_WORDS = {"nvidia", "amd", "intel", "geforce", "radeon", "quadro"}
"""Words that sources put before a name or leave out, without meaning another article."""


def normal_form(name: str) -> str:
    """`name` in lower case, without vendor words, trademark signs and punctuation; a size keeps no blank before its unit.

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
