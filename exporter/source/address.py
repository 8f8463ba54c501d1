"""Where a space is asked, and whether a proxy may be on the way."""

from __future__ import annotations

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import quote, urlsplit


class Address(NamedTuple):
    """Where a space is asked: the host's base address, the space and the environment; `local` for its own endpoint."""

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


def is_loopback(url: str) -> bool:
    """Whether an address leads to this very machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def proxies_for(url: str) -> dict[str, str]:
    """Return what a request to an address has to say of proxies: nothing, but that the loopback never uses one.

    An empty address keeps `requests` from taking the proxy that the environment names; no proxy reaches the loopback
    of the machine that it is used from.
    """
    return dict.fromkeys(("http", "https", "all"), "") if is_loopback(url) else {}
