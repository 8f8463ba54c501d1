"""The options that several commands take, and those of `publish`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from exporter.core.errors import ConfigError
from exporter.jobs.options import WAIT_SECONDS, RenderChoices, SyncChoices

if TYPE_CHECKING:
    from exporter.build.shards.shard import Shard
    from exporter.mirror.wait import Awaited
    from exporter.workers.cluster import ClusterAddress

_FULL = click.option("--full", is_flag=True, help="Start over and remove what the space no longer has.")
_ALLOW_EMPTY = click.option("--allow-empty", is_flag=True, help="Accept a space that came back empty.")
DEADLINE = click.option(
    "--deadline",
    type=click.FloatRange(1, 3600),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Give up on a request after this time, retries included.",
)
_DOWNLOADS = click.option(
    "--downloads",
    type=click.IntRange(1, 64),
    default=8,
    show_default=True,
    metavar="N",
    help="Download this many asset files at a time.",
)
_DRY_RUN = click.option("--dry-run", is_flag=True, help="List what a sync would change, and write nothing.")
_MESSAGE = click.option(
    "--message",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write a commit message for what the sync changed; remove FILE if it changed nothing.",
)


def _read_wait(_context: click.Context, _option: click.Parameter, text: str | None) -> Awaited | None:
    """Read what is to be waited for."""
    if text is None:
        return None
    from exporter.mirror.wait import read_awaited

    try:
        return read_awaited(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_WAIT_FOR = click.option(
    "--wait-for",
    metavar="ENTRY_ID[@REVISION]",
    callback=_read_wait,
    help="Sync repeatedly until the mirror has this entry (or asset:ID), at this revision or a later one.",
)
_WAIT_LIMIT = click.option(
    "--wait-limit",
    type=click.FloatRange(0, 86400),
    metavar="SECONDS",
    help=f"Give up waiting after this time; {WAIT_SECONDS:.0f} by default.",
)
SYNC_OPTIONS = (_FULL, _ALLOW_EMPTY, DEADLINE, _DOWNLOADS, _DRY_RUN, _MESSAGE, _WAIT_FOR, _WAIT_LIMIT)
CLEAN = click.option("--clean", is_flag=True, help="Render as if .export/ and site/ did not exist.")
STRICT = click.option("--strict", is_flag=True, help="Write no page if one fails or there is any other error.")
CHECK_STRICT = click.option("--strict", is_flag=True, help="Treat warnings as errors.")
JOBS = click.option(
    "-j",
    "jobs",
    type=click.IntRange(1, 256),
    metavar="N",
    help="Render in this many processes; by default in one per core.",
)

PUBLISH_OPTIONS = (
    click.option("--dry-run", is_flag=True, help="List what would be uploaded and removed, and write nothing."),
    click.option("--verify", is_flag=True, help="List all that is there, compare, and mend what differs."),
    click.option("--adopt", is_flag=True, help="Take over a target that has files but no manifest of this guide."),
    click.option("--force", is_flag=True, help="Publish after a failed build; remove over half of what is there."),
    click.option(
        "--invalidate", metavar="COMMAND", help="Run this afterwards, with the changed paths on its standard input."
    ),
    click.option(
        "--uploads",
        type=click.IntRange(1, 64),
        default=8,
        show_default=True,
        metavar="N",
        help="Upload this many files at a time.",
    ),
    click.option(
        "--deadline",
        type=click.FloatRange(1, 3600),
        default=120.0,
        show_default=True,
        metavar="SECONDS",
        help="Give up on each attempt of a request after this time.",
    ),
)
ALLOW_HOST = click.option(
    "--allow-host",
    "allowed",
    multiple=True,
    metavar="NAME",
    help="Also answer to this host name, such as that of a tunnel; can be given more than once.",
)


def _read_previous(_context: click.Context, _option: click.Parameter, where: str | None) -> str | None:
    """Take a folder, which need not be there yet, or an address."""
    if where is not None and where.startswith("--"):
        raise click.BadParameter(f"{where} is an option: put a value behind --previous")
    if where is not None:
        from exporter.reader.takeover.fetch import check_place

        try:
            check_place(where)
        except ConfigError as error:
            raise click.BadParameter(error.message) from None
    return where


def _read_folder(context: click.Context, option: click.Parameter, where: str | None) -> str | None:
    """Take a folder alone."""
    if where is not None and "://" in where:
        raise click.BadParameter("render uses no network: give a folder, or use build")
    return _read_previous(context, option, where)


_PREVIOUS_HELP = "Continue the published guide's history for readers if site/updates/ has none, as on an empty disk."
PREVIOUS = click.option("--previous", metavar="DIR or URL", callback=_read_previous, help=_PREVIOUS_HELP)
PREVIOUS_FOLDER = click.option("--previous", metavar="DIR", callback=_read_folder, help=_PREVIOUS_HELP)


_FORMAT = click.option(
    "--format",
    "kind",
    type=click.Choice(("zip", "sqlite", "epub", "zim")),
    required=True,
    help="What the file is.",
)
_OUTPUT = click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write this file; by default guide.FORMAT in the guide's folder.",
)
_LOCALE = click.option(
    "--locale",
    "locales",
    multiple=True,
    metavar="CODE",
    help="Include this language; can be given more than once. By default all of them; in an EPUB, the first.",
)
_ONLY = click.option(
    "--only",
    multiple=True,
    metavar="TYPE or /PATH/",
    help="Take only pages of this content type, or below this address; can be given more than once.",
)
_SINCE = click.option(
    "--since",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="sqlite: list what changed since this earlier bundle.",
)
_WITH_TOKEN = click.option(
    "--with-token", is_flag=True, help="sqlite: add the sync token, for apps that go on syncing themselves."
)
_EVERYTHING = click.option(
    "--all", "everything", is_flag=True, help="sqlite: also add what no page shows, such as notes of editors."
)
BUNDLE_OPTIONS = (_FORMAT, _OUTPUT, _LOCALE, _ONLY, _SINCE, _WITH_TOKEN, _EVERYTHING)


def check_bundle_options(kind: str, chosen: dict[str, Any]) -> None:
    """Raise UsageError where one option of `bundle` rules out another."""
    names = {"since": "--since", "with_token": "--with-token", "everything": "--all"}
    for name, option in names.items():
        if chosen[name] and kind != "sqlite":
            raise click.UsageError(f"{option} is for --format sqlite alone: leave it out")
    if chosen["everything"] and chosen["only"]:
        raise click.UsageError("--all takes everything along, --only some pages: leave one of them out")


def _read_shard(_context: click.Context, _option: click.Parameter, text: str | None) -> Shard | None:
    """Read which part is to be rendered."""
    if text is None:
        return None
    from exporter.build.shards.shard import read_shard

    try:
        return read_shard(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_SHARD = click.option(
    "--shard", metavar="I/N", callback=_read_shard, help="Render only part I of N, into a file; site/ stays as it is."
)
_SHARD_FOLDER = click.option(
    "--output",
    "into",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder for the file of --shard.",
)
_MERGE = click.option("--merge", is_flag=True, help="Put the parts in the folders DIR together instead of rendering.")
_PARTS = click.argument("parts", metavar="[--merge DIR...]", nargs=-1, type=click.Path(path_type=Path))
SHARD_OPTIONS = (_SHARD, _SHARD_FOLDER, _MERGE, _PARTS)


def _read_cluster(_context: click.Context, _option: click.Parameter, text: str | None) -> ClusterAddress | None:
    """Read where pages are to be rendered."""
    if text is None:
        return None
    from exporter.workers.cluster import read_cluster

    try:
        return read_cluster(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_ON = click.option(
    "--on",
    "cluster",
    metavar="dask://HOST:PORT",
    callback=_read_cluster,
    help="Render many pages on a Dask cluster; dask: starts one of -j processes here.",
)
_INSECURE = click.option("--insecure", is_flag=True, help="Allow --on to reach another machine without TLS.")
CLUSTER_OPTIONS = (_ON, _INSECURE)


def sync_choices(
    *, message: Path | None, wait_for: Awaited | None, wait_limit: float | None, **others: Any
) -> SyncChoices:
    """Return the choices that the options make. Raises UsageError if one rules out another, before any work."""
    if message is not None and not message.absolute().parent.is_dir():
        raise click.UsageError(f"--message: there is no folder {message.parent}")
    if wait_for is None and wait_limit is not None:
        raise click.UsageError("--wait-limit says how long --wait-for waits: give --wait-for too, or leave it out")
    limit = WAIT_SECONDS if wait_limit is None else wait_limit
    return SyncChoices(**others, message=message, wait_for=wait_for, wait_limit=limit, lists_changes=_has_summary())


RENDER_NAMES = ("clean", "strict", "jobs", "previous", "cluster", "insecure")
"""The names of the values that say how to render."""


def render_choices(
    *, clean: bool, strict: bool, jobs: int | None, previous: str | None, cluster: ClusterAddress | None, insecure: bool
) -> RenderChoices:
    """Return the choices that the options make. Raises UsageError if one has no meaning without another."""
    if insecure and cluster is None:
        raise click.UsageError("--insecure is about --on: give that too, or leave it out")
    where = cluster._replace(insecure=insecure) if cluster is not None else None
    return RenderChoices(clean, strict, jobs or 0, previous=previous, lists_changes=_has_summary(), cluster=where)


def with_shards(
    choices: RenderChoices, *, shard: Shard | None, into: Path | None, merge: bool, parts: tuple[Path, ...]
) -> RenderChoices:
    """Return choices with what is asked of parts of the guide. Raises UsageError if one option rules out another."""
    if parts and not merge:
        raise click.UsageError(f"got unexpected extra argument ({parts[0]})")
    if merge and not parts:
        raise click.UsageError("--merge: name the folders with the parts behind it")
    if (shard is None) != (into is None):
        needed, given = ("--output", "--shard") if into is None else ("--shard", "--output")
        raise click.UsageError(f"{given} needs {needed}: exporter render --shard 3/16 --output parts")
    if merge and choices.cluster is not None:
        raise click.UsageError("--merge renders nothing: leave --on out")
    if shard is None or into is None:
        return choices._replace(parts=parts)
    others: dict[str, object] = {
        "--merge": merge,
        "--clean": choices.clean,
        "--strict": choices.strict,
        "--previous": choices.previous,
        "--on": choices.cluster,
    }
    for name, chosen in others.items():
        if chosen:
            raise click.UsageError(f"--shard writes no page into site/: {name} is for the run that merges the parts")
    return choices._replace(shard=(shard, into))


def _has_summary() -> bool:
    """Whether the run is a step on GitHub, whose summary lists what changed."""
    return bool(os.environ.get("GITHUB_ACTIONS") and os.environ.get("GITHUB_STEP_SUMMARY"))
