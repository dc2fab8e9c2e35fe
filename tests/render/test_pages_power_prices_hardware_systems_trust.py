"""The pages Power, Prices, Hardware, Systems, Speeds, Trust: they render from the real tables, say what follows, and keep scraped text text."""

import functools
import gzip
import html
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.project import Project
from pipelines.render import RenderResult, render_report

from . import fixture

NAMES = ("power", "prices", "hardware", "systems", "speeds", "trust")
SETTINGS = """project: {type: website, execute-dir: project, pre-render: [figures/prerender.py], post-render: [figures/system_pages.py], resources: [assets]}
website:
  title: Rigonomics
  navbar:
    left:
      - {href: power.qmd, text: Power}
      - {href: prices.qmd, text: Prices}
      - {href: hardware.qmd, text: Hardware}
      - {href: systems.qmd, text: Systems}
      - {href: speeds.qmd, text: Speeds}
      - {href: trust.qmd, text: Trust}
format:
  html:
    css: [assets/figures.css, assets/ask.css, assets/systems.css]
    include-in-header:
      - text: |
          <script defer src="assets/vega.js"></script>
          <script defer src="assets/figures.js"></script>
execute: {echo: false}
"""
BROKEN = re.compile(r">[^<]*\b(None|nan|NaN|Infinity|null)\b[^<]*<")


def rendered(root: Path, database: Path) -> tuple[RenderResult, Path]:
    """The six pages of this checkout rendered from `database`: what the renderer said, and the site."""
    pages = {f"{name}.qmd": (fixture.REPORTS / f"{name}.qmd").read_text(encoding="utf-8") for name in NAMES}
    fixture.write_project(root, {"_quarto.yml": SETTINGS, **pages})
    return render_report(root, database, root / "site", prefer="built-in"), root / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, published: Project) -> tuple[RenderResult, Path]:
    """The pages rendered from the real tables."""
    return rendered(tmp_path_factory.mktemp("pages"), published.database)


@pytest.fixture
def crafted(tmp_path: Path, published: Project) -> Callable[..., dict[str, str]]:
    """Changes a copy of the real database by SQL and renders the pages from it; gives their HTML by name."""

    def change(*statements: str) -> dict[str, str]:
        path = tmp_path / "crafted.duckdb"
        shutil.copyfile(published.database, path)
        with duckdb.connect(str(path)) as connection:
            for statement in statements:
                connection.execute(statement)
        _, made = rendered(tmp_path / "project", path)
        return {name: page(made, name) for name in (*NAMES, "systems/single-4090")}

    return change


def page(site: Path, name: str) -> str:
    return (site / f"{name}.html").read_text(encoding="utf-8")


def words(markup: str) -> str:
    """What a reader reads of `markup`, on one line."""
    joined = markup.replace("<wbr>", "")
    return " ".join(html.unescape(re.sub(r"<script.*?</script>|<[^>]+>", " ", joined, flags=re.DOTALL)).split())


def cells(markup: str, table: str, first: str) -> list[str]:
    """The cells of the row of the table with the id `table` whose first cell reads `first`."""
    inside = markup.split(f'id="{table}"', 1)[1].split("</table>", 1)[0]
    rows = [
        [words(cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr.*?</tr>", inside, re.DOTALL)
    ]
    return next(row for row in rows if row and row[0] == first)


def test_pages_render_without_a_warning_or_a_link_that_leads_nowhere(site: tuple[RenderResult, Path]) -> None:
    assert site[0].warnings == []
    assert {path.stem for path in site[0].pages} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_missing_value_shows_its_python_face(site: tuple[RenderResult, Path], name: str) -> None:
    body = re.sub(r"<(script|pre).*?</\1>", "", page(site[1], name), flags=re.DOTALL)
    assert BROKEN.findall(body) == []


@pytest.mark.parametrize("name", NAMES)
def test_a_page_weighs_at_most_150_kb_compressed_beside_the_library(site: tuple[RenderResult, Path], name: str) -> None:
    own = [site[1] / f"{name}.html", *(path for path in (site[1] / "assets").iterdir() if path.name != "vega.js")]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in own) <= 150_000


@pytest.mark.parametrize("name", NAMES)
def test_no_number_is_typed_into_the_prose(name: str) -> None:
    source = (fixture.REPORTS / f"{name}.qmd").read_text(encoding="utf-8")
    text = re.sub(r"^---\n.*?\n---\n", "", source, flags=re.DOTALL)
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`]*`", "", text)
    assert re.findall(r".*\d.*", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_beneath_a_figure_runs_as_it_is_shown(
    site: tuple[RenderResult, Path], published: Project, name: str
) -> None:
    shown = re.findall(r'<details class="sql">.*?<code>(.*?)</code>', page(site[1], name), re.DOTALL)
    assert shown
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for sql in shown:
            assert connection.sql(html.unescape(sql)).columns


def test_every_system_has_a_page_of_its_own_and_its_line_in_the_index(
    site: tuple[RenderResult, Path], rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    builds = [build for (build,) in rows("select build_id from builds")]
    markup = page(site[1], "systems")
    assert len(builds) >= 40
    for build in builds:
        assert f'<a href="systems/{build}.html">' in markup.split('id="tbl-systems"')[1].split("</table>")[0]
        # old links lead to its row
        assert f'<tr id="{build}"' in markup
        own = page(site[1], f"systems/{build}")
        assert own.count('<section class="system"') == own.count("<h1") == 1
        assert 'href="../assets/figures.css"' in own
    assert '<section class="system"' not in markup
    assert {path.stem for path in (site[1] / "systems").glob("*.html")} == set(builds)


def test_a_system_without_a_price_says_why(site: tuple[RenderResult, Path]) -> None:
    section = page(site[1], "systems/single-4090")
    assert "Price today not known" in words(section)
    assert "no price for host (not described)" in words(section)


def test_a_printed_total_that_is_not_the_sum_of_its_parts_stands_beside_it(site: tuple[RenderResult, Path]) -> None:
    # The tier's nine lines: 3500+580+520+280+145+260+270+120+170 and 4200+650+560+320+160+280+300+200+220.
    section = words(page(site[1], "systems/tier1-practitioner-5090"))
    assert "$5,845–6,890 the sum of its parts; it prints $5,845–7,110" in section


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        # 240 W: 2 A at 120 V, 1 A at 240 V; 240 x 3.412 = 818.88.
        ("DGX Spark", ["240", "2.0", "15", "1.0", "15", "819"]),
        # 400 W at its high end: 3.33 A and 1.67 A; 300 x 3.412 = 1023.6, 400 x 3.412 = 1364.8.
        ("Mac Studio M3 Ultra", ["400", "3.3", "15", "1.7", "15", "1,024–1,365"]),
        # 2,200 W: 18.33 A takes 22.9 A of a breaker at four fifths, so 30; at 240 V 9.17 A takes 11.5, so 15.
        ("4x RTX 4090 server", ["2,200", "18.3", "30", "9.2", "15", "7,506"]),
    ],
)
def test_circuit_and_cooling_follow_from_the_watts(
    site: tuple[RenderResult, Path], system: str, expected: list[str]
) -> None:
    assert cells(page(site[1], "power"), "tbl-circuit", system)[1:] == expected


def test_what_fits_counts_weights_cache_and_overhead(site: tuple[RenderResult, Path]) -> None:
    # Two cards of 24 GiB hold 51.5 GB. 70B at Q4_K_M takes 43 + 8.192 x 0.32768 + 2 = 47.7; 32B at Q8_0 takes 36.7, at
    # FP16 68.7; 13B at FP16 26 + 4.7 = 30.7.
    assert cells(page(site[1], "hardware"), "tbl-largest", "2x RTX 3090 tower")[1:] == [
        "52",
        "128",
        "70B",
        "32B",
        "13B",
    ]


def test_a_wrong_claim_stands_with_its_arithmetic_and_its_cell(site: tuple[RenderResult, Path]) -> None:
    # 1,200 W, four hours a day, $0.15: 262.80 a year; the source says about $600.
    shown = words(page(site[1], "trust"))
    assert "1,200 × 4 × 365 / 1,000 × 0.15 = 262.8 USD/year" in shown
    assert "“~$600”: data/raw/frontier-hardware-strategy/" in shown


def test_the_first_refresh_has_changed_nothing(crafted: Callable[..., dict[str, str]]) -> None:
    assert "Nothing changed against the refresh before" in words(crafted("delete from changes")["prices"])


def test_what_a_refresh_changed_is_told_with_its_effect_on_the_ranking(crafted: Callable[..., dict[str, str]]) -> None:
    pages = crafted(
        """insert into changes by name
        select 'price' as what, 'rtx-3090' as subject, 'RTX 3090' as name, 'used' as about, '' as scenario_id,
               900 as before_value, 700 as after_value, 'USD' as unit, -22.2 as change_percent""",
        """insert into changes by name
        select 'cheapest' as what, '70B' as subject, '70B' as name, '' as about, 'conservative' as scenario_id,
               'DGX Spark' as before_text, '2x RTX 3090 tower' as after_text""",
    )
    shown = words(pages["prices"])
    assert "This refresh moved 1 price and the cost of no systems" in shown
    assert "1 answer changed with it" in shown
    assert "$900 $700 −22" in shown
    assert "cheapest of a class DGX Spark 2x RTX 3090 tower" in shown


class _Elements(HTMLParser):
    """Collects the scripts of a page, what its links lead to, and the tags that stand in it."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self._inside = tag == "script"
        self.links += [value or "" for name, value in attrs if name == "href"]
        if self._inside:
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = False

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


def test_hostile_text_of_a_cell_stays_text_wherever_it_is_shown(
    crafted: Callable[..., dict[str, str]], site: tuple[RenderResult, Path]
) -> None:
    hostile = "'" + fixture.HOSTILE.replace("'", "''") + "'"
    pages = crafted(
        f"update price_list set cell = {hostile}",
        f"update claim_list set cell = {hostile}, what = {hostile}, arithmetic = {hostile}, subject = {hostile}",
        f"update speed_claims set assumptions = {hostile}, cell = {hostile}",
        f"update contradictions set cell = {hostile}",
        f"update system_costs set cell = {hostile}",
        f"update system_power set rests_on = {hostile}",
        f"update memory_prices set item = {hostile} where hardware_id = 'rtx-4090'",
        f"update system_overview set description = {hostile} where build_id = 'single-4090'",
    )
    for name, markup in pages.items():
        clean, found = _Elements(), _Elements()
        clean.feed(page(site[1], name))
        found.feed(markup)
        assert [script for script in found.scripts if script.lstrip().startswith("alert")] == [], name
        assert [link for link in found.links if link.startswith("javascript")] == [], name
        assert found.tags.count("b") == clean.tags.count("b"), name
    assert fixture.HOSTILE in words(pages["trust"])
    assert fixture.HOSTILE in words(pages["prices"])
    assert fixture.HOSTILE in words(pages["systems/single-4090"])


# ---- what the pages are made with


def test_names_of_points_cover_neither_each_other_nor_a_point() -> None:
    from figures.look.placing import sides_of

    # Two points nearly on top of each other, one at the right edge, and one walled in by four others.
    assert sides_of([100, 104], [100, 100], ["one", "two"], 300, 200) == ["left", "right"]
    assert sides_of([295], [100], ["edge"], 300, 200) == ["left"]
    walled = sides_of([100, 115, 85, 100, 100], [100, 100, 100, 85, 115], ["inner", "", "", "", ""], 300, 200)
    assert walled[0] is None
    # A line that leaves the point to the right.
    assert sides_of([100], [100], ["one"], 300, 200, [(100, 99, 180, 101)]) == ["left"]


def test_figures_of_claims_are_written_as_by_hand() -> None:
    from figures.look.wording import counted, listed, span

    assert span(5845, 5850, "USD") == "$5,845–5,850"
    assert span(14949, 14949, "USD") == "$14,949"
    assert span(0.263158, 0.368421, "factor") == "0.2632–0.3684 times"
    assert span(4, 4, "count") == "4"
    assert span(1, 1, None) == "yes"
    assert span(None, None, "GB") is None
    assert counted(1, "system") == "1 system"
    assert counted(0, "system") == "no systems"
    assert listed(["a", "b"]) == "a and b"
    assert listed(["a", "b", "c", "d"], most=3) == "a, b, c and d"
    assert listed(list("abcdef"), most=3) == "a, b, c and 3 others"
    assert listed([]) == ""


def test_a_chart_keeps_two_systems_of_one_name_apart() -> None:
    import polars as pl
    from figures.look.wording import distinct

    frame = pl.DataFrame({"build_id": ["a", "b", "c"], "name": ["2x L40S", "2x L40S", "One"]})
    assert distinct(frame)["name"].to_list() == ["2x L40S (a)", "2x L40S (b)", "One"]


# ---- in a browser

DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
A4 = {"width": 673, "height": 986}
"""A sheet within its margins, in CSS pixels. Browsers shrink what is a little wider, and cut what is much wider."""
ALL_DRAWN = "[...document.querySelectorAll('.chart')].every(chart => 'drawn' in chart.dataset)"


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address(site: tuple[RenderResult, Path]) -> Iterator[str]:
    """Where the rendered pages are served, on the loopback interface."""
    handler = functools.partial(_Quiet, directory=str(site[1]))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


AXE = """only => axe.run(document, only ? {runOnly: only} : {}).then(found =>
    found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target}`)))"""


@pytest.mark.browser
@pytest.mark.parametrize("name", NAMES)
def test_a_page_draws_its_charts_is_quiet_fits_a_phone_and_pleases_axe(browser: Any, address: str, name: str) -> None:
    context = browser.new_context(viewport=DESKTOP, color_scheme="light")
    seen, said, asked = context.new_page(), [], []
    seen.on("console", lambda message: said.append(message.text))
    seen.on("pageerror", lambda error: said.append(str(error)))
    seen.on("request", lambda request: asked.append(request.url))
    seen.goto(f"{address}{name}.html")
    seen.wait_for_function(ALL_DRAWN, timeout=20_000)
    marks = "[...document.querySelectorAll('.chart-plot svg')].map(svg => svg.querySelectorAll('.role-mark path, .role-mark line').length)"
    assert all(count >= 3 for count in seen.evaluate(marks))
    assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    seen.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    # Row after row of a long table is alike; the rules take most of a minute for all of them.
    seen.evaluate("document.querySelectorAll('tbody tr:nth-child(n+30)').forEach(row => row.remove())")
    assert seen.evaluate(AXE, None) == []
    seen.emulate_media(color_scheme="dark")
    assert seen.evaluate(AXE, ["color-contrast"]) == []
    seen.set_viewport_size(PHONE)
    assert seen.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.evaluate(AXE, ["scrollable-region-focusable", "target-size"]) == []
    seen.emulate_media(media="print")
    seen.set_viewport_size(A4)
    wide = "[...document.querySelectorAll('.table-scroll')].map(held => held.scrollWidth / held.clientWidth)"
    assert max(seen.evaluate(wide), default=1) < 1.15
    assert said == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []
    context.close()


@pytest.mark.browser
def test_a_link_leads_to_its_system_and_print_shows_what_is_folded(browser: Any, address: str) -> None:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    seen = context.new_page()
    seen.goto(f"{address}systems.html#dgx-spark")
    assert 0 <= seen.locator("tr#dgx-spark").bounding_box()["y"] < 900
    seen.locator("tr#dgx-spark a").click()
    seen.wait_for_selector("section#dgx-spark")
    parts = seen.locator("#dgx-spark details:not(.trace)").first.locator("table")
    assert not parts.is_visible()
    seen.emulate_media(media="print")
    assert parts.is_visible()
    context.close()


@pytest.mark.browser
def test_the_filter_of_the_claims_finds_a_verdict_and_a_file(browser: Any, address: str) -> None:
    context = browser.new_context(viewport=DESKTOP)
    seen = context.new_page()
    seen.goto(f"{address}trust.html")
    claims = seen.locator("#tbl-claims")
    claims.get_by_role("searchbox").fill("differs cost_3year.csv")
    shown = claims.locator("tbody tr:visible")
    assert 0 < shown.count() < 30
    assert "cost_3year.csv" in shown.first.inner_text()
    context.close()
