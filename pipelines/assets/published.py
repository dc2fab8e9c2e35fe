"""Groups published and report: the tables that describe the others, the published file, and its report.

They are one multi-asset, because database and report are published together or not at all. With their automation
conditions both follow a table that somebody fills from the UI:
https://docs.dagster.io/guides/automate/declarative-automation.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.assets.evidence import check_specs, materialised, reporting
from pipelines.assets.layers import table_spec
from pipelines.assets.resource import WorkspaceResource
from pipelines.render.report import RenderResult
from pipelines.steps import publishing
from pipelines.steps.run import out_of_resources, raise_failed
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.publish import Published

DATABASE = "published_database"
REPORT = "report"
PUBLISHED = "published"
"""Metadata of the database: rows of each table, and digests of the Parquet files."""
RENDERED = "rendered"
"""Metadata of the report: its pages, and what deserves a look."""


def published_assets(declarations: Mapping[str, Declaration]) -> dg.AssetsDefinition:
    """The asset that describes the tables, publishes the file, and renders the report."""
    tables = [table for table in declarations.values() if table.folder == publishing.FOLDER]
    described = sorted(table.name for table in declarations.values() if table.folder != publishing.FOLDER)

    @dg.multi_asset(
        name="publish",
        specs=[
            *(table_spec(table, described) for table in tables),
            dg.AssetSpec(
                DATABASE,
                group_name="published",
                description="The database and Parquet that people use: replaced whole, once every blocking check has "
                "passed.",
                kinds={"duckdb", "parquet"},
                deps=[*described, *(table.name for table in tables)],
                automation_condition=dg.AutomationCondition.eager(),
            ),
            dg.AssetSpec(
                REPORT,
                group_name="report",
                description="The HTML report: it reads the database, computes nothing, and replaces the old one whole.",
                kinds={"quarto", "altair"},
                deps=[DATABASE],
                automation_condition=dg.AutomationCondition.eager(),
            ),
        ],
        check_specs=[spec for table in tables for spec in check_specs(table)],
        can_subset=True,
    )
    def publish(context: dg.AssetExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.MaterializeResult[Any]]:
        space = workspace.space
        selected = {key.path[-1] for key in context.selected_asset_keys}
        rendered = None
        with reporting(), out_of_resources(space):
            if DATABASE in selected or selected & {table.name for table in tables}:
                filled = list(publishing.describe(space))
                yield from (materialised(space, table) for table in filled if table.table.name in selected)
                raise_failed(space, filled)
            if DATABASE in selected:
                published, rendered = publishing.publish_build(space, with_report=REPORT in selected)
                yield _database(published)
            if REPORT in selected:
                yield _report(rendered or publishing.report(space))

    return publish


def _database(published: Published) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(
        asset_key=DATABASE,
        metadata={
            "path": dg.MetadataValue.path(str(published.database)),
            "dagster/row_count": sum(published.rows.values()),
            "tables": len(published.rows),
            "digest": published.digest,
            PUBLISHED: dg.MetadataValue.json({"rows": published.rows, "files": published.files}),
        },
    )


def _report(rendered: RenderResult) -> dg.MaterializeResult[Any]:
    return dg.MaterializeResult(
        asset_key=REPORT,
        metadata={
            "path": dg.MetadataValue.path(str(rendered.pages[0].parent if rendered.pages else "")),
            "renderer": rendered.renderer,
            "pages": len(rendered.pages),
            "seconds": rendered.seconds,
            RENDERED: dg.MetadataValue.json(
                {"pages": [str(page) for page in rendered.pages], "warnings": rendered.warnings}
            ),
        },
    )
