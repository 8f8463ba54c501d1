"""The options that are taken before and after every command, and what follows from them."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from exporter.cli.ending import guarded
from exporter.cli.printing import Printer

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.config.settings import Project


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
            from exporter.config.environment import access_tokens, host_secrets

            tokens = access_tokens(((self.folder or Path()) / (self.config or "site.yaml")).parent / ".env")
            return (*tokens, *host_secrets())

        return Printer(secrets)


PATH = click.Path(path_type=Path)
"""The type of a file or a folder."""
_COMMON = (
    click.option("-C", "folder", type=PATH, metavar="DIR", help="Work in this folder."),
    click.option("--config", type=PATH, metavar="FILE", help="Read this file instead of site.yaml."),
    click.option("-q", "--quiet", is_flag=True, help="Print only errors."),
    click.option("-v", "--verbose", is_flag=True, help="Print more details, and where the time went."),
    click.option("--json", "as_json", is_flag=True, help="Print one JSON object at the end, and nothing else."),
)


def options_of(*options: Callable[..., Any]) -> Callable[..., Any]:
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
