"""The endpoint over real HTTP: what it sends besides bodies, its faults, and what no request can do to it."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest
import requests

from exporter.space.folder import SpaceFolder
from exporter.space.http.faults import FAULTS, Faults, read_fault
from exporter.space.http.server import Endpoint, Listening, open_endpoint
from tests.conftest import PICTURE, Guide, SpaceFiles, entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def endpoint(space: SpaceFiles, tmp_path: Path) -> Iterator[Endpoint]:
    with open_endpoint(SpaceFolder(space.root), tmp_path / "log.db") as opened:
        yield opened


def get(endpoint: Endpoint, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{endpoint.url}{path}", headers={"Authorization": "Bearer t"} | headers, timeout=10)


SYNC = "/spaces/small/environments/master/sync?initial=true"


def test_answers_have_their_media_type_space_and_environment(endpoint: Endpoint) -> None:
    answer = get(endpoint, SYNC)
    assert answer.headers["Content-Type"] == "application/vnd.contentful.delivery.v1+json"
    assert (answer.headers["cf-space-id"], answer.headers["cf-environment-id"]) == ("small", "master")
    assert get(endpoint, SYNC).headers["cf-environment-uuid"] == answer.headers["cf-environment-uuid"]


def test_long_bodies_are_compressed_for_clients_that_accept_it(endpoint: Endpoint) -> None:
    packed = http.client.HTTPConnection(endpoint.address)
    packed.request("GET", SYNC, headers={"Authorization": "Bearer t", "Accept-Encoding": "gzip"})
    answer = packed.getresponse()
    assert answer.getheader("Content-Encoding") == "gzip"
    body = json.loads(gzip.decompress(answer.read()))
    packed.close()
    plain = get(endpoint, SYNC, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert body["items"] == plain.json()["items"]


def test_asset_file_is_sent_once_to_clients_that_keep_its_etag(endpoint: Endpoint) -> None:
    path = f"/small/pic/{1:032x}/castle.svg"
    first = get(endpoint, path, Authorization="")
    assert (first.status_code, first.content, first.headers["Content-Type"]) == (200, PICTURE, "image/svg+xml")
    second = get(endpoint, path, **{"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")


def test_space_and_environment_are_answered(endpoint: Endpoint) -> None:
    assert [found["code"] for found in get(endpoint, "/spaces/small/").json()["locales"]] == ["en-US", "ar", "de-DE"]
    assert get(endpoint, "/spaces/small/environments/master").json()["sys"]["type"] == "Environment"
    assert (
        get(endpoint, "/spaces/small/locales").json()
        == get(endpoint, "/spaces/small/environments/master/locales").json()
    )


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST", "space.localhost", "localhost.", "[::1]"])
def test_names_of_the_loopback_interface_are_answered(endpoint: Endpoint, name: str) -> None:
    host = f"{name}:{endpoint.server_address[1]}"
    answer = get(endpoint, SYNC, Host=host)
    assert answer.status_code == 200
    assert answer.json()["nextSyncUrl"].startswith(f"http://{host}/spaces/")


@pytest.mark.parametrize(
    "host", ["evil.example:PORT", "evil.example", "localhost", "localhost:1", "localhost.evil.example:PORT", "", "[x]"]
)
def test_page_on_another_host_name_reads_nothing_of_the_space(endpoint: Endpoint, host: str) -> None:
    answer = get(endpoint, SYNC, Host=host.replace("PORT", str(endpoint.server_address[1])))
    assert answer.status_code == 403
    assert answer.json()["sys"]["id"] == "AccessDenied"
    assert "castle" not in answer.text


def test_request_without_a_host_is_refused(endpoint: Endpoint) -> None:
    connection = http.client.HTTPConnection(endpoint.address)
    connection.putrequest("GET", SYNC, skip_host=True)
    connection.endheaders()
    assert connection.getresponse().status == 403
    connection.close()


@pytest.mark.parametrize(
    ("path", "details"),
    [
        ("/spaces/other", {"sys": {"type": "Space"}}),
        ("/spaces/small/environments/x/sync", {"type": "Environment", "id": "x", "space": "small"}),
        ("/spaces/small/nothing", None),
    ],
)
def test_missing_resource_is_a_404_that_names_it(endpoint: Endpoint, path: str, details: Any) -> None:
    answer = get(endpoint, path)
    assert (answer.status_code, answer.json()["sys"]["id"], answer.json().get("details")) == (404, "NotFound", details)


def test_it_listens_only_on_the_loopback_interface(endpoint: Endpoint) -> None:
    assert endpoint.server_address[0] == "127.0.0.1"


def faulty(space: SpaceFiles, tmp_path: Path, *faults: str) -> Any:
    return open_endpoint(
        SpaceFolder(space.root), tmp_path / "log.db", Listening(faults=Faults.of(map(read_fault, faults)))
    )


def test_fault_happens_as_often_as_requested_and_then_no_more(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "rate-limit=2", "unavailable") as endpoint:
        answers = [get(endpoint, SYNC) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 429, 429, 200]
    assert answers[0].text.startswith("<!DOCTYPE html>")
    assert answers[1].headers["X-Contentful-RateLimit-Reset"] == "1"
    assert answers[1].json()["sys"]["id"] == "RateLimitExceeded"


def test_fault_hits_the_given_share_of_requests(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "unavailable=20%") as endpoint:
        hit = sum(get(endpoint, SYNC).status_code == 503 for _ in range(200))
    assert 20 < hit < 60


def test_cut_body_ends_early(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "cut") as endpoint:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            get(endpoint, SYNC)
        assert get(endpoint, SYNC).status_code == 200


def test_slow_body_arrives_complete(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "slow") as endpoint:
        start = time.monotonic()
        assert len(get(endpoint, SYNC).json()["items"]) == 4
        assert time.monotonic() - start > 0.5


def test_faults_of_the_sync_itself(space: SpaceFiles, tmp_path: Path) -> None:
    def link(answer: requests.Response) -> str:
        return str(answer.json()["nextSyncUrl"])

    faults = ("http-links", "no-environment", "forget-tokens", "stale", "environment-uuid")
    with faulty(space, tmp_path, *faults) as endpoint:
        first = get(endpoint, SYNC)
        assert link(first).startswith("http://cdn.contentful.com/spaces/small/sync?sync_token=")
        again = get(endpoint, SYNC)
        assert link(again).startswith(f"{endpoint.url}/spaces/small/environments/master/sync?")
        assert first.headers["cf-environment-uuid"] == again.headers["cf-environment-uuid"]
        delta = f"/spaces/small/sync?{link(again).partition('?')[2]}"
        assert get(endpoint, delta).status_code == 400
        space.remove("entries/place/mill.json")
        assert get(endpoint, delta).json()["items"] == []
        assert [item["sys"]["id"] for item in get(endpoint, delta).json()["items"]] == ["mill"]


def test_page_of_too_many_items_is_refused_with_the_services_words(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "too-big=2") as endpoint:
        assert get(endpoint, SYNC).json()["message"].startswith("Response size too big. Maximum allowed response size")
        assert get(endpoint, f"{SYNC}&limit=2").status_code == 200


def test_every_fault_is_documented() -> None:
    from tests.conftest import PROJECT

    page = (PROJECT / "exporter/docs/local-space.md").read_text("utf-8")
    assert [name for name in FAULTS if f"`{name}`" not in page] == []


def test_unknown_fault_is_reported(guide: Guide) -> None:
    outcome = guide.call("space", "serve", "demo", "--fault", "earthquake")
    assert (outcome.code, "rate-limit" in outcome.err) == (2, True)


def test_served_space_follows_edits_one_edit_one_change(space: SpaceFiles, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "exporter", "space", "serve", str(space.root), "--state", str(tmp_path / "log")]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        base = server.stdout.readline().decode().strip()

        def ask(query: str) -> Any:
            return requests.get(f"{base}/spaces/small/sync?access_token=t&{query}", timeout=10).json()

        def delta(query: str) -> tuple[list[str], str]:
            for _ in range(100):
                body = ask(query)
                if body["items"]:
                    break
                time.sleep(0.05)
            return [item["sys"]["id"] for item in body["items"]], body["nextSyncUrl"].partition("?")[2]

        token = ask("initial=true")["nextSyncUrl"].partition("?")[2]
        space.put(entry("place", "tower", 3, title="The tower"))
        changed, token = delta(token)
        assert changed == ["tower"]
        (space.root / "new").write_bytes(
            (space.root / "entries/place/mill.json").read_bytes().replace(b"It turns", b"It stands")
        )
        (space.root / "new").replace(space.root / "entries/place/mill.json")
        changed, token = delta(token)
        assert changed == ["mill"]
        space.remove("entries/category/sights.json")
        (space.root / "entries/category").rmdir()
        changed, token = delta(token)
        assert changed == ["sights"]
        assert ask(token)["items"] == []
        server.send_signal(signal.SIGINT)
        server.wait(10)


def test_ten_thousand_malformed_requests_give_no_500_and_no_traceback(
    endpoint: Endpoint, capfd: pytest.CaptureFixture[str]
) -> None:
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    chance = random.Random(seed)
    names = ("initial", "sync_token", "type", "content_type", "limit", "skip", "order", "include", "locale", "select")
    odd = ("fields.title[match]", "sys.id[in]", "sys.updatedAt[gte]", "fields..x", "[", "metadata.tags.sys.id[all]", "")
    values = (
        "true",
        "-1",
        "1001",
        "0",
        "a,b",
        "*",
        "%00",
        "%ff%fe",
        "../..",
        "9" * 400,
        "Entry",
        "place",
        "\u00fc",
        "",
    )
    parts = (
        "spaces",
        "small",
        "environments",
        "master",
        "sync",
        "entries",
        "assets",
        "..",
        "%2e%2e",
        "castle",
        "x" * 300,
    )
    statuses: dict[int, int] = {}
    connection = http.client.HTTPConnection(endpoint.address, timeout=10)
    for number in range(10_000):
        if chance.random() < 0.8:
            path = "/spaces/small" + chance.choice(("", "/environments/master")) + f"/{chance.choice(parts[4:])}"
        else:
            path = "/" + "/".join(chance.choice(parts) for _ in range(chance.randrange(7)))
        query = "&".join(f"{chance.choice((*names, *odd))}={chance.choice(values)}" for _ in range(chance.randrange(4)))
        path = "".join(letter if letter.isascii() else "%C3%BC" for letter in f"{path}?{query}")
        headers = {"Authorization": chance.choice(("Bearer t", "Bearer t", "", "Basic \xff", "t"))}
        headers["Host"] = endpoint.address
        headers |= {
            chance.choice(("Host", "Range", "If-None-Match", "X")): chance.choice(("x" * 99, "\xe9", "a:b:c", '"'))
        }
        connection.putrequest("GET", path, skip_host=True)
        for name, value in headers.items():
            connection.putheader(name, value.encode("latin-1"))
        connection.endheaders()
        answer = connection.getresponse()
        answer.read()
        statuses[answer.status] = statuses.get(answer.status, 0) + 1
        if number % 100 == 0:
            with socket.create_connection((endpoint.address.split(":")[0], endpoint.server_address[1])) as raw:
                raw.sendall(os.urandom(chance.randrange(1, 200)) + b"\r\n\r\n")
    connection.close()
    assert set(statuses) <= {200, 304, 400, 401, 403, 404}, statuses
    assert statuses[200] > 100
    assert "Traceback" not in capfd.readouterr().err
    assert get(endpoint, SYNC).status_code == 200


def file_urls(body: Any) -> set[str]:
    """Return every `url` below a `file` in a response."""
    found, pending = set(), [body]
    for part in pending:
        pending += part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        if isinstance(part, dict) and isinstance(part.get("url"), str):
            found.add(part["url"])
    return found


ASSET_REQUESTS = [SYNC, *(f"/spaces/small/environments/master/{path}" for path in ("assets", "assets/pic", "entries"))]


@pytest.mark.parametrize("path", [*ASSET_REQUESTS, f"{ASSET_REQUESTS[1]}?locale=*"])
def test_with_own_urls_every_file_is_at_the_endpoint(space: SpaceFiles, tmp_path: Path, path: str) -> None:
    with open_endpoint(SpaceFolder(space.root), tmp_path / "log.db", Listening(own_urls=True)) as opened:
        [url] = file_urls(get(opened, path).json())
        assert url.startswith(f"//{opened.address}/")
        answer = requests.get(f"http:{url}", timeout=10)
        assert (answer.status_code, answer.content) == (200, PICTURE)
        named = f"localhost:{opened.server_address[1]}"
        [url] = file_urls(get(opened, path, Host=named).json())
        assert url.startswith(f"//{named}/"), "under the name by which the client found the endpoint"


@pytest.mark.parametrize("path", ASSET_REQUESTS)
def test_file_urls_of_items_are_unchanged_by_default(endpoint: Endpoint, path: str) -> None:
    [url] = file_urls(get(endpoint, path).json())
    assert url.startswith("//images.ctfassets.net/small/pic/")
    assert get(endpoint, url.removeprefix("//images.ctfassets.net")).content == PICTURE


@pytest.mark.parametrize("own_urls", [False, True])
def test_guide_of_an_endpoint_on_this_machine_downloads_files_from_it(
    space: SpaceFiles, tmp_path: Path, remote: Callable[[str], Guide], own_urls: bool
) -> None:
    with open_endpoint(SpaceFolder(space.root), tmp_path / "log.db", Listening(own_urls=own_urls)) as opened:
        guide = remote(opened.url)
        site = guide.root / "site.yaml"
        site.write_text(site.read_text("utf-8").replace("space: far", "space: small"), "utf-8")
        assert guide.build()["sync"]["assets_downloaded"] == 1
    assert guide.files("content")["content/files/pic/castle.svg"] == PICTURE


def test_space_serve_takes_own_urls_as_a_switch(space: SpaceFiles, tmp_path: Path) -> None:
    program = [sys.executable, "-m", "exporter", "space", "serve", str(space.root), "--state", str(tmp_path / "log")]
    with subprocess.Popen([*program, "--own-urls"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        base = process.stdout.readline().strip()
        answer = requests.get(f"{base}{ASSET_REQUESTS[1]}", headers={"Authorization": "Bearer t"}, timeout=10)
        process.send_signal(signal.SIGINT)
    [url] = file_urls(answer.json())
    assert f"http:{url}".startswith(f"{base}/")
