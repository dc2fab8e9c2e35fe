"""Pages over http and https, with limits on time, size and redirects. What is on a page is not read here."""

import http.client
import ipaddress
import socket
import threading
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import IO, Any
from urllib.parse import urljoin, urlsplit

from pipelines import __version__
from pipelines.errors import RigonomicsError
from pipelines.ingest.cells import MAX_BYTES

SCHEMES = ("http", "https")
MAX_REDIRECTS = 5
SILENCE_S = 20.0
"""Seconds that a server may take to connect, and to send the next piece."""
TOTAL_S = 60.0
"""Seconds for the whole download, redirects included."""
REDIRECTS = (301, 302, 303, 307, 308)
CHUNK_BYTES = 65_536


@dataclass(frozen=True)
class Limits:
    """What a download may take."""

    silence_s: float = SILENCE_S
    total_s: float = TOTAL_S
    max_bytes: int = MAX_BYTES
    max_redirects: int = MAX_REDIRECTS


@dataclass(frozen=True)
class Fetched:
    """A page: where it was found in the end, its bytes, and what the server calls them (lower case, '' if it does
    not)."""

    url: str
    content: bytes
    content_type: str
    charset: str


def is_url(text: str) -> bool:
    """Whether `text` is meant as an address rather than a file; of any scheme, so that a wrong one can be named."""
    return "://" in text


def fetch(url: str, limits: Limits | None = None) -> Fetched:
    """The page at `url`. Raises RigonomicsError naming the address and what went wrong; nothing is kept of a part."""
    limits = limits or Limits()
    outcome: list[Fetched | BaseException] = []

    def download() -> None:
        try:
            outcome.append(_follow(url, limits, time.monotonic() + limits.total_s))
        except BaseException as error:
            outcome.append(error)

    # a server that sends a header byte by byte stays below every limit on a single read: only another thread ends that
    worker = threading.Thread(target=download, daemon=True)
    worker.start()
    worker.join(limits.total_s)
    result = outcome[0] if outcome else TimeoutError()
    if isinstance(result, Fetched):
        return result
    raise _told(url, result, limits) from result


def _follow(url: str, limits: Limits, deadline: float) -> Fetched:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
        urllib.request.HTTPErrorProcessor(),
        _EveryStatus(),
    ):
        opener.add_handler(handler)
    here = url
    for _ in range(limits.max_redirects + 1):
        _check(here, url)
        request = urllib.request.Request(
            here,
            headers={
                "User-Agent": f"rigonomics/{__version__} (reads tables)",
                "Accept": "text/html, text/markdown, text/csv, application/json, text/plain;q=0.5, */*;q=0.1",
                "Accept-Encoding": "identity",
            },
        )
        with opener.open(request, timeout=limits.silence_s) as response:
            if response.status in REDIRECTS and response.headers.get("Location"):
                here = urljoin(here, response.headers["Location"])
                continue
            if response.status != 200:
                raise RigonomicsError(
                    f"{here} answers {response.status} {response.reason}.", "Check the address in a browser."
                )
            return _read(here, response, limits, deadline)
    raise RigonomicsError(
        f"{url} is redirected more than {limits.max_redirects} times.", "Give the address that a browser ends at."
    )


class _EveryStatus(urllib.request.BaseHandler):
    """Hands every answer over as it is, so that redirects are followed, and counted, in one place."""

    def http_error_default(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, hdrs: Message
    ) -> IO[bytes]:
        return fp


def _check(here: str, asked: str) -> None:
    try:
        parts = urlsplit(here)
        is_web = parts.scheme.lower() in SCHEMES and bool(parts.hostname)
    except ValueError:
        is_web = False
    if not is_web:
        through = "" if here == asked else f"{asked} leads to "
        raise RigonomicsError(f"{through}{here!r}, which is no http or https address.", "Give one that starts so.")
    if here != asked and _is_private(here) and not _is_private(asked):
        raise RigonomicsError(
            f"{asked} leads to {here!r}, which is an address of this machine or of its network.",
            "Give that address itself if it is meant.",
        )


def _is_private(url: str) -> bool:
    """Whether any address of a URL's host is one that the internet at large does not reach."""
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError):
        return False  # there is no such host: fetching it says so
    return any(not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global for *_, address in found)


def _read(here: str, response: Any, limits: Limits, deadline: float) -> Fetched:
    """The body, whole and no larger than allowed."""
    too_large = RigonomicsError(
        f"{here} is larger than {limits.max_bytes / 1e6:g} MB.", "Save the tables that you need, and import the file."
    )
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        raise RigonomicsError(
            f"{here} comes compressed as {encoding} although unasked.", "Save the page, and import it."
        )
    stated = response.headers.get("Content-Length", "")
    if stated.isdecimal() and int(stated) > limits.max_bytes:
        raise too_large
    content = bytearray()
    while chunk := response.read1(CHUNK_BYTES):
        content += chunk
        if len(content) > limits.max_bytes:
            raise too_large
        if time.monotonic() > deadline:
            raise TimeoutError
    if stated.isdecimal() and len(content) != int(stated):
        raise http.client.IncompleteRead(bytes(content), int(stated) - len(content))
    if not content.strip():
        raise RigonomicsError(f"{here} is empty.", "Check the address in a browser.")
    headers = response.headers
    typed = headers.get_content_type() if "Content-Type" in headers else ""
    return Fetched(here, bytes(content), typed.lower(), headers.get_content_charset() or "")


def _told(url: str, error: BaseException, limits: Limits) -> BaseException:
    """What went wrong, as the message has it; anything that is no mishap of the network stays what it is."""
    cause = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(cause, TimeoutError):
        return RigonomicsError(
            f"{url} is too slow: nothing for {limits.silence_s:g} s, or not whole within {limits.total_s:g} s.",
            "Try again later, or save the page and import the file.",
        )
    if isinstance(cause, http.client.IncompleteRead):
        return RigonomicsError(f"{url} breaks off after {len(cause.partial):,} bytes.", "Try again.")
    if isinstance(cause, http.client.InvalidURL | ValueError):
        return RigonomicsError(f"{url!r} is no address: {cause}.", "Give it as a browser shows it.")
    if isinstance(error, OSError | http.client.HTTPException):
        return RigonomicsError(f"{url} cannot be fetched: {cause}.", "Check the address and the connection.")
    return error
