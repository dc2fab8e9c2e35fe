"""The pages of the report in a real browser: drawn charts, quiet console, every screen and print, links, downloads,
axe."""

import re
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from .pages import NAMES

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
A4 = {"width": 673, "height": 986}
"""A sheet within its margins, in CSS pixels. Browsers shrink what is a little wider, and cut what is much wider."""
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": PHONE, "has_touch": True},
}
LONG = ("systems", "trust")
"""Pages of hundreds of like rows, for all of which axe takes minutes: it sees the first thirty of each table."""
AXE = """() => axe.run(document, {resultTypes: ['violations']}).then(found =>
    found.violations.flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.target} ${node.failureSummary}`)))"""


@pytest.mark.parametrize("name", NAMES)
def test_a_page_draws_its_charts_and_fits_a_screen_a_phone_and_a_sheet(opened: Any, address: str, name: str) -> None:
    page = opened(f"{address}{name}.html")
    marks = "[...document.querySelectorAll('.chart-plot svg')].map(svg => svg.querySelectorAll('.role-mark path, .role-mark line').length)"
    assert all(count >= (1 if name == "cost" else 3) for count in page.evaluate(marks))
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    wide = "[...document.querySelectorAll('.table-scroll')].map(held => held.scrollWidth / held.clientWidth)"
    assert max(page.evaluate(wide), default=1) < (1.3 if name == "rent" else 1.15)


@pytest.mark.parametrize(
    ("name", "look"),
    [
        ("power", "light"),
        *(
            pytest.param(name, look, marks=pytest.mark.slow)
            for name in NAMES
            for look in LOOKS
            if (name, look) != ("power", "light")
        ),
    ],
)
def test_axe_finds_nothing_on_a_page(opened: Any, address: str, name: str, look: str) -> None:
    pytest.importorskip("axe_playwright_python", reason="no axe-core: install the extra dev")
    page = opened(f"{address}{name}.html", **LOOKS[look])
    page.evaluate(resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8"))
    if name in LONG:
        page.evaluate("document.querySelectorAll('tbody tr:nth-child(n+30)').forEach(row => row.remove())")
    assert page.evaluate(AXE) == []


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("link", ["cost.html#what-is-missing", "method.html#assumptions"])
def test_a_link_into_a_page_lands_on_its_heading_and_the_reader_may_go_on(
    opened: Any, address: str, link: str, width: int
) -> None:
    page = opened(f"{address}{link}", viewport={"width": width, "height": 800})
    page.wait_for_load_state("load")
    page.wait_for_timeout(300)
    top = "document.getElementById(location.hash.slice(1)).getBoundingClientRect().top"
    assert 0 <= page.evaluate(top) < 60
    page.mouse.move(3, 3)
    page.mouse.wheel(0, -500)
    page.wait_for_function(f"{top} > 300")
    # A page that grows again does not take a reader back who has gone on.
    page.evaluate("document.querySelector('main').append(document.createElement('hr'))")
    page.wait_for_timeout(100)
    assert page.evaluate(top) > 300


def test_the_download_of_a_chart_has_each_point_once_and_nothing_of_its_guides(
    opened: Any, address: str, tmp_path: Path
) -> None:
    page = opened(f"{address}cost.html")
    figure = page.locator("figure.chart:visible", has_text="best trade-offs").first
    with page.expect_download() as download:
        figure.locator("xpath=ancestor-or-self::*[.//button[text()='CSV']][1]").get_by_role(
            "button", name="CSV"
        ).click()
    download.value.save_as(tmp_path / "chart.csv")
    rows = pl.read_csv(tmp_path / "chart.csv")
    assert rows.height == int(re.search(r"of (\d+) are the best", figure.inner_text())[1])  # type: ignore[index]
    assert rows["system"].n_unique() == rows.height
    assert not {"align", "dx"} & set(rows.columns)


@pytest.mark.parametrize("name", ["cost", "rent"])
def test_the_room_kept_for_a_chart_is_about_what_it_takes(opened: Any, address: str, site: Path, name: str) -> None:
    kept = [int(height) for height in re.findall(r"min-height:(\d+)px", (site / f"{name}.html").read_text())]
    page = opened(f"{address}{name}.html")
    drawn = page.evaluate("[...document.querySelectorAll('.chart-plot')].map(plot => plot.offsetHeight)")
    assert len(kept) == len(drawn) > 5
    assert [
        f"{room} kept, {height} drawn" for room, height in zip(kept, drawn, strict=True) if abs(room - height) > 80
    ] == []


def test_a_link_leads_to_its_system_and_print_shows_what_is_folded(opened: Any, address: str) -> None:
    seen = opened(f"{address}systems.html#dgx-spark", reduced_motion="reduce")
    assert 0 <= seen.locator("tr#dgx-spark").bounding_box()["y"] < 900
    seen.locator("tr#dgx-spark a").click()
    seen.wait_for_selector("section#dgx-spark")
    parts = seen.locator("#dgx-spark details:not(.trace)").first.locator("table")
    assert not parts.is_visible()
    seen.emulate_media(media="print")
    assert parts.is_visible()


def test_the_filter_of_the_claims_finds_a_verdict_and_a_file(opened: Any, address: str) -> None:
    seen = opened(f"{address}trust.html")
    claims = seen.locator("#tbl-claims")
    claims.get_by_role("searchbox").fill("differs cost_3year.csv")
    shown = claims.locator("tbody tr:visible")
    assert 0 < shown.count() < 30
    assert "cost_3year.csv" in shown.first.inner_text()
