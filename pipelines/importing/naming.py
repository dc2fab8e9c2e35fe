"""What the rows of a table are about: the columns that name hardware and models, blanks that continue the row above."""

import re
from collections.abc import Sequence
from typing import Any

from pipelines.contracts.facets import FACET_VALUES
from pipelines.importing.facet_cells import READERS, slot_of
from pipelines.importing.headers import facets_of
from pipelines.importing.proposal import READ_SUFFIX
from pipelines.importing.settling import MOST, OF_SPEED, SUMS, Settling
from pipelines.importing.subjects import is_wordy, subject_columns

PURCHASE_KINDS = FACET_VALUES["purchase"] or ()


SOLD = (
    r"(?i)\b(?:msrp|rrp|second[- ]?hand|pre-?owned|used (?=gpus?|cards?|prices?|market|graphics|[a-z]* ?\d)|e-?bay"
    r"|sold)\b"
)
"""Words of a title that say which kind of price its table holds; a parts list is no list price, hardware used no
used one."""


class Naming(Settling):
    """A table whose rows get their subjects."""

    def _add_column(self, header: str, facet: str, cells: list[str]) -> None:
        name = f"{header}{READ_SUFFIX}" if header else f"{facet}{READ_SUFFIX}"
        self._extra[name] = cells
        self._columns[name] = {"facet": facet}
        self._facets.add(facet)

    def _in_title(self) -> dict[str, Any]:
        found: dict[str, Any] = facets_of(self._table.title)
        if "condition" in found:
            found.pop("condition")
            if sold := re.search(SOLD, self._table.title):
                found["condition"] = "msrp" if sold[0].lower() in ("msrp", "rrp") else "used"
        for section in ("hardware", "model"):
            name = self._names.within(section, self._table.title)
            if name is not None:
                found[section] = name
        count = re.search(r"(?i)(?<![\w.])(\d{1,2}) ?[x×] ?(?=[a-z])", self._table.title)
        if count and "hardware" in found and int(count[1]) > 1:
            found["count"] = int(count[1])
        return found

    def _subjects(self) -> None:
        columns = [self._table.column(position) for position in range(len(self._table.header))]
        measured = bool(re.search(OF_SPEED, " ".join([*self._table.header, self._context]))) or any(
            re.search(r"(?i)\b(?:tg|pp) ?\d+\b|ttft", name) for name in self._table.header
        )
        naming = [
            [] if self._are_purchases(n, columns) or self._are_slots(cells) else cells
            for n, cells in enumerate(columns)
        ]
        for position, section in subject_columns(self._table.header, naming, self._names, measured=measured).items():
            if section in self._facets:
                continue
            header = self._table.header[position]
            cells, filled = self._continued(position, columns)
            sized = self._with_memory(cells, columns) if section == "hardware" else 0
            self._facets.add(section)
            if filled or sized:
                self._add_column(header, section, cells)
                why = "its blank cells continue the row above" if filled else "the memory beside it tells cards apart"
                self._columns[header] = {"ignore": f"{why}: read as {header}{READ_SUFFIX}"}
                if filled:
                    self._remarks.append(f"{filled} blank cells of {header!r} are filled from the row above")
                if sized:
                    self._remarks.append(f"{sized} names of {header!r} are distinguished by the memory beside them")
            else:
                self._columns[header] = {"facet": section}

    def _continued(self, position: int, columns: Sequence[Sequence[str]]) -> tuple[list[str], int]:
        """The cells of a naming column with those that continue the row above filled, and how many those are.

        Only in Markdown, where a merged cell cannot be written otherwise; in a CSV a blank is unknown. A row is a
        continuation if it names something else of its own.
        """
        cells = [cell.strip() for cell in columns[position]]
        if self._table.form != "markdown":
            return cells, 0
        others = [column for n, column in enumerate(columns) if n != position and is_wordy(column)]
        filled, count = list(cells), 0
        for n, cell in enumerate(cells):
            if any(re.fullmatch(SUMS, column[n].strip()) for column in columns):
                continue
            same_mark = cell in ('"', "″", "〃", "''", "ditto")
            if n and (same_mark or (not cell and any(column[n].strip() for column in others))) and filled[n - 1]:
                filled[n] = filled[n - 1]
                count += 1
        return filled, count

    def _are_slots(self, cells: Sequence[str]) -> bool:
        """Whether the column says what places in a system its rows fill (GPU, CPU, PSU), not what fills them."""
        slots = [slot_of(cell) for cell in cells if cell.strip()]
        return len(set(slots) - {None}) > 1 and sum(slot is not None for slot in slots) >= MOST * len(slots)

    def _are_purchases(self, position: int, columns: Sequence[Sequence[str]]) -> bool:
        """Whether the column says how its row is rented (on-demand, spot); it is then taken for that."""
        cells = [cell.strip() for cell in columns[position]]
        if "purchase" in self._facets:
            return False
        values = [READERS["purchase"](cell) for cell in cells]
        if not cells or sum(value in PURCHASE_KINDS for value in values) < MOST * len(cells):
            return False
        settled = [cell if value is None else value for cell, value in zip(cells, values, strict=True)]
        header = self._table.header[position]
        if settled == cells:
            self._facets.add("purchase")
            self._columns[header] = {"facet": "purchase"}
            return True
        self._add_column(header, "purchase", settled)
        self._columns[header] = {"ignore": f"read as purchase in {header}{READ_SUFFIX}"}
        return True

    def _with_memory(self, cells: list[str], columns: Sequence[Sequence[str]]) -> int:
        """Put the memory of a row behind a name that only it tells apart: `A100 PCIe` beside 80GB. Returns how many."""
        for position, header in enumerate(self._table.header):
            meaning = self._meaning(header)
            if meaning.attribute != "memory" or not meaning.is_size or meaning.unread or meaning.unknown:
                continue
            sizes = [re.fullmatch(r"(\d+)(?:\.0)? ?(?:GB|GiB|G)?", cell.strip()) for cell in columns[position]]
            joined = [f"{cell} {size[1]}GB" if size and cell else "" for cell, size in zip(cells, sizes, strict=True)]
            self._names.look_up("hardware", [*cells, *filter(None, joined)])
            found = [
                n for n, (cell, name) in enumerate(zip(cells, joined, strict=True))
                if name and not self._names.resolves("hardware", cell) and self._names.resolves("hardware", name)
            ]  # fmt: skip
            for n in found:
                cells[n] = joined[n]
            return len(found)
        return 0
