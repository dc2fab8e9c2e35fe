"""What each table is: one TOML file a table in analysis/, beside the SELECT that fills it.

From this one declaration come the created schema, the comments, the data dictionary, Dagster's column schema and the
blocking checks. A table without a .sql file is filled by the pipeline (observations, for instance). The SELECT of
`lineage` is written from the declarations themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from pipelines.contracts.toml import read_toml
from pipelines.errors import ContractError
from pipelines.warehouse.lineage import LINEAGE, Input, check_inputs, lineage_sql, read_input
from pipelines.warehouse.names import quoted
from pipelines.warehouse.relations import Relations

MACRO_FOLDERS = ("macros", "table_macros")
"""Folders of analysis/ that hold formulas: scalar ones, and those that read tables and are created last."""


@dataclass(frozen=True)
class ColumnDeclaration:
    """A column: DuckDB type, unit, meaning, and what must hold for its values.

    references: table, or table.column, that has every value of it; role: what the row of that key is to this one, which
    was made from it.
    """

    name: str
    type: str
    description: str
    unit: str | None
    nullable: bool
    references: str | None
    role: str | None
    range: tuple[float, float] | None
    values: tuple[str, ...] | None

    @property
    def referred(self) -> tuple[str, str]:
        """Table and column that it references."""
        table, _, column = (self.references or "").partition(".")
        return table, column or self.name

    @property
    def comment(self) -> str:
        """Meaning with the unit, as DuckDB's COMMENT ON COLUMN holds it."""
        return f"{self.description} [{self.unit}]" if self.unit else self.description


@dataclass(frozen=True)
class Declaration:
    """A table: what a row is, its key, its columns, what rows are made from, and the SELECT (None: the pipeline
    fills it)."""

    name: str
    folder: str
    description: str
    grain: str
    primary_key: tuple[str, ...]
    columns: tuple[ColumnDeclaration, ...]
    inputs: tuple[Input, ...]
    sql: str | None
    place: str
    reads: frozenset[str] = frozenset()
    """Names of the relations that the SELECT and the rules read."""
    rules: tuple[tuple[str, str], ...] = ()
    """What must hold between rows: the name of each rule and a SELECT of the rows that break it."""
    is_view: bool = False
    """Its SELECT is run when the table is asked; nothing of it is stored, and it has no Parquet."""

    @property
    def comment(self) -> str:
        """Meaning and grain, as DuckDB's COMMENT ON TABLE holds them."""
        return f"{self.description}. Grain: {self.grain}"

    @cached_property
    def needs(self) -> frozenset[str]:
        """Names of what has to be there before the table can be filled and checked: what it reads and what it
        references."""
        return (self.reads | {column.referred[0] for column in self.columns if column.references}) - {self.name}


def load_declarations(analysis: Path, root: Path, known: Path | None = None) -> dict[str, Declaration]:
    """Every declared table by name, in an order in which they can be built.

    known: a file that remembers from one time to the next what a SELECT reads, by the SELECT's digest. Raises
    ContractError if a declaration is incomplete, a SELECT has none, or tables depend on each other in a circle.
    """
    paths = sorted(analysis.glob("*/*.toml"))
    declared = {path.stem: _load(path, root) for path in paths}
    for sql in sorted(analysis.glob("*/*.sql")):
        if sql.stem not in declared and sql.parent.name not in MACRO_FOLDERS:
            place = sql.relative_to(root).as_posix()
            raise ContractError(f"{place} has no declaration.", f"Write {sql.stem}.toml beside it.")
    for declaration in declared.values():
        _check_references(declaration, declared)
    check_inputs(declared)
    if LINEAGE in declared:
        declared[LINEAGE] = replace(declared[LINEAGE], sql=lineage_sql(declared.values()))
    relations = Relations(known)
    for name, table in declared.items():
        selects = [table.sql or "", *(select for _, select in table.rules)]
        read = frozenset().union(*(relations.of(select, table.place) for select in selects if select))
        declared[name] = replace(table, reads=read - {name})
    relations.remember()
    graph = {name: sorted(declaration.needs & set(declared)) for name, declaration in declared.items()}
    try:
        return {name: declared[name] for name in TopologicalSorter(graph).static_order()}
    except CycleError as error:
        raise ContractError(f"The tables {' -> '.join(error.args[1])} read each other in a circle.") from error


def dictionary_rows(declarations: Iterable[Declaration]) -> list[dict[str, Any]]:
    """The rows of data_dictionary: one for each column of each table."""
    return [
        {
            "table_name": table.name,
            "column_name": column.name,
            "position": position,
            "type": column.type,
            "unit": column.unit,
            "description": column.description,
            "is_key": column.name in table.primary_key,
            "table_description": table.description,
            "made_by": table.place,
            "grain": table.grain,
        }
        for table in sorted(declarations, key=lambda declaration: declaration.name)
        for position, column in enumerate(table.columns, start=1)
    ]


def _load(path: Path, root: Path) -> Declaration:
    place = path.relative_to(root).as_posix()
    spec = read_toml(path, place)
    missing = [key for key in ("description", "grain", "primary_key", "columns") if key not in spec]
    if missing:
        raise ContractError(f"{place} lacks {', '.join(missing)}.", "Every table declares them.")
    sql = path.with_suffix(".sql")
    columns = tuple(_column(name, column, place) for name, column in spec["columns"].items())
    unknown_keys = set(spec["primary_key"]) - {column.name for column in columns}
    if unknown_keys:
        raise ContractError(f"{place} has key column {sorted(unknown_keys)[0]!r}, which is no column of it.")
    return Declaration(
        name=path.stem,
        folder=path.parent.name,
        description=str(spec["description"]).rstrip("."),
        grain=str(spec["grain"]).rstrip("."),
        primary_key=tuple(spec["primary_key"]),
        columns=columns,
        inputs=(
            *(
                Input(column.role, column.referred[0], (quoted(column.name),), None, None)
                for column in columns
                if column.role
            ),
            *(read_input(entry, place) for entry in spec.get("inputs", [])),
        ),
        sql=sql.read_text(encoding="utf-8") if sql.is_file() else None,
        place=sql.relative_to(root).as_posix() if sql.is_file() else place,
        rules=tuple(spec.get("rules", {}).items()),
        is_view=bool(spec.get("view", False)),
    )


def _column(name: str, spec: Mapping[str, Any], place: str) -> ColumnDeclaration:
    known = {"type", "description", "unit", "nullable", "references", "role", "range", "values"}
    if unknown := sorted(set(spec) - known):
        raise ContractError(
            f"{place} column {name} has unknown key {unknown[0]!r}.", f"Known: {', '.join(sorted(known))}."
        )
    if "type" not in spec or "description" not in spec:
        raise ContractError(f"{place} column {name} lacks type or description.")
    if "role" in spec and "references" not in spec:
        raise ContractError(f"{place} column {name} has a role without references.", "Say which table's rows it names.")
    limits = spec.get("range")
    return ColumnDeclaration(
        name=name,
        type=str(spec["type"]),
        description=str(spec["description"]).rstrip("."),
        unit=spec.get("unit"),
        nullable=bool(spec.get("nullable", True)),
        references=spec.get("references"),
        role=spec.get("role"),
        range=(float(limits[0]), float(limits[1])) if limits else None,
        values=tuple(spec["values"]) if "values" in spec else None,
    )


def _check_references(declaration: Declaration, declared: Mapping[str, Declaration]) -> None:
    for column in declaration.columns:
        if column.references is None:
            continue
        table, target = column.referred
        known = declared.get(table)
        if known is None or target not in {other.name for other in known.columns}:
            raise ContractError(
                f"{declaration.place} column {column.name} references {column.references}, which is not declared."
            )
        if column.role is not None and known.primary_key != (target,):
            raise ContractError(
                f"{declaration.place} column {column.name} has role {column.role!r}, but {target} alone is not the key "
                f"of {table}.",
                "Name the row under inputs, by its whole key.",
            )
