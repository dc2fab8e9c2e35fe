"""Sources as nobody should write them: contracts with any values, tables in any bytes, corrections of what is not
there."""

import csv
import io
import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomlkit

from pipelines.contracts.facets import IMPLICIT_COLUMNS
from tests.attack.cells import Generator
from tests.attack.contracts import Values
from tests.normalise.sources import VOCABULARY

DAYS = ("2026-11-20", "2026-11-21")
NAMES = (
    "RTX 4090",
    "RTX 3090",
    "2x RTX 3090",
    "H100",
    "RTX 5090 ×2",
    "RTX 4090 NVLink",
    "Dual RTX 3090",
    "M4 Max",
    "no such card",
    "RTX 4090 / RTX 3090",
)
MODELS = ("70B", "Llama 3 70B", "Llama 3.1 8B Q4_K_M", "gpt-oss 120B", "no such model")
SAYS_NOTHING = ("n/a", "-", "—", "unknown", "TBD", "?", "none")
BLANK = ("", "", " ", "\t", "\u200b", "\ufeff", "\u00a0")
ODD = (
    "$1,299", "~24 GB", "28–35 tok/s", "✅ Yes", "❌ No", "⚠️ tight (21GB)", "24GB / 48GB", "$1,299 → $999", "a\nb", 'say "x"', "'; drop table x; --", "<b>1</b>",
    "=1+1", "\x1b[31m5", "\u202e12", "x" * 300, "y" * 2_001, "9" * 60, "1e308", "-5 W", "5 GB (4 cards)", "5 W | 6 W", "🙂", "a,b;c", "24 GB*", "$1,299 used",
    "true", "false", "2", "0", "-1", "99999999999", "2026-11", "9999", "0001-01-01", "Q4_K_M", "street", "used", "GB", "memory",
)  # fmt: skip
EXTRACTS = (
    r"(\d+)",
    "(.*)",
    "x",
    "(x)",
    r"\(([^)]*)\)",
    r"^~?\$([\d,]+)",
    "()",
    r"(?i)gb",
    r"(\S+)$",
    r"(\d+)?",
    "(?:x)|(y)",
    "(🙂)",
    "[0-9]+",
    "^",
    "a|b",
)
INVALID = ("(a)(b)", "(", "[", "(?=a)", "", "(?<!a)(b)", r"(a)\1")
SPLITS = ("/", "→", "+", "or", " ", ",", "", "|", "\n", "x")


@dataclass
class File:
    """A table as it was written: its records with the header first, which columns are labels; whether it is sound."""

    raw_file: str
    records: list[list[str]]
    labels: set[str] = field(default_factory=set)


class Sources:
    """Writes sources, from a seed; `files` are the tables of the last batch."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.figures = Generator(seed)
        self.values = Values(self.chance, VOCABULARY)
        self.attributes = list(VOCABULARY.attributes)
        self.files: dict[str, File] = {}

    # ---- what is written

    def write_batch(self, root: Path, count: int) -> None:
        """So many sources below `root`/data/raw."""
        self.files = {}
        for number in range(count):
            folder = root / "data" / "raw" / f"s{number}"
            folder.mkdir(parents=True)
            self.write_head(folder)
            for day in self.chance.sample(DAYS, self.chance.choice((1, 1, 2))):
                self.write_snapshot(folder / self.usually(day, "latest", "2026-13-45", "20261120", "١٢"), root)
            if self.chance.random() < 0.2:
                self.write_corrections(folder)

    def usually(self, *choices: Any, share: float = 0.96) -> Any:
        """The first of them, and seldom another."""
        return choices[0] if self.chance.random() < share else self.chance.choice(choices[1:])

    def write_head(self, folder: Path) -> None:
        head: dict[str, Any] = {
            "title": "T",
            "publisher": "p",
            "licence": "l",
            "published_on": "2026-11",
            "retrieved_on": DAYS[0],
        }
        if self.chance.random() < 0.05:
            head[self.chance.choice(list(head))] = self.values.any()
        if self.chance.random() < 0.02:
            head.pop(self.chance.choice(list(head)))
        self.put(folder / "source.toml", tomlkit.dumps(head).encode(errors="replace"), 0.02)

    def write_snapshot(self, day: Path, root: Path) -> None:
        day.mkdir(exist_ok=True)
        sections: dict[str, Any] = {}
        for name in self.chance.sample(("a", "b", "prices", "ü"), self.chance.choice((1, 1, 2))):
            path = day / f"{name}.csv"
            section, file = self.table(path.relative_to(root).as_posix())
            sections[name] = section
            content = self.content(file)
            self.files[file.raw_file] = file
            self.put(path, content, 0.06)
        if self.chance.random() < 0.02:
            sections[self.usually("absent", "", "a/b", share=0.5)] = sections[next(iter(sections))]
        self.put(day / "tables.toml", tomlkit.dumps(sections).encode(errors="replace"), 0.02)

    def table(self, raw_file: str) -> tuple[dict[str, Any], File]:
        """The contract of a table, and its records."""
        turned = self.chance.random() < 0.15
        header = self.chance.sample(
            ("GPU", "Price", "Speed", "VRAM", "Note", "Ünit €", 'a "b"', "x,y"), self.chance.randint(1, 5)
        )
        header += self.chance.sample(sorted(IMPLICIT_COLUMNS), self.chance.choice((0, 0, 1, 2)))
        columns = {name: self.column() for name in header if name not in IMPLICIT_COLUMNS or self.chance.random() < 0.1}
        section: dict[str, Any] = {
            "title": "t",
            "kind": self.chance.choice(("price", "spec", "benchmark", "other")),
            "place": "p",
            "columns": columns,
        }
        rows = [[self.cell(name, columns.get(name)) for name in header] for _ in range(self.chance.randint(1, 10))]
        if turned:
            header = ["What", *header]
            labels = [self.chance.choice(("CUDA Cores", "VRAM", "Price")) for _ in rows]
            rows = [[label, *row] for label, row in zip(labels, rows, strict=True)]
            section["attribute_column"] = "What"
            section["attributes"] = {label: self.readings() for label in set(labels) if self.chance.random() < 0.95}
            section["columns"] = {
                name: {"hardware": "RTX 4090"} if not isinstance(told, dict) or "ignore" not in told else told
                for name, told in columns.items()
            }
        if self.chance.random() < 0.85:
            section["defaults"] = {"condition": "street", "hardware": "RTX 4090", "model": "70B", **self.facets(1)}
        if self.chance.random() < 0.25:
            section["overrides"] = [
                {
                    "row": self.chance.choice((2, 3, 99)),
                    **self.facets(1),
                    **({"column": self.chance.choice(header)} if self.chance.random() < 0.6 else {}),
                }
            ]
        if self.chance.random() < 0.05:
            section[self.values.key() or "k"] = self.values.any()
        labels_of = {name for name in header if self.is_label(name, section["columns"].get(name))} | (
            {"What"} if turned else set()
        )
        return section, File(raw_file, [header, *rows], labels_of)

    def is_label(self, name: str, told: Any) -> bool:
        if name in IMPLICIT_COLUMNS and name != "value" and told is None:
            return True
        first = told[0] if isinstance(told, list) and told else told
        return isinstance(first, dict) and "facet" in first

    def column(self) -> Any:
        roll = self.chance.random()
        if roll < 0.25:
            split = {"split": self.chance.choice(SPLITS)} if self.chance.random() < 0.15 else {}
            return {
                "facet": self.usually("hardware", "model", "quantization", "count", "note", "condition", share=0.7),
                **split,
            }
        if roll < 0.35:
            return {"ignore": "words"}
        if roll < 0.36:
            return self.values.any()
        return self.readings()

    def readings(self) -> Any:
        """One reading, or a list of some."""
        made = [self.reading() for _ in range(self.chance.choice((1, 1, 1, 2, 3)))]
        return made[0] if len(made) == 1 and self.chance.random() < 0.9 else made

    def reading(self) -> dict[str, Any]:
        one: dict[str, Any] = {"attribute": self.chance.choice(self.attributes)}
        if self.chance.random() < 0.15:
            one["extract"] = self.usually(self.chance.choice(EXTRACTS), *INVALID)
            if self.chance.random() < 0.4:
                one["optional"] = True
        if self.chance.random() < 0.1:
            one["split"] = self.chance.choice(SPLITS)
        unit = VOCABULARY.attributes[one["attribute"]].unit
        if unit is not None and self.chance.random() < 0.2:
            one["unit"] = self.usually(unit, "zorkmid", "GB", share=0.9)
        return {**one, **(self.facets(2) if self.chance.random() < 0.4 else {})}

    def facets(self, count: int) -> dict[str, Any]:
        keys = (
            "hardware",
            "model",
            "condition",
            "count",
            "each",
            "note",
            "observed_on",
            "derived",
            "quantization",
            "qualifier",
            "topic",
            "phase",
        )
        return {key: self.facet(key) for key in self.chance.sample(keys, count)}

    def facet(self, key: str) -> Any:
        """A value that a facet may have, and seldom any."""
        allowed: dict[str, tuple[Any, ...]] = {
            "hardware": NAMES, "model": MODELS, "condition": ("street", "used"), "count": (1, 2), "each": (True, False),
            "observed_on": ("2026-11", "2025"), "derived": (True, False), "phase": ("decode", "prefill"),
        }  # fmt: skip
        return self.usually(self.chance.choice(allowed.get(key, ("Q4", "words"))), self.values.any(), share=0.97)

    def cell(self, name: str, told: Any) -> str:
        roll = self.chance.random()
        if roll < 0.12:
            return self.chance.choice(BLANK)
        if roll < 0.17:
            return self.chance.choice(SAYS_NOTHING)
        if roll < 0.3:
            return self.chance.choice(ODD)
        if (isinstance(told, dict) and "facet" in told) or name in IMPLICIT_COLUMNS:
            return self.chance.choice(NAMES + MODELS)
        first = told[0] if isinstance(told, list) and told else told
        attribute = first.get("attribute") if isinstance(first, dict) else None
        if attribute not in self.figures.attributes or self.chance.random() < 0.3:
            return self.figures.cell().text
        return self.figures.in_form(*self.figures.figures(str(attribute))).text

    # ---- bytes

    def content(self, file: File) -> bytes:
        """A table's bytes, of which the records are what a person sees; the records are changed as the bytes are."""
        records = file.records
        roll = self.chance.random()
        if roll < 0.08:
            records.insert(self.chance.randint(1, len(records)), [])
        elif roll < 0.16:
            row = self.chance.randrange(1, len(records))
            records[row] = (
                records[row] + ["more"] * self.chance.choice((1, 3))
                if self.chance.random() < 0.5
                else records[row][:-1] or ["x"]
            )
        elif roll < 0.19:
            records[0] = [*records[0][:-1], records[0][0]]
        elif roll < 0.22:
            records[0] = [*records[0][:-1], "nobody knows"]
        elif roll < 0.24:
            del records[1:]
        elif roll < 0.26:
            records[-1][-1] = "z" * self.chance.choice((2_001, 200_000))
        elif roll < 0.28:
            records[-1] = ["1"] * 500
        text = io.StringIO()
        end = self.usually("\n", "\r\n", "\r", share=0.7)
        # with \r at the ends of lines the writer leaves a \n inside a cell without quotation marks
        quoting = csv.QUOTE_ALL if end == "\r" else self.chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
        csv.writer(text, quoting=quoting, lineterminator=end).writerows(records)
        encoding = self.usually("utf-8", "utf-8-sig", "utf-16", "latin-1", "cp1252", "utf-32", share=0.85)
        try:
            return text.getvalue().encode(encoding)
        except UnicodeEncodeError:
            return text.getvalue().encode("utf-8")

    def put(self, path: Path, content: bytes, share: float) -> None:
        """Write a file, or seldom something else in its place."""
        if self.chance.random() >= share:
            path.write_bytes(content)
            return
        match self.chance.randrange(11):
            case 0:
                path.mkdir()
            case 1:
                path.symlink_to("/dev/zero")
            case 2:
                path.symlink_to(path.with_name("nowhere"))
            case 3:
                os.mkfifo(path)
            case 4:
                path.write_bytes(b"")
            case 5:
                path.write_bytes(content + b"\0")
            case 6:
                path.write_bytes(content[: len(content) // 2] + b'"' + content[len(content) // 2 :])
            case 7:
                path.write_bytes(content + b'\n"never closed')
            case 8:
                path.write_bytes(b"\xff\xfe" + content)
            case 9:
                path.write_bytes(b" \n \n")
            case 10:
                path.symlink_to(path)
        self.files.pop(f"data/raw/{path.parent.parent.name}/{path.parent.name}/{path.name}", None)

    def write_corrections(self, folder: Path) -> None:
        known = [
            file
            for name, file in self.files.items()
            if f"/{folder.name}/" in name and len(file.records) > 1 and file.records[1]
        ]
        lines = []
        for file in known[:2]:
            row = self.chance.randrange(1, len(file.records))
            record = file.records[row]
            column = min(len(record), len(file.records[0])) - 1
            if column >= 0:
                new = self.usually("24 GB", "", " ", "x" * 3_000, "$5", share=0.6)
                lines.append(
                    [
                        file.raw_file,
                        str(row + 1),
                        file.records[0][column],
                        self.usually(record[column], "other", share=0.85),
                        new,
                        "typo",
                    ]
                )
        lines += [["data/raw/x.csv", "2", "a", "b", "c", "d"]] * (self.chance.random() < 0.05)
        text = io.StringIO()
        header = self.usually("raw_file,row,column,old,new,why", "raw_file,row", "", share=0.94)
        csv.writer(text, lineterminator="\n").writerows(lines)
        self.put(folder / "corrections.csv", f"{header}\n{text.getvalue()}".encode(), 0.08)
