"""Downloads against a server on loopback: what comes back, and each way in which one is refused."""

import socket
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

import pytest

from pipelines.errors import RigonomicsError
from pipelines.importing.fetching import Limits, fetch

QUICK = Limits(silence_s=0.4, total_s=1.0, max_bytes=5_000, max_redirects=5)


class Site(BaseHTTPRequestHandler):
    """Pages that behave well or badly, by their path."""

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/hops/"):
            left = int(path.rsplit("/", 1)[-1])
            self.answer(302, b"", Location="/page" if left == 1 else f"/hops/{left - 1}")
        elif path == "/loop":
            self.answer(301, b"", Location="/loop")
        elif path == "/to-file":
            self.answer(302, b"", Location="file:///etc/hostname")
        elif path.startswith("/onwards/"):
            self.answer(302, b"", Location=f"http://{path.removeprefix('/onwards/')}/page")
        elif path == "/page":
            agent = self.headers["User-Agent"]
            self.answer(200, f"from {agent}".encode(), **{"Content-Type": "text/html; charset=ISO-8859-1"})
        elif path == "/stated-large":
            self.send_response(200)
            self.send_header("Content-Length", "5001")
            self.end_headers()
        elif path == "/large":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 20_000)
        elif path == "/cut-off":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"<table>")
        elif path == "/silent":
            time.sleep(1.5)
        elif path in ("/drip", "/drip-header"):
            self.drip(in_header=path == "/drip-header")
        elif path == "/gzip":
            self.answer(200, b"\x1f\x8b", **{"Content-Encoding": "gzip"})
        elif path == "/empty":
            self.answer(200, b" ")
        else:
            self.answer(404, b"<table><tr><td>not</td><td>here</td></tr></table>")

    def drip(self, *, in_header: bool) -> None:
        """A piece every tenth of a second: no single read is slow, the whole never ends."""
        try:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n" + (b"X-Slow: " if in_header else b"\r\n"))
            for _ in range(25):
                self.wfile.write(b"x")
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass  # the client has given up

    def answer(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_comes_with_its_type_its_charset_and_where_it_was_found(site: str) -> None:
    page = fetch(f"{site}/hops/5", QUICK)
    assert (page.url, page.content_type, page.charset) == (f"{site}/page", "text/html", "iso-8859-1")
    assert page.content.startswith(b"from rigonomics/")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/hops/6", "redirected more than 5 times"),
        ("/loop", "redirected more than 5 times"),
        ("/to-file", "leads to 'file:///etc/hostname', which is no http or https address"),
        ("/nowhere", "answers 404"),
        ("/stated-large", "larger than 0.005 MB"),
        ("/large", "larger than 0.005 MB"),
        ("/cut-off", "breaks off after 7 bytes"),
        ("/silent", "is too slow"),
        ("/drip", "is too slow"),
        ("/drip-header", "is too slow"),
        ("/gzip", "compressed as gzip"),
        ("/empty", "is empty"),
    ],
)
def test_a_download_that_is_not_whole_prompt_and_small_is_refused(site: str, path: str, says: str) -> None:
    started = time.monotonic()
    with pytest.raises(RigonomicsError) as refused:
        fetch(f"{site}{path}", QUICK)
    assert says in refused.value.message
    assert time.monotonic() - started < 1.4


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("file:///etc/hostname", "no http or https address"),
        ("ftp://127.0.0.1/x", "no http or https address"),
        ("http://", "no http or https address"),
        ("http://[::1/x", "no http or https address"),
        ("http://127.0.0.1:1/x", "cannot be fetched"),
        ("http://127.0.0.1:99999/x", "127.0.0.1:99999"),
        ("http://127.0.0.1/a b\r\nX: y", "is no address"),
    ],
)
def test_an_address_that_leads_nowhere_is_named(url: str, says: str) -> None:
    with pytest.raises(RigonomicsError) as refused:
        fetch(url, QUICK)
    assert says in refused.value.message


@pytest.mark.parametrize(
    "inside", ["127.0.0.1", "localhost", "169.254.169.254", "10.0.0.1", "[::1]", "0.0.0.0", "2130706433"]
)
def test_a_page_of_the_internet_does_not_lead_into_this_network(
    site: str, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    # The page is asked of a proxy, which is the server on loopback; its name is one of the internet.
    monkeypatch.setenv("http_proxy", site)
    monkeypatch.setenv("no_proxy", "")
    known = socket.getaddrinfo

    def names(host: str, *more: object, **options: object) -> object:
        return known("93.184.216.34" if host == "shop.example" else host, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", names)
    with pytest.raises(RigonomicsError, match="an address of this machine or of its network"):
        fetch(f"http://shop.example/onwards/{inside}", QUICK)
    assert fetch("http://shop.example/onwards/shop.example", QUICK).content.startswith(b"from rigonomics")


def test_a_page_of_this_network_may_lead_on_within_it(site: str) -> None:
    port = urlsplit(site).netloc
    assert fetch(f"{site}/onwards/{port}", QUICK).content.startswith(b"from rigonomics")
