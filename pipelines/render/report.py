"""The one door: render the report with Quarto where there is one, else with the built-in renderer, and swap it in
whole."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import RigonomicsError
from pipelines.render.site import broken_links, replacing

RENDERERS = ("auto", "quarto", "built-in")


@dataclass(frozen=True)
class RenderResult:
    """What was rendered: by which renderer, the pages' files, how long it took, and what deserves a look."""

    renderer: str
    pages: list[Path]
    seconds: float
    warnings: list[str]


def render_report(project_root: Path, database: Path, output: Path, prefer: str = "auto") -> RenderResult:
    """Render `project_root`/reports, whose cells read `database`, into the folder `output`; see `rendering`."""
    with rendering(project_root, database, output, prefer) as result:
        return result


@contextmanager
def rendering(project_root: Path, database: Path, output: Path, prefer: str = "auto") -> Iterator[RenderResult]:
    """The report of `project_root`/reports, whose cells read `database`; it takes the place of `output` as the block
    ends well.

    `prefer` is one of RENDERERS: auto takes Quarto if it is installed. The old `output` stays if anything fails.
    Raises RigonomicsError if the report's source, the database or the renderer asked for is missing or wrong.
    """
    from pipelines.render import builtin, quarto  # with all that renders: a refresh without a report needs none of it

    started = time.perf_counter()
    folder = project_root / "reports"
    if prefer not in RENDERERS:
        raise RigonomicsError(f"{prefer!r} is no renderer.", f"Choose one of {', '.join(RENDERERS)}.")
    if not folder.is_dir():
        raise RigonomicsError(f"{folder} does not exist.", "The report's source belongs there.")
    if not database.is_file():
        raise RigonomicsError(f"{database} does not exist.", "Build it first: rigonomics refresh.")
    program = None if prefer == "built-in" else quarto.program()
    if prefer == "quarto" and program is None:
        raise RigonomicsError(
            "There is no quarto on PATH or beside the interpreter, and QUARTO_PATH names none.",
            "Install Quarto, or use the built-in renderer.",
        )
    environment = {"RIGONOMICS_VEGA_JS": str((output / "assets" / "vega.js").resolve())}
    is_elsewhere = False  # an error of the block is the block's own
    try:
        with replacing(output.resolve()) as site:
            if program is None:
                warnings = builtin.render(folder.resolve(), "reports", database.resolve(), site, environment)
            else:
                warnings = quarto.render(program, folder.resolve(), "reports", database.resolve(), site, environment)
            warnings += [f"a link leads nowhere: {link}" for link in broken_links(site)]
            result = RenderResult(
                "built-in" if program is None else f"Quarto {quarto.version(program)}",
                [output / page.name for page in sorted(site.glob("*.html"))],
                time.perf_counter() - started,
                warnings,
            )
            is_elsewhere = True
            yield result
            is_elsewhere = False
    except OSError as error:
        if is_elsewhere:
            raise
        raise RigonomicsError(
            f"The report could not be written to {output}: {error.strerror or error}. What was there before is "
            "untouched.",
            "Free space or make the folder writable (RIGONOMICS_SITE names another), then refresh again.",
        ) from error
