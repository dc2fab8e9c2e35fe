"""What was read from each scraped table, kept from one refresh to the next, so that only changed tables are read again.

A table's readings are taken over if its file, its contract, its corrections, the parser, the vocabulary and the
catalogue are what they were. The file is a convenience: without it, or with a damaged one, everything is read again.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path

import polars as pl

from pipelines.contracts.sources import Source, Table

FRAMES = ("cells", "observations", "rejected", "ignored", "counts")
"""What is kept of a table; each frame has a column raw_file."""
NO_CORRECTIONS = pl.DataFrame(schema={"raw_file": pl.String})
"""Of a table of which no cell is corrected by itself."""
KEYS = "keys"
KEYS_SCHEMA = {"raw_file": pl.String, "key": pl.String}


class Readings:
    """The readings of the last refresh, by raw file. `path` None: nothing is known and nothing is kept."""

    def __init__(self, path: Path | None, parser: str) -> None:
        self._path = path
        self._parser = parser
        self._frames = _load(path) if path is not None else {}
        keys = self._frames.get(KEYS)
        self._known: dict[str, str] = dict(keys.iter_rows()) if keys is not None else {}

    def key(self, source: Source, table: Table, digest: str, corrections: pl.DataFrame) -> str:
        """What decides the readings of a table whose file has that digest."""
        contract = [repr(getattr(table, field.name)) for field in fields(table) if field.name != "path"]
        corrected = corrections.filter(pl.col("raw_file") == table.raw_file).rows()
        parts = (self._parser, digest, source.published_on, repr(corrected), *contract)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()

    def has(self, raw_file: str, key: str) -> bool:
        """Whether the readings of this file are those of the last refresh."""
        return self._known.get(raw_file) == key

    def of(self, frame: str, raw_files: list[str]) -> pl.DataFrame:
        """The kept rows of some files in one of FRAMES."""
        return self._frames[frame].filter(pl.col("raw_file").is_in(raw_files))

    def keep(self, keys: Mapping[str, str], frames: Mapping[str, pl.DataFrame]) -> None:
        """Leave the readings for the next refresh, in one step; a disk without room for them is no error."""
        if self._path is None:
            return
        manifest = pl.DataFrame(sorted(keys.items()), schema=KEYS_SCHEMA, orient="row")
        fresh = self._path.with_suffix(".new")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with zipfile.ZipFile(fresh, "w") as archive:
                for name, frame in {KEYS: manifest, **frames}.items():
                    content = io.BytesIO()
                    frame.write_ipc(content)
                    archive.writestr(name, content.getvalue())
            fresh.replace(self._path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)


def _load(path: Path) -> dict[str, pl.DataFrame]:
    """The frames in the file, or none at all if it is not there or not whole."""
    try:
        with zipfile.ZipFile(path) as archive:
            return {name: pl.read_ipc(io.BytesIO(archive.read(name))) for name in (KEYS, *FRAMES)}
    except (OSError, KeyError, zipfile.BadZipFile, pl.exceptions.PolarsError):
        return {}
