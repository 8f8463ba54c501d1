"""Render one shard of a guide, and where the pages of a render come from if others rendered them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.build.run import RenderOptions
from exporter.build.shards.merge import find_shards, merged
from exporter.build.shards.render import render_shard

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.build.run import Elsewhere, RenderOutcome
    from exporter.build.shards.shard import Shard
    from exporter.config.settings import Project
    from exporter.jobs.options import RenderChoices
    from exporter.report.progress import Stages


def render_part(project: Project, shard: Shard, folder: Path, choices: RenderChoices, stages: Stages) -> RenderOutcome:
    """Render a shard into its file in a folder; site/ stays as it is."""
    return render_shard(project, RenderOptions(choices.jobs, stages=stages), shard, folder)


def pages_from(choices: RenderChoices) -> Elsewhere:
    """Return what yields the outcomes of stale pages that this run's own processes do not render.

    Raises GuardError before any work if a shard is missing or not whole.
    """
    return merged(find_shards(choices.parts))
