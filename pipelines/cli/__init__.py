"""The `rigonomics` command: one module for each subcommand, none of which does the work itself.

Exit codes: 0 done, 1 a mistake to fix, 2 a declaration or the command line is wrong, 3 a blocking check failed,
4 nothing is published yet, 5 a bug, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module

from pipelines import __version__
from pipelines.cli.terminal import guarded
from pipelines.errors import RigonomicsError

DESCRIPTION = """\
What a machine for local language models costs: per token, against renting, and on the electricity bill.

  rigonomics refresh                        read data/raw, compute, check, publish, render
  rigonomics price add "RTX 5090" 2899 --condition street
  rigonomics import page.html --dry-run     the tables of a file or page, as a new snapshot
  rigonomics update                         fetch the declared public feeds, then refresh
  rigonomics changes                        what moved, and which answers changed
  rigonomics predict "2x RTX 3090" "Llama 3 70B" Q4_K_M
  rigonomics sql "from cost_per_token"      ask the published tables
  rigonomics tables cost_per_token          what a table's columns mean
  rigonomics trace power_cost maxq-1x heavy where a row comes from, down to the cells
  rigonomics open                           the report, in the browser
  rigonomics publish public                 report and data as a folder for any static host
"""
EXIT_CODES = (
    "exit codes: 0 done; 1 a mistake to fix; 2 a wrong declaration or command line; 3 a blocking check failed; "
    "4 nothing published yet; 5 a bug"
)
MODULES = {
    "run": ("refresh", "check"), "price": ("price",), "importing": ("import",), "update": ("update",),
    "catalogue": ("catalogue", "release"),
    "changes": ("changes",), "predict": ("predict",), "query": ("sql", "tables"), "trace": ("trace",),
    "browse": ("open",), "site": ("publish", "serve"),
}  # fmt: skip
"""The modules of this package by the commands that they add, in the order of the help."""
BUG = 5
"""The exit code of what should not have happened."""


def parser(asked: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The command line, for parsing and for the tests that pin its help: of the command asked for alone, if it is
    known."""
    root = argparse.ArgumentParser(
        prog="rigonomics",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"rigonomics {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    needed = [name for name, added in MODULES.items() if asked and asked[0] in added]
    for name in needed or MODULES:
        import_module(f"pipelines.cli.{name}").add_to(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code. What a terminal is shown cannot steer it."""
    with redirect_stdout(guarded(sys.stdout)), redirect_stderr(guarded(sys.stderr)):
        return _run(arguments)


def _run(arguments: Sequence[str] | None) -> int:
    asked = sys.argv[1:] if arguments is None else list(arguments)
    options = parser(asked).parse_args(asked)
    try:
        return int(options.run(options))
    except RigonomicsError as error:
        print(f"rigonomics: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("rigonomics: interrupted; what was published is as it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except Exception as error:
        print(f"rigonomics: this should not have happened: {_in_short(error)}", file=sys.stderr)
        print(f"  {_written_down(asked)}", file=sys.stderr)
        return BUG


def _in_short(error: Exception) -> str:
    first = (str(error).strip().splitlines() or [""])[0]
    return f"{type(error).__name__}: {first}"[:300]


def _written_down(asked: Sequence[str]) -> str:
    """Where the traceback went, in words; it is written for whoever fixes the bug."""
    import tempfile
    import traceback

    report = f"rigonomics {__version__}, Python {sys.version}\narguments: {asked!r}\n\n{traceback.format_exc()}"
    try:
        with tempfile.NamedTemporaryFile(
            "w", prefix="rigonomics-", suffix=".txt", delete=False, encoding="utf-8"
        ) as file:
            file.write(report)
    except OSError:
        return report
    return f"What was published is as it was. The details are in {file.name}; please report them."
