"""The transport: what may pass is asked again within the deadline, what will not once; nothing is half read."""

from __future__ import annotations

import gzip
import json
import re
import socket
import struct
import threading
import time
import tracemalloc
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from exporter.core.errors import SourceError
from exporter.source import bodies, delivery
from exporter.source.address import Address, is_loopback
from exporter.source.delivery import Delivery
from exporter.source.failures import TokenRejectedError, TooBigError, reset_time
from exporter.source.retry import RetryableError, retrying, wait_after
from exporter.source.unpacking import TooLargeError, unpacked
from tests.support.stub import Reply, Request, error, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TOKEN = "CFPAT-a-very-secret-token-0123456789"
GOOD = {"items": [1, 2, 3], "text": "x" * 500}


def client(url: str, deadline: float = 5.0) -> Delivery:
    return Delivery(Address(url, "far", "master"), TOKEN, deadline)


def in_turn(*replies: Reply) -> Callable[[Request], Reply]:
    """Answer one after the other, the last one again and again."""
    left = list(replies)
    return lambda _request: left.pop(0) if len(left) > 1 else left[0]


def refused(url: str, deadline: float = 1.0, parameters: dict[str, str] | None = None) -> tuple[SourceError, Delivery]:
    """Ask for what must end in an error; return it and the client."""
    asking = client(url, deadline)
    with pytest.raises(SourceError) as caught:
        asking.get("sync", parameters or {"initial": "true"})
    assert caught.value.exit_code == 3
    assert "\n" not in caught.value.message
    assert TOKEN not in caught.value.message
    return caught.value, asking


@dataclass
class Clock:
    """A clock that goes when somebody sleeps."""

    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)


@pytest.mark.parametrize(
    ("failures", "left", "blocked", "chance", "wait"),
    [
        (1, 30, 0, 1, 0.25),
        (1, 30, 0, 0, 0.125),
        (3, 30, 0, 1, 1.0),
        (6, 30, 0, 1, 8.0),
        (5000, 30, 0, 1, 8.0),
        (6, 8.1, 0, 1, 8.0),
        (6, 8.0, 0, 1, None),
        (1, 30, 7, 0, 7.0),
        (1, 30, 7, 1, 7.25),
        (6, 30, 1, 1, 8.0),
        (6, 3.1, 1, 1, 3.0),
        (1, 7.125, 7, 1, 7.025),
        (1, 7.05, 7, 1, None),
        (1, 30, 3553, 1, None),
        (1, 0, 0, 0, None),
        (1, -5, 0, 0, None),
    ],
)
def test_wait_doubles_keeps_the_reset_time_and_ends_before_the_deadline(
    failures: int, left: float, blocked: float, chance: float, wait: float | None
) -> None:
    assert wait_after(failures, left, blocked, chance) == (None if wait is None else pytest.approx(wait))


@pytest.mark.parametrize(
    ("takes", "reset", "chance", "slept", "said"),
    [
        (0.0, None, 1.0, [0.25, 0.5, 1, 2, 4], "it failed; asked 6 times in 7.8 s: run again later"),
        (4.0, None, 1.0, [0.25, 0.5], "it failed; asked 3 times in 10.0 s: run again later"),
        (20.0, None, 1.0, [], "it failed; asked once in 10.0 s: run again later"),
        (0.0, 3.0, 0.0, [3.0, 3.0, 3.0], "it failed; asked 4 times in 9.0 s: run again in 3 s"),
        (0.5, 60.0, 0.0, [], "it failed; asked once in 0.5 s: run again in 60 s"),
        (0.5, 7199.5, 0.0, [], "it failed; asked once in 0.5 s: run again in 7200 s"),
        (0.5, 7201.0, 0.0, [], "it failed; asked once in 0.5 s: run again in 3 hours"),
    ],
)
def test_attempts_go_on_to_the_deadline_and_are_counted_in_the_error(
    takes: float, reset: float | None, chance: float, slept: list[float], said: str
) -> None:
    clock, left_at = Clock(), []

    def attempt(left: float) -> None:
        left_at.append((clock.now, left))
        clock.now += min(takes, left)
        raise RetryableError("it failed", reset, "word")

    with pytest.raises(SourceError) as caught:
        retrying(attempt, 10.0, clock=lambda: clock.now, sleep=clock.sleep, chance=lambda: chance)
    assert (caught.value.code, caught.value.message, clock.slept) == ("word", said, slept)
    assert [left for _, left in left_at] == pytest.approx([1010.0 - now for now, _ in left_at])


def test_attempt_that_succeeds_ends_it_and_other_errors_go_through() -> None:
    clock = Clock()
    outcomes: Iterator[int | Exception] = iter([RetryableError("no"), RetryableError("no"), 7, OSError("disk")])

    def attempt(_left: float) -> int:
        outcome = next(outcomes)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def ask() -> int:
        return retrying(attempt, 10.0, clock=lambda: clock.now, sleep=clock.sleep, chance=lambda: 1.0)

    assert (ask(), clock.slept) == (7, [0.25, 0.5])
    with pytest.raises(OSError, match="disk"):
        ask()
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize(
    "failure",
    [Reply(b"<html>between bytes timeout</html>", 503), error(500, "ServerError"), Reply(b"<html>", 200), Reply(b"[]")],
)
def test_trouble_of_the_service_is_asked_again_and_each_attempt_is_counted(failure: Reply) -> None:
    with serve(in_turn(failure, failure, Reply(GOOD))) as stub:
        asking = client(stub.url)
        assert asking.get("sync", {"initial": "true"}) == GOOD
        assert len(stub.requests) == 3
    failed = failure.body if isinstance(failure.body, bytes) else gzip.compress(json.dumps(failure.body).encode())
    assert (asking.requests, asking.sync_requests) == (3, 3)
    assert asking.bytes == 2 * len(failed) + len(gzip.compress(json.dumps(GOOD).encode()))


def test_no_request_is_made_before_the_reset_time() -> None:
    times: list[float] = []
    left = [error(429, "RateLimitExceeded", **{"X-Contentful-RateLimit-Reset": "1"}), Reply(GOOD)]

    def script(_request: Request) -> Reply:
        times.append(time.monotonic())
        return left.pop(0)

    with serve(script) as stub:
        assert client(stub.url).get("locales", {}) == GOOD
    assert 1.0 <= times[1] - times[0] < 2.0


@pytest.mark.parametrize(
    ("reset", "said"),
    [("3553", r"asked once in \d\.\d s: run again in 3553 s"), ("soon", "times in"), ("nan", "times in")],
)
def test_reset_time_beyond_the_deadline_ends_at_once_and_one_that_is_no_number_is_none(reset: str, said: str) -> None:
    with serve(in_turn(error(429, "RateLimitExceeded", **{"X-Contentful-RateLimit-Reset": reset}))) as stub:
        ended, asking = refused(stub.url)
        assert len(stub.requests) == asking.requests
    assert ended.code == "rate-limit"
    assert re.search(said, ended.message)


NOW = "Tue, 14 Jul 2026 08:00:00 GMT"
RESET_TIMES: list[tuple[dict[str, str], float | None]] = [
    ({}, None),
    ({"Retry-After": "4"}, 4.0),
    ({"Retry-After": "soon"}, None),
    ({"Retry-After": "-4"}, None),
    ({"Retry-After": "nan"}, None),
    ({"Retry-After": "Tue, 14 Jul 2026 08:00:09 GMT", "Date": NOW}, 9.0),
    ({"Retry-After": "Tue, 14 Jul 2026 07:59:00 GMT", "Date": NOW}, 0.0),
    ({"Retry-After": "Fri, 14 Jul 2006 08:00:00 GMT"}, 0.0),
    ({"Retry-After": "Tue, 99 Jul 2026 08:00:00 GMT", "Date": NOW}, None),
    ({"Retry-After": "Fri, 14 Jul 9999 08:00:00 GMT", "Date": "today"}, 86400.0),
    ({"X-Contentful-RateLimit-Reset": "2", "Retry-After": "7"}, 7.0),
    ({"X-Contentful-RateLimit-Reset": "9", "Retry-After": "7"}, 9.0),
    ({"X-Contentful-RateLimit-Reset": "1e30"}, 86400.0),
    ({"X-Contentful-RateLimit-Reset": "9" * 400}, 86400.0),
    ({"Retry-After": "inf"}, 86400.0),
]


@pytest.mark.parametrize(("headers", "seconds"), RESET_TIMES, ids=lambda value: str(value)[:60])
def test_reset_time_is_read_in_all_its_spellings_and_bounded_by_a_day(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert reset_time({name.lower(): value for name, value in headers.items()}) == seconds


@pytest.mark.parametrize("status", [429, 503, 500])
@pytest.mark.parametrize("as_date", [False, True])
def test_retry_after_of_a_proxy_is_waited_for_within_the_deadline(status: int, as_date: bool) -> None:
    times: list[float] = []
    retry_after = {"Retry-After": formatdate(time.time() + 2, usegmt=True)} if as_date else {"Retry-After": "1"}
    left = [Reply(b"<html>", status, retry_after), Reply(GOOD)]

    def script(_request: Request) -> Reply:
        times.append(time.monotonic())
        return left.pop(0)

    with serve(script) as stub:
        assert client(stub.url).get("locales", {}) == GOOD
    assert 0.95 <= times[1] - times[0] < 2.6


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "again"),
    [
        ({"Retry-After": "90"}, "in 90 s"),
        ({"Retry-After": "Fri, 14 Jul 9999 08:00:00 GMT"}, "in 24 hours"),
        ({"X-Contentful-RateLimit-Reset": "1000000000000000019884624838656"}, "in 24 hours"),
    ],
)
def test_wait_beyond_the_deadline_ends_at_once_and_names_a_bounded_time(
    status: int, headers: dict[str, str], again: str
) -> None:
    with serve(in_turn(Reply(b"", status, headers))) as stub:
        ended, asking = refused(stub.url)
    assert asking.requests == 1
    assert re.search(rf"asked once in \d\.\d s: run again {again}$", ended.message), ended.message


def test_list_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_MOST_LISTED", 50)
    endless = Reply({"items": [{"sys": {"id": "a"}}] * 20, "total": 10**9})
    with serve(in_turn(endless)) as stub:
        asking = client(stub.url)
        with pytest.raises(SourceError, match="a list that does not end"):
            asking.collection("tags")
    assert asking.requests == 3


def proxied(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    """Name a proxy for everything in the environment, in all its spellings."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, proxy)
        monkeypatch.setenv(name.upper(), proxy)
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)


def test_loopback_is_asked_without_the_proxy_that_the_environment_names(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(in_turn(error(502, "BadGateway"))) as proxy, serve(in_turn(Reply(GOOD))) as stub:
        proxied(monkeypatch, proxy.url)
        for host in ("127.0.0.1", "localhost"):
            assert client(stub.url.replace("127.0.0.1", host)).get("locales", {}) == GOOD
        assert proxy.requests == []
        assert len(stub.requests) == 2


def test_other_hosts_are_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(in_turn(Reply(GOOD))) as proxy:
        proxied(monkeypatch, proxy.url)
        assert client("http://space.example").get("locales", {}) == GOOD
        assert [request.headers["Host"] for request in proxy.requests] == ["space.example"]


@pytest.mark.parametrize(
    ("url", "direct"),
    [
        ("http://127.0.0.1:8080/a", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8080", True),
        ("http://localhost", True),
        ("http://guide.localhost:1", True),
        ("https://cdn.contentful.com", False),
        ("http://127.0.0.1.example.org", False),
        ("http://localhost.example.org", False),
        ("http://10.0.0.1", False),
    ],
)
def test_loopback_is_known_by_its_names_and_addresses(url: str, direct: bool) -> None:
    assert is_loopback(url) == direct


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422, 302])
def test_refusal_that_will_stay_is_asked_once(status: int) -> None:
    with serve(in_turn(error(status, "Refused", "no"), Reply(GOOD))) as stub:
        refused(stub.url)
        assert len(stub.requests) == 1


@pytest.mark.parametrize("parameters", [{"initial": "true"}, {"sync_token": "t"}])
def test_page_that_is_too_big_is_an_error_of_its_own(parameters: dict[str, str]) -> None:
    said = "Response size too big. Maximum allowed response size: 7340032B."
    with serve(in_turn(error(400, "BadRequest", said))) as stub:
        ended, asking = refused(stub.url, parameters=parameters)
    assert (type(ended), asking.requests) == (TooBigError, 1)
    with serve(in_turn(error(400, "BadRequest", "unknown"))) as stub:
        ended, asking = refused(stub.url, parameters={"sync_token": "t"})
    assert (type(ended), asking.requests) == (TokenRejectedError, 1)


PACKED = gzip.compress(json.dumps(GOOD).encode())
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
WHOLE = HEAD + b"Content-Length: %d\r\n\r\n" % len(json.dumps(GOOD)) + json.dumps(GOOD).encode()
RESET = b"the connection is reset in place of an answer"


@contextmanager
def speaking(*answers: bytes | Callable[[socket.socket], None]) -> Iterator[str]:
    """Answer each connection with bytes, then close it; or let a function speak. The last answer stays."""
    left = list(answers)

    def speak(line: socket.socket) -> None:
        with line, suppress(OSError):
            line.recv(65536)
            answer = left.pop(0) if len(left) > 1 else left[0]
            if answer is RESET:
                line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            elif isinstance(answer, bytes):
                line.sendall(answer)
            else:
                answer(line)

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=speak, args=(line,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    "cut",
    [
        WHOLE[:-20],
        WHOLE[:40],
        HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED[:-9],
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + PACKED[: len(PACKED) // 2],
        HEAD + b"Content-Encoding: gzip\r\n\r\n" + b"no gzip at all",
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n40\r\n" + b" " * 30,
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        b"",
        RESET,
    ],
)
def test_answer_that_breaks_off_is_asked_for_again_and_never_believed(cut: bytes) -> None:
    with speaking(cut, WHOLE) as url:
        asking = client(url)
        assert asking.get("locales", {}) == GOOD
    assert asking.requests == 2
    with speaking(cut) as url:
        ended, _ = refused(url)
    assert " times in " in ended.message


def test_connection_refused_at_once_is_reported_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        host = f"127.0.0.1:{free.getsockname()[1]}"
    ended, asking = refused(f"http://{host}", 30.0)
    assert ended.message == f"{host} could not be asked: Connection refused; check source.url"
    assert asking.requests == 1


def hang(line: socket.socket) -> None:
    line.recv(1)


def hang_after_the_head(line: socket.socket) -> None:
    line.sendall(WHOLE[:100])
    line.recv(1)


def hang_late(line: socket.socket) -> None:
    line.sendall(HEAD + b"Content-Length: 99\r\n\r\n")
    trickle(line, 8)
    line.settimeout(None)
    line.recv(1)


def trickle(line: socket.socket, times: int = 200) -> None:
    """Send a byte every fifth of a second, until the client has enough of it."""
    line.settimeout(0.2)
    for _ in range(times):
        try:
            line.sendall(b" ")
            if not line.recv(1):
                return
        except TimeoutError:
            continue


def trickle_on(line: socket.socket) -> None:
    line.sendall(HEAD + b"Content-Length: 9999\r\n\r\n")
    trickle(line)


@pytest.mark.parametrize("silence", [hang, hang_after_the_head, hang_late, trickle_on])
def test_server_that_does_not_answer_is_given_up_at_the_deadline(silence: Callable[[socket.socket], None]) -> None:
    start = time.monotonic()
    with speaking(silence) as url:
        ended, _ = refused(url, 2.0)
    assert 1.0 < time.monotonic() - start < 2.5
    assert "in time" in ended.message


def test_hanging_attempt_leaves_time_for_another() -> None:
    with speaking(hang, WHOLE) as url:
        asking = client(url, 2.0)
        assert (asking.get("locales", {}), asking.requests) == (GOOD, 2)


def test_answer_larger_than_any_may_be_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 4 << 20)
    monkeypatch.setattr(bodies, "MOST_UNPACKED", 8 << 20)
    bomb = gzip.compress(bytes(64 << 20))
    with serve(in_turn(Reply(bomb, headers={"Content-Encoding": "gzip"}))) as stub:
        tracemalloc.start()
        ended, asking = refused(stub.url)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert (ended.code, asking.requests) == ("answer-too-large", 1)
    assert most < 24 << 20
    with serve(in_turn(Reply(bytes(5 << 20)))) as stub:
        ended, asking = refused(stub.url)
    assert (ended.code, asking.requests) == ("answer-too-large", 1)


@pytest.mark.parametrize("most", [6, 7, 100])
def test_gzip_of_several_members_is_unpacked_to_its_end(most: int) -> None:
    assert unpacked(gzip.compress(b"{") + gzip.compress(b'"a":1}') + bytes(8), 7) == b'{"a":1}'
    for body in (gzip.compress(b'{"a":1}'), gzip.compress(b"{") + gzip.compress(b'"a":1}')):
        if most < 7:
            with pytest.raises(TooLargeError):
                unpacked(body, most)
        else:
            assert unpacked(bytearray(body), most) == b'{"a":1}'
