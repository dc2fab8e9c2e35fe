"""`rigonomics import`: what is told, what is written, and what is refused without a trace."""

import argparse
import csv
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from pipelines.cli import main
from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import read

TODAY = date.today()
CARDS = """<html><head><title>Prices of cards</title></head><body><h2>Cards</h2>
<table><tr><th>GPU</th><th>VRAM</th><th>Used</th><th>Notes</th></tr>
<tr><td>RTX 4090</td><td>24GB</td><td>$1,600-1,800</td><td>=cmd()</td></tr>
<tr><td>RTX 5099</td><td>48GB</td><td>$900</td><td></td></tr>
<tr><td>RTX 3090</td><td>24GB</td><td>$700</td><td><script>alert(1)</script>\x1b[31mred</td></tr></table>
<h2>../../Links</h2><table><tr><td>Home</td><td>About</td></tr><tr><td>x</td><td>y</td></tr></table></body></html>"""


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(project.root))
    return project


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "Shop prices.html"
    path.write_text(CARDS, encoding="utf-8")
    return path


def bring(*arguments: object) -> int:
    return main(["import", *map(str, arguments), "--no-refresh"])


def everything(project: Project) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(project.raw.rglob("*")) if path.is_file()}


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_a_page_becomes_a_snapshot_with_its_contract_and_is_told_table_by_table(
    here: Project, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bring(page, "--on", "2026-11-19", "--title", 'A "shop"') == 0
    folder = here.raw / "shop-prices/2026-11-19"
    assert rows_of(folder / "cards.csv")[1] == ["RTX 4090", "24GB", "$1,600-1,800", "=cmd()"]
    assert sorted(path.name for path in folder.iterdir()) == ["cards.csv", "tables.toml"]
    head = tomllib.loads((folder.parent / "source.toml").read_text(encoding="utf-8"))
    assert (head["title"], head["document"], head["retrieved_on"]) == ('A "shop"', "Shop prices.html", "2026-11-19")
    told = capsys.readouterr().out
    assert "found 2 tables" in told
    assert "Used   attribute price, condition used, observed_on 2026-11-19" in told
    assert "table 2: ../../Links (table 2 of the page, 1 rows): left out" in told
    assert "RTX 5099 is not in the catalogue; nearest: NVIDIA GeForce RTX 5090" in told
    assert "4 observations, 2 rejected readings; kept in data/raw/shop-prices/2026-11-19, a new source" in told
    assert "\x1b" not in told


def test_a_dry_run_tells_the_same_and_writes_nothing(
    here: Project, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = everything(here)
    assert bring(page, "--dry-run") == 0
    told = capsys.readouterr().out
    assert "4 observations, 2 rejected readings; would be kept" in told
    assert everything(here) == before
    assert not list(here.raw.glob(".import-*"))


def test_an_import_is_read_by_the_refresh_that_follows_it(
    small: Project, page: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RIGONOMICS_PROJECT", str(small.root))
    assert bring(page, "--on", "2026-11-19") == 0
    refresh(small, with_report=False)
    assert read(
        small,
        "select hardware_id, price_low_usd, price_high_usd, condition, priced_on from prices"
        " where source_id = 'shop-prices' order by 1",
    ) == [
        ("rtx-3090", 700, 700, "used", date(2026, 11, 19)),
        ("rtx-4090", 1600, 1800, "used", date(2026, 11, 19)),
    ]


def test_a_refresh_follows_unless_it_is_told_not_to(here: Project, page: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refreshes: list[argparse.Namespace] = []
    monkeypatch.setattr("pipelines.cli.run.run", lambda options: refreshes.append(options) or 3)
    assert main(["import", str(page), "--dry-run"]) == 0
    assert bring(page, "--on", "2026-11-18") == 0
    assert not refreshes
    assert main(["import", str(page)]) == 3
    assert len(refreshes) == 1


def test_the_same_day_is_never_written_to_again(here: Project, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert bring(page, "--on", "2026-11-18") == 0
    before = everything(here)
    assert bring(page, "--on", "2026-11-18") == 1
    assert "--on" in capsys.readouterr().err
    assert everything(here) == before
    assert bring(page, "--on", "2026-11-19") == 0


def test_a_contract_that_the_user_fixed_is_taken_over_by_the_next_snapshot(
    here: Project, page: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bring(page, "--on", "2026-11-18")
    contract = here.raw / "shop-prices/2026-11-18/tables.toml"
    fixed = contract.read_text(encoding="utf-8").replace('condition = "used"', 'condition = "open_box"')
    contract.write_text(
        fixed + '[[cards.overrides]]\nrow = 2\ncolumn = "Used"\nlot_quantity = 2\n'
        '[[cards.overrides]]\nrows = [3, 4]\nnote = "last one"\n',
        encoding="utf-8",
    )
    page.write_text(CARDS.replace("<tr><td>RTX 5099", "<tr><td>RTX 5090"), encoding="utf-8")
    assert bring(page, "--on", "2026-11-19") == 0
    section = tomllib.loads((here.raw / "shop-prices/2026-11-19/tables.toml").read_text(encoding="utf-8"))["cards"]
    assert section["columns"]["Used"] == {"attribute": "price", "condition": "open_box", "observed_on": "2026-11-19"}
    assert section["overrides"] == [
        {"rows": [2], "column": "Used", "lot_quantity": 2},
        {"rows": [4], "note": "last one"},
    ]
    told = capsys.readouterr().out
    assert "as in the last snapshot" in told
    assert "an override of row 3 is left out" in told


def test_a_list_in_csv_keeps_its_ragged_rows_as_rejected_ones(
    here: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "list.csv"
    path.write_text("GPU;Price;State;Shop\nRTX 4090;$1,650;Used;A\nRTX 3090;$720;used;B;x\n", encoding="utf-8")
    assert bring(path, "--source", "my-list") == 0
    assert rows_of(here.raw / f"my-list/{TODAY}/list.csv")[2] == ["RTX 3090", "$720", "used", "B", "x", ""]
    assert "the row has 6 cells, the header 5" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--source", "../elsewhere"), "is no source id"),
        (("--source", "own-prices"), "noted by hand"),
        (("--on", str(TODAY + timedelta(days=1))), "still to come"),
        (("--table", "9"), "There is no table 9"),
        (("--table", "2"), "Nothing in the tables could be read"),
    ],
)
def test_what_cannot_be_kept_is_refused_without_a_trace(
    here: Project, page: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], says: str
) -> None:
    before = sorted(here.raw.rglob("*"))
    assert bring(page, *arguments) == 1
    assert says in capsys.readouterr().err
    assert sorted(here.raw.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.pdf", b"%PDF", "has to end in"),
        ("x.csv", b"", "is empty"),
        ("x.html", b"<p>hello</p>", "holds no table"),
        ("x.md", None, "cannot be read"),
    ],
)
def test_a_file_without_tables_is_refused(
    here: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: bytes | None, says: str
) -> None:
    before = sorted(here.raw.rglob("*"))
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert bring(tmp_path / name) == 1
    assert says in capsys.readouterr().err
    assert sorted(here.raw.rglob("*")) == before


# ---- addresses


class Shop(BaseHTTPRequestHandler):
    """Whatever the test lays out: status, content type and body by path."""

    pages: ClassVar[dict[str, tuple[int, str, str]]] = {}

    def do_GET(self) -> None:
        status, content_type, text = self.pages.get(self.path, (404, "text/html", CARDS))
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def shop() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    Shop.pages = {}


def many(rows: int) -> str:
    return "<table><tr><th>GPU<th>Used" + "<tr><td>RTX 4090<td>$1,600" * rows + "</table>"


def test_an_address_brings_its_own_source_back_and_a_shrunken_page_never_takes_its_place(
    here: Project, shop: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{shop}/cards"
    Shop.pages = {"/cards": (200, "text/html; charset=utf-8", many(8))}
    assert bring(url, "--on", "2026-11-17", "--source", "shop") == 0
    assert tomllib.loads((here.raw / "shop/source.toml").read_text(encoding="utf-8"))["url"] == url
    before = everything(here)
    for page in ((200, "text/html", many(3)), (404, "text/html", many(8)), (200, "text/html", "<p>soon</p>")):
        Shop.pages["/cards"] = page
        assert bring(url, "--on", "2026-11-18") == 1
        assert everything(here) == before
    told = capsys.readouterr().err
    assert "has 3 rows in its tables; data/raw/shop/2026-11-17 has 8" in told
    assert "answers 404" in told
    Shop.pages["/cards"] = (200, "text/html", many(4))
    assert bring(url, "--on", "2026-11-18") == 0
    assert sorted(path.name for path in (here.raw / "shop").glob("20*")) == ["2026-11-17", "2026-11-18"]


@pytest.mark.parametrize(
    ("path", "content_type", "text"),
    [
        ("/a", "text/csv", "GPU,Used\nRTX 4090,$700\n"),
        ("/b", "text/markdown", "| GPU | Used |\n|---|---|\n| RTX 4090 | $700 |\n"),
        ("/c.md", "text/plain", "| GPU | Used |\n|---|---|\n| RTX 4090 | $700 |\n"),
        ("/d", "text/html", many(1)),
    ],
)
def test_the_content_type_decides_how_a_page_is_read(
    here: Project, shop: str, path: str, content_type: str, text: str
) -> None:
    Shop.pages = {path: (200, content_type, text)}
    assert bring(f"{shop}{path}", "--source", "shop") == 0
    (written,) = (here.raw / f"shop/{TODAY}").glob("*.csv")
    assert rows_of(written)[0] == ["GPU", "Used"]


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "text/plain", "application/zip"])
def test_a_page_of_another_type_is_refused(
    here: Project, shop: str, capsys: pytest.CaptureFixture[str], content_type: str
) -> None:
    Shop.pages = {"/x": (200, content_type, many(2))}
    assert bring(f"{shop}/x") == 1
    assert f"is {content_type}, not a page" in capsys.readouterr().err
