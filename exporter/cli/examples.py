"""What `--help` shows below the options: examples, and the page of the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.errors import reference

if TYPE_CHECKING:
    import click

EXAMPLES = {
    "": ("exporter init lisbon --yes", "exporter -C lisbon build", "exporter -C lisbon serve --open"),
    "build": ("exporter build", "exporter build --previous https://guide.example.org/"),
    "sync": ("exporter sync", "exporter sync --dry-run", "exporter sync --message message.txt"),
    "status": ("exporter status", "exporter status --json"),
    "render": (
        "exporter render",
        "exporter render --strict -j 2",
        "exporter render --shard 3/16 --output parts",
        "exporter render --merge parts",
        "exporter render --on dask: -j 4",
    ),
    "check": ("exporter check", "exporter check --strict"),
    "bundle": (
        "exporter bundle --format zip",
        "exporter bundle --format epub --locale de-DE -o lissabon.epub",
        "exporter bundle --format sqlite --since shipped.sqlite -o guide.sqlite",
    ),
    "publish": (
        "exporter publish s3://BUCKET/guide",
        "exporter publish sftp://HOST/var/www/guide --dry-run",
        "exporter publish --invalidate ./invalidate.sh",
    ),
    "serve": ("exporter serve --open", "exporter serve --preview", "exporter serve --host 0.0.0.0 --offline"),
    "watch": ("exporter watch --every 1h", "exporter watch --listen 8001"),
    "init": (
        "exporter init my-guide --space YOUR_SPACE_ID --host github",
        "exporter init my-guide --local export.json",
        "exporter init --update",
    ),
    "space": ("exporter space serve demo --port 5055",),
    "space serve": (
        "exporter space serve content --port 5055",
        "exporter space serve export.json --fault unavailable=3",
    ),
}
"""Command lines by the name of their command."""

_PAGES = {
    "bundle": "bundles.md",
    "check": "check.md",
    "init": "ci.md",
    "publish": "publish.md",
    "serve": "serve.md",
    "space": "local-space.md",
    "space serve": "local-space.md",
    "watch": "serve.md",
}
"""Pages of the reference about one command; commands.md has all others."""


def page_of(command: str) -> str:
    """Return the name of the page of the reference about a command."""
    return _PAGES.get(command, "commands.md")


def write_examples(context: click.Context, formatter: click.HelpFormatter) -> None:
    """Write the examples of a command, and where the reference is on this disk."""
    command = context.command_path.partition(" ")[2]
    with formatter.section("Examples"):
        for line in EXAMPLES[command]:
            formatter.write(f"  {line}\n")
    formatter.write_paragraph()
    formatter.write(f"Reference: {reference(page_of(command))}\n")
