"""The Dagster graph: what is in it, in which group, and that its edges follow the SQL."""

from typing import Any

import dagster as dg
import pytest

from pipelines.assets.graph import build_definitions
from pipelines.project import Project
from tests.conftest import CHECKOUT


@pytest.fixture(scope="module")
def graph() -> Any:
    return build_definitions(Project(CHECKOUT)).resolve_asset_graph()


def test_the_asset_keys_are_these(graph: Any) -> None:
    by_group: dict[str, set[str]] = {}
    for key in graph.materializable_asset_keys:
        by_group.setdefault(graph.get(key).group_name, set()).add("/".join(key.path))
    assert by_group == {
        "raw": {
            "source_files", "raw_cells", "scenarios", "assumptions", "price_preference", "model_classes", "modelled_runs",
            "catalogue_hardware", "catalogue_models", "catalogue_builds", "catalogue_unstated",
        },
        "observations": {"observations", "rejected_rows", "ignored_cells", "raw_files", "settings"},
        "curated": {
            "sources", "hardware", "models", "model_sizes", "quantizations", "prices", "specs", "benchmarks",
            "cloud_rates", "builds", "build_accelerators", "build_parts", "build_costs", "build_power", "throughput",
            "snapshots", "current_observations", "price_history",
        },
        "analysis": {
            "power_cost", "cost_per_token", "cloud_roi", "price_changes", "claims", "claim_inputs", "roofline",
            "host_memory", "smallest_sizes", "throughput_model", "calibration", "modelled_throughput", "conflicts",
            "conflict_values", "price_staleness", "quality_summary", "lineage",
        },
        "report": {"data_dictionary", "refreshes", "changes", "published_database", "report"},
    }  # fmt: skip


def test_edges_are_read_from_the_sql(graph: Any) -> None:
    parents = {key.path[-1] for key in graph.get(dg.AssetKey("power_cost")).parent_keys}
    assert {"build_power", "scenarios"} <= parents


def test_nothing_is_published_before_every_table_is_checked(graph: Any) -> None:
    parents = {key.path[-1] for key in graph.get(dg.AssetKey("published_database")).parent_keys}
    tables = {key.path[-1] for key in graph.materializable_asset_keys} - {"published_database", "report"}
    assert parents == tables


def test_every_table_has_blocking_checks_of_its_schema_and_its_values(graph: Any) -> None:
    names = {(key.asset_key.path[-1], key.name) for key in graph.asset_check_keys}
    tables = {key.path[-1] for key in graph.materializable_asset_keys} - {"published_database", "report"}
    assert {(table, check) for table in tables for check in ("schema", "values")} <= names
    assert ("raw_files", "conservation") in names


def test_every_asset_says_what_it_is(graph: Any) -> None:
    assert [key.path[-1] for key in graph.materializable_asset_keys if not graph.get(key).description] == []
