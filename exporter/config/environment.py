"""The environment and the .env file: variables in site.yaml, and the access token."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def expand(text: Any) -> Any:
    """Replace each ${NAME} by the environment's value. Raises ValueError naming those that are not set."""
    if not isinstance(text, str):
        return text
    missing = [name for name in VARIABLE.findall(text) if not os.environ.get(name)]
    if missing:
        raise ValueError(f"not set in the environment: {', '.join(missing)}")
    return VARIABLE.sub(lambda found: os.environ[found[1]], text)


def read_secret(name: str, file: Path) -> str | None:
    """Return a value of the environment, else of the .env file; None where neither has one. Raises ConfigError."""
    return os.environ.get(name) or _read_env_file(file).get(name)


def _read_env_file(path: Path) -> dict[str, str]:
    """Read NAME=value lines; quotes around a value and `export` before a name are removed."""
    try:
        text = path.read_text("utf-8-sig") if path.is_file() else ""
    except (OSError, UnicodeDecodeError):
        raise ConfigError("env-unreadable", f"{path} cannot be read: expected NAME=value lines in UTF-8") from None
    found = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            found[name.strip()] = value.strip().strip("\"'")
    return found
