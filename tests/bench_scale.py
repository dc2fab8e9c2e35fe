"""What large sources cost: `make bench-scale` makes price tables of 100,000, a million and ten million rows and
refreshes them.

The rows are made by rule, the same each time: cards, shops, conditions and days as hourly catalogues have them, prices
with ranges, marks and remarks, and a few cells that nobody can read. Nothing here passes or fails. Beside each refresh,
in the same run, the same file by bare Polars: read, parse plain prices, take the newest of each card, shop and
condition. Rows may be given: make bench-scale ROWS="100000 1000000".
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from pipelines.project import Project
from pipelines.warehouse.reading import open_published

CHECKOUT = Path(__file__).resolve().parent.parent
SIZES = (100_000, 1_000_000, 10_000_000)
COMMAND = "import sys; from pipelines.cli import main; sys.exit(main(['refresh', '--no-report']))"
SLICE = 500_000
FOLDER = "data/raw/made-offers"
CARDS = ("RTX 3090", "NVIDIA GeForce RTX 4090", "RTX 5090", "L40S", "A100 80GB", "RTX 4080", "2x RTX 3090", "RTX A6000")
CONTRACT = """\
[offers]
title = "Offers"
kind = "price"
place = "made by the benchmark"

[offers.columns]
card = { facet = "hardware" }
price = { attribute = "price" }
condition = { facet = "condition" }
day = { facet = "observed_on" }
shop = { facet = "vendor" }
"""
SOURCE = """\
title = "Offers"
publisher = "the benchmark"
licence = "none"
published_on = "2026-10-31"
retrieved_on = 2026-11-20
"""


def made(first: int, rows: int) -> pl.DataFrame:
    """Rows of the table from a number on. Of 1,000 prices 960 are plain, 15 approximate, 10 ranges, 5 with a remark, 5
    in another unit, 5 unreadable.
    """
    n = pl.int_range(first, first + rows, dtype=pl.Int64)
    mixed = (n * 2_654_435_761 % 4_294_967_291).alias("mixed")
    frame = pl.select(n.alias("n"), mixed)
    usd = 300 + pl.col("mixed") // 7 % 4_000
    kind = pl.col("mixed") // 28_000 % 1_000
    dollars = pl.format("${}", usd)
    return frame.select(
        pl.lit(pl.Series(CARDS, dtype=pl.String)).gather(pl.col("mixed") % len(CARDS)).alias("card"),
        pl.when(kind < 960).then(dollars)
        .when(kind < 975).then(pl.format("~${}", usd))
        .when(kind < 985).then(pl.format("${}–{}", usd, usd + 100))
        .when(kind < 990).then(pl.format("{} (with box)", dollars))
        .when(kind < 995).then(pl.format("{} EUR", usd))
        .otherwise(pl.lit("call us")).alias("price"),
        pl.lit(pl.Series(["used", "new", "street"])).gather(pl.col("mixed") // 11 % 3).alias("condition"),
        (pl.date(2025, 1, 1) + pl.duration(days=pl.col("n") * 600 // 10_000_000 % 600)).cast(pl.String).alias("day"),
        pl.format("shop {}", pl.col("mixed") // 13 % 40).alias("shop"),
    )  # fmt: skip


def write(path: Path, rows: int) -> None:
    """The table as a CSV."""
    with path.open("wb") as handle:
        for first in range(0, rows, SLICE):
            made(first, min(SLICE, rows - first)).write_csv(handle, include_header=first == 0)


def bare(path: Path) -> None:
    """The same work by Polars alone, as far as it goes: plain prices, the newest of each series."""
    price = pl.col("price").str.extract(r"^~?\$([0-9]+)$", 1).cast(pl.Float64)
    newest = (
        pl.scan_csv(path)
        .with_columns(price, pl.col("day").str.to_date())
        .drop_nulls("price")
        .group_by("card", "shop", "condition")
        .agg(pl.col("price").sort_by("day").last(), pl.len())
        .collect(engine="streaming")
    )
    print(newest.height)


def measured(arguments: list[str], project: Project) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MB of a process."""
    started = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        env={**os.environ, "RIGONOMICS_PROJECT": str(project.root), "PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{arguments} failed")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def asked(project: Project) -> float:
    """Milliseconds to open what is published and ask for all answers."""
    started = time.perf_counter()
    with open_published(project) as connection:
        connection.execute("from answers").fetchall()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    """Print a line for each size."""
    with tempfile.TemporaryDirectory() as folder:
        project = Project(Path(folder) / "project")
        for name in ("data", "analysis"):
            ignored = shutil.ignore_patterns("rigonomics.duckdb*", ".releases", ".partitions", ".build")
            shutil.copytree(CHECKOUT / name, project.root / name, ignore=ignored)
        shutil.rmtree(project.curated, ignore_errors=True)
        wall, base, peak = measured([sys.executable, "-c", COMMAND], project)
        print(
            f"without a large source, from nothing: {wall:.1f} s, {base:.1f} s CPU, {peak:.0f} MB; a row costs what is above that"
        )
        snapshot = project.root / FOLDER / "2026-11-20"
        snapshot.mkdir(parents=True)
        (snapshot.parent / "source.toml").write_text(SOURCE, encoding="utf-8")
        (snapshot / "tables.toml").write_text(CONTRACT, encoding="utf-8")
        print(f"{'rows':>10} {'wall':>8} {'CPU':>8} {'a row':>8} {'peak':>8} {'file':>8} {'written':>8}"
              f" {'Polars':>8} {'peak':>8} {'from answers':>13}")  # fmt: skip
        for rows in map(int, sys.argv[1:] or SIZES):
            path = snapshot / "offers.csv"
            write(path, rows)
            wall, cpu, peak = measured([sys.executable, "-c", COMMAND], project)
            kept = project.curated / ".partitions"
            written = sum(file.stat().st_size for file in kept.rglob("*.parquet")) + project.database.stat().st_size
            floor, _, floor_peak = measured(
                [sys.executable, str(Path(__file__).resolve()), "--bare", str(path)], project
            )
            print(
                f"{rows:>10,} {wall:6.1f} s {cpu:6.1f} s {(cpu - base) / rows * 1e6:5.1f} µs {peak:5.0f} MB"
                f" {path.stat().st_size / 1e6:5.0f} MB {written / 1e6:5.0f} MB {floor:6.1f} s {floor_peak:5.0f} MB"
                f" {asked(project):10.0f} ms",
                flush=True,
            )
            shutil.rmtree(kept)
    print(f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MB at most in any process")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bare"]:
        bare(Path(sys.argv[2]))
    else:
        main()
