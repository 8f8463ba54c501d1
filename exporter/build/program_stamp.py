"""Digests of the program and of template files: with other ones, nothing that was recorded holds."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
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
_DISTRIBUTIONS = {"slugify": "python-slugify"}
"""The names of packages that are not those of their modules."""


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


@cache
def content_of_program() -> str:
    """Return the same of what the files hold, wherever they lie: it is equal on all machines with this program."""
    from importlib.metadata import version

    folder = os.path.dirname(exporter.__file__)  # noqa: PTH120 - as above
    total = hashlib.sha256(repr((__version__, sys.implementation.name, sys.version_info[:2])).encode())
    for name in _LIBRARIES:
        total.update(f"{name} {version(_DISTRIBUTIONS.get(name, name))}\0".encode())
    for file in sorted(_modules(folder)):
        with open(file, "rb") as source:  # noqa: PTH123 - a path as text
            total.update(file[len(folder) :].replace(os.sep, "/").encode() + digest(source.read()))
    return total.hexdigest()[:32]


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
