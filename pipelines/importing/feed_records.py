"""Where the records of a feed are: a path in JSON, a table, the plain output of a tool; each as a table of text."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.importing.found import Document, FoundTable
from pipelines.importing.records import as_text, flattened
from pipelines.importing.statistics import unfolded
from pipelines.importing.texts import records_of_text

ITSELF = "#value"
"""Field of a record that is no object."""
DEEP = 3
"""Levels of objects within a record whose fields are its own, as `outer.inner`."""
LISTED = 4
"""Plain values of a list that are fields of their own as well, as `range.0`."""


def tables_of(
    document: Document, name: str, title: str, forms: tuple[str, ...], records: str, aliases: Mapping[str, Any]
) -> Iterator[FoundTable]:
    """The tables in which a feed may be: those of the document, or the one of its records."""
    slug = name.replace("-", "_")
    if "text" in forms:
        header, rows = records_of_text(name, document.text) if document.form in ("text", "markdown") else ((), ())
        if rows:
            yield FoundTable(len(document.tables) + 1, slug, title, "the text", header, rows, form="text")
    elif forms and document.form not in forms:
        return
    elif document.form == "json" and document.content is not None:
        found = unfolded(document) if not records else None
        if found is not None:
            yield found
            return
        read = list(_walk(document.content, [step for step in records.split(".") if step], {}))
        header = tuple(dict.fromkeys(key for record in read for key in record))
        rows = tuple(tuple(as_text(record.get(key)) for key in header) for record in read)
        yield _renamed(FoundTable(1, slug, title, "the whole file", header, rows, form="json"), aliases)
    elif document.form != "json":
        yield from (_renamed(unfolded(document, table) or table, aliases) for table in document.tables)


def _renamed(table: FoundTable, aliases: Mapping[str, Any]) -> FoundTable:
    """The table with its headers as the feed calls them."""
    known = {other: field for field, others in aliases.items() for other in others}
    header = tuple(known.get(name, name) for name in table.header)
    if header == table.header or len(set(header)) < len(header):
        return table
    return FoundTable(**{**vars(table), "header": header})


def _walk(value: Any, steps: list[str], carried: dict[str, Any], at: str = "") -> Iterator[dict[str, Any]]:
    """The records at a path: `name` goes into a field, `name[]` and `[]` into a list, `*` into each value of an object.

    Plain fields of what is passed on the way are carried along as `name^field` (`^field` of the outermost), keys as
    `#key`.
    """
    if not steps:
        yield from _records(value, carried, at)
        return
    step, rest = steps[0], steps[1:]
    if isinstance(value, Mapping):
        plain = {f"{at}^{key}": one for key, one in value.items() if not isinstance(one, Mapping | list)}
        carried = {**carried, **plain}
    name = step.removesuffix("[]")
    if step == "*":
        if isinstance(value, Mapping):
            level = sum(known.startswith("#key") for known in carried)
            for key, one in value.items():
                yield from _walk(one, rest, {**carried, f"#key{level or ''}": key}, f"{at}.*" if at else "*")
        return
    inner = value.get(name) if name and isinstance(value, Mapping) else value if not name else None
    if step.endswith("[]"):
        for one in inner if isinstance(inner, list) else ():
            yield from _walk(one, rest, carried, name or "[]")
    elif inner is not None:
        yield from _walk(inner, rest, carried, name)


def _records(value: Any, carried: dict[str, Any], at: str) -> Iterator[dict[str, Any]]:
    if isinstance(value, Mapping):
        fields = dict(flattened(value, DEEP))
        listed = {
            f"{key}.{n}": one
            for key, many in fields.items()
            if isinstance(many, list) and len(many) <= LISTED
            for n, one in enumerate(many)
            if not isinstance(one, Mapping | list)
        }
        yield {**carried, **fields, **listed}
    elif not isinstance(value, list):
        yield {**carried, ITSELF: value}
    elif not at:
        for one in value:
            yield from _walk(one, [], carried, "[]")


def cards_of(record: Mapping[str, str]) -> str:
    """The cards that a run used, as `2x NAME`: of those that the tool saw, the ones that it was set to use.

    record: gpu_info or printed (names parted by commas), and where stated devices, split_mode, tensor_split, or what
    the tool's table calls them: dev, sm, ts. Cards of several kinds stay as they are written.
    """
    seen = [name.strip() for name in (record.get("gpu_info") or record.get("printed") or "").split(",") if name.strip()]
    if len(set(seen)) != 1:
        return ", ".join(seen)
    count = len(seen)
    shares = [part for part in re.split("[/;]", record.get("tensor_split") or record.get("ts") or "") if part.strip()]
    if len(shares) > 1 and any(float(part) > 0 for part in shares if re.fullmatch(r"[\d.]+", part)):
        count = sum(float(part) > 0 for part in shares if re.fullmatch(r"[\d.]+", part))
    named = record.get("devices") or record.get("dev") or ""
    if re.fullmatch(r"[A-Za-z]+\d+(?:[/,;] ?[A-Za-z]+\d+)*", named):
        count = len(re.split("[/,;]", named))
    if (record.get("split_mode") or record.get("sm")) == "none":
        count = 1
    return seen[0] if count == 1 else f"{count}x {seen[0]}"
