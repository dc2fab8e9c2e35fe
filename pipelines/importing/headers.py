"""A column's header to its last word: which attribute it speaks of, in which unit, under which conditions.

A header with a word that is not understood has no meaning at all: "Memory bus (bit)" is not memory, "Power Capacity (MW)" is
no thermal design power. What its cells say is read elsewhere, by the same grammar as in a refresh.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.contracts.vocabulary import Vocabulary
from pipelines.normalise.names import quantization_of

SPEED, PRICE, RATE = "tokens_per_s", "price", "usd_per_hour"
OF_TOKENS = ("input_price", "output_price", "cached_input_price")
QUANTIZATION = re.compile(
    r"(?i)(?<![A-Za-z0-9])(?:UD[-_])?(FP(?:4|8|16|32)|BF16|F16|F32|INT[48]|I?Q[1-8](?:_(?:[01]|K(?:_(?:XXS|XS|S|M|L|XL))?"
    r"|XXS|XS|NL|S|M))?|NVFP4|MXFP4|AWQ|GPTQ|NF4|EXL[23]|W[48]A(?:8|16)|[3-8][ -]?bit)(?![A-Za-z0-9])"
)
"""How a model's weights are stored, as the field writes it: Q4_K_M, IQ4_XS, FP16, AWQ, W4A16, 4-bit."""
ENGINES = (
    "llama.cpp", "llamacpp", "ik_llama.cpp", "vllm", "sglang", "exllamav2", "exllamav3", "exllama", "exl2", "tensorrt-llm",
    "trt-llm", "ollama", "lm studio", "mlx", "mlx-lm", "mlc-llm", "mlc", "tgi", "transformers", "koboldcpp", "aphrodite",
    "ktransformers", "llamafile", "lmdeploy",
)  # fmt: skip
ENGINE = re.compile(
    rf"(?i)(?<![\w.])({'|'.join(sorted(map(re.escape, ENGINES), key=len, reverse=True))})(?![\w])"
)  # fmt: skip
CONTEXT = re.compile(
    r"(?i)@ ?d? ?(\d+(?:\.\d+)?)(k?)\b|\b(\d+(?:\.\d+)?)(k)(?: (?:ctx|context|tokens?))?\b"
    r"|\b(?:ctx|context)(?: ?[=:]| of| length| size)? ?(\d+)(k?)\b|\b(\d{3,7}) (?:ctx|context)\b"
)
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH = re.compile(rf"(?i)\b({'|'.join(MONTHS)})[a-z]*\.?,? (\d{{4}})\b")
DAY = re.compile(r"\b(20\d\d-[01]\d(?:-[0-3]\d)?)\b")
YEAR = re.compile(r"\b(20[12]\d)\b")
COUNT = re.compile(r"(?i)\b(\d{1,2}) ?[x×] ?(?=[a-z])|(?<![\w.])[x×*] ?(\d{1,2})\b(?! ?[x×])|\b(\d{1,2}) ?gpus?\b")
FOREIGN = re.compile(
    r"[€£¥₹₩₽₺]|(?:A|C|CA|AU|HK|NZ|S|R|MX)\$|\b(?:EUR|euros?|GBP|JPY|CNY|RMB|INR|CHF|AUD|CAD|PLN|MXN|SEK|NOK|DKK|BRL|KRW"
    r"|TWD|HKD|SGD|NZD|ZAR|TRY|RUB|CZK|HUF|ILS|Neweggmx)\b|(?<![A-Za-z])(?:kr|zł|Kč)\b"
)
"""Signs and words of money other than US dollars."""

CONDITIONS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (r"for parts|not working|broken|as[- ]is|defective|faulty", {"condition": None}),
    (r"refurb\w*|renewed", {"condition": "used", "note": "refurbished"}),
    (r"open[- ]?box", {"condition": "open_box"}),
    (r"pre[- ]?owned|second[- ]?hand|used|e-?bay|sold", {"condition": "used"}),
    (r"msrp|rrp|srp|launch|release|introductory|list msrp", {"condition": "msrp"}),
    (r"list", {"condition": "list"}),
    (r"street|retail|market", {"condition": "street"}),
    (r"brand new|new", {"condition": "new"}),
)
"""Words of a price's condition; None: it is no price of a working item."""
PURCHASES: tuple[tuple[str, Mapping[str, Any]], ...] = (
    (r"on[- ]?demand|pay[- ]as[- ]you[- ]go|payg", {"purchase": "on_demand"}),
    (r"spot|preemptible|pre-emptible", {"purchase": "spot"}),
    (r"interruptible|interruptable", {"purchase": "interruptible"}),
    (r"(?:(?:[1-6] ?-?(?:years?|yr?|months?|mo)|annual) ?)?(?:reserved|reservation|committed|commitment|commit)"
     r"(?: ?\(?(?:[1-6] ?-?(?:years?|yr?|months?|mo)|annual)\)?)?", {"purchase": "reserved", "billing": "reserved"}),
    (r"community(?: cloud)?", {"purchase": "community"}),
    (r"secure(?: cloud)?", {"purchase": "on_demand", "note": "secure cloud"}),
)  # fmt: skip
OF_USE = r"(?i)\b(?:v?ram|memory|mem|power|watts?|tokens?|disk|storage)\b"
"""Beside these, `used` says what was taken, not what was bought second hand."""
PREFILL = r"prompt(?: ?(?:processing|eval(?:uation)?|ingestion))?|pre-?fill(?:ing)?|pp(?: ?\d+)?|input"
DECODE = r"(?:text |token )?gen(?:eration|erate|erated)?|tg(?: ?\d+)?|decod(?:e|ing)|eval(?:uation)?|output|inference"
HARMLESS = r"avg|per board|per card|average|mean|median|approx(?:imate)?\.?|the|of|in|for|at|an?|and|rate|with|using|single|stream|tokens?|llm|model"

Effect = Mapping[str, Any]
PHRASES: tuple[tuple[str, Effect], ...] = (
    # what is said of a figure that no attribute has: named so that the reason is true
    (r"memory (?:bus|interface)(?: width)?|bus width|memory clock|mem clock", {"unread": "the width or clock of a memory bus"}),
    (r"(?:host|system|cpu|server) (?:ram|memory)|(?<!gpu )(?<!v)(?<!video )(?<!graphics )ram(?: size)?",
     {"unread": "memory of the host, not of the accelerator"}),
    (r"(?:wall|measured|peak|max(?:imum)?|average|avg|idle|load|full load|system|total)? ?(?:power|wattage) ?(?:draw|usage|use|consumption|\(?wall\)?|at the wall)|wall power|wall watts",
     {"unread": "power as measured is no thermal design power"}),
    (r"(?:std|stddev|stdev|standard deviation|variance|p\d\d|min|max)(?:imum)?\b(?! tdp)(?=.*\b(?:tok|t/s|tps|ttft|ms)|$)",
     {"unread": "a spread or an extreme, not the figure itself"}),
    (r"total (?:token )?throughput|requests?(?: ?/ ?| per )s(?:ec(?:ond)?)?|req/s", {"unread": "throughput of requests, or of tokens read and generated together"}),
    (r"recommended psu|psu", {"unread": "a power supply's rating"}),
    # speeds
    (r"(?:tokens?|toks?) ?(?:/|per|p) ?s(?:ec(?:ond)?s?)?\b|t ?/ ?s(?:ec)?\b|\btps\b|\btok ?/ ?sec\b", {"attribute": SPEED, "unit": "tok/s"}),
    (r"(?<![a-z])pp ?\d+", {"attribute": SPEED, "unit": "tok/s", "phase": "prefill"}),
    (r"(?<![a-z])tg ?\d+", {"attribute": SPEED, "unit": "tok/s", "phase": "decode"}),
    (r"ttft|time to first token|prompt (?:eval )?time", {"attribute": "prompt_time", "phase": "prefill"}),
    (r"throughput", {"attribute": SPEED, "concurrency": "unspecified"}),
    (r"speed", {"attribute": SPEED}),
    # what hardware is
    (r"(?:nvlink|interconnect|link|p2p|gpu-to-gpu) (?:bandwidth|bw)", {"attribute": "link_bandwidth"}),
    (r"(?:(?:v?ram|gpu|mem(?:ory)?|gpu memory|memory peak) )?(?:bandwidth|bw)", {"attribute": "memory_bandwidth"}),
    (r"(?:v?ram|memory|mem) type", {"attribute": "memory_type"}),
    (r"(?:memory|mem) (?:speed|data rate)", {"attribute": "memory_speed"}),
    (r"(?:memory )?channels", {"attribute": "memory_channels"}),
    (r"(?:v ?ram|memory|mem) (?:required|needed|use|used|usage|requirements?|footprint)|required (?:v?ram|memory)",
     {"attribute": "memory_needed"}),
    (r"(?:gpu |graphics |video |device |accelerator |card |board |dedicated )?(?:v ?ram|(?:memory|mem)|(?<=gpu )ram|(?<=video )ram|(?<=graphics )ram)(?: (?:size|capacity|amount))?",
     {"attribute": "memory"}),
    (r"tdp|tgp|tbp|(?:total )?board power|thermal design power|total graphics power", {"attribute": "tdp"}),
    (r"power(?: ?\(?w(?:atts)?\)?)?|wattage", {"attribute": "tdp", "bare_power": True}),
    (r"nv-?link(?: support)?", {"attribute": "nvlink"}),
    (r"cuda cores?", {"attribute": "cuda_cores"}),
    (r"tensor cores?", {"attribute": "tensor_cores"}),
    (r"(?:fp16|half[- ]precision) ?(?:tflops?|performance|compute)|tflops? ?\(?fp16\)?", {"attribute": "tflops_fp16", "unit": "TFLOPS?"}),
    (r"(?:fp32|single[- ]precision) ?(?:tflops?|performance|compute)|tflops? ?\(?fp32\)?", {"attribute": "tflops_fp32", "unit": "TFLOPS?"}),
    (r"boost(?: clock)?(?: speed| frequency)?", {"attribute": "boost_clock"}),
    (r"base clock(?: speed| frequency)?", {"attribute": "base_clock"}),
    (r"l2(?: cache)?(?: size)?", {"attribute": "l2_cache"}),
    (r"l3(?: cache)?(?: size)?", {"attribute": "l3_cache"}),
    (r"architecture", {"attribute": "architecture"}),
    (r"socket", {"attribute": "socket"}),
    (r"process(?: (?:node|size))?", {"attribute": "process_node"}),
    (r"active param(?:eter)?s?", {"attribute": "active_parameters"}),
    (r"#? ?param(?:eter)?s?(?: count)?|number of parameters", {"attribute": "parameters"}),
    (r"(?:file |model )?size|weights", {"attribute": "size"}),
    (r"bpw|bits per weight", {"attribute": "bits_per_weight", "unit": "bit?"}),
    (r"cpu cores|cores", {"attribute": "cores"}),
    (r"threads", {"attribute": "threads"}),
    # money
    (r"unit (?:price|cost)|(?:price|cost) (?:each|per (?:unit|piece|card|gpu))", {"attribute": PRICE, "each": True}),
    (r"cached? (?:input|read)(?: price| cost)?|cached prompt", {"attribute": "cached_input_price", "of_tokens": True}),
    (r"(?:price|cost|pricing)\b(?! ?/ ?perf)", {"attribute": PRICE}),
)  # fmt: skip
PERIODS: tuple[tuple[str, str], ...] = (
    (
        r"(?:/|per[- ]|an? )? ?(?:1m|1 ?m|million|m) ?tok(?:en)?s?|/ ?mtok|per mtok|/ ?m\b|per (?:1 ?m|million)\b",
        "mtok",
    ),
    (
        r"(?:/ ?|per[- ]|an |a )?(?:gpu|card)[- /]h(?:ou)?rs?|(?:/ ?|per[- ])(?:gpu|card) ?(?:/ ?|per )h(?:ou)?r?\b",
        "gpu hour",
    ),
    (r"(?:/ ?|per[- ]|an )(?:h(?:ou)?r?)\b|hourly|/ ?hours?", "hour"),
    (r"(?:/ ?|per[- ]|a )(?:mo(?:nth)?)\b|monthly", "month"),
    (r"(?:/ ?|per[- ]|a )(?:yr|year|annum)\b|yearly|annual(?:ly)?", "year"),
    (r"(?:/ ?|per[- ]|a )(?:day|week|min(?:ute)?|s(?:ec(?:ond)?)?)\b|daily|weekly", "other"),
)
LOWER_UNITS = {
    "gb": "GB", "gib": "GiB", "mb": "MB", "mib": "MiB", "tb": "TB", "w": "W", "kw": "kW", "watts": "watts", "watt": "watt",
    "ghz": "GHz", "mhz": "MHz", "gb/s": "GB/s", "gb s": "GB/s", "gbs": "GB/s", "tb/s": "TB/s", "tb s": "TB/s", "gbps": "GB/s",
    "nm": "nm", "ms": "ms", "s": "s", "sec": "s", "seconds": "s", "tflops": "TFLOPS", "tflop": "TFLOPS", "b": "B",
    "billion": "billion", "billions": "billion", "mt/s": "MT/s", "%": "%", "percent": "%", "kb": "KB", "bits": "bits",
}  # fmt: skip
"""Units in lower case, as snake_case has them, and the spelling of the vocabulary."""
NO_FIT = "gbps"
UNIT_SHAPE = re.compile(r"(?<![\w/.])([A-Za-z%]{1,7}(?:(?:/| per | )(?:s|sec|second|h|hr|hour))?)(?![\w/])")


@dataclass
class Meaning:
    """What a header says: attribute, unit of bare figures, facets; or `unread`, why nothing is read of it.

    per: the period of an amount. money: USD if the header says so. needs_unit: the figures themselves have to state theirs.
    """

    attribute: str | None = None
    unit: str | None = None
    facets: dict[str, Any] = field(default_factory=dict)
    per: str | None = None
    money: bool = False
    needs_unit: bool = False
    bare_power: bool = False
    is_size: bool = False
    """Whether memory is said to be the card's own."""
    unread: str | None = None
    unknown: str = ""


def read_header(header: str, vocabulary: Vocabulary, name_within: Callable[[str, str], str | None]) -> Meaning:
    """The meaning of a header. name_within(section, text): the name of that section that the text holds, or None."""
    meaning = Meaning()
    text = _plain(header)
    if FOREIGN.search(header):
        meaning.unread = "money other than US dollars"
        return meaning
    text = _conditions(text, meaning)
    text = _periods(text, meaning)
    text = _money(text, meaning)
    text = _attributes(text, meaning)
    text = _names(text, meaning, name_within)
    if meaning.unread is None:
        _settle(meaning)
        text = _units(text, meaning, vocabulary)
        meaning.unknown = _left(text)
    return meaning


def facets_of(text: str) -> dict[str, Any]:
    """Quantisation, engine, context, condition, purchase and day that a text carries, whatever else it says."""
    meaning = Meaning()
    _conditions(_plain(text), meaning)
    return meaning.facets


def _plain(header: str) -> str:
    text = re.sub(r"[‐‑‒–—−]", "-", header)
    text = re.sub(r"[\u00ad\u200b-\u200f\u2060\ufeff*`]", "", text).replace("×", "x")
    if " " not in text and "_" not in text and re.search(r"[a-z][A-Z]", text) and not re.search(r"[/(]", text):
        text = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    quantizations = [found[0] for found in QUANTIZATION.finditer(text)]
    spaced = re.sub(r"_", " ", text)
    for written in quantizations:
        spaced = spaced.replace(written.replace("_", " "), written)
    return re.sub(r"\s+", " ", spaced).strip(" :")


def _take(pattern: str, text: str) -> tuple[str, re.Match[str] | None]:
    """The text without the first place of the pattern that is words of their own."""
    found = re.search(rf"(?i)(?<![a-z0-9])(?:{pattern})(?![a-z0-9])", text)
    return (text, None) if found is None else (f"{text[: found.start()]}\x00{text[found.end() :]}", found)


def _conditions(text: str, meaning: Meaning) -> str:
    facets = meaning.facets
    is_precision = re.search(r"(?i)flops|perf|compute", text)
    found = None if is_precision else QUANTIZATION.search(text)
    if found:
        facets["quantization"] = quantization_of(found[1]) or found[1].upper()
        text = QUANTIZATION.sub("\x00", text)
    if engine := ENGINE.search(text):
        facets["engine"] = engine[1]
        text = ENGINE.sub("\x00", text, count=1)
    if month := MONTH.search(text):
        facets["observed_on"] = f"{month[2]}-{MONTHS.index(month[1].lower()) + 1:02d}"
        text = MONTH.sub("\x00", text, count=1)
    elif day := DAY.search(text) or YEAR.search(text):
        facets["observed_on"] = day[1]
        text = text.replace(day[1], "\x00", 1)
    if context := CONTEXT.search(text):
        figure, scale = next((a, b) for a, b in _pairs(context) if a)
        facets["context_tokens"] = int(float(figure) * (1000 if scale else 1))
        text = CONTEXT.sub("\x00", text, count=1)
    for pattern, effect in (*PURCHASES, *CONDITIONS):
        key = next(iter(effect))
        if key in facets or (key == "condition" and re.search(OF_USE, text)):
            continue
        text, match = _take(pattern, text)
        if match:
            facets.update(effect)
    text, batch = _take(
        r"(?:batch(?: size)?|bs|concurrency|conc|users|parallel)(?: ?[=:]? ?)(\d+)|(\d+) (?:users|concurrent(?: (?:users|requests))?)",
        text,
    )
    if batch:
        facets["concurrency"] = int(batch[1] or batch[2])
    text, basis = _take(r"theoretical|expected|estimated|est\.", text)
    if basis:
        facets["basis"] = "theoretical" if basis[0].lower() == "theoretical" else "expected"
    return text


def _pairs(match: re.Match[str]) -> list[tuple[str | None, str | None]]:
    groups = match.groups()
    return [(groups[0], groups[1]), (groups[2], groups[3]), (groups[4], groups[5]), (groups[6], None)]


def _periods(text: str, meaning: Meaning) -> str:
    if re.search(r"(?i)\bt ?/ ?s\b|tok\w* ?(?:/|per|p) ?s|(?:[gt]b|bytes?|flops?) ?(?:/|per|p|\s) ?s|ttft", text):
        return text
    for pattern, period in PERIODS:
        text, found = _take(pattern, text) if not pattern.startswith("(?:/") else _take_sign(pattern, text)
        if found:
            meaning.per = period
            break
    return text


def _take_sign(pattern: str, text: str) -> tuple[str, re.Match[str] | None]:
    found = re.search(rf"(?i)(?:{pattern})(?![a-z0-9])", text)
    return (text, None) if found is None else (f"{text[: found.start()]}\x00{text[found.end() :]}", found)


def _money(text: str, meaning: Meaning) -> str:
    found = re.search(r"(?i)US ?\$|\$|(?<![a-z])usd(?![a-z])|(?<![a-z])(?:us )?dollars?(?![a-z])", text)
    if found:
        meaning.money = True
        text = re.sub(r"(?i)US ?\$|\$|(?<![a-z])usd(?![a-z])|(?<![a-z])(?:us )?dollars?(?![a-z])", "\x00", text)
    cents = re.search(r"(?i)¢|(?<![a-z])cents?(?![a-z])", text)
    if cents:
        meaning.unread = "an amount in cents"
    return text


def _attributes(text: str, meaning: Meaning) -> str:
    for pattern, effect in PHRASES:
        shorter, found = _take(pattern, text)
        if found is None:
            continue
        if "unread" in effect:
            meaning.unread = str(effect["unread"])
            return shorter
        if meaning.attribute is not None and meaning.attribute != effect["attribute"]:
            if effect["attribute"] == SPEED and meaning.attribute == SPEED:
                continue
            if meaning.attribute in ("cached_input_price",) and effect["attribute"] == PRICE:
                text = shorter
            continue
        text = shorter
        meaning.attribute = effect["attribute"]
        meaning.unit = meaning.unit or effect.get("unit")
        if re.fullmatch(r"(?i)(?:pp|tg) ?\d+", found[0]):
            meaning.facets["note"] = found[0].replace(" ", "")
        meaning.is_size = bool(re.search(r"(?i)size|capacity|vram|gpu|graphics", found[0]))
        meaning.bare_power = meaning.bare_power or bool(effect.get("bare_power"))
        meaning.facets.update({k: v for k, v in effect.items() if k in ("phase", "each", "concurrency")})
    for pattern, phase in ((PREFILL, "prefill"), (DECODE, "decode")):
        shorter, found = _take(pattern, text)
        if found is None:
            continue
        if meaning.per == "mtok" and meaning.attribute in (None, PRICE):
            word = found[0].lower()
            meaning.attribute = {"input": "input_price", "prompt": "input_price", "output": "output_price"}.get(word)
            if meaning.attribute is None:
                meaning.unread = f"{found[0]!r} is no price of tokens"
            text = shorter
        elif meaning.attribute in (None, SPEED):
            if meaning.facets.get("phase", phase) != phase:
                meaning.unread = "it speaks of prompt and generation at once"
            meaning.attribute = SPEED
            meaning.facets["phase"] = phase
            text = shorter
    return text


def _names(text: str, meaning: Meaning, name_within: Callable[[str, str], str | None]) -> str:
    for section in ("hardware", "model"):
        name = name_within(section, text.replace("\x00", " \x00 "))
        if name is None:
            continue
        meaning.facets[section] = name
        text = re.sub(r"\s+".join(map(re.escape, name.split())), "\x00", text, count=1, flags=re.I)
        if section == "hardware" and (count := COUNT.search(text)):
            meaning.facets["count"] = int(next(group for group in count.groups() if group))
            text = COUNT.sub("\x00", text, count=1)
    return text


def _settle(meaning: Meaning) -> None:
    """The attribute of an amount by its period; what has to state its own unit."""
    facets = meaning.facets
    is_amount = meaning.attribute in (None, PRICE)
    if meaning.attribute is None and (meaning.money or "condition" in facets):
        meaning.attribute = PRICE
    if "condition" in facets and facets["condition"] is None:
        meaning.unread = "a price of broken items is no price of a working one"
    if meaning.per in ("hour", "gpu hour") and is_amount:
        meaning.attribute = RATE
        meaning.unit = "$/hour" if meaning.money else None
        if meaning.per == "gpu hour" or facets.get("each"):
            facets["each"] = True
    elif meaning.per == "month" and is_amount:
        meaning.attribute = "monthly_cost"
        meaning.unit = "$/month" if meaning.money else None
        facets["billing"] = facets.get("billing", "monthly")
    elif meaning.per == "mtok" and meaning.attribute in ("input_price", "output_price", "cached_input_price"):
        meaning.unit = "$/M tokens" if meaning.money else None
    elif meaning.per is not None:
        meaning.unread = f"an amount for a {meaning.per} is neither a price nor a rate by the hour"
    elif "purchase" in facets and is_amount:
        meaning.attribute = (
            RATE  # on-demand, spot and reserved are said of rates; whether by the hour, the table has to say
        )
        meaning.needs_unit = True
    elif meaning.attribute == PRICE:
        meaning.unit = "USD" if meaning.money else None
    elif meaning.attribute in ("cached_input_price",):
        meaning.unread = "it does not say for how many tokens"
    if meaning.money and meaning.attribute not in (PRICE, RATE, "monthly_cost", *OF_TOKENS):
        meaning.unread = "a figure for each dollar, or the reverse"
    if meaning.attribute == SPEED and meaning.unit is None:
        meaning.needs_unit = True
    if meaning.attribute != PRICE:
        for facet in ("condition",):
            facets.pop(facet, None)


def _units(text: str, meaning: Meaning, vocabulary: Vocabulary) -> str:
    """The unit that the rest of the header spells; one that the attribute does not have leaves it unread."""
    told = vocabulary.attributes.get(meaning.attribute or "")
    spoken = (meaning.attribute or "").replace("_", " ")
    optional = meaning.unit is not None and meaning.unit.endswith("?")
    if optional and meaning.unit is not None:
        meaning.unit = meaning.unit[:-1]
    if told is None or told.unit is None:
        return text
    spellings = vocabulary.units[told.unit].spellings
    rest = text
    for found in UNIT_SHAPE.finditer(text):
        written = found[1].strip()
        spelled = written if written in spellings else LOWER_UNITS.get(written.lower().replace(" per ", "/"))
        if spelled is None or written.lower() == NO_FIT:
            continue
        if spelled not in spellings:
            meaning.unread = f"its unit {written} is no unit of {spoken}"
            return text
        if _other_case(written, spelled):
            meaning.unread = f"its unit {written} is no unit of {spoken}"
            return text
        meaning.unit = spelled
        rest = rest.replace(found[0], "\x00", 1)
    return rest


def _other_case(written: str, spelled: str) -> bool:
    """`Gb` is not GB, `mW` and `MW` are not W; all lower case is snake_case."""
    return written != spelled and not written.islower() and written.upper() != written


def _left(text: str) -> str:
    """The words that nobody understood."""
    words = re.sub(rf"(?i)(?<![a-z0-9])(?:{HARMLESS})(?![a-z0-9])", " ", text.replace("\x00", " "))
    words = re.sub(r"[()\[\]{},:;/|~#.\-+&@]+", " ", words)
    return " ".join(words.split())
