"""What a name that the catalogue does not have may mean, for messages only: entries of its family, and how to add it.

Nothing is resolved here. A suggestion shares the figure of its name (5090, B200, 7900) or most of its words with what was
written, and is of the same kind.
"""

import difflib
import re
import shlex
from collections.abc import Mapping

from pipelines.contracts.catalogue import Catalogue, normal_form

SHOWN = 3
LEAST = 0.25
"""Confidence below which nothing is suggested."""
KIND_WORDS: Mapping[str, str] = {
    "psu": r"psu|power supply|\d{3,4}w\b", "cpu": r"ryzen|xeon|epyc|threadripper|core|cpu|i[3579]-?\d{4,5}\w*",
    "board": r"motherboard|board|mainboard", "memory": r"ddr[45]\S*|dimm", "storage": r"ssd|nvme|hdd",
    "case": r"case|chassis", "cooler": r"cooler|aio|heatsink",
    "system": r"mac|macbook|dgx|studio|laptop|workstation|mini|server|station|jetson|m[1-5](?: (?:max|ultra|pro))?",
}  # fmt: skip
LONGEST_NAME = 80


def suggestion(section: str, name: str, catalogue: Catalogue) -> str:
    """What is nearest to `name`, and the command that makes an entry of it."""
    scored = sorted(_scored(section, name, catalogue), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]
    names = _names(section, catalogue)
    nearest = "; ".join(f"{names[entry]} ({score:.0%})" for entry, score in scored) or "nothing like it"
    shown = name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}…"
    kind = kind_of(name) if section == "hardware" else section
    adds = f"; rigonomics catalogue add {shlex.quote(shown)} --kind {kind}" if section != "build" else ""
    return f"nearest: {nearest}{adds}"


def kind_of(name: str) -> str:
    """The kind of hardware that a name speaks of; gpu if of none other."""
    lower = name.lower()
    return next((kind for kind, words in KIND_WORDS.items() if re.search(rf"\b(?:{words})(?!\w)", lower)), "gpu")


def _names(section: str, catalogue: Catalogue) -> dict[str, str]:
    if section == "build":
        return {entry: entry for entry in catalogue.builds["build_id"]}
    frame, key = (catalogue.hardware, "hardware_id") if section == "hardware" else (catalogue.models, "model_id")
    return dict(frame.select(key, "name").iter_rows())


def _scored(section: str, name: str, catalogue: Catalogue) -> list[tuple[str, float]]:
    kinds = dict(catalogue.hardware.select("hardware_id", "kind").iter_rows()) if section == "hardware" else {}
    wanted = kind_of(name)
    words = {word for word in normal_form(name).split() if not re.fullmatch(r"\d+(?:gb|tb)", word)}
    written = normal_form(name)
    best: dict[str, float] = {}
    for form, entry in catalogue.ids[section].items():
        if section == "hardware" and kinds[entry] != wanted:
            continue
        likeness = _likeness(words, set(form.split()))
        # among entries of one series the one that is spelled most alike comes first
        score = (
            likeness * (0.9 + 0.1 * difflib.SequenceMatcher(None, written, form).ratio()) if likeness >= LEAST else 0.0
        )
        if score > best.get(entry, 0.0):
            best[entry] = score
    return list(best.items())


def _likeness(words: set[str], form: set[str]) -> float:
    """Share of words in common; a figure of the same series (5099 and 5090) counts half, none in common is no likeness."""
    figures = {word for word in words if re.search(r"\d", word) and not re.fullmatch(r"\d+(?:gb|tb|w)", word)}
    others = {word for word in form if re.search(r"\d", word) and not re.fullmatch(r"\d+(?:gb|tb|w)", word)}
    series = {word[:-2] for word in figures if re.fullmatch(r"[a-z]?\d{4}", word)} & {
        word[:-2] for word in others if re.fullmatch(r"[a-z]?\d{4}", word)
    }
    if figures and others and not (figures & others) and not series:
        return 0.0
    common = len(words & form) + (0.5 if series and not figures & others else 0.0)
    return common / len(words | form) if words | form else 0.0
