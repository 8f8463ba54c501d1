"""Who may ask a server on this machine: names of its own alone, and for some addresses no page of another site.

Any web page can send requests to the loopback interface, and can point a host name of its own at it (DNS rebinding).
So a server answers under names that no stranger can hold, and no answer carries a CORS header.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - what `--host` may be given, to be told from a name
_HTTP = 80


@dataclass(frozen=True)
class OwnNames:
    """The names under which a server answers: those of the loopback interface, and the host that it listens on.

    A server that listens everywhere also answers to the address of this machine at which a request arrived, since no
    web page can take that as its own name. Names in `allowed` are those of proxies, which have ports of their own.
    """

    port: int
    listens_on: str = "127.0.0.1"
    allowed: tuple[str, ...] = ()

    def include(self, header: str, arrived_at: str = "") -> bool:
        """Whether a request with this Host header is answered; `arrived_at` is the connection's own address."""
        found = _HOST.fullmatch(header)
        if found is None:
            return False
        name = _plain(found[1])
        if name in map(_plain, self.allowed):
            return True
        if int(found[2] or _HTTP) != self.port:
            return False
        if self.listens_on in _EVERYWHERE and _same_address(name, arrived_at):
            return True
        is_loopback = name == "localhost" or name.endswith(".localhost") or name in ("127.0.0.1", "::1")
        return is_loopback or name == _plain(self.listens_on)


def is_everywhere(host: str) -> bool:
    """Whether a server on this host listens on every network of the machine."""
    return host in _EVERYWHERE


def is_foreign(host: str, origin: str | None, fetch_site: str | None) -> bool:
    """Whether a page of another site made a request, by its headers Host, Origin and Sec-Fetch-Site (None: absent).

    Browsers set the latter two, and no page can change them. Programs that are no browsers send neither.
    """
    if fetch_site is not None and fetch_site not in ("same-origin", "none"):
        return True
    return origin is not None and origin.lower() not in (f"http://{host.lower()}", f"https://{host.lower()}")


def _plain(name: str) -> str:
    return name.lower().rstrip(".").strip("[]")


def _same_address(name: str, other: str) -> bool:
    """Whether two texts are the same IP address; an IPv4 one may be written as the IPv6 one that stands for it."""
    try:
        first, second = (ip_address(text.partition("%")[0]) for text in (name, other))
    except ValueError:
        return False
    mapped = [(one.ipv4_mapped or one) if isinstance(one, IPv6Address) else one for one in (first, second)]
    return mapped[0] == mapped[1]
