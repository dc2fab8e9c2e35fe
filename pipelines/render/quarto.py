"""The real Quarto, where it is installed: `quarto render` on a copy of the report's source, its log read for warnings.

The copy keeps generated files out of the checkout and lets a failed run leave nothing behind.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Collection, Mapping
from pathlib import Path

from pipelines.errors import RigonomicsError

_WARNING = re.compile(r"\bWARN(?:ING)?\b:?\s*(.*)")
_NOISE = re.compile(r"running over TCP|without encryption", re.IGNORECASE)
"""What every kernel says that Quarto starts, on this machine alone."""
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_LINK = re.compile(r'(<link\b[^>]*\s)id="([A-Za-z][\w-]*)"')
_UNRESOLVED = re.compile(r"Unable to resolve crossref @?(\S+)", re.IGNORECASE)


def program() -> Path | None:
    """The quarto that QUARTO_PATH names (a file, or its folder), else on PATH, else beside the interpreter, else
    None."""
    named = os.environ.get("QUARTO_PATH")
    if named:
        path = Path(named)
        found = shutil.which("quarto", path=str(path)) if path.is_dir() else shutil.which(named)
        if found is None:
            raise RigonomicsError(f"QUARTO_PATH names {named}, where there is no quarto.", "Fix it, or unset it.")
        return Path(found)
    found = shutil.which("quarto") or shutil.which("quarto", path=str(Path(sys.executable).parent))
    return Path(found) if found else None


def version(quarto: Path) -> str:
    """What `quarto --version` says."""
    done = subprocess.run([quarto, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or "of unknown version"


def render(
    quarto: Path, folder: Path, shown_as: str, database: Path, site: Path, environment: Mapping[str, str]
) -> list[str]:
    """Render the project in `folder` into the empty folder `site` with `quarto`. Returns Quarto's warnings.

    Raises RigonomicsError if Quarto fails, and for a cross-reference that it could not resolve (Quarto only warns).
    """
    with tempfile.TemporaryDirectory(prefix="report-") as temporary:
        copy = Path(temporary) / "reports"
        shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("_*-new-*", "_site*", ".quarto", "__pycache__"))
        if (queries := folder.parent / "queries").is_dir():
            shutil.copytree(queries, copy.parent / "queries")
        done = subprocess.run(
            [quarto, "render", copy, "--output-dir", "_site"],
            env={
                **os.environ,
                **environment,
                "QUARTO_PYTHON": sys.executable,
                "RIGONOMICS_DATABASE": str(database),
                "RIGONOMICS_RENDERER": f"Quarto {version(quarto)}",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        log = _ANSI.sub("", done.stderr).replace(str(copy), shown_as)
        if done.returncode:
            raise RigonomicsError(
                f"Quarto ended with {done.returncode}:\n{_tail(log)}",
                "Fix the page; the old report is still in place.",
            )
        if unresolved := _UNRESOLVED.search(log):
            raise RigonomicsError(
                f"Quarto could not resolve the cross-reference @{unresolved[1]}.", "Fix it, or label what it names."
            )
        shutil.copytree(copy / "_site", site, dirs_exist_ok=True)
        give_each_link_its_id(site)
        return [said for match in _WARNING.finditer(log) if (said := match[1].strip()) and not _NOISE.search(said)]


def give_each_link_its_id(site: Path) -> None:
    """Keep an id of several stylesheets, one for each colour scheme, on the first of them; scripts find each by
    `data-id`.

    Quarto's own scripts select them as `link#quarto-bootstrap`, with a class or state beside it.
    """
    pages = {page: page.read_text(encoding="utf-8") for page in sorted(site.rglob("*.html"))}
    counts = [Counter(match[2] for match in _LINK.finditer(text)) for text in pages.values()]
    doubled = {name for counted in counts for name, count in counted.items() if count > 1}
    if not doubled:
        return
    scripts = {script: script.read_text(encoding="utf-8") for script in sorted((site / "site_libs").rglob("*.js"))}
    selector = re.compile(rf"\blink#({'|'.join(sorted(doubled))})(?![\w-])")
    for path, text in (pages | scripts).items():
        changed = selector.sub(r"link[data-id=\1]", _with_single_ids(text, doubled))
        if changed != text:
            path.write_text(changed, encoding="utf-8")


def _with_single_ids(text: str, doubled: Collection[str]) -> str:
    seen: set[str] = set()

    def marked(match: re.Match[str]) -> str:
        before, name = match.groups()
        if name not in doubled:
            return match[0]
        own = "" if name in seen else f'id="{name}" '
        seen.add(name)
        return f'{before}{own}data-id="{name}"'

    return _LINK.sub(marked, text)


def _tail(log: str) -> str:
    return "\n".join(log.strip().splitlines()[-25:])
