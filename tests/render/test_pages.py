"""The pages of the report, from the real tables: they render without a warning, say what follows, and keep scraped
text text."""

import gzip
import html
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines.project import Project
from pipelines.render import RenderResult

from . import fixture
from .pages import NAMES, cells, page, rendered, words

BROKEN = re.compile(r">[^<]*\b(None|nan|NaN|Infinity|null)\b[^<]*<")


def test_pages_render_without_a_warning_or_a_link_that_leads_nowhere(report: tuple[RenderResult, Path]) -> None:
    assert report[0].warnings == []
    assert {path.stem for path in report[0].pages} == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_page_shows_no_missing_value_and_nothing_of_its_source(site: Path, name: str) -> None:
    body = re.sub(r"<(script|pre|code)\b.*?</\1>", "", page(site, name), flags=re.DOTALL)
    # The dictionary explains what NULL means in capitals; small letters would be a value that slipped through.
    assert BROKEN.findall(body) == []
    assert "{python}" not in page(site, name)
    assert ":::" not in body


@pytest.mark.parametrize("name", sorted({*NAMES} - {"cost"}))
def test_a_page_weighs_at_most_150_kb_compressed_beside_the_library(site: Path, name: str) -> None:
    own = [site / f"{name}.html", *(path for path in (site / "assets").iterdir() if path.name != "vega.js")]
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in own) <= 150_000


@pytest.mark.parametrize("name", sorted({*NAMES} - {"method"}))
def test_no_number_is_typed_into_the_prose(name: str) -> None:
    source = (fixture.REPORTS / f"{name}.qmd").read_text(encoding="utf-8")
    text = re.sub(r"^---\n.*?\n---\n", "", source, flags=re.DOTALL)
    text = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"`[^`]*`", "", text)
    assert re.findall(r".*\d.*", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_sql_beneath_a_figure_runs_as_it_is_shown(site: Path, published: Project, name: str) -> None:
    shown = re.findall(r'<details class="sql">.*?<code>(.*?)</code>', page(site, name), re.DOTALL)
    assert shown
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for sql in shown:
            assert connection.sql(html.unescape(sql)).columns


def usd(cost: float) -> str:
    """A cost of a million tokens as the pages round it."""
    return f"${cost:,.2f}" if cost < 10 else f"${cost:,.0f}"


def test_the_start_page_shows_the_first_row_of_answers_for_each_class(site: Path, published: Project) -> None:
    shown = (site / "index.html").read_text(encoding="utf-8")
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for model_class in ("8B", "32B", "70B"):
            rows = connection.execute(
                "select usd_per_mtok_mid, verdict, build_id from answers "
                "where model_class = $1 and scenario_id = 'conservative' and rank = 1",
                [model_class],
            ).fetchall()
            card = re.search(rf'answer-class">{model_class} model</p>(.*?)</li>', shown, re.DOTALL)
            assert card is not None
            if not rows:
                assert "No system can be compared" in card[1]
                continue
            [(cost, verdict, build_id)] = rows
            assert f"A million tokens</dt><dd><strong>{usd(cost)}<" in card[1]
            assert {"own": "Own it", "rent": "Rent instead", "api": "Buy tokens instead", None: "not known"}[
                verdict
            ] in card[1]
            assert f"rigonomics trace answers {model_class} conservative {build_id}</code>" in card[1]


def test_start_rent_and_the_query_give_the_same_answer(site: Path, published: Project) -> None:
    text = (fixture.REPORTS.parent / "queries" / "answers.sql").read_text(encoding="utf-8")
    rent = re.sub(r"<[^>]+>", "", (site / "rent.html").read_text(encoding="utf-8"))
    start = (site / "index.html").read_text(encoding="utf-8")
    with duckdb.connect(str(published.database), read_only=True) as connection:
        cursor = connection.execute(text)
        columns = [column[0] for column in cursor.description or []]
        rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
        best = [row for row in rows if row["scenario_id"] == "conservative" and row["rank"] == 1]
        assert {row["model_class"] for row in best} >= {"8B", "32B", "70B"}
        for row in best:
            first = connection.execute(
                "select build_id, usd_per_mtok_mid, verdict, cheapest_card_usd_per_mtok_mid from answers "
                "where model_class = $1 and scenario_id = 'conservative' and rank = 1",
                [row["model_class"]],
            ).fetchall()[0]
            assert first == (
                row["build_id"],
                row["usd_per_mtok_mid"],
                row["verdict"],
                row["cheapest_card_usd_per_mtok_mid"],
            )
            if row["verdict"] is not None:
                line = next(line for line in rent.split("\n") if f" {row['model_class']} model: " in line)
                assert row["system"] in line
                assert usd(row["cheapest_card_usd_per_mtok_mid"]) in line
            if row["model_class"] in ("8B", "32B", "70B"):
                assert row["system"] in start


def test_every_system_has_a_page_of_its_own_and_its_line_in_the_index(
    site: Path, rows: Callable[..., list[tuple[Any, ...]]]
) -> None:
    builds = [build for (build,) in rows("select build_id from builds")]
    markup = page(site, "systems")
    assert len(builds) >= 40
    for build in builds:
        assert f'<a href="systems/{build}.html">' in markup.split('id="tbl-systems"')[1].split("</table>")[0]
        # old links lead to its row
        assert f'<tr id="{build}"' in markup
        own = page(site, f"systems/{build}")
        assert own.count('<section class="system"') == own.count("<h1") == 1
        assert 'href="../assets/figures.css"' in own
    assert '<section class="system"' not in markup
    assert {path.stem for path in (site / "systems").glob("*.html")} == set(builds)


def test_a_system_without_a_price_says_why(site: Path) -> None:
    section = page(site, "systems/single-4090")
    assert "Price today not known" in words(section)
    assert "no price for host (not described)" in words(section)


def test_a_printed_total_that_is_not_the_sum_of_its_parts_stands_beside_it(site: Path) -> None:
    # The tier's nine lines: 3500+580+520+280+145+260+270+120+170 and 4200+650+560+320+160+280+300+200+220.
    section = words(page(site, "systems/tier1-practitioner-5090"))
    assert "$5,845–6,890 the sum of its parts; it prints $5,845–7,110" in section


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        # 240 W: 2 A at 120 V, 1 A at 240 V; 240 x 3.412 = 818.88.
        ("DGX Spark", ["240", "2.0", "15", "1.0", "15", "819"]),
        # 480 W, the highest that its maker states: 4 A and 2 A; 480 x 3.412 = 1637.76.
        ("Mac Studio M3 Ultra", ["480", "4.0", "15", "2.0", "15", "1,638"]),
        # 2,200 W: 18.33 A takes 22.9 A of a breaker at four fifths, so 30; at 240 V 9.17 A takes 11.5, so 15.
        ("4x RTX 4090 server", ["2,200", "18.3", "30", "9.2", "15", "7,506"]),
    ],
)
def test_circuit_and_cooling_follow_from_the_watts(site: Path, system: str, expected: list[str]) -> None:
    assert cells(page(site, "power"), "tbl-circuit", system)[1:] == expected


def test_what_fits_counts_weights_cache_and_overhead(site: Path) -> None:
    # Two cards of 24 GiB hold 51.5 GB. 70B at Q4_K_M takes 43 + 8.192 x 0.32768 + 2 = 47.7; 32B at Q8_0 takes 36.7, at
    # FP16 68.7; 13B at FP16 26 + 4.7 = 30.7.
    assert cells(page(site, "hardware"), "tbl-largest", "2x RTX 3090 tower")[1:] == [
        "52",
        "128",
        "70B",
        "32B",
        "13B",
    ]


def test_a_wrong_claim_stands_with_its_arithmetic_and_its_cell(site: Path) -> None:
    # 1,200 W, four hours a day, $0.15: 262.80 a year; the source says about $600.
    shown = words(page(site, "trust"))
    assert "1,200 × 4 × 365 / 1,000 × 0.15 = 262.8 USD/year" in shown
    assert "“~$600”: data/raw/frontier-hardware-strategy/" in shown


NOTHING_KNOWN = ";".join(
    f"delete from {table}"
    for table in (
        "answers", "best_run", "cost_front", "could_beat", "costs_by_bits", "system_costs", "own_or_rent",
        "payback_by_hours", "rented_runs", "gpu_rates", "what_if_start", "unused_speeds",
    )
) + "; update current_systems set capex_low_usd = null, capex_mid_usd = null, capex_high_usd = null, missing = 'no price'"  # fmt: skip


def test_the_pages_render_where_nothing_is_known(crafted: Any, tmp_path: Path) -> None:
    shown = rendered(tmp_path / "empty", crafted(NOTHING_KNOWN), "index", "cost", "rent", "method")
    assert shown["index"].count("No system can be compared") == 3
    assert "no cost can be given" in shown["cost"]
    assert "nothing can be compared" in shown["rent"]


def test_the_first_refresh_has_changed_nothing(site: Path) -> None:
    assert "Nothing changed against the refresh before" in words(page(site, "prices"))


def test_what_a_refresh_changed_is_told_with_its_effect_on_the_ranking(
    crafted: Callable[[str], Path], tmp_path: Path
) -> None:
    database = crafted(
        """insert into changes by name
        select 'price' as what, 'rtx-3090' as subject, 'RTX 3090' as name, 'used' as about, '' as scenario_id,
               900 as before_value, 700 as after_value, 'USD' as unit, -22.2 as change_percent;
        insert into changes by name
        select 'cheapest' as what, '70B' as subject, '70B' as name, '' as about, 'conservative' as scenario_id,
               'DGX Spark' as before_text, '2x RTX 3090 tower' as after_text""",
    )
    shown = words(rendered(tmp_path / "project", database, "prices")["prices"])
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
    crafted: Callable[[str], Path], site: Path, tmp_path: Path
) -> None:
    hostile = "'" + fixture.HOSTILE.replace("'", "''") + "'"
    database = crafted(
        f"""
        update price_list set cell = {hostile};
        update claim_list set cell = {hostile}, what = {hostile}, arithmetic = {hostile}, subject = {hostile};
        update speed_claims set assumptions = {hostile}, cell = {hostile};
        update contradictions set cell = {hostile};
        update system_costs set cell = {hostile};
        update system_power set rests_on = {hostile};
        update memory_prices set item = {hostile} where hardware_id = 'rtx-4090';
        update system_overview set description = {hostile} where build_id = 'single-4090';
        """
    )
    pages = rendered(tmp_path / "project", database, "power", "prices", "hardware", "systems", "speeds", "trust")
    for name, markup in pages.items():
        clean, found = _Elements(), _Elements()
        clean.feed(page(site, name))
        found.feed(markup)
        assert [script for script in found.scripts if script.lstrip().startswith("alert")] == [], name
        assert [link for link in found.links if link.startswith("javascript")] == [], name
        assert found.tags.count("b") == clean.tags.count("b"), name
    assert fixture.HOSTILE in words(pages["trust"])
    assert fixture.HOSTILE in words(pages["prices"])
    assert fixture.HOSTILE in words(pages["systems/single-4090"])
