"""The report for others: written into a folder that any static host can serve, and served on this machine alone.

The folder holds the rendered site and, under `download`, the database with its Parquet. Nothing is rendered here.
"""

import errno
import html
import json
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from pipelines.errors import NothingPublished, RigonomicsError
from pipelines.fingerprint import read_state, report_digest
from pipelines.project import Project
from pipelines.render.site import swap
from pipelines.warehouse.lock import RefreshLock
from pipelines.warehouse.reading import open_published

MARKER = ".rigonomics-site.json"
"""Lists the files of a folder that was written here, which may therefore be replaced."""
DOWNLOAD = "download"
SOURCES = ("data", "analysis", "pipelines", "reports", "queries", "tests", "docs", ".git", ".github")
"""Folders of the project that hold what it is made from: no site is written into them."""
SHOWN_FILES = 5
PATIENCE_S = 600.0
LOOPBACK = "127.0.0.1"
NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
"""Names by which a browser on this machine may ask."""
IDLE_S = 15.0
"""Seconds that a client may be silent."""
MOST_AT_ONCE = 32
"""Requests that are answered at the same time."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".parquet": "application/vnd.apache.parquet",
    ".duckdb": "application/octet-stream",
    "": "application/octet-stream",
}
"""Types by suffix, the same on every machine whatever its own tables say."""


def write_site(project: Project, folder: Path, notify: Callable[[str], None] = lambda _message: None) -> list[Path]:
    """Write site and downloads into `folder`, which is replaced whole; returns the files, relative to it.

    A refresh that runs is waited for, of which `notify` gets a message. Raises NothingPublished if there is no report
    of the published database yet, RigonomicsError if `folder` belongs to the project's sources, holds files of somebody
    else, or cannot be written. Then it is as it was.
    """
    try:
        target = folder.resolve()
        refuse_sources(project, target)
        refuse_foreign_files(target)
    except (OSError, RuntimeError) as error:  # a name too long, a folder that cannot be read, links in a circle
        raise RigonomicsError(f"{folder} cannot be written: {error}.", "Name another folder.") from error
    lock = RefreshLock(project.build.with_name("lock"), PATIENCE_S, notify)
    if not project.database.is_file():
        raise NothingPublished(f"{project.relative(project.database)} does not exist yet.", "Run: rigonomics refresh")
    lock.acquire()  # site and database are those of one refresh
    try:
        refuse_stale_report(project)
        return _replace(project, target)
    except OSError as error:
        raise RigonomicsError(
            f"Writing the site to {target} failed: {error.strerror or error}. What was there is untouched.",
            "Free space, or name a folder that you may write to.",
        ) from error
    finally:
        lock.release()


def refuse_sources(project: Project, target: Path) -> None:
    """Raise RigonomicsError if a site at `target` would lie in, or take the place of, what the project is made from."""
    root = project.root.resolve()
    kept = [root / name for name in SOURCES] + [project.curated.resolve(), project.site.resolve()]
    inside = next((place for place in kept if target.is_relative_to(place)), None)
    around = next((place for place in [root, *kept] if place.is_relative_to(target)), None)
    if (place := inside or around) is not None:
        what = f"lies in {place}" if inside else f"holds {place}" if place != target else "is the project itself"
        raise RigonomicsError(
            f"{target} {what}, which a site must not replace.", "Name a folder of its own: rigonomics publish public"
        )


def refuse_foreign_files(target: Path) -> None:
    """Raise RigonomicsError if `target` is no folder, or holds anything that was not written here."""
    if not target.exists():
        return
    if not target.is_dir():
        raise RigonomicsError(f"{target} is a file.", "Name a folder, which may be new.")
    present = {path.relative_to(target) for path in target.rglob("*")}
    written = {Path(name) for name in (*_listed(target), MARKER)}
    ours = written | {folder for path in written for folder in path.parents}
    if foreign := sorted(path.as_posix() for path in present - ours):
        more = f" and {len(foreign) - SHOWN_FILES} more" if len(foreign) > SHOWN_FILES else ""
        raise RigonomicsError(
            f"{target} holds files that rigonomics did not write: {', '.join(foreign[:SHOWN_FILES])}{more}.",
            "Name an empty or new folder, or move them away: the folder is replaced whole.",
        )


def refuse_stale_report(project: Project) -> None:
    """Raise NothingPublished if the rendered report is missing or shows another database than the published one."""
    state = read_state(project)
    if not (project.site / "index.html").is_file():
        raise NothingPublished(f"There is no report at {project.site} yet.", "Run: rigonomics refresh")
    if state is None or state.report != report_digest(project, state.database):
        raise NothingPublished(
            f"The report at {project.site} is not of the published database.", "Run: rigonomics refresh"
        )


def download_page(project: Project, files: Iterable[tuple[str, int]]) -> str:
    """An HTML page that lists the downloads, given as path from the page and size in bytes, with what each holds."""
    with open_published(project) as connection:
        held = dict(connection.execute("select distinct table_name, table_description from data_dictionary").fetchall())
        row = connection.execute("select as_of from settings").fetchone()
    as_of = row[0] if row else None
    about = {f"parquet/{table}.parquet": description for table, description in held.items()}
    about[project.database.name] = "everything in one DuckDB file, with its formulas and comments"
    lines = "\n".join(
        f'<tr><td><a href="{html.escape(name)}" download>{html.escape(name)}</a></td>'
        f"<td>{html.escape(about.get(name, ''))}</td><td>{size / 1000:,.0f} kB</td></tr>"
        for name, size in files
    )
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rigonomics: download</title>
<style>
body {{ font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem }}
div {{ overflow-x: auto }}
table {{ border-collapse: collapse; width: 100% }}
td, th {{ border-bottom: 1px solid #8885; padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top }}
td:last-child, th:last-child {{ text-align: right; white-space: nowrap }}
:root {{ color-scheme: light dark }}
</style>
</head>
<body>
<main>
<h1>Download</h1>
<p>The tables behind <a href="../index.html">the report</a>, prices as of {as_of}. The DuckDB file opens with
<code>duckdb -readonly {html.escape(project.database.name)}</code>.</p>
<div tabindex="0" role="region" aria-label="Files">
<table>
<thead><tr><th scope="col">File</th><th scope="col">What it holds</th><th scope="col">Size</th></tr></thead>
<tbody>
{lines}
</tbody>
</table>
</div>
</main>
</body>
</html>
"""


def _replace(project: Project, target: Path) -> list[Path]:
    target.parent.mkdir(parents=True, exist_ok=True)
    new, old = (target.with_name(f".{target.name}.rigonomics-{word}") for word in ("new", "old"))
    _clear_away(target, new, old)
    new.mkdir()
    _mark(new, [])
    try:
        files = _fill(project, new)
        if not (target.exists() and swap(new, target)):
            _put_in_place(new, target, old)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    shutil.rmtree(old, ignore_errors=True)
    return files


def _put_in_place(new: Path, target: Path, old: Path) -> None:
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise


def _clear_away(target: Path, new: Path, old: Path) -> None:
    """Put right what a writing that was killed left beside the target. Raises RigonomicsError if it is somebody
    else's."""
    for place in (new, old):
        if os.path.lexists(place) and (place.is_symlink() or not place.is_dir() or not _is_ours(place)):
            raise RigonomicsError(
                f"{place} is in the way, and rigonomics did not write it.", "Move it away, or name another folder."
            )
    shutil.rmtree(new, ignore_errors=True)
    if old.exists():
        if not target.exists():
            old.rename(target)
        else:
            shutil.rmtree(old)


def _fill(project: Project, new: Path) -> list[Path]:
    shutil.copytree(project.site, new, symlinks=False, dirs_exist_ok=True)
    new.chmod(0o755)
    download = new / DOWNLOAD
    (download / "parquet").mkdir(parents=True)
    shutil.copyfile(project.database, download / project.database.name)
    for path in sorted(project.parquet.glob("*.parquet")):
        shutil.copyfile(path, download / "parquet" / path.name)
    listed = [download / project.database.name, *sorted((download / "parquet").iterdir())]
    page = download_page(project, [(path.relative_to(download).as_posix(), path.stat().st_size) for path in listed])
    (download / "index.html").write_text(page, encoding="utf-8")
    (new / ".nojekyll").write_bytes(b"")  # or GitHub Pages leaves out what begins with an underscore
    files = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file() and path != new / MARKER)
    _mark(new, files)
    return files


def _mark(folder: Path, files: Iterable[Path]) -> None:
    marker = {"written_by": "rigonomics publish", "files": [path.as_posix() for path in files]}
    (folder / MARKER).write_text(json.dumps(marker, indent=1) + "\n", encoding="utf-8")


def _is_ours(folder: Path) -> bool:
    """Whether a folder beside a target was left by a writing that was killed: it has the mark, or nothing at all
    yet."""
    return (folder / MARKER).is_file() or not any(folder.iterdir())


def _listed(folder: Path) -> set[str]:
    try:
        marker = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        return {str(name) for name in marker["files"]}
    except (OSError, ValueError, TypeError, KeyError):
        return set()


class SiteHandler(SimpleHTTPRequestHandler):
    """Files of one folder, by GET and HEAD: no listings, no hidden files, nothing that a link leads outside to."""

    extensions_map = TYPES
    timeout = IDLE_S
    server_version = "rigonomics"
    sys_version = ""

    def send_head(self) -> Any:
        """As the base class does for files that may be seen; else the answer is 404, and 421 for another site's name.

        A page of elsewhere whose name was made to lead to this machine would else read the report in the reader's
        browser.
        """
        if not _is_this_machine(self.headers.get("Host")):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
            return None
        if "\0" in unquote(self.path):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        path, folder = Path(self.translate_path(self.path)), Path(self.directory)
        seen = path.is_relative_to(folder) and path.resolve().is_relative_to(folder.resolve())
        if not seen or any(part.startswith(".") for part in path.relative_to(folder).parts):
            self.send_error(HTTPStatus.NOT_FOUND)
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> BytesIO | None:
        """A folder without an index page answers 404."""
        self.send_error(HTTPStatus.NOT_FOUND)
        return None

    def end_headers(self) -> None:
        """A refresh shows at once, and no browser guesses types."""
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        super().end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Requests are not logged."""


def _is_this_machine(host: str | None) -> bool:
    """Whether the name that a browser asked for, with any port, is of loopback. HTTP/1.0 has none."""
    if host is None:
        return True
    try:
        return urlsplit(f"//{host.strip()}").hostname in NAMES
    except ValueError:
        return False


class SiteServer(ThreadingHTTPServer):
    """A thread for each request, so many at once and no more; who breaks off is not worth a word."""

    daemon_threads = True

    def __init__(self, *arguments: Any) -> None:
        self._free = threading.BoundedSemaphore(MOST_AT_ONCE)
        super().__init__(*arguments)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, or with 503 if all are busy."""
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
            return
        with suppress(OSError):
            request.settimeout(1)
            request.sendall(b"HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\nRetry-After: 1\r\n\r\n")
        self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """As the base class does; then the thread is free again."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off or falls silent ends its request, and nothing else."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def site_server(folder: Path, port: int) -> ThreadingHTTPServer:
    """A server of `folder` on loopback, not yet running; port 0 takes a free one.

    Raises NothingPublished if there is no page, RigonomicsError if the port is taken or not allowed.
    """
    if not (folder / "index.html").is_file():
        raise NothingPublished(f"There is no report at {folder} yet.", "Run: rigonomics refresh")
    try:
        return SiteServer((LOOPBACK, port), partial(SiteHandler, directory=str(folder)))
    except OSError as error:
        taken = "another program has it" if error.errno == errno.EADDRINUSE else error.strerror
        raise RigonomicsError(
            f"Port {port} of {LOOPBACK} cannot be used: {taken}.", "Name another one: rigonomics serve --port 8001"
        ) from error
