"""Colours of the report: they stay apart for every kind of sight, and text can be read on its paper."""

import itertools
import math
import re
from typing import Any

import pytest

from . import fixture

CSS = (fixture.REPORTS / "assets" / "figures.css").read_text(encoding="utf-8")


Colour = tuple[float, float, float]
# Machado, Oliveira and Fernandes 2009, severity 1.
DEFICIENCIES = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.01182, 0.04294, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.3039)),
}


def tokens(theme: int) -> dict[str, str]:
    found = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)
    return {name: (light, dark)[theme] for name, light, dark in found}


def linear(colour: str) -> Colour:
    values = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values)
    return red, green, blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.1's contrast ratio."""
    weights = (0.2126, 0.7152, 0.0722)
    luminances = sorted(sum(w * v for w, v in zip(weights, linear(c), strict=True)) for c in (one, other))
    return (luminances[1] + 0.05) / (luminances[0] + 0.05)


def oklab(colour: Colour) -> Colour:
    """Björn Ottosson's perceptual space: distances are alike to the eye."""
    red, green, blue = (min(1, max(0, value)) for value in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def seen(colour: str, deficiency: str) -> Colour:
    red, green, blue = (
        sum(weight * value for weight, value in zip(row, linear(colour), strict=True))
        for row in DEFICIENCIES[deficiency]
    )
    return oklab((red, green, blue))


def names(looks: dict[str, str]) -> list[str]:
    return [look.removeprefix("var(--").removesuffix(")") for look in looks.values()]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_keeps_4_5_to_1_and_data_3_to_1_against_the_paper(figures: Any, theme: int) -> None:
    from figures.look import theme as looks

    colours = tokens(theme)
    for name in ("ink", "muted", "accent"):
        assert contrast(colours[name], colours["paper"]) >= 4.5, name
        assert contrast(colours[name], colours["raised"]) >= 4.5, name
    for name in (*names(looks.BASIS), *names(looks.FAMILIES), *names(looks.COST_PARTS)):
        assert contrast(colours[name], colours["paper"]) >= 3, name
    for step in range(1, 7):
        on = "ink" if step <= 3 else "paper"
        assert contrast(colours[f"ramp-{step}"], colours[on]) >= 4.5, step


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_colours_of_one_chart_stay_apart_for_every_kind_of_sight(figures: Any, theme: int, deficiency: str) -> None:
    from figures.look import theme as looks

    colours = tokens(theme)
    # Families have a shape each as well, so that less of a difference will do; two words of one colour differ in shape.
    for group, least in ((looks.BASIS, 0.12), (looks.COST_PARTS, 0.12), (looks.FAMILIES, 0.06)):
        for one, other in itertools.combinations(dict.fromkeys(names(group)), 2):
            distance = math.dist(seen(colours[one], deficiency), seen(colours[other], deficiency))
            assert distance >= least, (one, other, distance)


def test_every_colour_that_charts_name_is_defined(figures: Any) -> None:
    source = (fixture.REPORTS / "figures" / "look" / "theme.py").read_text(encoding="utf-8")
    named = set(re.findall(r"var\(--([a-z-]+)\)", source)) | {f"ramp-{step}" for step in range(1, 7)}
    assert named <= set(tokens(0))
    assert len(named) > 15
