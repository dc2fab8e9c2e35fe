"""The published file in other DuckDB clients: each minor version that the README names, from the package index into
a folder."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.project import Project

READERS = ("1.0.0", "1.1.3", "1.2.2", "1.3.2")
"""Versions that read the tables."""
CALCULATORS = ("1.4.4", "1.5.0")
"""Versions that have the formulas too: older ones refuse a default of a macro that is handed on by position."""
ASK = """
import sys
sys.path.insert(0, sys.argv[1])
import duckdb
with duckdb.connect(sys.argv[2], read_only=True) as connection:
    assert duckdb.__version__ == sys.argv[3]
    for query in sys.argv[4:]:
        assert connection.execute(query).fetchall(), query
"""
TABLES = ("from cost_per_token limit 1", "from data_dictionary limit 1", "select count(*) from observations")
FORMULAS = (
    "from what_if() limit 1",
    "from what_if(hours_per_week := 20) limit 1",
    "from what_if(usd_per_kwh := 0.30, hours_per_week := 20) limit 1",
    "select 1 where round(usd_per_mtok(4299, 50, 10, usd_per_kwh := 0.18), 3) = 4.794",
    "select payback_years(9000, 2.5, 600, hours_per_week := 40)",
)


@pytest.mark.slow
@pytest.mark.parametrize("version", [*READERS, *CALCULATORS])
def test_the_published_file_opens_in_each_version_that_is_named(
    published: Project, tmp_path: Path, version: str
) -> None:
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path / version)]
    done = subprocess.run([*install, f"duckdb=={version}"], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"duckdb {version} cannot be installed here: {(done.stderr.strip().splitlines() or ['?'])[-1]}")
    queries = [*TABLES, *(FORMULAS if version in CALCULATORS else ())]
    ask = [sys.executable, "-I", "-c", ASK, str(tmp_path / version), str(published.database), version, *queries]
    asked = subprocess.run(ask, capture_output=True, text=True, check=False)
    assert asked.returncode == 0, asked.stderr


def test_the_readme_names_the_versions_that_are_tested() -> None:
    readme = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    first_reader, first_calculator = (".".join(name.split(".")[:2]) for name in (READERS[0], CALCULATORS[0]))
    assert f"DuckDB {first_calculator} and later" in readme
    assert f"{first_reader} to {'.'.join(READERS[-1].split('.')[:2])} read the tables" in readme
