"""`rigonomics catalogue add` and the guard of `price add`."""

import tomllib
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.project import Project


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    return project


def entries(path: Path) -> dict[str, dict[str, dict[str, object]]]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def test_an_item_is_appended_with_its_memory_as_another_name(here: Project) -> None:
    before = here.catalogue.read_text(encoding="utf-8")
    assert main(["catalogue", "add", "Voodoo 5 6000", "--kind", "gpu", "--memory", "128GB", "--vendor", "3dfx"]) == 0
    assert here.catalogue.read_text(encoding="utf-8").startswith(before.rstrip())
    assert entries(here.catalogue)["hardware"]["voodoo-5-6000"] == {
        "name": "Voodoo 5 6000", "kind": "gpu", "vendor": "3dfx", "aliases": ["Voodoo 5 6000 128GB"],
    }  # fmt: skip


def test_a_name_of_another_item_is_refused_and_nothing_is_written(here: Project) -> None:
    before = here.catalogue.read_bytes()
    assert main(["catalogue", "add", "My card", "--kind", "gpu", "--alias", "RTX 3090"]) != 0
    assert here.catalogue.read_bytes() == before


def test_a_price_far_off_is_noted_only_if_somebody_says_yes(here: Project, capsys: pytest.CaptureFixture[str]) -> None:
    note = ["price", "add", "RTX 3090", "0.35", "--condition", "used"]
    assert main(note) == 1
    assert "times off what is known of rtx-3090" in capsys.readouterr().err
    assert not (here.raw / "own-prices").exists()
    assert main([*note, "--yes"]) == 0
