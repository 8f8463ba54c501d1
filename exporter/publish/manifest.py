"""What lies in a target, as its manifest says: a root, and buckets of rows by the hash of their paths.

The root is small, and moving it is what makes a publish count. It names the buckets, which never change once they are
written (their names are made of their bytes), and holds the rows that differ from them. FORMAT in the docs: publish.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.encoding import digest
from exporter.reader.encoding import BrokenError, checksum, deflate, digest_name, dump, inflate, load

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FOLDER = ".exporter-publish"
"""The folder in the target that holds the manifest; nothing else of a guide may lie there."""
ROOT = f"{FOLDER}/root.bin"
LOCK = f"{FOLDER}/lock.json"
"""Where a target without conditional writes is locked."""
VERSION = 1
LARGEST = 64 << 20
"""Bytes that a root or a bucket has at most, and inflates to at most."""
_DEEPEST = 12
_LONGEST_PATH = 1024
"""Bytes; S3 takes no longer names."""
_LONGEST_TAG = 64
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\\]")
_BUCKET = re.compile(rf"{re.escape(FOLDER)}/[0-9a-f]{{24}}\.bin")
_MARK = re.compile(r"[A-Za-z0-9_-]{26}|")
_CONTENT = 22
"""Characters of a mark that stand for the bytes of a file; the others stand for its headers."""


class Row(NamedTuple):
    """A file in the target: its size in bytes, the mark of its bytes and headers, and the tag that the target gave it.

    An empty mark: the file is ours, and what it holds is not known. `maybe` stands while a publish is under way: it
    has made, or will make, a file with that mark in a place that nothing names yet. A tag of `-` says that whatever is
    in that place is ours, if anything is there: it was about to be deleted.
    """

    size: int
    mark: str
    tag: str = ""
    maybe: str = ""

    @property
    def content(self) -> str:
        """What stands for the bytes of the file, whatever its headers are."""
        return self.mark[:_CONTENT]

    @property
    def headers(self) -> str:
        """What stands for the headers of the file."""
        return self.mark[_CONTENT:]

    @property
    def is_uncertain(self) -> bool:
        """Whether it has to be looked at before it can be planned with."""
        return bool(self.maybe) or self.tag == "-"


UNKNOWN = Row(0, "")
GOING = Row(0, "", "-")
"""A file of ours that is about to be deleted."""


def make_mark(data_digest: bytes, headers: Iterable[str]) -> str:
    """Return the mark of a file from the digest of its bytes (`exporter.core.encoding.digest`) and its headers."""
    return checksum(data_digest) + headers_mark(headers)


def headers_mark(headers: Iterable[str]) -> str:
    """Return what stands for headers in a mark."""
    return checksum(digest("\n".join(headers).encode()))[:4]


def content_mark(data: bytes) -> str:
    """Return what stands for some bytes in a mark."""
    return checksum(digest(data))


class Claim(NamedTuple):
    """Who is publishing: the name to show, the machine and process it can be looked for at, a random number, a count.

    The count goes up while the publisher lives, so that one that was killed can be told by its standing still.
    """

    holder: str
    machine: str
    process: int
    run: str
    beat: int = 0


class Bucket(NamedTuple):
    """A bucket as the root names it; one without rows has no name."""

    name: str
    rows: int


@dataclass(frozen=True)
class Root:
    """The root of a manifest.

    `state` stands for all files of the guide as they were published, and is empty while a publish is under way or
    after one that did not end. `changes` go before the rows of the buckets; None: no row. `leaving` are files, and
    buckets of earlier roots, that the next publish deletes.

    Invariant: whatever a publish has written or may have written has a row in the root that was written before.
    """

    guide: str
    state: str = ""
    buckets: tuple[Bucket, ...] = (Bucket("", 0),)
    changes: Mapping[str, Row | None] = field(default_factory=dict)
    leaving: frozenset[str] = frozenset()
    claim: Claim | None = None
    serial: int = 0

    def claimed(self, claim: Claim | None) -> Root:
        """Return the root with a claim, or without one."""
        return replace(self, claim=claim, serial=self.serial + 1)


def is_safe(path: str) -> bool:
    """Whether a path stays below the folder or prefix that it is relative to, wherever that is."""
    if not path or _UNSAFE.search(path) or len(path.encode()) > _LONGEST_PATH:
        return False
    parts = path.split("/")
    return not any(part in ("", ".", "..") for part in parts) and parts[0] != FOLDER


def is_bucket(path: str) -> bool:
    """Whether a path is that of a bucket."""
    return _BUCKET.fullmatch(path) is not None


def write_root(root: Root) -> bytes:
    """Return the bytes of a root."""
    value: dict[str, Any] = {
        "v": VERSION,
        "guide": root.guide,
        "state": root.state,
        "serial": root.serial,
        "buckets": [list(bucket) for bucket in root.buckets],
        "changes": [_written(path, row) for path, row in sorted(root.changes.items())],
        "leaving": sorted(root.leaving),
    }
    if root.claim is not None:
        value["claim"] = list(root.claim)
    return deflate(dump(value))


def read_root(data: bytes) -> Root:
    """Read a root. Raises BrokenError for anything that is not exactly what `write_root` writes."""
    value = load(inflate(data, LARGEST))
    if isinstance(value, dict) and isinstance(value.get("v"), int) and value["v"] > VERSION:
        raise BrokenError("a newer version of exporter wrote it")
    try:
        if not isinstance(value, dict) or value.pop("v") != VERSION:
            raise BrokenError("it has no version")
        rows = dict(_read(row) for row in value.pop("changes"))
        buckets = tuple(_bucket(*one) for one in value.pop("buckets"))
        leaving = frozenset(_leaving(path) for path in value.pop("leaving"))
        claim = _claim(*value.pop("claim")) if "claim" in value else None
        guide, state, serial = value.pop("guide"), value.pop("state"), value.pop("serial")
    except (KeyError, TypeError, AttributeError) as error:
        raise BrokenError(f"a member is missing or of another kind ({type(error).__name__})") from None
    texts = isinstance(guide, str) and isinstance(state, str) and type(serial) is int
    if value or not texts or len(buckets) not in {1 << depth for depth in range(_DEEPEST + 1)}:
        raise BrokenError("it has members that no manifest has")
    return Root(guide, state, buckets, rows, leaving, claim, serial)


def write_bucket(rows: Mapping[str, Row]) -> tuple[str, bytes]:
    """Return the path and the bytes of a bucket."""
    text = dump([_written(path, row) for path, row in sorted(rows.items())])
    return f"{FOLDER}/{digest_name(text)}.bin", deflate(text)


def read_bucket(path: str, data: bytes) -> dict[str, Row]:
    """Read a bucket. Raises BrokenError if it is not the one of this path."""
    text = inflate(data, LARGEST)
    if path != f"{FOLDER}/{digest_name(text)}.bin":
        raise BrokenError(f"{path} holds something else")
    rows = load(text)
    found = dict(map(_read, rows if isinstance(rows, list) else [None]))
    if None in found.values():
        raise BrokenError(f"{path} has a row without a file")
    return {path: row for path, row in found.items() if row is not None}


def _written(path: str, row: Row | None) -> list[Any]:
    if row is None:
        return [path]
    return [path, *row] if row.maybe else [path, *row[:3]]


def _read(row: Any) -> tuple[str, Row | None]:
    """Read a row. Raises BrokenError."""
    if not isinstance(row, list) or not row or not isinstance(row[0], str) or not is_safe(row[0]):
        raise BrokenError("it names a file outside the guide, or none")
    path, *values = row
    if not values:
        return path, None
    size, mark, tag, maybe = (*values, "") if len(values) == 3 else values if len(values) == 4 else (None,) * 4
    marks = all(isinstance(one, str) and _MARK.fullmatch(one) for one in (mark, maybe))
    if type(size) is not int or size < 0 or not marks or not isinstance(tag, str) or len(tag) > _LONGEST_TAG:
        raise BrokenError("a row is none")
    return path, Row(size, mark, tag, maybe)


def _bucket(name: Any, rows: Any) -> Bucket:
    if not isinstance(name, str) or type(rows) is not int or rows < 0 or (name and not is_bucket(name)):
        raise BrokenError("a bucket has no name")
    return Bucket(name, rows)


def _leaving(path: Any) -> str:
    if not isinstance(path, str) or not (is_safe(path) or is_bucket(path)):
        raise BrokenError("it names a file outside the guide")
    return path


def _claim(holder: Any, machine: Any, process: Any, run: Any, beat: Any) -> Claim:
    texts = all(isinstance(text, str) and len(text) <= 200 for text in (holder, machine, run))
    if not texts or type(process) is not int or type(beat) is not int:
        raise BrokenError("its claim is none")
    return Claim(holder, machine, process, run, beat)
