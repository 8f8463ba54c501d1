"""Read files of a published guide from a folder or over HTTP: bounded, asked again, on one host, no credentials."""

from __future__ import annotations

import re
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
_OK, _NOT_FOUND, _MULTIPLE, _BAD = 200, 404, 300, 400
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")


class _AgainError(Exception):
    """An attempt failed in a way that a later one may not."""


def check_place(where: str) -> None:
    """Raise ConfigError for a file, and for an address that can't be a guide's; a folder need not be there."""
    if _is_url(where):
        _check_url(where)
    elif not where or Path(where).is_file():
        raise ConfigError("previous-folder", f"{where or 'nothing'} is no folder: name that of the published guide")


def _is_url(where: str) -> bool:
    """Return whether a place is an address and not a folder."""
    return _SCHEME.match(where) is not None


def _check_url(url: str) -> None:
    """Raise ConfigError for an address that is none of the web or has no host, or names a user."""
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        shown = url.rpartition("@")[2]
        raise ConfigError(
            "previous-url", f"{shown}: give the guide's http or https address with a host, without a user or password"
        )


def _is_at_home(url: str, base: str) -> bool:
    """Return whether an address is on the host of another; from http it may lead to https."""
    try:
        parts, home = urlsplit(url), urlsplit(base)
        same = (parts.scheme, parts.port) == (home.scheme, home.port)
        safer = (parts.scheme, home.scheme, parts.port) == ("https", "http", None)
    except ValueError:
        return False
    return parts.hostname == home.hostname and "@" not in parts.netloc and (same or safer)


def _no_credentials(request: Any) -> Any:
    """Leave a request as it is: where something is asked for credentials, `.netrc` is not."""
    return request


def _cause(error: BaseException) -> str:
    """Return why a request failed, in words."""
    from exporter.source.connection_failures import reason

    return f"its host could not be asked ({reason(error)})"


class Source:
    """A published guide: `read` gives a file under it, None if it says that there is none."""

    def __init__(self, where: str, *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Take a folder or a URL. Raises ConfigError for a URL that names a user or no host, or is none of the web."""
        self.where, self._sleep = where, sleep
        self.requests = self.bytes = 0
        self._session: Any = None
        self._base = where if where.endswith("/") else f"{where}/"
        check_place(where)
        self.is_url = _is_url(where)

    def read(self, name: str, most: int = LARGE) -> bytes | None:
        """Return a file's bytes; None if it is not there. Raises SourceError once attempts are used up."""
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
        """Return a file's bytes. Raises SourceError if it is not there, as in the middle of a deploy."""
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
            self._session.auth = _no_credentials
        try:
            return self._followed(urljoin(self._base, name), name, most)
        except requests.RequestException as error:
            raise _AgainError(_cause(error)) from None

    def _followed(self, url: str, name: str, most: int) -> bytes | None:
        for _ in range(_REDIRECTS):
            self.requests += 1
            with self._session.get(url, stream=True, timeout=_TIMEOUT, allow_redirects=False) as answer:
                if _MULTIPLE <= answer.status_code < _BAD and "location" in answer.headers:
                    url = urljoin(url, answer.headers["location"])
                    if not _is_at_home(url, self._base):
                        raise self.refused(name, "it redirects to another host")
                    continue
                if answer.status_code == _NOT_FOUND:
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
