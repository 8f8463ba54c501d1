"""Publish one chain: packs, chrome, indexes, steps from kept tokens, then the list; only then is anything removed."""

from __future__ import annotations

from collections import Counter
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.encoding import BrokenError, deflate, digest_name, inflate, load_object
from exporter.reader.evolve import Change, Evolution, evolve
from exporter.reader.head import (
    LETTERS,
    LISTS,
    Head,
    Ledger,
    chrome_data,
    everything,
    ledger_data,
    ledger_name,
    list_data,
    load_members,
)
from exporter.reader.kept import append_token
from exporter.reader.leaves import make_leaf, write_leaf
from exporter.reader.model import ChainReport
from exporter.reader.past import LostError, Past
from exporter.reader.records.buckets import bucket_of
from exporter.reader.records.records import common_length, slots_used
from exporter.reader.trail import Trail, write_trail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from exporter.reader.folder import ChainFolder
    from exporter.reader.head import Leaf
    from exporter.reader.memory import Memory
    from exporter.reader.model import Entry, Keeping
    from exporter.reader.records.records import Chrome
_REMEMBERED = 2_000
"""Tokens that are remembered once they are dropped."""


class Place(NamedTuple):
    """Where a chain lies and what the publisher remembers of it."""

    folder: ChainFolder
    memory: Memory
    locale: str
    keeping: Keeping
    time: int | None
    jobs: int = 1
    clean: bool = True
    """Whether the last run is known to have come to its end: what it would have written last is right."""


def publish_first(place: Place, paths: Iterable[str], read: Callable[[str], bytes]) -> ChainReport:
    """Publish a chain that has no history."""
    from exporter.reader.first import begin  # most builds change a history

    first = begin(paths, read, place.folder, place.jobs)
    head = _with_chrome(place.folder, first.token, first.chrome, first.leaves, Ledger(), "")
    kept = append_token((), head.token, place.time, place.keeping)
    head = head._replace(ledger=Ledger(tuple(kept)))
    trail = Trail(
        place.folder, place.keeping, head, None, Past((), lambda *_: None, lambda _path: None, head.chrome.slots)
    )
    head = write_trail(trail, {}, lambda _path: None)
    report = _finish(place, head, first.uses, {}, None)
    return report._replace(changed=sum(leaf.pages for leaf in head.leaves.values()))


def publish_next(place: Place, head: Head, change: Change) -> ChainReport | None:
    """Publish a chain after a build; None if its pages are what they were. Raises BrokenError for a broken chain."""
    listed = place.folder.read("list.bin") or b""
    uses = place.memory.uses(place.locale, listed)
    if uses is None:
        place.memory.forget(place.locale)
        uses = _count_uses(place.folder, head)
    tokens = [one.token for one in head.ledger.kept]
    old_entry = _Entries(place, head)
    past = Past(
        tokens[:-1], lambda old, new: _history(place.folder, old, new or head.token), old_entry, head.chrome.slots
    )
    evolution = evolve(place.folder, head, uses, change, past)
    if evolution.token == head.token:
        if not place.clean:
            for members in evolution.groups.values():
                write_leaf(place.folder, make_leaf(place.folder, members))  # an index is not taken over
            _repair(place, head, uses, old_entry)
        return None
    new = _with_files(place, evolution, _next_ledger(place, head.ledger, evolution.token), head.epoch)

    def entry(path: str) -> Entry:
        return evolution.entries[path] if path in evolution.entries else old_entry(path)

    def past_of(tokens: Sequence[str]) -> Past:
        past = Past(tokens, partial(_history, place.folder), entry, evolution.chrome.slots)
        past.add_layer(len(tokens) - 1, evolution.layer)
        return past

    new = _remembering(_with_trail(place, new, head, tokens, past_of, _Bases(evolution, old_entry)), tokens)
    records = {path: entry if isinstance(entry, bytes) else None for path, entry in evolution.entries.items()}
    report = _finish(place, new, evolution.uses, old_entry.sought | records, head)
    return report._replace(
        changed=sum(isinstance(entry, bytes) for entry in evolution.entries.values()),
        removed=sum(entry is None for entry in evolution.entries.values()),
        bytes=_update_bytes(place.folder, head, new),
    )


def _next_ledger(place: Place, ledger: Ledger, token: str) -> Ledger:
    """Return the ledger with the tokens that are kept now; also a run that came to no end may have given out tokens."""
    kept = append_token(ledger.kept, token, place.time, place.keeping)
    tokens = {one.token for one in ledger.kept}
    given = (name.removeprefix("since/").removesuffix(".bin") for name in place.folder.names("since"))
    dropped = (*ledger.dropped, *(one[:LETTERS] for one in sorted(given) if one not in tokens))
    reused = token if token not in tokens and token[:LETTERS] in set(dropped) else ""
    kept = [one for one in kept if one.token != ledger.reused]
    return ledger._replace(kept=tuple(kept), dropped=dropped, reused=reused)


def _remembering(head: Head, tokens: Iterable[str]) -> Head:
    """Return a state that knows which of the tokens kept till now are so no longer."""
    kept = {one.token for one in head.ledger.kept}
    gone = (*head.ledger.dropped, *(token[:LETTERS] for token in tokens if token not in kept))
    latest = tuple(reversed(dict.fromkeys(reversed(gone))))[-_REMEMBERED:]
    return head._replace(ledger=head.ledger._replace(dropped=latest))


def _update_bytes(folder: ChainFolder, before: Head, new: Head) -> int:
    """Return what a device in the state before pays, change packs included: by its step, else by digests."""
    lead = _leads(folder).get(before.token)
    if lead is not None:
        return lead[1]
    same = {leaf.digest for leaf in before.leaves.values()}
    taken = sum(leaf.index + leaf.size for leaf in new.leaves.values() if leaf.digest not in same)
    return folder.size("list.bin") + folder.size(f"chrome/{new.chrome_name}.bin") + taken


def _repair(place: Place, head: Head, uses: Mapping[int, int], entry: Callable[[str], Entry]) -> None:
    """Write what a run that came to no end may have left otherwise: its pages were taken back since."""
    tokens = [one.token for one in head.ledger.kept][:-1]

    def past_of(tokens: Sequence[str]) -> Past:
        return Past(tokens, lambda old, new: _history(place.folder, old, new or head.token), entry, head.chrome.slots)

    head = _remembering(_with_trail(place, head, None, tokens, past_of, lambda _path: None), tokens)
    place.folder.write(ledger_name(head.token), ledger_data(head))
    place.memory.put(place.locale, place.folder.read("list.bin") or b"", uses, {})
    sweep(place.folder, head)


def _with_trail(
    place: Place,
    new: Head,
    before: Head | None,
    tokens: Sequence[str],
    past_of: Callable[[Sequence[str]], Past],
    base: Callable[[str], str | None],
) -> Head:
    """Write the steps of a state; tokens that the history does not reach any more are given up."""
    while True:
        try:
            trail = Trail(place.folder, place.keeping, new, before, past_of(tokens))
            return write_trail(trail, _leads(place.folder) if place.clean else {}, base)
        except LostError as lost:
            gone, tokens = set(tokens[: lost.at + 1]), tokens[lost.at + 1 :]
            kept = tuple(one for one in new.ledger.kept if one.token not in gone or one.token == new.token)
            new = new._replace(ledger=new.ledger._replace(kept=kept))


class _Entries:
    """What devices have at paths in the state before: from what is remembered, else from packs.

    `sought` are the records that only packs had: while a change pack leads from them, every build asks for them.
    """

    def __init__(self, place: Place, head: Head) -> None:
        self._place, self._head = place, head
        self.sought: dict[str, bytes | None] = {}
        self._found: dict[str, Entry] = {}
        self._known: set[str] = set()
        self._loaded: set[str] = set()

    def __call__(self, path: str) -> Entry:
        if path not in self._known:
            self._known.add(path)
            record = self._place.memory.record(self._place.locale, path)
            if record is not None:
                self._found[path] = record
            else:
                self._load(bucket_of(path, self._head.leaves))
                found = self._found.get(path)
                self.sought |= {path: found} if isinstance(found, bytes) else {}
        return self._found.get(path)

    def _load(self, leaf: str) -> None:
        if leaf not in self._loaded:
            self._loaded.add(leaf)
            members = load_members(self._place.folder, self._head, leaf, everything)
            self._found |= {path: member.entry for path, member in members.items()}


class _Bases:
    """Names a page whose record is like that of a path: of its bucket the one whose path begins most alike."""

    def __init__(self, evolution: Evolution, old_entry: Callable[[str], Entry]) -> None:
        self._groups, self._old = evolution.groups, old_entry
        self._new = {path for path in evolution.entries if old_entry(path) is None}

    def __call__(self, path: str) -> str | None:
        members = self._groups.get(bucket_of(path, self._groups), {}) if self._covers(path) else {}
        others = (
            one for one, member in members.items() if member.record is not None and one not in self._new and one != path
        )
        return max(others, key=lambda one: (common_length(one, path), one), default=None)

    def _covers(self, path: str) -> bool:
        try:
            bucket_of(path, self._groups)
        except StopIteration:
            return False
        return True


def _history(folder: ChainFolder, older: str, newer: str) -> bytes | None:
    return folder.read(f"history/{older}.{newer}.bin")


def _leads(folder: ChainFolder) -> dict[str, tuple[str, int]]:
    """Return where each token leads by now and what that costs."""
    data = folder.read("sizes.bin")
    if data is None:
        return {}
    try:
        return {str(token): (str(to), int(size)) for token, (to, size) in load_object(inflate(data))["since"].items()}
    except (BrokenError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _count_uses(folder: ChainFolder, head: Head) -> Counter[int]:
    uses: Counter[int] = Counter()
    for leaf in head.leaves:
        for member in load_members(folder, head, leaf, everything).values():
            if member.record is not None:
                uses.update(slots_used(member.record))
    return uses


def _with_files(place: Place, evolution: Evolution, ledger: Ledger, epoch: str) -> Head:
    """Write packs, chrome and indexes of a new state; return it."""
    leaves = dict(evolution.leaves)
    for leaf, members in evolution.groups.items():
        leaves[leaf] = write_leaf(place.folder, make_leaf(place.folder, members))
    return _with_chrome(place.folder, evolution.token, evolution.chrome, leaves, ledger, epoch)


def _with_chrome(
    folder: ChainFolder, token: str, chrome: Chrome, leaves: Mapping[str, Leaf], ledger: Ledger, epoch: str
) -> Head:
    """Write the chrome of a new state; return it, with an epoch of its own where none is given."""
    data = chrome_data(chrome)
    name = digest_name(data)
    if not folder.has(f"chrome/{name}.bin"):
        folder.write(f"chrome/{name}.bin", deflate(data))
    if not epoch:
        epoch = digest_name("".join((token, name, *(leaves[one].pack for one in sorted(leaves)))).encode(), 8)
    return Head(token, epoch, chrome, name, leaves, ledger)


def _finish(
    place: Place, head: Head, uses: Mapping[int, int], records: Mapping[str, bytes | None], before: Head | None
) -> ChainReport:
    """Move the pointer (ledger, list), then remove what nobody may ask for any more."""
    folder = place.folder
    retired = _retired(folder, head, before)
    head = head._replace(ledger=head.ledger._replace(retired=retired))
    folder.write(ledger_name(head.token), ledger_data(head))
    listed = list_data(head, folder.size(f"chrome/{head.chrome_name}.bin"))
    folder.write("list.bin", listed)
    place.memory.put(place.locale, listed, uses, records)
    written = len(folder.written)
    sweep(folder, head)
    leaves = head.leaves.values()
    install = len(listed) + folder.size(f"chrome/{head.chrome_name}.bin") + sum(leaf.size for leaf in leaves)
    return ChainReport(head.token, 0, 0, 0, install, sum(leaf.stored for leaf in leaves), written)


def _retired(folder: ChainFolder, head: Head, before: Head | None) -> tuple[tuple[str, ...], ...]:
    if before is None:
        return ()
    current = head.names()
    gone = tuple(sorted(name for name in before.names() - current if folder.has(name)))
    return (gone, *before.ledger.retired)[: LISTS - 1]


def sweep(folder: ChainFolder, head: Head) -> None:
    """Remove files that neither the last lists nor kept tokens name."""
    tokens = [one.token for one in head.ledger.kept]
    stay = head.names() | {name for names in head.ledger.retired for name in names}
    stay |= {f"since/{token}.bin" for token in tokens}
    stay.add(ledger_name(head.token))
    stay |= {f"history/{older}.{newer}.bin" for older, newer in pairwise(tokens)}
    for kind in ("packs", "chrome", "index", "changes", "history", "since"):
        for name in folder.names(kind):
            if name not in stay:
                folder.remove(name)
