"""Quarto's constructs in HTML: callouts, tabs, numbered figures and tables, cross-references, links between pages."""

import re
from pathlib import Path

import pytest

from pipelines.errors import RigonomicsError
from pipelines.render.page import read_page
from pipelines.render.pandoc import to_html


def body(folder: Path, text: str) -> str:
    path = folder / "page.qmd"
    path.write_text(text, encoding="utf-8")
    page = read_page(path, "reports/page.qmd")
    made = to_html(page, text, ("page.qmd", "other.qmd"), 3)
    assert made.warnings == ()
    return re.sub(r"[ \n]+", " ", made.body)


def test_figures_and_tables_are_numbered_apart_in_the_order_of_the_page(tmp_path: Path) -> None:
    shown = body(
        tmp_path,
        "See @tbl-b, @fig-z and [-@fig-a]; [@fig-a; @tbl-b].\n\n"
        "::: {#fig-a}\nfirst\n\nCaption *one*.\n:::\n\n::: {#tbl-b}\nrows\n\nCaption two.\n:::\n\n"
        "![Picture](x.png){#fig-z}\n",
    )
    link = '<a href="#{}" class="cross-reference">{}</a>'
    assert link.format("tbl-b", "Table 1").replace(" 1", "\u00a01") in shown
    assert link.format("fig-z", "Figure 2").replace(" 2", "\u00a02") in shown
    assert link.format("fig-a", "1") in shown
    assert '<figure id="fig-a" class="numbered numbered-fig"> <p>first</p> <figcaption>' in shown
    assert '<span class="caption-number">Figure\u00a01</span> Caption <em>one</em>.' in shown
    # A table's caption stands above it.
    assert shown.index("Caption two.") < shown.index("rows")
    assert '<span class="caption-number">Figure\u00a02</span> Picture' in shown


def test_a_table_written_by_hand_is_numbered_and_scrolls_by_itself(tmp_path: Path) -> None:
    shown = body(tmp_path, "As in @tbl-x.\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n: Two numbers {#tbl-x}\n")
    assert '<div class="table-scroll"> <table id="tbl-x">' in shown
    assert '<span class="caption-number">Table\u00a01</span> Two numbers' in shown


@pytest.mark.parametrize("reference", ["@fig-gone", "@tbl-gone", "[see @fig-gone]"])
def test_a_cross_reference_to_nothing_is_an_error_with_its_line(tmp_path: Path, reference: str) -> None:
    with pytest.raises(RigonomicsError, match=r"reports/page\.qmd:3: .*@(fig|tbl)-gone to nothing on this page"):
        body(tmp_path, f"Text.\n\nSee {reference}.\n")


def test_a_label_given_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RigonomicsError, match="the label fig-a given twice"):
        body(tmp_path, "::: {#fig-a}\nx\n\nC.\n:::\n\n::: {#fig-a}\ny\n\nD.\n:::\n")


@pytest.mark.parametrize(
    ("text", "line", "name"),
    [
        ("a\n\nb $x^2$ c\n", 3, "the formula $x^2$"),
        ("as @knuth1984 says\n", 1, "the citation @knuth1984"),
        ("![x](https://elsewhere.example/x.png)\n", 1, "an image from elsewhere"),
        ("[x](javascript:alert)\n", 1, "the link to javascript:alert"),
        ("a\n\n[x](gone.qmd)\n", 3, "the link to gone.qmd, which is no page"),
        ("::: {.panel-tabset}\nno heading\n:::\n", 1, "a tabset"),
        ("::: {#fig-a}\n:::\n", 1, "the block #fig-a without a caption"),
    ],
)
def test_what_the_filter_does_not_know_is_refused_by_its_name_with_its_line(
    tmp_path: Path, text: str, line: int, name: str
) -> None:
    with pytest.raises(RigonomicsError) as refused:
        body(tmp_path, text)
    assert f"reports/page.qmd:{line}: the built-in renderer does not know {name}" in refused.value.message


def test_a_callout_has_its_kind_or_its_title_and_may_fold(tmp_path: Path) -> None:
    plain = body(tmp_path, "::: {.callout-note}\nText.\n:::\n")
    assert '<div class="callout callout-note" role="note" aria-label="note">' in plain
    assert '<p class="callout-title"> Note </p>' in plain
    assert '<p class="callout-title"> A &amp; B </p>' in body(
        tmp_path, '::: {.callout-tip title="A & B"}\nText.\n:::\n'
    )
    folded = body(tmp_path, '::: {.callout-warning collapse="true"}\n## Look *out*\nText.\n:::\n')
    assert '<details class="callout callout-warning"><summary class="callout-title"> Look <em>out</em> </summary>' in (
        folded
    )
    assert "<h2" not in folded


def test_tabs_read_well_without_a_script(tmp_path: Path) -> None:
    shown = body(
        tmp_path,
        "::: {.panel-tabset}\n\n## One\n\nFirst.\n\n::: {.callout-note}\nInside.\n:::\n\n## Two\n\n### Deeper\n\nSecond.\n\n:::\n",
    )
    assert shown.count('<div class="tab"') == 2
    assert '<p class="tab-title"> One </p> <p>First.</p> <div class="callout callout-note"' in shown
    assert "Deeper</h3>" in shown


def test_a_link_to_a_page_becomes_one_to_its_html(tmp_path: Path) -> None:
    shown = body(tmp_path, "[a](other.qmd) [b](other.qmd#x) [c](https://example.org/y.qmd) [d](#here)\n")
    assert re.findall(r'href="([^"]*)"', shown) == ["other.html", "other.html#x", "https://example.org/y.qmd", "#here"]


def test_raw_html_passes_only_where_it_is_marked(tmp_path: Path) -> None:
    assert "<b>x</b>" in body(tmp_path, "```{=html}\n<b>x</b>\n```\n")
