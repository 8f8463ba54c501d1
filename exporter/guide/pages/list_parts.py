"""The parts of a list: letters, numbered pages, values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporter.core.naming import file_name
from exporter.core.url_names import url_segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.config.site_schema import ListPattern
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel

LONGEST_LIST = 200
"""Entries on one page of a content type's list; a longer one is cut by letter."""


def value_segments(index: GuideIndex, guide: GuideModel, name: str, locale: str) -> dict[str, str]:
    """Return the values that a list is split by, each with its segment of the address; those that meet get an id."""
    if name not in guide.site.lists or guide.site.lists[name].by is None:
        return {}
    lists = index.labels.lists_between(f"@{name}/", f"@{name}0", locale)
    plain = {value: _segment(index, guide, value, locale) for value in (list_id.partition("/")[2] for list_id in lists)}
    counts = Counter(segment.casefold() for segment in plain.values())
    return {
        value: f"{segment}-{_ending(value)}" if counts[segment.casefold()] > 1 or segment == "page" else segment
        for value, segment in sorted(plain.items())
    }


def _segment(index: GuideIndex, guide: GuideModel, value: str, locale: str) -> str:
    kind, _, text = value.partition(":")
    if kind == "entry":
        facts = index.items.facts_of(value)
        values = facts.linked_values if facts is not None else ()
        return next((slug for name, code, slug in values if (name, code) == ("", locale)), "") or _ending(value)
    return url_segment(guide.tags.get(text, text) if kind == "tag" else text) or _ending(value)


def _ending(value: str) -> str:
    return file_name(value.partition(":")[2], clash=True)


def numbered_pages(index: GuideIndex, wanted: ListPattern, list_id: str, locale: str) -> int:
    """Return how many numbered pages a list has beside its main one, which holds the newest and is never short."""
    if wanted.per_page is None:
        return 0
    return max(index.labels.count(list_id, locale) // wanted.per_page - 1, 0)


def cut(keys: Sequence[str], number: int, size: int) -> Sequence[str]:
    """Return the entries of a page of a list: numbers count from the end, which is the oldest; 0 is the main page."""
    whole = max(len(keys) // size - 1, 0) * size
    end = len(keys) - (number - 1) * size
    return keys[end - size : end] if number else keys[: len(keys) - whole]


def is_long(index: GuideIndex, type_id: str, locale: str) -> bool:
    """Whether the list of a content type is cut by letter in a locale."""
    return index.labels.count(type_id, locale) > LONGEST_LIST


def letters_of(index: GuideIndex, type_id: str, locale: str) -> list[str]:
    """Return the letters that the list of a content type is cut by; none if it is short."""
    return index.labels.letters(type_id, locale) if is_long(index, type_id, locale) else []
