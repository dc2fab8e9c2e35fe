"""A new snapshot of a source from the tables of a document: contract, validation, and the folder that is there whole or
not.

Tables are found in `documents`, their meaning is proposed in `proposing`; the contract of the source's last snapshot
goes before a proposal, so that what the user fixed in it stays. Nothing is fetched or printed here.
"""

import csv
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.assumptions import read_assumptions
from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.facets import IMPLICIT_COLUMNS
from pipelines.contracts.sources import load_source, load_sources
from pipelines.contracts.toml import read_toml
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import RigonomicsError
from pipelines.importing.found import FoundTable
from pipelines.importing.own_prices import OWN_SOURCE
from pipelines.importing.proposal import Origin, Proposal
from pipelines.importing.proposing import propose
from pipelines.importing.written import as_csv, source_toml, tables_toml
from pipelines.ingest.cells import parse_cells, read_content
from pipelines.ingest.corrections import read_corrections
from pipelines.ingest.releases import read_releases
from pipelines.normalise.observations import Observed, observe
from pipelines.normalise.quarantine import quarantine
from pipelines.project import Project
from pipelines.warehouse.conversion import in_usd

NO_CELLS = pl.DataFrame(
    schema={"raw_file": pl.String, "row": pl.Int32, "column": pl.String, "text": pl.String, "fault": pl.String}
)
SMALLEST_SHARE = 0.5
"""A download with fewer rows than this share of the last snapshot's is taken for a broken page."""


@dataclass(frozen=True)
class Arrival:
    """A snapshot as it would be kept: its folder from the project's root, whether the source is new, and what was
    read."""

    folder: str
    is_new_source: bool
    proposals: tuple[Proposal, ...]
    observed: Observed
    quarantined: pl.DataFrame
    contract: str
    """The tables.toml of the snapshot."""


def check_place(project: Project, source_id: str, on: date, today: date) -> None:
    """Raises RigonomicsError if no snapshot of that source and day may be written."""
    if re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", source_id) is None:
        raise RigonomicsError(f"{source_id!r} is no source id.", "Use lower-case letters and digits joined by hyphens.")
    if source_id == OWN_SOURCE:
        raise RigonomicsError(f"{OWN_SOURCE} holds the prices noted by hand.", "Name another source with --source.")
    if on > today:
        raise RigonomicsError(f"{on} is still to come.", "Give the day on which the tables were seen, with --on.")
    folder = project.raw / source_id / on.isoformat()
    if folder.exists():
        raise RigonomicsError(
            f"{project.relative(folder)} is there already, and a snapshot is never overwritten.",
            "Give another day with --on, or another source with --source.",
        )


def check_not_shrunken(
    project: Project, source_id: str, tables: Sequence[FoundTable], name: str, least_share: float = SMALLEST_SHARE
) -> None:
    """Raises RigonomicsError if the tables hold fewer rows than that share of the source's last snapshot."""
    last = _last_snapshot(project.raw / source_id)
    if last is None:
        return
    before = sum(max(len(_records(path)) - 1, 0) for path in last.glob("*.csv"))
    now = sum(len(table.rows) for table in tables)
    if now < least_share * before:
        raise RigonomicsError(
            f"{name} has {now} rows in its tables; {project.relative(last)} has {before}. It is not kept.",
            "If the page really became that short, save it and import the file.",
        )


def plan(
    project: Project,
    tables: Sequence[FoundTable],
    source_id: str,
    on: date,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    *,
    published_on: str = "",
    given: Mapping[str, str] | None = None,
) -> list[Proposal]:
    """What each table is taken for: as in the source's last snapshot, else as it seems.

    published_on: dates its prices. given: facets that the user says hold for all of it.
    """
    last = _last_snapshot(project.raw / source_id)
    known = read_toml(last / "tables.toml", project.relative(last / "tables.toml")) if last else {}
    undated = None if published_on else on
    proposals = []
    for table in tables:
        proposal = propose(table, vocabulary, catalogue, observed_on=undated, given=given)
        taken_over = _taken_over(proposal.table, known.get(table.name), last, on) if last else None
        proposals.append(taken_over or proposal)
    return proposals


def arrive(
    project: Project,
    origin: Origin,
    on: date,
    proposals: Sequence[Proposal],
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    *,
    keep: bool,
    beside: Mapping[str, str] | None = None,
) -> Arrival:
    """Read the proposed snapshot as a refresh would, and with `keep` put it under data/raw in one step.

    beside: texts of further files to keep in its folder, by name.

    Raises RigonomicsError, with nothing kept, if nothing in it can be read or the day is there already.
    """
    source = project.raw / origin.source_id
    is_new = not (source / "source.toml").is_file()
    with _staging(project.raw if keep else None) as root:
        staged = root / "data" / "raw" / origin.source_id
        snapshot = staged / on.isoformat()
        snapshot.mkdir(parents=True)
        if is_new:
            (staged / "source.toml").write_text(source_toml(origin, on), encoding="utf-8")
        else:
            shutil.copyfile(source / "source.toml", staged / "source.toml")
        for proposal in proposals:
            if not proposal.table.rows:
                continue  # all its records are left out, each with its reason
            rows = [proposal.table.header, *proposal.table.rows]
            (snapshot / f"{proposal.table.name}.csv").write_text(as_csv(rows), encoding="utf-8", newline="")
        for name, text in (beside or {}).items():
            (snapshot / name).write_text(text, encoding="utf-8")
        contract = tables_toml(proposals)
        (snapshot / "tables.toml").write_text(contract, encoding="utf-8")
        observed = _read(staged, root, vocabulary, catalogue)
        folder = f"{project.relative(source)}/{on.isoformat()}"
        observed, quarantined = _guarded(project, observed, vocabulary, catalogue)
        arrival = Arrival(folder, is_new, tuple(proposals), observed, quarantined, contract)
        if keep:
            if observed.observations.is_empty() and quarantined.is_empty():
                raise RigonomicsError(
                    "Nothing in the tables could be read, so nothing is kept.",
                    "--dry-run shows why; a catalogue entry or a clearer header may be missing.",
                )
            _put(staged, snapshot, source, is_new, arrival.folder)
        return arrival


# ---- what the last snapshot knows


def _last_snapshot(source: Path) -> Path | None:
    days = sorted(path for path in source.glob("????-??-??") if (path / "tables.toml").is_file())
    return days[-1] if days else None


def _taken_over(table: FoundTable, section: Any, last: Path, on: date) -> Proposal | None:
    """The last snapshot's section if it fits this header. Overrides stay where their rows still hold the same names."""
    if not isinstance(section, dict):
        return None
    declared = {*section.get("columns", {}), *filter(None, [section.get("attribute_column")])}
    header = set(table.header)
    if not declared <= header or not header <= declared | set(IMPLICIT_COLUMNS):
        return None
    remarks = []
    section = {**_moved(section, last.name, on.isoformat()), "place": table.place}
    overrides = section.get("overrides", [])
    if overrides:
        before = _records(last / f"{table.name}.csv")
        kept = []
        for override in overrides:
            rows = override.get("rows", [override.get("row")])
            same = [row for row in rows if _label(before, row) == _label([table.header, *table.rows], row) is not None]
            if same:
                kept.append({"rows": same, **{k: v for k, v in override.items() if k not in ("row", "rows")}})
            if len(same) < len(rows):
                gone = ", ".join(str(row) for row in rows if row not in same)
                remarks.append(f"an override of row {gone} is left out: another name is there now")
        section["overrides"] = kept
    return Proposal(table, section, tuple(remarks), True, is_taken_over=True)


def _moved(spec: Any, before: str, now: str) -> Any:
    """A contract whose prices count as seen on the day of its snapshot, for a snapshot of another day."""
    if isinstance(spec, dict):
        return {
            key: now if key == "observed_on" and value == before else _moved(value, before, now)
            for key, value in spec.items()
        }
    return [_moved(one, before, now) for one in spec] if isinstance(spec, list) else spec


def _label(records: Sequence[Sequence[str]], row: Any) -> str | None:
    if not isinstance(row, int) or not 2 <= row <= len(records) or not records[row - 1]:
        return None
    return records[row - 1][0]


def _records(path: Path) -> list[list[str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            return [record for record in csv.reader(handle) if record]
    except (OSError, UnicodeDecodeError, csv.Error):
        return []  # a snapshot that cannot be read holds no rows to compare with


# ---- reading and keeping


@contextmanager
def _staging(raw: Path | None) -> Iterator[Path]:
    """A folder that nothing reads and that is gone afterwards; beside the sources if they are to be moved out of it."""
    try:
        root = Path(tempfile.mkdtemp(prefix=".import-", dir=raw))
    except OSError as error:
        raise RigonomicsError(f"{raw} cannot be written: {error.strerror}.", "Make it writable.") from error
    try:
        yield root
    except OSError as error:
        raise RigonomicsError(
            f"{raw or root} cannot be written: {error.strerror}.", "Free space, and import again."
        ) from error
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _read(staged: Path, root: Path, vocabulary: Vocabulary, catalogue: Catalogue) -> Observed:
    source = load_source(staged, root, vocabulary)
    cells = pl.concat([NO_CELLS, *(parse_cells(read_content(table), table) for table in source.tables)])
    uncorrected = cells.with_columns(pl.lit(None, pl.String).alias("corrected"))
    return observe([source], uncorrected, vocabulary, catalogue)


def _guarded(
    project: Project, observed: Observed, vocabulary: Vocabulary, catalogue: Catalogue
) -> tuple[Observed, pl.DataFrame]:
    """What of the new readings would be published, and what held back, by the guard of a refresh over all that is
    known."""
    known = known_observations(project, vocabulary, catalogue)
    observed = in_usd(observed, project, vocabulary, known if known.height else None)
    limits = read_assumptions(project.assumptions, project.relative(project.assumptions))["quarantine_limits"]
    together = pl.concat([known, observed.observations]) if known.height else observed.observations
    published, quarantined = quarantine(together, catalogue.hardware, limits, read_releases(project))
    files = observed.counts["raw_file"].implode()
    new = replace(observed, observations=published.filter(pl.col("raw_file").is_in(files)))
    return new, quarantined.filter(pl.col("raw_file").is_in(files), pl.col("released_by").is_null())


def known_observations(project: Project, vocabulary: Vocabulary, catalogue: Catalogue) -> pl.DataFrame:
    """Everything that data/raw says now, read as a refresh reads it; empty if there is nothing or it cannot be read."""
    sources = load_sources(project.raw, project.root, vocabulary)
    frames = []
    for source in sources:
        corrections = read_corrections(source)
        for table in source.tables:
            try:
                cells = parse_cells(read_content(table), table)
            except RigonomicsError:
                continue  # a refresh rejects the whole file
            frames.append(cells.join(corrections, on=["raw_file", "row", "column"], how="left", maintain_order="left"))
    if not frames:
        return pl.DataFrame()
    return in_usd(observe(sources, pl.concat(frames), vocabulary, catalogue), project, vocabulary).observations


def _put(staged: Path, snapshot: Path, source: Path, is_new: bool, shown: str) -> None:
    """Move the snapshot, or the whole new source, to where it belongs. A folder with content is never replaced."""
    for path in (staged, snapshot):
        path.chmod(0o755)
    try:
        if is_new and not source.exists():
            staged.rename(source)
            return
        if is_new:
            (staged / "source.toml").replace(source / "source.toml")
        snapshot.rename(source / snapshot.name)
    except OSError as error:
        raise RigonomicsError(f"{shown} cannot be written: {error.strerror}.", "Give another day with --on.") from error


def selected(tables: Sequence[FoundTable], numbers: Sequence[int]) -> list[FoundTable]:
    """The tables of these numbers, all of them if there are none. Raises RigonomicsError for a number that there is
    not."""
    absent = [number for number in numbers if number not in {table.number for table in tables}]
    if absent:
        raise RigonomicsError(f"There is no table {absent[0]}.", f"The document has {len(tables)}, numbered from 1.")
    return [table for table in tables if not numbers or table.number in numbers]


def write_draft(folder: Path, proposals: Sequence[Proposal]) -> list[str]:
    """The CSV files and the tables.toml of proposals in a folder of the user's, to be fixed by hand; returns their
    names.

    Raises RigonomicsError if something of that name is there already, or the folder cannot be written.
    """
    files = {
        f"{proposal.table.name}.csv": as_csv([proposal.table.header, *proposal.table.rows]) for proposal in proposals
    }
    files["tables.toml"] = tables_toml(proposals)
    there = next((name for name in files if (folder / name).exists()), None)
    if there is not None:
        raise RigonomicsError(f"{folder / there} is there already.", "Name an empty folder with --draft.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise RigonomicsError(f"{folder} cannot be written: {error.strerror}.", "Name another folder.") from error
    return list(files)
