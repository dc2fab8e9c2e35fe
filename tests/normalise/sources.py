"""Sources of a test's own making, read as the pipeline reads them: contract and cells in, observations out."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from pipelines.contracts.catalogue import load_catalogue
from pipelines.contracts.sources import load_sources
from pipelines.contracts.vocabulary import load_vocabulary
from pipelines.normalise.observations import Observed, observe
from pipelines.steps.raw import read_all_cells

DATA = Path(__file__).parents[2] / "data"
VOCABULARY = load_vocabulary(DATA / "vocabulary.toml")
CATALOGUE = load_catalogue(DATA / "catalogue.toml")
DAY = "2026-11-21"
SOURCE_TOML = f"""\
title = "t"
publisher = "p"
licence = "l"
published_on = "{DAY}"
retrieved_on = "{DAY}"
"""


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a CSV file holds them."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def write_source(root: Path, tables: dict[str, tuple[str, str]], source_id: str = "small") -> None:
    """A source under `root`/data/raw: for each table its section of tables.toml (without title, kind, place) and its
    CSV."""
    folder = root / "data" / "raw" / source_id / DAY
    folder.mkdir(parents=True)
    (folder.parent / "source.toml").write_text(SOURCE_TOML, encoding="utf-8")
    sections = []
    for name, (contract, content) in tables.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
        sections.append(f'[{name}]\ntitle = "t"\nkind = "other"\nplace = "x"\n{contract}\n')
    (folder / "tables.toml").write_text("".join(sections), encoding="utf-8")


def read_sources(root: Path) -> Observed:
    """Every source under `root`, as a refresh reads them."""
    sources = load_sources(root / "data" / "raw", root, VOCABULARY)
    cells = read_all_cells(sources).drop("source_id", "digest")
    return observe(
        sources, cells.rename({"raw_row": "row", "raw_column": "column", "raw_text": "text"}), VOCABULARY, CATALOGUE
    )


def read_table(root: Path, contract: str, rows: Sequence[Sequence[str]]) -> Observed:
    """One table, `t`, of one source."""
    write_source(root, {"t": (contract, as_csv(rows))})
    return read_sources(root)
