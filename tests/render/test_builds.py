"""The report at other sizes and from other runs: ten times the data, many offers, and the same bytes from each
build."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.project import Project
from pipelines.refresh import refresh
from tests.conftest import CHECKOUT, copy_project, read

REFRESH = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())", "refresh", "--quiet"]
WHEN = re.compile(r"<dt>Refreshed</dt><dd>(\d{1,2} [A-Z][a-z]+ \d{4}, \d\d:\d\d UTC)</dd>")


def built(project: Project, **environment: str) -> dict[str, str]:
    """The pages after a refresh in a process of its own, without the time of the refresh."""
    done = subprocess.run(
        REFRESH, capture_output=True, text=True, check=False,
        env={**os.environ, "RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT), **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    pages = {path.name: path.read_text(encoding="utf-8") for path in sorted(project.site.glob("*.html"))}
    assert len(pages) == 10
    assert all(len(WHEN.findall(page)) == 1 for page in pages.values())
    return {name: WHEN.sub("", page) for name, page in pages.items()}


@pytest.mark.slow
def test_the_same_inputs_give_the_same_pages_whatever_the_hash_seed(tmp_path: Path) -> None:
    first, *others = [built(copy_project(tmp_path / seed), PYTHONHASHSEED=seed) for seed in ("1", "2", "3")]
    for other in others:
        assert [name for name in first if first[name] != other[name]] == []


@pytest.mark.slow
def test_the_report_renders_at_ten_times_the_data(project: Project) -> None:
    for folder in [path for path in project.raw.iterdir() if path.is_dir()]:
        for number in range(2, 11):
            shutil.copytree(folder, folder.with_name(f"{folder.name}-{number}"))
    summary = refresh(project)
    assert summary.report is not None
    assert len(summary.report.pages) == 10
    pages = [path.read_text(encoding="utf-8") for path in project.site.glob("*.html")]
    cut = [page for page in pages if "Shown: the first " in page]
    assert cut
    for page in cut:
        assert "rows as a table</summary>" in page or "the query beneath gives all of them" in page


@pytest.mark.slow
def test_eight_more_cloud_offers_are_listed_and_systems_are_compared_with_the_cheapest_by_memory(
    project: Project,
) -> None:
    snapshot = project.raw / "more-offers" / "2026-11-21"
    snapshot.mkdir(parents=True)
    rates = "\n".join(f"shop{number},H100 SXM,$9.{number}/hr" for number in range(1, 9))
    (snapshot / "rates.csv").write_text(f"provider,hardware,Rate\n{rates}\n", encoding="utf-8")
    (snapshot / "tables.toml").write_text(
        '[rates]\ntitle = "rates"\nkind = "cloud_rate"\nplace = "x"\n[rates.columns]\n'
        '"Rate" = { attribute = "usd_per_hour" }\n',
        encoding="utf-8",
    )
    (snapshot.parent / "source.toml").write_text(
        'title = "More offers"\npublisher = "x"\nlicence = "x"\npublished_on = "2026-11-21"\n'
        'retrieved_on = "2026-11-21"\n',
        encoding="utf-8",
    )
    summary = refresh(project)
    assert summary.rejected == 0
    offered = "select count(*), count(*) filter (is_reference) from gpu_rates where cloud_rate_id like 'more-offers/%'"
    # Each of them costs more than the cheapest card of as much memory: the charts have as many rates as before.
    assert read(project, offered) == [(8, 0)]
    assert "Shown: the first " not in (project.site / "rent.html").read_text(encoding="utf-8")
    listed = (project.site / "cost.html").read_text(encoding="utf-8")
    assert [number for number in range(1, 9) if f"shop{number}" not in listed] == []
