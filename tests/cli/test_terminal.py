"""What reaches a terminal: scraped text, file names and SQL cannot steer it; and what a bug looks like to a user."""

import io
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines import cli
from pipelines.cli.printing import printed
from pipelines.cli.terminal import Guarded, guarded, visible, visible_cell
from pipelines.project import Project
from tests.cli.test_command import Command
from tests.conftest import CHECKOUT

STEERING = {
    "an escape": ("\x1b[31m", "\\x1b[31m"),
    "a bell": ("\x07", "\\x07"),
    "a return": ("\r", "\\x0d"),
    "C1": ("\x9b31m", "\\u009b31m"),
    "right to left": ("\u202egpj.exe", "\\u202egpj.exe"),
    "an isolate": ("\u2066x\u2069", "\\u2066x\\u2069"),
    "no width": ("a\u200bb", "a\\u200bb"),
}


@pytest.mark.parametrize(("text", "shown"), STEERING.values(), ids=STEERING)
def test_what_steers_a_terminal_is_written_as_its_code(text: str, shown: str) -> None:
    assert visible(text) == shown


@pytest.mark.parametrize("text", ["plain", "Grüße – 価格 ✓", "two\nlines\tand a tab", "🙂"])
def test_text_of_any_language_stays_as_it_is(text: str) -> None:
    assert visible(text) == text


def test_a_cell_of_a_table_is_one_line() -> None:
    assert visible_cell("a\nb\tc") == "a\\nb\\tc"


@pytest.mark.parametrize("form", ["table", "json", "markdown"])
def test_tables_are_escaped_whoever_reads_them(form: str) -> None:
    for text, _ in STEERING.values():
        made = printed([text], [[text]], form)
        assert not any(sign in made for sign in text if sign in "\x1b\x07\r\x9b\u202e\u2066\u2069\u200b")
    if form == "json":
        assert json.loads(printed(["a"], [["\x1b\x9b\u202e\x7f"]], form)) == [{"a": "\x1b\x9b\u202e\x7f"}]


def test_a_guarded_stream_is_one_of_a_terminal_alone() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Terminal()
    stream = guarded(screen)
    assert isinstance(stream, Guarded)
    print("\x1b[2J", file=stream)
    assert screen.getvalue() == "\\x1b[2J\n"
    file = io.StringIO()
    assert guarded(file) is file


def on_a_terminal(project: Project, *arguments: str) -> bytes:
    """All that the command writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT)}
    command = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())", *arguments]
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=subprocess.DEVNULL, env=environment)
    os.close(theirs)
    seen = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:
            break
        if not piece:
            break
        seen += piece
    process.wait(300)
    os.close(ours)
    return seen


@pytest.mark.parametrize(
    "arguments",
    [
        ["sql", "select chr(27) || '[31m' || chr(155) as a"],
        ["sql", "select chr(27) || '[31m' || chr(155) as a", "--format", "csv"],
        ["sql", "selct '\x1b[31m\x9b'"],
        ["tables", "\x1b[31m\u202e"],
        ["import", "/nowhere/\x1b[31m\u202e.csv"],
    ],
)
def test_nothing_of_a_cell_a_query_or_a_name_steers_the_terminal(published: Project, arguments: list[str]) -> None:
    seen = on_a_terminal(published, *arguments).decode()
    assert seen
    assert not set(seen) & {"\x1b", "\x9b", "\u202e"}


def test_a_bug_is_one_sentence_and_its_traceback_a_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def broken(_options: Any) -> int:
        raise ValueError("so much\nfor that")

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr("pipelines.cli.browse.run", broken)
    assert cli.main(["open"]) == 5
    said = capsys.readouterr().err
    assert "this should not have happened: ValueError: so much\n" in said
    assert "Traceback" not in said
    [report] = tmp_path.glob("rigonomics-*.txt")
    assert str(report) in said
    assert "Traceback" in report.read_text(encoding="utf-8")


# ---- what a query may ask


@pytest.mark.parametrize("query", ["", ";", "-- x", "  \n "])
@pytest.mark.parametrize("form", ["table", "json"])
def test_a_query_that_asks_nothing_is_told_so(command: Command, published: Project, query: str, form: str) -> None:
    result = command(published, "sql", query, "--format", form)
    assert result.returncode == 1
    assert "There is no query in it" in result.stderr
    assert "Traceback" not in result.stderr


def test_json_is_valid_whatever_the_values() -> None:
    infinite, names = float("inf"), ["a", "a", "a_1", "a"]
    made = json.loads(printed(names, [[infinite, -infinite, {"x": [float("nan")]}, {1: b"x"}]], "json"))
    assert made == [{"a": "Infinity", "a_2": "-Infinity", "a_1": {"x": ["NaN"]}, "a_3": {"1": "b'x'"}}]


def test_csv_guards_formulas_where_asked() -> None:
    rows = [["=1+1", -2], ["@x", 3], ["fine", 4]]
    assert printed(["f", "n"], rows, "csv") == "f,n\n=1+1,-2\n@x,3\nfine,4"
    assert printed(["f", "n"], rows, "csv", guard_formulas=True) == "f,n\n'=1+1,-2\n'@x,3\nfine,4"


@pytest.mark.parametrize(
    ("query", "flags", "said"),
    [
        ("select sum(i % 7) from range(1000000000000) as r(i)", ["--seconds", "0.3"], "took more than 0.3 s"),
        ("select repeat('x', 100000000) from range(100)", ["--memory", "100MB"], "takes more than 100MB of memory"),
        ("select repeat('x', 1000) from range(1000000)", ["--memory", "20MB"], "takes more than 20MB of memory"),
        ("select i from range(30000000) as r(i) order by hash(i)", ["--memory", "50MB"], "takes more than 50MB of memory"),
    ],
)  # fmt: skip
def test_a_query_is_held_to_its_limits(
    command: Command, published: Project, query: str, flags: list[str], said: str
) -> None:
    result = command(published, "sql", query, *flags)
    assert result.returncode == 1
    assert said in result.stderr


@pytest.mark.parametrize("flags", [["--memory", "much"], ["--memory", "-1GB"], ["--seconds", "-1"], ["--seconds", "x"]])
def test_a_limit_that_is_none_is_refused(command: Command, published: Project, flags: list[str]) -> None:
    assert command(published, "sql", "select 1", *flags).returncode == 2


def test_columns_stand_beneath_their_names_also_where_signs_are_wide() -> None:
    made = printed(["name", "n"], [["価格", 1], ["x", 20]], "table").splitlines()
    assert made == ["name   n", "────────", "価格   1", "x     20", "(2 rows)"]
