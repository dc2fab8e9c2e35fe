"""Worked examples of public articles, none of them a source of the data: the macros meet each at the decimals that it
prints.

Figures only: what goes in as the article has it, what it prints, and where.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Ask = Callable[..., list[tuple[Any, ...]]]
RENTED = [
    # USD/h, tok/s, USD for a million tokens as printed
    (2.00, 85, "6.54", "gmicloud.ai, llm-inference-cost-per-million-tokens (2026-05-28), example A"),
    (2.60, 140, "5.16", "the same, example B"),
    (2.00, 120, "4.63", "the same, example C"),
    (2.00, 400, "1.39", "the same, example D"),
    (2.00, 40, "13.9", "gmicloud.ai, cost-per-million-tokens-formula (2026-04-13)"),
    (1.29, 2_400, "0.15", "rahulkashyap.dev, llm-serving-economics, GPU cost per token"),
    (4 * 2.50, 3_400, "0.82", "kshirol-dev.github.io, inference infrastructure, on demand"),
    (4 * 1.60, 3_400, "0.52", "the same, reserved"),
    (10, 1_000, "2.78", "adhdecode-articles, GPU cost per token economics"),
]
ELECTRICITY = [
    # W, tok/s, price of a kWh, cost of the electricity of a million tokens as printed
    (450, 201.6, 0.0718, "0.0445", "d-central.tech, self-hosted-ai-inference-cost (2026-06-18)"),
    (600, 6, 0.20, "5.56", "a reader's figure for two cards at 6 tok/s, item 48642238"),
]


def as_printed(value: float, printed: str) -> str:
    """`value` to as many decimals as `printed` has."""
    return f"{value:.{len(printed.partition('.')[2])}f}"


@pytest.mark.parametrize(("rate", "speed", "printed", "where"), RENTED)
def test_a_million_rented_tokens_cost_what_the_article_prints(
    rows: Ask, rate: float, speed: float, printed: str, where: str
) -> None:
    [(cost,)] = rows("select cloud_usd_per_mtok(?, ?)", rate, speed)
    assert as_printed(cost, printed) == printed, where
    # a month of such tokens, by the formulas of workloads: 1.2 million a day
    [(month,)] = rows(
        "select usd_per_mtok_of_month(usd_per_month_rented(hours_for(1200000, ?), ?), 1200000)", speed, rate
    )
    assert as_printed(month, printed) == printed, where


@pytest.mark.parametrize(("watts", "speed", "kwh", "printed", "where"), ELECTRICITY)
def test_the_electricity_of_a_million_tokens_costs_what_the_article_prints(
    rows: Ask, watts: float, speed: float, kwh: float, printed: str, where: str
) -> None:
    [(cost,)] = rows("select usd_per_mtok(0, ?, ?, usd_per_kwh := ?)", watts, speed, kwh)
    assert as_printed(cost, printed) == printed, where


def test_the_formulas_of_the_pages_meet_them_too() -> None:
    node = shutil.which("node")
    if node is None:
        pytest.skip("no node")
    assets = Path(__file__).resolve().parents[2] / "reports" / "assets"
    script = f"""
        const start = require({json.dumps(str(assets / "whatif.js"))}), ask = require({json.dumps(str(assets / "ask.js"))});
        const rented = {json.dumps([row[:2] for row in RENTED])}, power = {json.dumps([row[:3] for row in ELECTRICITY])};
        console.log(JSON.stringify([
            rented.map(([rate, speed]) => ask.usd_per_mtok_of_month(ask.usd_per_month_rented(ask.hours_for(1.2e6, speed), rate), 1.2e6)),
            power.map(([watts, speed, kwh]) => start.usd_per_mtok(0, watts, speed, 168, kwh)),
        ]));
    """
    ran = subprocess.run([node, "-e", script], capture_output=True, text=True, check=True, timeout=30)
    rented, power = json.loads(ran.stdout)
    assert [as_printed(cost, row[2]) for cost, row in zip(rented, RENTED, strict=True)] == [row[2] for row in RENTED]
    assert [as_printed(cost, row[3]) for cost, row in zip(power, ELECTRICITY, strict=True)] == [
        row[3] for row in ELECTRICITY
    ]
