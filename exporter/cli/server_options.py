"""The options of the commands that stay open: the dev server and the watcher."""

from __future__ import annotations

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
    "--port", type=click.IntRange(0, 65535), metavar="N", help="Listen here; by default on 8000, or the next free port."
)
_HOST = click.option(
    "--host", default="127.0.0.1", metavar="ADDRESS", help="Listen on this address; by default on the loopback alone."
)
WATCH_OPTIONS = (
    click.option(
        "--every",
        callback=_read_every,
        default="15m",
        show_default=True,
        metavar="DURATION",
        help="Sync at least so often (30s, 15m, 6h): up to eight times as often while things change.",
    ),
    click.option(
        "--model-every",
        callback=_read_every,
        default="1h",
        show_default=True,
        metavar="DURATION",
        help="Ask for content model, locales and tags so often, even if nothing is new.",
    ),
    click.option(
        "--listen",
        type=click.IntRange(0, 65535),
        metavar="PORT",
        help="Take webhooks here, with the secret in EXPORTER_WEBHOOK_SECRET.",
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
    click.option("--poll", is_flag=True, help="Look at the files again and again: for disks that report no edits."),
    click.option(
        "--every", callback=_read_every, metavar="DURATION", help="Sync so often (30s, 15m, 6h); by default not at all."
    ),
    click.option("--preview", is_flag=True, help="Show drafts, from the preview host, in a guide of their own."),
    click.option("--offline", is_flag=True, help="Serve the guide's own worker, so that it can be installed."),
    JOBS,
)
