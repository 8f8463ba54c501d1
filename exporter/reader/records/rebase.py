"""The record of a page made from the one it had: what is the same keeps its bytes, only what lies between is new."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.records.records import REFERENCE, Chrome, common_back, common_front

if TYPE_CHECKING:
    from collections.abc import Iterable


class Gap(NamedTuple):
    """Where a page differs from what its record gives: the record before it, the page's text, the record behind it.

    `after` is the reference that the record before ends with, if it does.
    """

    front: bytes
    text: bytes
    back: bytes
    after: bytes = b""

    def record(self, chrome: Chrome) -> bytes:
        """Return the record of the page: the text is split with a chrome, all else stays."""
        return self.front + chrome.split(self.text, self.after) + self.back


def rebased(chrome: Chrome, gaps: Iterable[Gap], page: bytes) -> bytes:
    """Return the shortest record of a page that has some gaps."""
    record = min((gap.record(chrome) for gap in gaps), key=len)
    return record if chrome.join(record) == page else chrome.split(page)


def gaps_of(chrome: Chrome, record: bytes | None, page: bytes) -> tuple[Gap, ...]:
    """Return where a page differs from what a record gives: as little as can be, and whole parts of the page.

    A page that had no record differs as a whole.
    """
    if record is None:
        return (Gap(b"", page, b""),)
    old = _Old(chrome, record)
    front = common_front(old.page, page)
    back = common_back(old.page, page, min(len(old.page), len(page)) - front)
    if front + back == len(old.page):
        front -= _shift(chrome.how, page, front, len(page) - back)
        back = len(old.page) - front
    narrow = old.gap(page, front, back)
    first, last = _widened(chrome.how, page, front, len(page) - back)
    return narrow, old.gap(page, first, len(page) - last)


class _Old:
    """A record and its page, taken apart into literals (at even numbers) and references."""

    def __init__(self, chrome: Chrome, record: bytes) -> None:
        self.pieces = REFERENCE.split(record)
        texts = self.pieces.copy()
        texts[1::2] = map(chrome.table.__getitem__, texts[1::2])
        self.page = b"".join(texts)
        self.starts = list(accumulate(map(len, texts), initial=0))

    def gap(self, page: bytes, front: int, back: int) -> Gap:
        """Return the gap between bytes that are the same at both ends; slots are kept whole or not at all."""
        stop = len(self.page) - back
        first = bisect_right(self.starts, front, 1) - 1  # the piece that ends behind the front
        last = bisect_left(self.starts, stop, first, len(self.pieces))
        head, tail = self.pieces[:first], self.pieces[last:]
        start, end = self.starts[first], len(self.page) - self.starts[last]
        if first % 2 == 0 and first < len(self.pieces):
            head.append(self.pieces[first][: front - start])
            start = front
        if last % 2 and last > first:
            tail.insert(0, self.pieces[last - 1][stop - self.starts[last - 1] :])
            end = back
        filled = max((number for number in range(len(head)) if head[number]), default=0)
        after = head[filled] if filled % 2 else b""
        return Gap(b"".join(head), page[start : len(page) - end], b"".join(tail), after)


def _shift(how: str, page: bytes, front: int, end: int) -> int:
    """Return by how much an insertion is moved to the front, to begin where a part does: the page stays the same."""
    low = front - common_back(page[:front], page[:end], min(front, end - front))
    line = page.rfind(b"\n", max(0, low - 1), front) if how == "line" else -1
    place = line + 1 if line >= 0 else page.rfind(b"<", low, front + 1)
    return front - place if place >= 0 else 0


def _widened(how: str, page: bytes, front: int, end: int) -> tuple[int, int]:
    """Return where the part begins that a place is in, and where the part ends that another place is in."""
    if how == "line":
        last = page.find(b"\n", max(front, end - 1))
        return page.rfind(b"\n", 0, front) + 1, last + 1 if last >= 0 else len(page)
    last = page.find(b"<", end)
    return max(0, page.rfind(b"<", 0, front + 1)), last if last >= 0 else len(page)
