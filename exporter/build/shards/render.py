"""Render one shard of a guide into a file, without touching site/."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from exporter.build.finish import find_problems
from exporter.build.plan import WORTH_READERS, changed_items, plan_pages
from exporter.build.run import WORTH_RENDERERS, RenderOptions, RenderOutcome, with_plan
from exporter.build.shards.file import Header, write_shard
from exporter.build.shards.versions import versions_of
from exporter.report.render_report import RenderReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exporter.build.pictures.looking import AssetLooks
    from exporter.build.plan import BuildInputs
    from exporter.build.shards.shard import Shard
    from exporter.build.update import FileChanges
    from exporter.config.settings import Project


def render_shard(project: Project, options: RenderOptions, shard: Shard, folder: Path) -> RenderOutcome:
    """Render the pages of a shard, stale or not, into its file in a folder.

    The index is brought up to date, and pages that the plan finds stale stay so: site/ is for the run that puts the
    shards together. Raises as `render_guide`.
    """
    return with_plan(project, options, partial(_run, options, shard, folder))


def _run(
    options: RenderOptions,
    shard: Shard,
    folder: Path,
    inputs: BuildInputs,
    look: Callable[[], FileChanges],
    looks: AssetLooks,
) -> RenderOutcome:
    index, stages = inputs.index, options.stages
    with stages.stage("look"):
        changes = changed_items(inputs, look)
        inputs.pool.start(len(changes.now), WORTH_READERS)
        files = looks.look(index, inputs.copies.assets, inputs.pool)
    with stages.stage("plan"), index.transaction():
        plan = plan_pages(inputs, changes, files)
        index.remember("swept", 0)  # what moved away is swept by a run that writes site/
    owners = {number: owner for number, owner in index.pages.owners().items() if shard.holds(owner)}
    with stages.stage("render", len(owners)):
        inputs.pool.start(len(owners), WORTH_RENDERERS)
        outcomes = inputs.pool.work("render", sorted(owners), owners.__getitem__, WORTH_RENDERERS)
        folder.mkdir(parents=True, exist_ok=True)
        header = Header(shard, versions_of(inputs))
        written = write_shard(folder / shard.file_name, header, stages.follow("render", outcomes))
    report = RenderReport(
        index.pages.count(),
        plan.evaluated,
        rendered=written.rendered,
        failed=written.failed,
        read=plan.read + written.read,
        asked=written.asked,
        rows=index.database.total_changes,
        shard=str(shard),
    )
    return RenderOutcome(report, find_problems(inputs, written.problems), locales=inputs.guide.locales)
