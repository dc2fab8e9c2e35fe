"""The whole graph of a project: its layers, what is published, the jobs over them, one process.

Definitions: https://docs.dagster.io/guides/build/projects-and-components. Jobs: https://docs.dagster.io/guides/build/jobs/asset-jobs.
"""

import dagster as dg

from pipelines.assets.automation import FROM_NOTHING, REFRESH_JOB, raw_changed, weekly_refresh
from pipelines.assets.layers import layer_assets
from pipelines.assets.published import DATABASE, REPORT, published_assets
from pipelines.assets.quality import quality_checks
from pipelines.assets.resource import WorkspaceResource
from pipelines.assets.sources import source_specs
from pipelines.project import Project
from pipelines.warehouse.declarations import Declaration, load_declarations

JOBS = {
    REFRESH_JOB: (dg.AssetSelection.all(), "Everything, from the raw files to the report."),
    "refresh_tables": (dg.AssetSelection.all() - dg.AssetSelection.assets(REPORT), "Everything but the report."),
    "check": (
        dg.AssetSelection.all() - dg.AssetSelection.assets(DATABASE, REPORT),
        "Everything up to publishing: nothing is published.",
    ),
}


def build_definitions(project: Project, declarations: dict[str, Declaration] | None = None) -> dg.Definitions:
    """The definitions of a project, whose declarations are loaded unless they are at hand."""
    declarations = declarations or load_declarations(project.analysis, project.root)
    sources = source_specs(project)
    return dg.Definitions(
        assets=[*sources, *layer_assets(declarations, sources), published_assets(declarations)],
        asset_checks=quality_checks(declarations),
        jobs=[
            dg.define_asset_job(name, selection=selection, config=FROM_NOTHING, description=description)
            for name, (selection, description) in JOBS.items()
        ],
        sensors=[raw_changed(project)],
        schedules=[weekly_refresh()],
        resources={"workspace": WorkspaceResource(root=str(project.root))},
        executor=dg.in_process_executor,
    )
