"""What an asset reports of a table it filled: rows, columns, a preview, a digest, and the outcome of its checks.

Metadata: https://docs.dagster.io/guides/build/assets/metadata-and-tags. Checks: https://docs.dagster.io/guides/test/asset-checks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dagster as dg

from pipelines.errors import RigonomicsError
from pipelines.steps.filling import Filled
from pipelines.steps.run import explained
from pipelines.warehouse.checks import CHECKS, Outcome
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.markdown import as_markdown
from pipelines.warehouse.names import quoted
from pipelines.warehouse.workspace import Workspace

PREVIEW_ROWS = 5
EXIT_CODE = "exit_code"
"""Metadata of a failed step: what the command ends with for it."""
REMEDY = "remedy"
SAMPLE = "sample"
"""Metadata of a check: what fails, with the first failing rows and the cells that they rest on."""
SOURCES = "sources"
"""Metadata of a check that fails: the sources of those cells."""
MORE_CHECKS = {
    "raw_files": ("conservation", True, "Nothing is lost: every cell of every file is counted once."),
    "rejected_rows": ("rejected_share", False, "Few cells are rejected."),
}
"""Checks beside those of the declaration, by table: name, whether it blocks, what it means."""


def check_specs(table: Declaration) -> list[dg.AssetCheckSpec]:
    """The checks of a table: what fails a blocking one stops what is downstream."""
    checks = [(name, True, (check.__doc__ or "").strip()) for name, check in CHECKS.items()]
    more = [MORE_CHECKS[table.name]] if table.name in MORE_CHECKS else []
    return [
        dg.AssetCheckSpec(name, asset=table.name, blocking=blocks, description=meaning)
        for name, blocks, meaning in [*checks, *more]
    ]


def materialised(space: Workspace, filled: Filled) -> dg.MaterializeResult[Any]:
    """The result for a table that now is in the build, with its checks."""
    return dg.MaterializeResult(
        asset_key=filled.table.name,
        metadata={
            "dagster/row_count": filled.rows,
            "preview": dg.MetadataValue.md(_preview(space, filled.table)),
            "digest": filled.digest,
            **filled.counts,
        },
        check_results=[_check_result(space, filled.table.name, outcome) for outcome in filled.outcomes],
    )


def spec_metadata(table: Declaration) -> dict[str, dg.TableSchema]:
    """The declared columns as Dagster shows them, once with the asset and not again with every run of it."""
    schema = dg.TableSchema(
        columns=[
            dg.TableColumn(
                name=column.name,
                type=column.type,
                description=column.comment,
                constraints=dg.TableColumnConstraints(
                    nullable=column.nullable and column.name not in table.primary_key,
                    unique=table.primary_key == (column.name,),
                ),
            )
            for column in table.columns
        ]
    )
    return {"dagster/column_schema": schema}


@contextmanager
def reporting() -> Iterator[None]:
    """Let an error that the user can fix end the step without a traceback, with what the command would say of it."""
    try:
        yield
    except RigonomicsError as error:
        raise dg.Failure(
            description=error.message,
            metadata={REMEDY: error.remedy, EXIT_CODE: error.exit_code},
            allow_retries=False,
        ) from error


def _check_result(space: Workspace, table: str, outcome: Outcome) -> dg.AssetCheckResult:
    said, sources = (outcome.as_message(table), []) if outcome.passed else explained(space, table, outcome)
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(table),
        check_name=outcome.check,
        passed=outcome.passed,
        severity=dg.AssetCheckSeverity.ERROR if outcome.blocks else dg.AssetCheckSeverity.WARN,
        metadata={
            "failing_rows": outcome.failing,
            SAMPLE: dg.MetadataValue.md(said),
            **({SOURCES: dg.MetadataValue.json(sources)} if sources else {}),
        },
    )


def _preview(space: Workspace, table: Declaration) -> str:
    cursor = space.connection.execute(f"select * from {quoted(table.name)} limit {PREVIEW_ROWS}")
    return as_markdown([column[0] for column in cursor.description or []], cursor.fetchall())
