"""Publishing: the built database and its Parquet replace the old ones together, in one step, or not at all.

Each publication is a folder of its own under `.releases`; one link says which of them counts. Whoever has the old files
open keeps reading them: a release stays until the one after next.
"""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import RigonomicsError
from pipelines.warehouse.build import count_rows, first_row
from pipelines.warehouse.names import literal, quoted

RELEASES = ".releases"
CURRENT = ".current"
WRITERS = 2
"""Parquet files that are written at once."""


@dataclass(frozen=True)
class Published:
    """What is now in data/curated: tables with their rows, the digest of each one's Parquet, and of all Parquet
    bytes."""

    database: Path
    parquet: Path
    rows: dict[str, int]
    files: dict[str, str]
    digest: str


def publish(
    connection: duckdb.DuckDBPyConnection,
    build: Path,
    database: Path,
    parquet: Path,
    keys: Mapping[str, tuple[str, ...]],
    finish: Callable[[str], None] = lambda _digest: None,
    alongside: Callable[[Path], AbstractContextManager[object]] = lambda _database: nullcontext(),
    unchanged: Mapping[str, str] | None = None,
) -> Published:
    """Put the build and its Parquet in the place of the published ones, which are beside each other in one folder.

    `keys` gives the tables that become Parquet with their primary keys, by which rows are ordered, so that the same raw
    bytes give the same Parquet bytes. `finish` gets their digest when they are written and may then add to the database
    what depends on history or on the clock. `alongside` gets the path of the finished database before anybody sees it:
    it is entered before the step that publishes, left after it, and if either raises the old files stay published.
    `unchanged` names tables of which the published Parquet still holds, with its digest: it is taken over if it is what
    it was. Raises RigonomicsError (disk full, folder not writable) with the old files untouched.
    """
    folder = database.parent
    release: Path | None = None
    try:
        _sweep(folder, keep=1)
        release = _new_release(folder)
        fresh = release / parquet.name
        fresh.mkdir()
        connection.commit()
        rows, files = _all_parquet(connection, keys, fresh, parquet, unchanged or {})
        digest = _digest(files)
        finish(digest)
        connection.execute("checkpoint")
        connection.begin()
        shutil.copyfile(build, release / database.name)
        _flush(release / database.name)
        _flush(release)
        links = {path: f"{CURRENT}/{path.name}" for path in (database, parquet)}
        for path, target in links.items():
            if not os.path.lexists(path):
                _point(path, target)  # leads nowhere yet: a first publication, too, appears in one step
        with _kept_on_failure(folder), alongside(release / database.name):
            _point(folder / CURRENT, f"{RELEASES}/{release.name}")
    except RigonomicsError:
        if release is not None:
            shutil.rmtree(release, ignore_errors=True)
        raise
    except (OSError, duckdb.IOException, duckdb.FatalException, duckdb.TransactionException) as error:
        if release is not None:
            shutil.rmtree(release, ignore_errors=True)
        reason = error.strerror if isinstance(error, OSError) else str(error).splitlines()[0]
        raise RigonomicsError(
            f"Publishing to {folder} failed: {reason}. What was published before is untouched.",
            "Free space or make the folder writable, then refresh again.",
        ) from error
    for path, target in links.items():
        if not (path.is_symlink() and path.readlink() == Path(target)):
            _point(path, target)
    _sweep(folder, keep=2)
    return Published(database, parquet, rows, files, digest)


def _all_parquet(
    connection: duckdb.DuckDBPyConnection,
    keys: Mapping[str, tuple[str, ...]],
    folder: Path,
    published: Path,
    unchanged: Mapping[str, str],
) -> tuple[dict[str, int], dict[str, str]]:
    """Write the Parquet of every table into `folder`: rows and digest of each."""
    with ThreadPoolExecutor(WRITERS) as writers:
        asked = {
            table: writers.submit(_parquet, connection.cursor(), table, key, folder, published, unchanged.get(table))
            for table, key in sorted(keys.items())
        }
    written = {table: result.result() for table, result in asked.items()}
    rows = {table: count for table, (count, _) in written.items()}
    return rows, {table: digest for table, (_, digest) in written.items()}


@contextmanager
def _kept_on_failure(folder: Path) -> Iterator[None]:
    """Let the release that was current be so again if the block raises."""
    before = (folder / CURRENT).readlink() if (folder / CURRENT).is_symlink() else None
    try:
        yield
    except BaseException:
        if before is not None:
            _point(folder / CURRENT, str(before))
        else:
            (folder / CURRENT).unlink(missing_ok=True)
        raise


def _new_release(folder: Path) -> Path:
    (folder / RELEASES).mkdir(parents=True, exist_ok=True)
    release = Path(tempfile.mkdtemp(dir=folder / RELEASES))
    release.chmod(0o755)
    return release


def _parquet(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    key: tuple[str, ...],
    folder: Path,
    published: Path,
    known: str | None,
) -> tuple[int, str]:
    """Rows and digest of a table's Parquet in the folder: the published one if it has the known digest, else a fresh
    one."""
    target = folder / f"{table}.parquet"
    if known is not None:
        with suppress(OSError):
            content = (published / target.name).read_bytes()
            if hashlib.sha256(content).hexdigest() == known:
                target.write_bytes(content)
                return count_rows(connection, table), known
    rows = _write_parquet(connection, table, key, target)
    return rows, hashlib.sha256(target.read_bytes()).hexdigest()


def _write_parquet(connection: duckdb.DuckDBPyConnection, table: str, key: tuple[str, ...], target: Path) -> int:
    order = ", ".join(quoted(column) for column in key)
    copy = (
        f"copy (select * from {quoted(table)} order by {order}) to {literal(str(target))} "
        "(format parquet, compression zstd)"
    )
    return int(first_row(connection, copy)[0])


def _digest(files: Mapping[str, str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(f"{table}.parquet" for table in files):
        digest.update(name.encode() + b"\0" + bytes.fromhex(files[name.removesuffix(".parquet")]))
    return digest.hexdigest()


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _point(link: Path, target: str) -> None:
    """Make `link` lead to `target`, relative to the link's folder, in one step."""
    fresh = link.with_name(f".{link.name.lstrip('.')}-link")
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(target)
    if link.is_dir() and not link.is_symlink():
        shutil.rmtree(link)
    fresh.replace(link)


def _sweep(folder: Path, keep: int) -> None:
    """Remove what an interrupted publication left behind, and all but the newest `keep` of those that were
    completed."""
    current = (folder / CURRENT).readlink().name if (folder / CURRENT).is_symlink() else None
    others = sorted(
        (path for path in (folder / RELEASES).glob("*") if path.name != current),
        key=lambda path: path.stat().st_mtime_ns,
        reverse=True,
    )
    for path in others[max(keep - 1, 0) :]:
        shutil.rmtree(path, ignore_errors=True)
