"""Conditions and templates of feed declarations as expressions over columns of text.

A condition: `= text`, `!= text`, `> 0`, `>= 0`, `< 0`, `<= 0`, `~ regular expression`, `!~ …`, `missing`, `present`. A
field that the records do not have is missing.
"""

import re
from collections.abc import Mapping, Sequence
from functools import reduce
from operator import and_
from typing import Any

import polars as pl

from pipelines.errors import ContractError


def matching(when: Mapping[str, Any], columns: Sequence[str]) -> pl.Expr:
    """Whether all conditions hold for a record."""
    terms = [
        _term(field, condition, columns)
        for field, stated in when.items()
        for condition in (stated if isinstance(stated, list) else [stated])
    ]
    return reduce(and_, terms, pl.lit(True))


def _term(field: str, condition: str, columns: Sequence[str]) -> pl.Expr:
    cell = pl.col(field) if field in columns else pl.lit("")
    sign, _, operand = condition.partition(" ")
    number = cell.cast(pl.Float64, strict=False)
    if sign == "missing":
        return cell == ""
    if sign == "present":
        return cell != ""
    if sign in ("=", "!="):
        other = pl.col(operand[1:-1]) if operand.startswith("{") and operand[1:-1] in columns else pl.lit(operand)
        return cell == other if sign == "=" else cell != other
    if sign in ("~", "!~"):
        found = cell.str.contains(operand)
        return found if sign == "~" else ~found
    comparisons = {">": number.__gt__, ">=": number.__ge__, "<": number.__lt__, "<=": number.__le__}
    if sign in comparisons and re.fullmatch(r"-?[0-9.]+", operand):
        return comparisons[sign](float(operand)).fill_null(False)
    raise ContractError(f"The condition {condition!r} of {field!r} is not understood.", "See data/feeds/README.md.")


def template(text: str, columns: Sequence[str]) -> pl.Expr:
    """A text with `{field}` in it, or `{field|expression with a group}` for a part of one; what is missing is blank
    there."""
    pieces = re.split(r"\{([^{}|]+(?:\|[^{}]+)?)\}", text)
    parts = [pl.lit(piece) if n % 2 == 0 else _filled(piece, columns) for n, piece in enumerate(pieces) if piece]
    return pl.concat_str(parts) if parts else pl.lit("")


def _filled(piece: str, columns: Sequence[str]) -> pl.Expr:
    field, _, part = piece.partition("|")
    if field not in columns:
        return pl.lit("")
    return pl.col(field).str.extract(part, 1).fill_null("") if part else _whole(field)


def _whole(column: str) -> pl.Expr:
    """A field; a whole number without its decimals (80.0 as 80)."""
    return pl.col(column).str.replace(r"^(\d+)\.0+$", "$1")
