"""The commands: options, printing, exit codes. The only place that prints or exits; it imports what a command needs."""

from __future__ import annotations

import gc
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter import __version__
from exporter.cli.common import PATH, Common, options_of
from exporter.cli.ending import fail, fail_by_defect, print_report
from exporter.cli.init_options import INIT_OPTIONS
from exporter.cli.options import (
    CHECK_STRICT,
    CLEAN,
    DEADLINE,
    JOBS,
    PREVIOUS,
    PREVIOUS_FOLDER,
    STRICT,
    SYNC_OPTIONS,
    render_choices,
    sync_choices,
)
from exporter.cli.printing import discard_output
from exporter.cli.server_options import SERVE_OPTIONS, SPACE_OPTIONS, WATCH_OPTIONS
from exporter.cli.signals import end_now, was_interrupted
from exporter.cli.usage import Commands, command_of, usage_sentence
from exporter.jobs.options import SyncChoices

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.config.settings import Project
    from exporter.report.progress import Listener
    from exporter.report.report import Report


@click.group(cls=Commands, no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="exporter")
@options_of()
def program() -> None:
    """Sync a Contentful space by delta and render it as a static guide that works without a network."""


@program.command()
@options_of(*SYNC_OPTIONS, CLEAN, STRICT, JOBS, PREVIOUS)
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
    """Sync, then render."""
    from exporter import jobs as api

    if dry_run:
        return _rehearse("build", common, chosen)
    choices, rendering = (
        sync_choices(**chosen),
        render_choices(clean=clean, strict=strict, jobs=jobs, previous=previous),
    )
    return _finish(
        common,
        lambda project, listener: api.build(project, choices, rendering, verbose=common.verbose, listener=listener),
    )


@program.command()
@options_of(*SYNC_OPTIONS)
@click.pass_obj
def sync(common: Common, /, *, dry_run: bool, **chosen: Any) -> int:
    """Bring content/ up to date with the space. Only what changed since the last sync is fetched."""
    from exporter import jobs as api

    if dry_run:
        return _rehearse("sync", common, chosen)
    choices = sync_choices(**chosen)
    return _finish(
        common, lambda project, listener: api.sync(project, choices, verbose=common.verbose, listener=listener)
    )


@program.command()
@options_of(DEADLINE)
@click.pass_obj
def status(common: Common, /, *, deadline: float) -> int:
    """List what the next sync would change. Files in content/ that differ are listed too; nothing is written."""
    from exporter import jobs as api

    choices = SyncChoices(deadline=deadline)
    return _finish(
        common, lambda project, listener: api.status(project, choices, verbose=common.verbose, listener=listener)
    )


@program.command()
@options_of(CLEAN, STRICT, JOBS, PREVIOUS_FOLDER)
@click.pass_obj
def render(common: Common, *, clean: bool, strict: bool, jobs: int | None, previous: str | None) -> int:
    """Bring site/ up to date with content/. Templates and site.yaml count as well; no network is used."""
    from exporter import jobs as api

    rendering = render_choices(clean=clean, strict=strict, jobs=jobs, previous=previous)
    return _finish(
        common, lambda project, listener: api.render(project, rendering, verbose=common.verbose, listener=listener)
    )


@program.command()
@options_of(CHECK_STRICT)
@click.pass_obj
def check(common: Common, *, strict: bool) -> int:
    """Look for problems in content/ and site/. Links, fields, translations and pictures; nothing is written."""
    from exporter import jobs as api

    return _finish(
        common,
        lambda project, listener: api.check(project, strict=strict, verbose=common.verbose, listener=listener),
    )


@program.command("serve")
@options_of(*SERVE_OPTIONS)
@click.pass_obj
def serve_guide(common: Common, /, *, opens: bool, jobs: int | None, **chosen: Any) -> int:
    """Build, serve site/ and reload pages after edits. Ctrl-C ends it."""
    from exporter.cli.serving import Lines, serve

    load = common.load_preview if chosen["preview"] else common.load
    lines = Lines(common.printer(), common.quiet, common.as_json)
    return serve(load, lines, opens=opens, jobs=jobs or 0, verbose=common.verbose, **chosen)


@program.command()
@options_of(*WATCH_OPTIONS)
@click.pass_obj
def watch(common: Common, /, *, jobs: int | None, deadline: float, **chosen: Any) -> int:
    """Build again and again, without a server. USR1 or a webhook makes it sync at once; Ctrl-C ends it."""
    from exporter.cli.serving import Lines
    from exporter.cli.serving import watch as watch_guide

    lines, sync = Lines(common.printer(), common.quiet, common.as_json), SyncChoices(deadline=deadline)
    return watch_guide(common.load, lines, sync=sync, jobs=jobs or 0, verbose=common.verbose, **chosen)


@program.command()
@click.argument("into", metavar="[DIR]", type=PATH, required=False)
@options_of(*INIT_OPTIONS)
@click.pass_obj
def init(common: Common, /, *, into: Path | None, local: Path | None, **chosen: Any) -> int:
    """Make a new guide that builds at once. Writes site.yaml, templates and CI files; never overwrites a file."""
    from exporter.cli.scaffolding import init_guide

    if common.config is not None:
        raise click.UsageError("init takes no --config: the file that it makes is site.yaml")
    here = common.folder or Path()
    chosen["local"] = here / local if local is not None else None
    report = init_guide(here / (into or "."), common.printer(), as_json=common.as_json, **chosen)
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
    rehearse = partial(api.status, choices=choices, files=False, command=command, verbose=common.verbose)
    return _finish(common, lambda project, listener: rehearse(project, listener=listener))


def _finish(common: Common, job: Callable[[Project, Listener | None], Report]) -> int:
    """Do a job on the guide of the command line, print its report, return its exit code."""
    from exporter.cli.progress import following

    project, printer = common.load(), common.printer()
    with following(printer.err, quiet=common.quiet, as_json=common.as_json) as listener:
        report = job(project, listener)
    print_report(report, printer, as_json=common.as_json, quiet=common.quiet, verbose=common.verbose)
    return report.exit_code


@program.group(no_args_is_help=False)
@options_of()
def space() -> None:
    """Serve a space from files."""


@space.command()
@click.argument("path", metavar="PATH")
@options_of(*SPACE_OPTIONS)
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
    """Serve PATH as the Delivery API would. PATH is a mirror, an export file or demo; Ctrl-C ends it."""
    from exporter.space.http.faults import Faults, read_fault
    from exporter.space.http.server import Listening, open_endpoint
    from exporter.space.places import cache_folder, open_folder

    folder = open_folder(path, common.folder or Path())
    log = (state or cache_folder(folder.root)) / "space.db"
    listening = Listening(port, host, allowed, token, "watch", Faults.of(map(read_fault, faults)), own_urls=own_urls)
    with open_endpoint(folder, log, listening) as endpoint:
        printer = common.printer()
        (printer.err if common.as_json else printer.out)(endpoint.url)
        if not common.quiet:
            printer.err(f"space {endpoint.space.id}, environment {endpoint.space.environment}; Ctrl-C ends it")
        endpoint.wait()
    return 0


def main() -> None:
    """Run the program on the command line's arguments and exit with its code."""
    try:
        code = run(sys.argv[1:])
    except Exception as error:  # noqa: BLE001 - a defect of the program: reported with its traceback, without any token
        code = fail_by_defect(error, Common().printer(), as_json="--json" in sys.argv)
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
        return fail(command_of(error), 2, "usage", usage_sentence(error), printer, as_json=as_json)
    except (click.Abort, KeyboardInterrupt):
        return fail("", 130, "interrupted", "interrupted", printer, as_json=as_json)
    except SystemExit:  # Click's own, where nobody reads the help or the version any more
        discard_output()
        return 0
