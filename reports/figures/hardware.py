"""The page on hardware: memory, bandwidth and what they cost, which model fits where, and how far bandwidth explains
speed."""

from typing import Any

import altair as alt
import polars as pl

from figures.answers import with_links
from figures.look import speeds, theme
from figures.look.charts import Chart
from figures.look.placing import names
from figures.look.prose import Markdown, sentence, usd
from figures.look.tables import label, money_interval, number, table
from figures.look.web import Block
from figures.look.wording import counted, distinct, listed
from figures.sql import query, source

CARDS = "from memory_prices order by memory_bandwidth_gb_s desc nulls last, memory_gb desc nulls last, item, state"
FIT = "from model_fit where home = $home order by memory_gb desc, name, id, params_b, bits_per_weight"
SPEEDS = """
    from speed_claims
    where concurrency = 1
        and ceiling_tok_s is not null
    order by bandwidth_gb_s, benchmark_id
"""
CONTEXT = "from assumptions where name = 'context_tokens'"
SHORT = "^(NVIDIA GeForce|NVIDIA|AMD Radeon|Apple) | (Generation|Blackwell)"
GUIDES = (1, 2, 5, 10, 20)
WORDS = ("fits", "with offload", "only with offload", "does not fit")
GLYPHS = {"fits": "●", "with offload": "◐", "only with offload": "◌", "does not fit": "–"}
FILLS = dict(zip(WORDS, (theme.RAMP[4], theme.RAMP[2], theme.RAMP[1], theme.RAMP[0]), strict=True))
ASKED = ("70B", "Q4_K_M")
"""The class of models and the quantisation that the titles of the heat maps speak of."""


def cards() -> pl.DataFrame:
    """Rows of CARDS with short names, used pieces marked."""
    rows = query(CARDS).with_columns(
        family=theme.family("hardware_id"), short=pl.col("item").str.replace_all(SHORT, "")
    )
    used = pl.col("state") == "used"
    return rows.with_columns(short=pl.when(used).then(pl.format("{}, used", "short")).otherwise("short"))


def lead() -> Markdown:
    """The page's first sentences: the cheapest memory, the cheapest and the fastest bandwidth."""
    rows = cards()
    by_gb, by_gb_s = _cheapest("usd_per_gb_mid"), _cheapest("usd_per_gb_s_mid")
    return sentence(
        "Tokens are read out of memory: how much of it there is decides which model fits, and its bandwidth how fast "
        "one comes out. The cheapest gigabyte is that of the **{memory}** at {per_gb}; the cheapest bandwidth that of "
        "the **{bandwidth}** at {per_gb_s} for a gigabyte a second; the fastest memory that of the **{fastest}**, "
        "{speed} GB/s.",
        memory=by_gb["short"],
        per_gb=usd(by_gb["usd_per_gb_mid"]),
        bandwidth=by_gb_s["short"],
        per_gb_s=usd(by_gb_s["usd_per_gb_s_mid"]),
        fastest=rows["short"][0],
        speed=f"{rows['memory_bandwidth_gb_s'][0]:,.0f}",
    )


def _cheapest(column: str) -> dict[str, Any]:
    return cards().filter(pl.col(column).is_not_null()).sort(column).row(0, named=True)


def bandwidth_chart() -> Chart:
    """Best current price of each card and system against its memory bandwidth."""
    rows = cards().filter(pl.col("usd_per_gb_s_mid").is_not_null()).sort("usd_per_gb_s_mid")
    best = rows.row(0, named=True)
    fastest = cards()["item"][0]
    return Chart(
        _bandwidth_marks(rows),
        title=f"Bandwidth is cheapest in the {best['short']}: {usd(best['usd_per_gb_s_mid'])} for a gigabyte a second",
        description="Scatter plot on logarithmic axes of price against memory bandwidth for "
        f"{rows['hardware_id'].n_unique()} cards and systems, with lines of equal price for bandwidth. The cheapest "
        f"for its bandwidth is {best['item']}, the fastest {fastest}.",
        source=source(CARDS),
        example=best,
    )


def _bandwidth_marks(rows: pl.DataFrame) -> Any:
    x_ends = theme.room(rows["memory_bandwidth_gb_s"].min(), rows["memory_bandwidth_gb_s"].max())
    y_ends = theme.room(rows["price_low_usd"].min(), rows["price_high_usd"].max())
    lines = theme.slopes({f"${rate} per GB/s": rate for rate in GUIDES}, x_ends, y_ends)
    x = alt.X(
        "x:Q",
        title="Memory bandwidth, GB/s",
        scale=theme.log_scale(*x_ends),
        axis=theme.log_axis(*x_ends, format=",.0f", grid=False),
    )
    y = alt.Y(
        "y:Q",
        title="Price, USD",
        scale=theme.log_scale(*y_ends),
        axis=theme.log_axis(*y_ends, format="$,.0f", grid=False),
    )
    guides = (
        alt.Chart(lines)
        .mark_line(color=theme.HAIRLINE, strokeWidth=1.5, strokeDash=[4, 4])
        .encode(x=x, y=y, detail=alt.Detail("line:N"))
    )
    guide_names = (
        alt.Chart(lines.filter(pl.col("end") == "high"))
        .mark_text(align="right", baseline="bottom", dx=-4, dy=-2, fontSize=11, color=theme.MUTED)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"), text=alt.Text("line:N"))
    )
    plot = alt.Chart(rows).encode(x=alt.X("memory_bandwidth_gb_s:Q"))
    color = alt.Color("family:N", scale=theme.family_color(rows["family"]), title=None)
    spans = plot.mark_rule(strokeWidth=5, opacity=0.35, strokeCap="round").encode(
        y=alt.Y("price_low_usd:Q"), y2=alt.Y2("price_high_usd:Q"), color=color
    )
    points = plot.mark_point(size=90, strokeWidth=2).encode(
        y=alt.Y("price_mid_usd:Q"),
        color=color,
        stroke=alt.Stroke("family:N", scale=theme.family_color(rows["family"]), title=None),
        fillOpacity=alt.condition("datum.state == 'used'", alt.value(0), alt.value(1)),
        shape=alt.Shape("family:N", scale=theme.family_shape(rows["family"]), title=None),
        tooltip=[
            alt.Tooltip("item", title="Item"),
            alt.Tooltip("price_of", title="Price is"),
            alt.Tooltip("price_low_usd", title="Price, low", format="$,.0f"),
            alt.Tooltip("price_high_usd", title="Price, high", format="$,.0f"),
            alt.Tooltip("memory_gb", title="Memory, GB"),
            alt.Tooltip("memory_bandwidth_gb_s", title="Bandwidth, GB/s", format=",.0f"),
        ],
    )
    labels = names(rows, "memory_bandwidth_gb_s", "price_mid_usd", "short", x_ends, y_ends, 420)
    return alt.layer(guides, guide_names, spans, points, *labels, height=420)


def cards_table() -> Block:
    """Accelerators and systems with memory, bandwidth, power and what a gigabyte costs."""
    return table(
        cards(),
        [
            label("item", "Item"),
            number("memory_gb", "Memory", "GB", digits=0).noted("memory_remark"),
            number("memory_bandwidth_gb_s", "Bandwidth", "GB/s", digits=0),
            number("tdp_w", "TDP", "W", digits=0),
            money_interval("price_low_usd", "price_high_usd", "Price").noted("price_of"),
            money_interval("usd_per_gb_low", "usd_per_gb_high", "For a GB"),
            money_interval("usd_per_gb_s_low", "usd_per_gb_s_high", "For a GB/s"),
        ],
        caption="Accelerators and systems",
        missing="missing",
        searchable=True,
        source=source(CARDS),
    )


def holes() -> Markdown | None:
    """What is in the table but not in the chart, for want of a bandwidth or a price; None if nothing is."""
    rows = cards()
    lacking = [
        rows.filter((pl.col("state") == "new") & pl.col(column).is_null())["short"].to_list()
        for column in ("memory_bandwidth_gb_s", "price_mid_usd")
    ]
    if not any(lacking):
        return None
    return sentence(
        "No source states the bandwidth of {bandwidth}, nor a price of {price}: they are in the table, but not in the "
        "chart.",
        bandwidth=listed(lacking[0], most=8) or "none of them",
        price=listed(lacking[1], most=8) or "none of them",
    )


def fit(home: str) -> pl.DataFrame:
    """Rows of FIT for single cards or for systems, with the class that each model stands for."""
    classes = dict(query("select model_id, class from model_classes").iter_rows())
    rows = query(FIT, home=home).with_columns(
        size=pl.col("model_id").replace_strict(classes, default=pl.col("model_id")),
        short=pl.col("name").str.replace_all(SHORT, ""),
    )
    return distinct(rows, "short", "id")


def fit_note() -> Markdown:
    """How to read the heat maps."""
    return sentence(
        "A model needs its weights, the key-value cache of {context} tokens and some overhead; numbers under each "
        "model are bits of a weight. ● fits into the memory of the accelerators. ◐ fits with the rest in the memory of "
        "the host, which makes it many times slower. ◌ would take a host with enough memory, and how much this one has "
        "is not stated. – does not fit whole (of a card: without a host to lend it memory).",
        context=f"{query(CONTEXT)['value'].item():,.0f}",
    )


def fit_chart(home: str) -> Chart:
    """Which model fits where, single cards or systems, by bits of a weight."""
    rows = fit(home)
    sizes = rows.sort("params_b")["size"].unique(maintain_order=True).to_list()
    asked = rows.filter(pl.col("size") == ASKED[0], pl.col("quantization") == ASKED[1])
    holding = asked.filter(pl.col("fit") == "fits")["short"].to_list()
    wanted = f"A {ASKED[0]} model at {ASKED[1]}"
    if home == "card":
        title = (
            f"{wanted} fits whole on {counted(len(holding), 'card')}: {listed(holding, most=4)}"
            if holding
            else f"{wanted} fits on no single card"
        )
    else:
        title = f"{wanted} fits into the accelerators of {len(holding)} of {asked.height} systems"
    return Chart(
        _fit_marks(rows, sizes),
        title=title,
        description=f"Heat map of {rows['id'].n_unique()} {home}s by {len(sizes)} sizes of model and bits of a weight, "
        f"most memory first. {wanted} fits on {listed(holding, most=9) or 'none'}.",
        source=source(FIT, home=home),
        example=rows.row(0, named=True),
    )  # fmt: skip


def _fit_marks(rows: pl.DataFrame, sizes: list[str]) -> Any:
    cells = rows.with_columns(
        column=pl.col("size") + " " + pl.col("quantization"),
        glyph=pl.col("fit").replace_strict(GLYPHS),
        bits=pl.col("bits_per_weight").round(0).cast(pl.Int64).cast(pl.String),
        row=pl.format("{} GB: {}", pl.col("memory_gb").round(0).cast(pl.Int64), "short"),
    )
    columns, heads = _fit_columns(cells, sizes)
    pairs = cells.select("column", "bits").unique(maintain_order=True).iter_rows()
    shown = " : ".join(f"datum.label == '{column}' ? '{bits}'" for column, bits in pairs)
    axis = alt.Axis(orient="top", labelAngle=0, labelExpr=f"{shown} : ''", labelOverlap=False, domain=False)
    order = cells["row"].unique(maintain_order=True).to_list()
    kept = cells.select(
        "row", "column", "glyph", "fit", "needed_gb", "name", "memory_gb", "host_gb", "model_id", "quantization"
    )
    base = alt.Chart(kept).encode(
        x=alt.X("column:N", title=None, scale=alt.Scale(domain=columns, paddingInner=0.06), axis=axis),
        y=alt.Y("row:N", sort=order, title=None),
    )
    present = [word for word in WORDS if word in set(rows["fit"])]
    fills = alt.Scale(domain=present, range=[FILLS[word] for word in present])
    squares = base.mark_rect(cornerRadius=2).encode(
        color=alt.Color("fit:N", title=None, scale=fills, legend=None),
        tooltip=[
            alt.Tooltip("name", title="On"),
            alt.Tooltip("model_id", title="Model"),
            alt.Tooltip("quantization", title="Quantisation"),
            alt.Tooltip("fit", title="It"),
            alt.Tooltip("needed_gb", title="Needs, GB", format=",.0f"),
            alt.Tooltip("memory_gb", title="Has, GB", format=",.0f"),
            alt.Tooltip("host_gb", title="Host memory, GB", format=",.0f"),
        ],
    )
    marks = base.mark_text(fontSize=13).encode(
        text=alt.Text("glyph:N"),
        color=alt.condition("datum.fit == 'fits'", alt.value(theme.PAPER), alt.value(theme.INK)),
    )
    names_above = (
        alt.Chart(heads)
        .mark_text(fontWeight=600, fontSize=12, baseline="bottom")
        .encode(x=alt.X("column:N"), y=alt.value(-26), text=alt.Text("size:N"))
    )
    return alt.layer(squares, marks, names_above, width=alt.Step(25), height=alt.Step(22))


def _fit_columns(cells: pl.DataFrame, sizes: list[str]) -> tuple[list[str], pl.DataFrame]:
    """The columns with a gap between models, and where each model's name is."""
    columns: list[str] = []
    heads = []
    for size in sizes:
        of_size = cells.filter(pl.col("size") == size).sort("bits_per_weight")
        present = of_size["column"].unique(maintain_order=True).to_list()
        if columns:
            columns.append(f"{size} gap")
        columns += present
        heads.append({"column": present[len(present) // 2], "size": size})
    return columns, pl.DataFrame(heads)


def largest_table() -> Block:
    """The largest model that each system holds without offload, by quantisation."""
    rows = fit("system")
    order = rows.sort("bits_per_weight")["quantization"].unique(maintain_order=True).to_list()
    largest = (
        rows.filter(pl.col("fit") == "fits")
        .group_by("id", "quantization", maintain_order=True)
        .agg(pl.col("size").sort_by("params_b").last())
        .pivot(on="quantization", index="id", values="size")
    )
    shown = (
        rows.select("id", "name", "memory_gb", "host_gb", "doubt")
        .unique("id", keep="first", maintain_order=True)
        .join(largest, on="id", how="left", maintain_order="left")
        .with_columns(build_id="id", missing=pl.lit("none of these sizes, or not known"))
    )
    return table(
        with_links(shown),
        [
            label("name", "System").linked("system_link").noted("doubt"),
            number("memory_gb", "Accelerators", "GB", digits=0),
            number("host_gb", "Host", "GB", digits=0),
            *(label(quantization, quantization) for quantization in order if quantization in shown.columns),
        ],
        caption="Largest model by system",
        missing="missing",
        searchable=True,
        source=source(FIT, home="system"),
    )


def speed_chart() -> Chart:
    """Claimed speed of one sequence against the bandwidth at which the weights can be read."""
    rows = query(SPEEDS).with_columns(
        limit=pl.when(pl.col("verdict").is_in(["impossible", "partly"]))
        .then(pl.lit("beyond its limit"))
        .otherwise(pl.lit("within memory's limit"))
    )
    beyond = rows.filter(pl.col("verdict").is_in(["impossible", "partly"])).height
    return Chart(
        speeds.against_bandwidth(rows),
        title=f"Bandwidth sets the pace, and {beyond} of {rows.height} claimed speeds outrun it",
        description=f"Scatter plot on logarithmic axes of {rows.height} claimed single-sequence speeds against memory "
        f"bandwidth, with lines for {listed(speeds.TOKEN_GB, most=4)} GB read a token. {beyond} claims, drawn as "
        "crosses, are above what memory allows.",
        source=source(SPEEDS),
        example=rows.row(0, named=True),
    )
