"""What a job can be asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from exporter.build.demand import Demand
    from exporter.build.shards.shard import Shard
    from exporter.mirror.wait import Awaited
    from exporter.space.edits import Edited
    from exporter.workers.cluster import ClusterAddress
    from exporter.workers.pool import WorkerPool

WAIT_SECONDS = 120.0
"""Seconds to wait for an announced item where no limit is named."""


class SyncChoices(NamedTuple):
    """How to sync.

    `full` starts over and reconciles; `allow_empty` believes a space that came back empty. `deadline` is in seconds,
    for each request with its retries; `downloads` is how many asset files are fetched at once. `message` names a file
    for the commit message. With `peek`, the model is asked for only if the space has changes. `wait_for` syncs in
    rounds until the mirror has that item, for at most `wait_limit` seconds. With `newer_than`, a time as
    `sys.updatedAt` has it, a preview is asked only for what changed since then. Of a local space, only what was
    `edited` is looked at, as whoever follows its files knows it; None for all of them. With `lists_changes`, the report
    has titles of what changed.
    """

    full: bool = False
    allow_empty: bool = False
    deadline: float = 30.0
    downloads: int = 8
    message: Path | None = None
    peek: bool = False
    newer_than: str | None = None
    wait_for: Awaited | None = None
    wait_limit: float = WAIT_SECONDS
    edited: Edited | None = None
    lists_changes: bool = False


class RenderChoices(NamedTuple):
    """How to render.

    `clean` renders as if site/ and .export/ were absent. With `strict`, any error leaves all of site/ as it was. `jobs`
    is the number of processes, 0 for one a core. Whoever builds again and again keeps `workers` warm for that.
    `previous` is the folder or the address of the published guide: its history for readers is continued if this folder
    has none. A dev server's `demand` says which pages come first. Without `publish`, readers' updates wait for the next
    render that brings them up to date: nothing is lost. With `lists_changes`, the report has titles of what changed.
    With a `shard` and a folder for its file, only that part is rendered, and site/ stays as it is. `parts` are folders
    with all shards, whose pages take the place of rendering here. On a `cluster`, its workers render
    where pages are many.
    """

    clean: bool = False
    strict: bool = False
    jobs: int = 0
    workers: WorkerPool | None = None
    previous: str | None = None
    demand: Demand | None = None
    publish: bool = True
    lists_changes: bool = False
    shard: tuple[Shard, Path] | None = None
    parts: Sequence[Path] = ()
    cluster: ClusterAddress | None = None
