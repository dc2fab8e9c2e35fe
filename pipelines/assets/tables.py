"""One asset for each SELECT in analysis/, in the group of its folder; its dependencies are read from the SQL."""

from collections.abc import Iterable

import dagster as dg

from pipelines.assets.evidence import check_specs, materialised, reporting, spec_metadata
from pipelines.warehouse.build import create_macros, fill_from_sql
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.workspace import Workspace


def sql_assets(declarations: Iterable[Declaration]) -> list[dg.AssetsDefinition]:
    """An asset for each declared table that has a SELECT."""
    declared = list(declarations)
    names = {table.name for table in declared}
    return [sql_asset(table, names) for table in declared if table.sql is not None]


def sql_asset(table: Declaration, names: set[str]) -> dg.AssetsDefinition:
    """The asset of one SELECT: it runs it, reports the table and checks it."""

    @dg.asset(
        name=table.name,
        group_name=table.folder,
        metadata=spec_metadata(table),
        description=f"{table.comment}\n\n```sql\n{table.sql}\n```",
        kinds={"duckdb", "sql"},
        deps=sorted(table.needs & names),
        check_specs=check_specs(table),
    )
    def build(workspace: dg.ResourceParam[Workspace]) -> dg.MaterializeResult:  # type: ignore[type-arg]  # Dagster reads it at run time
        reporting(workspace, lambda: _run(workspace, table))
        return materialised(workspace, table)

    return build


def _run(space: Workspace, table: Declaration) -> int:
    ensure_macros(space)
    return fill_from_sql(space.connection, table)


def ensure_macros(space: Workspace) -> None:
    """The formulas stand in the build, whichever asset comes first."""
    if not space.has_macros:
        create_macros(space.connection, space.project.analysis / "macros")
        space.has_macros = True
