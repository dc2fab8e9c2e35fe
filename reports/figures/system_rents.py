"""A system against renting hour for hour, for its section. Nothing is computed here."""

import polars as pl

from figures.look import tables
from figures.look.prose import payback
from figures.look.wording import counted


def rents_line(rents: pl.DataFrame) -> str:
    known = rents.filter(pl.col("missing").is_null())
    if not known.height:
        return f"Against renting: not known ({counted(rents.height, 'comparison')})"
    back = known.filter(pl.col("pays_back_within_life")).height
    return f"Against renting: pays for itself in {back} of {counted(known.height, 'comparison')}"


def paying(rents: pl.DataFrame) -> pl.DataFrame:
    paid = [
        None
        if row["missing"]
        else payback(row["payback_years_low"], row["payback_years_high"], row["payback_years_mid"] is not None)
        for row in rents.iter_rows(named=True)
    ]
    one = pl.col("comparison") == "one_gpu"
    how = pl.when(one).then(pl.lit("one of it")).otherwise(pl.lit("as many as hold its memory"))
    purchase = pl.col("purchase").replace("unspecified", None).str.replace_all("_", " ")
    return rents.with_columns(
        paid=pl.Series(paid, dtype=pl.String),
        against=pl.concat_str("rented", how, separator=", "),
        terms=pl.concat_str("provider", purchase, "rate_excluded", separator=", ", ignore_nulls=True),
        unpaid=pl.col("missing").fill_null("never, or only in more than 168 hours a week"),
    )


def rents_columns() -> list[tables.Column]:
    return [
        tables.label("against", "Rented").noted("terms"),
        tables.number("rented_gpus", "GPUs", digits=0),
        tables.money_interval("usd_per_hour_low", "usd_per_hour_high", "Rate of one", "USD/h"),
        tables.label("paid", "Pays for itself after"),
        tables.interval(
            "breakeven_hours_per_week_low", "breakeven_hours_per_week_high", "Break-even", "h/week", digits=0
        ),
        tables.money_interval("npv_3yr_usd_low", "npv_3yr_usd_high", "Three-year NPV"),
    ]
