"""TOML of the right keys with any values: contracts, source.toml, claims, catalogue, assumptions and vocabulary.

Each file is refused with an error that a user can act on, or is worked with: its cells are read and counted, its names
resolved, its frames put into their tables. What is accepted is read in batches; a batch that breaks is tried one by
one.
"""

import random
import shutil
import tempfile
import tomllib
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import polars as pl
import tomlkit

from pipelines.audit.claims import evaluate_claims
from pipelines.audit.declared_claims import claims_of
from pipelines.contracts.assumptions import Assumptions, read_assumptions
from pipelines.contracts.catalogue import SECTIONS, Catalogue, Entries, load_catalogue
from pipelines.contracts.facets import FACETS, LITERALS, Reading, choices
from pipelines.contracts.sources import ColumnReading, Head, OverrideReading, Section, Source, load_source
from pipelines.contracts.toml import Strict
from pipelines.contracts.vocabulary import Attribute, Vocabulary, load_vocabulary
from pipelines.errors import RigonomicsError
from pipelines.ingest.cells import parse_cells, read_content
from pipelines.normalise.names import resolve_names
from pipelines.normalise.observations import observe
from pipelines.normalise.quantities import read_quantities
from pipelines.warehouse.build import fill_from_frame
from pipelines.warehouse.declarations import Declaration, load_declarations
from tests.conftest import CHECKOUT

TRIES = 20_000
BATCH = 20
HEADER = ("hardware", "VRAM", "Price", "note", "value")
TEXTS = (
    "", " ", "x", "RTX 4090", "70B", "24GB", "$1,600", "~$3,500–$4,200", "memory", "price", "tokens_per_s", "USD", "GB",
    "zorkmid", "2026-11-20", "2026-11", "2026", "0001-01-01", "9999-12-31", "tomorrow", "/", "(", "((", "(((", "(.*)",
    r"(\d+)", "(?=a)", "(?<!a)(b)", r"(a)\1", "[", "*", "(a{999}){999}", "\\", "new", "true", "false", "unspecified", "2",
    "-1", "0", "99999999999", "1e9", "'", '"', "'; drop table observations; --", "{}", "${x}", "\x00", "\x1b[31m", "\x1f", "\u202e",
    "é", "e\u0301", "🙂", "٢", "a.b", "../..", "y" * 5_000, "a\nb", "hardware", "VRAM", "cards", "sum(x)", "x / 0", "x",
)  # fmt: skip
NUMBERS = (
    0, 1, 2, 3, 4, -1, 99, 10**6, 10**10, 2**31, 2**63 - 1, 10**30, 0.0, -0.0, 0.5, 1.5, 1e308, 5e-324, float("inf"),
    float("-inf"), float("nan"),
)  # fmt: skip
OTHERS = (
    True, False, date(1, 1, 1), date(2026, 11, 20), date(9999, 12, 31), time(1, 2, 3), datetime(2026, 11, 20, tzinfo=UTC),
)  # fmt: skip
Made = TypeVar("Made")


class Values:
    """Values of TOML: any at all, or one that a key is likely to have."""

    def __init__(self, chance: random.Random, vocabulary: Vocabulary) -> None:
        self.chance = chance
        self.likely: dict[str, tuple[Any, ...]] = {
            "attribute": (*vocabulary.attributes, *["memory"] * 300), "of": ("memory", "price"), "unit": ("GB", "GB", "USD"),
            "extract": (r"(\d+)", "(.*)"), "split": ("/", "or", ""), "ignore": ("prose",), "row": (2, 3), "rows": ([2], [2, 3]),
            "column": HEADER, "count": (1, 2, "2"), "concurrency": (1, "unspecified"), "lot_quantity": (1, 4),
            "context_tokens": (4096,), "observed_on": ("2026", "2026-11"), "hardware": ("RTX 4090", ["RTX 4090", "RTX 3090"]),
            "model": ("70B",), "facet": FACETS, "kind": ("spec", "price"), "name": tuple(f"N {n}" for n in range(99)), "title": ("T",),
            "place": ("p",), "publisher": ("p",), "licence": ("l",), "published_on": ("", "2026"), "retrieved_on": ("2026-11-20",),
            "optional": (True,), "derived": (True, False), "type": ("quantity", "flag", "text"), "range": ([0, 9],), "description": ("d",),
            "source_id": ("shop",), "architecture": ("moe",), "table": ("cards",), "formula": ("sum(x)", "x + 1", "x * 2"),
            "subject": ("s",), "what": ("w",), "constant": (2,), "source": ("s", "shop"), "source_day": ("2026-01-01", ""), "valid_from": ("2026",), "valid_to": ("2027",), "model_id": ("a-1",),
            "spellings": ({"GB": 1},), "aliases": ([], [], ["a"]), "quantizations": (["Q4"],), "unstated": (["gpu"],), "piece": (1,),
        }  # fmt: skip

    def any(self, depth: int = 0) -> Any:
        """Anything that TOML can hold."""
        roll = self.chance.random()
        if roll < 0.12 and depth < 3:
            return [self.any(depth + 1) for _ in range(self.chance.randrange(4))]
        if roll < 0.24 and depth < 3:
            return {self.key(): self.any(depth + 1) for _ in range(self.chance.randrange(3))}
        return self.chance.choice(self.chance.choice((TEXTS, NUMBERS, OTHERS)))

    def key(self) -> str:
        """A name: of a facet, a key, a column, or anything."""
        return self.chance.choice((*LITERALS, *HEADER, *TEXTS))

    def of(self, key: str, wildness: float, annotation: Any = str) -> Any:
        """A value for a key: mostly a likely one, by its name, its choices or its type."""
        if self.chance.random() < wildness:
            return self.any()
        by_type = (1, 0.5) if "float" in str(annotation) else ("x", "70B")
        return self.chance.choice(choices(annotation) or self.likely.get(key, by_type))

    def section(self, model: type[Strict], wildness: float, keys: int = 3) -> Any:
        """A section of a model's keys: all that it needs, or nearly, and a few others."""
        if self.chance.random() < wildness / 4:
            return self.any()
        fields = {info.alias or name: info for name, info in model.model_fields.items()}
        needed = [name for name, info in fields.items() if info.is_required() and self.chance.random() > wildness / 4]
        more = self.chance.sample(list(fields), self.chance.randrange(min(keys, len(fields)) + 1))
        extra = [self.key()] if self.chance.random() < wildness / 8 else []
        types = {name: info.annotation for name, info in fields.items()}
        return {key: self.of(key, wildness, types.get(key, str)) for key in (*needed, *more, *extra)}


class Attack:
    """The files that are tried, and what went wrong."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.chance = random.Random(seed)
        self.vocabulary = load_vocabulary(CHECKOUT / "data" / "vocabulary.toml")
        self.facets = tomllib.loads((CHECKOUT / "data" / "vocabulary.toml").read_text(encoding="utf-8"))["facets"]
        self.values = Values(self.chance, self.vocabulary)
        self.folder = folder
        self.catalogue = self.small_catalogue()
        self.declarations = load_declarations(CHECKOUT / "analysis", CHECKOUT)
        self.accepted: list[tuple[str, Source]] = []
        self.failures: list[str] = []
        self.worked = 0

    def small_catalogue(self) -> Catalogue:
        path = self.folder / "catalogue.toml"
        path.write_text(
            '[hardware.rtx-4090]\nname = "RTX 4090"\nkind = "gpu"\n[models.70b]\nname = "70B"\n', encoding="utf-8"
        )
        return load_catalogue(path)

    def tried(self, what: str, content: str, work: Callable[[], Made]) -> Made | None:
        """What the work gives; None if it was refused. Another exception is a failure."""
        try:
            made = work()
            self.worked += 1
            return made
        except RigonomicsError:
            return None
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            last = traceback.extract_tb(error.__traceback__)[-1]
            self.failures.append(
                f"{what}: {type(error).__name__}: {str(error)[:200]} ({last.name}) by\n{content[:1500]}"
            )
            return None

    def write(self, name: str, content: Mapping[str, Any]) -> tuple[Path, str]:
        path = self.folder / name
        text = tomlkit.dumps(content)
        path.write_text(text, encoding="utf-8")
        return path, text

    # ---- one file of each kind

    def contract(self) -> None:
        """A tables.toml, or a source.toml, and all that is read by it."""
        root = self.folder / f"s{len(self.accepted)}"
        day = root / "data" / "raw" / "shop" / "2026-11-20"
        day.mkdir(parents=True, exist_ok=True)
        wildness = self.chance.choice((0.02, 0.1, 0.4, 0.9))
        is_head = self.chance.random() < 0.15
        head = self.values.section(Head, wildness if is_head else 0.0, 0)
        tables = {"cards": self.table(0.0 if is_head else wildness)}
        if not isinstance(head, dict):
            head = {"title": head}
        text = tomlkit.dumps(head) + "\n# tables.toml\n" + tomlkit.dumps(tables)
        (day.parent / "source.toml").write_text(tomlkit.dumps(head), encoding="utf-8")
        (day / "tables.toml").write_text(tomlkit.dumps(tables), encoding="utf-8")
        (day / "cards.csv").write_text(self.csv(), encoding="utf-8")
        source = self.tried("contract", text, lambda: load_source(day.parent, root, self.vocabulary))
        if source is not None:
            self.accepted.append((text, source))
        if len(self.accepted) >= BATCH:
            self.read_batch()

    def table(self, wildness: float) -> Any:
        table = self.values.section(Section, wildness, 0)
        if not isinstance(table, dict):
            return table
        names = self.chance.sample(HEADER, self.chance.randrange(len(HEADER)))
        readings = {name: self.readings(ColumnReading, wildness) for name in names}
        parts: dict[str, Callable[[], Any]] = {
            "columns": lambda: readings,
            "defaults": lambda: self.values.section(Reading, wildness, 2),
            "overrides": lambda: [self.override(wildness) for _ in range(self.chance.randrange(3))],
        }
        if self.chance.random() < 0.2:
            parts["attribute_column"] = lambda: self.chance.choice(HEADER)
            parts["attributes"] = lambda: {name: self.readings(Reading, wildness) for name in ("RTX 4090", "x")}
        kept = [key for key in parts if self.chance.random() > 0.2]
        return table | {key: self.values.any() if self.chance.random() < wildness / 6 else parts[key]() for key in kept}

    def readings(self, model: type[Reading], wildness: float) -> Any:
        many = [self.values.section(model, wildness, 3) for _ in range(self.chance.choice((1, 1, 1, 2)))]
        return many if len(many) > 1 else many[0]

    def override(self, wildness: float) -> Any:
        override = self.values.section(OverrideReading, wildness, 3)
        if isinstance(override, dict) and not {"row", "rows"} & set(override):
            override["row"] = self.values.of("row", wildness)
        return override

    def csv(self) -> str:
        rows = [HEADER, *(tuple(self.chance.choice(TEXTS[:40]) for _ in HEADER) for _ in range(3))]
        return "".join(
            ",".join('"' + cell.replace('"', '""').replace("\0", "") + '"' for cell in row) + "\n" for row in rows
        )

    def read_batch(self) -> None:
        """Read the cells of all accepted contracts at once; one by one, if that breaks."""
        batch, self.accepted = self.accepted, []
        renamed = [self.renamed(source, n) for n, (_, source) in enumerate(batch)]
        before = len(self.failures)
        if not self.tried("batch", "", lambda: self.read_sources(renamed)) and len(self.failures) > before:
            del self.failures[before:]
            for text, source in batch:
                self.tried("cells", text, lambda source=source: self.read_sources([source]))  # type: ignore[misc]

    def renamed(self, source: Source, n: int) -> Source:
        from dataclasses import replace

        tables = tuple(
            replace(table, source_id=f"shop-{n}", raw_file=f"{n}/{table.raw_file}") for table in source.tables
        )
        return replace(source, source_id=f"shop-{n}", tables=tables)

    def read_sources(self, sources: list[Source]) -> bool:
        cells, read = [], []
        for source in sources:
            try:
                cells += [parse_cells(read_content(table), table) for table in source.tables]
                read.append(source)
            except RigonomicsError:
                continue  # a file that its contract does not fit
        if read:
            uncorrected = pl.concat(cells).with_columns(pl.lit(None, pl.String).alias("corrected"))
            counts = observe(read, uncorrected, self.vocabulary, self.catalogue).counts
            classes = ("empty", "label", "observed", "rejected", "ignored")
            assert counts["cells"].sum() == uncorrected.height, "cells are lost"
            assert counts.select(pl.sum_horizontal(classes) == pl.col("cells")).to_series().all(), "cells do not add up"
        return True

    def catalogue_file(self) -> None:
        wildness = self.chance.choice((0.02, 0.1, 0.5))
        models = {"hardware": "hardware", "models": "models", "builds": "builds"}
        content = {key: self.entries(Entries, key, wildness) for key in models if self.chance.random() > 0.2}
        path, text = self.write("tried.toml", content)
        catalogue = self.tried("catalogue", text, lambda: load_catalogue(path))
        if catalogue is not None:
            names = pl.DataFrame(
                [(s, name) for s in SECTIONS for name in TEXTS], schema=["section", "name"], orient="row"
            )
            self.tried("names", text, lambda: resolve_names(names, catalogue))

    def entries(self, model: type[Strict], key: str, wildness: float) -> Any:
        """Sections under a key that holds sections by name, or a list of them."""
        if self.chance.random() < wildness / 4:
            return self.values.any()
        annotation = model.model_fields[key].annotation
        inner = _model_in(annotation)
        sections = [self.values.section(inner, wildness) for _ in range(self.chance.randrange(1, 4))]
        is_list = getattr(annotation, "__origin__", None) is list
        names = [self.values.key() if self.chance.random() < wildness else f"a{n}" for n in range(len(sections))]
        return sections if is_list else dict(zip(names, sections, strict=True))

    def assumptions_file(self) -> None:
        wildness = self.chance.choice((0.0, 0.05, 0.3))
        real: dict[str, Any] = tomlkit.parse(
            (CHECKOUT / "data" / "assumptions.toml").read_text(encoding="utf-8")
        ).unwrap()
        for key in self.chance.sample(list(real), self.chance.randrange(1, 3)):
            real[key] = (
                self.entries(Assumptions, key, wildness) if self.chance.random() < 0.5 else self.mutated(real[key])
            )
        path, text = self.write("tried.toml", real)
        frames = self.tried("assumptions", text, lambda: read_assumptions(path, "data/assumptions.toml"))
        if frames is not None:
            self.tried("tables of assumptions", text, lambda: fill(frames, self.declarations))

    def mutated(self, content: Any) -> Any:
        """The content with one value in it replaced by any other."""
        if isinstance(content, dict | list) and content and self.chance.random() < 0.9:
            copied = content.copy()
            place = self.chance.choice(list(content) if isinstance(content, dict) else range(len(content)))
            copied[place] = self.mutated(content[place])
            return copied
        return self.values.any()

    def vocabulary_file(self) -> None:
        wildness = self.chance.choice((0.02, 0.1, 0.5))
        unit = {
            "spellings": {
                self.chance.choice(("GB", "MB", "W", "T", self.chance.choice(TEXTS))): self.values.of(
                    "size", wildness, float
                )
                for _ in range(2)
            }
        }
        attributes = {name: self.values.section(Attribute, wildness) for name in ("memory", "price")}
        units = {"GB": unit, "USD": {"spellings": {"$": 1}}, "W": unit}
        content: Any = {"facets": self.facets, "attributes": attributes, "units": units}
        content = self.mutated(content) if self.chance.random() < 0.5 else content
        path, text = self.write("tried.toml", content if isinstance(content, dict) else {"attributes": content})
        vocabulary = self.tried("vocabulary", text, lambda: load_vocabulary(path))
        if vocabulary is not None:
            cells = pl.DataFrame({"text": TEXTS}).with_columns(
                pl.lit("quantity").alias("type"), pl.lit("GB").alias("unit"), pl.lit("GB").alias("unit_hint"),
                pl.lit(None, pl.Float64).alias("range_low"), pl.lit(None, pl.Float64).alias("range_high"),
            )  # fmt: skip
            self.tried("cells of the vocabulary", text, lambda: read_quantities(cells, vocabulary))

    def claims_file(self) -> None:
        root = self.folder / "claims"
        day = root / "data" / "raw" / "shop" / "2026-11-20"
        if not day.exists():
            day.mkdir(parents=True)
            (day.parent / "source.toml").write_text(tomlkit.dumps(self.values.section(Head, 0.0, 0)), encoding="utf-8")
            columns = {"VRAM": {"attribute": "memory"}}
            table = {"title": "T", "kind": "spec", "place": "p", "columns": columns}
            (day / "tables.toml").write_text(tomlkit.dumps({"cards": table}), encoding="utf-8")
            (day / "cards.csv").write_text("hardware,VRAM\nRTX 4090,24GB\nRTX 4090,12GB\n", encoding="utf-8")
        reference = {"table": "cards", "row": 2, "column": "VRAM"}
        constant = {"constant": 2, "unit": "GB", "source": "s"}
        claim = {"subject": "s", "what": "w", "stated": reference, "formula": self.values.of("formula", 0.2),
                 "inputs": {"x": self.chance.choice(({**reference, "row": 3}, [{**reference, "row": 3}, constant]))}}  # fmt: skip
        text = tomlkit.dumps({"half": self.mutated(claim)})
        (day / "claims.toml").write_text(text, encoding="utf-8")
        self.tried("claims", text, lambda: self.judge_claims(day.parent, root))

    def judge_claims(self, folder: Path, root: Path) -> None:
        source = load_source(folder, root, self.vocabulary)
        cells = pl.concat([parse_cells(read_content(table), table) for table in source.tables])
        read = observe(
            [source], cells.with_columns(pl.lit(None, pl.String).alias("corrected")), self.vocabulary, self.catalogue
        )
        rejected = read.rejected.select("raw_file", "raw_row", "column_name")
        evaluate_claims(claims_of(source, [source]), read.observations, self.vocabulary, rejected)


def _model_in(annotation: Any) -> type[Strict]:
    """The model of the sections in a mapping or a list of them."""
    return next(one for one in annotation.__args__ if isinstance(one, type) and issubclass(one, Strict))


def fill(frames: Mapping[str, pl.DataFrame], declarations: Mapping[str, Declaration]) -> None:
    """Put frames into their declared tables."""
    with duckdb.connect() as connection:
        for name, frame in frames.items():
            fill_from_frame(connection, declarations[name], frame)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder in memory if there is one."""
    shared = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="attack-", dir=shared if shared.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def attack(seed: int, tries: int) -> str:
    """How so many files ended. Raises AssertionError with the first that ended in anything but an error to act on."""
    with temporary_folder() as folder:
        trial = Attack(seed, folder)
        kinds = [trial.contract] * 11 + [trial.catalogue_file] * 3 + [trial.assumptions_file] * 2
        kinds += [trial.vocabulary_file] * 2 + [trial.claims_file]
        for _ in range(tries):
            trial.chance.choice(kinds)()
        trial.read_batch()
        assert not trial.failures, f"{len(trial.failures)} files broke, of which the first:\n{trial.failures[0]}"
        return f"nothing broke; {trial.worked} files were accepted and read"
