"""A model of a reader's device: installs, updates from any token, and checks what FORMAT.md says a device checks."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.reader.encoding import LARGE, BrokenError, checksum, digest_name, inflate, load, load_object
from exporter.reader.records.buckets import bucket_digest, bucket_of, prefixes, token_of
from exporter.reader.records.records import Chrome
from exporter.reader.since import Step, apply_piece, apply_slots, decode

if TYPE_CHECKING:
    from pathlib import Path

FOREIGN_LIMIT = 40


class UnknownTokenError(Exception):
    """No since-file leads from the token to a newer one."""


@dataclass
class Device:
    """The state of a device; `requests` and `received` count its requests and the bytes received."""

    updates: Path
    site: Path
    token: str = ""
    epoch: str = ""
    slots: dict[int, bytes] = field(default_factory=dict)
    records: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    by_digests: bool = False
    requests: int = 0
    received: int = 0
    updates_taken: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def get(self, name: str) -> bytes | None:
        path = self.updates / name
        self.requests += 1
        self.asked.append(name)
        if not path.is_file():
            return None
        data = path.read_bytes()
        self.received += len(data)
        return data

    def need(self, name: str) -> bytes:
        data = self.get(name)
        assert data is not None, name
        return data

    def named(self, kind: str, name: str) -> bytes:
        data = inflate(self.need(f"{kind}/{name}.bin"), LARGE)
        assert digest_name(data) == name
        return data

    def install(self) -> None:
        listed = load_object(inflate(self.need("list.bin")))
        self.slots = dict(enumerate(self.named("chrome", listed["chrome"][0]).split(b"\xff")))
        self.records, self.files, self.foreign, self.by_digests = {}, {}, set(), False
        for row in listed["buckets"]:
            self._take_pack(row[2])
        self.token, self.epoch = listed["token"], listed["epoch"]
        self.updates_taken.append("install")

    def _take_pack(self, name: str) -> set[str]:
        data = self.named("packs", name)
        rows, _, body = data.partition(b"\n")
        at, seen = 0, set()
        for path, *rest in load(rows):
            seen.add(path)
            if len(rest) == 1:
                self.records[path] = body[at : at + rest[0]]
                self.files.pop(path, None)
                self.foreign.discard(path)
                at += rest[0]
            else:
                self.files[path] = (rest[0], rest[1])
                self.records.pop(path, None)
        assert at == len(body)
        return seen

    def update(self) -> None:
        """Follow since-files to the newest token, or reconcile as for an unknown one."""
        while True:
            try:
                more = self._step()
            except (UnknownTokenError, BrokenError):
                self._reconcile()
                return
            if not more:
                return

    def _step(self) -> bool:
        data = self.get(f"since/{self.token}.bin")
        if data is None:
            raise UnknownTokenError
        step = decode(data)
        if step.epoch and step.epoch != self.epoch:
            raise UnknownTokenError
        if self.by_digests and (step.slots or step.packs):
            raise UnknownTokenError  # records that are not the publisher's own may have to change without a row
        new, files = self._records_of(step)
        slots = apply_slots(step, self.slots)
        self._check(step, slots, new)
        for name, _, total in step.packs:
            self._take_changes(step, name, total, new)
        self.slots |= slots
        for path in step.gone:
            assert path in self.records or path in self.files, path
            self.records.pop(path, None)
            self.files.pop(path, None)
        for path, record in new.items():
            self.records[path] = record
            self.files.pop(path, None)
        for path, entry in files.items():
            self.files[path] = entry
            self.records.pop(path, None)
        self.token = step.to
        self.updates_taken.append("step")
        return step.more

    def _base(self, path: str | None) -> bytes:
        if path is None:
            return b""
        if path in self.foreign or path not in self.records:
            raise UnknownTokenError
        return self.records[path]

    def _records_of(self, step: Step) -> tuple[dict[str, bytes], dict[str, tuple[int, str]]]:
        new = {row.path: apply_piece(self._base(row.base), row.piece) for row in step.pages}
        return new, {path: (size, digest) for path, size, digest in step.files}

    def _check(self, step: Step, slots: dict[int, bytes], new: dict[str, bytes]) -> None:
        if not step.slots and not step.pages:
            return
        total = hashlib.sha256()
        if step.slots:
            total.update(b"\xff".join(slots[slot] for slot in step.slots))
        for row in step.pages:
            total.update(new[row.path])
        if checksum(total.digest()) != step.sum:
            raise BrokenError("sum")

    def _take_changes(self, step: Step, name: str, wanted: str, new: dict[str, bytes]) -> None:
        own = {row.path for row in step.pages} | set(step.gone) | set(step.keep)
        total = hashlib.sha256()
        for row in decode(self.need(f"changes/{name}.bin")).pages:
            if row.path not in own:
                assert row.path not in new
                new[row.path] = apply_piece(self._base(row.base), row.piece)
                total.update(new[row.path])
        if checksum(total.digest()) != wanted:
            raise BrokenError("sum of a change pack")

    def _reconcile(self) -> None:
        listed = load_object(inflate(self.need("list.bin")))
        if listed["epoch"] != self.epoch:
            self.install()
            return
        self.slots = dict(enumerate(self.named("chrome", listed["chrome"][0]).split(b"\xff")))
        leaves = dict(zip(prefixes(row[0] for row in listed["buckets"]), listed["buckets"], strict=True))
        stored: dict[str, dict[str, bytes]] = {leaf: {} for leaf in leaves}
        for path in self.records:
            stored[bucket_of(path, leaves)][path] = self._sha(path)
        for path, (_, digest) in self.files.items():
            stored[bucket_of(path, leaves)][path] = bytes.fromhex(digest)
        for leaf, row in leaves.items():
            mine = sorted(stored[leaf].items(), key=lambda item: item[0].encode())
            if bucket_digest(mine) != row[1]:
                self._repair(stored[leaf], row)
        self.token, self.epoch, self.by_digests = listed["token"], listed["epoch"], True
        self.updates_taken.append("reconcile")

    def _sha(self, path: str) -> bytes:
        try:
            return hashlib.sha256(self.page(path)).digest()
        except BrokenError:
            return b""

    def _repair(self, stored: dict[str, bytes], row: list[object]) -> None:
        data = inflate(self.need(f"index/{row[1]}.bin"), LARGE)
        names, _, digests = data.partition(b"\n")
        seen = set()
        wrong = []
        for at, name in enumerate(load(names)):
            path = name if isinstance(name, str) else name[0]
            seen.add(path)
            if stored.get(path, b"")[:6] != digests[6 * at : 6 * at + 6]:
                wrong.append((path, digests[6 * at : 6 * at + 6], name))
        if len(wrong) > FOREIGN_LIMIT or any(not isinstance(name, str) for _, _, name in wrong):
            seen = self._take_pack(str(row[2]))
        else:
            for path, digest, _ in wrong:
                page = self._full_record(path)
                if hashlib.sha256(page).digest()[:6] != digest:
                    seen = self._take_pack(str(row[2]))
                    break
                self.records[path] = page
                self.files.pop(path, None)
                self.foreign.add(path)
        for path in set(stored) - seen:
            self.records.pop(path, None)
            self.files.pop(path, None)
            self.foreign.discard(path)

    def _full_record(self, path: str) -> bytes:
        self.requests += 1
        page = (self.site / path).read_bytes() if (self.site / path).is_file() else b""
        self.received += len(zlib.compress(page, 6, wbits=31))  # as a plain host sends it
        return page

    def page(self, path: str) -> bytes:
        return Chrome("line", self.slots).join(self.records[path])

    def pages(self) -> dict[str, bytes]:
        chrome = Chrome("line", self.slots)
        return {path: chrome.join(record) for path, record in self.records.items()}

    def own_token(self) -> str:
        """The token computed from what the device would serve."""
        listed = load_object(inflate((self.updates / "list.bin").read_bytes()))
        leaves = dict(zip(prefixes(row[0] for row in listed["buckets"]), listed["buckets"], strict=True))
        stored: dict[str, list[tuple[str, bytes]]] = {leaf: [] for leaf in leaves}
        for path in sorted({*self.records, *self.files}, key=lambda path: path.encode()):
            digest = self._sha(path) if path in self.records else bytes.fromhex(self.files[path][1])
            stored[bucket_of(path, leaves)].append((path, digest))
        return token_of((len(leaf), bucket_digest(rows)) for leaf, rows in sorted(stored.items()))
