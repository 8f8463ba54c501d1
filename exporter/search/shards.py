"""The tree of shards: which tokens stand in which file, and what stands there, as a pure function of the documents.

A token's *postings* name the documents that it is in, by weight: ` `-separated groups of one character for the weight
(base 36) and the ids of documents, four characters each, in order; or, where they are many, `~` and the gaps between
their numbers, five bits a character from the lowest, the sixth set where the gap goes on. A *leaf* is a file of
tokens: the tokens whose UTF-8 begins with the bits of its prefix. A node with more than `LARGEST` bytes and more than
one token is parted by the next bit, so a token more or less concerns its own leaf, which it may part or join with its
neighbour.

Nothing in a leaf depends on other documents: neither their number nor an average length.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

LARGEST = 16_000
"""Bytes of a leaf, about; a token that is in very many documents may take more alone."""

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_WEIGHTS = "0123456789abcdefghijklmnopqrstuvwxyz"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_ID = 4
_GAPS = "~"
MANY = 256
"""Documents of a group from which on it is written as gaps, which take half as much."""
HEAVIEST = 35
"""The greatest weight that postings have room for; no token weighs more."""


def _size(entry: tuple[str, str]) -> int:
    return len(entry[0].encode()) + len(entry[1]) + 6


def document_number(path: str) -> int:
    """Return the number of the document at a path under site/: a hash of 24 bits, so that two may share one."""
    value = 0x811C9DC5
    for byte in path.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    value ^= value >> 15
    value = (value * 0x2C1B3C6D) & 0xFFFFFFFF
    return (value ^ value >> 12) & 0xFFFFFF


def document_id(number: int) -> str:
    """Return a document's number as postings have it."""
    return "".join(_ALPHABET[number >> shift & 63] for shift in (18, 12, 6, 0))


def posting(document: str, weight: int) -> str:
    """Return what stands for a document in the postings of a token: its weight and its id."""
    return _WEIGHTS[weight] + document


def changed_postings(postings: str, gone: Iterable[str], new: Iterable[str]) -> str:
    """Return a token's postings without those that are gone and with the new ones; "" if none are left."""
    found = {group[0] + document for group in postings.split() for document in _documents(group)}
    found.difference_update(gone)
    found.update(new)
    groups: dict[str, list[str]] = {}
    for one in sorted(found):
        groups.setdefault(one[0], []).append(one[1:])
    return " ".join(weight + _joined(documents) for weight, documents in groups.items())


def _joined(documents: list[str]) -> str:
    """Return ids as a group has them: one behind the other or, where they are many, the gaps between their numbers."""
    if len(documents) < MANY:
        return "".join(documents)
    last, parts = 0, [_GAPS]
    for number in sorted(map(_number, documents)):
        gap, last = number - last, number
        while gap > 31:
            parts.append(_ALPHABET[gap & 31 | 32])
            gap >>= 5
        parts.append(_ALPHABET[gap])
    return "".join(parts)


def _documents(group: str) -> Iterator[str]:
    """Yield the ids of a group."""
    if group[1] != _GAPS:
        yield from (group[at : at + _ID] for at in range(1, len(group), _ID))
        return
    last = shift = 0
    for sign in group[2:]:
        digit = _VALUES[sign]
        last += (digit & 31) << shift
        shift = shift + 5 if digit > 31 else 0
        if not shift:
            yield document_id(last)


def _number(document: str) -> int:
    value = 0
    for sign in document:
        value = value << 6 | _VALUES[sign]
    return value


def bits(token: str) -> str:
    """Return the bits of a token's UTF-8."""
    data = token.encode()
    return f"{int.from_bytes(data, 'big'):0{8 * len(data)}b}"


def low_name(prefix: str) -> str:
    """Return the name of a leaf's file: the lowest bits below its prefix in hexadecimal, without zeros at the end.

    A node keeps the name of its lower half, so where a leaf is parted, one file is new and one changed.
    """
    padded = prefix + "0" * (-len(prefix) % 4)
    return "".join(f"{int(padded[at : at + 4], 2):x}" for at in range(0, len(padded), 4)).rstrip("0") or "0"


class Changes(NamedTuple):
    """What changes in the postings of a token: those that are gone, and the new ones."""

    gone: list[str]
    new: list[str]


class Tree:
    """The leaves of a locale. `standing` holds the bytes and the number of tokens of each, by prefix.

    `load` returns the postings of one that stands. `written` are the leaves that changes make.
    """

    def __init__(self, standing: Mapping[str, tuple[int, int]], load: Callable[[str], dict[str, str]]) -> None:
        self._standing = dict(standing)
        self._order = sorted(standing)
        self._deepest = max(map(len, standing), default=0)
        self._load = load
        self._before = frozenset(standing)
        self.written: dict[str, dict[str, str]] = {}

    @property
    def dropped(self) -> frozenset[str]:
        """The prefixes of the leaves that stood and do no longer."""
        return self._before - self._standing.keys()

    def size_of(self, prefix: str) -> tuple[int, int]:
        """Return the bytes and the number of tokens of a leaf that stands."""
        return self._standing[prefix]

    @property
    def names(self) -> list[str]:
        """The names of all leaves' files, in the order of their tokens."""
        return [low_name(prefix) for prefix in self._order]

    def apply(self, changes: Mapping[str, Changes]) -> None:
        """Change postings; leaves are parted and joined as they have to be."""
        by_leaf: dict[str, list[str]] = {}
        for token in changes:
            by_leaf.setdefault(self._leaf_of(token), []).append(token)
        for prefix, tokens in by_leaf.items():
            postings = dict(self._postings(prefix)) if prefix in self._standing else {}
            for token in tokens:
                postings[token] = changed_postings(postings.get(token, ""), *changes[token])
            self._put(prefix, {token: text for token, text in postings.items() if text})
        for prefix in sorted(by_leaf, reverse=True):
            self._join(prefix)

    def _postings(self, prefix: str) -> dict[str, str]:
        return self.written[prefix] if prefix in self.written else self._load(prefix)

    def _leaf_of(self, token: str) -> str:
        """Return the prefix of the leaf that a token is in; of one that does not stand, where it is to be."""
        text = bits(token)
        text += "0" * (self._deepest - len(text))
        for depth in range(len(text) + 1):
            prefix = text[:depth]
            if prefix in self._standing or not self._below(prefix):
                return prefix
        raise AssertionError(token)  # a token of as many bits is the only one of its leaf

    def _below(self, prefix: str) -> list[str]:
        """Return the leaves that stand at a prefix or below it."""
        return self._order[bisect_left(self._order, prefix) : bisect_left(self._order, f"{prefix}2")]

    def _put(self, prefix: str, postings: dict[str, str]) -> None:
        """Put postings in the place of a leaf, parted where they are too many for one."""
        leaves = dict(_parted(prefix, postings))
        self._drop(prefix)
        for part, found in leaves.items():
            self.written[part] = found
            self._standing[part] = sum(map(_size, found.items())), len(found)
            self._deepest = max(self._deepest, len(part))
            insort(self._order, part)

    def _drop(self, prefix: str) -> None:
        if self._standing.pop(prefix, None) is not None:
            del self._order[bisect_left(self._order, prefix)]
        self.written.pop(prefix, None)

    def _join(self, prefix: str) -> None:
        """Join a leaf with its neighbours where their node is one that need not be parted any more."""
        while prefix:
            prefix = prefix[:-1]
            below = self._below(prefix)
            size, count = (sum(self._standing[part][which] for part in below) for which in (0, 1))
            if count > 1 and size > LARGEST:
                return
            if below and below != [prefix]:
                postings: dict[str, str] = {}
                for part in below:
                    postings.update(self._postings(part))
                    self._drop(part)
                self._put(prefix, postings)


def _parted(prefix: str, postings: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the leaves of the tokens below a prefix."""
    tokens = sorted((bits(token), token) for token in postings)
    sizes = [0, *accumulate(_size((token, postings[token])) for _, token in tokens)]

    def part(prefix: str, start: int, end: int) -> Iterator[tuple[str, dict[str, str]]]:
        if end - start <= 1 or sizes[end] - sizes[start] <= LARGEST:
            if end > start:
                yield prefix, {token: postings[token] for _, token in tokens[start:end]}
            return
        middle = bisect_left(tokens, (f"{prefix}1", ""), start, end)
        yield from part(f"{prefix}0", start, middle)
        yield from part(f"{prefix}1", middle, end)

    return part(prefix, 0, len(tokens))
