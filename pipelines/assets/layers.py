"""One multi-asset a layer of tables, of which any may be selected; each table is an asset with its declaration's
columns.

Multi-assets and their subsets: https://docs.dagster.io/guides/build/assets/defining-assets#multi-asset. Where tables of
two layers read each other, Dagster runs the layers in several steps.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.assets.evidence import check_specs, materialised, reporting, spec_metadata
from pipelines.assets.resource import WorkspaceResource
from pipelines.assets.sources import source_observations
from pipelines.steps.filling import fill, needed
from pipelines.steps.publishing import FOLDER
from pipelines.steps.run import out_of_resources
from pipelines.warehouse.declarations import Declaration

OWN_LAYERS = ("raw", "observations", "curated")
"""Folders of analysis/ that are a layer each; all others, but that of the published file, are the layer `analysis`."""
READ_FROM_SOURCES = ("raw_cells", "source_files")


def layer_assets(declarations: Mapping[str, Declaration], sources: Iterable[dg.AssetSpec]) -> list[dg.AssetsDefinition]:
    """The layers with their tables."""
    layers: dict[str, list[Declaration]] = {}
    for table in declarations.values():
        if table.folder != FOLDER:
            layers.setdefault(table.folder if table.folder in OWN_LAYERS else "analysis", []).append(table)
    return [_layer(name, tables, declarations, list(sources)) for name, tables in layers.items()]


def table_spec(table: Declaration, deps: Iterable[Any]) -> dg.AssetSpec:
    """A table as an asset, in the group of its folder."""
    return dg.AssetSpec(
        table.name,
        group_name=table.folder,
        description=f"{table.comment}\n\n```sql\n{table.sql}\n```" if table.sql else table.comment,
        metadata=spec_metadata(table),
        kinds={"duckdb", "sql"} if table.sql else {"duckdb", "polars"},
        deps=deps,
    )


def _layer(
    name: str, tables: list[Declaration], declarations: Mapping[str, Declaration], sources: list[dg.AssetSpec]
) -> dg.AssetsDefinition:
    def deps(table: Declaration) -> list[Any]:
        return [*sorted(needed(table, declarations)), *(sources if table.name in READ_FROM_SOURCES else [])]

    @dg.multi_asset(
        name=name,
        specs=[table_spec(table, deps(table)) for table in tables],
        check_specs=[spec for table in tables for spec in check_specs(table)],
        can_subset=True,
    )
    def fill_layer(
        context: dg.AssetExecutionContext, workspace: WorkspaceResource
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetObservation]:
        space = workspace.space
        selected = [table for table in tables if dg.AssetKey(table.name) in context.selected_asset_keys]
        if name == "raw":
            yield from source_observations(space.project)
        with reporting(), out_of_resources(space):
            for filled in fill(space, selected):
                yield materialised(space, filled)

    return fill_layer
