"""Who may ask a server on this machine."""

from __future__ import annotations

import pytest

from exporter.core.web_access import OwnNames, is_foreign

HERE = "192.168.1.5"


@pytest.mark.parametrize(
    ("host", "listens_on", "answered"),
    [
        ("localhost:8000", "127.0.0.1", True),
        ("LocalHost.:8000", "127.0.0.1", True),
        ("guide.localhost:8000", "127.0.0.1", True),
        ("[::1]:8000", "127.0.0.1", True),
        ("localhost", "127.0.0.1", False),
        ("localhost:8001", "127.0.0.1", False),
        ("localhost.evil.example:8000", "127.0.0.1", False),
        ("evil.example:8000", "127.0.0.1", False),
        (f"{HERE}:8000", "127.0.0.1", False),
        ("guide.lan:8000", "guide.lan", True),
        ("other.lan:8000", "guide.lan", False),
        (f"{HERE}:8000", "0.0.0.0", True),
        (f"[::ffff:{HERE}]:8000", "::", True),
        (f"{HERE}:8001", "0.0.0.0", False),
        ("192.168.1.6:8000", "0.0.0.0", False),
        ("evil.example:8000", "0.0.0.0", False),
        ("localhost:8000@evil.example", "0.0.0.0", False),
        ("", "127.0.0.1", False),
    ],
)
def test_only_own_names_with_the_right_port_are_answered(host: str, listens_on: str, answered: bool) -> None:
    assert OwnNames(8000, listens_on).include(host, HERE) is answered


def test_default_port_may_be_left_out_of_the_host() -> None:
    assert OwnNames(80).include("localhost")


@pytest.mark.parametrize("host", ["tunnel.example", "Tunnel.example:443", "tunnel.example:8000"])
def test_name_of_a_proxy_is_answered_at_any_port_once_it_is_allowed(host: str) -> None:
    assert OwnNames(8000, allowed=("tunnel.example",)).include(host)
    assert not OwnNames(8000).include(host)


@pytest.mark.parametrize(
    ("origin", "site", "foreign"),
    [
        (None, None, False),
        (None, "same-origin", False),
        (None, "none", False),
        ("http://localhost:8000", "same-origin", False),
        ("http://localhost:8000", None, False),
        (None, "same-site", True),
        (None, "cross-site", True),
        ("http://localhost:8000", "cross-site", True),
        ("http://evil.example", None, True),
        ("http://localhost:8001", None, True),
        ("null", None, True),
        ("", None, True),
    ],
)
def test_page_of_another_site_is_foreign(origin: str | None, site: str | None, foreign: bool) -> None:
    assert is_foreign("localhost:8000", origin, site) is foreign
