"""The rendered specimen in a real browser: drawn charts, quiet console, no foreign request, phones, tables that
work, axe."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from . import fixture

pytestmark = pytest.mark.browser

PAGES = ("index.html", "second.html")
SETTINGS: dict[str, dict[str, Any]] = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "light", "has_touch": True},
    "wide": {"viewport": {"width": 1920, "height": 1080}, "color_scheme": "dark"},
}
ALL_DRAWN = "[...document.querySelectorAll('.chart')].every(chart => 'drawn' in chart.dataset)"
MARKS = """() => [...document.querySelectorAll('.chart-plot svg')].map(svg =>
    [...svg.querySelectorAll('.mark-symbol path, .mark-rect path, .mark-rule line')]
        .filter(mark => mark.getBoundingClientRect().width > 0).length)"""


@dataclass
class Seen:
    """What a page did while it was open."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def opened(browser: Any, served: str) -> Iterator[Any]:
    """Opens a page of the specimen under given settings and waits until its charts are drawn."""
    contexts = []

    def open_page(name: str, setting: str = "light", address: str = served, **more: Any) -> Seen:
        context = browser.new_context(**{**SETTINGS[setting], **more})
        contexts.append(context)
        seen = Seen(context.new_page())
        seen.page.on("console", lambda message: seen.complaints.append(f"{message.type}: {message.text}"))
        seen.page.on("pageerror", lambda error: seen.complaints.append(f"uncaught: {error}"))
        seen.page.on("dialog", lambda dialog: seen.complaints.append(f"dialog: {dialog.message}"))
        seen.page.on("request", lambda request: seen.requests.append(request.url))
        seen.page.goto(f"{address}{name}")
        if more.get("java_script_enabled", True):
            seen.page.wait_for_function(ALL_DRAWN, timeout=20_000)
        return seen

    yield open_page
    for context in contexts:
        context.close()


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_quiet_asks_nobody_else_and_never_scrolls_sideways(
    opened: Any, served: str, name: str, setting: str
) -> None:
    seen = opened(name, setting)
    assert seen.complaints == []
    assert [url for url in seen.requests if not url.startswith((served, "data:", "blob:"))] == []
    widths = seen.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert widths[0] <= widths[1]


@pytest.mark.parametrize("setting", ["light", "dark", "phone"])
def test_charts_have_marks_in_colours_that_differ_from_the_paper(opened: Any, setting: str) -> None:
    page = opened("index.html", setting).page
    # Six ranges with their middles; twelve parts of bars; seven points; twenty cells.
    assert all(marks >= least for marks, least in zip(page.evaluate(MARKS), (12, 12, 7, 20), strict=True))
    colours = page.evaluate(
        "() => [...document.querySelectorAll('.chart-plot .mark-symbol path')].map(mark => getComputedStyle(mark).fill)"
    )
    assert colours
    assert all(re.fullmatch(r"rgb\(\d+, \d+, \d+\)", colour) for colour in colours)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") not in colours


def test_the_switch_changes_charts_and_is_kept_for_the_next_page(opened: Any, served: str) -> None:
    page = opened("index.html", "light").page
    paper = "getComputedStyle(document.body).backgroundColor"
    fill = "getComputedStyle(document.querySelector('.chart-plot .mark-symbol path')).fill"
    before = page.evaluate(f"[{paper}, {fill}]")
    page.get_by_role("radio", name="Dark").check()
    after = page.evaluate(f"[{paper}, {fill}]")
    assert before[0] != after[0]
    assert before[1] != after[1]
    page.goto(f"{served}second.html")
    assert page.evaluate(paper) == after[0]
    page.get_by_role("radio", name="As the system").check()
    assert page.evaluate(paper) == before[0]


def test_print_is_light_and_shows_every_tab(opened: Any) -> None:
    page = opened("index.html", "dark").page
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(253, 253, 252)"
    assert page.evaluate("[...document.querySelectorAll('.tab')].every(tab => tab.offsetHeight > 100)")
    assert not page.locator(".masthead").is_visible()
    assert min(page.evaluate(MARKS)) > 0
    # Chromium leaves out buttons where it repeats the heads of a table on the next sheet.
    heads = page.locator("thead button")
    assert heads.count() > 0
    assert {head.evaluate("button => getComputedStyle(button).display") for head in heads.all()} == {"contents"}


def test_tabs_are_chosen_by_mouse_and_by_keyboard_and_closed_ones_are_drawn_already(opened: Any) -> None:
    page = opened("index.html").page
    tabs = page.get_by_role("tab")
    assert [tab.get_attribute("aria-selected") for tab in tabs.all()] == ["true", "false", "false"]
    tabs.nth(0).focus()
    page.keyboard.press("ArrowLeft")
    assert [tab.get_attribute("aria-selected") for tab in tabs.all()] == ["false", "false", "true"]
    assert page.get_by_role("tabpanel").count() == 1
    assert page.get_by_role("tabpanel").locator("svg").is_visible()


def test_a_table_sorts_both_ways_with_the_unknown_last(opened: Any) -> None:
    page = opened("index.html").page
    table = page.locator("#tbl-costs table")
    names = table.locator("tbody tr")
    table.get_by_role("button", name="Price").click()
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "ascending"
    ascending = names.evaluate_all("rows => rows.map(row => row.id)")
    # By the low ends 1,600, 2,190, 3,999, 9,499, 10,990 and 34,000; the last has none.
    assert ascending == [
        "single-4090", "dual-3090-tower", "dgx-spark", "mac-studio-m3-ultra", "maxq-1x", "quad-l40s", "hostile",
    ]  # fmt: skip
    table.get_by_role("button", name="Price").click()
    assert table.locator("th[aria-sort]").get_attribute("aria-sort") == "descending"
    descending = names.evaluate_all("rows => rows.map(row => row.id)")
    assert descending == [*reversed(ascending[:-1]), "hostile"]


def test_a_table_sorts_text_as_a_reader_counts(opened: Any) -> None:
    page = opened("index.html").page
    table = page.get_by_role("table", name="Parts")
    table.get_by_role("button", name="Part").click()
    parts = table.locator("tbody th").all_inner_texts()
    assert parts[:3] == ["Part number 1", "Part number 2", "Part number 3"]


def test_search_filters_rows_and_says_how_many_and_the_download_has_what_is_shown(opened: Any, tmp_path: Path) -> None:
    page = opened("index.html").page
    holder = page.locator("#tbl-costs")
    holder.get_by_role("searchbox").fill("apple")
    assert holder.locator("tbody tr:visible").count() == 1
    assert holder.get_by_role("status").inner_text() == "1 of 7 rows"
    holder.get_by_role("searchbox").fill("nothing like it")
    assert holder.get_by_text("No row matches.").is_visible()
    holder.get_by_role("searchbox").fill("")
    holder.get_by_role("button", name="Memory").click()
    with page.expect_download() as download:
        holder.get_by_role("button", name="CSV").click()
    path = tmp_path / "saved.csv"
    download.value.save_as(path)
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode())))
    assert rows[0] == [
        "System", "System, note", "Memory (GB)", "Price (USD), low", "Price (USD), high", "Cost (USD/Mtok)", "Speed (tok/s)", "Basis",
        "As of",
    ]  # fmt: skip
    assert rows[1] == ["1x RTX 4090", "GeForce", "24", "1600", "2400", "0.39", "104", "measured", "2026-04-01"]
    assert rows[6][:5] == ["Mac Studio M3 Ultra", "Apple", "512", "9499", ""]
    assert len(rows) == 8
    assert rows[7][0] == fixture.HOSTILE


def test_a_cell_that_looks_like_a_formula_is_saved_as_text(opened: Any, tmp_path: Path) -> None:
    page = opened("index.html").page
    page.evaluate("document.querySelector('#tbl-costs tbody th a').textContent = '=1+1'")
    page.evaluate("delete document.querySelector('#tbl-costs tbody th').dataset.v")
    with page.expect_download() as download:
        page.locator("#tbl-costs").get_by_role("button", name="CSV").click()
    path = tmp_path / "saved.csv"
    download.value.save_as(path)
    assert path.read_text(encoding="utf-8").splitlines()[1].startswith("'=1+1")


def test_a_chart_is_saved_as_svg_png_and_data(opened: Any, tmp_path: Path) -> None:
    page = opened("index.html").page
    saved = {}
    for kind in ("SVG", "PNG", "CSV"):
        with page.expect_download() as download:
            page.locator("#fig-cost").get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == (
            f"two-used-3090s-undercut-every-new-machine-on-a-70b-model.{kind.lower()}"
        )
        path = tmp_path / kind
        download.value.save_as(path)
        saved[kind] = path.read_bytes()
    assert b"var(--" not in saved["SVG"]
    assert b"RTX PRO 6000 Max-Q" in saved["SVG"]
    assert saved["PNG"].startswith(b"\x89PNG")
    assert saved["CSV"].decode().splitlines()[0].startswith("build_id,name,")


def test_a_tooltip_shows_scraped_text_as_text(opened: Any) -> None:
    page = opened("index.html").page
    page.get_by_role("tab", name="Speed").click()
    page.evaluate("document.querySelector('.tabset').scrollIntoView({block: 'center', behavior: 'instant'})")
    marks = page.locator(".tab:not(.tab-off) .mark-symbol.role-mark path")
    box = marks.last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tooltip = page.locator(".chart-tooltip")
    tooltip.wait_for(state="visible")
    assert fixture.HOSTILE in tooltip.inner_text()
    assert tooltip.locator("script, b, a").count() == 0


def test_no_scraped_text_became_an_element_or_ran(opened: Any) -> None:
    seen = opened("index.html")
    assert seen.complaints == []
    assert seen.page.locator("#hostile th a").inner_text() == fixture.HOSTILE
    assert seen.page.evaluate("[...document.scripts].filter(script => script.text.startsWith('alert')).length") == 0
    assert seen.page.locator("a[href^='javascript']").count() == 0


def test_without_javascript_text_tables_tabs_and_the_menu_are_there(opened: Any) -> None:
    page = opened("index.html", "phone", java_script_enabled=False).page
    assert page.locator("#tbl-costs tbody tr").count() == 7
    assert [title.is_visible() for title in page.locator(".tab-title").all()] == [True, True, True]
    assert not page.get_by_role("link", name="Cost & speed").is_visible()
    page.locator("label[for=menu]").click()
    assert page.get_by_role("link", name="Cost & speed").is_visible()
    assert not page.locator(".theme-switch").is_visible()


def test_a_report_opened_from_disk_draws_its_charts(opened: Any, specimen: Any) -> None:
    seen = opened("", address=(specimen[1] / "index.html").as_uri())
    assert seen.complaints == []
    assert min(seen.page.evaluate(MARKS)) > 0
    assert all(url.startswith(("file:", "data:")) for url in seen.requests)


def test_the_first_tab_stop_skips_to_the_content_and_wide_tables_can_be_reached(opened: Any) -> None:
    page = opened("index.html", "phone").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    region = page.locator("#tbl-costs .table-scroll")
    assert region.get_attribute("tabindex") == "0"
    assert region.get_attribute("role") == "region"
    assert region.get_attribute("aria-label")


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["light", "dark", "phone"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(opened: Any, name: str, setting: str) -> None:
    pytest.importorskip("axe_playwright_python", reason="no axe-core: install the extra dev")
    axe = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    page = opened(name, setting).page
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ] == []


def test_a_first_visit_weighs_less_than_500_kb_compressed_and_draws_soon(opened: Any, specimen: Any) -> None:
    import gzip

    seen = opened("index.html")
    site = specimen[1]
    names = {url.rsplit("/", 1)[1] for url in seen.requests if url.startswith("http")}
    paths = [site / name if (site / name).exists() else site / "assets" / name for name in names]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths) < 500_000
    # Half a second is what a quiet machine takes; a loaded one may take a few times that.
    assert seen.page.evaluate("performance.getEntriesByName('first-chart')[0].startTime") < 3_000
