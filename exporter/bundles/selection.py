"""Which pages of the guide a bundle has: by language, and by content type or address."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import ConfigError
from exporter.core.suggestions import or_known
from exporter.guide.index.records import PageKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from exporter.guide.index.records import Page
    from exporter.guide.schema.guide_model import GuideModel

_FOR_HOSTS = frozenset({PageKind.MISSING, PageKind.ROBOTS, PageKind.FEED, PageKind.SITEMAP, PageKind.SITEMAP_INDEX})
"""What hosts, search engines and feed readers ask for: nobody does in a bundle."""
_FOR_INSTALLING = frozenset({PageKind.MANIFEST, PageKind.OFFLINE})
"""What the guide on a reader's device needs: a bundle is read without the network anyway."""
HTML = (".html", ".htm")
"""The endings of the names of pages."""
READABLE = frozenset(kind for kind in PageKind if kind.value in ("home", "list", "entry", "map"))
"""Pages that readers read: where a guide has one, also the map of all places."""


class Selection(NamedTuple):
    """The locales and pages, with their numbers, that a bundle has, in the order in which they were planned.

    `is_whole`: nothing was left out but what no bundle has. Else files among the pages go along where one needs them.
    """

    locales: tuple[str, ...]
    pages: tuple[tuple[int, Page], ...]
    is_whole: bool

    def readable(self) -> list[tuple[int, Page]]:
        """Return the pages that readers read."""
        return [(number, page) for number, page in self.pages if page.kind in READABLE]


def select(
    pages: Sequence[tuple[int, Page]], guide: GuideModel, locales: tuple[str, ...], only: tuple[str, ...]
) -> Selection:
    """Select pages. Raises ConfigError for a locale or content type that the guide lacks, or where no page is left.

    Home pages, and pages of no content type, always come along: something has to lead to the others.
    """
    for code in locales:
        if code not in guide.locales:
            raise ConfigError("bundle-locale", f"--locale: the guide has no {code}: {or_known(code, guide.locales)}")
    for name in only:
        if not name.startswith("/") and name not in guide.model.types:
            advice = or_known(name, guide.model.types)
            raise ConfigError("bundle-only", f"--only: the space has no content type {name}: {advice}")
    chosen = tuple(code for code in guide.locales if not locales or code in locales)
    wanted = [found for found in pages if found[1].kind not in _FOR_HOSTS | _FOR_INSTALLING]
    homes = {guide.prefixes[code] for code in chosen}
    kept = [found for found in wanted if found[1].url in homes or _is_wanted(found[1], chosen, only)]
    if only and not any(page.kind in READABLE and is_named(page, only) for _, page in kept):
        raise ConfigError("bundle-only", f"--only {' --only '.join(only)}: no page is left: name a type or an address")
    return Selection(chosen, tuple(kept), len(kept) == len(wanted))


def _is_wanted(page: Page, locales: Iterable[str], only: tuple[str, ...]) -> bool:
    """Whether a page is among those chosen; a file, such as a style sheet or a drawing, is if one of these needs it."""
    if not page.path.endswith(HTML):
        return True
    if page.locale not in locales or (only and page.kind is PageKind.MOVED):
        return False
    return not page.type_id or is_named(page, only)


def is_named(page: Page, only: tuple[str, ...]) -> bool:
    """Whether a page is one of those that `--only` names; without it, all are."""
    return not only or any(_is_of(page, name) for name in only)


def _is_of(page: Page, name: str) -> bool:
    return page.url.startswith(name) if name.startswith("/") else page.type_id == name
