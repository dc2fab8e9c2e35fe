"""Vega-Lite compiled to Vega in a process of its own, so that the page need not load Vega-Lite.

The compiler holds the interpreter that it runs in: a third of a second to start, some 10 ms a chart. Beside the pages'
cells it costs them neither. Run as a script, this file is that process: a spec a line in, a compiled one or what is
wrong a line out.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any


class Compiler:
    """Compiles specs one after the other, while whoever hands them in goes on."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            encoding="utf-8",
            # It ends when its input does; an interrupt meant for the cells is not for it.
            start_new_session=True,
        )
        self._thread = ThreadPoolExecutor(1)

    def submit(self, spec: Mapping[str, Any]) -> Future[dict[str, Any]]:
        """The Vega of a Vega-Lite spec, some time. It raises ValueError with the compiler's own words if that
        refuses it."""
        return self._thread.submit(self._ask, spec)

    def _ask(self, spec: Mapping[str, Any]) -> dict[str, Any]:
        sent, received = self._process.stdin, self._process.stdout
        if sent is None or received is None:
            raise RuntimeError("The process that compiles charts has no pipes.")
        sent.write(json.dumps(spec, default=str) + "\n")
        sent.flush()
        line = received.readline()
        if not line:
            raise RuntimeError("The process that compiles charts died.")
        answer: dict[str, Any] = json.loads(line)
        if "refused" in answer:
            raise ValueError(f"Vega-Lite refused the chart: {answer['refused']}")
        vega: dict[str, Any] = answer["vega"]
        return vega


def main() -> None:
    """Answer until the other side closes its end."""
    import vl_convert

    vl_convert.vegalite_to_vega({"mark": "point", "data": {"values": []}, "encoding": {}})
    for line in sys.stdin:
        try:
            vega = vl_convert.vegalite_to_vega(json.loads(line))
            vega.pop("$schema", None)
            answer = {"vega": vega}
        except ValueError as error:
            answer = {"refused": str(error).split("Stack backtrace")[0].strip()}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.stdin.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    main()
