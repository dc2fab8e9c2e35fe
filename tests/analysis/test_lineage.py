"""Every row of the analysis leads back to cells that stand in the files: all rows have inputs, and a random sample
is walked."""

import csv
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest

from pipelines.cli.tree import EDITED_FILES, trace
from pipelines.project import Project
from pipelines.warehouse.declarations import Declaration
from pipelines.warehouse.reading import open_published
from tests.small import CHECKOUT, declarations

Ask = Callable[..., list[tuple[Any, ...]]]
DECLARATIONS = declarations()
MADE = [
    table
    for table in DECLARATIONS.values()
    if table.folder not in ("raw", "observations", "published") and table.name != "lineage"
]
LEAVES = {*EDITED_FILES, "raw_files", "observations"}
SAMPLE = 12


def key_of(table: Declaration) -> str:
    columns = ", ".join(f'"{column}"' for column in table.primary_key)
    return f"row_key({columns})"


Row = tuple[str, str]
"""Name of a table, and key of a row of it."""


@dataclass(frozen=True)
class Origins:
    """What each row was made from, and where each observation stands: file, row, column and text."""

    inputs: dict[Row, list[Row]]
    cells: dict[str, tuple[str, int, str, str]]


@pytest.fixture(scope="module")
def origins(published: Project) -> Origins:
    inputs: dict[Row, list[Row]] = defaultdict(list)
    with open_published(published) as connection:
        for table, key, *made_from in connection.execute(
            "select table_name, row_key, input_table, input_key from lineage"
        ).fetchall():
            inputs[table, key].append((made_from[0], made_from[1]))
        cells = connection.execute(
            "select observation_id, raw_file, raw_row, raw_column, raw_text from observations"
        ).fetchall()
    return Origins(dict(inputs), {name: (file, row, column, text) for name, file, row, column, text in cells})


@pytest.mark.parametrize("table", MADE, ids=lambda table: table.name)
def test_every_row_says_what_it_was_made_from(rows: Ask, origins: Origins, table: Declaration) -> None:
    # a constant of a claim is its own end: it is in the claim's file with its source
    constant = "where constant is null" if table.name == "claim_inputs" else ""
    keys = rows(f"select {key_of(table)} as key from {table.name} {constant}")
    assert [key for (key,) in keys if (table.name, key) not in origins.inputs] == []


def test_every_input_exists(rows: Ask, origins: Origins) -> None:
    named: dict[str, set[str]] = defaultdict(set)
    for inputs in origins.inputs.values():
        for name, key in inputs:
            named[name].add(key)
    for name, keys in named.items():
        assert keys - {key for (key,) in rows(f"select {key_of(DECLARATIONS[name])} from {name}")} == set(), name


def test_nothing_is_made_from_itself(origins: Origins) -> None:
    rates = {row for (table, _), inputs in origins.inputs.items() if table == "observations" for row in inputs}
    # an amount in another currency is made from the rate of its day, which is an observation that is made from no other
    assert [row for row in rates for made_from in origins.inputs.get(row, []) if made_from[0] == "observations"] == []
    edges = {(table, name) for (table, _), inputs in origins.inputs.items() for name, _ in inputs}
    edges -= {("observations", "observations")}
    reached = dict.fromkeys({table for table, _ in edges}, frozenset[str]())
    for _ in reached:
        reached = {table: frozenset({i for t, i in edges if t == table} | {n for t, i in edges if t == table for n in reached.get(i, ())})
                   for table in reached}  # fmt: skip
    assert [table for table, inputs in reached.items() if table in inputs] == []


def ends_of(row: Row, origins: Origins) -> set[Row]:
    """The rows at which the way back from `row` ends; fails at a row that nothing is known of."""
    seen: set[Row] = set()
    ends: set[Row] = set()
    pending = [row]
    while pending:
        row = pending.pop()
        if row in seen:
            continue
        seen.add(row)
        inputs = [] if row[0] in LEAVES else origins.inputs.get(row, [])
        if row[0] in LEAVES or (row[0] == "claim_inputs" and not inputs):
            ends.add(row)
        assert inputs or row in ends, row
        pending += inputs
    return ends


@pytest.mark.parametrize("table", MADE, ids=lambda table: table.name)
def test_a_sample_of_rows_is_walked_to_cells_that_stand_in_the_files(
    rows: Ask, origins: Origins, table: Declaration
) -> None:
    keys = [key for (key,) in rows(f"select {key_of(table)} as key from {table.name} order by 1")]
    for key in random.Random(7).sample(keys, min(SAMPLE, len(keys))):
        ends = ends_of((table.name, key), origins)
        assert ends, key
        for name, end in ends:
            if name != "observations":
                continue
            raw_file, raw_row, raw_column, raw_text = origins.cells[end]
            header, *lines = records(raw_file)
            assert lines[raw_row - 2][header.index(raw_column)].strip() == raw_text.strip(), end


@cache
def records(raw_file: str) -> list[list[str]]:
    with (CHECKOUT / raw_file).open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def test_a_traced_cost_names_the_cells_of_speed_price_and_watts(published: Project) -> None:
    speed = "local-ai-hardware-guide-2026/2026-11-20/tier1_expected:3:value#1"
    with open_published(published) as connection:
        told = "\n".join(
            trace(published, connection, "cost_per_token", ["tier1-practitioner-5090", speed, "conservative"])
        )
    folder = "data/raw/local-ai-hardware-guide-2026/2026-11-20"
    assert f"{folder}/tier1_expected.csv row 3 column 'value': '~65 tokens/sec' = 65 tok/s" in told
    assert "ai-benchmarks/2026-11-25/r1_14b.csv row 2 column 'wall_peak_w'" in told
    assert f"{folder}/tier1_bom.csv row 2" in told
    assert "by usd_per_mtok: USD for a million tokens" in told
    assert "in data/assumptions.toml" in told
