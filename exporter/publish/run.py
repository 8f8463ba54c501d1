"""`publish`: bring a host up to date with site/, and report it."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.config.settings import line_numbers
from exporter.core.encoding import canonical, digest
from exporter.core.errors import GuardError, SourceError
from exporter.jobs.lock import FolderLock
from exporter.publish.claim import USUAL_TIMING
from exporter.publish.deliver import Delivery, PublishChoices, deliver
from exporter.publish.invalidate import Invalidation
from exporter.publish.look import shown_foreign
from exporter.publish.site_files import read_site_files, unfinished_build
from exporter.publish.stores.open_store import open_store
from exporter.publish.stores.store import ConditionError, Requests, StoreError, Tally
from exporter.publish.stores.target import find_target
from exporter.report.problems import Problem
from exporter.report.progress import Stages
from exporter.report.publish_report import PublishReport
from exporter.report.report import Report
from exporter.report.text import counted, sized

if TYPE_CHECKING:
    from exporter.config.settings import Project
    from exporter.publish.deliver import Delivered
    from exporter.publish.plan import Plan
    from exporter.publish.stores.store import Store
    from exporter.publish.stores.target import Target
    from exporter.report.progress import Listener

USUAL = PublishChoices()
_SHOWN = 10
"""Files that a sentence names."""


def publish(
    project: Project,
    target: str | None = None,
    choices: PublishChoices = USUAL,
    *,
    verbose: bool = False,
    listener: Listener | None = None,
) -> Report:
    """Bring a host up to date with site/; `target` stands for the one in site.yaml.

    Files that do not go are problems of the report. Raises ConfigError for a target that is none, SourceError where it
    cannot be reached, GuardError where a guard stops it, such as another publisher or a file that is not the guide's.
    """
    place, tally, stages = find_target(project, target), Tally(), Stages(listener)
    with line_numbers(project), FolderLock(project):
        undone = "" if choices.force else unfinished_build(project)
        if undone:
            raise GuardError("build-unfinished", f"{undone}, or publish what stands in site/ with --force")
        store = open_store(place, choices.deadline, tally.count)
        try:
            return _publish(project, place, store, tally, choices, stages, verbose=verbose)
        except StoreError as error:
            raise SourceError(
                "target-unreachable", f"{error}: run publish again; it continues where it stopped"
            ) from None
        except ConditionError:
            advice = "a link, or a file where a folder is needed: move it away, then run publish again"
            raise GuardError("file-foreign", f"something is in the way in {place.shown}: {advice}") from None
        finally:
            store.close()


def _publish(
    project: Project,
    place: Target,
    store: Store,
    tally: Tally,
    choices: PublishChoices,
    stages: Stages,
    *,
    verbose: bool,
) -> Report:
    start, cache = time.monotonic(), project.cache / "publish" / digest(str(place.folder or place.shown).encode()).hex()
    invalidation = Invalidation(cache, choices.invalidate)
    compressed = project.site.publish.gzip and store.keeps_headers
    with stages.stage("compare"):
        site = read_site_files(project, keeps_headers=store.keeps_headers, compressed=compressed)
    with stages.stage("upload"):
        job = Delivery(
            Requests(store, tally),
            project.output,
            cache,
            guide_of(project),
            choices,
            USUAL_TIMING,
            compressed,
            planned=invalidation.note,
            advance=lambda sent: stages.advance("upload", 1, sent),
        )
        done = deliver(job, site)
    _refuse_foreign(store, done)
    told, untold, why = invalidation.tell() if not (choices.dry_run or done.sent.failed) else (0, 0, "")
    report = replace(
        _part_of(done, store, dry=choices.dry_run),
        requests=tally.requests,
        bytes=tally.bytes,
        invalidated=told,
        untold=untold,
        seconds=round(time.monotonic() - start, 2),
    )
    problems = [
        Problem("error", "upload-failed", f"{path}: {why}", file=f"site/{path}")
        for path, why in done.sent.failed.items()
    ]
    if untold:
        problems.append(Problem("error", "invalidate-failed", f"{why}: {counted(untold, 'path')} left to tell"))
    notes = tuple(_lines(done.plan)) if choices.dry_run or verbose else ()
    return Report(
        "publish",
        publish=report,
        problems=tuple(problems),
        notes=notes,
        stages=stages.rounded() if verbose else {},
    )


def _part_of(done: Delivered, store: Store, *, dry: bool) -> PublishReport:
    """Return what a report says of the files."""
    return PublishReport(
        store.name,
        uploaded=sum(1 for _ in done.plan.all_uploads) if dry else len(done.sent.rows),
        removed=done.removed,
        unchanged=done.plan.unchanged,
        waiting=done.waiting,
        foreign=tuple(shown_foreign(done.foreign)),
        failed=tuple(done.sent.failed),
        upload={one.path: one.file.size for one in done.plan.all_uploads} if dry else None,
        remove=done.plan.deletes if dry else None,
    )


def guide_of(project: Project) -> str:
    """Return what stands for the guide in its manifest: the space that it is made from."""
    source = project.site.source
    named = {"local": source.local} if source.local is not None else {"space": source.space, "in": source.environment}
    return digest(canonical(named)).hex()


def _refuse_foreign(store: Store, done: Delivered) -> None:
    """Raise GuardError where files that are not the guide's are in its way."""
    if done.sent.foreign:
        names = ", ".join(sorted(done.sent.foreign)[:_SHOWN])
        many = counted(len(done.sent.foreign), "file")
        advice = "move it away or rename the page, then run publish again; it continues where it stopped"
        raise GuardError(
            "file-foreign", f"{many} in {store.name} not made by publish, in the guide's way: {names}: {advice}"
        )


def _lines(plan: Plan) -> list[str]:
    """Return what goes, with bytes, and what leaves."""
    uploads = [f"upload {one.path} ({sized(one.file.size)})" for one in plan.all_uploads]
    return [*uploads, *(f"remove {path}" for path in plan.deletes)]
