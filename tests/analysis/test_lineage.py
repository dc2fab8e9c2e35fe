"""Every row of the analysis leads back to cells that stand in the files: all rows have inputs, and a random sample is walked."""

import csv
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli.tree import EDITED_FILES, trace
from pipelines.project import Project
from pipelines.warehouse.declarations import Declaration, load_declarations
from pipelines.warehouse.reading import open_published

CHECKOUT = Path(__file__).parents[2]
Ask = Callable[..., list[tuple[Any, ...]]]
DECLARATIONS = load_declarations(CHECKOUT / "analysis", CHECKOUT)
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


@pytest.mark.parametrize("table", MADE, ids=lambda table: table.name)
def test_every_row_says_what_it_was_made_from(rows: Ask, table: Declaration) -> None:
    # a constant of a claim is its own end: it stands in the claim's file with its source
    constant = "where constant is null" if table.name == "claim_inputs" else ""
    assert (
        rows(
            f"""
        select {key_of(table)} as key from {table.name} {constant}
        except
        select row_key from lineage where table_name = '{table.name}'
        """
        )
        == []
    )


def test_every_input_exists(rows: Ask) -> None:
    for (name,) in rows("select distinct input_table from lineage"):
        assert (
            rows(
                f"select input_key from lineage where input_table = '{name}' except select {key_of(DECLARATIONS[name])} from {name}"
            )
            == []
        ), name


def test_nothing_is_made_from_itself(rows: Ask) -> None:
    edges = {(table, name) for table, name in rows("select distinct table_name, input_table from lineage")}
    reached = dict.fromkeys({table for table, _ in edges}, frozenset[str]())
    for _ in reached:
        reached = {table: frozenset({i for t, i in edges if t == table} | {n for t, i in edges if t == table for n in reached.get(i, ())})
                   for table in reached}  # fmt: skip
    assert [table for table, inputs in reached.items() if table in inputs] == []


@pytest.mark.parametrize("table", MADE, ids=lambda table: table.name)
def test_a_sample_of_rows_is_walked_to_cells_that_stand_in_the_files(published: Project, table: Declaration) -> None:
    files: dict[str, list[list[str]]] = {}
    with open_published(published) as connection:

        def ask(query: str, *parameters: object) -> list[tuple[Any, ...]]:
            return connection.execute(query, list(parameters)).fetchall()

        connection.execute("create temp table edges as select table_name, row_key, input_table, input_key from lineage")
        keys = [key for (key,) in ask(f"select {key_of(table)} as key from {table.name} order by 1")]
        for key in random.Random(7).sample(keys, min(SAMPLE, len(keys))):
            seen: set[tuple[str, str]] = set()
            ends: set[tuple[str, str]] = set()
            pending = [(table.name, key)]
            while pending:
                row = pending.pop()
                if row in seen:
                    continue
                seen.add(row)
                if row[0] in LEAVES:
                    ends.add(row)
                    continue
                inputs = ask("select input_table, input_key from edges where table_name = ? and row_key = ?", *row)
                if row[0] == "claim_inputs" and not inputs:
                    ends.add(row)
                assert inputs or row in ends, row
                pending += inputs
            assert ends, key
            for name, end in ends:
                if name != "observations":
                    continue
                [(raw_file, raw_row, raw_column, raw_text)] = ask(
                    "select raw_file, raw_row, raw_column, raw_text from observations where observation_id = ?", end
                )
                if raw_file not in files:
                    with (CHECKOUT / raw_file).open(encoding="utf-8", newline="") as handle:
                        files[raw_file] = list(csv.reader(handle))
                header, line = files[raw_file][0], files[raw_file][raw_row - 1]
                assert line[header.index(raw_column)].strip() == raw_text.strip(), end


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
