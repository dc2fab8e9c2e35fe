"""Refreshes killed at any moment, and refreshes that are read from: what is published is the old or the new, whole.

Kills aim at three parts of a run: anywhere, from the first file to be published on, and from the first file of the
report on. Where each one fell is read from what it left on disk.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from pipelines.project import Project
from tests.small import (
    PRICES,
    Whole,
    forked,
    published,
    releases,
    reported,
    set_price,
    small_project,
    started,
    succeed,
)

TRIES = 300
READ_REFRESHES = 30
LANES = 2
AIMS = ("anywhere", "publishing", "rendering")
WITHIN = ("publishing", "rendering")
"""Where a third of the kills has to fall at the least."""


@dataclass(frozen=True)
class Kill:
    """When a refresh is killed: at a share of its run, or of the part that it aims at."""

    share: float
    aim: str


def attack(seed: int, tries: int) -> str:
    """Kill `tries` refreshes, and read from others meanwhile; says where the kills fell. AssertionError if anything
    is lost."""
    with tempfile.TemporaryDirectory(prefix="kills-") as folder, forked() as children:
        fell = kills(Path(folder), children, seed, tries)
        opened = readers(Path(folder) / "read", children, max(2, READ_REFRESHES * tries // TRIES))
    return f"killed while {', '.join(f'{where} {number}' for where, number in sorted(fell.items()))}; {opened} reads"


def kills(folder: Path, children: ForkServerContext, seed: int, tries: int) -> Counter[str]:
    """Kill that many refreshes of small projects below `folder`; how many fell into which part."""
    dice = random.Random(seed)
    planned = [Kill(dice.uniform(0, 1), dice.choice(AIMS)) for _ in range(tries)]
    with ThreadPoolExecutor(LANES) as lanes:
        done = [
            lanes.submit(_one_after_another, folder / f"lane-{lane}", children, planned[lane::LANES])
            for lane in range(LANES)
        ]
        fell = sum((lane.result() for lane in done), Counter[str]())
    assert fell.total() == tries
    assert sum(fell[where] for where in WITHIN) >= tries // 3, fell
    return fell


def _one_after_another(root: Path, children: ForkServerContext, planned: list[Kill]) -> Counter[str]:
    """Kill refreshes of one project; after every second one the next has to succeed without help."""
    project = small_project(root)
    known: dict[str, Whole] = {}
    for price in (*PRICES, *PRICES):
        set_price(project, price)
        succeed(children, project, with_report=True)
        found = published(project)
        assert known.setdefault(price, found) == found
    assert known[PRICES[0]] != known[PRICES[1]]
    paces = {aim: _pace(children, project, aim) for aim in AIMS}
    old, fell = PRICES[1], Counter[str]()
    assert published(project) == known[old]
    queue = list(planned)
    while queue:
        kill = queue.pop(0)
        new = PRICES[1 - PRICES.index(old)]
        set_price(project, new)
        pages, before = reported(project), releases(project)
        child = started(children, project, with_report=True)
        _wait(child, lambda aim=kill.aim, before=before: _has_begun(project, aim, before))
        time.sleep(kill.share * paces[kill.aim])
        child.kill()
        child.join(10)
        where = _fell(project, before, known[old])
        found = published(project)
        assert found in (known[old], known[new]), (kill, where)
        assert reported(project) in (pages, found.inputs), (kill, where)
        if child.exitcode != -signal.SIGKILL:  # it was over before: an earlier moment instead
            queue.insert(0, replace(kill, share=kill.share * 0.7))
            old = new
            continue
        fell[where] += 1
        if fell.total() % 2 == 0:  # the others are followed by one that is killed as well
            succeed(children, project, with_report=True)
            found = published(project)
            assert found == known[new], (kill, where)
            assert reported(project) == known[new].inputs
            left = {path.name for path in project.reports.iterdir()}
            assert left == {"_quarto.yml", "_site", "index.qmd", "second.qmd"}
            assert len(releases(project)) <= 2
        old = new if found == known[new] else old
    return fell


def _has_begun(project: Project, aim: str, before: set[str]) -> bool:
    match aim:
        case "publishing":
            return bool(releases(project) - before)
        case "rendering":
            return _is_rendering(project)
        case _:
            return True


def _is_rendering(project: Project) -> bool:
    return any(project.reports.glob("_site-new-*"))


def _fell(project: Project, before: set[str], old: Whole) -> str:
    """Which part of its run a killed refresh was in, by what it left."""
    if _is_rendering(project):
        return "rendering"
    if published(project) != old:
        return "finishing"
    return "publishing" if releases(project) - before else "computing"


def _wait(child: ForkServerProcess, has_begun: Callable[[], bool]) -> None:
    while child.is_alive() and not has_begun():
        time.sleep(0.001)


def _pace(children: ForkServerContext, project: Project, aim: str) -> float:
    """Let a refresh of other prices succeed and one back; the seconds from the part that is aimed at to its end."""
    took = 0.0
    for price in PRICES:
        set_price(project, price)
        before = releases(project)
        child = started(children, project, with_report=True)
        _wait(child, lambda before=before: _has_begun(project, aim, before))
        begin = time.monotonic()
        child.join(300)
        assert child.exitcode == 0
        took = time.monotonic() - begin
    return took


READER = """
import sys, duckdb
from pathlib import Path
database, stop = sys.argv[1], Path(sys.argv[2])
seen = []
opened = 0
kept = duckdb.connect(database, read_only=True)
first = kept.execute("select refresh_id from refreshes where is_latest").fetchall()
while True:
    last = stop.exists()
    with duckdb.connect(database, read_only=True) as connection:
        opened += 1
        ids = {
            connection.execute("select refresh_id, raw_digest from refreshes where is_latest").fetchall()[0]
            for _ in range(3)
        }
        assert len(ids) == 1, ids
        (shown,) = ids
        rate = connection.execute("select raw_text from observations where raw_text in ('~$2.60/hour', '~$2.70/hour') and raw_file like '%cloud_rates.csv'").fetchall()
        counted = connection.execute("select sum(observations), sum(rejected) from raw_files").fetchall()
        assert counted == connection.execute("select observations, rejected from refreshes where is_latest").fetchall()
        if (shown, rate) not in seen:
            seen.append((shown, rate))
    if last:
        break
assert kept.execute("select refresh_id from refreshes where is_latest").fetchall() == first
assert kept.execute("select count(*) from observations").fetchall()[0][0] > 0
print(opened)
for (refresh_id, digest), rate in seen:
    print(refresh_id, digest, rate[0][0])
"""


def readers(root: Path, children: ForkServerContext, refreshes: int) -> int:
    """Let a reader open the database over and over while that many refreshes replace it; how often it did."""
    project = small_project(root)
    set_price(project, PRICES[0])
    succeed(children, project, with_report=False)
    stop = root / "stop"
    reader = subprocess.Popen(
        [sys.executable, "-c", READER, str(project.database), str(stop)], text=True, env=dict(os.environ),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    time.sleep(0.5)
    prices = [PRICES[(number + 1) % 2] for number in range(refreshes)]
    for price in prices:
        set_price(project, price)
        succeed(children, project, with_report=False)
    stop.touch()
    out, err = reader.communicate(timeout=60)
    assert reader.returncode == 0, err
    opened, *seen = out.splitlines()
    assert int(opened) > 5 * refreshes
    rows = [line.split() for line in seen]
    assert [rate for _, _, rate in rows] == [PRICES[0], *prices]
    assert len({refresh_id for refresh_id, _, _ in rows}) == refreshes + 1
    assert len({(digest, rate) for _, digest, rate in rows}) == 2
    return int(opened)
