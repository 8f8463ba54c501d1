"""Patterns of addresses in site.yaml: `/{category.slug}/{slug}/`, and which fields they read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from exporter.core.naming import url_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.core.model import ContentType

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
DATE_PARTS = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}
OWN_FACTS = ("sys.id", "sys.createdAt", "sys.updatedAt")
"""What beside fields can be asked of an entry; the last one orders lists but makes no address: it never stays."""
_NAME = r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*"


def check_pattern(text: str) -> str:
    """Give a pattern back. Raises ValueError for one that can make no address."""
    literal = PLACEHOLDER.sub("x", text)
    if not text.startswith("/") or not text.endswith("/") or url_path(literal) != literal[1:-1]:
        raise ValueError("expected a pattern like /places/{slug}/, of plain letters, digits, . _ - and {field}")
    if not all(re.fullmatch(_NAME, name) for name in PLACEHOLDER.findall(text)):
        raise ValueError("expected field ids between the braces, as in {slug}, {category.slug} or {date.year}")
    return text


def check_list_address(text: str) -> str:
    """Give the address of a list back. Raises ValueError."""
    if "{" in check_pattern(text) or text == "/":
        raise ValueError("expected an address like /news/, with no field in it")
    return text


def check_sort(value: Any) -> Any:
    """Give what a list is sorted by as a list of names. Raises ValueError."""
    names = one_or_several(value)
    plain = (isinstance(each, str) and re.fullmatch(f"-?{_NAME}", each) for each in names or ())
    if isinstance(names, list) and not all(plain):
        raise ValueError("expected field ids, with a - before one for the greatest first, as in [-date, title]")
    return names


def one_or_several(value: Any) -> Any:
    """Make a list of a single text."""
    return [value] if isinstance(value, str) else value


def paths_of(pattern: str) -> Iterator[tuple[str, ...]]:
    """Yield what stands between the braces of a pattern, step by step."""
    return (tuple(each.split(".")) for each in PLACEHOLDER.findall(pattern))


def leads_on(content_type: ContentType | None, name: str) -> bool:
    """Tell whether a field links to entries."""
    found = content_type.find(name) if content_type is not None else None
    return found is not None and "Entry" in (found.link_type, found.items.get("linkType"))


def fields_linked(
    patterns: Mapping[str, str], types: Mapping[str, ContentType], by: Iterable[tuple[str, str]]
) -> frozenset[str]:
    """Give the fields that addresses read of linked entries: an empty name is what an entry's own address is made of.

    `patterns` are those of content types, `by` the fields that lists are parted by, each with its content type.
    """
    paths = [(each, path) for each, pattern in patterns.items() for path in paths_of(pattern)]
    paths += [(each, (name,)) for each, name in by]
    linked = (path[1:] or ("",) for each, path in paths if leads_on(types.get(each), path[0]))
    return frozenset(name for path in linked for name in path)
