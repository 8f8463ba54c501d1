"""The records of the index: facts of items, indexed items, pages."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from exporter.core.encoding import pack
from exporter.core.naming import page_path
from exporter.guide.index.database import read_row


class ItemFacts(NamedTuple):
    """The facts of an item.

    `labels`: locale, letter and place in lists. `targets`: key and field of what it links to. `bases`: locale and
    address of each page that it wants. `files`: an asset's paths under site/ and under content/. `lists`: list, locale,
    letter and place in the lists that site.yaml and feeds are made of. `linked_values`: field, locale and value of what
    the addresses of others read of it. `dates`: locale and day, which tells entries of one address apart. `points`:
    where it is and what it is called there, by locale.
    """

    key: str
    type: str
    labels: tuple[tuple[str, str, bytes], ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str, str, bytes], ...] = ()
    linked_values: tuple[tuple[str, str, str], ...] = ()
    dates: tuple[tuple[str, str], ...] = ()
    points: tuple[tuple[str, str, float, float, str], ...] = ()


class IndexedItem(NamedTuple):
    """An item's row: its number, the digest of its file, its facts; `facts` is None for a foreign file."""

    id: int
    digest: bytes
    facts: ItemFacts | None


class NewItem(NamedTuple):
    """A file of content/ that has no row yet; `facts` is None for one that holds no item."""

    path: str
    signature: int
    digest: bytes
    facts: ItemFacts | None
    summary: bytes


def pack_facts(facts: ItemFacts) -> bytes:
    """Pack facts for a row."""
    return pack(list(facts))


def read_facts(data: bytes | None) -> ItemFacts | None:
    """Return the facts that a row holds; None for the row of a foreign file."""
    if data is None:
        return None
    key, type_id, *lists = read_row(data)
    return ItemFacts(key, type_id, *(tuple(tuple(values) for values in found) for found in lists))


class PageKind(StrEnum):
    """What a page is; the index holds the values."""

    HOME = "home"
    LIST = "list"
    ENTRY = "entry"
    MOVED = "moved"
    """At an earlier address of an entry: leads to its page."""
    MISSING = "missing"
    """What hosts show at an address where nothing lies."""
    ROBOTS = "robots"
    FEED = "feed"
    SITEMAP = "sitemap"
    """A file of the sitemap that names pages."""
    SITEMAP_INDEX = "sitemap-index"
    """A file of the sitemap that names its other files."""
    STYLE = "style"
    """The style sheet that holds the accent of site.yaml."""
    MANIFEST = "manifest"
    """The web app manifest."""
    OFFLINE = "offline"
    """About reading the guide offline, one a locale."""
    MAP = "map"
    """The map of all places, one a locale."""
    DRAWING = "drawing"
    """A drawing that several pages show."""
    PLACES = "places"
    """The places of a list or a walk as map applications read them."""


class Page(NamedTuple):
    """A page of the guide, as it is planned: two pages with equal fields are one, so a plan can be compared with rows.

    `url` is its address from the guide's root, that of a file where it does not end with a slash. `key` names the entry
    that it shows or leads to. A list or feed shows the content type or list `type_id`; one that is too long is cut by
    `letter`, or into numbered pages (`number` counts from the oldest; the main page has 0). A sitemap's file is the
    `sitemap_file`th, from 0, of `sitemap_files`; an index of them has their number alone. `template` is empty for the
    one that its content type has.
    """

    kind: PageKind
    url: str
    locale: str
    key: str | None = None
    type_id: str = ""
    letter: str = ""
    number: int = 0
    sitemap_file: int = 0
    sitemap_files: int = 0
    template: str = ""

    @property
    def path(self) -> str:
        """The file under site/."""
        return page_path(self.url)


class NewPage(NamedTuple):
    """A page that has no row yet, the address that its entry wants (None for no entry's), its bucket of the sitemap."""

    page: Page
    base: str | None
    sitemap_bucket: int | None
