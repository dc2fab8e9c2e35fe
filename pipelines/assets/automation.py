"""What starts a refresh without being asked: a sensor that looks at the inputs, and a weekly schedule.

Both are off until they are switched on in the Dagster UI. Sensors: https://docs.dagster.io/guides/automate/sensors.
Schedules: https://docs.dagster.io/guides/automate/schedules.
"""

import dagster as dg

from pipelines.assets.sources import source_observations
from pipelines.fingerprint import input_digest, read_state
from pipelines.project import Project

REFRESH_JOB = "refresh"
FROM_NOTHING = {"resources": {"workspace": {"config": {"fresh": True}}}}
"""How a whole refresh is run: its build starts as the command's does."""
WEEKLY = "17 5 * * 1"
"""Monday morning, UTC."""
SECONDS_BETWEEN_LOOKS = 60


def raw_changed(project: Project) -> dg.SensorDefinition:
    """The sensor: asks for a refresh when data/raw, the catalogue, the vocabulary or the assumptions have changed.

    It observes the sources as it does so. Its cursor is the digest for which it last asked, or which it found published
    already.
    """

    @dg.sensor(
        name="raw_changed",
        job_name=REFRESH_JOB,
        minimum_interval_seconds=SECONDS_BETWEEN_LOOKS,
        default_status=dg.DefaultSensorStatus.STOPPED,
        description="Refreshes when data/raw or another file that a user edits has changed.",
    )
    def look(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        digest = input_digest(project)
        if digest == context.cursor:
            return dg.SensorResult(skip_reason="Nothing has changed since the last look.", cursor=digest)
        state = read_state(project)
        if context.cursor is None and state is not None and state.inputs == digest:
            return dg.SensorResult(skip_reason="What is published was made from these files.", cursor=digest)
        # no run key: files that are changed back are to be refreshed again
        return dg.SensorResult(
            run_requests=[dg.RunRequest(run_config=FROM_NOTHING)],
            asset_events=list(source_observations(project)),
            cursor=digest,
        )

    return look


def weekly_refresh() -> dg.ScheduleDefinition:
    """The schedule: a refresh every Monday."""
    return dg.ScheduleDefinition(
        name="weekly_refresh",
        job_name=REFRESH_JOB,
        cron_schedule=WEEKLY,
        execution_timezone="UTC",
        run_config=FROM_NOTHING,
        default_status=dg.DefaultScheduleStatus.STOPPED,
        description="Refreshes every Monday, whether anything has changed or not.",
    )
