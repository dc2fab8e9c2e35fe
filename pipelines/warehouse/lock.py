"""One refresh at a time: a lock that the operating system lets go of when its holder ends, however it ends."""

import fcntl
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from pipelines.errors import RigonomicsError

POLL_S = 0.1


class RefreshLock:
    """Held while a refresh builds, publishes and renders. `on_wait` is told once who is being waited for."""

    def __init__(self, path: Path, patience_s: float, on_wait: Callable[[str], None]) -> None:
        self._path = path
        self._patience_s = patience_s
        self._on_wait = on_wait
        self._handle: IO[str] | None = None

    def acquire(self) -> None:
        """Take the lock, waiting for its holder. Raises RigonomicsError when patience ends or the folder is not writable."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            handle = self._path.open("a+", encoding="utf-8")
        except OSError as error:
            raise RigonomicsError(
                f"{self._path.parent} cannot be written: {error.strerror}.",
                "Make it writable, or set RIGONOMICS_CURATED.",
            ) from error
        deadline, told = time.monotonic() + self._patience_s, False
        while not _try_lock(handle, self._path):
            if not told:
                self._on_wait(f"Waiting for another refresh ({_holder(handle)}).")
                told = True
            if time.monotonic() > deadline:
                holder = _holder(handle)
                handle.close()
                raise RigonomicsError(f"Another refresh is still running ({holder}).", "Wait for it, or end it.")
            time.sleep(POLL_S)
        self._handle = handle
        with suppress(OSError):  # a full disk: the lock holds without the name of its holder
            handle.seek(0)
            handle.truncate()
            json.dump({"pid": os.getpid()}, handle)
            handle.flush()

    def release(self) -> None:
        """Let the next one in."""
        if self._handle is not None:
            with suppress(OSError):
                self._handle.close()
            self._handle = None


def _try_lock(handle: IO[str], path: Path) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise RigonomicsError(
            f"{path} cannot be locked: {error.strerror}.", "Set RIGONOMICS_CURATED to a folder on a local disk."
        ) from error
    return True


def _holder(handle: IO[str]) -> str:
    handle.seek(0)
    try:
        return f"process {json.loads(handle.read())['pid']}"
    except (ValueError, KeyError):
        return "just starting"
