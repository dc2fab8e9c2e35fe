"""data/releases.csv: figures that the guard holds back and that somebody has vouched for, with who, when and why."""

import csv
import io
from datetime import date

import polars as pl

from pipelines.errors import ContractError, RigonomicsError
from pipelines.ingest.snapshots import write_atomically
from pipelines.normalise.quarantine import RELEASES
from pipelines.project import Project


def read_releases(project: Project) -> pl.DataFrame:
    """The releases in the columns of RELEASES, none if there is no such file. Raises ContractError naming the row."""
    path, place = project.releases, project.relative(project.releases)
    if not path.is_file():
        return pl.DataFrame(schema=RELEASES)
    rows = []
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            lines = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ContractError(f"{place} cannot be read: {error}.", "Restore it.") from error
    for number, line in enumerate(lines, start=2):
        if set(line) != set(RELEASES) or not all(line[key] for key in RELEASES if key != "raw_text"):
            raise ContractError(f"{place} row {number} is incomplete.", f"Its columns are {', '.join(RELEASES)}.")
        try:
            released_on = date.fromisoformat(line["released_on"])
            rows.append({**line, "raw_row": int(line["raw_row"]), "released_on": released_on})
        except ValueError as error:
            raise ContractError(f"{place} row {number}: {error}.", "Write days as 2026-11-20.") from error
    return pl.DataFrame(rows, schema=RELEASES)


def add_releases(project: Project, caught: pl.DataFrame, by: str, on: date, reason: str) -> int:
    """Vouch for rows of quarantined_rows; returns how many lines were added. Raises RigonomicsError if nothing is
    said."""
    if not by.strip() or not reason.strip():
        raise RigonomicsError("A release needs who says so and why.", "Give --by and --because.")
    before = read_releases(project)
    said = {"released_by": by, "released_on": on, "reason": reason}
    new = caught.with_columns(pl.lit(value).alias(name) for name, value in said.items())
    new = new.select(pl.col(name).cast(dtype) for name, dtype in RELEASES.items()).unique(maintain_order=True)
    target = io.StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(RELEASES)
    writer.writerows(pl.concat([before, new]).iter_rows())
    write_atomically(project.releases, target.getvalue())
    return new.height
