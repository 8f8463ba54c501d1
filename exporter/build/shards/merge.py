"""Put shards together: what other runs rendered takes the place of rendering here, and is written as ever."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from exporter.build.run import Elsewhere
from exporter.build.shards.file import read_header, read_outcomes
from exporter.build.shards.shard import Shard
from exporter.build.shards.versions import versions_of
from exporter.core.errors import GuardError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from exporter.build.outcome import Outcome
    from exporter.build.plan import BuildInputs
    from exporter.build.shards.file import Header
    from exporter.build.shards.versions import Versions
    from exporter.guide.index.records import Page

_MOST_NAMED = 5
"""Missing shards that a sentence names."""

_PAGES_A_QUERY = 256


def find_shards(folders: Iterable[Path]) -> dict[Path, Header]:
    """Return the file of each shard in some folders, or below them, in the order of the shards.

    A shard that is there twice was rendered twice, to the same bytes: one of its files will do. Raises GuardError for
    files that are not whole, where one is missing, or where the guide was cut in several ways.
    """
    found: dict[Shard, tuple[Path, Header]] = {}
    for folder in folders:
        if not folder.is_dir():
            raise GuardError("shard-missing", f"--merge: there is no folder {folder}")
        for file in sorted(folder.rglob("shard-*-of-*.pages")):
            header = read_header(file)
            found.setdefault(header.shard, (file, header))
    _check_complete(found)
    return dict(found[shard] for shard in sorted(found))


def _check_complete(found: Mapping[Shard, tuple[Path, Header]]) -> None:
    cuts = sorted({shard.of for shard in found})
    if not cuts:
        raise GuardError("shard-missing", "--merge: there is no file shard-…-of-….pages in the folders: name theirs")
    if len(cuts) > 1:
        files = " and ".join(str(next(file for shard, (file, _) in found.items() if shard.of == of)) for of in cuts[:2])
        raise GuardError("shard-foreign", f"--merge: {files} are parts of different runs: remove those of one of them")
    missing = [str(shard) for number in range(cuts[0]) if (shard := Shard(number + 1, cuts[0])) not in found]
    if missing:
        more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
        which = (
            f"shard {missing[0]} is" if len(missing) == 1 else f"shards {', '.join(missing[:_MOST_NAMED])}{more} are"
        )
        raise GuardError("shard-missing", f"--merge: {which} missing: render it with --shard and name its folder too")


def merged(files: Mapping[Path, Header]) -> Elsewhere:
    """Return what yields the outcomes of stale pages out of the files of all shards.

    It raises GuardError for pages that were rendered from anything else than what is here, before it yields one.
    """

    def outcomes(inputs: BuildInputs, stale: Sequence[int]) -> Iterator[Outcome]:
        expected = versions_of(inputs)
        for file, header in files.items():
            if header.versions != expected:
                advice = "render all shards from one state of the guide, with one version of the program"
                raise GuardError("shard-foreign", foreign_sentence(str(file), header.versions, expected, advice))
        yield from take_over(inputs, stale, map(read_outcomes, files))

    return Elsewhere(outcomes)


def foreign_sentence(what: str, found: Versions, expected: Versions, advice: str) -> str:
    """Return in which way pages are rendered from something else than what the run has, and what to do."""
    return f"{what} has {' and '.join(found.differing(expected))} than this run: {advice}"


def take_over(inputs: BuildInputs, stale: Iterable[int], files: Iterable[Iterable[Outcome]]) -> Iterator[Outcome]:
    """Yield the outcomes of stale pages, each once and by its number in the index here.

    Sets of questions travel with the first page of a process that asked them; where that page is not stale, they go
    with the next one. Raises GuardError if a page is in none of the files.
    """
    left = set(stale)
    for outcomes in files:
        shared_sets: list[tuple[int, bytes]] = []
        argument_sets: list[tuple[int, bytes]] = []
        for outcome in _numbered(inputs, outcomes):
            reads = outcome.reads
            if reads is not None:
                shared_sets += reads.shared_sets
                argument_sets += reads.argument_sets
            if outcome.number not in left:
                continue
            left.discard(outcome.number)
            if reads is None:
                yield outcome
            else:
                yield outcome._replace(reads=reads._replace(shared_sets=shared_sets, argument_sets=argument_sets))
                shared_sets, argument_sets = [], []
    if left:
        page = inputs.index.pages.numbered([min(left)])[min(left)]
        raise GuardError(
            "shard-broken", f"{len(left)} pages, such as {page.url}, are in no shard: render all of them again"
        )


def _numbered(inputs: BuildInputs, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """Yield outcomes with the numbers that their pages have here; pages that are none here are left out.

    Where the index that a shard was planned in has the same history, as that of a clean run, the numbers are the same.
    """
    left, pages = iter(outcomes), inputs.index.pages
    while some := list(itertools.islice(left, _PAGES_A_QUERY)):
        known = pages.numbered([outcome.number for outcome in some])
        for outcome in some:
            if known.get(outcome.number) == outcome.page:
                yield outcome
            else:
                number = _number_of(pages.at(outcome.page.url), outcome.page)
                if number is not None:
                    yield outcome._replace(number=number)


def _number_of(found: Sequence[tuple[int, Page]], page: Page) -> int | None:
    return next((number for number, other in found if other == page), None)
