"""Markdown of a page turned into HTML by Pandoc, with the filter for the Quarto constructs that the report uses."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pypandoc

from pipelines.errors import RigonomicsError
from pipelines.render.page import Page

_HERE = Path(__file__).parent
# What Quarto reads, less raw HTML and TeX: a text from a scraped cell that slips through unescaped still stays text.
_READER = "markdown-raw_html-raw_tex-native_divs-native_spans+table_attributes"
_BODY_MARK = "<!-- body -->"


@dataclass(frozen=True)
class Html:
    """A page's table of contents (empty if it has no headings) and its body; and what Pandoc warned of."""

    contents: str
    body: str
    warnings: tuple[str, ...]


def to_html(page: Page, markdown: str, pages: tuple[str, ...], toc_depth: int) -> Html:
    """`markdown`, the executed text of `page`, as HTML. `pages` are those of the site, for links between them.

    Raises RigonomicsError for a construct that the filter refuses and for a cross-reference to nothing.
    """
    depth = page.front_matter.get("toc-depth", toc_depth)
    # JSON is YAML; the block cannot be ended by anything in the page.
    metadata = json.dumps({"pages": list(pages), "pagetitle": page.name})
    command = [
        pypandoc.get_pandoc_path(), f"--from={_READER}", "--to=html5", "--section-divs", "--wrap=none", "--sandbox",
        f"--lua-filter={_HERE / 'report.lua'}", f"--template={_HERE / 'pandoc.html'}", "--toc", f"--toc-depth={depth}",
        "--email-obfuscation=none",
    ]  # fmt: skip
    done = subprocess.run(
        command,
        input=f"---\n{metadata}\n---\n\n{markdown}\n",
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    for line in done.stderr.splitlines():
        if line.startswith("REFUSED\t"):
            _, what, needle = line.split("\t", 2)
            raise RigonomicsError(
                f"{page.shown_as}:{page.line_of(needle)}: the built-in renderer does not know {what}.",
                "Fix it, or write it another way.",
            )
    if done.returncode:
        raise RigonomicsError(f"{page.shown_as}: Pandoc ended with {done.returncode}: {done.stderr.strip()}")
    contents, _, body = done.stdout.partition(_BODY_MARK)
    warnings = tuple(f"{page.shown_as}: {line}" for line in done.stderr.splitlines() if line.strip())
    return Html(contents.strip(), body.strip(), warnings)
