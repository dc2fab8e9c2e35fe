"""Whether a column's cells bear out what its header speaks of: read by the grammar of `normalise.quantities`."""

from collections.abc import Mapping, Sequence

import polars as pl

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.quantities import read_quantities

TRIED = 400
"""Distinct cells of a column that are tried."""
SCHEMA = {
    "position": pl.Int64, "text": pl.String, "type": pl.String, "unit": pl.String, "unit_hint": pl.String,
    "range_low": pl.Float64, "range_high": pl.Float64, "currency": pl.String, "locale": pl.String,
}  # fmt: skip


def shares_read(
    columns: Mapping[int, tuple[str | None, str | None, Sequence[str], str | None]],
    vocabulary: Vocabulary,
    locale: str | None = None,
) -> dict[int, tuple[float, str]]:
    """For each column (attribute, unit of bare figures, stated cells, currency): the share that reads, and why the
    first does not.

    locale: how the document writes figures, if it is said.
    """
    rows = []
    for position, (attribute, unit, cells, currency) in columns.items():
        told = vocabulary.attributes[attribute or ""]
        low, high = told.range or (None, None)
        for cell in list(dict.fromkeys(cells))[:TRIED]:
            text = cell.split("±", 1)[0].strip()
            rows.append((position, text, told.type, told.unit, unit, low, high, currency, locale))
    shares = dict.fromkeys(columns, (0.0, "no cell states anything"))
    if not rows:
        return shares
    read = read_quantities(pl.DataFrame(rows, schema=SCHEMA, orient="row"), vocabulary)
    summed = (
        read.filter(~pl.col("is_empty"))
        .group_by("position")
        .agg(pl.col("reason").is_null().mean().alias("share"), pl.col("reason").drop_nulls().first().alias("example"))
    )
    return shares | {position: (share, example or "") for position, share, example in summed.iter_rows()}
