"""The Delivery API over HTTP: one session, the access token to the one host, errors in words."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import requests

from exporter import __version__
from exporter.errors import SourceError
from exporter.model import Json, decode

if TYPE_CHECKING:
    from collections.abc import Mapping

TIMEOUT = (10.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes of an answer."""

_ACCEPT = "application/vnd.contentful.delivery.v1+json"


class TokenRejectedError(SourceError):
    """The service no longer knows the sync token: start over."""


@dataclass(frozen=True)
class Address:
    """Where a space is asked: the host's base address, the space and the environment."""

    url: str
    space: str
    environment: str
    local: bool = False

    @property
    def base(self) -> str:
        """The address that all of the environment's answers lie under."""
        return f"{self.url}/spaces/{quote(self.space, safe='')}/environments/{quote(self.environment, safe='')}"

    @property
    def host(self) -> str:
        """The host as errors name it; the local endpoint's port is a new one each time and says nothing."""
        return "the local endpoint" if self.local else urlsplit(self.url).netloc


class Delivery:
    """A client that counts what it asks: `requests`, `sync_requests`, `bytes` as they travelled."""

    def __init__(self, address: Address, access_token: str, deadline: float = 30.0) -> None:
        self.address = address
        self.requests = 0
        self.sync_requests = 0
        self.bytes = 0
        self.environment_uuid: str | None = None
        self._token = access_token
        self._deadline = deadline
        self.session = requests.Session()
        self.session.headers.update({"Accept": _ACCEPT, "Accept-Encoding": "gzip", "User-Agent": _user_agent()})
        self.session.headers["X-Contentful-User-Agent"] = _contentful_user_agent()

    def get(self, path: str, parameters: Mapping[str, str]) -> Json:
        """Ask for a JSON answer under the environment's address.

        Raises SourceError, or TokenRejectedError where a sync token is refused.
        """
        self.requests += 1
        self.sync_requests += path == "sync"
        try:
            answer = self.session.get(
                f"{self.address.base}/{path}",
                params=dict(parameters),
                auth=self._authorize,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
            self.bytes += answer.raw.tell()
        except requests.RequestException as error:
            raise SourceError("unreachable", f"{self.address.host} could not be asked: {reason(error)}") from None
        self.environment_uuid = answer.headers.get("cf-environment-uuid") or self.environment_uuid
        if answer.status_code != requests.codes.ok:
            secrets = [self._token, *(value for name, value in parameters.items() if name == "sync_token")]
            raise _refusal(answer, self.address, secrets)
        return _json(answer, self.address)

    def collection(self, path: str) -> list[Json]:
        """Ask for all items of a listing such as `locales`, page by page."""
        found: list[Json] = []
        while True:
            body = self.get(path, {"limit": "1000", "skip": str(len(found))} if found else {"limit": "1000"})
            items = body.get("items")
            if not isinstance(items, list):
                raise SourceError("malformed", f"{self.address.host} answered {path} with no list of items")
            found += items
            total = body.get("total")
            if not items or not isinstance(total, int) or len(found) >= total:
                return found

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the token on this one request; a callable keeps `.netrc` from overriding it."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _user_agent() -> str:
    return f"contentful-exporter/{__version__} requests/{requests.__version__}"


def _contentful_user_agent() -> str:
    """Name the program as the SDKs name themselves (`key name/version;` items)."""
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system() or "unknown")
    return (
        f"app contentful-exporter/{__version__}; sdk requests/{requests.__version__}; "
        f"platform python/{platform.python_version()}; os {system};"
    )


def reason(error: BaseException) -> str:
    """Give the innermost cause in words, without the address: it may carry a sync token."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate could not be verified"
    if isinstance(error, requests.exceptions.ProxyError):
        return "the proxy could not be reached"
    seen: BaseException | None = error
    said = type(error).__name__
    while seen is not None:
        if isinstance(seen, OSError) and seen.strerror:
            said = seen.strerror
        seen = seen.__cause__ or seen.__context__
    return said


def _json(answer: requests.Response, address: Address) -> Json:
    try:
        body = decode(answer.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise SourceError("malformed", f"{address.host} answered with no JSON object: try again later")
    return body


def _refusal(answer: requests.Response, address: Address, secrets: list[str]) -> SourceError:
    """Say what an error status means and where to look (bodies: `sys.type` Error with an id, message, details).

    `secrets` are the tokens that were sent, the sync token second if there was one; a message may repeat them.
    """
    status = answer.status_code
    said, missing = _error_body(answer)
    for secret in secrets:
        said = said.replace(secret, "…")
    if len(secrets) > 1 and status in (400, 404, 410, 422) and "too big" not in said:
        return TokenRejectedError("token-rejected", f"{address.host} no longer knows the sync token ({status}{said})")
    token = "CONTENTFUL_PREVIEW_TOKEN" if "//preview." in address.url else "CONTENTFUL_ACCESS_TOKEN"
    what = f"environment {address.environment}" if missing == "Environment" else f"space {address.space}"
    code, words = {
        401: (
            "unauthorized",
            f"refused the access token (401) for space {address.space}: check {token} and that it is of this space",
        ),
        403: ("forbidden", f"denies access (403{said}): check what {token} may read"),
        404: (
            "not-found",
            f"does not know {what} (404): check source.space, source.environment and that {token} may read them",
        ),
        429: ("rate-limit", "says too many requests (429): wait a while and run again"),
    }.get(status, ("refused", f"answered {status}{said}: try again later"))
    if 300 <= status < 400:
        code, words = "redirected", f"redirects elsewhere ({status}): check source.url"
    return SourceError(code, f"{address.host} {words}")


def _error_body(answer: requests.Response) -> tuple[str, str]:
    """Give the message of an error body and the type of thing that its details name; details come in many forms."""
    try:
        body = decode(answer.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return "", ""
    details = body.get("details")
    kind = details.get("type") if isinstance(details, dict) else None
    message = body.get("message")
    said = f": {' '.join(message.split())[:300]}" if isinstance(message, str) else ""
    return said, kind if isinstance(kind, str) else ""
