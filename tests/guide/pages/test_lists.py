"""Lists of site.yaml: which entries they have, in which order, by which values, and how a new entry changes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.core.encoding import canonical
from tests.conftest import CATEGORY, SLUG, content_type, entry, link, locale
from tests.support.steps import edit, expect, setting, step, template

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

NEWS = content_type(
    "news",
    ("title", "Symbol"),
    SLUG,
    {"id": "date", "name": "Date", "type": "Date", "localized": False},
    {"id": "free", "name": "Free", "type": "Boolean", "localized": False},
    {"id": "price", "name": "Price", "type": "Number", "localized": False},
    {"id": "kind", "name": "Kind", "type": "Symbol", "localized": False},
    {
        "id": "categories",
        "name": "Categories",
        "type": "Array",
        "localized": False,
        "items": {"type": "Link", "linkType": "Entry"},
    },
)


def news(number: int, **fields: Any) -> dict[str, Any]:
    """Make a news entry of that day of the month."""
    defaults = {"title": f"News {number}", "slug": f"n{number}", "date": f"2026-03-{number:02}"}
    return entry("news", f"n{number}", **(defaults | fields))


@pytest.fixture
def paper(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide with only news, in one language."""
    space.put_model(NEWS, CATEGORY, locales=[locale("en-US", default=True)])
    for identifier in ("castle", "mill"):
        space.remove(f"entries/place/{identifier}.json")
    return guide


def put_tag(space: SpaceFiles, identifier: str, name: str) -> None:
    sys = {"id": identifier, "type": "Tag", "visibility": "public"}
    space.write("model/tags.json", canonical({identifier: {"name": name, "sys": sys}}))


def titles(guide: Guide, url: str) -> list[str]:
    """Return the titles on a list, in order."""
    return [str(element) for element in html.fromstring(guide.page(url)).xpath("//main//strong/text()")]


def links(guide: Guide, url: str, where: str) -> list[tuple[str, str]]:
    """Return text and URL of the links in a part of a page."""
    found = html.fromstring(guide.page(url)).xpath(f"//{where}//a")
    return [(" ".join(element.text_content().split()), element.get("href")) for element in found]


@pytest.mark.parametrize(
    ("where", "held"),
    [
        ("free: true", ["News 1"]),
        ("free: [true, false]", ["News 1", "News 2"]),
        ("kind: Sport", ["News 2", "News 3"]),
        ("price: 7", ["News 3"]),
        ("categories: sights", ["News 1", "News 3"]),
        ("tags: Old", ["News 2"]),
        ("kind: Sport, categories: sights", ["News 3"]),
        ("kind: Nothing", []),
    ],
)
def test_list_has_the_entries_that_match_its_conditions(
    paper: Guide, space: SpaceFiles, where: str, held: list[str]
) -> None:
    space.put(news(1, free=True, categories=[link("Entry", "works"), link("Entry", "sights")]))
    tagged = news(2, free=False, kind="Sport")
    tagged["metadata"]["tags"] = [link("Tag", "old")]
    space.put(tagged)
    space.put(news(3, kind="Sport", price=7, categories=[link("Entry", "sights")]))
    put_tag(space, "old", "Old")
    setting(paper, f"lists: {{some: {{type: news, sort: title, where: {{{where}}}}}}}\n")
    paper.build()
    assert titles(paper, "/some/") == held


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("date", "1 2 10 x"),
        ("-date", "10 2 1 x"),
        ("-price", "2 10 1 x"),
        ("[kind, -date]", "10 1 x 2"),
        ("title", "1 10 2 x"),
        ("-title", "x 2 10 1"),
    ],
)
def test_list_is_sorted_by_fields_and_entries_without_them_come_last(
    paper: Guide, space: SpaceFiles, sort: str, order: str
) -> None:
    space.put(news(1, price=-2.5, kind="a"))
    space.put(news(2, price=10, date="2026-03-02T08:00+14:00"))
    space.put(news(10, price=9, kind="A"))
    space.put(news(3, title="News x", date=None, kind="b"))
    setting(paper, f"lists: {{some: {{type: news, sort: {sort}}}}}\n")
    paper.build()
    assert titles(paper, "/some/") == [f"News {number}" for number in order.split()]


def test_list_has_a_page_for_each_entry_that_a_field_links_to(paper: Guide, space: SpaceFiles) -> None:
    space.put(entry("category", "works", title="Great works", slug="works"))
    space.put(news(1, categories=[link("Entry", "works"), link("Entry", "sights")]))
    space.put(news(2, categories=[link("Entry", "works")]))
    space.put(news(3))
    setting(paper, "lists: {kinds: {type: news, sort: title, by: categories, url: /by-kind/}}\n")
    paper.build()
    assert links(paper, "/by-kind/", "ul[@class='chips']") == [
        ("Great works 2", "works/index.html"),
        ("Sights 1", "sights/index.html"),
    ]
    assert titles(paper, "/by-kind/works/") == ["News 1", "News 2"]
    assert titles(paper, "/by-kind/") == ["News 1", "News 2", "News 3"]
    space.put(entry("category", "works", title="Great works", slug="industry"))
    found = step(paper)
    assert ("/by-kind/industry/" in found.written, "/by-kind/works/" in found.gone) == (True, True)
    space.put(entry("category", "works", title="Small works", slug="industry"))
    assert "/by-kind/" in step(paper).written
    assert ("Small works 2", "industry/index.html") in links(paper, "/by-kind/", "ul[@class='chips']")


def test_parts_by_date_number_or_boolean_are_written_for_readers_and_in_order(paper: Guide, space: SpaceFiles) -> None:
    for number, day in ((9, "2026-04-01"), (10, "2026-03-02"), (200, "2025-12-31")):
        space.put(news(number, free=number > 9, price=number, date=day))
    by = ", ".join(f"{field}: {{type: news, sort: title, by: {field}}}" for field in ("date", "free", "price"))
    setting(paper, f"lists: {{{by}}}\n")
    paper.build()
    found = {field: [text.rsplit(" ", 1)[0] for text, _ in parts(paper, field)] for field in ("date", "free", "price")}
    assert found == {
        "date": ["December 31, 2025", "March 2, 2026", "April 1, 2026"],
        "free": ["Free: No", "Free: Yes"],
        "price": ["9", "10", "200"],
    }


def parts(guide: Guide, name: str) -> list[tuple[str, str]]:
    return links(guide, f"/{name}/", "ul[@class='chips']")


def test_list_has_a_page_for_each_tag_and_for_each_text(paper: Guide, space: SpaceFiles) -> None:
    for number, tags, kind in ((1, ["new"], "Big & tall"), (2, ["new", "odd"], "page"), (3, [], "big  tall")):
        raw = news(number, kind=kind)
        raw["metadata"]["tags"] = [link("Tag", tag) for tag in tags]
        space.put(raw)
    put_tag(space, "new", "Very new")
    setting(paper, "lists: {tagged: {type: news, sort: title, by: tags}, kinds: {type: news, sort: title, by: kind}}\n")
    paper.build()
    assert titles(paper, "/tagged/very-new/") == ["News 1", "News 2"]
    assert titles(paper, "/tagged/odd/") == ["News 2"]
    urls = [url for _, url in links(paper, "/kinds/", "ul[@class='chips']")]
    assert len(urls) == len(set(urls)) == 3
    assert not [url for url in urls if url == "page/index.html"]


def pages(guide: Guide, url: str) -> dict[str, list[str]]:
    """Return the titles of each page of a split list, by its number; the main page has none."""
    folder = guide.root / "site" / url.strip("/") / "page"
    numbers = sorted(int(path.name) for path in folder.iterdir()) if folder.exists() else []
    found = {str(number): titles(guide, f"{url}page/{number}/") for number in numbers}
    return {"": titles(guide, url), **found}


def test_numbered_pages_count_from_the_oldest_end_and_the_main_page_is_never_short(
    paper: Guide, space: SpaceFiles
) -> None:
    setting(paper, "lists: {latest: {type: news, sort: -date, per_page: 2}}\n")
    for number in range(1, 8):
        space.put(news(number))
        paper.build()
        found = pages(paper, "/latest/")
        assert [title for page in (found.pop(""), *list(found.values())[::-1]) for title in page] == [
            f"News {title}" for title in range(number, 0, -1)
        ]
        assert all(len(page) == 2 for page in found.values())
    assert pages(paper, "/latest/") == {
        "": ["News 7", "News 6", "News 5"],
        "1": ["News 2", "News 1"],
        "2": ["News 4", "News 3"],
    }
    assert links(paper, "/latest/", "nav[@class='pages']") == [("Older", "page/2/index.html")]
    assert links(paper, "/latest/page/2/", "nav[@class='pages']") == [
        ("Newer", "../../index.html"),
        ("Older", "../1/index.html"),
    ]
    assert links(paper, "/latest/page/1/", "nav[@class='pages']") == [("Newer", "../2/index.html")]


def test_new_entry_renders_only_the_newest_page_of_a_numbered_list(paper: Guide, space: SpaceFiles) -> None:
    setting(paper, "lists: {latest: {type: news, sort: -date, per_page: 2}}\n")
    template(paper, "home.html", "home")
    template(paper, "news.html", "{{ entry|title }}")
    for number in range(1, 11):
        space.put(news(number))
    paper.build()
    space.put(news(11))
    expect(step(paper), ["/news/n11/", "/news/", "/latest/"])
    space.put(news(12))
    expect(step(paper), ["/news/n12/", "/news/", "/latest/", "/latest/page/5/", "/latest/page/4/"])


def test_list_at_the_url_of_the_list_of_its_type_replaces_it(paper: Guide, space: SpaceFiles) -> None:
    for number in (1, 2, 3):
        space.put(news(number))
    setting(paper, "lists: {news: {type: news, sort: -date, title: The paper}}\n")
    paper.build()
    assert titles(paper, "/news/") == ["News 3", "News 2", "News 1"]
    assert html.fromstring(paper.page("/news/")).findtext(".//h1") == "The paper"
    assert links(paper, "/", "nav[@class='sections']") == [
        ("News", "news/index.html"),
        ("Sights", "category/sights/index.html"),
    ]


def test_list_is_named_by_a_word_or_its_title_or_its_name(paper: Guide, space: SpaceFiles) -> None:
    space.put(news(1))
    setting(paper, "lists: {a: {type: news}, b: {type: news, title: Second}, c: {type: news, title: Third}}\n")
    template(paper, "words.yaml", "list.c: {en: Word}\n")
    paper.build()
    assert [name for name, _ in links(paper, "/", "nav[@class='sections']")][2:] == ["a", "Second", "Word"]
    edit(paper, "site.yaml", "Second", "Other")
    step(paper, "render")
    assert "Other" in [name for name, _ in links(paper, "/news/n1/", "nav[@class='sections']")]


def test_entry_that_no_longer_matches_leaves_the_list(paper: Guide, space: SpaceFiles) -> None:
    for number in (1, 2):
        space.put(news(number, free=True))
    setting(paper, "lists: {free: {type: news, sort: title, where: {free: true}}}\n")
    template(paper, "home.html", "home")
    template(paper, "news.html", "{{ entry|title }}")
    paper.build()
    space.put(news(1, free=False))
    expect(step(paper), ["/free/", "/news/"])  # the card there says that it is free
    assert titles(paper, "/free/") == ["News 2"]


def test_list_may_have_its_own_template(paper: Guide, space: SpaceFiles) -> None:
    for number in (1, 2, 3):
        space.put(news(number))
    setting(paper, "lists: {all: {type: news, sort: -date, per_page: 1, template: all.html}}\n")
    template(
        paper,
        "all.html",
        "{{ list.title }} {{ list.number }} {{ list.count }} {% for each in list.entries %}{{ each.slug }}{% endfor %}"
        " {{ entries('@all')|length }} {{ list.older }}",
    )
    paper.build()
    assert paper.page("/all/") == "all 0 3 n3 1 page/2/index.html"
    assert paper.page("/all/page/1/") == "all 1 3 n1 1 "


@pytest.mark.parametrize(
    ("lists", "message"),
    [
        ("{a: {type: newz}}", "lists.a.type: the space has no content type newz: did you mean news?"),
        ("{a: {type: news, sort: -dat}}", "lists.a.sort: news has no field dat: did you mean date?"),
        ("{a: {type: news, sort: title, by: x}}", "lists.a.by: news has no field x: it has title"),
        ("{a: {type: news, sort: title, where: {x: 1}}}", "lists.a.where: news has no field x: it has title"),
        ("{files: {type: news}}", "lists.files.url: /files/ is the guide's own: give it another url"),
        ("{a: {type: news, url: /category/sights/}}", "the list a and entry:sights have the same address"),
    ],
)
def test_list_with_unknown_types_or_fields_is_an_error(paper: Guide, lists: str, message: str) -> None:
    setting(paper, f"lists: {lists}\n")
    outcome = paper.run("build")
    assert (outcome.code, message in outcome.err) == (2, True), outcome.err
