"""Which pages the guide has and where they lie: worked out of the index, group by group, wherever something changed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from exporter.core.errors import ConfigError
from exporter.core.naming import file_name
from exporter.core.url_names import with_ending
from exporter.guide.index.records import NewPage, Page, PageKind
from exporter.guide.pages.addresses import dependents, resolve
from exporter.guide.pages.conflicts import Conflict
from exporter.guide.pages.home_pages import REDIRECT, home_redirects, left_bases, wanted_homes, wanted_redirects
from exporter.guide.pages.other_pages import chosen_pages, further_pages, map_pages, sitemap_pages, type_lists
from exporter.guide.pages.parting import endings
from exporter.guide.pages.redirects import Redirects
from exporter.guide.pages.sitemap import bucket_of_page
from exporter.guide.schema.guide_model import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import Item
    from exporter.core.moved import Record
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.page_table import Contender, EntryPage
    from exporter.guide.index.records import ItemFacts
    from exporter.guide.schema.guide_model import GuideModel

_MOST_SINGLE_LOOKUPS = 500
"""Addresses that are looked up one by one; for more than these one query over all pages is quicker."""
_SITEMAP_KINDS = (PageKind.SITEMAP, PageKind.SITEMAP_INDEX)
_OTHER_KINDS = (
    *(PageKind.HOME, PageKind.LIST, PageKind.MISSING, PageKind.ROBOTS, PageKind.FEED),
    *(PageKind.STYLE, PageKind.MANIFEST, PageKind.OFFLINE, PageKind.MAP, PageKind.DRAWING, PageKind.PLACES),
)
_NAMING_ORDER = tuple(PageKind)
"""In which order a message names pages that have one address."""


class PagePlanner:
    """Brings the pages of the index up to date with the items and the guide model.

    What it changed: `moved` are the addresses that came, went or lead elsewhere now, `shifted` the keys of entries
    whose addresses changed, `sitemap_buckets` those of pages that are no entry's; `conflicts` are the addresses that
    render refuses. `static` are the project's own files: where one lies, no feed, sitemap, robots.txt or 404.html does.

    Entries are placed first, one by one; `settle` then separates those that want one address, which needs all of them;
    the other pages follow, as lists depend on entries; redirects come last, as any page takes precedence over them.
    """

    def __init__(self, index: GuideIndex, guide: GuideModel, static: AbstractSet[str] = frozenset()) -> None:
        self._index = index
        self._guide = guide
        self._static = static
        self._bases: set[str] = set()
        self._left: set[str] = set()
        self._linking: dict[str, ItemFacts] = {}
        self._added: dict[tuple[str, str], NewPage] = {}
        self._is_new = index.pages.is_empty()
        self._unchecked: set[str] = set()
        self._refused: dict[str, Conflict] = {}
        self._met: list[Conflict] = []
        self.moved: set[str] = set()
        self.shifted: set[str] = set()
        self.sitemap_buckets: set[int] = set()

    @property
    def conflicts(self) -> list[Conflict]:
        """What cannot stay as it is: addresses that are the guide's own, by entry, then those at which pages meet."""
        return [*(conflict for _, conflict in sorted(self._refused.items())), *self._met]

    def refuse_conflicts(self) -> None:
        """Raise ConfigError where a page cannot have the address it wants."""
        refused = [conflict.message() for _, conflict in sorted(self._refused.items())]
        if refused or self._met:
            raise ConfigError("address-taken", "\n".join(refused) or self._met[0].message())

    def place_entry(self, key: str, facts: ItemFacts | None) -> None:
        """Plan the pages that an entry's facts ask for; without facts it has none.

        Addresses that read linked entries wait until all entries are known.
        """
        self._linking.pop(key, None)
        if facts is not None and any("\0" in base for _, base in facts.bases):
            self._linking[key] = facts
        else:
            self._place(key, facts)

    def follow(self, keys: Iterable[str]) -> None:
        """Place the entries anew whose addresses read something of these."""
        for key in keys:
            for dependent in dependents(self._index, self._guide, key):
                facts = self._index.items.facts_of(dependent)
                if facts is not None:
                    self.place_entry(dependent, facts)

    def _place_linking(self) -> None:
        known = cache(self._index.items.facts_of)
        for key, facts in self._linking.items():
            bases = tuple((code, resolve(base, code, known)) for code, base in facts.bases)
            self._place(key, facts._replace(bases=bases))
        self._linking.clear()

    def _place(self, key: str, facts: ItemFacts | None) -> None:
        """Drop those of an entry's pages that are no longer wanted as they are, and add those that are new."""
        type_id = facts.type if facts is not None else ""
        pattern = self._guide.site.pages.get(type_id)
        template = (pattern.template if pattern else None) or ""
        standing = {} if self._is_new else {page.locale: page for page in self._index.pages.of_entry(key)}
        wanted = dict(facts.bases) if facts is not None else {}
        for code, page in standing.items():
            if (page.base, page.template, page.type_id) != (wanted.get(code), template, type_id):
                self._drop_entry_page(page, key)
            else:
                del wanted[code]
                self._bases.update([page.base] if page.parted is not None else ())  # its date may be another
        for code, base in wanted.items():
            new = Page(PageKind.ENTRY, base, code, key, type_id, template=template)
            self._added[key, code] = NewPage(new, base, bucket_of_page(self._guide, new))
            self._note(base, key)
            self._bases.add(base)
        if facts is not None and has_pattern(self._guide, type_id):
            self._refuse_own_addresses(facts)

    def _drop_entry_page(self, page: EntryPage, key: str) -> None:
        self._drop(page.number, page.url, key)
        self._bases.add(page.base)
        if page.parted is not None:
            self._left.add(page.parted)

    def _refuse_own_addresses(self, facts: ItemFacts) -> None:
        """Note a conflict where a pattern of site.yaml makes an address that is the guide's own."""
        for code, base in facts.bases:
            if is_own(self._guide, base, code):
                page = Page(PageKind.ENTRY, base, code, facts.key, facts.type)
                self._refused.setdefault(facts.key, Conflict(base, (page,), facts.type))

    def _drop(self, number: int, url: str, key: str | None) -> None:
        self._index.drop_page(number)
        self._note(url, key)

    def _note(self, url: str, key: str | None) -> None:
        self.moved.add(url)
        self._unchecked.add(url)
        if key is not None:
            self.shifted.add(key)

    def settle(self) -> None:
        """Separate the pages that want one address; where a pattern of site.yaml makes them meet is a conflict too."""
        self._place_linking()
        self._index.pages.insert(self._added.values())
        self._added.clear()
        for base in self._bases_to_part():
            self._left |= self._part(base)
        for address in sorted(self._left):
            self._part_again(address)
        self._bases.clear()
        self._left.clear()

    def _bases_to_part(self) -> list[str]:
        """Return the addresses that pages may share now, or no longer; any other has one page, as it had."""
        if len(self._bases) < _MOST_SINGLE_LOOKUPS:
            return sorted(self._bases)
        return self._index.pages.shared_bases()

    def _part(self, base: str) -> set[str]:
        """Add dates or ids to pages that want one address; return the addresses at which pages may meet for that."""
        contenders = self._index.pages.wanting(base)
        if len(contenders) > 1:
            self._check_patterns(contenders)
        touched, added = {base}, endings(self._index, contenders)
        for page in contenders:
            parted = with_ending(page.wanted, added[page.number]) if added else None
            touched.update(address for address in (page.parted, parted) if address is not None)
            if parted != page.parted:
                self._index.pages.set_parted(page.number, parted)
                self._move(page, parted or page.wanted)
        return touched

    def _part_again(self, address: str) -> None:
        """Add digests of their ids to pages that still meet, as an entry `a` with the id `b` meets one called `a-b`."""
        contenders = self._index.pages.meeting_at(address)
        for page in contenders:
            ending = file_name(page.key.split(":", 1)[1], clash=True)
            self._move(page, with_ending(page.wanted, ending) if len(contenders) > 1 else page.wanted)

    def _move(self, page: Contender, url: str) -> None:
        if page.url != url:
            self._index.forget_rendering(page.number)
            self._index.pages.set_url(page.number, url)
            self._note(page.url, page.key)
            self._note(url, page.key)

    def _check_patterns(self, contenders: list[Contender]) -> None:
        pages = self._index.pages.numbered([contender.number for contender in contenders])
        for contender in contenders:
            type_id = pages[contender.number].type_id
            if has_pattern(self._guide, type_id):
                met = tuple(pages[contender.number] for contender in contenders)
                self._met.append(Conflict(contender.wanted, met, type_id))
                return

    def place_others(self) -> None:
        """Bring home pages, lists, feeds and the sitemap up to date; where addresses meet now is a conflict."""
        guide = self._guide
        without = self._place_homes()
        homes = [Page(PageKind.HOME, guide.prefixes[code], code, template="home.html") for code in without]
        lists = list(type_lists(self._index, guide))
        chosen = list(chosen_pages(self._index, guide))
        taken = {page.url for page in chosen}
        others = [*chosen, *(page for page in lists if page.url not in taken), *further_pages(self._index, guide)]
        others += map_pages(self._index, guide)
        wanted = [*homes, *(page for page in others if page.path not in self._static)]
        self._replace(self._index.pages.of_kinds(_OTHER_KINDS), wanted)
        sitemaps = [page for page in sitemap_pages(self._index, guide) if page.path not in self._static]
        self._replace(self._index.pages.of_kinds(_SITEMAP_KINDS), sitemaps)
        self._check_unique()

    def _place_homes(self) -> list[str]:
        """Put the space's own home pages where the guide's homes lie; return the locales that have none."""
        wanted = wanted_homes(self._index, self._guide)
        self._bases |= left_bases(self._index, self._guide, {home.number for home in wanted.values()})
        self.settle()
        self._replace(home_redirects(self._index, self._guide), wanted_redirects(wanted))
        for code, home in wanted.items():
            self._move(home, self._guide.prefixes[code])
        return [code for code in self._guide.locales if code not in wanted]

    def place_redirects(
        self,
        load: Callable[[str], Item | None],
        moved: Mapping[str, Record],
        changed: AbstractSet[str],
        *,
        everything: bool,
    ) -> None:
        """Put a page that leads on at each earlier address where no other page lies now.

        `load` reads an entry, `moved` is the record of earlier addresses, `changed` the subjects that the last update
        of the index found.
        """
        redirects = Redirects(self._index, self._guide)
        touched = redirects.renew(load, moved, changed, everything=everything)
        touched |= redirects.met(self.moved | touched, self.shifted)
        by_address: dict[str, set[str]] = {}
        for url in touched:
            by_address.setdefault(url.casefold(), set()).add(url)
        for address, urls in sorted(by_address.items()):
            standing = self._index.pages.redirects_at(urls)
            if all(page.type_id != REDIRECT for _, page in standing):
                self._replace(standing, redirects.pages_at(address))

    def _replace(self, numbered: list[tuple[int, Page]], pages: list[Page]) -> None:
        """Drop those of the pages that stand which are no longer wanted, and add those that are new."""
        standing = {page: number for number, page in numbered}
        wanted = set(pages)
        for page, number in standing.items():
            if page not in wanted:
                self._drop(number, page.url, None)
        added = [NewPage(page, None, bucket_of_page(self._guide, page)) for page in pages if page not in standing]
        buckets = [new.sitemap_bucket for new in added]
        buckets += [bucket_of_page(self._guide, page) for page in standing.keys() - wanted]
        self.sitemap_buckets.update(sitemap_bucket for sitemap_bucket in buckets if sitemap_bucket is not None)
        self._index.pages.insert(added)
        for new in added:
            self._note(new.page.url, None)

    def _check_unique(self) -> None:
        many = len(self._unchecked) >= _MOST_SINGLE_LOOKUPS
        for url in self._index.pages.urls_taken_twice() if many else sorted(self._unchecked):
            rivals = self._index.pages.rivals_at(url)
            if len(rivals) > 1:
                rivals.sort(key=lambda page: (_NAMING_ORDER.index(page.kind), page.key or ""))
                self._met.append(Conflict(rivals[0].url, tuple(rivals)))
        self._unchecked.clear()


def has_pattern(guide: GuideModel, type_id: str) -> bool:
    """Whether site.yaml says where the pages of a content type lie."""
    pattern = guide.site.pages.get(type_id)
    return pattern is not None and pattern.url is not None
