"""What rendering a page came to, and pages held back until it is known that none has failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.index.picture_tables import OfferRow
    from exporter.guide.index.records import Page
    from exporter.guide.library.recorded_reads import Reads
    from exporter.report.problems import Problem


class Outcome(NamedTuple):
    """What rendering a page came to; one that failed has no `reads`.

    It took `read` files of content/ and `asked` questions that were not answered before. `offers` are the numbers of
    what it offers of pictures, `new_offers` those that this process has not sent before.
    """

    number: int
    page: Page
    data: bytes
    reads: Reads | None
    problems: list[Problem]
    read: int
    asked: int
    offers: tuple[int, ...] = ()
    new_offers: tuple[OfferRow, ...] = ()


class HeldBack:
    """Pages that are rendered but not written yet, kept in a file; their problems, and how many failed."""

    def __init__(self, file: BinaryIO, outcomes: Iterable[Outcome]) -> None:
        import pickle  # imported here, as where it is used again: few builds hold pages back

        self.problems: list[Problem] = []
        self.rendered = self.failed = 0
        self._file = file
        for outcome in outcomes:
            pickle.dump(outcome, file)
            self.problems += outcome.problems
            self.rendered += outcome.reads is not None
            self.failed += outcome.reads is None

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the pages again."""
        import pickle

        self._file.seek(0)
        for _ in range(self.rendered + self.failed):
            yield pickle.load(self._file)  # noqa: S301 - written above, and no other process can reach it
