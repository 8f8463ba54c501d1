"""The files of a bucket: its pack and its index, made where there is time for it and written by the publisher alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.reader.encoding import deflate, deflate_pack, digest_name
from exporter.reader.head import Leaf, index_data, pack_data
from exporter.reader.records.buckets import bucket_digest, pages_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.reader.folder import ChainFolder
    from exporter.reader.model import Member


@dataclass(frozen=True, slots=True)
class LeafFiles:
    """A bucket as it will stand in the list, and the bytes of its files: None for one that is there by its name."""

    leaf: Leaf
    pack: bytes | None
    index: bytes | None


def digest_of(members: Mapping[str, Member]) -> str:
    """Return the digest of a bucket."""
    return bucket_digest((path, member.sha) for path, member in members.items())


def make_leaf(folder: ChainFolder, members: Mapping[str, Member]) -> LeafFiles:
    """Return the files of a bucket; nothing is written."""
    data = pack_data(members)
    pack, digest = digest_name(data), digest_of(members)
    packed = None if folder.has(f"packs/{pack}.bin") else deflate_pack(data)
    indexed = None if folder.has(f"index/{digest}.bin") else deflate(index_data(members))
    others = [member.size for member in members.values() if member.record is None]
    leaf = Leaf(
        digest,
        pack,
        folder.size(f"packs/{pack}.bin") if packed is None else len(packed),
        pages_in(members),
        folder.size(f"index/{digest}.bin") if indexed is None else len(indexed),
        sum(len(member.record) for member in members.values() if member.record is not None),
        (len(others), sum(others)),
    )
    return LeafFiles(leaf, packed, indexed)


def write_leaf(folder: ChainFolder, files: LeafFiles) -> Leaf:
    """Write the files of a bucket that are not there."""
    if files.pack is not None:
        folder.write(f"packs/{files.leaf.pack}.bin", files.pack)
    if files.index is not None:
        folder.write(f"index/{files.leaf.digest}.bin", files.index)
    return files.leaf
