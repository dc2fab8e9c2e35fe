"""Records in the plain output of tools: what Ollama prints with --verbose, as it was copied from a terminal."""

import re

from pipelines.importing.found import Document, FoundTable

OLLAMA = re.compile(
    r"^\s*(total duration|load duration|prompt eval count|prompt eval duration|prompt eval rate|eval count"
    r"|eval duration|eval rate)\s*:\s*(\S.*?)\s*$",
    re.MULTILINE,
)
RUN = re.compile(r"(?m)^\s*[$>#%]*\s*(?:.*\s)?ollama run\s+(\S+)")


def records_of_text(feed: str, text: str) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Header and rows of the records that a feed's text holds; nothing if it holds none."""
    if feed != "ollama-verbose":
        return (), ()
    runs: list[dict[str, str]] = []
    current: dict[str, str] = {}
    models = [(found.start(), found[1]) for found in RUN.finditer(text)]
    for found in OLLAMA.finditer(text):
        if found[1] in current:
            runs.append(current)
            current = {}
        current[found[1]] = found[2]
        before = [model for place, model in models if place < found.start()]
        if before:
            current["model"] = before[-1]
    if current:
        runs.append(current)
    header = ("model", "prompt eval count", "prompt eval rate", "eval count", "eval rate")
    whole = [run for run in runs if "eval rate" in run]
    return (header, tuple(tuple(run.get(name, "") for name in header) for run in whole)) if whole else ((), ())


DEVICES = (
    re.compile(r"(?m)^.*?\bDevice (\d+): ([^,\n|]+?)\s*(?:,|$)"),
    re.compile(r"(?m)^ggml_vulkan: (\d+) = (.+?)(?: \([^()]*\))? \|"),
    re.compile(r"(?m)^ggml_metal_(?:device_)?init: (?:GPU name|found device):()\s+(?!MTL)(\S.*?)\s*$"),
)
"""How llama.cpp prints the cards that it found: CUDA and ROCm, Vulkan, Metal."""
FOUND_DEVICES = re.compile(r"(?i)found (\d+) (?:CUDA|ROCm|Vulkan|SYCL) devices?")
PLACE = re.compile(r"lines (\d+)-(\d+)")
OTHER_MACHINE = re.compile(r"(?m)^\s{0,3}(?:#{1,6}\s|\*\*|\S.*\bcomment\b)")
"""A heading, or another speaker, between two tables: the cards printed before need not be those of the next."""


def devices_before(document: Document, table: FoundTable) -> str | None:
    """The cards that llama.cpp printed before a table, parted by commas; None if it does not say them, or not alike.

    Those of an earlier table count only where no heading and no other speaker is between the two.
    """
    place = PLACE.fullmatch(table.place)
    if place is None:
        return _devices(document.text)
    ends = [
        found[2] for one in document.tables if (found := PLACE.fullmatch(one.place)) and int(found[2]) < int(place[1])
    ]
    lines = document.text.splitlines()
    before = sorted({0, *map(int, ends)}, reverse=True)
    until = int(place[1]) - 1
    for start in before:
        text = "\n".join(lines[start:until])
        if FOUND_DEVICES.search(text) or any(pattern.search(text) for pattern in DEVICES):
            return _devices(text)
        if start and OTHER_MACHINE.search(text):
            return None
        until = start
    return None


def _devices(text: str) -> str | None:
    for pattern in DEVICES:
        found = dict(pattern.findall(text))
        counts = set(FOUND_DEVICES.findall(text))
        names = set(pattern.findall(text))
        if found and len(names) == len(found) and (not counts or counts == {str(len(found))}):
            return ", ".join(found.values())
    return None
