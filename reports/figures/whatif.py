"""The what-if of the Start page: its sliders, its table as it is without a script, and the data that the script
reads.

assets/whatif.js computes with the formulas of the database; the table what_if_start holds them for the values that the
sliders start with.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from figures.answers import CLASSES, base_scenario, counted_rates, hours, price_note, rate_range, short_name
from figures.look.prose import tok_s, usd, usd_per_mtok, years
from figures.look.web import Block, data_block, escape, json_text
from figures.look.wording import counted
from figures.sql import query

Row = Mapping[str, Any]

SYSTEMS = "from current_systems order by name, build_id"
START = "from what_if_start where scenario_id = $scenario"
RUNS = """
    from best_run
    where scenario_id = $scenario
        and sharing = 'default'
    order by model_class, usd_per_mtok_mid nulls last, system
"""


@dataclass(frozen=True)
class Slider:
    """A setting: its name in the share link, its ends and step, how a value reads ('#' is the figure).

    `at_low` is how the lowest value reads where that means something of its own.
    """

    name: str
    label: str
    low: float
    high: float
    step: float
    text: str
    digits: int = 0
    per: int = 1
    note: str = ""
    at_low: str = ""

    def on_a_step(self, value: float) -> float:
        """`value` (in the unit of the formulas) as the slider holds it."""
        steps = round((value * self.per - self.low) / self.step)
        return round(min(self.high, max(self.low, self.low + steps * self.step)), 6)

    def in_words(self, value: float) -> str:
        """`value` (in the unit of the formulas) as it reads beside the slider."""
        held = self.on_a_step(value)
        if self.at_low and held == self.low:
            return self.at_low
        return self.text.replace("#", f"{held:,.{self.digits}f}").replace(".0 ", " ")

    def html(self, value: float) -> str:
        """The control with its label and its value in words."""
        held, shown = self.on_a_step(value), self.in_words(value)
        at_low = f' data-at-low="{escape(self.at_low)}"' if self.at_low else ""
        per = f' data-per="{self.per}"' if self.per != 1 else ""
        note = f'<span class="whatif-note" id="whatif-{self.name}-note">{escape(self.note)}</span>' if self.note else ""
        described = f' aria-describedby="whatif-{self.name}-note"' if self.note else ""
        return (
            f'<div class="whatif-control"><label for="whatif-{self.name}">{escape(self.label)}</label>'
            f'<output for="whatif-{self.name}">{escape(shown)}</output>'
            f'<input type="range" id="whatif-{self.name}" name="{self.name}" min="{self.low:g}" max="{self.high:g}" '
            f'step="{self.step:g}" value="{held:g}" data-text="{escape(self.text)}" '
            f'data-digits="{self.digits}"{at_low}{per} aria-valuetext="{escape(shown)}"{described}>{note}</div>'
        )


def what_if() -> Block:
    """The what-if, starting from the base scenario and the cheapest cloud rate that counts."""
    scenario = base_scenario()
    systems = query(SYSTEMS).to_dicts()
    sliders, start = _sliders(systems), _start(scenario)
    speeds = _speeds(str(scenario["scenario_id"]))
    classes = query("from model_classes order by params_low_b")["class"].to_list()
    model_class = next((name for name in reversed(CLASSES) if name in classes), classes[0])
    results = {
        (row["build_id"], row["throughput_from"]): row
        for row in query(START, scenario=scenario["scenario_id"]).iter_rows(named=True)
    }
    options = "".join(
        f'<option value="{escape(name)}"{" selected" if name == model_class else ""}>{escape(name)}</option>'
        for name in classes
    )
    # Paper has no sliders: what they are at is written there, as assets/whatif.js writes it.
    settings = "; ".join(
        [f"Class of models: {model_class}", *(f"{one.label}: {one.in_words(start[one.name])}" for one in sliders)]
    )
    control = (
        '<div class="whatif-control"><label for="whatif-class">Class of models</label>'
        f'<select id="whatif-class" name="class">{options}</select></div>'
    )
    data = {"systems": [_for_script(system) for system in systems], "speeds": speeds}
    return Block(
        '<div class="whatif wide"><form class="whatif-controls" hidden aria-label="What if">'
        f'<div class="whatif-presets" role="group" aria-label="Scenarios">{_presets(sliders)}</div>'
        f'<div class="whatif-grid">{control}{"".join(slider.html(start[slider.name]) for slider in sliders)}</div>'
        '<div class="whatif-foot"><button type="button" class="whatif-copy">Copy link to these settings</button>'
        '<button type="reset">Reset</button>'
        '<label><input type="checkbox" name="all" autocomplete="off">'
        "<span>Show systems whose price or power is not known "
        f'(<span class="whatif-left-out">{_unknown(systems)}</span>)</span></label>'
        '<span class="whatif-copied" role="status"></span></div></form>'
        f'<p class="whatif-printed">{escape(settings)}</p>'
        '<p class="whatif-said" role="status"></p>'
        f"{_table(systems, speeds.get(model_class, {}), results)}</div>"
        f'{data_block("whatif-data", data).html}<script defer src="assets/whatif.js"></script>'
    )


def _sliders(systems: Sequence[Row]) -> list[Slider]:
    stated = counted_rates()
    highest = max((rate["usd_per_hour_high"] for rate in stated), default=5.0)
    listed = (
        f"{short_name(rate['rented'])} {rate_range(rate['usd_per_hour_low'], rate['usd_per_hour_high'])}"
        for rate in stated
    )
    rate_note = "Stated: " + "; ".join(listed) if stated else ""
    partly = sum(_priced_parts(system) is not None for system in systems)
    parts_note = (
        f"For what no source prices, mostly the host: {counted(partly, 'system')} {'is' if partly == 1 else 'are'} "
        "left out without it."
    )
    return [
        Slider("hours", "Hours a week", 1, 168, 1, "# h"),
        Slider("kwh", "Electricity", 0.02, 0.6, 0.01, "$#/kWh", 2),
        Slider("life", "Years of use", 1, 8, 0.5, "# years", 1),
        Slider("resale", "Resale value", 0, 70, 5, "#% of the price", per=100),
        Slider("rent", "Rent instead", 0.1, max(5.0, -(-highest * 2 // 1) / 2), 0.01, "$#/h", 2, note=rate_note),
        Slider("parts", "Parts without a price", 0, 5_000, 100, "$#", note=parts_note, at_low="left out"),
    ]


def _start(scenario: Row) -> dict[str, float]:
    stated = counted_rates()
    return {
        "hours": scenario["hours_per_week"],
        "kwh": scenario["usd_per_kwh"],
        "life": scenario["life_years"],
        "resale": scenario["residual_fraction"],
        "rent": round(stated[0]["usd_per_hour_mid"], 2) if stated else 2.5,
        "parts": 0,
    }


def _for_script(system: Row) -> dict[str, Any]:
    return {
        "id": system["build_id"],
        "name": system["name"],
        "capex": [system["capex_low_usd"], system["capex_mid_usd"], system["capex_high_usd"]],
        "watts": [system["watts_low"], system["watts_mid"], system["watts_high"]],
        "priced_parts": _priced_parts(system),
        "note": _note(system),
        "without_a_price": system["price_missing"],
    }


def _priced_parts(system: Row) -> list[float] | None:
    """Low, mid, high of what is priced of a system that has no price as a whole; None if it has one, or nothing is
    priced."""
    if system["capex_mid_usd"] is not None or not system["priced_parts_mid_usd"]:
        return None
    return [system["priced_parts_low_usd"], system["priced_parts_mid_usd"], system["priced_parts_high_usd"]]


def _note(system: Row) -> str:
    return str(system["missing"] or price_note(system))


def _unknown(systems: Sequence[Row]) -> int:
    return sum(system["capex_mid_usd"] is None or system["watts_mid"] is None for system in systems)


def _presets(sliders: Sequence[Slider]) -> str:
    columns = {"hours": "hours_per_week", "kwh": "usd_per_kwh", "life": "life_years", "resale": "residual_fraction"}
    buttons = []
    for scenario in query("from scenarios order by hours_per_week, scenario_id").iter_rows(named=True):
        values = {
            slider.name: slider.on_a_step(scenario[columns[slider.name]])
            for slider in sliders
            if slider.name in columns
        }
        name = str(scenario["name"])
        buttons.append(
            '<button type="button" aria-pressed="false" '
            f'data-preset="{escape(json_text(values))}">{escape(name[:1].upper() + name[1:])}'
            f" <span>{hours(scenario['hours_per_week'])} h</span></button>"
        )
    return "".join(buttons)


def _speeds(scenario_id: str) -> dict[str, dict[str, Any]]:
    """For each class and system: the speed that it has."""
    found: dict[str, dict[str, Any]] = {}
    for row in query(RUNS, scenario=scenario_id).iter_rows(named=True):
        found.setdefault(row["model_class"], {})[row["build_id"]] = {
            "tok_s": [row["tokens_per_s_low"], row["tokens_per_s_mid"], row["tokens_per_s_high"]],
            "evidence": row["evidence"],
            "model": row["model"],
            "quantization": row["quantization"],
            "from": row["throughput_from"],
        }
    return found


def _table(systems: Sequence[Row], speeds: Mapping[str, Any], results: Mapping[tuple[str, str | None], Row]) -> str:
    found = []
    for system in systems:
        speed = speeds.get(system["build_id"])
        result = results.get((system["build_id"], speed["from"])) if speed else None
        if result is None:
            # Payback and electricity do not depend on a speed: any row of the system has them.
            result = next((row for (build, _), row in results.items() if build == system["build_id"]), None)
            result = {**result, "usd_per_mtok_mid": None} if result else None
        found.append((system, speed, result))
    found.sort(
        key=lambda row: (
            row[2] is None or row[2]["usd_per_mtok_mid"] is None,
            (row[2] or {}).get("usd_per_mtok_mid") or 0,
        )
    )
    body = "\n".join(_row(*row) for row in found)
    heads = (
        ("System", ""), ("Cost", "USD per million tokens"), ("Paid back", "against the rate"),
        ("Rent instead", "under"), ("Electricity", "three years"), ("Speed", "one sequence"),
    )  # fmt: skip
    head = "".join(
        f'<th scope="col"{"" if place == 0 else " class=right"}>{name}<span class="unit">{unit}</span></th>'
        for place, (name, unit) in enumerate(heads)
    )
    return (
        '<div class="table-scroll"><table data-quarto-disable-processing="true">'
        '<caption class="visually-hidden">What each system costs under these settings, cheapest first</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table></div>"
    )


def _row(system: Row, speed: Row | None, result: Row | None) -> str:
    priced = system["capex_mid_usd"] is not None and system["watts_mid"] is not None
    note = _note(system)
    cost = result["usd_per_mtok_mid"] if result else None
    bar = '<span class="whatif-bar" aria-hidden="true" hidden><span></span><span></span></span>'
    cells = [
        _cell(
            "—" if cost is None else usd_per_mtok(cost),
            "" if cost is None or result is None else _span(result),
            bar,
        ),
        _cell(_or_never(result, "payback_years", priced, years)),
        _cell(_or_never(result, "breakeven_hours_per_week", priced, lambda value: f"{hours(value)} h/week")),
        _cell("—" if result is None or result["power_usd_3yr"] is None else usd(result["power_usd_3yr"])),
        _cell(
            tok_s(speed["tok_s"][1]) if speed else "—",
            f"{speed['evidence']}, {speed['model']} {speed['quantization']}" if speed else "no speed known",
        ),
    ]
    hidden = "" if priced else " hidden"
    small = f'<span class="cell-note">{escape(note)}</span>'
    return (
        f'<tr data-system="{escape(system["build_id"])}"{hidden}>'
        f'<th scope="row">{escape(system["name"])}{small}</th>{"".join(cells)}</tr>'
    )


def _span(result: Row) -> str:
    low, high = usd_per_mtok(result["usd_per_mtok_low"]), usd_per_mtok(result["usd_per_mtok_high"])
    return low if low == high else f"{low}–{high.removeprefix('$')}"


def _or_never(result: Row | None, name: str, priced: bool, shown: Any) -> str:
    if result is None or result[name] is None:
        return "never" if priced else "—"
    return str(shown(result[name]))


def _cell(value: str, note: str = "", more: str = "") -> str:
    return (
        f'<td class="right"><span class="whatif-value">{escape(value)}</span>{more}<span '
        f'class="cell-note">{escape(note)}</span></td>'
    )
