"""A small project with a table that is read as large ones are: few rows, and a threshold that a test lowers."""

import shutil
from pathlib import Path

from pipelines.project import Project
from tests.conftest import CHECKOUT
from tests.small import small_project

FOLDER = "data/raw/offers/2026-11-20"
CONTRACT = """\
[offers]
title = "Offers of cards"
kind = "price"
place = "made for a test"

[offers.columns]
Card = { facet = "hardware" }
Price = { attribute = "price" }
Money = { facet = "currency" }
Condition = { facet = "condition" }
Day = { facet = "observed_on" }
Shop = { facet = "vendor" }
Words = { ignore = "prose" }
"""
SOURCE = """\
title = "Offers"
publisher = "nobody"
licence = "none"
published_on = "2026-11-20"
retrieved_on = 2026-11-20
"""
HEADER = ("Card", "Price", "Money", "Condition", "Day", "Shop", "Words")
RECORDS = (
    ("RTX 3090", "$800", "", "used", "2026-10-01", "A", "w"),
    ("RTX 3090", "$700", "", "used", "2026-10-02", "A", "w"),
    ("RTX 3090", "~$900", "", "used", "2026-10-02", "A", "w"),
    ("RTX 3090", "$1,000–1,100", "", "used", "2026-10-02", "A", "w"),
    ("RTX 3090", "$750 (used)", "", "used", "2026-10-03", "B", "w"),
    ("No Such Card 9", "$750", "", "used", "2026-10-03", "B", "w"),
    ("RTX 4090", "call us", "", "new", "2026-10-03", "B", "w"),
    ("RTX 4090", "$1,600", "", "new", "never", "B", "w"),
    ("RTX 4090", "", "", "new", "2026-10-03", "B", "w"),
    ("No Such Card 9", "$760", "", "used", "never", "B", "w"),
    ("RTX 4090", "$1,700 (used)", "", "new", "2026-10-03", "B", "w"),
    ("2x RTX 3090", "$1,500", "", "used", "2026-10-03", "C", "w"),
    ("RTX 4090", "n/a", "", "new", "never", "B", "w"),
    ("RTX 4090", "1.299,00", "EUR", "new", "2026-10-03", "D", "w"),
    ("RTX 4090", "1299 €", "", "new", "2026-10-03", "D", "w"),
    ("RTX 4090", "$1,299", "XYZW", "new", "2026-10-03", "D", "w"),
    ("RTX 4090", "1,299", "EUR", "new", "2026-10-03", "D", "w"),
)
"""Of every outcome one at least: figures, a remark, an unknown item, no figure, no day, several of them at once."""


def with_offers(root: Path, name: str = "offers.csv", content: bytes | None = None) -> Project:
    """The small project with one more source, of which the table is in a file of that name."""
    project = small_project(root)
    shutil.copy(CHECKOUT / "analysis" / "readings_in_usd.sql", root / "analysis")
    folder = root / FOLDER
    folder.mkdir(parents=True)
    (folder.parent / "source.toml").write_text(SOURCE, encoding="utf-8")
    (folder / "tables.toml").write_text(CONTRACT, encoding="utf-8")
    (folder / name).write_bytes(as_csv(RECORDS) if content is None else content)
    return project


def as_csv(records: tuple[tuple[str, ...], ...]) -> bytes:
    lines = [",".join(f'"{cell}"' for cell in record) for record in (HEADER, *records)]
    return ("\n".join(lines) + "\n").encode()
