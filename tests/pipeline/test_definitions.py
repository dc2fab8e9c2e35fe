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


def test_every_declared_table_is_an_asset_in_the_group_of_its_folder(graph: Any) -> None:
    groups = {key.path[-1]: graph.get(key).group_name for key in graph.materializable_asset_keys}
    declared = {path.stem: path.parent.name for path in (CHECKOUT / "analysis").glob("*/*.toml")}
    assert groups == {**declared, "published_database": "published", "report": "report"}


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
