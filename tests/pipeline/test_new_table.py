"""A table is two files: its SELECT and its declaration. Everything else follows from them."""

from pathlib import Path

import pytest

from pipelines.assets.graph import build_definitions
from pipelines.cli.tree import trace
from pipelines.errors import ContractError
from pipelines.project import Project
from pipelines.refresh import refresh
from pipelines.warehouse.declarations import load_declarations
from pipelines.warehouse.reading import open_published
from tests.conftest import CHECKOUT, read
from tests.small import small_project

SELECT = """\
select o.source_id, o.attribute, count(*) as readings, max_by(o.observation_id, o.value_high) as highest_from
from observations as o
group by o.source_id, o.attribute
"""
DECLARATION = """\
description = "How often each source states an attribute"
grain = "one row for each source and attribute"
primary_key = ["source_id", "attribute"]
inputs = [
    { role = "{attribute} as stated", table = "observations", join = "input.source_id = this.source_id and input.attribute = this.attribute", where = "readings > 0" },
]

[columns]
source_id = { type = "VARCHAR", nullable = false, references = "sources", role = "source", description = "who says it" }
attribute = { type = "VARCHAR", nullable = false, description = "what" }
readings = { type = "BIGINT", range = [1, 1000], description = "how often" }
highest_from = { type = "VARCHAR", references = "observations.observation_id", role = "highest", description = "the highest" }
"""


@pytest.fixture
def extended(tmp_path: Path) -> Project:
    """A small project with one more table, in a folder that no code names."""
    project = small_project(tmp_path / "project")
    lineage = CHECKOUT / "analysis/audit/lineage.toml"
    (project.analysis / "audit" / lineage.name).write_bytes(lineage.read_bytes())
    folder = project.analysis / "counts"
    folder.mkdir()
    (folder / "attributes_stated.sql").write_text(SELECT, encoding="utf-8")
    (folder / "attributes_stated.toml").write_text(DECLARATION, encoding="utf-8")
    return project


def test_two_files_make_a_table_that_is_published_explained_grouped_and_traced(extended: Project) -> None:
    refresh(extended, with_report=False)
    ((source, attribute, readings, highest),) = read(
        extended, "select * from attributes_stated order by readings desc, attribute limit 1"
    )
    edges = read(
        extended,
        f"""
        select role, input_table, count(*), max(input_key) filter (role = 'highest')
        from lineage
        where table_name = 'attributes_stated' and row_key = '{source} | {attribute}'
        group by all order by all
        """,
    )
    assert edges == sorted(
        [
            (f"{attribute} as stated", "observations", readings, None),
            *([("highest", "observations", 1, highest)] if highest else []),
            ("source", "sources", 1, None),
        ]
    )
    assert read(extended, "select count(*) from data_dictionary where table_name = 'attributes_stated'") == [(4,)]
    assert (extended.parquet / "attributes_stated.parquet").is_file()
    graph = build_definitions(extended).resolve_asset_graph()
    [key] = [key for key in graph.materializable_asset_keys if key.path[-1] == "attributes_stated"]
    assert graph.get(key).group_name == "counts"
    assert {parent.path[-1] for parent in graph.get(key).parent_keys} == {"observations", "sources"}
    with open_published(extended) as connection:
        told = list(trace(extended, connection, "attributes_stated", [source, attribute]))
    cells = [line for line in told if f"─ {attribute} as stated: data/raw/{source}/" in line]
    assert len(cells) == readings


@pytest.mark.parametrize(
    ("right", "wrong", "message"),
    [
        ('references = "sources", role', "role", "has a role without references"),
        (
            'references = "sources", role',
            'references = "observations.source_id", role',
            "is not the key of observations",
        ),
        (
            'table = "observations", join',
            'table = "observation", join',
            "'{attribute} as stated' is of observation, which",
        ),
        ('join = "input', 'key = ["source_id", "attribute"], join = "input', "either key or join"),
        (', where = "readings > 0"', ', unless = "readings > 0"', "unknown key 'unless'"),
    ],
)
def test_an_input_that_cannot_be_traced_is_refused_with_its_file(
    extended: Project, right: str, wrong: str, message: str
) -> None:
    path = extended.analysis / "counts/attributes_stated.toml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong), encoding="utf-8")
    with pytest.raises(ContractError, match="analysis/counts/attributes_stated") as refused:
        load_declarations(extended.analysis, extended.root)
    assert message in str(refused.value)


def test_a_key_of_another_length_is_refused(extended: Project) -> None:
    path = extended.analysis / "counts/attributes_stated.toml"
    text = path.read_text(encoding="utf-8")
    keyed = text.replace(
        'join = "input.source_id = this.source_id and input.attribute = this.attribute"',
        'key = ["source_id", "attribute"]',
    )
    path.write_text(keyed, encoding="utf-8")
    with pytest.raises(ContractError, match="its key is observation_id"):
        load_declarations(extended.analysis, extended.root)
