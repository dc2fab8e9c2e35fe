"""Shared fixtures: a project copied from this checkout, refreshed once for all tests that only read it."""

import os
import pickle
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import duckdb
import pytest
from filelock import FileLock

from pipelines.project import Project
from pipelines.refresh import Summary, refresh
from pipelines.warehouse.reading import open_published
from tests.small import CHECKOUT, add_shop, small_project

FEW = ("prices", "cloud_rates", "build_costs", "power_cost")
"""Tables of the small project: what a price leads to, and what none does."""

for place in ("RIGONOMICS_CURATED", "RIGONOMICS_SITE", "RIGONOMICS_PROJECT"):
    os.environ.pop(place, None)  # a test publishes into its own project, wherever its runner publishes


def copy_project(target: Path) -> Project:
    """The data, SQL and report sources of this checkout in a folder of their own, without anything generated."""
    for name, generated in (
        ("data", ("curated",)),
        ("analysis", ()),
        ("queries", ()),
        ("reports", ("_site", ".quarto", "vega.js")),
    ):
        shutil.copytree(CHECKOUT / name, target / name, ignore=shutil.ignore_patterns(*generated))
    return Project(target)


Made = TypeVar("Made")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` gives for a folder of its own, made once a session and not to be changed.

    Processes that run tests side by side share it: the first that comes makes it, the others wait for it.
    """
    base = factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with FileLock(shared / f"{name}.lock"):
        done = shared / f"{name}.pickle"
        if not done.is_file():
            done.write_bytes(pickle.dumps(make(shared / name)))
        made: Made = pickle.loads(done.read_bytes())
        return made


@pytest.fixture(scope="session")
def refreshed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Summary]:
    """A project with its tables published, and the summary of the refresh. Not to be changed."""

    def make(root: Path) -> tuple[Project, Summary]:
        project = copy_project(root)
        return project, refresh(project, with_report=False)

    return made_once(tmp_path_factory, "refreshed", make)


@pytest.fixture(scope="session")
def published(refreshed: tuple[Project, Summary]) -> Project:
    """A project with its tables published. Not to be changed."""
    return refreshed[0]


@pytest.fixture
def rows(published: Project) -> Iterator[Callable[..., list[tuple[object, ...]]]]:
    """Ask the published database: rows(query, *parameters)."""
    with open_published(published) as connection:

        def ask(query: str, *parameters: object) -> list[tuple[object, ...]]:
            return connection.execute(query, list(parameters)).fetchall()

        yield ask


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of the test's own, with nothing published."""
    return copy_project(tmp_path / "project")


@pytest.fixture
def settled(project: Project, published: Project) -> Project:
    """A project of the test's own in the state after a refresh, without the time that one takes."""
    shutil.copytree(published.curated, project.curated, symlinks=True)
    for path in project.curated.rglob("*"):
        if not path.is_symlink():
            twin = published.curated / path.relative_to(project.curated)
            shutil.copystat(twin, path)
    return project


@pytest.fixture(scope="session")
def small_published(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small project of two sources and few tables, published. Not to be changed."""

    def make(root: Path) -> Project:
        project = small_project(root, *FEW)
        add_shop(project)
        refresh(project, with_report=False)
        return project

    return made_once(tmp_path_factory, "small", make)


@pytest.fixture
def small(small_published: Project, tmp_path: Path) -> Project:
    """A project of the test's own with few tables in the state after a refresh."""
    return Project(shutil.copytree(small_published.root, tmp_path / "project", symlinks=True))


def read(project: Project, query: str) -> list[tuple[object, ...]]:
    """Rows of a query on a project's published database."""
    with duckdb.connect(str(project.database), read_only=True) as connection:
        return connection.execute(query).fetchall()
