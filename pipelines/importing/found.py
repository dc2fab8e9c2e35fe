"""What a document is read to: its tables, each with its header and its rows of text as they are there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pipelines.errors import RigonomicsError

MAX_CELLS = 2_000_000


@dataclass(frozen=True)
class FoundTable:
    """A table of a document: its number there (from 1), slug, title, place, header (names distinct, none empty), rows.

    Rows of a CSV may be longer or shorter than the header; those of the others are as long.
    """

    number: int
    name: str
    title: str
    place: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lead: str = ""
    """The paragraph before it."""
    form: str = ""
    file_rows: tuple[int, ...] = ()
    """Number in the file of each row, the header being row 1; empty: they are numbered as they are."""

    def column(self, position: int) -> list[str]:
        """The cells of a column, blank where a row is too short."""
        return [row[position] if position < len(row) else "" for row in self.rows]


@dataclass(frozen=True)
class Document:
    """What a document says of itself, and its tables. published_on: as the page's own metadata has it, or ''.

    text: all of it. content: of JSON, what it holds.
    """

    title: str
    published_on: str
    tables: tuple[FoundTable, ...]
    form: str = ""
    text: str = ""
    content: Any = None


def tidy(text: str) -> str:
    return " ".join(text.split())


def header_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Column names, each its own: an empty one gets its number, a repeated one its count."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = base = tidy(cell) or f"column {number}"
        count = 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        names.append(name)
    return tuple(names)


def check_size(cells: int, name: str) -> None:
    if cells > MAX_CELLS:
        raise RigonomicsError(f"{name} holds more than {MAX_CELLS:,} cells.", "Split it.")
