"""`rigonomics changes`: what the last refresh moved, by how much, and which answers changed with it."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pipelines.cli.printing import FORMATS
from pipelines.project import locate

if TYPE_CHECKING:
    import duckdb

SHOWN = 12
"""Lines of each kind that are listed; the table `changes` has them all."""
REFRESHES = (
    "select refresh_id, refreshed_at, as_of, changes from refreshes order by is_latest desc, refreshed_at desc limit 2"
)
HELD = """
    select cell_place(raw_file, raw_row, column_name), reason
    from quarantined_rows
    where released_by is null
    order by raw_file, raw_row, column_name, reason
"""
HEADINGS = {
    "price": "prices",
    "system_cost": "what systems cost",
    "cheapest": "the cheapest system, USD per million tokens",
    "order": "systems that changed places",
    "payback": "paybacks that crossed the life of the machine",
}
LINES = {
    "price": """
        select
            coalesce(name, subject) || ', ' || about as item,
            before_value,
            after_value,
            change_percent
        from changes
        where what = 'price'
        order by abs(change_percent) desc nulls last, item
    """,
    "system_cost": """
        select coalesce(name, subject) as item, before_value, after_value, change_percent
        from changes
        where what = 'system_cost'
        order by abs(change_percent) desc nulls last, item
    """,
    "cheapest": """
        select
            subject || ', ' || scenario_id || ': ' || coalesce(before_text, 'none') || ' -> '
                || coalesce(after_text, 'none') as item,
            before_value,
            after_value,
            change_percent
        from changes
        where what = 'cheapest'
        order by item
    """,
    "order": """
        select
            split_part(about, ' before ', 1) || ': ' || after_text as item,
            null as before_value,
            null as after_value,
            null as change_percent
        from changes
        where what = 'order'
        group by item
        order by item
    """,
    "payback": """
        select
            coalesce(any_value(name), subject) || ', ' || scenario_id || ': ' || after_text || ' against ' || count(*)
                || if(count(*) = 1, ' rate', ' rates') as item,
            min(before_value) as before_value,
            min(after_value) as after_value,
            null as change_percent
        from changes
        where what = 'payback'
        group by subject, scenario_id, after_text
        order by item
    """,
}
"""For each kind of change what to print: the item, the figures before and after, the change in percent."""


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "changes",
        help="what the last refresh moved, and which answers changed",
        description="Compare the published tables with those that they replaced: prices and system costs that moved, "
        "and the answers that changed with them. The table `changes` holds every row.",
    )
    command.add_argument("--all", action="store_true", help=f"every line, not {SHOWN} of each kind")
    command.add_argument(
        "--format", choices=FORMATS, default=None, help="print the rows of the table `changes` instead"
    )
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the changes of the last refresh."""
    from pipelines.cli.query import answer
    from pipelines.warehouse.reading import open_published

    with open_published(locate()) as connection:
        if options.format is not None:
            print(answer(connection, "from changes", options.format))
        else:
            print("\n".join(told(connection, None if options.all else SHOWN)))
    return 0


def told(connection: "duckdb.DuckDBPyConnection", limit: int | None) -> list[str]:
    """The changes in words."""
    latest, *before = connection.execute(REFRESHES).fetchall()
    if not before or latest[3] is None:
        return [f"{_named(latest)} has nothing before it to compare with."]
    lines = [f"{_named(latest)} against {_named(before[0])}:"]
    for what, query in LINES.items():
        rows = connection.execute(query).fetchall()
        if rows:
            lines += ["", HEADINGS[what]]
            lines += [f"  {_line(*row)}" for row in rows[:limit]]
            if limit is not None and len(rows) > limit:
                lines.append(f"  and {len(rows) - limit} more (rigonomics changes --all)")
    if len(lines) == 1:
        lines = [f"{lines[0]} no price and no answer changed."]
    return lines + _held_back(connection, limit)


def _held_back(connection: "duckdb.DuckDBPyConnection", limit: int | None) -> list[str]:
    """The figures that no answer knows, because the guard holds them back until somebody vouches for them."""
    rows = connection.execute(HELD).fetchall()
    if not rows:
        return []
    lines = ["", f"held back, {len(rows)} in all (rigonomics release lets a true one through)"]
    lines += [f"  {place}: {reason}" for place, reason in rows[:limit]]
    return lines + (
        [f"  and {len(rows) - limit} more (rigonomics changes --all)"] if limit and len(rows) > limit else []
    )


def _named(refresh: Sequence[Any]) -> str:
    _, when, as_of, _ = refresh
    return f"the refresh of {when:%Y-%m-%d %H:%M} UTC (as of {as_of})"


def _line(item: str, before: float | None, after: float | None, percent: float | None) -> str:
    if before is None and after is None:
        return item
    change = "" if percent is None else f" ({percent:+.1f} %)"
    return f"{item}: {_figure(before)} -> {_figure(after)}{change}"


def _figure(value: float | None) -> str:
    if value is None:
        return "none"
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
