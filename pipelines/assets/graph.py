"""The whole graph of a project: every asset under `pipelines.assets`, the jobs over them, one process."""

from collections.abc import Iterator

import dagster as dg

from pipelines.assets.automation import FROM_NOTHING, WITH_REPORT, raw_changed, weekly_refresh
from pipelines.assets.claims import claim_assets
from pipelines.assets.fitting import fitting_assets
from pipelines.assets.observations import observation_assets
from pipelines.assets.published import published_assets
from pipelines.assets.quality import quality_checks
from pipelines.assets.raw import raw_assets
from pipelines.assets.scraped import scraped_assets
from pipelines.assets.tables import sql_assets
from pipelines.project import Project, locate
from pipelines.render.site import recover
from pipelines.warehouse.declarations import Declaration, load_declarations
from pipelines.warehouse.workspace import Workspace, workspace


@dg.resource(
    config_schema={
        "fresh": dg.Field(bool, default_value=False, description="start the build from nothing"),
        "report": dg.Field(bool, default_value=False, description="publish the tables only together with their report"),
    },
    description="The project's contracts and the database under construction.",
)
def workspace_resource(context: dg.InitResourceContext) -> Iterator[Workspace]:
    """A workspace for one run that nothing else refreshes meanwhile, closed at its end."""
    with workspace(locate(), fresh=bool(context.resource_config["fresh"])) as space:
        space.notify = context.log.info if context.log is not None else space.notify
        space.with_report = bool(context.resource_config["report"])
        space.acquire()
        recover(space.project.site.resolve())
        yield space


def build_definitions(project: Project, declarations: dict[str, Declaration] | None = None) -> dg.Definitions:
    """The definitions of a project, whose declarations are loaded unless they are at hand."""
    declarations = declarations or load_declarations(project.analysis, project.root)
    source_ids = sorted(folder.parent.name for folder in project.raw.glob("*/source.toml"))
    return dg.Definitions(
        assets=[
            *scraped_assets(project, source_ids),
            *raw_assets(declarations, source_ids),
            *observation_assets(declarations),
            *claim_assets(declarations),
            *fitting_assets(declarations),
            *sql_assets(table for table in declarations.values() if table.folder != "published"),
            *published_assets(declarations),
        ],
        asset_checks=quality_checks(),
        jobs=[
            dg.define_asset_job("refresh", selection=dg.AssetSelection.all(), config=WITH_REPORT,
                                description="Everything, from the raw files to the report."),
            dg.define_asset_job("refresh_tables", selection=dg.AssetSelection.all() - dg.AssetSelection.assets("report"), config=FROM_NOTHING,
                                description="Everything but the report."),
            dg.define_asset_job("check", selection=dg.AssetSelection.all() - dg.AssetSelection.assets("published_database", "report"),
                                config=FROM_NOTHING, description="Everything up to publishing: nothing is published."),
        ],
        sensors=[raw_changed(project)],
        schedules=[weekly_refresh()],
        resources={"workspace": workspace_resource},
        executor=dg.in_process_executor,
    )  # fmt: skip
