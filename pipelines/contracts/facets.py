"""What a reading may carry: facets (what it is about, under which conditions) and settings (how its cell is read)."""

from collections.abc import Mapping
from typing import Any

FACET_VALUES: Mapping[str, tuple[str, ...] | None] = {
    "hardware": None,
    "variant": None,
    "model": None,
    "build": None,
    "topic": None,
    "count": None,
    "each": ("true", "false"),
    "link": ("nvlink", "pcie", "nvswitch"),
    "condition": ("msrp", "street", "new", "used", "open_box", "list"),
    "lot_quantity": None,
    "slot": (
        "gpu", "cpu", "board", "memory", "storage", "psu", "cooler", "case", "network", "link", "system", "os", "other",
    ),
    "quantization": None,
    "engine": None,
    "context_tokens": None,
    "phase": ("decode", "prefill"),
    "concurrency": None,
    "per_user": ("true", "false"),
    "offload": ("none", "cpu", "unspecified"),
    "basis": ("benchmark", "expected", "target", "theoretical"),
    "provider": None,
    "purchase": ("on_demand", "spot", "reserved", "community", "unspecified"),
    "billing": ("hourly", "monthly", "reserved"),
    "region": None,
    "currency": None,
    "tax": ("included", "excluded", "unknown"),
    "hours": None,
    "valid_from": None,
    "valid_to": None,
    "place": None,
    "sector": ("residential", "commercial", "industrial", "unspecified"),
    "vendor": None,
    "url": None,
    "observed_on": None,
    "note": None,
}  # fmt: skip
"""The facets that a reading may carry, and the values allowed where they are few."""

FACETS = tuple(FACET_VALUES)
SETTINGS = ("attribute", "unit", "extract", "split", "optional", "derived", "ignore")
"""What a reading may carry besides facets."""
LITERALS = (*SETTINGS, *FACETS)
IMPLICIT_COLUMNS = (*FACETS, "attribute", "derived", "value")
"""CSV headers that need no declaration, because they say what they are."""


def as_text(value: Any) -> str:
    """A TOML literal as the text a CSV cell would have held: booleans in lower case, days in ISO form."""
    return str(value).lower() if isinstance(value, bool) else str(value)
