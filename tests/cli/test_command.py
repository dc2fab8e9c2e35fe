"""The command through its real entry point: what it prints, and the exit codes that scripts rely on."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.project import Project
from tests.conftest import CHECKOUT

Command = Callable[..., subprocess.CompletedProcess[str]]

COMMAND = Path(sys.executable).with_name("rigonomics")


def run(project: Project, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    program = (
        [str(COMMAND)]
        if COMMAND.exists()
        else [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]
    )
    environment = {**os.environ, "RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT)}
    return subprocess.run(
        [*program, *arguments], capture_output=True, text=True, input=stdin, env=environment, timeout=300, check=False
    )


def test_refresh_says_what_it_read_rejected_and_published(small: Project) -> None:
    shutil.rmtree(small.curated)
    result = run(small, "refresh", "--no-report")
    assert result.returncode == 0, result.stderr
    told = {line.split()[0]: line for line in result.stdout.splitlines()}
    assert list(told) == ["read", "rejected", "as", "published", "took"]
    assert "2 sources" in told["read"]
    assert "data/curated/rigonomics.duckdb" in told["published"]


def test_asking_before_anything_is_published_ends_with_4_and_says_what_to_run(project: Project) -> None:
    result = run(project, "sql", "select 1")
    assert result.returncode == 4
    assert "rigonomics refresh" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("form", ["table", "csv", "json", "markdown"])
def test_a_query_is_printed_in_each_form(command: Command, published: Project, form: str) -> None:
    query = "select 'a|b' as text, 1.5 as number, null as nothing"
    result = command(published, "sql", query, "--format", form)
    assert result.returncode == 0, result.stderr
    if form == "json":
        assert json.loads(result.stdout) == [{"text": "a|b", "number": 1.5, "nothing": None}]
    elif form == "csv":
        assert list(csv.reader(io.StringIO(result.stdout))) == [["text", "number", "nothing"], ["a|b", "1.5", ""]]
    elif form == "markdown":
        assert result.stdout.splitlines()[2] == "| a\\|b | 1.5 |  |"
    else:
        assert "(1 rows)" in result.stdout


def test_a_query_comes_from_standard_input_too(published: Project) -> None:
    assert run(published, "sql", "-", "--format", "csv", stdin="select 42 as answer").stdout.split() == ["answer", "42"]


@pytest.mark.parametrize("query", ["drop table prices", "insert into settings values (null)", "selct 1", "copy prices to 'out.csv'",
                                   "select * from read_csv('/etc/passwd')"])  # fmt: skip
def test_a_query_that_writes_or_fails_ends_with_1_without_a_traceback(
    command: Command, published: Project, query: str
) -> None:
    result = command(published, "sql", query)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert result.stderr.startswith("rigonomics: The query cannot be run.")


def test_tables_lists_them_and_explains_one(command: Command, published: Project) -> None:
    assert "cost_per_token" in command(published, "tables").stdout
    told = command(published, "tables", "build_costs").stdout
    assert "Grain:" in told
    assert "capex_mid_usd" in told


def test_an_unknown_table_is_answered_with_the_nearest(command: Command, published: Project) -> None:
    result = command(published, "tables", "build_cost")
    assert result.returncode == 1
    assert "Did you mean build_costs?" in result.stderr


def test_the_formulas_can_be_called_from_a_query(command: Command, published: Project) -> None:
    result = command(
        published, "sql", "select round(usd_per_mtok(4299, 50, 10, usd_per_kwh := 0.18), 3) as c", "--format", "csv"
    )
    assert result.stdout.split() == ["c", "4.794"]


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["sql", "select 1", "--format", "xml"], ["refresh", "--as-of", "yesterday"]]
)
def test_a_wrong_command_line_ends_with_2(command: Command, published: Project, arguments: list[str]) -> None:
    assert command(published, *arguments).returncode == 2


def test_help_teaches_by_example(published: Project) -> None:
    told = run(published, "--help").stdout
    assert 'rigonomics sql "from cost_per_token"' in told
    assert "exit codes" in told


def test_a_folder_that_is_no_project_is_named(command: Command, tmp_path: Path) -> None:
    result = command(Project(tmp_path), "tables")
    assert result.returncode == 1
    assert "is not a Rigonomics project" in result.stderr
