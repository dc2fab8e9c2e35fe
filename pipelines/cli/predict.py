"""`rigonomics predict`: speed, memory, watts and cost of any count of any accelerator with any model at any format.

The figures are those of the table macro predict() in the published file; names are resolved as everywhere.
"""

import argparse
import difflib
from typing import TYPE_CHECKING, Any

from pipelines.cli.printing import printed
from pipelines.errors import RigonomicsError
from pipelines.project import locate

if TYPE_CHECKING:
    import duckdb

    from pipelines.contracts.catalogue import Catalogue

KEYS = (
    "decode_tok_s_low", "decode_tok_s_mid", "decode_tok_s_high", "prefill_tok_s_low", "prefill_tok_s_mid",
    "prefill_tok_s_high", "memory_needed_gb", "fits_in_memory", "working_watts_low", "working_watts_mid",
    "working_watts_high", "idle_watts", "peak_watts", "joules_per_token", "usd_per_mtok_low", "usd_per_mtok_mid",
    "usd_per_mtok_high", "split", "basis", "missing",
)  # fmt: skip
"""What `--format json` gives, in one object."""
MOST_PIECES = 1_000
MOST_TOKENS = 100_000_000


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    predict = commands.add_parser(
        "predict",
        help="speed, memory, watts and cost of any accelerators with any model",
        description="What a count of an accelerator of the catalogue does with a model at a format, by the model that "
        "is fitted to measured runs: each figure with its interval and what it rests on.",
        epilog='example: rigonomics predict "2x RTX 3090" "Llama 3 70B" Q4_K_M --split layer',
    )
    predict.add_argument("hardware", help='an accelerator or a system, with a count: "2x RTX 3090", "DGX Spark"')
    predict.add_argument("model", help='a model or a size: "Llama 3 70B", "8B"')
    predict.add_argument("quantization", metavar="FORMAT", help="format of the weights: Q4_K_M, Q8_0, F16, Q4")
    predict.add_argument(
        "--split",
        choices=("layer", "tensor"),
        default="layer",
        help="how several cards share it: in turn, or all at once (default: layer)",
    )
    predict.add_argument(
        "--context", metavar="TOKENS", type=_tokens, default=4096, help="context while it decodes (default: 4096)"
    )
    predict.add_argument(
        "--prompt",
        metavar="TOKENS",
        type=_tokens,
        default=4096,
        help="length of the prompt that it reads (default: 4096)",
    )
    predict.add_argument(
        "--concurrency", metavar="N", type=_sequences, default=1, help="sequences at once, in total (default: 1)"
    )
    predict.add_argument(
        "--software",
        choices=("2024", "2025"),
        default="2025",
        help="generation of inference software: of 2024, or since 2025 (default: 2025)",
    )
    predict.add_argument("--format", choices=("text", "json"), default="text", help="how to print (default: text)")
    predict.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Predict and print."""
    from pipelines.contracts.catalogue import load_catalogue
    from pipelines.warehouse.reading import open_published

    project = locate()
    catalogue = load_catalogue(project.catalogue)
    hardware_id, count = _resolved("hardware", options.hardware, catalogue)
    model_id, _ = _resolved("model", options.model, catalogue)
    with open_published(project) as connection:
        quantization = _format(options.quantization, connection)
        found = _ask(connection, options, f"{count}x {hardware_id}", model_id, quantization)
    if found["hardware_id"] is None:
        raise RigonomicsError(
            f"{options.hardware!r} is {hardware_id}, which computes no models.",
            "Name a graphics card, an accelerator or a whole system of the catalogue.",
        )
    print(_as_json(found) if options.format == "json" else _as_text(found))
    return 0


def _ask(
    connection: "duckdb.DuckDBPyConnection", options: argparse.Namespace, hardware: str, model: str, quantization: str
) -> dict[str, Any]:
    """The one row of predict()."""
    cursor = connection.execute(
        """
        select *
        from predict(
            $hardware, $model, $quantization, split := $split, context_tokens := $context, prompt_tokens := $prompt,
            concurrency := $concurrency, generation := $software
        )
        """,
        {
            "hardware": hardware,
            "model": model,
            "quantization": quantization,
            **{name: getattr(options, name) for name in ("split", "context", "prompt", "concurrency", "software")},
        },
    )
    names = [column[0] for column in cursor.description or []]
    (row,) = cursor.fetchall()
    return dict(zip(names, row, strict=True))


def _resolved(section: str, name: str, catalogue: "Catalogue") -> tuple[str, int]:
    """The id of a name and the count in it. Raises RigonomicsError with the nearest names."""
    import polars as pl

    from pipelines.normalise.names import resolve_names

    (row,) = resolve_names(pl.DataFrame({"section": [section], "name": [name]}), catalogue).iter_rows(named=True)
    if row["id"] is None:
        kind = "accelerator or system" if section == "hardware" else "model"
        near = f"Nearest: {row['candidates']}." if row["candidates"] else "data/catalogue.toml lists them all."
        raise RigonomicsError(f"No {kind} is called {name!r}.", near)
    count = int(row["count"] or 1)
    if not 1 <= count <= MOST_PIECES:
        raise RigonomicsError(f"{name!r} names {count} pieces.", f"Name 1 to {MOST_PIECES}.")
    return str(row["id"]), count


def _format(name: str, connection: "duckdb.DuckDBPyConnection") -> str:
    """A format as the tables write it. Raises RigonomicsError with the nearest ones."""
    known = [row[0] for row in connection.execute("select quantization from quantizations order by 1").fetchall()]
    wanted = name.strip().upper()
    for spelling in (wanted, wanted.replace("-", "_").replace(" ", "_"), wanted.replace("_", "")):
        if spelling in known:
            return spelling
    near = difflib.get_close_matches(wanted, known, n=4, cutoff=0.4)
    raise RigonomicsError(f"No format is called {name!r}.", f"Nearest: {'; '.join(near or known[:8])}.")


def _as_json(found: dict[str, Any]) -> str:
    return printed(KEYS, [[found[key] for key in KEYS]], "json").strip().removeprefix("[").removesuffix("]").strip()


def _as_text(found: dict[str, Any]) -> str:
    """Lines for people: figure, interval, unit."""
    split = {"none": "", "layer": ", layer split", "tensor": ", tensor parallel"}[found["split"]]
    fit = (
        "fits"
        if found["fits_in_memory"]
        else "does not fit"
        if found["fits_in_memory"] is not None
        else "fit not known"
    )
    lines = [
        f"{found['accelerators']}x {found['hardware_name']}, {found['model_id']} at {found['quantization']}{split}",
        "",
        f"decode         {_interval(found, 'decode_tok_s', 'tok/s')} at {found['context_tokens']:,} tokens of context",
        f"prefill        {_interval(found, 'prefill_tok_s', 'tok/s')} for a prompt of "
        f"{found['prompt_tokens']:,} tokens",
        f"memory         {_figure(found['memory_needed_gb'], 'GB')} of "
        f"{_figure(found['accelerator_memory_gb'], 'GB')}: {fit}",
        f"at the wall    {_interval(found, 'working_watts', 'W')} decoding, {_figure(found['prefill_watts'], 'W')} "
        f"reading a prompt, {_figure(found['idle_watts'], 'W')} idle; circuits for {_figure(found['peak_watts'], 'W')}",
        f"energy         {_figure(found['joules_per_token'], 'J')} a token",
        f"cost           {_interval(found, 'usd_per_mtok', 'USD')} a million tokens, of which electricity "
        f"{_figure(found['power_usd_per_mtok'], 'USD')}",
        "",
        f"rests on: {found['basis']}",
    ]  # fmt: skip
    return "\n".join([*lines, *([f"missing: {found['missing']}"] if found["missing"] else [])])


def _interval(found: dict[str, Any], name: str, unit: str) -> str:
    low, mid, high = (found[f"{name}_{end}"] for end in ("low", "mid", "high"))
    return "not known" if mid is None else f"{_short(mid)} {unit} ({_short(low)} to {_short(high)})"


def _figure(value: float | None, unit: str) -> str:
    return "not known" if value is None else f"{_short(value)} {unit}"


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _tokens(text: str) -> int:
    return _whole(text, MOST_TOKENS)


def _sequences(text: str) -> int:
    return _whole(text, 100_000)


def _whole(text: str, most: int) -> int:
    number = int(text) if text.isascii() and text.isdigit() else 0
    if not 1 <= number <= most:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 to {most:,}")
    return number
