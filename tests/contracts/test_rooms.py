"""The contracts are the ground floor: every room may import them, and they import nobody."""

import ast
from pathlib import Path

import pytest

PIPELINES = Path(__file__).resolve().parents[2] / "pipelines"
MAY_IMPORT = {"contracts": {"contracts", "errors"}, "normalise": {"contracts", "errors", "normalise"}}


def imported_rooms(path: Path) -> set[str]:
    """Rooms of `pipelines` that a module imports from, inside functions too."""
    modules = [node.module for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[1] for module in modules if module and module.startswith("pipelines.")}


@pytest.mark.parametrize("room", MAY_IMPORT)
def test_imports_lead_down(room: str) -> None:
    files = sorted((PIPELINES / room).rglob("*.py"))
    assert files
    upward = {path.name: sorted(imported_rooms(path) - MAY_IMPORT[room]) for path in files}
    assert not {name: rooms for name, rooms in upward.items() if rooms}
