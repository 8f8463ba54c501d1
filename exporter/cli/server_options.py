"""The options of the commands that stay open: the dev server, the watcher and the local endpoint."""

from __future__ import annotations

from pathlib import Path

import click

from exporter.cli.options import ALLOW_HOST, DEADLINE, JOBS


def _read_every(_context: click.Context, _option: click.Parameter, text: str | None) -> float | None:
    """Read a duration as seconds."""
    if text is None:
        return None
    from exporter.serve.pace import read_duration

    try:
        return read_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


_PORT = click.option(
    "--port",
    type=click.IntRange(0, 65535),
    metavar="N",
    help="Listen on this port; by default on 8000, or on the next free one.",
)
_HOST = click.option(
    "--host",
    default="127.0.0.1",
    metavar="ADDRESS",
    help="Listen on this address; by default only on the loopback interface.",
)
WATCH_OPTIONS = (
    click.option(
        "--every",
        callback=_read_every,
        default="15m",
        show_default=True,
        metavar="DURATION",
        help="Sync at least this often (30s, 15m, 6h), and up to eight times as often while things change.",
    ),
    click.option(
        "--model-every",
        callback=_read_every,
        default="1h",
        show_default=True,
        metavar="DURATION",
        help="Ask for the content model, locales and tags this often, even if nothing is new.",
    ),
    click.option(
        "--listen",
        type=click.IntRange(0, 65535),
        metavar="PORT",
        help="Accept webhooks on this port, with the secret in EXPORTER_WEBHOOK_SECRET.",
    ),
    _HOST,
    ALLOW_HOST,
    DEADLINE,
    JOBS,
)
SERVE_OPTIONS = (
    _PORT,
    _HOST,
    ALLOW_HOST,
    click.option("--open", "opens", is_flag=True, help="Open the guide in the browser."),
    click.option("--poll", is_flag=True, help="Look for edits again and again, for disks that do not report them."),
    click.option(
        "--every",
        callback=_read_every,
        metavar="DURATION",
        help="Sync this often (30s, 15m, 6h); by default not at all, and with --preview every 10s.",
    ),
    click.option("--preview", is_flag=True, help="Show drafts from the preview host, in folders of their own."),
    click.option("--offline", is_flag=True, help="Serve the guide's own service worker, so that it can be installed."),
    JOBS,
)
SPACE_OPTIONS = (
    click.option(
        "--port",
        type=click.IntRange(0, 65535),
        metavar="N",
        default=0,
        help="Listen on this port; by default on a free one.",
    ),
    click.option("--token", metavar="TOKEN", help="Accept only this access token; by default any."),
    click.option(
        "--state",
        type=click.Path(path_type=Path),
        metavar="FOLDER",
        help="Keep the change log in this folder; by default in the user's cache folder.",
    ),
    _HOST,
    ALLOW_HOST,
    click.option("--own-urls", is_flag=True, help="Give this endpoint's address as the host of asset files."),
    click.option(
        "--fault",
        "faults",
        multiple=True,
        metavar="NAME[=N]",
        help="Misbehave, as with unavailable=3 for three requests; the reference lists the names.",
    ),
)
