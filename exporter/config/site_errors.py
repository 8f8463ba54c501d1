"""What is wrong with a value of site.yaml, in the program's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exporter.config.yaml_lines import dotted
from exporter.core.suggestions import nearest, or_known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ADDRESS = re.compile(r"://|@")
_SECRET_PARTS = re.compile(r".*@|[?#].*", re.DOTALL)

_WORDS = {
    "int_parsing": "expected a whole number",
    "int_type": "expected a whole number",
    "bool_parsing": "expected true or false",
    "bool_type": "expected true or false",
    "string_type": "expected a text",
    "string_too_short": "expected a text that is not empty",
    "dict_type": "expected keys and values",
    "model_type": "expected keys and values",
    "too_short": "expected at least one",
}


def sentence(
    error: Mapping[str, Any], lines: Mapping[tuple[Any, ...], int], keys_at: Callable[[tuple[Any, ...]], list[str]]
) -> tuple[int, str]:
    """Return one error of the schema in the program's own words, with its line.

    `keys_at` returns the keys that are allowed beside one that is not.
    """
    path, kind, context = tuple(error["loc"]), error["type"], error.get("ctx", {})
    path = path[:-1] if path[-1:] == ("[key]",) else path
    line = next(lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines)
    if kind == "extra_forbidden":
        return line, f"unknown key {dotted(path)}: {or_known(str(path[-1]), keys_at(path), has='allowed are')}"
    if kind == "too_short" and isinstance(error["input"], str):
        kind = "string_too_short"
    words = {
        "tuple_type": f"expected a list, as in {_LISTS.get(str(path[-1]), '[en-US, de-DE]')}",
        "literal_error": f"expected one of {context.get('expected', '')}",
        "missing": f"is missing and is required{_ADDED.get(dotted(path), '')}",
        "greater_than_equal": f"expected at least {context.get('ge')}",
        "less_than_equal": f"expected at most {context.get('le')}",
        "string_pattern_mismatch": f"expected something like {_EXAMPLES.get(str(error['loc'][-1]), '')}",
        "value_error": str(context.get("error", "")),
    }.get(kind) or _WORDS.get(kind, error["msg"])
    found = "" if kind == "missing" or isinstance(error["input"], dict) else f", found {shown(error['input'])}"
    if kind == "value_error" and ("did you mean" in words or words.startswith("not set")):
        found = ""
    named = path[:-1] if path[:-1] == ("content", "formats") else path
    return line, f"{dotted(named) or 'the file'}: {words}{found}{_meant(kind, path, error['input'], context)}"


def _meant(kind: str, path: tuple[Any, ...], value: Any, context: Mapping[str, Any]) -> str:
    """Return the end of a sentence about a value that is nearly one of those allowed, or that is missing its key."""
    if kind == "literal_error" and isinstance(value, str):
        near = nearest(value, re.findall(r"'([^']*)'", str(context.get("expected", ""))))
        return f": did you mean {near}?" if near else ""
    if kind == "model_type" and path == ("source",) and isinstance(value, str):
        return ": write source: {local: demo}, or {space: ID}"
    return ""


_LISTS = {"only": "[place, category]", "formats": "[json, markdown]"}
_ADDED = {"title": ": add it, as in title: My guide", "source": ": add it, as in source: {local: demo}"}
"""What to add for a key that every guide has."""
_EXAMPLES = {"accent": '"#0b6e4f"', "template": "place.html", "newer_than": "12h, 30d or 8w", "[key]": "news"}


def shown(value: Any) -> str:
    """Return what was found, for a message; the parts of an address that may be secret are left out."""
    if isinstance(value, str):
        return repr(_SECRET_PARTS.sub("…", value) if _ADDRESS.search(value) else value)
    return "nothing" if value is None else {"list": "a list", "dict": "keys"}.get(type(value).__name__, "something")
