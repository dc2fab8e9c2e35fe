"""The `rigonomics` command: one module for each subcommand, none of which does the work itself.

Exit codes: 0 done, 1 a mistake to mend, 2 a declaration or the command line is wrong, 3 a blocking check failed,
4 nothing is published yet, 130 interrupted.
"""

import argparse
import sys
from collections.abc import Sequence

from pipelines import __version__
from pipelines.cli import browse, changes, importing, price, query, run, site, trace
from pipelines.errors import RigonomicsError

DESCRIPTION = """\
What a machine for local language models costs: per token, against renting, and on the electricity bill.

  rigonomics refresh                        read data/raw, compute, check, publish, render
  rigonomics price add "RTX 5090" 2899 --condition street
  rigonomics import page.html --dry-run     the tables of a file or page, as a new snapshot
  rigonomics changes                        what moved, and which answers changed
  rigonomics sql "from cost_per_token"      ask the published tables
  rigonomics tables cost_per_token          what a table's columns mean
  rigonomics trace power_cost maxq-1x heavy where a row comes from, down to the cells
  rigonomics open                           the report, in the browser
  rigonomics publish public                 report and data as a folder for any static host
"""
EXIT_CODES = "exit codes: 0 done; 1 a mistake to mend; 2 a wrong declaration or command line; 3 a blocking check failed; 4 nothing published yet"


def parser() -> argparse.ArgumentParser:
    """The command line, for parsing and for the tests that pin its help."""
    root = argparse.ArgumentParser(
        prog="rigonomics",
        description=DESCRIPTION,
        epilog=EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    root.add_argument("--version", action="version", version=f"rigonomics {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (run, price, importing, changes, query, trace, browse, site):
        module.add_to(commands)
    return root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except RigonomicsError as error:
        print(f"rigonomics: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("rigonomics: interrupted; what was published stands as it was.", file=sys.stderr)
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 0
