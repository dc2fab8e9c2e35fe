"""What an import proposes for a table: what is written, its section of tables.toml, what is left out and what was
assumed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pipelines.importing.found import FoundTable

READ_SUFFIX = " (read)"
"""Behind the name of a column that the import adds: the facet that it read from the cells beside it."""


@dataclass(frozen=True)
class LeftOut:
    """A record of the document that is not written, and why. row: its number in the file, the header being row 1."""

    row: int
    text: str
    reason: str
    column: str | None = None


@dataclass(frozen=True)
class Proposal:
    """A table as it would be written, its section of tables.toml, what was assumed, and whether any column is read.

    left_out: records that are not written. file_rows: the file's row of each row written, where they differ.
    """

    table: FoundTable
    section: Mapping[str, Any]
    remarks: tuple[str, ...]
    reads: bool
    is_taken_over: bool = False
    """Whether the section is that of the source's last snapshot."""
    left_out: tuple[LeftOut, ...] = ()
    feed: str = ""
    build: str = ""
    """Name of the system whose parts the rows are."""
    parts: tuple[tuple[str, str], ...] = ()
    """Name and slot of each part, where the rows are those of a system."""


@dataclass(frozen=True)
class Origin:
    """Where the tables are from: the source's id and what its source.toml is to say if it has none yet."""

    source_id: str
    title: str
    publisher: str
    url: str
    published_on: str
    document: str
    licence: str = "facts only"
