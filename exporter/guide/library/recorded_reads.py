"""Recorded reads: what a page asked is kept with its answers, and a page is current while all of them are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import digest, pack
from exporter.guide.index.database import read_row
from exporter.guide.index.guide_index import subject_number

if TYPE_CHECKING:
    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.library.library import Library
    from exporter.guide.library.questions import ReadLog, SharedQuestion


class Reads(NamedTuple):
    """The reads of a page.

    `shape` is the number of those that many pages share, `own` the others, packed: of each subject the number of a
    form, which is a set of arguments, and what stands for the answers. `shapes` and `forms` are those that were not
    seen before, packed.
    """

    shape: int
    own: bytes
    subjects: list[str]
    shapes: list[tuple[int, bytes]]
    forms: list[tuple[int, bytes]]


class Packer:
    """Packs what pages asked; what several ask alike is packed once."""

    def __init__(self) -> None:
        self._shapes: dict[frozenset[SharedQuestion], int] = {}
        self._forms: dict[tuple[str, ...], int] = {}

    def pack(self, notes: ReadLog) -> Reads:
        """Part what all pages of a kind ask from what is the page's own."""
        shapes: list[tuple[int, bytes]] = []
        forms: list[tuple[int, bytes]] = []
        shape = frozenset(notes.shared)
        number = self._shapes.get(shape)
        if number is None:
            shared = sorted([each.subject, each.argument, each.stamp] for each in shape)
            number = self._shapes[shape] = _pack_new(shared, shapes)
        own: dict[str, tuple[int, bytes]] = {}
        for key, (subject, answers) in notes.own.items():
            arguments = tuple(answers)
            form = self._forms.get(arguments)
            if form is None:
                form = self._forms[arguments] = _pack_new(arguments, forms)
            own[key] = form, subject.stamp(arguments, list(answers.values()))
        return Reads(number, pack(own), list(own), shapes, forms)


def _pack_new(questions: Json, found: list[tuple[int, bytes]]) -> int:
    """Add questions, packed, to what was found; give the number that stands for them."""
    packed = pack(questions)
    number = int.from_bytes(digest(packed)[:8], "big", signed=True)
    found.append((number, packed))
    return number


def store_reads(index: GuideIndex, pages: list[tuple[int, str | None, Reads]]) -> None:
    """Keep what pages read in place of what they read before.

    The page of an entry is found by its key, so that the entry itself needs no row.
    """
    touched: list[tuple[int, int]] = []
    for number in index.with_reads([number for number, _, _ in pages]):
        index.forget_reads(number)
    for number, key, reads in pages:
        touched += [(subject_number(each), number) for each in reads.subjects if each != key]
    index.database.executemany("INSERT OR IGNORE INTO touch VALUES (?, ?)", touched)
    index.database.executemany("INSERT INTO reads VALUES (?, ?)", ((number, reads.own) for number, _, reads in pages))
    shapes = (each for *_, reads in pages for each in reads.shapes)
    index.database.executemany("INSERT OR IGNORE INTO shape VALUES (?, ?)", shapes)
    forms = (each for *_, reads in pages for each in reads.forms)
    index.database.executemany("INSERT OR IGNORE INTO form VALUES (?, ?)", forms)


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


def _differs(library: Library, reads: dict[str, tuple[int, bytes]], changed: set[str] | None) -> bool:
    return any(
        library.stamp(subject, library.index.arguments_of(reads[subject][0])) != reads[subject][1]
        for subject in (reads if changed is None else reads.keys() & changed)
    )


def find_stale_shapes(index: GuideIndex, library: Library) -> set[int]:
    """Find the pages that share a question whose answer is another now."""
    stale: set[int] = set()
    for number, questions in index.rows("SELECT id, questions FROM shape"):
        asked = read_row(questions)
        if any(library.shared(subject, argument).stamp != stamp for subject, argument, stamp in asked):
            stale.update(row[0] for row in index.rows("SELECT page FROM built WHERE shape = ?", number))
    return stale
