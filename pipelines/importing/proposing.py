"""What the columns of a found table mean: a contract proposed from its headers, its title and its cells.

A header is read to its last word (`headers`) or its column is left out with the reason; the cells, read by the same
grammar as in a refresh, bear it out. What a table does not say and nothing settles is not read. Nothing is fetched or
written here.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.facets import FACET_VALUES, IMPLICIT_COLUMNS
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.importing.bearing_out import shares_read
from pipelines.importing.facet_cells import READERS, facets_named
from pipelines.importing.found import FoundTable
from pipelines.importing.header_words import FOREIGN, OF_TOKENS, PRICE, RATE, SPEED
from pipelines.importing.headers import Meaning, facets_of
from pipelines.importing.naming import Naming
from pipelines.importing.proposal import READ_SUFFIX, Proposal
from pipelines.importing.row_conditions import of_rows
from pipelines.importing.settling import HOST_NAMES, MOST, REMARKS
from pipelines.importing.subjects import plain_header
from pipelines.normalise.money import currency_in

NO_CURRENCY = re.compile("(?i)neweggmx")
"""Shops that write $ for another currency than their table's."""

TABLE_KIND_OF = {
    "price": "price", "benchmark": "benchmark", "cloud_rate": "cloud_rate", "spec": "spec", "model_size": "model_size",
    "model_memory": "model_size", "model": "model_size", "power": "power", "cost": "cost", "system_cost": "cost",
    "part": "build", "api_price": "api_price", "electricity_price": "electricity_price", "fx_rate": "fx_rate",
}  # fmt: skip
RANK_OF_KIND = ("benchmark", "cloud_rate", "price", "api_price", "model_size", "power", "cost", "build", "spec")
"""Where a table holds as much of two kinds, the first here names it."""


def propose(
    table: FoundTable,
    vocabulary: Vocabulary,
    catalogue: Catalogue,
    *,
    observed_on: date | None = None,
    given: Mapping[str, str] | None = None,
) -> Proposal:
    """The contract that the table seems to want. observed_on: day of prices that the table does not date; given: facets
    that the user says hold for all of it."""
    return _Proposer(table, vocabulary, catalogue, observed_on, given or {}).proposal()


class _Proposer(Naming):
    """One table on its way to a contract."""

    def proposal(self) -> Proposal:
        if "value" in self._table.header and set(self._table.header) <= set(IMPLICIT_COLUMNS):
            section = {**self._head("other"), "defaults": self._defaults, "columns": {}}
            if "attribute" in self._table.header:
                return Proposal(self._table, section, ("its headers are facets and speak for themselves",), True)
        turned = self._attribute_rows()
        if turned is not None:
            return turned
        self._read_columns()
        section = self._head(self._kind())
        section["defaults"] = self._defaults
        section["columns"] = {name: self._columns[name] for name in (*self._table.header, *self._extra)}
        if self._overrides:
            section["overrides"] = self._overrides
        return Proposal(self._written(), section, tuple(dict.fromkeys(self._remarks)), bool(self._kinds))

    def _read_columns(self) -> None:
        self._of_title = self._in_title()
        self._subjects()
        self._currency_column()
        self._facet_columns()
        self._figures()
        self._whole_table()

    def _head(self, kind: str) -> dict[str, Any]:
        return {"title": self._table.title, "kind": kind, "place": self._table.place}

    def _kind(self) -> str:
        if not self._kinds:
            return "other"
        return min(self._kinds, key=lambda k: (-self._kinds[k], RANK_OF_KIND.index(k) if k in RANK_OF_KIND else 99))

    def _written(self) -> FoundTable:
        """The table with the columns that the import adds."""
        if not self._extra:
            return self._table
        width = len(self._table.header)
        rows = [
            # a ragged row stays as ragged as it is
            (*row, *(cells[n] if len(row) == width else "" for cells in self._extra.values()))
            for n, row in enumerate(self._table.rows)
        ]
        return replace(self._table, header=(*self._table.header, *self._extra), rows=tuple(rows))

    # ---- under which conditions

    def _currency_column(self) -> None:
        for header in self._table.header:
            if header not in self._columns and re.fullmatch(
                r"(?i)(?:price )?(?:currency|cur|ccy)(?: code)?", plain_header(header)
            ):
                self._currencies = True
                self._columns[header] = {"facet": "currency"}
                return

    def _facet_columns(self) -> None:
        for position, header in enumerate(self._table.header):
            if header in self._columns:
                continue
            cells = [cell.strip() for cell in self._table.column(position)]
            stated = [cell for cell in cells if cell]
            named = [header] if header in FACET_VALUES and header not in ("link", "hardware", "model") else []
            said = ["provider" if one == "vendor" and self._rents() else one for one in facets_named(header)]
            for facet in dict.fromkeys([*named, *said]) if stated else ():
                if facet in self._facets or facet not in READERS:
                    continue
                if facet == "context_tokens" and self._sells_tokens():
                    continue  # what the model can hold, not from where on a price holds
                values = [READERS[facet](cell) for cell in cells]
                if sum(value is not None for value, cell in zip(values, cells, strict=True) if cell) < MOST * len(
                    stated
                ):
                    continue
                self._take_facet(header, facet, cells, values)
                break
        self._release_days()

    def _take_facet(self, header: str, facet: str, cells: list[str], values: list[str | None]) -> None:
        settled = [cell if value is None else value for cell, value in zip(cells, values, strict=True)]
        self._facets.add(facet)
        if settled == cells and header != facet + READ_SUFFIX:
            self._columns[header] = {"facet": facet}
        else:
            self._add_column(header, facet, settled)
            self._columns[header] = {"ignore": f"read as {facet} in {header}{READ_SUFFIX}"}
        if facet == "phase" and "context_tokens" not in self._facets:
            depths = [found[1] if (found := re.search(r"@ ?d ?(\d+)", cell)) else "" for cell in cells]
            if any(depths):
                self._add_column(f"{header} depth", "context_tokens", depths)

    def _sells_tokens(self) -> bool:
        return any(self._meaning(name).attribute in OF_TOKENS for name in self._table.header)

    def _rents(self) -> bool:
        return any(self._meaning(name).attribute == RATE for name in self._table.header)

    def _release_days(self) -> None:
        """A release date is the day of a release price, where no other price or rate is in the row."""
        if "observed_on" in self._facets:
            return
        for position, header in enumerate(self._table.header):
            if header in self._columns or not re.fullmatch(
                r"(?:release|launch)(?: date| day|d)?|released", plain_header(header)
            ):
                continue
            amounts = [
                meaning for name in self._table.header
                if (meaning := self._meaning(name)).attribute in (PRICE, RATE, SPEED, "monthly_cost")
            ]  # fmt: skip
            if not amounts or any(meaning.facets.get("condition") != "msrp" for meaning in amounts):
                continue
            cells = [cell.strip() for cell in self._table.column(position)]
            self._take_facet(header, "observed_on", cells, [READERS["observed_on"](cell) for cell in cells])
            return

    # ---- figures

    def _figures(self) -> None:
        meanings = {
            position: self._meaning(header)
            for position, header in enumerate(self._table.header)
            if header not in self._columns
        }
        for position, meaning in meanings.items():
            self._settle_by_table(position, meaning, list(meanings.values()))
        shares = shares_read(
            {
                n: (m.attribute, m.unit, self._cells(n), m.facets.get("currency", self._given.get("currency")))
                for n, m in meanings.items()
                if m.attribute and not m.unread and not m.unknown
            },
            self._vocabulary,
            self._given.get("locale"),
        )  # fmt: skip
        for position, meaning in meanings.items():
            header = self._table.header[position]
            reason = self._why_not(position, meaning, shares)
            if reason is not None:
                self._columns[header] = {"ignore": reason}
            else:
                self._take(position, meaning)

    def _why_not(self, position: int, meaning: Meaning, shares: Mapping[int, tuple[float, str]]) -> str | None:
        header, cells = self._table.header[position], self._cells(position)
        if not cells:
            return "the column is empty"
        if re.search(REMARKS, header) and meaning.attribute is None:
            return "remarks in words"
        if meaning.unread is not None:
            return meaning.unread
        if meaning.unknown:
            return f"{meaning.unknown!r} in the header is not understood"
        if meaning.attribute is None:
            return "the header says nothing that the vocabulary has"
        amount = meaning.attribute in (PRICE, RATE, "monthly_cost", *OF_TOKENS)
        if amount and (strange := next((cell for cell in cells if NO_CURRENCY.search(cell)), None)):
            return f"an amount in a currency that is not said: {strange}"
        if (
            amount
            and not (self._currencies or "currency" in meaning.facets)
            and FOREIGN.search(self._context)
            and not all(currency_in(cell, self._vocabulary) for cell in cells if re.search(r"\d", cell))
        ):
            return "the text around the table names another currency: say with --set currency=… what its amounts are in"
        share, example = shares[position]
        if share < MOST:
            without = amount and meaning.unit is None
            remark = " (no currency is stated)" if without and not any("$" in cell for cell in cells) else ""
            return (
                f"{share:.0%} of its cells read as {meaning.attribute}, which the header speaks of{remark}: {example}"
            )
        return None

    def _take(self, position: int, meaning: Meaning) -> None:
        header, cells = self._table.header[position], self._cells(position)
        told = self._vocabulary.attributes[meaning.attribute or ""]
        literals = dict(meaning.facets)
        if told.kind not in ("benchmark", "model_size", "model_memory", "timing"):
            for facet in ("model", "quantization", "context_tokens", "engine", "concurrency", "phase", "basis"):
                literals.pop(facet, None)
        if told.kind not in ("price", "cloud_rate", "api_price", "cost", "benchmark"):
            literals.pop("observed_on", None)
        if told.kind not in ("cloud_rate", "cost"):
            for facet in ("purchase", "billing"):
                literals.pop(facet, None)
        literals = {key: value for key, value in literals.items() if key not in self._facets or key in ("each", "note")}
        if literals.get("purchase") == "interruptible" and "interruptible" not in (FACET_VALUES["purchase"] or ()):
            literals["purchase"] = "spot"
        reading: dict[str, Any] = {"attribute": meaning.attribute}
        if meaning.unit is not None:
            reading["unit"] = meaning.unit
        if any("±" in cell for cell in cells):
            reading["extract"] = r"^\s*([^±]+?)\s*(?:±.*)?$"
        if told.kind == "price":
            self._condition_of(header, literals)
        if told.kind in ("price", "cloud_rate", "api_price") and not {"observed_on"} & {*literals, *self._facets}:
            if literals.get("condition") == "msrp":
                pass
            elif (day := self._of_title.get("observed_on", self._observed_on)) is not None:
                literals["observed_on"] = str(day)
                self._remarks.append(f"{header!r} without a day of its own counts as of {day}")
        self._columns[header] = {**reading, **literals}
        self._kinds[TABLE_KIND_OF.get(told.kind, "other")] += 1

    def _condition_of(self, header: str, literals: dict[str, Any]) -> None:
        if "condition" in literals or "condition" in self._facets:
            return
        sold = any(re.search(r"(?i)\bsold\b", name) for name in (*self._table.header, self._table.title))
        title = self._of_title.get("condition")
        literals["condition"] = title or ("used" if sold else "street")
        said = "by the title" if title else "as sold" if sold else "because it does not say which kind of price it is"
        self._remarks.append(f"{header!r} is taken as {literals['condition']} {said}")

    # ---- what holds for the whole table

    def _whole_table(self) -> None:
        """Facets of the title that no column gives; names that carry a condition; rows of whole systems."""
        figures = [spec for spec in self._columns.values() if "attribute" in spec]
        is_benchmark = any(spec["attribute"] in (SPEED, "prompt_time") for spec in figures)
        is_rate = any(spec["attribute"] == RATE for spec in figures)
        wanted: tuple[str, ...] = ()
        if is_benchmark:
            wanted = ("hardware", "count", "model", "quantization", "engine", "context_tokens", "concurrency")
        elif is_rate:
            wanted = ("hardware", "count", "purchase", "billing")
        for facet in wanted:
            if facet not in self._of_title or facet in self._facets or all(facet in spec for spec in figures):
                continue
            if facet == "count" and "hardware" in self._facets:
                continue
            self._defaults[facet] = self._of_title[facet]
            self._remarks.append(f"{facet} {self._of_title[facet]} is taken from the title")
        self._overrides += of_rows(self._table, self._columns, self._extra)
        self._conditions_in_names()

    def _conditions_in_names(self) -> None:
        """A price beside a name that says used is a used one; beside a whole machine's name it is the machine's."""
        prices = {
            name: spec for name, spec in self._columns.items() if spec.get("attribute") in (PRICE, "memory", "tdp")
        }
        source = next((name for name, spec in self._columns.items() if spec.get("facet") == "hardware"), None)
        if not prices or source is None:
            return
        cells = self._extra.get(source) or self._table.column(self._table.header.index(source))
        for number, cell in enumerate(cells, start=2):
            if re.search(HOST_NAMES, cell) and self._names.resolves("hardware", cell):
                reason = "the name is of a whole system: the figure may be the system's"
                self._overrides += [{"rows": [number], "column": name, "ignore": reason} for name in prices]
                continue
            for name, spec in prices.items():
                row = self._table.rows[number - 2]
                at = self._table.header.index(name)
                stated = row[at] if at < len(row) else ""
                said = facets_of(cell).get("condition") or facets_of(stated).get("condition") or ""
                if spec["attribute"] != PRICE or not said or said in ("msrp", "list", "street"):
                    continue
                if "condition" in spec and spec["condition"] != said:
                    self._overrides.append({"rows": [number], "column": name, "condition": said})

    # ---- rows that are attributes, columns that are items

    def _attribute_rows(self) -> Proposal | None:
        """The contract of a table whose first column names attributes and whose other headers name hardware; else
        None."""
        first, *others = self._table.header
        items = [name for name in others if self._names.resolves("hardware", name)]
        labels = [label.strip() for label in self._table.column(0) if label.strip()]
        if not items or len(labels) != len(set(labels)) or len(labels) < 2:
            return None
        if any(self._names.share(section, self._table.column(0)) >= MOST for section in ("hardware", "model")):
            return None
        spoken = [label for label in labels if (m := self._meaning(label)).attribute and not m.unknown]
        if len(items) < MOST * len(others) and len(spoken) < MOST * len(labels):
            return None
        rows = [row for row in self._table.rows if row and row[0].strip()]
        turned = FoundTable(
            self._table.number, "", "", "", ("item", *labels),
            tuple((name, *(row[n] if n < len(row) else "" for row in rows))
                  for n, name in enumerate(self._table.header) if n),
            lead=self._table.lead, form=self._table.form,
        )  # fmt: skip
        within = _Proposer(turned, self._vocabulary, self._catalogue, self._observed_on, self._given)
        within._columns["item"] = {"facet": "hardware"}
        within._facets.add("hardware")
        within._of_title = {key: value for key, value in self._in_title().items() if key not in ("hardware", "count")}
        within._figures()
        if not within._kinds:
            return None
        within._whole_table()
        attributes = {label: within._columns[label] for label in labels}
        unnamed = r"(?i)notes?|comments?|source|delta|difference|change|vs\.?.*|improvement|winner|unit|units"
        columns: dict[str, Any] = {
            name: {"hardware": name} if name in items or not re.fullmatch(unnamed, name.strip())
            else {"ignore": "the header names no item"}
            for name in others
        }  # fmt: skip
        section = {
            **self._head(within._kind()), "attribute_column": first, "defaults": within._defaults,
            "attributes": attributes, "columns": columns,
        }  # fmt: skip
        return Proposal(self._table, section, tuple(within._remarks), True)
