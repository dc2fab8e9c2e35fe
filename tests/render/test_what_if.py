"""The what-if of the start page computes as SQL does, is shared by a link, and says what is left out."""

import itertools
import json
import math
import shutil
import subprocess
from collections.abc import Sequence
from typing import Any

import duckdb
import pytest

from pipelines.project import Project

from . import fixture

# Ends and middles of the sliders, and values between: hours, usd_per_kwh, life, residual, rent.
GRID = [
    (40, 0.15, 3, 0.0, 2.5),
    (1, 0.02, 1, 0.0, 0.1),
    (168, 0.6, 8, 0.7, 12.0),
    (28, 0.3, 4.5, 0.25, 0.65),
    (100, 0.15, 2, 0.5, 1.0),
    (7, 0.45, 3, 0.1, 4.2),
]

# For each of them what the parts without a price shall cost; 0 leaves such systems out.
PARTS = [0, 1500, 0, 5000, 100, 2500]


def alike(shown: Sequence[float | None], wanted: Sequence[float | None]) -> bool:
    """Whether the figures are the same to nine digits and the unknown ones are unknown in both."""
    pairs = list(zip(shown, wanted, strict=True))
    return all((one is None) == (other is None) for one, other in pairs) and all(
        math.isclose(one, other, rel_tol=1e-9) for one, other in pairs if one is not None and other is not None
    )


def test_the_formulas_of_the_page_give_what_the_macros_give(published: Project) -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node: the browser test compares the formulas too")
    cases = [
        (capex, watts, tokens, *settings)
        for (capex, watts, tokens), settings in itertools.product(
            [(4299, 50, 10), (14949, 0, 85), (3275, 1057.5, 30), (50000, 2000, 3)], GRID
        )
    ]
    script = f"""
        const f = require({json.dumps(str(fixture.REPORTS / "assets" / "whatif.js"))});
        console.log(JSON.stringify({json.dumps(cases)}.map(([capex, watts, tokens, hours, kwh, life, resale, rent]) => [
            f.hours_per_year(hours), f.power_usd(watts, hours, kwh, 3), f.usd_per_mtok(capex, watts, tokens, hours, kwh, life, resale),
            f.saving_usd_per_year(rent, watts, hours, kwh), f.payback_years(capex, rent, watts, hours, kwh),
            f.breakeven_hours_per_week(capex, rent, watts, kwh, life, resale)])));
    """
    ran = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True, timeout=30)
    given = json.loads(ran.stdout)
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for case, values in zip(cases, given, strict=True):
            wanted = connection.execute(
                """
                select hours_per_year($4), power_usd($2, $4, $5, 3), usd_per_mtok($1, $2, $3, $4, $5, $6, $7),
                       saving_usd_per_year($8, $2, $4, $5), payback_years($1, $8, $2, $4, $5),
                       breakeven_hours_per_week($1, $8, $2, $5, $6, $7)
                """,
                [float(value) for value in case],
            ).fetchall()[0]
            assert alike(values, wanted), case
    # What is not known stays so, and a division by nothing too.
    unknown = f"const f = require({json.dumps(str(fixture.REPORTS / 'assets' / 'whatif.js'))}); console.log(JSON.stringify([f.usd_per_mtok(null, 1, 1), f.usd_per_mtok(1, 1, 0), f.payback_years(1, null), f.payback_years(100, 0.1, 2000, 40, 0.15)]))"
    ran = subprocess.run([node, "-e", unknown], capture_output=True, text=True, check=True, timeout=30)
    assert json.loads(ran.stdout) == [None, None, None, None]


def test_what_could_beat_the_answer_costs_as_much_as_it_at_the_sum_in_the_table(published: Project) -> None:
    with duckdb.connect(str(published.database), read_only=True) as connection:
        answers = dict(
            connection.execute(
                "select model_class, usd_per_mtok_mid from answers where scenario_id = 'conservative' and rank = 1"
            ).fetchall()
        )
        rows = connection.execute(
            "select build_id, model_class, throughput_from, room_usd from could_beat where scenario_id = 'conservative'"
        ).fetchall()
        assert rows
        # The what-if prices the same system and speed at the same sum, and at a dollar more it is more expensive.
        cost = """
            select distinct w.usd_per_mtok_mid from what_if(unpriced_parts_usd := $1) as w join models as m using (model_id)
            where w.build_id = $2 and m.model_class = $3 and w.throughput_from = $4
        """
        for build_id, model_class, throughput_from, room_usd in rows:
            at, above = (
                connection.execute(cost, [room_usd + more, build_id, model_class, throughput_from]).fetchall()
                for more in (0, 1)
            )
            assert len(at) == len(above) == 1, (build_id, model_class)
            assert at[0][0] == pytest.approx(answers[model_class], rel=1e-9), (build_id, model_class)
            assert above[0][0] > answers[model_class], (build_id, model_class)


CELLS = """() => Object.fromEntries([...document.querySelectorAll('.whatif tbody tr')].map(row =>
    [row.dataset.system, [...row.cells].slice(1, 5).map(cell => cell.dataset.value === '' ? null : Number(cell.dataset.value))]))"""


@pytest.mark.browser
def test_the_sliders_show_for_every_system_what_sql_gives(opened: Any, address: str, published: Project) -> None:
    page = opened(f"{address}index.html")
    speeds = page.evaluate("JSON.parse(document.getElementById('whatif-data').textContent).speeds")
    # The end of this slider follows the highest cloud rate that counts.
    end = float(page.locator("#whatif-rent").get_attribute("max"))
    grid = [(*others, min(rent, end)) for *others, rent in GRID]
    assert end in {rent for *_, rent in grid}
    with duckdb.connect(str(published.database), read_only=True) as connection:
        for (settings, parts), model_class in itertools.product(zip(grid, PARTS, strict=True), ("8B", "70B")):
            hours, kwh, life, resale, rent = settings
            page.evaluate(
                "hash => { location.hash = hash; }",
                f"hours={hours}&kwh={kwh}&life={life}&resale={resale * 100:g}&rent={rent}&parts={parts}"
                f"&class={model_class}",
            )
            page.wait_for_function("wanted => rigonomics.settings().hours === wanted", arg=hours)
            held = page.evaluate("rigonomics.settings()")
            assert held["class"] == model_class
            assert alike(
                [held[name] for name in ("hours", "kwh", "life", "resale", "rent", "parts")], [*settings, parts]
            )
            shown = page.evaluate(CELLS)
            rows = connection.execute(
                "select build_id, throughput_from, usd_per_mtok_mid, payback_years, breakeven_hours_per_week, "
                "power_usd_3yr"
                " from what_if(hours_per_week := $1, usd_per_kwh := $2, life_years := $3, residual_fraction := "
                "$4, cloud_usd_per_hour := $5, unpriced_parts_usd := nullif($6, 0))",
                [float(value) for value in (*settings, parts)],
            ).fetchall()
            assert {row[0] for row in rows} == set(shown)
            for build_id, throughput_from, cost, *others in rows:
                assert alike(shown[build_id][1:], others), (build_id, settings)
                chosen = speeds.get(model_class, {}).get(build_id)
                if chosen and chosen["from"] == throughput_from:
                    assert alike(shown[build_id][:1], [cost]), (build_id, settings)
                if chosen is None:
                    assert shown[build_id][0] is None


@pytest.mark.browser
def test_a_share_link_keeps_the_settings_and_keys_move_a_slider_and_the_result_is_announced(
    opened: Any, address: str
) -> None:
    page = opened(f"{address}index.html")
    said = page.locator(".whatif-said")
    assert said.get_attribute("role") == "status"
    page.locator("#whatif-hours").focus()
    before = page.evaluate("rigonomics.settings().hours")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("rigonomics.settings().hours") == before + 1
    page.select_option("#whatif-class", "8B")
    page.wait_for_function("document.querySelector('.whatif-said').textContent.includes('8B')")
    assert f"hours={before + 1:g}" in page.url
    again = opened(page.url)
    assert again.evaluate("rigonomics.settings()") == page.evaluate("rigonomics.settings()")
    again.get_by_role("button", name="Around the clock").click()
    assert again.evaluate("rigonomics.settings().hours") == 168
    assert again.get_by_role("button", name="Around the clock").get_attribute("aria-pressed") == "true"
    hostile = opened(f"{address}index.html#hours=%3Cscript%3E&kwh=1e9&class=nothing&rent=")
    assert hostile.evaluate("rigonomics.settings()") == {
        "class": "70B",
        "hours": before,
        "kwh": 0.6,
        "life": 3,
        "resale": 0,
        "rent": page.evaluate("rigonomics.settings().rent"),
        "parts": 0,
    }


@pytest.mark.browser
def test_a_sum_for_the_parts_without_a_price_lets_systems_in_and_says_so(
    opened: Any, address: str, published: Project
) -> None:
    page = opened(f"{address}index.html")
    with duckdb.connect(str(published.database), read_only=True) as connection:
        priced, let_in, total = connection.execute(
            """
            select count(*) filter (where capex_mid_usd is not null and watts_mid is not null),
                   count(*) filter (where capex_mid_usd is null and priced_parts_mid_usd > 0 and watts_mid is not null),
                   count(*)
            from build_costs join build_power using (build_id) where capex_basis = 'current' and is_best
            """
        ).fetchall()[0]
        build_id, parts_usd, missing = connection.execute(
            """
            select build_id, priced_parts_mid_usd, c.missing from build_costs as c join build_power as w using (build_id)
            where capex_basis = 'current' and is_best and capex_mid_usd is null and priced_parts_mid_usd > 0
                and watts_mid is not null
            order by build_id limit 1
            """
        ).fetchall()[0]
    row = page.locator(f'.whatif tr[data-system="{build_id}"]')
    shown = page.locator(".whatif tbody tr:visible")
    parts = page.locator("#whatif-parts")
    assert let_in > 0
    assert shown.count() == priced
    assert page.locator("output[for=whatif-parts]").inner_text() == "left out"
    assert not row.is_visible()
    parts.fill("1500")
    assert page.locator("output[for=whatif-parts]").inner_text() == "$1,500"
    assert shown.count() == priced + let_in
    assert page.locator(".whatif-left-out").inner_text() == str(total - priced - let_in)
    note = row.locator("th .cell-note").inner_text()
    assert note.startswith("$")
    assert note.endswith(f", $1,500 of it yours: {missing}")
    assert math.isclose(float(note[1:].split(", $")[0].replace(",", "")), parts_usd + 1500, rel_tol=1e-3)
    parts.fill("0")
    assert shown.count() == priced
    assert "yours" not in page.locator(".whatif").inner_text()


@pytest.mark.browser
def test_without_a_script_the_what_if_shows_the_base_scenario(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}index.html")
    assert not page.locator(".whatif-controls").is_visible()
    without_script = page.locator(".whatif-printed").text_content()
    assert without_script.startswith("Class of models: 70B; Hours a week: ")
    assert page.locator(".whatif tbody tr:visible").count() > 0
    assert page.locator(".whatif tbody tr:visible .whatif-value").first.inner_text().startswith(("$", "—"))
    context.close()
    page = browser.new_page()
    page.goto(f"{address}index.html")
    printed = page.locator(".whatif-printed")
    assert printed.text_content() == without_script
    assert not printed.is_visible()
    page.locator("#whatif-parts").fill("1500")
    page.emulate_media(media="print")
    assert printed.is_visible()
    assert printed.text_content() == without_script.replace("left out", "$1,500")
    page.close()
