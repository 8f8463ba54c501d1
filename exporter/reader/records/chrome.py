"""Learn the first chrome of a guide: the parts that many pages share, and what those at one place begin and end in."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.reader.records.records import HEAD, SLOTS, Affixes, Chrome, common_length, parts_of, slot_number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

_SAMPLE = 700
_SMALL_SAMPLE = 250
_ONE_IN = 3
_TRIAL = 100
_LEAST = 3
_LEAST_AT_A_PLACE = 8
"""Parts that share what they begin and end with."""
_SHARE = 256
_ROUNDS = 5
_SHORTEST = 8
_MUCH_MORE = 4
"""Times that tags must spare what lines spare, to be taken where neither spares much."""
_CUTS = re.compile(rb'["<>/ =:]')


def path_key(path: str) -> bytes:
    """Return the digest that orders pages and puts them into buckets."""
    return hashlib.sha256(path.encode()).digest()


def sampled(paths: Collection[str]) -> list[str]:
    """Return the paths of the pages that a chrome is learnt from: all of a small guide, a third of a larger one."""
    return sorted(paths, key=path_key)[: max(_SMALL_SAMPLE, min(_SAMPLE, len(paths) // _ONE_IN))]


def learn(pages: Mapping[str, bytes]) -> Chrome:
    """Return a chrome learnt from pages: a pure function of them."""
    sample = [pages[path] for path in sorted(pages, key=path_key)]
    need = max(_LEAST, -(-len(sample) // _SHARE))
    trial = sample[:_TRIAL]
    whole = sum(map(len, trial))
    by_line, by_tag = (_cost(how, trial) for how in ("line", "tag"))
    lines_are_long = whole - by_tag > _MUCH_MORE * (whole - by_line)
    how = "tag" if by_tag < 0.8 * by_line or lines_are_long else "line"
    cut = [parts_of(how, page) for page in sample]
    slots = dict(enumerate(_shared(cut, need)))
    return _with_affixes(Chrome(how, slots), cut, need)


def _cost(how: str, pages: Sequence[bytes]) -> int:
    """Return how many bytes records and slots of a few pages would have."""
    cut = [parts_of(how, page) for page in pages]
    shared = set(_shared(cut, _LEAST))
    return sum(map(len, shared)) + sum(2 if part in shared else len(part) for parts in cut for part in parts)


def _shared(cut: Sequence[Sequence[bytes]], need: int) -> list[bytes]:
    """Return the parts that at least `need` pages share, in the order of first use: neighbours have near numbers."""
    pages: Counter[bytes] = Counter()
    for parts in cut:
        pages.update(set(parts))
    worth = [(part, count) for part, count in pages.items() if count >= need and len(part) > _LEAST]
    worth.sort(key=lambda pair: (-pair[1] * len(pair[0]), pair[0]))
    chosen = {part for part, _ in worth[: SLOTS // 2]}
    return list(dict.fromkeys(part for parts in cut for part in parts if part in chosen))


def _with_affixes(chrome: Chrome, cut: Sequence[Sequence[bytes]], need: int) -> Chrome:
    """Add slots for what the parts at one place begin and end with: `<title>` and the guide's name, say."""
    slots, affixes = dict(chrome.slots), dict(chrome.affixes)
    found = [_open(parts, list(map(chrome.by_text.get, parts))) for parts in cut]
    for _ in range(_ROUNDS):
        new: Affixes = {}
        for place, group in sorted(_places(found, Chrome(chrome.how, slots, affixes)).items()):
            pair = _affix_of(group) if len(group) >= max(need, _LEAST_AT_A_PLACE) and len(slots) < SLOTS - 1 else None
            if pair:
                first = len(slots)
                slots[first], slots[first + 1] = pair
                new[slot_number(place[0]), place[1]] = (first, first + 1)
        if not new:
            break
        affixes |= new
    return Chrome(chrome.how, slots, affixes)


@dataclass
class _Cut:
    """A page of the sample: the references of its parts as far as known, and the parts that have none, by number."""

    references: list[bytes | None]
    left: dict[int, bytes]


def _open(parts: Sequence[bytes], references: list[bytes | None]) -> _Cut:
    return _Cut(references, {at: parts[at] for at, two in enumerate(references) if two is None and at})


def _places(found: Iterable[_Cut], chrome: Chrome) -> dict[tuple[bytes, bytes], list[bytes]]:
    """Group the parts that no slot holds by the reference before them and their first bytes.

    What an affix holds by now is marked in `found` by the reference that it ends with.
    """
    groups: dict[tuple[bytes, bytes], list[bytes]] = {}
    for page in found:
        for at, part in list(page.left.items()):
            before = page.references[at - 1]
            if not before:
                continue
            place = (before, part[:HEAD])
            ends = chrome.ends.get(place)
            if ends is None:
                groups.setdefault(place, []).append(part)
                continue
            if len(part) >= ends[4] and part.startswith(ends[0]) and part.endswith(ends[2]):
                page.references[at] = ends[3]
            del page.left[at]
    return groups


def _affix_of(group: list[bytes]) -> tuple[bytes, bytes] | None:
    """Return what nine in ten parts begin and end with, cut where a word or an attribute ends; None for too little."""
    group.sort()
    skip = len(group) // 20
    left = _common(group[skip], group[-1 - skip])
    mirrored = sorted(part[::-1] for part in group)
    right = _common(mirrored[skip], mirrored[-1 - skip])[::-1]
    cuts = [match.end() for match in _CUTS.finditer(left)]
    left = left[: cuts[-1]] if cuts else b""
    match = _CUTS.search(right)
    right = right[match.start() :] if match else b""
    return (left, right) if len(left) + len(right) >= _SHORTEST else None


def _common(one: bytes, other: bytes) -> bytes:
    return one[: common_length(one, other)]
