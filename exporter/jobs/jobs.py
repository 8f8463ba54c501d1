"""Sync, render, build, status and check, each a function that returns a report.

Everything heavy is imported where it is needed: a build with nothing new loads neither Jinja nor the schema.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.config.settings import line_numbers
from exporter.jobs.lock import FolderLock
from exporter.jobs.options import RenderChoices, SyncChoices
from exporter.report.progress import Stages
from exporter.report.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from exporter.build.result import BuildResult
    from exporter.build.run import Elsewhere, RenderOptions, RenderOutcome
    from exporter.build.shards.shard import Shard
    from exporter.config.settings import Project
    from exporter.mirror.message import Message
    from exporter.mirror.run import SyncOptions, SyncOutcome
    from exporter.report.changes import Changes
    from exporter.report.problems import Problem
    from exporter.report.progress import Listener
    from exporter.report.render_report import ReaderPart
    from exporter.source.ahead import Ahead


DELTA = SyncChoices()
AS_EVER = RenderChoices()


@dataclass(frozen=True)
class BuildReport(Report):
    """The report of a run that rendered, with what it changed in site/; None if nothing was rendered.

    `left` is the number of pages that are still stale: those of a build whose demand was over before its end.
    """

    result: BuildResult | None = field(default=None, repr=False)
    left: int = 0


def sync(
    project: Project, choices: SyncChoices = DELTA, *, verbose: bool = False, listener: Listener | None = None
) -> Report:
    """Bring content/ up to date with the space, then move the sync token.

    With `verbose` the report notes every item and the time of every stage; `listener` hears how far the sync has come.
    Raises SourceError if the space cannot be read, GuardError where a guard stops it or another run holds the folder.
    """
    from exporter.jobs.source import asking_ahead

    stages = Stages(listener)
    with line_numbers(project), FolderLock(project) as lock, asking_ahead(project, choices) as ahead:
        outcome = _sync(project, lock, choices, stages, ahead, verbose=verbose)
    return Report(
        "sync",
        sync=outcome.report,
        problems=outcome.problems,
        notes=outcome.notes,
        stages=stages.rounded() if verbose else {},
        changes=_changes(project, outcome) if choices.lists_changes else None,
    )


def render(
    project: Project, choices: RenderChoices = AS_EVER, *, verbose: bool = False, listener: Listener | None = None
) -> BuildReport:
    """Bring site/ up to date with content/, templates and site.yaml; no network is used.

    A page that fails is a problem of the report and keeps its last good version. With `verbose` the report notes every
    file and the time of every stage. Raises GuardError and ConfigError.
    """
    with line_numbers(project), FolderLock(project):
        if choices.shard is not None:
            return _render_shard(project, choices.shard, choices, Stages(listener), verbose=verbose)
        return _render("render", project, None, choices, Stages(listener), verbose=verbose)


def render_alone(command: str, project: Project, stages: Stages, *, verbose: bool) -> BuildReport:
    """Render for another job, which holds the folder's lock and goes on from what stands in site/ then."""
    return _render(command, project, None, AS_EVER, stages, verbose=verbose)


def build(
    project: Project,
    choices: SyncChoices = DELTA,
    rendering: RenderChoices = AS_EVER,
    *,
    verbose: bool = False,
    listener: Listener | None = None,
) -> BuildReport:
    """Sync, then render. Asset files that could not be fetched do not stop the rendering; a failed sync raises."""
    from exporter.jobs.source import asking_ahead

    stages = Stages(listener)
    with line_numbers(project), FolderLock(project) as lock, asking_ahead(project, choices) as ahead:

        def sync_first() -> SyncOutcome:
            importlib.import_module("exporter.build.run")  # while the space is asked
            return _sync(project, lock, choices, stages, ahead, verbose=verbose)

        return _render("build", project, sync_first, rendering, stages, verbose=verbose)


def status(
    project: Project,
    choices: SyncChoices = DELTA,
    *,
    files: bool = True,
    command: str = "status",
    verbose: bool = False,
    listener: Listener | None = None,
) -> Report:
    """Return what the next sync would bring and, with `files`, what in content/ is not what was synced.

    Takes no lock, since it writes nothing. `command` is what the report calls itself, as of `build --dry-run`.
    """
    from exporter.jobs.source import open_source
    from exporter.mirror.status import find_status

    stages = Stages(listener)
    with line_numbers(project), open_source(project, choices.deadline, keep=False) as (client, identity):
        outcome = find_status(project, client, identity, _options(choices, stages, verbose=False), files=files)
    times = stages.rounded() if verbose else {}
    return Report(command, status=outcome.report, notes=outcome.notes, stages=times)


def check(
    project: Project,
    *,
    strict: bool = False,
    jobs: int = 0,
    verbose: bool = False,
    listener: Listener | None = None,
) -> Report:
    """Look for what is wrong in content/ and site/; write nothing. With `strict`, warnings are errors."""
    from exporter.check.run import check_guide

    stages = Stages(listener)
    with line_numbers(project):
        outcome = check_guide(project, stages, strict=strict, jobs=jobs)
    return Report(
        "check",
        check=outcome.report,
        problems=outcome.problems,
        notes=outcome.notes,
        stages=stages.rounded() if verbose else {},
    )


def _options(choices: SyncChoices, stages: Stages, *, verbose: bool) -> SyncOptions:
    from exporter.mirror.run import SyncOptions

    return SyncOptions(
        full=choices.full,
        allow_empty=choices.allow_empty,
        deadline=choices.deadline,
        downloads=choices.downloads,
        verbose=verbose,
        lists_changes=choices.message is not None or choices.lists_changes,
        newer_than=choices.newer_than,
        files_again=choices.edited.assets if choices.edited is not None else frozenset(),
        stages=stages,
    )


def _sync(
    project: Project, lock: FolderLock, choices: SyncChoices, stages: Stages, ahead: Ahead | None, *, verbose: bool
) -> SyncOutcome:
    """Sync, in rounds where something is waited for; write the commit message if one is asked for."""
    options = _options(choices, stages, verbose=verbose)
    sync_once = _one_round(project, choices, ahead)
    if choices.wait_for is None:
        return sync_once(options)
    from exporter.mirror.wait import sync_until

    return sync_until(choices.wait_for, choices.wait_limit, project, options, sync_once, lock.pause)


def _one_round(project: Project, choices: SyncChoices, ahead: Ahead | None) -> Callable[[SyncOptions], SyncOutcome]:
    """Return what syncs once and adds what it brought to the commit message, which is written after each round."""
    from exporter.jobs.source import open_source
    from exporter.mirror.receive import finds_nothing
    from exporter.mirror.run import SyncOutcome
    from exporter.mirror.sync import sync as sync_mirror
    from exporter.report.sync_report import SyncReport

    message = _message(project, choices)

    def sync_once(options: SyncOptions) -> SyncOutcome:
        with open_source(project, options.deadline, edited=choices.edited, ahead=ahead) as (client, identity):
            if choices.peek and not options.full and finds_nothing(project, client, identity, choices.newer_than):
                return SyncOutcome(SyncReport(False, client.requests, client.sync_requests, client.bytes))
            outcome = sync_mirror(project, client, identity, options)
        if message is not None and choices.message is not None:
            for change in outcome.changes:
                message.add(change)
            message.write(choices.message)
        return outcome

    return sync_once


def _message(project: Project, choices: SyncChoices) -> Message | None:
    if choices.message is None:
        return None
    from exporter.mirror.message import Message  # titles need the guide's schema, which most syncs do without

    return Message(project, rounds=choices.wait_for is not None)


def _render(
    command: str,
    project: Project,
    sync_first: Callable[[], SyncOutcome] | None,
    choices: RenderChoices,
    stages: Stages,
    *,
    verbose: bool,
) -> BuildReport:
    """Render, after a sync if one is asked for; what stands in site/ is looked at meanwhile."""
    from exporter.build.drift import look_ahead
    from exporter.build.output import clean_output, clear_history

    elsewhere: Elsewhere | None = None
    if choices.parts or choices.cluster is not None:
        from exporter.jobs.shards import pages_from

        elsewhere = pages_from(choices)
    clear_history(project)
    if choices.clean:
        clean_output(project, pages=not choices.strict)
    details: list[str] = []
    with look_ahead(project, choices.jobs) as drift:
        synced = sync_first() if sync_first is not None else None
        from exporter.build.run import render_guide  # loaded while the space is asked

        options = _render_options(synced, choices, details.append, stages)._replace(elsewhere=elsewhere)
        outcome = render_guide(project, options, drift)
    with stages.stage("publish"):
        reader, warnings = _publish(project, outcome, choices)
    asked = _unknown_fields(project) if verbose else ()
    shown, left_out = _split_left_out(project, outcome)
    return BuildReport(
        command,
        sync=synced.report if synced else None,
        render=outcome.report,
        reader=reader,
        problems=tuple(dict.fromkeys((*(synced.problems if synced else ()), *asked, *shown, *warnings))),
        notes=(*(synced.notes if synced else ()), *left_out, *(details if verbose else ())),
        stages=stages.rounded() if verbose else {},
        changes=_changes(project, synced, outcome) if choices.lists_changes and not outcome.report.stopped else None,
        result=outcome.result,
        left=outcome.left,
    )


def _changes(project: Project, synced: SyncOutcome | None, rendered: RenderOutcome | None = None) -> Changes:
    """Return what changed, by title."""
    from exporter.jobs.changes import find_changes

    return find_changes(project, synced.changes if synced else (), rendered.result if rendered else None)


def _split_left_out(project: Project, outcome: RenderOutcome) -> tuple[Iterable[Problem], list[str]]:
    """Return the problems, and the sentence about links to what the guide's own filter leaves out."""
    if project.filter is None:
        return outcome.problems, []
    from exporter.guide.schema.left_out import split_left_out
    from exporter.guide.schema.read_model import read_guide_model

    return split_left_out(outcome.problems, read_guide_model(project.content, project.site))


def _unknown_fields(project: Project) -> Iterable[Problem]:
    from exporter.jobs.unknown_names import unknown_fields

    return unknown_fields(project)


def _publish(
    project: Project, outcome: RenderOutcome, choices: RenderChoices
) -> tuple[Mapping[str, ReaderPart], tuple[Problem, ...]]:
    """Publish for readers' devices what the build changed, unless it was stopped before it wrote anything."""
    result = outcome.result
    lost = project.site.offline is True and not (project.output / "updates/chains.json").is_file()
    if outcome.report.stopped or outcome.left or not choices.publish or not (result or result.before is None or lost):
        return {}, ()
    from exporter.jobs.reader import publish_result

    return publish_result(project, outcome.locales, outcome.result, choices)


def _render_options(
    synced: SyncOutcome | None, choices: RenderChoices, detail: Callable[[str], None], stages: Stages
) -> RenderOptions:
    from exporter.build.run import RenderOptions

    has_errors = synced is not None and any(problem.severity == "error" for problem in synced.problems)
    has_news = synced is not None and (synced.report.upserted > 0 or synced.report.deleted > 0)
    return RenderOptions(
        choices.jobs, choices.strict, has_errors, has_news, detail, choices.workers, choices.demand, stages
    )


def _render_shard(
    project: Project, part: tuple[Shard, Path], choices: RenderChoices, stages: Stages, *, verbose: bool
) -> BuildReport:
    from exporter.jobs.shards import render_part

    outcome = render_part(project, *part, choices, stages)
    shown, left_out = _split_left_out(project, outcome)
    return BuildReport(
        "render",
        render=outcome.report,
        problems=tuple(dict.fromkeys(shown)),
        notes=tuple(left_out),
        stages=stages.rounded() if verbose else {},
    )
