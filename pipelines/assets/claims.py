"""Group audit: what the sources derive, worked out again, and what fed each claim."""

from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from pipelines.assets.evidence import check_specs, materialised, reporting, spec_metadata
from pipelines.audit.claims import claims_of, evaluate_claims
from pipelines.errors import ContractError
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.workspace import Workspace

TABLES = ("claims", "claim_inputs")
READS = ("observations", "rejected_rows", "quarantined_rows")


def claim_assets(declarations: dict[str, Declaration]) -> list[dg.AssetsDefinition]:
    """The asset that works the declared claims out again."""
    tables = [declarations[name] for name in TABLES]

    @dg.multi_asset(
        name="recompute_claims",
        specs=[
            dg.AssetSpec(table.name, group_name=table.folder, description=table.comment, metadata=spec_metadata(table), kinds={"duckdb", "toml"}, deps=READS)
            for table in tables
        ],
        check_specs=[spec for table in tables for spec in check_specs(table)],
    )  # fmt: skip
    def recompute_claims(workspace: dg.ResourceParam[Workspace]) -> Iterator[dg.MaterializeResult[Any]]:
        frames = reporting(workspace, lambda: claim_frames(workspace))
        for table in tables:
            workspace.fill(table.name, frames[table.name])
        for table in tables:
            yield materialised(workspace, table)

    return [recompute_claims]


def claim_frames(space: Workspace) -> dict[str, pl.DataFrame]:
    """The frames of both tables, from the declarations beside the sources and the observations in the build."""
    observations = space.connection.sql("select * from observations").pl()
    rejected = space.connection.sql(
        """
        select raw_file, raw_row, column_name from rejected_rows
        union all
        select raw_file, raw_row, column_name from quarantined_rows where released_by is null
        """
    ).pl()
    parts = []
    for source in space.sources:
        try:
            claims = claims_of(source, space.sources)
            parts.append(evaluate_claims(claims, observations, space.vocabulary, rejected))
        except ContractError as error:
            if len(space.sources) == 1:
                raise
            space.faults.append(str(error))
    return {name: pl.concat([part[name] for part in parts]) for name in TABLES}
