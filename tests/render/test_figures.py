"""What the cells import: numbers in words, tables, charts, SQL that runs when pasted, colours that stay apart."""

import datetime
import html
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import fixture

CSS = (fixture.REPORTS / "assets" / "figures.css").read_text(encoding="utf-8")


@pytest.fixture
def figures(database: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The package, reading the tiny database."""
    monkeypatch.setenv("RIGONOMICS_DATABASE", str(database))
    import figures
    from figures import sql

    sql.forget()
    return figures


WORDS = [
    ("usd", (4299,), "$4,299"),
    ("usd", (14949,), "$14,950"),
    ("usd", (0.15,), "$0.15"),
    ("usd", (-120.4,), "−$120"),
    ("usd", (None,), "not stated"),
    ("usd", (float("nan"),), "not stated"),
    ("usd_range", (3500, 4200), "$3,500–4,200"),
    ("usd_range", (2500, 2500.4), "$2,500"),
    ("usd_range", (2500, None), "from $2,500"),
    ("usd_range", (None, 2500), "up to $2,500"),
    ("usd_per_mtok", (4.794,), "$4.79"),
    ("usd_per_mtok", (6.536,), "$6.54"),
    ("usd_per_mtok", (65.2,), "$65"),
    ("usd_per_mtok", (0.0484,), "$0.048"),
    ("usd_per_mtok_range", (3.87, 4.85), "$3.87–4.85"),
    ("usd_per_mtok_range", (6.59, 10.26), "$6.6–10"),
    ("usd_per_mtok_range", (None, None), "not stated"),
    ("usd_per_hour", (2.5,), "$2.50/h"),
    ("years", (2.867,), "2.9 years"),
    ("years", (1.0,), "1 year"),
    ("years", (0.4,), "5 months"),
    ("years", (0.01,), "1 month"),
    ("years", (12.3,), "12 years"),
    ("years_range", (2.1, 3.4), "2.1–3.4 years"),
    ("years_range", (0.5, 1.2), "6 months–1.2 years"),
    ("payback", (2.867, 2.867, True), "2.9 years"),
    ("payback", (2.1, 3.4, True), "2.1–3.4 years"),
    ("payback", (2.4, None, True), "2.4 years at best, or never"),
    ("payback", (None, None, False), "never pays off"),
    ("payback", (None, None, None), "not stated"),
    ("tok_s", (8.2,), "8.2 tok/s"),
    ("tok_s", (1234,), "1,230 tok/s"),
    ("tok_s_range", (28, 35), "28–35 tok/s"),
    ("watts", (1450,), "1,450 W"),
    ("watts_range", (1200, 1450), "1,200–1,450 W"),
    ("gb_range", (35, 40), "35–40 GB"),
    ("kwh", (4380,), "4,380 kWh"),
    ("percent", (12.4,), "12%"),
    ("percent", (-43.0,), "−43%"),
    ("percent", (0.83,), "0.83%"),
]


@pytest.mark.parametrize(("name", "arguments", "said"), WORDS, ids=[f"{n}{a}" for n, a, _ in WORDS])
def test_a_number_is_said_to_what_it_is_worth(figures: Any, name: str, arguments: tuple[Any, ...], said: str) -> None:
    assert getattr(figures, name)(*arguments) == said


def test_a_text_in_a_sentence_is_escaped_and_markdown_is_not(figures: Any) -> None:
    made = figures.sentence("The **{name}** {how}.", name="*a*\n# b", how=figures.Markdown("`x`"))
    assert made == r"The **\*a\* \# b** `x`."
    assert figures.usd(5)._repr_markdown_() == r"\$5\.00"


def test_sql_runs_as_it_is_shown(figures: Any) -> None:
    import duckdb
    from figures.look.listing import written_out

    sql = """
        select 'it''s $kept' as text, $name as name, $day::date as day, $n + 1 as n, $gone as gone
    """
    shown = written_out(sql, name="O'Neil", day=datetime.date(2026, 4, 30), n=2, gone=None)
    assert duckdb.sql(shown).fetchall() == [("it's $kept", "O'Neil", datetime.date(2026, 4, 30), 3, None)]
    assert shown == shown.strip()
    assert "<b>" not in figures.show_sql("select '<b>'").html


def test_a_query_reads_and_cannot_write(figures: Any) -> None:
    import duckdb

    frame = figures.query("select name from builds where family = $family", family="Apple")
    assert frame["name"].to_list() == ["Mac Studio M3 Ultra"]
    with pytest.raises(duckdb.Error):
        figures.query("create table x as select 1")


def cells(block: Any) -> list[list[str]]:
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", block.html, re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)] for row in rows]


def test_a_table_shows_ranges_as_ranges_and_the_unknown_with_its_reason(figures: Any) -> None:
    frame = pl.DataFrame(
        {"name": ["a", "b", "c"], "low": [1.0, 2.0, None], "high": [1.0, 3.5, None], "why": [None, None, "no price"]}
    )
    block = figures.table(
        frame, [figures.label("name", "Name"), figures.interval("low", "high", "Speed", "tok/s")], "T", missing="why"
    )
    assert [row[1] for row in cells(block)[1:]] == ["1.0", "2.0–3.5", "—no price"]
    assert 'title="no price"' in block.html
    assert '<th scope="row">a</th>' in block.html
    assert html.escape('["Speed (tok/s), low","Speed (tok/s), high"]') in block.html


def test_the_figures_of_a_column_have_the_decimals_that_its_smallest_needs(figures: Any) -> None:
    frame = pl.DataFrame({"n": ["a", "b"], "whole": [24.0, 512.0], "speed": [2.74, 900.0], "cost": [0.31, 14.9]})
    columns = [
        figures.label("n", "N"),
        figures.number("whole", "W"),
        figures.number("speed", "S"),
        figures.number("cost", "C", digits=1),
        figures.money("cost", "M", per_mtok=True),
    ]
    assert cells(figures.table(frame, columns, "T"))[1:] == [
        ["a", "24", "2.7", "0.3", "$0.31"],
        ["b", "512", "900.0", "14.9", "$14.90"],
    ]


@pytest.mark.parametrize(
    ("hardware", "family"),
    [
        ("rtx-4090", "GeForce"), ("rtx-3090-ti", "GeForce"), ("rtx-6000-ada", "RTX workstation"),
        ("rtx-a6000", "RTX workstation"), ("rtx-pro-6000-max-q", "RTX workstation"), ("l40s", "Data centre"),
        ("a100-80gb", "Data centre"), ("h100", "Data centre"), ("dgx-station-a100", "Data centre"),
        ("dgx-spark", "Grace Blackwell"), ("mac-studio-m3-ultra", "Apple"), ("rx-7900-xtx", "Radeon"),
        ("puget-ai-workstation", "Other"), (None, "Other"),
    ],
)  # fmt: skip
def test_hardware_belongs_to_the_family_that_its_id_says(figures: Any, hardware: str | None, family: str) -> None:
    from figures.look import theme

    frame = pl.DataFrame({"accelerator_id": [hardware]}, schema={"accelerator_id": pl.String})
    assert frame.select(theme.family()).item() == family


def test_every_word_that_a_speed_may_rest_on_has_a_look_of_its_own(figures: Any) -> None:
    from figures.look import theme

    words = ("measured", "reported", "expected", "target", "modelled")
    looks = [(theme.BASIS[word], theme.BASIS_SHAPES[word]) for word in words]
    assert len(set(looks)) == len(words)
    with pytest.raises(ValueError, match="guessed"):
        theme.basis_color(["guessed"])


def test_a_table_refuses_columns_that_are_not_there(figures: Any) -> None:
    with pytest.raises(ValueError, match="no column gone"):
        figures.table(pl.DataFrame({"a": [1]}), [figures.label("gone", "G")], "T")


@pytest.mark.parametrize(
    ("target", "href"),
    [
        ("https://example.org/?a=1&b=2", "https://example.org/?a=1&amp;b=2"),
        ("systems.html#dgx-spark", "systems.html#dgx-spark"),
        ("javascript:alert(1)", None),
        (" java\nscript:alert(1)", None),
        ("data:text/html,x", None),
        ("//elsewhere.example/x", None),
        ("\\\\elsewhere.example", None),
        ("http:///x", None),
        ("", None),
    ],
)
def test_a_link_leads_within_the_site_or_to_http(figures: Any, target: str, href: str | None) -> None:
    from figures.look.web import safe_href

    assert safe_href(target) == href


def test_text_stays_text_in_html_json_and_the_fence_around_them(figures: Any) -> None:
    from figures.look.web import Block, escape, json_text

    hostile = fixture.HOSTILE + " <!-- \u2028 \x00 ````` '\""
    assert "<" not in escape(hostile)
    assert "`" not in escape(hostile)
    assert "{{" not in escape(hostile)
    assert html.unescape(escape(hostile)) == " ".join(hostile.replace("\u2028", "").replace("\x00", "").split())
    text = json_text({"a": hostile})
    assert not re.search("[<>&`\u2028]|{{", text)
    assert json.loads(text) == {"a": hostile}
    block = Block("a ```` b")._repr_markdown_()
    assert block.strip().splitlines()[0] == "`````{=html}"


CONTROL = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"


@given(st.text(alphabet=st.one_of(st.sampled_from("<>&\"'`{ \t\n\x00\x85\xa0\u2028\u202e\u3000a1"), st.characters())))
def test_any_text_comes_back_from_its_html_flat_and_without_control_characters(text: str) -> None:
    from figures.look.web import escape

    made = escape(text)
    assert html.unescape(made) == " ".join(re.sub(CONTROL, "", text).split())
    assert not re.search("[<>\"'`]|{{|&(?!(amp|lt|gt|quot|#x27|#96|#123);)", made)


def test_a_long_word_may_break_after_its_signs_and_nowhere_else(figures: Any) -> None:
    said = ["data/raw/a_source/2026-01-01/x.csv, row 2", "1/2", "a&b/" * 9, "/" * 30]
    made = figures.table(pl.DataFrame({"name": said}), [figures.label("name", "Name")], "T", download=False)
    shown = re.findall(r'<th scope="row"[^>]*>(.*?)</th>', made.html)
    assert shown[0] == "data/<wbr>raw/<wbr>a_<wbr>source/<wbr>2026-01-01/<wbr>x.csv, row 2"
    assert shown[1] == "1/2"
    assert [html.unescape(text.replace("<wbr>", "")) for text in shown] == said
    assert shown[3] == "/" * 30


def test_a_cell_carries_its_values_only_where_something_sorts_or_downloads_them(figures: Any) -> None:
    frame = pl.DataFrame({"name": ["a"], "low": [1.0], "high": [3.5]})
    columns = [figures.label("name", "Name"), figures.interval("low", "high", "Speed")]
    assert 'data-v="[1.0,3.5]"' in figures.table(frame, columns, "T", sortable=False).html
    assert 'data-v="[1.0,3.5]"' in figures.table(frame, columns, "T", download=False).html
    assert "data-v" not in figures.table(frame, columns, "T", sortable=False, download=False).html


def chart(rows: int) -> Any:
    import altair as alt

    return alt.Chart(pl.DataFrame({"x": range(rows)})).mark_point().encode(x="x:Q")


def test_a_chart_needs_words_for_those_who_see_it_and_those_who_do_not(figures: Any) -> None:
    with pytest.raises(ValueError, match="title and a description"):
        figures.Chart(chart(1), title="T", description=" ")


def drawn(spec: Any) -> tuple[Any, str]:
    """The spec as it is drawn, and what the page says of what is shown."""
    from figures.look.choosing import choose

    made = spec.to_dict()
    return made, choose(made)


def rows_of(spec: Any) -> list[list[Any]]:
    return list(spec["datasets"].values())


def test_a_chart_that_can_be_read_is_drawn_whole_and_nothing_is_said() -> None:
    spec, said = drawn(chart(1000))
    assert said == ""
    assert len(rows_of(spec)[0]) == 1000


def test_a_chart_of_too_many_marks_without_groups_keeps_the_first() -> None:
    spec, said = drawn(chart(1001))
    assert said.startswith("Shown: the first 1,000 of 1,001 marks, in the chart's order")
    assert [row["x"] for row in rows_of(spec)[0]] == list(range(1000))


def crowded(systems: int, rents: int) -> Any:
    """Small charts, one for each system: a mark for each rent. Systems are ordered backwards."""
    import altair as alt

    frame = pl.DataFrame([{"system": f"s{s}", "rent": r} for s in range(systems) for r in range(rents)])
    order = [f"s{s}" for s in reversed(range(systems))]
    base = alt.Chart().mark_point().encode(x="rent:Q")
    return alt.layer(base, base, data=frame).facet(facet=alt.Facet("system:N", sort=order), columns=3)


def test_a_chart_of_too_many_marks_keeps_whole_groups_in_its_own_order() -> None:
    spec, said = drawn(crowded(systems=14, rents=72))  # 14 x 72 = 1,008: 13 groups have 936
    assert said.startswith("Shown: the first 13 of 14 groups by system,")
    kept = rows_of(spec)[0]
    assert {row["system"] for row in kept} == {f"s{s}" for s in range(1, 14)}
    assert len(kept) == 13 * 72
    assert spec["facet"]["sort"] == [f"s{s}" for s in reversed(range(1, 14))]


def test_a_chart_of_too_many_lines_keeps_sixty_of_them() -> None:
    import altair as alt

    names = [f"n{n}" for n in range(61)]
    axis = alt.Y("name:N", sort=names, scale=alt.Scale(domain=names), title="System")
    spec, said = drawn(alt.Chart(pl.DataFrame({"name": names})).mark_bar().encode(y=axis))
    assert said.startswith("Shown: the first 60 of 61 groups by System,")
    assert len(rows_of(spec)[0]) == 60
    assert spec["encoding"]["y"]["scale"]["domain"] == names[:60]


def test_one_group_of_too_many_marks_keeps_its_first() -> None:
    spec, said = drawn(crowded(systems=2, rents=1500))
    assert said.startswith("Shown: the first 1 of 2 groups by system, and of them the first 1,000 of 1,500 marks")
    assert {row["system"] for row in rows_of(spec)[0]} == {"s1"}
    assert len(rows_of(spec)[0]) == 1000


def test_names_of_marks_that_are_not_drawn_are_not_written_but_guides_stay() -> None:
    import altair as alt

    points = pl.DataFrame({"x": range(3000), "y": range(3000)})
    names = pl.DataFrame({"x": [0, 2999], "y": [0, 2999], "name": ["first", "last"]})
    guide = pl.DataFrame({"limit": [1, 2]})
    spec, _ = drawn(
        alt.layer(
            alt.Chart(points).mark_point().encode(x="x:Q", y="y:Q"),
            alt.Chart(names).mark_text().encode(x="x:Q", y="y:Q", text="name:N"),
            alt.Chart(guide).mark_rule().encode(x="limit:Q"),
        )
    )
    kept = {len(rows): rows for rows in rows_of(spec)}
    assert [row["name"] for row in kept[1]] == ["first"]
    assert [row["limit"] for row in kept[2]] == [1, 2]
    assert max(kept) < 1000


def behind(sql: str) -> Any:
    """The source of a figure: its query, the table's key, and two rows."""
    from figures.look.listing import Source

    rows = pl.DataFrame({"part": ["a", "b"], "usd": [1.0, 2.5]})
    return Source(sql, {}, "parts", ("part",), "analysis/curated/parts.sql", lambda: rows)


def test_the_page_says_what_a_crowded_chart_shows_and_has_all_rows_in_a_table(figures: Any) -> None:
    made = figures.Chart(chart(1001), title="T", description="D", note="S", source=behind("from parts")).block().html
    assert '<p class="chart-source">Shown: the first 1,000 of 1,001 marks, ' in made
    assert "<summary>All 2 rows as a table</summary>" in made
    assert made.index("chart-rows") < made.index('class="sql"')
    assert (
        "chart-rows"
        not in figures.Chart(chart(9), title="T", description="D", source=behind("from parts")).block().html
    )


def test_a_table_of_too_many_rows_shows_the_first_and_says_so(figures: Any) -> None:
    made = figures.table(
        pl.DataFrame({"n": range(2001)}), [figures.number("n", "N")], "T", source=behind("from numbers")
    ).html
    assert made.count("<tr>") == 2001  # the heading and the first 2,000
    assert "Shown: the first 2,000 of 2,001 rows; the query beneath gives all of them." in made


def test_a_chart_is_a_figure_with_one_spec_and_a_label_that_cannot_break_out(figures: Any) -> None:
    made = (
        figures.Chart(chart(2), title='<b>"T"', description='D"><script>', note="S & co", source=behind("from parts"))
        .block()
        .html
    )
    assert made.count("<script") == 1
    assert 'aria-label="D&quot;&gt;&lt;script&gt;"' in made
    assert "&lt;b&gt;&quot;T&quot;</figcaption>" in made
    spec = json.loads(re.findall(r'class="chart-spec">(.*?)</script>', made)[0])
    assert spec["marks"]
    assert made.endswith("</details>")


def test_each_row_of_a_table_and_each_chart_lead_to_their_trace(figures: Any) -> None:
    rows = pl.DataFrame({"part": ["card", "it's <b>"], "usd": [1.0, 2.5]})
    made = figures.table(rows, [figures.label("part", "Part")], "T", source=behind("from parts")).html
    assert 'data-trace="parts" data-made-by="analysis/curated/parts.sql"' in made
    assert '<tr data-key="card">' in made
    # as a shell takes it, and as HTML holds it
    assert html.unescape(re.findall(r'data-key="([^"]*)"', made)[1]) == """'it'"'"'s <b>'"""
    assert "<code>rigonomics trace parts card</code>" in made
    drawing = figures.Chart(chart(2), title="T", description="D", source=behind("from parts"), example={"part": "card"})
    assert "<code>rigonomics trace parts card</code>" in drawing.block().html


def test_a_logarithmic_axis_is_ticked_at_1_2_5(figures: Any) -> None:
    from figures.look.theme import log_axis

    assert log_axis(0.2, 20).to_dict()["values"] == [0.2, 0.5, 1, 2, 5, 10, 20]
    assert log_axis(1, 10_000).to_dict()["values"] == [1, 10, 100, 1000, 10_000]


@pytest.mark.parametrize(
    ("sql", "made"),
    [
        ("from a", "from a\norder by 1, 2\n"),
        ("from a;\n", "from a\norder by 1, 2\n"),
        ("from a order by x", "from a order by x\n, 1, 2\n"),
        ("from a order by x desc limit 3", "from a order by x desc\n, 1, 2\nlimit 3"),
        ("from a limit 3", "from a\norder by 1, 2\nlimit 3"),
        ("from a order by all", "from a order by all"),
        ("select max(b order by c) from a", "select max(b order by c) from a\norder by 1, 2\n"),
        ("from (from a order by b limit 2) where c = '(order by'", "from (from a order by b limit 2) where c = '(order by'\norder by 1, 2\n"),
        ("from a -- order by x", "from a -- order by x\norder by 1, 2\n"),
    ],
)  # fmt: skip
def test_rows_that_a_query_leaves_alike_are_ordered_by_their_columns(sql: str, made: str) -> None:
    from figures.sql import settled

    assert settled(sql, 2) == made


# ---- colours

Colour = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, severity 1.
DEFICIENCIES = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def tokens(theme: int) -> dict[str, str]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
    return {name: (light, dark)[theme] for name, light, dark in found}


def linear(colour: str) -> Colour:
    values = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio."""
    weights = (0.2126, 0.7152, 0.0722)
    luminances = sorted(sum(w * v for w, v in zip(weights, linear(c), strict=True)) for c in (one, other))
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)


def oklab(colour: Colour) -> Colour:
    """Björn Ottosson's perceptual space: distances are alike to the eye."""
    red, green, blue = (min(1, max(0, value)) for value in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def seen(colour: str, deficiency: str) -> Colour:
    red, green, blue = (
        sum(weight * value for weight, value in zip(row, linear(colour), strict=True))
        for row in DEFICIENCIES[deficiency]
    )
    return oklab((red, green, blue))


def names(looks: dict[str, str]) -> list[str]:
    return [look.removeprefix("var(--").removesuffix(")") for look in looks.values()]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_keeps_4_5_to_1_and_data_3_to_1_against_the_paper(figures: Any, theme: int) -> None:
    from figures.look import theme as looks

    colours = tokens(theme)
    for name in ("ink", "muted", "accent"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
        assert contrast(colours[name], colours["raised"]) >= 4.5, name
    for name in (*names(looks.BASIS), *names(looks.FAMILIES), *names(looks.COST_PARTS)):
        assert contrast(colours[name], colours["paper"]) >= 3, name
    for step in range(1, 7):
        on = "ink" if step <= 3 else "paper"
        assert contrast(colours[f"ramp-{step}"], colours[on]) >= 4.5, step


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_of_one_chart_stay_apart_for_every_kind_of_sight(figures: Any, theme: int, deficiency: str) -> None:
    from figures.look import theme as looks

    colours = tokens(theme)
    # Families have a shape each as well, so that less of a difference will do; two words of one colour differ in shape.
    for group, least in ((looks.BASIS, 0.12), (looks.COST_PARTS, 0.12), (looks.FAMILIES, 0.06)):
        for one, other in itertools.combinations(dict.fromkeys(names(group)), 2):
            distance = math.dist(seen(colours[one], deficiency), seen(colours[other], deficiency))
            assert distance >= least, (one, other, distance)


def test_every_colour_that_charts_name_is_defined(figures: Any) -> None:
    source = (fixture.REPORTS / "figures" / "look" / "theme.py").read_text(encoding="utf-8")
    named = set(re.findall(r"var\(--([a-z-]+)\)", source)) | {f"ramp-{step}" for step in range(1, 7)}
    assert named <= set(tokens(0))
    assert len(named) > 15
