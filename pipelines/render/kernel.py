"""An IPython kernel that runs the cells of pages, one page after the other, each from an empty namespace.

What becomes of a cell's output is decided elsewhere. The kernel talks over a socket file, not over a TCP port.
"""

import contextlib
import os
import queue
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager

from pipelines.errors import RigonomicsError

SECONDS_A_CELL = 120.0
SECONDS_TO_START = 60.0
_ANSI = re.compile(r"\x1b\[[0-9;]*m")
_FRAME = re.compile(r"Cell In\[\d+\], line (\d+)|<ipython-input[^>]*>:(\d+)")


class CellRaised(Exception):
    """A cell ended in an exception: its name, its message, and the line of the cell where it arose (1 is the first)."""

    def __init__(self, name: str, message: str, line: int) -> None:
        super().__init__(f"{name}: {message}")
        self.name, self.message, self.line = name, message, line


class ExpressionRaised(Exception):
    """An expression ended in an exception: its position among those asked for, the exception's name, its message."""

    def __init__(self, position: int, name: str, message: str) -> None:
        super().__init__(f"{name}: {message}")
        self.position, self.name, self.message = position, name, message


@dataclass
class Outputs:
    """What a cell gave: what it printed, what it displayed (one MIME bundle each, in order), what it said on stderr.

    `values` are the MIME bundles of the expressions evaluated after it.
    """

    printed: str = ""
    displayed: list[Mapping[str, str]] = field(default_factory=list)
    stderr: str = ""
    values: list[Mapping[str, str]] = field(default_factory=list)


class _ThisInterpreter(KernelSpecManager):
    """Starts the kernel with the interpreter that runs the renderer, whatever kernels are installed."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        quiet = ["--HistoryManager.enabled=False", "--InteractiveShell.cache_size=0"]
        return KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", *quiet],
            display_name=kernel_name,
            language="python",
        )


class Kernel:
    """A running kernel. Use it in a `with` statement.

    `folder` is where cells run, and what they import from; `environment` is added to this process's own.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._own = Path(tempfile.mkdtemp(prefix="report-"))
        self._manager = KernelManager(
            kernel_spec_manager=_ThisInterpreter(),
            transport="ipc",
            connection_file=str(self._own / "kernel.json"),
        )
        self._manager.start_kernel(
            cwd=str(folder), env={**os.environ, **environment, "IPYTHONDIR": str(self._own), "PYTHONSAFEPATH": ""}
        )
        self._client: BlockingKernelClient | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._client is not None:
            self._client.stop_channels()
        with contextlib.suppress(RuntimeError):
            self._manager.shutdown_kernel(now=True)
        shutil.rmtree(self._own, ignore_errors=True)

    def kill(self) -> None:
        """End it at once, whatever it runs: whoever waits for that is told that the kernel died."""
        if (process := getattr(self._manager.provisioner, "process", None)) is not None:
            process.kill()

    def forget(self) -> None:
        """Empty the namespace; imported modules stay loaded."""
        self.run("get_ipython().reset(new_session=False)")

    def run(self, code: str, expressions: tuple[str, ...] = ()) -> Outputs:
        """Run a cell, then evaluate the expressions of the text after it: both in one message, for each costs some 3 ms.

        Raises CellRaised or ExpressionRaised if one of them ends in an exception, RigonomicsError if the kernel dies or
        takes too long.
        """
        client = self._connected()
        sent = client.execute(
            code,
            store_history=False,
            allow_stdin=False,
            user_expressions={str(position): expression for position, expression in enumerate(expressions)},
        )
        outputs = Outputs()
        latest = time.monotonic() + SECONDS_A_CELL
        while True:
            try:
                message = client.get_iopub_msg(timeout=0.5)
            except queue.Empty:
                if not self._manager.is_alive():
                    raise RigonomicsError("the kernel died.", "Look for a cell that exhausts the memory.") from None
                if time.monotonic() > latest:
                    raise RigonomicsError(
                        f"it ran for more than {SECONDS_A_CELL:.0f} s.",
                        "Compute it in analysis/ and only read it here.",
                    ) from None
                continue
            if message["parent_header"].get("msg_id") != sent:
                continue
            content = message["content"]
            match message["msg_type"]:
                case "stream" if content["name"] == "stdout":
                    outputs.printed += content["text"]
                case "stream":
                    outputs.stderr += content["text"]
                case "display_data" | "execute_result":
                    outputs.displayed.append(content["data"])
                case "error":
                    raise CellRaised(content["ename"], _ANSI.sub("", content["evalue"]), _line(content["traceback"]))
                case "status" if content["execution_state"] == "idle":
                    break
        while True:
            reply = client.get_shell_msg(timeout=SECONDS_A_CELL)
            if reply["parent_header"].get("msg_id") == sent:
                break
        for position in range(len(expressions)):
            answer = reply["content"]["user_expressions"][str(position)]
            if answer["status"] == "error":
                raise ExpressionRaised(position, answer["ename"], _ANSI.sub("", answer["evalue"]))
            outputs.values.append(answer["data"])
        return outputs

    def _connected(self) -> BlockingKernelClient:
        """The client, once the kernel answers and its output arrives. (The library's own wait idles on top of that.)"""
        if self._client is not None:
            return self._client
        client = self._manager.client()
        client.start_channels()
        latest = time.monotonic() + SECONDS_TO_START
        while True:
            client.kernel_info()
            with contextlib.suppress(queue.Empty):
                client.get_shell_msg(timeout=1)
                client.get_iopub_msg(timeout=0.2)
                break
            if not self._manager.is_alive() or time.monotonic() > latest:
                client.stop_channels()
                raise RigonomicsError(
                    "The kernel that runs the report's cells did not start.",
                    f"Try it by itself: {sys.executable} -m ipykernel_launcher",
                )
        self._client = client
        return client


def _line(traceback: list[str]) -> int:
    found = _FRAME.search(_ANSI.sub("", "\n".join(traceback)))
    return int(found[1] or found[2]) if found else 1
