"""The parts of a list: letters, numbered pages, values."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporter.core.naming import file_name, url_segment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.config.site_schema import ListPattern
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel


def value_segments(index: GuideIndex, guide: GuideModel, name: str, locale: str) -> dict[str, str]:
    """Give the values that part a list, each with its segment of the address; those that meet get the value's id."""
    query = "SELECT DISTINCT type FROM label WHERE type > ? AND type < ? AND locale = ?"
    if name not in guide.site.lists or guide.site.lists[name].by is None:
        return {}
    values = [row[0].partition("/")[2] for row in index.rows(query, f"@{name}/", f"@{name}0", locale)]
    plain = {each: _segment(index, guide, each, locale) for each in values}
    counts = Counter(segment.casefold() for segment in plain.values())
    twice = {each for each, segment in plain.items() if counts[segment.casefold()] > 1 or segment == "page"}
    return {each: f"{segment}-{_ending(each)}" if each in twice else segment for each, segment in sorted(plain.items())}


def _segment(index: GuideIndex, guide: GuideModel, value: str, locale: str) -> str:
    kind, _, text = value.partition(":")
    if kind == "entry":
        facts = index.facts_of(value)
        parts = facts.linked_values if facts is not None else ()
        return next((each for name, code, each in parts if (name, code) == ("", locale)), "") or _ending(value)
    return url_segment(guide.tags.get(text, text) if kind == "tag" else text) or _ending(value)


def _ending(value: str) -> str:
    return file_name(value.partition(":")[2], clash=True)


def numbered_pages(index: GuideIndex, wanted: ListPattern, list_id: str, locale: str) -> int:
    """Give how many numbered pages a list has beside its main one, which holds the newest and is never short."""
    if wanted.per_page is None:
        return 0
    count: int = index.value("SELECT count(*) FROM label WHERE type = ? AND locale = ?", list_id, locale)
    return max(count // wanted.per_page - 1, 0)


def cut(keys: Sequence[str], number: int, size: int) -> Sequence[str]:
    """Give the entries of a page of a list: numbers count from the end, which is the oldest; 0 is the main page."""
    whole = max(len(keys) // size - 1, 0) * size
    end = len(keys) - (number - 1) * size
    return keys[end - size : end] if number else keys[: len(keys) - whole]


LONGEST_LIST = 200


def count_of(index: GuideIndex, type_id: str, locale: str) -> int:
    """Give the number of a content type's entries."""
    return int(index.value("SELECT count(*) FROM label WHERE type = ? AND locale = ?", type_id, locale))


def letters_of(index: GuideIndex, type_id: str, locale: str) -> list[str]:
    """Give the letters that the list of a content type is cut by; none where it is short."""
    if count_of(index, type_id, locale) <= LONGEST_LIST:
        return []
    query = "SELECT DISTINCT letter FROM label WHERE type = ? AND locale = ? ORDER BY letter"
    return [row[0] for row in index.rows(query, type_id, locale)]
