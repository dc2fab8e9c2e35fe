"""What the cells import: numbers in words, tables, links, SQL that runs when pasted, text that stays text."""

import datetime
import html
import json
import re
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from . import fixture

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
