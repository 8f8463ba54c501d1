"""The commands: options, printing, exit codes. The only place that prints or exits; it imports what a command needs."""

from __future__ import annotations

import functools
import gc
import json
import os
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter import __version__
from exporter.cli.ending import _fail, _guarded, _tell_problems
from exporter.cli.options import CHECK_STRICT, CLEAN, DEADLINE, JOBS, STRICT, SYNC_OPTIONS, check_use
from exporter.mirror.wait import WAIT_SECONDS
from exporter.report.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.config.settings import Project
    from exporter.mirror.wait import Awaited


@dataclass(frozen=True)
class Common:
    """The options that are taken before and after a command."""

    folder: Path | None = None
    config: Path | None = None
    quiet: bool = False
    verbose: bool = False
    as_json: bool = False

    def merged(self, later: Common) -> Common:
        """Give these options with those set later on top."""
        return replace(self, **{name: value for name, value in vars(later).items() if value})

    def load(self) -> Project:
        """Read the guide's configuration."""
        from exporter.config.settings import load_project

        folder = self.folder or Path()
        return load_project(folder, folder / self.config if self.config else None)


_PATH = click.Path(path_type=Path)
_COMMON = (
    click.option("-C", "folder", type=_PATH, metavar="DIR", help="Work in this folder."),
    click.option("--config", type=_PATH, metavar="FILE", help="Take this file for site.yaml."),
    click.option("-q", "--quiet", is_flag=True, help="Print errors alone."),
    click.option("-v", "--verbose", is_flag=True, help="Print more of what is done."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object when done, nothing else."),
)


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Put the common options, and others, on a command; it gets them as one `Common`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(*arguments: Any, **values: Any) -> Any:
            later = Common(**{name: values.pop(name) for name in Common.__dataclass_fields__})
            context = click.get_current_context()
            before = context.obj if isinstance(context.obj, Common) else Common()
            common = context.obj = before.merged(later)
            name = context.command_path.partition(" ")[2] or ""
            return _guarded(lambda: function(*arguments, **values), name, as_json=common.as_json)

        for option in reversed((*options, *_COMMON)):
            option(command)
        return command

    return decorate


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="exporter")
@_options()
def program() -> None:
    """Bring a Contentful space down by delta and render it as a guide that needs no network."""


@program.command()
@_options(*SYNC_OPTIONS, CLEAN, STRICT, JOBS)
@click.pass_obj
def build(common: Common, /, *, clean: bool, strict: bool, jobs: int | None, dry_run: bool, **options: Any) -> int:
    """Sync, then render. The main job."""
    if dry_run:
        return _look("build", common, options)
    check_use(**options)
    with _run("build", common) as run:
        if clean:
            _clean(run.config, strict=strict)
        _render(run, jobs, functools.partial(_sync, run, **options), strict=strict)
    return run.report.exit_code


@program.command()
@_options(*SYNC_OPTIONS)
@click.pass_obj
def sync(common: Common, /, *, dry_run: bool, **options: Any) -> int:
    """Bring content/ up to date with the space by a delta."""
    if dry_run:
        return _look("sync", common, options)
    check_use(**options)
    with _run("sync", common) as run:
        _sync(run, **options)
    return run.report.exit_code


@program.command()
@_options(DEADLINE)
@click.pass_obj
def status(common: Common, /, **options: Any) -> int:
    """List what the next sync would bring and which files under content/ are not what was synced; change nothing."""
    return _look("status", common, options)


@program.command()
@_options(CLEAN, STRICT, JOBS)
@click.pass_obj
def render(common: Common, *, clean: bool, strict: bool, jobs: int | None) -> int:
    """Bring site/ up to date with content/, templates and site.yaml. Uses no network."""
    with _run("render", common) as run:
        if clean:
            _clean(run.config, strict=strict)
        _render(run, jobs, strict=strict)
    return run.report.exit_code


@program.command()
@_options(CHECK_STRICT)
@click.pass_obj
def check(common: Common, *, strict: bool) -> int:
    """Look for what is wrong in content/ and site/: links, fields, translations, pictures; change nothing."""
    from exporter.check.run import check_guide

    with _run("check", common, locked=False) as run:
        check_guide(run.config, run.report, strict=strict)
    return run.report.exit_code


@program.group()
@_options()
def space() -> None:
    """Serve a space that lies in files."""


@space.command()
@click.argument("path", metavar="PATH")
@_options(
    click.option("--port", type=click.IntRange(0, 65535), default=0, help="Listen here; by default on a free port."),
    click.option("--token", help="Take this access token alone; by default any."),
    click.option("--state", type=_PATH, metavar="FOLDER", help="Keep the change log here."),
    click.option("--host", default="127.0.0.1", help="Listen on this address; by default on the loopback alone."),
    click.option(
        "--fault", "faults", multiple=True, metavar="NAME[=N]", help="Misbehave: see the README for the names."
    ),
)
@click.pass_obj
def serve(
    common: Common, path: str, *, port: int, token: str | None, state: Path | None, host: str, faults: tuple[str, ...]
) -> int:
    """Serve PATH (a mirror, an export file or demo) as the Delivery API does, following edits; Ctrl-C ends it."""
    from exporter.space.http.faults import Faults, read_fault
    from exporter.space.http.server import Listening, open_endpoint
    from exporter.space.places import cache_folder, open_folder

    folder = open_folder(path, common.folder or Path())
    log = (state or cache_folder(folder.root)) / "space.db"
    listening = Listening(port, host, token, "watch", Faults.of(map(read_fault, faults)))
    with open_endpoint(folder, log, listening) as endpoint:
        click.echo(endpoint.url)
        if not common.quiet:
            click.echo(f"space {endpoint.space.id}, environment {endpoint.space.environment}; Ctrl-C ends it", err=True)
        endpoint.wait()
    return 0


@dataclass(frozen=True)
class _Run:
    """A command at work."""

    config: Project
    report: Report
    held: ExitStack

    def hold_lock(self) -> None:
        """Take the lock; it is held to the end of the command, but for pauses."""
        from exporter.core.files import exclusive_lock

        self.held.enter_context(exclusive_lock(self.config.cache / "lock"))

    def keep_settings(self) -> None:
        """Keep what was read of site.yaml for the next command."""
        if self.config.text is not None:
            from exporter.config.settings import keep_settings

            keep_settings(self.config)

    def pause(self, seconds: float) -> None:
        """Let others have the lock for some seconds. Raises GuardError where one of them still has it then."""
        self.held.close()
        time.sleep(seconds)
        self.hold_lock()


@contextmanager
def _run(command: str, common: Common, *, locked: bool = True) -> Iterator[_Run]:
    """Load the configuration, hold the lock while the block runs, print the report."""
    report = Report(command, verbose=common.verbose)
    with ExitStack() as held:
        run = _Run(common.load(), report, held)
        if locked:
            run.hold_lock()
            run.keep_settings()
        yield run
    if os.environ.get("GITHUB_ACTIONS") or (report.problems and not common.as_json):
        _tell_problems(report)
    if common.as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    if not common.quiet:
        for line in (*report.notes, *report.lines()):
            click.echo(line)


def _sync(run: _Run, message: Path | None, wait_for: Awaited | None, wait_limit: float | None, **chosen: Any) -> None:
    """Sync, in rounds where something is waited for; write the commit message to a file where one is asked for."""
    from exporter.jobs.source import open_source
    from exporter.mirror.run import SyncOptions, SyncOutcome
    from exporter.mirror.sync import sync

    text = None
    if message is not None:
        from exporter.mirror.message import Message

        text = Message(run.config, rounds=wait_for is not None)

    def sync_once(options: SyncOptions) -> SyncOutcome:
        with open_source(run.config, options.deadline) as (client, identity):
            outcome = sync(run.config, client, identity, options)
        if text is not None and message is not None:
            for change in outcome.changes:
                text.add(change)
            text.write(message)
        return outcome

    options = SyncOptions(**chosen, verbose=run.report.verbose, lists_changes=message is not None)
    if wait_for is None:
        outcome = sync_once(options)
    else:
        from exporter.mirror.wait import sync_until

        limit = WAIT_SECONDS if wait_limit is None else wait_limit
        outcome = sync_until(wait_for, limit, run.config, options, sync_once, run.pause)
    run.report.sync = outcome.report
    run.report.problems += outcome.problems
    run.report.notes += outcome.notes


def _look(command: str, common: Common, chosen: dict[str, Any]) -> int:
    """List what a sync would bring; `status` looks at the files too. Takes no lock, since it writes nothing."""
    from exporter.jobs.source import open_source
    from exporter.mirror.run import SyncOptions
    from exporter.mirror.status import find_status

    for name in ("message", "wait_for", "wait_limit"):
        if chosen.pop(name, None) is not None:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--dry-run writes nothing, so there is no {option} beside it")
    options = SyncOptions(**chosen)
    with (
        _run(command, common, locked=False) as run,
        open_source(run.config, options.deadline, keep=False) as (client, identity),
    ):
        outcome = find_status(run.config, client, identity, options, files=command == "status")
        run.report.status = outcome.report
        run.report.notes += outcome.notes
    return run.report.exit_code


def _render(run: _Run, jobs: int | None, sync_first: Callable[[], None] = lambda: None, *, strict: bool) -> None:
    """Render, after a sync where one is asked for; what stands in site/ is looked at meanwhile."""
    from exporter.build.output import look_ahead

    with look_ahead(run.config, jobs or 0) as changes:
        sync_first()
        from exporter.build.run import RenderOptions, render_guide

        sync = run.report.sync
        has_errors = any(problem.severity == "error" for problem in run.report.problems)
        brought = sync is not None and (sync.upserted > 0 or sync.deleted > 0)
        options = RenderOptions(
            jobs or 0, strict=strict, has_errors=has_errors, brought=brought, detail=run.report.detail
        )
        outcome = render_guide(run.config, options, changes)
        run.report.render = outcome.report
        run.report.problems += outcome.problems


def _clean(config: Project, *, strict: bool) -> None:
    from exporter.build.output import clean_output

    clean_output(config, pages=not strict)


def main() -> None:
    """Run the program on the command line's arguments and exit with its code."""
    code = run(sys.argv[1:])
    gc.freeze()  # what is left goes with the process: looking through it takes a while
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command; give its exit code."""
    try:
        return int(program.main(arguments, prog_name="exporter", standalone_mode=False) or 0)
    except click.ClickException as error:
        return _fail("", 2, "usage", error.format_message(), as_json="--json" in arguments)
    except click.Abort:
        return _fail("", 130, "interrupted", "interrupted", as_json="--json" in arguments)
