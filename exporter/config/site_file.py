"""The text of site.yaml, or a sentence that says why there is none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "site.yaml"
_OFTEN_MEANT = ("site.yml", "Site.yaml", "SITE.YAML", "site.yaml.txt", "site.yml.txt", "_site.yaml")


def read_site_text(path: Path) -> str:
    """Return the text of a site.yaml. Raises ConfigError."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("config-missing", _missing(path)) from None
    except UnicodeDecodeError:
        data = path.read_bytes()
        line = _first_bad_line(data)
        raise ConfigError("config-unreadable", f"{path.name}:{line}: no UTF-8: save the file as UTF-8") from None
    except (IsADirectoryError, NotADirectoryError, OSError) as error:
        raise ConfigError("config-unreadable", _unreadable(path, error)) from None


def _missing(path: Path) -> str:
    if path.is_symlink():
        return f"{path} is a link that leads nowhere: remove it"
    if not path.parent.is_dir():
        return f"there is no folder {path.parent}: name the guide's folder with -C{slash_advice(str(path))}"
    if path.name != FILE_NAME:
        return f"there is no {path}: name the guide's file with --config{slash_advice(str(path))}"
    meant = next((name for name in _OFTEN_MEANT if (path.parent / name).is_file()), None)
    if meant is not None:
        return f"there is no {path}, but {meant} lies there: rename it to {FILE_NAME}"
    return f"there is no {path}: run in a guide's folder or name it with -C; exporter init makes a new guide"


def _unreadable(path: Path, error: OSError) -> str:
    if path.is_dir():
        return f"{path} is a folder where a file is needed: move it away, and let {FILE_NAME} be a file"
    if path.parent.exists() and not path.parent.is_dir():
        return f"{path.parent} is a file: name the guide's folder with -C"
    return f"{path} cannot be read ({error.strerror}): give yourself the right to read it"


def _first_bad_line(data: bytes) -> int:
    """Return the number of the first line that is no UTF-8."""
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            return number
    return 1


def slash_advice(path: str) -> str:
    """Return the end of a sentence about a path that is written as on Windows, where this is another system."""
    return "; folders are joined by / here" if "\\" in path and os.name != "nt" else ""
