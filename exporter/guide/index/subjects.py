"""Subjects: the texts that name what a page can read, such as an item, a list or an address.

An item is named by its key, `entry:ID` or `asset:ID`; anything else by one of the functions here. A build collects the
subjects that changed and looks for the pages that read something of them.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

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


def points_subject(list_id: str) -> str:
    """Return the subject of where the entries of a list are, and what they are called; "" stands for all places."""
    return f"points:{list_id}"


def points_subjects(type_id: str, lists: Iterable[str]) -> set[str]:
    """Return the subjects of where the entries are of each list that an entry of a content type stands in."""
    return {points_subject(list_id) for list_id in ("", type_id, *lists)}


def near_subject(layer: str, window: object) -> str:
    """Return the subject of what is near to a place in a window of `exporter/maps/windows.py`."""
    return f"near:{layer}/{window}"


@lru_cache(maxsize=1 << 16)
def subject_number(subject: str) -> int:
    """Return the 64-bit number of a subject in the index; two subjects that share one only cost a second look."""
    return int.from_bytes(
        hashlib.blake2b(subject.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True
    )
