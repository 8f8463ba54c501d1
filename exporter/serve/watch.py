"""The watcher: a build every so often, at once after a signal or a webhook; a bad round never ends it."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from exporter import jobs as api
from exporter.config.environment import read_secret
from exporter.core.errors import ConfigError
from exporter.jobs import RenderChoices, SyncChoices
from exporter.mirror.wait import mirrored_revision
from exporter.serve.http.ports import open_server
from exporter.serve.http.server import Served, running
from exporter.serve.http.webhook import SECRET, Refresh, Webhook
from exporter.serve.inbox import Inbox
from exporter.serve.lines import round_line, wrong_lines
from exporter.serve.pace import Pace, plan_warning
from exporter.serve.rounds import Round, caught
from exporter.serve.schedule import Schedule
from exporter.workers.pool import WorkerPool, cores

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.config.settings import Project
    from exporter.serve.lines import Talk

_LONGEST_PAUSE = 0.5
"""Seconds after which the main thread looks whether it is to end."""


@dataclass(frozen=True)
class WatchOptions:
    """How to watch: `every` and `model_every` in seconds, `listen` the port of the webhook, None for none."""

    every: float
    model_every: float = 3600.0
    listen: int | None = None
    host: str = "127.0.0.1"
    allowed: tuple[str, ...] = ()
    sync: SyncChoices = field(default_factory=SyncChoices)
    jobs: int = 0
    verbose: bool = False


class Watcher:
    """Builds a guide again and again.

    The content model, locales and tags are asked for at the start, when a delta brings something, and so often as
    `model_every` says: a quiet round costs one request.
    """

    def __init__(self, project: Project, load: Callable[[], Project], options: WatchOptions, talk: Talk) -> None:
        self._project = project
        self._load = load
        self._options = options
        self._talk = talk
        self._inbox = Inbox()
        self._schedule = Schedule(Pace.of(options.every))
        self._model_at: float | None = None
        self._waits = False

    def sync_soon(self) -> None:
        """Sync as soon as the round that runs is over; may be called in a signal's handler."""
        self._inbox.items.put(Refresh(None))

    def run(self, is_ended: Callable[[], bool]) -> None:
        """Watch until an interrupt, or until it `is_ended`. Raises ConfigError for a port that is taken."""
        with ExitStack() as stack:
            number = self._options.jobs or cores()
            workers = stack.enter_context(WorkerPool(number))
            self._listen(stack)
            if self._project.site.source.local is None:
                warning = plan_warning(self._options.every, self._options.model_every)
                if warning:
                    self._talk.err(f"warning: {warning}")
            self._schedule.sync_at = time.monotonic()
            while not is_ended():
                left = self._schedule.seconds_left(time.monotonic())
                _, refreshes = self._inbox.take(_LONGEST_PAUSE if left is None else min(left, _LONGEST_PAUSE))
                now = time.monotonic()
                self._schedule.add(refreshes, now)
                if self._schedule.is_sync_due(now):
                    self._round(RenderChoices(jobs=number, workers=workers))

    def _listen(self, stack: ExitStack) -> None:
        """Listen for webhooks, if that is wanted. Raises ConfigError if the secret is not set."""
        options = self._options
        if options.listen is None:
            return
        secret = read_secret(SECRET, self._project.root / ".env")
        if secret is None:
            raise ConfigError(
                "secret-missing",
                f"--listen takes webhooks with a secret alone: set {SECRET} in the environment or .env",
            )
        served = Served(Webhook(secret.value, self._inbox.items.put))
        server = stack.enter_context(open_server(options.host, options.listen, options.allowed, served))
        stack.enter_context(running(server))
        self._talk.out(f"listening for webhooks at http://{options.host}:{server.server_address[1]}/-/refresh")

    def _round(self, rendering: RenderChoices) -> None:
        """Build once, print one line, set when the next round is due."""
        started = time.monotonic()
        peek = self._model_at is not None and started - self._model_at < self._options.model_every
        choices = self._options.sync._replace(peek=peek)
        done = self._build(choices, rendering)
        now = time.monotonic()
        done = replace(done, seconds=now - started)
        synced = done.render.sync if done.render is not None else None
        if synced is not None and synced.requests > 1:
            self._model_at = started
        self._set_next(done, now)
        waited, self._waits = self._waits, done.is_locked_out
        if waited and done.is_locked_out:
            return  # what keeps it from the folder has been said
        pause = self._schedule.seconds_left(now)
        again = f"; again in {pause:.0f} s" if done.errors and pause is not None else ""
        self._talk.out(f"{time.strftime('%H:%M:%S')} {round_line(done)}{again}")
        for line in wrong_lines(done, verbose=self._options.verbose, warnings=False):
            self._talk.err(line)

    def _build(self, choices: SyncChoices, rendering: RenderChoices) -> Round:
        project, error = caught(self._load)
        if project is None:
            return Round(errors=(error,) if error is not None else ())
        self._project = project
        verbose = self._options.verbose
        with self._talk.following() as listener:
            report, error = caught(lambda: api.build(project, choices, rendering, verbose=verbose, listener=listener))
        return Round(report, report, (error,) if error is not None else (), project)

    def _set_next(self, done: Round, now: float) -> None:
        schedule = self._schedule
        if done.is_locked_out:
            schedule.locked_out(now, syncs=True)
            return
        report = done.sync.sync if done.sync is not None else None
        news = report is not None and bool(report.upserted or report.deleted)
        schedule.synced(now, failed=report is None, news=news)
        problem = done.errors[0].message if done.errors else ""
        chance = random.random()  # noqa: S311 - of a pause
        for refresh in schedule.settle(now, problem, lambda key: mirrored_revision(self._project, key), chance):
            if refresh.problem and not problem:
                self._talk.err(f"error: {refresh.problem}")
