"""What the tests of the renderers share: a database, one rendered report, one process for cells, a browser."""

import functools
import http.server
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.render import RenderResult, render_report
from pipelines.render.worker import Worker

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


@pytest.fixture(scope="session")
def served(specimen: tuple[RenderResult, Path]) -> Iterator[str]:
    """Address of the rendered specimen on the loopback interface."""
    handler = functools.partial(_Quiet, directory=str(specimen[1]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


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
