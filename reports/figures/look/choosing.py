"""What a chart with more marks than can be read shows of its rows: whole groups, by a rule that the page states.

It works on the Vega-Lite spec, so that every chart follows the same rule. Nothing is computed and nothing is drawn
here.
"""

from collections.abc import Iterator, Mapping
from typing import Any

MOST_ROWS = 1_000
"""Marks of one chart: more are slow to draw and cannot be told apart."""
MOST_GROUPS = 60
"""Lines of an axis, or small charts, that a reader follows."""

Spec = Mapping[str, Any]


def choose(spec: Spec) -> str:
    """Leave in `spec` no more than can be read; say in a sentence what is shown, or nothing if all of it is.

    The marks of a chart are in groups: its small charts, or the lines or columns of an axis of names. Whole groups
    are kept, in the chart's own order, while both limits hold. A chart without groups keeps its first marks.
    """
    datasets = list(data(spec))
    rows = sum(len(rows) for rows in datasets)
    channel = _grouping(spec)
    names = _names(channel, datasets) if channel else []
    if rows <= MOST_ROWS and len(names) <= MOST_GROUPS:
        return ""
    said = []
    if channel and len(names) > 1:
        kept = _fitting(channel["field"], names, datasets)
        _keep_groups(spec, channel["field"], kept)
        if len(kept) < len(names):
            what = channel.get("title") or str(channel["field"]).replace("_", " ")
            said.append(f"the first {len(kept):,} of {len(names):,} groups by {what}")
    if (left := sum(len(rows) for rows in datasets)) > MOST_ROWS:
        _keep_first(spec, datasets)
        said.append(f"the first {sum(len(rows) for rows in datasets):,} of {left:,} marks")
    return f"Shown: {', and of them '.join(said)}, in the chart's order, so that they can be told apart."


def data(node: Any) -> Iterator[list[Any]]:
    """The rows of every data set within a Vega-Lite spec."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key == "datasets":
                yield from value.values()
            elif key == "values" and isinstance(value, list) and all(isinstance(row, Mapping) for row in value):
                yield value
            else:
                yield from data(value)
    elif isinstance(node, list):
        for value in node:
            yield from data(value)


def channels(node: Any, name: str) -> Iterator[Spec]:
    """Every encoding of a channel within a Vega-Lite spec, outermost first."""
    if isinstance(node, Mapping):
        encoded = node.get("encoding", {}).get(name)
        if isinstance(encoded, Mapping):
            yield encoded
        for layer in node.get("layer", []):
            yield from channels(layer, name)


def _grouping(spec: Spec) -> Spec | None:
    """The encoding by which marks are in groups: facet, row, or an axis of names."""
    facet = spec.get("facet")
    if isinstance(facet, Mapping) and "field" in facet:
        return facet
    for name in ("row", "y", "x"):
        for encoded in channels(spec, name):
            if "field" in encoded and (name == "row" or encoded.get("type") in {"nominal", "ordinal"}):
                return encoded
    return None


def _names(channel: Spec, datasets: list[list[Any]]) -> list[Any]:
    """The groups that have marks, in the order of the channel's own list, else of the rows."""
    field, order = channel["field"], channel.get("sort")
    present = dict.fromkeys(row[field] for rows in datasets for row in rows if field in row)
    listed = [name for name in order if name in present] if isinstance(order, list) else []
    return list(dict.fromkeys([*listed, *present]))


def _fitting(field: str, names: list[Any], datasets: list[list[Any]]) -> list[Any]:
    """The first groups whose marks together stay within both limits; one at the least."""
    counted = dict.fromkeys(names, 0)
    room = MOST_ROWS
    for rows in datasets:
        for row in rows:
            if field in row:
                counted[row[field]] += 1
            else:
                room -= 1
    kept = []
    for name in names[:MOST_GROUPS]:
        room -= counted[name]
        if kept and room < 0:
            break
        kept.append(name)
    return kept


def _keep_groups(node: Any, field: str, kept: list[Any]) -> None:
    """Take the rows of other groups out of the data, and their names out of the lists that order them."""
    shown = set(kept)
    for rows in data(node):
        rows[:] = [row for row in rows if field not in row or row[field] in shown]
    for encoded in _encodings(node, field):
        for listed in (encoded.get("sort"), (encoded.get("scale") or {}).get("domain")):
            if isinstance(listed, list):
                listed[:] = [name for name in listed if name in shown]


def _encodings(node: Any, field: str) -> Iterator[Spec]:
    if isinstance(node, Mapping):
        if node.get("field") == field:
            yield node
        for key, value in node.items():
            if key not in {"datasets", "values"}:
                yield from _encodings(value, field)
    elif isinstance(node, list):
        for value in node:
            yield from _encodings(value, field)


def _keep_first(spec: Spec, datasets: list[list[Any]]) -> None:
    """Keep the first rows of the largest data set, as far as they fit beside the others; of these, what lies at
    their places."""
    places = sorted({str(one["field"]) for name in ("x", "y") for one in channels(spec, name) if "field" in one})
    first, *others = sorted(datasets, key=len, reverse=True)
    share = MOST_ROWS // len(datasets)
    first[:] = first[:share]
    for rows in others:
        shared = [field for field in places if rows and field in rows[0] and field in first[0]]
        kept = {tuple(row[field] for field in shared) for row in first}
        rows[:] = [row for row in rows if tuple(row.get(field) for field in shared) in kept][:share]
