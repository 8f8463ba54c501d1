"""The options of `init`."""

from __future__ import annotations

import click

INIT_OPTIONS = (
    click.option("--yes", is_flag=True, help="Ask nothing; with --update, write the changes."),
    click.option("--space", metavar="ID", help="Take this space at Contentful; by default the bundled one."),
    click.option(
        "--environment", metavar="ID", default="master", show_default=True, help="Take this environment of it."
    ),
    click.option("--eu", is_flag=True, help="The space is in the EU."),
    click.option(
        "--host",
        "hosts",
        multiple=True,
        metavar="HOST",
        help="Write what this host takes: github, gitlab, netlify, s3, nginx; github and gitlab by default.",
    ),
    click.option("--from", "origin", metavar="URL[@TAG]", help="Install exporter in CI from this git repository."),
    click.option("--update", is_flag=True, help="Show how this version would change the CI files that are there."),
)
