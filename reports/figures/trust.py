"""The page on trust: what the sources claim, computed again; speeds against memory; where sources contradict each
other."""

from typing import Any

import altair as alt
import polars as pl

from figures.look import speeds, theme
from figures.look.charts import Chart
from figures.look.prose import Markdown, percent, sentence
from figures.look.tables import label, number, table
from figures.look.web import Block, key_figures
from figures.look.wording import counted, spans
from figures.sql import query, source, source_of

SCORECARD = "from quality_summary order by claims_differ desc, source_id"
VERDICTS = "from claim_verdicts order by source_id, verdict"
SUMMARY = "from trust_summary order by differ_percent desc nulls last, source_id"
BY_TIMES = "from claim_list where rank_by_times <= 12 order by rank_by_times"
BY_USD = "from claim_list where rank_by_usd <= 12 order by rank_by_usd"
CLAIMS = "from claim_list order by source_id, raw_file, raw_row, claim_id"
ROOFLINE = "from speed_claims where verdict <> 'not computable' order by ratio_high desc, benchmark_id"
IMPOSSIBLE = "from speed_claims where verdict in ('impossible', 'partly') order by ratio_high desc, benchmark_id"
UNJUDGED = "from speed_claims where verdict = 'not computable' order by benchmark_id"
EFFICIENCY = """
    from speed_claims
    where verdict in ('plausible', 'at ceiling')
        and efficiency_class is not null
        and concurrency = 1
    order by efficiency_class, percent_of_ceiling, benchmark_id
"""
CONFLICTS = "from conflicts order by ratio desc nulls last, subject, attribute, conditions"
FILES = "from raw_files order by source_id, raw_file"

VERDICT_LOOKS = {
    "agrees": "var(--measured)",
    "rounding": "var(--stated)",
    "differs": "var(--impossible)",
    "not recomputable": "var(--other)",
}
KINDS = {
    "one_gpu": "one card",
    "multi_gpu_nvlink": "several, with NVLink",
    "multi_gpu_pcie": "several, over PCIe",
    "unified_memory": "unified memory",
    "host_offload": "partly in host memory",
}


def _total() -> dict[str, Any]:
    return query(SUMMARY).filter("is_total").row(0, named=True)


def _worst() -> dict[str, Any] | None:
    rows = query(SUMMARY).filter(~pl.col("is_total"), pl.col("differ_percent").is_not_null())
    return rows.row(0, named=True) if rows.height else None


def lead() -> Markdown:
    """The page's first sentences: how many figures come out differently, how many speeds are too fast."""
    total = _total()
    contradictions = query(CONFLICTS).filter(pl.col("nature") == "contradiction").height
    return sentence(
        "Of {checked} that can be computed again from their own source, **{claims_differ} come out differently**. "
        "**{speeds_impossible} of {speeds_checked}** speeds are more than memory can deliver, {speeds_partly} more are "
        "at their high end. {disputes} readings contradict "
        "each other outright.",
        checked=counted(total["claims_checked"], "figure"),
        disputes=counted(contradictions, "time").capitalize(),
        **{name: total[name] for name in ("claims_differ", "speeds_impossible", "speeds_partly", "speeds_checked")},
    )


def figures() -> Block:
    """The headline figures."""
    total, worst = _total(), _worst()
    files = query(FILES)
    shown = [
        (
            "Other than their own figures give",
            f"{total['claims_differ']} of {total['claims_checked']}",
            percent(total["differ_percent"]),
        ),
        (
            "Beyond what memory allows",
            f"{total['speeds_impossible']} of {total['speeds_checked']}",
            "of the speeds that can be held against it",
        ),
    ]
    if worst:
        of = f"{worst['claims_differ']} of {worst['claims_checked']} claims of “{worst['title']}”"
        shown.append(("Most often wrong", percent(worst["differ_percent"]), of))
    shown.append(
        (
            "Cells that could not be read",
            f"{files['rejected'].sum():,} of {files['cells'].sum():,}",
            "each with its reason in rejected_rows",
        )
    )
    return key_figures(shown) + source_of("trust_summary").trace(total)


def verdicts_chart() -> Chart:
    """What became of each source's derived figures."""
    rows = query(VERDICTS)
    total, worst = _total(), _worst()
    order = rows.sort("claims_of_source", descending=True)["title"].unique(maintain_order=True).to_list()
    present = [word for word in VERDICT_LOOKS if word in set(rows["verdict"])]
    ranks = {word: place for place, word in enumerate(VERDICT_LOOKS)}
    base = alt.Chart(rows.with_columns(rank=pl.col("verdict").replace_strict(ranks, default=9))).encode(
        y=alt.Y("title:N", sort=order, title=None),
        x=alt.X("claims:Q", title="Claims", stack="zero"),
        order=alt.Order("rank:Q"),
    )
    bars = base.mark_bar(height=20, stroke=theme.PAPER, strokeWidth=1).encode(
        color=alt.Color(
            "verdict:N", title=None, scale=alt.Scale(domain=present, range=[VERDICT_LOOKS[word] for word in present])
        ),
        tooltip=[
            alt.Tooltip("title", title="Source"),
            alt.Tooltip("verdict", title="Verdict"),
            alt.Tooltip("claims", title="Claims"),
        ],
    )
    said = "No source derives a figure that can be checked"
    if worst:
        said = (
            f"{percent(total['differ_percent'])} of the figures that can be checked come out differently; "
            f"“{worst['title']}” is worst with {worst['claims_differ']} of {worst['claims_checked']}"
        )
    return Chart(
        bars.properties(height=alt.Step(34)),
        title=said,
        description=f"Stacked bars of the verdicts on {total['claims_checked']} recomputed and "
        f"{total['claims'] - total['claims_checked']} other claims for {len(order)} sources.",
        source=source(VERDICTS),
        example=rows.row(0, named=True),
    )


def scorecard() -> Block:
    """What was read from each source and how its claims held up."""
    titles = dict(query("select source_id, title from sources").iter_rows())
    rows = query(SCORECARD)
    return table(
        rows.with_columns(
            title=pl.col("source_id").replace_strict(titles),
            of_speeds=pl.format("{} could not be checked", "speeds_not_computable"),
            undated=pl.when(pl.col("prices_without_day") > 0).then(pl.format("{} undated", "prices_without_day")),
            missing=pl.when(pl.col("prices") == 0)
            .then(pl.lit("it states no price"))
            .otherwise(pl.lit("its prices have no day")),
        ),
        [
            label("title", "Source").noted("source_id"),
            number("cells", "Cells", digits=0),
            number("observations", "Read", digits=0),
            number("rejected_cells", "Rejected", digits=0),
            number("claims_agree", "Agree", digits=0),
            number("claims_rounding", "Rounding", digits=0),
            number("claims_differ", "Differ", digits=0),
            number("claims_not_recomputable", "Open", digits=0),
            number("speeds_impossible", "Impos\u00adsible", "speeds", digits=0).noted("of_speeds"),
            number("contradictions", "Contra\u00addictions", digits=0),
            number("median_price_days", "Price age", "days", digits=0).noted("undated"),
        ],
        caption="Scorecard of the sources",
        missing="missing",
        source=source(SCORECARD),
    )


def widest() -> Markdown:
    """The claim that is furthest off."""
    rows = query(BY_TIMES)
    if not rows.height:
        return sentence("No claim differs from what its source's own figures give.")
    first = rows.row(0, named=True)
    return sentence(
        "The widest off is {subject}, {what}: the source says {cell}, its own figures give {arithmetic}. A claim is "
        "checked with the formula and the figures of its own document, so a difference is the document's own.",
        **{name: first[name] for name in ("subject", "what", "cell", "arithmetic")},
    )


def claims_table(sql: str, caption: str) -> Block:
    """Claims with the arithmetic and the cell of each."""
    rows = query(sql).with_columns(stated_in=pl.format("{}: {}", "cell", "place"))
    rows = spans(rows, "stated_low", "stated_high", "unit", "stated")
    rows = spans(rows, "recomputed_low", "recomputed_high", "unit", "recomputed")
    return table(
        rows,
        [
            label("subject", "About").noted("what"),
            label("stated", "Stated").noted("stated_in"),
            label("recomputed", "Comes to").noted("arithmetic"),
            number("off_percent", "Off by", "percent", digits=1),
            label("verdict", "Verdict"),
        ],
        caption=caption,
        missing="missing",
        source=source(sql),
    )


def roofline_chart() -> Chart:
    """Claimed speeds against the ceiling that memory bandwidth sets."""
    rows = query(ROOFLINE)
    beyond = rows.filter(pl.col("verdict").is_in(["impossible", "partly"]))
    said = f"None of {rows.height} claimed speeds is above what memory bandwidth allows"
    if beyond.height:
        said = (
            f"{beyond.height} of {rows.height} claimed speeds are above what memory bandwidth allows, in part or in "
            f"full, the worst {beyond['ratio_high'].max():.1f} times"
        )
    return Chart(
        speeds.against_ceiling(rows),
        title=said,
        description=f"Scatter plot on logarithmic axes of {rows.height} claimed speeds against their ceiling, with the "
        f"line where both are equal. {beyond.height} crosses and triangles are above the line.",
        source=source(ROOFLINE),
        example=rows.row(0, named=True),
    )


def impossible_table() -> Block | Markdown:
    """Speeds beyond the ceiling, the furthest first."""
    rows = query(IMPOSSIBLE)
    if not rows.height:
        return sentence("No speed is beyond the ceiling.")
    rows = rows.with_columns(unit=pl.lit("tok/s"), stated_in=pl.format("{}: {}", "cell", "place"))
    rows = spans(
        spans(rows, "claimed_low", "claimed_high", "unit", "claimed"),
        "ceiling_tok_s",
        "ceiling_tok_s",
        "unit",
        "ceiling",
    )
    rows = spans(rows, "layer_split_ceiling_tok_s", "layer_split_ceiling_tok_s", "unit", "in_turn")
    return table(
        rows,
        [
            label("accelerator", "On").noted("cards"),
            label("run", "Model"),
            label("claimed", "Claimed").noted("stated_in"),
            label("ceiling", "Ceiling").noted("assumptions"),
            label("in_turn", "Cards in turn"),
            label("verdict", "Verdict"),
            number("ratio_high", "Claimed over ceiling", "times", digits=1),
        ],
        caption="Speeds beyond the ceiling",
        searchable=True,
        source=source(IMPOSSIBLE),
    )


def unjudged() -> Markdown | None:
    """How many speeds could not be judged, and why; None if all could."""
    rows = query(UNJUDGED)
    if not rows.height:
        return None
    reasons = rows["assumptions"].value_counts(sort=True)
    return sentence(
        "{count} could not be judged: {reasons}.",
        count=counted(rows.height, "more speed").capitalize(),
        reasons="; ".join(f"{count} because {str(why).replace('; ', ' and ')}" for why, count in reasons.iter_rows()),
    )


def efficiency_chart() -> Chart:
    """Claimed speed as a part of its ceiling by class of hardware."""
    rows = query(EFFICIENCY).with_columns(
        kind=pl.col("efficiency_class").replace_strict(KINDS, default=pl.col("efficiency_class"))
    )
    kinds = [word for word in KINDS.values() if word in set(rows["kind"])]
    medians = rows.unique("kind", keep="first", maintain_order=True).select(
        "kind", "efficiency_class", "median_percent"
    )
    single = medians.filter(pl.col("efficiency_class") == "one_gpu")
    scale = alt.Scale(domain=[0, 110], nice=False)
    plot = alt.Chart(rows).encode(
        y=alt.Y("kind:N", sort=kinds, title=None),
        x=alt.X("percent_of_ceiling:Q", title="Percent of the ceiling", scale=scale),
    )
    points = plot.mark_point(size=60, opacity=0.55).encode(
        tooltip=[
            alt.Tooltip("accelerator", title="On"),
            alt.Tooltip("model_id", title="Model"),
            alt.Tooltip("quantization", title="Quantisation"),
            alt.Tooltip("percent_of_ceiling", title="Percent of ceiling", format=".0f"),
            alt.Tooltip("cell", title="The cell says"),
            alt.Tooltip("source_id", title="Source"),
        ],
    )
    ticks = (
        alt.Chart(medians)
        .mark_tick(color=theme.INK, thickness=2.5, size=24)
        .encode(y=alt.Y("kind:N", sort=kinds), x=alt.X("median_percent:Q"))
    )
    said = "Plausible claims as a part of their ceiling"
    if single.height:
        said = (
            f"Plausible claims for one card reach {percent(single['median_percent'].item())} of the ceiling in the "
            "middle"
        )
    return Chart(
        alt.layer(points, ticks, height=alt.Step(38)),
        title=said,
        description="Strip plot of claimed speed as percent of its ceiling by class of hardware, with medians: "
        + "; ".join(
            f"{row['kind']} {row['median_percent']:.0f} percent" for row in medians.sort("kind").iter_rows(named=True)
        )
        + ".",
        source=source(EFFICIENCY),
        example=rows.row(0, named=True),
    )
