"""What a refresh works with: the project's contracts, loaded once, and the database under construction.

Holds no logic of any table; assets ask it for what they need.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts.assumptions import read_assumptions
from pipelines.contracts.catalogue import Catalogue, load_catalogue
from pipelines.contracts.sources import ASKED_FOR, Source, load_sources
from pipelines.contracts.vocabulary import Vocabulary, load_vocabulary
from pipelines.errors import RigonomicsError
from pipelines.fingerprint import State, code_version, database_mark, input_digest, parser_digest, report_digest
from pipelines.ingest.corrections import with_sound_corrections
from pipelines.project import Project
from pipelines.warehouse.build import connect, create_macros
from pipelines.warehouse.declarations import Declaration, load_declarations
from pipelines.warehouse.ledger import Ledger, read_ledger, token_of
from pipelines.warehouse.lock import RefreshLock
from pipelines.warehouse.partitions import Partitions
from pipelines.warehouse.readings import Readings


@dataclass
class Workspace:
    """One refresh: its project, the day asked for, and what its contracts say.

    `fresh` starts the build from what the last refresh published, of which the ledger says what still holds, else from
    nothing; without it, the build that is there is added to (a run of a few assets from the Dagster UI). `force` reads
    and computes every table, also those that have not changed. `now` is the time that the record of refreshes gets, and
    nothing else. `notify` gets messages of progress, a line at a time. `faults` are contracts that were wrong, whose
    sources are left out as those `without` which it was asked to run.
    """

    project: Project
    as_of: date | None = None
    fresh: bool = True
    force: bool = False
    without: tuple[str, ...] = ()
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    patience_s: float = 600
    known: dict[str, object] = field(default_factory=dict, repr=False)
    """What one step read and another needs too, by name."""
    notify: Callable[[str], None] = field(default=lambda _message: None, repr=False)
    _connection: duckdb.DuckDBPyConnection | None = field(default=None, repr=False)
    _lock: RefreshLock | None = field(default=None, repr=False)
    faults: list[str] = field(default_factory=list, repr=False)
    _ledger: Ledger | None = field(default=None, repr=False)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """Attributes and units."""
        return load_vocabulary(self.project.vocabulary)

    @cached_property
    def catalogue(self) -> Catalogue:
        """Names of hardware, models and systems."""
        return load_catalogue(self.project.catalogue)

    @cached_property
    def sources(self) -> list[Source]:
        """Every source with its tables' contracts; one whose contract is wrong is left out, if any other is left.

        Raises RigonomicsError if none is.
        """
        loaded = load_sources(self.project.raw, self.project.root, self.vocabulary, self.without)
        sources = with_sound_corrections(loaded)
        wrong = [source.left_out for source in sources if source.left_out not in (None, ASKED_FOR)]
        if all(source.left_out for source in sources):
            raise next(filter(None, wrong), RigonomicsError("No source is left in data/raw.", "Leave one of them in."))
        self.faults += [str(reason) for reason in wrong]
        return sources

    @cached_property
    def assumptions(self) -> dict[str, pl.DataFrame]:
        """Frames of the reference tables that a user edits."""
        return read_assumptions(self.project.assumptions, self.project.relative(self.project.assumptions))

    @cached_property
    def declarations(self) -> dict[str, Declaration]:
        """Every declared table, in an order in which they can be built."""
        return load_declarations(
            self.project.analysis, self.project.root, self.project.build.with_name("relations.json")
        )

    @cached_property
    def readings(self) -> Readings:
        """What the last refresh read from each table, for the tables that have not changed since."""
        kept = self.project.curated / ".readings.zip"
        if self.force:
            kept.unlink(missing_ok=True)
        return Readings(kept, parser_digest(self.project))

    @cached_property
    def partitions(self) -> Partitions:
        """The readings of large tables."""
        return Partitions(self.project.curated / ".partitions")

    @cached_property
    def inputs(self) -> str:
        """Digest of what the user brings, as it is when first asked for: before anything is read."""
        return input_digest(self.project)

    @cached_property
    def code(self) -> str:
        """Version of the code that fills the tables."""
        return code_version(self.project)

    def acquire(self) -> None:
        """Wait until no other refresh runs. Raises RigonomicsError if that takes too long."""
        if self._lock is None:
            lock = RefreshLock(self.project.build.with_name("lock"), self.patience_s, self.notify)
            lock.acquire()
            self._lock = lock

    @property
    def is_open(self) -> bool:
        """Whether there is a build to ask."""
        return self._connection is not None

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The database under construction, opened on first use by one refresh at a time."""
        if self._connection is None:
            self.acquire()
            _ = self.inputs, self.code
            self._connection, self._ledger = self._continued() or self._begun()
            create_macros(self._connection, self.project.analysis / "macros")
        return self._connection

    @property
    def ledger(self) -> Ledger:
        """What the tables in the build were made from."""
        _ = self.connection
        assert self._ledger is not None
        return self._ledger

    @property
    def _ledger_file(self) -> Path:
        return self.project.build.with_name("ledger.json")

    def _continued(self) -> tuple[duckdb.DuckDBPyConnection, Ledger] | None:
        """The build of the last refresh with its ledger, if the one is what the other describes."""
        found = read_ledger(self._ledger_file, self.code) if self.fresh and not self.force else None
        if found is None or not self.project.build.is_file():
            return None
        ledger, token = found
        try:
            connection = connect(self.project.build, fresh=False)
        except duckdb.Error:
            return None
        if token_of(connection) == token:
            return connection, ledger
        connection.close()
        return None

    def _begun(self) -> tuple[duckdb.DuckDBPyConnection, Ledger]:
        """A build of which nothing is known: from nothing, or the one that is there for a few assets to add to."""
        self._ledger_file.unlink(missing_ok=True)
        return connect(self.project.build, fresh=self.fresh), Ledger(self._ledger_file, self.code)

    def state(self, *, has_report: bool) -> State:
        """What the published files were made from, for the next refresh to compare with."""
        database = database_mark(self.project)
        return State(
            inputs=self.inputs,
            code=self.code,
            as_of=self.as_of.isoformat() if self.as_of else "",
            database=database,
            report=report_digest(self.project, database) if has_report else "",
            refreshed_at=f"{self.now:%Y-%m-%d %H:%M} UTC",
            without=list(self.without),
            faults=self.faults,
        )

    def close(self, *, keep: bool) -> None:
        """Let go of the database under construction, which is as it was before if it is not to be kept."""
        if self._connection is not None:
            with suppress(duckdb.Error):  # a broken build is not kept
                self._connection.commit() if keep else self._connection.rollback()
            with suppress(duckdb.Error):
                self._connection.close()
            if keep and self._ledger is not None and not self._ledger.is_saved:
                self._ledger_file.unlink(missing_ok=True)  # it speaks of the build as it was published
            self._connection = self._ledger = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None


@contextmanager
def workspace(
    project: Project,
    as_of: date | None = None,
    *,
    fresh: bool = True,
    force: bool = False,
    without: Collection[str] = (),
) -> Iterator[Workspace]:
    """A workspace that lets go of its database at the end: kept if all went well."""
    space = Workspace(project, as_of, fresh, force, tuple(sorted(set(without))))
    went_well = False
    try:
        yield space
        went_well = True
    finally:
        space.close(keep=went_well)
