"""The simplest publisher according to FORMAT.md: records and slots are given, earlier tokens lead to the newest."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CUT, WINDOW = 16384, 32000
REFERENCE = re.compile(rb"[\xf5-\xff].", re.DOTALL)


@dataclass(frozen=True)
class Guide:
    """One state of a locale: texts of slots, records by path, and other files by path."""

    slots: tuple[bytes, ...]
    records: dict[str, bytes]
    files: dict[str, bytes] = field(default_factory=dict)
    code: str = "en-US"
    epoch: str = "e" * 16
    prefix: str = ""

    def page(self, path: str) -> bytes:
        """Return the page of a record."""
        return REFERENCE.sub(lambda found: self.slots[(found[0][0] - 0xF5) << 8 | found[0][1]], self.records[path])

    def edited(self, path: str, old: bytes, new: bytes) -> Guide:
        """Return the guide with one record edited."""
        assert old in self.records[path]
        return replace(self, records={**self.records, path: self.records[path].replace(old, new)})

    def with_slot(self, number: int, text: bytes) -> Guide:
        """Return the guide with a different text in a slot."""
        return replace(self, slots=(*self.slots[:number], text, *self.slots[number + 1 :]))

    @property
    def token(self) -> str:
        """The token of these pages."""
        return sha(
            b"".join(bytes([depth]) + bytes.fromhex(digest(self, paths)) for depth, paths in buckets(self))
        ).hex()[:16]


def sha(data: bytes) -> bytes:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(data).digest()


def deflate(data: bytes) -> bytes:
    """Return data compressed as raw deflate."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
    return packer.compress(data) + packer.flush()


def compact(value: Any) -> bytes:
    """Return a value as JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def buckets(guide: Guide) -> list[tuple[int, list[str]]]:
    """Split paths by the bits of their SHA until no bucket has more than 200 pages."""

    def parted(paths: list[str], depth: int) -> list[tuple[int, list[str]]]:
        if sum(path in guide.records for path in paths) <= 200:
            return [(depth, paths)]
        sides: tuple[list[str], list[str]] = ([], [])
        for path in paths:
            sides[sha(path.encode())[depth // 8] >> (7 - depth % 8) & 1].append(path)
        return parted(sides[0], depth + 1) + parted(sides[1], depth + 1)

    return parted(sorted({*guide.records, *guide.files}, key=str.encode), 0)


def content_digest(guide: Guide, path: str) -> bytes:
    """Return the digest of a path in its bucket: complete for a page, the first 12 bytes for another file."""
    return sha(guide.page(path)) if path in guide.records else sha(guide.files[path])[:12]


def digest(guide: Guide, paths: list[str]) -> str:
    """Return the digest of a bucket."""
    return sha(b"".join(path.encode() + b"\0" + content_digest(guide, path) for path in paths)).hex()[:24]


def file_row(guide: Guide, path: str) -> list[Any]:
    """Return the row of another file."""
    return [path, len(guide.files[path]), sha(guide.files[path]).hex()[:24]]


def pack(guide: Guide, paths: list[str]) -> bytes:
    """Return a bucket's pack, inflated."""
    rows = [[path, len(guide.records[path])] if path in guide.records else file_row(guide, path) for path in paths]
    return compact(rows) + b"\n" + b"".join(guide.records[path] for path in paths if path in guide.records)


def index(guide: Guide, paths: list[str]) -> bytes:
    """Return a bucket's index, inflated."""
    rows = [path if path in guide.records else file_row(guide, path)[:2] for path in paths]
    return compact(rows) + b"\n" + b"".join(content_digest(guide, path)[:6] for path in paths)


def piece_row(old: bytes, new: bytes, out: list[bytes]) -> list[int]:
    """Return the row that turns old into new; its pieces are appended to `out`."""
    front = common(old, new, len(min(old, new, key=len)))
    back = common(old[::-1], new[::-1], len(min(old, new, key=len)) - front)
    middle, sizes = new[front : len(new) - back], []
    for at in range(0, len(middle), CUT):
        start = max(0, min(front + at - 8192, len(old) - WINDOW))
        base = old if len(old) <= WINDOW else old[start : start + WINDOW]
        packer = (
            zlib.compressobj(9, zlib.DEFLATED, -15, 9, 0, base) if base else zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        )
        piece = packer.compress(middle[at : at + CUT]) + packer.flush(zlib.Z_SYNC_FLUSH)
        out.append(piece[:-4])
        sizes.append(len(piece) - 4)
    return [front, back, len(middle), *sizes]


def common(first: bytes, second: bytes, most: int) -> int:
    """Return the length of the common prefix of two texts in bytes."""
    return next((i for i in range(most) if first[i] != second[i]), most)


def layout(head: dict[str, Any], pieces: list[bytes]) -> bytes:
    """Return head and pieces as a since-file."""
    packed, prefix = deflate(compact(head)), b""
    size = len(packed)
    while size > 127:
        prefix, size = prefix + bytes([size & 127 | 128]), size >> 7
    return prefix + bytes([size]) + packed + b"".join(pieces)


def total(parts: list[bytes]) -> str:
    """Return the checksum that a head states."""
    return base64.urlsafe_b64encode(sha(b"".join(parts))[:16]).rstrip(b"=").decode()


def since(old: Guide, new: Guide, apart: Callable[[str], bool] = lambda _: False) -> tuple[bytes, dict[str, bytes]]:
    """Return the since-file between two states, and the change packs, by name, of the pages sent separately."""
    pieces: list[bytes] = []
    head: dict[str, Any] = {"v": 1, "to": new.token}
    changed = [path for path in sorted(new.records, key=str.encode) if old.records.get(path) != new.records[path]]
    numbers = [n for n in range(max(len(old.slots), len(new.slots))) if old.slots[n : n + 1] != new.slots[n : n + 1]]
    summed = []
    if numbers:
        texts = [b"\xff".join((slots[n : n + 1] or (b"",))[0] for n in numbers) for slots in (old.slots, new.slots)]
        head |= {"slots": numbers, "cut": piece_row(texts[0], texts[1], pieces)}
        summed.append(texts[1])
    inline, bulk = [path for path in changed if not apart(path)], [path for path in changed if apart(path)]
    head["pages"] = [page_row(old, new, path, pieces) for path in inline]
    summed += [new.records[path] for path in inline]
    packs = {}
    if bulk:
        apart_pieces: list[bytes] = []
        rows = [page_row(old, new, path, apart_pieces) for path in bulk]
        name = sha(compact(rows) + b"".join(new.records[path] for path in bulk)).hex()[:24]
        packs[name] = layout({"v": 1, "pages": rows}, apart_pieces)
        head["packs"] = [[name, len(packs[name]), total([new.records[path] for path in bulk])]]
    head["gone"] = [
        path for path in sorted({*old.records, *old.files}) if path not in new.records and path not in new.files
    ]
    head["files"] = [file_row(new, path) for path in sorted(new.files) if old.files.get(path) != new.files[path]]
    if changed or numbers:
        head |= {"epoch": new.epoch, "sum": total(summed)}
    return layout({key: value for key, value in head.items() if value}, pieces), packs


def page_row(old: Guide, new: Guide, path: str, pieces: list[bytes]) -> list[Any]:
    """Return the row of a page; a new page is based on the first old one."""
    if path in old.records:
        return [path, *piece_row(old.records[path], new.records[path], pieces)]
    base = min(old.records, default=None)
    return [path, [base] if base else [], *piece_row(old.records[base] if base else b"", new.records[path], pieces)]


@dataclass
class Publisher:
    """A site with the states published into it; `keep` of them have a since-file to the newest."""

    site: Path
    keep: int = 1000
    apart: Callable[[str], bool] = lambda _: False
    chain: bool = False
    stored: int | None = None
    states: dict[str, list[Guide]] = field(default_factory=dict)

    def publish(self, guide: Guide) -> Guide:
        """Write the pages of a state and the update files that lead to it."""
        past = self.states.setdefault(guide.code, [])
        for path in {*past[-1].records, *past[-1].files} if past else set():
            (self.site / path).unlink()
        for path in guide.records:
            put(self.site / path, guide.page(path))
        for path, content in guide.files.items():
            put(self.site / path, content)
        past.append(guide)
        self.write(guide, past)
        return guide

    def write(self, guide: Guide, past: list[Guide]) -> None:
        """Write one locale's chain and the table of chains."""
        folder = self.site / "updates" / guide.code
        rows: list[list[Any]] = []
        for depth, paths in buckets(guide):
            content = pack(guide, paths)
            name, packed, listed = sha(content).hex()[:24], deflate(content), deflate(index(guide, paths))
            put(folder / f"packs/{name}.bin", packed)
            put(folder / f"index/{digest(guide, paths)}.bin", listed)
            rows.append(
                [
                    depth,
                    digest(guide, paths),
                    name,
                    len(packed),
                    sum(path in guide.records for path in paths),
                    len(listed),
                ]
            )
        texts = b"\xff".join(guide.slots)
        chrome = [sha(texts).hex()[:24], len(deflate(texts))]
        put(folder / f"chrome/{chrome[0]}.bin", deflate(texts))
        sizes = self.write_since(guide, past, folder)
        put(folder / "sizes.bin", deflate(compact({"v": 1, "to": guide.token, "since": sizes})))
        size = chrome[1] + sum(row[3] for row in rows)
        files = [len(guide.files), sum(map(len, guide.files.values()))]
        stored = sum(map(len, guide.records.values())) if self.stored is None else self.stored
        about: dict[str, Any] = {
            "token": guide.token,
            "pages": len(guide.records),
            "bytes": size,
            "stored": stored,
            "files": files,
        }
        put(
            folder / "list.bin",
            deflate(compact({"v": 1, "epoch": guide.epoch, "chrome": chrome, **about, "buckets": rows})),
        )
        table = self.site / "updates/chains.json"
        about["prefix"] = guide.prefix
        chains = json.loads(table.read_bytes())["chains"] if table.exists() else {}
        put(table, compact({"v": 1, "chains": {**chains, guide.code: about}}))

    def write_since(self, guide: Guide, past: list[Guide], folder: Path) -> dict[str, list[Any]]:
        """Write the since-files of the kept tokens; return the cost of each step in bytes."""
        for stale in (folder / "since").glob("*"):
            stale.unlink()
        sizes: dict[str, list[Any]] = {}
        kept = past[-self.keep :]
        for i, old in enumerate(kept[:-1]):
            if old.token == guide.token:
                continue
            to = kept[i + 1] if self.chain else guide
            file, packs = since(old, to, self.apart)
            if to is not guide:
                file = with_more(file)
            put(folder / f"since/{old.token}.bin", file)
            for name, content in packs.items():
                put(folder / f"changes/{name}.bin", content)
            sizes[old.token] = [to.token, len(file) + sum(map(len, packs.values()))]
        put(folder / f"since/{guide.token}.bin", layout({"v": 1, "to": guide.token}, []))
        return sizes


def packs_of(publisher: Publisher, code: str = "en-US") -> list[str]:
    """Return the file names of a locale's packs in the order of its list."""
    listed = json.loads(zlib.decompress((publisher.site / "updates" / code / "list.bin").read_bytes(), -15))
    return [f"{row[2]}.bin" for row in listed["buckets"]]


def with_more(file: bytes) -> bytes:
    """Return a since-file marked as followed by another one."""
    size = at = shift = 0
    while True:
        byte = file[at]
        size, at, shift = size | (byte & 127) << shift, at + 1, shift + 7
        if byte < 128:
            break
    return layout({**json.loads(zlib.decompress(file[at : at + size], -15)), "more": 1}, [file[at + size :]])


def put(file: Path, content: bytes) -> None:
    """Write a file if its bytes differ."""
    if not file.exists() or file.read_bytes() != content:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
