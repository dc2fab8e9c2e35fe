"""Contracts of a source: what is refused, with the place that the message names and what it says is allowed."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.contracts.sources import Source, load_source
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.errors import ContractError
from tests.conftest import CHECKOUT

VOCABULARY = load_vocabulary(CHECKOUT / "data" / "vocabulary.toml")
HEAD = """\
title = "Shop"
publisher = "shop"
licence = "facts only"
published_on = "2026-04"
retrieved_on = "2026-11-20"
"""
SECTION = """\
[cards]
title = "Cards"
kind = "spec"
place = "page 1"
"""
MEMORY = '{ attribute = "memory" }'
COLUMN = "[cards.columns]\nVRAM = "
Load = Callable[..., Source]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """A source of one table whose files are given as text."""

    def load(tables: str = SECTION + COLUMN + MEMORY, head: str = HEAD, day: str = "2026-11-20") -> Source:
        folder = tmp_path / "data/raw/shop"
        (folder / day).mkdir(parents=True)
        (folder / "source.toml").write_text(head, encoding="utf-8")
        (folder / day / "tables.toml").write_text(tables, encoding="utf-8")
        (folder / day / "cards.csv").write_text("hardware,VRAM\nRTX 4090,24GB\n", encoding="utf-8")
        return load_source(folder, tmp_path, VOCABULARY)

    return load


def refused(load: Callable[[], Source]) -> str:
    """The message and the remedy of the refusal."""
    with pytest.raises(ContractError) as caught:
        load()
    assert caught.value.remedy
    return str(caught.value)


def test_a_contract_is_loaded(load: Load) -> None:
    tables = (
        SECTION
        + '[cards.defaults]\ncondition = "new"\n'
        + COLUMN
        + '[{ attribute = "memory", count = 2, each = true }]'
    )
    tables += '\nhardware = { facet = "hardware", split = "/" }\n[[cards.overrides]]\nrow = 2\nmodel = ["70B", "8B"]\n'
    source = load(tables)
    (table,) = source.tables
    assert (source.source_id, source.published_on, str(source.retrieved_on)) == ("shop", "2026-04", "2026-11-20")
    assert table.raw_file == "data/raw/shop/2026-11-20/cards.csv"
    assert table.defaults == {"condition": "new"}
    assert table.columns["VRAM"].readings == ({"attribute": "memory", "count": "2", "each": "true"},)
    assert (table.columns["hardware"].facet, table.columns["hardware"].facet_split) == ("hardware", "/")
    assert [(o.rows, o.literals) for o in table.overrides] == [((2,), {"model": ["70B", "8B"]})]


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ('published_on = "tomorrow"', "published_on = 'tomorrow': that is no day, month or year"),
        ('published_on = "2026-13"', "published_on = '2026-13'"),
        ('published_on = "0001-01-01"', "Days lie between 1970-01-01 and 2099-12-31"),
        ("published_on = 5", "published_on = 5"),
        ('published_on = "2027"', "was published on 2027 and retrieved before, on 2026-11-20"),
        ('retrieved_on = "9999-12-31"', "that day is out of reach"),
        ('retrieved_on = "2026-11"', "retrieved_on = '2026-11': that is no day"),
        ("retrieved_on = 2026-11-20T10:00:00Z", "that is no day"),
        ("title = 5", "title = 5"),
        ('title = " "', "nothing is said"),
        ('title = "a\\u0000b"', "control character"),
        ('titel = "x"', "unknown key titel.\n  Known: title, "),
    ],
)
def test_a_wrong_line_of_source_toml_is_named(line: str, named: str, load: Load) -> None:
    key = line.split(" = ", maxsplit=1)[0]
    kept = [old for old in HEAD.splitlines() if not old.startswith(f"{key} =")]
    message = refused(lambda: load(head="\n".join([*kept, line])))
    assert message.startswith("data/raw/shop/source.toml")
    assert named in message


@pytest.mark.parametrize("line", ["published_on = 2026-04-01", 'published_on = ""', "retrieved_on = 2026-11-20"])
def test_a_day_may_be_written_with_or_without_quotes(line: str, load: Load) -> None:
    key = line.split(" = ", maxsplit=1)[0]
    assert load(head="\n".join([*(old for old in HEAD.splitlines() if not old.startswith(key)), line])).tables


def test_a_source_that_lacks_a_key_says_which_are_needed(load: Load) -> None:
    message = refused(lambda: load(head=HEAD.replace('licence = "facts only"\n', "")))
    assert (
        message
        == "data/raw/shop/source.toml lacks licence.\n  Needed: title, publisher, licence, published_on, retrieved_on."
    )


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "2026-02-30", "2026-11", "newest"])
def test_a_snapshot_is_named_by_a_day_that_can_be(day: str, load: Load) -> None:
    assert refused(lambda: load(day=day)).startswith(f"data/raw/shop/{day} is named by no day")


@pytest.mark.parametrize(
    ("spec", "named"),
    [
        ("[]", "[cards.columns] has VRAM = []"),
        ("5", "[cards.columns] has VRAM = 5"),
        ('[{ attribute = "memory" }, 5]', "[cards.columns.VRAM] no. 2 is 5"),
        ('{ attribute = "memori" }', "Nearest: memory"),
        ("{ attribute = 5 }", "attribute = 5"),
        ("{ attribute = [] }", "attribute = []"),
        ('{ attribute = "memory", unit = "zorkmid" }', "[cards.columns.VRAM] has unit = 'zorkmid'"),
        ('{ attribute = "memory", unit = "W" }', "gives memory in 'W'.\n  It is kept in GB."),
        (
            '{ attribute = "memory", extract = "(((" }',
            "extract = '(((': that is no regular expression (unclosed group)",
        ),
        ('{ attribute = "memory", extract = "(a)(?=b)" }', "look-around"),
        ('{ attribute = "memory", extract = "(a)(?<!b)" }', "look-around"),
        ('{ attribute = "memory", extract = "(a)(b)" }', "it has 2 groups"),
        ('{ attribute = "memory", extract = "(a{1000}){1000}" }', "exceeds size limit"),
        ('{ attribute = "memory", optional = "yes" }', "Allowed are true, false"),
        ('{ attribute = "memory", colour = "red" }', "unknown key colour"),
        ('{ attribute = "memory", count = 0 }', "Give one from 1 to"),
        ('{ attribute = "memory", count = 99999999999 }', "count = 99999999999"),
        ('{ attribute = "memory", count = 2.5 }', "count = 2.5"),
        ('{ attribute = "memory", count = [1, "x"] }', "[cards.columns.VRAM.count] no. 2 is 'x'"),
        ('{ attribute = "memory", concurrency = "many" }', "concurrency = 'many'"),
        ('{ attribute = "price", condition = "stolen" }', "Allowed are msrp, street"),
        ('{ attribute = "price", observed_on = "9999-12-31" }', "that day is out of reach"),
        ('{ facet = "hardwear" }', "Nearest: hardware"),
        ('{ facet = "hardware", condition = "new" }', "is a facet and no reading, so condition says nothing"),
        ('{ ignore = "prose", unit = "GB" }', "is ignored, so unit says nothing"),
        ('[{ attribute = "memory" }, { facet = "hardware" }]', "names a facet in a later reading"),
    ],
)
def test_a_wrong_column_is_named(spec: str, named: str, load: Load) -> None:
    message = refused(lambda: load(SECTION + COLUMN + spec))
    assert message.startswith("data/raw/shop/2026-11-20/tables.toml [cards.columns")
    assert named in message


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ("row = '2'\nunit = 'GB'", "no. 1 has row = '2'.\n  Write a whole number."),
        ("row = 1\nunit = 'GB'", "row = 1.\n  Give a number of at least 2."),
        ("row = 99999999999999\nunit = 'GB'", "row = 99999999999999.\n  Give a number of at most"),
        ("row = true\nunit = 'GB'", "row = true"),
        ("rows = []\nunit = 'GB'", "rows = []"),
        ("rows = [2, '3']\nunit = 'GB'", "no. 1 rows no. 2 is '3'"),
        ("row = 2\nrows = [2]\nunit = 'GB'", "needs either row or rows"),
        ("unit = 'GB'", "needs either row or rows"),
        ("row = 2", "says nothing of its rows"),
        ("row = 2\nof = 'memori'\nunit = 'GB'", "of = 'memori'"),
        ("row = 2\nfacet = 'hardware'", "unknown key facet"),
    ],
)
def test_a_wrong_override_is_named(lines: str, named: str, load: Load) -> None:
    message = refused(lambda: load(SECTION + COLUMN + MEMORY + "\n[[cards.overrides]]\n" + lines))
    assert message.startswith("data/raw/shop/2026-11-20/tables.toml [cards.overrides]")
    assert named in message


@pytest.mark.parametrize(
    ("tables", "named"),
    [
        ("cards = 5", "[cards] is 5"),
        (SECTION.replace('"spec"', '"specs"'), "kind = 'specs'.\n  Allowed are spec, price"),
        (SECTION.replace('title = "Cards"\n', ""), "[cards] lacks title"),
        (SECTION + "columns = []", "columns = []"),
        (SECTION + "overrides = {}", "overrides = {}"),
        (SECTION + 'attribute_column = "Spec"', "needs attribute_column and attributes, or neither"),
        (SECTION + 'attribute_column = "VRAM"\nattributes.a.attribute = "memory"\n' + COLUMN + MEMORY, "describes 'VRAM' as a column too"),
        (SECTION + 'attribute_column = "Spec"\nattributes.a.attribute = "memory"\n' + COLUMN + f"[{MEMORY}, {MEMORY}]", "several readings"),
        (SECTION + "[boards]", "declares [boards], but there is no boards.csv"),
        ("[cards", "is not valid TOML"),
        ("x = " + "[" * 5000, "nested too deeply"),
        ("x = " + "1" * 5000, "is not valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_section_is_named(tables: str, named: str, load: Load) -> None:
    message = refused(lambda: load(tables))
    assert message.startswith("data/raw/shop/2026-11-20/tables.toml")
    assert named in message


def test_a_csv_without_a_section_is_named(load: Load) -> None:
    assert refused(lambda: load("")).startswith("data/raw/shop/2026-11-20/cards.csv has no section")


def test_a_pipe_in_place_of_a_file_is_refused_and_not_waited_for(tmp_path: Path, load: Load) -> None:
    load()
    tables = tmp_path / "data/raw/shop/2026-11-20/tables.toml"
    tables.unlink()
    os.mkfifo(tables)
    assert "is no regular file" in refused(lambda: load_source(tmp_path / "data/raw/shop", tmp_path, VOCABULARY))
