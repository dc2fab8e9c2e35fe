"""The tables of the throughput model: the constants of the throughput model, fitted to the measured runs in the
build."""

import polars as pl

from pipelines.fitting.frames import fitted_frames
from pipelines.warehouse.workspace import Workspace

TABLES = ("throughput_model", "speed_constants", "left_out_runs")
READS = ("measured_runs", "hardware")
CLASSES = """
select distinct speed_class(vendor, memory_kind) as speed_class
from hardware
where memory_kind is not null and memory_bandwidth_gb_s is not null and vendor is not null
order by 1
"""


def fitting_frames(space: Workspace) -> dict[str, pl.DataFrame]:
    """The frames of the tables, from the runs in the build."""
    runs = space.connection.sql("select * from measured_runs order by benchmark_id").pl()
    classes = space.connection.sql(CLASSES).pl()["speed_class"].to_list()
    return fitted_frames(runs, classes)
