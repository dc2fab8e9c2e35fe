"""Text cells to observations: one row a reading, with its provenance; what cannot be read goes to rejected_rows.

A reading is planned by the contract (which attribute, which unit, which facets), overlaid by the row's own facets and by
overrides, then read (`quantities`) and resolved (`names`). Every cell ends in exactly one class, and the classes add up.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.facets import FACET_VALUES, FACETS, IMPLICIT_COLUMNS, LITERALS
from pipelines.contracts.sources import Source, Table
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.names import resolve_names
from pipelines.normalise.quantities import INVISIBLE, read_quantities
from pipelines.normalise.remarks import words

CELL = ["raw_file", "row", "column"]
FACET_COLUMNS = (*FACETS, "attribute", "derived")
SECTIONS = ("hardware", "model", "build")
DAYS = ("observed_on", "valid_from", "valid_to")
SHOWN = 200
"""Characters of a text that a reason quotes."""
UNSPECIFIED = "unspecified"
"""Concurrency of a throughput served to several at once, where the source does not say how many."""
NEEDED = (
    ("price", ("hardware",), "a price needs the hardware that it is for"),
    ("cloud_rate", ("hardware",), "a rental rate needs the hardware that it is for"),
    ("benchmark", ("hardware", "build", "topic"), "a throughput needs the hardware that it was measured on"),
    ("benchmark", ("model", "topic", "qualifier", "note"), "a throughput needs the model that it was measured with"),
    ("api_price", ("model",), "a price of tokens needs the model that it is for"),
    ("api_price", ("provider",), "a price of tokens needs the provider who asks it"),
    ("electricity_price", ("place",), "a price of electricity needs the place where it holds"),
    ("electricity_price", ("currency",), "a price of electricity needs the currency that it is in"),
    ("fx_rate", ("currency",), "a rate of exchange needs the currency that it is for"),
)
"""For each kind the facets of which one at least has to be given, and what is said if none is."""
BENCHMARK_DEFAULTS = {"phase": "decode", "offload": "none", "basis": "reported"}


@dataclass(frozen=True)
class Observed:
    """What came of the cells.

    observations, rejected: frames with the columns of those tables. counts: for each raw_file the number of cells, empty,
    label, observed, rejected, ignored (the last five add up to cells) and of observations. ignored: each cell left out
    with the contract's reason.
    """

    observations: pl.DataFrame
    rejected: pl.DataFrame
    ignored: pl.DataFrame
    counts: pl.DataFrame


def observe(sources: Sequence[Source], cells: pl.DataFrame, vocabulary: Vocabulary, catalogue: Catalogue) -> Observed:
    """Read every cell as its contract says.

    cells: raw_file, row, column, text, fault, and `corrected` (the text to read instead, or null).
    """
    tables = [table for source in sources for table in source.tables]
    overrides = _overrides(tables)
    placed = cells.join(_roles(tables, cells), on=["raw_file", "column"], how="left", maintain_order="left")
    facets = _row_facets(placed, overrides)
    planned = _plan_readings(placed, tables, overrides)
    overlaid = _overlay(planned, overrides, facets)
    extracted = _extract(overlaid, vocabulary)
    read = _read(extracted, vocabulary)
    resolved = _resolve(read, catalogue)
    judged = _judge(resolved, tables, vocabulary)
    good = judged.filter(pl.col("reason").is_null() & ~pl.col("is_empty"))
    observations = _observations(good, sources, tables)
    rejected = _rejected(placed, judged, tables)
    ignored = _ignored(placed, judged)
    return Observed(observations, rejected, ignored, _counts(placed, judged, observations))


# ---- what the contracts say, as frames


def _roles(tables: Iterable[Table], cells: pl.DataFrame) -> pl.DataFrame:
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


def _overrides(tables: Iterable[Table]) -> pl.DataFrame:
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


PIECE_SEPARATOR = "\x1f"


def _as_row(literals: Mapping[str, str | list[str]]) -> dict[str, str]:
    """Literals; a list (one literal for each piece of a split) joined by a separator that no name holds."""
    return {key: PIECE_SEPARATOR.join(value) if isinstance(value, list) else value for key, value in literals.items()}


# ---- cells to readings


def _row_facets(placed: pl.DataFrame, overrides: pl.DataFrame) -> pl.DataFrame:
    """The facets that a row's own cells give: one row for each article that the row holds (`piece` 0 if just one)."""
    resplit = (
        overrides.filter(pl.col("split").is_not_null() & pl.col("at_column").is_not_null())
        .select("raw_file", "row", pl.col("at_column").alias("column"), pl.col("split").alias("row_split"))
        .unique(subset=CELL, keep="last", maintain_order=True)
    )
    facet_cells = (
        placed.filter(pl.col("facet").is_not_null() & ~_is_blank("text") & pl.col("fault").is_null())
        .join(resplit, on=CELL, how="left")
        .with_columns(
            pl.coalesce("row_split", "facet_split").replace("", None).alias("facet_split"),
            pl.coalesce("corrected", "text").alias("text"),
        )
        .with_columns(
            pl.when(pl.col("facet_split").is_null())
            .then(pl.concat_list("text"))
            .otherwise(pl.col("text").str.split(pl.col("facet_split").fill_null("\n")))
            .alias("pieces")
        )
        .with_columns(pl.int_ranges(1, pl.col("pieces").list.len() + 1, dtype=pl.Int64).alias("piece"))
        .explode("pieces", "piece")
        .with_columns(
            pl.col("pieces").str.strip_chars().alias("text"),
            pl.when(pl.col("facet_split").is_not_null()).then("piece").alias("piece"),
        )
    )
    rows = placed.select("raw_file", "row").unique(maintain_order=True)
    articles = (
        rows.join(facet_cells.group_by("raw_file", "row").agg(pl.col("piece").max().alias("articles")),
                  on=["raw_file", "row"], how="left")
        .with_columns(
            pl.when(pl.col("articles").is_null())
            .then(pl.int_ranges(0, 1, dtype=pl.Int64))
            .otherwise(pl.int_ranges(1, pl.col("articles").fill_null(0) + 1, dtype=pl.Int64))
            .alias("piece")
        )
        .explode("piece")
    )  # fmt: skip
    wide = (
        articles.join(facet_cells.select("raw_file", "row", "facet", "text", pl.col("piece").alias("of_piece")),
                      on=["raw_file", "row"], how="left")
        .filter(pl.col("of_piece").is_null() | (pl.col("of_piece") == pl.col("piece")))
        .group_by("raw_file", "row", "piece", maintain_order=True)
        .agg(pl.col("text").filter(pl.col("facet") == facet).first().alias(f"row_{facet}") for facet in FACET_COLUMNS)
    )  # fmt: skip
    return articles.join(wide, on=["raw_file", "row", "piece"], how="left")


def _plan_readings(placed: pl.DataFrame, tables: Sequence[Table], overrides: pl.DataFrame) -> pl.DataFrame:
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
        placed.filter((pl.col("role") == "reading") & pl.col("fault").is_null() & ~_is_blank("text"))
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


def _overlay(planned: pl.DataFrame, overrides: pl.DataFrame, facets: pl.DataFrame) -> pl.DataFrame:
    """Split the cells that the contract splits, meet the row's articles, and settle every facet: the nearest wins."""
    split = pl.coalesce("over_split", "split").replace("", None)
    ignore = pl.coalesce("over_ignore", "ignore")
    pieces = (
        planned.with_columns(
            split.alias("split"), ignore.alias("ignore"), pl.coalesce("corrected", "text").alias("piece_text")
        )
        .with_columns(
            pl.when(pl.col("split").is_null())
            .then(pl.concat_list("piece_text"))
            .otherwise(pl.col("piece_text").str.split(pl.col("split").fill_null("\n")))
            .alias("piece_text")
        )
        .with_columns(pl.col("piece_text").list.len().cast(pl.Int64).alias("n_pieces"))
        .with_columns(pl.int_ranges(1, pl.col("n_pieces") + 1, dtype=pl.Int64).alias("n_piece"))
        .explode("piece_text", "n_piece")
    )
    met = pieces.join(facets, on=["raw_file", "row"], how="left", maintain_order="left_right").with_columns(
        pl.when(pl.col("split").is_not_null() & (pl.col("articles") != pl.col("n_pieces")))
        .then(pl.format("{} figures stand beside {} names", "n_pieces", "articles"))
        .alias("mismatch")
    )
    paired = met.filter(
        pl.col("split").is_null()
        | pl.col("articles").is_null()
        | (pl.col("n_piece") == pl.col("piece"))
        | (pl.col("mismatch").is_not_null() & (pl.col("piece") == 1))
    )
    settled = [
        pl.coalesce(f"over_{key}", f"row_{key}", key).alias(key) if key in FACET_COLUMNS
        else pl.coalesce(f"over_{key}", key).alias(key)
        for key in LITERALS
        if key not in ("split", "ignore")
    ]  # fmt: skip
    return paired.with_columns(settled).with_columns(_of_piece(key) for key in ("attribute", *FACETS))


def _of_piece(key: str) -> pl.Expr:
    """The literal for this piece where the contract gives a list, one for each piece of a split cell."""
    listed = pl.col(key).str.split(PIECE_SEPARATOR)
    return (
        pl.when(pl.col(key).str.contains(PIECE_SEPARATOR, literal=True))
        .then(listed.list.get(pl.col("n_piece") - 1, null_on_oob=True))
        .otherwise(pl.col(key))
        .alias(key)
    )


def _extract(overlaid: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The text that is to be read as a figure, with what the vocabulary says of its attribute."""
    attributes = pl.DataFrame(
        [
            (name, a.kind, a.type, a.unit, *(a.range or (None, None)))
            for name, a in vocabulary.attributes.items()
        ],
        schema={"attribute": pl.String, "kind": pl.String, "type": pl.String, "canonical_unit": pl.String,
                "range_low": pl.Float64, "range_high": pl.Float64},
        orient="row",
    )  # fmt: skip
    piece = pl.col("piece_text").str.strip_chars()
    return (
        overlaid.join(attributes, on="attribute", how="left", maintain_order="left")
        .with_columns(
            pl.when(pl.col("extract").is_null())
            .then(piece)
            .otherwise(piece.str.extract(pl.col("extract").fill_null("(.*)"), 1))
            .alias("figure")
        )
        .pipe(_unit_hints, vocabulary)
    )


def _unit_hints(readings: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The unit of a bare figure: the contract's, else the one that the column's header or the row's label spells out."""
    keys = ["column", "label", "canonical_unit"]
    pairs = readings.select(keys).unique(maintain_order=True).filter(pl.col("canonical_unit").is_not_null())
    hints = [
        next((word for word in _words(column, label) if word in vocabulary.units[unit].spellings), None)
        for column, label, unit in pairs.iter_rows()
    ]
    hinted = pairs.with_columns(pl.Series("header_unit", hints, dtype=pl.String))
    return readings.join(hinted, on=keys, how="left", nulls_equal=True, maintain_order="left").with_columns(
        pl.coalesce("unit", "header_unit").alias("unit_hint")
    )


def _words(column: str, label: str | None) -> list[str]:
    return f"{label or ''} {column}".replace("(", " ").replace(")", " ").split()


def _read(extracted: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """Figures, flags and texts read; `figure_reason` says why one could not be."""
    wanted = extracted.select(
        pl.col("figure").fill_null("").alias("text"),
        pl.col("type").fill_null("text"),
        pl.col("canonical_unit").alias("unit"),
        "unit_hint",
        "range_low",
        "range_high",
        "attribute",
    )
    outcome = read_quantities(wanted, vocabulary).select(
        "value_low",
        "value_high",
        "value_text",
        pl.col("unit").alias("read_unit"),
        "is_approximate",
        "bound",
        "annotation",
        "footnote",
        "is_empty",
        pl.col("reason").alias("figure_reason"),
    )
    return extracted.hstack(outcome)


# ---- readings to observations


def _resolve(read: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Names to ids, with the count and the link that stood in the hardware's name."""
    named = read.with_columns(
        pl.concat_str("hardware", "variant", separator=" ", ignore_nulls=True).replace("", None).alias("hardware")
    )
    for section in SECTIONS:
        names = (
            named.select(pl.lit(section).alias("section"), pl.col(section).alias("name"))
            .drop_nulls()
            .unique(maintain_order=True)
        )
        ids = resolve_names(names, catalogue).select(
            pl.col("name").alias(section),
            pl.col("id").alias(f"{section}_id"),
            pl.col("count").cast(pl.String).alias(f"{section}_count"),
            pl.col("link").alias(f"{section}_link"),
            pl.col("quantization").alias(f"{section}_quantization"),
            pl.col("candidates").alias(f"{section}_candidates"),
        )
        named = named.join(ids, on=section, how="left", maintain_order="left")
    return named


def _is_blank(column: str) -> pl.Expr:
    """Whether a text holds nothing to see."""
    return pl.col(column).str.replace_all(INVISIBLE, "").str.strip_chars() == ""


def _judge(resolved: pl.DataFrame, tables: Sequence[Table], vocabulary: Vocabulary) -> pl.DataFrame:
    """Each reading with its outcome: is_ignored, is_empty (it states nothing), reason (why it cannot be an observation).

    A reading has just one of these, or it is an observation.
    """
    is_price, states_something = pl.col("kind") == "price", ~pl.col("is_empty")
    no_match = pl.col("extract").is_not_null() & (pl.col("figure").fill_null("") == "")
    is_optional = (pl.col("optional") == "true").fill_null(False)
    reasons = [
        pl.when(pl.col("attribute").is_null()).then(pl.lit("the contract plans no reading for this row and column")),
        pl.when(pl.col("row_attribute").is_not_null() & pl.col("type").is_null()).then(
            pl.format("attribute {} is not in the vocabulary", _shown("attribute"))
        ),
        pl.col("mismatch"),
        pl.when(no_match).then(pl.format("the cell does not match {}", _shown("extract"))),
        pl.col("figure_reason"),
        pl.when(pl.col("corrected").is_not_null() & (pl.col("corrected").str.strip_chars() == "")).then(
            pl.lit("the correction leaves nothing to read")
        ),
        pl.when((pl.col("is_empty")) & pl.col("extract").is_not_null() & ~is_optional).then(
            pl.format("what {} cuts out states nothing", _shown("extract"))
        ),
        pl.when(_is_blank("piece_text").all().over(CELL)).then(pl.lit("nothing is left of the cell after its split")),
        *_facet_reasons(tables, vocabulary),
        pl.when(is_price & pl.col("condition").is_null() & states_something).then(
            pl.lit("a price needs a condition: msrp, street, new, used, open_box or list")
        ),
        *(
            pl.when((pl.col("kind") == kind) & pl.coalesce(needed).is_null() & states_something).then(pl.lit(reason))
            for kind, needed, reason in NEEDED
        ),
    ]
    is_ignored = pl.col("ignore").is_not_null() | (
        is_optional & pl.col("extract").is_not_null() & (no_match | pl.col("is_empty"))
    )
    return (
        resolved.join(_days_of(tables), on="raw_file", how="left", maintain_order="left")
        .with_columns(is_ignored.alias("is_ignored"))
        .with_columns(pl.when(~pl.col("is_ignored")).then(pl.coalesce(reasons)).alias("reason"))
        .with_columns(is_empty=pl.col("is_empty") & pl.col("reason").is_null() & ~pl.col("is_ignored"))
    )


def _days_of(tables: Sequence[Table]) -> pl.DataFrame:
    return pl.DataFrame(
        [(table.raw_file, table.retrieved_on) for table in tables],
        schema={"raw_file": pl.String, "retrieved_on": pl.Date},
        orient="row",
    )


def _facet_reasons(tables: Sequence[Table], vocabulary: Vocabulary) -> list[pl.Expr]:
    """What can be wrong with the facets of a reading: an unknown name, a value of no list, a number or day out of range."""
    unresolved = [
        pl.when(pl.col(section).is_not_null() & pl.col(f"{section}_id").is_null()).then(
            pl.format(
                "{} {} is not in the catalogue; {}",
                pl.lit(section), _shown(section), pl.col(f"{section}_candidates").fill_null("nothing is like it"),
            )
        )
        for section in SECTIONS
    ]  # fmt: skip
    listed = {**{facet: allowed for facet, allowed in FACET_VALUES.items() if allowed}, "derived": ("true", "false")}
    out_of_list = [
        pl.when(pl.col(facet).is_not_null() & ~pl.col(facet).is_in(list(allowed))).then(
            pl.format("{} is {}, which is none of {}", pl.lit(facet), _shown(facet), pl.lit(", ".join(allowed)))
        )
        for facet, allowed in listed.items()
    ]
    out_of_range = [
        reason
        for facet, (low, high) in vocabulary.counts.items()
        for number in [pl.col(facet).cast(pl.Int64, strict=False)]
        for is_said in [pl.col(facet).is_not_null() & ((pl.col(facet) != UNSPECIFIED) | pl.lit(facet != "concurrency"))]
        for reason in (
            pl.when(is_said & number.is_null()).then(
                pl.format("{} is {}, not a whole number", pl.lit(facet), _shown(facet))
            ),
            pl.when(is_said & ~number.is_between(low, high)).then(
                pl.format("{} is {}, outside {} to {}", pl.lit(facet), _shown(facet), pl.lit(low), pl.lit(high))
            ),
        )
    ]
    low, high = vocabulary.counts["count"]
    pieces = pl.col("hardware_count").cast(pl.Int64, strict=False)
    miscounted = pl.when(pieces.is_not_null() & ~pieces.is_between(low, high)).then(
        pl.format(
            "hardware {} counts {} pieces, outside {} to {}", _shown("hardware"), pieces, pl.lit(low), pl.lit(high)
        )
    )
    undated = [
        reason
        for facet in DAYS
        for day in [_day(pl.col(facet))]
        for latest in [pl.col("retrieved_on").dt.offset_by("1d" if facet == "observed_on" else "100y")]
        for reason in (
            pl.when(pl.col(facet).is_not_null() & day.is_null()).then(
                pl.format("{} is {}, not a day, month or year", pl.lit(facet), _shown(facet))
            ),
            pl.when(~day.is_between(pl.lit(vocabulary.facets.observed_on.earliest), latest)).then(
                pl.format(
                    "{} is {}, outside {} to {}",
                    pl.lit(facet), _shown(facet), pl.lit(vocabulary.facets.observed_on.earliest), latest,
                )
            ),
        )
    ]  # fmt: skip
    two_quantizations = pl.when(_spelled_alike("quantization") != _spelled_alike("model_quantization")).then(
        pl.format("the model's name says {}, the row {}", "model_quantization", _shown("quantization"))
    )
    defaults = {"each": "false", "per_user": "false", **BENCHMARK_DEFAULTS}
    contradicted = [
        pl.when(
            pl.col("annotation").str.contains(words([word]))
            & pl.col(facet).is_in(allowed).not_().fill_null(defaults.get(facet, "") not in allowed if facet in defaults else False)
            & ((pl.lit(facet) != "each") | (pl.coalesce("count", "hardware_count").fill_null("1") != "1"))
        ).then(
            pl.format(
                "the cell says {}, where {} is {}",
                pl.lit(word), pl.lit(facet), pl.col(facet).fill_null(defaults.get(facet, "")),
            )
        )
        for word, facets in vocabulary.remarks.only_with.items()
        for facet, allowed in facets.items()
    ]  # fmt: skip
    return [*unresolved, two_quantizations, *out_of_list, *out_of_range, miscounted, *undated, *contradicted]


def _shown(column: str) -> pl.Expr:
    """A text as it is quoted in a reason: not longer than a line, never null."""
    text = pl.col(column).fill_null("")
    return pl.when(text.str.len_chars() > SHOWN).then(text.str.head(SHOWN) + "…").otherwise(text)


def _spelled_alike(quantization: str) -> pl.Expr:
    """A quantisation without what its spellings differ by: f16 and FP16, q4_k_m and Q4_K_M."""
    return pl.col(quantization).str.to_uppercase().str.replace(r"^F(?P<bits>16|32)$", "FP$bits")


def _observations(judged: pl.DataFrame, sources: Sequence[Source], tables: Sequence[Table]) -> pl.DataFrame:
    """Accepted readings in the columns of the observations table."""
    good = judged.filter(~pl.col("is_ignored"))
    about = pl.DataFrame(
        [(t.raw_file, t.source_id, t.name, f"{t.source_id}/{t.retrieved_on}/{t.name}") for t in tables],
        schema=dict.fromkeys(("raw_file", "source_id", "table_name", "path"), pl.String),
        orient="row",
    )
    published = pl.DataFrame(
        [(source.source_id, source.published_on or None) for source in sources],
        schema={"source_id": pl.String, "published_on": pl.String},
        orient="row",
    )
    is_benchmark, is_price = pl.col("kind") == "benchmark", pl.col("kind") == "price"
    is_unspecified = (pl.col("concurrency") == UNSPECIFIED).fill_null(False)
    pieces = pl.coalesce(pl.col("count").cast(pl.Int32), pl.col("hardware_count").cast(pl.Int32), pl.lit(1, pl.Int32))
    each = (pl.col("each") == "true").fill_null(False)
    return (
        good.join(about, on="raw_file", how="left", maintain_order="left")
        .join(published, on="source_id", how="left", maintain_order="left")
        .with_columns(pl.col("id").cum_count().over(*CELL).alias("n"))
        .select(
            pl.format("{}:{}:{}#{}", "path", "row", "column", "n").alias("observation_id"),
            "source_id",
            "raw_file",
            pl.col("row").alias("raw_row"),
            pl.col("column").alias("raw_column"),
            pl.col("text").alias("raw_text"),
            "table_name",
            "kind",
            "attribute",
            "hardware_id",
            "model_id",
            "build_id",
            "topic",
            "value_low",
            "value_high",
            "value_text",
            pl.col("read_unit").alias("unit"),
            pl.col("is_approximate").fill_null(False),
            "bound",
            pieces.alias("count"),
            each.alias("each"),
            pl.coalesce("link", "hardware_link").alias("link"),
            pl.coalesce("quantization", "model_quantization").str.to_uppercase().alias("quantization"),
            "engine",
            pl.when(is_benchmark).then(pl.col("phase").fill_null(BENCHMARK_DEFAULTS["phase"])).alias("phase"),
            pl.when(is_benchmark & ~is_unspecified).then(pl.col("concurrency").cast(pl.Int32, strict=False).fill_null(1)).alias("concurrency"),
            pl.when(is_benchmark).then((pl.col("per_user") == "true").fill_null(False)).alias("per_user"),
            pl.when(is_benchmark).then(pl.col("offload").fill_null(BENCHMARK_DEFAULTS["offload"]))
            .otherwise("offload").alias("offload"),
            "split_mode",
            "host",
            pl.when(is_benchmark).then(pl.col("basis").fill_null(BENCHMARK_DEFAULTS["basis"]))
            .otherwise("basis").alias("basis"),
            pl.col("context_tokens").cast(pl.Int64),
            "condition",
            pl.when(is_price).then(
                pl.coalesce(pl.col("lot_quantity").cast(pl.Int32), pl.when(each).then(pl.lit(1, pl.Int32)), pieces)
            ).alias("lot_quantity"),
            "slot",
            "provider",
            pl.when(pl.col("kind") == "cloud_rate").then(pl.col("purchase").fill_null("unspecified")).alias("purchase"),
            "billing",
            "region",
            pl.col("currency").str.to_uppercase(),
            "tax",
            "hours",
            _day(pl.col("valid_from")).alias("valid_from"),
            _day(pl.col("valid_to")).alias("valid_to"),
            "place",
            "sector",
            "vendor",
            "url",
            "qualifier",
            "scope",
            (pl.col("owned") == "true").fill_null(False).alias("owned"),
            _notes().alias("note"),
            (pl.col("derived") == "true").fill_null(False).alias("is_derived"),
            pl.coalesce(_day(pl.col("observed_on")), _day(pl.col("published_on"))).alias("observed_on"),
            pl.when(pl.col("observed_on").is_not_null()).then(pl.lit("explicit"))
            .when(pl.col("published_on").is_not_null()).then(pl.lit("document"))
            .otherwise(pl.lit("none")).alias("date_basis"),
        )
        .sort("raw_file", "raw_row", "raw_column", "observation_id")
    )  # fmt: skip


def _notes() -> pl.Expr:
    """Everything that was said beside the figure, once."""
    corrected = pl.when(pl.col("corrected").is_not_null()).then(pl.format("read as {} after a correction", "corrected"))
    remarks = [
        pl.when(pl.col(name).ne_missing(pl.col("qualifier"))).then(name) for name in ("note", "annotation", "footnote")
    ]
    return pl.concat_str("qualifier", *remarks, corrected, separator="; ", ignore_nulls=True).replace("", None)


def _day(text: pl.Expr) -> pl.Expr:
    """A day, the first of a month, or the first of a year, as precise as it was written."""
    return pl.coalesce(
        text.str.to_date("%Y-%m-%d", strict=False),
        (text + "-01").str.to_date("%Y-%m-%d", strict=False),
        (text + "-01-01").str.to_date("%Y-%m-%d", strict=False),
    )


def _rejected(placed: pl.DataFrame, judged: pl.DataFrame, tables: Sequence[Table]) -> pl.DataFrame:
    """Readings that failed and cells of ragged rows, in the columns of rejected_rows."""
    sources = pl.DataFrame(
        [(table.raw_file, table.source_id) for table in tables],
        schema={"raw_file": pl.String, "source_id": pl.String},
        orient="row",
    )
    ragged = placed.filter(pl.col("fault").is_not_null()).select(*CELL, "text", pl.col("fault").alias("reason"))
    failed = judged.filter(pl.col("reason").is_not_null()).select(*CELL, "text", "reason")
    return (
        pl.concat([ragged, failed])
        .unique()
        .join(sources, on="raw_file", how="left")
        .select(
            "source_id",
            "raw_file",
            pl.col("row").alias("raw_row"),
            pl.col("column").alias("column_name"),
            pl.col("text").alias("raw_text"),
            "reason",
        )
        .sort("raw_file", "raw_row", "column_name", "reason")
    )


def _ignored(placed: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Cells that the contract leaves out, with its reason."""
    by_column = placed.filter((pl.col("role") == "ignored") & pl.col("fault").is_null()).select(
        *CELL, "text", pl.col("column_ignore").alias("reason")
    )
    by_reading = judged.filter(pl.col("is_ignored")).select(
        *CELL, "text", pl.col("ignore").fill_null("this row has no such figure").alias("reason")
    )
    return pl.concat([by_column, by_reading]).unique(subset=CELL, maintain_order=True)


def _counts(placed: pl.DataFrame, judged: pl.DataFrame, observations: pl.DataFrame) -> pl.DataFrame:
    """Each cell's one class, counted by file. A cell is rejected if any reading of it was, then observed, then ignored."""
    classes = judged.group_by(CELL).agg(
        pl.col("reason").is_not_null().any().alias("any_rejected"),
        (pl.col("reason").is_null() & ~pl.col("is_empty") & ~pl.col("is_ignored")).any().alias("any_observed"),
        pl.col("is_ignored").any().alias("any_ignored"),
    )
    classed = placed.join(classes, on=CELL, how="left").with_columns(
        pl.when(pl.col("fault").is_not_null() | pl.col("any_rejected").fill_null(False)).then(pl.lit("rejected"))
        .when(_is_blank("text")).then(pl.lit("empty"))
        .when(pl.col("any_observed").fill_null(False)).then(pl.lit("observed"))
        .when((pl.col("role") == "ignored") | pl.col("any_ignored").fill_null(False)).then(pl.lit("ignored"))
        .when(pl.col("role") == "label").then(pl.lit("label"))
        .otherwise(pl.lit("empty"))
        .alias("class")
    )  # fmt: skip
    per_file = classed.group_by("raw_file").agg(
        pl.col("row").n_unique().cast(pl.Int64).alias("rows"),
        pl.len().cast(pl.Int64).alias("cells"),
        *((pl.col("class") == name).sum().cast(pl.Int64).alias(name)
          for name in ("empty", "label", "observed", "rejected", "ignored")),
    )  # fmt: skip
    read = observations.group_by("raw_file").agg(pl.len().cast(pl.Int64).alias("observations"))
    return (
        per_file.join(read, on="raw_file", how="left")
        .with_columns(pl.col("observations").fill_null(0))
        .sort("raw_file")
    )
