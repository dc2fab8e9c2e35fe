"""Reading a user's file whole: only a regular one, and never more of it than a limit."""

import stat
from pathlib import Path

from pipelines.errors import RigonomicsError


def read_file(path: Path, relative: str, limit: int) -> bytes:
    """The bytes of a file. `relative` is its name in errors.

    Raises RigonomicsError if it is not there, is no regular file (a pipe or a device may never end), or is larger than
    `limit` bytes.
    """
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise RigonomicsError(f"{relative} is no regular file.", "Put the file itself there.")
        with path.open("rb") as handle:
            content = handle.read(limit + 1)
    except OSError as error:
        raise RigonomicsError(f"{relative} cannot be read: {error.strerror}.", "Put the file there again.") from error
    if len(content) > limit:
        raise RigonomicsError(
            f"{relative} has more than {limit / 1e6:.0f} MB.", "Split it, or check that the right file was saved."
        )
    return content
