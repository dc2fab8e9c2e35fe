"""Taking a page apart: what is understood, and what is refused by its name with file and line. Nothing is executed."""

from pathlib import Path

import pytest

from pipelines.errors import RigonomicsError
from pipelines.render.page import Cell, Expression, Markdown, Page, read_page
from pipelines.render.settings import read_settings


def page(folder: Path, text: str) -> Page:
    path = folder / "page.qmd"
    path.write_text(text, encoding="utf-8")
    return read_page(path, "reports/page.qmd")


UNKNOWN = [
    ("a\n\n{{< include other.qmd >}}\n", ":3:", "{{<"),
    ("```{r}\nx\n```\n", ":1:", "a {r} cell"),
    ("a\n\n```{mermaid}\nx\n```\n", ":3:", "a {mermaid} cell"),
    ("- item\n\n  ```{python}\n  1\n  ```\n", ":3:", "a cell that is indented"),
    ("one\n\ntwo <div class='x'>three\n", ":3:", "<div"),
    ("a </b> c\n", ":1:", "</b"),
    ("a\nb <!-- c -->\n", ":2:", "<!--"),
    ("```{python}\n#| label: x\n#| fig-width: 3\n1\n```\n", ":1:", "cell option fig-width"),
]


@pytest.mark.parametrize(("text", "line", "name"), UNKNOWN, ids=[name for _, _, name in UNKNOWN])
def test_an_unknown_construct_is_refused_by_its_name_with_file_and_line(
    tmp_path: Path, text: str, line: str, name: str
) -> None:
    with pytest.raises(RigonomicsError) as refused:
        page(tmp_path, text)
    assert f"reports/page.qmd{line}" in refused.value.message
    assert name in refused.value.message


WRONG = [
    ("---\ntitle: x\n", ":1:", "front matter is not closed"),
    ("---\ntitle: [x\n---\n", ":2:", "in YAML"),
    ("a\n\n```{python}\n1\n", ":3:", "code block is not closed"),
    ("```{python}\n#| label: fig-x\n1\n```\n", ":1:", "go together"),
    ("```{python}\n#| tbl-cap: words\n1\n```\n", ":1:", "cell of line 1: a label tbl-"),
]


@pytest.mark.parametrize(("text", "line", "said"), WRONG, ids=[said for _, _, said in WRONG])
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, line: str, said: str) -> None:
    with pytest.raises(RigonomicsError) as refused:
        page(tmp_path, text)
    assert f"reports/page.qmd{line}" in refused.value.message
    assert said in refused.value.message


def test_what_looks_like_a_construct_inside_code_is_left_alone(tmp_path: Path) -> None:
    text = "`<div>` and ``a `{r} 1` b`` and `{{< x >}}`\n\n````\n```{r}\n::: {.no}\n<div>\n```\n````\n"
    (part,) = page(tmp_path, text).parts
    assert isinstance(part, Markdown)
    assert part.texts == (text.rstrip("\n"),)


def test_cells_options_and_expressions_are_told_apart(tmp_path: Path) -> None:
    text = (
        "---\ntitle: T\n---\n\nA `{python} f(1)` and `{python} g`.\n\n"
        "```{python}\n#| label: fig-a\n#| fig-cap: 'C: d'\nx = 1\ny\n```\nafter\n"
    )
    before, cell, after = page(tmp_path, text).parts
    assert isinstance(before, Markdown)
    assert before.expressions == (Expression("f(1)", 5), Expression("g", 5))
    assert isinstance(cell, Cell)
    assert cell.options == {"label": "fig-a", "fig-cap": "C: d"}
    assert (cell.line, cell.code_line, cell.code) == (7, 10, "x = 1\ny")
    assert isinstance(after, Markdown)
    assert after.texts == ("after",)


def test_pages_come_in_the_order_of_the_navigation_then_by_name(tmp_path: Path) -> None:
    for name in ("a.qmd", "b.qmd", "index.qmd", "_part.qmd"):
        (tmp_path / name).touch()
    navigation = "website: {navbar: {left: [{href: index.qmd, text: Start}, {href: b.qmd, text: B}]}}\n"
    (tmp_path / "_quarto.yml").write_text(navigation, encoding="utf-8")
    assert read_settings(tmp_path, "reports/_quarto.yml").pages == ("index.qmd", "b.qmd", "a.qmd")


def test_a_page_that_the_navigation_names_has_to_exist(tmp_path: Path) -> None:
    navigation = "website: {navbar: {left: [{href: gone.qmd, text: Start}]}}\n"
    (tmp_path / "_quarto.yml").write_text(navigation, encoding="utf-8")
    with pytest.raises(RigonomicsError, match=r"gone\.qmd does not exist"):
        read_settings(tmp_path, "reports/_quarto.yml")
