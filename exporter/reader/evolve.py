"""What a build does to a chain, as values: members, chrome and buckets of the new state, how the old one differs."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.encoding import BrokenError
from exporter.reader.head import Leaf, everything, load_members
from exporter.reader.leaves import digest_of
from exporter.reader.model import Member
from exporter.reader.past import Layer
from exporter.reader.records.buckets import bucket_of, pages_in, regroup, token_of
from exporter.reader.records.carry import carry
from exporter.reader.records.records import Chrome, is_text, slots_used
from exporter.reader.steps import by_bytes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.reader.folder import ChainFolder
    from exporter.reader.head import Head
    from exporter.reader.model import Entry
    from exporter.reader.past import Past

_TEXTS = (
    ".html",
    ".htm",
    ".css",
    ".js",
    ".mjs",
    ".svg",
    ".json",
    ".webmanifest",
    ".txt",
    ".xml",
    ".gpx",
    ".kml",
    ".geojson",
    ".vtt",
)
"""What travels as a record; everything else is an other file."""
_FILE_DIGEST = 12


class Evolution(NamedTuple):
    """The new state: members of the buckets that changed, leaves that are no more, the chrome, uses of slots.

    `layer` has what the state before has otherwise; `leaves` are those that did not change.
    """

    token: str
    groups: Mapping[str, Mapping[str, Member]]
    leaves: Mapping[str, Leaf]
    chrome: Chrome
    uses: Mapping[int, int]
    layer: Layer
    entries: Mapping[str, Entry]


class Change(NamedTuple):
    """What a build did to the files of a chain, and how a file of the site is read."""

    written: Iterable[str]
    removed: Iterable[str]
    read: Callable[[str], bytes]


class Pages(dict[str, bytes]):
    """Pages by path, read from the site when they are asked for: all of a large guide would not fit."""

    def __init__(self, paths: Iterable[str], read: Callable[[str], bytes]) -> None:
        super().__init__(dict.fromkeys(paths, b""))
        self._read = read

    def __getitem__(self, path: str) -> bytes:
        """Read a page."""
        return self._read(path)


def is_text_name(path: str) -> bool:
    """Return whether a file is a text by its name."""
    return path.lower().endswith(_TEXTS)


def read_member(path: str, data: bytes) -> Member:
    """Return the member that a file of the site is, its record still to be made."""
    digest = hashlib.sha256(data).digest()
    if is_text_name(path) and is_text(data):
        return Member(digest, b"", len(data))
    return Member(digest[:_FILE_DIGEST], None, len(data))


def evolve(
    folder: ChainFolder,
    head: Head,
    uses: Mapping[int, int],
    change: Change,
    past: Past,
) -> Evolution:
    """Return the state after a build. Raises BrokenError if what is published can't be read."""
    changed = {path: read_member(path, change.read(path)) for path in change.written}
    gone = {path for path in change.removed if path not in changed}
    groups = _groups(folder, head, {*changed, *gone})
    olds = {path: one.entry for members in groups.values() for path, one in members.items()}
    olds = {path: olds.get(path) for path in {*changed, *gone}}
    for path in olds:
        members = groups[bucket_of(path, head.leaves)]
        members.pop(path, None)
        if path in changed:
            members[path] = changed[path]
    groups = {leaf: _ordered(members) for leaf, members in groups.items()}
    counts = {name: leaf.pages for name, leaf in head.leaves.items()}
    counts |= {leaf: pages_in(members) for leaf, members in groups.items()}
    dropped = regroup(groups, counts, lambda leaf: load_members(folder, head, leaf))
    leaves = {name: leaf for name, leaf in head.leaves.items() if name not in groups and name not in dropped}
    token = _token(groups, leaves)
    restored = _restored(token, head, past, change.read, _known(olds, changed))
    if restored is None:
        pages = Pages((path for path, member in changed.items() if member.record is not None), change.read)
        total = sum(leaf.pages for leaf in head.leaves.values())
        others = partial(_other_records, folder, head, {*olds})
        chrome, records = carry(head.chrome, _known(olds, changed), pages, uses, total, others)
    else:
        chrome, records = restored
    _join_in(folder, head, groups, leaves, records, olds)
    news = _put_records(groups, records, olds)
    olds = {path: old for path, old in olds.items() if old != news[path]}
    news = {path: news[path] for path in olds}
    layer = Layer(olds, _slots_before(head.chrome, chrome))
    return Evolution(token, groups, leaves, chrome, _counted(uses, olds, news), layer, news)


def _known(olds: Mapping[str, Entry], changed: Mapping[str, Member]) -> dict[str, bytes]:
    """Return the old records of pages that are written and stay pages."""
    return {
        path: old
        for path, old in olds.items()
        if isinstance(old, bytes) and path in changed and changed[path].record is not None
    }


def _groups(folder: ChainFolder, head: Head, paths: set[str]) -> dict[str, dict[str, Member]]:
    """Return the members of the buckets that some paths belong to, the SHA-256 of these paths left out."""
    return {leaf: load_members(folder, head, leaf, paths) for leaf in {bucket_of(path, head.leaves) for path in paths}}


def _other_records(folder: ChainFolder, head: Head, paths: set[str]) -> dict[str, bytes]:
    """Return the records of all pages but some."""
    return {
        path: member.record
        for leaf in head.leaves
        for path, member in load_members(folder, head, leaf, everything).items()
        if member.record is not None and path not in paths
    }


def _ordered(members: Mapping[str, Member]) -> dict[str, Member]:
    return {path: members[path] for path in by_bytes(members)}


def _restored(
    token: str, head: Head, past: Past, read: Callable[[str], bytes], known: Mapping[str, bytes]
) -> tuple[Chrome, dict[str, bytes]] | None:
    """Return chrome and records of an earlier state with the same pages, as devices hold them; None for none."""
    if token not in past.tokens:
        return None
    at, newest = past.tokens.index(token), len(past.tokens)
    try:
        entries = {path: past.entry(at, path) for path in past.touched(at, newest)}
        slots = {slot: past.slot(at, slot) for slot in past.touched_slots(at, newest)}
        chrome = replace(head.chrome, slots={**head.chrome.slots, **slots})
        records = {
            **{path: old for path, old in known.items() if path not in entries},
            **{path: entry for path, entry in entries.items() if isinstance(entry, bytes)},
        }
        if all(chrome.join(record) == read(path) for path, record in records.items()):
            return chrome, records
    except BrokenError:
        pass
    return None


def _join_in(
    folder: ChainFolder,
    head: Head,
    groups: dict[str, dict[str, Member]],
    leaves: dict[str, Leaf],
    records: Iterable[str],
    olds: dict[str, Entry],
) -> None:
    """Load the buckets of pages that stay as they are while their records change."""
    for path in records:
        leaf = bucket_of(path, {**leaves, **groups})
        if leaf in leaves:
            groups[leaf] = load_members(folder, head, leaf)
            del leaves[leaf]
        if path not in olds:
            olds[path] = groups[leaf][path].entry


def _put_records(
    groups: dict[str, dict[str, Member]], records: Mapping[str, bytes], paths: Iterable[str]
) -> dict[str, Entry]:
    """Put records into their buckets; return what devices will have at some paths."""
    news: dict[str, Entry] = dict.fromkeys(paths)
    for members in groups.values():
        for path, member in members.items():
            if path in records:
                members[path] = member._replace(record=records[path])
            if path in news:
                news[path] = members[path].entry
    return news


def _slots_before(old: Chrome, new: Chrome) -> dict[int, bytes]:
    """Return the texts that slots had, of those that change."""
    numbers = {*old.slots, *new.slots}
    return {one: old.slots.get(one, b"") for one in numbers if old.slots.get(one, b"") != new.slots.get(one, b"")}


def _counted(uses: Mapping[int, int], olds: Mapping[str, Entry], news: Mapping[str, Entry]) -> Counter[int]:
    count = Counter(uses)
    for entries, sign in ((olds, -1), (news, 1)):
        for entry in entries.values():
            if isinstance(entry, bytes):
                for slot in slots_used(entry):
                    count[slot] += sign
    return count


def _token(groups: Mapping[str, Mapping[str, Member]], leaves: Mapping[str, Leaf]) -> str:
    digests = {name: leaf.digest for name, leaf in leaves.items()} | {
        leaf: digest_of(members) for leaf, members in groups.items()
    }
    return token_of((len(leaf), digests[leaf]) for leaf in sorted(digests))
