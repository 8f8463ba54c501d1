"""Recorded reads: what a page asked is kept with its answers, and a page is current while all of them are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.index import read_row, subject_number
from exporter.model import pack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.guide.index import GuideIndex
    from exporter.guide.library import Asked, Library


class Reads(NamedTuple):
    """The reads of a page: those that many pages share, packed; its own, packed; the subjects of its own."""

    shape: bytes
    own: bytes
    subjects: list[str]


class Packer:
    """Packs what pages asked; pages that share a shape have it packed once."""

    def __init__(self) -> None:
        self._shapes: dict[frozenset[Asked], bytes] = {}

    def pack(self, asked: Iterable[Asked]) -> Reads:
        """Part what all pages of a kind ask from what is the page's own, each question once."""
        shared: list[Asked] = []
        own: dict[str, dict[str, bytes]] = {}
        for each in dict.fromkeys(asked):
            if each.shared:
                shared.append(each)
            else:
                own.setdefault(each.subject, {})[each.argument] = each.stamp
        shape = frozenset(shared)
        packed = self._shapes.get(shape)
        if packed is None:
            packed = self._shapes[shape] = pack(sorted([each.subject, each.argument, each.stamp] for each in shared))
        return Reads(packed, pack(own), list(own))


def store_reads(index: GuideIndex, pages: list[tuple[int, str | None, Reads]]) -> list[int]:
    """Keep what pages read in place of what they read before; give the numbers of their shapes.

    The page of an entry is found by its key, so that the entry itself needs no row.
    """
    touched: list[tuple[int, int]] = []
    for number in index.with_reads([number for number, _, _ in pages]):
        index.forget_reads(number)
    for number, key, reads in pages:
        touched += [(subject_number(each), number) for each in reads.subjects if each != key]
    index.database.executemany("INSERT OR IGNORE INTO touch VALUES (?, ?)", touched)
    index.database.executemany("INSERT INTO reads VALUES (?, ?)", ((number, reads.own) for number, _, reads in pages))
    return [index.shape_number(reads.shape) for _, _, reads in pages]


class Stale(NamedTuple):
    """Pages that are no longer current, and how many were looked at for it."""

    pages: set[int]
    looked_at: int


def find_stale(index: GuideIndex, library: Library, changed: set[str], *, everything: bool = False) -> Stale:
    """Find the pages that get another answer now to something that they asked of the changed subjects.

    With `everything` all that was asked is asked again, as where the content model is another.
    """
    if everything:
        numbers = [row[0] for row in index.rows("SELECT page FROM reads")]
        return Stale({each for each in numbers if _differs(library, index.reads_of(each), None)}, len(numbers))
    candidates: dict[int, None] = {}
    if index.value("SELECT 1 FROM reads LIMIT 1") is None:
        return Stale(set(), 0)
    for subject in sorted(changed):
        candidates.update(dict.fromkeys(index.touched(subject)))
        own = index.rows("SELECT id FROM page WHERE key = ?", subject)
        candidates.update(dict.fromkeys(row[0] for row in own))
    stale = {each for each in candidates if _differs(library, index.reads_of(each), changed)}
    return Stale(stale, len(candidates))


def _differs(library: Library, reads: dict[str, dict[str, bytes]], changed: set[str] | None) -> bool:
    return any(
        library.ask(subject, argument).stamp != stamp
        for subject in (reads if changed is None else reads.keys() & changed)
        for argument, stamp in reads[subject].items()
    )


def find_stale_shapes(index: GuideIndex, library: Library) -> set[int]:
    """Find the pages that share a question whose answer is another now."""
    stale: set[int] = set()
    for number, questions in index.rows("SELECT id, questions FROM shape"):
        asked = read_row(questions)
        if any(library.ask(subject, argument).stamp != stamp for subject, argument, stamp in asked):
            stale.update(row[0] for row in index.rows("SELECT page FROM built WHERE shape = ?", number))
    return stale
