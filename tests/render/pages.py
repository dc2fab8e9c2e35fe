"""The real pages for tests: rendered from a database of the test's own, and read as a reader reads them. No test
lives here."""

import html
import re
import shutil
from pathlib import Path

from pipelines.render import render_report

from . import fixture

NAMES = tuple(sorted(path.stem for path in fixture.REPORTS.glob("*.qmd")))


def project_of(root: Path, *names: str) -> Path:
    """A project at `root` whose report has those pages of this checkout and no other. Returns `root`."""
    pages = {f"{name}.qmd": (fixture.REPORTS / f"{name}.qmd").read_text(encoding="utf-8") for name in names}
    settings = (fixture.REPORTS / "_quarto.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    linked = [line for line in settings if "{href: " not in line or any(f"{{href: {page}," in line for page in pages)]
    return fixture.write_project(root, {"_quarto.yml": "".join(linked), **pages})


def rendered(root: Path, database: Path, *names: str) -> dict[str, str]:
    """The HTML of those pages, and of the systems with theirs, by name, rendered from `database` in a project at
    `root`."""
    shutil.rmtree(root, ignore_errors=True)
    render_report(project_of(root, *names), database, root / "site", prefer="built-in")
    found = (root / "site").rglob("*.html")
    return {
        path.relative_to(root / "site").with_suffix("").as_posix(): path.read_text(encoding="utf-8") for path in found
    }


def page(site: Path, name: str) -> str:
    return (site / f"{name}.html").read_text(encoding="utf-8")


def words(markup: str) -> str:
    """What a reader reads of `markup`, on one line."""
    joined = markup.replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", joined, flags=re.DOTALL)).split())


def cells(markup: str, table: str, first: str) -> list[str]:
    """The cells of the row of the table with the id `table` whose first cell reads `first`."""
    inside = markup.split(f'id="{table}"', 1)[1].split("</table>", 1)[0]
    rows = [
        [words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", inside, re.DOTALL)
    ]
    return next(row for row in rows if row and row[0] == first)
