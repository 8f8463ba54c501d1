"""Shards that workers render for a run that asks: the guide is that of one process, however often they are done."""

from __future__ import annotations

import shutil
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from exporter.build.shards import remote
from exporter.build.shards.task import PLAN, render_request
from exporter.build.shards.versions import Versions
from exporter.core.encoding import pack, unpack
from exporter.guide.index.guide_index import GuideIndex
from exporter.jobs import shards as jobs_of_shards
from exporter.workers.cluster import Cluster
from tests.conftest import Guide, entry
from tests.support.shards import clone, put_places, recorded

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import SpaceFiles


class Workers(Executor):
    """An executor whose work is done in other threads, by a function in place of the one that is sent."""

    def __init__(self, function: Callable[[bytes], bytes]) -> None:
        self.asked = 0
        self._function = function
        self._threads = ThreadPoolExecutor(2)

    def submit(self, _function: Callable[..., Any], /, *arguments: Any, **_named: Any) -> Future[Any]:
        self.asked += 1
        return self._threads.submit(self._function, *arguments)

    def close(self) -> None:
        self._threads.shutdown()


@pytest.fixture
def big(guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch) -> Guide:
    """The small guide with more places, synced and not rendered yet; few pages are worth a cluster."""
    monkeypatch.setattr(remote, "WORTH_A_CLUSTER", 1)
    monkeypatch.setattr(remote, "_LEAST_PAGES_A_SHARD", 5)
    put_places(space, 20)
    assert guide.run("sync").code == 0
    return guide


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[bytes], bytes]], Workers]]:
    """A function that puts workers which do something in the place of a cluster."""
    made: list[Workers] = []

    def make(function: Callable[[bytes], bytes]) -> Workers:
        made.append(Workers(function))

        @contextmanager
        def connected(*_: object) -> Iterator[Cluster]:
            yield Cluster(made[-1], lambda: 2)

        monkeypatch.setattr(jobs_of_shards, "_connect", connected)
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_guide_of_a_cluster_is_that_of_one_process_and_so_is_what_was_recorded(
    big: Guide, tmp_path: Path, workers: Callable[..., Workers]
) -> None:
    used = workers(render_request)
    one = clone(big, tmp_path / "one")
    assert one.run("render").code == 0
    report = big.run("render", "--json", "--on", "dask:").json["render"]
    assert report["rendered"] == report["pages"]
    assert used.asked > 4
    assert big.files("site") == one.files("site")
    assert recorded(big) == recorded(one)
    assert not (big.root / ".export" / remote.FOLDER).exists()


def test_later_builds_on_a_cluster_render_what_is_stale(
    big: Guide, space: SpaceFiles, tmp_path: Path, workers: Callable[..., Workers]
) -> None:
    used = workers(render_request)
    assert big.run("build", "--on", "dask:").code == 0
    used.asked = 0
    space.put(entry("category", "sights", 2, title={"en-US": "Views", "de-DE": "Orte"}, slug="sights"))
    report = big.build("--on", "dask:")["render"]
    assert 0 < report["rendered"] < report["pages"]
    assert used.asked > 0
    one = clone(big, tmp_path / "one")
    assert one.run("render").code == 0
    assert big.files("site") == one.files("site")
    used.asked = 0
    assert big.build("--on", "dask:")["render"]["rendered"] == 0
    assert used.asked == 0


def test_few_pages_are_rendered_here(
    big: Guide, workers: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(remote, "WORTH_A_CLUSTER", 1000)
    used = workers(render_request)
    report = big.run("render", "--json", "--on", "dask:").json["render"]
    assert (report["rendered"], used.asked) == (report["pages"], 0)


def test_shard_that_is_done_twice_counts_once(big: Guide, tmp_path: Path, workers: Callable[..., Workers]) -> None:
    def twice(request: bytes) -> bytes:
        render_request(request)
        return render_request(request)

    workers(twice)
    one = clone(big, tmp_path / "one")
    assert one.run("render").code == big.run("render", "--on", "dask:").code == 0
    assert big.files("site") == one.files("site")
    assert recorded(big) == recorded(one)


def test_failed_page_fails_on_a_cluster_as_it_does_here(
    big: Guide, tmp_path: Path, workers: Callable[..., Workers]
) -> None:
    workers(render_request)
    (big.root / "templates").mkdir()
    (big.root / "templates/place.html").write_text("{{ entry.title }}{{ 1 // (entry.slug != 'p3') }}", "utf-8")
    strict = big.run("render", "--strict", "--json", "--on", "dask:")
    assert (strict.code, strict.json["render"]["stopped"], (big.root / "site").exists()) == (1, True, False)
    one = clone(big, tmp_path / "one")
    here, there = one.run("render", "--json"), big.run("render", "--json", "--on", "dask:")
    assert here.code == there.code == 1
    assert here.json["problems"] == there.json["problems"]
    assert big.files("site") == one.files("site")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("exporter.build.shards.task.content_of_program", "another version of the program"),
        ("exporter.build.shards.task.templates_digest", "other templates"),
    ],
)
def test_worker_with_another_version_is_refused_with_what_differs(
    big: Guide, workers: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch, name: str, words: str
) -> None:
    workers(render_request)
    monkeypatch.setattr(name, lambda *_: "another")
    outcome = big.run("render", "--on", "dask:")
    assert outcome.code == 4
    assert words in outcome.err
    assert "the worker " in outcome.err
    assert [path for path in big.files("site") if path.endswith(".html")] == []
    monkeypatch.undo()


def test_worker_with_another_index_is_refused(
    big: Guide, workers: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    workers(render_request)
    write = GuideIndex.write_snapshot

    def of_other_content(index: GuideIndex, file: Path, name: str, versions: bytes) -> None:
        found = Versions(*unpack(versions))
        write(index, file, name, pack(found._replace(content="another")))

    monkeypatch.setattr(GuideIndex, "write_snapshot", of_other_content)
    outcome = big.run("render", "--on", "dask:")
    assert (outcome.code, "other content" in outcome.err) == (4, True)


def test_plan_that_somebody_else_wrote_is_not_decoded(big: Guide, workers: Callable[..., Workers]) -> None:
    def with_another_plan(request: bytes) -> bytes:
        for file in (big.root / ".export" / remote.FOLDER).glob(f"*/{PLAN}"):
            file.write_bytes(b"cos\nsystem\n(S'exit 1'\ntR.")
        return render_request(request)

    workers(with_another_plan)
    outcome = big.run("render", "--on", "dask:")
    assert outcome.code == 4
    assert "is not what the run wrote" in outcome.err


def test_worker_on_another_disk_is_an_error_that_says_what_is_needed(
    big: Guide, workers: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    def elsewhere(request: bytes) -> bytes:
        shutil.rmtree(big.root / ".export" / remote.FOLDER, ignore_errors=True)
        return render_request(request)

    workers(elsewhere)
    outcome = big.run("render", "--on", "dask:")
    assert outcome.code == 4
    assert "all machines need the guide's folder at one path" in outcome.err

    def forgetful(request: bytes) -> bytes:
        reply = render_request(request)
        for file in (big.root / ".export" / remote.FOLDER).glob("*/*.pages"):
            file.unlink()
        return reply

    monkeypatch.setattr(remote, "_SECONDS_UNTIL_SEEN", 0.2)
    workers(forgetful)
    outcome = big.run("render", "--on", "dask:")
    assert outcome.code == 4
    assert "which is not here" in outcome.err


@pytest.mark.parametrize("reply", [b"", b"\xc1", pack(["a", "b"]), pack({"worker": "x"})])
def test_answer_that_is_no_reply_is_an_error(big: Guide, workers: Callable[..., Workers], reply: bytes) -> None:
    workers(lambda _request: reply)
    outcome = big.run("render", "--on", "dask:")
    assert outcome.code == 4
    assert "something else than it was asked for" in outcome.err


def test_run_that_broke_off_is_completed_by_the_next(
    big: Guide, tmp_path: Path, workers: Callable[..., Workers]
) -> None:
    done: list[bytes] = []

    def breaks(request: bytes) -> bytes:
        if len(done) == 2:
            raise RuntimeError("the machine is gone")
        done.append(request)
        return render_request(request)

    workers(breaks)
    outcome = big.run("render", "--on", "dask:")
    assert outcome.code == 4
    assert "RuntimeError: the machine is gone" in outcome.err
    assert not (big.root / ".export" / remote.FOLDER).exists()
    workers(render_request)
    one = clone(big, tmp_path / "one")
    assert one.run("render").code == big.run("render", "--on", "dask:").code == 0
    assert big.files("site") == one.files("site")
    assert recorded(big) == recorded(one)


def test_nothing_that_is_sent_or_shared_has_the_token(
    big: Guide, workers: Callable[..., Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = "CFPAT-a-very-secret-token"
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", token)
    (big.root / ".env").write_text(f"CONTENTFUL_ACCESS_TOKEN={token}\n", "utf-8")
    sent: list[bytes] = []

    def spying(request: bytes) -> bytes:
        shared = (big.root / ".export" / remote.FOLDER).rglob("*")
        sent.extend([request, *(file.read_bytes() for file in shared if file.is_file())])
        return render_request(request)

    workers(spying)
    assert big.run("build", "--on", "dask:").code == 0
    assert len(sent) > 10
    assert [data for data in sent if token.encode() in data] == []
