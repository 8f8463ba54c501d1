"""Buckets: the leaves of the binary tree over the bits of the digests of paths. A pure function of the set of paths."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

from exporter.reader.records.chrome import path_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.reader.model import Member

MOST = 200
"""Pages of a bucket: a node with more is parted."""
DEEPEST = 16


@lru_cache(1 << 16)
def bits(path: str) -> str:
    """Return the bits of a path's place in the tree, as far as the tree is deep."""
    return format(int.from_bytes(path_key(path)[:2], "big"), "016b")


def prefixes(depths: Iterable[int]) -> list[str]:
    """Return the prefixes of leaves by their depths from left to right. Raises ValueError if they are no tree."""
    found, at = [], 0
    for depth in depths:
        if not 0 <= depth <= DEEPEST or at >= 1 << DEEPEST or at % (1 << DEEPEST - depth):
            raise ValueError("depths of buckets are no tree")
        found.append(format(at, f"0{DEEPEST}b")[:depth])
        at += 1 << DEEPEST - depth
    if at != 1 << DEEPEST:
        raise ValueError("depths of buckets are no tree")
    return found


def bucket_of(path: str, leaves: Mapping[str, object]) -> str:
    """Return the leaf that a path belongs to."""
    place = bits(path)
    return next(place[:depth] for depth in range(DEEPEST + 1) if place[:depth] in leaves)


def regroup(
    groups: dict[str, dict[str, Member]], counts: dict[str, int], load: Callable[[str], dict[str, Member]]
) -> set[str]:
    """Bring leaves back to the rule: part those with too many pages, put siblings with few enough together.

    `groups` are the members of the leaves that changed, `counts` the pages of all leaves; both are brought up to date.
    `load` gives the members of a leaf that did not change. Returns the leaves that are no more.
    """
    gone: set[str] = set()
    waiting = sorted(groups)
    while waiting:
        leaf = waiting.pop()
        if leaf not in groups:
            continue
        if counts[leaf] > MOST and len(leaf) < DEEPEST:
            members = groups.pop(leaf)
            for half in (leaf + "0", leaf + "1"):
                groups[half] = {path: member for path, member in members.items() if bits(path).startswith(half)}
                counts[half] = pages_in(groups[half])
                waiting.append(half)
            del counts[leaf]
            gone.add(leaf)
            continue
        sibling = leaf[:-1] + ("1" if leaf[-1] == "0" else "0") if leaf else ""
        if leaf and sibling in counts and counts[leaf] + counts[sibling] <= MOST:
            members = groups.pop(leaf) | (groups.pop(sibling) if sibling in groups else load(sibling))
            groups[leaf[:-1]] = dict(sorted(members.items(), key=lambda item: item[0].encode()))
            counts[leaf[:-1]] = counts.pop(leaf) + counts.pop(sibling)
            gone |= {leaf, sibling}
            waiting.append(leaf[:-1])
    return gone - set(groups)


def pages_in(members: Mapping[str, Member]) -> int:
    """Return how many pages there are among the members of a bucket."""
    return sum(member.record is not None for member in members.values())


def bucket_digest(rows: Iterable[tuple[str, bytes]]) -> str:
    """Return the digest of a bucket from paths and the SHA-256 of their files, in the order of paths."""
    total = hashlib.sha256()
    for path, digest in rows:
        total.update(path.encode() + b"\0" + digest)
    return total.hexdigest()[:24]


def token_of(buckets: Iterable[tuple[int, str]]) -> str:
    """Return the token of depths and digests, from left to right."""
    total = hashlib.sha256()
    for depth, digest in buckets:
        total.update(bytes((depth,)) + bytes.fromhex(digest))
    return total.hexdigest()[:16]
