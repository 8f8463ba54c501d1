"""Recorded reads: a page is current while every question that it asked still has the same answer.

A recorded read is a question that the rendering of a page really asked, with a digest of the answer that it got: a
field of an item in a locale, the keys of a list in their order, the source of a template, a value of site.yaml, where
another page lies, that something is absent. Nobody declares what a page depends on; whatever it reads goes through its
view, which records it (`render/view/view.py`).

A read is stale when the same question, asked now, has another answer. A page is stale when one of its reads is, or when
its file no longer stands as it was written; stale pages are rendered again, and no others.

Answers are compared, not the files that they came from. An edit of an entry changes its file, and with it what hundreds
of pages could have read of it; most of them read its title or its address alone, and those mostly stay. It also makes
the way of a change irrelevant: a sync, an edit by hand, `git pull` and a new template all end in answers that differ.

To find stale reads without asking everything again, a build collects the subjects that changed (`guide/index/subjects`)
and asks only what pages asked of those. What pages share, such as words and templates, is asked once for all of them,
and only where its inputs changed.

Invariants: what a page read is written in the transaction that counts it as built, after its file stands; a page that
has no reads is not built. A subject that changed without being collected would leave pages stale for good, so where it
is not certain, it is collected: that only costs a comparison.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import digest, pack

if TYPE_CHECKING:
    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.library.library import Library
    from exporter.guide.library.read_log import ReadLog, SharedQuestion


class Reads(NamedTuple):
    """The reads of a page, as the index keeps them.

    `shared_set` is the number of the set of those that many pages share. `own` are the others, packed: by subject the
    number of an argument set and the digest of the answers. `subjects` are those of `own`. `shared_sets` and
    `argument_sets` are the sets that this process packs for the first time, by number.
    """

    shared_set: int
    own: bytes
    subjects: list[str]
    shared_sets: list[tuple[int, bytes]]
    argument_sets: list[tuple[int, bytes]]


class Packer:
    """Packs what pages asked. Most pages of a type ask the same, so sets of questions are packed once and numbered."""

    def __init__(self) -> None:
        self._shared_sets: dict[frozenset[SharedQuestion], int] = {}
        self._argument_sets: dict[tuple[str, ...], int] = {}

    def pack(self, log: ReadLog) -> Reads:
        """Separate what all pages of a kind ask from what is the page's own."""
        shared_sets: list[tuple[int, bytes]] = []
        argument_sets: list[tuple[int, bytes]] = []
        asked = frozenset(log.shared)
        shared_set = self._shared_sets.get(asked)
        if shared_set is None:
            rows = sorted([question.subject, question.argument, question.digest] for question in asked)
            shared_set = self._shared_sets[asked] = _pack_new(rows, shared_sets)
        own: dict[str, tuple[int, bytes]] = {}
        for key, (subject, answers) in log.own.items():
            arguments = tuple(answers)
            number = self._argument_sets.get(arguments)
            if number is None:
                number = self._argument_sets[arguments] = _pack_new(arguments, argument_sets)
            own[key] = number, subject.digest(arguments, list(answers.values()))
        return Reads(shared_set, pack(own), list(own), shared_sets, argument_sets)


def _pack_new(questions: Json, found: list[tuple[int, bytes]]) -> int:
    """Add a set, packed, to those found; return its number, which is the same in every process."""
    packed = pack(questions)
    number = int.from_bytes(digest(packed)[:8], "big", signed=True)
    found.append((number, packed))
    return number


def store_reads(index: GuideIndex, pages: list[tuple[int, str | None, Reads]]) -> None:
    """Keep what pages read in place of what they read before: number, key of the entry that is shown, reads of each."""
    for number in index.reads.pages_among([number for number, _, _ in pages]):
        index.reads.forget(number)
    readers = [(subject, number) for number, key, reads in pages for subject in reads.subjects if subject != key]
    index.reads.insert(((number, reads.own) for number, _, reads in pages), readers)
    index.reads.insert_sets(
        (shared_set for *_, reads in pages for shared_set in reads.shared_sets),
        (argument_set for *_, reads in pages for argument_set in reads.argument_sets),
    )


class Stale(NamedTuple):
    """Pages that are no longer current, and the number of those whose reads were compared."""

    pages: set[int]
    looked_at: int


def find_stale(index: GuideIndex, library: Library, changed: set[str], *, everything: bool = False) -> Stale:
    """Find the pages that get another answer now to something that they asked of the changed subjects.

    With `everything`, all that was asked is asked again, as where the content model is another.
    """
    if everything:
        numbers = index.reads.pages()
        return Stale({number for number in numbers if _differs(library, number, None)}, len(numbers))
    if index.reads.is_empty():
        return Stale(set(), 0)
    candidates: dict[int, None] = {}
    for subject in sorted(changed):
        candidates.update(dict.fromkeys(index.reads.readers_of(subject)))
        candidates.update(dict.fromkeys(index.pages.numbers_of(subject)))
    return Stale({number for number in candidates if _differs(library, number, changed)}, len(candidates))


def _differs(library: Library, number: int, changed: set[str] | None) -> bool:
    """Whether a page gets another answer now; of the changed subjects alone, unless those are None."""
    tables = library.index.reads
    reads = tables.of(number)
    return any(
        library.digest(subject, tables.arguments(reads[subject][0])) != reads[subject][1]
        for subject in (reads if changed is None else reads.keys() & changed)
    )


def find_stale_shared(index: GuideIndex, library: Library) -> set[int]:
    """Find the pages that share a question which has another answer now."""
    stale: set[int] = set()
    for number, reads in index.reads.shared_sets():
        if any(library.shared(subject, argument).digest != digest for subject, argument, digest in reads):
            stale.update(index.built.with_shared_set(number))
    return stale
