"""What the contracts say, as frames: the role of each column, and for each cell the readings that are planned of it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from pipelines.contracts.facets import IMPLICIT_COLUMNS, LITERALS
from pipelines.contracts.sources import Table
from pipelines.normalise.texts import is_blank

CELL = ["raw_file", "row", "column"]
PIECE_SEPARATOR = "\x1f"
"""Between the literals of a list, one for each piece of a split cell: no name holds it."""


def column_roles(tables: Iterable[Table], cells: pl.DataFrame) -> pl.DataFrame:
    """For each column of each file: its role (label, reading, ignored), its facet and how the facet splits."""
    declared = {table.raw_file: table for table in tables}
    rows = []
    for raw_file, name in cells.select("raw_file", "column").unique(maintain_order=True).iter_rows():
        table = declared[raw_file]
        column = table.columns.get(name)
        if name == table.attribute_column:
            role, facet, split, ignore = "label", None, None, None
        elif column is not None:
            role = "ignored" if column.ignore is not None else "reading" if column.readings else "label"
            facet, split, ignore = column.facet, column.facet_split, column.ignore
        else:
            implicit = name in IMPLICIT_COLUMNS and name != "value"
            role, facet, split, ignore = ("label" if implicit else "reading"), (name if implicit else None), None, None
        rows.append((raw_file, name, role, facet, split, ignore))
    schema = dict.fromkeys(("raw_file", "column", "role", "facet", "facet_split", "column_ignore"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _plan(tables: Iterable[Table]) -> pl.DataFrame:
    """For each file, column and (attribute rows) row label: the readings, their settings and literal facets."""
    rows: list[dict[str, Any]] = []
    for table in tables:
        readings = {name: column.readings for name, column in table.columns.items() if column.readings}
        if "value" not in table.columns:
            readings["value"] = ({},)
        for name, column_readings in readings.items():
            plans: list[tuple[str | None, int, dict[str, Any]]]
            if table.attribute_column is None:
                plans = [(None, n, {**table.defaults, **r}) for n, r in enumerate(column_readings)]
            else:
                plans = [
                    (label, n, {**table.defaults, **by_row, **column_readings[0]})
                    for label, by_rows in table.attributes.items()
                    for n, by_row in enumerate(by_rows)
                ]
            rows += [
                {"raw_file": table.raw_file, "column": name, "label": label, "reading": n, **_as_row(literals)}
                for label, n, literals in plans
            ]
    return pl.DataFrame(rows, schema={"raw_file": pl.String, "column": pl.String, "label": pl.String,
                                      "reading": pl.Int32, **dict.fromkeys(LITERALS, pl.String)})  # fmt: skip


def row_overrides(tables: Iterable[Table]) -> pl.DataFrame:
    """Each override for each of its rows, the more specific later."""
    rows = [
        {
            "raw_file": table.raw_file,
            "row": row,
            "at_column": override.column,
            "of": override.of,
            "rank": (override.column is not None) + 2 * (override.of is not None),
            **_as_row(override.literals),
        }
        for table in tables
        for override in table.overrides
        for row in override.rows
    ]
    schema = {"raw_file": pl.String, "row": pl.Int32, "at_column": pl.String, "of": pl.String, "rank": pl.Int32}
    return pl.DataFrame(rows, schema={**schema, **dict.fromkeys(LITERALS, pl.String)}).sort("rank", maintain_order=True)


def _as_row(literals: Mapping[str, str | list[str]]) -> dict[str, str]:
    """Literals; a list (one literal for each piece of a split) joined by a separator that no name holds."""
    return {key: PIECE_SEPARATOR.join(value) if isinstance(value, list) else value for key, value in literals.items()}


def plan_readings(placed: pl.DataFrame, tables: Sequence[Table], overrides: pl.DataFrame) -> pl.DataFrame:
    """Each cell that holds figures, once for each reading that the contract plans, overlaid by its overrides."""
    label_columns = pl.DataFrame(
        [(table.raw_file, table.attribute_column) for table in tables if table.attribute_column],
        schema={"raw_file": pl.String, "column": pl.String},
        orient="row",
    )
    labels = placed.join(label_columns, on=["raw_file", "column"]).select(
        "raw_file", "row", pl.col("text").str.strip_chars().alias("label")
    )
    readings = (
        placed.filter((pl.col("role") == "reading") & pl.col("fault").is_null() & ~is_blank("text"))
        .join(labels, on=["raw_file", "row"], how="left")
        .join(
            _plan(tables), on=["raw_file", "column", "label"], how="left", nulls_equal=True, maintain_order="left_right"
        )
        .with_row_index("id")
    )
    applying = (
        readings.select("id", "raw_file", "row", "column", pl.col("attribute").alias("planned"))
        .join(overrides, on=["raw_file", "row"])
        .filter(
            (pl.col("at_column").is_null() | (pl.col("at_column") == pl.col("column")))
            & (pl.col("of").is_null() | (pl.col("of") == pl.col("planned")))
        )
        .sort("id", "rank", maintain_order=True)
        .group_by("id", maintain_order=True)
        .agg(pl.col(key).drop_nulls().last().alias(f"over_{key}") for key in LITERALS)
    )
    return readings.join(applying, on="id", how="left", maintain_order="left")
