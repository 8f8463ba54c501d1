"""Requests to the host of a space: the token for it alone, no redirects, bodies within time and size."""

from __future__ import annotations

import platform
import time
from typing import TYPE_CHECKING

import requests

from exporter import __version__
from exporter.source.address import proxies_for
from exporter.source.bodies import Answer, read_body, time_outs
from exporter.source.connection_failures import failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.source.address import Address

_ACCEPT = "application/vnd.contentful.delivery.v1+json"


class Connection:
    """A session with one host; `bytes` counts what came, also of answers that did not come whole."""

    def __init__(self, address: Address, access_token: str) -> None:
        self.bytes = 0
        self._address = address
        self._token = access_token
        self._reached = False
        self.session = requests.Session()
        self.session.headers.update({"Accept": _ACCEPT, "Accept-Encoding": "gzip", "User-Agent": _user_agent()})
        self.session.headers["X-Contentful-User-Agent"] = _contentful_user_agent()

    def ask(self, path: str, parameters: Mapping[str, str], left: float) -> Answer:
        """Ask once under the environment's address, for no longer than the seconds that are left.

        Raises RetryableError where the failure may pass, else SourceError.
        """
        end = time.monotonic() + left
        try:
            with self.session.get(
                f"{self._address.base}/{path}",
                params=dict(parameters),
                auth=self._authorize,
                timeout=time_outs(left),
                proxies=proxies_for(self._address.url),
                allow_redirects=False,
                stream=True,
            ) as answer:
                try:
                    # a redirect is refused, and requests has read its body
                    packed = bytearray() if answer.is_redirect else read_body(answer, self._address.host, end)
                finally:
                    self.bytes += answer.raw.tell()
        except requests.RequestException as error:
            raise failure(error, self._address.host, reached=self._reached) from None
        self._reached = True
        return Answer(answer.status_code, {name.lower(): value for name, value in answer.headers.items()}, packed)

    def _authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Set the token on this one request; a callable keeps `.netrc` from overriding it."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def _user_agent() -> str:
    return f"contentful-exporter/{__version__} requests/{requests.__version__}"


def _contentful_user_agent() -> str:
    """Return the program's name in the form of the SDKs (`key name/version;` items)."""
    system = {"Darwin": "macOS"}.get(platform.system(), platform.system() or "unknown")
    return (
        f"app contentful-exporter/{__version__}; sdk requests/{requests.__version__}; "
        f"platform python/{platform.python_version()}; os {system};"
    )
