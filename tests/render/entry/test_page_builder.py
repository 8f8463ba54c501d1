"""Spaces as designers build them: pages made of parts, fields for templates, links and buttons as entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from tests.conftest import asset, content_type, entry, link, locale
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ASSETS, ENTRIES, field, node, text

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>\n'
SECTIONS = field("sections", "Array", "hero", "stats", **ENTRIES)
PAGE = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), SECTIONS)
HERO = content_type(
    "hero",
    field("internalTitle", "Symbol"),
    field("heading", "Symbol"),
    field("text", "Text"),
    field("theme", "Symbol"),
    field("photo", "Link", linkType="Asset"),
    field("altText", "Symbol"),
    field("button", "Link", linkType="Entry"),
    display="internalTitle",
)
STATS = content_type(
    "stats", field("heading", "Symbol"), field("items", "Array", "figure", **ENTRIES), display="heading"
)
FIGURE = content_type("figure", field("label", "Symbol"), field("value", "Symbol"), display="label")
BUTTON = content_type(
    "button", field("label", "Symbol"), field("url", "Symbol"), field("style", "Symbol"), display="label"
)


def shown(guide: Guide, url: str) -> Any:
    return html.document_fromstring(guide.page(url).encode()).find(".//main")


def links(node: Any) -> dict[str, str]:
    return {text_of(anchor): anchor.get("href") for anchor in node.iter("a")}


@pytest.fixture
def built(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of one page with a hero, that has a button, and with figures."""
    space.put_model(PAGE, HERO, STATS, FIGURE, BUTTON, locales=[locale("en-US", default=True)])
    space.put(
        entry("page", "home", title="Home", slug="home", sections=[link("Entry", "hero"), link("Entry", "stats")])
    )
    space.put(entry("page", "about", title="About", slug="about-us"))
    space.put(asset("pic", "IMG_2041.svg", 7), file=SVG)
    hero: dict[str, Any] = {
        "internalTitle": "Home > hero",
        "heading": "Come in",
        "text": "All are welcome.",
        "theme": "imgLeft",
    }
    hero |= {"altText": "A red door", "photo": link("Asset", "pic"), "button": link("Entry", "button")}
    space.put(entry("hero", "hero", **hero))
    space.put(entry("button", "button", label="Who we are", url="/about-us", style="primary"))
    space.put(entry("stats", "stats", heading="In figures", items=[link("Entry", key) for key in ("one", "two")]))
    space.put(entry("figure", "one", label="Guests", value="4M"))
    space.put(entry("figure", "two", label="Happy", value="98%"))
    guide.build()
    return guide


def test_page_shows_its_parts_and_their_parts_completely(built: Guide) -> None:
    page = shown(built, "/")
    assert [text_of(heading) for heading in page.xpath(".//article//h2 | .//article//h3")] == [
        "Come in",
        "In figures",
    ]
    assert [text_of(line) for line in page.xpath(".//article//p")][-2:] == ["4M Guests", "98% Happy"]
    assert page.xpath(".//dd") == []
    assert "All are welcome." in text_of(page)
    assert "Home > hero" not in text_of(page)
    assert "imgLeft" not in text_of(page)
    assert page.xpath(".//img/@alt") == ["A red door"]


def test_entry_that_is_only_a_link_leads_to_the_page_with_its_slug(built: Guide) -> None:
    assert links(shown(built, "/"))["Who we are"] == "page/about-us/index.html"


def test_parts_of_pages_have_no_lists(built: Guide) -> None:
    home = html.document_fromstring(built.page("/").encode())
    assert [text_of(section) for section in home.xpath("//nav[@class='sections']/a")] == ["About"]
    names = ("button", "figure", "hero", "stats")
    assert [name for name in names if (built.root / "site" / name / "index.html").exists()] == []
    assert [url for url in links(home).values() if url.split("/")[0] in names] == []


def test_parts_nested_to_any_depth_lose_nothing(guide: Guide, space: SpaceFiles) -> None:
    parts = field("parts", "Array", "block", "other", **ENTRIES)
    block = content_type("block", field("internalName", "Symbol"), field("text", "Text"), parts, display="internalName")
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), parts)
    space.put_model(
        page, block, content_type("other", field("title", "Symbol")), locales=[locale("en-US", default=True)]
    )
    space.put(entry("page", "p", title="P", slug="p", parts=[link("Entry", "b1")]))
    for number in range(1, 13):
        below = [link("Entry", f"b{number + 1}"), link("Entry", "b1")]
        space.put(entry("block", f"b{number}", internalName=f"Block {number}", text=f"Text {number}.", parts=below))
    guide.build()
    page_text = text_of(shown(guide, "/page/p/"))
    assert [number for number in range(1, 9) if f"Text {number}." in page_text] == list(range(1, 9))
    assert links(shown(guide, "/page/p/"))["Block 9"] == "../../block/block-9/index.html"


def test_parts_that_link_to_each_other_are_rendered_once(guide: Guide, space: SpaceFiles) -> None:
    parts = field("parts", "Array", "block", "other", **ENTRIES)
    block = content_type("block", field("internalName", "Symbol"), field("text", "Text"), parts, display="internalName")
    space.put_model(block, content_type("other", field("title", "Symbol")), locales=[locale("en-US", default=True)])
    names = [f"b{number}" for number in range(9)]
    for key in names:
        space.put(entry("block", key, internalName=key, text="x", parts=[link("Entry", other) for other in names]))
    guide.build("-j", "1")
    assert guide.page("/block/b0/").count('<div class="part">') <= 500


@pytest.mark.parametrize("name", ["order", "sortOrder", "orderingIndex", "position", "display_order"])
def test_entries_are_in_the_order_of_the_editors_numbers(guide: Guide, space: SpaceFiles, name: str) -> None:
    step = content_type("step", field("title", "Symbol"), field(name, "Integer"))
    space.put_model(step, locales=[locale("en-US", default=True)])
    for title, place in (("a", 3), ("b", 1), ("c", 2)):
        space.put(entry("step", title, title=title, **{name: place}))
    guide.build()
    assert shown(guide, "/step/").xpath(".//strong/text()") == ["b", "c", "a"]
    assert shown(guide, "/step/a/").xpath(".//dl") == []


def test_url_and_its_label_are_one_link(guide: Guide, space: SpaceFiles) -> None:
    names = ("title", "ctaText", "ctaLink", "mapUrl", "website", "file")
    space.put_model(
        content_type("place", *(field(name, "Symbol") for name in names)), locales=[locale("en-US", default=True)]
    )
    space.put(
        entry(
            "place",
            "p",
            title="P",
            ctaText="Book now",
            ctaLink="https://example.org/b",
            mapUrl="/nowhere",
            website="a.example/b",
            file="a.md",
        )
    )
    report = guide.build()
    page = shown(guide, "/place/p/")
    assert {text_of(row.find("dt")): text_of(row.find("dd")) for row in page.xpath(".//dl/div")} == {
        "Map url": "/nowhere",
        "Website": "a.example/b",
        "File": "a.md",
    }
    website = "https://a.example/b"  # at the top among what can be done, and a fact
    assert links(page) == {"Book now": "https://example.org/b", "Website": website, "a.example/b": website}
    assert [problem["code"] for problem in report["problems"]] == ["link-dead"]


def test_heading_in_its_own_field_is_above_its_text(guide: Guide, space: SpaceFiles) -> None:
    names = {"title": "Symbol", "section1Heading": "Symbol", "section1Body": "Text", "highlightTitle2": "Symbol"}
    names |= {"highlightParagraph2": "Text", "loneHeading": "Symbol"}
    kind = content_type("post", *(field(name, kind) for name, kind in names.items()))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    texts: dict[str, Any] = {"section1Heading": "What we do", "section1Body": "A lot.", "highlightTitle2": "How"}
    space.put(entry("post", "p", title="P", **texts, highlightParagraph2="So.", loneHeading="Alone"))
    guide.build()
    page = shown(guide, "/post/p/")
    assert [text_of(prose) for prose in page.xpath(".//div[@class='prose']")] == ["What we do A lot.", "How So."]
    assert [text_of(value) for value in page.iter("dd")] == ["Alone"]


def test_pictures_with_numbers_as_titles_have_no_headings(guide: Guide, space: SpaceFiles) -> None:
    fields = [field(name, "Link", linkType="Asset") for name in ("image1", "image2", "secondPhoto", "map")]
    space.put_model(content_type("page", field("title", "Symbol"), *fields), locales=[locale("en-US", default=True)])
    pictures: dict[str, Any] = {}
    for definition in fields:
        space.put(asset(definition["id"], f"{definition['id']}.svg", 7), file=SVG)
        pictures[definition["id"]] = link("Asset", definition["id"])
    space.put(entry("page", "p", title="P", **pictures))
    guide.build()
    assert [text_of(heading) for heading in shown(guide, "/page/p/").iter("h2")] == ["Map"]


def test_markdown_markers_are_no_part_of_a_title_and_a_slug_is_no_title(guide: Guide, space: SpaceFiles) -> None:
    terms = content_type("terms", field("text", "Text"), display="text")
    page = content_type("page", field("slug", "Symbol"), field("title", "Symbol"), display="slug")
    space.put_model(terms, page, locales=[locale("en-US", default=True)])
    space.put(entry("terms", "t", text="__Terms of use__\n\n1. None."))
    space.put(entry("page", "p", slug="how-to", title="How to get here"))
    guide.build()
    home = shown(guide, "/")
    assert [text_of(card) for card in home.iter("strong")] == ["Terms of use", "How to get here"]


def test_fact_in_the_lead_is_not_repeated(guide: Guide, space: SpaceFiles) -> None:
    fields = [field("title", "Symbol"), field("intro", "RichText"), field("headline", "Symbol")]
    space.put_model(content_type("post", *fields), locales=[locale("en-US", default=True)])
    intro = node("document", node("paragraph", text("A fine day.")))
    space.put(entry("post", "p", title="P", intro=intro, headline="A fine day."))
    guide.build()
    assert text_of(shown(guide, "/post/p/")).count("A fine day.") == 1


def test_colour_is_for_templates_and_a_number_is_not(guide: Guide, space: SpaceFiles) -> None:
    names = ("title", "tint", "ink", "ticket")
    space.put_model(
        content_type("post", *(field(name, "Symbol") for name in names)), locales=[locale("en-US", default=True)]
    )
    space.put(entry("post", "p", title="P", tint="#83AA5D", ink="#fff", ticket="#123"))
    guide.build()
    assert [text_of(value) for value in shown(guide, "/post/p/").iter("dd")] == ["#123"]


def test_person_is_named_by_first_and_last_name(guide: Guide, space: SpaceFiles) -> None:
    person = content_type(
        "person", *(field(name, "Symbol") for name in ("firstName", "lastName", "job")), display="firstName"
    )
    space.put_model(person, locales=[locale("en-US", default=True)])
    space.put(entry("person", "a", firstName="Anna", lastName="Smit", job="Guide"))
    guide.build()
    page = shown(guide, "/person/anna/")
    assert text_of(page.find(".//h1")) == "Anna Smit"
    assert [text_of(value) for value in page.xpath(".//dd")] == ["Guide"]


def test_texts_except_the_body_have_their_names_above_them(guide: Guide, space: SpaceFiles) -> None:
    recipe = content_type(
        "recipe", field("title", "Symbol"), *(field(name, "Text") for name in ("ingredients", "steps", "body"))
    )
    talk = content_type(
        "talk", field("title", "Symbol"), field("shot", "Link", linkType="Asset"), field("abstractText", "Text")
    )
    post = content_type("post", field("title", "Symbol"), field("text", "Text"), field("notes", "Text"))
    space.put_model(recipe, talk, post, locales=[locale("en-US", default=True)])
    space.put(entry("recipe", "r", title="R", ingredients="Bread", steps="Bake.", body="Enjoy."))
    space.put(entry("post", "p", title="P", text="Hello.", notes="None."))
    guide.build()
    assert [text_of(heading) for heading in shown(guide, "/recipe/r/").iter("h2")] == ["Ingredients", "Steps"]
    assert [text_of(heading) for heading in shown(guide, "/post/p/").iter("h2")] == ["Notes"]


def test_summary_from_rich_text_separates_its_blocks(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("talk", field("title", "Symbol"), field("description", "RichText"))
    news = content_type("news", field("title", "Symbol"), field("description", "Text"))
    space.put_model(kind, news, locales=[locale("en-US", default=True)])
    texts = [node("paragraph", text(line)) for line in ("One night", "Many songs.")]
    space.put(entry("talk", "t", title="T", description=node("document", *texts)))
    space.put(entry("news", "n", title="N", description="- One\n- Two\n\nThree."))
    guide.build()
    cards = [text_of(card) for card in shown(guide, "/").iterfind(".//li/a/span/span")]
    assert sorted(cards) == ["One night · Many songs.", "One · Two · Three."]
    assert text_of(shown(guide, "/talk/t/").xpath(".//div[@class='lead']")[0]) == "One nightMany songs."


def test_title_that_is_only_a_file_name_is_neither_caption_nor_alt(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("page", field("title", "Symbol"), field("photos", "Array", **ASSETS))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    for name, title in (("first", "x"), ("IMG_7", "IMG_7"), ("castle", "castle"), ("web", "https://example.org/a.jpg")):
        raw = asset(name, f"{name}.svg", 7)
        raw["fields"]["title"]["en-US"] = title
        space.put(raw, file=SVG)
    space.put(
        entry("page", "p", title="P", photos=[link("Asset", name) for name in ("first", "IMG_7", "castle", "web")])
    )
    guide.build()
    page = shown(guide, "/page/p/")
    assert page.xpath(".//ul[@class='gallery']//img/@alt") == ["", "castle", ""]
    assert [text_of(caption) for caption in page.iter("figcaption")] == ["castle"]


def test_lines_of_an_address_stay_lines(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("shop", field("title", "Symbol"), field("officeAddress", "Text"), field("hours", "Text"))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    space.put(entry("shop", "s", title="S", officeAddress="1 Main St\nAtlanta\n\nUSA", hours="- Monday\n- Friday"))
    guide.build()
    page = shown(guide, "/shop/s/")
    assert len(page.xpath(".//p/br")) == 1
    assert [text_of(item) for item in page.iter("li")] == ["Monday", "Friday"]


def test_embedded_page_of_another_site_is_a_link(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("post", field("title", "Symbol"), field("body", "Text"))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    framed = '<iframe width="5" src="https://www.youtube.com/embed/a?b=1&c=2" onload="x()"></iframe>'
    body = f"See:\n\n{framed}\n\n<iframe src=javascript:x>"
    space.put(entry("post", "p", title="P", body=body))
    guide.build()
    page = shown(guide, "/post/p/")
    assert links(page) == {"www.youtube.com/embed/a": "https://www.youtube.com/embed/a?b=1&c=2"}
    assert "iframe" not in guide.page("/post/p/")


def test_name_without_translation_has_the_language_of_the_page(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("person", field("name", "Symbol"), field("text", "Text", localized=True), display="name")
    space.put_model(kind, locales=[locale("en-US", default=True), locale("de-DE", fallback="en-US")])
    space.put(entry("person", "a", name={"en-US": "Anna"}, text={"en-US": "Hello", "de-DE": "Hallo"}))
    guide.build()
    assert "lang" not in shown(guide, "/de-DE/person/anna/").find(".//h1").attrib


def test_small_copies_of_a_picture_are_left_out(guide: Guide, space: SpaceFiles) -> None:
    fields = [field(name, "Link", linkType="Asset") for name in ("thumbnail", "mobileImage", "mainImage")]
    space.put_model(content_type("page", field("title", "Symbol"), *fields), locales=[locale("en-US", default=True)])
    pictures = {"thumbnail": "small", "mobileImage": "tall", "mainImage": "wide"}
    for picture in pictures.values():
        space.put(asset(picture, f"{picture}.svg", 7), file=SVG)
    shown_in: dict[str, Any] = {name: link("Asset", picture) for name, picture in pictures.items()}
    space.put(entry("page", "p", title="P", **shown_in))
    guide.build()
    assert shown(guide, "/page/p/").xpath(".//img/@src") == ["../../files/wide/wide.svg"]


def test_only_text_of_a_page_keeps_a_meaningful_name(guide: Guide, space: SpaceFiles) -> None:
    tour = content_type("tour", field("title", "Symbol"), field("notIncluded", "Text"))
    play = content_type("play", field("title", "Symbol"), field("contentWarning", "Text"), field("playText", "Text"))
    space.put_model(tour, play, locales=[locale("en-US", default=True)])
    space.put(entry("tour", "t", title="T", notIncluded="Flights"))
    space.put(entry("play", "p", title="P", contentWarning="Nudity", playText="Ah."))
    guide.build()
    assert [text_of(heading) for heading in shown(guide, "/tour/t/").iter("h2")] == ["Not included"]
    assert [text_of(heading) for heading in shown(guide, "/play/p/").iter("h2")] == ["Content warning", "Play text"]


def test_url_of_a_button_needs_no_scheme_and_an_invalid_one_is_shown_as_text(guide: Guide, space: SpaceFiles) -> None:
    names = [f"{stem}{end}" for stem in ("book", "mail", "call", "train") for end in ("Text", "Link")]
    kind = content_type("place", field("title", "Symbol"), *(field(name, "Symbol") for name in names))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    values = (
        "Book",
        "www.book.example",
        "Write",
        "a@b.example",
        "Call",
        "+49 30 123456",
        "By train",
        "hourly from Lyon",
    )
    texts: dict[str, Any] = dict(zip(names, values, strict=True))
    space.put(entry("place", "p", title="P", **texts))
    guide.build()
    page = shown(guide, "/place/p/")
    assert links(page) == {"Book": "https://www.book.example", "Write": "mailto:a@b.example", "Call": "tel:+4930123456"}
    assert [text_of(value) for value in page.iter("dd")][-2:] == ["By train", "hourly from Lyon"]


def test_alt_text_is_that_of_its_picture(guide: Guide, space: SpaceFiles) -> None:
    names = ("logo", "image")
    fields = [f for name in names for f in (field(name, "Link", linkType="Asset"), field(f"{name}Alt", "Symbol"))]
    space.put_model(content_type("museum", field("title", "Symbol"), *fields), locales=[locale("en-US", default=True)])
    values: dict[str, Any] = {}
    for name in names:
        space.put(asset(name, f"{name}.svg", 7), file=SVG)
        values |= {name: link("Asset", name), f"{name}Alt": f"The {name}"}
    space.put(entry("museum", "m", title="M", **values))
    guide.build()
    assert shown(guide, "/museum/m/").xpath(".//div[@class='picture']//img/@alt") == ["The image"]


def test_path_leads_to_an_existing_page_rather_than_to_one_formerly_there(guide: Guide, space: SpaceFiles) -> None:
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), field("body", "Text"))
    venue = content_type("venue", field("title", "Symbol"), field("slug", "Symbol"))
    space.put_model(page, venue, locales=[locale("en-US", default=True)])
    space.put(entry("page", "news", title="Hall news", slug="hall"))
    space.put(entry("page", "p", title="P", slug="p", body="[to](/hall)"))
    space.put(entry("venue", "hall", title="The hall", slug="hall"))
    guide.build()
    assert links(shown(guide, "/page/p/"))["to"] == "../hall/index.html"
    space.put(entry("page", "news", 2, title="Hall news", slug="hall-news"))
    guide.build()
    assert links(shown(guide, "/page/p/"))["to"] == "../../venue/hall/index.html"
