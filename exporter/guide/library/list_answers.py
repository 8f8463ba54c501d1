"""Answers to questions about lists, those of content types and those of site.yaml, and about files of the sitemap."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.guide.library import questions
from exporter.guide.pages.list_membership import CREATED, date_name
from exporter.guide.pages.list_parts import cut, is_long, letters_of, numbered_pages, value_segments
from exporter.guide.pages.sitemap import buckets_of_file
from exporter.guide.schema.dates import read_date, write_moment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporter.config.site_schema import ListPattern
    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.library.items import Items
    from exporter.guide.schema.guide_model import GuideModel


class ListAnswers:
    """Answers the questions about lists out of the index.

    `all_keys` returns all keys of a list in a locale; it stands for a question, whose answer other pages share.
    """

    def __init__(self, index: GuideIndex, guide: GuideModel, all_keys: Callable[[str, str], Sequence[str]]) -> None:
        self._index = index
        self._guide = guide
        self._all_keys = all_keys

    def answer(self, list_id: str, argument: str) -> Json:
        """Answer a question, by its argument."""
        kind, _, rest = argument.partition("/")
        return _ANSWERS[kind](self, list_id, rest)

    def _pattern(self, list_id: str) -> ListPattern | None:
        """Return what site.yaml says of a list; None for one of a content type."""
        return self._guide.site.lists.get(_name(list_id)) if list_id.startswith("@") else None

    def _count(self, list_id: str, locale: str) -> int:
        return self._index.labels.count(list_id, locale or self._guide.locales[0])

    def _is_long(self, list_id: str, _rest: str) -> bool:
        return is_long(self._index, list_id, self._guide.locales[0])

    def _targets(self, type_id: str, field: str) -> list[tuple[str, int]]:
        return self._index.links.targets(type_id, field)

    def _letters(self, type_id: str, locale: str) -> list[str]:
        return letters_of(self._index, type_id, locale)

    def _keys(self, list_id: str, rest: str) -> list[str]:
        locale, letter, most = rest.rsplit("/", 2)
        return self._index.labels.keys(list_id, locale, letter, int(most) if most else None)

    def _keys_of_page(self, list_id: str, rest: str) -> Sequence[str]:
        locale, number, size = rest.rsplit("/", 2)
        return cut(self._all_keys(list_id, locale), int(number), int(size))

    def _definition(self, list_id: str, _rest: str) -> dict[str, Any] | None:
        pattern = self._pattern(list_id)
        return dict(vars(pattern)) if pattern is not None else None

    def _date(self, list_id: str, _rest: str) -> str:
        pattern = self._pattern(list_id)
        return date_name(self._guide, pattern) if pattern is not None else CREATED

    def _segments(self, list_id: str, locale: str) -> dict[str, str]:
        return value_segments(self._index, self._guide, _name(list_id), locale)

    def _numbered_pages(self, list_id: str, locale: str) -> int:
        pattern = self._pattern(list_id)
        return numbered_pages(self._index, pattern, list_id, locale) if pattern is not None else 0


_ANSWERS: dict[str, Callable[[ListAnswers, str, str], Json]] = {
    questions.COUNT: ListAnswers._count,
    questions.IS_LONG: ListAnswers._is_long,
    questions.TARGETS: ListAnswers._targets,
    questions.LETTERS: ListAnswers._letters,
    questions.KEYS: ListAnswers._keys,
    questions.KEYS_OF_PAGE: ListAnswers._keys_of_page,
    questions.DEFINITION: ListAnswers._definition,
    questions.DATE: ListAnswers._date,
    questions.SEGMENTS: ListAnswers._segments,
    questions.NUMBERED_PAGES: ListAnswers._numbered_pages,
}


def _name(list_id: str) -> str:
    return list_id.removeprefix("@").partition("/")[0]


def addresses_in(index: GuideIndex, guide: GuideModel, items: Items, file: int, files: int) -> Json:
    """Return which pages a file of the sitemap names: the date of each, and its locales with their addresses.

    Parts of pages are no pages to search for.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for key, code, url in index.pages.in_sitemap_buckets(*buckets_of_file(file, files)):
        page = key or "", "" if key else url.removeprefix(guide.prefixes[code])
        found.setdefault(page, {})[code] = url
    keys = sorted(key for key, _ in found if key)
    entries = [loaded for loaded in items.load_all(keys) if loaded.type not in guide.mere_parts]
    dates = {"": "", **{loaded.key: _date(loaded.facts.get("updatedAt")) for loaded in entries}}
    return [
        [dates[key], [[code, urls[code]] for code in guide.locales if code in urls]]
        for (key, _), urls in sorted(found.items())
        if key in dates
    ]


def _date(value: Json) -> str:
    moment = read_date(value)
    return write_moment(moment) if moment is not None else ""
