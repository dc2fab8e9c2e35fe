"""A .qmd page taken apart: front matter, Markdown, cells, expressions in the text.

Nothing is executed here, and no HTML is made. A construct that the built-in renderer would show wrong is refused; what
only Quarto can judge (classes, attributes, open blocks) is left to the run with Quarto.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import RigonomicsError
from pipelines.render.settings import read_yaml

_CELL_OPTIONS = frozenset(
    {"label", "fig-cap", "tbl-cap", "echo", "code-fold", "code-summary", "output", "include", "eval"}
)
_FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})\s*(?P<info>.*?)\s*$")
_CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_EXPRESSION = re.compile(r"\{python\}\s+(?P<code>.+?)\s*", re.DOTALL)
_NOT_SHOWN_HERE = re.compile(r"<!--|\{\{<|(?<!\\)</?[A-Za-z][A-Za-z0-9-]*(?=[\s>/])")
"""A comment, a shortcode, raw HTML."""


@dataclass(frozen=True)
class Expression:
    """A value in the text: Python to evaluate, and its line."""

    code: str
    line: int


@dataclass(frozen=True)
class Markdown:
    """Text between two cells, cut at each expression: one more text than expressions."""

    texts: tuple[str, ...]
    expressions: tuple[Expression, ...]


@dataclass(frozen=True)
class Cell:
    """A cell of Python. `line` is its opening fence's; `code_line` its first line of code below the options."""

    code: str
    options: Mapping[str, Any]
    line: int
    code_line: int

    @property
    def name(self) -> str:
        """How a message calls it."""
        label = self.options.get("label")
        return f"cell {label}" if label else f"the cell of line {self.line}"


@dataclass(frozen=True)
class Page:
    """One .qmd. `shown_as` is its path as messages write it."""

    name: str
    shown_as: str
    source: str
    front_matter: Mapping[str, Any]
    parts: tuple[Markdown | Cell, ...]

    @property
    def html(self) -> str:
        """Name of the page's file in the site."""
        return f"{self.name.removesuffix('.qmd')}.html"

    def line_of(self, text: str) -> int:
        """First line of the source that contains `text`, else 1."""
        return next((n for n, line in enumerate(self.source.splitlines(), start=1) if text in line), 1)


def read_page(path: Path, shown_as: str) -> Page:
    """The page at `path`. Raises RigonomicsError naming file, line and construct."""
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    front_matter: dict[str, Any] = {}
    start = 0
    if lines and lines[0].rstrip() == "---":
        end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
        if end is None:
            raise RigonomicsError(f"{shown_as}:1: the front matter is not closed.", "End it with a line of ---.")
        front_matter = read_yaml("\n".join(lines[1:end]), shown_as, 2)
        start = end + 1
    return Page(path.name, shown_as, source, front_matter, tuple(_parts(lines, start, shown_as)))


def _parts(lines: list[str], start: int, shown_as: str) -> list[Markdown | Cell]:
    parts: list[Markdown | Cell] = []
    text_from = position = start

    def close_text() -> None:
        text = lines[text_from:position]
        if any(line.strip() for line in text):
            parts.append(_markdown(text, text_from + 1, shown_as))

    while position < len(lines):
        opening = _opening(lines[position])
        if opening is None:
            position += 1
            continue
        end = _closing(lines, position, opening["fence"], shown_as)
        language = re.fullmatch(r"\{\s*(\w[\w-]*)[^}]*\}", opening["info"])
        if language is not None:
            if language[1] != "python" or opening["indent"]:
                what = "a cell that is indented" if opening["indent"] else f"a {{{language[1]}}} cell"
                raise _unknown(f"{shown_as}:{position + 1}", what)
            close_text()
            parts.append(_cell(lines[position + 1 : end], position + 1, shown_as))
            text_from = end + 1
        position = end + 1
    close_text()
    return parts


def _opening(line: str) -> re.Match[str] | None:
    found = _FENCE.match(line)
    return None if found is None or (found["fence"][0] == "`" and "`" in found["info"]) else found


def _closing(lines: list[str], opening: int, fence: str, shown_as: str) -> int:
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for number in range(opening + 1, len(lines)):
        if closing.match(lines[number]):
            return number
    raise RigonomicsError(f"{shown_as}:{opening + 1}: the code block is not closed.", f"End it with {fence}.")


def _cell(lines: list[str], line: int, shown_as: str) -> Cell:
    count = next((n for n, entry in enumerate(lines) if not entry.startswith("#|")), len(lines))
    options = read_yaml("\n".join(re.sub(r"^#\| ?", "", entry) for entry in lines[:count]), shown_as, line + 1)
    cell = Cell("\n".join(lines[count:]), options, line, line + 1 + count)
    if unknown := options.keys() - _CELL_OPTIONS:
        raise _unknown(f"{shown_as}:{line}", f"the cell option {min(unknown)}")
    label = str(options.get("label", ""))
    for prefix, caption in (("fig-", "fig-cap"), ("tbl-", "tbl-cap")):
        if label.startswith(prefix) != (caption in options):
            raise RigonomicsError(
                f"{shown_as}:{line}: {cell.name}: a label {prefix}… and a {caption} go together.", "Give it both."
            )
    return cell


def _markdown(lines: list[str], line: int, shown_as: str) -> Markdown:
    text = "\n".join(lines)
    prose = _without_code_blocks(text)
    spans = [
        (span, found)
        for span in _CODE_SPAN.finditer(prose)
        if span[1] == "`" and (found := _EXPRESSION.fullmatch(span[2]))
    ]
    unknown = _NOT_SHOWN_HERE.search(_CODE_SPAN.sub(lambda span: re.sub(r"[^\n]", " ", span[0]), prose))
    if unknown:
        raise _unknown(f"{shown_as}:{line + prose.count(chr(10), 0, unknown.start())}", f"{unknown[0]} in the text")
    expressions = tuple(
        Expression(" ".join(found["code"].split()), line + prose.count("\n", 0, span.start())) for span, found in spans
    )
    starts, ends = [0, *(span.end() for span, _ in spans)], [*(span.start() for span, _ in spans), len(text)]
    return Markdown(tuple(text[start:end] for start, end in zip(starts, ends, strict=True)), expressions)


def _without_code_blocks(text: str) -> str:
    """The text with every character of its code blocks blanked, so that places stay what they were."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opening = _opening(line)
        if fence:
            kept.append(" " * len(line))
            if opening and opening["fence"].startswith(fence) and not opening["info"]:
                fence = ""
        elif opening:
            fence = opening["fence"]
            kept.append(" " * len(line))
        else:
            kept.append(line)
    return "\n".join(kept)


def _unknown(place: str, what: str) -> RigonomicsError:
    return RigonomicsError(
        f"{place}: the built-in renderer does not know {what}.",
        "Write it another way (pipelines/render/README.md lists what it knows), or render with Quarto.",
    )
