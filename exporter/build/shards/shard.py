"""Shards: the parts that the pages of a guide are cut into, by a hash of the entry that each shows."""

from __future__ import annotations

import re
from typing import NamedTuple
from zlib import crc32

MOST_SHARDS = 100_000
_WRITTEN = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")


class Shard(NamedTuple):
    """A part of a guide's pages: the `number`th, from 1, `of` so many.

    Invariant: which pages belong to it follows from their entries' ids, or the addresses of pages without one, so that
    every machine cuts a guide alike. The pages of an entry in all locales are in one shard.
    """

    number: int
    of: int

    def holds(self, owner: str) -> bool:
        """Whether the pages of an owner, an entry's id or a page's address, belong to the shard."""
        return shard_of(owner, self.of) == self

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"

    @property
    def file_name(self) -> str:
        """The name of the file with its pages."""
        return f"shard-{self.number}-of-{self.of}.pages"


def shard_of(owner: str, of: int) -> Shard:
    """Return the shard, of so many, that the pages of an owner belong to."""
    return Shard(crc32(owner.encode("utf-8", "replace")) % of + 1, of)


def read_shard(text: str) -> Shard:
    """Return a shard as it is written, such as `3/16`. Raises ValueError with a sentence."""
    found = _WRITTEN.fullmatch(text)
    if found is None or not int(found[1]) <= int(found[2]) <= MOST_SHARDS:
        raise ValueError(
            f"expected a part and how many there are, such as 3/16 ({MOST_SHARDS} at most), found {text!r}"
        )
    return Shard(int(found[1]), int(found[2]))
