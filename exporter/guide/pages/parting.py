"""What is added to the addresses of entries that want the same one: the date of each, else its id."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporter.core.url_names import url_segment
from exporter.guide.schema.dates import read_date

if TYPE_CHECKING:
    from exporter.core.model import Item
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.page_table import Contender
    from exporter.guide.schema.guide_model import GuideModel


def endings(index: GuideIndex, contenders: list[Contender]) -> dict[int, str]:
    """Return what is added to the address of each page of those that want one, by its number; nothing to a lone one.

    A date is added where no other of them has it.
    """
    if len(contenders) < 2:
        return {}
    dates = {page.number: _date(index, page) for page in contenders}
    counts = Counter(dates.values())
    return {
        page.number: date if (date := dates[page.number]) and counts[date] == 1 else _id(page) for page in contenders
    }


def _id(page: Contender) -> str:
    return url_segment(page.key.split(":", 1)[1]) or "entry"


def _date(index: GuideIndex, page: Contender) -> str:
    """Return the date of a page's entry in its locale, "" where it has none."""
    facts = index.items.facts_of(page.key)
    return next((date for code, date in facts.dates if code == page.locale), "") if facts is not None else ""


def dates_of(guide: GuideModel, item: Item) -> tuple[tuple[str, str], ...]:
    """Return the day that puts an entry in the calendar, by locale; nothing for an entry without one."""
    roles = guide.roles.get(item.content_type)
    if roles is None or not roles.date or roles.date not in item.fields:
        return ()
    moments = ((code, read_date(guide.answer(item, roles.date, code).value)) for code in guide.locales)
    return tuple((code, moment.when.date().isoformat()) for code, moment in moments if moment is not None)
