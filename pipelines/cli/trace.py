"""`rigonomics trace`: any row back through its formulas and inputs to the cells it rests on, as a tree.

How the tree is made lives in tree.py, which this loads when it is asked to print one.
"""

import argparse
from typing import Any

from pipelines.project import locate


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "trace",
        help="where a row comes from, down to the cells",
        description="Print what a row was made from as a tree: its figures, the formulas they come from, its inputs, "
        "and in the end file, row, column and text of every cell. KEY is the values of the table's primary key, in "
        "order; leave out the last ones to be shown what there is.",
        epilog="example: rigonomics trace power_cost maxq-1x always_on",
    )
    command.add_argument("table", metavar="TABLE", help="a table")
    command.add_argument("key", metavar="KEY", nargs="*", help="values of its primary key")
    command.add_argument("--depth", type=int, default=50, metavar="N", help="steps to follow (default: all)")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the tree of one row."""
    from pipelines.cli.tree import trace
    from pipelines.warehouse.reading import open_published

    project = locate()
    with open_published(project) as connection:
        for line in trace(project, connection, options.table, options.key, options.depth):
            print(line)
    return 0
