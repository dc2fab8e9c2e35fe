"""Generated cells of every attribute, of which the generator knows what a person reads in them, or that they have to be
refused.

A cell is put together as people write it: a word before it, figures, a unit, words behind it, invisible characters.
Each part is plain, odd (it may be refused, but is never read as anything else) or one that no figure may be read from.
"""

import random
from collections import Counter
from dataclasses import dataclass, replace

import polars as pl

from pipelines.contracts.vocabulary import Attribute
from pipelines.normalise.quantities import read_quantities
from tests.attack._spellings import (
    CHANGING,
    EMPTY,
    HARMLESS,
    NOT_COUNTED,
    NOUNS,
    OF_ANOTHER,
    OF_UNIT,
    OTHERS,
    SCALED_UP,
    SPELLED_ALSO,
    UNITS,
)
from tests.normalise.sources import VOCABULARY

TRIES = 100_000
REFUSED_AT_MOST = 0.02
"""Share of the plain cells that may be refused."""
PLAIN, ODD, REFUSED = 0, 1, 2
DASHES = ("-", "–", " - ", " – ", "—", "‑", "−", "‒", "‐", " to ")
NOT_DASHES = (
    "/",
    " / ",
    " or ",
    " and ",
    ", ",
    "; ",
    " → ",
    " vs ",
    "|",
    " x ",
    "×",
    "*",
    "..",
    "…",
    " ± ",
    " : ",
    "=",
    "&",
    "<",
    "~~",
)
BEFORE: dict[str, str | None] = {
    "": None, "~": None, "≈": None, "about ": None, "approx. ": None, "around ": None, "circa ": None, "up to ": "at_most", "≤": "at_most",
    "<": "at_most", "max. ": "at_most", "at most ": "at_most", "less than ": "at_most", "over ": "at_least", ">": "at_least",
    "≥ ": "at_least", "at least ": "at_least", "from ": "at_least", "min. ": "at_least", "more than ": "at_least",
}  # fmt: skip
"""Words that are read, with the bound that they set."""
BEFORE_REFUSED = (
    "not ", "no ", "was ", "save ", "saves ", "less ", "minus ", "plus ", "± ", "+/-", "2 × ", "2x ", "4 x ", "two ", "pair of ", "half of ",
    "1/2 of ", "every ", "per ", "off ", "down ", "(", "[", "= ", "x", "×", "#", "@", "EUR ", "€", "£ ", "C$ ", "CAD ", "A$", "HK$", "CHF ",
    "Rs. ", "kr ", "R$", "₿", "old: ", "list: ", "$CAD ", "bid: ", "deposit ", "extra ", "another ", "double ", "twice ", "-+", "--", "> <",
    "not up to ", "nowhere near ", "if ", "un", "non-", "NT$", "¥", "CA$", "1 of ", "1 ", "v", "Q", "¼", "1½ ", "²", "٣",
)  # fmt: skip
FULLWIDTH, ARABIC = (str.maketrans("0123456789", digits) for digits in ("０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩"))
SPACES = ("\u00a0", "\u2009", "\u202f", "\u3000", "\t", "\n", "  ")
INVISIBLE = ("\u200b", "\u00ad", "\ufeff", "\u2060")
SAID: dict[str, float] = {
    "½": 0.5, "1/2": 0.5, "3 1/2": 3.5, ".5": 0.5, "5.": 5, "05": 5, "007": 7, "1_000": 1000, "1'000": 1000, "1 000": 1000,
    "1\u2009000": 1000, "1\u202f000": 1000, "1\u066c000": 1000, "10,00,000": 1e6, "1.000.000": 1e6, "1.000,00": 1000, "five": 5,
    "twelve": 12, "１２": 12, "\u0661\u0662": 12, "\u0967\u0968": 12, "\U0001d7cf\U0001d7d0": 12, "IV": 4, "XII": 12, "Ⅳ": 4, "①": 1,
    "a dozen": 12, "5\u200d6": 56, "<b>5</b>": 5, "{5}": 5, "[5]": 5, "5 or so many": 5, "0.5.": 0.5,
}  # fmt: skip
"""What a person may read in a cell of EMPTY that says something."""
FRACTIONS_ARE_THOUSANDS = (
    "count", "tokens", "W", "GB/s", "MT/s", "rpm", "VA", "USD", "USD/year", "USD/month", "BTU/h", "TBW", "MB", "mm",
)  # fmt: skip
"""Units of which `1.500` may be fifteen hundred as well."""


@dataclass(frozen=True)
class Cell:
    """A cell and what it says: low and high in the unit of its attribute, unless it has to be refused (or is empty)."""

    attribute: str
    text: str
    low: float
    high: float
    verdict: int = PLAIN
    bound: str | None = None
    hint: str | None = None
    kind: str = "plain"

    def with_part(self, text: str, verdict: int, kind: str) -> "Cell":
        """The cell with a further part in it."""
        kinds = kind if self.kind == "plain" else f"{self.kind}, {kind}"
        return replace(self, text=text, verdict=max(verdict, self.verdict), kind=kinds)


class Generator:
    """Cells of all quantities of the vocabulary, from a seed."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.attributes = {name: told for name, told in VOCABULARY.attributes.items() if told.type == "quantity"}

    def cell(self) -> Cell:
        """One cell: plain, or with one or two oddities."""
        name = self.chance.choice(list(self.attributes))
        roll = self.chance.random()
        if roll < 0.05:
            text = self.chance.choice(EMPTY)
            said = SAID.get(text)
            return Cell(name, text, said or 0, said or 0, REFUSED if said is None else ODD, kind="says nothing")
        cell, form = self.figures(name)
        if roll < 0.12:
            wrong = self.wrong_form(name)
            if wrong is not None:
                cell, form = cell.with_part(cell.text, REFUSED, "wrong unit"), wrong
        cell = self.in_form(cell, form)
        parts = [self.before, self.behind, self.invisible]
        for part in self.chance.sample(parts, self.chance.choice((0, 1, 1, 2))):
            cell = part(cell)
        return cell

    # ---- figures

    def figures(self, name: str) -> tuple[Cell, str]:
        """The number or range of a cell, still without its unit, and a form of that unit that suits it."""
        told = self.attributes[name]
        unit = told.unit or self.chance.choice(("percent", "USD", "factor"))
        form, factor = self.chance.choice(list(UNITS[unit].items()))
        low, high = self.bounds(told, factor)
        first = self.number(told, low, high)
        text, value, verdict, kind = self.written(first, unit, told, factor)
        cell = Cell(name, text, value * factor, value * factor, verdict, kind=kind)
        roll = self.chance.random()
        if roll < 0.3 and kind == "plain":
            second = min(first + self.chance.choice((1, 2, max(1, round(first / 4)))), int(high))
            if second > first:
                cell = self.joined(cell, first, second, factor)
        return cell, form

    def bounds(self, told: Attribute, factor: float) -> tuple[float, float]:
        low, high = told.range or (1, 1e6)
        return max(low / factor, 0.0), max(min(high / factor, 9e6), 0.0)

    def number(self, told: Attribute, low: float, high: float) -> float:
        """A plausible number of few digits; a whole one where the figure counts."""
        whole = told.unit == "count" and not told.fractions
        for _ in range(20):
            drawn = 10 ** self.chance.uniform(-2, 6)
            drawn = float(round(drawn)) if whole or drawn >= 100 else round(drawn, self.chance.choice((0, 1, 2)))
            if max(low, 0.02) * 1.02 <= drawn <= high * 0.5:
                return drawn
        return float(max(round(low * 1.5, 0 if whole else 3), 1.0)) if high >= 1 else round((low + high) / 2, 4)

    def written(self, value: float, unit: str, told: Attribute, factor: float) -> tuple[str, float, int, str]:
        """A number as people write it, what that is, whether it has to be read, and the kind of the writing."""
        plain = f"{value:,.4f}".rstrip("0").rstrip(".")
        whole, _, decimals = plain.partition(".")
        bare = plain.replace(",", "")
        if self.chance.random() < 0.6:
            return self.chance.choice((plain, bare)), value, PLAIN, "plain"
        thousands = unit in FRACTIONS_ARE_THOUSANDS and factor == 1
        ways: list[tuple[str, float, int, str]] = [
            (bare.translate(FULLWIDTH), value, ODD, "full width"), (bare.translate(ARABIC), value, ODD, "Arabic digits"),
            (f"{bare}e2", value * 100, ODD, "scientific"), (f"{bare}E+2", value * 100, ODD, "scientific"),
            (f"{bare}×10²", value * 100, ODD, "scientific"), (f"{bare}²", value, REFUSED, "superscript"),
            (f"{bare}¹", value, ODD, "footnote"), (f"{bare}[1]", value, ODD, "footnote"), (f"0{bare}", value, ODD, "leading zero"),
            (f"-{bare}", -value, ODD, "negative"), (f"−{bare}", -value, ODD, "negative"), (f"({bare})", -value, REFUSED, "in brackets"),
            (f"+{bare}", value, ODD if told.unit is None else REFUSED, "plus"), (f"{bare}½", value + 0.5, ODD, "vulgar fraction"), (f"{bare}.", value, ODD, "point behind"),
            (f"{bare}%", value, ODD if unit == "percent" or told.unit is None else REFUSED, "percent"), (f"{bare}, {bare}", value, ODD if 2000 < value < 2050 else REFUSED, "twice"),
            (f"{bare}:30", value, REFUSED, "time"), (f"{bare}.1.2", value, REFUSED, "version"), (f"{bare}/20", value, REFUSED, "fraction"),
            (f"{bare} {self.chance.choice(SCALED_UP)}", value, REFUSED if told.unit else ODD, "scaled"), (f"{bare}x", value, ODD if unit in ("factor", "count") or told.unit is None else REFUSED, "times"),
        ]  # fmt: skip
        if "," in plain:
            for mark in (" ", "'", "’", "\u00a0", "\u2009", "\u202f", "_", "·"):
                ways.append((plain.replace(",", mark), value, ODD, "thousands"))
            by_point = plain.replace(".", ";").replace(",", ".").replace(";", ",")
            if plain.count(",") > 1 or decimals:
                ways.append((by_point, value, ODD, "thousands by point"))
            else:
                ways.append((by_point, value / 1000, REFUSED if thousands else ODD, "thousands by point"))
            ways.append((f"{whole[:-1]}", value, REFUSED, "group of two digits"))
        if decimals:
            ways.append(
                (
                    f"{bare.replace('.', ',')}",
                    value,
                    REFUSED if thousands and len(decimals) == 3 else ODD,
                    "decimal comma",
                )
            )
        elif 1 <= value < 1000:
            # 1.500 may be fifteen hundred where figures run into thousands, and is as many decimals elsewhere
            ambiguous = thousands and (told.range is None or (value + 0.5) * 1000 <= told.range[1])
            ways.append(
                (
                    f"{bare}.500",
                    value + 0.5,
                    REFUSED if ambiguous or (unit == "count" and not told.fractions) else ODD,
                    "three decimals",
                )
            )
            ways.append((f"{bare}.5", value + 0.5, REFUSED if unit == "count" and not told.fractions else ODD, "half"))
            ways.append((f"{bare},500", value * 1000 + 500, ODD, "thousands by comma"))
        return self.chance.choice(ways)

    def joined(self, cell: Cell, first: float, second: float, factor: float) -> Cell:
        """Two figures with something between them."""
        roll, (one, two) = (
            self.chance.random(),
            (f"{number:g}" if number < 1e5 else f"{number:.0f}" for number in (first, second)),
        )
        span = replace(cell, low=first * factor, high=second * factor)
        if roll < 0.6:
            if max(first, second) >= 1e5 and first != int(first):
                return cell
            return replace(span, text=f"{one}{self.chance.choice(DASHES)}{two}", kind="range")
        if roll < 0.7:
            return span.with_part(f"{two}{self.chance.choice(DASHES)}{one}", REFUSED, "backwards")
        if roll < 0.8:
            return span.with_part(f"{one}-{two}-{two}", REFUSED, "three ends")
        return span.with_part(f"{one}{self.chance.choice(NOT_DASHES)}{two}", REFUSED, "no range")

    # ---- units

    def wrong_form(self, name: str) -> str | None:
        unit = self.attributes[name].unit
        if unit is None:
            return None
        good = {*UNITS[unit], *SPELLED_ALSO.get(unit, ())}
        normal = {form.replace(" ", "") for form in good}
        return self.chance.choice([form for form in OTHERS if form.replace(" ", "") not in normal])

    def in_form(self, cell: Cell, form: str) -> Cell:
        """The figures with their unit, with what they count, or bare where the contract or the header gives the
        unit."""
        unit = self.attributes[cell.attribute].unit
        hint = form.replace("{}", "").strip()
        if unit is not None and hint in VOCABULARY.units[unit].spellings and self.chance.random() < 0.25:
            return replace(cell, hint=hint)
        nouns = NOUNS.get(cell.attribute, ())
        if form == "{}" and nouns and self.chance.random() < 0.5:
            noun = self.chance.choice(nouns)
            odd = noun.startswith("-") and "range" in cell.kind
            return cell.with_part(cell.text + ("" if noun[0] == "-" else " ") + noun, ODD if odd else PLAIN, "plain")
        if form == "{}" and NOT_COUNTED.get(cell.attribute) and self.chance.random() < 0.2:
            noun = self.chance.choice(NOT_COUNTED[cell.attribute])
            return cell.with_part(cell.text + ("" if noun[0] == "-" else " ") + noun, REFUSED, "counts something else")
        if "range" in cell.kind and "$" in form and self.chance.random() < 0.3:
            return cell.with_part(form.format(cell.text.replace(" to ", " to $")), cell.verdict, "plain")
        return cell.with_part(form.format(cell.text), PLAIN, "plain")

    # ---- around them

    def before(self, cell: Cell) -> Cell:
        if self.chance.random() < 0.6:
            word = self.chance.choice(list(BEFORE))
            verdict = ODD if "range" in cell.kind or "negative" in cell.kind or "plus" in cell.kind else PLAIN
            bound = None if word == "from " and "range" in cell.kind else BEFORE[word]
            if cell.bound is not None:
                return cell
            return replace(cell.with_part(word + cell.text, verdict if word else PLAIN, "plain"), bound=bound)
        return cell.with_part(self.chance.choice(BEFORE_REFUSED) + cell.text, REFUSED, "refused before")

    def behind(self, cell: Cell) -> Cell:
        unit, roll = self.attributes[cell.attribute].unit or "", self.chance.random()
        if roll < 0.4:
            tail = self.chance.choice((*HARMLESS, *OF_UNIT.get(unit, ())))
            bound = {" max": "at_most", " minimum": "at_least"}.get(tail, cell.bound)
            if bound != cell.bound and cell.bound is not None:
                return cell
            return replace(cell.with_part(cell.text + tail, ODD, "remark"), bound=bound)
        if roll < 0.55 and cell.attribute in OF_ANOTHER:
            return cell.with_part(cell.text + self.chance.choice(OF_ANOTHER[cell.attribute]), REFUSED, "of another")
        tail = self.chance.choice(CHANGING)
        if unit == "s" and tail == " sec":
            return cell
        return cell.with_part(cell.text + tail, self.judged(tail, unit, cell), f"behind {tail!r}")

    def judged(self, tail: str, unit: str, cell: Cell) -> int:
        """Whether words that change most figures change this one: some repeat its unit or its sense."""
        repeats = {
            "USD/month": (" per month", "/mo", " mo", " p.m.", " monthly"), "USD/year": (" per year", " (per year)", " annually", " p.a."),
            "factor": (" more than last year",), "percent": (" gain", " increase"), "tok/s": (" per user",), "h/day": (" /day",),
        }  # fmt: skip
        net = unit.startswith("USD") and tail in (" plus tax", " plus VAT", " excl. VAT")  # `tax` says so
        return ODD if net or tail in repeats.get(unit, ()) or unit == "" else REFUSED

    def invisible(self, cell: Cell) -> Cell:
        """Other spaces, and characters that nobody sees; a line break inside is odd."""
        if self.chance.random() < 0.5 and " " in cell.text:
            return cell.with_part(cell.text.replace(" ", self.chance.choice(SPACES)), ODD, "spaces")
        at = self.chance.randrange(len(cell.text) + 1)
        return cell.with_part(cell.text[:at] + self.chance.choice(INVISIBLE) + cell.text[at:], ODD, "invisible")


def cells(seed: int, tries: int) -> list[Cell]:
    """So many cells of one seed."""
    generator = Generator(seed)
    return [generator.cell() for _ in range(tries)]


def wrong(seed: int, tries: int) -> tuple[list[tuple[Cell, object]], list[tuple[Cell, str]], int]:
    """The cells read as something else than they say; the plain ones that were refused; and how many were plain."""
    made = cells(seed, tries)
    told = [VOCABULARY.attributes[cell.attribute] for cell in made]
    asked = pl.DataFrame(
        {
            "text": [cell.text for cell in made],
            "type": ["quantity"] * len(made),
            "unit": [one.unit for one in told],
            "attribute": [cell.attribute for cell in made],
            "unit_hint": [cell.hint for cell in made],
            "range_low": [one.range and one.range[0] for one in told],
            "range_high": [one.range and one.range[1] for one in told],
        },
        schema_overrides={"range_low": pl.Float64, "range_high": pl.Float64},
    )
    read = (
        read_quantities(asked, VOCABULARY)
        .select("value_low", "value_high", "bound", "is_empty", "currency", "reason")
        .rows()
    )
    misread: list[tuple[Cell, object]] = []
    refused: list[tuple[Cell, str]] = []
    for cell, (low, high, bound, is_empty, currency, reason) in zip(made, read, strict=True):
        if reason is None and not (is_empty and cell.kind == "says nothing"):
            if (currency or "USD") != "USD":
                continue  # an amount of another currency, which a rate of exchange makes dollars of: tests of money judge it
            said = cell.verdict != REFUSED and _same(low, cell.low) and _same(high, cell.high) and bound == cell.bound
            misread += [] if said else [(cell, (low, high, bound, is_empty))]
        elif cell.verdict == PLAIN:
            refused.append((cell, reason))
    return misread, refused, sum(cell.verdict == PLAIN for cell in made)


def _same(one: float | None, other: float) -> bool:
    return one is not None and abs(one - other) <= 1e-9 * max(abs(one), abs(other))


def attack(seed: int, tries: int) -> str:
    """Read that many cells; raises AssertionError with the first that were misread, or if too many plain ones were
    refused."""
    misread, refused, plain = wrong(seed, tries)
    kinds = Counter(cell.kind for cell, _ in misread).most_common(20)
    assert not misread, f"{len(misread)} misread: {kinds}; {misread[:20]}"
    assert len(refused) <= REFUSED_AT_MOST * plain, f"{len(refused)} of {plain} refused: {refused[:20]}"
    return f"none misread, {len(refused)} refused of {plain} plain ones"
