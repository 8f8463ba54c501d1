"""Asset files: thousands over a bad line, none lost or mixed up, only from permitted hosts, without a token."""

from __future__ import annotations

import json
import shutil
import socket
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
import requests

from exporter.core.errors import SourceError
from exporter.source.address import Address
from exporter.source.assets import LARGEST, file_address
from tests.conftest import Guide, asset, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

NOTICE_SECONDS = 0.5
"""Seconds that a thread may take to make a 429 known to the others, with many threads on few cores."""


def early_requests(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Record requests sent although a 429 with a reset of one second was read before; return the seconds since it."""
    found: list[float] = []
    noticed = [float("-inf")]
    get = requests.Session.get

    def recording(self: requests.Session, *arguments: Any, **values: Any) -> requests.Response:
        since = time.monotonic() - noticed[0]
        if NOTICE_SECONDS < since < 1:
            found.append(since)
        answer = get(self, *arguments, **values)
        if answer.status_code == 429:
            noticed[0] = time.monotonic()
        return answer

    monkeypatch.setattr(requests.Session, "get", recording)
    return found


def picture(identifier: str, size: int | None = None, url: str | None = None) -> dict[str, Any]:
    """Make an asset whose file contains its id."""
    raw = asset(identifier, f"{identifier}.bin", len(identifier) if size is None else size, kind="application/x")
    raw["fields"]["file"]["en-US"]["url"] = f"/f/{identifier}.bin" if url is None else url
    return raw


def body_of(request: Request) -> bytes:
    return request.last.removesuffix(".bin").encode()


def space_of(raws: list[dict[str, Any]], files: Callable[[Request], Reply]) -> Callable[[Request], Reply]:
    """Return a script that answers with the assets in one page, then empty deltas; another script answers for files."""

    def script(request: Request) -> Reply:
        if request.path.startswith("/f/"):
            return files(request)
        if request.last == "sync":
            return page(*(raws if "initial" in request.query else []), token="s1")
        return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))

    return script


def pending(guide: Guide) -> list[str]:
    found: list[str] = json.loads((guide.root / ".syncstate").read_text("utf-8"))["pending"]
    return found


def downloaded(guide: Guide) -> dict[str, bytes]:
    """Return the downloaded files, by asset."""
    return {file.parent.name: file.read_bytes() for file in (guide.root / "content/files").rglob("*.bin")}


class BadLine:
    """Files of which one in two hundred meets a rate limit, a tenth a 503 and a tenth a truncated body, each once.

    The HTTP is written by hand, because there are many requests and their cost in this server is not the subject.
    """

    def __init__(self, lost: str = "") -> None:
        self.lost = lost
        self.requested: list[str] = []
        self.with_credentials = 0
        self.refused = 0
        self._lock = threading.Lock()
        self._met: set[str] = set()

    def speak(self, line: socket.socket) -> None:
        """Answer the requests of a connection until either side closes it."""
        with line, suppress(OSError):
            while head := line.recv(4096):
                while not head.endswith(b"\r\n\r\n"):
                    head += line.recv(4096)
                self.with_credentials += b"authorization:" in head.lower()
                status, body = self._answer(head.split(b" ", 2)[1].decode().removeprefix("/f/").removesuffix(".bin"))
                announced = len(body) + (status == "200 cut")
                reset = "X-Contentful-RateLimit-Reset: 1\r\n" if status.startswith("429") else ""
                line.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {announced}\r\n{reset}\r\n".encode() + body)
                if status == "200 cut":
                    return

    def _answer(self, name: str) -> tuple[str, bytes]:
        number = int(name[1:])
        with self._lock:
            first = name not in self._met
            self._met.add(name)
            self.requested.append(name)
            # limits come in tens, as real ones do: a reset takes a second, and the run must not wait once for each file
            if first and number % 2000 < 10:
                self.refused += 1
                return "429 too many", b""
        if name == self.lost:
            return "404 gone", b""
        if first and number % 10 == 3:
            return "503 between bytes timeout", b"<html>"
        return "200 cut" if first and number % 10 == 7 else "200 fine", name.encode()

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Yield the URL of the files while the block runs."""

        def accept() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listener.accept()
                    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self.speak, args=(line,), daemon=True).start()

        # the system retries a connection that finds the queue full only a second later
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            threading.Thread(target=accept, daemon=True).start()
            yield f"http://127.0.0.1:{listener.getsockname()[1]}/f"
            listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "lost", [pytest.param([], id="all", marks=pytest.mark.long), pytest.param(["a00042"], id="all but one")]
)
def test_ten_thousand_files_arrive_over_a_bad_line(
    remote: Callable[[str], Guide], monkeypatch: pytest.MonkeyPatch, lost: list[str]
) -> None:
    early = early_requests(monkeypatch)
    names = [f"a{number:05}" for number in range(10_000)]
    line = BadLine(*lost)
    with line.listening() as files:
        raws = [picture(name, url=f"{files}/{name}.bin") for name in names]
        with serve(space_of(raws, lambda _request: Reply(b"", 404))) as stub:
            guide = remote(stub.url)
            outcome = guide.run("sync", "--json", "--downloads", "32")
            requested = len(line.requested)
            there = {name: name.encode() for name in names if name not in lost}
            assert (outcome.code, downloaded(guide) == there, pending(guide)) == (3 if lost else 0, True, lost), (
                outcome.err
            )
            request_count = requested + len(stub.requests)
            line.lost = ""
            assert (guide.run("sync").code, line.requested[requested:], pending(guide)) == (0, lost, [])
    assert downloaded(guide) == {name: name.encode() for name in names}
    assert (line.refused, early, line.with_credentials) == (50, [], 0)
    # ten of the files that met the limit were due for another fault, but each file meets only one
    assert requested == 10_000 + 50 + 2 * 1000 - 10
    report = outcome.json["sync"]
    assert (report["assets_downloaded"], report["assets_failed"]) == (len(there), len(lost))
    assert report["requests"] == request_count
    assert [problem["item"] for problem in outcome.json["problems"]] == [f"asset:{name}" for name in lost]


def test_missing_file_does_not_affect_the_others_and_only_it_is_requested_again(remote: Callable[[str], Guide]) -> None:
    down = {"b"}

    def files(request: Request) -> Reply:
        return Reply(b"", 503) if body_of(request).decode() in down else Reply(body_of(request))

    with serve(space_of([picture(name) for name in "abc"], files)) as stub:
        guide = remote(stub.url)
        first = guide.run("sync", "--json", "--deadline", "1")
        tries = len(stub.requests_for("b.bin"))
        down.clear()
        second = guide.run("sync", "--json")
        requested = [len(stub.requests_for(f"{name}.bin")) for name in "abc"]
    assert (first.code, second.code, pending(guide)) == (3, 0, [])
    assert [(problem["severity"], problem["code"], problem["item"]) for problem in first.json["problems"]] == [
        ("error", "asset-status", "asset:b")
    ]
    assert tries > 1
    assert requested == [1, tries + 1, 1]
    assert downloaded(guide) == {"a": b"a", "b": b"b", "c": b"c"}


def test_hourly_limit_on_one_file_stops_all_requests_not_yet_sent(remote: Callable[[str], Guide]) -> None:
    names = [f"a{number}" for number in range(20)]
    hour = Reply(b"", 429, {"X-Contentful-RateLimit-Reset": "3553"})
    with serve(space_of([picture(name) for name in names], lambda _request: hour)) as stub:
        outcome = remote(stub.url).run("sync", "--json")
        files = [request for request in stub.requests if request.path.startswith("/f/")]
    assert outcome.code == 3
    assert 1 <= len(files) <= 8
    assert [problem["item"] for problem in outcome.json["problems"]] == sorted(f"asset:{name}" for name in names)
    assert {problem["code"] for problem in outcome.json["problems"]} == {"rate-limit"}


def test_file_of_an_overloaded_host_is_requested_again_after_the_time_it_states(remote: Callable[[str], Guide]) -> None:
    times: list[float] = []

    def files(request: Request) -> Reply:
        times.append(time.monotonic())
        return Reply(body_of(request)) if len(times) > 1 else Reply(b"", 503, {"Retry-After": "1"})

    with serve(space_of([picture("a")], files)) as stub:
        guide = remote(stub.url)
        assert guide.run("sync").code == 0
    assert (downloaded(guide), len(times)) == ({"a": b"a"}, 2)
    assert times[1] - times[0] >= 1


def test_space_and_files_on_the_loopback_interface_are_requested_without_a_proxy(
    remote: Callable[[str], Guide], guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(lambda _request: Reply(b"", 502)) as proxy:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        for name in ("no_proxy", "NO_PROXY"):
            monkeypatch.delenv(name, raising=False)
        assert guide.run("build").code == 0
        shutil.rmtree(guide.root)
        with serve(space_of([picture("a")], lambda request: Reply(body_of(request)))) as stub:
            far = remote(stub.url)
            assert (far.run("sync").code, downloaded(far)) == (0, {"a": b"a"})
        assert proxy.requests == []


@contextmanager
def nobody() -> Iterator[tuple[str, Callable[[], int]]]:
    """A host where nothing listens, which cannot count connections."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))  # kept, so that no other server of the test is given its port
        yield f"127.0.0.1:{deaf.getsockname()[1]}", lambda: 0


@contextmanager
def silence() -> Iterator[tuple[str, Callable[[], int]]]:
    """A host that accepts connections, counts them and answers nothing."""
    lines: list[socket.socket] = []

    def take() -> None:
        with suppress(OSError):
            while True:
                lines.append(listener.accept()[0])

    with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
        threading.Thread(target=take, daemon=True).start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", lambda: len(lines)
        listener.shutdown(socket.SHUT_RDWR)
    for line in lines:
        line.close()


@pytest.mark.parametrize("down", [nobody, silence])
def test_host_that_is_down_does_not_delay_the_run_once_per_file(
    remote: Callable[[str], Guide], down: Callable[[], AbstractContextManager[tuple[str, Callable[[], int]]]]
) -> None:
    names = [f"a{number:03}" for number in range(300)]
    fine = [picture(name.replace("a", "b")) for name in names]
    with down() as (host, taken):
        lost = [picture(name, url=f"http://{host}/f/{name}.bin") for name in names]
        with serve(space_of([*lost, *fine], lambda request: Reply(body_of(request)))) as stub:
            outcome = remote(stub.url).run("sync", "--json", "--deadline", "1", "--downloads", "4")
            attempts, connected = outcome.json["sync"]["requests"] - len(stub.requests), taken()
    problems = outcome.json["problems"]
    assert (outcome.code, [problem["item"] for problem in problems]) == (3, [f"asset:{name}" for name in names])
    assert {problem["code"] for problem in problems} == {"unreachable"}
    assert len({problem["message"].partition("did not come: ")[2] for problem in problems}) <= 4
    # four threads try until the deadline of a second; none of them has time for ten attempts
    assert 4 <= attempts < 40
    assert connected in (0, attempts)
    assert outcome.json["sync"]["assets_downloaded"] == len(fine)


NOT_TAKEN = [
    (picture("long", size=3), "asset-size", 1),
    (picture("short", size=6), "asset-size", 1),
    (picture("huge", size=LARGEST + 1), "asset-too-large", 0),
    (picture("far", url="//files.example.org/f/far.bin"), "asset-host", 0),
]


@pytest.mark.parametrize(("raw", "code", "requests"), NOT_TAKEN, ids=lambda value: str(value)[:9])
def test_file_that_differs_from_its_metadata_is_not_stored(
    remote: Callable[[str], Guide], raw: dict[str, Any], code: str, requests: int
) -> None:
    with serve(space_of([raw, picture("fine")], lambda request: Reply(body_of(request)))) as stub:
        guide = remote(stub.url)
        outcome = guide.run("sync", "--json", "--deadline", "1")
        files = len(stub.requests_for(f"{raw['sys']['id']}.bin"))
    assert (outcome.code, [problem["code"] for problem in outcome.json["problems"]], files) == (3, [code], requests)
    assert (downloaded(guide), pending(guide)) == ({"fine": b"fine"}, [raw["sys"]["id"]])


OWN = Address("http://127.0.0.1:5000", "s", "master")
FAR = Address("https://cdn.contentful.com", "s", "master")
ADDRESSES = [
    (OWN, "//127.0.0.1:5000/a b.png", "http://127.0.0.1:5000/a%20b.png"),
    (OWN, "//127.0.0.1:6000/a.png", "https://127.0.0.1:6000/a.png"),
    (OWN, "http://127.0.0.1:6000/a.png", "http://127.0.0.1:6000/a.png"),
    (OWN, "/a.png", "http://127.0.0.1:5000/a.png"),
    (OWN, "//images.ctfassets.net/a.png?x=1", "http://127.0.0.1:5000/a.png?x=1"),
    (OWN, "http://images.contentful.com/a.png", "http://127.0.0.1:5000/a.png"),
    (Address("http://localhost:8080", "s", "master"), "//videos.ctfassets.net/a.mp4", "http://localhost:8080/a.mp4"),
    (Address("http://[::1]:8080", "s", "master"), "https://images.ctfassets.net/a.png", "http://[::1]:8080/a.png"),
    (FAR, "//images.ctfassets.net/a.png?x=1", "https://images.ctfassets.net/a.png?x=1"),
    (FAR, "http://images.contentful.com/a.png", "https://images.contentful.com/a.png"),
    (FAR, "http://cdn.contentful.com/a.png", "https://cdn.contentful.com/a.png"),
    (FAR, "//me:secret@Images.ctfassets.net/a.png", "https://images.ctfassets.net/a.png"),
    (FAR, ".example.org/a.png", "https://cdn.contentful.com/.example.org/a.png"),
]


@pytest.mark.parametrize(("source", "url", "requested"), ADDRESSES)
def test_file_is_requested_from_the_sources_own_host_or_over_https(source: Address, url: str, requested: str) -> None:
    assert file_address(url, source) == requested


@pytest.mark.parametrize(
    "url",
    [
        "//example.org/a.png",
        "//ctfassets.net.example.org/a.png",
        "//notctfassets.net/a.png",
        "//images.ctfassets.net@example.org/a.png",
        "//example.org\\.ctfassets.net/a.png",
        "ftp://images.ctfassets.net/a.png",
        "data:image/png,x",
        "//[/a.png",
        "//images.ctfassets.net:x/a.png",
    ],
)
def test_foreign_host_is_refused(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        file_address(url, FAR)
    assert caught.value.code == "asset-host"
