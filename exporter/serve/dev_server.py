"""The dev server: a round after each edit, in the main thread; requests are answered by other threads meanwhile."""

from __future__ import annotations

import random
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from math import inf
from typing import TYPE_CHECKING

from exporter.config.environment import read_secret
from exporter.core.errors import ConfigError, ExporterError, GuardError
from exporter.core.files import exclusive_lock, read_bytes, write_atomic
from exporter.core.web_access import is_everywhere
from exporter.jobs import RenderChoices, SyncChoices
from exporter.mirror.wait import mirrored_revision
from exporter.serve.changes import ChangeLog
from exporter.serve.guide_files import edited_in_space, is_worth_a_word, local_space, watched_files
from exporter.serve.http.ports import open_server
from exporter.serve.http.server import Served, Streams, running
from exporter.serve.http.site import ServedSite
from exporter.serve.http.webhook import SECRET, Webhook
from exporter.serve.inbox import Inbox
from exporter.serve.lines import named, round_line, wrong_lines
from exporter.serve.on_demand import OnDemand
from exporter.serve.pace import Pace, plan_warning
from exporter.serve.preview import RECONCILED_EVERY, REQUESTS, PreviewSyncs, mark_of
from exporter.serve.publishing import Publisher
from exporter.serve.rounds import Rounds
from exporter.serve.schedule import Schedule
from exporter.serve.watching import Edits, Watches
from exporter.space.edits import Edited
from exporter.workers.pool import WorkerPool, cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.serve.http.server import Server
    from exporter.serve.http.webhook import Refresh
    from exporter.serve.lines import Talk
    from exporter.serve.rounds import Round

QUIET_BEFORE_PUBLISHING = 1.0
"""Seconds after an edit in which no other comes, before readers' updates are brought up to date."""
SAME_EDIT = 1.5
"""Seconds in which several writes are taken for one edit: what is wrong with it is printed once."""
_LONGEST_PAUSE = 0.5
"""Seconds after which the main thread looks whether it is to end."""
_SOON = 0.02
LATE = 0.25
"""Seconds after a sync in which the system may still report what that wrote."""
_MODEL_EVERY = 3600.0
"""Seconds after which content model, locales and tags are asked for even if nothing is new."""
_LOCAL_DEADLINE = 5.0
"""Seconds to try again where a local space cannot be read: as long as a file may be half written."""


@dataclass(frozen=True)
class ServeOptions:
    """How to serve: `port` None is the default one or the next that is free, `every` in seconds, None for no syncs."""

    host: str = "127.0.0.1"
    port: int | None = None
    allowed: tuple[str, ...] = ()
    poll: bool = False
    every: float | None = None
    offline: bool = False
    preview: bool = False
    jobs: int = 0
    verbose: bool = False


class DevServer:
    """A guide that is served and kept current.

    Invariant: every edit that was seen is followed by a round, for until then nothing is served as current. `_edited`
    is what was edited in a local space since the last sync that succeeded, all that the next one has to look at;
    `_synced_at` is when the last sync ended, infinite amid one.
    """

    def __init__(self, project: Project, load: Callable[[], Project], options: ServeOptions, talk: Talk) -> None:
        self._project = project
        self._options = options
        self._talk = talk
        self._inbox = Inbox()
        self._log = ChangeLog(int(time.time() * 1000))
        self._streams = Streams()
        self._demand = OnDemand(project.root, self._log, self._streams.pages)
        self._schedule = Schedule(Pace.of(options.every) if options.every else None)
        edits = Edits(self._see, self._inbox.items.put)
        self._watches = Watches(edits, poll=options.poll, say=talk.err)
        self._synced_at = -inf
        self._late = False
        self._waits = False
        self._model_at = -inf
        self._told: set[str] | None = None
        self._told_at = -inf
        self._edited = Edited().and_all_items()
        self._load = load
        self._preview = PreviewSyncs() if options.preview else None
        self._publisher = Publisher(project.root, project.root / project.file.name)

    def run(self, opened: Callable[[str], None], is_ended: Callable[[], bool]) -> None:
        """Build, then serve until an interrupt or until it `is_ended`; `opened` is called with the address.

        Raises ConfigError for a port that is taken, GuardError for another server in this folder or a site/ that is
        not ours.
        """
        with ExitStack() as stack:
            stack.enter_context(_alone(self._project))
            stack.callback(self._publisher.stop)
            server = stack.enter_context(self._server())
            rendering = self._rendering(stack)
            rounds = Rounds(self._project.root, self._load, self._demand, self._log, rendering, self._syncing)
            stack.enter_context(self._watches.reporting())
            self._watches.follow(watched_files(self._project))
            self._round(rounds, "", syncs=True, publish=True, refuses=True)
            stack.enter_context(running(server))
            url = address(server, self._options.host)
            self._announce(url)
            with suppress(OSError):
                write_atomic(_url_file(self._project), f"{url}\n".encode(), self._project.cache)
            opened(url)
            self._follow(rounds, is_ended)

    def _rendering(self, stack: ExitStack) -> RenderChoices:
        number = self._options.jobs or cores()
        return RenderChoices(jobs=number, workers=stack.enter_context(WorkerPool(number)))

    @contextmanager
    def _server(self) -> Iterator[Server]:
        secret = read_secret(SECRET, self._project.root / ".env")
        webhook = Webhook(secret.value if secret else None, self._inbox.items.put)
        project, options = self._project, self._options
        mark = partial(mark_of, project) if options.preview else lambda _path: ""
        site = ServedSite(project.output, project.cache, self._demand, self._log, options.offline, mark, self._lost)
        served = Served(webhook, site, self._log, self._streams)
        with open_server(self._options.host, self._options.port, self._options.allowed, served) as server:
            yield server

    def _announce(self, url: str) -> None:
        self._talk.out(f"serving {url} (Ctrl-C ends it)")
        if self._options.every is not None and self._project.site.source.local is None:
            rest, a_round = (RECONCILED_EVERY, REQUESTS) if self._options.preview else (_MODEL_EVERY, 1)
            if warning := plan_warning(self._options.every, rest, a_round):
                self._talk.err(f"warning: {warning}")
        if is_everywhere(self._options.host):
            self._talk.err("everybody on this machine's networks can read the guide, drafts and all that site/ holds")
        elif self._options.host not in ("127.0.0.1", "::1", "localhost"):
            self._talk.err(f"everybody who reaches {self._options.host} can read the guide and all that site/ holds")

    def _follow(self, rounds: Rounds, is_ended: Callable[[], bool]) -> None:
        """Make a round whenever something is due."""
        while not is_ended():
            if self._watches.follow(watched_files(self._project)):
                space = local_space(self._project)
                self._inbox.items.put(frozenset([space] if space else []))  # for edits from before that
            if self._late:
                self._late = False
                self._schedule.render_at = self._schedule.render_at or time.monotonic() + LATE
            left = self._schedule.seconds_left(time.monotonic())
            if failure := self._publisher.failure():
                self._talk.err(failure)
            paths, refreshes = self._inbox.take(min(left if left is not None else _LONGEST_PAUSE, _LONGEST_PAUSE))
            self._handle(rounds, paths, refreshes)

    def _see(self, path: Path) -> bool:
        """Take note of an edit at once; what a sync of this server writes is none. Return whether it is one.

        What is reported soon after a sync may be either: then another round follows a little later.
        """
        synced_at = self._synced_at
        if self._project.content in path.parents and time.monotonic() < synced_at + LATE:
            self._late = self._late or synced_at != inf
            return False
        self._demand.see_edit()
        return True

    def _lost(self) -> None:
        self._demand.see_edit()
        self._inbox.items.put(frozenset())

    def _handle(self, rounds: Rounds, paths: frozenset[Path] | None, refreshes: list[Refresh]) -> None:
        schedule, now = self._schedule, time.monotonic()
        schedule.add(refreshes, now)
        is_due, edited_space = schedule.is_sync_due(now), edited_in_space(self._project, paths or ())
        self._edited = self._edited.followed_by(edited_space or Edited())
        self._edited = self._edited.and_all_items() if is_due else self._edited
        syncs = is_due or edited_space is not None
        renders = paths is not None or (schedule.render_at is not None and schedule.render_at <= now)
        publish = not syncs and not renders and schedule.publish_at is not None and schedule.publish_at <= now
        if publish and self._publishes and self._project.site.offline is True:
            rounds.let_publish()
            schedule.publish_at = None
            self._publisher.start()
        elif syncs or renders or publish:
            self._publisher.stop()
            edited = [path for path in paths or () if is_worth_a_word(path, self._project)]
            cause = named(edited, self._project.root) if edited else ""
            self._round(rounds, cause, syncs=syncs, publish=publish)

    @property
    def _publishes(self) -> bool:
        """Whether builds are confirmed: updates for readers are left to `build`, unless the guide is served offline."""
        return self._options.offline or self._project.site.offline is not True

    def _round(self, rounds: Rounds, cause: str, *, syncs: bool, publish: bool, refuses: bool = False) -> Round:
        """Make a round, print what it did, and set what is due next.

        With `refuses`, raise an error that no edit mends while the server runs.
        """
        schedule = self._schedule
        schedule.render_at = schedule.publish_at = None
        choices, publishes = self._sync_choices() if syncs else None, publish and self._publishes
        with self._talk.following() as listener:
            done = rounds.run(choices, publish=publishes, verbose=self._options.verbose, listener=listener)
        if refuses:
            _refuse(done)
        self._project = done.project or self._project
        self._print(done, cause, publish=publish)
        now = time.monotonic()
        if done.is_locked_out:
            schedule.locked_out(now, syncs=syncs)
            return done
        if syncs:
            self._end_sync(done, now)
        if done.left:
            schedule.render_at = now + _SOON
        elif not publish and done.render is not None and done.render.result:
            schedule.publish_at = now + QUIET_BEFORE_PUBLISHING
        return done

    @contextmanager
    def _syncing(self) -> Iterator[None]:
        self._synced_at = inf
        try:
            yield
        finally:
            self._synced_at = time.monotonic()

    def _sync_choices(self) -> SyncChoices:
        if self._preview is not None:
            return self._preview.choices(time.monotonic())
        if self._project.site.source.local is not None:
            return SyncChoices(deadline=_LOCAL_DEADLINE, edited=self._edited)
        return SyncChoices(peek=time.monotonic() < self._model_at + _MODEL_EVERY)

    def _end_sync(self, done: Round, now: float) -> None:
        if self._preview is not None:
            self._preview.note(done, now)
        report = done.sync.sync if done.sync is not None else None
        self._edited = Edited() if report is not None else self._edited
        news = report is not None and bool(report.upserted or report.deleted)
        self._model_at = now if report is not None and report.requests > 1 else self._model_at
        self._schedule.synced(now, failed=report is None, news=news)
        problem = done.errors[0].message if done.errors and report is None else ""
        ended = self._schedule.settle(
            now,
            problem,
            lambda key: mirrored_revision(self._project, key),
            random.random(),  # noqa: S311 - a pause
        )
        for refresh in ended:
            if refresh.problem:
                self._talk.err(f"error: {refresh.problem}")

    def _print(self, done: Round, cause: str, *, publish: bool) -> None:
        """Print the first round, and those that did something or were asked for; what stays wrong is said once."""
        waited, self._waits = self._waits, done.is_locked_out
        if waited and done.is_locked_out:
            return
        lines = [*wrong_lines(done, verbose=self._options.verbose, warnings=publish)]
        is_first, told = self._told is None, self._told or set()
        repeats = cause and time.monotonic() > self._told_at + SAME_EDIT
        wrong = [line for line in lines if repeats or line not in told]
        self._told_at = time.monotonic() if wrong else self._told_at
        if publish:
            self._told = {*lines}
        else:  # an edit may have mended what was wrong: if it is broken again, that is news
            self._told = {line for line in told if not (cause and line.startswith("error"))} | {*lines}
        report = done.render.render if done.render is not None else None
        did = report is not None and (report.written or report.removed)
        if did or cause or is_first or any(line.startswith("error") for line in wrong):
            self._talk.out(f"{time.strftime('%H:%M:%S')} {round_line(done, cause)}")
        for line in wrong:
            self._talk.err(line)


def address(server: Server, host: str) -> str:
    """Return the address to open in a browser."""
    name = "localhost" if host == "127.0.0.1" or is_everywhere(host) else host
    return f"http://{f'[{name}]' if ':' in name else name}:{server.server_address[1]}/"


def _refuse(first: Round) -> None:
    """Raise the error of a first round that no edit mends while the server runs."""
    for error in first.errors:
        if isinstance(error, GuardError | ConfigError) and error.code not in ("locked", "disk"):
            raise error


def _url_file(project: Project) -> Path:
    return project.cache / "serve.url"


@contextmanager
def _alone(project: Project) -> Iterator[None]:
    """Be the only server in a guide's folder while the block runs. Raises GuardError that names the other."""
    with ExitStack() as stack:
        try:
            stack.enter_context(exclusive_lock(project.cache / "serve.lock"))
        except ExporterError as error:
            if error.code != "locked":
                raise
            url = (read_bytes(_url_file(project)) or b"").decode("utf-8", "replace").strip()
            where = f" at {url}" if url.startswith("http://") else ""
            message = f"this guide is being served already{where}: open that, or stop it first"
            raise GuardError("serving", message) from None
        yield
