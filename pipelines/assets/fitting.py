"""Group audit: the constants of the throughput model, fitted to the measured runs in the build."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from pipelines.assets.evidence import check_specs, materialised, reporting, spec_metadata
from pipelines.fitting.frames import fitted_frames
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.workspace import Workspace

TABLES = ("throughput_model", "speed_constants", "left_out_runs")
READS = ("measured_runs", "hardware")
CLASSES = """
select distinct speed_class(vendor, memory_kind) as speed_class
from hardware
where memory_kind is not null and memory_bandwidth_gb_s is not null and vendor is not null
order by 1
"""


def fitting_assets(declarations: dict[str, Declaration]) -> list[dg.AssetsDefinition]:
    """The asset that fits the model."""
    tables = [declarations[name] for name in TABLES]

    @dg.multi_asset(
        name="fit_throughput_model",
        specs=[
            dg.AssetSpec(table.name, group_name=table.folder, description=table.comment, metadata=spec_metadata(table), kinds={"duckdb", "numpy"}, deps=READS)
            for table in tables
        ],
        check_specs=[spec for table in tables for spec in check_specs(table)],
    )  # fmt: skip
    def fit_throughput_model(workspace: dg.ResourceParam[Workspace]) -> Iterator[dg.MaterializeResult[Any]]:
        frames = reporting(workspace, lambda: fitting_frames(workspace))
        for table in tables:
            workspace.fill(table.name, frames[table.name])
        for table in tables:
            yield materialised(workspace, table)

    return [fit_throughput_model]


def fitting_frames(space: Workspace) -> dict[str, pl.DataFrame]:
    """The frames of the tables, from the runs in the build."""
    runs = space.connection.sql("select * from measured_runs order by benchmark_id").pl()
    classes = space.connection.sql(CLASSES).pl()["speed_class"].to_list()
    return fitted_frames(runs, classes)
