"""One round: sync and render, with whatever goes wrong kept as failures, so that no round ends the server."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from exporter import jobs as api
from exporter.core.disk_errors import disk_sentence
from exporter.core.errors import ExporterError, GuardError
from exporter.serve.on_demand import PAGES
from exporter.serve.overlay import failure_of, failures_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.build.result import BuildResult
    from exporter.config.settings import Project
    from exporter.jobs import BuildReport, RenderChoices, Report, SyncChoices
    from exporter.report.problems import Problem
    from exporter.report.progress import Listener
    from exporter.serve.changes import ChangeLog
    from exporter.serve.on_demand import OnDemand

T = TypeVar("T")
SYNC, BUILD = "sync", "build"
"""Steps, beside that of the pages, whose failures are shown."""


@dataclass(frozen=True)
class Round:
    """What a round came to: its reports, the errors that ended its steps, the project as it is now, if it is sound."""

    sync: Report | None = None
    render: BuildReport | None = None
    errors: tuple[ExporterError, ...] = ()
    project: Project | None = None
    seconds: float = 0.0

    @property
    def is_locked_out(self) -> bool:
        """Whether another run held the folder, so that this round has to be made up for."""
        return any(error.code == "locked" for error in self.errors)

    @property
    def left(self) -> int:
        """Pages that are still stale."""
        return self.render.left if self.render is not None else 0

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the content and the guide."""
        reports = [report for report in (self.sync, self.render) if report is not None]
        return tuple(dict.fromkeys(problem for report in reports for problem in report.problems))


class Rounds:
    """Rounds over one guide, one after another, in one thread.

    The state of site/ that was last published is known: where a round finds another, somebody else has built. So are
    the files that differed from it after the last round, for those that are as published again are in no result. With
    another state, these no longer tell anything.
    """

    def __init__(
        self, root: Path, load: Callable[[], Project], demand: OnDemand, log: ChangeLog, rendering: RenderChoices
    ) -> None:
        self._root = root
        self._load = load
        self._demand = demand
        self._log = log
        self._rendering = rendering
        self._published: str | None = None
        self._base: str | None = None
        self._unpublished: dict[str, bytes | None] = {}

    def let_publish(self) -> None:
        """Let a process of this server publish: what the next round finds published is no surprise."""
        self._published = None

    def run(
        self,
        sync: SyncChoices | None,
        *,
        publish: bool,
        verbose: bool = False,
        listener: Listener | None = None,
    ) -> Round:
        """Make a round: sync if choices are given, then render what is stale, pages that somebody waits for first.

        Whoever makes a round with `publish` is not waited for: it brings readers' updates up to date as well.
        """
        started = time.monotonic()
        with self._demand.building():
            found = self._run(sync, listener, publish=publish, verbose=verbose)
        return replace(found, seconds=time.monotonic() - started)

    def _run(self, sync: SyncChoices | None, listener: Listener | None, *, publish: bool, verbose: bool) -> Round:
        project, error = caught(self._load)
        if project is None or error is not None:
            self._log.set_failures(BUILD, failure_of(error, self._root) if error is not None else ())
            return Round(errors=(error,) if error is not None else ())
        synced, errors = self._sync(project, sync, listener, verbose=verbose) if sync is not None else (None, ())
        choices = self._rendering._replace(demand=self._demand, publish=publish)
        rendered, error = caught(lambda: api.render(project, choices, verbose=verbose, listener=listener))
        self._show(project, rendered, error, published=publish)
        return Round(synced, rendered, (*errors, *([error] if error else [])), project)

    def _sync(
        self, project: Project, choices: SyncChoices, listener: Listener | None, *, verbose: bool
    ) -> tuple[Report | None, tuple[ExporterError, ...]]:
        synced, error = caught(lambda: api.sync(project, choices, verbose=verbose, listener=listener))
        if error is None or error.code != "locked":
            failures = failures_of(synced.problems, project.root) if synced is not None else ()
            self._log.set_failures(SYNC, failure_of(error, project.root) if error is not None else failures)
        return synced, (error,) if error is not None else ()

    def _show(
        self, project: Project, rendered: BuildReport | None, error: ExporterError | None, *, published: bool
    ) -> None:
        """Announce to the browsers what a render changed, and what failed."""
        if error is not None:
            if error.code != "locked":
                self._log.set_failures(BUILD, failure_of(error, project.root))
            return
        self._log.set_failures(BUILD, ())
        if rendered is None:
            return
        result = rendered.result
        if result is not None:
            if self._published not in (None, result.before):
                self._log.note_everything()
            self._published = result.after if published and not rendered.left else result.before
            now = dict(_files_of(result))
            reverted = self._unpublished.items() if result.before == self._base else ()
            self._log.note([*now.items(), *((path, old) for path, old in reverted if path not in now)])
            self._base = self._published
            self._unpublished = {} if published and not rendered.left else dict(_published_files(result))
        failures = failures_of(rendered.problems, project.root)
        if failures or not rendered.left:
            self._log.set_failures(PAGES, failures)


def _files_of(result: BuildResult) -> Iterator[tuple[str, bytes | None]]:
    """Yield what a build changed, with digests; pages that it wrote are known already."""
    yield from ((path, file.digest) for path, file in result.added.items())
    yield from ((path, file.digest) for path, (_, file) in result.changed.items())
    yield from ((path, None) for path in result.removed)


def _published_files(result: BuildResult) -> Iterator[tuple[str, bytes | None]]:
    """Yield the files that a build changed as they were published."""
    yield from ((path, None) for path in result.added)
    yield from ((path, old) for path, (old, _) in result.changed.items())
    yield from result.removed.items()


def caught(job: Callable[[], T]) -> tuple[T | None, ExporterError | None]:
    """Return what a job returns, or the error that ended it, as one sentence."""
    try:
        return job(), None
    except ExporterError as error:
        return None, error
    except OSError as error:
        return None, GuardError("disk", disk_sentence(error))
    except sqlite3.Error as error:
        message = f".export/ cannot be used ({error}): free space, check its permissions or delete it, then save again"
        return None, GuardError("disk", message)
