"""Group scraped: the files of each source, which this graph reads and never makes, with their digest as data version.

External assets: https://docs.dagster.io/guides/build/assets/external-assets. The sensor observes them, and so does a
refresh.
"""

from collections.abc import Iterator

import dagster as dg

from pipelines.fingerprint import source_digest
from pipelines.project import Project

DATA_VERSION = "dagster/data_version"
"""Tag by which an observation tells the version of what it saw."""


def source_specs(project: Project) -> list[dg.AssetSpec]:
    """One external asset for each source."""
    return [
        dg.AssetSpec(
            source_key(source_id),
            group_name="scraped",
            description=f"The snapshots and the contract under data/raw/{source_id}.",
            metadata={"path": dg.MetadataValue.path(str(project.raw / source_id))},
            kinds={"csv"},
        )
        for source_id in source_ids(project)
    ]


def source_observations(project: Project) -> Iterator[dg.AssetObservation]:
    """What the files of each source are now."""
    for source_id in source_ids(project):
        yield dg.AssetObservation(source_key(source_id), tags={DATA_VERSION: source_digest(project, source_id)})


def source_key(source_id: str) -> dg.AssetKey:
    """The asset key of a source's files."""
    return dg.AssetKey(["scraped", source_id.replace("-", "_")])


def source_ids(project: Project) -> list[str]:
    """The sources, by their folders."""
    return sorted(path.parent.name for path in project.raw.glob("*/source.toml"))
