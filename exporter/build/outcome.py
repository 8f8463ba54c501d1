"""What rendering a page gave; and pages that are held back until it is known that all of them are well."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.index.records import Page
    from exporter.guide.library.recorded_reads import Reads
    from exporter.report.report import Problem


class Outcome(NamedTuple):
    """What rendering a page gave; no reads where it failed. `read` files and questions that were `asked` anew count."""

    number: int
    page: Page
    data: bytes
    reads: Reads | None
    problems: list[Problem]
    read: int
    asked: int


class HeldBack:
    """Pages that are rendered and not written yet, in a file of their own; their problems, how many failed."""

    def __init__(self, file: BinaryIO, outcomes: Iterable[Outcome]) -> None:
        self.problems: list[Problem] = []
        self.rendered = self.failed = 0
        self._file = file
        for each in outcomes:
            pickle.dump(each, file)
            self.problems += each.problems
            self.rendered += each.reads is not None
            self.failed += each.reads is None

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the pages again."""
        self._file.seek(0)
        for _ in range(self.rendered + self.failed):
            yield pickle.load(self._file)  # noqa: S301 - written above, and no other process can reach it
