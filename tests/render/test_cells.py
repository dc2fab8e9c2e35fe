"""Cells run and what they gave stands in the page; a cell that raises or shows what has no place ends the run by
name."""

from pathlib import Path

import pytest

from pipelines.errors import RigonomicsError
from pipelines.render.cells import execute
from pipelines.render.page import read_page
from pipelines.render.pandoc import to_html
from pipelines.render.worker import Worker


def run(folder: Path, worker: Worker, text: str, echo: bool = False) -> tuple[str, list[str]]:
    path = folder / "page.qmd"
    path.write_text(text, encoding="utf-8")
    return execute(read_page(path, "reports/page.qmd"), worker, echo)


def body(folder: Path, worker: Worker, text: str, echo: bool = False) -> str:
    markdown, _ = run(folder, worker, text, echo)
    page = read_page(folder / "page.qmd", "reports/page.qmd")
    return to_html(page, markdown, ("page.qmd",), 3).body


def test_a_cell_that_raises_is_named_with_its_page_line_and_exception(tmp_path: Path, worker: Worker) -> None:
    with pytest.raises(RigonomicsError) as error:
        run(tmp_path, worker, "text\n\n```{python}\n#| label: costs\nx = 0\n1 / x\n```\n")
    assert "reports/page.qmd:6: cell costs raised ZeroDivisionError: division by zero" in error.value.message
    assert "Traceback" not in str(error.value)


def test_a_cell_that_cannot_be_parsed_is_named(tmp_path: Path, worker: Worker) -> None:
    with pytest.raises(RigonomicsError, match=r"reports/page\.qmd:\d+: the cell of line 1 raised SyntaxError"):
        run(tmp_path, worker, "```{python}\nx = = 1\n```\n")


def test_an_expression_that_raises_is_named_with_its_line(tmp_path: Path, worker: Worker) -> None:
    with pytest.raises(RigonomicsError, match=r"page\.qmd:3: the expression nowhere raised NameError"):
        run(tmp_path, worker, "`{python} 1`\n\nThen `{python} nowhere`.\n")


def test_a_process_that_dies_in_a_text_is_named_with_the_line_of_its_first_expression(tmp_path: Path) -> None:
    with (
        Worker(tmp_path, {}) as dying,
        pytest.raises(RigonomicsError, match=r"page\.qmd:4: the text: the process that ran it died"),
    ):
        run(tmp_path, dying, "One.\n\nTwo.\n`{python} __import__('os')._exit(1)`\n")


def test_html_output_is_refused_since_quarto_would_load_scripts_for_it(tmp_path: Path, worker: Worker) -> None:
    code = "class Html:\n    def _repr_html_(self):\n        return '<b>x</b>'\nHtml()"
    with pytest.raises(RigonomicsError, match=r"page\.qmd:1: the cell of line 1 shows text/html"):
        run(tmp_path, worker, f"```{{python}}\n{code}\n```\n")


def test_a_caption_over_nothing_is_refused(tmp_path: Path, worker: Worker) -> None:
    with pytest.raises(RigonomicsError, match="cell fig-x has a caption but showed nothing"):
        run(tmp_path, worker, "```{python}\n#| label: fig-x\n#| fig-cap: words\nx = 1\n```\n")


def test_a_page_starts_from_an_empty_namespace(tmp_path: Path, worker: Worker) -> None:
    run(tmp_path, worker, "```{python}\nleft_over = 1\n```\n")
    with pytest.raises(RigonomicsError, match="left_over"):
        run(tmp_path, worker, "```{python}\nleft_over\n```\n")


def test_what_a_cell_says_on_stderr_is_a_warning_and_not_on_the_page(tmp_path: Path, worker: Worker) -> None:
    markdown, warnings = run(tmp_path, worker, "```{python}\nimport sys\nprint('careful', file=sys.stderr)\n```\n")
    assert "careful" not in markdown
    assert warnings == ["reports/page.qmd:1: the cell of line 1 said: careful"]


def test_printed_text_is_a_listing_and_markdown_only_where_asked_for(tmp_path: Path, worker: Worker) -> None:
    assert "<pre><code>*a*</code></pre>" in body(tmp_path, worker, "```{python}\nprint('*a*')\n```\n")
    asis = body(tmp_path, worker, "```{python}\n#| output: asis\nprint('*a*')\n```\n")
    assert "<p><em>a</em></p>" in asis


def test_printed_backticks_cannot_end_their_listing(tmp_path: Path, worker: Worker) -> None:
    shown = body(tmp_path, worker, "```{python}\nprint('```\\n# Not a heading\\n````')\n```\n")
    assert "<h1" not in shown
    assert "# Not a heading" in shown


def test_echo_fold_include_eval_and_output_do_what_quarto_does(tmp_path: Path, worker: Worker) -> None:
    echoed = body(tmp_path, worker, "```{python}\nprint(1 + 1)\n```\n", echo=True)
    assert 'class="sourceCode python"' in echoed
    assert "<pre><code>2</code></pre>" in echoed
    folded = body(tmp_path, worker, "```{python}\n#| echo: true\n#| code-fold: true\n#| code-summary: Look\n1\n```\n")
    assert "<summary>Look</summary>" in folded
    hidden = "```{python}\n#| include: false\nprint('gone')\nkept = 'kept'\n```\n\n`{python} kept`\n"
    assert body(tmp_path, worker, hidden) == "<p>kept</p>"
    assert body(tmp_path, worker, "```{python}\n#| eval: false\nraise ValueError\n```\n") == ""
    assert body(tmp_path, worker, "```{python}\n#| output: false\nprint('gone')\n```\n") == ""


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "</code></pre><img src=x onerror=alert(1)>",
        "`x`{=html}",
        "```{=html}",
        "[x](javascript:alert(1))",
        "![x](//elsewhere.example/x.png)",
        "**b** _i_ ~~s~~ $x$ \\\\[y\\\\] @fig-x ^[note] {{< include /etc/passwd >}} {.class}",
        "::: {.callout-note}",
        "# Head & <b> \u00e9 'quoted' \"twice\" it's",
    ],
)
def test_a_plain_value_in_a_sentence_stays_text_whatever_it_holds(tmp_path: Path, worker: Worker, hostile: str) -> None:
    import html

    shown = body(tmp_path, worker, f"```{{python}}\nvalue = {hostile!r}\n```\n\n`{{python}} value`\n")
    assert shown.startswith("<p>")
    assert shown.count("<") == 2
    assert html.unescape(shown.removeprefix("<p>").removesuffix("</p>")) == hostile


def test_scraped_text_that_slips_into_printed_markdown_still_makes_no_element(tmp_path: Path, worker: Worker) -> None:
    shown = body(tmp_path, worker, "```{python}\n#| output: asis\nprint('<script>alert(1)</script> <b>x</b>')\n```\n")
    assert "<script" not in shown
    assert "<b>" not in shown
