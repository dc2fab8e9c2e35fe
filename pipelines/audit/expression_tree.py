"""A formula of claims.toml as a tree: its nodes, what is inside them, and how people would write it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction


@dataclass(frozen=True)
class Number:
    """A decimal number as written."""

    text: str
    position: int


@dataclass(frozen=True)
class Name:
    """An input of the claim."""

    name: str
    position: int


@dataclass(frozen=True)
class Negation:
    """A minus before an operand."""

    operand: "Expression"
    position: int


@dataclass(frozen=True)
class Operation:
    """Two operands and what is between them."""

    operator: str
    left: "Expression"
    right: "Expression"
    position: int


@dataclass(frozen=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple["Expression", ...]
    position: int


Expression = Number | Name | Negation | Operation | Call
COMPARISONS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
}
BINDING = {**dict.fromkeys(COMPARISONS, 1), "+": 2, "-": 2, "*": 3, "/": 3}
TIGHTEST = 4
WRITTEN = {"*": "×", "<=": "≤", ">=": "≥"}


def parts(expression: Expression) -> list[Expression]:
    """The expression and everything inside it, from left to right."""
    match expression:
        case Negation(operand):
            return [expression, *parts(operand)]
        case Operation(_, left, right):
            return [*parts(left), expression, *parts(right)]
        case Call(_, arguments):
            return [expression, *(part for argument in arguments for part in parts(argument))]
        case _:
            return [expression]


def spell(expression: Expression, inputs: Mapping[str, Sequence[str]]) -> tuple[str, int]:
    """The text of an expression and how tightly it holds together, so that parentheses go where they are needed."""
    match expression:
        case Number(text):
            return text, TIGHTEST
        case Name(name):
            return ", ".join(inputs[name]), TIGHTEST
        case Negation(operand):
            return f"-{_within(operand, TIGHTEST, inputs)}", BINDING["*"]
        case Operation(operator, left, right):
            binding = BINDING[operator]
            # what is right of a minus or a slash keeps its parentheses
            right_binding = binding + (operator in ("-", "/", *COMPARISONS))
            text = (
                f"{_within(left, binding, inputs)} {WRITTEN.get(operator, operator)} "
                f"{_within(right, right_binding, inputs)}"
            )
            return text, binding
        case Call("sum", arguments):
            terms = [term for argument in arguments for term in _terms(argument, inputs)]
            return " + ".join(terms), BINDING["+"] if len(terms) > 1 else TIGHTEST
        case Call(function, arguments):
            return f"{function}({', '.join(spell(argument, inputs)[0] for argument in arguments)})", TIGHTEST


def _within(expression: Expression, binding: int, inputs: Mapping[str, Sequence[str]]) -> str:
    text, own = spell(expression, inputs)
    return f"({text})" if own < binding else text


def _terms(expression: Expression, inputs: Mapping[str, Sequence[str]]) -> list[str]:
    return (
        list(inputs[expression.name]) if isinstance(expression, Name) else [_within(expression, BINDING["+"], inputs)]
    )
