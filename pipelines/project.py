"""Where a project's things are on disk. Paths only: nothing here reads or writes a file's content."""

import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import RigonomicsError


@dataclass(frozen=True)
class Project:
    """A checkout of the project, by its root folder."""

    root: Path

    @property
    def raw(self) -> Path:
        """Snapshots of the sources, and the contracts that say what their columns mean."""
        return self.root / "data" / "raw"

    @property
    def catalogue(self) -> Path:
        """Names of hardware, models and systems."""
        return self.root / "data" / "catalogue.toml"

    @property
    def vocabulary(self) -> Path:
        """Attributes, their units and ranges, and how sources spell units."""
        return self.root / "data" / "vocabulary.toml"

    @property
    def assumptions(self) -> Path:
        """Scenarios and constants, each with its source and day."""
        return self.root / "data" / "assumptions.toml"

    @property
    def releases(self) -> Path:
        """Figures that the guard holds back and that somebody has vouched for."""
        return self.root / "data" / "releases.csv"

    @property
    def analysis(self) -> Path:
        """Macros, and one SELECT with its declaration for each table."""
        return self.root / "analysis"

    @property
    def curated(self) -> Path:
        """Everything generated: the published database, its Parquet, and the build in progress."""
        return Path(os.environ.get("RIGONOMICS_CURATED", self.root / "data" / "curated"))

    @property
    def database(self) -> Path:
        """The published database."""
        return self.curated / "rigonomics.duckdb"

    @property
    def parquet(self) -> Path:
        """Parquet of every published table."""
        return self.curated / "parquet"

    @property
    def build(self) -> Path:
        """The database while it is being built."""
        return self.curated / ".build" / "rigonomics.duckdb"

    @property
    def reports(self) -> Path:
        """Source of the report."""
        return self.root / "reports"

    @property
    def site(self) -> Path:
        """The rendered report."""
        return Path(os.environ.get("RIGONOMICS_SITE", self.reports / "_site"))

    def relative(self, path: Path) -> str:
        """`path` as written in tables and messages: from the project's root, with forward slashes."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()


def locate() -> Project:
    """The project of RIGONOMICS_PROJECT, else of the working directory or a folder above it, else the installed
    checkout.

    Raises RigonomicsError if there is none.
    """
    named = os.environ.get("RIGONOMICS_PROJECT")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).resolve().parent.parent]
    for folder in candidates:
        if (folder / "data" / "vocabulary.toml").is_file() and (folder / "analysis").is_dir():
            return Project(folder.resolve())
    raise RigonomicsError(
        f"{candidates[0]} is not a Rigonomics project: it has no data/vocabulary.toml beside analysis/.",
        "Run the command inside a checkout, or name one in RIGONOMICS_PROJECT.",
    )
