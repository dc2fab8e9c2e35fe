"""The language of the formulas: what it computes, how units travel, and how it refuses what it does not know."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.audit.expressions import MAX_DEPTH, MAX_LENGTH, FormulaError, Quantity, parse
from pipelines.audit.units import NUMBER, Unit, parse_unit
from pipelines.errors import ContractError

PLACE = "claims.toml [some_claim]"


def quantity(low: float, high: float | None = None, unit: str = "1") -> Quantity:
    dimension, scale = parse_unit(unit, PLACE)
    return Quantity(Fraction(str(low)) * scale, Fraction(str(low if high is None else high)) * scale, dimension)


def evaluate(formula: str, **inputs: Quantity | list[Quantity]) -> Quantity:
    return parse(formula, PLACE).evaluate({k: v if isinstance(v, list) else [v] for k, v in inputs.items()})


# ---- what comes out


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("2 + 3 * 4", "14"),
        ("(2 + 3) * 4", "20"),
        ("10 - 4 - 3", "3"),
        ("12 / 4 / 3", "1"),
        ("12 / (4 / 3)", "9"),
        ("2 * -3", "-6"),
        ("--3", "3"),
        ("-2 - -5", "3"),
        ("0.1 + 0.2", "0.3"),
        ("1 / 3 * 3", "1"),
        ("2 <= 2", "1"),
        ("2 < 2", "0"),
        ("3 > 2 * 2", "0"),
        ("3 >= 2", "1"),
        ("5 * (3 > 2)", "5"),
        ("sum(1, 2, 3)", "6"),
        ("min(4, 2 + 1, 5)", "3"),
        ("max(4, 2 + 1, 5)", "5"),
        ("count(7, 8)", "2"),
        ("abs(2 - 5)", "3"),
        ("ceil(7 / 2)", "4"),
        ("floor(7 / 2)", "3"),
        ("floor(0 - 7 / 2)", "-4"),
        ("1\n +\t1", "2"),
    ],
)
def test_formula_gives(formula: str, result: str) -> None:
    found = evaluate(formula)
    assert (found.at_low, found.at_high, found.unit) == (Fraction(result), Fraction(result), NUMBER)


def test_interval_is_worked_out_once_at_each_end() -> None:
    # 1,000 / 2 and 3,000 / 3
    assert evaluate("price / rate", price=quantity(1000, 3000), rate=quantity(2, 3)) == quantity(500, 1000)


def test_low_high_and_mid_pick_one_number_of_an_interval() -> None:
    x = quantity(10, 30)
    assert evaluate("low(x)", x=x) == quantity(10)
    assert evaluate("high(x)", x=x) == quantity(30)
    assert evaluate("mid(x)", x=x) == quantity(20)


def test_low_is_the_smaller_end_although_high_inputs_gave_it() -> None:
    # 100 - 10 = 90 at the low end, 100 - 30 = 70 at the high one
    assert evaluate("low(100 - x)", x=quantity(10, 30)) == quantity(70)


def test_span_reaches_from_the_smallest_end_to_the_largest() -> None:
    assert evaluate("span(a, b)", a=quantity(8, 9), b=quantity(3, 4)) == quantity(3, 9)


def test_list_is_summed_end_by_end_with_its_unit() -> None:
    parts = [quantity(100, 150, "USD"), quantity(20, 20, "USD"), quantity(3, 5, "USD")]
    assert evaluate("sum(parts)", parts=parts) == quantity(123, 175, "USD")
    assert evaluate("count(parts)", parts=parts) == quantity(3)


# ---- units


def test_units_multiply_and_cancel() -> None:
    rent = evaluate("rate * hours * weeks", rate=quantity(2.5, unit="USD/h"), hours=quantity(40, unit="h/week"),
                    weeks=quantity(52, unit="week/year"))  # fmt: skip
    assert rent == quantity(5200, unit="USD/year")
    assert str(rent.unit) == "USD/year"


def test_percent_is_a_hundredth() -> None:
    assert evaluate("rating * load", rating=quantity(2600, unit="W"), load=quantity(80, unit="percent")) == quantity(
        2080, unit="W"
    )


def test_tokens_and_counts_have_no_dimension() -> None:
    assert parse_unit("tok/s", PLACE) == (Unit((("s", -1),)), Fraction(1))
    assert parse_unit("count", PLACE) == parse_unit("factor", PLACE) == parse_unit("1", PLACE) == (NUMBER, Fraction(1))


@pytest.mark.parametrize(
    ("text", "powers"),
    [
        ("W*h/kWh", (("W", 1), ("h", 1), ("kWh", -1))),
        ("BTU/h/W", (("BTU", 1), ("W", -1), ("h", -1))),
        ("GB*GB/GB", (("GB", 1),)),
        ("s/s", ()),
    ],
)
def test_unit_is_a_product_of_powers(text: str, powers: tuple[tuple[str, int], ...]) -> None:
    unit, scale = parse_unit(text, PLACE)
    assert (unit.powers, scale) == (powers, Fraction(1))


def test_percent_below_the_line_multiplies_by_a_hundred() -> None:
    assert parse_unit("W/percent", PLACE) == (Unit((("W", 1),)), Fraction(100))


@pytest.mark.parametrize("text", ["", "GB/", "/s", "GB//s", "parsec", "GB s", "m²", "GB^2", "usd"])
def test_unknown_unit_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse_unit(text, PLACE)
    assert PLACE in str(refused.value)
    assert repr(text) in str(refused.value)


@pytest.mark.parametrize("formula", ["a + b", "a - b", "a <= b", "min(a, b)", "sum(a, b)", "span(a, b)", "count(a, b)"])
def test_different_units_do_not_go_together(formula: str) -> None:
    with pytest.raises(FormulaError, match=r"GB and USD") as refused:
        evaluate(formula, a=quantity(1, unit="GB"), b=quantity(1, unit="USD"))
    assert "some_claim" in str(refused.value)


def test_bare_number_is_no_quantity_with_a_unit() -> None:
    with pytest.raises(FormulaError, match="W and a pure number"):
        evaluate("a + 1", a=quantity(1, unit="W"))


# ---- what is refused


@pytest.mark.parametrize(
    ("formula", "position"),
    [
        ("", 1),
        ("1 +", 4),
        ("(1 + 2", 7),
        ("1 2", 3),
        ("1 ** 2", 4),
        ("2 ^ 3", 3),
        ("1 < 2 < 3", 7),
        ("a == b", 3),
        ("eval(1)", 1),
        ("1 + open(a)", 5),
        ("__import__('os')", 12),
        ("a.b", 2),
        ("a[0]", 2),
        ("a if b else c", 3),
        ("lambda: 1", 7),
        ("1e5", 2),
        ("1.", 2),
        (".5", 1),
        ("1_000", 2),
        ("٣ + 1", 1),
        ("sum()", 5),
        ("sum(1,)", 7),
        ("low(1, 2)", 1),
        ("min 1", 5),
        (")", 1),
        ("x = 1", 3),
        ("'text'", 1),
        ("1; 2", 2),
    ],
)
def test_what_is_not_in_the_language_is_refused_at_its_position(formula: str, position: int) -> None:
    with pytest.raises(FormulaError) as refused:
        parse(formula, PLACE)
    assert refused.value.position == position
    assert f"{PLACE} formula {formula!r}, position {position}" in refused.value.message
    assert refused.value.remedy


def test_nesting_and_length_are_bounded() -> None:
    depth = MAX_DEPTH - 1
    assert evaluate("(" * depth + "1" + ")" * depth) == quantity(1)
    with pytest.raises(FormulaError, match="nested"):
        parse("(" * MAX_DEPTH + "1" + ")" * MAX_DEPTH, PLACE)
    with pytest.raises(FormulaError, match="nested"):
        parse("-" * MAX_DEPTH + "1", PLACE)
    longest = "1" + "+1" * ((MAX_LENGTH - 1) // 2)
    assert evaluate(longest).at_low == (len(longest) + 1) // 2
    with pytest.raises(FormulaError, match="characters"):
        parse(longest + "+1", PLACE)


@pytest.mark.parametrize("divisor", [quantity(0), quantity(0, 1), quantity(1, 0)])
def test_division_by_zero_is_refused_at_either_end(divisor: Quantity) -> None:
    with pytest.raises(FormulaError, match="divisor is zero") as refused:
        evaluate("1 / x", x=divisor)
    assert refused.value.position == 3


def test_several_figures_are_no_single_one() -> None:
    with pytest.raises(FormulaError, match=r"sum\(parts\)"):
        evaluate("parts * 2", parts=[quantity(1), quantity(2)])


def test_input_that_is_not_declared_is_refused() -> None:
    with pytest.raises(FormulaError, match=r"'rate' is no input of the claim.*\n.*price"):
        evaluate("price / rate", price=quantity(1))


# ---- what a formula says of itself


def test_names_are_the_inputs_with_their_first_position() -> None:
    assert parse("a * sum(b) + a / 2", PLACE).names == {"a": 1, "b": 9}


@pytest.mark.parametrize(
    ("formula", "is_sum"),
    [("sum(a)", True), ("a + sum(b)", True), ("a", True), ("a - b", False), ("2 * a", False), ("max(a, b)", False)],
)
def test_only_additions_of_inputs_are_a_sum(formula: str, is_sum: bool) -> None:
    assert parse(formula, PLACE).is_sum is is_sum


@pytest.mark.parametrize(
    ("formula", "spelled"),
    [
        ("sum(parts)", "3,500 + 580"),
        ("2 * sum(parts)", "2 × (3,500 + 580)"),
        ("a - (b + a)", "7 - (8–9 + 7)"),
        ("a * b / 2 <= a", "7 × 8–9 / 2 ≤ 7"),
        ("min(a, b) / (a * 2)", "min(7, 8–9) / (7 × 2)"),
    ],
)
def test_arithmetic_shows_the_figures_in_place_of_the_inputs(formula: str, spelled: str) -> None:
    assert parse(formula, PLACE).spelled({"parts": ["3,500", "580"], "a": ["7"], "b": ["8–9"]}) == spelled


# ---- against exact arithmetic


@dataclass(frozen=True)
class Term:
    """A formula, what exact arithmetic makes of it, and how tightly its text holds together."""

    text: str
    value: Fraction
    binding: int

    def within(self, binding: int) -> str:
        return self.text if self.binding >= binding else f"({self.text})"


INPUTS = {"a": Fraction(3, 7), "price": Fraction("1999.99"), "hours_2": Fraction(-40)}

numbers = st.decimals(min_value=0, max_value=10_000, places=3).map(
    lambda number: Term(f"{number:f}", Fraction(number), 3)
)
inputs = st.sampled_from(sorted(INPUTS)).map(lambda name: Term(name, INPUTS[name], 3))
spaces = st.sampled_from(["", " ", "  "])


def combined(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    return st.one_of(
        st.builds(joined, st.sampled_from("+-*/"), terms, terms, spaces),
        terms.map(lambda term: Term(f"-{term.within(3)}", -term.value, 3)),
        terms.map(lambda term: Term(f"abs({term.text})", abs(term.value), 3)),
        st.lists(terms, min_size=1, max_size=3).map(
            lambda all_: Term(f"max({', '.join(t.text for t in all_)})", max(t.value for t in all_), 3)
        ),
    )


def joined(operator: str, left: Term, right: Term, space: str) -> Term:
    """Parentheses only where the rules of arithmetic need them."""
    binding = 1 if operator in "+-" else 2
    assume(operator != "/" or right.value)
    apply: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
        "+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__, "/": Fraction.__truediv__,
    }  # fmt: skip
    text = f"{left.within(binding)}{space}{operator}{space}{right.within(binding + 1)}"
    return Term(text, apply[operator](left.value, right.value), binding)


formulas = st.recursive(numbers | inputs, combined, max_leaves=12)


@given(formulas)
def test_evaluation_agrees_with_fractions(term: Term) -> None:
    assume(len(term.text) <= MAX_LENGTH)
    given_inputs = {name: [Quantity(value, value)] for name, value in INPUTS.items()}
    found = parse(term.text, PLACE).evaluate(given_inputs)
    assert found == Quantity(term.value, term.value)


@given(st.recursive(numbers, combined, max_leaves=12))
def test_arithmetic_as_spelled_gives_the_same_result(term: Term) -> None:
    assume(len(term.text) <= MAX_LENGTH - 100)
    spelled = parse(term.text, PLACE).spelled({}).replace("×", "*")
    assert parse(spelled, PLACE).evaluate({}).at_low == term.value


@given(st.text(alphabet="ab01.,()+-*/<>= summinlow\"'_[]{}:;\\\n²", max_size=60))
def test_any_text_is_a_formula_or_refused(text: str) -> None:
    position = 1
    try:
        parse(text, PLACE).evaluate({"a": [quantity(1)], "b": [quantity(2, 3)]})
    except FormulaError as error:
        position = error.position
    assert 1 <= position <= len(text) + 1
