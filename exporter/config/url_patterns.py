"""Patterns of addresses in site.yaml: `/{category.slug}/{slug}/`, and which fields they read."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from exporter.core.url_names import url_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.core.model import ContentType

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
DATE_PARTS = {"year": slice(0, 4), "month": slice(5, 7), "day": slice(8, 10)}
OWN_FACTS = ("sys.id", "sys.createdAt", "sys.updatedAt")
"""What besides fields can be used of an entry; the last one orders lists but is in no address, as it keeps changing."""
_NAME = r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*"


def check_pattern(text: str) -> str:
    """Return the pattern. Raises ValueError for one that cannot make an address."""
    text = unicodedata.normalize("NFC", text)
    literal = PLACEHOLDER.sub("x", text)
    if not text.startswith("/") or not text.endswith("/") or url_path(literal) != literal[1:-1]:
        raise ValueError("expected a pattern like /places/{slug}/, of plain letters, digits, . _ - and {field}")
    if not all(re.fullmatch(_NAME, name) for name in PLACEHOLDER.findall(text)):
        raise ValueError("expected field ids between the braces, as in {slug}, {category.slug} or {date.year}")
    return text


def check_list_address(text: str) -> str:
    """Return the address of a list. Raises ValueError."""
    if "{" in check_pattern(text) or text == "/":
        raise ValueError("expected an address like /news/, with no field in it")
    return text


def check_sort(value: Any) -> Any:
    """Return what a list is sorted by as a list of names. Raises ValueError."""
    names = one_or_several(value)
    plain = (isinstance(name, str) and re.fullmatch(f"-?{_NAME}", name) for name in names or ())
    if isinstance(names, list) and not all(plain):
        raise ValueError("expected field ids, with a - before one for the greatest first, as in [-date, title]")
    return names


def one_or_several(value: Any) -> Any:
    """Return a single text as a list."""
    return [value] if isinstance(value, str) else value


def paths_of(pattern: str) -> Iterator[tuple[str, ...]]:
    """Yield the names between the braces of a pattern, split at their dots."""
    return (tuple(name.split(".")) for name in PLACEHOLDER.findall(pattern))


def links_to_entries(content_type: ContentType | None, name: str) -> bool:
    """Whether a field links to entries."""
    found = content_type.find(name) if content_type is not None else None
    return found is not None and "Entry" in (found.link_type, found.items.get("linkType"))


def fields_linked(
    patterns: Mapping[str, str], types: Mapping[str, ContentType], by: Iterable[tuple[str, str]]
) -> frozenset[str]:
    """Return the fields that addresses read from linked entries; "" stands for what an entry's own address is made of.

    `patterns` are those of content types, `by` the fields by which lists are split, each with its content type.
    """
    paths = [(type_id, path) for type_id, pattern in patterns.items() for path in paths_of(pattern)]
    paths += [(type_id, (name,)) for type_id, name in by]
    linked = (path[1:] or ("",) for type_id, path in paths if links_to_entries(types.get(type_id), path[0]))
    return frozenset(name for path in linked for name in path)
