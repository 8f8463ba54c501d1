"""The space that a name stands for: `demo`, an export's file, or a folder laid out like a mirror."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from exporter.core.encoding import digest
from exporter.core.errors import ConfigError, reference
from exporter.core.naming import asset_files
from exporter.core.suggestions import nearest
from exporter.space.export import ExportFile
from exporter.space.folder import SpaceFolder

if TYPE_CHECKING:
    from exporter.space.folder import Source

DEMO = "demo"
_DEMO_FOLDER = Path(__file__).parent / "demo"


def place_of(name: str, base: Path) -> Path:
    """Return the file or folder that `local:` or `space serve` names, whether it is there or not."""
    return _DEMO_FOLDER if name == DEMO else base / name


def open_folder(name: str, base: Path) -> Source:
    """Return the space that `local:` or `space serve` names: `demo`, or a path relative to `base`.

    Raises ConfigError if there is no such file or folder, or it holds no space.
    """
    root = place_of(name, base)
    if root.is_file():
        return ExportFile(root)
    expected = (
        "expected a mirror (content/), a file made by `contentful space export`, or demo "
        f"(see {reference('local-space.md')})"
    )
    if not root.is_dir():
        raise ConfigError("space-missing", f"there is no file or folder {root}: {expected}{_meant(name)}")
    if not any((root / part).is_dir() for part in ("entries", "assets", "model")):
        raise ConfigError("space-missing", f"{root} holds no entries/, assets/ or model/: {expected}")
    return SpaceFolder(root)


def missing_files(source: Source) -> tuple[int, int]:
    """Return how many files of assets are not among the files of a space, and how many there should be."""
    found = []
    for path, _ in source.signatures():
        read = source.read(path)
        if read is not None and read[0].key.kind == "asset":
            item = read[0]
            found += [source.asset_file(item, path, urlsplit(file.url).path) for file in asset_files(item, path)]
    return found.count(None), len(found)


def _meant(name: str) -> str:
    """Return the end of a sentence about a path that leads nowhere."""
    if nearest(name.removeprefix("./"), (DEMO,)) is not None:
        return f"; did you mean {DEMO}?"
    if name.startswith("~"):
        return "; write the folder out, ~ is not known here"
    return "; folders are joined by / here" if "\\" in name and os.name != "nt" else ""


def cache_folder(root: Path) -> Path:
    """Return the folder in the user's cache that belongs to a space's folder."""
    base = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.environ.get("XDG_CACHE_HOME")
    name = digest(str(root.resolve()).encode("utf-8", "surrogateescape")).hex()
    return Path(base or Path.home() / ".cache") / "contentful-exporter" / name
