"""Write the pages that were rendered: the files first, then, in one transaction, what they read and how they look.

A crash in between leaves files that the index does not count as built: the next build renders them again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import digest, pack
from exporter.guide.index.built_table import BuiltPage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.build.demand import Demand
    from exporter.build.outcome import Outcome
    from exporter.build.output import Output, Written
    from exporter.guide.index.guide_index import GuideIndex

PAGES_A_TRANSACTION = 1000


class Rendered(NamedTuple):
    """What writing came to: pages rendered, files written, files read and questions asked for them, what failed."""

    rendered: int = 0
    written: int = 0
    read: int = 0
    asked: int = 0
    failed: tuple[Outcome, ...] = ()


def write_pages(
    index: GuideIndex,
    output: Output,
    outcomes: Iterator[Outcome],
    detail: Callable[[str], None],
    demand: Demand | None = None,
) -> Rendered:
    """Write pages as they come out of the processes; `detail` is called with a line for each file that differs."""
    rendered = written = read = asked = 0
    failed: list[Outcome] = []
    built: list[tuple[Outcome, Written]] = []
    for outcome in outcomes:
        read += outcome.read
        asked += outcome.asked
        if outcome.reads is None:
            failed.append(outcome)
            if demand is not None:
                demand.failed(outcome.page.path, outcome.problems)
            continue
        rendered += 1
        file = output.write(outcome.page.path, outcome.data)
        if file.differs:
            written += 1
            detail(f"written: {outcome.page.path}")
        if demand is not None:
            demand.wrote(outcome.page.path, digest(outcome.data), differs=file.differs)
        built.append((outcome, file))
        if len(built) == PAGES_A_TRANSACTION:
            _keep(index, built)
            built = []
    _keep(index, built)
    return Rendered(rendered, written, read, asked, tuple(failed))


def _keep(index: GuideIndex, built: list[tuple[Outcome, Written]]) -> None:
    """Keep what pages read and how their files look: with that they are built."""
    if not built:
        return
    from exporter.guide.library.recorded_reads import store_reads

    reads = [(page.number, page.page.key, page.reads) for page, _ in built if page.reads is not None]
    rows = [_row(page, found.shared_set, file) for (page, file), (*_, found) in zip(built, reads, strict=True)]
    with index.transaction():
        store_reads(index, reads)
        index.built.insert(rows)
        index.pictures.put_offers(row for page, _ in built for row in page.new_offers)
        index.pictures.set_uses({page.number: page.offers for page, _ in built})


def _row(page: Outcome, shared_set: int, file: Written) -> BuiltPage:
    problems = pack(page.problems) if page.problems else None
    return BuiltPage(page.number, shared_set, file.size, file.mtime, digest(page.data), problems)
