"""The page on method and data: formulas as the database holds them, each with a worked example; assumptions,
dictionary, examples, sources."""

import re
from pathlib import Path

import polars as pl

from figures.answers import answers, assumed, base_scenario, cheapest, with_article
from figures.look import prose
from figures.look.listing import written_out
from figures.look.prose import Markdown, sentence
from figures.look.tables import date, label, number, table
from figures.look.web import Block
from figures.sql import query, source, source_of

QUERIES = Path(__file__).resolve().parents[2] / "queries"

FORMULAS = """
    from duckdb_functions()
    where schema_name = 'main'
        and not internal
        and function_type in ('macro', 'table_macro')
        and comment is not null
    order by function_type, function_name
"""

# The formulas that figures rest on, in the order in which one leads to the next; the others follow by name.
_FIRST = (
    "hours_per_year", "kwh_per_year", "power_usd", "usd_per_mtok", "cloud_usd_per_mtok", "saving_usd_per_year",
    "payback_years", "breakeven_hours_per_week", "roi_percent", "npv_usd", "weights_gb", "memory_needed_gb",
    "decode_ceiling_tok_s",
)  # fmt: skip


RUN = """
    from best_run
    where build_id = $build_id
        and scenario_id = $scenario
        and model_class = $model_class
        and sharing = 'default'
"""


def worked(name: str, comment: str) -> tuple[str, str, str]:
    """A macro's comment without its example, the example's call and what it gives; both empty where there is no
    example."""
    start = comment.rfind(f" {name}(")
    if start < 0:
        return comment, "", ""
    call, sign, result = comment[start + 1 :].rpartition(" = " if " = " in comment[start:] else " is ")
    return (
        (comment[:start].rstrip(), call, result.removesuffix(".")) if call.endswith(")") and sign else (comment, "", "")
    )


def formulas() -> pl.DataFrame:
    """Every formula with what it says, its parameters and its worked example, which a test holds it to."""
    rows = []
    for row in query(FORMULAS).filter(pl.col("function_type") == "macro").iter_rows(named=True):
        said, call, gives = worked(row["function_name"], row["comment"])
        rows.append(
            {
                "formula": row["function_name"],
                "parameters": ", ".join(row["parameters"]),
                "said": said,
                "example": call or None,
                "gives": gives or None,
                "missing": "its comment gives no example",
            }
        )
    place = {name: number for number, name in enumerate(_FIRST)}
    return pl.DataFrame(sorted(rows, key=lambda row: (place.get(row["formula"], len(place)), row["formula"])))


def formula_table() -> Block:
    """The formulas, each worked by calling it."""
    return table(
        formulas(),
        [
            label("formula", "Formula").noted("parameters"),
            label("said", "What it says"),
            label("example", "Example"),
            label("gives", "Gives"),
        ],
        caption="Formulas",
        missing="missing",
        row_id="formula",
        searchable=True,
        source=source(FORMULAS),
    )


def worked_system() -> Markdown:
    """One figure of the Start page put into its formula: the numbers, and what the table holds."""
    scenario = base_scenario()
    found = answers(str(scenario["scenario_id"]))
    best = next((row for name in ("70B", "32B", "8B") if (row := cheapest(found, name)) is not None), None)
    if best is None:
        return Markdown("No system has a known price, power and speed, so that there is nothing to compute.")
    row = query(
        RUN,
        build_id=best["build_id"],
        scenario=scenario["scenario_id"],
        model_class=best["model_class"],
    ).row(0, named=True)
    call = (
        f"usd_per_mtok({row['capex_mid_usd']:g}, {row['watts_mid']:g}, {row['tokens_per_s_mid']:.12g}, "
        f"hours_per_week := {scenario['hours_per_week']:g}, usd_per_kwh := {scenario['usd_per_kwh']:g}, "
        f"life_years := {scenario['life_years']:g}, residual_fraction := {scenario['residual_fraction']:g})"
    )
    said = sentence(
        "The {system} with {model_class} model: a price of {price}, {watts} at work, {tokens}, {assumed}, {life}. "
        "The table holds what the formula gives: **{in_table}** for a million tokens.",
        system=row["system"],
        model_class=with_article(row["model_class"]),
        price=f"${row['capex_mid_usd']:,.0f}",
        watts=f"{row['watts_mid']:,g} W",
        tokens=f"{row['tokens_per_s_mid']:,g} tok/s",
        assumed=assumed(scenario),
        life=prose.years(scenario["life_years"]),
        in_table=f"${row['usd_per_mtok_mid']:.3f}",
    )
    return Markdown(f"{said}\n\n```sql\nselect {call}\n```\n\n{source_of('best_run').trace(row)._repr_markdown_()}")


def scenarios_table() -> Block:
    """The scenarios with where they come from."""
    sql = "from scenarios order by hours_per_week, scenario_id"
    return table(
        query(sql),
        [
            label("name", "Scenario").noted("scenario_id"),
            number("hours_per_week", "Use", "h/week", digits=0),
            number("usd_per_kwh", "Electricity", "USD/kWh", digits=2),
            number("life_years", "Life", "years"),
            number("residual_fraction", "Resale", "fraction", digits=2),
            number("discount_rate", "Discount", "a year", digits=2),
            label("source", "Source"),
            date("source_day", "Day"),
        ],
        caption="Scenarios",
        source=source(sql),
    )


def assumptions_table() -> Block:
    """Single values that the tables compute with."""
    sql = "from assumptions order by name"
    rows = query(sql)
    # All digits: an assumption is to be seen as it was written.
    written = pl.Series("written", [f"{value:,.10g}" for value in rows["value"]], dtype=pl.String)
    return table(
        rows.with_columns(written),
        [
            label("name", "Assumption").noted("description"),
            label("written", "Value"),
            label("unit", "Unit"),
            label("source", "Source"),
            date("source_day", "Day"),
        ],
        caption="Assumptions",
        source=source(sql),
    )


def preferences() -> Markdown:
    """Which kind of price is taken first, and what counts as a class of models, from the tables."""
    ranked = query("from price_preference order by rank")
    kinds = ", then ".join(prose.text(name.replace("_", " "))._repr_markdown_() for name in ranked["condition"])
    classes = query("from model_classes order by params_low_b")
    spans = "; ".join(
        prose.text(f"{row['class']} is {row['params_low_b']:g} to {row['params_high_b']:g}")._repr_markdown_()
        for row in classes.iter_rows(named=True)
    )
    return Markdown(
        f"- Of several prices for a part the kind decides first: {kinds}. A part that a document buys used stays "
        "used.\n"
        f"- Classes of models, in billions of parameters: {spans}."
    )


TABLES = "from duckdb_tables() where schema_name = 'main' order by table_name"

DICTIONARY = "from data_dictionary order by table_name, position"


def tables_table() -> Block:
    """Every table: what it holds, what a row is, how many, and the file that makes it."""
    declared = query("from data_dictionary where position = 1 order by table_name")
    kept = declared.select("table_name", "table_description", "grain", "made_by")
    return table(
        # a view has no rows to count
        kept.join(query(TABLES), on="table_name", how="left", maintain_order="left"),
        [
            label("table_name", "Table").noted("grain"),
            label("table_description", "What it holds"),
            number("estimated_size", "Rows", digits=0),
            number("column_count", "Columns", digits=0),
            label("made_by", "Made by"),
        ],
        caption="Tables",
        searchable=True,
        row_id="table_name",
        source=source(TABLES),
    )


def dictionary_table() -> Block:
    """Every column of every table."""
    return table(
        query(DICTIONARY),
        [
            label("table_name", "Table"),
            label("column_name", "Column"),
            label("description", "What it holds"),
            label("unit", "Unit"),
            label("type", "Type"),
        ],
        caption="Data dictionary",
        searchable=True,
        source=source(DICTIONARY),
    )


def examples() -> Markdown:
    """The questions of queries/ with their SQL; a test runs each. Raises FileNotFoundError if there are none."""
    paths = sorted(QUERIES.glob("*.sql"))
    if not paths:
        raise FileNotFoundError(f"There are no queries in {QUERIES}: the examples of this page are the files in it.")
    parts = []
    for path in paths:
        sql = path.read_text(encoding="utf-8").strip()
        question = prose.text(sql.split("\n")[0].removeprefix("--"))._repr_markdown_()
        parts.append(f"**{question}**\n\n```sql\n{written_out(sql)}\n```\n")
    return Markdown("\n".join(parts))


SOURCES = "from sources order by source_id"
FILES = "from raw_files order by source_id, raw_file"


def sources_table() -> Block:
    """The documents: title, licence, days, and what was taken from them."""
    return table(
        query(SOURCES),
        [
            label("title", "Source").linked("url").noted("source_id"),
            label("publisher", "Publisher"),
            label("licence", "Licence"),
            label("published_on", "Published"),
            date("retrieved_on", "Retrieved"),
            number("raw_files", "Tables", digits=0),
            number("observations", "Readings", digits=0),
            number("rejected_rows", "Refused", digits=0),
        ],
        caption="Sources",
        source=source(SOURCES),
    )


def files_table() -> Block:
    """Every scraped table with the digest of its bytes."""
    shown = query(FILES).with_columns(short=pl.col("digest").str.slice(0, 16))
    return table(
        shown,
        [
            label("table_name", "Scraped table").noted("title"),
            label("source_id", "Source"),
            date("retrieved_on", "Retrieved"),
            number("rows", "Rows", digits=0),
            number("cells", "Cells", digits=0),
            number("rejected", "Refused", digits=0),
            label("short", "SHA-256, first 16"),
        ],
        caption="Scraped tables",
        searchable=True,
        source=source(FILES),
    )


def digest_sentence() -> Markdown:
    """What the whole was made from: day, digest, code version."""
    rows = query("from refreshes order by as_of desc limit 1")
    if not rows.height:
        return Markdown("")
    row = rows.row(0, named=True)
    return sentence(
        "Prices as of {day}. All raw bytes together have the SHA-256 `{digest}`; the code is of version `{code}`.",
        day=row["as_of"],
        digest=Markdown(re.sub(r"[^0-9a-f]", "", str(row["raw_digest"]))),
        code=Markdown(re.sub(r"[^0-9A-Za-z.+-]", "", str(row["code_version"]))),
    )


__all__ = [
    "assumptions_table",
    "dictionary_table",
    "digest_sentence",
    "examples",
    "files_table",
    "formula_table",
    "formulas",
    "preferences",
    "scenarios_table",
    "sources_table",
    "tables_table",
    "worked",
    "worked_system",
]
