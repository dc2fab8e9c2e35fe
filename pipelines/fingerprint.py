"""What the published files were made from, so that a refresh can tell whether anything has changed since.

Here live the digests of what a user brings, of the code and of the report's source, and the state that the last refresh
left beside the database. Nothing heavy is imported, so that a refresh with nothing to do is over at once.
"""

import hashlib
import json
import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path

from pipelines import __version__
from pipelines.contracts.files import read_file
from pipelines.errors import RigonomicsError
from pipelines.project import Project

LARGE_BYTES = 20_000_000
"""Above this a file is identified by size and time of change: to read it whole takes seconds."""

TABLE_PACKAGES = ("duckdb", "polars", "sqlglot")
"""Packages whose version may change what is in a table."""


@dataclass(frozen=True)
class State:
    """What the published files were made from.

    inputs, code: digests of what the user brings and of the code; as_of: the day asked for, or empty; database: which
    file was published, by its size and time of change; report: digest of the report's source and of the database that
    it shows, empty if it was not rendered; refreshed_at: when, in words for the user; without: sources that were asked
    to be left out; faults: contracts that were wrong, whose sources are left out too.
    """

    inputs: str
    code: str
    as_of: str
    database: str
    report: str
    refreshed_at: str
    without: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def read_state(project: Project) -> State | None:
    """The state that the last refresh left; None if there is none that can be understood."""
    try:
        return State(**json.loads(_state_file(project).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_state(project: Project, state: State) -> None:
    """Leave the state for the next refresh, in one step; without room for it, that one runs whatever it finds."""
    target = _state_file(project)
    fresh = target.with_suffix(".new")
    with suppress(OSError):
        fresh.write_text(json.dumps(asdict(state), indent=1) + "\n", encoding="utf-8")
        fresh.replace(target)


def forget_state(project: Project) -> None:
    """Make the next refresh run whatever it finds."""
    _state_file(project).unlink(missing_ok=True)


def pending(project: Project, as_of: date | None, *, with_report: bool, without: Collection[str] = ()) -> str:
    """What a refresh would have to do: 'tables' (and what follows), 'report' alone, or 'nothing'."""
    state, mark = read_state(project), database_mark(project)
    if (
        state is None
        or not mark
        or state.database != mark
        or state.without != sorted(set(without))
        or state.as_of != (as_of.isoformat() if as_of else "")
        or state.code != code_version(project)
        or state.inputs != input_digest(project)
    ):
        return "tables"
    if with_report and not (
        (project.site / "index.html").is_file() and state.report == report_digest(project, state.database)
    ):
        return "report"
    return "nothing"


def database_mark(project: Project) -> str:
    """Which published database is there, by size and time of change; empty if none, or if its Parquet is gone."""
    try:
        stat = project.database.stat()
    except OSError:
        return ""
    return f"{stat.st_size}-{stat.st_mtime_ns}" if project.parquet.is_dir() else ""


def input_digest(project: Project) -> str:
    """SHA-256 over names and bytes of everything that a user brings: data/raw, catalogue, vocabulary, assumptions,
    releases."""
    edited = [project.catalogue, project.vocabulary, project.assumptions, project.releases]
    return digest_of([*_visible_files(project.raw), *edited], project.root)


def source_digest(project: Project, source_id: str) -> str:
    """SHA-256 over names and bytes of the files of one source: its snapshots, contract and corrections."""
    return digest_of(_visible_files(project.raw / source_id), project.root)


def code_version(project: Project) -> str:
    """Version of the pipeline, with a digest of its code, its SQL and the packages that fill the tables."""
    here = Path(__file__).resolve().parent
    code = [path for path in _files(here) if path.suffix == ".py" and "render" not in path.relative_to(here).parts]
    sql = [path for path in _files(project.analysis) if path.suffix in {".sql", ".toml"}]
    packages = "\0".join(f"{name} {_version(name)}" for name in TABLE_PACKAGES)
    return f"{__version__}+{_sha(digest_of([*code, *sql], project.root) + packages)[:12]}"


def parser_digest(project: Project) -> str:
    """Digest of all that decides what a cell says, besides the cell and its contract: parser, vocabulary, catalogue."""
    here = Path(__file__).resolve().parent
    code = [path for room in ("contracts", "ingest", "normalise") for path in (here / room).glob("*.py")]
    return _sha(digest_of([*code, project.vocabulary, project.catalogue], project.root) + _version("polars"))


def report_digest(project: Project, database: str) -> str:
    """Digest of what a rendered report was made from: its source, the renderer, and the database of that mark."""
    made = {"_site", ".quarto", "__pycache__", "vega.js"}
    source = [path for path in _files(project.reports) if not made & set(path.relative_to(project.reports).parts)]
    renderer = [path for path in _files(Path(__file__).resolve().parent / "render") if path.suffix != ".pyc"]
    queries = _visible_files(project.root / "queries")
    return _sha(f"{digest_of([*source, *queries, *renderer], project.root)} {database} {project.site.resolve()}")


def digest_of(files: Iterable[Path], root: Path) -> str:
    """SHA-256 over names (from `root`) and bytes of files, in order of name. What cannot be read counts by that."""
    digest = hashlib.sha256()
    for path in sorted(set(files)):
        name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
        digest.update(name.encode("utf-8", "surrogateescape") + b"\0" + _content_mark(path))
    return digest.hexdigest()


def _content_mark(path: Path) -> bytes:
    try:
        stat = path.stat()
        if stat.st_size > LARGE_BYTES:
            return f"{stat.st_size} {stat.st_mtime_ns}".encode()
        return hashlib.sha256(read_file(path, path.name, LARGE_BYTES)).digest()
    except OSError as error:
        return f"unreadable {error.errno}".encode()
    except RigonomicsError:
        return b"unreadable"


def _visible_files(folder: Path) -> list[Path]:
    return [path for path in _files(folder) if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def _files(folder: Path) -> list[Path]:
    """Everything below a folder that is no folder, or is a folder that poses as a table; links are not followed."""
    found = []
    for parent, folders, files in os.walk(folder):
        found += [Path(parent) / name for name in files]
        found += [Path(parent) / name for name in folders if name.endswith(".csv")]
        folders[:] = [name for name in folders if name != "__pycache__"]
    return found


def _version(package: str) -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _state_file(project: Project) -> Path:
    return project.curated / ".state.json"
