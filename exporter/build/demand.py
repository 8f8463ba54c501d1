"""What a dev server asks of a build: pages that somebody waits for first, and to be told of each as it is written."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from exporter.build.outcome import Outcome
    from exporter.report.problems import Problem

PAGES_A_CHUNK = 256
"""Pages that are rendered before the next look at what is wanted; more than are worth a process."""


class Demand(Protocol):
    """The other side of a build, which may belong to other threads.

    A build calls `planned` once, `copied` once the files beside the pages stand, `wrote` or `failed` for each stale
    page. In between it asks what is `wanted`, and whether it is `over`: then it ends early, and the pages that are left
    stay stale, so that the next build renders them.
    """

    def planned(self, stale: Mapping[str, int]) -> None:
        """Take the stale pages: numbers by path under site/."""

    def copied(self, changed: Mapping[str, bytes]) -> None:
        """Hear that all files that are no pages stand, with the digests of those that changed, by path."""

    def wanted(self) -> Sequence[int]:
        """Return the numbers of pages that come next; none if any will do."""

    def is_over(self) -> bool:
        """Whether something changed again, so that the rest is better planned anew."""

    def wrote(self, path: str, digest: bytes, *, differs: bool) -> None:
        """Hear that a page stands, with the digest of its bytes, and whether they are others than before."""

    def failed(self, path: str, problems: Sequence[Problem]) -> None:
        """Hear that a page failed."""


def in_order_of_demand(
    stale: Iterable[int], demand: Demand, render: Callable[[Sequence[int]], Iterable[Outcome]]
) -> Iterator[Outcome]:
    """Yield what rendering stale pages comes to, those that are wanted first, until all are done or it is over.

    Some pages are rendered even if it is over from the start, so that a guide that changes all the time gets done.
    """
    left = dict.fromkeys(stale)
    while left:
        wanted = [number for number in dict.fromkeys(demand.wanted()) if number in left]
        chunk = wanted[:PAGES_A_CHUNK] or [*islice(left, PAGES_A_CHUNK)]
        for number in chunk:
            del left[number]
        yield from render(chunk)
        if demand.is_over():
            return
