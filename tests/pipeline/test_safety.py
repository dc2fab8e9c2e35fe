"""Nothing published is ever lost or mixed: refreshes that are killed, run twice at once, are read from, or run out of
disk.

Most run on a small project: the whole pipeline over one source, without the tables that are computed from it, and with
a report of two pages, so that a refresh takes a second and can be killed often. Its processes are forked from one that
has imported the pipeline. A few run the command on the whole project.
"""

import os
import random
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from multiprocessing.context import ForkServerContext
from pathlib import Path

import duckdb
import pytest

from pipelines.fingerprint import pending, read_state
from pipelines.project import Project
from pipelines.refresh import Summary
from pipelines.render import site as site_files
from pipelines.render.site import recover, replacing, swap
from tests.attack import kills
from tests.conftest import CHECKOUT
from tests.small import (
    PRICES,
    SNAPSHOT,
    edit,
    forked,
    published,
    releases,
    reported,
    set_price,
    small_project,
    started,
    succeed,
)

COMMAND = [sys.executable, "-c", "import sys; from pipelines.cli import main; sys.exit(main())"]


SEED = 20261120


@pytest.fixture(scope="module")
def children() -> Iterator[ForkServerContext]:
    """Where processes come from: a server that has the pipeline imported and has run nothing."""
    with forked() as context:
        yield context


def run(
    project: Project, *arguments: str, limit: int | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command; `limit` is the largest file that it may write, bytes."""

    def confine() -> None:
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, timeout=300, check=False, preexec_fn=confine,
        env={**os.environ, "RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT), "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )  # fmt: skip


@pytest.mark.slow
def test_a_refresh_killed_at_any_moment_leaves_the_old_or_the_new_whole_and_the_next_needs_no_help(
    tmp_path: Path, children: ForkServerContext
) -> None:
    print(f"\nkilled while {kills.kills(tmp_path, children, SEED, 12)}")


@pytest.mark.slow
def test_a_first_refresh_killed_at_any_moment_leaves_nothing_or_everything(
    tmp_path: Path, children: ForkServerContext
) -> None:
    project = small_project(tmp_path / "project")
    (project.curated / ".releases").mkdir(parents=True)
    dice = random.Random(SEED)
    for _ in range(4):
        child = started(children, project, with_report=False)
        before = releases(project)
        while child.is_alive() and not releases(project) - before:
            time.sleep(0.001)
        time.sleep(dice.uniform(0, 0.2))
        child.kill()
        child.join(60)
        assert project.database.is_file() == project.parquet.is_dir()
        if project.database.is_file():
            published(project)
            break
    succeed(children, project, with_report=False)
    published(project)


@pytest.mark.slow
@pytest.mark.parametrize(("with_report", "share"), [(False, 0.9), (True, 0.8)])
def test_the_command_killed_on_the_whole_project_leaves_the_old_or_the_new_whole(
    settled: Project, with_report: bool, share: float
) -> None:
    whole_s = 13.0 if with_report else 7.0
    old = published(settled)
    edit(settled.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    environment = {**os.environ, "RIGONOMICS_PROJECT": str(settled.root), "PYTHONPATH": str(CHECKOUT)}
    command = subprocess.Popen(
        [*COMMAND, "refresh", *([] if with_report else ["--no-report"])], env=environment, stdout=subprocess.DEVNULL
    )
    time.sleep(share * whole_s)
    command.kill()
    command.wait(60)
    stands = published(settled)
    assert not settled.site.exists() or (settled.site / "index.html").is_file()
    assert run(settled, "refresh", "--no-report").returncode == 0
    new = published(settled)
    assert new.inputs != old.inputs
    assert stands in (old, new)


# ---- two at once, and readers


def test_of_two_refreshes_at_once_the_second_waits_for_the_first_and_names_it(
    tmp_path: Path, children: ForkServerContext
) -> None:
    project = small_project(tmp_path / "project")
    environment = {**os.environ, "RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT)}
    two = [
        subprocess.Popen([*COMMAND, "refresh", "--no-report", "--force"], env=environment, text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]  # fmt: skip
    said = [process.communicate(timeout=300) for process in two]
    assert [process.returncode for process in two] == [0, 0]
    waiting = [re.fullmatch(r"Waiting for another refresh \(process (\d+)\)\.\n", err) for _, err in said]
    (second,) = [number for number, notice in enumerate(waiting) if notice]
    assert int(waiting[second][1]) == two[1 - second].pid  # type: ignore[index]
    assert said[1 - second][1] == ""
    assert all("published" in out for out, _ in said)
    published(project)
    with duckdb.connect(str(project.database), read_only=True) as connection:
        assert connection.execute("select count(*), count(*) filter (is_latest) from refreshes").fetchall() == [(2, 1)]


@pytest.mark.slow
def test_a_reader_before_during_and_after_refreshes_never_gets_an_error_or_a_mixture(
    tmp_path: Path, children: ForkServerContext
) -> None:
    assert kills.readers(tmp_path / "project", children, refreshes=3) > 20


# ---- out of disk, not writable


@pytest.mark.parametrize("limit", [20_000, 1_000_000])
def test_a_refresh_that_may_write_no_large_file_ends_with_1_and_leaves_the_old_files(
    tmp_path: Path, children: ForkServerContext, limit: int
) -> None:
    project = small_project(tmp_path / "project")
    set_price(project, PRICES[0])
    succeed(children, project, with_report=False)
    old, size = published(project), project.database.stat().st_size
    assert limit < size
    set_price(project, PRICES[1])
    result = run(project, "refresh", "--no-report", limit=limit)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr
    assert str(project.curated) in result.stderr
    assert "Free" in result.stderr
    assert published(project) == old
    succeed(children, project, with_report=False)
    assert published(project) != old


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mount a small file system in memory; tests that need one are skipped where only root may do it."""
    places: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path / f"disk-{len(places)}"
        place.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)], capture_output=True, text=True, check=False
        )
        if done.returncode:
            pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
        places.append(place)
        return place

    if shutil.which("mount") is None:
        pytest.skip("there is no mount")
    yield mount
    for place in places:
        subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_leaves_the_old_files_and_is_told_until_there_is_room(
    tmp_path: Path, children: ForkServerContext, mounted: Callable[[str], Path]
) -> None:
    project = small_project(tmp_path / "project")
    disk = mounted("size=64m")
    shutil.rmtree(project.curated, ignore_errors=True)
    project.curated.symlink_to(disk)
    set_price(project, PRICES[0])
    succeed(children, project, with_report=False)
    old = published(project)
    need = project.database.stat().st_size
    set_price(project, PRICES[1])
    # too little for the build; for the Parquet; for the second copy of the database
    for room in (need // 2, need + 20_000, need + need // 2):
        project.build.unlink(missing_ok=True)
        fill(disk, room)
        result = run(project, "refresh", "--no-report")
        assert (result.returncode, "Traceback" in result.stderr) == (1, False), (room, result.stdout, result.stderr)
        assert "No space left" in result.stderr
        assert published(project) == old
        (disk / "filler").unlink()
    succeed(children, project, with_report=False)
    assert published(project) != old


def fill(disk: Path, room: int) -> None:
    """Leave that many bytes free."""
    stat = os.statvfs(disk)
    with (disk / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(stat.f_bavail * stat.f_frsize - room, 1))


def test_a_read_only_folder_is_named_and_what_is_in_it_stays(
    tmp_path: Path, children: ForkServerContext, mounted: Callable[[str], Path]
) -> None:
    project = small_project(tmp_path / "project")
    disk = mounted("size=64m")
    project.curated.symlink_to(disk)
    succeed(children, project, with_report=False)
    old = published(project)
    set_price(project, PRICES[1])
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    result = run(project, "refresh", "--no-report")
    assert (result.returncode, result.stdout) == (1, "")
    assert "data/curated" in result.stderr
    assert "Read-only file system" in result.stderr
    assert "Traceback" not in result.stderr
    assert published(project) == old
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    succeed(children, project, with_report=False)
    assert published(project) != old


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    project = small_project(tmp_path / "project")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    result = run(project, "refresh", "--no-report", RIGONOMICS_CURATED=str(tmp_path / "file" / "curated"))
    assert result.returncode == 1
    assert f"{tmp_path}/file/curated" in result.stderr
    assert "RIGONOMICS_CURATED" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_report_that_cannot_be_written_keeps_its_tables_from_being_published(
    tmp_path: Path, children: ForkServerContext
) -> None:
    project = small_project(tmp_path / "project")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    for is_published in (False, True):
        old = published(project) if is_published else None
        set_price(project, PRICES[is_published])
        result = run(project, "refresh", RIGONOMICS_SITE=str(tmp_path / "file" / "site"))
        assert result.returncode == 1
        assert f"report could not be written to {tmp_path}/file/site: File exists" in result.stderr
        assert "Traceback" not in result.stderr
        assert (published(project) if project.database.is_file() else None) == old
        succeed(children, project, with_report=False)
    assert pending(project, None, with_report=True) == "report"


def test_a_page_that_raises_leaves_database_and_report_of_before_and_their_state(
    tmp_path: Path, children: ForkServerContext
) -> None:
    project = small_project(tmp_path / "project")
    set_price(project, PRICES[0])
    succeed(children, project, with_report=True)
    old, shown, state = published(project), reported(project), read_state(project)
    set_price(project, PRICES[1])
    page = project.reports / "second.qmd"
    good = page.read_text(encoding="utf-8")
    page.write_text(good + "\n```{python}\nraise ValueError('no')\n```\n", encoding="utf-8")
    result = run(project, "refresh")
    assert result.returncode == 1
    assert "second.qmd:12: the cell of line 11 raised ValueError: no" in result.stderr
    assert "Nothing was published" in result.stderr
    assert (published(project), reported(project), read_state(project)) == (old, shown, state)
    assert len(releases(project)) == 1
    page.write_text(good, encoding="utf-8")
    succeed(children, project, with_report=True)
    assert published(project) != old
    assert reported(project) == published(project).inputs


# ---- other clients


def test_the_published_file_says_that_clients_from_1_0_on_open_it(refreshed: tuple[Project, Summary]) -> None:
    project = refreshed[0]
    with duckdb.connect(str(project.database), read_only=True) as connection:
        (tags,) = connection.execute(
            "select tags['storage_version'] from duckdb_databases() where not internal"
        ).fetchall()[0:1]
    assert tags == ("v1.0.0+",)
    header = project.database.read_bytes()[:20]
    assert header[8:12] == b"DUCK"
    assert int.from_bytes(header[12:20], "little") == 64  # the storage version of DuckDB 0.10 to 1.5


# ---- the report takes the place of the old one


def files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def test_a_site_that_is_replaced_is_there_at_every_moment(tmp_path: Path) -> None:
    output = tmp_path / "site"
    watcher = subprocess.Popen(
        [sys.executable, "-c",
         "import os, sys\npath, seen = sys.argv[1], 0\nprint('ready', flush=True)\n"
         "while not os.path.exists(path + '/stop'):\n"
         "    open(path + '/index.html').close()\n    seen += 1\nprint(seen)",
         str(output)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) if make(output, "0") else None  # fmt: skip
    assert watcher is not None
    assert watcher.stdout is not None
    watcher.stdout.readline()
    for number in range(300):
        with replacing(output) as new:
            (new / "index.html").write_text(str(number), encoding="utf-8")
    (output / "stop").touch()
    out, err = watcher.communicate(timeout=300)
    assert watcher.returncode == 0, err
    assert int(out) > 300
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def make(folder: Path, text: str) -> bool:
    folder.mkdir()
    (folder / "index.html").write_text(text, encoding="utf-8")
    return True


def test_two_folders_change_places_in_one_step(tmp_path: Path) -> None:
    make(tmp_path / "a", "a")
    make(tmp_path / "b", "b")
    assert swap(tmp_path / "a", tmp_path / "b") is sys.platform.startswith("linux")
    assert files(tmp_path / "a") == {"index.html": "b"}
    assert swap(tmp_path / "a", tmp_path / "gone") is False


def test_without_that_step_a_site_is_still_replaced_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site_files, "swap", lambda _one, _other: False)
    make(tmp_path / "site", "old")
    with replacing(tmp_path / "site") as new:
        (new / "index.html").write_text("new", encoding="utf-8")
    assert files(tmp_path / "site") == {"index.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


@pytest.mark.parametrize("is_there", [True, False])
def test_what_an_interrupted_exchange_left_is_cleared_and_the_old_site_put_back(tmp_path: Path, is_there: bool) -> None:
    (tmp_path / "_site-old-x").mkdir()
    make(tmp_path / "_site-old-x" / "site", "old")
    make(tmp_path / "_site-new-y", "half")
    if is_there:
        make(tmp_path / "_site", "new")
    recover(tmp_path / "_site")
    assert files(tmp_path / "_site") == {"index.html": "new" if is_there else "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["_site"]
