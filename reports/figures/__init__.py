"""What the report's cells import: numbers in words, the data, charts and tables in one look. Nothing is computed
beyond layout."""

from figures.look.charts import Chart
from figures.look.listing import show_sql
from figures.look.prose import (
    Markdown,
    Text,
    gb,
    gb_range,
    kwh,
    payback,
    percent,
    sentence,
    text,
    tok_s,
    tok_s_range,
    usd,
    usd_per_hour,
    usd_per_mtok,
    usd_per_mtok_range,
    usd_range,
    watts,
    watts_range,
    years,
    years_range,
)
from figures.look.tables import Column, date, flag, interval, label, money, money_interval, number, table
from figures.look.web import Block, data_block, key_figures
from figures.sql import query, source

__all__ = [
    "Block",
    "Chart",
    "Column",
    "Markdown",
    "Text",
    "data_block",
    "date",
    "flag",
    "gb",
    "gb_range",
    "interval",
    "key_figures",
    "kwh",
    "label",
    "money",
    "money_interval",
    "number",
    "payback",
    "percent",
    "query",
    "sentence",
    "show_sql",
    "source",
    "table",
    "text",
    "tok_s",
    "tok_s_range",
    "usd",
    "usd_per_hour",
    "usd_per_mtok",
    "usd_per_mtok_range",
    "usd_range",
    "watts",
    "watts_range",
    "years",
    "years_range",
]
