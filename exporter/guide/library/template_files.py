"""Template files: the project's own and the theme's."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import exporter
from exporter.core.containment import PlainFolders, walk_links
from exporter.core.encoding import digest
from exporter.core.files import walk_files

if TYPE_CHECKING:
    from collections.abc import Iterator

THEME = Path(exporter.__file__).parent / "theme"
STATIC = "templates/static"
"""The project's own static files; this folder, and templates/, may be a link, but nothing below them."""


def theme_files(below: str = "") -> list[str]:
    """Return the theme's files, relative to `below`; an installer may have put links in their place."""
    root = str(THEME / below)
    folders = ((folder[len(root) + 1 :].replace(os.sep, "/"), names) for folder, _, names in os.walk(root))
    return sorted(f"{folder}/{name}".lstrip("/") for folder, names in folders for name in names)


def own_files(templates: Path) -> list[str]:
    """Return the project's own templates and static files, none behind a link."""
    own = [name for name in walk_files(templates) if not name.startswith("static/")]
    return [*own, *(f"static/{name}" for name in walk_files(templates / "static"))]


def linked_files(templates: Path) -> Iterator[str]:
    """Yield what is in the project's templates and is no file or folder of its own: links, pipes, devices."""
    static = templates / "static"
    is_linked_root = static.is_symlink() and static.is_dir()
    yield from (path for path in walk_links(templates) if path != "static" or not is_linked_root)
    if is_linked_root:
        yield from (f"static/{path}" for path in walk_links(static))


class TemplateFiles:
    """Look-ups of template files by name, each done once."""

    def __init__(self, templates: Path) -> None:
        self._templates = PlainFolders(templates)
        self._folder = templates
        self._found: dict[str, str | None] = {}

    @property
    def folder(self) -> str:
        """The folder of the project's own templates."""
        return str(self._folder)

    def find(self, name: str) -> str | None:
        """Return the file that a template's name means; None for a missing one.

        The project's own file wins over the theme's; a name that begins with `theme/` always means the theme's.
        """
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def shown(self, file: str) -> str:
        """Return a template's file as messages name it: by its path in the guide's folder, or as `theme/NAME`."""
        is_own = Path(file).is_relative_to(self._folder)
        below = Path(file).relative_to(self._folder if is_own else THEME)
        return f"{'templates' if is_own else 'theme'}/{below.as_posix()}"

    def digest(self, name: str) -> str | None:
        """Return the digest of a template's source; None for a missing one."""
        file = self.find(name)
        return digest(Path(file).read_bytes()).hex() if file is not None else None

    def _search(self, name: str) -> str | None:
        parts = name.split("/")
        if not all(parts) or {".", ".."} & set(parts) or "\\" in name or "\0" in name:
            return None
        if self._templates.find(name) is not None:
            return str(self._folder / name)
        theme = THEME / name.removeprefix("theme/")
        return str(theme) if theme.is_file() else None
