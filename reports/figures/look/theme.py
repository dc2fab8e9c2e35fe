"""How charts look: names of colours, and the Altair theme. The colours themselves are in assets/figures.css.

A colour is written as a variable of CSS: the browser resolves it, so that one chart serves light, dark and print.
Colours tell things apart that a shape, a fill or a label tells apart as well; see assets/figures.css for how they were
chosen.
"""

from collections.abc import Iterable, Mapping
from math import ceil, floor, log10
from typing import Any, cast

import altair as alt
import polars as pl

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"

INK = "var(--ink)"
MUTED = "var(--muted)"
HAIRLINE = "var(--hairline)"
PAPER = "var(--paper)"
ACCENT = "var(--accent)"

# What a figure rests on. The keys are the words that tables and charts show.
BASIS = {
    "measured": "var(--measured)",
    "reported": "var(--measured)",
    "expected": "var(--stated)",
    "target": "var(--stated)",
    "modelled": "var(--modelled)",
    "impossible": "var(--impossible)",
    "cloud": "var(--cloud)",
}
BASIS_SHAPES = {
    "measured": "circle",
    "reported": "triangle-right",
    "expected": "triangle-up",
    "target": "triangle-down",
    "modelled": "diamond",
    "impossible": "cross",
    "cloud": "square",
}

# What does the computing.
FAMILIES = {
    "GeForce": "var(--geforce)",
    "RTX workstation": "var(--rtx-workstation)",
    "Data centre": "var(--data-centre)",
    "Radeon": "var(--radeon)",
    "Apple": "var(--apple)",
    "Grace Blackwell": "var(--grace-blackwell)",
    "Other": "var(--other)",
}
FAMILY_SHAPES = {
    "GeForce": "circle",
    "RTX workstation": "square",
    "Data centre": "diamond",
    "Radeon": "triangle-up",
    "Apple": "triangle-down",
    "Grace Blackwell": "cross",
    "Other": "triangle-right",
}
# How the ids of each family's hardware look; the first that fits decides.
_FAMILY_IDS = {
    "RTX workstation": r"^rtx-(pro-|a\d|\d+-ada)",
    "GeForce": r"^(rtx|gtx)-\d",
    "Data centre": r"^([abhlv]\d{2,3}s?|gh?200|mi\d+|dgx-station|dgx-[abh]\d)\b",
    "Radeon": r"^(rx|radeon)-",
    "Apple": r"^(mac|apple)-",
    "Grace Blackwell": r"^(dgx-spark|gb\d+)",
}

# What a cost is made of.
COST_PARTS = {"capital": "var(--capital)", "power": "var(--power)"}

# From little to much. On steps 1 to 3 text is INK, on 4 to 6 it is PAPER, in light and in dark.
RAMP = [f"var(--ramp-{step})" for step in range(1, 7)]


def family(column: str = "accelerator_id") -> pl.Expr:
    """The family of FAMILIES that a hardware_id in `column` belongs to, judged by how it begins."""
    chosen = pl.lit("Other")
    for name, pattern in reversed(_FAMILY_IDS.items()):
        chosen = pl.when(pl.col(column).str.contains(pattern)).then(pl.lit(name)).otherwise(chosen)
    return chosen


def basis_color(present: Iterable[str] | None = None, **options: Any) -> alt.Scale:
    """Colour scale of the words in BASIS, or of those that are `present`."""
    return _scale(BASIS, present, options)


def basis_shape(present: Iterable[str] | None = None, **options: Any) -> alt.Scale:
    """Shape scale of the words in BASIS, or of those that are `present`."""
    return _scale(BASIS_SHAPES, present, options)


def family_color(present: Iterable[str] | None = None, **options: Any) -> alt.Scale:
    """Colour scale of the families in FAMILIES, or of those that are `present`."""
    return _scale(FAMILIES, present, options)


def family_shape(present: Iterable[str] | None = None, **options: Any) -> alt.Scale:
    """Shape scale of the families in FAMILIES, or of those that are `present`."""
    return _scale(FAMILY_SHAPES, present, options)


def cost_color(**options: Any) -> alt.Scale:
    """Colour scale of the words in COST_PARTS."""
    return _scale(COST_PARTS, None, options)


def _scale(looks: dict[str, str], present: Iterable[str] | None, options: dict[str, Any]) -> alt.Scale:
    words = set(looks) if present is None else set(present)
    if unknown := sorted(words - set(looks)):
        raise ValueError(f"No look is fixed for {', '.join(unknown)}; there are looks for {', '.join(looks)}.")
    kept = {word: look for word, look in looks.items() if word in words}
    return alt.Scale(domain=list(kept), range=list(kept.values()), **options)


def ramp_scale(thresholds: list[float]) -> alt.Scale:
    """Steps of the ramp between `thresholds` (at most five, ascending), from little to much."""
    steps = len(thresholds) + 1
    if steps > len(RAMP):
        raise ValueError(f"The ramp has {len(RAMP)} steps, so at most {len(RAMP) - 1} thresholds.")
    chosen = [RAMP[round(step * (len(RAMP) - 1) / max(1, steps - 1))] for step in range(steps)]
    return alt.Scale(type="threshold", domain=thresholds, range=chosen)


def room(lowest: Any, highest: Any) -> tuple[float, float]:
    """Ends of a logarithmic axis that leaves a little room around the figures."""
    return float(lowest) * 0.8, float(highest) * 1.25


def slopes(rates: Mapping[str, float], x_ends: tuple[float, float], y_ends: tuple[float, float]) -> pl.DataFrame:
    """The ends of the lines y = rate * x within a plot of logarithmic axes: columns line, end (low, high), x, y."""
    rows: list[dict[str, Any]] = []
    for line, rate in rates.items():
        low, high = max(x_ends[0], y_ends[0] / rate), min(x_ends[1], y_ends[1] / rate)
        if low < high:
            rows += [{"line": line, "end": end, "x": x, "y": rate * x} for end, x in (("low", low), ("high", high))]
    return pl.DataFrame(rows, schema={"line": pl.String, "end": pl.String, "x": pl.Float64, "y": pl.Float64})


def log_scale(low: float, high: float, **options: Any) -> alt.Scale:
    """A logarithmic scale from `low` to `high` exactly; its axis is log_axis(low, high)."""
    return alt.Scale(type="log", domain=[low, high], nice=False, **options)


def log_axis(low: float, high: float, **options: Any) -> alt.Axis:
    """An axis for a logarithmic scale from `low` to `high`, ticked at 1, 2, 5 and their tens; at the tens alone over
    three decades.

    A logarithmic axis left to itself draws a grid line for every digit.
    """
    if not 0 < low <= high:
        raise ValueError(f"A logarithmic axis runs between positive ends, not from {low} to {high}.")
    steps = (1, 2, 5) if log10(high / low) <= 3 else (1,)
    exponents = range(floor(log10(low)) - 1, ceil(log10(high)) + 1)
    ticks = [round(step * 10.0**exponent, 12) for exponent in exponents for step in steps]
    within = [tick for tick in ticks if low / 1.001 <= tick <= high * 1.001]
    # Without a count of its own Vega would leave out some of them.
    return alt.Axis(values=within, tickCount=len(within), **options)


@alt.theme.register("rigonomics", enable=True)
def rigonomics() -> alt.theme.ThemeConfig:
    """The look of every chart. Titles are in the page, not in the chart."""
    config: dict[str, Any] = {
        "background": "transparent",
        "padding": {"left": 0, "top": 4, "right": 4, "bottom": 0},
        "config": {
            "font": FONT,
            "aria": False,
            "view": {"stroke": None, "continuousHeight": 320, "discreteHeight": {"step": 26}},
            "axis": {
                "labelColor": MUTED,
                "labelFontSize": 12,
                "labelPadding": 6,
                "labelLimit": 340,
                "titleColor": MUTED,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "titlePadding": 10,
                "domain": False,
                "ticks": False,
                "grid": True,
                "gridColor": HAIRLINE,
                "gridWidth": 1,
            },
            "axisBand": {"grid": False, "labelColor": INK},
            "axisQuantitative": {"tickCount": 6},
            "axisTop": {"titleAnchor": "start"},
            "axisBottom": {"titleAnchor": "end"},
            "axisY": {"titleAnchor": "end"},
            "header": {"labelColor": INK, "labelFontSize": 13, "labelFontWeight": 600, "titleColor": MUTED},
            "legend": {
                "orient": "top",
                "direction": "horizontal",
                "labelColor": INK,
                "labelFontSize": 12,
                "labelLimit": 340,
                "titleColor": MUTED,
                "titleFontSize": 12,
                "titleFontWeight": "normal",
                "titleOrient": "left",
                "symbolSize": 90,
                "symbolOpacity": 1,
                "symbolStrokeWidth": 1.5,
                "offset": 14,
                "columnPadding": 18,
            },
            "range": {"category": list(FAMILIES.values()), "ordinal": RAMP},
            "mark": {"color": BASIS["measured"]},
            "bar": {"cornerRadiusEnd": 1.5},
            "line": {"strokeWidth": 2, "strokeCap": "round", "strokeJoin": "round"},
            "point": {"size": 70, "filled": True, "opacity": 1},
            "rule": {"color": MUTED, "strokeWidth": 1.5},
            "text": {"color": INK, "fontSize": 12},
            "tick": {"thickness": 2, "bandSize": 14},
        },
    }
    return cast(alt.theme.ThemeConfig, config)
