"""A small project that refreshes in a second, refreshes of it in processes of their own, and what it has published.

One source and the tables that Python fills, with those that a test names and a report of two pages. Where a test needs
a refresh to check one rule of reading or publishing, this serves.
"""

import functools
import hashlib
import multiprocessing
import multiprocessing.forkserver
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

import duckdb

from pipelines.project import Project
from pipelines.refresh import refresh
from pipelines.warehouse.declarations import Declaration, load_declarations

CHECKOUT = Path(__file__).resolve().parent.parent
SNAPSHOT = "data/raw/maxq-workstation-summary/2026-11-20"
SHOP = "data/raw/shop/2026-11-20"
SHOP_FILES = {
    "../source.toml": """\
title = "Shop"
publisher = "shop"
licence = "facts only"
published_on = "2026-11"
retrieved_on = "2026-11-20"
""",
    "tables.toml": """\
[cards]
title = "Cards"
kind = "price"
place = "page 1"
[cards.columns]
Price = { attribute = "price", condition = "street" }
""",
    "cards.csv": "hardware,Price\nRTX 4090,$1600\nRTX 3090,$800\n",
}
PRICES = ("~$2.60/hour", "~$2.70/hour")
PAGE = """\
```{{python}}
import os
import duckdb

with duckdb.connect(os.environ["RIGONOMICS_DATABASE"], read_only=True) as published:
    (digest,) = published.execute("select raw_digest from refreshes where is_latest").fetchone()
```

{title} of `{{python}} digest`.
"""


@functools.cache
def declarations() -> dict[str, Declaration]:
    """The declared tables of this checkout."""
    return load_declarations(CHECKOUT / "analysis", CHECKOUT)


def with_what_they_need(tables: Iterable[str]) -> set[str]:
    """Those tables and every other one that they read, refer to or are traced to, directly or not."""
    found: set[str] = set()
    pending = set(tables)
    while pending:
        table = declarations()[pending.pop()]
        found.add(table.name)
        pending |= (table.needs | {source.table for source in table.inputs}) & set(declarations()) - found
    return found


def small_project(root: Path, *tables: str) -> Project:
    """One source and the tables that Python fills and those named, with a report of two pages; nothing is published."""
    for name in ("data/vocabulary.toml", "data/catalogue.toml", "data/assumptions.toml"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, root / name)
    source = Path(SNAPSHOT).parent
    shutil.copytree(CHECKOUT / source, root / source, ignore=shutil.ignore_patterns("claims.toml"))
    for folder, names in {
        "raw": "*", "observations": "*", "macros": "*", "published": "*", "audit": "claim*.toml", "curated": "sources.*",
    }.items():  # fmt: skip
        (root / "analysis" / folder).mkdir(parents=True)
        for path in (CHECKOUT / "analysis" / folder).glob(names):
            shutil.copy(path, root / "analysis" / folder)
    for name in with_what_they_need(tables):
        folder = root / "analysis" / declarations()[name].folder
        folder.mkdir(exist_ok=True)
        for path in (CHECKOUT / "analysis" / folder.name).glob(f"{name}.*"):
            shutil.copy(path, folder)
    for path in (root / "analysis").glob("*/*.toml"):  # what a user's files say of sources that are not here
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r'references = "source_files[^"]*",?( role = "[^"]*",?)?', "", text), encoding="utf-8")
    for path in (CHECKOUT / "analysis").glob("*.sql"):
        shutil.copy(path, root / "analysis")
    (root / "reports").mkdir()
    (root / "reports" / "_quarto.yml").write_text(
        "website: {title: S, navbar: {left: [{href: index.qmd, text: A}, {href: second.qmd, text: B}]}}\n",
        encoding="utf-8",
    )
    for name in ("index", "second"):
        (root / "reports" / f"{name}.qmd").write_text(PAGE.format(title=name), encoding="utf-8")
    return Project(root)


def add_shop(project: Project) -> None:
    """A second source: a shop with the prices of two cards."""
    folder = project.root / SHOP
    folder.mkdir(parents=True)
    for name, text in SHOP_FILES.items():
        (folder / name).write_text(text, encoding="utf-8")


def add_sources(project: Project, *names: str) -> None:
    """Sources of this checkout, without their claims."""
    for name in {*names} - {path.name for path in project.raw.iterdir()}:
        ignored = shutil.ignore_patterns("claims.toml")
        shutil.copytree(CHECKOUT / "data/raw" / name, project.raw / name, ignore=ignored)


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def set_price(project: Project, price: str) -> None:
    path = project.root / SNAPSHOT / "cloud_rates.csv"
    text, found = re.subn(r"~\$2\.[567]0/hour", price, path.read_text(encoding="utf-8"))
    assert found == 1
    path.write_text(text, encoding="utf-8")


def refresh_in_child(root: str, with_report: bool) -> None:
    refresh(Project(Path(root)), with_report=with_report)


@contextmanager
def forked() -> Iterator[ForkServerContext]:
    """Where processes come from: a server that has the pipeline imported and has run nothing."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pipelines.definitions", "tests.small"])
    yield context
    multiprocessing.forkserver._forkserver._stop()  # type: ignore[attr-defined]


def started(children: ForkServerContext, project: Project, *, with_report: bool) -> ForkServerProcess:
    child = children.Process(target=refresh_in_child, args=(str(project.root), with_report))
    child.start()
    return child


def succeed(children: ForkServerContext, project: Project, *, with_report: bool) -> None:
    child = started(children, project, with_report=with_report)
    child.join(300)
    assert child.exitcode == 0


@dataclass(frozen=True)
class Whole:
    """What was published: digest of the inputs, and of each Parquet file."""

    inputs: str
    files: dict[str, str]


def published(project: Project) -> Whole:
    """What stands there; fails unless database and Parquet hold the same rows."""
    with duckdb.connect(str(project.database), read_only=True) as connection:
        ((inputs,),) = connection.execute("select raw_digest from refreshes where is_latest").fetchall()
        names = {name for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()}
        assert {path.stem for path in project.parquet.iterdir()} == names - {"changes"}
        for name in sorted(names - {"changes", "refreshes"}):
            file = f"read_parquet('{project.parquet / name}.parquet')"
            assert connection.execute(
                f"select count(*) from ((from {name} except all from {file}) union all (from {file} except all from {name}))"
            ).fetchall() == [(0,)], name
        assert connection.execute(
            f"select raw_digest, code_version from read_parquet('{project.parquet}/refreshes.parquet') except "
            "select raw_digest, code_version from refreshes where is_latest"
        ).fetchall() == []  # fmt: skip
    return Whole(str(inputs), digests(project.parquet))


def reported(project: Project) -> str:
    """The digest of the inputs that every page of the report shows; fails unless they show the same one."""
    shown = set()
    for name in ("index", "second"):
        text = (project.site / f"{name}.html").read_text(encoding="utf-8")
        assert text.rstrip().endswith("</html>")
        shown.add(re.search(rf"{name} of ([0-9a-f]+)", text)[1])  # type: ignore[index]
    assert len(shown) == 1
    return str(shown.pop())


def releases(project: Project) -> set[str]:
    """Names of the publications that are kept or under way."""
    return {path.name for path in (project.curated / ".releases").iterdir()}
