"""The environment and the .env file: variables in site.yaml, and the access tokens."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
DELIVERY_TOKEN = "CONTENTFUL_ACCESS_TOKEN"  # noqa: S105 - the name of a variable
PREVIEW_TOKEN = "CONTENTFUL_PREVIEW_TOKEN"  # noqa: S105 - the name of a variable
_TOKENS = (DELIVERY_TOKEN, PREVIEW_TOKEN)
_LINE = re.compile(
    r"""(?:export\s+)?(?P<name>[A-Za-z_][A-Za-z0-9_]*)\s*=\s*
    (?:(?P<quote>["'])(?P<quoted>.*?)(?P=quote)(?:\s+\#.*|\s*) | (?P<plain>[^"'\s\#].*?|)(?:\s+\#.*|\s*))""",
    re.VERBOSE,
)


class Secret(NamedTuple):
    """A value and where it was found, for errors that must not show it: a variable, or a line of the .env file."""

    value: str
    place: str


def expand(text: Any) -> Any:
    """Replace each ${NAME} by the environment's value. Raises ValueError naming those that are not set."""
    if not isinstance(text, str):
        return text
    missing = [name for name in VARIABLE.findall(text) if not os.environ.get(name)]
    if missing:
        raise ValueError(
            f"not set in the environment: {', '.join(missing)}: set it before the run, or write the value here"
        )
    return VARIABLE.sub(lambda found: os.environ[found[1]], text)


def read_secret(name: str, file: Path) -> Secret | None:
    """Return a value of the environment, else of the .env file; None if neither has one.

    Raises ConfigError for a line of the file that seems to set that variable and does not, or under another name.
    """
    if value := os.environ.get(name):
        return Secret(value, name)
    lines = _read_lines(file)
    found = [Secret(value, f"{file.name}:{number}: {name}") for number, key, value in _variables(lines) if key == name]
    if found and found[-1].value:
        return found[-1]
    _check_lines(name, file, lines)
    return None


def access_tokens(file: Path) -> tuple[str, ...]:
    """Return every access token that the environment and the .env file hold, whether it is used or not."""
    tokens = [os.environ.get(name, "") for name in _TOKENS]
    with suppress(ConfigError):
        tokens += (value for _, name, value in _variables(_read_lines(file)) if name in _TOKENS)
    return tuple(dict.fromkeys(token for token in tokens if token))


def _read_lines(path: Path) -> list[str]:
    """Return the lines of a .env file, none if there is no file. Raises ConfigError."""
    try:
        data = path.read_bytes() if path.is_file() or path.is_dir() else b""
    except IsADirectoryError:
        raise ConfigError("env-unreadable", f"{path} is a folder where a file is needed: move it away") from None
    except OSError as error:
        advice = "give yourself the right to read it"
        raise ConfigError("env-unreadable", f"{path} cannot be read ({error.strerror}): {advice}") from None
    try:
        return data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ConfigError("env-unreadable", f"{path.name}:{line}: expected NAME=value lines in UTF-8") from None


def _variables(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield line number, name and value of each line that sets a variable.

    Quotes around a value, `export` before a name and a `# comment` after a value are removed. Other lines are no
    concern of this program's: the file may be another tool's too.
    """
    for number, line in enumerate(lines, start=1):
        found = _LINE.fullmatch(line.strip())
        if found is not None:
            yield number, found["name"], found["quoted"] if found["quoted"] is not None else found["plain"]


def _check_lines(name: str, file: Path, lines: list[str]) -> None:
    """Raise ConfigError for a line that was probably meant to set a variable; values are not shown."""
    from exporter.core.suggestions import nearest

    read = {number: (key, value) for number, key, value in _variables(lines)}
    for number, line in enumerate(lines, start=1):
        key, value = read.get(number, ("", ""))
        if key == name and not value:
            advice = "put the access token behind the ="
            raise ConfigError("token-missing", f"{file.name}:{number}: {name} has no value: {advice}")
        if not key and re.match(rf"(export\s+)?{name}\b", line.strip()):
            advice = f"expected {name}=value, the value without quotes or with the same ones on both sides"
            raise ConfigError("env-invalid", f"{file.name}:{number}: {advice}")
        if key and key not in _TOKENS and nearest(key, _TOKENS) == name:
            raise ConfigError("token-missing", f"{file.name}:{number}: unknown name {key}: did you mean {name}?")
