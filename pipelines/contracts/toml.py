"""TOML files read into pydantic models; what is wrong in one comes out as a ContractError that a person can act on.

An error names file, section and key, shows the value, and says what is allowed. Models live beside this module, one
file for each format; the types that they share are in `types`.
"""

import difflib
import itertools
import re
import tomllib
from collections.abc import Mapping
from functools import reduce
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from pipelines.contracts.files import read_file
from pipelines.errors import ContractError, RigonomicsError

SHOWN_CHARACTERS = 80
"""Of a wrong value, a message shows no more than this."""
MAX_BYTES = 5_000_000
"""A TOML file larger than this was not written by a person; the largest of the project has 40 KB."""


class Strict(BaseModel):
    """A section of a file: keys that it does not know are refused, and values are taken as they are written."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


Model = TypeVar("Model", bound=Strict)


def read_toml(path: Path, relative: str) -> dict[str, Any]:
    """The content of a TOML file. Raises ContractError naming file and line if it is none."""
    try:
        return tomllib.loads(read_file(path, relative, MAX_BYTES).decode("utf-8"))
    except RigonomicsError as error:
        raise ContractError(error.message, error.remedy) from error
    except RecursionError as error:
        raise ContractError(f"{relative} is not valid TOML: it is nested too deeply.", "Write it flatter.") from error
    except ValueError as error:  # TOML, UTF-8, and whole numbers of thousands of digits
        raise ContractError(f"{relative} is not valid TOML: {error}.", "Fix the line it names.") from error


def read_as(model: type[Model], spec: Any, file: str, *section: str, context: Mapping[str, Any] | None = None) -> Model:
    """`spec`, which is `section` of `file`, as a model; `context` is what its validators look things up in.

    Raises ContractError for the first fault.
    """
    try:
        return model.model_validate(spec, context=context)
    except ValidationError as error:
        faults = error.errors(include_url=False)
        misspelt = next((fault for fault in faults if fault["type"] == "extra_forbidden"), faults[0])
        raise _refused(misspelt, spec, file, section, model) from None


def refuse(problem: str, remedy: str, *, whole: bool = False) -> PydanticCustomError:
    """What a validator raises: `problem` follows the value in the message, or its section if it is about the
    `whole`."""
    return PydanticCustomError("refused", "{problem}", {"problem": problem, "remedy": remedy, "whole": whole})


def nearest(name: str, known: Any) -> str:
    """What the user may have meant."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, cutoff=0.4) or names[:8]
    return f"Nearest: {', '.join(close)}." if close else "There are none."


def shown(value: Any) -> str:
    """A value as a message shows it: on one line, and no longer than can be taken in."""
    text = repr(value) if isinstance(value, str | int | float | list | dict) else str(value)
    text = text.lower() if isinstance(value, bool) else text
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}…"


def _refused(error: ErrorDetails, spec: Any, file: str, section: tuple[str, ...], model: type[Strict]) -> ContractError:
    kind, context = error["type"], error.get("ctx", {})
    path = _written(error["loc"], spec)
    within = _place(file, section, path[:-1])
    if kind == "missing":
        needed = ", ".join(_keys(model, path, only_needed=True))
        return ContractError(f"{within} lacks {path[-1]}.", f"Needed: {needed}.")
    if kind == "extra_forbidden":
        is_section = isinstance(error["input"], dict | list)
        named = f"section [{_key(path[-1])}]" if is_section and len(path) == 1 else f"key {_key(path[-1])}"
        return ContractError(
            f"{within} has unknown {named}.", _known(model, path, has_dot=is_section and len(path) > 1)
        )
    remedy = context.get("remedy") or _allowed(error)
    if context.get("whole"):
        return ContractError(f"{_place(file, section, path)} {context['problem']}.", remedy)
    if error["loc"] and error["loc"][-1] == "[key]":
        problem = f"{within} has the name {shown(path[-1])}"
    elif path and isinstance(path[-1], str):
        problem = f"{within} has {_key(path[-1])} = {shown(error['input'])}"
    else:
        problem = f"{_place(file, section, path)} is {shown(error['input'])}"
    because = f": {context['problem']}" if "problem" in context else ""
    return ContractError(f"{problem}{because}.", remedy)


def _written(location: tuple[int | str, ...], spec: Any) -> list[str | int]:
    """Where a fault lies in the file as it was written: one value that may also be a list has no number there."""
    path: list[str | int] = []
    for step in location:
        if step == "[key]" or (isinstance(step, int) and not isinstance(spec, list)):
            continue
        path.append(step)
        if isinstance(step, int):
            spec = spec[step] if step < len(spec) else None
        else:
            spec = spec.get(step) if isinstance(spec, dict) else None
    return path


def _place(file: str, section: tuple[str, ...], path: list[str | int]) -> str:
    """`file [section."a key"] no. 2 rows no. 1`."""
    steps: list[str | int] = [*section, *path]
    ahead = list(itertools.takewhile(lambda step: isinstance(step, str), steps))
    header = [f"[{'.'.join(_key(name) for name in ahead)}]"] if ahead else []
    return " ".join([file, *header, *(_key(step) for step in steps[len(ahead) :])])


def _key(name: str | int) -> str:
    if isinstance(name, int):
        return f"no. {name + 1}"
    return name if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name) else shown(name)


ALLOWED = {
    "string": 'Write text in quotes: "…".', "int": "Write a whole number.", "float": "Write a number.",
    "finite": "Write a number.", "bool": "Write true or false.", "dict": "Write a section of keys.",
    "model": "Write a section of keys.",
    "list": "Write a list: […].",
}  # fmt: skip
BOUNDS = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}


def _allowed(error: ErrorDetails) -> str:
    context = error.get("ctx", {})
    if error["type"] == "literal_error":
        return f"Allowed are {context['expected'].replace(chr(39), '').replace(' or ', ', ')}."
    if "actual_length" in context:
        bound = "at least " if "min_length" in context else "at most "
        return f"Give {bound}{context.get('min_length') or context.get('max_length')}."
    bounds = [f"{words} {context[key]:,.15g}" for key, words in BOUNDS.items() if key in context]
    return f"Give a number {bounds[0]}." if bounds else ALLOWED.get(error["type"].split("_")[0], f"{error['msg']}.")


def _keys(model: type[Strict], path: list[str | int], *, only_needed: bool = False) -> list[str]:
    """Keys of the section in which the last step of `path` lies."""
    fields: dict[str, FieldInfo] = reduce(_inner, path[:-1], model).model_fields
    return [info.alias or name for name, info in fields.items() if info.is_required() or not only_needed]


def _inner(model: Any, step: str | int) -> Any:
    """The model of the sections under a key of `model`; a step into a mapping or a list stays with it."""
    pending = [model.model_fields[step].annotation] if step in model.model_fields else []
    while pending:
        one = pending.pop()
        if isinstance(one, type) and issubclass(one, Strict):
            return one
        pending += get_args(one)
    return model


def _known(model: type[Strict], path: list[str | int], *, has_dot: bool) -> str:
    known = _keys(model, path)
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    perhaps = f" Perhaps {close[0]} is meant." if close else ""
    dotted = " A name with a dot needs quotes, an id a hyphen instead." if has_dot else ""
    return f"Known: {', '.join(known)}.{perhaps}{dotted}"
