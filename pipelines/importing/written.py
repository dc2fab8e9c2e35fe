"""What an import writes, as text: the CSV of a table, source.toml and tables.toml with what was assumed as comments."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import tomlkit

from pipelines.importing.proposal import Origin, Proposal


def as_csv(rows: Sequence[Sequence[str]]) -> str:
    """Rows as the text of a CSV."""
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()


def source_toml(origin: Origin, on: date) -> str:
    """The source.toml of a new source."""
    return tomlkit.dumps({
        "title": origin.title, "publisher": origin.publisher, "url": origin.url, "licence": origin.licence,
        "published_on": origin.published_on, "retrieved_on": on.isoformat(), "document": origin.document,
        "notes": "Brought in by rigonomics import.",
    })  # fmt: skip


def tables_toml(proposals: Sequence[Proposal]) -> str:
    """The contract of a snapshot, what was assumed as comments before each table."""
    written = [proposal for proposal in proposals if proposal.table.rows]
    lines = ["# What the columns of this snapshot mean; data/raw/README.md describes the format.\n"]
    for proposal in written:
        lines.append("\n")
        lines += [f"# {_one_line(remark)}\n" for remark in proposal.remarks]
        lines += [
            f"# left out, {count} rows: {_one_line(reason)}\n"
            for reason, count in Counter(record.reason for record in proposal.left_out).items()
        ]
        lines += _section(proposal.table.name, proposal.section)
    return "".join(lines)


def _one_line(remark: str) -> str:
    return "".join(character if character.isprintable() else " " for character in remark)


def _section(name: str, section: Mapping[str, Any]) -> Iterator[str]:
    yield f"[{name}]\n"
    for key, value in section.items():
        if key not in ("defaults", "columns", "attributes", "overrides"):
            yield f"{_key(key)} = {_value(value)}\n"
    for key in ("defaults", "attributes", "columns"):
        if section.get(key):
            yield f"[{name}.{key}]\n"
            yield from (f"{_key(str(k))} = {_value(v)}\n" for k, v in section[key].items())
    for override in section.get("overrides", ()):
        yield f"[[{name}.overrides]]\n"
        yield from (f"{_key(str(k))} = {_value(v)}\n" for k, v in override.items())


def _value(value: Any) -> str:
    """A literal as TOML writes it."""
    if isinstance(value, Mapping):
        inline = tomlkit.inline_table()
        inline.update(value)
        return str(inline.as_string())
    return str(tomlkit.item(value).as_string())


def _key(text: str) -> str:
    return str(tomlkit.key([text]).as_string()) if text else '""'
