"""The files that a user edits (catalogue, assumptions) as frames of the declared reference tables."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.contracts.toml import read_toml
from pipelines.errors import ContractError


def read_assumptions(path: Path, relative: str) -> dict[str, pl.DataFrame]:
    """Frames of scenarios, assumptions, price_preference, model_classes and modelled_runs.

    Raises ContractError if a scenario or constant lacks what it needs.
    """
    content = read_toml(path, relative)
    scenarios = [{"scenario_id": key, **spec} for key, spec in _sections(content, "scenarios", relative).items()]
    constants = [{"name": key, **spec} for key, spec in _sections(content, "constants", relative).items()]
    preference = [{"rank": rank, **spec} for rank, spec in enumerate(content.get("price_preference", []), start=1)]
    modelled = [
        {**{key: value for key, value in spec.items() if key != "quantizations"}, "quantization": quantization}
        for spec in content.get("modelled", [])
        for quantization in spec.get("quantizations", [])
    ]
    return {
        "scenarios": _frame(scenarios, SCENARIOS, f"{relative} [scenarios]"),
        "assumptions": _frame(constants, CONSTANTS, f"{relative} [constants]"),
        "price_preference": _frame(preference, PREFERENCE, f"{relative} [[price_preference]]"),
        "model_classes": _frame(content.get("model_classes", []), CLASSES, f"{relative} [[model_classes]]"),
        "modelled_runs": _frame(modelled, MODELLED, f"{relative} [[modelled]]"),
    }


SCENARIOS: Mapping[str, Any] = {
    "scenario_id": pl.String, "name": pl.String, "hours_per_week": pl.Float64, "usd_per_kwh": pl.Float64,
    "life_years": pl.Float64, "residual_fraction": pl.Float64, "discount_rate": pl.Float64, "source": pl.String,
    "source_day": pl.Date,
}  # fmt: skip
CONSTANTS: Mapping[str, Any] = {
    "name": pl.String, "value": pl.Float64, "unit": pl.String, "source": pl.String, "source_day": pl.Date,
    "description": pl.String,
}  # fmt: skip
PREFERENCE: Mapping[str, Any] = {"rank": pl.Int32, "condition": pl.String, "reason": pl.String}
CLASSES: Mapping[str, Any] = {"class": pl.String, "params_low_b": pl.Float64, "params_high_b": pl.Float64}
MODELLED: Mapping[str, Any] = {"model_id": pl.String, "quantization": pl.String, "reason": pl.String}


def _sections(content: Mapping[str, Any], key: str, relative: str) -> Mapping[str, Mapping[str, Any]]:
    sections = content.get(key)
    if not isinstance(sections, dict) or not sections:
        raise ContractError(f"{relative} has no [{key}.…] section.", "Restore it; the pipeline needs its values.")
    return sections


def _frame(rows: list[dict[str, Any]], schema: Mapping[str, Any], place: str) -> pl.DataFrame:
    for row in rows:
        absent = [key for key in schema if key not in row]
        extra = [key for key in row if key not in schema]
        if absent or extra:
            problem = f"lacks {absent[0]}" if absent else f"has unknown key {extra[0]}"
            raise ContractError(f"{place} {next(iter(row.values()))!s} {problem}.", f"Needed: {', '.join(schema)}.")
    typed = [{key: _typed(row[key], schema[key], place) for key in schema} for row in rows]
    return pl.DataFrame(typed, schema=schema, orient="row")


def _typed(value: Any, wanted: Any, place: str) -> Any:
    try:
        if wanted is pl.Date:
            return value if isinstance(value, date) else date.fromisoformat(str(value)) if value else None
        return float(value) if wanted is pl.Float64 else int(value) if wanted is pl.Int32 else str(value)
    except (TypeError, ValueError) as error:
        raise ContractError(f"{place}: {value!r} is not a {'day' if wanted is pl.Date else 'number'}.") from error
