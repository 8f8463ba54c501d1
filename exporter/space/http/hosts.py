"""The names under which the endpoint answers, so that no web page reaches it by a name of its own (DNS rebinding)."""

from __future__ import annotations

import re
from ipaddress import ip_address

_HOST = re.compile(r"([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::([0-9]{1,5}))?")
_EVERYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - what `--host` may be given, to be told from a name
_HTTP = 80


def is_answered(header: str, listens_on: str, port: int) -> bool:
    """Whether a request with this Host header is answered by an endpoint that listens on a host and port.

    Answered are names of the loopback interface and the host that was asked for; an endpoint that listens everywhere
    also answers to any address in numbers, since no web page can take one as its own name.
    """
    found = _HOST.fullmatch(header)
    if found is None:
        return False
    name = found[1].lower().rstrip(".").strip("[]")
    numeric = _is_address(name)
    if listens_on in _EVERYWHERE and numeric:
        return True
    if int(found[2] or _HTTP) != port:
        return False
    is_loopback = name == "localhost" or name.endswith(".localhost") or name in ("127.0.0.1", "::1")
    return is_loopback or name == listens_on.lower().rstrip(".").strip("[]")


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
