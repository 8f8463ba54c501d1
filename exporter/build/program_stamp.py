"""What stands for the program and for the files of templates: with another one, nothing that was recorded holds."""

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
    """Say which program renders: with another one, or another library, nothing that was recorded holds."""
    files = list(Path(exporter.__file__).parent.rglob("*.py"))
    found = (importlib.util.find_spec(name) for name in _LIBRARIES)
    files += [Path(each.origin) for each in found if each is not None and each.origin is not None]
    looks = ((str(each), each.stat().st_size, each.stat().st_mtime_ns) for each in sorted(files))
    return f"{__version__} {value_digest(list(looks)).hex()}"


def file_digest(file: Path) -> str | int:
    """Give what stands for a file that a template may be, or include; of what is hardly one, a look is enough."""
    sign = 0 if file.suffix in (".html", ".yaml") else file_signature(file.stat(), time.time_ns())
    return sign or digest(file.read_bytes()).hex()
