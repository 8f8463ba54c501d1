"""Digests of the program and of template files: with other ones, nothing that was recorded holds."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import exporter
from exporter import __version__
from exporter.build.scan import file_signature
from exporter.core.encoding import digest, value_digest

_LIBRARIES = ("babel", "cmarkgfm", "jinja2", "markupsafe", "msgspec", "nh3", "slugify")


def program_digest() -> str:
    """Return the version and a digest of the files of the program and of the libraries that pages depend on."""
    files = list(Path(exporter.__file__).parent.rglob("*.py"))
    found = (importlib.util.find_spec(name) for name in _LIBRARIES)
    files += [Path(spec.origin) for spec in found if spec is not None and spec.origin is not None]
    looks = ((str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in sorted(files))
    return f"{__version__} {value_digest(list(looks)).hex()}"


def file_digest(file: Path) -> str | int:
    """Return the digest of a file that a template may be or include; of one that hardly is, its signature will do."""
    signature = 0 if file.suffix in (".html", ".yaml") else file_signature(file.stat(), time.time_ns())
    return signature or digest(file.read_bytes()).hex()
