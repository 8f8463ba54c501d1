"""Records of any template: a page in which texts that many pages share are two bytes that UTF-8 never has.

Invariant: `chrome.join(chrome.split(page)) == page` for every page that `is_text`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from exporter.reader.encoding import LARGEST_PAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LEAD = 0xF5
SLOTS = 11 * 256
HEAD = 6
"""Bytes by which the affixes of a place are told apart."""
REFERENCE = re.compile(rb"([\xf5-\xff][\x00-\xff])")
_FOREIGN = re.compile(rb"[\xf5-\xff]")
_TAGS = re.compile(rb"<[^<]*|[^<]+")

Affixes: TypeAlias = "dict[tuple[int, bytes], tuple[int, int]]"
"""The slot before and the first bytes of a part → the slots of its beginning and its end."""
_Ends: TypeAlias = "tuple[bytes, bytes, bytes, bytes, int]"


def reference(slot: int) -> bytes:
    """Return the two bytes that stand for a slot."""
    return bytes((LEAD + (slot >> 8), slot & 255))


def slot_number(two: bytes) -> int:
    """Return the slot that two bytes stand for."""
    return (two[0] - LEAD) << 8 | two[1]


def slots_used(record: bytes) -> set[int]:
    """Return the slots that a record names."""
    return {slot_number(two) for two in set(REFERENCE.findall(record))}


def common_length(one: Sequence[object], other: Sequence[object]) -> int:
    """Return how many items two sequences have in common at their beginning."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def common_front(one: bytes, other: bytes) -> int:
    """Return how many bytes two texts have in common at their beginning."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def common_back(one: bytes, other: bytes, most: int) -> int:
    """Return how many bytes two texts have in common at their end, `most` at most."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def is_text(page: bytes) -> bool:
    """Return whether a file can travel as a record: no byte that stands for slots, and not too long."""
    if len(page) > LARGEST_PAGE:
        return False
    try:
        page.decode()  # the quickest way to say yes: these bytes are in no UTF-8
    except UnicodeDecodeError:
        return _FOREIGN.search(page) is None
    return True


def parts_of(how: str, page: bytes) -> list[bytes]:
    """Return parts whose concatenation is the page: its lines or its tags."""
    return page.splitlines(keepends=True) if how == "line" else _TAGS.findall(page)


class _Texts(dict[bytes, bytes]):
    """Texts by reference; a slot that is not there has an empty one."""

    def __missing__(self, two: bytes) -> bytes:
        """Return the text of a slot that is not there."""
        return b""


@dataclass(frozen=True)
class Chrome:
    """The texts that pages share: `slots` by number, and how a page is cut into parts (`line` or `tag`)."""

    how: str
    slots: Mapping[int, bytes]
    affixes: Affixes = field(default_factory=dict)

    @cached_property
    def table(self) -> _Texts:
        """Texts by reference."""
        return _Texts({reference(slot): text for slot, text in self.slots.items()})

    @cached_property
    def by_text(self) -> dict[bytes, bytes]:
        """References by text, those of affixes left out; the lowest number wins."""
        affixes = {slot for pair in self.affixes.values() for slot in pair}
        return {
            self.slots[slot]: reference(slot)
            for slot in sorted(self.slots, reverse=True)
            if slot not in affixes and self.slots[slot]
        }

    @cached_property
    def ends(self) -> dict[tuple[bytes, bytes], _Ends]:
        """By place: beginning and end, each with its reference, and their length together."""
        found = {}
        for (before, head), (first, last) in self.affixes.items():
            left, right = self.slots.get(first, b""), self.slots.get(last, b"")
            found[reference(before), head] = (left, reference(first), right, reference(last), len(left) + len(right))
        return found

    @cached_property
    def runs(self) -> dict[bytes, list[tuple[list[bytes], bytes]]]:
        """Slots that hold several parts, by their first part, the longest first."""
        found: dict[bytes, list[tuple[list[bytes], bytes]]] = {}
        for text, two in self.by_text.items():
            parts = parts_of(self.how, text)
            if len(parts) > 1:
                found.setdefault(parts[0], []).append((parts, two))
        for runs in found.values():
            runs.sort(key=lambda run: (-len(run[0]), run[1]))
        return found

    @cached_property
    def openings(self) -> frozenset[bytes]:
        """References behind which a part may have affixes."""
        return frozenset(before for before, _ in self.ends)

    def join(self, record: bytes) -> bytes:
        """Return the page of a record."""
        parts = REFERENCE.split(record)
        parts[1::2] = map(self.table.__getitem__, parts[1::2])
        return b"".join(parts)

    def split(self, page: bytes, after: bytes = b"") -> bytes:
        """Return a record of a page, or of a part of one behind a reference."""
        return self.split_proven(page, after)[0]

    def split_proven(self, page: bytes, after: bytes = b"") -> tuple[bytes, set[bytes]]:
        """Return a record that gives the page back, and the references in it: the page itself where no other does.

        What is joined are the pieces of the record before they stand side by side: literals have no byte that begins a
        reference, so that `join` takes the record apart into the same ones. The page `is_text`.
        """
        parts = parts_of(self.how, page)
        out = list(map(self.by_text.get, parts))
        if self.runs:
            parts, out = self._with_runs(parts, out)
        affixed = self._with_affixes(parts, out, after)
        pieces: list[bytes] = out  # type: ignore[assignment] # no None is left
        texts = list(map(self.table.get, pieces, pieces))
        for at, (left, _, right, _, _) in affixed.items():
            texts[at] = left + pieces[at][2:-2] + right
        if b"".join(texts) != page:
            return page, set()
        used = self.table.keys() & pieces
        used.update(*((first, last) for _, first, _, last, _ in affixed.values()))
        return b"".join(pieces), used

    def _with_runs(self, parts: list[bytes], found: list[bytes | None]) -> tuple[list[bytes], list[bytes | None]]:
        """Put one reference for parts that stand together in a slot."""
        merged, out, at = [], [], 0
        while at < len(parts):
            run, two = next(
                (run for run in self.runs.get(parts[at], ()) if parts[at : at + len(run[0])] == run[0]),
                (parts[at : at + 1], found[at]),
            )
            merged.append(run[0])
            out.append(two)
            at += len(run)
        return merged, out

    def _with_affixes(self, parts: list[bytes], out: list[bytes | None], after: bytes) -> dict[int, _Ends]:
        """Fill what no slot holds: beginning, middle, end where the place has affixes, else the part itself.

        `after` is the reference before the first part. Returns the affixes by the numbers of the parts.
        """
        found: dict[int, _Ends] = {}
        before, last, openings = b"", -2, self.openings
        for at in [at for at, two in enumerate(out) if two is None]:
            if at != last + 1:
                before = out[at - 1] or b"" if at else after
            part, last = parts[at], at
            ends = self.ends.get((before, part[:HEAD])) if before in openings else None
            if ends and len(part) >= ends[4] and part.startswith(ends[0]) and part.endswith(ends[2]):
                out[at] = b"".join((ends[1], part[len(ends[0]) : len(part) - len(ends[2])], ends[3]))
                before, found[at] = ends[3], ends
            else:
                out[at], before = part, b""
        return found
