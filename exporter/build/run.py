"""Build the guide: plan what is stale, render it, write what differs, sweep what nothing names any more."""

from __future__ import annotations

import importlib
import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.copies import Copies
from exporter.build.demand import in_order_of_demand
from exporter.build.finish import Finished, find_problems, finish_site, make_pictures
from exporter.build.outcome import HeldBack
from exporter.build.output import Output, check_output
from exporter.build.pictures.looking import AssetLooks
from exporter.build.plan import WORTH_READERS, BuildInputs, OtherPartsError, changed_items, plan_pages
from exporter.build.program_stamp import program_digest
from exporter.build.result import BuildResult, find_result
from exporter.build.scan import look_at_files
from exporter.build.tasks import PageTasks, open_page_tasks
from exporter.build.update import FileChanges, look_for_items, look_for_items_at
from exporter.build.writing import Rendered, write_pages
from exporter.core.errors import GuardError, SettingsError
from exporter.core.files import walk_files
from exporter.core.naming import page_path
from exporter.guide.index.guide_index import INDEX, GuideIndex
from exporter.guide.library.template_files import STATIC
from exporter.guide.pages.parts_in_lists import known_parts
from exporter.guide.schema.read_model import read_guide_model
from exporter.report.progress import UNHEARD, Stages
from exporter.report.render_report import RenderReport
from exporter.workers.background import in_background
from exporter.workers.pool import WorkerPool, cores
from exporter.workers.worker import Assignment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from exporter.build.demand import Demand
    from exporter.build.drift import OutputDrift
    from exporter.build.outcome import Outcome
    from exporter.config.settings import Project
    from exporter.report.problems import Problem

RENDERER = "exporter.render.renderer"
"""The module that takes longest to load."""

WORTH_RENDERERS = 200
"""Pages whose rendering is worth a process."""

_WORTH_A_PROCESS = 1000
"""Pages of a guide whose items are looked at in a process of their own meanwhile."""


class RenderOptions(NamedTuple):
    """How to render.

    `jobs` processes render (0: one a core). `strict` writes nothing where there is any error, which an earlier step may
    already have met (`has_errors`). `has_news` says that a sync changed the mirror: then what renders is loaded while
    files are looked at. `detail` is called with a line for each file written. `workers` are those of a caller that
    builds more than once; their number counts, not `jobs`. `demand` says which pages come first; it rules out `strict`.
    `stages` is told how far the render has come.
    """

    jobs: int = 0
    strict: bool = False
    has_errors: bool = False
    has_news: bool = False
    detail: Callable[[str], None] = lambda _line: None
    workers: WorkerPool | None = None
    demand: Demand | None = None
    stages: Stages = UNHEARD


@dataclass(frozen=True)
class RenderOutcome:
    """What a build did, what is wrong with the guide as it stands, and what it changed in site/.

    `left` is the number of pages that are still stale, because its demand was over before they were rendered.
    """

    report: RenderReport
    problems: tuple[Problem, ...] = ()
    result: BuildResult = field(default_factory=BuildResult)
    locales: tuple[str, ...] = ()
    left: int = 0


def render_guide(project: Project, options: RenderOptions, drift: Callable[[], OutputDrift]) -> RenderOutcome:
    """Bring site/ up to date with content/, templates and site.yaml.

    `drift` returns what no longer stands in site/ as it was left. A page that fails keeps its last good version and is
    a problem of the outcome. Raises GuardError for a site/ that is not ours, ConfigError for what site.yaml asks in
    vain.
    """
    start = time.monotonic()
    check_output(project.output)
    _check_templates(project)
    path = project.cache / INDEX
    for last in (False, True):
        with closing(GuideIndex(path, program_digest())) as index:
            try:
                outcome = _build(project, index, options, drift)
                break
            except sqlite3.DatabaseError as error:
                if last or not _is_broken(error):
                    raise
                index.close()
                index.discard_file()
    return replace(outcome, report=replace(outcome.report, seconds=round(time.monotonic() - start, 2)))


def _is_broken(error: sqlite3.DatabaseError) -> bool:
    """Whether an index has to be made anew; a full disk, or a file that may not be read, is something else."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # none if a row is no text
    return not isinstance(error, sqlite3.OperationalError) or code == sqlite3.SQLITE_ERROR


def _build(
    project: Project, index: GuideIndex, options: RenderOptions, drift: Callable[[], OutputDrift]
) -> RenderOutcome:
    """Build with the content types that were parts of pages last time; once more where others are."""
    looks = AssetLooks(project.cache, options.stages)
    try:
        return _build_with(known_parts(index), project, index, options, drift, looks)
    except OtherPartsError as found:
        return _build_with(found.parts, project, index, options, drift, looks)


def _build_with(
    held: frozenset[str],
    project: Project,
    index: GuideIndex,
    options: RenderOptions,
    drift: Callable[[], OutputDrift],
    looks: AssetLooks,
) -> RenderOutcome:
    with _looking_at_items(project, index, options) as look:
        if options.has_news:
            importlib.import_module(RENDERER)
        guide = read_guide_model(project.content, project.site, held)
        tasks = PageTasks(project, guide, index)
        copies = Copies(project, index, look_at_files(project.content))
        with _workers(options) as pool:
            shared = (project, guide, project.cache / INDEX)
            pool.assign(Assignment(open_page_tasks, shared, (RENDERER,)), tasks.by_name)
            return _run(BuildInputs(project, guide, index, tasks, copies, pool), options, look, drift, looks)


@contextmanager
def _workers(options: RenderOptions) -> Iterator[WorkerPool]:
    """Yield the caller's workers, which are warm for the next build afterwards, or some for this build alone."""
    if options.workers is None:
        with WorkerPool(options.jobs or cores()) as pool:
            yield pool
        return
    try:
        yield options.workers
    except BaseException:
        options.workers.close()  # they may be amid work
        raise
    options.workers.release()


@contextmanager
def _looking_at_items(
    project: Project, index: GuideIndex, options: RenderOptions
) -> Iterator[Callable[[], FileChanges]]:
    """Look at the files of items while what renders is loaded, if they are many and a sync changed some."""
    if options.jobs == 1 or not options.has_news or not index.built.has_more_than(_WORTH_A_PROCESS):
        yield lambda: look_for_items(index, project.content)
        return
    with in_background(look_for_items_at, project.cache / INDEX, project.content, alone=False) as look:
        yield lambda: FileChanges(*look())


def _run(
    inputs: BuildInputs,
    options: RenderOptions,
    look: Callable[[], FileChanges],
    drift: Callable[[], OutputDrift],
    looks: AssetLooks,
) -> RenderOutcome:
    """Plan in one transaction, then render and write, then sweep in another."""
    index, output = inputs.index, Output(inputs.project.output, inputs.project.cache, inputs.index)
    stages = options.stages
    with stages.stage("look"):
        changes = changed_items(inputs, look)
        inputs.pool.start(len(changes.now), WORTH_READERS)
        files = looks.look(index, inputs.copies.assets, inputs.pool)
        is_new = not index.built.has_more_than(0)
        seen = drift() if is_new else None  # it reads the index, which nobody else can once more of it is written
    with stages.stage("plan"), index.transaction(alone=is_new):
        plan = plan_pages(inputs, changes, files)
        output.look(seen or drift(), plan.moved)
        stale = sorted(output.stale)
        if stale or plan.moved or output.strays:
            index.remember("swept", 0)
    report = RenderReport(index.pages.count(), plan.evaluated, read=plan.read)
    with stages.stage("render", len(stale)), ExitStack() as opened:
        outcomes = stages.follow("render", _rendered(inputs, output, stale, options.demand))
        if options.strict:
            from tempfile import TemporaryFile

            held = HeldBack(opened.enter_context(TemporaryFile(dir=inputs.project.cache)), outcomes)
            problems = find_problems(inputs, held.problems)
            if options.has_errors or any(problem.severity == "error" for problem in problems):
                report = replace(report, failed=held.failed, rendered=held.rendered, stopped=True)
                return RenderOutcome(report, problems)
            outcomes = iter(held)
        output.begin()
        with stages.timed("write"):
            rendered = write_pages(index, output, outcomes, options.detail, options.demand)
    make_pictures(inputs, output, stages, has_news=bool(stale or plan.moved))
    with stages.stage("finish"):
        finished = finish_site(inputs, output, changes, plan, rendered.failed)
        outcome = _outcome(inputs, options, report, rendered, finished)
    return replace(outcome, left=len(stale) - rendered.rendered - len(rendered.failed))


def _rendered(inputs: BuildInputs, output: Output, stale: list[int], demand: Demand | None) -> Iterator[Outcome]:
    """Yield what rendering pages comes to, in processes where they are many; with a demand, in its order."""
    owners = inputs.index.built.owners_of_stale() if stale else {}

    def render(numbers: Sequence[int]) -> Iterator[Outcome]:
        inputs.pool.start(len(numbers), WORTH_RENDERERS)
        yield from inputs.pool.work("render", numbers, owners.__getitem__, WORTH_RENDERERS)

    if demand is None:
        yield from render(stale) if stale else ()
        return
    urls = inputs.index.built.urls_of_stale() if stale else []
    demand.planned({page_path(url): number for number, url in urls})
    with inputs.index.transaction():
        inputs.copies.copy(output)
    demand.copied(inputs.copies.changed)
    yield from in_order_of_demand(stale, demand, render)


def _outcome(
    inputs: BuildInputs, options: RenderOptions, report: RenderReport, rendered: Rendered, finished: Finished
) -> RenderOutcome:
    """Put together what the build did, what is wrong, and the result, which whoever makes use of it confirms."""
    index = inputs.index
    report = replace(
        report,
        rendered=rendered.rendered,
        written=rendered.written + finished.copied,
        removed=finished.removed,
        failed=len(rendered.failed),
        read=report.read + rendered.read,
        asked=rendered.asked,
        rows=index.database.total_changes,
        stopped=False if options.strict else None,
    )
    problems = find_problems(inputs, (problem for outcome in rendered.failed for problem in outcome.problems))
    return RenderOutcome(report, problems, find_result(index), inputs.guide.locales)


def _check_templates(project: Project) -> None:
    """Raise GuardError where a file is in the place of templates/, SettingsError for a missing static file."""
    static = project.root / STATIC
    for folder in (project.root / "templates", static):
        if folder.exists() and not folder.is_dir():
            message = f"{folder} is a file where a folder is needed: move it away, then run again; nothing is lost"
            raise GuardError("file-on-disk", message)
    named = {("theme", "logo"): project.site.theme.logo, ("maps", "outline"): project.site.maps.outline}
    wrong = tuple(
        (key, f"{'.'.join(key)}: {_lacking(static, name)}")
        for key, name in named.items()
        if name is not None and name not in set(walk_files(static))
    )
    if wrong:
        raise SettingsError(*wrong)


def _lacking(static: Path, name: str) -> str:
    """Say what to do about a static file that site.yaml names and that is not there."""
    inside = name.removeprefix("templates/").removeprefix("static/")
    is_near = (static / inside).is_file() and inside != name
    linked = " that is no link" if (static / name).exists() else ""
    return f"there is no {static / name}{linked}: {f'did you mean {inside}?' if is_near else 'put the file there'}"
