"""Write the pages that were rendered: the files first, then, in one transaction, what they read and how they look.

A crash in between leaves files that the index does not count as built: the next build renders them again.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from exporter.core.encoding import digest, pack

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.build.outcome import Outcome
    from exporter.build.output import Output
    from exporter.guide.index.guide_index import GuideIndex

PAGES_A_TRANSACTION = 1000


@dataclass(frozen=True)
class Rendered:
    """What writing came to: pages rendered, files written, files read and questions asked for them, what failed."""

    rendered: int = 0
    written: int = 0
    read: int = 0
    asked: int = 0
    failed: tuple[Outcome, ...] = ()


def write_pages(
    index: GuideIndex, output: Output, outcomes: Iterator[Outcome], detail: Callable[[str], None]
) -> Rendered:
    """Write pages as they come out of the processes; `detail` is called with a line for each file that differs."""
    rendered = written = read = asked = 0
    failed: list[Outcome] = []
    looks: list[tuple[Outcome, int, int]] = []
    for outcome in outcomes:
        read += outcome.read
        asked += outcome.asked
        if outcome.reads is None:
            failed.append(outcome)
            continue
        rendered += 1
        differs, size, mtime = output.write(outcome.page.path, outcome.data)
        if differs:
            written += 1
            detail(f"written: {outcome.page.path}")
        looks.append((outcome, size, mtime))
        if len(looks) == PAGES_A_TRANSACTION:
            _keep(index, looks)
            looks = []
    _keep(index, looks)
    return Rendered(rendered, written, read, asked, tuple(failed))


def _keep(index: GuideIndex, looks: list[tuple[Outcome, int, int]]) -> None:
    """Keep what pages read and how their files look: with that they are built."""
    if not looks:
        return
    from exporter.guide.library.recorded_reads import store_reads

    rows = []
    reads = [(page.number, page.page.key, page.reads) for page, *_ in looks if page.reads is not None]
    for (page, size, mtime), (*_, found) in zip(looks, reads, strict=True):
        problems = pack([list(asdict(problem).values()) for problem in page.problems]) if page.problems else None
        rows.append((page.number, found.shared_set, size, mtime, digest(page.data), problems))
    with index.transaction():
        store_reads(index, reads)
        index.database.executemany("INSERT OR REPLACE INTO built VALUES (?, ?, ?, ?, ?, ?)", rows)
