"""Declared public feeds fetched from their addresses: each by itself, each a snapshot of its day, refused rather than
taken wrong.

Nothing is fetched but from an address that a file of data/feeds declares. What cannot be had, has another shape, lost
rows or holds figures far from what is known is refused with the reason; the last good snapshot stays what counts.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from pipelines.contracts.catalogue import Catalogue
from pipelines.contracts.toml import nearest
from pipelines.contracts.vocabulary import Vocabulary
from pipelines.errors import RigonomicsError
from pipelines.importing.feeds import Feed, recognised
from pipelines.importing.fetching import Limits
from pipelines.importing.origins import read_page
from pipelines.importing.proposal import Origin
from pipelines.importing.snapshots import Arrival, arrive, check_not_shrunken, known_observations
from pipelines.project import Project

DIGEST = "download.sha256"
"""File in a snapshot with the digest of what was fetched, so that the same bytes are known again."""
SUBJECT = (
    "attribute",
    "hardware_id",
    "model_id",
    "place",
    "sector",
    "provider",
    "region",
    "purchase",
    "count",
    "hours",
    "tax",
)
SUBJECT_OF_RATES = ("attribute", "currency")


@dataclass(frozen=True)
class Update:
    """What came of a feed: what was kept, or why not. taken: observations; folder: of the snapshot, from the
    project's root."""

    feed: str
    taken: int = 0
    rejected: int = 0
    quarantined: int = 0
    folder: str = ""
    unchanged: str = ""
    failed: str = ""


def wanted(feeds: Sequence[Feed], names: Sequence[str]) -> list[Feed]:
    """The feeds of these names, or all that have an address. Raises RigonomicsError for one that cannot be fetched."""
    known = {feed.name: feed for feed in feeds}
    for name in names:
        if name not in known:
            raise RigonomicsError(f"There is no feed {name!r}.", nearest(name, known))
        if not known[name].address:
            raise RigonomicsError(
                f"data/feeds/{name}.toml declares no address.", "Save the file and import it, or declare an address."
            )
    return [known[name] for name in dict.fromkeys(names)] or [feed for feed in feeds if feed.address]


def update(
    project: Project, feed: Feed, on: date, vocabulary: Vocabulary, catalogue: Catalogue, limits: Limits | None = None
) -> Update:
    """Fetch a feed and keep it as the snapshot of the day; never raises for what is wrong with the feed."""
    try:
        return _update(project, feed, on, vocabulary, catalogue, limits)
    except RigonomicsError as error:
        return Update(feed.name, failed=str(error))


def last_day(project: Project, feed: Feed) -> str:
    """Day of the last snapshot of a feed; '' if there is none."""
    folder = _last(project, feed)
    return folder.name if folder else ""


def _last(project: Project, feed: Feed) -> Path | None:
    return max((project.raw / feed.name).glob("????-??-??"), default=None)


def _update(
    project: Project, feed: Feed, on: date, vocabulary: Vocabulary, catalogue: Catalogue, limits: Limits | None
) -> Update:
    document, content = read_page(feed.address, limits)
    digest = hashlib.sha256(content).hexdigest()
    last = _last(project, feed)
    if last is not None and (last / DIGEST).is_file() and (last / DIGEST).read_text(encoding="utf-8").strip() == digest:
        return Update(feed.name, unchanged=f"the same as on {last.name}", folder=project.relative(last))
    if last is not None and last.name >= on.isoformat():
        return Update(feed.name, unchanged=f"a snapshot of {last.name} is there already", folder=project.relative(last))
    proposals = recognised(document, [feed], feed.name, {}, on, vocabulary, catalogue)
    if not proposals or not any(proposal.reads for proposal in proposals):
        raise RigonomicsError(f"{feed.address} holds no record of {feed.name}.", f"Fix data/feeds/{feed.name}.toml.")
    tables = [proposal.table for proposal in proposals]
    check_not_shrunken(project, feed.name, tables, feed.address, feed.least_share)
    origin = Origin(
        source_id=feed.name, title=feed.title, publisher=feed.publisher, url=feed.address, published_on="",
        document=feed.address.rsplit("/", 1)[-1], licence=feed.licence or "facts only",
    )  # fmt: skip
    tried = arrive(project, origin, on, proposals, vocabulary, catalogue, keep=False)
    _check_not_poisoned(project, feed, tried, vocabulary, catalogue)
    arrival = arrive(project, origin, on, proposals, vocabulary, catalogue, keep=True, beside={DIGEST: f"{digest}\n"})
    return Update(
        feed.name, arrival.observed.observations.height, arrival.observed.rejected.height, arrival.quarantined.height,
        arrival.folder,
    )  # fmt: skip


def _check_not_poisoned(
    project: Project, feed: Feed, arrival: Arrival, vocabulary: Vocabulary, catalogue: Catalogue
) -> None:
    """Raises RigonomicsError if more figures than the declared share are far from the feed's last ones, or held
    back."""
    read, held = arrival.observed.observations, arrival.quarantined.height
    if not read.height and not held:
        raise RigonomicsError(
            "Nothing in it could be read, so nothing is kept.", "rigonomics import --dry-run shows why."
        )
    last = _last(project, feed)
    known = known_observations(project, vocabulary, catalogue) if last else pl.DataFrame()
    far, example = 0, ""
    if last is not None and known.height:
        before = known.filter(pl.col("raw_file").str.starts_with(f"{project.relative(last)}/"))
        key = list(SUBJECT_OF_RATES if feed.kind == "fx_rate" else SUBJECT)
        typical = before.group_by(key).agg(
            pl.col("value_low").min().alias("low"), pl.col("value_high").max().alias("high")
        )
        moved = read.join(typical, on=key, how="inner", nulls_equal=True).filter(
            (pl.col("value_high") * feed.factor < pl.col("low")) | (pl.col("value_low") > pl.col("high") * feed.factor)
        )
        far = moved.height
        example = "" if moved.is_empty() else ", such as " + " ".join(
            str(part) for part in moved.select("raw_text", "attribute", *key[1:3]).row(0) if part is not None
        )  # fmt: skip
    share = (far + held) / max(read.height + held, 1)
    if share > feed.most_moved:
        raise RigonomicsError(
            f"{share:.0%} of its figures are more than {feed.factor:g} times off the last ones or outside the range of "
            f"their kind{example}: it is not kept.",
            "If they are right, save the file and import it.",
        )
