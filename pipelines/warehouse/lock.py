"""One refresh at a time: a lock that the operating system lets go of when its holder ends, however it ends."""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import RigonomicsError

POLL_S = 0.1


class RefreshLock:
    """Held while a refresh builds, publishes and renders. `on_wait` gets one message, of who is waited for."""

    def __init__(self, path: Path, patience_s: float, on_wait: Callable[[str], None]) -> None:
        self._path = path
        self._patience_s = patience_s
        self._on_wait = on_wait
        # the thread that lets go need not be the one that took it
        self._lock = FileLock(path, thread_local=False)

    def acquire(self) -> None:
        """Take the lock, waiting for its holder. Raises RigonomicsError when patience ends or the folder is not
        writable."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._take()
        except OSError as error:
            raise RigonomicsError(
                f"{self._path} cannot be locked: {error.strerror}.",
                "Make its folder writable, or set RIGONOMICS_CURATED to a folder on a local disk.",
            ) from error
        with suppress(OSError):  # a full disk: the lock holds without the name of its holder
            self._path.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")

    def _take(self) -> None:
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            self._on_wait(f"Waiting for another refresh ({self._holder()}).")
            try:
                self._lock.acquire(timeout=self._patience_s, poll_interval=POLL_S)
            except Timeout:
                raise RigonomicsError(
                    f"Another refresh is still running ({self._holder()}).", "Wait for it, or end it."
                ) from None

    def release(self) -> None:
        """Let the next one in."""
        with suppress(OSError):
            self._lock.release()

    def _holder(self) -> str:
        try:
            return f"process {json.loads(self._path.read_text(encoding='utf-8'))['pid']}"
        except (OSError, ValueError, KeyError, TypeError):
            return "just starting"
