"""The options of `init`."""

from __future__ import annotations

from pathlib import Path

import click

INIT_OPTIONS = (
    click.option("--yes", is_flag=True, help="Ask nothing; with --update, write the changes."),
    click.option("--space", metavar="ID", help="The space at Contentful; by default the bundled one."),
    click.option(
        "--local",
        type=click.Path(path_type=Path),
        metavar="PATH",
        help="A space from files instead: an export file or a mirror.",
    ),
    click.option(
        "--environment", metavar="ID", default="master", show_default=True, help="The environment of the space."
    ),
    click.option("--eu", is_flag=True, help="The space is in the EU."),
    click.option(
        "--host",
        "hosts",
        multiple=True,
        metavar="HOST",
        help="Write the files of this host (github, gitlab, netlify, s3 or nginx); can be given more than once. "
        "By default github and gitlab.",
    ),
    click.option(
        "--from",
        "origin",
        metavar="URL[@TAG]",
        help="The git repository that CI installs exporter from, or a wheel, which is copied into the guide.",
    ),
    click.option("--update", is_flag=True, help="Show how this version would change the CI files that exist."),
)
