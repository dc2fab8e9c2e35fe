"""Reading the published database: opened read-only, without access to files or network."""

import _duckdb as duckdb  # the engine alone: the relations that the package adds take four times as long to load

from pipelines.errors import NothingPublished, RigonomicsError
from pipelines.project import Project


def open_published(project: Project, memory: str = "") -> duckdb.DuckDBPyConnection:
    """A read-only connection to the published database, without access to files or network.

    `memory`, if given, is the most that a query may take; it then spills nothing to disk either.
    Raises NothingPublished if there is none yet, RigonomicsError if it is damaged.
    """
    if not project.database.is_file():
        raise NothingPublished(f"{project.relative(project.database)} does not exist yet.", "Run: rigonomics refresh")
    try:
        connection = duckdb.connect(str(project.database), read_only=True)
    except duckdb.Error as error:
        raise RigonomicsError(
            f"{project.relative(project.database)} cannot be opened: {error}.", "Run: rigonomics refresh"
        ) from error
    if memory:
        connection.execute("set memory_limit = $memory", {"memory": memory})
        connection.execute("set temp_directory = ''")
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
    return connection
