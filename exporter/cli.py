"""The commands: options, printing, exit codes. The only place that prints or exits; it imports what a command needs."""

from __future__ import annotations

import functools
import json
import os
import sqlite3
import sys
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter import __version__
from exporter.errors import ExporterError, GuardError
from exporter.report import Report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.config import Config


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

    def load(self) -> Config:
        """Read the guide's configuration."""
        from exporter.config import load_config

        folder = self.folder or Path()
        return load_config(folder, folder / self.config if self.config else None)


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


_FULL = click.option("--full", is_flag=True, help="Start over and reconcile: what the space no longer has goes.")
_ALLOW_EMPTY = click.option("--allow-empty", is_flag=True, help="Believe a space that came back empty.")
_DEADLINE = click.option(
    "--deadline",
    type=click.FloatRange(1, 3600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up on a request after this long, retries included.",
)
_DOWNLOADS = click.option(
    "--downloads",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="Download this many asset files at once.",
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="List what a sync would bring; write nothing.")
_MESSAGE = click.option(
    "--message",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a commit message of what the sync brought; remove FILE where that is nothing.",
)
_SYNC_OPTIONS = (_FULL, _ALLOW_EMPTY, _DEADLINE, _DOWNLOADS, _DRY_RUN, _MESSAGE)
_CLEAN = click.option("--clean", is_flag=True, help="Render as if .export/ and site/ were absent.")


@program.command()
@_options(*_SYNC_OPTIONS, _CLEAN)
@click.pass_obj
def build(common: Common, /, *, clean: bool, dry_run: bool, message: Path | None, **options: Any) -> int:
    """Sync, then render. The main job."""
    if dry_run:
        return _look("build", common, options, message)
    with _run("build", common) as (config, report):
        if clean:
            _clean(config)
        _sync(config, report, options, message)
        _render(config, report)
    return report.exit_code


@program.command()
@_options(*_SYNC_OPTIONS)
@click.pass_obj
def sync(common: Common, /, *, dry_run: bool, message: Path | None, **options: Any) -> int:
    """Bring content/ up to date with the space by a delta."""
    if dry_run:
        return _look("sync", common, options, message)
    with _run("sync", common) as (config, report):
        _sync(config, report, options, message)
    return report.exit_code


@program.command()
@_options(_DEADLINE)
@click.pass_obj
def status(common: Common, /, **options: Any) -> int:
    """List what the next sync would bring and which files under content/ are not what was synced; change nothing."""
    return _look("status", common, options)


@program.command()
@_options(_CLEAN)
@click.pass_obj
def render(common: Common, *, clean: bool) -> int:
    """Bring site/ up to date with content/, templates and site.yaml. Uses no network."""
    with _run("render", common) as (config, report):
        if clean:
            _clean(config)
        _render(config, report)
    return report.exit_code


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
    from exporter.space.faults import Faults, read_fault
    from exporter.space.places import open_folder
    from exporter.space.server import Listening, open_endpoint

    folder = open_folder(path, common.folder or Path())
    log = (state or _cache_folder(folder.root)) / "space.db"
    listening = Listening(port, host, token, "watch", Faults.of(map(read_fault, faults)))
    with open_endpoint(folder, log, listening) as endpoint:
        click.echo(endpoint.url)
        if not common.quiet:
            click.echo(f"space {endpoint.space.id}, environment {endpoint.space.environment}; Ctrl-C ends it", err=True)
        endpoint.wait()
    return 0


def _cache_folder(root: Path) -> Path:
    """Give the folder of the user's cache that belongs to a space's folder."""
    from exporter.model import digest

    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    name = digest(str(root.resolve()).encode("utf-8", "surrogateescape")).hex()
    return Path(base or Path.home() / ".cache") / "contentful-exporter" / name


@contextmanager
def _run(command: str, common: Common, *, locked: bool = True) -> Iterator[tuple[Config, Report]]:
    """Load the configuration, hold the lock while the block runs, print the report."""
    from exporter.files import exclusive_lock

    config = common.load()
    report = Report(command, verbose=common.verbose)
    with exclusive_lock(config.cache / "lock") if locked else nullcontext():
        yield config, report
    if common.as_json:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False))
        return
    for problem in report.problems:
        click.echo(f"{problem.severity}: {problem.message}", err=True)
    if not common.quiet:
        for line in (*report.notes, *report.lines()):
            click.echo(line)


def _sync(config: Config, report: Report, chosen: dict[str, Any], file: Path | None) -> None:
    """Sync; write the commit message to `file` where one is asked for."""
    from exporter.connect import open_source
    from exporter.mirror.message import Message
    from exporter.mirror.sync import SyncOptions, sync

    options = SyncOptions(**chosen)
    message = Message(config) if _is_writable(file) else None
    report.told = message.add if message is not None else None
    with open_source(config, options.deadline) as (client, identity):
        sync(config, client, identity, options, report)
    if message is not None and file is not None:
        message.write(file)


def _is_writable(file: Path | None) -> bool:
    """Tell whether a message is asked for; raises UsageError before any work where it could not be written."""
    if file is not None and not file.absolute().parent.is_dir():
        raise click.UsageError(f"--message: there is no folder {file.parent}")
    return file is not None


def _look(command: str, common: Common, chosen: dict[str, Any], message: Path | None = None) -> int:
    """List what a sync would bring; `status` looks at the files too. Takes no lock, since it writes nothing."""
    from exporter.connect import open_source
    from exporter.mirror.status import find_status
    from exporter.mirror.sync import SyncOptions

    if message is not None:
        raise click.UsageError("--dry-run writes nothing, so there is no --message beside it")
    options = SyncOptions(**chosen)
    with (
        _run(command, common, locked=False) as (config, report),
        open_source(config, options.deadline, keep=False) as (client, identity),
    ):
        find_status(config, client, identity, options, report, files=command == "status")
    return report.exit_code


def _render(config: Config, report: Report) -> None:
    from exporter.guide.build import render_guide

    render_guide(config, report)


def _clean(config: Config) -> None:
    from exporter.guide.build import clean_output

    clean_output(config)


def main() -> None:
    """Run the program on the command line's arguments and exit with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command; give its exit code."""
    try:
        return int(program.main(arguments, prog_name="exporter", standalone_mode=False) or 0)
    except click.ClickException as error:
        return _fail("", 2, "usage", error.format_message(), as_json="--json" in arguments)
    except click.Abort:
        return _fail("", 130, "interrupted", "interrupted", as_json="--json" in arguments)


def _guarded(run_it: Callable[[], Any], command: str, *, as_json: bool) -> Any:
    """Run a command so that every error that a user can cause ends in one sentence."""
    try:
        return run_it()
    except ExporterError as error:
        return _fail(command, error.exit_code, error.code, error.message, as_json=as_json)
    except KeyboardInterrupt:
        return _fail(command, 130, "interrupted", "interrupted", as_json=as_json)
    except OSError as error:
        return _fail(command, GuardError.exit_code, "disk", _disk_sentence(error), as_json=as_json)
    except sqlite3.Error as error:
        said = f".export/ cannot be used ({error}): free space, mend the rights or delete it, then run again"
        return _fail(command, GuardError.exit_code, "disk", said, as_json=as_json)


def _disk_sentence(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}: free space or mend the rights, then run again; nothing is lost"


def _fail(command: str, code: int, word: str, message: str, *, as_json: bool) -> int:
    if as_json:
        error = {"code": word, "message": message}
        click.echo(json.dumps({"command": command, "ok": False, "exit": code, "error": error}, ensure_ascii=False))
    else:
        click.echo(f"error: {message}", err=True)
    return code
