"""`rigonomics update`: the declared public feeds, fetched when asked for."""

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.cli import run as refreshing
from pipelines.project import locate

if TYPE_CHECKING:
    from pipelines.importing.feeds import Feed
    from pipelines.importing.updating import Update


def add_to(commands: Any) -> None:
    """Add the subcommand."""
    command = commands.add_parser(
        "update",
        help="fetch the declared public feeds, then refresh",
        description="Fetch public feeds from the addresses that data/feeds declares, each as a snapshot of today under "
        "data/raw, then refresh. A feed that cannot be had, has changed its shape, lost rows or holds figures far from "
        "the last ones is refused; its last good snapshot stays, and the others are taken. Nothing is fetched unless "
        "asked for here.",
        epilog="example: rigonomics update ecb-daily openrouter",
    )
    command.add_argument("feed", metavar="FEED", nargs="*", help="feeds to fetch (default: all that have an address)")
    command.add_argument(
        "--list", action="store_true", help="list the feeds with address, licence and terms; fetch nothing"
    )
    command.add_argument("--no-refresh", action="store_true", help="do not refresh afterwards")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Fetch each feed, say what came of it, refresh if anything was taken; 1 if any failed."""
    from pipelines.contracts.catalogue import load_catalogue
    from pipelines.contracts.vocabulary import load_vocabulary
    from pipelines.importing.feeds import load_feeds
    from pipelines.importing.updating import last_day, update, wanted

    project = locate()
    feeds = wanted(load_feeds(project), options.feed)
    if options.list:
        for feed in feeds:
            print("\n".join(_terms(feed, f"last taken {last_day(project, feed) or 'never'}")))
        return 0
    vocabulary, catalogue = load_vocabulary(project.vocabulary), load_catalogue(project.catalogue)
    outcomes = []
    for feed in feeds:
        print("\n".join(_terms(feed, "")), flush=True)
        outcomes.append(update(project, feed, date.today(), vocabulary, catalogue))
        print(f"  {_told(outcomes[-1])}", flush=True)
    failed = [outcome.feed for outcome in outcomes if outcome.failed]
    if failed:
        print(f"not taken: {', '.join(failed)}; what was known of them stays")
    code = 0
    if any(outcome.taken for outcome in outcomes) and not options.no_refresh:
        code = refreshing.run(argparse.Namespace(force=False, as_of=None, no_report=False, quiet=False, without=[]))
    return code or int(bool(failed))


def _terms(feed: "Feed", more: str) -> list[str]:
    lines = [f"{feed.name}: {feed.title}", f"  {feed.address}"]
    lines += [f"  licence: {feed.licence or 'none is stated'}; terms: {feed.terms or 'none are stated'}"]
    return lines + ([f"  {more}"] if more else [])


def _told(outcome: "Update") -> str:
    if outcome.failed:
        return f"refused: {outcome.failed}"
    if outcome.unchanged:
        return f"unchanged: {outcome.unchanged} ({outcome.folder})"
    held = f", {outcome.quarantined} quarantined" if outcome.quarantined else ""
    return f"{outcome.taken} observations, {outcome.rejected} rejected{held}; kept in {outcome.folder}"
