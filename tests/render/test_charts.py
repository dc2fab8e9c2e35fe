"""What charts and long tables show, what they leave out of a crowd, and that they say so."""

import html
import json
import re
from typing import Any

import polars as pl
import pytest


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
