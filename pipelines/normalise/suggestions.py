"""What a name that the catalogue does not have may mean, for messages only: entries of its family, and how to add it.

Nothing is resolved here. A suggestion shares the figure of its name (5090, B200, 7900) or most of its words with what
was written, and is of the same kind.
"""

import difflib
import re
import shlex
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pipelines.contracts.catalogue import Catalogue, normal_form

SHOWN = 3
LEAST = 0.25
"""Confidence below which nothing is suggested."""
KIND_WORDS: Mapping[str, str] = {
    "psu": r"psu|power supply|\d{3,4}w\b", "board": r"motherboard|board|mainboard",
    "system": r"mac|macbook|dgx|studio|laptop|workstation|mini|server|station|jetson|apple|"
              r"m[1-5](?: (?:max|ultra|pro))?",
    "cpu": r"ryzen|xeon|epyc|threadripper|core (?:i\d|ultra)\S*|core|cpu|processor|i[3579]-?\d{4,5}\w*",
    "memory": r"ddr[45]\S*|dimm", "storage": r"ssd|nvme|hdd|solid state drive|hard drive",
    "case": r"(?:pc |tower |atx )case|chassis", "cooler": r"(?:cpu |liquid )?cooler|aio|heatsink",
}  # fmt: skip
"""Words of a kind, the first that a name holds deciding: `M2 Ultra 76-Core GPU` is a machine, no processor."""
LONGEST_NAME = 80


@dataclass(frozen=True)
class _Form:
    """A known name: its entry, its normal form and words, the figures among them (5090, b200) and their series (50)."""

    entry: str
    form: str
    words: frozenset[str]
    figures: frozenset[str]
    series: frozenset[str]


@dataclass
class _Index:
    """Names of a section by the words and series that they hold."""

    names: Mapping[str, str]
    kinds: Mapping[str, str]
    by_word: dict[str, list[_Form]] = field(default_factory=lambda: defaultdict(list))


_INDEXES: dict[str, tuple[Catalogue, _Index]] = {}
"""The last index of each section, with the catalogue that it is of."""


def suggestion(section: str, name: str, catalogue: Catalogue) -> str:
    """What is nearest to `name`, and the command that makes an entry of it."""
    index = _index(section, catalogue)
    scored = sorted(_scored(section, name, index), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    nearest = "; ".join(f"{index.names[entry]} ({score:.0%})" for entry, score in scored) or "nothing like it"
    shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    kind = kind_of(name) if section == "hardware" else section
    adds = f"; rigonomics catalogue add {shlex.quote(shown)} --kind {kind}" if section != "build" else ""
    return f"nearest: {nearest}{adds}"


def kind_of(name: str) -> str:
    """The kind of hardware that a name speaks of; gpu if of none other."""
    lower = name.lower()
    return next((kind for kind, words in KIND_WORDS.items() if re.search(rf"(?<!\w)(?:{words})(?!\w)", lower)), "gpu")


def _index(section: str, catalogue: Catalogue) -> _Index:
    known = _INDEXES.get(section)
    if known is not None and known[0] is catalogue:
        return known[1]
    if section == "build":
        index = _Index({entry: entry for entry in catalogue.builds["build_id"]}, {})
    else:
        frame, key = (catalogue.hardware, "hardware_id") if section == "hardware" else (catalogue.models, "model_id")
        kinds = dict(frame.select(key, "kind").iter_rows()) if section == "hardware" else {}
        index = _Index(dict(frame.select(key, "name").iter_rows()), kinds)
    for form, entry in catalogue.ids[section].items():
        one = _Form(entry, form, frozenset(form.split()), *_figures(form.split()))
        for word in one.words | one.series:
            index.by_word[word].append(one)
    _INDEXES[section] = catalogue, index
    return index


def _figures(words: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    figures = {word for word in words if re.search(r"\d", word) and not re.fullmatch(r"\d+(?:gb|tb|w)", word)}
    series = {f"{word[:-2]}__" for word in figures if re.fullmatch(r"[a-z]?\d{4}", word)}
    return frozenset(figures), frozenset(series)


def _scored(section: str, name: str, index: _Index) -> Iterator[tuple[str, float]]:
    written = normal_form(re.sub(r"(?i)(?<=\b\d{4})(ti|super|xtx|xt|gre|d|m)\b", r" \1", name))
    words = frozenset(word for word in written.split() if not re.fullmatch(r"\d+(?:gb|tb)", word))
    figures, series = _figures(written.split())
    wanted = kind_of(name)
    near = {id(one): one for word in words | series for one in index.by_word.get(word, ())}
    best: dict[str, float] = {}
    for one in near.values():
        if section == "hardware" and index.kinds[one.entry] != wanted:
            continue
        same_series = bool(series & one.series)
        if figures and one.figures and not figures & one.figures and not same_series:
            continue
        common = len(words & one.words) + (0.5 if same_series and not figures & one.figures else 0.0)
        likeness = common / len(words | one.words)
        if likeness < LEAST:
            continue
        # among entries of one series the one that is spelled most alike comes first
        score = likeness * (0.9 + 0.1 * difflib.SequenceMatcher(None, written, one.form).ratio())
        best[one.entry] = max(score, best.get(one.entry, 0.0))
    yield from best.items()
