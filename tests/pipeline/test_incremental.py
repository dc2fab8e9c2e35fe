"""Only what changed is read again, and the result is what a refresh from nothing gives."""

import csv
import random
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import RigonomicsError
from pipelines.fingerprint import pending
from pipelines.project import Project
from pipelines.refresh import check, refresh
from tests.conftest import read
from tests.small import SNAPSHOT, digests, edit


def written(path: Path) -> tuple[int, int, int]:
    """What changes when a file is written or replaced; reading it changes none of these."""
    status = path.stat()
    return status.st_ino, status.st_mtime_ns, status.st_size


def test_a_refresh_with_nothing_changed_does_nothing(small: Project) -> None:
    before = written(small.database)
    summary = refresh(small, with_report=False)
    assert summary.published is None
    assert written(small.database) == before


def test_force_publishes_even_if_nothing_changed_and_reads_every_table(small: Project) -> None:
    before = digests(small.parquet)
    summary = refresh(small, with_report=False, force=True)
    assert summary.tables_kept == 0
    assert summary.published is not None
    assert digests(small.parquet) == before


def test_only_the_changed_table_is_read_again(small: Project) -> None:
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    summary = refresh(small, with_report=False)
    assert (summary.tables_read, summary.tables_kept) == (1, summary.files - 1)
    assert read(small, "select count(*) from observations where raw_text = '~$2.60/hour'") == [(1,)]


def filled(project: Project, **options: bool) -> set[str]:
    """The tables that a refresh fills."""
    told: list[str] = []
    refresh(project, with_report=False, notify=told.append, **options)
    return {message.split(":")[0] for message in told if message.endswith(" rows")}


def test_only_what_depends_on_a_changed_price_is_computed(small: Project) -> None:
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    after = filled(small)
    assert {"raw_cells", "observations", "current_observations", "cloud_rates"} <= after
    # hardware, models and build_costs read the observations themselves: they are computed again, with the same content,
    # so that what is made of them is kept
    assert after & {"scenarios", "assumptions", "catalogue_hardware", "power_cost"} == set()


def test_a_build_that_is_not_the_published_one_is_not_added_to(small: Project) -> None:
    with duckdb.connect(str(small.build)) as connection:
        connection.execute("update catalogue_hardware set name = 'another'")
        connection.execute("update refreshes set parquet_digest = null")
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    assert "catalogue_hardware" in filled(small)
    assert read(small, "select count(*) from catalogue_hardware where name = 'another'") == [(0,)]


def test_a_refresh_that_failed_leaves_the_next_as_quick_and_as_right(
    small: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")

    def full(*_arguments: object, **_options: object) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr("pipelines.steps.publishing.publish", full)
        with pytest.raises(RigonomicsError, match="No space left"):
            refresh(small, with_report=False)
    after = filled(small)
    assert "cloud_rates" in after
    assert "power_cost" not in after


def test_a_parquet_file_that_was_damaged_is_written_again(small: Project) -> None:
    before = digests(small.parquet)["power_cost.parquet"]
    (small.parquet / "power_cost.parquet").write_bytes(b"PAR1")
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    assert "power_cost" not in filled(small)
    assert digests(small.parquet)["power_cost.parquet"] == before


@pytest.mark.parametrize("path", ["data/vocabulary.toml", "data/catalogue.toml", "data/assumptions.toml",
                                  "analysis/curated/prices.sql", f"{SNAPSHOT}/tables.toml", f"{SNAPSHOT}/../source.toml"])  # fmt: skip
def test_whatever_a_user_edits_makes_a_refresh_due(small: Project, path: str) -> None:
    assert pending(small, None, with_report=False) == "nothing"
    with (small.root / path).open("a", encoding="utf-8") as handle:
        handle.write("\n")
    assert pending(small, None, with_report=False) == "tables"


def test_another_day_or_a_vanished_database_makes_a_refresh_due(small: Project) -> None:
    assert pending(small, datetime(2025, 12, 31, tzinfo=UTC).date(), with_report=False) == "tables"
    small.database.unlink()
    assert pending(small, None, with_report=False) == "tables"


def test_a_report_that_was_not_rendered_is_all_that_is_due(small: Project) -> None:
    assert pending(small, None, with_report=True) == "report"


def test_damaged_readings_of_the_last_refresh_are_read_again(small: Project) -> None:
    (small.curated / ".readings.zip").write_bytes(b"PK\3\4 torn")
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    summary = refresh(small, with_report=False)
    assert summary.tables_kept == 0
    assert summary.rejected == 0


def test_a_check_publishes_nothing(small: Project) -> None:
    before = written(small.database)
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.60/hour")
    assert check(small).published is None
    assert written(small.database) == before
    assert pending(small, None, with_report=False) == "tables"


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_after_random_edits_the_bytes_are_those_of_a_refresh_from_nothing(
    settled: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice = random.Random(seed)
    for _ in range(2):
        for _ in range(3):
            _edit_at_random(settled, dice)
        refresh(settled, with_report=False)
    after_edits = digests(settled.parquet)
    monkeypatch.setenv("RIGONOMICS_CURATED", str(tmp_path / "from-nothing"))
    refresh(settled, with_report=False)
    assert settled.curated == tmp_path / "from-nothing"
    assert digests(settled.parquet) == after_edits


def _edit_at_random(project: Project, dice: random.Random) -> None:
    """Change a cell, add or drop a row, or spoil the file: what happens to scraped tables."""
    path = dice.choice(sorted((project.root / SNAPSHOT).glob("*.csv")))
    with path.open(encoding="utf-8", newline="") as handle:
        records = list(csv.reader(handle))
    if not records:
        return
    row = dice.randrange(len(records))
    match dice.choice(["cell", "drop", "ragged", "empty"]):
        case "cell":
            records[row][dice.randrange(len(records[row]))] = dice.choice(["$1,234", "~50 tok/s", "nonsense 7", ""])
        case "drop":
            del records[row]
        case "ragged":
            records[row].append("one cell too many")
        case "empty":
            records = []
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(records)
