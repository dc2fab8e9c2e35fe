"""The guard before anything is published: a figure far from what its item has, or from all of its kind, is held back.

A pure function of the observations. What an item has is what other sources say of it: older snapshots, or at least two
sources that agree with each other. Where no source says anything, the range of its kind counts. Factors and ranges are
assumptions, each with its reason; a figure that somebody has vouched for (data/releases.csv) is published all the same.
"""

import polars as pl

RELEASE_KEY = ("raw_file", "raw_row", "column_name", "raw_text")
RELEASES = {
    "raw_file": pl.String, "raw_row": pl.Int32, "column_name": pl.String, "raw_text": pl.String,
    "released_by": pl.String, "released_on": pl.Date, "reason": pl.String,
}  # fmt: skip
"""Columns of data/releases.csv."""
QUARANTINED = {
    "source_id": pl.String, "raw_file": pl.String, "raw_row": pl.Int32, "column_name": pl.String, "raw_text": pl.String,
    "observation_id": pl.String, "attribute": pl.String, "hardware_id": pl.String, "model_id": pl.String,
    "value_low": pl.Float64, "value_high": pl.Float64, "known_low": pl.Float64, "known_high": pl.Float64,
    "factor": pl.Float64, "reason": pl.String, "released_by": pl.String, "released_on": pl.Date,
    "released_because": pl.String,
}  # fmt: skip


def no_releases() -> pl.DataFrame:
    """Nothing has been vouched for."""
    return pl.DataFrame(schema=RELEASES)


def quarantine(
    observations: pl.DataFrame, kinds: pl.DataFrame, limits: pl.DataFrame, releases: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The observations that may be published, and what was caught.

    kinds: hardware_id, kind. limits: attribute, kind, low, high, factor. releases: the columns of RELEASES. What was
    caught is in the columns of QUARANTINED; the released ones among them are published and say who released them and
    when.
    """
    guarded = _comparable(observations, kinds, limits)
    caught = pl.concat([_outside_kind(guarded), _far_from_known(guarded)], how="diagonal_relaxed").unique(
        "observation_id", keep="last", maintain_order=True
    )
    key = [pl.col(name) for name in RELEASE_KEY]
    listed = (
        caught.rename({"raw_column": "column_name"})
        .join(
            releases.select(*key, "released_by", "released_on", released_because="reason")
            .unique(RELEASE_KEY, keep="last"),
            on=list(RELEASE_KEY), how="left", nulls_equal=True,
        )
        .select(pl.col(name).cast(dtype) for name, dtype in QUARANTINED.items())
        .sort("raw_file", "raw_row", "column_name", "observation_id")
    )  # fmt: skip
    held = listed.filter(pl.col("released_by").is_null())["observation_id"]
    return observations.filter(~pl.col("observation_id").is_in(held.implode())), listed


def _comparable(observations: pl.DataFrame, kinds: pl.DataFrame, limits: pl.DataFrame) -> pl.DataFrame:
    """The figures that are guarded, for a single piece where they add up over pieces, with what they are compared
    within."""
    each = pl.col("each") | (pl.col("count") == 1)
    pieces = (
        pl.when(pl.col("attribute") == "price")
        .then(pl.col("lot_quantity").fill_null(1))
        .when(pl.col("attribute").is_in(["memory", "memory_bandwidth", "tdp", "usd_per_hour"]) & ~each)
        .then("count")
        .otherwise(1)
    )
    is_speed = pl.col("attribute") == "tokens_per_s"
    return (
        observations.filter(
            pl.col("value_low").is_not_null(),
            pl.col("hardware_id").is_not_null(),
        )
        .join(kinds.select("hardware_id", pl.col("kind").alias("item_kind")), on="hardware_id")
        .join(
            limits.select(
                "attribute", pl.col("kind").alias("item_kind"), "low", "high", pl.col("factor").alias("allowed")
            ),
            on=["attribute", "item_kind"],
        )
        .with_columns(
            mid=(pl.col("value_low") + pl.col("value_high")) / 2 / pieces,
            # the snapshot's day is a folder of the file's path: data/raw/<source>/<day>/<table>.csv
            day=pl.col("raw_file").str.split("/").list.get(-2, null_on_oob=True),
            within=pl.when(is_speed)
            .then(pl.format("{} {} {} {}", "count", pl.col("model_id").fill_null("-"), pl.col("phase").fill_null("-"),
                            pl.col("concurrency").cast(pl.String).fill_null("-")))
            .otherwise(pl.lit("")),
        )
        .filter(pl.col("mid") > 0)
    )  # fmt: skip


def _outside_kind(guarded: pl.DataFrame) -> pl.DataFrame:
    outside = guarded.rename({"low": "known_low", "high": "known_high"}).filter(
        (pl.col("mid") < pl.col("known_low")) | (pl.col("mid") > pl.col("known_high"))
    )
    return outside.with_columns(factor=_times_off()).with_columns(
        reason=pl.format(
            "{} of {} is outside {} to {}, the range of any {}",
            pl.col("attribute").str.replace_all("_", " "), _digits("mid"), _digits("known_low"), _digits("known_high"),
            "item_kind",
        )
    )  # fmt: skip


GROUP = ("hardware_id", "attribute", "within")


def _far_from_known(guarded: pl.DataFrame) -> pl.DataFrame:
    """Figures further than the factor from what older snapshots, or two other sources that agree, say of the same
    item."""
    asked = guarded.drop("low", "high")
    by_file = asked.group_by(*GROUP, "source_id", "day", "allowed").agg(
        pl.col("mid").median().alias("typical"), pl.col("mid").min().alias("least"), pl.col("mid").max().alias("most")
    )
    others = (
        asked.select(*GROUP, "observation_id", "source_id", "day", "mid")
        .join(by_file.rename({"source_id": "other", "day": "other_day"}), on=list(GROUP))
        .filter(pl.col("source_id") != pl.col("other"))
    )
    summed = others.group_by("observation_id").agg(
        pl.col("least").min().alias("known_low"),
        pl.col("most").max().alias("known_high"),
        pl.col("other").n_unique().alias("n_others"),
        (pl.col("other_day") < pl.col("day")).any().alias("is_newer"),
        (pl.col("typical").max() / pl.col("typical").min() <= pl.col("allowed").first()).alias("others_agree"),
        pl.col("least").filter(pl.col("other_day") < pl.col("day")).min().alias("older_low"),
        pl.col("most").filter(pl.col("other_day") < pl.col("day")).max().alias("older_high"),
    )
    told = (
        asked.join(summed, on="observation_id")
        .with_columns(
            known_low=pl.when("is_newer").then("older_low").otherwise("known_low"),
            known_high=pl.when("is_newer").then("older_high").otherwise("known_high"),
        )
        .filter(pl.col("is_newer") | (pl.col("others_agree") & (pl.col("n_others") > 1)))
        .filter(
            (pl.col("mid") * pl.col("allowed") < pl.col("known_low"))
            | (pl.col("mid") > pl.col("known_high") * pl.col("allowed"))
        )
    )
    return told.with_columns(factor=_times_off()).with_columns(
        reason=pl.format(
            "{} of {} is {} times off what is known of {}: {} to {}; up to {} times is let through",
            pl.col("attribute").str.replace_all("_", " "), _digits("mid"), _digits("factor"), "hardware_id",
            _digits("known_low"), _digits("known_high"), _digits("allowed"),
        )
    )  # fmt: skip


def _times_off() -> pl.Expr:
    below = pl.col("mid") < pl.col("known_low")
    return pl.when(below).then(pl.col("known_low") / pl.col("mid")).otherwise(pl.col("mid") / pl.col("known_high"))


def _digits(column: str) -> pl.Expr:
    return pl.col(column).round_sig_figs(4).cast(pl.String).str.replace(r"\.0$", "")


def empty_quarantine() -> pl.DataFrame:
    """Nothing was caught."""
    return pl.DataFrame(schema=QUARANTINED)
