"""What the tests of the renderers share: a database, one rendered report, one process for cells, a browser."""

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.project import Project
from pipelines.render import RenderResult, render_report
from pipelines.render.worker import Worker
from tests.conftest import made_once

from . import fixture

CHROMIUM = os.environ.get("CHROMIUM_PATH") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session", autouse=True)
def figures_importable() -> Iterator[None]:
    """The report's package as cells import it."""
    sys.path.insert(0, str(fixture.REPORTS))
    yield
    sys.path.remove(str(fixture.REPORTS))


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny published database."""
    return fixture.write_database(tmp_path_factory.mktemp("database") / "rigonomics.duckdb")


@pytest.fixture(scope="session")
def specimen(tmp_path_factory: pytest.TempPathFactory, database: Path) -> tuple[RenderResult, Path]:
    """The report with every construct, rendered once: what the renderer said, and the site."""
    root = tmp_path_factory.mktemp("specimen")
    fixture.write_project(root)
    site = root / "site"
    return render_report(root, database, site, prefer="built-in"), site


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    """A process that runs small cells, without the report's package."""
    with Worker(tmp_path_factory.mktemp("worker"), {}) as running:
        yield running


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def serving(site: Path) -> Iterator[str]:
    """Address of a site on the loopback interface."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def served(specimen: tuple[RenderResult, Path]) -> Iterator[str]:
    """Address of the rendered specimen."""
    with serving(specimen[1]) as address:
        yield address


@pytest.fixture(scope="session")
def report(tmp_path_factory: pytest.TempPathFactory, published: Project) -> tuple[RenderResult, Path]:
    """The whole report rendered from the real tables: what the renderer said, and the site. Not to be changed."""

    def make(folder: Path) -> tuple[RenderResult, Path]:
        return render_report(published.root, published.database, folder / "site", prefer="built-in"), folder / "site"

    return made_once(tmp_path_factory, "report", make)


@pytest.fixture(scope="session")
def site(report: tuple[RenderResult, Path]) -> Path:
    """The whole report rendered from the real tables. Not to be changed."""
    return report[1]


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Address of the whole report."""
    with serving(site) as address:
        yield address


@pytest.fixture
def figures(database: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package, reading the tiny database."""
    monkeypatch.setenv("RIGONOMICS_DATABASE", str(database))
    import figures
    from figures import sql

    sql.forget()
    return figures


@pytest.fixture
def crafted(tmp_path: Path, published: Project, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], Path]]:
    """Changes a copy of the real database by SQL and lets the report's package read it; gives its path."""
    from figures import sql

    def change(statements: str) -> Path:
        path = tmp_path / "crafted.duckdb"
        shutil.copyfile(published.database, path)
        with duckdb.connect(str(path)) as connection:
            connection.execute(statements)
        monkeypatch.setenv("RIGONOMICS_DATABASE", str(path))
        sql.forget()
        return path

    yield change
    sql.forget()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; the test is skipped where there is none."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: install the package chromium, or name one in CHROMIUM_PATH")
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: install the extra dev")
    with playwright.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield running
        running.close()


DRAWN = "[...document.querySelectorAll('.chart')].every(chart => 'drawn' in chart.dataset)"


@pytest.fixture
def opened(browser: Any, address: str) -> Iterator[Callable[..., Any]]:
    """Opens a page of the report, waits for its charts, and fails at the end if it complained or asked elsewhere."""
    contexts = []
    complaints: list[str] = []
    asked: list[str] = []

    def open_page(url: str, **settings: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **settings})
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        page.wait_for_function(DRAWN, timeout=30_000)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
