"""The commands: options, printing, exit codes. The only place that prints or exits; it imports what a command needs."""

from __future__ import annotations

import functools
import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from exporter import __version__
from exporter.cli.ending import fail, guarded, print_report
from exporter.cli.init_options import INIT_OPTIONS
from exporter.cli.options import (
    ALLOW_HOST,
    CHECK_STRICT,
    CLEAN,
    DEADLINE,
    JOBS,
    PREVIOUS,
    PREVIOUS_FOLDER,
    STRICT,
    SYNC_OPTIONS,
    sync_choices,
)
from exporter.cli.printing import Printer, discard_output
from exporter.cli.server_options import SERVE_OPTIONS, WATCH_OPTIONS
from exporter.cli.signals import end_now, was_interrupted
from exporter.cli.usage import Commands, usage_sentence
from exporter.jobs.options import RenderChoices, SyncChoices

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.config.settings import Project
    from exporter.report.report import Report


class Common(NamedTuple):
    """The options that are taken before and after a command."""

    folder: Path | None = None
    config: Path | None = None
    quiet: bool = False
    verbose: bool = False
    as_json: bool = False

    def merged(self, later: Common) -> Common:
        """Return these options with those set later on top."""
        return self._replace(**{name: value for name, value in later._asdict().items() if value})

    def load(self) -> Project:
        """Read the guide's configuration."""
        from exporter.config.settings import load_project

        folder = self.folder or Path()
        return load_project(folder, folder / self.config if self.config else None)

    def load_preview(self) -> Project:
        """Read the guide's configuration for a preview of drafts."""
        from exporter.config.settings import preview_of

        return preview_of(self.load())

    def printer(self) -> Printer:
        """Return what prints for the guide's folder, without the access tokens that are known there."""

        def secrets() -> tuple[str, ...]:
            from exporter.config.environment import access_tokens

            return access_tokens(((self.folder or Path()) / (self.config or "site.yaml")).parent / ".env")

        return Printer(secrets)


_PATH = click.Path(path_type=Path)
_COMMON = (
    click.option("-C", "folder", type=_PATH, metavar="DIR", help="Work in this folder."),
    click.option("--config", type=_PATH, metavar="FILE", help="Take this file for site.yaml."),
    click.option("-q", "--quiet", is_flag=True, help="Print errors alone."),
    click.option("-v", "--verbose", is_flag=True, help="Print more of what is done."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object when done, nothing else."),
)


def _options(*options: Callable[..., Any]) -> Callable[..., Any]:
    """Add the common options, and others, to a command, which receives them as one `Common`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def command(*arguments: Any, **values: Any) -> Any:
            later = Common(**{name: values.pop(name) for name in Common._fields})
            context = click.get_current_context()
            before = context.obj if isinstance(context.obj, Common) else Common()
            common = context.obj = before.merged(later)
            name = context.command_path.partition(" ")[2] or ""
            return guarded(lambda: function(*arguments, **values), name, common.printer(), as_json=common.as_json)

        for option in reversed((*options, *_COMMON)):
            option(command)
        return command

    return decorate


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="exporter")
@_options()
def program() -> None:
    """Bring a Contentful space down by delta and render it as a guide that needs no network."""


@program.command()
@_options(*SYNC_OPTIONS, CLEAN, STRICT, JOBS, PREVIOUS)
@click.pass_obj
def build(
    common: Common,
    /,
    *,
    clean: bool,
    strict: bool,
    jobs: int | None,
    previous: str | None,
    dry_run: bool,
    **chosen: Any,
) -> int:
    """Sync, then render: the main job."""
    from exporter import jobs as api

    if dry_run:
        return _rehearse("build", common, chosen)
    choices, rendering = sync_choices(**chosen), RenderChoices(clean, strict, jobs or 0, previous=previous)
    return _finish(common, lambda project: api.build(project, choices, rendering, verbose=common.verbose))


@program.command()
@_options(*SYNC_OPTIONS)
@click.pass_obj
def sync(common: Common, /, *, dry_run: bool, **chosen: Any) -> int:
    """Bring content/ up to date with the space by a delta."""
    from exporter import jobs as api

    if dry_run:
        return _rehearse("sync", common, chosen)
    choices = sync_choices(**chosen)
    return _finish(common, lambda project: api.sync(project, choices, verbose=common.verbose))


@program.command()
@_options(DEADLINE)
@click.pass_obj
def status(common: Common, /, *, deadline: float) -> int:
    """List what the next sync would bring and which files under content/ are not what was synced; change nothing."""
    from exporter import jobs as api

    return _finish(common, lambda project: api.status(project, SyncChoices(deadline=deadline)))


@program.command()
@_options(CLEAN, STRICT, JOBS, PREVIOUS_FOLDER)
@click.pass_obj
def render(common: Common, *, clean: bool, strict: bool, jobs: int | None, previous: str | None) -> int:
    """Bring site/ up to date with content/, templates and site.yaml; no network is used."""
    from exporter import jobs as api

    rendering = RenderChoices(clean, strict, jobs or 0, previous=previous)
    return _finish(common, lambda project: api.render(project, rendering, verbose=common.verbose))


@program.command()
@_options(CHECK_STRICT)
@click.pass_obj
def check(common: Common, *, strict: bool) -> int:
    """Look for what is wrong in content/ and site/: links, fields, translations, pictures; change nothing."""
    from exporter import jobs as api

    return _finish(common, lambda project: api.check(project, strict=strict))


@program.command("serve")
@_options(*SERVE_OPTIONS)
@click.pass_obj
def serve_guide(common: Common, /, *, opens: bool, jobs: int | None, **chosen: Any) -> int:
    """Build, then serve site/ and reload open pages after each edit; Ctrl-C ends it."""
    from exporter.cli.serving import Lines, serve

    load = common.load_preview if chosen["preview"] else common.load
    lines = Lines(common.printer(), common.quiet, common.as_json)
    return serve(load, lines, opens=opens, jobs=jobs or 0, verbose=common.verbose, **chosen)


@program.command()
@_options(*WATCH_OPTIONS)
@click.pass_obj
def watch(common: Common, /, *, jobs: int | None, deadline: float, **chosen: Any) -> int:
    """Build again and again, without a server; USR1 or a webhook makes it sync at once, Ctrl-C ends it."""
    from exporter.cli.serving import Lines
    from exporter.cli.serving import watch as watch_guide

    lines, sync = Lines(common.printer(), common.quiet, common.as_json), SyncChoices(deadline=deadline)
    return watch_guide(common.load, lines, sync=sync, jobs=jobs or 0, verbose=common.verbose, **chosen)


@program.command(epilog="Example: exporter init lisbon --space YOUR_SPACE_ID --host github")
@click.argument("into", metavar="[DIR]", type=_PATH, required=False)
@_options(*INIT_OPTIONS)
@click.pass_obj
def init(common: Common, /, *, into: Path | None, **chosen: Any) -> int:
    """Make a new guide in DIR that builds at once: site.yaml, templates, CI; what is there is never overwritten."""
    from exporter.cli.scaffolding import init_guide

    if common.config is not None:
        raise click.UsageError("init takes no --config: the file that it makes is site.yaml")
    report = init_guide((common.folder or Path()) / (into or "."), common.printer(), as_json=common.as_json, **chosen)
    print_report(report, common.printer(), as_json=common.as_json, quiet=common.quiet, verbose=common.verbose)
    return report.exit_code


def _rehearse(command: str, common: Common, chosen: dict[str, Any]) -> int:
    """List what a sync would bring."""
    from exporter import jobs as api

    for name in ("message", "wait_for", "wait_limit"):
        if chosen.get(name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(f"--dry-run writes nothing, so it cannot be combined with {option}")
    choices = sync_choices(**chosen)
    return _finish(common, lambda project: api.status(project, choices, files=False, command=command))


def _finish(common: Common, job: Callable[[Project], Report]) -> int:
    """Do a job on the guide of the command line, print its report, return its exit code."""
    report = job(common.load())
    print_report(report, common.printer(), as_json=common.as_json, quiet=common.quiet, verbose=common.verbose)
    return report.exit_code


@program.group(cls=Commands)
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
    ALLOW_HOST,
    click.option("--own-urls", is_flag=True, help="Name this endpoint as the host of the assets' files."),
    click.option(
        "--fault", "faults", multiple=True, metavar="NAME[=N]", help="Misbehave: see the README for the names."
    ),
)
@click.pass_obj
def serve(
    common: Common,
    path: str,
    *,
    port: int,
    token: str | None,
    state: Path | None,
    host: str,
    allowed: tuple[str, ...],
    own_urls: bool,
    faults: tuple[str, ...],
) -> int:
    """Serve PATH (a mirror, an export file or demo) as the Delivery API does, following edits; Ctrl-C ends it."""
    from exporter.space.http.faults import Faults, read_fault
    from exporter.space.http.server import Listening, open_endpoint
    from exporter.space.places import cache_folder, open_folder

    folder = open_folder(path, common.folder or Path())
    log = (state or cache_folder(folder.root)) / "space.db"
    listening = Listening(port, host, allowed, token, "watch", Faults.of(map(read_fault, faults)), own_urls=own_urls)
    with open_endpoint(folder, log, listening) as endpoint:
        printer = common.printer()
        printer.out(endpoint.url)
        if not common.quiet:
            printer.err(f"space {endpoint.space.id}, environment {endpoint.space.environment}; Ctrl-C ends it")
        endpoint.wait()
    return 0


def main() -> None:
    """Run the program on the command line's arguments and exit with its code."""
    try:
        code = run(sys.argv[1:])
    except Exception:  # noqa: BLE001 - a defect of the program: reported with its traceback, but without any token
        import traceback

        Common().printer().err(traceback.format_exc().rstrip())
        code = 1
    gc.freeze()  # what is left goes with the process: looking through it takes a while
    if was_interrupted():
        end_now(code)
    sys.exit(code)


def run(arguments: list[str]) -> int:
    """Run a command; return its exit code."""
    as_json, printer = "--json" in arguments, Common().printer()
    try:
        return int(program.main(arguments, prog_name="exporter", standalone_mode=False) or 0)
    except click.ClickException as error:
        return fail("", 2, "usage", usage_sentence(error), printer, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        return fail("", 130, "interrupted", "interrupted", printer, as_json=as_json)
    except SystemExit:  # Click's own, where nobody reads the help or the version any more
        discard_output()
        return 0
