"""Have stale pages rendered on a cluster: send out shards, and take over their outcomes as they come back."""

from __future__ import annotations

import hashlib
import os
import pickle
import time
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.build.run import Elsewhere
from exporter.build.shards.file import read_outcomes
from exporter.build.shards.merge import take_over
from exporter.build.shards.shard import Shard, shard_of
from exporter.build.shards.task import PLAN, SNAPSHOT, VERSIONS, Request, read_reply, render_request
from exporter.build.shards.versions import versions_of
from exporter.core.containment import make_cache_folder, remove_whole
from exporter.core.encoding import pack
from exporter.core.errors import GuardError
from exporter.core.files import write_bytes
from exporter.workers.cluster import results

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from exporter.build.outcome import Outcome
    from exporter.build.plan import BuildInputs
    from exporter.workers.cluster import Cluster

FOLDER = "cluster"
"""The folder in the cache through which a run and its workers share files; nothing in it outlives the run."""

WORTH_A_CLUSTER = 1000
"""Stale pages that are worth a connection to a cluster."""

PAGES_A_SHARD = 2500
"""Pages of a shard, all else being equal; from `tasks.PAGES_A_QUERY` on, what they link to is fetched in advance."""

_LEAST_PAGES_A_SHARD = 1250
_SHARDS_A_WORKER = 4

_SECONDS_UNTIL_SEEN = 10.0
"""Seconds within which a file that another machine wrote on a shared disk is seen here."""


def on_cluster(connect: Callable[[], AbstractContextManager[Cluster]]) -> Elsewhere:
    """Return what renders stale pages on a cluster, to which it connects where there are pages enough."""

    def outcomes(inputs: BuildInputs, stale: Sequence[int]) -> Iterator[Outcome]:
        with _run_folder(inputs) as run, connect() as cluster:
            requests = _requests(inputs, stale, run, cluster.workers())
            yield from take_over(inputs, stale, _shards(cluster, requests))

    return Elsewhere(outcomes, WORTH_A_CLUSTER)


@contextmanager
def _run_folder(inputs: BuildInputs) -> Iterator[Request]:
    """Make the folder of a run, with all that its workers need; yield a request for no page of it.

    What an earlier run left is removed: a worker that is still at work for it finds no folder any more.
    """
    above = inputs.project.cache / FOLDER
    _remove(above)
    make_cache_folder(above)
    folder = above / os.urandom(8).hex()
    folder.mkdir()
    try:
        versions = versions_of(inputs)
        plan = pickle.dumps((replace(inputs.project, text=None), inputs.guide))
        write_bytes(str(folder / PLAN), plan, new=True)
        inputs.index.write_snapshot(folder / SNAPSHOT, VERSIONS, pack(versions))
        yield Request(str(folder), hashlib.sha256(plan).digest(), versions, Shard(1, 1), [])
    finally:
        _remove(above)


def _remove(folder: Path) -> None:
    """Remove a folder as far as that can be done: shared disks keep files that a worker has open, under other names."""
    with suppress(OSError):
        remove_whole(str(folder))


def _requests(inputs: BuildInputs, stale: Sequence[int], run: Request, workers: int) -> list[Request]:
    """Cut the stale pages into shards: of thousands, but so that every worker has several."""
    least = min(_SHARDS_A_WORKER * max(workers, 1), -(-len(stale) // _LEAST_PAGES_A_SHARD))
    of = max(1, least, -(-len(stale) // PAGES_A_SHARD))
    shards = [run._replace(shard=Shard(number, of), pages=[]) for number in range(1, of + 1)]
    owners = inputs.index.built.owners_of_stale()
    for page in stale:
        shards[shard_of(owners[page], of).number - 1].pages.append(page)
    return [request for request in shards if request.pages]


def _shards(cluster: Cluster, requests: Sequence[Request]) -> Iterator[Iterator[Outcome]]:
    """Yield the outcomes of each shard as it is done; its file goes once they are taken over."""
    for data in results(cluster, render_request, map(pack, requests)):
        reply = read_reply(data)
        if reply.code:
            raise GuardError(reply.code, f"--on: {reply.message}")
        file = Path(requests[0].folder) / reply.shard.file_name
        _wait_for(file, reply.worker)
        yield read_outcomes(file)
        file.unlink(missing_ok=True)


def _wait_for(file: Path, worker: str) -> None:
    """Wait until a file is seen that a worker has written. Raises GuardError if it does not appear."""
    end = time.monotonic() + _SECONDS_UNTIL_SEEN
    while not file.is_file():
        if time.monotonic() > end:
            advice = "all machines need the guide's folder, on a disk that they share, at one path"
            raise GuardError("cluster-lost", f"--on: the worker {worker} wrote {file}, which is not here: {advice}")
        time.sleep(0.1)
