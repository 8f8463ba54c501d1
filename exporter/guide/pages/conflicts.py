"""Addresses that several pages want: what messages say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.guide.index.records import Page, PageKind
from exporter.report.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.index.guide_index import GuideIndex


_MOST_NAMED = 5
"""Pages of one address that are named; of others only their number is told."""


class Conflict(NamedTuple):
    """Pages that cannot have the address they want: several meet there, or it is the guide's own (then it is one).

    `pattern` is the content type whose pattern in site.yaml makes that address; empty if none does.
    """

    url: str
    pages: tuple[Page, ...]
    pattern: str = ""

    def message(self, names: Iterable[str] = ()) -> str:
        """Say what is wrong and what to change; `names` are what the pages are called, their keys where it is empty."""
        called = [*dict.fromkeys(names or map(named, self.pages))]
        more = [f"{len(called) - _MOST_NAMED} more"] if len(called) > _MOST_NAMED else []
        both = " and ".join([*called[:_MOST_NAMED], *more])
        if len(self.pages) == 1:
            own = f"{both} has the address {self.url}, which is the guide's own"
            return f"{own}: change what makes it, or the pattern pages.{self.pattern}.url"
        same = f"{both} have the same address {self.url}: change one, or "
        return same + (f"the pattern pages.{self.pattern}.url" if self.pattern else "its pattern in site.yaml")


def named(page: Page) -> str:
    """Return what messages call a page: its entry's key, else what it lists."""
    name = page.type_id.removeprefix("@")
    list_name = f"the list {'' if name != page.type_id else 'of '}{name}" if name else "the home page"
    return page.key or list_name


def shared_addresses(index: GuideIndex) -> Iterator[Conflict]:
    """Yield the addresses that several entries want, with those: to each its date or id has been added."""
    met: dict[str, list[Page]] = {}
    for base, locale, key, type_id in index.pages.parted_bases():
        met.setdefault(base.casefold(), []).append(Page(PageKind.ENTRY, base, locale, key, type_id))
    yield from (Conflict(pages[0].url, tuple(pages)) for pages in met.values())


def clashes(index: GuideIndex) -> Iterator[Problem]:
    """Yield a warning for each address that several entries want."""
    for shared in shared_addresses(index):
        keys = dict.fromkeys(map(named, shared.pages))
        message = f"{' and '.join(keys)} have the same address {shared.url}: each gets its date or id"
        yield Problem("warning", "address-clash", message, next(iter(keys)))
