"""What each table of the last published build was made from, so that the next refresh fills only what would differ.

A table's key is the digest of the content of everything that it needs; a table whose key is what it was is kept as it
is. The ledger is of use only with the build that it describes: the same code made it, and it was published. It is a
convenience: without it, everything is computed.
"""

import hashlib
import io
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import duckdb
import polars as pl

SLICE_ROWS = 100_000
"""Rows of a frame that are written out at once to take its digest."""


@dataclass(frozen=True)
class Entry:
    """A table: digest of what it needs, digest of its content, its rows, digest of their keys, and the digest of its
    Parquet ('' if it has none).
    """

    key: str
    content: str
    rows: int
    keys: str = ""
    parquet: str = ""


class Ledger:
    """The tables of the build by name: as the last refresh left them, and as this one does."""

    def __init__(self, path: Path, code: str, before: Mapping[str, Entry] | None = None) -> None:
        self._path = path
        self._code = code
        self._before = dict(before or {})
        self._now: dict[str, Entry] = {}
        self.is_saved = False

    def is_kept(self, table: str, key: str) -> bool:
        """Whether the table is in the build as it would be filled now."""
        return bool(key) and table in self._before and self._before[table].key == key

    def keep(self, table: str) -> Entry:
        """Take the table over from the last refresh."""
        self._now[table] = self._before[table]
        return self._now[table]

    def note(self, table: str, entry: Entry) -> None:
        """The table was filled."""
        self._now[table] = entry

    def rows(self, table: str) -> int | None:
        """Rows of a table, None if this refresh did not fill or keep it."""
        entry = self._now.get(table)
        return entry.rows if entry is not None else None

    def key(self, needed: Iterable[str], other: str = "", referred: Iterable[str] = ()) -> str:
        """The key of a table that needs those others, and of those `referred` to no more than their keys; '' if one of
        them was not filled by this refresh.
        """
        names, known = sorted(needed), sorted(referred)
        if not all(name in self._now for name in (*names, *known)):
            return ""
        content = [(name, self._now[name].content) for name in names]
        return hashlib.sha256(
            repr([other, content, [(name, self._now[name].keys) for name in known]]).encode()
        ).hexdigest()

    def parquet(self) -> dict[str, str]:
        """Digests of the published Parquet files that still hold what their tables hold."""
        same = {name: self._before.get(name) for name, entry in self._now.items() if entry.rows}
        return {
            name: entry.parquet
            for name, entry in same.items()
            if entry is not None and entry.parquet and entry.content == self._now[name].content
        }

    def save(self, token: str, parquet: Mapping[str, str]) -> None:
        """Leave the ledger for the next refresh; a disk without room for it is no error."""
        self.is_saved = True
        tables = {name: asdict(replace(entry, parquet=parquet.get(name, ""))) for name, entry in self._now.items()}
        fresh = self._path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps({"code": self._code, "token": token, "tables": tables}), encoding="utf-8")
            fresh.replace(self._path)
        except OSError:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)


def read_ledger(path: Path, code: str) -> tuple[Ledger, str] | None:
    """The ledger that the last refresh left and the token of its build; None if other code made it or it is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["code"] != code:
            return None
        before = {name: Entry(**entry) for name, entry in content["tables"].items()}
        return Ledger(path, code, before), str(content["token"])
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def token_of(connection: duckdb.DuckDBPyConnection) -> str:
    """What tells a published build from any other state of it: its last refresh with the digest of its Parquet."""
    try:
        rows = connection.execute(
            "select refresh_id || ' ' || refreshed_at || ' ' || parquet_digest from refreshes where is_latest"
        ).fetchall()
    except duckdb.Error:
        return ""
    return str(rows[0][0]) if len(rows) == 1 and rows[0][0] else ""


def frame_digest(frame: pl.DataFrame) -> str:
    """SHA-256 over the columns, types and rows of a frame, in their order."""
    digest = hashlib.sha256(repr(frame.schema).encode())
    whole = frame.rechunk()
    for start in range(0, whole.height, SLICE_ROWS):
        content = io.BytesIO()
        whole.slice(start, SLICE_ROWS).write_ipc(content)
        digest.update(content.getbuffer())
    return digest.hexdigest()
