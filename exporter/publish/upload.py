"""Send files: several at once, each attempted several times, none over a file that is not ours."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.core.errors import GuardError
from exporter.core.files import read_file
from exporter.publish.headers import encode, headers_of
from exporter.publish.manifest import Row, content_mark
from exporter.publish.stores.store import ABSENT, ATTEMPTS, ConditionError, StoreError
from exporter.reader.encoding import digest_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from exporter.publish.claim import Session
    from exporter.publish.plan import Upload
    from exporter.publish.stores.store import Headers, Requests

_MOST_FAILURES = 3
"""Files that fail before no further one is attempted."""


@dataclass
class Sent:
    """What became of uploads: the rows of those that are there, what failed and why, and what is foreign."""

    rows: dict[str, Row] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    foreign: list[str] = field(default_factory=list)

    @property
    def ended_early(self) -> bool:
        """Whether anything did not go, so that nothing may follow."""
        return bool(self.failed or self.foreign)


@dataclass(frozen=True)
class Sender:
    """What sends files of a folder; `advance` is told each file that is there, with its bytes."""

    requests: Requests
    session: Session
    site: Path
    workers: int
    compressed: bool
    advance: Callable[[int], None]

    def send(self, groups: Iterable[Sequence[Upload]], sent: Sent) -> None:
        """Send group after group, and none after one in which something failed.

        Raises GuardError where the claim was lost, or site/ changed meanwhile.
        """
        for group in groups:
            self._send_group(group, sent)
            if sent.ended_early:
                return

    def _send_group(self, group: Sequence[Upload], sent: Sent) -> None:
        lock, stopped = threading.Lock(), threading.Event()

        def one(upload: Upload) -> None:
            if stopped.is_set():
                return
            try:
                row = self._send(upload)
            except StoreError as error:
                with lock:
                    sent.failed[upload.path] = str(error)
                if not error.passing or len(sent.failed) >= _MOST_FAILURES:
                    stopped.set()
                return
            except BaseException:
                stopped.set()
                raise
            with lock:
                if row is None:
                    sent.foreign.append(upload.path)
                else:
                    sent.rows[upload.path] = row
            self.advance(upload.file.size)

        if self.workers == 1 or len(group) == 1:
            for upload in group:
                one(upload)
            return
        with ThreadPoolExecutor(min(self.workers, len(group))) as pool:
            try:
                list(pool.map(one, group))
            except BaseException:
                stopped.set()
                raise

    def _send(self, upload: Upload) -> Row | None:
        """Send a file; return its row, None if a file that is not ours is in its place."""
        headers = headers_of(upload.path, compressed=self.compressed)
        data = read_file(f"{self.site}/{upload.path}")
        if content_mark(data) != upload.file.mark[:22]:
            raise GuardError("site-changed", f"site/{upload.path} changed meanwhile: build, then run publish again")
        body = encode(data, headers)
        if upload.standing is not None:
            try:
                tag: str | None = self.requests.put(upload.path, body, headers, self.session.check)
            except ConditionError:  # a link or a folder, which is not ours either
                tag = None
        else:
            tag = self._create(upload, body, headers)
        if tag is None:
            return None
        return Row(len(body), upload.file.mark, short_tag(tag) if self.requests.store.keeps_headers else "")

    def _create(self, upload: Upload, body: bytes, headers: Headers) -> str | None:
        """Write a file where none is; return its tag, None where there is one that no attempt of ours has made."""
        for attempt in range(1, ATTEMPTS + 1):
            self.session.check()
            try:
                return self.requests.put_once(upload.path, body, headers, ABSENT)
            except ConditionError:
                found = self.requests.get(upload.path, len(body)) if attempt > 1 else None
                return found.tag if found is not None and found.data == body else None
            except StoreError as error:
                if not error.passing or attempt == ATTEMPTS:
                    raise
            self.requests.pause_before(attempt)
        raise AssertionError("the last attempt returns or raises")

    def delete(self, paths: Sequence[str]) -> None:
        """Delete files, as many in one request as the target takes."""
        size = self.requests.store.bulk
        parts = [paths[start : start + size] for start in range(0, len(paths), size)]
        with ThreadPoolExecutor(self.workers) as pool:
            list(pool.map(lambda part: self.requests.delete(part, self.session.check), parts))


def short_tag(tag: str) -> str:
    """Return what stands for a tag in a row; Azure's have quotes in an answer and none in a listing."""
    return digest_name(tag.strip('"').encode(), 6)
