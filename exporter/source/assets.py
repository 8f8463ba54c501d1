"""Asset files, from Contentful's hosts or the source's own: streamed to the disk by threads, without a token."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

import requests
from requests.utils import requote_uri
from urllib3.exceptions import HTTPError

from exporter.core.errors import SourceError
from exporter.source.address import is_loopback, proxies_for
from exporter.source.bodies import time_outs
from exporter.source.connection_failures import failure
from exporter.source.failures import reset_time
from exporter.source.retry import RetryableError, retrying

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from pathlib import Path

    from exporter.source.address import Address
    from exporter.source.delivery import Delivery

SMALLER, LARGER = "asset-smaller", "asset-larger"
"""The codes of a whole file that has fewer or more bytes than its metadata says, as a picture replaced in an export."""

LARGEST = 2_000_000_000
"""Bytes that one file may have."""

_HOSTS = re.compile(r"(?:[a-z0-9-]+\.)*(?:ctfassets\.net|contentful\.com)")
_CHUNK_BYTES = 1 << 16
_SLOWEST_RATE = 100_000
"""Bytes a second that a line should bring: a large file gets that much more time than the deadline."""
_SHORTEST_RESET = 1.0
"""Seconds that a 429 holds where it does not say."""
_TOO_MANY = "the answer was too many requests (429)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to ask for: its asset's id, its URL, its bytes as the metadata says (None: it does not), its place."""

    asset: str
    url: str
    size: int | None
    target: Path


def file_address(file_url: str, address: Address) -> str:
    """Return the URL to ask for an asset file.

    A source on this machine, such as `space serve`, answers the path of any file URL. Elsewhere a URL without a scheme
    takes the source's own on the source's host and port, https otherwise. Raises SourceError for a host that is neither
    Contentful's nor the source's.
    """
    own = urlsplit(address.url)
    try:
        parts = urlsplit(file_url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SourceError("asset-host", "its file has no address that can be read") from None
    path = f"/{requote_uri(parts.path).removeprefix('/')}" + (f"?{parts.query}" if parts.query else "")
    answers_any = is_loopback(address.url) and (_HOSTS.fullmatch(host) or address.local)
    if answers_any or not (parts.netloc or parts.scheme):
        return f"{own.scheme}://{own.netloc}{path}"
    if parts.scheme not in ("", "https", "http") or not (host == own.hostname or _HOSTS.fullmatch(host)):
        raise SourceError("asset-host", f"its file lies at {host or 'no host'}, which is not Contentful's")
    name = f"[{host}]" if ":" in host else host
    return f"{_scheme(parts, own)}://{name}{f':{port}' if port else ''}{path}"


def host_of(file_url: str, address: Address) -> str:
    """Return the host that an asset file is asked of, as messages name it."""
    try:
        asked = urlsplit(file_address(file_url, address)).netloc
    except SourceError:
        return "another host"
    return address.host if asked == urlsplit(address.url).netloc else asked


def _scheme(parts: SplitResult, own: SplitResult) -> str:
    """Return the scheme: http only where the source itself, on a loopback host, is asked by it."""
    if parts.hostname != own.hostname or own.scheme == "https":
        return "https"
    return parts.scheme or (own.scheme if parts.port == own.port else "https")


def download_all(
    client: Delivery, wanted: Iterable[Wanted], at_once: int, received: Callable[[int], None] = lambda _size: None
) -> Generator[tuple[Wanted, str, str], None, None]:
    """Stream files to their places, `at_once` of them at a time, each within the client's deadline.

    Yields every file as it ends, with the code and the words of what went wrong, empty if nothing did; a file with the
    code SMALLER or LARGER is there. What is asked and received is counted on `client`; `received` is called, by any
    thread, with the bytes that just came. Raises OSError if a file cannot be written; the others are then given up.
    """
    downloads = _Downloads(client, received)
    pool = ThreadPoolExecutor(at_once, "asset")
    try:
        running = {pool.submit(downloads.fetch, file): file for file in wanted}
        for done in as_completed(running):
            yield running.pop(done), *done.result()
    finally:
        downloads.stop.set()
        pool.shutdown(cancel_futures=True)
        downloads.close()


class _Downloads:
    """What the threads share: the counts, a session for each of them, the reset time that all of them keep.

    A host that nothing came from, and that one file could not reach until its deadline, is lost: thousands of files
    must not wait for it one after another.
    """

    def __init__(self, client: Delivery, received: Callable[[int], None]) -> None:
        self.stop = threading.Event()
        self._client = client
        self._received = received
        self._lock = threading.Lock()
        self._not_before = 0.0
        self._reached: set[str] = set()
        self._lost: dict[str, SourceError] = {}
        self._own = threading.local()
        self._sessions: list[requests.Session] = []

    def close(self) -> None:
        """Close all connections, once no thread is at work any more."""
        for session in self._sessions:
            session.close()

    def fetch(self, wanted: Wanted) -> tuple[str, str]:
        """Stream a file to its place; return the code and the words of what went wrong."""
        host = ""
        try:
            address = file_address(wanted.url, self._client.address)
            host = urlsplit(address).netloc
            _check_limit(wanted.size or 0)
            deadline = self._client.deadline + (wanted.size or 0) / _SLOWEST_RATE
            return retrying(partial(self._attempt, address, wanted), deadline, sleep=self._sleep)
        except SourceError as error:
            if error.code == "unreachable" and host not in self._reached:
                self._lost.setdefault(host, error)
            return error.code, error.message

    def _attempt(self, address: str, wanted: Wanted, left: float) -> tuple[str, str]:
        """Stream a file to its place; return the code and the words of what is odd about it, empty for nothing."""
        ends = time.monotonic() + left
        host = urlsplit(address).netloc
        if lost := self._lost.get(host):
            raise SourceError(lost.code, lost.message)
        self._wait_for_reset(ends)
        timeout = time_outs(max(ends - time.monotonic(), 0.1))
        self._count(requests=1)
        try:
            answer = self._session().get(
                address,
                auth=_no_token,
                timeout=timeout,
                proxies=proxies_for(address),
                stream=True,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise failure(error, host) from None
        self._reached.add(host)
        self._lost.pop(host, None)
        with answer:
            self._check_status(answer)
            try:
                return self._receive(answer, wanted, ends)
            finally:
                self._count(received=answer.raw.tell())

    def _wait_for_reset(self, ends: float) -> None:
        """Ask nothing before the time that the server named to any of the threads."""
        while (wait := self._not_before - time.monotonic()) > 0:
            if self._not_before >= ends:
                raise RetryableError(_TOO_MANY, wait, "rate-limit")
            self._sleep(wait)

    def _sleep(self, seconds: float) -> None:
        self.stop.wait(seconds)
        self._check_stop()

    def _check_status(self, answer: requests.Response) -> None:
        status, reset = answer.status_code, reset_time(answer.headers)
        if status == requests.codes.too_many_requests:
            wait = _SHORTEST_RESET if reset is None else reset
            with self._lock:
                self._not_before = max(self._not_before, time.monotonic() + wait)
            raise RetryableError(_TOO_MANY, wait, "rate-limit")
        if status >= requests.codes.server_error:
            raise RetryableError(f"the answer was {status}", reset, "asset-status")
        if status != requests.codes.ok:
            raise SourceError("asset-status", f"the answer was {status}")

    def _receive(self, answer: requests.Response, wanted: Wanted, ends: float) -> tuple[str, str]:
        """Write the body as it comes: waiting for a whole chunk could last beyond the deadline.

        A space in files may hold another file than it says; from anywhere else one is not the file that was meant.
        """
        received, is_local = 0, self._client.address.local
        wanted.target.unlink(missing_ok=True)
        with wanted.target.open("xb") as file:
            while chunk := self._read(answer, ends):
                received += file.write(chunk)
                self._received(len(chunk))
                _check_limit(received)
                if wanted.size is not None and received > wanted.size and not is_local:
                    raise SourceError("asset-size", f"more bytes came than the {wanted.size} that were announced")
        if wanted.size is None or received == wanted.size:
            return "", ""
        if answer.headers.get("Content-Length") != str(answer.raw.tell()):
            raise RetryableError("its bytes broke off", code="asset-cut")
        if not is_local:
            raise SourceError("asset-size", f"{received} bytes came of {wanted.size}")
        words = f"it has {received} bytes, not the {wanted.size} that the space says"
        return (SMALLER if received < wanted.size else LARGER), words

    def _read(self, answer: requests.Response, ends: float) -> bytes | None:
        self._check_stop()
        if time.monotonic() > ends:
            raise RetryableError("its bytes came too slowly", code="asset-cut")
        try:
            chunk: bytes | None = answer.raw.read1(_CHUNK_BYTES, decode_content=True)
        except HTTPError:
            raise RetryableError("its bytes broke off", code="asset-cut") from None
        return chunk

    def _check_stop(self) -> None:
        if self.stop.is_set():
            raise SourceError("interrupted", "the run was ended")

    def _count(self, requests: int = 0, received: int = 0) -> None:
        with self._lock:
            self._client.requests += requests
            self._client.bytes += received

    def _session(self) -> requests.Session:
        """Return the thread's own session: a session is not made to be used by several threads."""
        if not hasattr(self._own, "session"):
            self._own.session = requests.Session()
            self._own.session.headers.update(self._client.connection.session.headers)
            with self._lock:
                self._sessions.append(self._own.session)
        session: requests.Session = self._own.session
        return session


def _check_limit(size: int) -> None:
    if size > LARGEST:
        raise SourceError("asset-too-large", f"it is larger than the {LARGEST // 10**9} GB that a file may have")


def _no_token(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Send no credentials, not even those of a .netrc."""
    request.headers.pop("Authorization", None)
    return request
