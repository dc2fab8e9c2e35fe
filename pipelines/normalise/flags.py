"""Yes, no or partly: from a symbol, a word, or both if they agree."""

import polars as pl

from pipelines.normalise.remarks import annotation_of

YES, NO, PARTLY = "[✅✓✔☑]", "[❌✗✘✖✕☒]", "[⚠]"
AS_PICTURE = r"[\x{FE0E}\x{FE0F}]?"
"""Selector behind a symbol that asks for its coloured or its plain form."""
FLAG_WORD = r"^(?i)(yes|true|supported|no|false|not supported|unsupported|partially|partial)(?:$|[\s,;:.(—])"
DOUBTFUL = r"but|except|unless|until|planned|soon|maybe|perhaps|unclear|rumou?red|expected"
DENIES = rf"(?i)\b(?:no|not|never|none|neither|without|only|disabled|removed|{DOUBTFUL})\b|{NO}|{PARTLY}|\?"
AFFIRMS = rf"(?i)\b(?:yes|{DOUBTFUL})\b|{YES}|{PARTLY}|\?"
"""What behind a yes may make a no of it, and behind a no a yes."""


def read_flags(cells: pl.DataFrame) -> pl.DataFrame:
    """yes, no or partial from a symbol, a word, or both if they agree."""
    symbol = pl.col("text").str.extract(rf"^({YES}|{NO}|{PARTLY})")
    word = pl.col("words").str.extract(FLAG_WORD).str.to_lowercase()
    return (
        cells.with_columns(
            by_symbol=pl.when(symbol.str.contains(YES)).then(pl.lit("yes"))
            .when(symbol.str.contains(NO)).then(pl.lit("no"))
            .when(symbol.is_not_null()).then(pl.lit("partial")),
            words=pl.col("text").str.replace(rf"^(?:{YES}|{NO}|{PARTLY}){AS_PICTURE}\s?", ""),
        )
        .with_columns(
            by_word=pl.when(word.is_in(["yes", "true", "supported"])).then(pl.lit("yes"))
            .when(word.is_in(["partial", "partially"])).then(pl.lit("partial"))
            .when(word.is_not_null()).then(pl.lit("no")),
        )
        .with_columns(
            value_text=pl.coalesce("by_symbol", "by_word"),
            rest=pl.when(pl.col("by_word").is_null()).then("words")
            .otherwise(pl.col("words").str.replace(r"^(?i)(?:not supported|\p{L}+)", "")),
        )
        .with_columns(
            annotation=annotation_of(pl.col("rest")),
            reason=pl.when(pl.col("value_text").is_null())
            .then(pl.format("'{}' says neither yes nor no at its start", "text"))
            .when(pl.col("by_symbol") != pl.col("by_word"))
            .then(pl.format("'{}' says {} and {}", "text", "by_symbol", "by_word"))
            .when(pl.col("rest").str.contains(r"^\s?(?:/|(?i:or)\b)"))
            .then(pl.format("'{}' leaves a choice", "text"))
            .when(
                ((pl.col("value_text") == "yes") & pl.col("rest").str.contains(DENIES))
                | ((pl.col("value_text") == "no") & pl.col("rest").str.contains(AFFIRMS))
            )
            .then(pl.format("'{}' says {}, and more that may change it", "text", "value_text")),
        )
    )  # fmt: skip
