"""Tables of Markdown and HTML, as a reader sees them: cells that span, headings between rows, the paragraph before a
table."""

import re
from collections.abc import Iterator
from typing import Any

import lxml.etree
import lxml.html
from markdown_it import MarkdownIt

from pipelines.errors import RigonomicsError
from pipelines.importing.facet_cells import day_of
from pipelines.importing.found import Document, FoundTable, check_size, header_names, tidy

MAX_SPAN = 200
"""Columns or rows that one cell may cover; a page that says more is wrong or hostile."""
LONGEST_LEAD = 400
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
UNSHOWN = ("script", "style", "template", "noscript", "svg", "head", "title")
BLOCKS = (
    "br", "p", "div", "li", "ul", "ol", "tr", "td", "th", *HEADINGS, "hr", "pre", "dd", "dt",
)  # fmt: skip
DELIMITER_ROW = re.compile(r"^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$")
LINES = "data-rigonomics-lines"
"""Attribute by which a table of a Markdown document carries its place through to the HTML."""


def rendered(text: str) -> str:
    """Markdown as HTML. A text whose tables have no blank lines around them, as copied ones do, is given
    those."""
    parser = MarkdownIt("commonmark").enable("table")
    lines = dict(enumerate(text.splitlines(), start=1))
    tokens = parser.parse("\n".join(lines.values()))
    written = list(lines)
    if not any(token.type == "table_open" for token in tokens):
        written = list(_set_apart(lines))
        tokens = parser.parse("\n".join(lines.get(number, "") for number in written))
    for token in tokens:
        if token.type == "table_open" and token.map is not None:
            first, end = token.map
            token.attrSet(LINES, f"{written[first]}-{written[end - 1]}")
    return str(parser.renderer.render(tokens, parser.options, {}))


def _set_apart(lines: dict[int, str]) -> Iterator[int]:
    """Numbers of the lines in order, 0 for a blank line before and behind each table."""
    in_table = False
    for number, line in lines.items():
        begins = DELIMITER_ROW.match(lines.get(number + 1, "")) is not None and "|" in line
        if begins or (in_table and "|" not in line):
            yield 0
        in_table = begins or (in_table and "|" in line)
        yield number


def read_html(text: str, name: str, *, is_markdown: bool) -> Document:
    try:
        # as UTF-8 bytes: a text that declares another encoding in itself would be refused
        root = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
        )
    except (lxml.etree.LxmlError, ValueError) as error:
        raise RigonomicsError(f"{name} cannot be read as a page: {error}.", "Save the page again.") from error
    title = tidy(root.findtext(".//head/title") or "") or _first_heading(root)
    heading = ""
    tables: list[FoundTable] = []
    cells = 0
    lead = ""
    for element in root.iter("table", "p", *HEADINGS):
        if element.tag == "p":
            lead = _text(element)[:LONGEST_LEAD]
            continue
        if element.tag != "table":
            heading, lead = _text(element) or heading, ""
            continue
        if element.find(".//table") is not None:
            continue  # a table around others is the page's layout
        header, rows = _grid(element, name)
        cells += len(header) * len(rows)
        check_size(cells, name)
        if len(header) < 2 or not rows:
            continue
        caption = element.find("caption")
        number = len(tables) + 1
        stated = (_text(caption) if caption is not None else "") or heading or title or f"table {number}"
        place = f"lines {element.get(LINES)}" if is_markdown and element.get(LINES) else f"table {number} of the page"
        tables.append(FoundTable(number, "", stated[:200], place, header, tuple(rows), lead))
    return Document(title, _published_on(root) or stated_day(_text(root)), tuple(tables))


def _first_heading(root: Any) -> str:
    return next((shown for element in root.iter("h1", "h2") if (shown := _text(element))), "")


STATED = re.compile(
    r"(?i)\b(?:(?:last )?updated(?: on)?|(?:data|prices?|pricing|rates?|snapshot) (?:as )?(?:of|from)|as of|pricing in"
    r"|prices in)[:\s]+((?:[A-Z][a-z]{2,8}\.? )(?:\d{1,2}(?:st|nd|rd|th)?, )?20\d\d|20\d\d-\d\d(?:-\d\d)?)"
)
"""`Data as of March 2026`, `Updated on May 29, 2026`."""


def stated_day(text: str) -> str:
    """The day or month of which a text says that its figures are; nothing if it says several or none."""
    found = {re.sub(r"(?<=\d)(?:st|nd|rd|th)", "", day) for day in STATED.findall(text)}
    days = {day_of(day.replace(".", "")) for day in found} - {None}
    return next(iter(days)) or "" if len(days) == 1 else ""


def _published_on(root: Any) -> str:
    """The day by which the page says that it was last changed or published."""
    for key in ("article:modified_time", "article:published_time"):
        for element in root.iter("meta"):
            found = re.match(r"\d{4}-\d{2}-\d{2}", element.get("content") or "")
            if key in (element.get("property"), element.get("name")) and found:
                return found[0]
    return ""


def _grid(table: Any, name: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows, a cell that covers several places being in each of them.

    A row that is one cell over the whole width is a heading between rows: its text is in the first column only.
    Raises RigonomicsError as soon as spans make it larger than a table may be.
    """
    records: list[list[str]] = []
    is_header: list[bool] = []
    pending: dict[int, tuple[int, str]] = {}
    width = 0
    for row in table.iter("tr"):
        record: list[str] = []
        cells = [cell for cell in row if cell.tag in ("td", "th")]
        for cell in cells:
            _hang_over(record, pending)
            text = _text(cell)
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for _ in range(across):
                if down > 1:
                    pending[len(record)] = (down - 1, text)
                record.append(text)
            width = max(width, len(record))
            check_size(width * (len(records) + 1), name)
        _hang_over(record, pending)
        width = max(width, len(record))
        check_size(width * (len(records) + 1), name)
        if not record:
            continue
        if len(cells) == 1 and len(record) > 1:
            record[1:] = [""] * (len(record) - 1)
        in_head = row.getparent().tag == "thead"
        records.append(record)
        is_header.append(in_head or (bool(cells) and all(cell.tag == "th" for cell in cells)))
    if not records:
        return (), []
    depth = max(next((n for n, flag in enumerate(is_header) if not flag), len(records)), 1)
    padded = [record + [""] * (width - len(record)) for record in records]
    joined = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*padded[:depth], strict=True)]
    header = header_names(joined)
    rows = [tuple(record) for record in padded[depth:] if any(record) and record not in padded[:depth]]
    return header, rows


def _hang_over(record: list[str], pending: dict[int, tuple[int, str]]) -> None:
    """Append the cells of earlier rows that reach down into this place."""
    while len(record) in pending:
        position = len(record)
        left, text = pending.pop(position)
        if left > 1:
            pending[position] = (left - 1, text)
        record.append(text)


def _span(cell: Any, key: str) -> int:
    stated = (cell.get(key) or "1").strip()
    return min(max(int(stated), 1), MAX_SPAN) if re.fullmatch("[0-9]{1,9}", stated) else 1


def _text(element: Any) -> str:
    """What a reader sees of an element, its lines joined by blanks; scripts and styles are no text."""
    return tidy("".join(_pieces(element)))


def _pieces(element: Any) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in UNSHOWN:
        return
    is_block = element.tag in BLOCKS
    if is_block:
        yield " "
    if element.tag == "img":
        yield element.get("alt") or ""
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    if is_block:
        yield " "
