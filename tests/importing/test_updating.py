"""Updates of declared feeds from a server of the test's own: what is taken, and what is refused with the last
snapshot kept."""

import json
import re
import shutil
import time
from collections.abc import Iterator
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

from pipelines.cli import main
from pipelines.contracts.catalogue import load_catalogue
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.importing.feeds import load_feeds
from pipelines.importing.fetching import Limits
from pipelines.importing.updating import Update, update
from pipelines.project import Project
from tests.conftest import CHECKOUT

NAMES = ("Llama 3.1 70B", "Llama 3.1 8B", "Llama 3 70B", "Llama 3 8B")
QUICK = Limits(silence_s=0.4, total_s=1.2, max_bytes=50_000)


def prices(factor: float = 1.0, count: int = 4, renamed: bool = False) -> bytes:
    key = "prompt_price" if renamed else "prompt"
    records = [
        {"id": name, "pricing": {key: f"{4e-7 * factor:.10f}", "completion": f"{6e-7 * factor:.10f}"}}
        for name in NAMES[:count]
    ]
    return json.dumps({"data": records}).encode()


def rates(dollar: float) -> bytes:
    rows = "".join(
        f"EUR,{code},SP00,2026-03-0{day},{rate}\n" for day in (5, 6) for code, rate in (("USD", dollar), ("JPY", 150))
    )
    return f"CURRENCY_DENOM,CURRENCY,EXR_TYPE,TIME_PERIOD,OBS_VALUE\n{rows}".encode()


class Site(BaseHTTPRequestHandler):
    """What each address answers is set by the test."""

    answers: ClassVar[dict[str, Any]] = {}

    def do_GET(self) -> None:
        answer = self.answers[self.path]
        if isinstance(answer, int):
            self.send_error(answer)
            return
        if answer in ("slow", "endless"):
            self._trickle(answer == "endless")
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/csv" if self.path == "/rates" else "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _trickle(self, endless: bool) -> None:
        try:
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n")
            for _ in range(100):
                self.wfile.write(b"[" * 10_000 if endless else b"[")
                self.wfile.flush()
                time.sleep(0.001 if endless else 0.1)
        except OSError:
            pass  # the client has given up

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    Site.answers = {"/prices": prices(), "/rates": rates(1.25)}
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def project(tmp_path: Path, site: str) -> Project:
    """A project that knows nothing but two feeds, at addresses of the test's server."""
    (tmp_path / "data" / "raw").mkdir(parents=True)
    for name in ("catalogue.toml", "vocabulary.toml", "assumptions.toml"):
        shutil.copyfile(CHECKOUT / "data" / name, tmp_path / "data" / name)
    (tmp_path / "data" / "feeds").mkdir()
    for name, path in (("openrouter", "prices"), ("ecb-daily", "rates")):
        text = (CHECKOUT / "data" / "feeds" / f"{name}.toml").read_text(encoding="utf-8")
        text = re.sub('address = ".*"', f'address = "{site}/{path}"', text)
        (tmp_path / "data" / "feeds" / f"{name}.toml").write_text(text, encoding="utf-8")
    shutil.copytree(CHECKOUT / "analysis" / "macros", tmp_path / "analysis" / "macros")
    return Project(tmp_path)


def fetched(project: Project, name: str, day: str) -> Update:
    feed = next(feed for feed in load_feeds(project) if feed.name == name)
    vocabulary, catalogue = load_vocabulary(project.vocabulary), load_catalogue(project.catalogue)
    return update(project, feed, date.fromisoformat(day), vocabulary, catalogue, QUICK)


def snapshots(project: Project, name: str) -> list[str]:
    return sorted(path.name for path in (project.raw / name).glob("20*"))


def test_a_feed_becomes_a_dated_snapshot_with_its_digest_and_the_same_bytes_are_no_news(project: Project) -> None:
    first = fetched(project, "openrouter", "2026-03-09")
    assert (first.taken, first.rejected, first.failed) == (8, 0, "")
    folder = project.raw / "openrouter" / "2026-03-09"
    assert len((folder / "download.sha256").read_text().strip()) == 64
    assert 'licence = "facts only"' in (project.raw / "openrouter" / "source.toml").read_text()
    assert fetched(project, "openrouter", "2026-03-16").unchanged == "the same as on 2026-03-09"
    assert snapshots(project, "openrouter") == ["2026-03-09"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (prices(renamed=True), "lacks pricing.prompt"),
        (prices(count=1), "has 1 rows in its tables; data/raw/openrouter/2026-03-09 has 4"),
        (prices(factor=1000), "more than 3 times off the last ones"),
        (prices(factor=0.2), "more than 3 times off the last ones"),
        (b'{"data": []}', "no openrouter"),
        (b"<html>maintenance</html>", ""),
        (b" ", "is empty"),
        (500, "answers 500"),
        (404, "answers 404"),
        ("slow", "is too slow"),
        ("endless", "larger than 0.05 MB"),
    ],
)
def test_what_is_wrong_with_a_download_is_said_and_the_last_good_snapshot_stays(
    project: Project, answer: Any, reason: str
) -> None:
    assert fetched(project, "openrouter", "2026-03-09").taken == 8
    Site.answers["/prices"] = answer
    got = fetched(project, "openrouter", "2026-03-16")
    assert got.failed
    assert reason in got.failed
    assert snapshots(project, "openrouter") == ["2026-03-09"]


def test_prices_that_moved_within_reason_are_taken(project: Project) -> None:
    fetched(project, "openrouter", "2026-03-09")
    Site.answers["/prices"] = prices(factor=2)
    assert fetched(project, "openrouter", "2026-03-16").taken == 8
    assert snapshots(project, "openrouter") == ["2026-03-09", "2026-03-16"]


def test_a_rate_of_exchange_that_jumps_is_poison(project: Project) -> None:
    assert fetched(project, "ecb-daily", "2026-03-09").taken == 4
    Site.answers["/rates"] = rates(12.5)
    assert "more than 1.5 times off" in fetched(project, "ecb-daily", "2026-03-16").failed


def test_one_feed_that_fails_never_stops_another_and_the_command_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    Site.answers["/prices"] = 500
    assert main(["update", "--no-refresh"]) == 1
    said = capsys.readouterr().out
    assert "answers 500" in said
    assert "4 observations, 0 rejected; kept in data/raw/ecb-daily/" in said
    assert "not taken: openrouter" in said
    assert len(snapshots(project, "ecb-daily")) == 1


def test_the_list_shows_address_licence_and_terms_and_fetches_nothing(
    project: Project, site: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    Site.answers.clear()
    assert main(["update", "--list"]) == 0
    said = capsys.readouterr().out
    assert f"{site}/prices" in said
    assert "licence: facts only; terms: https://openrouter.ai/terms" in said
    assert list(project.raw.iterdir()) == []


@pytest.mark.parametrize(("name", "says"), [("openruter", "openrouter"), ("nothing-alike", "There is no feed")])
def test_an_unknown_feed_is_named(
    project: Project, name: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    assert main(["update", name]) == 1
    assert says in capsys.readouterr().err
