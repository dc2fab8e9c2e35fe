"""The tables of claims: what the sources derive, recomputed, and what fed each claim."""

from collections.abc import Callable

import polars as pl

from pipelines.audit.claims import evaluate_claims
from pipelines.audit.declared_claims import FILE, claims_of
from pipelines.errors import ContractError
from pipelines.fingerprint import digest_of
from pipelines.warehouse.workspace import Workspace

TABLES = ("claims", "claim_inputs")
READS = ("observations", "rejected_rows", "quarantined_rows")
LIMIT_FACTOR = "limit_factor"
Made = tuple[dict[str, pl.DataFrame], list[str]]
"""The frames of both tables, and what is wrong with declarations, of which the sources have no claims."""


def claims_digest(space: Workspace) -> str:
    """Digest of what decides the claims besides the tables that they read: their declarations, and the units."""
    declared = [path for source in space.sources for path in source.folder.glob(f"[!.]*/{FILE}")]
    return f"{digest_of([*declared, space.project.vocabulary], space.project.root)} {_limit_factor(space)}"


def claims_maker(space: Workspace) -> Callable[[], Made]:
    """What makes the frames of both tables. It asks the build for its inputs now, and not when it runs.

    Raises ContractError for a wrong declaration if there is one source alone.
    """
    observations = space.connection.sql("select * from observations").pl()
    rejected = space.connection.sql(
        """
        select raw_file, raw_row, column_name from rejected_rows
        union all
        select raw_file, raw_row, column_name from quarantined_rows where released_by is null
        """
    ).pl()
    sources, vocabulary, limit_factor = space.sources, space.vocabulary, _limit_factor(space)

    def make() -> Made:
        parts: list[dict[str, pl.DataFrame]] = []
        faults: list[str] = []
        for source in sources:
            try:
                claims = claims_of(source, sources)
                if not claims and parts:
                    continue
                parts.append(evaluate_claims(claims, observations, vocabulary, rejected, limit_factor))
            except ContractError as error:
                if len(sources) == 1:
                    raise
                faults.append(str(error))
        return {name: pl.concat([part[name] for part in parts]) for name in TABLES}, faults

    return make


def _limit_factor(space: Workspace) -> float:
    """How many times beyond a stated limit a recomputed figure may be, as the assumptions say."""
    constants = space.assumptions["assumptions"].filter(pl.col("name") == LIMIT_FACTOR)["value"]
    if constants.is_empty():
        file = space.project.relative(space.project.assumptions)
        raise ContractError(
            f"{file} lacks [constants.{LIMIT_FACTOR}].", "Claims that state a limit need it; put it back."
        )
    return float(constants[0])
