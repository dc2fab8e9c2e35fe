"""The page on method and data: formulas as the database holds them, worked by calling them; assumptions, dictionary, examples, sources."""

import re
from pathlib import Path
from typing import Any

import polars as pl

from figures import prose
from figures.answers import answers, assumed, base_scenario, cheapest
from figures.prose import Markdown, sentence
from figures.sql import query, written_out
from figures.tables import date, label, number, table
from figures.web import Block
from figures.wording import counted

QUERIES = Path(__file__).resolve().parents[2] / "queries"

FORMULAS = """
    select function_name, parameters, comment, macro_definition, function_type
    from duckdb_functions()
    where schema_name = 'main'
        and not internal
        and function_type in ('macro', 'table_macro')
        and comment is not null
    order by function_type, function_name
"""

# The formulas that figures rest on, in the order in which one leads to the next; the others follow by name.
_FIRST = (
    "hours_per_year", "kwh_per_year", "power_usd", "usd_per_mtok", "cloud_usd_per_mtok", "saving_usd_per_year", "payback_years",
    "breakeven_hours_per_week", "roi_percent", "npv_usd", "weights_gb", "memory_needed_gb", "decode_ceiling_tok_s",
)  # fmt: skip


def worked(name: str, comment: str) -> tuple[str, str]:
    """A macro's comment without its example, and the example's call; the call is empty where the comment has none."""
    start = comment.rfind(f" {name}(")
    if start < 0:
        return comment, ""
    call, _, result = comment[start + 1 :].rpartition(" = ")
    if not call.endswith(")") or not result:
        return comment, ""
    return comment[:start].rstrip(), call


def formulas() -> pl.DataFrame:
    """Every formula with what it says, its parameters, an example, and what calling the example gives now."""
    rows = []
    for row in query(FORMULAS).filter(pl.col("function_type") == "macro").iter_rows(named=True):
        said, call = worked(row["function_name"], row["comment"])
        value = query(f"select {call} as value")["value"][0] if call else None
        rows.append(
            {
                "formula": row["function_name"],
                "parameters": ", ".join(row["parameters"]),
                "said": said,
                "example": call or None,
                "gives": None if value is None else _written(value),
                "missing": "its comment gives no example",
            }
        )
    place = {name: number for number, name in enumerate(_FIRST)}
    return pl.DataFrame(sorted(rows, key=lambda row: (place.get(row["formula"], len(place)), row["formula"])))


def _written(value: Any) -> str:
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, int | float) else str(value)


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
        sql=FORMULAS,
    )


_INPUTS = """
    select
        c.capex_mid_usd as capex,
        w.watts_mid as watts,
        t.tokens_per_s_mid as tokens_per_s,
        s.hours_per_week as hours,
        s.usd_per_kwh as kwh,
        s.life_years as life,
        s.residual_fraction as residual,
        t.usd_per_mtok_mid as in_table
    from cost_per_token as t
    join build_costs as c
        on c.build_id = t.build_id
        and c.capex_basis = 'current'
    join build_power as w
        on w.build_id = t.build_id
        and w.is_best
    join scenarios as s using (scenario_id)
    where t.build_id = $build_id
        and t.scenario_id = $scenario
        and t.concurrency = 1
        and t.usd_per_mtok_mid = $cost
    limit 1
"""


def worked_system() -> Markdown:
    """One figure of the Start page worked out by hand: the numbers put into the formula, and what comes out."""
    scenario = base_scenario()
    found = answers(str(scenario["scenario_id"]))
    best = next((row for name in ("70B", "32B", "8B") if (row := cheapest(found, name)) is not None), None)
    if best is None:
        return Markdown("No system has a known price, draw and speed, so that there is nothing to work out.")
    row = query(
        _INPUTS, build_id=best["build_id"], scenario=str(scenario["scenario_id"]), cost=best["usd_per_mtok_mid"]
    ).row(0, named=True)
    call = (
        f"usd_per_mtok({row['capex']:g}, {row['watts']:g}, {row['tokens_per_s']:g}, hours_per_week := "
        f"{row['hours']:g}, "
        f"usd_per_kwh := {row['kwh']:g}, life_years := {row['life']:g}, residual_fraction := {row['residual']:g})"
    )
    value = query(f"select {call} as value")["value"][0]
    said = sentence(
        "The {system} with a {model_class} model: a price of {price}, a draw of {watts}, {tokens}, {assumed}, {life}. "
        "Put into the formula that is {value} for a million tokens; the table holds {in_table}.",
        system=best["system"],
        model_class=best["model_class"],
        price=f"${row['capex']:,.0f}",
        watts=f"{row['watts']:,g} W",
        tokens=f"{row['tokens_per_s']:,g} tok/s",
        assumed=assumed(scenario),
        life=prose.years(row["life"]),
        value=f"${value:.3f}",
        in_table=f"${row['in_table']:.3f}",
    )
    return Markdown(f"{said}\n\n```sql\nselect {call}\n```\n")


def scenarios_table() -> Block:
    """The scenarios with where they come from."""
    sql = "select * from scenarios order by hours_per_week, scenario_id"
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
        sql=sql,
    )


def assumptions_table() -> Block:
    """Single values that the tables reckon with."""
    sql = "select * from assumptions order by name"
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
        sql=sql,
    )


def preferences() -> Markdown:
    """Which kind of price is taken first, and what counts as a class of models, from the tables."""
    ranked = (
        query("select * from price_preference order by rank")
        if "rank" in query("from price_preference limit 0").columns
        else query("from price_preference")
    )
    kinds = ", then ".join(prose.text(name.replace("_", " "))._repr_markdown_() for name in ranked["condition"])
    classes = query("select class, params_low_b, params_high_b from model_classes order by params_low_b")
    spans = "; ".join(
        prose.text(f"{row['class']} is {row['params_low_b']:g} to {row['params_high_b']:g}")._repr_markdown_()
        for row in classes.iter_rows(named=True)
    )
    return Markdown(
        f"- Of several prices for a part the kind decides first: {kinds}. A part that a document buys used stays "
        "used.\n"
        f"- Classes of models, in billions of parameters: {spans}."
    )


TABLES = """
    select
        t.table_name,
        any_value(d.table_description) as description,
        any_value(d.grain) as grain,
        t.estimated_size as rows,
        count(d.column_name) as columns
    from duckdb_tables() as t
    left join data_dictionary as d using (table_name)
    where t.schema_name = 'main'
    group by t.table_name, t.estimated_size
    order by t.table_name
"""

DICTIONARY = """
    select table_name, column_name, type, unit, description
    from data_dictionary
    order by table_name, position
"""


def tables_table() -> Block:
    """Every table: what it holds, what a row is, how many."""
    return table(
        query(TABLES),
        [
            label("table_name", "Table").noted("grain"),
            label("description", "What it holds"),
            number("rows", "Rows", digits=0),
            number("columns", "Columns", digits=0),
        ],
        caption="Tables",
        searchable=True,
        sql=TABLES,
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
        sql=DICTIONARY,
    )


def examples() -> Markdown:
    """Questions in SQL, each run once so that it is known to answer: the files of queries/."""
    parts = []
    for question, sql in _examples():
        answered = query(sql).height
        parts.append(
            f"**{prose.text(question)._repr_markdown_()}**\n\n```sql\n{written_out(sql)}\n```\n\nIt answers with "
            f"{counted(answered, 'row')}.\n"
        )
    return Markdown("\n".join(parts))


def _examples() -> list[tuple[str, str]]:
    found = []
    for path in sorted(QUERIES.glob("*.sql")):
        lines = path.read_text(encoding="utf-8").strip().split("\n")
        comments = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
        question = comments[0] if comments else path.stem.replace("_", " ").replace("-", " ").capitalize()
        found.append((question, "\n".join(lines)))
    if not found:
        raise FileNotFoundError(f"There are no queries in {QUERIES}, which this page shows.")
    return found


SOURCES = """
    select
        s.source_id,
        s.title,
        s.publisher,
        s.url,
        s.licence,
        s.published_on,
        s.retrieved_on,
        s.document,
        s.raw_files,
        s.raw_rows,
        s.observations,
        s.rejected_rows
    from sources as s
    order by s.source_id
"""

FILES = """
    select source_id, table_name, title, place, retrieved_on, rows, cells, observed, rejected, ignored, digest, raw_file
    from raw_files
    order by source_id, raw_file
"""


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
        sql=SOURCES,
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
        sql=FILES,
    )


def digest_sentence() -> Markdown:
    """What the whole was made from: day, digest, code version."""
    rows = query("select * from refreshes order by as_of desc limit 1")
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
