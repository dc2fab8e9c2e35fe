"""`rigonomics open`: the rendered report in the browser."""

import argparse
from typing import Any

from pipelines.errors import NothingPublished
from pipelines.project import locate


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "open", help="the report, in the browser", description="Open the rendered report in the default browser."
    )
    command.set_defaults(run=run)


def run(_options: argparse.Namespace) -> int:
    """Open the report and say where it is."""
    import webbrowser

    page = locate().site / "index.html"
    if not page.is_file():
        raise NothingPublished(f"There is no report at {page} yet.", "Run: rigonomics refresh")
    print(page)
    webbrowser.open(page.as_uri())
    return 0
