"""Digests of the program and of template files: with other ones, nothing that was recorded holds."""

from __future__ import annotations

import importlib.util
import os
import time
from functools import cache
from typing import TYPE_CHECKING

import exporter
from exporter import __version__
from exporter.build.scan import file_signature
from exporter.core.encoding import digest, inputs_digest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LIBRARIES = ("babel", "cmarkgfm", "jinja2", "markupsafe", "msgspec", "nh3", "slugify")


@cache
def program_digest() -> str:
    """Return the version and a digest of the files of the program and of the libraries that pages depend on."""
    specs = (importlib.util.find_spec(name) for name in _LIBRARIES)
    files = [spec.origin for spec in specs if spec is not None and spec.origin is not None]
    files += _modules(os.path.dirname(exporter.__file__))  # noqa: PTH120 - paths as text: there are many
    looks = sorted(
        (file, look.st_size, look.st_mtime_ns) for file, look in zip(files, map(os.stat, files), strict=True)
    )
    return f"{__version__} {inputs_digest(looks).hex()}"


def _modules(folder: str) -> Iterator[str]:
    """Yield the program's files of code, of all folders below one."""
    with os.scandir(folder) as entries:
        for entry in entries:
            name = entry.name
            if name.endswith(".py"):
                yield entry.path
            elif "." not in name and name != "__pycache__" and entry.is_dir():
                yield from _modules(entry.path)


def file_digest(file: Path) -> str | int:
    """Return the digest of a file that a template may be or include; of one that hardly is, its signature will do."""
    signature = 0 if file.suffix in (".html", ".yaml") else file_signature(file.stat(), time.time_ns())
    return signature or digest(file.read_bytes()).hex()
