"""What a bundle can be asked for, and what of that fits together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.config.settings import Project

_OWN_FOLDERS = ("content", "output", "cache")


class BundleChoices(NamedTuple):
    """How to bundle.

    `output` is the file, `guide.FORMAT` in the guide's folder where it is None. `locales` are those that go along, all
    where there are none. `only` keeps the pages of these content types, and those below these addresses (`/place/`).
    For SQLite alone: `since` is an earlier bundle to list the changes from, `with_token` adds the sync token, and
    `everything` adds what no page shows.
    """

    format: str
    output: Path | None = None
    locales: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    since: Path | None = None
    with_token: bool = False
    everything: bool = False


def target_of(project: Project, choices: BundleChoices) -> Path:
    """Return the file to write. Raises ConfigError where no bundle may or can be."""
    target = choices.output or project.file.parent / f"guide.{choices.format}"
    if target.is_dir():
        raise ConfigError("bundle-output", f"{target} is a folder: name a file with -o")
    if not target.absolute().parent.is_dir():
        raise ConfigError("bundle-output", f"there is no folder {target.parent}: make it, or name another file with -o")
    for folder in (getattr(project, name) for name in _OWN_FOLDERS):
        if target.resolve().is_relative_to(folder.resolve()):
            message = f"{target} is in {folder}, whose files the program makes itself: name a file elsewhere with -o"
            raise ConfigError("bundle-output", message)
    return target
