"""A .qmd page taken apart: front matter, Markdown, cells, expressions in the text; and what the built-in renderer refuses.

Nothing is executed here, and no HTML is made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import RigonomicsError
from pipelines.render.settings import read_yaml

CALLOUTS = frozenset({"callout-note", "callout-tip", "callout-warning", "callout-important", "callout-caution"})
_CONSTRUCTS = CALLOUTS | {"panel-tabset", "unnumbered", "unlisted"}
_ATTRIBUTES = frozenset({"title", "collapse", "group", "start", "role", "lang"})
_FRONT_MATTER: dict[str, Any] = dict.fromkeys(("title", "subtitle", "description", "pagetitle", "toc", "toc-depth"))
_FRONT_MATTER["execute"] = {"echo": None}
_CELL_OPTIONS: dict[str, Any] = dict.fromkeys(
    ("label", "fig-cap", "tbl-cap", "echo", "code-fold", "code-summary", "output", "include", "eval")
)
_FENCE = re.compile(r"^(?P<indent>\s*)(?P<fence>`{3,}|~{3,})\s*(?P<info>.*?)\s*$")
_DIV = re.compile(r"^\s*(?P<colons>:{3,})\s*(?P<info>.*?)\s*:*\s*$")
_CODE_SPAN = re.compile(r"(?<![`\\])(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_EXPRESSION = re.compile(r"\{(?P<language>\w+)\}\s+(?P<code>.+?)\s*", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_TAG = re.compile(r"(?<!\\)</?[A-Za-z][A-Za-z0-9-]*(?=[\s>/])[^<>]*>?")
_SHORTCODE = re.compile(r"\{\{<\s*(\S+)")
_ATTRIBUTE_BLOCK = re.compile(r"(?<!\\)\{(?P<inside>[ \t]*(?:[#.=][\w-]|[\w-]+=)[^{}\n]*)\}")
_ATTRIBUTE = re.compile(
    r"""#(?P<id>[\w:.-]+)|\.(?P<class>[\w-]+)|(?P<key>[\w-]+)=(?:"[^"]*"|'[^']*'|\S+)|=(?P<raw>\w+)"""
)


@dataclass(frozen=True)
class Expression:
    """A value in the text: Python to evaluate, and the line where it stands."""

    code: str
    line: int


@dataclass(frozen=True)
class Markdown:
    """Text between two cells, cut where an expression stands: one more text than expressions."""

    texts: tuple[str, ...]
    expressions: tuple[Expression, ...]
    line: int


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
        for number, line in enumerate(self.source.splitlines(), start=1):
            if text in line:
                return number
        return 1


def read_page(path: Path, shown_as: str, classes: frozenset[str]) -> Page:
    """The page at `path`. `classes` are those that the stylesheets know: any other is refused as a construct unknown.

    Raises RigonomicsError naming file, line and construct.
    """
    source = path.read_text(encoding="utf-8")
    lines = source.splitlines()
    front_matter: dict[str, Any] = {}
    start = 0
    if lines and lines[0].rstrip() == "---":
        end = next((n for n, line in enumerate(lines[1:], start=1) if line.rstrip() in {"---", "..."}), None)
        if end is None:
            raise RigonomicsError(f"{shown_as}:1: the front matter is not closed.", "End it with a line of ---.")
        front_matter = read_yaml("\n".join(lines[1:end]), _FRONT_MATTER, shown_as, 2, "front matter ")
        start = end + 1
    return Page(path.name, shown_as, source, front_matter, tuple(_parts(lines, start, shown_as, classes)))


def _parts(lines: list[str], start: int, shown_as: str, classes: frozenset[str]) -> list[Markdown | Cell]:
    parts: list[Markdown | Cell] = []
    text: list[str] = []
    text_line = start + 1
    position = start
    labels: dict[str, int] = {}

    def close_text() -> None:
        if any(line.strip() for line in text):
            parts.append(_markdown(text, text_line, shown_as, classes))

    while position < len(lines):
        opening = _FENCE.match(lines[position])
        if opening is None or (opening["fence"][0] == "`" and "`" in opening["info"]):
            text.append(lines[position])
            position += 1
            continue
        end = _closing(lines, position, opening["fence"], shown_as)
        language = re.fullmatch(r"\{\s*(\w[\w-]*)[^}]*\}", opening["info"])
        if language is None:
            _refuse_code_block(opening["info"], f"{shown_as}:{position + 1}", classes)
            text.extend(lines[position : end + 1])
        elif language[1] != "python":
            raise _unknown(f"{shown_as}:{position + 1}", f"a {{{language[1]}}} cell")
        elif opening["indent"]:
            raise _unknown(f"{shown_as}:{position + 1}", "a cell that is indented")
        else:
            close_text()
            cell = _cell(lines[position + 1 : end], position + 1, shown_as)
            label = cell.options.get("label")
            if label in labels:
                raise RigonomicsError(
                    f"{shown_as}:{cell.line}: the label {label} stands at line {labels[label]} already.",
                    "Give each cell a label of its own.",
                )
            if label:
                labels[label] = cell.line
            parts.append(cell)
            text, text_line = [], end + 2
        position = end + 1
    close_text()
    _refuse_open_divs(parts, shown_as)
    return parts


def _closing(lines: list[str], opening: int, fence: str, shown_as: str) -> int:
    closing = re.compile(rf"^\s*{re.escape(fence[0])}{{{len(fence)},}}\s*$")
    for number in range(opening + 1, len(lines)):
        if closing.match(lines[number]):
            return number
    raise RigonomicsError(f"{shown_as}:{opening + 1}: the code block is not closed.", f"End it with {fence}.")


def _cell(lines: list[str], line: int, shown_as: str) -> Cell:
    options = 0
    while options < len(lines) and lines[options].startswith("#|"):
        options += 1
    declared = read_yaml(
        "\n".join(entry.removeprefix("#|").removeprefix(" ") for entry in lines[:options]),
        _CELL_OPTIONS, shown_as, line + 1, "cell option ",
    )  # fmt: skip
    cell = Cell("\n".join(lines[options:]), declared, line, line + 1 + options)
    label = str(declared.get("label", ""))
    for prefix, caption in (("fig-", "fig-cap"), ("tbl-", "tbl-cap")):
        if label.startswith(prefix) and caption not in declared:
            raise RigonomicsError(f"{shown_as}:{line}: {cell.name} has no {caption}.", f"Add '#| {caption}: …'.")
        if caption in declared and not label.startswith(prefix):
            raise RigonomicsError(
                f"{shown_as}:{line}: {cell.name} has a {caption} but no label.", f"Add '#| label: {prefix}…'."
            )
    if declared.get("output", True) not in {True, False, "asis"}:
        raise _unknown(f"{shown_as}:{line}", f"the cell option 'output: {declared['output']}'")
    return cell


def _markdown(lines: list[str], line: int, shown_as: str, classes: frozenset[str]) -> Markdown:
    text = "\n".join(lines)
    prose = _without_code_blocks(text)
    spans: list[re.Match[str]] = []
    expressions: list[Expression] = []
    for span in _CODE_SPAN.finditer(prose):
        expression = _EXPRESSION.fullmatch(span[2]) if span[1] == "`" else None
        if expression is None:
            continue
        if expression["language"] != "python":
            raise _unknown(
                _place(shown_as, line, prose, span.start()), f"an expression in {{{expression['language']}}}"
            )
        spans.append(span)
        expressions.append(Expression(" ".join(expression["code"].split()), line + prose.count("\n", 0, span.start())))
    bare = _COMMENT.sub(_blank, _CODE_SPAN.sub(_blank, prose))
    for pattern, what in ((_SHORTCODE, "the shortcode {{{{< {} >}}}}"), (_TAG, "raw HTML, here {}")):
        if unknown := pattern.search(bare):
            name = unknown[1] if pattern is _SHORTCODE else unknown[0]
            raise _unknown(_place(shown_as, line, bare, unknown.start()), what.format(name))
    for block in _ATTRIBUTE_BLOCK.finditer(bare):
        _refuse_attributes(block["inside"], _place(shown_as, line, bare, block.start()), classes)
    for number, entry in enumerate(bare.splitlines(), start=line):
        if div := _DIV.match(entry):
            if div["info"] and not div["info"].startswith("{"):
                _refuse_attributes(f".{div['info']}", f"{shown_as}:{number}", classes)
            elif div["info"] and _ATTRIBUTE_BLOCK.fullmatch(div["info"]) is None:
                raise _unknown(f"{shown_as}:{number}", f"the block ::: {div['info']}")
    for comment in _COMMENT.finditer(_CODE_SPAN.sub(_blank, prose)):
        text = text[: comment.start()] + _blank(comment) + text[comment.end() :]
    starts, ends = [0, *(span.end() for span in spans)], [*(span.start() for span in spans), len(text)]
    texts = tuple(text[start:end] for start, end in zip(starts, ends, strict=True))
    return Markdown(texts, tuple(expressions), line)


def _without_code_blocks(text: str) -> str:
    """The text with every character of its code blocks blanked, so that places stay what they were."""
    kept: list[str] = []
    fence = ""
    for line in text.split("\n"):
        opening = _FENCE.match(line)
        if fence:
            kept.append(" " * len(line))
            if opening and opening["fence"].startswith(fence) and not opening["info"]:
                fence = ""
        elif opening and not (opening["fence"][0] == "`" and "`" in opening["info"]):
            fence = opening["fence"]
            kept.append(" " * len(line))
        else:
            kept.append(line)
    return "\n".join(kept)


def _refuse_code_block(info: str, place: str, classes: frozenset[str]) -> None:
    if info.startswith("{{"):
        raise _unknown(place, f"a code block of {info}")
    if info.startswith("{") and info.endswith("}"):
        _refuse_attributes(info[1:-1], place, classes | set(re.findall(r"\.([\w-]+)", info)[:1]))
    elif info.startswith("{"):
        raise _unknown(place, f"a code block of {info}")


def _refuse_attributes(inside: str, place: str, classes: frozenset[str]) -> None:
    if leftover := _ATTRIBUTE.sub("", inside).strip():
        raise _unknown(place, f"the attribute {leftover}")
    for match in _ATTRIBUTE.finditer(inside):
        if match["class"] and match["class"] not in _CONSTRUCTS | classes:
            raise _unknown(place, f"the class .{match['class']}")
        if match["key"] and match["key"] not in _ATTRIBUTES and not match["key"].startswith(("aria-", "data-")):
            raise _unknown(place, f"the attribute {match['key']}=")
        if match["raw"] and match["raw"] != "html":
            raise _unknown(place, f"raw text for {match['raw']}")


def _refuse_open_divs(parts: list[Markdown | Cell], shown_as: str) -> None:
    opened: list[int] = []
    for part in parts:
        if isinstance(part, Cell):
            continue
        bare = _without_code_blocks("`".join(part.texts))
        for number, line in enumerate(bare.splitlines(), start=part.line):
            if div := _DIV.match(line):
                if div["info"]:
                    opened.append(number)
                elif opened:
                    opened.pop()
                else:
                    raise RigonomicsError(f"{shown_as}:{number}: this ::: closes nothing.", "Take it away.")
    if opened:
        raise RigonomicsError(f"{shown_as}:{opened[-1]}: the block opened here is not closed.", "Close it with :::.")


def _unknown(place: str, what: str) -> RigonomicsError:
    return RigonomicsError(
        f"{place}: the built-in renderer does not know {what}.",
        "Write it another way (the constructs it knows are listed in pipelines/render/README.md), or render with Quarto.",
    )


def _place(shown_as: str, first_line: int, text: str, position: int) -> str:
    line = first_line + text.count("\n", 0, position)
    return f"{shown_as}:{line}"


def _blank(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
