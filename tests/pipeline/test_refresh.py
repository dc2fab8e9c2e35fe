"""What a refresh promises: nothing lost, the same bytes from the same bytes, and the old stays when something is
wrong."""

import csv
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.errors import CheckFailed, ContractError
from pipelines.project import Project
from pipelines.refresh import refresh
from pipelines.warehouse.declarations import load_declarations
from tests.conftest import CHECKOUT, read
from tests.small import SNAPSHOT, digests, edit

Ask = Callable[..., list[tuple[object, ...]]]


def test_every_declared_table_is_published_with_its_parquet(published: Project, rows: Ask) -> None:
    declarations = load_declarations(CHECKOUT / "analysis", CHECKOUT)
    views = {name for name, table in declarations.items() if table.is_view}
    assert {name for (name,) in rows("select table_name from duckdb_tables()")} == set(declarations) - views
    assert {name for (name,) in rows("select view_name from duckdb_views() where not internal")} == views
    assert {path.stem for path in published.parquet.iterdir()} == set(declarations) - views - {"changes"}


def test_every_table_and_column_carries_its_comment(rows: Ask) -> None:
    assert rows("select table_name from duckdb_tables() where comment is null") == []
    assert rows("select view_name from duckdb_views() where not internal and comment is null") == []
    assert rows("select table_name, column_name from duckdb_columns() where not internal and comment is null") == []


def test_every_cell_of_every_file_is_accounted_for(rows: Ask) -> None:
    counted = {}
    for path in sorted((CHECKOUT / "data/raw").glob("*/*/*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            records = [record for record in list(csv.reader(handle))[1:] if record]
        counted[path.relative_to(CHECKOUT).as_posix()] = sum(len(record) for record in records)
    stored = {
        file: (cells, parts)
        for file, cells, parts in rows(
            "select raw_file, cells, empty + label + observed + rejected + ignored from raw_files"
        )
    }
    assert stored == {file: (cells, cells) for file, cells in counted.items()}


def test_every_source_is_read_without_a_rejection(rows: Ask) -> None:
    assert rows("select * from rejected_rows") == []
    folders = {path.name for path in (CHECKOUT / "data/raw").iterdir() if path.is_dir()}
    assert {source_id for (source_id,) in rows("select source_id from sources")} == folders


@pytest.mark.slow
def test_two_refreshes_of_the_same_bytes_give_the_same_parquet_bytes(project: Project, published: Project) -> None:
    refresh(project, with_report=False)
    assert digests(project.parquet) == digests(published.parquet)


def test_a_small_project_refreshed_from_nothing_gives_the_same_parquet_bytes(small: Project) -> None:
    before = digests(small.parquet)
    shutil.rmtree(small.curated)
    refresh(small, with_report=False)
    assert digests(small.parquet) == before


def test_a_failed_blocking_check_names_the_rows_and_keeps_the_published_files(small: Project) -> None:
    project = small
    before = digests(project.curated.joinpath("parquet")), project.database.read_bytes()
    edit(
        project.root / "analysis/curated/prices.toml",
        'range = [0, 1000000], description = "low end',
        'range = [0, 8000], description = "low end',
    )
    with pytest.raises(CheckFailed, match=r"prices: check values fails on \d+ rows") as failure:
        refresh(project, with_report=False)
    assert "outside 0 to 8000" in str(failure.value)
    assert re.search(
        r"from data/raw/[a-z0-9-]+/\d{4}-\d\d-\d\d/\w+\.csv row \d+ column '.+': '.*\d.*'", failure.value.message
    )
    named = re.findall(r"from data/raw/([a-z0-9-]+)/", failure.value.message)
    assert all(f"--without {source_id}" in failure.value.remedy for source_id in named)
    assert failure.value.exit_code == 3
    assert (digests(project.parquet), project.database.read_bytes()) == before


def test_a_row_with_too_few_cells_is_rejected_and_the_rest_is_published(small: Project) -> None:
    path = small.root / SNAPSHOT / "cloud_rates.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*lines, "H200"]) + "\n", encoding="utf-8")
    summary = refresh(small, with_report=False)
    rejected = read(small, "select raw_row, raw_text, reason from rejected_rows where raw_text <> ''")
    assert [(row, text) for row, text, _ in rejected] == [(len(lines) + 1, "H200")]
    assert "the row has 1 cells, the header" in str(rejected[0][2])
    assert summary.rejected == len(lines[0].split(","))


def test_a_name_that_the_catalogue_lacks_is_rejected_with_the_nearest(small: Project) -> None:
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "A100 80GB", "A100 81GB")
    refresh(small, with_report=False)
    (reason,) = read(small, "select distinct reason from rejected_rows")[0]
    assert "hardware A100 81GB is not in the catalogue; nearest: " in str(reason)
    assert "A100" in str(reason).split("nearest: ")[1]


def test_a_figure_that_cannot_be_read_to_its_end_is_rejected(small: Project) -> None:
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", "~$2.50/hour 17")
    refresh(small, with_report=False)
    rejected = read(small, "select raw_text, reason from rejected_rows")
    assert len(rejected) == 1
    assert "17" in str(rejected[0][1])


def test_hostile_text_stays_text(small: Project) -> None:
    hostile = "'); drop table prices; -- <script>alert(1)</script> {{7*7}} [x](javascript:alert(1))"
    edit(small.root / SNAPSHOT / "cloud_rates.csv", "~$2.50/hour", hostile)
    refresh(small, with_report=False)
    assert read(small, "select raw_text from rejected_rows") == [(hostile,)]
    assert read(small, "select count(*) > 0 from prices") == [(True,)]


SPOILT = {
    "cloud_rates": (b"", "is empty"),
    "conclusion": (b"hardware,value\nH100,\xff\xfe\n", "line 2 is not UTF-8"),
    "cost_breakdown": (b"hardware,value\nH100,\0\0\0\n", "holds NUL bytes"),
    "cpu_selection": (b"hardware,hardware\nH100,1\n", "names column 'hardware' twice"),
    "gpu_selection": (b"hardware,Colour\nH100,red\n", "has column 'Colour', which its contract does not know"),
    "key_specs": (b'hardware,value\nH100,"never closed\n', "is not a CSV table"),
    "risks": ("hardware,value\nH100,$2\n".encode("utf-16"), "holds NUL bytes"),
    "roadmap": (b"a,b\n" * 1_200_000, "has column 'a', which its contract does not know"),
}


def test_files_that_cannot_be_read_are_one_rejected_row_each_and_the_others_go_through(small: Project) -> None:
    folder = small.root / SNAPSHOT
    for table, (content, _) in SPOILT.items():
        (folder / f"{table}.csv").write_bytes(content)
    header = (folder / "payback.csv").read_text(encoding="utf-8").splitlines()[0]
    (folder / "payback.csv").write_text(f"{header}\n", encoding="utf-8")
    (folder / "upgrades.csv").unlink()
    (folder / "upgrades.csv").mkdir()
    (folder / "workloads.csv").unlink()
    (folder / "workloads.csv").symlink_to("nowhere.csv")
    summary = refresh(small, with_report=False)
    reasons = {Path(raw_file).stem: reason for raw_file, reason in summary.unreadable}
    expected = {table: message for table, (_, message) in SPOILT.items()}
    expected |= {"payback": "has a header and no rows", "upgrades": "Is a directory", "workloads": "No such file"}
    assert set(reasons) == set(expected)
    assert {table: message for table, message in expected.items() if message not in reasons[table]} == {}
    assert read(small, "select count(*) from rejected_rows where raw_row = 0 and column_name = '(file)'") == [(11,)]
    assert read(small, "select count(*) from rejected_rows where raw_row <> 0") == [(0,)]
    assert read(small, "select count(*) > 50 from observations where source_id = 'maxq-workstation-summary'") == [
        (True,)
    ]
    assert read(small, "select count(*) from observations where source_id = 'shop'") == [(2,)]


def test_a_select_that_gives_other_columns_than_declared_names_them(small: Project) -> None:
    edit(small.analysis / "curated/cloud_rates.toml", "\nprovider = {", "\nlandlord = {")
    with pytest.raises(ContractError, match="landlord"):
        refresh(small, with_report=False)


def test_a_correction_is_read_in_place_of_the_cell_and_leaves_the_snapshot_alone(small: Project) -> None:
    (small.root / "data/raw/maxq-workstation-summary/corrections.csv").write_text(
        "raw_file,row,column,old,new,why\n"
        f"{SNAPSHOT}/cloud_rates.csv,4,{rate_column(small)},~$2.50/hour,~$2.75/hour,the page was corrected\n",
        encoding="utf-8",
    )
    refresh(small, with_report=False)
    query = f"select raw_text, value_low, note from observations where raw_file = '{SNAPSHOT}/cloud_rates.csv' and raw_row = 4 and value_low is not null and not is_derived"
    ((text, value, note),) = read(small, query)
    assert (text, value) == ("~$2.50/hour", 2.75)
    assert "read as ~$2.75/hour after a correction" in str(note)


def rate_column(project: Project) -> str:
    with (project.root / SNAPSHOT / "cloud_rates.csv").open(encoding="utf-8", newline="") as handle:
        records = list(csv.reader(handle))
    return records[0][records[3].index("~$2.50/hour")]


def test_as_of_a_day_nothing_later_is_known(small: Project) -> None:
    summary = refresh(small, with_report=False, as_of=date(2025, 12, 31))
    assert str(summary.as_of) == "2025-12-31"
    assert read(small, "select max(observed_on) <= date '2025-12-31' from prices") == [(True,)]
    assert read(small, "select count(*) from prices where source_id = 'shop'") == [(0,)]
