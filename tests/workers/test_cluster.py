"""The executor on other machines: addresses, encryption, what comes back, and a cluster that is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dask
import pytest
from distributed import LocalCluster
from distributed.security import Security

from exporter.core.errors import ConfigError, GuardError
from exporter.workers import cluster as clusters
from exporter.workers.cluster import Cluster, ClusterAddress, check_cluster, open_cluster, read_cluster, results
from tests.conftest import ACCESS_TOKEN, Guide
from tests.support.worker_tasks import dies_once, environment_of, evil_answer, process_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("dask:", ClusterAddress()),
        ("dask://scheduler.example.org:8786", ClusterAddress("scheduler.example.org", 8786)),
        ("dask://[::1]:80/", ClusterAddress("::1", 80)),
    ],
)
def test_address_is_read(text: str, address: ClusterAddress) -> None:
    assert read_cluster(text) == address


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "dask",
            "dask://",
            "dask://host",
            "dask://:80",
            "tcp://host:80",
            "dask://host:x",
            "dask://me:secret@h:80",
        ),
        *("dask://host:80/path", "dask://host:80?x", "dask://[:80", "dask://host:99999"),
    ],
)
def test_address_of_no_cluster_is_a_usage_error(guide: Guide, text: str) -> None:
    outcome = guide.run("render", "--on", text)
    assert outcome.code == 2
    assert "expected dask://HOST:PORT" in outcome.err
    assert "secret" not in outcome.err


def test_options_that_have_no_meaning_are_usage_errors(guide: Guide) -> None:
    assert "--insecure is about --on" in guide.run("build", "--insecure").err
    assert "leave --on out" in guide.run("render", "--on", "dask:", "--merge", "x").err
    assert (
        "--on is for the run that merges" in guide.run("render", "--on", "dask:", "--shard", "1/2", "--output", "x").err
    )


@pytest.mark.parametrize(
    ("host", "near"),
    [
        *(("", True), ("localhost", True), ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True)),
        *(("10.0.0.1", False), ("example.org", False), ("localhost.example.org", False), ("0.0.0.0", False)),
    ],
)
def test_plain_tcp_stays_on_this_machine_unless_it_is_asked_for(host: str, *, near: bool) -> None:
    address = ClusterAddress(host, 8786)
    if near:
        check_cluster(address)
    else:
        with pytest.raises(ConfigError, match="--insecure") as raised:
            check_cluster(address)
        assert raised.value.code == "cluster-insecure"
    check_cluster(address._replace(insecure=True))
    with dask.config.set({"distributed.comm.tls.ca-file": "ca.pem"}):
        check_cluster(address)


def test_without_dask_the_extra_is_named_before_anything_is_done(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide.run("sync").code == 0
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    outcome = guide.run("render", "--on", "dask:")
    assert outcome.code == 2
    assert "install exporter again with its extra [cluster]" in outcome.err
    assert not (guide.root / "site").exists()


def test_no_scheduler_at_the_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(GuardError, match="no scheduler answers"), open_cluster(ClusterAddress("127.0.0.1", 9), 1, ()):
        pass


class Mute:
    """An executor that never does anything."""

    def submit(self, *_: Any) -> Future[bytes]:
        return Future()


def test_cluster_without_workers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters, "_SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr(clusters, "_SECONDS_WITHOUT_WORKERS", 0.1)
    cluster = Cluster(Mute(), lambda: 0)  # type: ignore[arg-type] # of an executor, what is used
    with pytest.raises(GuardError, match="has no worker"):
        list(results(cluster, bytes, [b"x"]))


@pytest.fixture(scope="module")
def local() -> Iterator[Cluster]:
    os.environ["CONTENTFUL_ACCESS_TOKEN"] = ACCESS_TOKEN
    try:
        with open_cluster(ClusterAddress(), 2, ["CONTENTFUL_ACCESS_TOKEN"]) as found:
            yield found
    finally:
        assert os.environ.pop("CONTENTFUL_ACCESS_TOKEN") == ACCESS_TOKEN


def test_answers_come_from_processes_of_their_own(local: Cluster) -> None:
    assert local.workers() == 2
    found = {*results(local, process_of, [b"%d" % number for number in range(8)])}
    assert str(os.getpid()).encode() not in found


def test_process_that_is_lost_costs_what_it_was_doing_and_its_work_is_done_by_another(
    local: Cluster, tmp_path: Path
) -> None:
    requests = [f"{tmp_path}/{number}".encode() for number in range(6)]
    assert sorted(results(local, dies_once, requests)) == requests
    runs = [int(Path(request.decode()).read_text("utf-8")) for request in requests]
    assert runs[2] == 2
    assert sum(runs) <= 8, "beside it, only what that process had done and not delivered"


def test_processes_have_no_token_in_their_environment_not_even_after_one_was_lost(local: Cluster) -> None:
    (first,) = results(local, process_of, [b"x"])
    os.kill(int(first), signal.SIGKILL)
    deadline = time.monotonic() + 60
    while local.workers() < 2 and time.monotonic() < deadline:
        time.sleep(0.2)
    answers = [*results(local, environment_of, [b"%d" % number for number in range(8)])]
    assert all(b"PATH=" in answer for answer in answers)
    assert [answer for answer in answers if ACCESS_TOKEN.encode() in answer] == []


def test_answer_that_is_no_plain_data_runs_nothing_here(local: Cluster, tmp_path: Path) -> None:
    future = local.executor.submit(evil_answer, str(tmp_path / "ran").encode())
    with pytest.raises(TimeoutError):
        future.result(timeout=3)
    future.cancel()
    assert not (tmp_path / "ran").exists()


def test_cluster_with_tls_is_reached_through_the_settings_of_dask(tmp_path: Path) -> None:
    key, certificate = str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    own = {
        f"distributed.comm.tls.{role}.{name}": path
        for role in ("scheduler", "worker", "client")
        for name, path in (("cert", certificate), ("key", key))
    }
    with dask.config.set({"distributed.comm.tls.ca-file": certificate, **own}):
        security = Security()  # type: ignore[no-untyped-call] # of a library without all types
        with LocalCluster(  # type: ignore[no-untyped-call] # as above
            n_workers=1,
            processes=False,
            protocol="tls://",
            security=security,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
        ) as started:
            port = int(started.scheduler_address.rpartition(":")[2])
            assert started.scheduler_address.startswith("tls://")
            with open_cluster(ClusterAddress("127.0.0.1", port), 1, ()) as found:
                assert [*results(found, process_of, [b"x"])] == [str(os.getpid()).encode()]
