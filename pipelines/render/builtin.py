"""The built-in renderer: the pages' cells run in two processes, their Markdown goes through Pandoc, the site into a
folder.

It writes into an empty folder that it is given; putting the site in its place is done elsewhere.
"""

import html
import os
import queue
import shutil
import string
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from pipelines.errors import RigonomicsError
from pipelines.render.cells import execute
from pipelines.render.page import Page, read_page
from pipelines.render.pandoc import Html, to_html
from pipelines.render.settings import Settings, read_settings
from pipelines.render.site import copy_assets
from pipelines.render.worker import Worker

WORKERS = 2
"""As many as share the pages, if there are as many processors: a third one would wait for the first two to start."""
_HERE = Path(__file__).parent


def render(folder: Path, shown_as: str, database: Path, site: Path, environment: Mapping[str, str]) -> list[str]:
    """Render the Quarto project in `folder` into the empty folder `site`. Returns warnings.

    `shown_as` is how messages write `folder`. `environment` is added to that of the cells and the scripts, besides
    RIGONOMICS_DATABASE, the path of `database`.
    Raises RigonomicsError for anything that would give a wrong or incomplete page: what the first page raised, if
    several do.
    """
    settings = read_settings(folder, f"{shown_as}/_quarto.yml")
    environment = {
        **environment,
        "RIGONOMICS_DATABASE": str(database),
        "RIGONOMICS_ASSETS": str(site / "assets"),
        "RIGONOMICS_RENDERER": "built-in",
    }
    pages = [read_page(folder / name, f"{shown_as}/{name}") for name in settings.pages]
    (site / "assets").mkdir()
    copy_assets(folder / "assets", site / "assets")
    made, warnings = _made(folder, pages, settings, environment, shown_as)
    for name in ("page.css", "page.js"):
        shutil.copyfile(_HERE / name, site / "assets" / name)
    after_body = "\n".join(_take(site, folder, name, shown_as) for name in settings.after_body)
    template = string.Template((_HERE / "page.html").read_text(encoding="utf-8"))
    for page, one in zip(pages, made, strict=True):
        (site / page.html).write_text(template.substitute(_fields(page, settings, one, after_body)), encoding="utf-8")
    for name in settings.last_scripts:
        # the name that Quarto gives them
        _run_script(folder, name, shown_as, {**environment, "QUARTO_PROJECT_OUTPUT_DIR": str(site)})
    return warnings


def _made(
    folder: Path, pages: list[Page], settings: Settings, environment: Mapping[str, str], shown_as: str
) -> tuple[list[Html], list[str]]:
    """Each page as HTML, and warnings; scripts have run by then. Each page has a worker to itself until its cells
    have run."""
    depth = int(settings.html.get("toc-depth", 3))
    failed = threading.Event()
    with ExitStack() as stack:
        workers = [
            stack.enter_context(Worker(folder, environment))
            for _ in range(min(WORKERS, os.cpu_count() or 1, len(pages)))
        ]
        idle: queue.SimpleQueue[Worker] = queue.SimpleQueue()
        for worker in workers:
            idle.put(worker)
        others = stack.enter_context(ThreadPoolExecutor(os.cpu_count()))
        cells = stack.enter_context(ThreadPoolExecutor(len(workers)))
        # First of all at the end: whoever waits for a worker is freed by its death.
        for worker in workers:
            stack.callback(worker.kill)

        def make(page: Page) -> tuple[list[str], Future[Html]]:
            if failed.is_set():
                raise RigonomicsError("An earlier page failed.")  # which is raised first
            worker = idle.get()
            try:
                markdown, warnings = execute(page, worker, settings.echo)
            except BaseException:
                failed.set()
                raise
            finally:
                idle.put(worker)
            return warnings, others.submit(to_html, page, markdown, settings.pages, depth)

        scripts = [others.submit(_run_script, folder, name, shown_as, environment) for name in settings.scripts]
        executed = [one.result() for one in [cells.submit(make, page) for page in pages]]
        for script in scripts:
            script.result()
        made = [one.result() for _, one in executed]
    return made, [w for (warnings, _), one in zip(executed, made, strict=True) for w in (*warnings, *one.warnings)]


def _run_script(folder: Path, name: str, shown_as: str, environment: Mapping[str, str]) -> None:
    if not name.endswith(".py") or not (folder / name).is_file():
        raise RigonomicsError(
            f"{shown_as}/_quarto.yml: a script named {name} is to run.", "Name Python scripts that exist."
        )
    done = subprocess.run(
        [sys.executable, name],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RigonomicsError(
            f"{shown_as}/{name} ended with {done.returncode}: {last}", "Run it by itself to see more."
        )


def _take(site: Path, folder: Path, name: str, shown_as: str) -> str:
    """A file that a script has written for the end of every page. It is part of the pages then, not of the site."""
    written = site / name
    if written.is_file():
        text = written.read_text(encoding="utf-8")
        written.unlink()
        return text
    if (folder / name).is_file():
        return (folder / name).read_text(encoding="utf-8")
    raise RigonomicsError(
        f"{shown_as}/_quarto.yml: include-after-body names {name}, which does not exist.", "Fix the name."
    )


def _fields(page: Page, settings: Settings, made: Html, after_body: str) -> dict[str, str]:
    """What the template asks for, as HTML."""
    front = page.front_matter
    title = str(front.get("title", settings.title))
    description = str(front.get("description", settings.website.get("description", "")))
    lead = f'<p class="description">{html.escape(str(front["description"]))}</p>' if "description" in front else ""
    subtitle = f'<p class="subtitle">{html.escape(str(front["subtitle"]))}</p>' if "subtitle" in front else ""
    links = "\n".join(_navigation(link.page, link.text, page) for link in settings.navigation)
    toc = ""
    if made.contents and front.get("toc", settings.html.get("toc")):
        toc = (
            f'<nav class="contents" aria-labelledby="contents-title"><p id="contents-title">'
            f"{html.escape(str(settings.html.get('toc-title', 'On this page')))}</p>\n{made.contents}</nav>"
        )
    page_title = str(front.get("pagetitle", title))
    whole = page_title if page_title == settings.title else f"{page_title} – {settings.title}"
    stylesheets = [*settings.stylesheets, "assets/page.css"]
    return {
        "language": html.escape(settings.language),
        "document_title": html.escape(whole),
        "meta_description": html.escape(description),
        "stylesheets": "\n".join(f'<link rel="stylesheet" href="{html.escape(name)}">' for name in stylesheets),
        # Without one a browser asks for a file that is not there.
        "favicon": f'<link rel="icon" href="{html.escape(settings.website.get("favicon") or "data:,")}">',
        "header": settings.header,
        "home": settings.navigation[0].page.replace(".qmd", ".html") if settings.navigation else "index.html",
        "site_title": html.escape(settings.title),
        "navigation": links,
        "title": html.escape(title),
        "subtitle": subtitle,
        "description": lead,
        "contents": toc,
        "body": made.body,
        "after_body": after_body,
    }


def _navigation(target: str, text: str, page: Page) -> str:
    current = ' aria-current="page"' if target == page.name else ""
    return f'<li><a href="{html.escape(target.removesuffix(".qmd"))}.html"{current}>{html.escape(text)}</a></li>'
