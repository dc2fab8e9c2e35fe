"""Whether a reading can be an observation: it is ignored, it states nothing, something speaks against it, or it is
one."""

from collections.abc import Sequence

import polars as pl

from pipelines.contracts.facets import FACET_VALUES
from pipelines.contracts.sources import Table
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.planning import CELL
from pipelines.normalise.reading import SECTIONS
from pipelines.normalise.remarks import words
from pipelines.normalise.texts import is_blank, quoted

DAYS = ("observed_on", "valid_from", "valid_to")
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


def judge(resolved: pl.DataFrame, tables: Sequence[Table], vocabulary: Vocabulary) -> pl.DataFrame:
    """Each reading with its outcome: is_ignored, is_empty (it states nothing), reason (why it cannot be an
    observation).

    A reading has just one of these, or it is an observation.
    """
    is_price, states_something = pl.col("kind") == "price", ~pl.col("is_empty")
    no_match = pl.col("extract").is_not_null() & (pl.col("figure").fill_null("") == "")
    is_optional = (pl.col("optional") == "true").fill_null(False)
    reasons = [
        pl.when(pl.col("attribute").is_null()).then(pl.lit("the contract plans no reading for this row and column")),
        pl.when(pl.col("row_attribute").is_not_null() & pl.col("type").is_null()).then(
            pl.format("attribute {} is not in the vocabulary", quoted("attribute"))
        ),
        pl.col("mismatch"),
        pl.when(no_match).then(pl.format("the cell does not match {}", quoted("extract"))),
        pl.col("figure_reason"),
        pl.when(pl.col("corrected").is_not_null() & (pl.col("corrected").str.strip_chars() == "")).then(
            pl.lit("the correction leaves nothing to read")
        ),
        pl.when((pl.col("is_empty")) & pl.col("extract").is_not_null() & ~is_optional).then(
            pl.format("what {} cuts out states nothing", quoted("extract"))
        ),
        pl.when(is_blank("piece_text").all().over(CELL)).then(pl.lit("nothing is left of the cell after its split")),
        *_facet_reasons(vocabulary),
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


def _facet_reasons(vocabulary: Vocabulary) -> list[pl.Expr]:
    """What can be wrong with the facets of a reading, the worst first."""
    two_quantizations = pl.when(_spelled_alike("quantization") != _spelled_alike("model_quantization")).then(
        pl.format("the model's name says {}, the row {}", "model_quantization", quoted("quantization"))
    )
    return [
        *_unresolved(),
        two_quantizations,
        _other_precision(),
        *_out_of_list(),
        *_out_of_range(vocabulary),
        *_undated(vocabulary),
        *_contradicted(vocabulary),
    ]


PRECISION = (
    r"(?:(?:BF|F|FP)(?:16|32)|FP[48]|INT[48]|(?:NV|MX)FP4|I?Q[1-8]_[0-9A-Z_]+|Q[2-68]|[2-8]-?bits?|W[48]A(?:8|16))"
)
"""Words for the bits of a weight; the first number in each is how many."""
QUARTER = r"\bQ[1-4][ ']*(?:20)?\d\d\b"


def _other_precision() -> pl.Expr:
    """Words of a cell that give its weights other bits than its row or column does: FP8 under FP16."""
    words = pl.col("piece_text").str.replace_all(QUARTER, "").str.extract_all(rf"(?i)\b{PRECISION}\b")
    bits = words.list.eval(pl.element().str.extract(r"(\d+)"))
    stated = pl.coalesce("quantization", "model_quantization")
    own = pl.when(stated.str.contains(rf"(?i)^{PRECISION}$")).then(stated.str.extract(r"(\d+)"))
    return pl.when(own.is_not_null() & (words.list.len() > 0) & ~bits.list.contains(own)).then(
        pl.format("the cell says {}, its row or column {}", words.list.join(" and "), stated)
    )


def _unresolved() -> list[pl.Expr]:
    """A name that the catalogue does not know."""
    return [
        pl.when(pl.col(section).is_not_null() & pl.col(f"{section}_id").is_null()).then(
            pl.format(
                "{} {} is not in the catalogue; {}",
                pl.lit(section), quoted(section), pl.col(f"{section}_candidates").fill_null("nothing is like it"),
            )
        )
        for section in SECTIONS
    ]  # fmt: skip


def _out_of_list() -> list[pl.Expr]:
    """A facet of a list with a value that is not in it."""
    listed = {**{facet: allowed for facet, allowed in FACET_VALUES.items() if allowed}, "derived": ("true", "false")}
    return [
        pl.when(pl.col(facet).is_not_null() & ~pl.col(facet).is_in(list(allowed))).then(
            pl.format("{} is {}, which is none of {}", pl.lit(facet), quoted(facet), pl.lit(", ".join(allowed)))
        )
        for facet, allowed in listed.items()
    ]


def _out_of_range(vocabulary: Vocabulary) -> list[pl.Expr]:
    """A count that is no whole number or out of its range, be it a facet or in a name."""
    out_of_range = [
        reason
        for facet, (low, high) in vocabulary.counts.items()
        for number in [pl.col(facet).cast(pl.Int64, strict=False)]
        for is_said in [pl.col(facet).is_not_null() & ((pl.col(facet) != UNSPECIFIED) | pl.lit(facet != "concurrency"))]
        for reason in (
            pl.when(is_said & number.is_null()).then(
                pl.format("{} is {}, not a whole number", pl.lit(facet), quoted(facet))
            ),
            pl.when(is_said & ~number.is_between(low, high)).then(
                pl.format("{} is {}, outside {} to {}", pl.lit(facet), quoted(facet), pl.lit(low), pl.lit(high))
            ),
        )
    ]
    low, high = vocabulary.counts["count"]
    pieces = pl.col("hardware_count").cast(pl.Int64, strict=False)
    miscounted = pl.when(pieces.is_not_null() & ~pieces.is_between(low, high)).then(
        pl.format(
            "hardware {} counts {} pieces, outside {} to {}", quoted("hardware"), pieces, pl.lit(low), pl.lit(high)
        )
    )
    return [*out_of_range, miscounted]


def _undated(vocabulary: Vocabulary) -> list[pl.Expr]:
    """A day that is none, too early, or yet to come."""
    return [
        reason
        for facet in DAYS
        for day in [day_of(pl.col(facet))]
        for latest in [pl.col("retrieved_on").dt.offset_by("1d" if facet == "observed_on" else "100y")]
        for reason in (
            pl.when(pl.col(facet).is_not_null() & day.is_null()).then(
                pl.format("{} is {}, not a day, month or year", pl.lit(facet), quoted(facet))
            ),
            pl.when(~day.is_between(pl.lit(vocabulary.facets.observed_on.earliest), latest)).then(
                pl.format(
                    "{} is {}, outside {} to {}",
                    pl.lit(facet), quoted(facet), pl.lit(vocabulary.facets.observed_on.earliest), latest,
                )
            ),
        )
    ]  # fmt: skip


def _contradicted(vocabulary: Vocabulary) -> list[pl.Expr]:
    """A word beside the figure that fits only certain values of a facet, beside another."""
    defaults = {"each": "false", "per_user": "false", **BENCHMARK_DEFAULTS}
    return [
        pl.when(
            pl.col("annotation").str.contains(words([word]))
            & pl.col(facet).is_in(allowed).not_().fill_null(facet in defaults and defaults[facet] not in allowed)
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


def _spelled_alike(quantization: str) -> pl.Expr:
    """A quantisation without what its spellings differ by: f16 and FP16, q4_k_m and Q4_K_M."""
    return pl.col(quantization).str.to_uppercase().str.replace(r"^F(?P<bits>16|32)$", "FP$bits")


def day_of(text: pl.Expr) -> pl.Expr:
    """A day, the first of a month, or the first of a year, as precise as it was written."""
    return pl.coalesce(
        text.str.to_date("%Y-%m-%d", strict=False),
        (text + "-01").str.to_date("%Y-%m-%d", strict=False),
        (text + "-01-01").str.to_date("%Y-%m-%d", strict=False),
    )
