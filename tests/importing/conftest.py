"""Imports as a script sees them, in a project in which nothing is known yet."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from tests.conftest import CHECKOUT


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of the checkout's catalogue, vocabulary and feeds in which nothing is known yet."""
    root = tmp_path_factory.mktemp("import")
    for name in ("catalogue.toml", "vocabulary.toml", "assumptions.toml"):
        (root / "data").mkdir(exist_ok=True)
        shutil.copyfile(CHECKOUT / "data" / name, root / "data" / name)
    shutil.copytree(CHECKOUT / "data" / "feeds", root / "data" / "feeds")
    (root / "data" / "raw").mkdir()
    shutil.copytree(CHECKOUT / "analysis" / "macros", root / "analysis" / "macros")
    shutil.copyfile(CHECKOUT / "analysis" / "readings_in_usd.sql", root / "analysis" / "readings_in_usd.sql")
    return root


class Import:
    """One dry run, as a script sees it."""

    def __init__(self, table: dict[str, Any]) -> None:
        self.table = table
        self.ignored = {one["column"]: one["reason"] for one in table["ignored"]}
        self.reasons = [one["reason"] for one in table["rejected"]]

    def values(self, attribute: str, *also: str) -> list[tuple[Any, ...]]:
        """(item, value, further keys) of the readings of an attribute, in their rows' order."""
        return [
            (one["item"], one["value_low"], *(one.get(key) for key in also))
            for one in sorted(self.table["readings"], key=lambda one: one["row"])
            if one["attribute"] == attribute
        ]

    @property
    def attributes(self) -> set[str]:
        return {one["attribute"] for one in self.table["readings"]}


@pytest.fixture
def bring_all(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Imports a text by a dry run; returns what came of each of its tables."""
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(bare))

    def run(text: str, ending: str = "md", *arguments: str) -> list[Import]:
        path = tmp_path / f"list.{ending}"
        path.write_text(text, encoding="utf-8")
        assert main(["import", str(path), "--dry-run", "--format", "json", *arguments]) == 0
        return [Import(table) for table in json.loads(capsys.readouterr().out)["tables"]]

    return run


@pytest.fixture
def bring(bring_all: Any) -> Any:
    """Imports a text by a dry run; returns what came of its first table."""
    return lambda *arguments: bring_all(*arguments)[0]
