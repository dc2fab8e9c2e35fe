"""The whole way: a report rendered, swapped in, and left alone when something fails; and the choice of the renderer."""

import re
import shutil
import signal
import stat
import subprocess
import sys
import time
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.errors import RigonomicsError
from pipelines.project import Project
from pipelines.render import RenderResult, builtin, quarto, render_report
from pipelines.render.builtin import WORKERS
from pipelines.render.site import broken_links, replacing
from pipelines.render.worker import Worker
from tests.conftest import CHECKOUT

SETTINGS = "website: {title: S, navbar: {left: [{href: index.qmd, text: Start}]}}\n"


def small(root: Path, text: str) -> Path:
    (root / "reports").mkdir(parents=True)
    (root / "reports" / "_quarto.yml").write_text(SETTINGS, encoding="utf-8")
    (root / "reports" / "index.qmd").write_text(text, encoding="utf-8")
    return root


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir() if path.is_file()}


def test_every_construct_renders_without_a_warning(specimen: tuple[RenderResult, Path]) -> None:
    result, site = specimen
    assert result.renderer == "built-in"
    assert result.warnings == []
    assert [path.name for path in result.pages] == ["index.html", "second.html"]
    assert result.seconds < 30
    assert broken_links(site) == []
    shown = (site / "index.html").read_text(encoding="utf-8")
    assert shown.count('class="chart-spec"') == 4
    assert "{python}" not in shown
    assert ":::" not in shown
    second = (site / "second.html").read_text(encoding="utf-8")
    assert "<p>gone</p>" in second
    assert '<a href="second.html" aria-current="page">Cost &amp; speed</a>' in second
    assert '<nav class="contents"' not in second


def test_the_footer_tells_day_digest_code_and_renderer(specimen: tuple[RenderResult, Path]) -> None:
    shown = (specimen[1] / "second.html").read_text(encoding="utf-8")
    for fact in ("2026-04-30", "9f2c61d0a7b3", "0.1.0", "built-in"):
        assert f"<dd>{fact}</dd>" in shown


def test_a_hostile_cell_makes_no_element_and_no_link_anywhere(specimen: tuple[RenderResult, Path]) -> None:
    shown = (specimen[1] / "index.html").read_text(encoding="utf-8")
    assert "alert(1)" in shown
    assert "<script>alert" not in shown
    assert "</script>alert" not in shown
    assert 'href="javascript' not in shown
    assert "{{< include" not in shown


def test_sources_of_other_renderers_stay_out_of_the_site(specimen: tuple[RenderResult, Path]) -> None:
    names = {path.name for path in (specimen[1] / "assets").iterdir()}
    assert names >= {"favicon.svg", "figures.css", "figures.js", "page.css", "page.js", "vega.js"}
    assert {Path(name).suffix for name in names} <= {".svg", ".css", ".js"}


def test_a_failed_run_leaves_the_old_report_and_nothing_else(tmp_path: Path, database: Path) -> None:
    root, output = tmp_path / "project", tmp_path / "out" / "site"
    small(root, "Old `{python} 6 * 7`.\n")
    render_report(root, database, output, prefer="built-in")
    before = files(output)
    (root / "reports" / "index.qmd").write_text("New.\n\n```{python}\nraise ValueError('no')\n```\n", encoding="utf-8")
    with pytest.raises(RigonomicsError, match="raised ValueError: no"):
        render_report(root, database, output, prefer="built-in")
    assert files(output) == before
    assert "Old 42." in before["index.html"]
    assert [path.name for path in output.parent.iterdir()] == ["site"]


def test_of_several_pages_that_fail_the_first_is_told_and_later_ones_are_left(tmp_path: Path, database: Path) -> None:
    root, marks = small(tmp_path / "project", "First.\n"), tmp_path / "marks"
    marks.mkdir()
    for number in range(6):
        cell = (
            f"import pathlib\npathlib.Path({str(marks)!r}, 'ran-{number}').touch()\nraise ValueError('page {number}')"
        )
        (root / "reports" / f"p{number}.qmd").write_text(f"# P\n\n```{{python}}\n{cell}\n```\n", encoding="utf-8")
    with pytest.raises(RigonomicsError, match=r"p0\.qmd:6: .* raised ValueError: page 0"):
        render_report(root, database, tmp_path / "site", prefer="built-in")
    ran = sorted(path.name for path in marks.iterdir())
    assert ran[0] == "ran-0"
    assert len(ran) <= WORKERS
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("text", ["`{python} 40 + 2`", "```{python}\nprint(40 + 2)\n```"])
def test_one_page_needs_one_process_only(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    started: list[Path] = []

    class Counted(Worker):
        def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
            started.append(folder)
            super().__init__(folder, environment)

    monkeypatch.setattr(builtin, "Worker", Counted)
    root = small(tmp_path / "project", text + "\n")
    render_report(root, database, tmp_path / "site", prefer="built-in")
    assert len(started) == 1
    assert "42" in files(tmp_path / "site")["index.html"]


def test_an_interrupt_ends_cells_that_still_run(tmp_path: Path, database: Path) -> None:
    root = small(tmp_path / "project", "```{python}\nimport time\ntime.sleep(100)\n```\n")
    code = (
        "import sys; from pathlib import Path; from pipelines.render import render_report;"
        "render_report(*map(Path, sys.argv[1:]), prefer='built-in')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(root), str(database), str(tmp_path / "site")],
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in said
    assert [path.name for path in tmp_path.iterdir()] == ["project"]


def test_a_new_site_takes_the_place_of_the_old_one_whole(tmp_path: Path) -> None:
    output = tmp_path / "site"
    output.mkdir()
    (output / "old.html").write_text("old", encoding="utf-8")
    with replacing(output) as new:
        (new / "new.html").write_text("new", encoding="utf-8")
        assert files(output) == {"old.html": "old"}
    assert files(output) == {"new.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize(
    ("target", "broken"),
    [("#here", False), ("#gone", True), ("b.html#there", False), ("b.html#gone", True), ("c.html", True)],
)
def test_a_link_that_leads_nowhere_is_found(tmp_path: Path, target: str, broken: bool) -> None:
    (tmp_path / "a.html").write_text(f'<p id="here"><a href="{target}">x</a>', encoding="utf-8")
    (tmp_path / "b.html").write_text('<p id="there"><a href="https://example.org/x">y</a>', encoding="utf-8")
    assert broken_links(tmp_path) == ([f"a.html: {target}"] if broken else [])


@pytest.mark.parametrize(
    ("prefer", "said"), [("latex", "'latex' is no renderer"), ("quarto", "There is no quarto on PATH")]
)
def test_a_renderer_that_is_not_there_is_an_error(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch, prefer: str, said: str
) -> None:
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(RigonomicsError, match=said):
        render_report(small(tmp_path / "p", "x\n"), database, tmp_path / "site", prefer=prefer)


def test_a_database_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(RigonomicsError, match="rigonomics refresh"):
        render_report(small(tmp_path / "p", "x\n"), tmp_path / "gone.duckdb", tmp_path / "site")


def pretended_quarto(folder: Path, script: str) -> Path:
    """A program that takes the place of Quarto: called as `quarto render <copy> …`."""
    path = folder / "quarto"
    path.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo 9.9.9 && exit 0\n{script}\n', encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def test_quarto_is_taken_where_there_is_one_and_its_warnings_are_told(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = 'mkdir "$2/_site" && echo "$RIGONOMICS_DATABASE" > "$2/_site/index.html" && echo "WARN: thin ice" >&2; echo "[IPKernelApp] WARNING | Kernel is running over TCP without encryption." >&2'
    monkeypatch.setenv("QUARTO_PATH", str(pretended_quarto(tmp_path, script)))
    result = render_report(small(tmp_path / "p", "x\n"), database, tmp_path / "site")
    assert (result.renderer, result.warnings) == ("Quarto 9.9.9", ["thin ice"])
    assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8").strip() == str(database)


def test_the_style_sheets_of_both_colour_schemes_share_no_id(tmp_path: Path) -> None:
    light, dark = (
        f'<link href="{name}.css" class="s" id="quarto-bootstrap" data-mode="{name}">' for name in ("light", "dark")
    )
    script = '<script>find("link#quarto-bootstrap.s"); find("link#quarto-bootstrap-more");</script>'
    (tmp_path / "index.html").write_text(f'{light}{dark}<link id="icon">{script}', encoding="utf-8")
    (tmp_path / "site_libs").mkdir()
    (tmp_path / "site_libs" / "quarto.js").write_text("find('link#quarto-bootstrap:not(x)')", encoding="utf-8")
    for _ in range(2):  # a second time changes nothing
        quarto.give_each_link_its_id(tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert re.findall(r' id="([^"]*)"', page) == ["quarto-bootstrap", "icon"]
    assert page.count('data-id="quarto-bootstrap"') == 2
    assert 'find("link[data-id=quarto-bootstrap].s"); find("link#quarto-bootstrap-more");' in page
    assert (tmp_path / "site_libs" / "quarto.js").read_text(
        encoding="utf-8"
    ) == "find('link[data-id=quarto-bootstrap]:not(x)')"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'ERROR: bad option' >&2; exit 1", "Quarto ended with 1:\nERROR: bad option"),
        (
            'mkdir "$2/_site"; echo "WARNING (x.lua): Unable to resolve crossref @fig-x" >&2',
            "could not resolve the cross-reference @fig-x",
        ),
    ],
)
def test_quarto_failing_or_leaving_a_reference_open_is_an_error(
    tmp_path: Path, database: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setenv("QUARTO_PATH", str(pretended_quarto(tmp_path, script)))
    with pytest.raises(RigonomicsError, match=said):
        render_report(small(tmp_path / "p", "x\n"), database, tmp_path / "site")
    assert not (tmp_path / "site").exists()


def test_quarto_is_looked_for_in_quarto_path_then_on_path_then_beside_the_interpreter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / name for name in ("beside", "path", "named")]
    monkeypatch.setattr(sys, "executable", str(places[0] / "python"))
    monkeypatch.setenv("PATH", str(places[1]))
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    assert quarto.program() is None
    for place in places:
        place.mkdir()
        wanted = pretended_quarto(place, "exit 0")
        if place.name == "named":
            monkeypatch.setenv("QUARTO_PATH", str(place))
        assert quarto.program() == wanted


def test_what_quarto_imports_is_declared_and_locked() -> None:
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    locked = (CHECKOUT / "requirements.lock").read_text(encoding="utf-8")
    for package in ("nbformat", "nbclient", "jupyter-client", "ipykernel", "pyyaml"):
        assert any(re.match(rf"{package}\b", entry) for entry in declared), package
        assert re.search(rf"^{package}==", locked, re.MULTILINE), package


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarto that runs each page in a notebook, with the packages that the real one imports."""
    program = tmp_path / "quarto"
    script = Path(__file__).with_name("stand_in_quarto.py")
    program.write_text(f'#!/bin/sh\nexec "${{QUARTO_PYTHON:-{sys.executable}}}" {script} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("QUARTO_PATH", str(program))


def test_pages_run_in_notebooks_with_the_packages_that_quarto_imports(
    tmp_path: Path, database: Path, stand_in: None
) -> None:
    root = small(tmp_path / "p", "One.\n\n```{python}\nvalue = 6 * 7\n```\n\nTwo `{python} print(value)`.\n")
    result = render_report(root, database, tmp_path / "site")
    assert (result.renderer, result.warnings) == ("Quarto 9.9.9 stand-in", [])
    assert (tmp_path / "site" / "index.html").read_text(encoding="utf-8").strip() == "42"


@pytest.mark.slow
def test_the_whole_report_runs_in_notebooks_and_finds_its_queries(
    published: Project, tmp_path: Path, stand_in: None
) -> None:
    result = render_report(published.root, published.database, tmp_path / "site")
    assert {page.stem for page in result.pages} == {page.stem for page in (published.root / "reports").glob("*.qmd")}
    assert result.warnings == []
    method = (tmp_path / "site" / "method.html").read_text(encoding="utf-8")
    queries = [path.read_text(encoding="utf-8").strip() for path in (CHECKOUT / "queries").glob("*.sql")]
    assert len(queries) > 10
    assert [query for query in queries if f"```sql\n{query}\n```" not in method] == []


def test_a_report_whose_queries_are_not_there_is_an_error(published: Project, tmp_path: Path) -> None:
    shutil.copytree(published.reports, tmp_path / "p" / "reports", ignore=shutil.ignore_patterns("_site"))
    for page in (tmp_path / "p" / "reports").glob("*.qmd"):
        if page.name not in {"index.qmd", "method.qmd"}:
            page.unlink()
    settings = (tmp_path / "p" / "reports" / "_quarto.yml").read_text(encoding="utf-8")
    kept = [line for line in settings.splitlines() if "{href" not in line or "index" in line or "method" in line]
    (tmp_path / "p" / "reports" / "_quarto.yml").write_text("\n".join(kept), encoding="utf-8")
    with pytest.raises(RigonomicsError, match=r"There are no queries in .*/p/queries"):
        render_report(tmp_path / "p", published.database, tmp_path / "site", prefer="built-in")


@pytest.mark.slow
def test_real_quarto_renders_the_real_report(published: Project, tmp_path: Path) -> None:
    if quarto.program() is None:
        pytest.skip(
            "no quarto in QUARTO_PATH, on PATH or beside the interpreter: the built-in renderer alone was tested"
        )
    built_in = render_report(published.root, published.database, tmp_path / "built-in", prefer="built-in")
    result = render_report(published.root, published.database, tmp_path / "site", prefer="quarto")
    assert [path.name for path in result.pages] == [path.name for path in built_in.pages]
    assert result.warnings == []
    for path in result.pages:
        by_quarto, by_us = (
            site.joinpath(path.name).read_text(encoding="utf-8") for site in (tmp_path / "site", tmp_path / "built-in")
        )
        for what in ('class="chart-spec"', 'class="data-table"', "<footer"):
            assert by_quarto.count(what) >= by_us.count(what), (path.name, what)
        assert "require.js" not in by_quarto
        assert not re.search(r"(?:src|href)=[\"']https?://[^\"']+\.(?:js|css)", by_quarto)
