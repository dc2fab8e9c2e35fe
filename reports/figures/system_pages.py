"""After rendering: each system of systems.html gets a page of its own, systems/<build_id>.html, and the index keeps the
table.

Both renderers run it (post-render of _quarto.yml) with QUARTO_PROJECT_OUTPUT_DIR, the folder of the site. Every page is
the shell of systems.html, whichever renderer made it, around the section that figures/systems.py marked.
"""

import os
import re
from pathlib import Path

_SECTION = re.compile(
    r'<section class="system" id="(?P<id>[\w.:-]+)" data-name="(?P<name>[^"]*)">.*?<!-- end of (?P=id) -->', re.DOTALL
)
_MAIN = re.compile(r"(<main\b[^>]*>).*?(</main>)", re.DOTALL)
_CONTENTS = re.compile(r'<nav\b[^>]*(?:class="contents"|id="TOC")[^>]*>.*?</nav>', re.DOTALL)
_TITLE = re.compile(r"<title>.*?</title>", re.DOTALL)
_RELATIVE = re.compile(r'\b(href|src)="(?![a-z]+:|#|/|\.\./)([^"]+)"')


def main() -> None:
    """Write the pages of the systems, and take their sections out of the index."""
    site = Path(os.environ["QUARTO_PROJECT_OUTPUT_DIR"])
    index = site / "systems.html"
    if not index.is_file():
        return
    text = index.read_text(encoding="utf-8")
    pages = site / "systems"
    pages.mkdir(exist_ok=True)
    shell = _CONTENTS.sub("", _MAIN.sub(r"\1<!-- system -->\2", text))
    for found in _SECTION.finditer(text):
        (pages / f"{found['id']}.html").write_text(page(shell, found[0], found["name"]), encoding="utf-8")
    index.write_text(_SECTION.sub("", text), encoding="utf-8")


def page(shell: str, section: str, name: str) -> str:
    """The page of one system, a folder below the index. `name` is HTML already."""
    titled = _TITLE.sub(lambda _: f"<title>{name} – Rigonomics</title>", shell)
    return _RELATIVE.sub(r'\1="../\2"', titled.replace("<!-- system -->", section))


if __name__ == "__main__":
    main()
