"""Which relations a SELECT reads, as DuckDB's own parser has it; remembered by the SELECT's digest.

Only parsed, not bound: the tables need not be there.
"""

import hashlib
import json
from contextlib import suppress
from functools import cached_property
from pathlib import Path

import duckdb

from pipelines.errors import ContractError

READ = """
select
    json_extract_string(tree, '$..table_name'),
    json_extract_string(tree, '$..cte_map.map[*].key'),
    tree ->> 'error_message'
from (
    select json_serialize_sql(?, skip_null := true, skip_empty := true, skip_default := true) as tree
)
"""


class Relations:
    """What SELECTs read. `path` None: nothing is known and nothing is remembered."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._known: dict[str, list[str]] = _load(path) if path is not None else {}
        self._asked: dict[str, list[str]] = {}

    def of(self, sql: str, place: str) -> frozenset[str]:
        """The tables that a SELECT reads, without its own CTEs. Raises ContractError naming its file if it cannot be
        parsed."""
        digest = hashlib.sha256(f"{duckdb.__version__} {sql}".encode()).hexdigest()
        if digest not in self._asked:
            known = self._known.get(digest)
            self._asked[digest] = self._parsed(sql, place) if known is None else known
        return frozenset(self._asked[digest])

    def remember(self) -> None:
        """Leave what was asked for the next time; a disk without room for it is no error."""
        if self._path is None or self._asked == self._known:
            return
        fresh = self._path.with_suffix(".new")
        with suppress(OSError):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(self._asked), encoding="utf-8")
            fresh.replace(self._path)

    @cached_property
    def _parser(self) -> duckdb.DuckDBPyConnection:
        return duckdb.connect()

    def _parsed(self, sql: str, place: str) -> list[str]:
        ((tables, ctes, problem),) = self._parser.execute(READ, [sql]).fetchall()
        if problem is not None:
            raise ContractError(f"{place} cannot be parsed: {problem}.")
        return sorted({name for name in tables if name} - set(ctes))


def _load(path: Path) -> dict[str, list[str]]:
    """What is remembered, or nothing if the file is not there or not whole."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    is_whole = isinstance(known, dict) and all(
        isinstance(names, list) and all(isinstance(name, str) for name in names) for names in known.values()
    )
    return known if is_whole else {}
