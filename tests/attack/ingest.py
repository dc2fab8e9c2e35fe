"""Generated sources, valid and broken in every way: contract, tables, corrections. Each cell is found again, or its
file is refused.

What the generator wrote it knows: the records of each table, and what of them a person sees. Once they are read, each
cell with visible text is observed, rejected with a reason, ignored by its contract, or a label; and the counts agree.
"""

import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import polars as pl

from pipelines.contracts.sources import load_sources
from pipelines.errors import RigonomicsError
from pipelines.ingest.corrections import with_sound_corrections
from pipelines.normalise.observations import Observed, observe
from pipelines.project import Project
from pipelines.steps.raw import read_all_cells
from pipelines.warehouse.conversion import in_usd
from pipelines.warehouse.declarations import load_declarations
from tests.attack._sources import SAYS_NOTHING, File, Sources
from tests.attack.contracts import fill, temporary_folder
from tests.conftest import CHECKOUT
from tests.normalise.sources import CATALOGUE, VOCABULARY

TRIES = 2_000
BATCH = 25


class Attack:
    """The sources that are tried, and what went wrong."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.sources = Sources(seed)
        self.declarations = load_declarations(CHECKOUT / "analysis", CHECKOUT)
        self.folder = folder
        self.classes: Counter[str] = Counter()
        self.failures: list[str] = []

    def batch(self, number: int, count: int) -> None:
        root = self.folder / f"b{number}"
        self.sources.write_batch(root, count)
        try:
            self.read(root)
        except Exception as error:
            for alone in sorted((root / "data" / "raw").iterdir()):
                self.tried(alone, lambda alone=alone: self.read(root, alone.name))  # type: ignore[misc]
            if not self.failures:
                raise AssertionError(f"only together: {root}") from error

    def tried(self, source: Path, work: Callable[[], None]) -> None:
        try:
            work()
        except RigonomicsError as error:
            if "no table" not in error.message:  # it is all that there is, and left out
                self.failures.append(f"refused as a whole: {error}")
        except Exception as error:
            last = traceback.extract_tb(error.__traceback__)[-1]
            contracts = "\n".join(
                path.read_text(errors="replace") for path in source.glob("*/tables.toml") if path.is_file()
            )
            self.failures.append(
                f"{type(error).__name__}: {str(error)[:600]} ({last.name}:{last.lineno}) by\n{contracts[:2500]}"
            )

    def read(self, root: Path, only: str | None = None) -> None:
        """Read the sources of a batch, or one of them, as a refresh does, and find every cell again."""
        found = load_sources(root / "data" / "raw", root, VOCABULARY)
        sources = with_sound_corrections(source for source in found if only in (None, source.source_id))
        raw = read_all_cells(sources)
        cells = raw.rename({"raw_row": "row", "raw_column": "column", "raw_text": "text"}).drop("source_id", "digest")
        observed = in_usd(observe(sources, cells, VOCABULARY, CATALOGUE), Project(CHECKOUT), VOCABULARY)
        fill(
            {
                "observations": observed.observations,
                "rejected_rows": observed.rejected.with_columns(pl.lit(1, pl.Int64).alias("cells")),
                "raw_cells": raw,
            },
            self.declarations,
        )
        read = {table.raw_file for source in sources if source.left_out is None for table in source.tables}
        self.add_up(observed, raw)
        found_cells = _found(observed)
        whole = {raw_file for raw_file, row, _ in found_cells["rejected"] if row == 0}
        for raw_file in read & set(self.sources.files) - whole:
            self.find(self.sources.files[raw_file], found_cells, raw)
        self.classes["sources left out"] += sum(source.left_out is not None for source in sources)
        self.classes["files refused"] += len(whole)

    def add_up(self, observed: Observed, raw: pl.DataFrame) -> None:
        counts, classes = observed.counts, ("empty", "label", "observed", "rejected", "ignored")
        per_file = dict(raw.group_by("raw_file").len().iter_rows())
        assert dict(counts.select("raw_file", "cells").iter_rows()) == per_file, "cells are lost"
        assert counts.select(pl.sum_horizontal(classes) == pl.col("cells")).to_series().all(), "classes do not add up"
        reasons = observed.rejected.select("raw_file", "raw_row", "column_name").unique()
        assert counts["rejected"].sum() == reasons.height, "cells are rejected without a reason"
        assert observed.rejected["reason"].str.len_chars().min() != 0, "an empty reason"
        for name in classes:
            self.classes[name] += counts[name].sum()

    def find(self, file: File, found: dict[str, set[tuple[str, int, str]]], raw: pl.DataFrame) -> None:
        """Each cell that a person sees is in one of the classes."""
        header = file.records[0]
        for number, record in enumerate(file.records[1:], start=2):
            for at, text in enumerate(record):
                column = header[at] if at < len(header) else f"(column {at + 1})"
                place = (file.raw_file, number, column)
                if not _is_visible(text) or any(place in places for places in found.values()):
                    continue
                assert column in file.labels or _says_nothing(text), f"lost: {place} {text[:100]!r}"


def _found(observed: Observed) -> dict[str, set[tuple[str, int, str]]]:
    columns = {
        "observed": observed.observations.select("raw_file", "raw_row", "raw_column"),
        "rejected": observed.rejected.select("raw_file", "raw_row", "column_name"),
        "ignored": observed.ignored.select("raw_file", "row", "column"),
    }
    return {name: set(frame.iter_rows()) for name, frame in columns.items()}


def _is_visible(text: str) -> bool:
    return any(
        letter.isprintable() and not letter.isspace() and letter not in "\u200b\ufeff\u00ad\u2060" for letter in text
    )


def _says_nothing(text: str) -> bool:
    plain = "".join(letter for letter in text if letter not in "\u200b\ufeff\u00ad\u2060").strip().lower()
    nothing = (
        *(word.lower() for word in SAYS_NOTHING),
        "n.a.",
        "na",
        "tba",
        "tbc",
        "unspecified",
        "not stated",
        "not given",
        "not specified",
        "not applicable",
    )
    return plain in nothing or set(plain) <= set("-–—?")


def attack(seed: int, tries: int) -> str:
    """How so many sources ended. Raises AssertionError with the first that broke, or of which a cell is lost."""
    with temporary_folder() as folder:
        trial = Attack(seed, folder)
        for number, start in enumerate(range(0, tries, BATCH)):
            trial.batch(number, min(BATCH, tries - start))
        assert not trial.failures, f"{len(trial.failures)} sources broke, of which the first:\n{trial.failures[0]}"
        return ", ".join(f"{name} {number}" for name, number in trial.classes.items())
