"""What went wrong in a round, for the page and the terminal: where, in which words, with the lines around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.core.files import read_below
from exporter.report.problems import one_for_all
from exporter.report.text import one_line, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporter.core.errors import ExporterError
    from exporter.report.problems import Problem

_MOST = 10
"""Failures that are shown; the terminal has them all."""
_AROUND = 3
"""Lines before and after the one in question."""
_LONGEST = 200


@dataclass(frozen=True)
class Failure:
    """One failure: its words, which stand in the terminal, too; `file` and `line` if it is in a file of the guide.

    `lines` are those around it, each with its number; `item` is the entry that the page shows.
    """

    message: str
    item: str = ""
    file: str = ""
    line: int = 0
    lines: tuple[tuple[int, str], ...] = ()


def failures_of(problems: Iterable[Problem], root: Path) -> tuple[Failure, ...]:
    """Return the errors among problems; what has one cause is one failure, as it is in the terminal."""
    errors = one_for_all((problem for problem in problems if problem.severity == "error"), by_cause=True)
    return tuple(
        Failure(
            one_line(found.message, 1000), found.item, found.file, found.line, excerpt(root, found.file, found.line)
        )
        for found in errors[:_MOST]
    )


def failure_of(error: ExporterError, root: Path) -> tuple[Failure, ...]:
    """Return the failures of an error that ended a round: one for each line of it, since site.yaml can have several."""
    failures = []
    for sentence in error.message.splitlines()[:_MOST]:
        file, line = place_of(sentence)
        file = _inside(file, root) if file else ""
        failures.append(Failure(one_line(sentence, 1000), "", file, line, excerpt(root, file, line)))
    return tuple(failures)


def excerpt(root: Path, file: str, line: int) -> tuple[tuple[int, str], ...]:
    """Return the lines around one of a file in the guide's folder, numbered from 1; none for a missing file."""
    data = read_below(root, file) if file and line else None
    if data is None:
        return ()
    lines = data.decode("utf-8", "replace").splitlines()
    first = max(1, line - _AROUND)
    return tuple((first + at, text[:_LONGEST]) for at, text in enumerate(lines[first - 1 : line + _AROUND]))


def _inside(file: str, root: Path) -> str:
    """Return a file's path in the guide's folder; "" for one that is elsewhere."""
    try:
        return (root / file).resolve().relative_to(root.resolve()).as_posix()
    except (OSError, ValueError):
        return ""
