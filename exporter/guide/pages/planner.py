"""Which pages the guide has and where they lie: worked out of the index, group by group, wherever something changed."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.errors import ConfigError
from exporter.core.naming import file_name, url_segment
from exporter.guide.index.records import Page
from exporter.guide.pages.addresses import dependents, resolve
from exporter.guide.pages.other_pages import chosen_pages, further_pages, sitemap_pages, type_lists
from exporter.guide.pages.redirects import Redirects
from exporter.guide.pages.sitemap import bucket_of
from exporter.guide.schema.guide_model import is_own
from exporter.report.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from exporter.core.model import Item
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import ItemFacts
    from exporter.guide.pages.redirects import Record
    from exporter.guide.schema.guide_model import GuideModel

_MANY = 500


class Conflict(NamedTuple):
    """Pages that cannot have the address they want: several meet there, or it is the guide's own (then it is one).

    `pattern` is the content type whose pattern in site.yaml makes that address; empty where none does.
    """

    url: str
    pages: tuple[Page, ...]
    pattern: str = ""

    def message(self, names: Iterable[str] = ()) -> str:
        """Say what is wrong and what to change; `names` are what the pages are called, their keys where it is empty."""
        both = " and ".join(dict.fromkeys(names or map(named, self.pages)))
        if len(self.pages) == 1:
            own = f"{both} has the address {self.url}, which is the guide's own"
            return f"{own}: change what makes it, or the pattern pages.{self.pattern}.url"
        same = f"{both} have the same address {self.url}: change one, or "
        return same + (f"the pattern pages.{self.pattern}.url" if self.pattern else "its pattern in site.yaml")


class PagePlanner:
    """Keeps the pages of the index what the items and the frame make them; what it changed is told by `moved`.

    `moved` holds the addresses that came, went or lead elsewhere; `shifted` the keys whose addresses are others;
    `buckets` the shares of the sitemap of pages that are no entry's; `conflicts` the addresses that render refuses.
    `static` are files of the project's own: where one lies, no feed, sitemap, robots.txt or 404.html does.
    """

    def __init__(self, index: GuideIndex, guide: GuideModel, static: AbstractSet[str] = frozenset()) -> None:
        self._index = index
        self._guide = guide
        self._static = static
        self._bases: set[str] = set()
        self._left: set[str] = set()
        self._linking: dict[str, ItemFacts] = {}
        self._added: dict[tuple[str, str], tuple[Page, str]] = {}
        self._is_new = index.value("SELECT 1 FROM page LIMIT 1") is None
        self._fresh: set[str] = set()
        self._refused: dict[str, Conflict] = {}
        self._met: list[Conflict] = []
        self.moved: set[str] = set()
        self.shifted: set[str] = set()
        self.buckets: set[int] = set()

    @property
    def conflicts(self) -> list[Conflict]:
        """What cannot stay as it is: addresses that are the guide's own by entry, then those at which pages meet."""
        return [*(conflict for _, conflict in sorted(self._refused.items())), *self._met]

    def refuse_conflicts(self) -> None:
        """Raise ConfigError where a page cannot have the address it wants."""
        refused = [conflict.message() for _, conflict in sorted(self._refused.items())]
        if refused or self._met:
            raise ConfigError("address-taken", "\n".join(refused) or self._met[0].message())

    def place_entry(self, key: str, facts: ItemFacts | None) -> None:
        """Make an entry's pages those that its facts ask for; without facts it has none.

        Addresses that linked entries have a part in wait until all entries are known.
        """
        self._linking.pop(key, None)
        if facts is not None and any("\0" in base for _, base in facts.bases):
            self._linking[key] = facts
        else:
            self._place(key, facts)

    def follow(self, keys: Iterable[str]) -> None:
        """Place the entries anew whose addresses read something of these."""
        for key in keys:
            for each in dependents(self._index, self._guide, key):
                facts = self._index.facts_of(each)
                if facts is not None:
                    self.place_entry(each, facts)

    def _place_linking(self) -> None:
        known = cache(self._index.facts_of)
        for key, facts in self._linking.items():
            bases = tuple((code, resolve(base, code, known)) for code, base in facts.bases)
            self._place(key, facts._replace(bases=bases))
        self._linking.clear()

    def _place(self, key: str, facts: ItemFacts | None) -> None:
        type_id = facts.type if facts is not None else ""
        pattern = self._guide.site.pages.get(type_id)
        template = (pattern.template if pattern else None) or ""
        query = (
            "SELECT id, locale, base, template || ' ' || type, url, parted FROM page WHERE key = ? AND kind = 'entry'"
        )
        standing = {} if self._is_new else {row[1]: row for row in self._index.rows(query, key)}
        wanted = dict(facts.bases) if facts is not None else {}
        for code, (number, _, base, used, url, parted) in standing.items():
            if wanted.get(code) != base or used != f"{template} {type_id}":
                self._drop(number, url, key)
                self._bases.add(base)
                self._left.update({parted} - {None})
        for code, base in wanted.items():
            if pattern is not None and pattern.url is not None and is_own(self._guide, base, code):
                page = Page("entry", base, code, key, type_id)
                self._refused.setdefault(key, Conflict(base, (page,), type_id))
            if code not in standing or standing[code][2:4] != (base, f"{template} {type_id}"):
                self._added[key, code] = (Page("entry", base, code, key, type_id, "", template), base)
                self._note(base, key)
                self._bases.add(base)

    def _drop(self, number: int, url: str, key: str | None) -> None:
        self._index.drop_page(number)
        self._note(url, key)

    def _note(self, url: str, key: str | None) -> None:
        self.moved.add(url)
        self._fresh.add(url)
        if key is not None:
            self.shifted.add(key)

    def settle(self) -> None:
        """Part the addresses that meet. Where a pattern of site.yaml makes them meet, that is a conflict too."""
        self._place_linking()
        self._add(self._added.values())
        self._added.clear()
        for base in self._meeting():
            self._left |= self._part(base)
        for address in sorted(self._left):
            self._part_again(address)
        self._bases.clear()
        self._left.clear()

    def _meeting(self) -> list[str]:
        """Give the addresses that may have to be parted or brought together; all others have one page, as it was."""
        if len(self._bases) < _MANY:
            return sorted(self._bases)
        query = (
            "SELECT base FROM page WHERE base NOT NULL GROUP BY base HAVING count(*) > 1"
            " UNION SELECT base FROM page WHERE parted NOT NULL"
        )
        return [row[0] for row in self._index.rows(query)]

    def _part(self, base: str) -> set[str]:
        """Give pages that want one address their ids; give the addresses that this may make meet."""
        query = "SELECT id, key, base, url, parted FROM page WHERE base = ? ORDER BY key"
        rows = self._index.rows(query, base)
        if len(rows) > 1:
            self._check_patterns(rows)
        touched = {base}
        for number, key, own, url, before in rows:
            ending = url_segment(key.split(":", 1)[1]) or "entry"
            now = f"{own[:-1]}-{ending}/" if len(rows) > 1 else None
            touched.update(each for each in (before, now) if each is not None)
            if now != before:
                self._index.database.execute("UPDATE page SET parted = ? WHERE id = ?", (now, number))
                self._move(number, url, now or own, key)
        return touched

    def _part_again(self, address: str) -> None:
        """Part by a digest of the id what still meets, as an entry `a` with the id `b` meets one called `a-b`."""
        query = (
            "SELECT id, key, coalesce(parted, base), url FROM page WHERE base = ? AND parted IS NULL"
            " UNION SELECT id, key, parted, url FROM page WHERE parted = ?"
        )
        rows = self._index.rows(query, address, address)
        for number, key, wanted, url in rows:
            ending = file_name(key.split(":", 1)[1], clash=True)
            self._move(number, url, f"{wanted[:-1]}-{ending}/" if len(rows) > 1 else wanted, key)

    def _move(self, number: int, before: str, url: str, key: str) -> None:
        if before != url:
            self._index.forget_reads(number)
            self._index.database.execute("DELETE FROM built WHERE page = ?", (number,))
            self._index.database.execute("UPDATE page SET url = ? WHERE id = ?", (url, number))
            self._note(before, key)
            self._note(url, key)

    def _check_patterns(self, rows: list[tuple[int, str, str, str, str | None]]) -> None:
        pages = self._index.pages_numbered([row[0] for row in rows])
        for number, _, base, _, _ in rows:
            type_id = pages[number].type_id
            if has_pattern(self._guide, type_id):
                self._met.append(Conflict(base, tuple(pages[row[0]] for row in rows), type_id))
                return

    def place_others(self) -> None:
        """Make home pages, lists, feeds and sitemap what they have to be; where addresses meet now is a conflict."""
        guide = self._guide
        homes = [Page("home", guide.prefixes[code], code, template="home.html") for code in guide.locales]
        lists = list(type_lists(self._index, guide))
        chosen = list(chosen_pages(self._index, guide))
        taken = {page.url for page in chosen}
        others = [*chosen, *(page for page in lists if page.url not in taken), *further_pages(self._index, guide)]
        wanted = [*homes, *(page for page in others if page.path not in self._static)]
        self._replace("kind IN ('home', 'list', 'missing', 'robots', 'feed')", wanted)
        sitemaps = (page for page in sitemap_pages(self._index, guide) if page.path not in self._static)
        self._replace("kind = 'sitemap'", list(sitemaps))
        self._check_unique()

    def place_redirects(
        self,
        load: Callable[[str], Item | None],
        moved: Mapping[str, Record],
        changed: AbstractSet[str],
        *,
        everything: bool,
    ) -> None:
        """Lay a page that leads on at each earlier address where no page lies now.

        `load` reads an entry, `moved` is the record of earlier addresses, `changed` what the last update found.
        """
        redirects = Redirects(self._index, self._guide)
        touched = redirects.renew(load, moved, changed, everything=everything)
        touched |= redirects.met(self.moved | touched, self.shifted)
        same: dict[str, set[str]] = {}
        for url in touched:
            same.setdefault(url.casefold(), set()).add(url)
        for address, urls in sorted(same.items()):
            found = redirects.leading(address)
            pages = [Page("moved", found[2], found[1], found[0], "", "", "moved.html")] if found is not None else []
            marks = ", ".join("?" * len(urls))
            self._replace(f"kind = 'moved' AND url IN ({marks})", pages, *urls)

    def _replace(self, where: str, pages: list[Page], *values: str) -> None:
        """Drop the pages of some kinds that are no longer wanted and add those that are new."""
        standing = {page: number for number, page in self._index.pages(where, *values)}
        wanted = set(pages)
        for page, number in standing.items():
            if page not in wanted:
                self._drop(number, page.url, None)
        added = [page for page in pages if page not in standing]
        shares = (bucket_of(self._guide, page) for page in (*added, *(standing.keys() - wanted)))
        self.buckets.update(each for each in shares if each is not None)
        self._add((page, None) for page in added)
        for page in added:
            self._note(page.url, None)

    def _add(self, pages: Iterable[tuple[Page, str | None]]) -> None:
        """Write new pages with the addresses that they want and their shares of the sitemap."""
        self._index.add_pages((page, base, bucket_of(self._guide, page)) for page, base in pages)

    def _check_unique(self) -> None:
        many = len(self._fresh) >= _MANY
        several = "SELECT url FROM page WHERE kind != 'moved' GROUP BY url HAVING count(*) > 1 ORDER BY url"
        for url in [row[0] for row in self._index.rows(several)] if many else sorted(self._fresh):
            met = [page for _, page in self._index.pages("url = ? AND kind != 'moved' ORDER BY kind DESC, key", url)]
            if len(met) > 1:
                met.sort(key=lambda page: (_ORDER.index(page.kind), page.key or ""))
                self._met.append(Conflict(met[0].url, tuple(met)))
        self._fresh.clear()


_ORDER = ("home", "list", "entry", "moved", "missing", "robots", "feed", "sitemap")


def has_pattern(guide: GuideModel, type_id: str) -> bool:
    """Whether site.yaml says where the pages of a content type lie."""
    pattern = guide.site.pages.get(type_id)
    return pattern is not None and pattern.url is not None


def named(page: Page) -> str:
    """Return what messages call a page: its entry's key, else what it lists."""
    of = page.type_id.removeprefix("@")
    return str(page.key or (f"the list {'' if of != page.type_id else 'of '}{of}" if of else "the home page"))


def shared_addresses(index: GuideIndex) -> Iterator[Conflict]:
    """Yield the addresses that several entries want, with those: each entry's id has been added to its own."""
    met: dict[str, list[Page]] = {}
    query = "SELECT base, locale, key, type FROM page WHERE parted NOT NULL ORDER BY base, key"
    for base, locale, key, type_id in index.rows(query):
        met.setdefault(base.casefold(), []).append(Page("entry", base, locale, key, type_id))
    yield from (Conflict(pages[0].url, tuple(pages)) for pages in met.values())


def clashes(index: GuideIndex) -> Iterator[Problem]:
    """Yield a warning for each address that several entries want."""
    for shared in shared_addresses(index):
        keys = dict.fromkeys(map(named, shared.pages))
        said = f"{' and '.join(keys)} have the same address {shared.url}: each gets its id"
        yield Problem("warning", "address-clash", said, next(iter(keys)))
