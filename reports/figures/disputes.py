"""The end of the page on trust: where sources contradict each other, and what could not be read."""

import polars as pl

from figures.look.prose import Markdown, sentence
from figures.look.tables import date, label, number, table
from figures.look.web import Block
from figures.look.wording import counted, spans
from figures.sql import query, source

CONFLICTS = "from conflicts order by ratio desc nulls last, subject, attribute, conditions"
FILES = "from raw_files order by source_id, raw_file"
READINGS = """
    from contradictions
    order by ratio desc nulls last, subject, attribute, conditions, value_low, observation_id
"""
REJECTED = "from rejected_rows order by source_id, raw_file, raw_row, column_name"
HELD = "from quarantined_rows order by source_id, raw_file, raw_row, column_name, observation_id"
NEWEST = "from newest_days order by rank"
NATURES = ("contradiction", "overlap")


def conflicts_sentence() -> Markdown:
    """How often the same thing is stated with different values, and of which nature."""
    rows = query(CONFLICTS)
    by_nature = dict(rows["nature"].value_counts().iter_rows())
    return sentence(
        "The same thing is stated with different values {all}: {contradiction} contradict each other outright, "
        "{overlap} are ranges that share a value. What differs by rounding alone, by its unit or by its conditions "
        "(used against new, another day, another link) is not counted.",
        all=counted(rows.height, "time"),
        **{nature: by_nature.get(nature, 0) for nature in NATURES},
    )


def conflicts_table() -> Block:
    """Differing values, contradictions first, and which was taken."""
    ranks = {nature: rank for rank, nature in enumerate(NATURES)}
    rows = query(CONFLICTS).sort(pl.col("nature").replace_strict(ranks, default=9), maintain_order=True)
    rows = spans(rows, "min_value", "max_value", "unit", "values").with_columns(
        values=pl.coalesce("text_values", "values"),
        about=pl.concat_str(
            pl.col("attribute").str.replace_all("_", " "),
            pl.col("conditions").replace("", None),
            separator="; ",
            ignore_nulls=True,
        ),
        kind=pl.col("nature").str.replace_all("_", " "),
        missing=pl.lit("no reading was taken"),
    )
    return table(
        rows,
        [
            label("subject", "About").noted("about"),
            label("kind", "What it is"),
            label("values", "Values"),
            number("ratio", "Ratio", "times", digits=2),
            number("n_readings", "Readings", digits=0),
            number("n_sources", "Sources", digits=0),
            number("chosen_value", "Taken"),
            label("why_chosen", "Because"),
        ],
        caption="Differing values, and which was taken",
        show_caption=True,
        missing="missing",
        searchable=True,
        source=source(CONFLICTS),
    )


def readings_table() -> Block | None:
    """The readings behind each contradiction; None if there is none."""
    rows = query(READINGS)
    if not rows.height:
        return None
    rows = spans(rows, "value_low", "value_high", "unit", "value").with_columns(
        value=pl.coalesce("value_text", "value")
    )
    return table(
        rows,
        [
            label("subject", "About").noted("about"),
            label("value", "Value").noted("remark"),
            date("observed_on", "Day"),
            label("cell", "Cell").noted("place"),
        ],
        caption="The readings behind each contradiction",
        show_caption=True,
        missing="missing",
        searchable=True,
        source=source(READINGS),
    )


def unread() -> Markdown:
    """How many cells were read, and what became of the others."""
    files = query(FILES)
    sums = {name: f"{files[name].sum():,}" for name in ("cells", "empty", "label", "observed", "ignored")}
    return sentence(
        "{rejected} refused. Of {cells} cells {observed} were read, {label} name what a row is about, {empty} are "
        "empty and {ignored} are left out on purpose, each with its reason in `ignored_cells`.",
        rejected=counted(query(REJECTED).height, "reading was", "readings were").capitalize(),
        **sums,
    )


def rejected_table() -> Block | None:
    """Rejected readings with their reasons; None if there is none."""
    rows = query(REJECTED)
    if not rows.height:
        return None
    rows = rows.with_columns(
        cell=pl.format("“{}”", "raw_text"), place=pl.format("{}, row {}, {}", "raw_file", "raw_row", "column_name")
    )
    return table(
        rows,
        [label("source_id", "Source"), label("reason", "Reason"), label("cell", "Cell").noted("place")],
        caption="Rejected readings",
        show_caption=True,
        source=source(REJECTED),
    )


def held_back() -> Markdown:
    """How many figures the guard holds back, and how many somebody vouched for."""
    rows = query(HELD)
    held = rows.filter(pl.col("released_by").is_null()).height
    return sentence(
        "{held} held back because they are far from what is known, and no page but this one shows them; {released} let "
        "through because somebody vouched for them.",
        held=counted(held, "figure is", "figures are").capitalize(),
        released=counted(rows.height - held, "was", "were"),
    )


def quarantined_table() -> Block | None:
    """Figures that were held back or let through, with reasons; None if there is none."""
    rows = query(HELD)
    if not rows.height:
        return None
    by = pl.format("{} on {}: {}", "released_by", "released_on", "released_because")
    rows = rows.with_columns(
        cell=pl.format("“{}”", pl.col("raw_text").fill_null("")),
        place=pl.format("{}, row {}, {}", "raw_file", "raw_row", "column_name"),
        fate=pl.coalesce(by, pl.lit("held back")),
    )
    return table(
        rows,
        [
            label("source_id", "Source"),
            label("reason", "Reason"),
            label("cell", "Cell").noted("place"),
            label("fate", "Fate"),
        ],
        caption="Figures held back, and those that somebody vouched for",
        show_caption=True,
        source=source(HELD),
    )


def newest_table() -> Block:
    """The newest day of each kind of figure, and the day from which its ages count."""
    return table(
        query(NEWEST),
        [
            label("name", "Kind"),
            date("newest_on", "Newest"),
            number("subjects_of_newest_day", "Of that day", "subjects", digits=0),
            number("subjects", "All", "subjects", digits=0),
            date("ages_from", "Ages count from"),
        ],
        caption="The newest day of each kind of figure",
        show_caption=True,
        searchable=False,
        source=source(NEWEST),
    )
