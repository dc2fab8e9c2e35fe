"""What a refresh costs: `make bench` prints wall time and peak memory of whole processes, and the floor beneath them.

Nothing here passes or fails. Each figure is the median of five runs of a process of its own, the variants in turn, in a
project copied to a temporary folder, so that the published files of this checkout stay as they are. CPU time says more
than wall time on a machine that does other things.
"""

import functools
import gzip
import http.server
import itertools
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.project import Project
from pipelines.render import render_report
from pipelines.warehouse.declarations import load_declarations

CHECKOUT = Path(__file__).resolve().parent.parent
RUNS = 5
COMMAND = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main(sys.argv[1:]))"]


@dataclass(frozen=True)
class Case:
    """A whole process to measure: what it is, its arguments, what prepares it, and variables that it gets."""

    name: str
    arguments: list[str]
    before: Callable[[], object] = lambda: None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds and peak MB of one process."""

    wall: float
    cpu: float
    megabytes: float


def measured(case: Case, project: Project) -> Cost:
    """Run a case once."""
    case.before()
    places = {"RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT)}
    started = time.perf_counter()
    process = subprocess.Popen(
        case.arguments,
        env={**os.environ, **places, **case.environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    if status != 0:
        raise SystemExit(f"{case.name} failed: {process.stderr.read().decode() if process.stderr else ''}")
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def compare(cases: Sequence[Case], project: Project) -> None:
    """Run the cases in turn, several times over, and print the median of each beside that of the last, the floor."""
    costs: dict[str, list[Cost]] = {case.name: [] for case in cases}
    for _ in range(RUNS):
        for case in cases:
            costs[case.name].append(measured(case, project))
    floor_cpu = statistics.median(cost.cpu for cost in costs[cases[-1].name])
    print(
        f"{f'median of {RUNS} runs in turn':44} {'wall':>8} {'CPU':>8} {'of floor':>9} {'peak':>8}   wall, from and to"
    )
    for name, found in costs.items():
        walls, cpu = [cost.wall for cost in found], statistics.median(cost.cpu for cost in found)
        print(
            f"{name:44} {statistics.median(walls):6.2f} s {cpu:6.2f} s {cpu / floor_cpu:8.2f}x "
            f"{max(cost.megabytes for cost in found):5.0f} MB   {min(walls):.2f} to {max(walls):.2f} s",
            flush=True,
        )


def floor(project: Project) -> None:
    """The same SELECTs by bare DuckDB: tables that Python fills are read from Parquet, all others computed."""
    declarations = load_declarations(project.analysis, project.root)
    connection = duckdb.connect()
    for path in sorted((project.analysis / "macros").glob("*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))
    for name, table in declarations.items():
        source = project.parquet / f"{name}.parquet"
        if table.sql is not None and table.folder != "published":
            connection.execute(f'create {"view" if table.is_view else "table"} "{name}" as {table.sql}')
        elif source.exists():
            connection.execute(f"create table \"{name}\" as from read_parquet('{source}')")
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def slowest(project: Project) -> None:
    """Time between one table and the next, as the refresh tells them."""
    from pipelines.refresh import refresh

    told: list[tuple[str, float]] = []
    refresh(project, with_report=False, force=True, notify=lambda message: told.append((message, time.perf_counter())))
    spans = [(after - before, message) for (_, before), (message, after) in itertools.pairwise(told)]
    print("\nslowest ten steps of one refresh (time since the table before it was done)")
    for seconds, message in sorted(spans, reverse=True)[:10]:
        print(f"{seconds:8.3f} s  {message}")


def rendering(project: Project) -> None:
    """Build time of the whole site by itself, and what each page weighs and needs in a browser."""
    seconds = []
    for _ in range(RUNS):
        started = time.perf_counter()
        result = render_report(project.root, project.database, project.site)
        seconds.append(time.perf_counter() - started)
    print(
        f"\nreport: {len(result.pages)} pages by {result.renderer}, median {statistics.median(seconds):.2f} s with imports done"
    )
    shown = {name: in_browser(project.site, name) for name in sorted(path.stem for path in project.site.glob("*.html"))}
    print(f"{'page':12} {'first visit, gzip':>18} {'requests':>9} {f'first chart, median of {RUNS}':>24}")
    for name, (weight, requests, first_charts) in shown.items():
        drawn = (
            f"{statistics.median(first_charts):.0f} ms ({min(first_charts):.0f} to {max(first_charts):.0f} ms)"
            if first_charts
            else "no chart"
        )
        print(f"{name:12} {weight / 1000:15.0f} KB {requests:>9} {drawn:>24}")


def in_browser(site: Path, name: str) -> tuple[int, int, list[float]]:
    """Gzipped bytes and number of requests of a first visit, and milliseconds from navigation to the first drawn chart.

    Each visit is a first one, by a browser with nothing in its cache.
    """
    from playwright.sync_api import sync_playwright

    handler = functools.partial(QuietHandler, directory=str(site))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asked: list[str] = []
    first_charts: list[float] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        for _ in range(RUNS):
            asked.clear()
            context = browser.new_context()
            page = context.new_page()
            page.on("request", lambda request: asked.append(request.url))
            page.goto(f"http://127.0.0.1:{server.server_port}/{name}.html", wait_until="load")
            page.wait_for_timeout(1_500)
            first_charts += page.evaluate("performance.getEntriesByName('first-chart').map(mark => mark.startTime)")[:1]
            context.close()
        browser.close()
    server.shutdown()
    files = {site / url.split("/", 3)[3].split("#")[0].split("?")[0] for url in asked}
    weight = sum(len(gzip.compress(path.read_bytes())) for path in files if path.is_file())
    return weight, len(asked), first_charts


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files and says nothing."""

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is logged."""


def touch_price(project: Project) -> None:
    """Change one price by a dollar, to and fro."""
    path = next(project.raw.glob("maxq-workstation-summary/*/cost_breakdown.csv"))
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("$8,250", "$8,251") if "$8,250" in text else text.replace("$8,251", "$8,250"), encoding="utf-8"
    )


def main() -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        for name in ("data", "analysis", "reports", "queries"):
            shutil.copytree(
                CHECKOUT / name,
                project.root / name,
                ignore=shutil.ignore_patterns("_site", ".quarto", "rigonomics.duckdb*", ".releases"),
            )
        shutil.rmtree(project.curated, ignore_errors=True)
        home = Path(folder) / "dagster"
        home.mkdir()
        refresh, bench = [*COMMAND, "refresh", "--no-report"], [sys.executable, str(Path(__file__).resolve())]

        def from_nothing() -> None:
            shutil.rmtree(project.curated, ignore_errors=True)

        compare(
            [
                Case("from nothing, as a Dagster run", refresh, from_nothing, {"DAGSTER_HOME": str(home)}),
                Case("from nothing with the report", [*COMMAND, "refresh"], from_nothing),
                Case("from nothing", refresh, from_nothing),
                Case("one price changed", refresh, lambda: touch_price(project)),
                Case("nothing changed", refresh),
                Case("floor: the same SQL by bare DuckDB", [*bench, "--floor"]),
            ],
            project,
        )
        slowest(project)
        if shutil.which("chromium"):
            rendering(project)
        else:
            print("The report in a browser is not measured: there is no Chromium.")


if __name__ == "__main__":
    if sys.argv[1:] == ["--floor"]:
        floor(Project(Path(os.environ["RIGONOMICS_PROJECT"])))
    else:
        main()
