"""Where the names of points are in a scatter plot, so that they cover neither each other nor the points."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import log

import altair as alt
import polars as pl

Box = tuple[float, float, float, float]

_HIGH = 15.0  # pixels of a line of text at 12 px
_WIDE = 6.6  # pixels of a letter at 12 px, on average
_APART = 9.0  # from the middle of a point to its name
# Width below which a chart is a phone's, as assets/figures.js has it.
NARROW = 520
_LOOK = pl.Struct({"align": pl.String, "baseline": pl.String, "dx": pl.Float64, "dy": pl.Float64})
SIDES: dict[str, dict[str, str | float]] = {
    "right": {"align": "left", "baseline": "middle", "dx": _APART, "dy": 0.0},
    "left": {"align": "right", "baseline": "middle", "dx": -_APART, "dy": 0.0},
    "above": {"align": "center", "baseline": "bottom", "dx": 0.0, "dy": -_APART},
    "below": {"align": "center", "baseline": "top", "dx": 0.0, "dy": _APART},
}


def names(
    frame: pl.DataFrame,
    x: str,
    y: str,
    name: str,
    x_ends: tuple[float, float],
    y_ends: tuple[float, float],
    height: int,
    steps: pl.DataFrame | None = None,
) -> list[alt.Chart]:
    """Layers of text for the points of `frame` on logarithmic axes that run between the ends.

    Names keep off the line through the points `steps` too, which goes across first and then up or down, as
    interpolate="step-after" draws it. Two sets, for a wide plot and for a phone's; the browser shows the one that its
    width asks for. A name for which there is no room is left out: the tooltip has it.
    """
    layers = []
    for wide, width in ((True, 780), (False, 255)):
        line = [] if steps is None else list(zip(*_places(steps, x, y, x_ends, y_ends, width, height), strict=True))
        across, down = _places(frame, x, y, x_ends, y_ends, width, height)
        sides = sides_of(across, down, [str(each) for each in frame[name]], width, height, _boxes(line))
        looks = [None if side is None else SIDES[side] for side in sides]
        placed = (
            frame.select(x, y, name).with_columns(look=pl.Series(looks, dtype=_LOOK)).drop_nulls("look").unnest("look")
        )
        # A text that is not to be seen has no size either: the plot would make room for it.
        size = alt.expr(f"width {'>' if wide else '<='} {NARROW - 90} ? 12 : 0.01")
        layers.append(
            alt.Chart(placed)
            .mark_text(fontSize=size, **{part: alt.expr(f"datum.{part}") for part in _LOOK.to_schema()})
            .encode(x=alt.X(f"{x}:Q"), y=alt.Y(f"{y}:Q"), text=alt.Text(f"{name}:N"))
        )
    return layers


def sides_of(
    across: Sequence[float],
    down: Sequence[float],
    texts: Sequence[str],
    width: float,
    height: float,
    covered: Sequence[Box] = (),
) -> list[str | None]:
    """For each point (pixels from the top left) the side its text is on, or None where it would cover something.

    `covered` is what else must not be covered.
    """
    taken: list[Box] = [*covered, *((x - 6, y - 6, x + 6, y + 6) for x, y in zip(across, down, strict=True))]
    sides: list[str | None] = []
    for x, y, text in zip(across, down, texts, strict=True):
        free = (
            (side, box)
            for side, place in _PLACES.items()
            if (box := place(x, y, len(text) * _WIDE))[0] >= 0
            and box[2] <= width and box[1] >= -_HIGH and box[3] <= height
            and not any(_overlap(box, other) for other in taken)
        )  # fmt: skip
        found = next(free, None)
        sides.append(found[0] if found else None)
        if found:
            taken.append(found[1])
    return sides


_PLACES: dict[str, Callable[[float, float, float], Box]] = {
    "right": lambda x, y, wide: (x + _APART, y - _HIGH / 2, x + _APART + wide, y + _HIGH / 2),
    "left": lambda x, y, wide: (x - _APART - wide, y - _HIGH / 2, x - _APART, y + _HIGH / 2),
    "above": lambda x, y, wide: (x - wide / 2, y - _APART - _HIGH, x + wide / 2, y - _APART),
    "below": lambda x, y, wide: (x - wide / 2, y + _APART, x + wide / 2, y + _APART + _HIGH),
}


def _places(
    frame: pl.DataFrame,
    x: str,
    y: str,
    x_ends: tuple[float, float],
    y_ends: tuple[float, float],
    width: float,
    height: float,
) -> tuple[list[float], list[float]]:
    return _pixels(frame[x].to_list(), x_ends, width), _pixels(frame[y].to_list(), y_ends, height, down=True)


def _boxes(line: Sequence[tuple[float, float]]) -> list[Box]:
    """What a line through the points covers that goes across first and then up or down."""
    boxes: list[Box] = []
    for (x, y), (next_x, next_y) in pairwise(line):
        boxes += [
            (min(x, next_x), y - 1, max(x, next_x), y + 1),
            (next_x - 1, min(y, next_y), next_x + 1, max(y, next_y)),
        ]
    return boxes


def _pixels(values: Sequence[float], ends: tuple[float, float], length: float, down: bool = False) -> list[float]:
    low, high = ends
    parts = (log(value / low) / log(high / low) for value in values)
    return [(1 - part if down else part) * length for part in parts]


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
