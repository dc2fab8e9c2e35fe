"""What becomes of each cell under its contract: read, refused with its reason, left out, a label, or empty."""

import csv
import io
import re
import tempfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.normalise.observations import Observed
from tests.normalise.sources import as_csv, read_sources, read_table, write_source

PRICE = '[t.columns]\n"GPU" = {{ facet = "hardware" }}\n"Price" = {{ attribute = "price", condition = "street"{more} }}'


def price(root: Path, cell: str, more: str = "") -> Observed:
    return read_table(root, PRICE.format(more=more), [["GPU", "Price"], ["RTX 4090", cell]])


def reasons(observed: Observed) -> list[str]:
    return observed.rejected["reason"].to_list()


@pytest.mark.parametrize(
    ("extract", "cell", "reason"),
    [
        ("(x)", "$1,599", "the cell does not match (x)"),
        ("x", "$1,599", "the cell does not match (x)"),  # all of it is the group
        ("(x)?", "$1,599", "the cell does not match (x)?"),  # the group takes no part
        (r"([0-9]*)\$", "$1,599", r"the cell does not match ([0-9]*)\$"),  # it takes part with nothing
        (r"\((.*)\)", "$1,599 (n/a)", r"what \((.*)\) cuts out states nothing"),
    ],
)
def test_a_cell_that_extract_finds_nothing_in_is_rejected(tmp_path: Path, extract: str, cell: str, reason: str) -> None:
    assert reasons(price(tmp_path, cell, f", extract = '{extract}'")) == [reason]


def test_a_cell_that_optional_extract_finds_nothing_in_has_no_such_reading(tmp_path: Path) -> None:
    observed = price(tmp_path, "$1,599", ", extract = '(x)', optional = true")
    assert reasons(observed) == []
    assert observed.ignored["reason"].to_list() == ["this row has no such figure"]


def test_a_split_that_leaves_nothing_is_rejected(tmp_path: Path) -> None:
    assert reasons(price(tmp_path, "/", ", split = '/'")) == ["nothing is left of the cell after its split"]


FACTS = '[t.defaults]\nhardware = "RTX 4090"\nmodel = "70B"\nquantization = "Q4"'


@pytest.mark.parametrize(
    ("attribute", "value", "facet", "text", "reason"),
    [
        ("price", "$1,500", "count", "99999999999", "count is 99999999999, outside 1 to 1000"),
        ("price", "$1,500", "count", "0", "count is 0, outside 1 to 1000"),
        ("price", "$1,500", "count", "-4", "count is -4, outside 1 to 1000"),
        ("price", "$1,500", "count", "2.5", "count is 2.5, not a whole number"),
        ("price", "$1,500", "lot_quantity", "0", "lot_quantity is 0, outside 1 to 10000"),
        ("price", "$1,500", "hardware", "0x RTX 4090", "not in the catalogue"),
        ("tokens_per_s", "20 tok/s", "concurrency", "0", "concurrency is 0, outside 1 to 100000"),
        ("tokens_per_s", "20 tok/s", "context_tokens", "0", "context_tokens is 0, outside 1 to 100000000"),
        ("price", "$1,500", "observed_on", "9999", "observed_on is 9999, outside 1990-01-01 to 2026-11-22"),
        ("price", "$1,500", "observed_on", "0001-01-01", "observed_on is 0001-01-01, outside"),
        ("price", "$1,500", "observed_on", "2026-12", "observed_on is 2026-12, outside"),
        ("price", "$1,500", "observed_on", "soon", "observed_on is soon, not a day"),
        ("price", "$1,500", "derived", "maybe", "derived is maybe, which is none of true, false"),
        ("price", "$1,500", "each", "maybe", "each is maybe, which is none of true, false"),
    ],
)
def test_a_facet_out_of_its_range_is_refused_at_its_cell(
    tmp_path: Path, attribute: str, value: str, facet: str, text: str, reason: str
) -> None:
    header = ["attribute", "condition", "value", facet]
    observed = read_table(tmp_path, FACTS, [header, [attribute, "street", value, text]])
    assert observed.observations.is_empty()
    (found,) = reasons(observed)
    assert reason in found


def test_a_facet_at_the_ends_of_its_range_is_read(tmp_path: Path) -> None:
    header = ["attribute", "condition", "value", "count", "lot_quantity", "observed_on"]
    rows = [["price", "street", "$900", "1", "1", "1990"], ["price", "street", "$900", "1000", "10000", "2026-11-22"]]
    observed = read_table(tmp_path, FACTS, [header, *rows])
    assert reasons(observed) == []
    assert observed.observations["lot_quantity"].to_list() == [1, 10000]


def test_a_cell_too_long_for_a_figure_is_refused_alone(tmp_path: Path) -> None:
    observed = read_table(
        tmp_path,
        '[t.columns]\n"GPU" = { facet = "hardware" }\n"Price" = { attribute = "price", condition = "street" }\n'
        '"Watts" = { attribute = "tdp" }\n"Why" = { ignore = "advice" }',
        [
            ["GPU", "Price", "Watts", "Why"],
            ["RTX 4090", "$1" * 1_000_000, "450 W", "so " * 5_000],
            ["x" * 2_001, "$1,599", "450 W", ""],
        ],
    )
    assert [len(reason) < 200 for reason in reasons(observed)] == [True] * 5
    assert observed.observations["raw_text"].to_list() == ["450 W"]
    assert observed.counts.select("observed", "rejected", "ignored", "label").row(0) == (1, 5, 1, 1)


# ---- no cell is lost, whatever the contract

VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f\xad"), min_size=1)
FIGURES = st.sampled_from(
    ["$1,599", "24 GB", "450 W", "12-15", "~20 tok/s", "yes", "n/a", "—", "", " ", "5 / 6", "/", "x", "0", "-1", "(n/a)",
     "RTX 4090", "2x RTX 3090", "70B", "Q4", "2026-04", "\u200b", "**", "*", "5*"]
)  # fmt: skip
CELL = st.one_of(FIGURES, FIGURES, VISIBLE.filter(lambda text: len(text) < 30))
SETTINGS = {
    "attribute": ["price", "memory", "tdp", "nvlink", "memory_type", "tokens_per_s", "cuda_cores", "difference", "part"],
    "extract": [r"(\d+)", "(x)", "(x)?", "(.*)", r"\((.*)\)", "^()"],
    "optional": [True, False],
    "split": ["/", ",", "→", ""],
    "derived": [True],
    "condition": ["street"],
    "hardware": ["RTX 4090", "no such card"],
    "ignore": ["not of use"],
}  # fmt: skip
READING = st.fixed_dictionaries(
    {"attribute": st.sampled_from(SETTINGS["attribute"])},
    optional={key: st.sampled_from(values) for key, values in SETTINGS.items() if key != "attribute"},
)
FACET = st.sampled_from(["hardware", "variant", "model", "count", "quantization", "observed_on", "each", "note"])
COLUMN = st.one_of(READING, READING, FACET.map(lambda facet: {"facet": facet}))


def literal(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else f"'{value}'"


def inline(spec: dict[str, object]) -> str:
    return "{ " + ", ".join(f"{key} = {literal(value)}" for key, value in spec.items()) + " }"


@st.composite
def tables(draw: st.DrawFn, name: str) -> tuple[str, str]:
    columns = draw(st.lists(COLUMN, min_size=1, max_size=3))
    lines = [f'"c{n}" = {inline(spec)}' for n, spec in enumerate(columns)]
    override = draw(st.one_of(st.none(), READING))
    contract = f"[{name}.columns]\n" + "\n".join(lines)
    if override is not None:
        contract += f"\n[[{name}.overrides]]\nrow = 2\n" + "\n".join(f"{k} = {literal(v)}" for k, v in override.items())
    header = [f"c{n}" for n in range(len(columns))]
    rows = draw(st.lists(st.lists(CELL, min_size=len(header), max_size=len(header)), min_size=1, max_size=3))
    return contract, as_csv([header, *rows])


STATES_NOTHING = re.compile(r"[\s\u200b]*|[-‐‑‒–−—]+[*]?|n/a|none|unknown|\?+", re.I)


@settings(max_examples=25, deadline=None)
@given(st.tuples(*(tables(f"t{n}") for n in range(12))))
def test_a_cell_with_visible_text_is_never_empty(drawn: tuple[tuple[str, str], ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        write_source(root, {f"t{n}": table for n, table in enumerate(drawn)})
        try:
            observed = read_sources(root)
        except Exception as error:
            error.add_note((root / "data/raw/small/2026-11-21/tables.toml").read_text())
            raise
        counts = observed.counts
        classes = pl.sum_horizontal("empty", "label", "observed", "rejected", "ignored")
        assert counts.select((pl.col("cells") == classes).all()).item()
        for name, (contract, content) in enumerate(drawn):
            of_file = counts.filter(pl.col("raw_file").str.ends_with(f"/t{name}.csv"))
            texts = [cell for row in csv.reader(io.StringIO(content, newline="")) for cell in row]
            silent = [text for text in texts if STATES_NOTHING.fullmatch(text.strip())]
            assert of_file["empty"].sum() <= len(silent), (contract, texts)
