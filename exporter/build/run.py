"""Build the guide: plan what is stale, render it, write what differs, sweep what nothing names any more."""

from __future__ import annotations

import importlib
import sqlite3
import time
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from exporter.build.copies import Copies
from exporter.build.outcome import HeldBack
from exporter.build.output import Output, OutputDrift, check_output
from exporter.build.plan import WORTH_READERS, BuildInputs, PagePlan, changed_items, plan_pages
from exporter.build.program_stamp import program_digest
from exporter.build.result import BuildResult, find_result
from exporter.build.scan import look_at_files
from exporter.build.tasks import PageTasks
from exporter.build.update import FileChanges, look_for_items, note_folders, sign_fresh
from exporter.build.writing import Rendered, write_pages
from exporter.core.errors import ConfigError
from exporter.core.files import walk_files
from exporter.core.naming import page_path
from exporter.guide.index.database import read_row
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.schema.read_model import read_guide_model
from exporter.report.problems import weigh
from exporter.report.report import Problem, RenderReport
from exporter.workers.background import in_background
from exporter.workers.pool import WorkerPool, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.build.outcome import Outcome
    from exporter.config.settings import Project

INDEX = "guide.db"

WORTH_RENDERERS = 200
"""Pages whose rendering is worth a process."""

_WORTH_A_PROCESS = 1000
"""Pages of a guide whose items are looked at in a process of their own meanwhile."""

_OWNERS = """
SELECT id, coalesce(substr(key, instr(key, ':') + 1), url) FROM page WHERE id NOT IN (SELECT page FROM built)
"""


@dataclass(frozen=True)
class RenderOptions:
    """How to render.

    `jobs` processes render (0: one a core). `strict` writes nothing where there is any error, which an earlier step may
    already have met (`has_errors`). `brought` says that a sync brought something, so that what renders is loaded while
    files are looked at. `detail` is called with a line for each file written.
    """

    jobs: int = 0
    strict: bool = False
    has_errors: bool = False
    brought: bool = False
    detail: Callable[[str], None] = lambda _line: None


@dataclass(frozen=True)
class RenderOutcome:
    """What a build did, what is wrong with the guide as it stands, and what it changed in site/."""

    report: RenderReport
    problems: tuple[Problem, ...] = ()
    result: BuildResult = field(default_factory=BuildResult)
    locales: tuple[str, ...] = ()


def render_guide(project: Project, options: RenderOptions, drift: Callable[[], OutputDrift]) -> RenderOutcome:
    """Bring site/ up to date with content/, templates and site.yaml.

    `drift` returns what no longer stands in site/ as it was left. A page that fails keeps its last good version and is
    a problem of the outcome. Raises GuardError for a site/ that is not ours, ConfigError for what site.yaml asks in
    vain.
    """
    start = time.monotonic()
    check_output(project.output)
    _check_logo(project)
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
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)  # none where a row is no text
    return not isinstance(error, sqlite3.OperationalError) or code == sqlite3.SQLITE_ERROR


def _build(
    project: Project, index: GuideIndex, options: RenderOptions, drift: Callable[[], OutputDrift]
) -> RenderOutcome:
    many = options.jobs != 1 and index.value("SELECT 1 FROM built LIMIT 1 OFFSET ?", _WORTH_A_PROCESS) is not None

    def look_at_items() -> FileChanges:
        index.reopen_here()
        return look_for_items(index, project.content)

    with in_background(look_at_items, alone=not (options.brought and many)) as look:
        if options.brought:
            importlib.import_module("exporter.render.renderer")
        guide = read_guide_model(project.content, project.site)
        tasks = PageTasks(project, guide, index)
        copies = Copies(project, index, look_at_files(project.content))
        with WorkerPool(options.jobs or cores(), {"read": tasks.read, "render": tasks.render}) as pool:
            return _run(BuildInputs(project, guide, index, tasks, copies, pool), options, look, drift)


def _run(
    inputs: BuildInputs, options: RenderOptions, look: Callable[[], FileChanges], drift: Callable[[], OutputDrift]
) -> RenderOutcome:
    """Plan in one transaction, then render and write, then sweep in another."""
    index, output = inputs.index, Output(inputs.project.output, inputs.project.cache, inputs.index)
    changes = changed_items(inputs, look)
    inputs.pool.start(len(changes.now), WORTH_READERS)
    is_new = index.value("SELECT 1 FROM built LIMIT 1") is None
    seen = drift() if is_new else None  # it reads the index, which nobody else can once more of it is written
    with index.transaction(alone=is_new):
        plan = plan_pages(inputs, changes)
        output.look(seen or drift(), set(plan.moved))
        stale = sorted(output.stale)
        if stale or plan.moved or output.strays:
            index.remember("swept", 0)
    report = RenderReport(index.value("SELECT count(*) FROM page"), plan.evaluated, read=plan.read)
    with ExitStack() as files:
        outcomes = _rendered(inputs, stale) if stale else iter(())
        if options.strict:
            held = HeldBack(files.enter_context(TemporaryFile(dir=inputs.project.cache)), outcomes)
            problems = _weighed(inputs.project, (*_problems(inputs, ()), *held.problems))
            if options.has_errors or any(problem.severity == "error" for problem in problems):
                report = replace(report, failed=held.failed, rendered=held.rendered, stopped=True)
                return RenderOutcome(report, problems)
            outcomes = iter(held)
        output.begin()
        rendered = write_pages(index, output, outcomes, options.detail)
    return _finish(inputs, options, output, (changes, plan), report, rendered)


def _rendered(inputs: BuildInputs, stale: list[int]) -> Iterator[Outcome]:
    """Yield what rendering pages comes to, in processes where they are many."""
    owners = dict(inputs.index.rows(_OWNERS))
    inputs.pool.start(len(stale), WORTH_RENDERERS)
    yield from inputs.pool.work("render", stale, owners.__getitem__, WORTH_RENDERERS)


def _finish(
    inputs: BuildInputs,
    options: RenderOptions,
    output: Output,
    planned: tuple[FileChanges, PagePlan],
    report: RenderReport,
    rendered: Rendered,
) -> RenderOutcome:
    """Copy files, sweep what nothing names, note in the index that it is done."""
    index, (changes, plan) = inputs.index, planned
    failed = {outcome.page.path for outcome in rendered.failed}
    with index.transaction():
        copied, kept = inputs.copies.copy(output)
        _note_strays(index, output, plan.moved)
        removed = output.sweep(kept | failed)
        output.settle()
        sign_fresh(index, inputs.project.content, list(plan.fresh))
        note_folders(index, inputs.project.content, changes)
        if output.stale:
            index.database.execute("DELETE FROM shared_set WHERE id NOT IN (SELECT shared_set FROM built)")
        index.remember("swept", 1)
    report = replace(
        report,
        rendered=rendered.rendered,
        written=rendered.written + copied,
        removed=removed,
        failed=len(rendered.failed),
        read=report.read + rendered.read,
        asked=rendered.asked,
        rows=index.database.total_changes,
        stopped=False if options.strict else None,
    )
    problems = _weighed(inputs.project, _problems(inputs, rendered.failed))
    return RenderOutcome(report, problems, find_result(index), inputs.guide.locales)


def _note_strays(index: GuideIndex, output: Output, moved: Iterable[str]) -> None:
    """Note the files of pages that moved away, unless a page that stands is that very file on this disk."""
    for url in moved:
        standing = [page.url for _, page in index.pages.at(url)]
        if url not in standing and not any(output.is_same(page_path(url), page_path(other)) for other in standing):
            output.strays.add(page_path(url))


def _weighed(project: Project, problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(dict.fromkeys(weigh(problems, project.site.check)))


def _problems(inputs: BuildInputs, failed: Iterable[Outcome]) -> Iterator[Problem]:
    """Yield what is wrong with the pages as they are, whenever they were rendered."""
    index = inputs.index
    yield from inputs.copies.hidden.values()
    if index.value("SELECT 1 FROM page WHERE parted NOT NULL") is not None:
        from exporter.guide.pages.planner import clashes

        yield from clashes(index)
    for (data,) in index.rows("SELECT problems FROM built WHERE problems NOT NULL ORDER BY page"):
        yield from (Problem(*values) for values in read_row(data))
    for outcome in failed:
        yield from outcome.problems


def _check_logo(project: Project) -> None:
    logo = project.site.theme.logo
    if logo is not None and logo not in set(walk_files(project.root / "templates/static")):
        raise ConfigError("config-invalid", f"theme.logo: there is no {project.root / 'templates/static' / logo}")
