"""Filling tables: each by its SELECT or from the frame that Python makes, then checked; what would not differ is kept.

A table that fails a blocking check breaks every table that needs it; those are not filled, all others are.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from graphlib import TopologicalSorter

import polars as pl

from pipelines.errors import ContractError
from pipelines.steps import claims, fitting
from pipelines.steps.observations import observation_frames, reading_outcomes
from pipelines.steps.raw import raw_frames
from pipelines.warehouse.build import create_view, fill_from_frame, fill_from_sql
from pipelines.warehouse.checks import CHECKS, Outcome, examine
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.ledger import Entry, frame_digest
from pipelines.warehouse.workspace import Workspace

Frames = Mapping[str, pl.DataFrame]
COUNTED = "raw_files"
"""The table that counts the others of its folder: its check wants them all."""


@dataclass(frozen=True)
class Filled:
    """A table that now is in the build: its rows, a digest of them, what its checks found, whether it was kept as it
    was, and what reading it counted.
    """

    table: Declaration
    rows: int
    digest: str
    outcomes: tuple[Outcome, ...]
    is_kept: bool = False
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def failed(self) -> list[Outcome]:
        """The blocking checks that it does not pass."""
        return [outcome for outcome in self.outcomes if outcome.blocks and not outcome.passed]


def fill(space: Workspace, tables: Collection[Declaration]) -> Iterator[Filled]:
    """Fill and check the tables in an order in which they can be; each is handed over as it is done."""
    broken: set[str] = set()
    makers = _Makers(space)
    wants_claims = any(table.name in claims.TABLES for table in tables)
    # a table that reads assumptions alone may come before what the claims are recomputed from
    wanted = set(claims.READS) & {table.name for table in tables}
    with ThreadPoolExecutor(max_workers=1) as aside:
        for table in _in_order(tables, space.declarations):
            if broken & needed(table, space.declarations):
                broken.add(table.name)
                continue
            if wants_claims and table.sql is not None and not wanted:
                makers.start_claims(aside)
                wants_claims = False
            filled = _fill(space, table, makers)
            wanted.discard(table.name)
            if filled.failed:
                broken.add(table.name)
            if not filled.is_kept:
                space.notify(f"{table.name}: {filled.rows} rows")
            yield filled


def needed(table: Declaration, declarations: Mapping[str, Declaration]) -> frozenset[str]:
    """Names of the tables that have to be there before a table can be filled and checked."""
    others: set[str] = set()
    if table.name == COUNTED:
        others = {other.name for other in declarations.values() if other.folder in ("raw", "observations")} - {COUNTED}
    elif table.folder == "observations":
        others = {other.name for other in declarations.values() if other.folder == "raw"}
    elif table.name in claims.TABLES:
        others = set(claims.READS)
    elif table.name in fitting.TABLES:
        others = set(fitting.READS)
    return frozenset((table.needs | others) & set(declarations) - {table.name})


def _in_order(tables: Collection[Declaration], declarations: Mapping[str, Declaration]) -> Iterator[Declaration]:
    """The tables, each after those that it needs; claims last of those that could be next, since they are made
    meanwhile."""
    named = {table.name: table for table in tables}
    sorter = TopologicalSorter({name: needed(table, declarations) & set(named) for name, table in named.items()})
    sorter.prepare()
    waiting: list[str] = []
    while sorter.is_active():
        waiting += sorter.get_ready()
        waiting.sort(key=lambda name: (name in claims.TABLES, list(named).index(name)))
        name = waiting.pop(0)
        yield named[name]
        sorter.done(name)


def _inputs(table: Declaration, declarations: Mapping[str, Declaration]) -> tuple[set[str], set[str]]:
    """The tables whose content decides that of a table or of its checks, and those of which no more than their keys
    does."""
    referred = {column.referred for column in table.columns if column.references} & {
        (name, column) for name, other in declarations.items() for column in other.primary_key
    }
    by_key = (
        {name for name, _ in referred}
        - table.reads
        - {column.referred[0] for column in table.columns if column.references and column.referred not in referred}
    )
    return set(needed(table, declarations)) - by_key, by_key - {table.name}


def _fill(space: Workspace, table: Declaration, makers: "_Makers") -> Filled:
    key = makers.key(table)
    is_kept = space.ledger.is_kept(table.name, key)
    outcomes = [Outcome(name, 0, pl.DataFrame()) for name in CHECKS]
    if table.is_view:
        if not is_kept:
            create_view(space.connection, table)
        entry = Entry(key, space.ledger.key(needed(table, space.declarations), key), 0)
        space.ledger.note(table.name, entry)
    elif is_kept:
        entry = space.ledger.keep(table.name)
    else:
        if table.sql is None:
            fill_from_frame(space.connection, table, makers.frame(table))
        else:
            fill_from_sql(space.connection, table)
        content, outcomes = examine(space.connection, table)
        entry = Entry("" if makers.is_faulty(table) else key, content.digest, content.rows, content.keys)
        space.ledger.note(table.name, entry)
    if table.folder == "observations":
        outcomes += reading_outcomes(space, table.name)
    return Filled(table, entry.rows, entry.content, tuple(outcomes), is_kept, makers.counts(table))


class _Makers:
    """What fills the tables that have no SELECT: each makes the frames of several, once, when the first is asked
    for."""

    def __init__(self, space: Workspace) -> None:
        self._space = space
        self._frames: dict[str, Frames] = {}
        self._counts: dict[str, int] = {}
        self._claims: Future[claims.Made] | None = None
        self._claims_known: str | None = None
        self._has_faults = False

    def key(self, table: Declaration) -> str:
        """The key of a table in the ledger. A view is what its SELECT is, whatever the tables hold that it reads."""
        if table.is_view:
            return self._space.ledger.key((), table.sql or "")
        if table.sql is not None:
            read, referred = _inputs(table, self._space.declarations)
            return self._space.ledger.key(read, referred=referred)
        if table.name in claims.TABLES:
            return self._claims_key()
        if table.name in fitting.TABLES:
            return self._space.ledger.key(needed(table, self._space.declarations))
        return self._space.ledger.key((), frame_digest(self.frame(table)))

    def frame(self, table: Declaration) -> pl.DataFrame:
        """The rows of a table without a SELECT. Raises ContractError if nothing makes it."""
        if table.folder == "raw":
            frames = self._once("raw", lambda: raw_frames(self._space))
        elif table.folder == "observations":
            frames = self._once("observations", self._observed)
        elif table.name in claims.TABLES:
            frames = self._once("claims", self._claimed)
        elif table.name in fitting.TABLES:
            frames = self._once("fitting", lambda: fitting.fitting_frames(self._space))
        else:
            frames = {}
        if table.name not in frames:
            raise ContractError(f"{table.place}: nothing fills {table.name}.", f"Write {table.name}.sql beside it.")
        return frames[table.name]

    def counts(self, table: Declaration) -> Mapping[str, int]:
        """What reading the observations counted."""
        return self._counts if table.name == "observations" else {}

    def start_claims(self, aside: Executor) -> None:
        """Recompute the claims beside whatever comes next, if they are not what they were."""
        key = self._claims_key()
        if not all(self._space.ledger.is_kept(name, key) for name in claims.TABLES):
            self._claims = aside.submit(claims.claims_maker(self._space))

    def _claims_key(self) -> str:
        if self._claims_known is None:
            self._claims_known = self._space.ledger.key(claims.READS, claims.claims_digest(self._space))
        return self._claims_known

    def is_faulty(self, table: Declaration) -> bool:
        """Whether declarations of the table are wrong: it is made again the next time, to report them again."""
        return table.name in claims.TABLES and self._has_faults

    def _claimed(self) -> Frames:
        frames, faults = self._claims.result() if self._claims is not None else claims.claims_maker(self._space)()
        self._space.faults += faults
        self._has_faults = bool(faults)
        return frames

    def _observed(self) -> Frames:
        reading = observation_frames(self._space)
        self._counts = {"tables_read": reading.tables_read, "tables_kept": reading.tables_kept}
        return reading.frames

    def _once(self, maker: str, make: Callable[[], Frames]) -> Frames:
        if maker not in self._frames:
            self._frames[maker] = make()
        return self._frames[maker]
