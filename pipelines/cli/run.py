"""`rigonomics refresh` and `rigonomics check`: progress while they run, and at the end what was read, rejected,
published."""

import argparse
import sys
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.cli.terminal import beneath, visible_cell
from pipelines.errors import ContractError
from pipelines.fingerprint import State, pending, read_state
from pipelines.project import Project, locate

if TYPE_CHECKING:
    from pipelines.refresh import Summary

SHOWN_FILES = 5
"""Unreadable files that the summary lists; the table rejected_rows has them all."""
SHOWN_WARNINGS = 12
"""Warnings of the renderer that the summary lists."""


def add_to(commands: Any) -> None:
    """Add the subcommands."""
    command = commands.add_parser(
        "refresh",
        help="read what changed in data/raw, compute, check, publish, render",
        description="Read every changed table under data/raw, compute, check, and publish the database, its Parquet "
        "and the report. If nothing has changed, nothing is done. If a blocking check fails nothing is published and "
        "the last good state stays.",
    )
    command.add_argument("--no-report", action="store_true", help="publish the database and Parquet only")
    command.add_argument(
        "--force", action="store_true", help="read and compute everything, whether it has changed or not"
    )
    _add_common(command)
    command.add_argument(
        "--max-file-mb",
        metavar="MB",
        type=float,
        help="refuse if a file of data/raw is larger (default: any size is read)",
    )
    command.set_defaults(run=run)
    check = commands.add_parser(
        "check",
        help="all that refresh does up to publishing",
        description="Read, compute and check as refresh does, and print the same; nothing is published.",
    )
    _add_common(check)
    check.set_defaults(run=run_check)


def _add_common(command: argparse.ArgumentParser) -> None:
    command.add_argument("--as-of", metavar="DAY", type=day, help="show what was known on that day, as 2025-12-31")
    command.add_argument(
        "--without", metavar="SOURCE", action="append", default=[], help="leave this source of data/raw out; repeatable"
    )
    command.add_argument("--quiet", action="store_true", help="no progress, only the summary")


def run(options: argparse.Namespace) -> int:
    """Refresh and print the summary; done at once if nothing has changed."""
    project = locate()
    if not options.force and options.max_file_mb is None and _is_done(project, options):
        print(_nothing(project))
        return _exit_code(read_state(project))
    from pipelines.refresh import refresh

    summary = refresh(
        project,
        as_of=options.as_of,
        with_report=not options.no_report,
        force=options.force,
        without=options.without,
        max_file_mb=options.max_file_mb,
        notify=_silent if options.quiet else _Progress(),
    )
    if summary.published is None and summary.report is None:
        _clear_progress()
        print(_nothing(project))
    else:
        print(_told(summary, project))
    return _exit_code(summary)


def run_check(options: argparse.Namespace) -> int:
    """Check and print the summary."""
    project = locate()
    from pipelines.refresh import check

    notify = _silent if options.quiet else _Progress()
    summary = check(project, as_of=options.as_of, without=options.without, notify=notify)
    print(_told(summary, project))
    return _exit_code(summary)


def _is_done(project: Project, options: argparse.Namespace) -> bool:
    with_report = not options.no_report
    return pending(project, options.as_of, with_report=with_report, without=options.without) == "nothing"


def _exit_code(outcome: "Summary | State | None") -> int:
    """0, or that of a wrong contract although everything else was done."""
    return ContractError.exit_code if outcome and outcome.faults else 0


def day(text: str) -> date:
    """A day of the command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it as 2025-12-31") from None


def _silent(_message: str) -> None:
    pass


class _Progress:
    """Progress on standard error: one line that renews itself on a terminal, nothing but waiting notices elsewhere."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, message: str) -> None:
        if self._live:
            print(f"\r\033[K{visible_cell(message)}", end="", file=beneath(sys.stderr), flush=True)
        elif message.startswith("Waiting"):
            print(message, file=sys.stderr, flush=True)


def _clear_progress() -> None:
    print("\r\033[K" if sys.stderr.isatty() else "", end="", file=beneath(sys.stderr))


def _nothing(project: Project) -> str:
    state = read_state(project)
    when = f" since the refresh of {state.refreshed_at}" if state else ""
    done = f"Nothing has changed{when}: {project.relative(project.database)} stays as it is."
    return "\n".join([f"{done} --force refreshes all the same.", *_faults(state.faults if state else [])])


def _faults(faults: list[str]) -> list[str]:
    """What is wrong with contracts, a heading before the first."""
    return [
        f"{'contract' if not n else '':<11}{fault}".replace("\n", "\n" + 11 * " ") for n, fault in enumerate(faults)
    ]


def _told(summary: "Summary", project: Project) -> str:
    shown = project.relative
    kept = f", {summary.tables_kept} of the tables unchanged" if summary.tables_kept else ""
    lines = [
        f"read       {summary.sources} sources, {summary.files} tables, {summary.cells:,} cells: "
        f"{summary.observations:,} observations{kept}",
        f"rejected   {summary.rejected} cells" + (' (rigonomics sql "from rejected_rows")' if summary.rejected else ""),
    ]
    lines += [f"           {raw_file}: {reason}" for raw_file, reason in summary.unreadable[:SHOWN_FILES]]
    if len(summary.unreadable) > SHOWN_FILES:
        lines.append(f"           and {len(summary.unreadable) - SHOWN_FILES} more files that cannot be read")
    if summary.quarantined:
        held = f'{summary.quarantined} figures held back (rigonomics sql "from quarantined_rows"; rigonomics release)'
        lines.append(f"quarantine {held}")
        lines += [f"           {reason}" for reason in summary.held[:SHOWN_FILES]]
        if len(summary.held) > SHOWN_FILES:
            lines.append(f"           and {len(summary.held) - SHOWN_FILES} more")
    lines += _faults(summary.faults)
    if summary.without:
        lines.append(f"left out   {', '.join(summary.without)}")
    lines.append(f"as of      {summary.as_of}")
    if summary.newest:
        lines.append(f"newest     {', '.join(f'{name} {day}' for name, day in summary.newest)}")
    if summary.published is not None:
        rows = sum(summary.published.rows.values())
        lines.append(f"published  {len(summary.published.rows)} tables, {rows:,} rows: {shown(project.database)}")
    if summary.changes:
        lines.append(f"changed    {summary.changes} prices and answers (rigonomics changes)")
    if summary.report is not None:
        lines.append(
            f"report     {len(summary.report.pages)} pages by {summary.report.renderer}: {project.site / 'index.html'}"
        )
        lines += [f"           {warning}" for warning in summary.report.warnings[:SHOWN_WARNINGS]]
        if len(summary.report.warnings) > SHOWN_WARNINGS:
            lines.append(f"           and {len(summary.report.warnings) - SHOWN_WARNINGS} more warnings")
    if summary.published is None and summary.report is None:
        lines.append("published  nothing: this was a check")
    lines.append(f"took       {summary.seconds:.1f} s")
    _clear_progress()
    return "\n".join(lines)
