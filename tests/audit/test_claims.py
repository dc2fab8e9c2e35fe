"""The engine: which verdict a claim gets, and which declarations are refused. Figures are made up; each shows one
rule."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines.audit.claims import evaluate_claims
from pipelines.audit.declared_claims import load_claims
from pipelines.contracts.sources import Source, load_source
from pipelines.contracts.vocabulary import Vocabulary, load_vocabulary
from pipelines.errors import ContractError
from pipelines.project import locate

DAY = "2026-01-02"
SCHEMA = {
    **dict.fromkeys(("observation_id", "raw_file", "raw_column", "attribute", "raw_text", "value_text", "unit", "bound"), pl.String),
    **dict.fromkeys(("raw_row", "count", "lot_quantity", "concurrency", "context_tokens"), pl.Int32),
    "value_low": pl.Float64, "value_high": pl.Float64, "is_approximate": pl.Boolean,
}  # fmt: skip

Reading = dict[str, Any]


def reading(
    raw_text: str, low: float | None = None, high: float | None = None, unit: str | None = "USD", **more: Any
) -> Reading:
    """One observation; `row` is set by what uses it."""
    if low is None:
        return {"raw_text": raw_text, "value_text": raw_text.lower(), "unit": None, **more}
    return {"raw_text": raw_text, "value_low": low, "value_high": low if high is None else high, "unit": unit, **more}


def observed(readings: list[Reading], source_id: str = "shop", table: str = "list", day: str = DAY) -> pl.DataFrame:
    """Readings of column `value`, from row 2 down unless they say where they stand."""
    rows = []
    for number, one in enumerate(readings, start=2):
        row, column, piece = one.get("row", number), one.get("column", "value"), one.get("piece", 1)
        rows.append(
            {
                "observation_id": f"{source_id}/{day}/{table}:{row}:{column}#{piece}",
                "raw_file": f"data/raw/{source_id}/{day}/{table}.csv",
                "raw_row": row,
                "raw_column": column,
                "attribute": "price",
                "is_approximate": False,
                "count": 1,
                **{key: value for key, value in one.items() if key not in ("row", "column", "piece")},
            }
        )
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load_vocabulary(locate().vocabulary)


@pytest.fixture
def source(tmp_path: Path, vocabulary: Vocabulary) -> Callable[..., Source]:
    """Make a source whose tables are `list` and any others, with these claims."""

    def make(claims: str, source_id: str = "shop", day: str = DAY, tables: tuple[str, ...] = ("list",)) -> Source:
        folder = tmp_path / "data" / "raw" / source_id
        snapshot = folder / day
        snapshot.mkdir(parents=True)
        (folder / "source.toml").write_text(
            f'title = "t"\npublisher = "p"\nlicence = "l"\npublished_on = ""\nretrieved_on = "{day}"\n',
            encoding="utf-8",
        )
        sections = [f'[{table}]\ntitle = "t"\nkind = "other"\nplace = "p"\n' for table in tables]
        (snapshot / "tables.toml").write_text("\n".join(sections), encoding="utf-8")
        for table in tables:
            with (snapshot / f"{table}.csv").open("w", encoding="utf-8", newline="") as handle:
                csv.writer(handle).writerow(["value"])
        if claims:
            (snapshot / "claims.toml").write_text(claims, encoding="utf-8")
        return load_source(folder, tmp_path, vocabulary)

    return make


HEAD = '[claim]\nsubject = "s"\nwhat = "w"\nstated = { table = "list", row = 2, column = "value" }\n'


def declared(formula: str, inputs: str) -> str:
    return f'{HEAD}formula = "{formula}"\n[claim.inputs]\n{inputs}\n'


def listed(name: str, rows: list[int]) -> str:
    return f'{name} = {{ table = "list", rows = {rows}, column = "value" }}'


@pytest.fixture
def judged(source: Callable[..., Source], vocabulary: Vocabulary) -> Callable[..., dict[str, Any]]:
    """The row of a claim about the first reading, recomputed from the others, which are the list `x`."""

    def judge(formula: str, stated: Reading, *inputs: Reading, constants: str = "") -> dict[str, Any]:
        declaration = declared(formula, listed("x", [*range(3, 3 + len(inputs))]) + "\n" + constants)
        claims = load_claims([source(declaration)])
        frames = evaluate_claims(claims, observed([stated, *inputs]), vocabulary)
        return frames["claims"].row(0, named=True)

    return judge


ONE = '\none = { constant = 1, unit = "factor", source = "keeps the formula from being a sum" }'


def usd(text: str, low: float, high: float | None = None, **more: Any) -> Reading:
    return reading(text, low, high, "USD", **more)


# ---- verdicts


@pytest.mark.parametrize(
    ("stated", "recomputed", "verdict"),
    [
        (usd("$3,600", 3600), usd("", 3600), "agrees"),
        # two zeros are no digits: half of a hundred
        (usd("$3,600", 3600), usd("", 3650), "rounding"),
        (usd("$3,600", 3600), usd("", 3651), "differs"),
        (usd("~$3,600", 3600, is_approximate=True), usd("", 3550), "rounding"),
        (usd("$3,610", 3610), usd("", 3615.5), "differs"),
        # half of a tenth
        (reading("2.9 years", 2.9, unit="year"), reading("", 2.949, unit="year"), "rounding"),
        (reading("2.9 years", 2.9, unit="year"), reading("", 2.951, unit="year"), "differs"),
        # a zero behind the point is a digit
        (reading("4.0x", 4.0, unit="factor"), reading("", 4.04, unit="factor"), "rounding"),
        (reading("4.0x", 4.0, unit="factor"), reading("", 4.06, unit="factor"), "differs"),
        # milliseconds, stored as seconds: half of one
        (reading("22ms", 0.022, unit="s"), reading("", 0.0224, unit="s"), "rounding"),
        (reading("22ms", 0.022, unit="s"), reading("", 0.0226, unit="s"), "differs"),
        # months, stored as years: 8 months are 0.66667 years, 5 % of 8 is 0.4 months
        (reading("8 months", 0.66666666666667, unit="year"), reading("", 0.699, unit="year"), "rounding"),
        (reading("8 months", 0.66666666666667, unit="year"), reading("", 0.701, unit="year"), "differs"),
        # thousands of dollars: half of 0.1K is 50
        (usd("$17.9K", 17900), usd("", 17940), "rounding"),
        (usd("$17.9K", 17900), usd("", 17960), "differs"),
        # half a unit of 2 would be a quarter of it; 5 % is the limit
        (reading("~2x", 2, unit="factor", is_approximate=True), reading("", 2.09, unit="factor"), "rounding"),
        (reading("~2x", 2, unit="factor", is_approximate=True), reading("", 2.2, unit="factor"), "differs"),
        # of several numbers in the cell the one that is the figure: half of 1 GB
        (reading("2 cards, 96GB", 96, unit="GB"), reading("", 96.4, unit="GB"), "rounding"),
        (reading("2 cards, 96GB", 96, unit="GB"), reading("", 97, unit="GB"), "differs"),
        # a cell whose figure is a sum of its numbers: half of its own last digit
        (usd("$200 + $1,203", 1403), usd("", 1403.4), "rounding"),
        (usd("$200 + $1,203", 1403), usd("", 1404), "differs"),
        (usd("$0", 0), usd("", 0), "agrees"),
        (usd("$0", 0), usd("", 0.4), "differs"),
    ],
)
def test_rounding_is_half_of_the_last_digit_written_and_no_more_than_a_twentieth(
    stated: Reading, recomputed: Reading, verdict: str, judged: Callable[..., dict[str, Any]]
) -> None:
    assert judged("sum(x) * one", stated, recomputed, constants=ONE)["verdict"] == verdict


@pytest.mark.parametrize(
    ("stated", "parts", "verdict"),
    [
        (usd("$3,600", 3600), [usd("$1,000", 1000), usd("$2,600", 2600)], "agrees"),
        # off by 30, which is less than half of a hundred
        (usd("$3,600", 3600), [usd("$1,000", 1000), usd("$2,630", 2630)], "differs"),
        (usd("$3,600", 3600), [usd("$1,000", 1000), usd("~$2,630", 2630, is_approximate=True)], "rounding"),
        (usd("$3,600", 3600), [usd("$1,000", 1000), usd("$2,630+", 2630, bound="at_least")], "rounding"),
        (usd("~$3,600", 3600, is_approximate=True), [usd("$1,000", 1000), usd("$2,630", 2630)], "rounding"),
        # written in whole dollars
        (usd("$201", 201), [usd("$100.40", 100.4), usd("$100.30", 100.3)], "rounding"),
        (usd("$200", 200), [usd("$100.40", 100.4), usd("$100.30", 100.3)], "differs"),
        (usd("$0.30", 0.3), [usd("$0.10", 0.1), usd("$0.20", 0.2)], "agrees"),
        # a range inside the stated one is no excuse where all figures are exact
        (usd("$100–$200", 100, 200), [usd("$50–$60", 50, 60), usd("$60–$80", 60, 80)], "differs"),
        (usd("$110–$140", 110, 140), [usd("$50–$60", 50, 60), usd("$60–$80", 60, 80)], "agrees"),
        (usd("$110–$130", 110, 130), [usd("$50–$60", 50, 60), usd("$60–$80", 60, 80)], "differs"),
    ],
)
def test_sum_of_exact_figures_matches_to_the_last_digit_written(
    stated: Reading, parts: list[Reading], verdict: str, judged: Callable[..., dict[str, Any]]
) -> None:
    assert judged("sum(x)", stated, *parts)["verdict"] == verdict


@pytest.mark.parametrize(
    ("stated", "recomputed", "verdict", "relative"),
    [
        # one figure inside what comes out, and what comes out inside what is stated
        (usd("$120", 120), usd("", 100, 130), "agrees", 0),
        (usd("$100–$130", 100, 130), usd("", 120), "agrees", 0),
        (usd("$100–$130", 100, 130), usd("", 110, 125), "agrees", 0),
        # a single figure is measured from the nearer end: 120 - 124 is less than half of ten; 120 / 150 - 1
        (usd("$120", 120), usd("", 124, 160), "rounding", -4 / 124),
        (usd("$120", 120), usd("", 150, 160), "differs", -0.2),
        (usd("$120–$130", 120, 130), usd("", 104), "differs", 16 / 104),
        # two ranges end by end, and the difference at the end further off: 200 / 160 - 1
        (usd("$100–$200", 100, 200), usd("", 98, 160), "differs", 0.25),
        (usd("$100–$200", 100, 200), usd("", 98, 204), "rounding", 2 / 98),
    ],
)
def test_intervals_are_compared_by_containment_then_end_by_end(
    stated: Reading, recomputed: Reading, verdict: str, relative: float, judged: Callable[..., dict[str, Any]]
) -> None:
    row = judged("sum(x) * one", stated, recomputed, constants=ONE)
    assert row["verdict"] == verdict
    assert row["relative_difference"] == pytest.approx(relative)


@pytest.mark.parametrize(
    ("stated", "recomputed", "verdict"),
    [
        (usd("$500+", 500, bound="at_least"), usd("", 750), "agrees"),
        (usd("$500+", 500, bound="at_least"), usd("", 500, 900), "agrees"),
        # a limit says the order: 1.5 x 500 = 750
        (usd("$500+", 500, bound="at_least"), usd("", 751), "differs"),
        (usd("$200–$500+", 200, 500, bound="at_least"), usd("", 210), "agrees"),
        (usd("$200–$500+", 200, 500, bound="at_least"), usd("", 189), "differs"),
        (usd("$200–$500+", 200, 500, bound="at_least"), usd("", 751), "differs"),
        (usd("$500+", 500, bound="at_least"), usd("", 480), "rounding"),
        (usd("$500+", 500, bound="at_least"), usd("", 400, 900), "differs"),
        # 500 / 1.5 = 333.33
        (usd("under $500", 500, bound="at_most"), usd("", 334), "agrees"),
        (usd("under $500", 500, bound="at_most"), usd("", 333), "differs"),
        (usd("under $500", 500, bound="at_most"), usd("", 520), "rounding"),
        (usd("under $500", 500, bound="at_most"), usd("", 100, 600), "differs"),
    ],
)
def test_limit_agrees_when_all_that_comes_out_keeps_it(
    stated: Reading, recomputed: Reading, verdict: str, judged: Callable[..., dict[str, Any]]
) -> None:
    assert judged("sum(x) * one", stated, recomputed, constants=ONE)["verdict"] == verdict


@pytest.mark.parametrize(
    ("stated", "results", "verdict"),
    [
        # two results, one at each end of what is stated
        (usd("$100–$200", 100, 200), [usd("", 100), usd("", 200)], "agrees"),
        # 150 lies inside, but neither end holds; 5 % of 200 is 10
        (usd("$100–$200", 100, 200), [usd("", 100), usd("", 150)], "differs"),
        (usd("$105–$195", 105, 195), [usd("", 105.3), usd("", 195.4)], "rounding"),
        # the plus belongs to the upper end, up to 1.5 x 200
        (usd("$100–$200+", 100, 200, bound="at_least"), [usd("", 100), usd("", 300)], "agrees"),
        (usd("$100–$200+", 100, 200, bound="at_least"), [usd("", 130), usd("", 250)], "differs"),
        (usd("$100–$200+", 100, 200, bound="at_least"), [usd("", 100), usd("", 160)], "differs"),
        (usd("$100–$200+", 100, 200, bound="at_least"), [usd("", 100), usd("", 301)], "differs"),
        (usd("up to $90–$200", 90, 200, bound="at_most"), [usd("", 60), usd("", 200)], "agrees"),
        (usd("up to $90–$200", 90, 200, bound="at_most"), [usd("", 59), usd("", 200)], "differs"),
        # a single figure lies between them
        (usd("$150", 150), [usd("", 100), usd("", 200)], "agrees"),
    ],
)
def test_a_range_that_spans_several_results_holds_at_both_ends(
    stated: Reading, results: list[Reading], verdict: str, judged: Callable[..., dict[str, Any]]
) -> None:
    assert judged("span(x)", stated, *results)["verdict"] == verdict


@pytest.mark.parametrize(
    ("stated", "recomputed", "verdict"),
    [
        # two digits and a word for about: 5 % of 75 is 3.75
        (reading("~75GB", 75, unit="GB", is_approximate=True), reading("", 78.7, unit="GB"), "rounding"),
        (reading("~75GB", 75, unit="GB", is_approximate=True), reading("", 78.8, unit="GB"), "differs"),
        (reading("75GB", 75, unit="GB"), reading("", 75.6, unit="GB"), "differs"),
        # the third digit of 118 is one of 118, less than a hundredth
        (reading("~118GB", 118, unit="GB", is_approximate=True), reading("", 118.6, unit="GB"), "differs"),
    ],
)
def test_about_so_much_in_two_digits_leaves_a_twentieth(
    stated: Reading, recomputed: Reading, verdict: str, judged: Callable[..., dict[str, Any]]
) -> None:
    assert judged("sum(x) * one", stated, recomputed, constants=ONE)["verdict"] == verdict


@pytest.mark.parametrize(
    ("stated", "needed", "verdict", "arithmetic"),
    [
        ("Yes", 70, "agrees", "70 ≤ 96 = yes"),
        ("Yes", 140, "differs", "140 ≤ 96 = no"),
        ("No", 140, "agrees", "140 ≤ 96 = no"),
        ("No", 70, "differs", "70 ≤ 96 = yes"),
    ],
)
def test_yes_and_no_are_one_and_zero(
    stated: str, needed: float, verdict: str, arithmetic: str, judged: Callable[..., dict[str, Any]]
) -> None:
    memory = 'memory = { constant = 96, unit = "GB", source = "s" }'
    row = judged("sum(x) <= memory", reading(stated), reading("", needed, unit="GB"), constants=memory)
    assert (row["verdict"], row["arithmetic"], row["unit"], row["relative_difference"]) == (
        verdict,
        arithmetic,
        None,
        None,
    )


def test_percent_comes_out_in_percent(judged: Callable[..., dict[str, Any]]) -> None:
    # 40 of 160
    whole = 'whole = { constant = 160, unit = "GB", source = "s" }'
    row = judged("sum(x) / whole", reading("25%", 25, unit="percent"), reading("40GB", 40, unit="GB"), constants=whole)
    assert (row["verdict"], row["recomputed_low"], row["arithmetic"]) == ("agrees", 25, "40 / 160 = 25 %")


def test_differences_are_stated_less_recomputed(judged: Callable[..., dict[str, Any]]) -> None:
    row = judged("sum(x)", usd("$100–$200", 100, 200), usd("$110–$160", 110, 160))
    assert (row["difference_lower_end"], row["difference_upper_end"], row["relative_difference"]) == (-10, 40, 0.25)


def test_against_zero_there_is_no_relative_difference(judged: Callable[..., dict[str, Any]]) -> None:
    row = judged("sum(x)", usd("$5", 5), usd("$0", 0))
    assert (row["verdict"], row["difference_lower_end"], row["relative_difference"]) == ("differs", 5, None)


def test_low_inputs_may_give_the_higher_end(judged: Callable[..., dict[str, Any]]) -> None:
    whole = 'whole = { constant = 100, unit = "USD", source = "s" }'
    row = judged("whole - sum(x)", usd("$60–$90", 60, 90), usd("$10–$40", 10, 40), constants=whole)
    assert (row["recomputed_low"], row["recomputed_high"], row["verdict"]) == (60, 90, "agrees")


def test_claim_that_cannot_be_recomputed_keeps_its_reason(
    source: Callable[..., Source], vocabulary: Vocabulary
) -> None:
    claims = load_claims([source(f'{HEAD}not_recomputable = "no rate is given"')])
    row = evaluate_claims(claims, observed([usd("$5–$6", 5, 6)]), vocabulary)["claims"].row(0, named=True)
    assert (row["verdict"], row["reason"]) == ("not_recomputable", "no rate is given")
    assert (row["stated_low"], row["stated_high"], row["recomputed_low"], row["formula"]) == (5, 6, None, None)


# ---- what a reference means


def test_piece_chooses_among_the_readings_of_a_cell(source: Callable[..., Source], vocabulary: Vocabulary) -> None:
    cell = [reading("8x 64GB", 8, unit="count", row=3), reading("8x 64GB", 64, unit="GB", row=3, piece=2)]
    readings = observed([reading("512GB", 512, unit="GB"), *cell])
    inputs = 'a = { table = "list", row = 3, column = "value", piece = 1 }\nb = { table = "list", row = 3, column = "value", piece = 2 }'
    frames = evaluate_claims(load_claims([source(declared("a * b", inputs))]), readings, vocabulary)
    assert frames["claims"]["recomputed_low"].to_list() == [512]
    assert frames["claim_inputs"]["observation_id"].to_list() == [
        f"shop/{DAY}/list:3:value#1",
        f"shop/{DAY}/list:3:value#2",
    ]


def test_facet_gives_the_number_in_a_name(source: Callable[..., Source], vocabulary: Vocabulary) -> None:
    readings = observed([reading("48GB", 48, unit="GB"), reading("Dual 4090", count=2), reading("24GB", 24, unit="GB")])
    inputs = 'n = { table = "list", row = 3, column = "value", facet = "count" }\nm = { table = "list", row = 4, column = "value" }'
    frames = evaluate_claims(load_claims([source(declared("n * m", inputs))]), readings, vocabulary)
    assert frames["claims"]["arithmetic"].to_list() == ["2 × 24 = 48 GB"]
    assert frames["claim_inputs"]["unit"].to_list() == ["count", "GB"]


def test_input_may_list_cells_and_constants(source: Callable[..., Source], vocabulary: Vocabulary) -> None:
    inputs = (
        'x = [{ table = "list", row = 3, column = "value" }, { constant = 2.5, unit = "USD", source = "the page" }]'
    )
    readings = observed([usd("$12.50", 12.5), usd("$10", 10)])
    frames = evaluate_claims(load_claims([source(declared("sum(x)", inputs))]), readings, vocabulary)
    assert frames["claims"]["verdict"].to_list() == ["agrees"]
    assert frames["claim_inputs"].rows() == [
        ("shop/claim", "x", 1, f"shop/{DAY}/list:3:value#1", None, "USD", None),
        ("shop/claim", "x", 2, None, 2.5, "USD", "the page"),
    ]


@pytest.mark.parametrize(("days", "chosen"), [((DAY, "2026-03-04"), DAY), (("2025-12-31", "2026-03-04"), "2026-03-04")])
def test_other_source_is_read_of_the_same_day_else_of_the_newest(
    days: tuple[str, ...], chosen: str, source: Callable[..., Source]
) -> None:
    for day in days:
        other = source("", source_id="maker", day=day, tables=("cards",))
    claim = load_claims(
        [other, source(declared("x", 'x = { source = "maker", table = "cards", row = 2, column = "value" }'))]
    )[0]
    assert [str(cell) for cell in claim.inputs["x"]] == [f"data/raw/maker/{chosen}/cards.csv row 2 column 'value'"]


# ---- what is refused

CELL = '{ table = "list", row = 3, column = "value" }'


@pytest.mark.parametrize(
    ("claims", "problem", "remedy"),
    [
        ("claim = 1", "[claim] is 1", "section of keys"),
        (f"{HEAD}formula = 'x'", "needs a formula and inputs, or neither", "inputs"),
        (HEAD, "either a formula or not_recomputable", "reason"),
        (f"{HEAD}formula = 'x'\nnot_recomputable = 'r'", "either a formula or not_recomputable", "reason"),
        (f"{HEAD}not_recomputable = ' '", "not_recomputable", ""),
        (HEAD.replace('what = "w"', "") + "not_recomputable = 'r'", "[claim] lacks what", "Needed: subject, what, stated"),
        (HEAD + "verdict = 'agrees'\nnot_recomputable = 'r'", "unknown key verdict", "Known: subject, what, stated, formula"),
        (HEAD.replace("[claim]", "[Claim]") + "not_recomputable = 'r'", "'Claim' is no name", "small letters"),
        (HEAD.replace("row = 2", "rows = [2, 3]") + "not_recomputable = 'r'", "states more than one cell", "row"),
        (HEAD.replace("row = 2", "row = 1") + "not_recomputable = 'r'", "[claim.stated] has row = 1", "at least 2"),
        (HEAD.replace("row = 2", "row = 2, piece = 0") + "not_recomputable = 'r'", "piece = 0", "at least 1"),
        (HEAD.replace("row = 2", "row = 2, facet = 'note'") + "not_recomputable = 'r'", "facet = 'note'", "Allowed are count, lot_quantity"),
        (HEAD.replace("row = 2", "row = 2, colour = 'red'") + "not_recomputable = 'r'", "unknown key colour", "Known: table, row"),
        (HEAD.replace('"list"', '"lists"') + "not_recomputable = 'r'", "no table 'lists'", "Nearest: list"),
        (declared("x", 'x = { source = "shopp", table = "list", row = 3, column = "value" }'), "no source 'shopp'", "Nearest: shop"),
        (declared("y", f"x = {CELL}"), "position 1: 'y' is no input", "Nearest: x"),
        (declared("x", f"x = {CELL}\nunused = {CELL}"), "input 'unused' is not in its formula", "drop"),
        (declared("x +", f"x = {CELL}"), "position 4", "Complete"),
        (declared("x", 'x = { table = "list", row = 2, column = "value" }'), "nothing but the figure that it checks", "other"),
        (declared("sum", f"sum = {CELL}"), "a function has that name", "another"),
        (declared("x", "x = 3"), "[claim.inputs] has x = 3", "section of keys"),
        (declared("x", 'x = { constant = "3", unit = "USD", source = "s" }'), "constant = '3'", "number"),
        (declared("x", 'x = { constant = nan, unit = "USD", source = "s" }'), "constant = nan", "number"),
        (declared("x", "x = { constant = 3, unit = 'USD' }"), "is a constant, which has a unit and a source", "factor"),
        (declared("x", "x = { constant = 3, source = 's' }"), "is a constant, which has a unit and a source", "factor"),
        (declared("x", "x = { constant = 3, unit = 'EUR', source = 's' }"), "unknown symbol, 'EUR'", "USD"),
        (declared("x", 'x = { constant = 3, unit = "USD", source = "s", row = 3 }'), "a unit and a source and nothing else", "factor"),
        (declared("x", 'x = { table = "list", row = 3, rows = [3], column = "value" }'), "either row or rows", "constant"),
        (declared("x", 'x = { table = "list", row = 3, column = "value", unit = "USD" }'), "needs a table, a column", "constant"),
        (declared("x", "x = []"), "[claim.inputs] has x = []", "at least 1"),
        (declared("x", f"x = [{CELL}, 3]"), "[claim.inputs.x] no. 2 is 3", "section of keys"),
        (declared("x", f'X = {CELL}'), "'X' is no name", "small letters"),
    ],
)  # fmt: skip
def test_declaration_is_refused(claims: str, problem: str, remedy: str, source: Callable[..., Source]) -> None:
    with pytest.raises(ContractError) as refused:
        load_claims([source(claims)])
    assert problem in refused.value.message
    assert f"data/raw/shop/{DAY}/claims.toml" in refused.value.message
    assert remedy in refused.value.remedy


def test_claims_of_two_snapshots_have_names_of_their_own(source: Callable[..., Source]) -> None:
    source(f"{HEAD}not_recomputable = 'r'")
    later = source(f"{HEAD}not_recomputable = 'r'", day="2026-03-04")
    with pytest.raises(ContractError, match=f"2026-03-04/claims.toml \\[claim\\] has the id of .*{DAY}"):
        load_claims([later])


@pytest.mark.parametrize(
    ("where", "nearest"),
    [
        ({"row": 9}, "in that column: row 2, 3, 4"),
        ({"row": 3, "column": "Price"}, "in that row: value"),
        ({"row": 9, "column": "values"}, "Nearest: value"),
    ],
)
def test_cell_without_a_reading_is_refused_with_the_nearest(
    where: dict[str, Any], nearest: str, source: Callable[..., Source], vocabulary: Vocabulary
) -> None:
    cell = {"row": 3, "column": "value", **where}
    inputs = f'x = {{ table = "list", row = {cell["row"]}, column = "{cell["column"]}" }}'
    claims = load_claims([source(declared("x", inputs))])
    with pytest.raises(ContractError, match="has no reading") as refused:
        evaluate_claims(claims, observed([usd("$1", 1), usd("$2", 2), usd("$3", 3)]), vocabulary)
    assert f"claims.toml [claim] input 'x': data/raw/shop/{DAY}/list.csv row {cell['row']}" in refused.value.message
    assert nearest in refused.value.remedy


def test_cell_of_several_readings_needs_a_piece(source: Callable[..., Source], vocabulary: Vocabulary) -> None:
    claims = load_claims([source(declared("x", f"x = {CELL}"))])
    cell = [reading("96GB, 300W", 96, unit="GB", row=3), reading("96GB, 300W", 300, unit="W", row=3, piece=2)]
    with pytest.raises(ContractError, match="has 2 readings") as refused:
        evaluate_claims(claims, observed([usd("$1", 1), *cell]), vocabulary)
    assert "1 is price 96 GB; 2 is price 300 W" in refused.value.remedy
    cell_3 = replace(claims[0].stated, row=3, piece=3)
    with pytest.raises(ContractError, match="no piece 3"):
        evaluate_claims([replace(claims[0], stated=cell_3)], observed([usd("$1", 1), *cell]), vocabulary)


@pytest.mark.parametrize(
    ("formula", "stated", "one", "problem"),
    [
        ("sum(x)", usd("$5", 5), reading("5GB", 5, unit="GB"), "gives GB, but the stated figure '$5' is in USD"),
        (
            "sum(x)",
            reading("25%", 25, unit="percent"),
            usd("$5", 5),
            "gives USD, but the stated figure '25%' is in a pure",
        ),
        ("sum(x)", reading("Yes"), reading("2", 2, unit="count"), "gives a figure, but yes or no is stated"),
        (
            "sum(x) > 1",
            reading("2", 2, unit="count"),
            reading("2", 2, unit="count"),
            "gives yes or no, but a figure is",
        ),
        ("sum(x)", usd("$5", 5), reading("GDDR7"), "neither a figure nor yes or no"),
        ("sum(x)", reading("partial"), reading("2", 2, unit="count"), "neither a figure nor yes or no"),
        ("1 / sum(x)", reading("2", 2, unit="count"), reading("0", 0, unit="count"), "position 3: the divisor is zero"),
    ],
)
def test_result_has_to_be_of_the_kind_and_unit_that_is_stated(
    formula: str, stated: Reading, one: Reading, problem: str, judged: Callable[..., dict[str, Any]]
) -> None:
    with pytest.raises(ContractError) as refused:
        judged(formula, stated, one)
    assert problem in refused.value.message
    assert "claims.toml [claim]" in refused.value.message


# ---- what was rejected this time

LOST = {"raw_file": pl.String, "raw_row": pl.Int32, "column_name": pl.String}
LIST = f"data/raw/shop/{DAY}/list.csv"
OTHER = f"data/raw/maker/{DAY}/cards.csv"


def without(*cells: tuple[str, int, str]) -> pl.DataFrame:
    return pl.DataFrame(cells, schema=LOST, orient="row")


@pytest.fixture
def two_figures(source: Callable[..., Source]) -> list[Any]:
    """A claim about row 2 of `list` that rests on row 3."""
    return load_claims([source(declared("x", f"x = {CELL}"))])


def test_a_claim_whose_figure_was_rejected_is_left_out(two_figures: list[Any], vocabulary: Vocabulary) -> None:
    readings = observed([{**usd("$5", 5), "row": 3}])
    frames = evaluate_claims(two_figures, readings, vocabulary, without((LIST, 2, "value")))
    assert (frames["claims"].height, frames["claim_inputs"].height) == (0, 0)


def test_a_claim_whose_input_was_rejected_keeps_its_figure_and_says_which_cell_is_missing(
    two_figures: list[Any], vocabulary: Vocabulary
) -> None:
    frames = evaluate_claims(two_figures, observed([usd("$5", 5)]), vocabulary, without((LIST, 3, "value")))
    row = frames["claims"].row(0, named=True)
    assert (row["verdict"], row["stated_low"], row["stated_high"], row["unit"]) == ("not_recomputable", 5, 5, "USD")
    assert row["reason"] == f"input 'x': {LIST} row 3 column 'value' was rejected, or is not there any more"
    assert (row["recomputed_low"], row["formula"], row["arithmetic"]) == (None, None, None)
    assert frames["claim_inputs"].height == 0


def test_a_claim_whose_input_lies_in_a_file_that_cannot_be_read_is_not_recomputable(
    source: Callable[..., Source], vocabulary: Vocabulary
) -> None:
    maker = source("", source_id="maker", tables=("cards",))
    inputs = 'x = { source = "maker", table = "cards", row = 2, column = "value" }'
    claims = load_claims([maker, source(declared("x", inputs))])
    frames = evaluate_claims(claims, observed([usd("$5", 5)]), vocabulary, without((OTHER, 0, "(file)")))
    assert frames["claims"].select("verdict", "reason").rows() == [
        ("not_recomputable", f"input 'x': {OTHER} row 2 column 'value' was rejected, or is not there any more")
    ]


def test_all_claims_about_a_file_that_cannot_be_read_are_left_out_and_the_others_stay(
    source: Callable[..., Source], vocabulary: Vocabulary
) -> None:
    maker = source(HEAD.replace('"list"', '"cards"') + "not_recomputable = 'r'", source_id="maker", tables=("cards",))
    claims = load_claims([maker, source(f"{HEAD}not_recomputable = 'r'")])
    frames = evaluate_claims(claims, observed([usd("$5", 5)]), vocabulary, without((OTHER, 0, "(file)")))
    assert frames["claims"]["claim_id"].to_list() == ["shop/claim"]


def test_an_input_below_the_last_row_of_a_file_cut_short_is_missing(
    two_figures: list[Any], vocabulary: Vocabulary
) -> None:
    frames = evaluate_claims(two_figures, observed([usd("$5", 5)]), vocabulary, without())
    assert frames["claims"]["verdict"].to_list() == ["not_recomputable"]


def test_a_cell_that_was_not_rejected_and_has_no_reading_is_still_refused(
    source: Callable[..., Source], vocabulary: Vocabulary
) -> None:
    claims = load_claims([source(declared("x", f"x = {CELL}"))])
    readings = observed([usd("$5", 5), {**usd("$6", 6), "row": 4}])
    with pytest.raises(ContractError, match="row 3 column 'value' has no reading"):
        evaluate_claims(claims, readings, vocabulary, without((LIST, 2, "other")))
