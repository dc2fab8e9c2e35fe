"""The page on prices: what each part and system costs, how old each price is, how it came here, and what has
changed."""

from typing import Any

import altair as alt
import polars as pl

from figures.look import evidence
from figures.look.charts import Chart
from figures.look.prose import Markdown, sentence, usd
from figures.look.tables import date, flag, label, money, money_interval, number, table
from figures.look.web import Block, key_figures
from figures.look.wording import SPELLINGS, counted, listed, spans
from figures.sql import query, source, source_of

CURRENT = "from price_list where is_best order by kind_rank nulls last, item, condition"
ALL = "from price_list order by item, observed_on desc nulls last, condition, observation_id"
SUMMARY = "from price_summary"
AGES = "from price_ages order by kind_rank nulls last, kind, age_days nulls last"
HISTORY = """
    from price_list
    where hardware_id = $hardware_id
        and observed_on is not null
    order by observed_on, condition, price_mid_usd, source_id
"""
MOVES = "from price_moves order by days desc, stated desc, item, condition_rank"
LAST_MOVES = "from price_changes order by change_percent desc nulls last, hardware_id, condition"
CHANGES = "from changes order by what, change_percent desc nulls last, subject, about"

LOOKS = {
    "street": ("var(--measured)", "circle"),
    "new": ("var(--stated)", "triangle-up"),
    "list": ("var(--stated)", "square"),
    "MSRP": ("var(--cloud)", "square"),
    "open box": ("var(--modelled)", "triangle-down"),
    "used": ("var(--modelled)", "diamond"),
}
"""The same look for a kind of price in every chart; a kind that is new here has that of a list price."""
FOLLOWED = 4
KINDS_OF_CHANGE = {
    "system_cost": "cost of a system",
    "cheapest": "cheapest of a class",
    "order": "order of two systems",
    "payback": "payback within its life",
}
RANKINGS = ("cheapest", "order", "payback")


def prices(sql: str, **parameters: Any) -> pl.DataFrame:
    """Rows of price_list with kinds as a reader writes them."""
    return query(sql, **parameters).with_columns(pl.col("kind", "condition").replace(SPELLINGS))


def summary() -> dict[str, Any]:
    """The one row of SUMMARY."""
    return query(SUMMARY).row(0, named=True)


def lead() -> Markdown:
    """The page's first sentences: how many prices there are, and how old."""
    return sentence(
        "**{prices}** of {items}, chosen from {stated}. The newest day in the data is **{as_of}**: {of_newest_day} "
        "prices are of that day, {older_than_half_a_year} are more than half a year older, and **{without_day}** carry "
        "no day at all. Ages count from that day, not from today: the pages were read on {read_on}.",
        prices=counted(summary()["current_prices"], "current price"),
        items=counted(summary()["current_items"], "item"),
        stated=counted(summary()["stated_prices"], "stated one"),
        read_on=query("from sources order by retrieved_on desc limit 1")["retrieved_on"].item(),
        **{name: summary()[name] for name in ("as_of", "of_newest_day", "older_than_half_a_year", "without_day")},
    )


def figures() -> Block:
    """The headline figures."""
    row = summary()
    return key_figures(
        [
            ("Prices as of", row["as_of"], "the newest day that any source gives"),
            ("Median age", f"{row['median_age_days']:,.0f} days", f"of {row['dated']} prices with a day, on that day"),
            ("Oldest price in use", f"{row['oldest_age_days']:,} days", row["oldest_item"]),
            (
                "Day of the price itself",
                f"{row['with_own_day']} of {row['current_prices']}",
                "the others have that of their document, or none",
            ),
        ]
    ) + source_of("price_summary").trace(row)


def preference() -> Markdown:
    """Which kind of price a cost takes first."""
    kinds = query("from price_preference order by rank")["condition"]
    return sentence(
        "A cost of a system takes the first kind that there is of: {kinds}.",
        kinds=listed([SPELLINGS.get(kind, kind.replace("_", " ")) for kind in kinds], most=9),
    )


def ages_chart() -> Chart:
    """How many of the current prices are how old, by kind of item."""
    rows = query(AGES).with_columns(
        pl.col("kind").replace(SPELLINGS),
        age=pl.when(pl.col("age_days").is_null()).then(pl.lit("no day")).otherwise(pl.format("{} days", "age_days")),
        day=pl.col("observed_on").cast(pl.String).fill_null("not stated"),
        written=pl.col("prices").cast(pl.String),
    )
    columns = rows.unique("age", keep="first", maintain_order=True).sort("age_days", nulls_last=True)["age"].to_list()
    cells = alt.Chart(rows).encode(
        x=alt.X("age:N", sort=columns, title="Age", axis=alt.Axis(orient="top", labelAngle=0)),
        y=alt.Y("kind:N", sort=rows["kind"].unique(maintain_order=True).to_list(), title=None),
        tooltip=[
            alt.Tooltip("kind:N", title="Kind"),
            alt.Tooltip("prices:Q", title="Current prices"),
            alt.Tooltip("day:N", title="Day"),
            alt.Tooltip("age:N", title="Age"),
        ],
    )
    row = summary()
    aged = (
        f"{row['of_newest_day']} of {counted(row['current_prices'], 'current price')} are of the newest day, "
        f"{row['older_than_half_a_year']} are older than half a year, {row['without_day']} carry no day"
    )
    return Chart(
        evidence.shaded(cells, "prices", [2, 4, 8, 12, 16]),
        title=aged,
        description=f"Grid of the number of current prices by kind of item and by age: {listed(columns, most=9)}. "
        f"{aged}.",
        note="The age runs to the newest day in the data.",
        source=source(AGES),
        example=rows.row(0, named=True),
    )


def current_table() -> Block:
    """Best price of each item and kind, for one piece."""
    return table(
        prices(CURRENT),
        [
            label("item", "Item").noted("kind"),
            label("condition", "Kind of price"),
            money_interval("price_low_usd", "price_high_usd", "Price").noted("remark"),
            date("observed_on", "Day").noted("day_of"),
            number("age_days", "Age", "days", digits=0),
            label("cell", "Cell").noted("place"),
        ],
        caption="Current prices",
        missing="missing",
        searchable=True,
        source=source(CURRENT),
    )


def history_table() -> Block:
    """Every price that a source states, with the cell that it was read from."""
    return table(
        prices(ALL),
        [
            label("item", "Item"),
            label("condition", "Kind of price"),
            date("observed_on", "Day").noted("fate"),
            money_interval("price_low_usd", "price_high_usd", "Price, one piece"),
            number("lot_quantity", "Pieces", digits=0),
            flag("is_derived", "Derived", yes="by its source", no="stated"),
            label("cell", "Cell").noted("place"),
        ],
        caption="All prices",
        missing="missing",
        searchable=True,
        source=source(ALL),
    )


def history_charts() -> Block | Markdown:
    """The items with prices of the most days, a chart each."""
    followed = query(MOVES).unique("hardware_id", keep="first", maintain_order=True).head(FOLLOWED)
    if not followed.height:
        return sentence("No item has prices of two days yet.")
    said = sentence(
        "The {count} with prices of the most days; {undated} of all {all} prices have no day and are in the table "
        "alone.",
        count=counted(followed.height, "item"),
        undated=summary()["stated_without_day"],
        all=summary()["stated_prices"],
    )
    blocks = [price_chart(row["hardware_id"], row["item"]).block() for row in followed.iter_rows(named=True)]
    return Markdown(f"{said}\n\n{sum(blocks[1:], blocks[0])._repr_markdown_()}")


def _moved(row: dict[str, Any]) -> str:
    kind = SPELLINGS.get(row["condition"], row["condition"].replace("_", " "))
    first, last = usd(row["first_usd"]), usd(row["last_usd"])
    begin, end = f"{row['first_on']:%b %Y}", f"{row['last_on']:%b %Y}"
    limit = "at least " if row["first_bound"] == "at_least" else ""
    if first == last:
        return f"{row['item']}: the {kind} price was {limit}{first} in {begin} and {last} in {end}"
    way = "rose" if row["change_percent"] > 0 else "fell"
    return f"{row['item']}: the {kind} price {way} from {limit}{first} in {begin} to {last} in {end}"


def price_chart(hardware_id: str, item: str) -> Chart:
    """All dated prices of an item by day and kind."""
    rows = prices(HISTORY, hardware_id=hardware_id).with_columns(
        condition=pl.when(pl.col("condition").is_in(list(LOOKS))).then("condition").otherwise(pl.lit("list"))
    )
    first = query(MOVES).filter(pl.col("hardware_id") == hardware_id).row(0, named=True)
    kinds = [kind for kind in LOOKS if kind in set(rows["condition"])]
    return Chart(
        _price_marks(rows, kinds),
        title=_moved(first),
        description=f"Prices of {item} by day, {rows.height} of them, by kind: {listed(kinds, most=6)}. "
        f"{_moved(first)}.",
        note="All dated prices, derived ones too; a bar from the low to the high end, a mark at the middle.",
        source=source(HISTORY, hardware_id=hardware_id),
        example=rows.row(0, named=True),
    )


def _price_marks(rows: pl.DataFrame, kinds: list[str]) -> Any:
    color = alt.Color(
        "condition:N", title="Kind", scale=alt.Scale(domain=kinds, range=[LOOKS[kind][0] for kind in kinds])
    )
    shape = alt.Shape(
        "condition:N", title="Kind", scale=alt.Scale(domain=kinds, range=[LOOKS[kind][1] for kind in kinds])
    )
    kept = rows.select(
        "condition", "observed_on", "price_low_usd", "price_mid_usd", "price_high_usd", "source_id"
    ).unique(maintain_order=True)
    plot = alt.Chart(kept).encode(
        x=alt.X(
            "observed_on:T",
            title="Day",
            axis=alt.Axis(format="%b %Y", tickCount=5),
            scale=alt.Scale(domain=[str(summary()["first_day"]), str(summary()["as_of"])]),
        ),
    )
    axis = alt.Y(
        "price_low_usd:Q",
        title="USD for one piece",
        scale=alt.Scale(zero=False, nice=True),
        axis=alt.Axis(format="$,.0f", tickCount=4),
    )
    spans = plot.mark_rule(strokeWidth=5, opacity=0.35, strokeCap="round").encode(
        y=axis, y2=alt.Y2("price_high_usd:Q"), color=color
    )
    points = plot.mark_point(clip=False).encode(
        y=alt.Y("price_mid_usd:Q"),
        color=color,
        shape=shape,
        tooltip=[
            alt.Tooltip("condition", title="Kind"),
            alt.Tooltip("observed_on", title="Day", format="%Y-%m-%d"),
            alt.Tooltip("price_low_usd", title="Low", format="$,.0f"),
            alt.Tooltip("price_high_usd", title="High", format="$,.0f"),
            alt.Tooltip("source_id", title="Source"),
        ],
    )
    return alt.layer(spans, points, height=190)


def moves_table() -> Block:
    """Each kind of price that is known for two days, the last two days of it."""
    names = dict(query("select hardware_id, name from hardware").iter_rows())
    rows = query(LAST_MOVES).with_columns(
        pl.col("condition").str.replace_all("_", " ").replace(SPELLINGS),
        item=pl.col("hardware_id").replace_strict(names, default=pl.col("hardware_id")),
    )
    return table(
        rows,
        [
            label("item", "Item"),
            label("condition", "Kind"),
            money("previous_mid_usd", "Before").noted("previous_on"),
            money("current_mid_usd", "Now").noted("current_on"),
            number("change_percent", "Change", "percent"),
        ],
        caption="Each kind of price that is known for two days, at the middle, the last two days of it. Two sources "
        "may be behind one change",
        show_caption=True,
        source=source(LAST_MOVES),
    )


def changes_sentence() -> Markdown:
    """What this refresh moved."""
    rows = query(CHANGES)
    if not rows.height:
        return sentence(
            "Nothing changed against the refresh before, or this is the first one. When a new snapshot moves a price, "
            "this section says which prices moved and by how much, which systems cost more or less for it, and whether "
            "the cheapest system, the order of two of them, or a payback changed with it."
        )
    kinds = dict(rows["what"].value_counts().iter_rows())
    rankings = sum(kinds.get(name, 0) for name in RANKINGS)
    return sentence(
        "This refresh moved **{prices}** and the cost of **{costs}**. {effect}",
        prices=counted(kinds.get("price", 0), "price"),
        costs=counted(kinds.get("system_cost", 0), "system"),
        effect=f"{counted(rankings, 'answer')} changed with it: they come first below."
        if rankings
        else "The order of the systems and their paybacks stayed as they were.",
    )


def changes_table() -> Block | None:
    """Each change of this refresh, the answers first; None if there is none."""
    rows = query(CHANGES)
    if not rows.height:
        return None
    rows = spans(
        spans(rows, "before_value", "before_value", "unit", "was"), "after_value", "after_value", "unit", "is"
    ).with_columns(
        kind=pl.col("what").replace(KINDS_OF_CHANGE).str.replace_all("_", " "),
        name=pl.coalesce("name", "subject"),
        about=pl.concat_str("about", "scenario_id", separator=", ").str.replace_all("_", " ").str.strip_chars(", "),
        was=pl.coalesce("before_text", pl.when(pl.col("before_value").is_not_null()).then("was")),
        now=pl.coalesce("after_text", pl.when(pl.col("after_value").is_not_null()).then("is")),
        missing=pl.when(pl.coalesce("before_text", "after_text").is_not_null())
        .then(pl.lit("not a figure"))
        .otherwise(pl.lit("there was none, or there is none any more")),
    )
    return table(
        rows.sort(pl.col("what").is_in(RANKINGS), descending=True, maintain_order=True),
        [
            label("name", "What").noted("about"),
            label("kind", "Kind of change"),
            label("was", "Before"),
            label("now", "Now"),
            number("change_percent", "Change", "percent"),
        ],
        caption="What this refresh changed",
        show_caption=True,
        missing="missing",
        source=source(CHANGES),
    )
