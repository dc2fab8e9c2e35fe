"""Records in the plain output of tools: what Ollama prints with --verbose, as it was copied from a terminal."""

import re

OLLAMA = re.compile(
    r"^\s*(total duration|load duration|prompt eval count|prompt eval duration|prompt eval rate|eval count|eval duration"
    r"|eval rate)\s*:\s*(\S.*?)\s*$",
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


DEVICE = re.compile(r"(?m)^\s*Device \d+: ([^,\n]+?)(?:,|$)")
FOUND_DEVICES = re.compile(r"found (\d+) (?:CUDA|ROCm|Vulkan|SYCL) devices")


def devices_of(text: str) -> str | None:
    """The cards that llama.cpp printed before its table ("found 2 CUDA devices"), as `2x NAME`; None if not said once alike."""
    counts, names = set(FOUND_DEVICES.findall(text)), set(DEVICE.findall(text))
    if len(counts) != 1 or len(names) != 1:
        return None
    (count,), (name,) = counts, names
    return name if count == "1" else f"{count}x {name}"
