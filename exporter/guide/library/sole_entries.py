"""The only entries of their content types: a list of one is that entry, in the navigation and on the home page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.library.questions import page_address
from exporter.guide.pages.home_pages import home_keys, sole_key
from exporter.guide.schema.field_roles import UNKNOWN
from exporter.guide.schema.titles import find_title

if TYPE_CHECKING:
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.library.item_answers import ItemAnswers
    from exporter.guide.library.items import ItemInMemory, Items
    from exporter.guide.schema.guide_model import GuideModel

_LONGEST_NAME = 40
"""Characters of a title in the navigation; an entry with a longer one is called by its type there."""


def sole_entries_of(
    index: GuideIndex, guide: GuideModel, items: Items, answers: ItemAnswers, locale: str
) -> dict[str, tuple[str, str, str]]:
    """Return address, title and its locale, by content type, of each entry that is the only one of a type with a list.

    The home of the guide does not count if there is another. The address is empty where the entry has no page, or is
    the home page.
    """
    found, homes = {}, home_keys(index, guide, guide.locales[0])
    for type_id in guide.types:
        key = sole_key(index, guide, homes, type_id) if type_id not in guide.embedded_types else None
        if key is not None:
            loaded = items.load(key)
            page = answers.answer(loaded, page_address(locale).argument)
            url = page[1] if isinstance(page, tuple) and page[1] not in guide.prefixes.values() else ""
            found[type_id] = url, *_title(guide, answers, loaded, locale)
    return found


def _title(guide: GuideModel, answers: ItemAnswers, loaded: ItemInMemory, locale: str) -> tuple[str, str]:
    """Return what an entry is called in the navigation, "" where that is too long or it has no title, and the locale.

    A title that is not localised is in the language of the page.
    """
    roles = guide.roles.get(loaded.type, UNKNOWN)
    title = find_title(roles, (locale, guide.default), lambda name, code: answers.field(loaded, name, code))
    if title is None or len(title.value) > _LONGEST_NAME:
        return "", locale
    return title.value, locale if (loaded.type, title.name) in guide.unlocalized else title.locale or locale
