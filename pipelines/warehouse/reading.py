"""Reading the published database: opened read-only, without access to files or network."""

from typing import TYPE_CHECKING

from pipelines.errors import NothingPublished, RigonomicsError
from pipelines.project import Project

if TYPE_CHECKING:
    import duckdb


def open_published(project: Project, memory: str = "") -> "duckdb.DuckDBPyConnection":
    """A read-only connection to the published database, without access to files or network.

    `memory`, if given, is the most that a query may take; it then spills nothing to disk either.
    Raises NothingPublished if there is none yet, RigonomicsError if it is damaged.
    """
    import duckdb  # noqa: F401  # it gives connections their relations

    return open_to_execute(project, memory)


def open_to_execute(project: Project, memory: str = "") -> "duckdb.DuckDBPyConnection":
    """The same for SQL as text alone: without the relations, which take four times as long to load as the engine."""
    import _duckdb

    if not project.database.is_file():
        raise NothingPublished(f"{project.relative(project.database)} does not exist yet.", "Run: rigonomics refresh")
    try:
        connection = _duckdb.connect(str(project.database), read_only=True)
    except _duckdb.Error as error:
        raise RigonomicsError(
            f"{project.relative(project.database)} cannot be opened: {error}.", "Run: rigonomics refresh"
        ) from error
    if memory:
        connection.execute("set memory_limit = $memory", {"memory": memory})
        connection.execute("set temp_directory = ''")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
