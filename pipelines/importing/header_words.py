"""Words of headers and what they say: attributes, units, periods of an amount, conditions, phases."""

import re
from collections.abc import Mapping
from typing import Any

SPEED, PRICE, RATE = "tokens_per_s", "price", "usd_per_hour"
OF_TOKENS = ("input_price", "output_price", "cached_input_price")
QUANTIZATION = re.compile(
    r"(?i)(?<![A-Za-z0-9])(?:UD[-_])?(FP(?:4|8|16|32)|BF16|F16|F32|INT[48]|I?Q[1-8](?:_(?:[01]|K(?:_(?:XXS|XS|S|M|L|XL))?"
    r"|XXS|XS|NL|S|M))?|NVFP4|MXFP4|AWQ|GPTQ|NF4|EXL[23]|W[48]A(?:8|16)|[3-8][ -]?bit)(?![A-Za-z0-9])"
)
"""How a model's weights are stored, as the field writes it: Q4_K_M, IQ4_XS, FP16, AWQ, W4A16, 4-bit."""
ENGINES = (
    "llama.cpp", "llamacpp", "ik_llama.cpp", "vllm", "sglang", "exllamav2", "exllamav3", "exllama", "exl2",
    "tensorrt-llm", "trt-llm", "ollama", "lm studio", "mlx", "mlx-lm", "mlc-llm", "mlc", "tgi", "transformers",
    "koboldcpp", "aphrodite", "ktransformers", "llamafile", "lmdeploy",
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
    r"[€£¥₹₩₽₺]|(?:A|C|CA|AU|HK|NZ|S|R|MX)\$|\b(?:EUR|euros?|GBP|JPY|CNY|RMB|INR|CHF|AUD|CAD|PLN|MXN|SEK|NOK|DKK|BRL"
    r"|KRW|TWD|HKD|SGD|NZD|ZAR|TRY|RUB|CZK|HUF|ILS|Neweggmx)\b|(?<![A-Za-z])(?:kr|zł|Kč)\b"
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
HARMLESS = (
    r"ebay|avg|per board|per card|average|mean|median|approx(?:imate)?\.?|the|of|in|for|at|an?|and|rate|with|using"
    r"|single|stream|tokens?|llm|model"
)

Effect = Mapping[str, Any]
PHRASES: tuple[tuple[str, Effect], ...] = (
    # what is said of a figure that no attribute has: named so that the reason is true
    (r"memory (?:bus|interface)(?: width)?|bus width|memory clock|mem clock",
     {"unread": "the width or clock of a memory bus"}),
    (r"(?:host|system|cpu|server) (?:ram|memory)|(?<!gpu )(?<!v)(?<!video )(?<!graphics )ram(?: size)?",
     {"unread": "memory of the host, not of the accelerator"}),
    (r"(?:wall|measured|peak|max(?:imum)?|average|avg|idle|load|full load|system|total)? ?(?:power|wattage)"
     r" ?(?:draw|usage|use|consumption|\(?wall\)?|at the wall)|wall power|wall watts",
     {"unread": "power as measured is no thermal design power"}),
    (r"(?:std|stddev|stdev|standard deviation|variance|p\d\d|min|max)(?:imum)?\b(?! tdp)"
     r"(?=.*\b(?:tok|t/s|tps|ttft|ms)|$)",
     {"unread": "a spread or an extreme, not the figure itself"}),
    (r"total (?:token )?throughput|requests?(?: ?/ ?| per )s(?:ec(?:ond)?)?|req/s",
     {"unread": "throughput of requests, or of tokens read and generated together"}),
    (r"recommended psu|psu", {"unread": "a power supply's rating"}),
    # speeds
    (r"(?:tokens?|toks?) ?(?:/|per|p) ?s(?:ec(?:ond)?s?)?\b|t ?/ ?s(?:ec)?\b|\btps\b|\btok ?/ ?sec\b",
     {"attribute": SPEED, "unit": "tok/s"}),
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
    (r"(?:gpu |graphics |video |device |accelerator |card |board |dedicated )?"
     r"(?:v ?ram|(?:memory|mem)|(?<=gpu )ram|(?<=video )ram|(?<=graphics )ram)(?: (?:size|capacity|amount))?",
     {"attribute": "memory"}),
    (r"tdp|tgp|tbp|(?:total )?board power|thermal design power|total graphics power", {"attribute": "tdp"}),
    (r"power(?: ?\(?w(?:atts)?\)?)?|wattage", {"attribute": "tdp", "bare_power": True}),
    (r"nv-?link(?: support)?", {"attribute": "nvlink"}),
    (r"cuda cores?", {"attribute": "cuda_cores"}),
    (r"tensor cores?", {"attribute": "tensor_cores"}),
    (r"(?:fp16|half[- ]precision) ?(?:tflops?|performance|compute)|tflops? ?\(?fp16\)?",
     {"attribute": "tflops_fp16", "unit": "TFLOPS?"}),
    (r"(?:fp32|single[- ]precision) ?(?:tflops?|performance|compute)|tflops? ?\(?fp32\)?",
     {"attribute": "tflops_fp32", "unit": "TFLOPS?"}),
    (r"boost(?: clock)?(?: speed| frequency)?", {"attribute": "boost_clock"}),
    (r"base clock(?: speed| frequency)?", {"attribute": "base_clock"}),
    (r"l2(?: cache)?(?: size)?", {"attribute": "l2_cache"}),
    (r"l3(?: cache)?(?: size)?", {"attribute": "l3_cache"}),
    (r"architecture", {"attribute": "architecture"}),
    (r"socket", {"attribute": "socket"}),
    (r"process(?: (?:node|size))?", {"attribute": "process_node"}),
    (r"active param(?:eter)?s?", {"attribute": "active_parameters"}),
    (r"#? ?param(?:eter)?s?(?: count)?|number of parameters", {"attribute": "parameters"}),
    (r"(?:file |model |quantized |original |full |download |disk )?size|weights", {"attribute": "size"}),
    (r"bpw|bits per weight", {"attribute": "bits_per_weight", "unit": "bit?"}),
    (r"cpu cores|cores", {"attribute": "cores"}),
    (r"threads", {"attribute": "threads"}),
    # money
    (r"unit (?:price|cost)|(?:price|cost) (?:each|per (?:unit|piece|card|gpu))", {"attribute": PRICE, "each": True}),
    (r"cached? (?:input|read)(?: price| cost)?|cached prompt", {"attribute": "cached_input_price", "of_tokens": True}),
    (r"(?:price|cost|pricing|preis|prix|precio)\b(?! ?/ ?perf)", {"attribute": PRICE}),
)  # fmt: skip
PERIODS: tuple[tuple[str, str], ...] = (
    (
        r"(?:/|per[- ]|an? )? ?(?:1m|1 ?m|million|m) ?tok(?:en)?s?|/ ?mtok|per mtok|/ ?(?:1 ?)?m\b"
        r"|per (?:1 ?m|million)\b",
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
    "gb": "GB", "gib": "GiB", "mb": "MB", "mib": "MiB", "tb": "TB", "w": "W", "kw": "kW", "watts": "watts",
    "watt": "watt", "ghz": "GHz", "mhz": "MHz", "gb/s": "GB/s", "gb s": "GB/s", "gbs": "GB/s", "tb/s": "TB/s",
    "tb s": "TB/s", "gbps": "GB/s", "nm": "nm", "ms": "ms", "s": "s", "sec": "s", "seconds": "s", "tflops": "TFLOPS",
    "tflop": "TFLOPS", "b": "B", "billion": "billion", "billions": "billion", "mt/s": "MT/s", "%": "%", "percent": "%",
    "kb": "KB", "bits": "bits",
}  # fmt: skip
"""Units in lower case, as snake_case has them, and the spelling of the vocabulary."""
NO_FIT = "gbps"
UNIT_SHAPE = re.compile(r"(?<![\w/.])([A-Za-z%]{1,7}(?:(?:/| per | )(?:s|sec|second|h|hr|hour))?)(?![\w/])")
