"""YAML as plain values, scalars as text, with the line of each key and of each mistake."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

from exporter.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


_COLOUR = re.compile(r":\s+#[0-9A-Fa-f]{3,8}\s*$")
"""A key whose value YAML takes for a comment."""
_QUOTED = re.compile(r"""(?:^|[:,\[{?-])\s*(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'(?!')|(?P<open>["']).*$)|\s\#.*$""")
"""A text in quotes where a value can begin, `open` if the line ends in it; or a comment."""
_ADVICE = (
    ("'\\t'", "indent with spaces, not with tabs"),
    (
        "mapping values are not allowed",
        "put a text that contains a colon in quotes, and indent keys of one level alike",
    ),
    ("expected <block end>", "let keys of one level begin in the same column"),
    ("end of stream", "close the quote, or the bracket, that is opened here"),
    ("escape character", "put a text with a backslash in single quotes, and join folders by /"),
    ("another document", "take out the line ---: the file is one document"),
    ("could not find expected ':'", "write each key as key: value, with a blank after the colon"),
    ("undefined alias", "put a text that begins with * in quotes"),
    ("but got '{'", "put a text with { or [ in quotes"),
    ("expected ',' or", "close the bracket, or put a comma between its parts"),
)
"""What to do about the mistakes that are made most, by YAML's own words for them."""
_ADVICE_ELSE = "put texts with signs like : # [ { & * ! | > % @ in quotes"


@dataclass(frozen=True)
class MarkedYaml:
    """A file's value, the line of each key by its path, and what is wrong, each with its line."""

    value: Any
    lines: Mapping[tuple[Any, ...], int]
    problems: list[tuple[int, str]]


def read_yaml(text: str, path: Path) -> MarkedYaml:
    """Read a file's text; an empty one is a mapping without keys. Raises ConfigError if it is not YAML."""
    reader = _Reader(text.splitlines())
    try:
        node = yaml.compose(text, yaml.SafeLoader)
        value = reader.value(node, ()) if node is not None else {}
    except RecursionError:
        raise ConfigError("config-yaml", f"{path} is nested too deep") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or "unreadable characters"
        where = f"{path.name}:{mark.line + 1}" if mark is not None else path.name
        advice = _advice(reason)
        if (opened := _open_quote(text, _line_of(error))) is not None:
            where, advice = f"{path.name}:{opened + 1}", "the quote that opens here is probably not closed"
        raise ConfigError("config-yaml", f"{where}: not valid YAML: {reason}: {advice}") from None
    return MarkedYaml(value, reader.lines, reader.problems)


def _open_quote(text: str, wrong: int) -> int | None:
    """Return the first line, from 0, whose quote is open at its end; None unless closing it there moves the mistake on.

    YAML finds the mistake in line `wrong`, often far below: the quote ends where the next one was meant to open.
    """
    lines = text.splitlines()
    found = ((at, part) for at, line in enumerate(lines[: wrong + 1]) for part in _QUOTED.finditer(line))
    at, part = next(((at, part) for at, part in found if part["open"]), (0, None))
    if part is None:
        return None
    text_end = len(lines[at].rstrip(" }]"))
    lines[at] = f"{lines[at][:text_end]}{part['open']}{lines[at][text_end:]}"
    try:
        yaml.compose("\n".join([*lines, ""]), yaml.SafeLoader)
    except yaml.YAMLError as error:
        return at if _line_of(error) > wrong else None
    return at


def _line_of(error: yaml.YAMLError) -> int:
    """Return the line, from 0, in which YAML noticed that something is wrong."""
    mark = getattr(error, "problem_mark", None)
    return mark.line if mark is not None else 0


def _advice(reason: str) -> str:
    """Return what to do about a mistake of which YAML's own words say little."""
    return next((advice for words, advice in _ADVICE if words in reason), _ADVICE_ELSE)


def dotted(path: tuple[Any, ...]) -> str:
    """Return a path of keys joined by dots."""
    return ".".join(str(step) for step in path)


class _Reader:
    """Turn YAML nodes into values, scalars as text, and remember the line of each key."""

    def __init__(self, text: list[str]) -> None:
        self._text = text
        self.lines: dict[tuple[Any, ...], int] = {(): 1}
        self.problems: list[tuple[int, str]] = []
        self._above: list[int] = []
        self._left = 10_000

    def value(self, node: yaml.Node, path: tuple[Any, ...]) -> Any:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        self._left -= 1
        if id(node) in self._above or self._left < 0:
            reason = "an alias that contains itself" if self._left >= 0 else "its aliases make it too large"
            self.problems.append((line, f"{dotted(path[:2])}: {reason}"))
            return None
        self._above.append(id(node))
        found = self._inside(node, path)
        self._above.pop()
        return found

    def _inside(self, node: yaml.Node, path: tuple[Any, ...]) -> Any:
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(inner, (*path, index)) for index, inner in enumerate(node.value)]
        plain = isinstance(node, yaml.ScalarNode) and node.style is None
        return None if plain and node.value in ("", "~", "null") else node.value

    def _mapping(self, node: yaml.MappingNode, path: tuple[Any, ...]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self.problems.append((line, f"{dotted(path) or 'the file'}: expected plain keys"))
                continue
            key = str(key_node.value)
            if key in found:
                self.problems.append((line, f"{dotted((*path, key))} is here a second time: keep one of the two"))
            self.lines[*path, key] = line
            found[key] = self.value(value_node, (*path, key))
            if found[key] is None and _COLOUR.search(self._text[line - 1]):
                advice = 'all from # on is a comment: put the value in quotes, as in "#0b6e4f"'
                self.problems.append((line, f"{dotted((*path, key))}: {advice}"))
        return found
