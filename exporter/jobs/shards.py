"""Render one shard of a guide, and where the pages of a render come from if others rendered them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.build.run import RenderOptions
from exporter.build.shards.merge import find_shards, merged
from exporter.build.shards.render import render_shard
from exporter.workers.pool import cores

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path

    from exporter.build.run import Elsewhere, RenderOutcome
    from exporter.build.shards.shard import Shard
    from exporter.config.settings import Project
    from exporter.jobs.options import RenderChoices
    from exporter.report.progress import Stages
    from exporter.workers.cluster import Cluster, ClusterAddress


def render_part(project: Project, shard: Shard, folder: Path, choices: RenderChoices, stages: Stages) -> RenderOutcome:
    """Render a shard into its file in a folder; site/ stays as it is."""
    return render_shard(project, RenderOptions(choices.jobs, stages=stages), shard, folder)


def pages_from(choices: RenderChoices) -> Elsewhere | None:
    """Return what renders stale pages in place of this run's own processes, if anything does.

    Raises GuardError before any work if a shard is missing or not whole, ConfigError for a cluster that cannot be used.
    """
    if choices.parts:
        return merged(find_shards(choices.parts))
    address = choices.cluster
    if address is None:
        return None
    from exporter.build.shards.remote import on_cluster
    from exporter.workers.cluster import check_cluster

    check_cluster(address)
    return on_cluster(lambda: _connect(address, choices.jobs or cores()))


def _connect(address: ClusterAddress, jobs: int) -> AbstractContextManager[Cluster]:
    """Connect to a cluster; those of its processes that are started here do not inherit the access token."""
    from exporter.config.environment import DELIVERY_TOKEN, PREVIEW_TOKEN
    from exporter.workers.cluster import open_cluster

    return open_cluster(address, jobs, (DELIVERY_TOKEN, PREVIEW_TOKEN))
