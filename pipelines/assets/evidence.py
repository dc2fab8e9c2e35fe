"""What an asset reports of a table it filled: rows, columns, a preview, a digest, and the outcome of its blocking checks."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import dagster as dg

from pipelines.errors import RigonomicsError
from pipelines.warehouse.build import first_row
from pipelines.warehouse.checks import CHECKS, Outcome
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.names import quoted
from pipelines.warehouse.workspace import Workspace

PREVIEW_ROWS = 5
Made = TypeVar("Made")


def check_specs(table: Declaration) -> list[dg.AssetCheckSpec]:
    """The blocking checks of a table: what fails them stops what is downstream."""
    return [
        dg.AssetCheckSpec(name, asset=dg.AssetKey(table.name), blocking=True, description=(check.__doc__ or "").strip())
        for name, check in CHECKS.items()
    ]


def materialised(
    space: Workspace, table: Declaration, extra: Iterable[dg.AssetCheckResult] = ()
) -> dg.MaterializeResult[Any]:
    """The result for a table that now stands in the build, its checks run."""
    rows, digest = _counted(space, table)
    space.notify(f"{table.name}: {rows} rows")
    return dg.MaterializeResult(
        asset_key=dg.AssetKey(table.name),
        metadata={
            "dagster/row_count": rows,
            "preview": dg.MetadataValue.md(_preview(space, table)),
            "digest": digest,
        },
        check_results=[*checked(space, table), *extra],
    )


def checked(space: Workspace, table: Declaration) -> list[dg.AssetCheckResult]:
    """Run the blocking checks of a table; failures are also kept on the workspace, for the command to report."""
    outcomes = [check(space.connection, table) for check in CHECKS.values()]
    space.failures += [(table.name, outcome) for outcome in outcomes if not outcome.passed]
    return [as_check_result(table.name, outcome) for outcome in outcomes]


def as_check_result(
    table: str, outcome: Outcome, severity: dg.AssetCheckSeverity = dg.AssetCheckSeverity.ERROR
) -> dg.AssetCheckResult:
    """An outcome as Dagster takes it, with the failing rows as metadata."""
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(table),
        check_name=outcome.check,
        passed=outcome.passed,
        severity=severity,
        metadata={"failing_rows": outcome.failing, "sample": dg.MetadataValue.md(as_markdown(outcome.sample.columns, outcome.sample.rows()))},
    )  # fmt: skip


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


def reporting(space: Workspace, make: Callable[[], Made]) -> Made:
    """Run a step; an error that the user can mend is kept on the workspace and stops the run without a traceback."""
    try:
        return make()
    except RigonomicsError as error:
        space.errors.append(error)
        raise dg.Failure(description=str(error), allow_retries=False) from error


def as_markdown(columns: Iterable[str], rows: Iterable[tuple[Any, ...]]) -> str:
    """A small Markdown table; cells are escaped."""
    head = [str(column) for column in columns]
    if not head:
        return "none"
    lines = [head, ["---"] * len(head), *[[_escaped(value) for value in row] for row in rows]]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _escaped(value: Any) -> str:
    text = "" if value is None else str(value)
    for character in "\\`*_{}[]<>|#":
        text = text.replace(character, f"\\{character}" if character != "<" else "&lt;")
    return text.replace("\n", " ")


def _preview(space: Workspace, table: Declaration) -> str:
    cursor = space.connection.execute(f"select * from {quoted(table.name)} limit {PREVIEW_ROWS}")
    return as_markdown([column[0] for column in cursor.description or []], cursor.fetchall())


def _counted(space: Workspace, table: Declaration) -> tuple[int, str]:
    """Rows and digest of a table, in one scan."""
    rows, digest = first_row(space.connection, f"select count(*), bit_xor(hash(t)) from {quoted(table.name)} as t")
    return int(rows), "empty" if digest is None else f"{int(digest):016x}"
