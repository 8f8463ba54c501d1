"""The situations of advisories on other dev servers: each test fails against a server without that check."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import pytest

from tests.serve.conftest import serving
from tests.serve.test_access import REFUSED

if TYPE_CHECKING:
    from tests.conftest import Guide
    from tests.serve.conftest import Serving

SECRET = "the-secret-of-the-test"


HOSTS = ["evil.example", "evil.example:PORT", "evillocalhost:PORT", "localhost.evil.example:PORT", "10.0.0.7:PORT"]


@pytest.mark.parametrize("host", [*HOSTS, "localhost:1", "localhost", ""])
def test_page_with_a_host_name_of_its_own_reads_nothing(standing: Serving, host: str) -> None:
    """CVE-2025-24010 (Vite): DNS rebinding, since any Host was answered."""
    for path in ("/", "/-/events?epoch=1", "/-/client.js"):
        answer = standing.ask(path, Host=host.replace("PORT", str(standing.port)))
        assert answer.status == 403
        assert b"Small guide" not in answer.body


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]", "guide.localhost"])
def test_names_of_the_loopback_interface_are_answered(standing: Serving, name: str) -> None:
    assert standing.ask("/", Host=f"{name}:{standing.port}").status == 200


def test_two_host_headers_are_refused(standing: Serving) -> None:
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", standing.port)
    connection.putrequest("GET", "/", skip_host=True)
    for host in (f"localhost:{standing.port}", "evil.example"):
        connection.putheader("Host", host)
    connection.endheaders()
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec_Fetch_Site": "cross-site"},
        {"Sec_Fetch_Site": "same-site"},
    ],
)
def test_page_of_another_site_hears_no_events(standing: Serving, headers: dict[str, Any]) -> None:
    """CVE-2025-24010 (Vite) and GHSA-67mh-4wv8-2f99 (esbuild): other sites listened to the stream of changes."""
    assert standing.ask("/-/events?epoch=1&page=index.html", **headers).status == 403


def test_no_answer_carries_a_header_of_cors(standing: Serving) -> None:
    """GHSA-67mh-4wv8-2f99 (esbuild): `Access-Control-Allow-Origin: *` let any site read the sources."""
    for path in ("/", "/style.css", "/-/client.js", "/nothing"):
        headers = standing.ask(path, Origin="http://evil.example").headers
        assert [name for name in headers if name.lower().startswith("access-control")] == []


def test_other_sites_cannot_load_answers_as_their_scripts(standing: Serving) -> None:
    """CVE-2025-30360 (webpack-dev-server): sources were stolen by loading them as scripts of another page."""
    for path in ("/style.css", "/-/client.js", "/"):
        headers = standing.ask(path, Sec_Fetch_Site="cross-site", Sec_Fetch_Mode="no-cors").headers
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("origin", ["http://10.0.0.7:8000", "http://[::1]:9", "chrome-extension://abc"])
def test_origin_in_numbers_is_no_free_pass(standing: Serving, origin: str) -> None:
    """CVE-2025-30360 (webpack-dev-server): the check of the origin let IP addresses through."""
    assert standing.ask("/-/events?epoch=1", Origin=origin).status == 403


@pytest.mark.parametrize(
    "target",
    [
        "/site.yaml?raw",
        "/@fs/etc/passwd?raw??",
        "/@fs/etc/passwd?import&raw??",
        "/@fs/etc/passwd?.svg?.wasm?init",
        "/@fs/x/x/x/vite/client/?/../../../../../etc/passwd?import&?raw",
        "/x/x/x/style.css/../../../../site.yaml",
        "/.env",
        "/.env?.css",
        "/content/entries/place/castle.json",
        "/templates.html",
        "/.export/guide.db",
        "/-/../site.yaml",
    ],
)
def test_no_query_and_no_detour_reads_a_file_beside_the_site(standing: Serving, target: str) -> None:
    """CVE-2025-30208, CVE-2025-31125 and CVE-2025-31486 (Vite): queries and detours led out of the served folder."""
    (standing.guide.root / ".env").write_text(f"CONTENTFUL_ACCESS_TOKEN={SECRET}\n", "utf-8")
    (standing.guide.root / "templates.html").write_text(SECRET, "utf-8")
    answer = standing.ask(target)
    assert answer.status in (403, 404)
    for text in (SECRET, "source:", "root:x", "updatedAt"):
        assert text.encode() not in answer.body


@pytest.mark.parametrize("target", [target for target in REFUSED if target.startswith("/") and target.isprintable()])
def test_no_spelling_of_a_step_upwards_leaves_the_site(standing: Serving, target: str) -> None:
    """GHSA-g7r4-m6w7-qqqr (esbuild): backslashes in a path read any file on Windows."""
    answer = standing.ask(target.replace(" ", "%20"))
    assert answer.status in (403, 404)
    assert b"source:" not in answer.body


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="this system has no symbolic links")
@pytest.mark.parametrize("path", ["leak.txt", "leak/site.yaml"])
def test_link_that_leads_out_of_the_site_is_not_served(standing: Serving, path: str) -> None:
    site = standing.guide.root / "site"
    for name, target in (("leak.txt", standing.guide.root / "site.yaml"), ("leak", standing.guide.root)):
        if not (site / name).is_symlink():
            (site / name).symlink_to(target)
    answer = standing.ask(f"/{path}")
    assert answer.status == 404
    assert b"source:" not in answer.body


def test_webhook_without_a_secret_set_does_not_exist(standing: Serving) -> None:
    for body in (b"{}", b"x" * 65_000, None):
        assert standing.ask("/-/refresh", "POST", body).status == 404
    assert standing.ask("/-/refresh").status == 404


def test_webhook_takes_its_secret_from_the_header_alone(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORTER_WEBHOOK_SECRET", SECRET)
    with serving(guide) as served:
        attempts: tuple[tuple[str, dict[str, Any]], ...] = (
            ("/-/refresh", {}),
            ("/-/refresh", {"X_Exporter_Secret": "wrong"}),
            ("/-/refresh", {"X_Exporter_Secret": f"{SECRET}é"}),
            (f"/-/refresh?secret={SECRET}", {}),
            (f"/-/refresh?X-Exporter-Secret={SECRET}", {}),
        )
        for path, headers in attempts:
            assert served.ask(path, "POST", b"{}", **headers).status in (403, 405)
            assert served.ask(path, "POST", **headers).status in (403, 405)
        assert served.ask("/-/refresh", "POST", b"{}", X_Exporter_Secret=SECRET).status == 200
        foreign: dict[str, Any] = {"X_Exporter_Secret": SECRET, "Origin": "http://evil.example"}
        assert served.ask("/-/refresh", "POST", b"{}", **foreign).status == 403


def test_webhook_takes_no_body_of_more_than_64_kb_or_unknown_length(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPORTER_WEBHOOK_SECRET", SECRET)
    with serving(guide) as served:
        assert served.ask("/-/refresh", "POST", b"x" * 64_001, X_Exporter_Secret=SECRET).status == 413
        assert served.ask("/-/refresh", "POST", b"x" * 64_000, X_Exporter_Secret=SECRET).status == 200
        assert served.ask("/-/refresh", "POST", X_Exporter_Secret=SECRET).status == 411
        chunked: dict[str, Any] = {"X_Exporter_Secret": SECRET, "Transfer_Encoding": "chunked"}
        assert served.ask("/-/refresh", "POST", **chunked).status == 411
        digits = served.ask("/-/refresh", "POST", X_Exporter_Secret=SECRET, Content_Length="9" * 5000)
        assert digits.status == 413


def test_other_methods_change_nothing(standing: Serving) -> None:
    assert standing.ask("/index.html", "POST", b"x").status == 405
    for method in ("PUT", "DELETE", "OPTIONS"):
        assert standing.ask("/index.html", method).status == 501
