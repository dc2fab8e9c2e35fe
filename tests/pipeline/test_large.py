"""Large tables: read in batches, whatever their format, to the same readings as cell by cell; of many the current
ones count."""

import gzip
import io
import json
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from pipelines.cli.tree import trace
from pipelines.contracts.catalogue import load_catalogue
from pipelines.contracts.sources import load_source
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.errors import RigonomicsError
from pipelines.ingest.batches import read_batches
from pipelines.normalise.dictionary import ROW, Reader, is_columnar
from pipelines.project import Project
from pipelines.refresh import refresh
from pipelines.warehouse.partitions import Partitions
from pipelines.warehouse.reading import open_published
from tests.conftest import read
from tests.large import FOLDER, HEADER, RECORDS, as_csv, with_offers
from tests.small import digests

READ = "select * exclude (raw_file) from observations where source_id = 'offers' order by raw_row, raw_column"
REJECTED = "select raw_row, column_name, raw_text, reason from rejected_rows where source_id = 'offers' order by all"


@pytest.fixture
def everything_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipelines.contracts.sources.LARGE_BYTES", 1)


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch, everything_is_large: None) -> None:
    """Of every series of every file one reading is current."""
    monkeypatch.setattr("pipelines.warehouse.partitions.WHOLE_ROWS", 0)


def reader_of(project: Project) -> Reader:
    vocabulary = load_vocabulary(project.vocabulary)
    source = load_source(project.raw / "offers", project.root, vocabulary)
    return Reader(source, source.tables[0], vocabulary, load_catalogue(project.catalogue))


def test_in_batches_is_what_cell_by_cell_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    queries = ("select * from observations order by all", "select * from rejected_rows order by all",
               "select * exclude (in_partitions) from raw_files order by all")  # fmt: skip
    before = [read(project, query) for query in queries]
    assert read(project, "select count(*) from raw_files where in_partitions") == [(0,)]
    # the tables of the source with rows of attributes, splits and overrides among them
    monkeypatch.setattr("pipelines.contracts.sources.LARGE_BYTES", 1)
    refresh(project, with_report=False, force=True)
    assert read(project, "select count(*) from raw_files where not in_partitions") == [(0,)]
    assert [read(project, query) for query in queries] == before


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_looking_texts_up_gives_what_observing_every_record_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr("pipelines.ingest.batches.BATCH_ROWS", size)
    reader = reader_of(with_offers(tmp_path / "project"))
    assert is_columnar(reader.table, list(HEADER))
    batches = list(read_batches(reader.table))
    outcomes = [reader.read(batch.rows) for batch in batches]
    expected = reader.observed(pl.concat([batch.rows for batch in batches]))
    found = pl.concat([one.observations for one in outcomes]).select(expected.observations.columns)
    assert found.sort("raw_row").equals(expected.observations.sort("raw_row"))
    refused = pl.concat([one.rejected for one in outcomes]).sort("row")
    assert refused.select("row", "text", "reason").rows() == (
        expected.rejected.sort("raw_row").select("raw_row", "raw_text", "reason").rows()
    )
    counted = expected.counts.row(0, named=True)
    for name in ("cells", "empty", "label", "observed", "rejected", "ignored"):
        assert sum(one.counts[name] for one in outcomes) == counted[name], name


def as_lines() -> bytes:
    return "".join(json.dumps(dict(zip(HEADER, record, strict=True))) + "\n" for record in RECORDS).encode()


def as_parquet() -> bytes:
    target = io.BytesIO()
    pl.DataFrame(RECORDS, schema=list(HEADER), orient="row").write_parquet(target)
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "first"),
    [
        ("offers.csv.gz", gzip.compress(as_csv(RECORDS)), 2),
        ("offers.csv.zst", pa.compress(as_csv(RECORDS), codec="zstd", asbytes=True), 2),
        ("offers.jsonl", as_lines(), 1),
        ("offers.jsonl.gz", gzip.compress(as_lines()), 1),
        ("offers.parquet", as_parquet(), 1),
    ],
)
def test_every_format_says_the_same(tmp_path: Path, name: str, content: bytes, first: int) -> None:
    reader = reader_of(with_offers(tmp_path / "project", name, content))
    [batch] = read_batches(reader.table)
    assert batch.rows[ROW].to_list() == list(range(first, first + len(RECORDS)))
    assert batch.rows.select(HEADER).rows() == list(RECORDS)


def test_numbers_of_json_lines_are_read_as_they_are_written_and_what_is_no_object_is_rejected(tmp_path: Path) -> None:
    lines = b'{"Card": "RTX 3090", "Price": 1200.50, "Condition": "used"}\n[1]\n{"Card": "RTX 4090", "Price": null}\n'
    reader = reader_of(with_offers(tmp_path / "project", "offers.jsonl", lines))
    [batch] = read_batches(reader.table)
    assert batch.rows["Price"].to_list() == ["1200.50", ""]
    assert batch.faulty.rows() == [(2, "(line)", "[1]", "the line is no JSON object")]


def test_a_ragged_record_is_rejected_cell_by_cell_and_the_rest_is_read(
    tmp_path: Path, everything_is_large: None
) -> None:
    ragged = as_csv(RECORDS[:2]) + b"RTX 3090,$5\n" + b'"RTX 3090","$600","","used","2026-10-04","A","w"\n'
    project = with_offers(tmp_path / "project", content=ragged)
    refresh(project, with_report=False)
    assert [row[0] for row in read(project, REJECTED)] == [4] * 7
    assert read(project, "select raw_row, value_low from observations where raw_row = 5 and source_id = 'offers'") == [
        (5, 600.0)
    ]


def test_of_a_series_the_reading_in_the_middle_of_its_newest_day_is_current(tmp_path: Path, few_are_many: None) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    asked = "select raw_row, raw_text from observations where source_id = 'offers' order by raw_row"
    # shop A asks 700, 900 and 1,000 on its newest day; B and C have one reading each
    assert read(project, asked) == [(4, "~$900"), (6, "$750 (used)"), (13, "$1,500")]
    assert read(project, "select readings, observations from raw_files where source_id = 'offers'") == [(9, 3)]
    refresh(project, as_of=date(2026, 10, 1), with_report=False)
    assert read(project, asked) == [(2, "$800")]


def test_a_cell_of_a_large_table_is_traced_to_its_row(tmp_path: Path, few_are_many: None) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    with open_published(project) as connection:
        told = list(trace(project, connection, "observations", ["offers/2026-11-20/offers:4:Price#1"]))
    assert told == [f"{FOLDER}/offers.csv row 4 column 'Price': '~$900' = 900 USD, of 2026-10-02"]


def test_only_a_changed_file_is_read_again_and_partitions_that_nobody_reads_go(
    tmp_path: Path, everything_is_large: None
) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    place = project.curated / ".partitions" / "offers" / "2026-11-20" / "offers"
    seen = {path.name for path in place.iterdir()}
    for price, kept in (("$801", 1), ("$802", 1), ("$803", 1)):
        (project.root / FOLDER / "offers.csv").write_bytes(as_csv(((*RECORDS[0][:1], price, *RECORDS[0][2:]),)))
        summary = refresh(project, with_report=False)
        assert summary.tables_read == 1
        assert summary.tables_kept == summary.files - kept
        seen |= {path.name for path in place.iterdir()}
    # what is published and what was published before
    assert len(seen) == 4
    assert len(list(place.iterdir())) == 2


def test_after_changes_the_bytes_are_those_of_a_refresh_from_nothing(
    tmp_path: Path, few_are_many: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    (project.root / FOLDER / "offers.csv").write_bytes(as_csv(RECORDS[3:]))
    refresh(project, with_report=False)
    changed = digests(project.parquet)
    monkeypatch.setenv("RIGONOMICS_CURATED", str(tmp_path / "from-nothing"))
    refresh(project, with_report=False)
    assert digests(project.parquet) == changed


def test_reading_that_breaks_off_leaves_what_was_published_and_the_next_needs_no_help(
    tmp_path: Path, everything_is_large: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.ingest.batches.BATCH_ROWS", 2)
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    before = digests(project.parquet)
    (project.root / FOLDER / "offers.csv").write_bytes(as_csv(RECORDS[1:]))
    asked = Reader.read
    calls: list[int] = []

    def breaks(self: Reader, rows: pl.DataFrame) -> object:
        calls.append(rows.height)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return asked(self, rows)

    with monkeypatch.context() as broken:
        broken.setattr(Reader, "read", breaks)
        with pytest.raises(KeyboardInterrupt):
            refresh(project, with_report=False)
    assert digests(project.parquet) == before
    refresh(project, with_report=False)
    assert read(project, "select min(raw_row), count(*) from observations where source_id = 'offers'") == [(2, 5)]
    assert list((project.curated / ".partitions").rglob(".new-*")) == []


def test_a_partition_that_lost_a_part_is_read_again(tmp_path: Path, everything_is_large: None) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    before = read(project, READ)
    next((project.curated / ".partitions" / "offers").rglob("part-*.parquet")).unlink()
    (project.root / "data/vocabulary.toml").open("a").write("\n")
    refresh(project, with_report=False)
    assert read(project, READ) == before


def test_a_file_that_ends_in_the_middle_is_rejected_and_the_others_are_published(tmp_path: Path) -> None:
    project = with_offers(tmp_path / "project", "offers.csv.gz", gzip.compress(as_csv(RECORDS * 50))[:-20])
    summary = refresh(project, with_report=False)
    assert [name for name, _ in summary.unreadable] == [f"{FOLDER}/offers.csv.gz"]
    assert read(project, "select count(*) from observations where source_id = 'offers'") == [(0,)]
    assert read(project, "select count(*) > 0 from observations") == [(True,)]


def test_a_file_above_the_limit_that_a_user_sets_is_refused_and_the_last_good_stays(tmp_path: Path) -> None:
    project = with_offers(tmp_path / "project")
    refresh(project, with_report=False)
    before = digests(project.parquet)
    (project.root / FOLDER / "offers.csv").write_bytes(as_csv(RECORDS * 100))
    with pytest.raises(RigonomicsError, match=r"--max-file-mb allows 0\.05") as refused:
        refresh(project, with_report=False, max_file_mb=0.05)
    assert refused.value.exit_code == 1
    assert digests(project.parquet) == before


def test_two_files_of_one_table_are_refused(tmp_path: Path) -> None:
    project = with_offers(tmp_path / "project")
    (project.root / FOLDER / "offers.jsonl").write_bytes(as_lines())
    summary = refresh(project, with_report=False)
    assert len(summary.faults) == 1
    assert "has offers.csv and offers.jsonl" in summary.faults[0]


def test_a_partition_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    reader = reader_of(with_offers(tmp_path / "project"))
    partitions = Partitions(tmp_path / "partitions")
    [batch] = read_batches(reader.table)
    written = partitions.write(reader.table, "key", "digest", [(batch.rows.height, reader.read(batch.rows))])
    assert partitions.find(reader.table, "key") == written
    (written.folder / "manifest.json").write_text("{", encoding="utf-8")
    assert partitions.find(reader.table, "key") is None
