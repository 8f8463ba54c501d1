"""Subjects: the texts that name what a page can read, such as an item, a list or an address.

An item is named by its key, `entry:ID` or `asset:ID`; anything else by one of the functions here. A build collects the
subjects that changed and looks for the pages that read something of them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache

_REFERRERS = "to:"


def list_subject(list_id: str) -> str:
    """Return the subject of a list: a content type's, or `@` and its name in site.yaml."""
    return f"list:{list_id}"


def referrers_subject(key: str) -> str:
    """Return the subject of the links that lead to an item."""
    return f"{_REFERRERS}{key}"


def referred_key(subject: str) -> str | None:
    """Return the key of the item whose referrers a subject names; None for any other subject."""
    return subject.removeprefix(_REFERRERS) if subject.startswith(_REFERRERS) else None


def url_subject(url: str) -> str:
    """Return the subject of the page at an address."""
    return f"url:{url}"


def sitemap_subject(file: int, files: int) -> str:
    """Return the subject of the addresses in one of so many files of the sitemap."""
    return f"sitemap:{file}/{files}"


@lru_cache(maxsize=1 << 16)
def subject_number(subject: str) -> int:
    """Return the 64-bit number of a subject in the index; two subjects that share one only cost a second look."""
    return int.from_bytes(
        hashlib.blake2b(subject.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True
    )
