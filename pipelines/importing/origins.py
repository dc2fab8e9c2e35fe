"""Where a document is from: a file, standard input or an address; compressed or not. Its bytes are bounded before
they are read."""

import gzip
import io
import sys
import zlib
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pipelines.errors import RigonomicsError
from pipelines.importing.documents import CONTENT_TYPES, FORMS, read_document
from pipelines.importing.fetching import Limits, fetch, is_url
from pipelines.importing.found import Document

STANDARD_INPUT = "-"
MAX_BYTES = 50_000_000
"""A document larger than this is a mistake; the largest public feed of the field has 5 MB."""


def read_origin(origin: str) -> Document:
    """The document of a file, an address or standard input. Raises RigonomicsError if it cannot be had or is no
    text."""
    if origin == STANDARD_INPUT:
        content, name, form = sys.stdin.buffer.read(MAX_BYTES + 1), "standard input", "text"
    elif is_url(origin):
        return read_page(origin)[0]
    else:
        content, name, form = _from_file(Path(origin))
    _check_size(len(content), name)
    if not content.strip():
        raise RigonomicsError(f"{name} is empty.", "Save it again.")
    return read_document(_unpacked(content, name), form, name)


def _from_file(path: Path) -> tuple[bytes, str, str]:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    ending = next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")
    form = FORMS.get(ending)
    if form is None:
        raise RigonomicsError(
            f"{path} is no file that can be imported.",
            f"Its name has to end in {', '.join(FORMS)}, with .gz or without.",
        )
    try:
        _check_size(path.stat().st_size, str(path))
        return path.read_bytes(), path.name.removesuffix(".gz"), form
    except OSError as error:
        raise RigonomicsError(f"{path} cannot be read: {error.strerror}.", "Check its name.") from error


def read_page(url: str, limits: Limits | None = None) -> tuple[Document, bytes]:
    """The document at an address and its bytes. Raises RigonomicsError if it cannot be had or is no text."""
    page = fetch(url, limits)
    path = urlsplit(page.url).path
    form = CONTENT_TYPES.get(page.content_type)
    if form is None and page.content_type in (
        "text/plain",
        "application/octet-stream",
        "application/gzip",
        "application/x-gzip",
    ):
        form = FORMS.get(Path(path.removesuffix(".gz")).suffix.lower())
    if form is None:
        raise RigonomicsError(
            f"{url} is {page.content_type or 'of no stated type'}, not a page, Markdown, CSV or JSON.",
            "Save what you need of it in such a file, and import that.",
        )
    name = unquote(path).rstrip("/").rsplit("/", 1)[-1] or urlsplit(page.url).hostname or url
    return read_document(_unpacked(page.content, name), form, name, page.charset), page.content


def _unpacked(content: bytes, name: str) -> bytes:
    """The content, unpacked if it is gzip, up to the size that a document may have."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
            plain = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise RigonomicsError(f"{name} is damaged: {error}.", "Save it again.") from error
    _check_size(len(plain), name)
    return plain


def _check_size(size: int, name: str) -> None:
    if size > MAX_BYTES:
        raise RigonomicsError(f"{name} is larger than {MAX_BYTES / 1e6:g} MB.", "Split it.")
