"""Rows as a Markdown table."""

from collections.abc import Iterable
from typing import Any


def as_markdown(columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> str:
    """A small Markdown table; cells are escaped."""
    head = [str(column) for column in columns]
    if not head:
        return "none"
    lines = [head, ["---"] * len(head), *[[_escaped(value) for value in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _escaped(value: Any) -> str:
    text = "" if value is None else str(value)
    for character in "\\`*_{}[]<>|#":
        text = text.replace(character, f"\\{character}" if character != "<" else "&lt;")
    return text.replace("\n", " ")
