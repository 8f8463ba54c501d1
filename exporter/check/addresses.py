"""Addresses that cannot be as pages want them: where several meet, and which are the guide's own.

Which addresses meet, and what render makes of that, is the planner's answer; here it becomes problems.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.config.url_patterns import paths_of
from exporter.guide.pages.conflicts import named, shared_addresses
from exporter.report.problems import problem
from exporter.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import Page
    from exporter.guide.pages.conflicts import Conflict
    from exporter.guide.pages.planner import PagePlanner
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.problems import Problem


def address_problems(
    index: GuideIndex, planner: PagePlanner, guide: GuideModel, name_of: Callable[[str], str]
) -> Iterator[Problem]:
    """Yield an error for each address that render refuses, a warning for each that it changes by adding ids.

    `name_of` returns what messages call an entry, by its key.
    """
    refused = _once(guide, planner.conflicts)
    urls = {conflict.url.casefold() for conflict in planner.conflicts}
    for conflict, pages in refused:
        message = conflict.message([name_of(page.key) if page.key else named(page) for page in pages])
        yield problem("address-taken", one_line(message, 400), **_where(index, guide, pages[0]))
    shared = (conflict for conflict in shared_addresses(index) if conflict.url.casefold() not in urls)
    for conflict, pages in _once(guide, shared):
        names = " and ".join(dict.fromkeys(name_of(page.key or "") for page in pages))
        message = f"{names} have the same address {conflict.url}: each gets its id; "
        message += f"change the {_address_field(guide, pages[0].type_id)} of one"
        yield problem("address-clash", one_line(message, 400), **_where(index, guide, pages[0]))


def _once(guide: GuideModel, conflicts: Iterable[Conflict]) -> list[tuple[Conflict, list[Page]]]:
    """Return conflicts with their pages, entries first: pages that meet in one locale mostly do in the next."""
    found: dict[tuple[str, ...], tuple[Conflict, list[Page]]] = {}
    order = {code: number for number, code in enumerate(guide.locales)}
    for conflict in sorted(conflicts, key=lambda conflict: order[conflict.pages[0].locale]):
        pages = sorted(conflict.pages, key=lambda page: (page.kind != "entry", page.key or ""))
        found.setdefault(tuple(dict.fromkeys(map(named, pages))), (conflict, pages))
    return list(found.values())


def _where(index: GuideIndex, guide: GuideModel, page: Page) -> dict[str, str]:
    """Return where a problem of an entry's page is to be mended; nothing for any other page."""
    if page.kind != "entry" or page.key is None:
        return {}
    field = _address_field(guide, page.type_id)
    return {"item": page.key, "locale": page.locale, "field": field, "file": f"content/{index.items.path_of(page.key)}"}


def _address_field(guide: GuideModel, type_id: str) -> str:
    """Return the field that the addresses of a content type begin with; empty for none."""
    content_type = guide.model.types.get(type_id)
    pattern = guide.site.pages[type_id].url if type_id in guide.site.pages else None
    if pattern:
        return next(paths_of(pattern), ("",))[0]
    return content_type.address_field if content_type else ""
