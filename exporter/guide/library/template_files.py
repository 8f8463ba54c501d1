"""Template files: the project's own and the theme's."""

from __future__ import annotations

from pathlib import Path

import exporter
from exporter.core.encoding import digest

THEME = Path(exporter.__file__).parent / "theme"


def word_files(templates: Path) -> tuple[Path, Path]:
    """Return the files of words: the theme's, then the project's."""
    return THEME / "words.yaml", templates / "words.yaml"


class TemplateFiles:
    """Look-ups of template files by name, each done once."""

    def __init__(self, templates: Path) -> None:
        self._templates = str(templates)
        self._found: dict[str, str | None] = {}

    def find(self, name: str) -> str | None:
        """Return the file that a template's name means; None for a missing one.

        The project's own file wins over the theme's; a name that begins with `theme/` always means the theme's.
        """
        if name not in self._found:
            self._found[name] = self._search(name)
        return self._found[name]

    def digest(self, name: str) -> str | None:
        """Return the digest of a template's source; None for a missing one."""
        file = self.find(name)
        return digest(Path(file).read_bytes()).hex() if file is not None else None

    def _search(self, name: str) -> str | None:
        parts = name.split("/")
        if not all(parts) or {".", ".."} & set(parts) or "\\" in name or "\0" in name:
            return None
        candidates = (Path(self._templates, name), THEME / name.removeprefix("theme/"))
        return next((str(path) for path in candidates if path.is_file()), None)
