"""What speaks against the reading of a figure: the first thing is the reason why its cell is refused."""

import polars as pl

from pipelines.normalise.grammar import DIMENSIONLESS, SIGN
from pipelines.normalise.money import DOLLAR
from pipelines.normalise.remarks import DATE, GRADE, UNIT_GOES_ON
from pipelines.normalise.texts import quoted

QUOTED = 100
"""Characters of a text that a reason quotes."""
IN_THOUSANDS = (
    "W",
    "VA",
    "GB",
    "MB",
    "GB/s",
    "MT/s",
    "count",
    "tokens",
    "rpm",
    "mm",
    "TBW",
    "BTU/h",
    "USD/year",
    "USD/month",
)
"""Units of figures that run into thousands, and that no source gives to three decimals."""


def doubts(rows: pl.DataFrame) -> pl.DataFrame:
    """The first thing that speaks against the reading, as `reason`."""
    return rows.with_columns(
        reason=pl.coalesce("money_reason", *_unreadable(), *_written_otherwise(), *_of_another_unit(), *_implausible())
    )


def _unreadable() -> list[pl.Expr]:
    """What is no figure, or more than one reading of it, or leaves something unread."""
    text, rest = quoted("text", QUOTED), pl.col("rest")
    needs_unit = pl.col("canonical").is_null() | ~pl.col("canonical").is_in(DIMENSIONLESS)
    in_words = pl.col("canonical").fill_null("any unit")
    is_unread = pl.col("unread") != ""
    is_word = _next_word().is_not_null() & ~rest.str.contains(r"\p{N}")
    return [
        pl.when(pl.col("text").str.contains(GRADE)).then(pl.format("'{}' is a grade, not a figure", text)),
        pl.when(pl.col("text").str.contains(DATE)).then(pl.format("'{}' is a date, not a figure", text)),
        pl.when(pl.col("figures").is_null()).then(pl.format("'{}' does not start with a figure", text)),
        pl.when(rest.is_null()).then(pl.format("'{}' is left over behind the figure", quoted("behind", QUOTED))),
        pl.when(pl.col("lead").str.count_matches(SIGN) > 1).then(pl.lit("more than one sign before the figure")),
        pl.when(~((pl.col("shape") == "#") | pl.col("is_range") | pl.col("is_sum"))).then(
            pl.format("'{}' is neither a figure nor a range nor a sum", quoted("figures", QUOTED))
        ),
        pl.when(
            pl.col("lead").str.contains("+", literal=True)
            & (pl.col("canonical").is_not_null())
            & ~(pl.col("range_low") < 0)
        ).then(pl.lit("a plus before the figure makes it an addition to something else")),
        pl.when(pl.col("is_sum") & ~pl.col("each_has_unit")).then(pl.lit("a sum needs a unit on each figure")),
        pl.when(rest.str.contains(UNIT_GOES_ON)).then(
            pl.format("'{}' changes the unit, unread", quoted("rest", QUOTED).str.strip_chars())
        ),
        pl.when(is_unread & (~is_word | ~pl.col("is_bare").fill_null(False) | ~needs_unit)).then(
            pl.format(
                "'{}' is left unread and could change the figure: split the cell, extract the figure, or let [remarks] "
                "in data/vocabulary.toml say that '{}' is harmless",
                quoted("remark", QUOTED).str.strip_chars(),
                quoted("unread", QUOTED),
            )
        ),
        pl.when(pl.col("any_unknown")).then(
            pl.when(pl.col("unknown_unit") == "")
            .then(pl.format("no unit, where {} is needed", in_words))
            .otherwise(pl.format("'{}' is no unit of {}", "unknown_unit", in_words))
        ),
    ]


def _written_otherwise() -> list[pl.Expr]:
    """A figure that may be another one in another country's writing, or no count."""
    return [
        pl.when(
            pl.col("locale").is_null()
            & (
                pl.col("maybe_thousands")
                | (
                    pl.col("three_decimals")
                    & pl.col("canonical").is_in(IN_THOUSANDS)
                    & (pl.col("value_low") * 1000 <= pl.col("range_high"))
                )
            )
        ).then(
            pl.lit(
                "three decimals may be thousands written with a point: let the source declare its locale "
                "('decimal comma' or 'decimal point')"
            )
        ),
        pl.when(
            (pl.col("canonical") == "count")
            & ~pl.col("may_have_fractions")
            & (
                (pl.col("value_low") != pl.col("value_low").floor())
                | (pl.col("value_high") != pl.col("value_high").floor())
            )
        ).then(pl.lit("a count has no fraction")),
    ]


def _of_another_unit() -> list[pl.Expr]:
    in_words = pl.col("canonical").fill_null("any unit")
    return [
        pl.when(pl.col("units_differ")).then(pl.lit("the figures have different units")),
        pl.when(pl.col("unread") != "").then(
            pl.format("'{}' is no known unit of {}", _next_word().fill_null(""), in_words)
        ),
    ]


def _implausible() -> list[pl.Expr]:
    """An interval that cannot be meant, or that no such thing has."""
    return [
        pl.when(pl.col("at_least") & pl.col("at_most")).then(pl.lit("both at least and at most")),
        pl.when(pl.col("is_negative") & (pl.col("is_range") | pl.col("is_sum"))).then(
            pl.lit("a minus before a range or a sum can mean two things")
        ),
        pl.when(pl.col("value_low") > pl.col("value_high")).then(
            pl.format("the range runs backwards, from {} to {}", _number("value_low"), _number("value_high"))
        ),
        pl.when(
            ((pl.col("value_low") < pl.col("range_low")) | (pl.col("value_high") > pl.col("range_high")))
            & (pl.col("currency").fill_null(DOLLAR) == DOLLAR)
        ).then(
            pl.format(
                "{} is outside the plausible range {} to {} {}",
                pl.when(pl.col("value_low") < pl.col("range_low"))
                .then(_number("value_low"))
                .otherwise(_number("value_high")),
                _number("range_low").fill_null("any"),
                _number("range_high").fill_null("any"),
                pl.col("unit").fill_null(""),
            ).str.strip_chars()
        ),
    ]


def _next_word() -> pl.Expr:
    return pl.col("rest").str.extract(r"^\s?(\p{L}[^\s(),;]*)").str.head(QUOTED)


def _number(column: str) -> pl.Expr:
    """A number as people write it: 5000 rather than 5000.0."""
    return pl.col(column).cast(pl.String).str.replace(r"\.0$", "")
