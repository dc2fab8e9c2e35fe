"""Names as sources write them to ids of data/catalogue.toml: `2× RTX 3090 NVLink`, `NVIDIA L40S 48GB (or 4× RTX 6000
Ada)`.

Here live the rules by which a name equals one of the catalogue's entries. Nothing is matched by likeness: what is not
the same after layout, a count, a link, a remark and a card's memory are taken off stays unresolved, with the nearest
names.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

import polars as pl

from pipelines.contracts.catalogue import SECTIONS, Catalogue, normal_form
from pipelines.normalise.suggestions import suggestion


@dataclass(frozen=True)
class _Stripped:
    """A name with some of its additions taken off.

    lost: what may tell two items apart and was taken off, so that it has to be checked.
    """

    text: str
    count: int | None = None
    link: str | None = None
    lost: str = ""
    memory: str | None = None
    quantization: str | None = None
    kind: str | None = None
    """The kind of item whose names alone allow what was taken off: words of makers and shops."""


RESOLVED = {
    "id": pl.String, "count": pl.Int64, "link": pl.String, "quantization": pl.String, "candidates": pl.String,
}  # fmt: skip


def resolve_names(names: pl.DataFrame, catalogue: Catalogue, *, suggest: bool = True) -> pl.DataFrame:
    """Ids of names.

    names: section ('hardware', 'model', 'build') and name; further columns pass through. Returns the same rows with id
    (null if no entry has that name), count (how many the name says, null if none), link ('nvlink', 'pcie', 'nvswitch'
    or null), quantization (that a model's name carries) and, for the unresolved and with `suggest`, candidates: what to
    do about it. Raises ValueError for another section.
    """
    distinct = names.select("section", "name").drop_nulls().unique(maintain_order=True)
    resolved = [
        (section, name, *_resolve(section, name, catalogue, suggest=suggest)) for section, name in distinct.iter_rows()
    ]
    schema = {"section": pl.String, "name": pl.String, **RESOLVED}
    return names.drop(*RESOLVED, strict=False).join(
        pl.DataFrame(resolved, schema=schema, orient="row"), on=["section", "name"], how="left", maintain_order="left"
    )


def _resolve(
    section: str, name: str, catalogue: Catalogue, *, suggest: bool
) -> tuple[str | None, int | None, str | None, str | None, str | None]:
    if section not in SECTIONS:
        raise ValueError(f"{section!r} is none of {', '.join(SECTIONS)}")
    ids = catalogue.ids[section]
    for stripped in _readings(section, _plain(name)):
        entry_id = ids.get(normal_form(stripped.text))
        if entry_id is not None and _is_safe(stripped, entry_id, section, catalogue):
            return entry_id, stripped.count, stripped.link, stripped.quantization, None
    return None, None, None, None, suggestion(section, name, catalogue) if suggest else None


def _plain(name: str) -> str:
    """One kind of dash and of multiplication sign, single blanks, no Markdown emphasis."""
    text = re.sub(r"[‐‑‒–—−]", "-", name).replace("×", "x").replace("✕", "x")
    text = re.sub(r"[\u00ad\u200b-\u200f\u2060\ufeff`]|[\u2600-\u27bf\U0001f300-\U0001faff]\ufe0f?", "", text).replace(
        "**", ""
    )
    return re.sub(r"\s+", " ", text).strip()


def _readings(section: str, text: str) -> Iterator[_Stripped]:
    """The name as it is, then with one addition more taken off each time, in the order of the rules."""
    stripped = _Stripped(text)
    yield stripped
    steps = {
        "hardware": (
            _with_line_apart, _without_host, _without_count, _without_link, _without_remark, _without_choice,
            _without_memory, _without_trade_words, _without_processor_words,
        ),
        "model": (
            _without_quantization, _without_file, _without_owner, _without_remark, _without_choice,
            _without_the_word_model, _without_tuning, _with_family_apart,
        ),
        "build": (_without_remark,),
    }[section]  # fmt: skip
    for step in steps:
        shorter = step(stripped)
        if shorter != stripped and shorter.text.strip():
            stripped = shorter
            yield stripped


COUNT_WORDS = {
    "single": 1, "one": 1, "dual": 2, "two": 2, "twin": 2, "triple": 3, "three": 3, "quad": 4, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "octo": 8, "nine": 9, "ten": 10,
}  # fmt: skip
COUNT_BEFORE = re.compile(
    rf"^(?:an? )?(?:(\d{{1,3}}) ?[x*] ?(?=[A-Za-z0-9]{{2}})|(\d{{1,3}})x(?=[A-Za-z])|({'|'.join(COUNT_WORDS)})[ -])",
    re.I,
)
COUNT_BEHIND = re.compile(
    r" ?\([x*] ?(\d{1,3})\)$| ?\((\d{1,3}) ?x\)$| [x*] ?(\d{1,3})$| ?\* ?(\d{1,3})$| (\d{1,3})x$", re.I
)
COUNT_OF_PLURAL = re.compile(r"^(\d{1,3}) (?=.*[a-z\d]s\b)")
ONE_MORE = re.compile(r"^(?:an? )?(?:2nd|3rd|[4-9]th|second|third|fourth|another|additional) ", re.I)
PLURAL = re.compile(r"(?<=\d{3})s\b|(?<=[A-Za-z]{2})s(?=$| \()")
"""The s of `RTX 3090s` and `PSUs`, but not of the item L40S."""


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
        if name.count is not None:
            return name
        singular = PLURAL.sub("", re.sub(r"supplies\b", "supply", text), count=1)
        return replace(name, text=singular if count > 1 else text, count=count)
    return name


LINK = re.compile(r"[ ,]+\(?(?:(?:with|via|over|on|w/) )?(NVLink|NVSwitch|PCIe)\)?(?= ?\(|$)", re.I)


def _without_link(name: _Stripped) -> _Stripped:
    """`… NVLink`, `… (PCIe)`, `… via NVLink (48GB model)`."""
    found = LINK.search(name.text)
    if found is None:
        return name
    text = (name.text[: found.start()] + name.text[found.end() :]).strip()
    return replace(name, text=text, link=found.group(1).lower(), lost=f"{name.lost} {found.group(1)}")


def _without_remark(name: _Stripped) -> _Stripped:
    """Everything in parentheses off. An alternative in them needs no check: `(or 4× RTX 6000 Ada)`."""
    remarks = re.findall(r"\(([^()]*)\)", name.text)
    text = re.sub(r" ?\([^()]*\)", "", name.text).strip()
    lost = " ".join(remark for remark in remarks if not remark.lower().startswith("or "))
    return replace(name, text=text, lost=f"{name.lost} {lost}") if remarks and text else name


def _without_choice(name: _Stripped) -> _Stripped:
    """`… or similar`, `… or <another item>`: the first named counts."""
    text = re.split(r",? or ", name.text, maxsplit=1, flags=re.I)[0].strip()
    return replace(name, text=text) if text and text != name.text else name


def _without_memory(name: _Stripped) -> _Stripped:
    """`RTX 4090 24GB`: the memory of a card behind its name."""
    found = re.search(r"[ ,]+(\d+) ?GB$", name.text, re.I)
    if found is None:
        return name
    memory = f"{found.group(1)}gb"
    return replace(name, text=name.text[: found.start()], lost=f"{name.lost} {memory}", memory=memory)


def _with_line_apart(name: _Stripped) -> _Stripped:
    """`RTXA6000`, `RTX6000Ada`, `RTXPRO6000`, as catalogues of clouds write them; `3090Ti`, `7900XTX`, `4090D`."""
    text = re.sub(r"(?i)(?<=\b\d{4})(ti|super|xtx|xt|gre|d|m)\b", r" \1", name.text)
    text = re.sub(r"(?i)\b(RTX)(?=A\d{4}|PRO)", r"\1 ", text)
    text = re.sub(r"(?i)\b(RTX(?: PRO)?) ?(\d{4})(?=Ada\b)", r"\1 \2 ", text)
    text = re.sub(r"(?i)\b(SXM)[2-6]\b", r"\1", text)
    return replace(name, text=re.sub(r"(?i)\b(RTX PRO)(?=\d)", r"\1 ", text))


HOST_WORDS = (
    r"(?:my |a |custom |home |gaming |desktop |diy )*"
    r"(?:pc|desktop|workstation|server|build|rig|computer|egpu)(?: build)?"
)


def _without_host(name: _Stripped) -> _Stripped:
    """`Custom PC (Nvidia RTX 4090)`: of a machine that is named by its card, the card."""
    found = re.fullmatch(rf"(?:{HOST_WORDS}) ?(?:\(|with (?:an? )?|- )([^()]+)\)?", name.text, re.I)
    return replace(name, text=found.group(1).strip()) if found else name


TRADE_WORDS = (
    r"founders? edition|fe|graphics cards?|video cards?|gpus?|graphics|cards?|(?:gddr[56]x?|hbm[23]?e?)"
    r"|pci-?e(?: ?[345]\.0)?(?: x16)?|pci express(?: [345]\.0)?(?: x16)?|asus|msi|gigabyte|evga|zotac|palit|gainward"
    r"|inno3d|kfa2|galax|sapphire|xfx|powercolor|asrock|colorful|yeston|pny|manli|rog|strix|tuf|proart"
    r"|dual(?= (?:geforce|rtx|radeon|rx))|gaming(?: pro)?|trio|suprim|master|ventus|[23]x(?= oc)|oc|overclocked"
    r"|ftw3 ultra|ftw3|xc3 ultra|xc3|aorus|eagle|windforce|vision|xtreme|amp|holo|trinity|twin edge|gamerock|gamingpro"
    r"|phoenix|phantom|red devil|hellhound|nitro\+?|pulse|speedster|merc ?310|qick|taichi|steel legend|ichill|igame"
    r"|vulcan|verto|xlr8|epic-?x|triple fan|dual fan|rgb|edition|oc edition|(?:brand )?new(?: sealed)?|sealed|used"
    r"|pre-?owned|second ?hand|refurbished|renewed|open box|tested|working|fully functional|free shipping|desktop"
    r"|ultra gaming|suprim liquid(?: x)?|soc|ultra(?= gaming)|dlss ?[23]?|ray tracing|hdmi|dp|hdcp|lhr|non-lhr"
    r"|with (?:original )?box|[0-9]{2}g-p5-[0-9]{4}-[a-z]{2}|zt-[a-z0-9-]+|gv-n[a-z0-9-]+|vcg[a-z0-9-]+"
)
"""Words of makers and shops that are around a card's name and do not make another card of it. A list, not a guess:
a word that is not in it (Laptop, Super, D, SXM, water block) leaves the name unresolved."""


def _without_trade_words(name: _Stripped) -> _Stripped:
    """`EVGA GeForce RTX 3090 FTW3 Ultra Gaming 24GB Graphics Card`."""
    plain = re.sub(r"[,;|/!]+|(?<= )-(?= )", " ", name.text)
    text = re.sub(rf"(?i)(?<![\w-])(?:{TRADE_WORDS})(?![\w-])", " ", plain)
    sizes = re.findall(r"(?i)(?<![\w-])(\d+) ?GB?(?![\w-])", text)
    if len({int(size) for size in sizes}) == 1:
        text = re.sub(r"(?i)(?<![\w-])\d+ ?GB?(?![\w-])", " ", text)
        memory = f"{sizes[0]}gb"
        return replace(name, text=" ".join(text.split()), lost=f"{name.lost} {memory}", memory=memory, kind="gpu")
    return replace(name, text=" ".join(text.split()), kind="gpu")


def _without_processor_words(name: _Stripped) -> _Stripped:
    """`AMD Ryzen 9 7900X 4.7 GHz 12-Core Processor`."""
    words = r"[\d.]+ ?GHz|\d+[- ]core|\d+[- ]threads?|processor|cpu|oem/tray|desktop|boxed|am[45]|(?:lga|socket) ?\w+"
    text = re.sub(rf"(?i)(?<![\w-])(?:{words})(?![\w-])", " ", name.text)
    return replace(name, text=" ".join(text.split()), kind="cpu", memory=None) if text != name.text else name


QUANTIZATION = re.compile(
    r"(?i)(?:(?<=[\s:/_.(,-])|^)(?:UD[-_])?(I?Q[1-8]_K ?- ?(?:Small|Medium|Large)"
    r"|I?Q[1-8](?:_(?:[01]|K(?:_(?:XXS|XS|S|M|L|XL))?|XXS|XS|NL|S|M))?|(?:BF|F|FP)(?:16|32)|FP[48]|INT[48]|NVFP4"
    r"|MXFP4(?: MoE)?|AWQ|GPTQ|[48]-?bit|W[48]A(?:8|16))(?=$|[\s:/_.),-])"
)
"""How a model's weights are stored, as names of models and files carry it."""
SIZES_OF_MIX = {"SMALL": "S", "MEDIUM": "M", "LARGE": "L"}


def quantization_of(text: str) -> str | None:
    """The quantisation that a name carries, as the field writes it: Q4_K_M for `Q4_K - Medium`, FP16 for `F16`."""
    found = QUANTIZATION.search(text)
    if found is None:
        return None
    written = found.group(1).upper().replace(" MOE", "")
    mixed = re.fullmatch(r"(I?Q\d_K) ?- ?(SMALL|MEDIUM|LARGE)", written)
    if mixed:
        return f"{mixed[1]}_{SIZES_OF_MIX[mixed[2]]}"
    return {"F16": "FP16", "F32": "FP32"}.get(written, written)


def _without_quantization(name: _Stripped) -> _Stripped:
    """`8B Q4_K_M`, `70B_q4_0`, `llama 8B Q4_K - Medium`; two of them in one name stay unread."""
    written = quantization_of(name.text)
    if written is None:
        return name
    text = QUANTIZATION.sub(" ", name.text, count=1)
    if quantization_of(text) is not None:
        return name
    text = re.sub(r"\(\s*\)|(?<=\s)-KV\b|(?i:\b(?:all|mostly)\b(?=\s*$))|- [0-9.]+ bpw", " ", text).strip(" -_:.,/")
    return replace(name, text=" ".join(text.split()), quantization=written)


def _without_file(name: _Stripped) -> _Stripped:
    """`….gguf`, `…-GGUF`."""
    text = re.sub(r"(?i)(?:[-_. ]gguf|\.safetensors|-00001-of-\d+)+$", "", re.sub(r"(?i)-00001-of-\d+", "", name.text))
    return replace(name, text=text.strip(" -_:."))


def _without_owner(name: _Stripped) -> _Stripped:
    """`meta-llama/Llama-3.1-8B`: a model by its repository."""
    return (
        replace(name, text=name.text.rsplit("/", 1)[-1]) if re.fullmatch(r"[\w.-]+(?:/[\w.:-]+)+", name.text) else name
    )


def _without_tuning(name: _Stripped) -> _Stripped:
    """`…-Instruct`, `…-Chat`: the same weights in number and shape, and so in speed."""
    text = re.sub(r"(?i)(?<=[\w.])[-_ :](?:instruct|chat|it|hf|base)(?=$|[-_ :])", "", name.text)
    return replace(name, text=text.strip(" -_:"))


def _with_family_apart(name: _Stripped) -> _Stripped:
    """`llama3.1:8b`, `qwen2.5-7b`."""
    text = re.sub(r"(?i)\b(?:meta[- ])?(llama|qwen|gemma|phi|mistral|deepseek)[- ]?(?=v?\d)", r"\1 ", name.text)
    return replace(name, text=re.sub(r"(?i)(\d)[-_:](?=\d+b\b)", r"\1 ", text))


def _without_the_word_model(name: _Stripped) -> _Stripped:
    """`70B model`, `70B-class models`."""
    return replace(name, text=re.sub(r"(?:[ -]class)?[ -]models?$", "", name.text, flags=re.I))


def _is_safe(name: _Stripped, entry_id: str, section: str, catalogue: Catalogue) -> bool:
    """False if what was taken off the name could make it another item of the same kind.

    That is so if another entry has a name that holds all the words left and one of those taken off (`RTX 6000
    (Blackwell)`), or if memory was taken off where the entry's own names give another size, or where entries differ by
    nothing but their memory (`A100 40GB` is neither the A100 80GB nor an A100 of unsaid memory).
    """
    kinds = catalogue.kinds if section == "hardware" else {}
    wanted = name.kind or ("gpu" if name.memory is not None else None)
    # the memory of a chip that is all of its machine's: `M2 Ultra 76-Core GPU 192GB`
    is_chip = name.kind is None and entry_id.startswith("apple-m")
    if wanted is not None and kinds.get(entry_id) != wanted and not is_chip:
        return False
    if section == "hardware" and _lacks_line(name.text, entry_id, catalogue):
        return False
    own = {word for words, owner in catalogue.words[section] if owner == entry_id for word in words}
    left = set(normal_form(name.text).split())
    lost = set(normal_form(name.lost).split()) - left - own
    others = [
        words
        for words, owner in catalogue.words[section]
        if left < words and owner != entry_id and kinds.get(owner) == kinds.get(entry_id)
    ]
    if any(lost & words for words in others):
        return False
    # behind a count, a size in parentheses is that of all pieces together
    sizes_lost = {name.memory} - {None} - own if (name.count or 1) > 1 else _sizes(lost)
    siblings_by_size = [words for words in others if words - left == _sizes(words - left)]
    return not (sizes_lost and _sizes(own.union(*siblings_by_size)))


def _lacks_line(text: str, entry_id: str, catalogue: Catalogue) -> bool:
    """Whether the entry is of the Quadro line and the text does not say so: RTX 6000 alone may be three cards."""
    return entry_id in catalogue.quadros and "quadro" not in text.lower() and "turing" not in text.lower()


def _sizes(words: Collection[str]) -> set[str]:
    return {word for word in words if re.fullmatch(r"\d+(?:gb|tb)", word)}
