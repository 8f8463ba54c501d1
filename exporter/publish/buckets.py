"""Rows in buckets: which bucket a path belongs to, and which buckets are written anew. All of it is pure.

A few rows that changed stay in the root, so that a publish writes no bucket for them. Only when they are too many
does the bucket with the most of them take them in; so what a publish writes does not grow with the guide.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.publish.manifest import Bucket, write_bucket

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.publish.manifest import Row

MOST_ROWS = 32_768
"""Rows of a bucket on average, beyond which there are twice as many buckets."""
MOST_CHANGES = 512
"""Rows in the root, beyond which a bucket is written anew."""


@dataclass(frozen=True)
class Packed:
    """Rows as a root has them; `written` are the new buckets by path, `dropped` the paths of those they replace.

    `contents` are the rows of each bucket without the changes.
    """

    buckets: tuple[Bucket, ...]
    contents: tuple[Mapping[str, Row], ...]
    changes: Mapping[str, Row | None]
    written: Mapping[str, bytes]
    dropped: frozenset[str]


def place_of(path: str, count: int) -> int:
    """Return which of so many buckets, a power of two, a path belongs to."""
    return int.from_bytes(hashlib.sha256(path.encode()).digest()[:4], "big") * count >> 32


def all_rows(contents: Sequence[Mapping[str, Row]], changes: Mapping[str, Row | None]) -> dict[str, Row]:
    """Return the rows of buckets with the changes that go before them."""
    rows = {path: row for bucket in contents for path, row in bucket.items()}
    for path, row in changes.items():
        if row is None:
            rows.pop(path, None)
        else:
            rows[path] = row
    return rows


def pack_rows(
    rows: Mapping[str, Row],
    buckets: Sequence[Bucket],
    contents: Sequence[Mapping[str, Row]],
    most_rows: int = MOST_ROWS,
    most_changes: int = MOST_CHANGES,
) -> Packed:
    """Return how a root says these rows, going on from the buckets that it has, whose rows are `contents`."""
    count = len(buckets)
    while len(rows) > most_rows * count:
        count *= 2
    if count > len(buckets):
        parted: list[dict[str, Row]] = [{} for _ in range(count)]
        for path, row in rows.items():
            parted[place_of(path, count)][path] = row
        return _packed(parted, {}, [True] * count, [Bucket("", 0)] * count, {one.name for one in buckets})
    standing = all_rows(contents, {})
    changes: dict[str, Row | None] = {path: row for path, row in rows.items() if standing.get(path) != row}
    changes |= {path: None for path in standing if path not in rows}
    by_bucket = Counter(place_of(path, count) for path in changes)
    folded = [False] * count
    for number, _ in by_bucket.most_common() if len(changes) > most_changes else ():
        folded[number] = True
        if sum(found for at, found in by_bucket.items() if not folded[at]) <= most_changes:
            break
    new = [
        all_rows([content], {path: row for path, row in changes.items() if place_of(path, count) == number})
        if folded[number]
        else content
        for number, content in enumerate(contents)
    ]
    left = {path: row for path, row in changes.items() if not folded[place_of(path, count)]}
    gone = {bucket.name for bucket, anew in zip(buckets, folded, strict=True) if anew}
    return _packed(new, left, folded, buckets, gone)


def _packed(
    contents: Sequence[Mapping[str, Row]],
    changes: Mapping[str, Row | None],
    folded: Sequence[bool],
    standing: Sequence[Bucket],
    gone: set[str],
) -> Packed:
    """Write the buckets that are folded; the others stand."""
    written: dict[str, bytes] = {}
    buckets = list(standing)
    for number, rows in enumerate(contents):
        if folded[number] and rows:
            path, data = write_bucket(rows)
            written[path] = data
            buckets[number] = Bucket(path, len(rows))
        elif folded[number]:
            buckets[number] = Bucket("", 0)
    dropped = frozenset(gone) - {bucket.name for bucket in buckets} - {""}
    return Packed(tuple(buckets), tuple(contents), changes, written, dropped)
