"""Tables in documents: CSV, JSON, Markdown and HTML to headers and rows of text, as they are there.

What the columns mean is proposed in `proposing`; nothing is interpreted, fetched or written here. Markdown is made HTML by
its parser first, so that a table written in HTML inside Markdown is found as well. Records of JSON are read in `records`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import lxml.etree
import lxml.html
from markdown_it import MarkdownIt

from pipelines.errors import RigonomicsError
from pipelines.importing.records import as_table, read_json

FORMS = {
    ".csv": "csv", ".tsv": "csv", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".txt": "text", ".log": "text",
}  # fmt: skip
"""Parser for the end of a file's name."""
CONTENT_TYPES = {
    "text/html": "html", "application/xhtml+xml": "html", "text/csv": "csv", "application/csv": "csv",
    "text/tab-separated-values": "csv", "text/markdown": "markdown", "text/x-markdown": "markdown",
    "application/json": "json", "application/x-ndjson": "json", "application/jsonl": "json",
}  # fmt: skip
"""Parser for what a server calls a page; text/plain goes by the address."""
MAX_CELLS = 2_000_000
MAX_SPAN = 200
"""Columns or rows that one cell may cover; a page that says more is wrong or hostile."""
SLUG_LENGTH = 48
LONGEST_LEAD = 400
DELIMITERS = (",", ";", "\t", "|")
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
UNSHOWN = ("script", "style", "template", "noscript", "svg", "head", "title")
BLOCKS = (
    "br",
    "p",
    "div",
    "li",
    "ul",
    "ol",
    "tr",
    "td",
    "th",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "pre",
    "dd",
    "dt",
)
DELIMITER_ROW = re.compile(r"^ {0,3}\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)+\|?\s*$")
LINES = "data-rigonomics-lines"
"""Attribute by which a table of a Markdown document carries its place through to the HTML."""


@dataclass(frozen=True)
class FoundTable:
    """A table of a document: its number there (from 1), slug, title, place, header (names distinct, none empty), rows.

    Rows of a CSV may be longer or shorter than the header; those of the others are as long.
    """

    number: int
    name: str
    title: str
    place: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lead: str = ""
    """The paragraph before it."""
    form: str = ""
    file_rows: tuple[int, ...] = ()
    """Number in the file of each row, the header being row 1; empty: they are numbered as they are."""

    def column(self, position: int) -> list[str]:
        """The cells of a column, blank where a row is too short."""
        return [row[position] if position < len(row) else "" for row in self.rows]


@dataclass(frozen=True)
class Document:
    """What a document says of itself, and its tables. published_on: as the page's own metadata has it, or ''.

    text: all of it. content: of JSON, what it holds.
    """

    title: str
    published_on: str
    tables: tuple[FoundTable, ...]
    form: str = ""
    text: str = ""
    content: Any = None


def read_document(content: bytes, form: str, name: str, charset: str = "") -> Document:
    """The tables of a document, which may be none.

    form: csv, json, markdown, html or text (of which the content decides). name: how messages call it. charset: what a
    server says of it. Raises RigonomicsError if it is no text.
    """
    text = _decode(content, form, name, charset)
    if form == "text":
        form = sniffed(text)
    if form == "csv":
        document = _read_csv(text, name)
    elif form == "json":
        title = re.sub(r"\.[A-Za-z.]+$", "", name.rsplit("/", 1)[-1]) or "records"
        found = read_json(text, name)
        header, rows = as_table(found)
        _check_size(len(header) * len(rows), name)
        table = FoundTable(1, "", title, "the whole file", _header_names(header), rows)
        document = Document(title, "", (table,) if len(header) > 1 and rows else (), content=found)
    elif form == "markdown":
        document = _read_html(_rendered(text), name, is_markdown=True)
    else:
        document = _read_html(text, name, is_markdown=False)
    tables = tuple(replace(table, form=form) for table in _named(document.tables))
    return replace(document, tables=tables, form=form, text=text)


def check_tables(document: Document, name: str) -> None:
    """Raises RigonomicsError if the document holds no table of two columns and a row."""
    if not document.tables:
        raise RigonomicsError(
            f"{name} holds no table with a header, two columns and a row.",
            "If a browser shows one, the page makes it by a script: save the shown page, or copy the table to a CSV.",
        )


def sniffed(text: str) -> str:
    """The form of a text that does not say it."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return "json"
    if re.match(r"(?is)\s*<(?:!doctype|html|\?xml|table|div|body|head)\b", text):
        return "html"
    lines = text.splitlines()
    if any(DELIMITER_ROW.match(line) and "|" in line for line in lines):
        return "markdown"
    return "csv" if _is_delimited(lines) else "markdown"


def _is_delimited(lines: Sequence[str]) -> bool:
    """Whether the first lines have the same number of commas, tabs or semicolons."""
    first = [line for line in lines[:6] if line.strip()]
    return len(first) > 1 and any(
        first[0].count(mark) > 0 and len({line.count(mark) for line in first}) == 1 for mark in (",", "\t", ";")
    )


def slug(text: str, joint: str, fallback: str) -> str:
    """`text` as a file name: lower-case ASCII letters and digits joined by `joint`, and never anything else."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii").lower()
    words = re.findall(r"[a-z0-9]+", ascii_text)
    short = joint.join(words)[:SLUG_LENGTH].strip(joint)
    return short or fallback


def _named(tables: Sequence[FoundTable]) -> Iterator[FoundTable]:
    """Each table with a slug of its own; the same titles in the same order give the same slugs."""
    taken: set[str] = set()
    for table in tables:
        name = base = slug(table.title, "_", f"table_{table.number}")
        count = 1
        while name in taken:
            count += 1
            name = f"{base}_{count}"
        taken.add(name)
        yield replace(table, name=name)


# ---- bytes to text


def _decode(content: bytes, form: str, name: str, charset: str) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        charset = "utf-16"
    if b"\0" in content and not charset.startswith("utf-16"):
        raise RigonomicsError(f"{name} holds NUL bytes: it is no text.", "Save it as a page, Markdown or CSV.")
    stated = [charset] if charset else []
    if form == "html":
        found = re.search(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", content[:4096], re.IGNORECASE)
        stated += [found[1].decode("ascii", "ignore")] if found else []
    fallback = ["windows-1252"] if form == "html" else []
    for encoding in ("utf-8-sig", *stated, *fallback) if not charset.startswith("utf-16") else (charset,):
        try:
            return content.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
    raise RigonomicsError(f"{name} is not UTF-8.", "Save it as UTF-8.")


# ---- CSV


def _read_csv(text: str, name: str) -> Document:
    delimiter = _delimiter(text)
    try:
        records = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if row]
    except csv.Error as error:
        raise RigonomicsError(f"{name} is not a CSV table: {error}.", "Check its quotation marks.") from error
    _check_size(sum(map(len, records)), name)
    title = re.sub(r"\.[A-Za-z]+$", "", name.rsplit("/", 1)[-1]) or "table"
    if len(records) < 2 or len(records[0]) < 2:
        return Document(title, "", ())
    header = _header_names(records[0])
    rows = tuple(map(tuple, records[1:]))
    return Document(title, "", (FoundTable(1, "", title, "the whole file", header, rows),))


def _delimiter(text: str) -> str:
    """The one that cuts the first records into most cells, if it cuts them into equally many."""
    start = "\n".join(text.splitlines()[:20])

    def score(delimiter: str) -> tuple[int, int]:
        try:
            widths = [len(row) for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter) if row]
        except csv.Error:
            return 0, 0
        return sum(width == widths[0] for width in widths) if widths and widths[0] > 1 else 0, max(widths, default=0)

    return max(DELIMITERS, key=score)


# ---- Markdown and HTML


def _rendered(text: str) -> str:
    """Markdown as HTML. A text whose tables stand without blank lines around them, as copied ones do, is given those."""
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
    """Numbers of the lines in order, 0 standing for a blank line before and behind each table."""
    in_table = False
    for number, line in lines.items():
        begins = DELIMITER_ROW.match(lines.get(number + 1, "")) is not None and "|" in line
        if begins or (in_table and "|" not in line):
            yield 0
        in_table = begins or (in_table and "|" in line)
        yield number


def _read_html(text: str, name: str, *, is_markdown: bool) -> Document:
    try:
        # as UTF-8 bytes: a text that declares another encoding in itself would be refused
        root = lxml.html.document_fromstring(
            text.encode("utf-8", "replace"), parser=lxml.html.HTMLParser(encoding="utf-8", remove_comments=True)
        )
    except (lxml.etree.LxmlError, ValueError) as error:
        raise RigonomicsError(f"{name} cannot be read as a page: {error}.", "Save the page again.") from error
    title = _tidy(root.findtext(".//head/title") or "") or _first_heading(root)
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
        _check_size(cells, name)
        if len(header) < 2 or not rows:
            continue
        caption = element.find("caption")
        number = len(tables) + 1
        stated = (_text(caption) if caption is not None else "") or heading or title or f"table {number}"
        place = f"lines {element.get(LINES)}" if is_markdown and element.get(LINES) else f"table {number} of the page"
        tables.append(FoundTable(number, "", stated[:200], place, header, tuple(rows), lead))
    return Document(title, _published_on(root), tuple(tables))


def _first_heading(root: Any) -> str:
    return next((shown for element in root.iter("h1", "h2") if (shown := _text(element))), "")


def _published_on(root: Any) -> str:
    """The day by which the page says that it was last changed or published."""
    for key in ("article:modified_time", "article:published_time"):
        for element in root.iter("meta"):
            found = re.match(r"\d{4}-\d{2}-\d{2}", element.get("content") or "")
            if key in (element.get("property"), element.get("name")) and found:
                return found[0]
    return ""


def _grid(table: Any, name: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows, a cell that covers several places standing in each of them.

    A row that is one cell over the whole width is a heading between rows: its text stands in the first column only.
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
            _check_size(width * (len(records) + 1), name)
        _hang_over(record, pending)
        width = max(width, len(record))
        _check_size(width * (len(records) + 1), name)
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
    header = _header_names(joined)
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
    return _tidy("".join(_pieces(element)))


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


def _tidy(text: str) -> str:
    return " ".join(text.split())


def _header_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Column names, each its own: an empty one gets its number, a repeated one its count."""
    names: list[str] = []
    for number, cell in enumerate(cells, start=1):
        name = base = _tidy(cell) or f"column {number}"
        count = 1
        while name in names:
            count += 1
            name = f"{base} ({count})"
        names.append(name)
    return tuple(names)


def _check_size(cells: int, name: str) -> None:
    if cells > MAX_CELLS:
        raise RigonomicsError(f"{name} holds more than {MAX_CELLS:,} cells.", "Split it.")
