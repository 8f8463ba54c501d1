"""Read files of a published guide from a folder or over HTTP: bounded, asked again, on one host, no credentials."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from exporter.core.errors import ConfigError, SourceError
from exporter.core.files import read_bytes
from exporter.reader.encoding import LARGE

if TYPE_CHECKING:
    from collections.abc import Callable

_TRIES = 4
_FIRST_WAIT = 0.5
_TIMEOUT = (10, 60)
"""Seconds to connect, and between two pieces of an answer."""
_LONGEST = 300
"""Seconds that one answer may take."""
_REDIRECTS = 5
_PIECE = 1 << 16
_ALL = 4 << 30
"""Bytes that all answers together may have."""
_OK, _NOT_FOUND, _GONE, _MULTIPLE, _BAD = 200, 404, 410, 300, 400


class _AgainError(Exception):
    """An attempt failed in a way that a later one may not."""


class Source:
    """A published guide: `read` gives a file under it, None where it says that there is none."""

    def __init__(self, where: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take a folder or a URL. Raises ConfigError for a URL that names a user, or no host."""
        self.where, self._sleep = where, sleep
        self.requests = self.bytes = 0
        self._session: Any = None
        self._base = where if where.endswith("/") else f"{where}/"
        self.is_url = where.lower().startswith(("http://", "https://"))
        if self.is_url:
            parts = urlsplit(where)
            if not parts.hostname or parts.username is not None or parts.password is not None:
                raise ConfigError(
                    "previous-url", f"{where}: give the guide's address with a host and without a user or password"
                )

    def read(self, name: str, most: int = LARGE) -> bytes | None:
        """Return a file's bytes; None where it is not there. Raises SourceError once attempts are used up."""
        reason = ""
        for number in range(_TRIES):
            if number:
                self._sleep(_FIRST_WAIT * 2 ** (number - 1))
            try:
                data = self._asked(name, most) if self.is_url else self._opened(name, most)
            except _AgainError as error:
                reason = str(error)
                continue
            self.bytes += len(data or b"")
            if self.bytes > _ALL:
                raise self.refused(name, "the guide is larger than any may be")
            return data
        raise self.refused(name, reason)

    def need(self, name: str, most: int = LARGE) -> bytes:
        """Return a file's bytes. Raises SourceError where it is not there, as in the middle of a deploy."""
        for number in range(_TRIES):
            if number:
                self._sleep(_FIRST_WAIT * 2 ** (number - 1))
            data = self.read(name, most)
            if data is not None:
                return data
        raise self.refused(name, "it is not there, though another file names it")

    def refused(self, name: str, reason: str) -> SourceError:
        """Return the error that says what of the guide could not be taken over, and what to do."""
        return SourceError(
            "previous-unreadable",
            f"{self._base}{name} could not be taken over: {reason}; run again, or leave --previous out to begin a new "
            "history, which costs readers a fresh start",
        )

    def _opened(self, name: str, most: int) -> bytes | None:
        path = Path(self.where) / name
        try:
            if path.is_file() and path.stat().st_size > most:
                raise self.refused(name, "it is too large")
            return read_bytes(path)
        except OSError as error:
            raise _AgainError(str(error)) from None

    def _asked(self, name: str, most: int) -> bytes | None:
        import requests  # only where a guide is taken over from the network

        if self._session is None:
            self._session = requests.Session()
            self._session.proxies = requests.utils.get_environ_proxies(self._base)
            self._session.trust_env = False  # no .netrc
        try:
            return self._followed(urljoin(self._base, name), name, most)
        except requests.RequestException as error:
            raise _AgainError(type(error).__name__) from None

    def _followed(self, url: str, name: str, most: int) -> bytes | None:
        home = urlsplit(self._base)
        for _ in range(_REDIRECTS):
            self.requests += 1
            with self._session.get(url, stream=True, timeout=_TIMEOUT, allow_redirects=False) as answer:
                if _MULTIPLE <= answer.status_code < _BAD and "location" in answer.headers:
                    url = urljoin(url, answer.headers["location"])
                    parts = urlsplit(url)
                    if parts.hostname != home.hostname or parts.scheme not in ("https", home.scheme) or parts.username:
                        raise self.refused(name, "it redirects to another host")
                    continue
                if answer.status_code in (_NOT_FOUND, _GONE):
                    return None
                if answer.status_code != _OK:
                    raise _AgainError(f"the host answers {answer.status_code}")
                return self._body(answer, name, most)
        raise self.refused(name, "it redirects in a circle")

    def _body(self, answer: Any, name: str, most: int) -> bytes:
        parts, size, end = [], 0, time.monotonic() + _LONGEST
        for part in answer.iter_content(_PIECE):
            size += len(part)
            if size > most:
                raise self.refused(name, "it is too large")
            if time.monotonic() > end:
                raise _AgainError("it came too slowly")
            parts.append(part)
        wanted = answer.headers.get("content-length", "")
        if wanted.isdigit() and "content-encoding" not in answer.headers and size != int(wanted):
            raise _AgainError("it was cut")
        return b"".join(parts)
