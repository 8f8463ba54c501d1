"""The newest state of a chain as it lies on the disk: list, chrome, ledger, and the members of its buckets."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.encoding import (
    LARGE,
    SMALL,
    VERSION,
    BrokenError,
    Json,
    deflate,
    dump,
    inflate,
    load,
    load_object,
)
from exporter.reader.kept import Kept
from exporter.reader.model import Member
from exporter.reader.records.buckets import DEEPEST, prefixes
from exporter.reader.records.records import SLOTS, Chrome

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from exporter.reader.folder import ChainFolder

LISTS = 3
"""Files that one of so many lists names stay."""
LETTERS = 8
"""Letters of a token that are remembered once it is dropped."""
_PAGE_ROW = 2
_MOST_BUCKETS = 1 << DEEPEST


@dataclass(frozen=True, slots=True)
class Leaf:
    """A bucket in the list: digest of its members, name and bytes of its pack, number of pages, bytes of its index."""

    digest: str
    pack: str
    size: int
    pages: int
    index: int
    stored: int = 0
    files: tuple[int, int] = (0, 0)


class Ledger(NamedTuple):
    """What the publisher goes on with: tokens kept (the newest last), change packs in use, names that went lately.

    A token names pages, not records. Where pages come back whose token was dropped, devices may have that token with
    the records that it had then, which no step fits: such a token is `reused`, and no step leads from it.
    """

    kept: tuple[Kept, ...] = ()
    changes: tuple[str, ...] = ()
    retired: tuple[tuple[str, ...], ...] = ()
    dropped: tuple[str, ...] = ()
    """The first letters of tokens that are no longer kept, the latest last."""
    reused: str = ""
    """The newest token, if it was dropped before."""


class Head(NamedTuple):
    """The newest state of a chain."""

    token: str
    epoch: str
    chrome: Chrome
    chrome_name: str
    leaves: Mapping[str, Leaf]
    ledger: Ledger

    def names(self) -> set[str]:
        """Return the names of the files that the list and the since-files name."""
        found = {f"chrome/{self.chrome_name}.bin"} | {f"changes/{name}.bin" for name in self.ledger.changes}
        for leaf in self.leaves.values():
            found |= {f"packs/{leaf.pack}.bin", f"index/{leaf.digest}.bin"}
        return found


def pack_data(members: Mapping[str, Member]) -> bytes:
    """Return a pack before it is deflated; members come in the order of paths."""
    rows: list[Json] = []
    for path, member in members.items():
        entry = member.entry
        rows.append([path, len(entry)] if isinstance(entry, bytes) else [path, *(entry or ())])
    records = (member.record for member in members.values() if member.record is not None)
    return b"".join((dump(rows), b"\n", *records))


def index_data(members: Mapping[str, Member]) -> bytes:
    """Return an index before it is deflated."""
    rows = [path if member.record is not None else [path, member.size] for path, member in members.items()]
    return b"".join((dump(rows), b"\n", *(member.sha[:6] for member in members.values())))


def parse_pack(data: bytes) -> dict[str, Member]:
    """Read a pack; the SHA-256 of pages is left empty. Raises BrokenError."""
    rows, _, records = data.partition(b"\n")
    found, at = {}, 0
    try:
        for row in load(rows):
            if len(row) == _PAGE_ROW:
                path, length = row
                found[path] = Member(b"", records[at : at + length], length)
                at += length
            else:
                path, size, digest = row[:3]
                found[path] = Member(bytes.fromhex(digest), None, size)
    except (TypeError, ValueError) as error:
        raise BrokenError(f"no pack: {error}") from None
    if at != len(records):
        raise BrokenError("a pack is cut or followed by something")
    return found


def with_sha(member: Member, chrome: Chrome) -> Member:
    """Return a member with the SHA-256 of its page. Raises BrokenError."""
    if member.record is None:
        return member
    page = chrome.join(member.record)
    return Member(hashlib.sha256(page).digest(), member.record, len(page))


class _Everything:
    """Holds every path."""

    def __contains__(self, _path: object) -> bool:
        return True


everything = _Everything()


def load_members(folder: ChainFolder, head: Head, leaf: str, skip: Container[str] = ()) -> dict[str, Member]:
    """Return the members of a bucket, without the SHA-256 of those in `skip`. Raises BrokenError."""
    members = parse_pack(folder.named("packs", head.leaves[leaf].pack, LARGE))
    return {path: one if path in skip else with_sha(one, head.chrome) for path, one in members.items()}


def chrome_data(chrome: Chrome) -> bytes:
    """Return a chrome before it is deflated."""
    return b"\xff".join(chrome.slots.get(slot, b"") for slot in range(max(chrome.slots, default=0) + 1))


def list_data(head: Head, chrome_size: int) -> bytes:
    """Return the bytes of `list.bin`."""
    leaves = [head.leaves[leaf] for leaf in sorted(head.leaves)]
    value = {
        "v": VERSION,
        "token": head.token,
        "epoch": head.epoch,
        "chrome": [head.chrome_name, chrome_size],
        "bytes": chrome_size + sum(leaf.size for leaf in leaves),
        "pages": sum(leaf.pages for leaf in leaves),
        "stored": sum(leaf.stored for leaf in leaves),
        "files": [sum(leaf.files[0] for leaf in leaves), sum(leaf.files[1] for leaf in leaves)],
        "buckets": [
            [len(name), leaf.digest, leaf.pack, leaf.size, leaf.pages, leaf.index]
            for name, leaf in sorted(head.leaves.items())
        ],
    }
    return deflate(dump(value))


def ledger_name(token: str) -> str:
    """Return where the ledger of a state lies: beside that of the state before until the list names the new one."""
    return f"history/ledger.{token}.bin"


def ledger_data(head: Head) -> bytes:
    """Return the bytes of `ledger.bin`."""
    value = {
        "v": VERSION,
        "how": head.chrome.how,
        "affixes": [[before, first.hex(), *pair] for (before, first), pair in head.chrome.affixes.items()],
        "kept": [[one.token, one.time, one.hour, one.day] for one in head.ledger.kept],
        "changes": head.ledger.changes,
        "retired": head.ledger.retired,
        "dropped": "".join(head.ledger.dropped),
        "reused": head.ledger.reused,
        "leaves": {name: [leaf.stored, *leaf.files] for name, leaf in sorted(head.leaves.items())},
    }
    return deflate(dump(value))


def load_head(folder: ChainFolder) -> Head | None:
    """Return the newest state of a chain; None if there is no list. Raises BrokenError."""
    data = folder.read("list.bin")
    if data is None:
        return None
    listed = load_object(inflate(data))
    ledger = load_object(inflate(folder.read(ledger_name(str(listed.get("token")))) or b""))
    try:
        name = str(listed["chrome"][0])
        texts = folder.named("chrome", name, SMALL).split(b"\xff")
        return Head(
            str(listed["token"]),
            str(listed["epoch"]),
            _chrome(ledger, texts),
            name,
            _leaves(listed, ledger),
            _ledger(ledger),
        )
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BrokenError(f"list or ledger are broken: {error}") from None


def _chrome(ledger: Json, texts: list[bytes]) -> Chrome:
    if len(texts) > SLOTS or ledger["how"] not in ("line", "tag"):
        raise BrokenError("no chrome")
    affixes = {(int(slot), bytes.fromhex(first)): (int(a), int(b)) for slot, first, a, b in ledger["affixes"]}
    if any(not 0 <= slot < len(texts) for (before, _), pair in affixes.items() for slot in (before, *pair)):
        raise BrokenError("an affix names a slot that is not there")
    return Chrome(ledger["how"], dict(enumerate(texts)), affixes)


def _leaves(listed: Json, ledger: Json) -> dict[str, Leaf]:
    rows = listed["buckets"]
    if len(rows) > _MOST_BUCKETS:
        raise BrokenError("too many buckets")
    names = prefixes(int(row[0]) for row in rows)
    leaves = {}
    for name, (_, digest, pack, size, pages, index) in zip(names, rows, strict=True):
        stored, count, total = ledger["leaves"][name]
        files = (int(count), int(total))
        leaves[name] = Leaf(str(digest), str(pack), int(size), int(pages), int(index), int(stored), files)
    return leaves


def _ledger(ledger: Json) -> Ledger:
    kept = tuple(Kept(str(token), int(time), hour, day) for token, time, hour, day in ledger["kept"])
    retired = tuple(tuple(map(str, names)) for names in ledger["retired"])
    letters = str(ledger.get("dropped", ""))
    dropped = tuple(letters[at : at + LETTERS] for at in range(0, len(letters), LETTERS))
    return Ledger(kept, tuple(map(str, ledger["changes"])), retired, dropped, str(ledger.get("reused", "")))
