"""A render on a Dask cluster of separate processes, one of which is killed in the middle: the same bytes."""

from __future__ import annotations

import os
import signal
import threading
import time
from typing import TYPE_CHECKING

import pytest

from exporter.build.shards import remote
from exporter.workers.cluster import ClusterAddress, open_cluster, results
from tests.conftest import Guide, entry
from tests.support.shards import clone, put_places, recorded
from tests.support.worker_tasks import process_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import SpaceFiles


class Killer(threading.Thread):
    """Kills a process of a cluster once the first shard has come back; `killed` says that it has."""

    def __init__(self, folder: Path, process: int) -> None:
        super().__init__(daemon=True)
        self._folder = folder
        self._process = process
        self.killed = False

    def run(self) -> None:
        for _ in range(6000):
            if any(self._folder.glob("*/shard-*.pages")):
                os.kill(self._process, signal.SIGKILL)
                self.killed = True
                return
            time.sleep(0.01)


@pytest.fixture(params=[2, 4])
def address(request: pytest.FixtureRequest) -> Iterator[tuple[str, int]]:
    """The address of a cluster, and the id of one of its processes."""
    with open_cluster(ClusterAddress(), request.param, ()) as cluster:
        process = int(next(results(cluster, process_of, [b""])))
        scheduler = cluster.executor._client.scheduler.address  # type: ignore[attr-defined] # of Dask's executor
        yield f"dask://{scheduler.removeprefix('tcp://')}", process


@pytest.mark.parametrize("places", [150, pytest.param(20_000, marks=pytest.mark.long)])
def test_guide_is_the_same_though_a_worker_was_killed(
    guide: Guide,
    space: SpaceFiles,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    address: tuple[str, int],
    places: int,
) -> None:
    monkeypatch.setattr(remote, "WORTH_A_CLUSTER", 1)
    monkeypatch.setattr(remote, "_LEAST_PAGES_A_SHARD", 10)
    where, process = address
    put_places(space, places)
    assert guide.run("sync").code == 0
    one = clone(guide, tmp_path / "one")
    assert one.run("render").code == 0
    killer = Killer(guide.root / ".export" / remote.FOLDER, process)
    killer.start()
    outcome = guide.run("render", "--json", "--on", where)
    killer.join()
    assert outcome.code == 0, outcome
    assert killer.killed
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    assert guide.files("site") == one.files("site")
    assert recorded(guide) == recorded(one)
    space.put(entry("place", "p3", 2, title="Third", slug="third", body="It moved."))
    reports = [found.build()["render"] for found in (guide, one)]
    assert reports[0]["rendered"] == reports[1]["rendered"] > 0
    assert guide.files("site") == one.files("site")
