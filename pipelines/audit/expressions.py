"""The language of the formulas in claims.toml: a parser and an evaluator of its own, over declared inputs only.

    formula    = sum [("<=" | ">=" | "<" | ">") sum]
    sum        = product {("+" | "-") product}
    product    = factor {("*" | "/") factor}
    factor     = "-" factor | number | input | function "(" formula {"," formula} ")" | "(" formula ")"

A comparison gives 1 or 0. Every quantity is an interval: a formula is computed once with all inputs at their low end
and once with all at their high end, so `price / rate` divides low by low. `low`, `high` and `mid` pick one number out
of an interval and `span` makes one of several. Arithmetic is exact, and units travel along. Which claims there are, and
how a result compares with what was stated, is not known here.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NoReturn

from pipelines.audit.expression_tree import (
    COMPARISONS,
    Call,
    Expression,
    Name,
    Negation,
    Number,
    Operation,
    parts,
    spell,
)
from pipelines.audit.units import NUMBER, Unit
from pipelines.errors import ContractError

MAX_LENGTH = 500
"""Characters of a formula; with the next bound it keeps the parser and the evaluator within Python's stack."""
MAX_DEPTH = 40
"""Parentheses and signs inside each other."""


class FormulaError(ContractError):
    """A formula that cannot be read or computed. Names the claim, the formula and the position in it."""

    def __init__(self, problem: str, remedy: str, *, place: str, formula: str, position: int) -> None:
        super().__init__(f"{place} formula {formula!r}, position {position}: {problem}", remedy)
        self.position = position


@dataclass(frozen=True)
class Quantity:
    """A figure at both ends, in base symbols. `at_low` is what comes of the low inputs and may be the larger number."""

    at_low: Fraction
    at_high: Fraction
    unit: Unit = NUMBER


# ---- what a formula is made of; positions count from 1


@dataclass(frozen=True)
class Formula:
    """A formula that has been read. `place` names the claim in errors."""

    text: str
    place: str
    root: Expression

    @property
    def names(self) -> dict[str, int]:
        """The inputs that it uses, each with the position of its first use."""
        found: dict[str, int] = {}
        for part in parts(self.root):
            if isinstance(part, Name):
                found.setdefault(part.name, part.position)
        return found

    @property
    def is_sum(self) -> bool:
        """Whether it does nothing but add inputs up."""
        return all(
            isinstance(part, Name)
            or (isinstance(part, Operation) and part.operator == "+")
            or (isinstance(part, Call) and part.function == "sum")
            for part in parts(self.root)
        )

    @property
    def is_span(self) -> bool:
        """Whether it makes one range of several results."""
        return isinstance(self.root, Call) and self.root.function == "span"

    @property
    def is_comparison(self) -> bool:
        """Whether it answers yes (1) or no (0)."""
        return isinstance(self.root, Operation) and self.root.operator in COMPARISONS

    def evaluate(self, inputs: Mapping[str, Sequence[Quantity]]) -> Quantity:
        """The result at both ends. Raises FormulaError if units do not go together or a divisor is zero."""
        return _Evaluation(self, inputs).value(self.root)

    def spelled(self, inputs: Mapping[str, Sequence[str]]) -> str:
        """The formula with each input replaced by its figures, as people would write the sum."""
        return spell(self.root, inputs)[0]


OF_ONE: Mapping[str, Callable[[Quantity], tuple[Fraction, Fraction]]] = {
    "abs": lambda x: (abs(x.at_low), abs(x.at_high)),
    "ceil": lambda x: (Fraction(math.ceil(x.at_low)), Fraction(math.ceil(x.at_high))),
    "floor": lambda x: (Fraction(math.floor(x.at_low)), Fraction(math.floor(x.at_high))),
    "low": lambda x: (min(x.at_low, x.at_high),) * 2,
    "high": lambda x: (max(x.at_low, x.at_high),) * 2,
    "mid": lambda x: ((x.at_low + x.at_high) / 2,) * 2,
}
"""Functions of a single quantity."""
OF_SEVERAL: Mapping[str, Callable[[Sequence[Quantity]], tuple[Fraction, Fraction]]] = {
    "sum": lambda xs: (sum((x.at_low for x in xs), Fraction()), sum((x.at_high for x in xs), Fraction())),
    "min": lambda xs: (min(x.at_low for x in xs), min(x.at_high for x in xs)),
    "max": lambda xs: (max(x.at_low for x in xs), max(x.at_high for x in xs)),
    "span": lambda xs: (min(min(x.at_low, x.at_high) for x in xs), max(max(x.at_low, x.at_high) for x in xs)),
    "count": lambda xs: (Fraction(len(xs)),) * 2,
}
"""Functions of any number of quantities; an input that holds several gives them all."""
FUNCTIONS = (*OF_SEVERAL, *OF_ONE)


# ---- text to expression


def parse(text: str, place: str) -> Formula:
    """Read a formula. Raises FormulaError naming `place`, the formula and the position of the first mistake."""
    return _Parser(text, place).formula()


TOKEN = re.compile(r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[A-Za-z_]\w*)|(?P<symbol><=|>=|[-+*/()<>,])", re.ASCII)


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


class _Parser:
    """Recursive descent over the tokens; one method a rule of the grammar above."""

    def __init__(self, text: str, place: str) -> None:
        self.text, self.place = text, place
        if len(text) > MAX_LENGTH:
            self.refuse(MAX_LENGTH + 1, f"it has {len(text)} characters; {MAX_LENGTH} are allowed.", "Sum a list.")
        self.tokens = self.tokenize()
        self.at = 0
        self.depth = 0

    def tokenize(self) -> list[_Token]:
        tokens, start = [], 0
        while start < len(self.text):
            if self.text[start].isspace():
                start += 1
                continue
            match = TOKEN.match(self.text, start)
            if match is None or match.lastgroup is None:
                self.refuse(
                    start + 1,
                    f"{self.text[start]!r} means nothing here.",
                    "Use inputs, numbers, + - * / ( ), <= >= < > and functions.",
                )
            tokens.append(_Token(match.lastgroup, match.group(), start + 1))
            start = match.end()
        return [*tokens, _Token("end", "", len(self.text) + 1)]

    def formula(self) -> Formula:
        root = self.comparison()
        if self.ahead.kind != "end":
            self.refuse(self.ahead.position, f"{self.ahead.text!r} is left over.", "Put an operator before it.")
        return Formula(self.text, self.place, root)

    def comparison(self) -> Expression:
        left = self.sum()
        if self.ahead.text in COMPARISONS:
            operator = self.take()
            left = Operation(operator.text, left, self.sum(), operator.position)
            if self.ahead.text in COMPARISONS:
                self.refuse(self.ahead.position, "a comparison follows a comparison.", "Make two claims of it.")
        return left

    def sum(self) -> Expression:
        left = self.product()
        while self.ahead.text in ("+", "-"):
            operator = self.take()
            left = Operation(operator.text, left, self.product(), operator.position)
        return left

    def product(self) -> Expression:
        left = self.factor()
        while self.ahead.text in ("*", "/"):
            operator = self.take()
            left = Operation(operator.text, left, self.factor(), operator.position)
        return left

    def factor(self) -> Expression:
        token = self.take()
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.refuse(token.position, f"it is nested more than {MAX_DEPTH} deep.", "Make several claims of it.")
        found = self.factor_from(token)
        self.depth -= 1
        return found

    def factor_from(self, token: _Token) -> Expression:
        if token.text == "-":
            return Negation(self.factor(), token.position)
        if token.kind == "number":
            return Number(token.text, token.position)
        if token.text == "(":
            inner = self.comparison()
            self.expect(")", "to close the one before")
            return inner
        if token.kind == "name" and self.ahead.text == "(":
            return self.call(token)
        if token.kind == "name":
            return Name(token.text, token.position)
        what = "the formula ends" if token.kind == "end" else f"{token.text!r} is"
        self.refuse(token.position, f"{what} where a number or an input is needed.", "Complete the formula.")

    def call(self, function: _Token) -> Expression:
        if function.text not in FUNCTIONS:
            self.refuse(
                function.position, f"there is no function {function.text!r}.", f"Known are {', '.join(FUNCTIONS)}."
            )
        self.take()
        arguments = [self.comparison()]
        while self.ahead.text == ",":
            self.take()
            arguments.append(self.comparison())
        self.expect(")", f"to close {function.text}(")
        if function.text in OF_ONE and len(arguments) != 1:
            self.refuse(
                function.position, f"{function.text} takes one argument, not {len(arguments)}.", "Drop the rest."
            )
        return Call(function.text, tuple(arguments), function.position)

    @property
    def ahead(self) -> _Token:
        return self.tokens[self.at]

    def take(self) -> _Token:
        token = self.tokens[self.at]
        self.at = min(self.at + 1, len(self.tokens) - 1)
        return token

    def expect(self, symbol: str, why: str) -> None:
        token = self.take()
        if token.text != symbol:
            found = "the formula ends" if token.kind == "end" else f"{token.text!r} is"
            self.refuse(token.position, f"{found} where {symbol!r} is needed {why}.", "Complete the formula.")

    def refuse(self, position: int, problem: str, remedy: str) -> NoReturn:
        raise FormulaError(problem, remedy, place=self.place, formula=self.text, position=position)


# ---- expression to quantity


@dataclass(frozen=True)
class _Evaluation:
    """One formula with its inputs."""

    formula: Formula
    inputs: Mapping[str, Sequence[Quantity]]

    def value(self, expression: Expression) -> Quantity:
        match expression:
            case Number(text):
                return Quantity(Fraction(text), Fraction(text))
            case Name():
                return self.single(expression)
            case Negation(operand):
                x = self.value(operand)
                return Quantity(-x.at_low, -x.at_high, x.unit)
            case Operation(operator, left, right):
                return self.operation(operator, self.value(left), self.value(right), expression.position)
            case Call():
                return self.call(expression)

    def single(self, name: Name) -> Quantity:
        figures = self.several(name)
        if len(figures) != 1:
            self.refuse(
                name.position,
                f"{name.name} holds {len(figures)} figures where one is needed.",
                f"Write sum({name.name}), or min, max, span or count.",
            )
        return figures[0]

    def several(self, expression: Expression) -> Sequence[Quantity]:
        if not isinstance(expression, Name):
            return [self.value(expression)]
        if expression.name not in self.inputs:
            known = ", ".join(self.inputs) or "none"
            self.refuse(expression.position, f"{expression.name!r} is no input of the claim.", f"Its inputs: {known}.")
        return self.inputs[expression.name]

    def operation(self, operator: str, left: Quantity, right: Quantity, position: int) -> Quantity:
        if operator == "*":
            return Quantity(left.at_low * right.at_low, left.at_high * right.at_high, left.unit * right.unit)
        if operator == "/":
            if 0 in (right.at_low, right.at_high):
                self.refuse(position, "the divisor is zero.", "Correct the reference.")
            return Quantity(left.at_low / right.at_low, left.at_high / right.at_high, left.unit / right.unit)
        self.same_unit([left, right], position, operator)
        if operator == "+":
            return Quantity(left.at_low + right.at_low, left.at_high + right.at_high, left.unit)
        if operator == "-":
            return Quantity(left.at_low - right.at_low, left.at_high - right.at_high, left.unit)
        compare = COMPARISONS[operator]
        return Quantity(
            Fraction(compare(left.at_low, right.at_low)), Fraction(compare(left.at_high, right.at_high)), NUMBER
        )

    def call(self, call: Call) -> Quantity:
        if call.function in OF_ONE:
            x = self.value(call.arguments[0])
            return Quantity(*OF_ONE[call.function](x), x.unit)
        figures = [figure for argument in call.arguments for figure in self.several(argument)]
        self.same_unit(figures, call.position, call.function)
        at_low, at_high = OF_SEVERAL[call.function](figures)
        return Quantity(at_low, at_high, NUMBER if call.function == "count" else figures[0].unit)

    def same_unit(self, figures: Sequence[Quantity], position: int, what: str) -> None:
        other = next((figure for figure in figures if figure.unit != figures[0].unit), None)
        if other is not None:
            self.refuse(
                position,
                f"{what!r} cannot join {figures[0].unit} and {other.unit}.",
                "Declare a constant that converts one into the other, with its unit.",
            )

    def refuse(self, position: int, problem: str, remedy: str) -> NoReturn:
        formula = self.formula
        raise FormulaError(problem, remedy, place=formula.place, formula=formula.text, position=position)
