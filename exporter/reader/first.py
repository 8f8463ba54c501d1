"""The first state of a chain, made bucket by bucket: in several processes where the guide is worth them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from exporter.reader.evolve import is_text_name, read_member
from exporter.reader.leaves import LeafFiles, make_leaf, write_leaf
from exporter.reader.model import Member
from exporter.reader.records.buckets import pages_in, regroup, token_of
from exporter.reader.records.chrome import learn, sampled
from exporter.reader.records.records import Chrome, is_text, slot_number
from exporter.reader.steps import by_bytes
from exporter.workers.pool import in_processes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from exporter.reader.folder import ChainFolder
    from exporter.reader.head import Leaf

_BUCKETS_PER_PROCESS = 6
"""With fewer, a process takes longer to begin than it saves."""

_Made: TypeAlias = "tuple[str, LeafFiles, dict[bytes, int], list[str]]"
"""A bucket: its leaf, its files, the uses of references, and the paths that are texts by name but not by content."""


@dataclass(frozen=True)
class First:
    """The first state: its token, its chrome, its buckets, how many records use each slot."""

    token: str
    chrome: Chrome
    leaves: dict[str, Leaf]
    uses: dict[int, int]


class _Reader:
    """Read files, those that were read already from memory; other processes are not sent these."""

    def __init__(self, read: Callable[[str], bytes], known: Mapping[str, bytes]) -> None:
        self._read, self._known = read, known

    def __call__(self, path: str) -> bytes:
        data = self._known.get(path)
        return self._read(path) if data is None else data

    def __reduce__(self) -> tuple[type[_Reader], tuple[Callable[[str], bytes], Mapping[str, bytes]]]:
        return _Reader, (self._read, {})


def begin(paths: Iterable[str], read: Callable[[str], bytes], folder: ChainFolder, jobs: int) -> First:
    """Write packs and indexes of a chain without a history; return its state.

    Each file is read once; other processes read those of the sample again. The buckets are those of the paths that are
    texts by their names; where a content says otherwise, they are made again.
    """
    ordered = by_bytes(paths)
    texts = {path for path in ordered if is_text_name(path)}
    sample = {path: read(path) for path in sampled(texts)}
    chrome = learn({path: data for path, data in sample.items() if is_text(data)})
    read = _Reader(read, sample)
    while True:
        groups = list(_grouped(ordered, texts).items())
        leaves: dict[str, Leaf] = {}
        uses: Counter[bytes] = Counter()
        odd: set[str] = set()
        for leaf, files, used, others in in_processes(
            jobs, groups, make_buckets, (folder, chrome, read), _BUCKETS_PER_PROCESS
        ):
            leaves[leaf] = write_leaf(folder, files)
            uses.update(used)
            odd.update(others)
        if not odd & texts:
            token = token_of((len(leaf), leaves[leaf].digest) for leaf in sorted(leaves))
            return First(token, chrome, leaves, {slot_number(two): count for two, count in uses.items()})
        texts -= odd


def make_buckets(
    folder: ChainFolder, chrome: Chrome, read: Callable[[str], bytes], groups: Iterable[tuple[str, Sequence[str]]]
) -> Iterator[_Made]:
    """Yield some buckets, by leaf and paths; nothing is written. Other processes do this too."""
    return (_make(folder, chrome, read, leaf, paths) for leaf, paths in groups)


def _grouped(paths: Iterable[str], texts: set[str]) -> dict[str, list[str]]:
    """Return the paths of each bucket, in order."""
    members = {path: Member(b"", b"" if path in texts else None, 0) for path in paths}
    groups: dict[str, dict[str, Member]] = {"": members}
    regroup(groups, {"": pages_in(members)}, lambda _leaf: {})
    return {leaf: list(found) for leaf, found in groups.items()}


def _make(folder: ChainFolder, chrome: Chrome, read: Callable[[str], bytes], leaf: str, paths: Sequence[str]) -> _Made:
    members: dict[str, Member] = {}
    uses: Counter[bytes] = Counter()
    for path in paths:
        data = read(path)
        member = read_member(path, data)
        if member.record is not None:
            record, used = chrome.split_proven(data)
            uses.update(used)
            member = Member(member.sha, record, member.size)
        members[path] = member
    odd = [path for path, member in members.items() if member.record is None and is_text_name(path)]
    return leaf, make_leaf(folder, members), dict(uses), odd
