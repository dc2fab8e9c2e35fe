"""The built-in renderer: the pages' cells run in two kernels, their Markdown goes through Pandoc, the site into a folder.

It writes into an empty folder that it is given; putting the site in its place is done elsewhere.
"""

import html
import os
import queue
import re
import string
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import RigonomicsError
from pipelines.render.cells import execute
from pipelines.render.kernel import Kernel
from pipelines.render.page import Page, read_page
from pipelines.render.pandoc import Html, to_html
from pipelines.render.settings import Settings, read_settings
from pipelines.render.site import copy_assets

KERNELS = 2
"""As many as share the pages, if there are as many processors: a third one would wait for the first two to start."""
_HERE = Path(__file__).parent
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")


def render(folder: Path, shown_as: str, database: Path, site: Path, environment: Mapping[str, str]) -> list[str]:
    """Render the Quarto project in `folder` into the empty folder `site`. Returns warnings.

    `shown_as` is how messages write `folder`. `environment` is added to that of the kernel and the scripts, besides
    RIGONOMICS_DATABASE, the path of `database`.
    Raises RigonomicsError for anything that would give a wrong or incomplete page.
    """
    settings = read_settings(folder, f"{shown_as}/_quarto.yml")
    environment = {
        **environment,
        "RIGONOMICS_DATABASE": str(database),
        "RIGONOMICS_ASSETS": str(site / "assets"),
        "RIGONOMICS_RENDERER": "built-in",
    }
    with ExitStack() as stack:
        used = min(KERNELS, os.cpu_count() or 1, len(settings.pages))
        kernels = [stack.enter_context(Kernel(folder, environment)) for _ in range(used)]
        threads = stack.enter_context(ThreadPoolExecutor(os.cpu_count()))
        (site / "assets").mkdir()
        copy_assets(folder / "assets", site / "assets")
        scripts = [threads.submit(_run_script, folder, name, shown_as, environment) for name in settings.scripts]
        classes = _classes([*(site / "assets").glob("*.css"), *_HERE.glob("*.css")])
        pages = [read_page(folder / name, f"{shown_as}/{name}", classes) for name in settings.pages]

        def convert(page: Page, markdown: str) -> Future[Html]:
            return threads.submit(to_html, page, markdown, settings.pages, settings.toc_depth)

        executed = _execute_all(pages, kernels, settings.echo, convert)
        warnings = [warning for one in executed for warning in one.warnings]
        for script in scripts:
            script.result()
        (site / "assets" / "page.css").write_text((_HERE / "page.css").read_text(encoding="utf-8"), encoding="utf-8")
        (site / "assets" / "page.js").write_text((_HERE / "page.js").read_text(encoding="utf-8"), encoding="utf-8")
        after_body = "\n".join(_take(site, folder, name, shown_as) for name in settings.after_body)
        template = string.Template((_HERE / "page.html").read_text(encoding="utf-8"))
        for page, one in zip(pages, executed, strict=True):
            made = one.html.result()
            warnings += made.warnings
            text = template.substitute(_fields(page, settings, made, after_body))
            (site / page.html).write_text(text, encoding="utf-8")
    return warnings


@dataclass(frozen=True)
class _Executed:
    """A page whose cells have run: what they said on stderr, and its HTML some time."""

    warnings: list[str]
    html: Future[Html]


def _execute_all(
    pages: Sequence[Page], kernels: Sequence[Kernel], echo: bool, convert: Callable[[Page, str], Future[Html]]
) -> list[_Executed]:
    """Every page in whichever kernel is free. Raises what the first of `pages` raised, if one did; the rest is left then."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    for position in range(len(pages)):
        waiting.put(position)
    made: list[_Executed | RigonomicsError | None] = [None] * len(pages)

    def work(kernel: Kernel) -> None:
        while not any(isinstance(one, RigonomicsError) for one in made):
            try:
                position = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                markdown, warnings = execute(pages[position], kernel, echo)
                made[position] = _Executed(warnings, convert(pages[position], markdown))
            except RigonomicsError as error:
                made[position] = error

    with ThreadPoolExecutor(len(kernels)) as workers:
        try:
            for worker in [workers.submit(work, kernel) for kernel in kernels]:
                worker.result()
        except BaseException:
            # Whoever interrupts does not wait for a cell to end.
            for kernel in kernels:
                kernel.kill()
            raise
    for one in made:
        if isinstance(one, RigonomicsError):
            raise one
    return [one for one in made if isinstance(one, _Executed)]


def _classes(stylesheets: list[Path]) -> frozenset[str]:
    return frozenset(name for path in stylesheets for name in _CLASS.findall(path.read_text(encoding="utf-8")))


def _run_script(folder: Path, name: str, shown_as: str, environment: Mapping[str, str]) -> None:
    if not name.endswith(".py") or not (folder / name).is_file():
        raise RigonomicsError(f"{shown_as}/_quarto.yml: pre-render names {name}.", "Name Python scripts that exist.")
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
    raise RigonomicsError(f"{shown_as}/_quarto.yml: include-after-body names {name}, which nobody wrote.", "Mend it.")


def _fields(page: Page, settings: Settings, made: Html, after_body: str) -> dict[str, str]:
    """What the template asks for, as HTML."""
    front = page.front_matter
    title = str(front.get("title", settings.title))
    description = str(front.get("description", settings.description))
    lead = f'<p class="description">{html.escape(str(front["description"]))}</p>' if "description" in front else ""
    subtitle = f'<p class="subtitle">{html.escape(str(front["subtitle"]))}</p>' if "subtitle" in front else ""
    links = "\n".join(_navigation(link.page, link.text, page) for link in settings.navigation)
    toc = ""
    if made.contents and front.get("toc", settings.toc):
        toc = (
            f'<nav class="contents" aria-labelledby="contents-title"><p id="contents-title">'
            f"{html.escape(settings.toc_title)}</p>\n{made.contents}</nav>"
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
        "favicon": f'<link rel="icon" href="{html.escape(settings.favicon or "data:,")}">',
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
