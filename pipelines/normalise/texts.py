"""Texts as people see them: whether there is anything to see, and how a reason quotes them."""

import polars as pl

INVISIBLE = r"[\x{00AD}\x{200B}-\x{200F}\x{2060}\x{FEFF}]"
SHOWN = 200
"""Characters of a text that a reason quotes."""


def is_blank(column: str) -> pl.Expr:
    """Whether a text holds nothing to see."""
    return pl.col(column).str.replace_all(INVISIBLE, "").str.strip_chars() == ""


def quoted(column: str, longest: int = SHOWN) -> pl.Expr:
    """A text as it is quoted in a reason: not longer than a line, never null."""
    text = pl.col(column).fill_null("")
    return pl.when(text.str.len_chars() > longest).then(text.str.head(longest) + "…").otherwise(text)
