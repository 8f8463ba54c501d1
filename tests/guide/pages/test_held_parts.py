"""Types that are parts of pages by what lists hold, where neither names nor validations of the model tell."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
TITLE, SLUG, BODY = field("title", "Symbol"), field("slug", "Symbol"), field("body", "Text")
WORDS, FIGURES = content_type("words", TITLE, BODY), content_type("numbers", TITLE, BODY)


def many(name: str, *targets: str) -> dict[str, Any]:
    return field(name, "Array", *targets, **ENTRIES)


def put_pages(space: SpaceFiles, name: str, slugged: dict[str, Any], *others: dict[str, Any]) -> None:
    """Publish two pages, each with an entry of every type in the list of a name; one of the types has slugs."""
    kinds = (WORDS, slugged, FIGURES)
    space.put_model(content_type("page", TITLE, SLUG, many(name)), *kinds, *others, locales=US)
    for page in ("visit", "contact"):
        held = [f"{kind['sys']['id']}-{page}" for kind in kinds]
        fields: dict[str, Any] = {name: [link("Entry", one) for one in held]}
        space.put(entry("page", page, title=f"The {page}", slug=page, **fields))
        for kind, identifier in zip(kinds, held, strict=True):
            own: dict[str, Any] = {"slug": f"anchor-{page}"} if kind is slugged else {}
            space.put(entry(kind["sys"]["id"], identifier, title=f"On {identifier}", body=f"Of {identifier}.", **own))


def navigation(guide: Guide) -> list[str]:
    home = html.document_fromstring(guide.page("/").encode())
    return [text_of(link) for link in home.xpath("//nav[@class='sections']/a")]


def assert_as_from_scratch(guide: Guide) -> None:
    before = guide.files("site")
    guide.build("--clean")
    assert guide.files("site") == before


WAYS = content_type("ways", TITLE, SLUG, BODY)


@pytest.mark.parametrize("name", ["content", "sections", "blocks", "pageItems", "inhalte"])
def test_block_with_an_anchor_stays_a_part_though_all_names_are_neutral(
    guide: Guide, space: SpaceFiles, name: str
) -> None:
    put_pages(space, name, WAYS)
    guide.build()
    main = shown(guide, "/page/visit/")
    titles = ["On words-visit", "On ways-visit", "On numbers-visit"]
    assert [text_of(heading) for heading in main.iter("h2")] == titles
    assert main.xpath(".//a[@class='card']") == []
    assert "Of ways-visit." in text_of(main)
    assert navigation(guide) == ["Page"]
    assert_as_from_scratch(guide)


def test_list_of_blocks_may_hold_one_type_alone(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(content_type("page", TITLE, SLUG, many("blocks")), WAYS, locales=US)
    for page in ("a", "b"):
        space.put(entry("page", page, title=f"Page {page}", slug=page, blocks=[link("Entry", f"w{page}")]))
        space.put(entry("ways", f"w{page}", title="By bus", slug="bus", body=f"Line {page}."))
    guide.build()
    assert "Line a." in text_of(shown(guide, "/page/a/"))
    assert navigation(guide) == ["Page"]


STORY = {
    "named as a page": content_type("lesson", TITLE, SLUG, BODY),
    "in the calendar": content_type("ways", TITLE, SLUG, BODY, field("startDate", "Date")),
    "with words for search engines": content_type("ways", TITLE, SLUG, BODY, field("seoTitle", "Symbol")),
    "with a teaser": content_type("ways", TITLE, SLUG, BODY, field("teaser", "Symbol")),
}


@pytest.mark.parametrize("kind", STORY)
def test_what_is_like_a_page_has_one_though_a_neutral_list_holds_it(guide: Guide, space: SpaceFiles, kind: str) -> None:
    put_pages(space, "content", STORY[kind])
    guide.build()
    assert len(shown(guide, "/page/visit/").xpath(".//a[@class='card']")) == 1
    assert STORY[kind]["name"] in navigation(guide)


@pytest.mark.parametrize("name", ["related", "chapters", "stops", "relatedContent"])
def test_list_with_a_name_for_readers_makes_no_parts(guide: Guide, space: SpaceFiles, name: str) -> None:
    put_pages(space, name, WAYS)
    guide.build()
    assert len(shown(guide, "/page/visit/").xpath(".//a[@class='card']")) == 3
    assert "Ways" in navigation(guide)


def test_entries_that_stand_alone_or_are_shared_have_pages(guide: Guide, space: SpaceFiles) -> None:
    put_pages(space, "content", WAYS)
    guide.build()
    parts = guide.files("site")
    space.put(entry("ways", "alone", title="By boat", slug="boat", body="Line 62."))
    guide.build()
    assert "Ways" in navigation(guide)
    assert_as_from_scratch(guide)
    space.remove("entries/ways/alone.json")
    guide.build()
    assert guide.files("site") == parts
    shared = [link("Entry", name) for name in ("words-contact", "ways-contact", "ways-visit")]
    space.put(entry("page", "contact", 2, title="The contact", slug="contact", content=shared))
    guide.build()
    assert "Ways" in navigation(guide)
    assert_as_from_scratch(guide)


@pytest.mark.parametrize("first", ["words", "story"])
def test_page_in_a_list_of_parts_is_a_card_between_them(guide: Guide, space: SpaceFiles, first: str) -> None:
    kinds = (WORDS, content_type("story", TITLE, SLUG, BODY))
    space.put_model(content_type("page", TITLE, SLUG, many("blocks")), *kinds, locales=US)
    order = [first, *(kind["sys"]["id"] for kind in kinds if kind["sys"]["id"] != first)]
    held = [link("Entry", name) for name in [*order, "last"]]
    space.put(entry("page", "p", title="The visit", slug="visit", blocks=held))
    space.put(entry("story", "story", title="A story", slug="a-story", body="Once upon a time."))
    space.put(entry("story", "other", title="Another", slug="another", body="In another time."))
    for name in ("words", "last"):
        space.put(entry("words", name, title=f"On {name}", body=f"Of {name}."))
    guide.build()
    main = shown(guide, "/page/visit/")
    assert [text_of(card) for card in main.xpath(".//ul[@class='cards']/li/a")] == ["A story"]
    assert "Once upon" not in text_of(main)
    found = [text_of(one) for one in main.xpath(".//h2 | .//strong")]
    assert found == [{"words": "On words", "story": "A story"}[name] for name in order] + ["On last"]


def test_link_from_elsewhere_makes_pages_of_parts_until_it_goes(guide: Guide, space: SpaceFiles) -> None:
    story = content_type("story", TITLE, SLUG, field("about", "Link", linkType="Entry"))
    put_pages(space, "content", WAYS, story)
    guide.build()
    parts = guide.files("site")
    space.put(entry("story", "s", title="A story", slug="s", about=link("Entry", "ways-visit")))
    guide.build()
    assert "Ways" in navigation(guide)
    assert_as_from_scratch(guide)
    space.remove("entries/story/s.json")
    guide.build()
    assert guide.files("site") == parts


def test_text_of_a_part_changes_without_a_look_at_the_lists(guide: Guide, space: SpaceFiles) -> None:
    put_pages(space, "content", WAYS)
    guide.build()
    assert guide.build()["render"]["read"] <= 9
    text: dict[str, Any] = {"title": "On ways-visit", "slug": "anchor-visit", "body": "Line 28."}
    space.put(entry("ways", "ways-visit", 2, **text))
    report = guide.build()["render"]
    assert (report["rendered"], report["failed"]) == (2, 0)
    assert "Line 28." in text_of(shown(guide, "/page/visit/"))
    assert_as_from_scratch(guide)
