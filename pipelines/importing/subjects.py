"""Which columns of a table name what its rows are about: hardware, a model."""

import re
from collections.abc import Sequence

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.importing.header_words import MONTHS
from pipelines.normalise.names import resolve_names

SAMPLED_NAMES = 40
"""Distinct cells of a column that are tried as names."""
MOST = 0.5
"""Share of a column's cells that have to be names for a header that says nothing of them."""
LONGEST_NAME = 200

OF_HARDWARE = (
    r"(?:gpu|graphics|accelerator|hardware|device|chip|card)s?(?: ?/ ?(?:gpu|cpu|device|accelerator|system|chip)s?)?"
    r"(?: (?:name|model|type|info|card|cards|config|configuration|setup|sku))?|video cards?|gpu\(s\)|nvidia gpus?"
    r"|graphics cards?|accelerator ?name|accel name",
    r"(?:system|machine|platform|computer|server|rig|setup|box|laptop|host|pc|mac)s?"
    r"(?: (?:name|model|type|config|configuration))?|configuration|config|hardware (?:used|spec)|cpu|processor|soc"
    r"|test system",
)
"""Whole headers of columns that name hardware, in their order."""
OF_ITEMS = (
    r"(?:product|item|article|listing|part|component|selection|card)s?(?: (?:name|title|description))?|names?|titles?"
    r"|model(?: name)?"
)
OF_MODELS = (
    r"(?:base |ai |language |llm )?models?"
    r"(?: ?(?:name|id|type|/ ?quant|\+ ?quant|used|\(quant\)|file|filename|tested|variant))?"
    r"|llms?|network|checkpoint|weights|architecture/model"
)
SIZE_OF_MODEL = r"model size|params?|parameters|size"
SYSTEMS = (
    r"(?:system|machine|computer|server|rig|laptop|host|pc|workstation|build|instance|plan|offer|package)s?"
    r"(?: (?:name|type|model|id))?"
)
"""Headers of a column beside the card's: what else the row states may be of the whole system."""


def plain_header(header: str) -> str:
    """A header in lower case with blanks between its words."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return re.sub(r"[_\s]+", " ", spaced.lower()).strip(" :*.#")


class Names:
    """What the catalogue knows of a table's texts; each is looked up once."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._known: dict[tuple[str, str], bool] = {}

    def share(self, section: str, cells: Sequence[str]) -> float:
        """The share of the stated cells that name something of the section; 0 for columns of figures."""
        distinct = [cell for cell in dict.fromkeys(map(str.strip, cells)) if cell][:SAMPLED_NAMES]
        names = [
            c for c in distinct
            if re.search(r"[A-Za-z]|^\d{4}\b", c) and len(c) <= LONGEST_NAME and "$" not in c
        ]  # fmt: skip
        if not names or len(names) < MOST * len(distinct):
            return 0.0
        self.look_up(section, names)
        return sum(self._known[section, name] for name in names) / len(distinct)

    def resolves(self, section: str, name: str) -> bool:
        """Whether the catalogue has that name."""
        self.look_up(section, [name])
        return self._known[section, name]

    def within(self, section: str, text: str) -> str | None:
        """The only name of the section that the text holds, longest run of words first; None if there are two or none.

        A name that goes on ("RTX 4090 Laptop", "RTX 3080 Ti") is another item's.
        """
        words = re.sub(r"[()\[\],:;|]", " ", text).split()[:24]
        found: list[tuple[int, int, str]] = []
        taken = [False] * len(words)
        for length in range(min(len(words), 8), 0, -1):
            for start in range(len(words) - length + 1):
                run = words[start : start + length]
                name = " ".join(run)
                if any(taken[start : start + length]) or "\x00" in run or not re.search("[A-Za-z]", name):
                    continue
                if not re.search(r"\d", name) and (length == 1 or section == "hardware"):
                    continue
                if name.lower().split()[0] in MONTHS or not self.resolves(section, name):
                    continue
                taken[start : start + length] = [True] * length
                found.append((start, start + length, name))
        if len({name.lower() for _, _, name in found}) != 1:
            return None
        _, end, name = found[0]
        following = words[end].lower() if end < len(words) else ""
        if re.fullmatch(
            r"(?:laptop|mobile|notebook|max-q|ti|super|d|xt|xtx|gre|ultra|pro|max|\d+gb|m|sxm\d?|nvl|pcie|and|or|vs\.?"
            r"|[+&/])",
            following,
        ):
            return None
        return name

    def look_up(self, section: str, names: Sequence[str]) -> None:
        """Resolve these names at once, for whoever asks later."""
        new = [name for name in dict.fromkeys(names) if (section, name) not in self._known]
        if not new:
            return
        frame = pl.DataFrame({"section": [section] * len(new), "name": new})
        resolved = resolve_names(frame, self._catalogue, suggest=False)
        for name, found in resolved.select("name", "id").iter_rows():
            self._known[section, name] = found is not None


def subject_columns(
    header: Sequence[str], columns: Sequence[Sequence[str]], names: Names, *, measured: bool
) -> dict[int, str]:
    """Positions of the columns that name what rows are about, and of which section.

    A header that speaks of hardware or models makes its column one, whether or not the catalogue knows its names: what
    is unknown is then rejected instead of leaving a figure without its subject. measured: the table has throughputs.
    """
    keys = [plain_header(name) for name in header]
    shares = {section: [names.share(section, cells) for cells in columns] for section in ("hardware", "model")}
    wordy = [
        is_wordy(cells) or (re.fullmatch(OF_HARDWARE[0], key) is not None and names.share("hardware", cells) >= MOST)
        for key, cells in zip(keys, columns, strict=True)
    ]
    taken: dict[int, str] = {}
    models = [n for n, key in enumerate(keys) if wordy[n] and re.fullmatch(OF_MODELS, key)]
    of_llm = [n for n in models if shares["model"][n] >= shares["hardware"][n] and (shares["model"][n] > 0 or measured)]
    for pattern in OF_HARDWARE:
        places = [n for n, key in enumerate(keys) if wordy[n] and re.fullmatch(pattern, key)]
        if places:
            best = max(places, key=lambda n: (shares["hardware"][n], -n))
            taken[best] = "hardware"
            break
    free = [n for n in of_llm if n not in taken]
    if free:
        taken[max(free, key=lambda n: (shares["model"][n], -n))] = "model"
    if "hardware" not in taken.values():
        items = [n for n, key in enumerate(keys) if wordy[n] and n not in taken and re.fullmatch(OF_ITEMS, key)]
        named = [n for n in range(len(keys)) if n not in taken and wordy[n] and shares["hardware"][n] >= MOST]
        if items and not (named and max(shares["hardware"][n] for n in items) == 0):
            taken[max(items, key=lambda n: (shares["hardware"][n], -n))] = "hardware"
        elif named:
            taken[max(named, key=lambda n: (shares["hardware"][n], -n))] = "hardware"
    if "model" not in taken.values():
        sized = [
            n for n, key in enumerate(keys) if n not in taken and key == "model size" and shares["model"][n] >= MOST
        ]
        named = [
            n for n, key in enumerate(keys)
            if n not in taken and wordy[n] and shares["model"][n] >= MOST
            and not re.search(r"param|size|weights|v?ram|memory", key)
        ]  # fmt: skip
        if sized or named:
            taken[(named or sized)[0]] = "model"
    return taken


FIGURE = re.compile(r"[~≈<>$€£+]*\s*[\d.,]+(?:\s*[-–]\s*[\d.,]+)?\s*(?:%|[A-Za-zµ]{1,4}(?:/[A-Za-z]{1,4})?)?\+?")


def is_wordy(cells: Sequence[str]) -> bool:
    """Whether most of the stated cells are names rather than figures with a unit; `70B` is a name of models, too."""
    stated = [cell.strip() for cell in cells if cell.strip()]
    named = [
        cell
        for cell in stated
        if re.search("[A-Za-z]", cell) and (not FIGURE.fullmatch(cell) or re.fullmatch(r"\d+(?:\.\d+)?[bB]", cell))
    ]
    return bool(stated) and len(named) >= MOST * len(stated)
