"""Group scraped: the files of each source, which this graph observes and never makes, with their digest as data version."""

import warnings

import dagster as dg

from pipelines.fingerprint import source_digest
from pipelines.project import Project


def source_key(source_id: str) -> dg.AssetKey:
    """The asset key of a source's files."""
    return dg.AssetKey(["scraped", source_id.replace("-", "_")])


def scraped_assets(project: Project, source_ids: list[str]) -> list[dg.SourceAsset]:
    """One observable asset for each source. An observation reads its files and makes nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)  # of no use to whoever runs a refresh
        return [_scraped(project, source_id) for source_id in source_ids]


def _scraped(project: Project, source_id: str) -> dg.SourceAsset:
    @dg.observable_source_asset(
        key=source_key(source_id),
        group_name="scraped",
        description=f"The snapshots and the contract under data/raw/{source_id}.",
        metadata={"path": dg.MetadataValue.path(str(project.raw / source_id))},
    )
    def files() -> dg.DataVersion:
        return dg.DataVersion(source_digest(project, source_id))

    return files
