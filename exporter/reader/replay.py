"""Replay history that came from elsewhere: a state is believed where its pages have the hashes its token stands for."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from exporter.reader.encoding import BrokenError
from exporter.reader.model import Member
from exporter.reader.past import Past
from exporter.reader.records.buckets import bucket_digest, pages_in, regroup, token_of
from exporter.reader.records.records import Chrome, slots_used
from exporter.reader.steps import by_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.reader.folder import ChainFolder
    from exporter.reader.head import Head
    from exporter.reader.model import Entry


def reachable(folder: ChainFolder, head: Head, members: Mapping[str, Member]) -> int:
    """Return how many of the kept tokens before the newest can be reached, walking back, with all hashes right."""
    tokens = [one.token for one in head.ledger.kept][:-1]

    def load(older: str, newer: str) -> bytes | None:
        return folder.read(f"history/{older}.{newer or head.token}.bin")

    def newest(path: str) -> Entry:
        return members[path].entry if path in members else None

    past = Past(tokens, load, newest, head.chrome.slots)
    state = _State(members, dict(head.chrome.slots), head.chrome.how)
    for at in range(len(tokens) - 1, -1, -1):
        try:
            layer = past.layer(at)
            state.step(layer.entries, layer.slots)
        except (BrokenError, ValueError):
            return len(tokens) - 1 - at
        if state.token() != tokens[at]:
            return len(tokens) - 1 - at
    return len(tokens)


class _State:
    """The members of a state with their hashes, and which of them use a slot."""

    def __init__(self, members: Mapping[str, Member], slots: dict[int, bytes], how: str) -> None:
        self.members, self.slots, self.how = dict(members), slots, how
        self.users: dict[int, set[str]] = {}
        for path, member in members.items():
            self._use(path, member.record)

    def _use(self, path: str, record: bytes | None) -> None:
        for slot in slots_used(record or b""):
            self.users.setdefault(slot, set()).add(path)

    def step(self, entries: Mapping[str, Entry], slots: Mapping[int, bytes]) -> None:
        """Take a state one step back."""
        changed = {path for slot in slots for path in self.users.get(slot, ())}
        self.slots |= slots
        for path, entry in entries.items():
            if entry is None:
                self.members.pop(path, None)
            elif isinstance(entry, bytes):
                self.members[path] = Member(b"", entry, 0)
                self._use(path, entry)
                changed.add(path)
            else:
                self.members[path] = Member(bytes.fromhex(entry[1]), None, entry[0])
        chrome = Chrome(self.how, self.slots)
        for path in changed:
            record = self.members[path].record if path in self.members else None
            if record is not None:
                page = chrome.join(record)
                self.members[path] = Member(hashlib.sha256(page).digest(), record, len(page))

    def token(self) -> str:
        """Return the token of the members."""
        groups = {"": {path: self.members[path] for path in by_bytes(self.members)}}
        regroup(groups, {"": pages_in(self.members)}, lambda _leaf: {})
        digests = {
            leaf: bucket_digest((path, member.sha) for path, member in rows.items()) for leaf, rows in groups.items()
        }
        return token_of((len(leaf), digests[leaf]) for leaf in sorted(digests))
