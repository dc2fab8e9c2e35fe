"""Tables in documents: CSV, JSON, Markdown and HTML to headers and rows of text, as they are there.

What the columns mean is proposed in `proposing`; nothing is interpreted, fetched or written here. Markdown is made HTML
by its parser first, so that a table written in HTML inside Markdown is found as well. Records of JSON are read in
`records`.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipelines.errors import RigonomicsError
from pipelines.importing.found import Document, FoundTable, check_size, header_names
from pipelines.importing.pages import DELIMITER_ROW, read_html, rendered
from pipelines.importing.records import as_table, read_json

FORMS = {
    ".csv": "csv", ".tsv": "csv", ".md": "markdown", ".markdown": "markdown", ".html": "html", ".htm": "html",
    ".json": "json", ".jsonl": "json", ".ndjson": "json", ".txt": "text", ".log": "text",
}  # fmt: skip
"""Parser for the end of a file's name."""
CONTENT_TYPES = {
    "text/html": "html", "application/xhtml+xml": "html", "text/csv": "csv", "application/csv": "csv",
    "text/tab-separated-values": "csv", "text/markdown": "markdown", "text/x-markdown": "markdown",
    "application/vnd.sdmx.data+csv": "csv",
    "application/json": "json", "application/x-ndjson": "json", "application/jsonl": "json",
}  # fmt: skip
"""Parser for what a server calls a page; text/plain goes by the address."""
SLUG_LENGTH = 48
DELIMITERS = (",", ";", "\t", "|")


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
        check_size(len(header) * len(rows), name)
        table = FoundTable(1, "", title, "the whole file", header_names(header), rows)
        document = Document(title, "", (table,) if len(header) > 1 and rows else (), content=found)
    elif form == "markdown":
        document = read_html(rendered(text), name, is_markdown=True)
    else:
        document = read_html(text, name, is_markdown=False)
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
    check_size(sum(map(len, records)), name)
    title = re.sub(r"\.[A-Za-z]+$", "", name.rsplit("/", 1)[-1]) or "table"
    if len(records) < 2 or len(records[0]) < 2:
        return Document(title, "", ())
    header = header_names(records[0])
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

    # tabs that part every line alike are no accident, commas within their cells may be
    fields = [line.count("\t") for line in start.splitlines() if line.strip()]
    if fields and fields[0] > 0 and len(set(fields)) == 1:
        return "\t"
    return max(DELIMITERS, key=score)
