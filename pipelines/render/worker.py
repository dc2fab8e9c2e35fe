"""A process that runs the cells of pages, one page after the other, each from an empty namespace.

A cell's last expression is displayed, as a notebook does it: by its `_repr_markdown_`, else `_repr_html_`, else its
text. What becomes of that is decided elsewhere. Modules that one page imports stay loaded for the next.
"""

import ast
import contextlib
import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pipelines.errors import RigonomicsError

SECONDS_A_STEP = 120.0
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from pipelines.render.worker import serve; serve(int(sys.argv[2]))"
)


@dataclass(frozen=True)
class Step:
    """What is run at once: the code of a cell (may be empty), then the expressions of the text after it."""

    code: str
    expressions: tuple[str, ...] = ()


@dataclass
class Outputs:
    """What a step gave: printed text, displayed values (a text for each MIME type), what was said on stderr.

    `values` are the expressions' values, shown likewise; a str there has its text as it is. `raised` is the name and
    the message of an exception that ended the step, with the line of the cell where it arose (1 is the first) or the
    position of the expression.
    """

    printed: str = ""
    displayed: list[Mapping[str, str]] = field(default_factory=list)
    stderr: str = ""
    values: list[Mapping[str, str]] = field(default_factory=list)
    raised: tuple[str, str] | None = None
    line: int | None = None
    position: int | None = None


class Worker:
    """A running process. Use it in a `with` statement, which kills it at the end, whatever it runs.

    `folder` is where cells run, and what they import from; `environment` is added to this process's own.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self._pipe, theirs = Pipe()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(Path(__file__).parents[2]), str(theirs.fileno())],
                cwd=folder,
                env={**os.environ, **environment},
                pass_fds=[theirs.fileno()],
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._process.wait()
        self._pipe.close()

    def kill(self) -> None:
        """End it at once: whoever waits for a step gets a message that it died."""
        self._process.kill()

    def start_page(self) -> None:
        """Empty the namespace."""
        self._pipe.send(None)

    def run(self, step: Step) -> Outputs:
        """Raises RigonomicsError if the process dies or takes too long; what a cell raised is in the outputs."""
        try:
            self._pipe.send(step)
            if not self._pipe.poll(SECONDS_A_STEP):
                raise RigonomicsError(
                    f"it ran for more than {SECONDS_A_STEP:.0f} s.", "Compute it in analysis/ and only read it here."
                )
            outputs: Outputs = self._pipe.recv()
        except (EOFError, OSError):
            raise RigonomicsError(
                "the process that ran it died.", "Look for a cell that exhausts the memory."
            ) from None
        return outputs


def serve(descriptor: int) -> None:
    """Run in the new process until the other end closes. `descriptor` is the pipe's, as inherited."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is the other process's to act on
    sys.path.insert(0, str(Path.cwd()))
    pipe = Connection(descriptor)
    names: dict[str, Any] = {}
    with contextlib.suppress(EOFError, OSError):
        while True:
            step = pipe.recv()
            if step is None:
                names = {"__name__": "__main__"}
            else:
                pipe.send(run(step, names))


def run(step: Step, names: dict[str, Any]) -> Outputs:
    """Run `step` in the namespace `names`."""
    outputs, printed, stderr = Outputs(), io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(stderr):
        try:
            outputs.displayed = _run_cell(step.code, names)
            for outputs.position, expression in enumerate(step.expressions):
                outputs.values.append(_shown(eval(expression, names), is_inline=True))
        except BaseException as error:
            outputs.raised = type(error).__name__, str(error)
            outputs.line = _line(error)
    outputs.printed, outputs.stderr = printed.getvalue(), stderr.getvalue()
    return outputs


def _run_cell(code: str, names: dict[str, Any]) -> list[Mapping[str, str]]:
    tree = ast.parse(code, "<cell>")
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if not isinstance(last, ast.Expr):
        return []
    value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
    return [] if value is None else [_shown(value, is_inline=False)]


def _shown(value: Any, is_inline: bool) -> Mapping[str, str]:
    for method, kind in (("_repr_markdown_", "text/markdown"), ("_repr_html_", "text/html")):
        if (text := getattr(value, method, None)) is not None:
            return {kind: str(text())}
    return {"text/plain": value if is_inline and isinstance(value, str) else repr(value)}


def _line(error: BaseException) -> int:
    """The last line of the cell on the way to the error."""
    if isinstance(error, SyntaxError) and error.filename == "<cell>":
        return error.lineno or 1
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == "<cell>"]
    return lines[-1] if lines and lines[-1] else 1
