"""What the columns of a found table seem to mean: a contract proposed from its header and its cells.

Words of the header say which attribute a column may be of; the cells decide, read by the same grammar as later. Where a
contract needs something that the table does not say (the kind of a price, a unit), the likeliest is taken and named in
`remarks`. A column that reads as nothing is ignored with a reason. Nothing is read from disk or written here.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from pipelines.contracts.catalogue import Catalogue, normal_form
from pipelines.contracts.facets import FACET_VALUES, IMPLICIT_COLUMNS
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.importing.documents import FoundTable
from pipelines.normalise.names import resolve_names
from pipelines.normalise.quantities import read_quantities

SAMPLED_NAMES = 25
"""Distinct cells of a column that are tried as names."""
SECTIONS = ("hardware", "model", "build")
MOST = 0.5
"""Share of a column's cells that have to read as a thing for the column to be taken as that thing."""
LEAST = 0.3
"""The same for names under a header that speaks of them: the others are shown as unknown."""
LONGEST_NAME = 80
QUANTIZATION = re.compile(
    r"(?i)\b(FP(?:4|8|16|32)|BF16|INT[48]|I?Q\d(?:_(?:K_(?:XS|S|M|L|XL)|K|0|1))?|NVFP4|MXFP4|AWQ|GPTQ)\b"
)
SIZE_OF_MODEL = re.compile(r"(?<![\w.])(\d{1,4}(?:\.\d)?)B\b")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FOREIGN_MONEY = re.compile(r"[€£¥₹]|\b(?:EUR|GBP|JPY|CNY|INR|CHF|AUD|CAD)\b")

WORDS_OF_ATTRIBUTES: tuple[tuple[str, str, Mapping[str, Any]], ...] = (
    (r"(?:\$|usd) ?(?:/|per|an?) ?h(?:ou)?r?\b|\bhourly\b|\bper hour\b|/ ?hr\b", "usd_per_hour", {}),
    (r"\b(?:prefill|prompt processing|prompt eval|pp ?\d*)\b", "tokens_per_s", {"phase": "prefill"}),
    (r"\btok(?:en)?s? ?(?:/|per) ?s|\bt/s\b|\btps\b|\bthroughput\b|\bspeed\b|\bdecode\b|\bgeneration\b|\btg ?\d+",
     "tokens_per_s", {}),
    (r"\b(?:msrp|rrp|launch price)\b", "price", {"condition": "msrp"}),
    (r"\blist price\b", "price", {"condition": "list"}),
    (r"\b(?:used|second.?hand|ebay|refurb\w*|pre.?owned)\b", "price", {"condition": "used"}),
    (r"\bopen.?box\b", "price", {"condition": "open_box"}),
    (r"\bnew\b", "price", {"condition": "new"}),
    (r"\b(?:street|retail)\b", "price", {"condition": "street"}),
    (r"\b(?:price|cost|usd)\b|\$", "price", {}),
    (r"\b(?:interconnect|link|nvlink) (?:bandwidth|bw)\b", "link_bandwidth", {}),
    (r"\b(?:bandwidth|bw)\b", "memory_bandwidth", {}),
    (r"\b(?:memory|vram|ram) type\b", "memory_type", {}),
    (r"\b(?:memory|ram) (?:speed|clock)\b", "memory_speed", {}),
    (r"\b(?:memory )?channels\b", "memory_channels", {}),
    (r"\b(?:vram|memory|ram)\b", "memory", {}),
    (r"\bidle\b", "idle_power", {}),
    (r"\b(?:tdp|tgp|tbp|board power|power)\b|\bwatts?\b", "tdp", {}),
    (r"\bnv-?link\b", "nvlink", {}),
    (r"\bcuda\b", "cuda_cores", {}),
    (r"\btensor cores\b", "tensor_cores", {}),
    (r"\bfp16\b.*\bt?flops\b|\bt?flops\b.*\bfp16\b", "tflops_fp16", {}),
    (r"\bfp32\b.*\bt?flops\b|\bt?flops\b.*\bfp32\b", "tflops_fp32", {}),
    (r"\bboost\b", "boost_clock", {}),
    (r"\bbase clock\b", "base_clock", {}),
    (r"\bl2\b", "l2_cache", {}),
    (r"\bl3\b", "l3_cache", {}),
    (r"\barchitecture\b", "architecture", {}),
    (r"\bsocket\b", "socket", {}),
    (r"\bprocess\b", "process_node", {}),
    (r"\bactive param\w*", "active_parameters", {}),
    (r"\bparam\w*", "parameters", {}),
    (r"\b(?:file )?size\b|\bweights\b", "size", {}),
    (r"\bbpw\b|\bbits\b", "bits_per_weight", {}),
    (r"\bcapacity\b", "capacity", {}),
    (r"\bthreads\b", "threads", {}),
    (r"\bcores\b", "cores", {}),
    (r"\bwarranty\b", "warranty", {}),
    (r"\bpayback\b|\bbreak.?even\b", "payback", {}),
)  # fmt: skip
"""Words of a header in lower case, the attribute that they speak of, and facets that they carry. The first that the cells
bear out wins."""

WORDS_OF_FACETS: tuple[tuple[str, str], ...] = (
    (r"^(?:quant(?:i[sz]ation)?s?|precision|format)$", "quantization"),
    (r"^(?:engine|backend|runtime|framework|software|inference engine)$", "engine"),
    (r"^(?:context|context length|ctx|context tokens)$", "context_tokens"),
    (r"^(?:provider|cloud|host|cloud provider)$", "provider"),
    (r"^(?:vendor|seller|store|shop|retailer|merchant)$", "vendor"),
    (r"^(?:url|link|source url|where)$", "url"),
    (r"^(?:date|day|observed on|as of|seen on|last seen|updated)$", "observed_on"),
    (r"^(?:condition|state|price type|type)$", "condition"),
    (r"^(?:purchase|billing|pricing|condition|type)$", "purchase"),
    (r"^(?:count|qty|quantity|gpus|gpu count|# ?gpus?|number of gpus)$", "count"),
    (r"^(?:concurrency|users|batch|batch size)$", "concurrency"),
    (r"^(?:phase)$", "phase"),
)
"""A whole header in lower case, and the facet that it names."""

WORDS_OF_SUBJECTS: Mapping[str, str] = {
    "hardware": r"\b(?:gpus?|cards?|graphics|hardware|accelerators?|cpus?|processors?|devices?|articles?|products?"
                r"|items?|parts?|components?|instances?|systems?|machines?)\b",
    "model": r"\b(?:models?|llms?|networks?)\b",
}  # fmt: skip

WORDS_OF_SIZES = r"\b(?:param\w*|size|weights|vram|memory)\b"
"""Headers under which `70B` is a figure and not the name of a model."""

TABLE_KIND_OF = {
    "price": "price", "benchmark": "benchmark", "cloud_rate": "cloud_rate", "spec": "spec", "model_size": "model_size",
    "model_memory": "model_size", "model": "model_size", "power": "power", "cost": "cost", "system_cost": "cost",
    "part": "build",
}  # fmt: skip
RANK_OF_KIND = ("benchmark", "cloud_rate", "price", "model_size", "power", "cost", "build", "spec")
"""Where a table holds as much of two kinds, the first here names it."""


@dataclass(frozen=True)
class Proposal:
    """A table with its section of tables.toml, what was assumed for it, and whether any column was taken as a figure."""

    table: FoundTable
    section: Mapping[str, Any]
    remarks: tuple[str, ...]
    reads: bool
    is_taken_over: bool = False
    """Whether the section is that of the source's last snapshot."""


@dataclass
class _Guess:
    """What a column may be, the likeliest first: attribute, unit of bare figures, further literals, remark on them."""

    position: int
    header: str
    candidates: list[tuple[str, str | None, dict[str, Any], str]] = field(default_factory=list)


def propose(
    table: FoundTable, vocabulary: Vocabulary, catalogue: Catalogue, *, observed_on: date | None = None
) -> Proposal:
    """The contract that the table seems to want. observed_on: day of prices that the table does not date."""
    return _Proposer(table, vocabulary, catalogue, observed_on).proposal()


class _Proposer:
    def __init__(
        self, table: FoundTable, vocabulary: Vocabulary, catalogue: Catalogue, observed_on: date | None
    ) -> None:
        self._table = table
        self._vocabulary = vocabulary
        self._catalogue = catalogue
        self._observed_on = observed_on
        self._remarks: list[str] = []
        self._columns: dict[str, Any] = {}
        self._defaults: dict[str, Any] = {}
        self._overrides: list[dict[str, Any]] = []
        self._kinds: Counter[str] = Counter()
        self._facets: set[str] = set()

    def proposal(self) -> Proposal:
        if self._states_itself():
            section = {**self._head("other"), "defaults": {}, "columns": {}}
            if "attribute" in self._table.header:
                return Proposal(self._table, section, ("its headers are facets and speak for themselves",), True)
        transposed = self._attribute_rows()
        if transposed is not None:
            return transposed
        self._subjects()
        self._facet_columns()
        self._figures()
        self._whole_table()
        section = self._head(self._kind())
        section["defaults"] = self._defaults
        section["columns"] = {name: self._columns[name] for name in self._table.header}
        if self._overrides:
            section["overrides"] = self._overrides
        return Proposal(self._table, section, tuple(self._remarks), bool(self._kinds))

    def _head(self, kind: str) -> dict[str, Any]:
        return {"title": self._table.title, "kind": kind, "place": self._table.place}

    def _kind(self) -> str:
        if not self._kinds:
            return "other"
        return min(self._kinds, key=lambda k: (-self._kinds[k], RANK_OF_KIND.index(k) if k in RANK_OF_KIND else 99))

    def _states_itself(self) -> bool:
        return "value" in self._table.header and set(self._table.header) <= set(IMPLICIT_COLUMNS)

    # ---- what the rows are about

    def _subjects(self) -> None:
        """At most one column of hardware and one of models: those with most names that the catalogue knows."""
        shares = {
            (section, position): self._share_of_names(section, self._table.column(position))
            for position in range(len(self._table.header))
            for section in SECTIONS
        }
        for section in SECTIONS:
            ranked = [
                (self._speaks_of(section, name), shares[section, position], -position)
                for position, name in enumerate(self._table.header)
                if name not in self._columns
                and shares[section, position] == max(shares[of, position] for of in SECTIONS)
                and not (section == "model" and re.search(WORDS_OF_SIZES, name.lower()))
            ]
            spoken, share, at = max(ranked, default=(False, 0.0, 0))
            if share >= (LEAST if spoken else MOST):
                self._columns[self._table.header[-at]] = {"facet": section}
                self._facets.add(section)
        if self._facets & set(SECTIONS):
            return
        # few names resolve: the column with most of them, else the first of words, is the subject all the same, so that its
        # names are shown as unknown
        words = [
            position
            for position in range(len(self._table.header))
            if self._table.header[position] not in self._columns and self._is_wordy(self._table.column(position))
        ]
        words.sort(key=lambda position: -max(shares[of, position] for of in SECTIONS))
        if words:
            name = self._table.header[words[0]]
            best = max(SECTIONS, key=lambda of: shares[of, words[0]])
            by_header = next((of for of in WORDS_OF_SUBJECTS if self._speaks_of(of, name)), "topic")
            subject = best if shares[best, words[0]] > 0 else by_header
            self._columns[name] = {"facet": subject}
            self._facets.add(subject)
            if subject != "topic":
                self._remarks.append(f"{name!r} is taken as {subject}: the catalogue knows few of its names")

    def _speaks_of(self, section: str, header: str) -> bool:
        return section in WORDS_OF_SUBJECTS and bool(re.search(WORDS_OF_SUBJECTS[section], header.lower()))

    def _share_of_names(self, section: str, cells: Iterable[str]) -> float:
        distinct = [cell for cell in dict.fromkeys(map(str.strip, cells)) if cell]
        names = [c for c in distinct if re.search("[A-Za-z]", c) and len(c) <= LONGEST_NAME and "$" not in c]
        if len(names) < MOST * len(distinct) or not names:
            return 0.0
        return sum(self._is_name(section, name) for name in names[:SAMPLED_NAMES]) / min(len(names), SAMPLED_NAMES)

    def _is_name(self, section: str, name: str) -> bool:
        # looking for the nearest names takes long: only what shares a word with the catalogue is resolved at all
        words = set(normal_form(name).split())
        if not any(words & set(form.split()) for form in self._catalogue.ids[section]):
            return bool(section == "model" and SIZE_OF_MODEL.search(name)) and self._resolves(section, name)
        return self._resolves(section, name)

    def _resolves(self, section: str, name: str) -> bool:
        found = resolve_names(pl.DataFrame({"section": [section], "name": [name]}), self._catalogue)
        return found["id"][0] is not None

    def _is_wordy(self, cells: Sequence[str]) -> bool:
        stated = [cell for cell in cells if cell.strip()]
        return bool(stated) and sum(bool(re.match(r"\W*[A-Za-z]", cell)) for cell in stated) > MOST * len(stated)

    # ---- under which conditions

    def _facet_columns(self) -> None:
        for position, name in enumerate(self._table.header):
            if name in self._columns:
                continue
            key = re.sub(r"\s+", " ", name.lower()).strip(" :*")
            named = [name] if name in FACET_VALUES and name != "link" else []
            named += [facet for words, facet in WORDS_OF_FACETS if re.match(words, key)]
            cells = [cell.strip() for cell in self._table.column(position) if cell.strip()]
            for facet in named if cells else []:
                if facet not in self._facets and self._fits(facet, name, position, cells):
                    self._facets.add(facet)
                    break

    def _fits(self, facet: str, name: str, position: int, cells: list[str]) -> bool:
        """Declare the column as that facet if its cells can be values of it."""
        allowed = FACET_VALUES[facet]
        if allowed is not None:
            spoken = {cell: re.sub(r"[\s-]+", "_", cell.lower()) for cell in cells}
            if not all(value in allowed for value in spoken.values()):
                return False
            if all(cell == value for cell, value in spoken.items()):
                self._columns[name] = {"facet": facet}
                return True
            rows: dict[str, list[int]] = {}
            for number, cell in enumerate(self._table.column(position), start=2):
                if cell.strip():
                    rows.setdefault(spoken[cell.strip()], []).append(number)
            self._overrides += [{"rows": numbers, facet: value} for value, numbers in rows.items()]
            self._columns[name] = {"ignore": f"its words stand in the overrides as {facet}"}
            return True
        patterns = {
            "count": r"\d{1,4}", "concurrency": r"\d{1,6}", "context_tokens": r"\d{1,9}", "lot_quantity": r"\d{1,6}",
            "observed_on": r"\d{4}(-\d{2}(-\d{2})?)?", "url": r"(?i)(?:https?://|www\.).*",
        }  # fmt: skip
        if facet in patterns and not all(re.fullmatch(patterns[facet], cell) for cell in cells):
            return False
        self._columns[name] = {"facet": facet}
        return True

    # ---- figures

    def _figures(self) -> None:
        guesses = [
            self._guess(position, name)
            for position, name in enumerate(self._table.header)
            if name not in self._columns
        ]  # fmt: skip
        shares = self._shares_read(guesses)
        for guess in guesses:
            cells = [cell for cell in self._table.column(guess.position) if cell.strip()]
            best = next((n for n in range(len(guess.candidates)) if shares[guess.position, n][0] >= MOST), None)
            if not cells:
                self._columns[guess.header] = {"ignore": "the column is empty"}
            elif best is None:
                self._columns[guess.header] = {"ignore": self._why_not(guess, shares)}
            else:
                attribute, unit, literals, remark = guess.candidates[best]
                self._take(guess, attribute, unit if shares[guess.position, best][1] else None, literals, remark)

    def _guess(self, position: int, header: str) -> _Guess:
        guess = _Guess(position, header)
        conditions = self._in_words(header)
        words = header.lower()
        if FOREIGN_MONEY.search(header):
            return guess
        for pattern, attribute, literals in WORDS_OF_ATTRIBUTES:
            if re.search(pattern, words):
                self._add(guess, attribute, {**conditions, **literals}, "")
        if QUANTIZATION.fullmatch(header.strip()) and "model" in self._facets:
            title = self._table.title.lower()
            attribute = "memory_needed" if re.search(r"\b(?:v?ram|memory|needed|required)\b", title) else "size"
            self._add(guess, attribute, conditions, f"{header!r} is taken as {attribute} by its quantisation")
        plain = " ".join(re.findall("[a-z0-9]+", words))
        for attribute in self._vocabulary.attributes:
            if attribute.replace("_", " ") == plain.removesuffix(" support"):
                self._add(guess, attribute, conditions, "")
        for attribute in self._by_the_cells(position):
            self._add(guess, attribute, conditions, f"{header!r} is taken as {attribute} by its cells")
        return guess

    def _add(self, guess: _Guess, attribute: str, literals: Mapping[str, Any], remark: str) -> None:
        if attribute not in self._vocabulary.attributes:
            return
        if attribute == "memory" and "model" in self._facets and "hardware" not in self._facets:
            attribute = "memory_needed"
        if attribute == "size" and "model" not in self._facets and "model" not in literals:
            return
        guess.candidates.append((attribute, self._vocabulary.attributes[attribute].unit, dict(literals), remark))

    def _by_the_cells(self, position: int) -> list[str]:
        """Attributes that the cells' own units leave no doubt about."""
        cells = [cell for cell in self._table.column(position) if cell.strip()]
        signs = {
            "usd_per_hour": r"(?i)\$.*(?:/ ?h|per hour)", "price": r"\$\s?\d[^/]*$",
            "tokens_per_s": r"(?i)\d\s?(?:tok|t/s)", "memory_bandwidth": r"\d\s?[GT]B/s",
        }  # fmt: skip
        return [
            attribute
            for attribute, sign in signs.items()
            if cells and sum(bool(re.search(sign, cell)) for cell in cells) >= 0.8 * len(cells)
        ]

    def _in_words(self, text: str) -> dict[str, Any]:
        """Facets that a header or a title carries: a model, hardware, a quantisation, a month."""
        found: dict[str, Any] = {}
        quantization = QUANTIZATION.search(text)
        if quantization and not re.search(r"(?i)flops", text):
            found["quantization"] = quantization[1].upper()
        rest = QUANTIZATION.sub(" ", text)
        for section in ("hardware", "model"):
            name = None if section in self._facets else self._name_within(section, rest)
            if name is not None:
                found[section] = name
        month = re.search(rf"(?i)\b({'|'.join(MONTHS)})[a-z]*\.? (\d{{4}})\b", text)
        if month:
            found["observed_on"] = f"{month[2]}-{MONTHS.index(month[1].lower()) + 1:02d}"
        elif year := re.search(r"\b(20\d\d)\b", text):
            found["observed_on"] = year[1]
        return found

    def _name_within(self, section: str, text: str) -> str | None:
        """The longest run of words that is a name, a size alone (`70B`) being a model."""
        words = re.sub(r"[()\[\],:]", " ", text).split()[:12]
        forms = self._catalogue.ids[section]
        for length in range(min(len(words), 7), 0, -1):
            for start in range(len(words) - length + 1):
                name = " ".join(words[start : start + length])
                if normal_form(name) in forms and (length > 1 or re.search(r"\d", name)):
                    if not re.search("[A-Za-z]", name):
                        continue  # `4090` may be any number
                    return name
        return None

    def _shares_read(self, guesses: Sequence[_Guess]) -> dict[tuple[int, int], tuple[float, bool]]:
        """For each candidate: the share of stated cells that read as it, and whether they need its unit to be given."""
        rows = [
            (
                guess.position,
                n,
                needs_unit,
                cell,
                *self._as_asked(attribute, unit if needs_unit else None, guess.header),
            )
            for guess in guesses
            for n, (attribute, unit, _, _) in enumerate(guess.candidates)
            for cell in dict.fromkeys(self._table.column(guess.position))
            for needs_unit in (False, True)
            if cell.strip()
        ]
        schema = {
            "position": pl.Int64, "n": pl.Int64, "needs_unit": pl.Boolean, "text": pl.String, "type": pl.String,
            "unit": pl.String, "unit_hint": pl.String, "range_low": pl.Float64, "range_high": pl.Float64,
        }  # fmt: skip
        shares = {(guess.position, n): (0.0, False) for guess in guesses for n in range(len(guess.candidates))}
        if not rows:
            return shares
        read = read_quantities(pl.DataFrame(rows, schema=schema, orient="row"), self._vocabulary)
        summed = (
            read.filter(~pl.col("is_empty"))
            .group_by("position", "n", "needs_unit")
            .agg(pl.col("reason").is_null().mean().alias("share"))
            .sort("needs_unit")
        )
        for position, n, needs_unit, share in summed.iter_rows():
            if share > shares[position, n][0]:
                shares[position, n] = (share, needs_unit)
        return shares

    def _as_asked(
        self, attribute: str, unit: str | None, header: str
    ) -> tuple[str, str | None, str | None, float | None, float | None]:
        """Type, canonical unit, unit of a bare figure (given, else spelled in the header) and range of an attribute."""
        told = self._vocabulary.attributes[attribute]
        spellings = self._vocabulary.units[told.unit].spellings if told.unit else {}
        spelled = next((word for word in header.replace("(", " ").replace(")", " ").split() if word in spellings), None)
        low, high = told.range or (None, None)
        return told.type, told.unit, unit or spelled, low, high

    def _why_not(self, guess: _Guess, shares: Mapping[tuple[int, int], tuple[float, bool]]) -> str:
        if FOREIGN_MONEY.search(guess.header):
            return "money other than US dollars"
        if re.search(r"(?i)\b(?:notes?|comments?|remarks?|best for|use case|verdict|why|pros|cons)\b", guess.header):
            return "remarks in words"
        if not guess.candidates:
            return "the header says nothing that the vocabulary has"
        attribute = guess.candidates[0][0]
        return f"{shares[guess.position, 0][0]:.0%} of its cells read as {attribute}, which the header speaks of"

    def _take(
        self, guess: _Guess, attribute: str, unit: str | None, literals: dict[str, Any], remark: str
    ) -> None:  # fmt: skip
        told = self._vocabulary.attributes[attribute]
        reading: dict[str, Any] = {"attribute": attribute}
        if unit is not None:
            reading["unit"] = unit
            self._remarks.append(f"bare figures of {guess.header!r} are taken as {unit}")
        allowed = dict(literals)
        if told.kind not in ("benchmark", "model_size", "model_memory"):
            allowed = {k: v for k, v in allowed.items() if k not in ("model", "quantization")}
        if told.kind not in ("price", "cloud_rate"):
            allowed.pop("observed_on", None)
        allowed = {key: value for key, value in allowed.items() if key not in self._facets}
        if told.kind == "price" and "condition" not in allowed and "condition" not in self._facets:
            allowed["condition"] = "street"
            self._remarks.append(f"{guess.header!r} does not say which kind of price: taken as street")
        if told.kind in ("price", "cloud_rate") and not {"observed_on"} & {*allowed, *self._facets}:
            day = self._in_words(self._table.title).get("observed_on", self._observed_on)
            if day is not None:
                allowed["observed_on"] = str(day)
                self._remarks.append(f"{guess.header!r} without a day of its own counts as of {day}")
        self._columns[guess.header] = {**reading, **allowed}
        self._kinds[TABLE_KIND_OF.get(told.kind, "other")] += 1
        if remark:
            self._remarks.append(remark)

    def _whole_table(self) -> None:
        """Facets of the title that no column gives."""
        figures = [spec for spec in self._columns.values() if "attribute" in spec]
        of_title = self._in_words(self._table.title)
        is_benchmark = any(spec["attribute"] == "tokens_per_s" for spec in figures)
        for facet, value in of_title.items():
            if facet in self._facets or all(facet in spec for spec in figures):
                continue
            if is_benchmark or (facet == "hardware" and "topic" in self._facets):
                self._defaults[facet] = value
                self._remarks.append(f"{facet} {value} is taken from the title")

    # ---- rows that are attributes, columns that are articles

    def _attribute_rows(self) -> Proposal | None:
        """The contract of a table whose first column names attributes and whose other headers name hardware; else None."""
        first, *others = self._table.header
        articles = [name for name in others if self._resolves("hardware", name)]
        if not articles or len(articles) < MOST * len(others):
            return None
        if any(self._share_of_names(section, self._table.column(0)) >= MOST for section in SECTIONS):
            return None
        labels = list(dict.fromkeys(label.strip() for label in self._table.column(0) if label.strip()))
        if len(labels) != len([label for label in self._table.column(0) if label.strip()]):
            return None  # a label of two rows would leave open which is meant
        turned = FoundTable(
            self._table.number, "", "", "", ("article", *labels),
            tuple(
                (name, *(row[position] if position < len(row) else "" for row in self._table.rows if row[0].strip()))
                for position, name in enumerate(self._table.header) if name in articles
            ),
        )  # fmt: skip
        as_columns = _Proposer(turned, self._vocabulary, self._catalogue, self._observed_on)
        as_columns._columns["article"] = {"facet": "hardware"}
        as_columns._facets.add("hardware")
        as_columns._figures()
        attributes = {label: as_columns._columns[label] for label in labels}
        if not as_columns._kinds or sum("attribute" in spec for spec in attributes.values()) < 0.3 * len(labels):
            return None
        columns = {
            name: {"hardware": name}
            if name in articles
            else {"ignore": "the header names no hardware of the catalogue"}
            for name in others
        }
        section = {
            **self._head(as_columns._kind()), "attribute_column": first, "defaults": {}, "attributes": attributes,
            "columns": columns,
        }  # fmt: skip
        return Proposal(self._table, section, tuple(as_columns._remarks), True)
