"""Names as sources write them to ids of data/catalogue.toml: `2× RTX 3090 NVLink`, `NVIDIA L40S 48GB (or 4× RTX 6000 Ada)`.

Here live the rules by which a name equals one of the catalogue's entries. Nothing is matched by likeness: what is not
the same after layout, a count, a link, a remark and a card's memory are taken off stays unresolved, with the nearest names.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipelines.contracts.catalogue import SECTIONS, Catalogue, normal_form


@dataclass(frozen=True)
class _Stripped:
    """A name with some of its additions taken off.

    lost: what may tell two articles apart and was taken off, so that it has to be checked.
    """

    text: str
    count: int | None = None
    link: str | None = None
    lost: str = ""
    memory: str | None = None


def resolve_names(names: pl.DataFrame, catalogue: Catalogue) -> pl.DataFrame:
    """Ids of names.

    names: section ('hardware', 'model', 'build') and name; further columns pass through. Returns the same rows with id
    (null if no entry has that name), count (how many the name says, null if none), link ('nvlink', 'pcie', 'nvswitch' or
    null) and, for the unresolved, candidates: up to three names that look alike. Raises ValueError for another section.
    """
    schema = {
        "section": pl.String, "name": pl.String, "id": pl.String, "count": pl.Int64, "link": pl.String,
        "candidates": pl.String,
    }  # fmt: skip
    resolved = [
        (section, name, *_resolve(section, name, catalogue))
        for section, name in names.select("section", "name").drop_nulls().unique(maintain_order=True).iter_rows()
    ]
    return names.drop("id", "count", "link", "candidates", strict=False).join(
        pl.DataFrame(resolved, schema=schema, orient="row"), on=["section", "name"], how="left", maintain_order="left"
    )


def _resolve(section: str, name: str, catalogue: Catalogue) -> tuple[str | None, int | None, str | None, str | None]:
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is none of {', '.join(SECTIONS)}")
    ids = catalogue.ids[section]
    for stripped in _readings(section, _plain(name)):
        entry_id = ids.get(normal_form(stripped.text))
        if entry_id is not None and _is_safe(stripped, entry_id, section, catalogue):
            return entry_id, stripped.count, stripped.link, None
    return None, None, None, _candidates(section, name, catalogue)


def _plain(name: str) -> str:
    """One kind of dash and of multiplication sign, single blanks, no Markdown emphasis."""
    text = re.sub(r"[‐‑‒–—−]", "-", name).replace("×", "x").replace("✕", "x")
    text = re.sub(r"[\u00ad\u200b-\u200f\u2060\ufeff]", "", text).replace("**", "")
    return re.sub(r"\s+", " ", text).strip()


def _readings(section: str, text: str) -> Iterator[_Stripped]:
    """The name as it is, then with one addition more taken off each time, in the order of the rules."""
    stripped = _Stripped(text)
    yield stripped
    steps = {
        "hardware": (_without_count, _without_link, _without_remark, _without_choice, _without_memory),
        "model": (_without_remark, _without_choice, _without_the_word_model),
        "build": (_without_remark,),
    }[section]
    for step in steps:
        shorter = step(stripped)
        if shorter != stripped:
            stripped = shorter
            yield stripped


COUNT_WORDS = {
    "single": 1, "one": 1, "dual": 2, "two": 2, "twin": 2, "triple": 3, "three": 3, "quad": 4, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "octo": 8, "nine": 9, "ten": 10,
}  # fmt: skip
COUNT_BEFORE = re.compile(
    rf"^(?:an? )?(?:(\d{{1,3}}) ?x |(\d{{1,3}})x(?=[A-Za-z])|({'|'.join(COUNT_WORDS)})[ -])", re.I
)
COUNT_BEHIND = re.compile(r" ?\(x ?(\d{1,3})\)$| x ?(\d{1,3})$", re.I)
COUNT_OF_PLURAL = re.compile(r"^(\d{1,3}) (?=.*[a-z\d]s\b)")
ONE_MORE = re.compile(r"^(?:an? )?(?:2nd|3rd|[4-9]th|second|third|fourth|another|additional) ", re.I)
PLURAL = re.compile(r"(?<=\d{3})s\b|(?<=[A-Za-z]{2})s(?=$| \()")
"""The s of `RTX 3090s` and `PSUs`, but not of the article L40S."""


def _without_count(name: _Stripped) -> _Stripped:
    """`2× …`, `… (×2)`, `Dual …`, `8 RTX 3090s`; `2nd …` is one more piece. Two counts in one name stay unread."""
    if re.search(r"\bPCIe\b.* x ?\d+$", name.text, re.I):
        return name  # `PCIe 4.0 x16` counts lanes, not pieces
    for pattern in (ONE_MORE, COUNT_BEFORE, COUNT_OF_PLURAL, COUNT_BEHIND):
        found = pattern.search(name.text)
        if found is None:
            continue
        said = next((group for group in found.groups() if group), None)
        count = 1 if said is None else COUNT_WORDS.get(said.lower()) or int(said)
        text = (name.text[: found.start()] + name.text[found.end() :]).strip()
        if count < 1 or any(other.search(text) for other in (COUNT_BEFORE, COUNT_BEHIND)):
            return name
        singular = PLURAL.sub("", re.sub(r"supplies\b", "supply", text), count=1)
        return _Stripped(singular if count > 1 else text, count=count)
    return name


LINK = re.compile(r"[ ,]+\(?(?:(?:with|via|over|on|w/) )?(NVLink|NVSwitch|PCIe)\)?(?= ?\(|$)", re.I)


def _without_link(name: _Stripped) -> _Stripped:
    """`… NVLink`, `… (PCIe)`, `… via NVLink (48GB model)`."""
    found = LINK.search(name.text)
    if found is None:
        return name
    text = (name.text[: found.start()] + name.text[found.end() :]).strip()
    return _Stripped(text, name.count, found.group(1).lower(), lost=f"{name.lost} {found.group(1)}")


def _without_remark(name: _Stripped) -> _Stripped:
    """Everything in parentheses off. An alternative in them needs no check: `(or 4× RTX 6000 Ada)`."""
    remarks = re.findall(r"\(([^()]*)\)", name.text)
    text = re.sub(r" ?\([^()]*\)", "", name.text).strip()
    lost = " ".join(remark for remark in remarks if not remark.lower().startswith("or "))
    return _Stripped(text, name.count, name.link, f"{name.lost} {lost}") if remarks and text else name


def _without_choice(name: _Stripped) -> _Stripped:
    """`… or similar`, `… or <another article>`: the first named counts."""
    text = re.split(r",? or ", name.text, maxsplit=1, flags=re.I)[0].strip()
    return _Stripped(text, name.count, name.link, name.lost) if text and text != name.text else name


def _without_memory(name: _Stripped) -> _Stripped:
    """`RTX 4090 24GB`: the memory of a card behind its name."""
    found = re.search(r"[ ,]+(\d+) ?GB$", name.text, re.I)
    if found is None:
        return name
    memory = f"{found.group(1)}gb"
    return _Stripped(name.text[: found.start()], name.count, name.link, f"{name.lost} {memory}", memory)


def _without_the_word_model(name: _Stripped) -> _Stripped:
    """`70B model`, `70B-class models`."""
    return _Stripped(re.sub(r"(?:[ -]class)?[ -]models?$", "", name.text, flags=re.I), lost=name.lost)


def _is_safe(name: _Stripped, entry_id: str, section: str, catalogue: Catalogue) -> bool:
    """False if what was taken off the name could make it another article of the same kind.

    That is so if another entry has a name that holds all the words left and one of those taken off (`RTX 6000 (Blackwell)`),
    or if memory was taken off where the entry's own names give another size, or where entries differ by nothing but their
    memory (`A100 40GB` is neither the A100 80GB nor an A100 of unsaid memory).
    """
    kinds = _kinds(catalogue) if section == "hardware" else {}
    if name.memory is not None and kinds.get(entry_id) != "gpu":
        return False
    ids = catalogue.ids[section]
    own = {word for form, owner in ids.items() if owner == entry_id for word in form.split()}
    left = set(normal_form(name.text).split())
    lost = set(normal_form(name.lost).split()) - left - own
    others = [
        words
        for form, owner in ids.items()
        if owner != entry_id and kinds.get(owner) == kinds.get(entry_id) and left < (words := set(form.split()))
    ]
    if any(lost & words for words in others):
        return False
    # behind a count, a size in parentheses is that of all pieces together
    sizes_lost = {name.memory} - {None} - own if (name.count or 1) > 1 else _sizes(lost)
    siblings_by_size = [words for words in others if words - left == _sizes(words - left)]
    return not (sizes_lost and _sizes(own.union(*siblings_by_size)))


def _sizes(words: set[str]) -> set[str]:
    return {word for word in words if re.fullmatch(r"\d+(?:gb|tb)", word)}


def _kinds(catalogue: Catalogue) -> dict[str, str]:
    return dict(catalogue.hardware.select("hardware_id", "kind").iter_rows())


def _candidates(section: str, name: str, catalogue: Catalogue) -> str | None:
    """Up to three names that look like `name`, for the message only."""
    frame, id_column = {
        "hardware": (catalogue.hardware, "hardware_id"),
        "model": (catalogue.models, "model_id"),
        "build": (catalogue.builds, "build_id"),
    }[section]
    spoken = dict(frame.select(id_column, "name").iter_rows())
    forms = catalogue.ids[section]
    near = difflib.get_close_matches(normal_form(name), list(forms), n=9, cutoff=0.5)
    distinct = list(dict.fromkeys(forms[form] for form in near))[:3]
    shown = distinct if section == "build" else [spoken[entry_id] for entry_id in distinct]
    return "; ".join(shown) or None
