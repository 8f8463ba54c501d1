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
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def endpoint(space: SpaceFiles, tmp_path: Path) -> Iterator[Endpoint]:
    with open_endpoint(SpaceFolder(space.root), tmp_path / "log.db") as opened:
        yield opened


def get(endpoint: Endpoint, path: str, **headers: str) -> requests.Response:
    return requests.get(f"{endpoint.url}{path}", headers={"Authorization": "Bearer t"} | headers, timeout=10)


SYNC = "/spaces/small/environments/master/sync?initial=true"


def test_answers_name_their_kind_space_and_environment(endpoint: Endpoint) -> None:
    answer = get(endpoint, SYNC)
    assert answer.headers["Content-Type"] == "application/vnd.contentful.delivery.v1+json"
    assert (answer.headers["cf-space-id"], answer.headers["cf-environment-id"]) == ("small", "master")
    assert get(endpoint, SYNC).headers["cf-environment-uuid"] == answer.headers["cf-environment-uuid"]


def test_long_bodies_are_packed_for_those_who_ask(endpoint: Endpoint) -> None:
    packed = http.client.HTTPConnection(endpoint.address)
    packed.request("GET", SYNC, headers={"Authorization": "Bearer t", "Accept-Encoding": "gzip"})
    answer = packed.getresponse()
    assert answer.getheader("Content-Encoding") == "gzip"
    body = json.loads(gzip.decompress(answer.read()))
    packed.close()
    plain = get(endpoint, SYNC, **{"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert body["items"] == plain.json()["items"]


def test_asset_file_is_sent_once_to_those_who_keep_its_tag(endpoint: Endpoint) -> None:
    path = f"/small/pic/{1:032x}/castle.svg"
    first = get(endpoint, path, Authorization="")
    assert (first.status_code, first.content, first.headers["Content-Type"]) == (200, PICTURE, "image/svg+xml")
    second = get(endpoint, path, **{"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (304, b"")


def test_space_and_environment_answer_for_themselves(endpoint: Endpoint) -> None:
    assert [found["code"] for found in get(endpoint, "/spaces/small/").json()["locales"]] == ["en-US", "ar", "de-DE"]
    assert get(endpoint, "/spaces/small/environments/master").json()["sys"]["type"] == "Environment"
    assert (
        get(endpoint, "/spaces/small/locales").json()
        == get(endpoint, "/spaces/small/environments/master/locales").json()
    )


@pytest.mark.parametrize(
    ("path", "details"),
    [
        ("/spaces/other", {"sys": {"type": "Space"}}),
        ("/spaces/small/environments/x/sync", {"type": "Environment", "id": "x", "space": "small"}),
        ("/spaces/small/nothing", None),
    ],
)
def test_what_is_not_there_is_a_404_that_names_it(endpoint: Endpoint, path: str, details: Any) -> None:
    answer = get(endpoint, path)
    assert (answer.status_code, answer.json()["sys"]["id"], answer.json().get("details")) == (404, "NotFound", details)


def test_it_listens_on_the_loopback_alone(endpoint: Endpoint) -> None:
    assert endpoint.server_address[0] == "127.0.0.1"


def faulty(space: SpaceFiles, tmp_path: Path, *faults: str) -> Any:
    return open_endpoint(
        SpaceFolder(space.root), tmp_path / "log.db", Listening(faults=Faults.of(map(read_fault, faults)))
    )


def test_each_fault_hits_as_often_as_asked_and_then_no_more(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "rate-limit=2", "unavailable") as endpoint:
        answers = [get(endpoint, SYNC) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [503, 429, 429, 200]
    assert answers[0].text.startswith("<!DOCTYPE html>")
    assert answers[1].headers["X-Contentful-RateLimit-Reset"] == "1"
    assert answers[1].json()["sys"]["id"] == "RateLimitExceeded"


def test_share_of_requests_is_hit(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "unavailable=20%") as endpoint:
        hit = sum(get(endpoint, SYNC).status_code == 503 for _ in range(200))
    assert 20 < hit < 60


def test_cut_body_ends_early(space: SpaceFiles, tmp_path: Path) -> None:
    with faulty(space, tmp_path, "cut") as endpoint:
        with pytest.raises(requests.exceptions.ChunkedEncodingError):
            get(endpoint, SYNC)
        assert get(endpoint, SYNC).status_code == 200


def test_slow_body_comes_whole(space: SpaceFiles, tmp_path: Path) -> None:
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


def test_every_fault_is_named_in_the_readme() -> None:
    from tests.conftest import PROJECT

    readme = (PROJECT / "README.md").read_text("utf-8")
    assert [name for name in FAULTS if f"`{name}`" not in readme] == []


def test_unknown_fault_is_told(guide: Guide) -> None:
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
    assert set(statuses) <= {200, 304, 400, 401, 404}, statuses
    assert statuses[200] > 100
    assert "Traceback" not in capfd.readouterr().err
    assert get(endpoint, SYNC).status_code == 200
