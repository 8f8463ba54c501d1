"""What the terminal shows of a round: one line with the time, and what is wrong in the words that the page has, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from exporter.report.problems import problem_lines
from exporter.report.text import counted, one_line

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from exporter.report.progress import Listener
    from exporter.report.sync_report import SyncReport
    from exporter.serve.rounds import Round

_MOST_NAMED = 2


class Talk(Protocol):
    """Where lines for people go."""

    def out(self, line: str) -> None:
        """Print what was done."""

    def err(self, line: str) -> None:
        """Print what is wrong."""

    def following(self) -> AbstractContextManager[Listener | None]:
        """Show how far a round has come while the block runs."""


def round_line(done: Round, cause: str = "") -> str:
    """Return what a round did, in one line; `cause` says what made it."""
    parts = [*([_synced(done.sync.sync)] if done.sync is not None and done.sync.sync is not None else [])]
    rendered = done.render.render if done.render is not None else None
    if rendered is not None:
        changed = [f"{counted(rendered.written, 'file')} written"] if rendered.written else []
        changed += [f"{rendered.removed} removed"] if rendered.removed else []
        changed += [f"{counted(rendered.failed, 'page')} failed"] if rendered.failed else []
        changed += [f"{counted(done.left, 'page')} left for the next round"] if done.left else []
        parts += [", ".join(changed)] if changed else ["" if parts else "no file of site/ differs"]
    parts += ["failed"] if done.errors else []
    return f"{f'{cause}: ' if cause else ''}{'; '.join(filter(None, parts))} ({done.seconds:.1f} s)"


def _synced(report: SyncReport) -> str:
    if report.upserted or report.deleted or report.assets_downloaded:
        return f"{report.upserted} new or changed, {report.deleted} removed ({counted(report.requests, 'request')})"
    return f"nothing new ({counted(report.requests, 'request')})"


def wrong_lines(done: Round, *, verbose: bool, warnings: bool) -> Iterator[str]:
    """Yield what went wrong in a round; warnings only if they are asked for."""
    for error in done.errors:
        yield from (f"error: {one_line(sentence, 1000)}" for sentence in error.message.splitlines())
    shown = [problem for problem in done.problems if warnings or problem.severity == "error"]
    yield from problem_lines(shown, verbose=verbose)


def named(paths: Collection[Path], root: Path) -> str:
    """Return the paths that were edited, in few words, without a file that an editor had there for a moment."""
    paths = [path for path in paths if path.exists()] or paths
    names = sorted(path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name for path in paths)
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}"
