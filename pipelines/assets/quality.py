"""What a refresh finds wrong with the sources, as checks that warn and never block: the tables are sound with it.

Asset checks: https://docs.dagster.io/guides/test/asset-checks.
The figures are those of the audit tables; nothing is computed here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.assets.resource import WorkspaceResource
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.markdown import as_markdown
from pipelines.warehouse.workspace import Workspace

SHOWN_ROWS = 20
FINDINGS = {
    ("roofline", "impossible_speeds"): (
        "Speeds that memory bandwidth cannot deliver, or not in full; they enter no cost.",
        """
        select benchmark_id, claimed_low, claimed_high, ceiling_tok_s, ratio_high
        from roofline
        where verdict in ('impossible', 'partly')
        order by ratio_high desc
        """,
    ),
    ("claims", "claims_that_differ"): (
        "Figures that do not follow from what their own document gives.",
        """
        select claim_id, arithmetic, stated_low, stated_high, relative_difference
        from claims
        where verdict = 'differs'
        order by abs(relative_difference) desc nulls last
        """,
    ),
    ("conflicts", "contradictions"): (
        "The same thing under the same conditions, stated with values that cannot both be true.",
        """
        select subject, attribute, conditions, min_value, max_value, text_values, chosen_value
        from conflicts
        where nature = 'contradiction'
        order by ratio desc nulls last
        """,
    ),
    ("price_staleness", "stale_prices"): (
        "Prices older than half a year, or without a day, that a system is computed with.",
        """
        select hardware_id, condition, price_mid_usd, age_days, source_id
        from price_staleness
        where is_used
            and coalesce(age_days > 183, true)
        order by age_days desc nulls first
        """,
    ),
}
"""What to look for: the table, the name of the check, what it means, and the rows that it finds."""


def quality_checks(declarations: Mapping[str, Declaration]) -> list[dg.AssetChecksDefinition]:
    """One step with a warning check for each of the findings whose table is declared."""
    findings = {finding: what for finding, what in FINDINGS.items() if finding[0] in declarations}
    if not findings:
        return []

    @dg.multi_asset_check(
        name="quality",
        specs=[
            dg.AssetCheckSpec(name, asset=table, description=meaning, blocking=False)
            for (table, name), (meaning, _) in findings.items()
        ],
        can_subset=True,
    )
    def quality(context: dg.AssetCheckExecutionContext, workspace: WorkspaceResource) -> Iterator[dg.AssetCheckResult]:
        for (table, name), (_, query) in findings.items():
            if dg.AssetCheckKey(dg.AssetKey(table), name) in context.selected_asset_check_keys:
                yield _found(workspace.space, table, name, query)

    return [quality]


def _found(space: Workspace, table: str, name: str, query: str) -> dg.AssetCheckResult:
    cursor = space.connection.execute(query)
    columns = [column[0] for column in cursor.description or []]
    rows: list[tuple[Any, ...]] = cursor.fetchall()
    return dg.AssetCheckResult(
        asset_key=dg.AssetKey(table),
        check_name=name,
        passed=not rows,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"found": len(rows), "rows": dg.MetadataValue.md(as_markdown(columns, rows[:SHOWN_ROWS]))},
    )
