"""Scraped figures, flags and texts against readings written by hand, and properties of any reading."""

import math
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.contracts.vocabulary import Vocabulary, load_vocabulary
from pipelines.errors import ContractError
from pipelines.normalise.quantities import INPUT, OUTPUT, read_quantities

VOCABULARY = load_vocabulary(Path(__file__).parents[2] / "data" / "vocabulary.toml")


def ask(*rows: tuple[Any, ...], kind: str = "quantity") -> list[dict[str, Any]]:
    """Readings of rows of text, unit, unit_hint, range_low, range_high; what is left out is null."""
    padded = [(row + (None,) * 5)[:5] for row in rows]
    columns = ["text", "unit", "unit_hint", "range_low", "range_high"]
    cells = pl.DataFrame(padded, schema={name: INPUT[name] for name in columns}, orient="row")
    return read_quantities(cells.with_columns(type=pl.lit(kind)), VOCABULARY).to_dicts()


def expect(cases: Sequence[tuple[Any, ...]]) -> None:
    """Each case: text, unit (and hint, if a pair), then low and high, or just one value if they are the same."""
    asked = [(case[0], *(case[1] if isinstance(case[1], tuple) else (case[1],))) for case in cases]
    for case, reading in zip(cases, ask(*asked), strict=True):
        low, high = case[2], case[-1]
        assert reading["reason"] is None, (case, reading["reason"])
        assert not reading["is_empty"], case
        assert (reading["value_low"], reading["value_high"]) == (low, high), case
        if asked[cases.index(case)][1] is not None:
            assert reading["unit"] == asked[cases.index(case)][1], case


def expect_rejected(cases: Sequence[tuple[Any, ...]]) -> None:
    """Each case: text, unit (and hint, if a pair), and a piece of the reason."""
    asked = [(case[0], *(case[1] if isinstance(case[1], tuple) else (case[1],))) for case in cases]
    for case, reading in zip(cases, ask(*asked), strict=True):
        assert reading["reason"] is not None, (case, reading["value_low"], reading["value_high"])
        assert case[2] in reading["reason"], (case, reading["reason"])
        assert reading["value_low"] is None, case
        assert reading["value_high"] is None, case


def column(name: str, rows: Sequence[tuple[Any, ...]], kind: str = "quantity") -> list[Any]:
    readings = ask(*rows, kind=kind)
    assert [reading["reason"] for reading in readings] == [None] * len(rows)
    return [reading[name] for reading in readings]


# ---- figures


def test_a_single_figure_is_both_ends_of_its_interval() -> None:
    expect(
        [
            ("$1,999", "USD", 1999),
            ("1008 GB/s", "GB/s", 1008),
            ("1,792 GB/s", "GB/s", 1792),
            ("5.79 tokens/sec", "tok/s", 5.79),
            ("$0", "USD", 0),
            ("0%", "percent", 0),
            ("$0.15/kWh", "USD/kWh", 0.15),
            ("0.68 years (8 months)", "year", 0.68),
            ("21,760", "count", 21760),
            ("2.5-slot", "count", 2.5),
            ("US$500", "USD", 500),
            ("USD 500", "USD", 500),
            ("500 USD", "USD", 500),
            ("$1,000,000", "USD", 1_000_000),
            ("**$14,949**", "USD", 14949),
        ]
    )


def test_a_range_has_two_ends_whatever_dash_joins_them() -> None:
    expect(
        [
            ("$3,500–$4,200", "USD", 3500, 4200),
            ("$3,500–4,200", "USD", 3500, 4200),
            ("$500-2000", "USD", 500, 2000),
            ("$3.35 - $12.29/hour", "USD/h", 3.35, 12.29),
            ("~$1-3/hr", "USD/h", 1, 3),
            ("28–35 tok/s", "tok/s", 28, 35),
            ("25-35 t/s", "tok/s", 25, 35),
            ("70-120B", "B", 70, 120),
            ("7-14B", "B", 7, 14),
            ("7B–34B", "B", 7, 34),
            ("~900–1,100W", "W", 900, 1100),
            ("75-85%", "percent", 75, 85),
            ("2-3", "count", 2, 3),
            ("3.5-4", "count", 3.5, 4),
            ("4−8GB", "GB", 4, 8),
            ("4—8GB", "GB", 4, 8),
            ("4 to 8 GB", "GB", 4, 8),
            ("from $5 to $7", "USD", 5, 7),
            ("500MB–2GB", "GB", 0.5, 2),
            ("1.5-2TB", "GB", 1500, 2000),
            ("5-5 W", "W", 5, 5),
        ]
    )


def test_a_scale_behind_one_end_of_a_range_holds_for_both() -> None:
    expect(
        [
            ("$10-15K", "USD", 10_000, 15_000),
            ("$12-15K", "USD", 12_000, 15_000),
            ("$1.5-2k", "USD", 1500, 2000),
            ("100–200k tokens", "tokens", 100_000, 200_000),
            ("$1K-1,500", "USD", 1000, 1500),
        ]
    )


def test_k_and_m_multiply_money_and_tokens_and_nothing_else() -> None:
    expect(
        [
            ("~$50k+", "USD", 50_000),
            ("~$15k", "USD", 15_000),
            ("$1.5 million", "USD", 1_500_000),
            ("10K", ("USD", "$"), 10_000),
            ("$2k/month", "USD/month", 2000),
            ("32K-128K", "tokens", 32_000, 128_000),
            ("~32k context", ("tokens", "tokens"), 32_000),
            ("10K+", "tokens", 10_000),
            ("128K tokens", "tokens", 128_000),
            ("1M tokens", "tokens", 1_000_000),
            ("350M", "B", 0.35),
        ]
    )
    expect_rejected(
        [
            ("16K", "count", "'K' is no unit of count"),
            ("5K", "W", "'K' is no unit of W"),
            ("$2B", "USD", "'$B' is no unit of USD"),
            ("$3 billion", "USD", "no unit of USD"),
            ("3 million", "count", "no unit of count"),
        ]
    )


def test_a_sum_of_figures_with_units_is_added_up() -> None:
    expect(
        [
            ("$1,040+$120", "USD", 1160),
            ("220W + 350W", "W", 570),
            ("575W + 250W + 100W", "W", 925),
            ("~$200 + $1,200 cloud", "USD/year", 1400),
        ]
    )
    expect_rejected(
        [
            ("24 + 20", "count", "a sum needs a unit on each figure"),
            # a plus at one figure alone is that figure's: at least 1, then 2
            ("$1+ $2", "USD", "'$2' is left unread"),
            ("24GB +16GB", "GB", "'+16GB' is left unread"),
            ("3070 + 3090 (32GB)", "count", "a sum needs a unit on each figure"),
            ("24 (CPU) + 20 (chipset)", "count", "left unread"),
            ("5W + 3-4W", "W", "neither a figure nor a range nor a sum"),
            ("~115GB model + OS", "GB", "left unread"),
            ("$100 + tax", "USD", "left unread"),
        ]
    )


def test_a_product_is_not_a_sum_and_not_a_count() -> None:
    expect_rejected(
        [
            ("4x $900", "USD", "'$900' is left unread"),
            ("2× $300", "USD", "'$300' is left unread"),
            ("2× 300W", "W", "left unread"),
            ("2x 120mm", "count", "left unread"),
            ("4x 13B models", "count", "left unread"),
            ("16GB x2", "GB", "left unread"),
            ("16GB ×2", "GB", "left unread"),
            ("5 * 2", "count", "left unread"),
            ("150 × 150 × 50.5mm", "mm", "left unread"),
            ("450W each = 1800W", "W", "left unread"),
        ]
    )


def test_figures_are_brought_to_the_canonical_unit() -> None:
    expect(
        [
            ("1.7 TB/s", "GB/s", 1700),
            ("14,500 MB/s", "GB/s", 14.5),
            ("7,300 MB/s", "GB/s", 7.3),
            ("3.125 GB/s", "GB/s", 3.125),
            ("2TB ECC RDIMM DDR5", "GB", 2000),
            ("1 PFLOP at FP4", "TFLOPS", 1000),
            ("22ms", "s", 0.022),
            ("300–2,000ms", "s", 0.3, 2),
            ("<2 hours", "s", 7200),
            ("18 months", "year", 1.5),
            ("12 months", "year", 1),
            ("12-year", "year", 12),
            ("64 GiB", "GB", 68.719476736),
            ("1.2 kW", "W", 1200),
            ("70 billion parameters", "B", 70),
            ("~3.4 BTU/hr", "BTU/h/W", 3.4),
            ('3.5"', "mm", 88.9),
            ("96 MB", "MB", 96),
        ]
    )


def test_a_unit_per_something_may_be_spelled_with_words() -> None:
    expect(
        [
            ("$5,200/year", "USD/year", 5200),
            ("$5,200 per year", "USD/year", 5200),
            ("$5,200 a year", "USD/year", 5200),
            ("$2.50 / hour", "USD/h", 2.5),
            ("25 tokens per second", "tok/s", 25),
            ("25 Tokens/Sec", "tok/s", 25),
            ("40 hours/week", "h/week", 40),
            ("4 hours a day", "h/day", 4),
        ]
    )
    expect_rejected(
        [
            ("$5,200/year", "USD", "'$/year' is no unit of USD"),
            ("$20 monthly", "USD", "changes the unit"),
            ("$20 a week", "USD", "changes the unit"),
            ("$15 per quarter", "USD", "changes the unit"),
            ("$5 bn", "USD", "changes the unit"),
            ("$5/day", "USD", "left over"),
        ]
    )


def test_a_bare_figure_takes_the_unit_of_the_contract() -> None:
    expect(
        [
            ("~45*", ("tok/s", "tok/s"), 45),
            ("~118–130", ("tok/s", "tok/s"), 118, 130),
            ("~10–15 (with CPU offload)", ("tok/s", "t/s"), 10, 15),
            ("4,699", ("USD", "$"), 4699),
            ("4,699", ("USD", "USD"), 4699),
            ("2.5", ("USD/h", "$/hour"), 2.5),
            ("$2.50", ("USD/h", "$/hour"), 2.5),
            ("$200", ("USD/year", "$/year"), 200),
            ("7,450", ("GB/s", "MB/s"), 7.45),
            ("6", ("year", "months"), 0.5),
            ("838", ("TFLOPS", "TFLOPS"), 838),
            ("16", ("bit", "bits"), 16),
            ("80+", ("tok/s", "tok/s"), 80),
            ("16 GB", ("GB", "MB"), 16),
        ]
    )
    expect_rejected(
        [
            ("4,699", "USD", "no unit, where USD is needed"),
            ("24", "GB", "no unit, where GB is needed"),
            ("24", ("GB", "W"), "'W' is no unit of GB"),
            ("$24", ("USD/year", "$/month"), "'$/month' is no unit of USD/year"),
            ("$2.50", "USD/h", "'$' is no unit of USD/h"),
            ("45 fps", ("tok/s", "tok/s"), "'fps' is no known unit of tok/s"),
            ("12 GBps", ("GB/s", "GB/s"), "'GBps' is no known unit of GB/s"),
            ("3.5 in", ("mm", "mm"), "'in' is no known unit of mm"),
            ("12 MiB/s", ("GB/s", "GB/s"), "'/s' is left over"),
        ]
    )


def test_counts_and_factors_may_stand_bare_and_before_any_word() -> None:
    expect(
        [
            ("8", "count", 8),
            ("6,144 CUDA cores (Blackwell)", "count", 6144),
            ("128 lanes PCIe 5.0", "count", 128),
            ("128 (PCIe 5)", "count", 128),
            ("128 PCIe 5.0 lanes", "count", 128),
            ("8-channel DDR5", "count", 8),
            ("20-core ARM (10× Cortex-X925 @ 4GHz)", "count", 20),
            ("32-phase", "count", 32),
            ("7x PCIe 5.0 x16 slots", "count", 7),
            ("7× PCIe 5.0 x16", "count", 7),
            ("4x PCIe x16 physical slots", "count", 4),
            ("7 physical x16 slots", "count", 7),
            ("4× M.2 slots", "count", 4),
            ("6×", "count", 6),
            ("8 GPUs", "count", 8),
            ("2-3 simultaneous", "count", 2, 3),
            ("4U+ rack", "count", 4),
            ("5–6×", "factor", 5, 6),
            ("4–5x faster", "factor", 4, 5),
            ("3.5× the bandwidth", "factor", 3.5),
            ("2–3× more tokens per second", "factor", 2, 3),
            ("3.5", "factor", 3.5),
        ]
    )


def test_a_unit_of_another_quantity_is_refused_naming_both() -> None:
    expect_rejected(
        [
            ("5 GB", "W", "'GB' is no unit of W"),
            ("500W", "USD", "'W' is no unit of USD"),
            ("8 GB", "count", "'GB' is no unit of count"),
            ("45 tokens", ("tok/s", "tok/s"), "'tokens' is no unit of tok/s"),
            ("$5", "W", "'$' is no unit of W"),
            ("5%", "factor", "'%' is no unit of factor"),
            ("5 W–6 GB", "W", "'GB' is no unit of W"),
        ]
    )


def test_where_any_unit_will_do_the_cell_decides() -> None:
    cells = ["+33%", "-12%", "+~$2,000", "+$400", "2x", "8%", "5", "4 hours"]
    readings = ask(*[(text, None) for text in cells])
    assert [(reading["value_low"], reading["unit"]) for reading in readings] == [
        (33, "percent"), (-12, "percent"), (2000, "USD"), (400, "USD"), (2, "factor"), (8, "percent"), (5, None),
        (14400, "s"),
    ]  # fmt: skip
    expect_rejected([("5%–$6", None, "unit"), ("5 W–6 GB", None, "different units"), ("5 MBps", None, "no known unit")])


def test_a_sign_is_kept_and_is_clear() -> None:
    expect([("−12%", None, -12), ("–12%", None, -12), ("-$5", "USD", -5), ("+33%", "percent", 33)])
    expect_rejected(
        [
            ("$-5", "USD", "does not start with a figure"),
            ("--5%", "percent", "more than one sign"),
            ("+-5%", "percent", "more than one sign"),
            ("-5-10%", "percent", "a minus before a range"),
            ("- 5%", "percent", "does not start with a figure"),
            ("(500)", "count", "does not start with a figure"),
        ]
    )


# ---- what a figure is qualified by


def test_words_and_signs_for_about_make_a_figure_approximate() -> None:
    about = [
        "~40GB",
        "≈40GB",
        "about 40GB",
        "approximately 40 GB",
        "approx. 40 GB",
        "around 40GB",
        "roughly 40GB",
        "ca. 40GB",
    ]
    about += ["up to ~40GB", "~30–~40GB", "40GB approx", "40GB estimated", "estimated 40GB"]
    assert column("is_approximate", [(text, "GB") for text in about]) == [True] * len(about)
    assert column("is_approximate", [("40GB", "GB"), ("40GB+", "GB"), ("40-50GB", "GB")]) == [False] * 3


def test_words_and_signs_for_a_lower_bound() -> None:
    cells = ["≥20 W", ">20 W", ">= 20 W", "20 W+", "20+ W", "at least 20 W", "minimum 20 W", "min. 20W", "over 20W"]
    cells += [
        "more than 20W",
        "20W minimum",
        "20W PSU minimum",
        "20W or more",
        "20W or larger",
        "from 20W",
        "$20–$30+",
        "20W+ (scarce)",
    ]
    asked = [(text, "USD" if "$" in text else "W") for text in cells]
    assert column("bound", asked) == ["at_least"] * len(cells)
    assert column("value_low", asked) == [20] * len(cells)


def test_words_and_signs_for_an_upper_bound() -> None:
    cells = [
        "<20 W",
        "≤20 W",
        "<= 20 W",
        "up to 20W",
        "Up to 20W",
        "under 20W",
        "at most 20 W",
        "max. 20W",
        "less than 20 W",
    ]
    cells += ["within 20 W", "20W maximum", "20W max", "20W or less", "no more than 20W"]
    asked = [(text, "W") for text in cells]
    assert column("bound", asked) == ["at_most"] * len(cells)
    assert column("value_high", asked) == [20] * len(cells)


def test_a_range_from_to_is_no_bound_and_contradicting_bounds_are_refused() -> None:
    assert column("bound", [("from $5 to $7", "USD"), ("5-7 W", "W")]) == [None, None]
    expect_rejected(
        [("up to 20W+", "W", "both at least and at most"), ("<20W or more", "W", "both at least and at most")]
    )


def test_what_stands_in_parentheses_or_follows_is_the_annotation() -> None:
    cases = [
        ("170W (PBO off)", "W", "PBO off"),
        ("575W (TDP, sustained at 100%)", "W", "TDP, sustained at 100%"),
        ("20+ tokens/sec each", "tok/s", "each"),
        ("671B MoE", "B", "MoE"),
        ("24 GB GDDR6X", "GB", "GDDR6X"),
        ("48 GB GDDR6 ECC", "GB", "GDDR6 ECC"),
        ("128GB LPDDR5x unified (CPU + GPU share)", "GB", "LPDDR5x unified (CPU + GPU share)"),
        ("192GB DDR5-6400 ECC", "GB", "DDR5-6400 ECC"),
        ("409.6 GB/s (DDR5-6400)", "GB/s", "DDR5-6400"),
        ("15-25% of total", "percent", "of total"),
        ("1W of compute", "W", "of compute"),
        ("$4,699 (Founder’s Edition, April 2026)", "USD", "Founder’s Edition, April 2026"),
        ("1,300W, 80+ Titanium", "W", "80+ Titanium"),
        ("1300W 80+ Titanium", "W", "80+ Titanium"),
        ("1000 W 80+ Gold, single rail", "W", "80+ Gold, single rail"),
        ("850W 80 PLUS Gold", "W", "80 PLUS Gold"),
        ("5 W – idle", "W", "idle"),
        ("5 W", "W", None),
        ("5 W.", "W", None),
    ]
    assert column("annotation", [case[:2] for case in cases]) == [case[2] for case in cases]


def test_a_footnote_mark_is_kept_apart() -> None:
    cases = [
        ("~45 tok/s*", "*"), ("~10 tok/s**", "**"), ("~10 tok/s† (average)", "†"), ("10 tok/s each*", "*"), ("10 tok/s", None),
        ("10 tok/s[3]", "[3]"), ("**10 tok/s**", None),
    ]  # fmt: skip
    assert column("footnote", [(text, "tok/s") for text, _ in cases]) == [mark for _, mark in cases]


def test_layout_does_not_change_a_reading() -> None:
    expect(
        [
            ("\u00a0$3,500\u2009–\u2009$4,200 ", "USD", 3500, 4200),
            ("1,792\u00a0GB/s", "GB/s", 1792),
            ("1,792\u202fGB/s", "GB/s", 1792),
            ("$3,500\u2011$4,200", "USD", 3500, 4200),
            ("\u200b5 W\ufeff", "W", 5),
            ("5\n W", "W", 5),
            ("`5 W`", "W", 5),
        ]
    )


# ---- what is not read


def test_a_second_figure_is_never_overlooked() -> None:
    expect_rejected(
        [
            ("1,200 / 2,400", ("TBW", "TBW"), "'/ 2,400' is left unread"),
            ("$150 / $280", "USD", "'/ $280' is left unread"),
            ("1TB or 4TB NVMe", "GB", "'or 4TB NVMe' is left unread"),
            ("170W (PBO off) / 240W (PBO2 sustained)", "W", "left unread"),
            ("21 tokens/sec (small) → 5.79 tokens/sec (large)", "tok/s", "left unread"),
            ("24 cores, ~$1,400", "count", "left unread"),
            ("30A 240V", "A", "'240V' is left unread"),
            ("240x in 18 months", "factor", "left unread"),
            ("85-90% of 4090", "percent", "'of 4090' is left unread"),
            ("70B high-speed, 405B partial", "B", "left unread"),
            ("8-channel DDR5 for 460 GB/s", "count", "left unread"),
            ("192GB DDR5 6400", "GB", "left unread"),
            ("1 ½ years", "year", "left unread"),
            ("5W / idle", "W", "left unread"),
            ("15A/120V", "A", "left over"),
            ("24/7", "count", "left over"),
        ]
    )


def test_a_name_with_digits_is_no_figure() -> None:
    expect_rejected(
        [
            ("Q4_K_M", "count", "does not start with a figure"),
            ("batch-8", "count", "does not start with a figure"),
            ("RTX 4090", "count", "does not start with a figure"),
            ("GPT-3.5", "count", "does not start with a figure"),
            ("PCIe 5.0 x16", "count", "does not start with a figure"),
            ("x16", "count", "does not start with a figure"),
            ("Gen+1", "count", "does not start with a figure"),
            ("Standard 15A", "A", "does not start with a figure"),
            ("Unknown (1650W peak draw)", "W", "does not start with a figure"),
            ("80+ Titanium", ("percent", "%"), "is a grade"),
            ("80+ Titanium", "count", "is a grade"),
            ("80-plus", "count", "is a grade"),
            ("80 PLUS Gold", "count", "is a grade"),
            ("7980X", "count", "left over"),
            ("2nd card", "count", "left over"),
            ("70B-class models", "B", "left over"),
            ("3070-class", "count", "left over"),
            ("12V-2×6", "V", "left over"),
            ("16C/32T", "count", "left over"),
            ("8x22B", "count", "left over"),
            ("2025-12-31", "count", "neither a figure nor a range"),
        ]
    )


def test_numbers_in_another_notation_are_refused() -> None:
    expect_rejected(
        [
            ("1.000,50", ("USD", "$"), "',50' is left unread"),
            ("1 792", ("GB/s", "GB/s"), "left unread"),
            ("1\u202f792 GB/s", "GB/s", "left unread"),
            ("1e5", ("USD", "$"), "left over"),
            ("1,5 GB", "GB", "left unread"),
            ("1,2345 GB", "GB", "left over"),
            ("0,123 GB", "GB", "left unread"),
            ("007", "count", "left over"),
            ("1.2.3", "count", "left unread"),
            ("1'000 W", "W", "left over"),
            ("$1.500", "USD", "thousands written with a point"),
            (".5 W", "W", "does not start with a figure"),
            ("NaN", "count", "does not start with a figure"),
            ("inf", "count", "does not start with a figure"),
            ("٣ W", "W", "does not start with a figure"),
            ("5² W", "W", "left over"),
            ("500 ¢", "USD", "left unread"),
            ("5 °C", "count", "left unread"),
            ("5 µs", ("s", "s"), "'µs' is no known unit of s"),
            ("5~10 W", "W", "left over"),
            ("1" * 400 + " W", "W", "left over"),
            ("<b>5</b>", "count", "does not start with a figure"),
            ("5<br>10", "count", "left over"),
            ("one", "count", "does not start with a figure"),
            ("50 W–", "W", "left over"),
        ]
    )
    expect([("$0.085", "USD", 0.085), ("$1.125/hour", "USD/h", 1.125), ("1.008 GB/s", "GB/s", 1.008)])


def test_a_range_that_runs_backwards_is_refused() -> None:
    expect_rejected(
        [
            ("10-5 W", "W", "runs backwards, from 10 to 5"),
            ("$500-2K", "USD", "runs backwards, from 500000 to 2000"),
            ("$10K-15", "USD", "runs backwards"),
            ("900-1TB", "GB", "runs backwards"),
        ]
    )


def test_a_value_outside_the_attributes_range_is_refused_naming_the_range() -> None:
    low, high, inside, edge, unbounded = ask(
        ("0.5 GB", "GB", None, 1.0, 10000.0),
        ("5,000–12,000 GB", "GB", None, 1.0, 10000.0),
        ("5 GB", "GB", None, 1.0, 10000.0),
        ("10 TB", "GB", None, 1.0, 10000.0),
        ("5 GB", "GB", None, None, None),
    )
    assert low["reason"] == "0.5 is outside the plausible range 1 to 10000 GB"
    assert high["reason"] == "12000 is outside the plausible range 1 to 10000 GB"
    assert [reading["reason"] for reading in (inside, edge, unbounded)] == [None] * 3


def test_cells_that_state_nothing_are_empty_and_not_wrong() -> None:
    cells = [
        "",
        " ",
        "—",
        "–",
        "-",
        "--",
        "N/A",
        "n/a",
        "NA",
        "Unknown",
        "TBD",
        "tba",
        "none",
        "None",
        "?",
        None,
        "\u200b",
    ]
    cells += ["not stated", "N/A*"]
    for kind in ("quantity", "flag", "text"):
        for text, reading in zip(cells, ask(*[(text, None) for text in cells], kind=kind), strict=True):
            assert (reading["is_empty"], reading["reason"]) == (True, None), (kind, text)
            assert reading["value_text"] is None, (kind, text)
    assert [reading["is_empty"] for reading in ask(("0", "count"), ("$0", "USD"), ("Nonesuch", "count"))] == [False] * 3


# ---- flags and texts


def test_flags_are_read_from_a_symbol_a_word_or_both() -> None:
    cases = [
        ("✅ Yes", "yes", None),
        ("❌ No", "no", None),
        ("⚠️ Partial", "partial", None),
        ("⚠ Tight (21GB)", "partial", "Tight (21GB)"),
        ("Yes", "yes", None),
        ("no", "no", None),
        ("Yes (2-way)", "yes", "2-way"),
        ("✅ Yes (5.5GB)", "yes", "5.5GB"),
        ("❌ 43GB required", "no", "43GB required"),
        ("✅ Q8 native (~5GB)", "yes", "Q8 native (~5GB)"),
        ("❌ Not practical", "no", "Not practical"),
        ("✅ Notable", "yes", "Notable"),
        ("✓", "yes", None),
        ("✔️", "yes", None),
        ("✗", "no", None),
        ("✅ Yes - best value", "yes", "best value"),
        ("No, PCIe only", "no", "PCIe only"),
        ("Not supported", "no", None),
        ("**Yes**", "yes", None),
    ]
    readings = ask(*[(text, None) for text, _, _ in cases], kind="flag")
    got = [(reading["text"], reading["value_text"], reading["annotation"]) for reading in readings]
    assert got == cases
    assert [reading["reason"] for reading in readings] == [None] * len(cases)


def test_flags_that_are_unclear_are_refused() -> None:
    for text in ["Maybe", "✅ No", "❌ Yes", "Yes/No", "yes or no", "Normal", "Not possible", "5", "x", "2-way",
                 "Yes, but not on Linux", "✅ Yes (only in pairs)", "Yes (removed in 2024)", "✅ disabled", "No (planned)", "❌ No ✅",
                 "No, yes with a bridge", "Yes?", "No — until the next driver", "Supported, except at FP8"]:  # fmt: skip
        (reading,) = ask((text, None), kind="flag")
        assert reading["reason"] is not None, text
        assert reading["value_text"] is None, text


def test_text_is_kept_as_written() -> None:
    cells = ["Zen 5, 4nm TSMC", "80+ Titanium", "PCIe 5.0 x16", "**Blower**", "⚠️ Needs RAM offload", "C++", "-5 to 5"]
    want = ["Zen 5, 4nm TSMC", "80+ Titanium", "PCIe 5.0 x16", "Blower", "⚠️ Needs RAM offload", "C++", "-5 to 5"]
    assert column("value_text", [(text, None) for text in cells], kind="text") == want
    assert column("value_low", [(text, None) for text in cells], kind="text") == [None] * len(cells)


# ---- the frame as a whole


def test_rows_keep_their_order_and_their_other_columns() -> None:
    cells = pl.DataFrame(
        {
            "row": [3, 1, 2, 1],
            "text": ["5 W", "x", "5 W", None],
            "type": ["quantity", "flag", "text", "quantity"],
            "unit": ["W", None, None, "W"],
            "unit_hint": [None] * 4,
            "range_low": [None] * 4,
            "range_high": [None] * 4,
        }
    )
    read = read_quantities(cells, VOCABULARY)
    assert read.columns == [*cells.columns, *(name for name in OUTPUT if name != "unit")]
    assert read["row"].to_list() == [3, 1, 2, 1]
    assert read["text"].to_list() == ["5 W", "x", "5 W", None]
    assert read["value_low"].to_list() == [5, None, None, None]
    assert read["unit"].to_list() == ["W", None, None, None]
    assert read["is_approximate"].to_list() == [False] * 4
    assert read.select(*OUTPUT).schema == pl.Schema(OUTPUT)
    assert read_quantities(cells.clear(), VOCABULARY).schema == read_quantities(cells, VOCABULARY).schema


def test_an_unknown_type_is_a_reason_and_not_a_value() -> None:
    (reading,) = ask(("5 W", "W"), kind="number")
    assert "number" in reading["reason"]


# ---- properties

DASHES = st.sampled_from(["-", "–", "−", " - ", " – ", "‑", " to "])
SPELLED = st.sampled_from(
    [("$", "", "USD"), ("$", "/hour", "USD/h"), ("", " GB", "GB"), ("", "GB/s", "GB/s"), ("", " tok/s", "tok/s"),
     ("", "W", "W"), ("", "%", "percent"), ("", "B", "B"), ("", "×", "factor"), ("", " years", "year")]
)  # fmt: skip


@st.composite
def intervals(draw: st.DrawFn) -> tuple[str, str, float, float, bool, str | None]:
    """A figure or range in one of the sources' styles, with what it has to be read as."""
    low = draw(st.integers(0, 999_999))
    high = draw(st.one_of(st.just(low), st.integers(low, 1_000_000)))
    currency, suffix, unit = draw(SPELLED)
    commas = draw(st.booleans())
    spell = (lambda n: f"{n:,}") if commas else str
    if low == high:
        figure = f"{currency}{spell(low)}{suffix}"
    else:
        second_currency = currency if draw(st.booleans()) else ""
        first_suffix = suffix if draw(st.booleans()) else ""
        figure = f"{currency}{spell(low)}{first_suffix}{draw(DASHES)}{second_currency}{spell(high)}{suffix}"
    approximate = draw(st.booleans())
    bound = draw(st.sampled_from([None, "at_least", "at_most"]))
    before = ("up to " if bound == "at_most" else "") + ("~" if approximate else "")
    behind = ("+" if bound == "at_least" else "") + draw(
        st.sampled_from(["", " each", " (average, 2026)", "*", ", sustained"])
    )
    return before + figure + behind, unit, float(low), float(high), approximate, bound


@settings(max_examples=60, deadline=None)
@given(st.lists(intervals(), min_size=1, max_size=30))
def test_an_interval_written_in_any_style_is_read_back(
    cases: list[tuple[str, str, float, float, bool, str | None]],
) -> None:
    readings = ask(*[(case[0], case[1]) for case in cases])
    for case, reading in zip(cases, readings, strict=True):
        got = tuple(reading[name] for name in ("reason", "value_low", "value_high", "is_approximate", "bound"))
        assert got == (None, *case[2:]), case[0]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            intervals(),
            st.sampled_from([" / ", ", ", "; ", " or ", " and ", " → ", " x ", " ", " vs ", ": "]),
            intervals(),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_two_figures_in_a_cell_are_never_read_as_one(cases: list[tuple[Any, str, Any]]) -> None:
    texts = [first[0] + separator + second[0] for first, separator, second in cases]
    readings = ask(*[(text, case[0][1]) for text, case in zip(texts, cases, strict=True)])
    assert [reading["text"] for reading in readings if reading["reason"] is None] == []


PIECES = st.sampled_from(
    [*"0123456789,.$€%×x*+-–—~<>≥()[]/ \t\n'\"½²KMB", "GB", "GB/s", "tok/s", "W", "or", "up to", "RTX 4090", "PCIe 5.0 x16",
     "DDR5-6400", "✅", "⚠️", "Yes", "no", "N/A", "\u00a0", "\ufe0f", "\x00", "per", "year", "80+ Gold"]
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.one_of(st.none(), st.text(max_size=20), st.lists(PIECES, max_size=12).map("".join)),
            st.sampled_from(["quantity", "quantity", "flag", "text"]),
            st.sampled_from([None, *VOCABULARY.units]),
            st.sampled_from([None, "$", "GB", "tok/s", "nonsense", ""]),
        ),
        max_size=30,
    )
)
def test_any_text_is_read_or_refused_but_never_raises_and_no_row_is_lost(cases: list[tuple[Any, ...]]) -> None:
    columns = {"text": pl.String, "type": pl.String, "unit": pl.String, "unit_hint": pl.String}
    cells = pl.DataFrame(cases, schema=columns, orient="row").with_columns(range_low=0.0, range_high=1e6)
    read = read_quantities(cells, VOCABULARY)
    assert read["text"].to_list() == [case[0] for case in cases]
    for reading in read.to_dicts():
        values = (reading["value_low"], reading["value_high"])
        stated = reading["reason"] is None and not reading["is_empty"]
        assert (reading["value_text"] is not None) == (stated and reading["type"] != "quantity"), reading
        if stated and reading["type"] == "quantity":
            assert all(math.isfinite(value) for value in values), reading
            assert 0 <= values[0] <= values[1] <= 1e6, reading
        else:
            assert values == (None, None), reading


# ---- the vocabulary


def vocabulary_of(tmp_path: Path, text: str) -> Vocabulary:
    path = tmp_path / "vocabulary.toml"
    path.write_text(text, encoding="utf-8")
    return load_vocabulary(path)


FACETS = """\
[facets]
count = { range = [1, 1_000] }
lot_quantity = { range = [1, 10_000] }
concurrency = { range = [1, 100_000] }
context_tokens = { range = [1, 1_000_000] }
observed_on = { earliest = 1990-01-01 }
"""
UNITS = '[units."W"]\nspellings = { "W" = 1, "kW" = 1_000 }\n'
ATTRIBUTE = '[attributes.tdp]\nkind = "spec"\nunit = "W"\nrange = [1, 5_000]\ndescription = "design power"\n'


def test_the_vocabulary_is_loaded_with_units_and_ranges(tmp_path: Path) -> None:
    loaded = vocabulary_of(tmp_path, FACETS + ATTRIBUTE + UNITS)
    tdp = loaded.attributes["tdp"]
    assert (tdp.kind, tdp.type, tdp.unit, tdp.range) == ("spec", "quantity", "W", [1.0, 5000.0])
    assert loaded.units["W"].spellings == {"W": 1.0, "kW": 1000.0}
    assert (loaded.counts["lot_quantity"], loaded.facets.observed_on.earliest) == ((1, 10_000), date(1990, 1, 1))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (ATTRIBUTE.replace('"W"', '"watt"') + UNITS, ("[attributes.tdp]", "'watt'")),
        (ATTRIBUTE.replace("[1, 5_000]", "[5_000, 1]") + UNITS, ("[attributes.tdp]", "5000")),
        (ATTRIBUTE.replace("[1, 5_000]", '"1-5"') + UNITS, ("[attributes.tdp]", "range")),
        (ATTRIBUTE.replace("unit", "units") + UNITS, ("[attributes.tdp]", "units")),
        (ATTRIBUTE.replace('kind = "spec"\n', "") + UNITS, ("[attributes.tdp]", "kind")),
        (ATTRIBUTE + 'type = "number"\n' + UNITS, ("[attributes.tdp]", "'number'")),
        (ATTRIBUTE + 'type = "flag"\n' + UNITS, ("[attributes.tdp]", "flag")),
        (ATTRIBUTE + UNITS.replace("= 1,", "= 0,"), ("[units.W.spellings]", "W = 0")),
        (ATTRIBUTE + UNITS.replace("= 1,", '= "1",'), ("[units.W.spellings]", "'1'")),
        (ATTRIBUTE + UNITS.replace('"kW"', '" kW"'), ("[units.W.spellings]", "' kW'")),
        (ATTRIBUTE + UNITS + "[colours]\n", ("[colours]",)),
        (UNITS, ("attributes",)),
        (ATTRIBUTE + UNITS + "[attributes\n", ("not valid TOML", "line")),
    ],
)
def test_a_mistake_in_the_vocabulary_is_named_with_its_section(
    tmp_path: Path, text: str, names: tuple[str, ...]
) -> None:
    with pytest.raises(ContractError) as caught:
        vocabulary_of(tmp_path, FACETS + text)
    assert "vocabulary.toml" in caught.value.message
    assert all(name in caught.value.message for name in names), caught.value.message
    assert caught.value.remedy
