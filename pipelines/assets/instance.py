"""The Dagster instance of a refresh run by the command: it keeps no record, since the database has one of its own.

Dagster's in-memory instance stores each of the 400 events of a refresh by SQL, and asks after each input's last event;
both together take a fifth of the refresh, and nobody reads them. Runs from the Dagster UI are recorded as ever.
"""

from collections.abc import Sequence
from typing import Any

import dagster as dg
from dagster._core.instance.types import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class Forgetful(InMemoryEventLogStorage):
    """An event log that takes every event and keeps none. Whoever executes the job is handed the events all the same."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Nothing is kept."""

    def get_asset_records(self, asset_keys: Sequence[dg.AssetKey] | None = None) -> Sequence[Any]:
        """No asset has a record."""
        return []

    @property
    def asset_records_have_last_observation(self) -> bool:
        """Without this, Dagster would look for observations one asset after the other."""
        return True


def unrecorded() -> dg.DagsterInstance:
    """An instance for one run in this process."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),  # type: ignore[no-untyped-call]  # Dagster's
        run_storage=InMemoryRunStorage(),
        event_storage=Forgetful(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )
