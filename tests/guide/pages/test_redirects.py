"""Redirects are planned again only for what moved, and equal those of a plan from scratch."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from exporter.config.site_schema import SiteConfig
from exporter.core.model import Item, Key
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import PageKind
from exporter.guide.pages.planner import PagePlanner
from exporter.guide.schema.read_model import make_guide_model
from tests.conftest import CATEGORY, PLACE, entry, link, locale
from tests.guide.pages.test_pages import put

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.guide.schema.guide_model import GuideModel

LOCALES = {"en-US": locale("en-US", default=True)}
LINKED = {"place": {"url": "/{category.slug}/{slug}/"}, "category": {}}


@dataclass
class Space:
    """Entries and the record of their earlier URLs, with the keys that the last step loaded."""

    guide_model: GuideModel
    index: GuideIndex
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    moved: dict[str, Any] = field(default_factory=dict)
    loaded: list[str] = field(default_factory=list)

    def step(self, *entries: dict[str, Any], **moved: Any) -> dict[str, str]:
        """Put entries and earlier slugs (`id=[slugs]`); return the redirects, equal to those of a plan from scratch."""
        changed = {f"entry:{raw['sys']['id']}": raw for raw in entries}
        self.entries |= changed
        self.moved |= {f"entry:{key}": {"slug": {"en-US": slugs}} for key, slugs in moved.items()}
        self.loaded = []
        found = self._plan(self.index, changed)
        kept, self.loaded = self.loaded, []
        with closing(GuideIndex(None)) as other:
            assert self._plan(other, self.entries) == found
        self.loaded = kept
        return found

    def _plan(self, index: GuideIndex, entries: dict[str, dict[str, Any]]) -> dict[str, str]:
        planner = PagePlanner(index, self.guide_model)
        changed: set[str] = set(entries)
        for key, raw in entries.items():
            before = index.items.facts_of(key)
            put(index, planner, self.guide_model, raw)
            after = index.items.facts_of(key)
            then, now = (set(facts.targets if facts else ()) for facts in (before, after))
            changed |= {f"to:{target}" for target, _ in then ^ now}
        planner.follow(entries)
        planner.settle()
        planner.place_others()
        planner.refuse_conflicts()
        planner.place_redirects(self._load, self.moved, changed, everything=False)
        redirects = [page for _, page in index.pages.of_kinds([PageKind.MOVED])]
        return {page.url: str(page.key) for page in sorted(redirects, key=lambda page: page.url)}

    def _load(self, key: str) -> Item | None:
        self.loaded.append(key)
        return Item(Key("entry", key.removeprefix("entry:")), self.entries[key]) if key in self.entries else None


@pytest.fixture
def open_space() -> Iterator[Callable[..., Space]]:
    with closing(GuideIndex(None)) as index:

        def open_it(pages: dict[str, Any] | None = None) -> Space:
            site = SiteConfig.model_validate({"title": "Guide", "source": {"local": "demo"}, "pages": pages or {}})
            return Space(make_guide_model(site, [PLACE, CATEGORY], LOCALES, {}), index)

        yield open_it


def place(identifier: str, slug: str, **fields: Any) -> dict[str, Any]:
    return entry("place", identifier, title="A place", slug=slug, **fields)


@pytest.mark.parametrize("pages", [None, LINKED])
def test_one_moved_page_loads_one_entry(open_space: Callable[..., Space], pages: dict[str, Any] | None) -> None:
    space = open_space(pages)
    names = [f"p{number}" for number in range(30)]
    old = {name: [f"old-{name}"] for name in names}
    sights = entry("category", "sights", title="Sights", slug="sights")
    before = space.step(sights, *(place(name, name, category=link("Entry", "sights")) for name in names), **old)
    assert len(before) == len(space.loaded) == 30
    after = space.step(place("p7", "new", category=link("Entry", "sights")), p7=["old-p7", "p7"])
    top = "/sights" if pages else "/place"
    assert after == {**before, f"{top}/p7/": "entry:p7"}
    assert space.loaded == ["entry:p7"]
    space.step(place("p8", "p8", body="Another text.", category=link("Entry", "sights")))
    assert space.loaded == ["entry:p8"]


def test_page_takes_an_earlier_url_and_leaves_it_again(open_space: Callable[..., Space]) -> None:
    space = open_space()
    assert space.step(place("a", "here"), place("b", "there"), a=["old"]) == {"/place/old/": "entry:a"}
    assert space.step(place("b", "OLD")) == {}
    assert space.loaded == []
    assert space.step(place("b", "there")) == {"/place/old/": "entry:a"}
    assert space.loaded == []


def test_earlier_url_of_two_entries_redirects_to_the_last_one_that_has_a_page(
    open_space: Callable[..., Space],
) -> None:
    space = open_space()
    assert space.step(place("a", "here"), place("b", "there"), a=["old"], b=["Old"]) == {"/place/Old/": "entry:b"}
    nameless = entry("place", "b")
    nameless["fields"] = {}
    assert space.step(nameless) == {"/place/old/": "entry:a"}
    assert space.step(place("b", "there")) == {"/place/Old/": "entry:b"}
    assert space.step(b=[]) == {"/place/old/": "entry:a"}
    assert space.step(a=[]) == {}


def test_record_of_a_missing_entry_redirects_once_the_entry_exists(open_space: Callable[..., Space]) -> None:
    space = open_space()
    assert space.step(a=["old"]) == {}
    assert space.step(place("a", "here")) == {"/place/old/": "entry:a"}


def test_earlier_slug_of_a_linked_entry_redirects_for_all_entries_that_link_to_it(
    open_space: Callable[..., Space],
) -> None:
    space = open_space(LINKED)
    categories = [entry("category", name, title=name, slug=name) for name in ("sights", "food")]
    mill, inn = place("mill", "mill", category=link("Entry", "sights")), place("inn", "inn")
    assert space.step(*categories, mill, inn, sights=["seen"]) == {
        "/category/seen/": "entry:sights",
        "/seen/mill/": "entry:mill",
    }
    found = space.step(place("inn", "inn", category=link("Entry", "sights")))
    assert found["/seen/inn/"] == "entry:inn"
    found = space.step(place("inn", "inn", category=link("Entry", "food")))
    assert set(found) == {"/category/seen/", "/seen/mill/"}
    space.moved["entry:mill"] = {"category": {"en-US": ["entry:food"]}}
    assert space.step()["/food/mill/"] == "entry:mill"
    found = space.step(entry("category", "food", title="Food", slug="eaten"))
    assert {url for url, key in found.items() if key == "entry:mill"} == {"/seen/mill/", "/eaten/mill/"}
