"""Without a template: the content model alone decides what an entry's page shows, and in which order."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html

from exporter.core.model import read_content_type
from exporter.guide.schema.dates import machine_date, read_date, write_date
from exporter.guide.schema.field_roles import embedded_types, pages_of, roles_of
from exporter.guide.schema.field_words import words_of
from exporter.render.entry.values import table
from exporter.render.view.languages import babel_locale
from exporter.render.view.view import View
from tests.conftest import ACCESS_TOKEN, Guide, asset, content_type, entry, link, locale
from tests.support.everything import ASSETS, ENTRIES, SPACE, TYPES, embedded, field, node

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from exporter.guide.library.questions import Question
    from exporter.guide.schema.field_roles import Roles
    from tests.conftest import Outcome, SpaceFiles


def roles(*fields: Any, display: str = "title", name: str = "page") -> Roles:
    return roles_of(read_content_type(content_type(name, *fields, display=display)))


@pytest.fixture
def everything(tmp_path: Path, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch) -> Guide:
    """The guide of a space with everything that a space can contain."""
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    with SPACE.serve() as url:
        (tmp_path / "site.yaml").write_text(f"title: All\nsource: {{space: s, url: '{url}'}}\n", "utf-8")
        guide = Guide(tmp_path, call)
        guide.build()
    return guide


def text_of(node: Any) -> str:
    return " ".join(node.text_content().split())


def facts(tree: Any) -> dict[str, str]:
    rows = tree.xpath("//article/aside/dl[@class='facts']/div")
    return {text_of(row.find("dt")): text_of(row.find("dd")) for row in rows}


def test_page_of_an_entry_shows_what_its_editor_meant(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/event/night/").encode())
    assert text_of(page.find(".//h1")) == "A night of music"
    assert text_of(page.find(".//div[@class='lead']")) == "One night, many songs."
    assert page.xpath("//div[@class='picture']/figure/img/@src") == ["../../files/poster/poster.svg"]
    assert facts(page) == {
        "Starts": "May 1, 2026, 7:00 PM UTC+02:00",
        "Elsewhere": "In another space",
        "End date": "May 2, 2026",
        "Everywhere": "In another space",
        "Free": "No",
        "Price": "12,345.5",
        "Founded": "1987",
        "Place": "38.71235, -9.1234",
        "Keywords": "music, night",
        "Contacts": "hall@example.org, example.org/contact",
        "Phone": "+351 21 000 0000",
        "Website": "example.org",
    }
    headings = [text_of(heading) for heading in page.xpath("//article//h2")]
    assert headings == [
        *("Venue", "Plan", "Details", "Programme", "Equipment", "Pictures", "Mind the step", "Afterword"),
        "Related",
    ]
    assert "EVT-2026" not in text_of(page)
    assert "tickets" not in text_of(page)


def test_lists_of_dated_entries_are_in_calendar_order(everything: Guide) -> None:
    titles = html.document_fromstring(everything.page("/event/").encode()).xpath("//main//strong/text()")
    assert titles == ["An earlier one", "A night of music", "Event"]


def test_entry_without_a_page_is_shown_on_the_page_that_links_to_it(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/ar/event/night/").encode())
    part = page.xpath("//section[h2='Venue']/div[@class='part']")[0]
    assert [text_of(value) for value in part.xpath("dl/div/dd")] == ["شارع التل 1", "Lisbon", "ليلة موسيقية"]
    assert text_of(part.find("section//td")) == "9–17"
    assert not (everything.root / "site/venue").exists()


def test_first_of_the_types_that_link_only_to_each_other_has_pages(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/door/door000000000000001/").encode())
    assert text_of(page.find(".//h1")) == "This way"
    assert text_of(page.xpath("//section[h2='Room']/div[@class='part']")[0]).endswith("A wall, pasted")
    assert not (everything.root / "site/room").exists()


def test_type_linked_only_from_its_own_entries_has_pages() -> None:
    tree = content_type("tree", field("text", "Text"), field("below", "Array", "tree", **ENTRIES), display="")
    assert pages_of({"tree": read_content_type(tree)}) == ("tree",)


def test_parts_are_shown_once_on_their_pages_and_are_not_in_the_navigation(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/event/night/").encode())
    parts = page.xpath("//section[div[@class='part']/h2='Mind the step']/div[@class='part']")
    assert [text_of(part) for part in parts] == ["So good.", "Mind the step Mind the step So good."]
    home = html.document_fromstring(everything.page("/").encode())
    assert home.xpath("//nav[@class='sections']/a/text()") == ["Event", "This way", "Setting", "Map"]
    assert [text_of(chip) for chip in home.xpath("//ul[@class='chips']//a")] == []


def test_json_is_shown_as_tables_and_markup_in_it_as_text(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/event/night/").encode())
    rows = [[text_of(cell) for cell in row] for row in page.xpath("//section[h2='Programme']//tr")]
    assert rows == [
        ["Open", "Seats", "Starts at", "What", "Link"],
        ["Yes", "1200", "May 1, 2026, 7:00 PM", "Doors", ""],
        ["No", "", "May 1, 2026, 8:00 PM UTC+02:00", "Music", "example.org"],
    ]
    cells = {text_of(row[0]): text_of(row[1]) for row in page.xpath("//section[h2='Equipment']/div/table/tr")}
    assert cells == {
        "<b>": "<script>alert(1)</script>",
        "At": "38.7, -9.1",
        "Count": str(10**40),
        "Linked": "In another space",
        "Microphones": "12",
        "Nowhere": "Lat1e+300Lon0",
        "Mixed": "1twoThreeFourFive: Six: Seven: Yes",
        "Stage plan": "By1 Hill StreetDepths8, 9.25FileplanWidth12.5",
    }


def test_asset_list_is_a_gallery_without_the_picture_above_and_files_are_links(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/event/night/").encode())
    gallery = page.xpath("//section[h2='Pictures']/ul[@class='gallery']/li")
    assert [item.xpath(".//img/@alt | .//a/@href")[0] for item in gallery] == [
        "photo",
        "../../files/leaflet/leaflet.pdf",
    ]


def test_referrers_that_are_parts_of_pages_are_left_out(guide: Guide, space: SpaceFiles) -> None:
    blocks = field("blocks", "Array", "quote", "notice", **ENTRIES)
    page = content_type("page", ("title", "Symbol"), ("slug", "Symbol"), blocks)
    more = field("more", "Array", **ENTRIES)
    types = [content_type(name, ("title", "Symbol"), more) for name in ("quote", "notice")]
    space.put_model(page, *types, locales=[locale("en-US", default=True)])
    space.put(entry("page", "p", title="Page", slug="p", blocks=[link("Entry", "q")]))
    space.put(entry("page", "p2", title="Other page", slug="p2", blocks=[link("Entry", "q")]))
    space.put(entry("quote", "q", title="Quote", more=[link("Entry", "p")]))
    space.put(entry("notice", "n", title="Notice", more=[link("Entry", "q")]))
    guide.build()
    found = {}
    for url in ("/page/p/", "/quote/quote/"):
        headings = html.document_fromstring(guide.page(url).encode()).xpath("//h2[span[@class='count']]")
        found[url] = [text_of(heading) for heading in headings]
    assert found == {"/page/p/": [], "/quote/quote/": ["Page 1", "Notice 1"]}


def test_notes_of_editors_and_texts_for_search_engines_are_never_titles_for_readers(
    guide: Guide, space: SpaceFiles
) -> None:
    note = field("internalName", "Symbol")
    inside = [{"nodes": {"embedded-entry-block": [{"linkContentType": ["shot"]}]}}]
    space.put_model(
        content_type(
            "post",
            *(note, field("title", "Symbol"), field("slug", "Symbol")),
            field("seoFields", "Link", "seo", linkType="Entry"),
            field("body", "RichText", validations=inside),
            display="internalName",
        ),
        content_type("seo", note, field("pageTitle", "Symbol"), display="internalName"),
        content_type("shot", note, field("caption", "Symbol"), display="internalName"),
        locales=[locale("en-US", default=True)],
    )
    space.put(entry("seo", "s", internalName="NOTE s", pageTitle="Cheap tickets"))
    space.put(entry("shot", "h", internalName="NOTE h", caption="On the hill"))
    body = {"en-US": node("document", embedded("h"), embedded("h"))}
    seo = link("Entry", "s")
    space.put(entry("post", "p", internalName="NOTE p", title="News", slug="news", seoFields=seo, body=body))
    guide.build()
    page = html.document_fromstring(guide.page("/post/news/").encode())
    assert text_of(page.find(".//article")) == "News CaptionOn the hill CaptionOn the hill"
    home = html.document_fromstring(guide.page("/").encode())
    assert home.xpath("//nav[@class='sections']/a/text()") == ["News"]
    assert not [file for file in (guide.root / "site").rglob("*.html") if "Cheap" in file.read_text("utf-8")]


@pytest.mark.parametrize(
    ("text", "title", "below"),
    [
        ("New!\n\n## Why\n\nBecause.", "New!", "Why Because."),
        ("# New!\nBecause.", "New!", "Because."),
        ("New!\nBecause.", "New!", "New! Because."),
        ("New!\n====\nBecause.", "New!", "New! Because."),
    ],
)
def test_text_used_as_a_title_is_not_lost_and_its_title_is_not_repeated(
    guide: Guide, space: SpaceFiles, text: str, title: str, below: str
) -> None:
    space.put_model(content_type("page", ("text", "Text"), display="text"), locales=[locale("en-US", default=True)])
    space.put(entry("page", "p", text=text))
    guide.build()
    (file,) = (guide.root / "site/page").glob("*/index.html")
    page = html.parse(file)
    assert (text_of(page.find(".//h1")), text_of(page.find(".//div[@class='prose']"))) == (title, below)


def test_warning_about_a_text_whose_first_line_is_the_title_names_its_field(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "mill", title="The mill", slug="mill", body="# The mill\n\n[Gone](entry/gone)"))
    outcome = guide.run("build", "--json")
    found = [
        (problem["item"], problem["field"]) for problem in outcome.json["problems"] if problem["code"] == "link-dead"
    ]
    assert found == [("entry:mill", "body")]
    assert "The mill" not in text_of(
        html.document_fromstring(guide.page("/place/mill/")).find(".//div[@class='prose']")
    )


def test_markdown_in_a_caption_is_markup(guide: Guide, space: SpaceFiles) -> None:
    picture = field("picture", "Link", linkType="Asset")
    kind = content_type("photo", ("title", "Symbol"), picture, ("caption", "Text"), ("credits", "Symbol"))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    shown = link("Asset", "pic")
    space.put(entry("photo", "p", title="photo", picture=shown, caption="*Up* there", credits="A. *B.*"))
    guide.build()
    caption = html.document_fromstring(guide.page("/photo/photo/").encode()).find(
        ".//div[@class='picture']/figure/figcaption"
    )
    assert caption is not None
    assert [text_of(line) for line in caption.findall("div")] == ["Up there", "A. *B.*"]
    assert [text_of(words) for words in caption.iter("em")] == ["Up"]


def test_part_embedded_in_a_rich_text_is_shown_there_completely(everything: Guide) -> None:
    page = html.document_fromstring(everything.page("/event/night/").encode())
    quote = page.xpath("//h3[.='Higher']/following-sibling::div[@class='part']")
    assert [text_of(quoted) for quoted in quote] == ["So good."]
    assert "Home > quote" not in text_of(page.find(".//main"))


def test_list_split_by_links_among_its_own_entries_is_named_after_the_field(guide: Guide, space: SpaceFiles) -> None:
    friend = {**field("friend", "Link", linkType="Entry"), "name": "Best friend"}
    owner = {**field("owner", "Link", linkType="Entry"), "name": "Kept by"}
    cat = content_type("cat", ("title", "Symbol"), friend, owner)
    space.put_model(cat, content_type("human", ("title", "Symbol")), locales=[locale("en-US", default=True)])
    for name, friend_id, owner_id in (("a", "b", "h"), ("b", "a", "i"), ("c", "b", "h")):
        space.put(entry("cat", name, title=name, friend=link("Entry", friend_id), owner=link("Entry", owner_id)))
    for name in ("h", "i"):
        space.put(entry("human", name, title=name))
    guide.build()
    headings = html.document_fromstring(guide.page("/cat/").encode()).xpath("//section[@class='by']/h2/text()")
    assert headings == ["Best friend", "Human"]


def test_source_code_is_shown_unchanged(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("example", ("title", "Symbol"), ("snippet", "Text"), ("text", "Text"))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    space.put(entry("example", "e", title="one", snippet="# a *b*\n  <c>", text="# a"))
    guide.build()
    page = html.document_fromstring(guide.page("/example/one/").encode())
    assert page.xpath("//pre/code/text()") == ["# a *b*\n  <c>"]
    assert text_of(page.find(".//div[@class='prose']")) == "a"


def test_asset_that_browsers_cannot_show_is_a_link(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type("page", ("title", "Symbol"), field("scan", "Link", linkType="Asset"))
    space.put_model(kind, locales=[locale("en-US", default=True)])
    space.put(entry("page", "p", title="page", scan=link("Asset", "scan")))
    tiff = asset("scan", "old_map.tiff", 3, kind="image/tiff")
    del tiff["fields"]["title"]
    space.put(tiff, file=b"II*")
    guide.build()
    page = html.document_fromstring(guide.page("/page/page/").encode())
    assert (page.findall(".//main//img"), facts(page)) == ([], {"Scan": "old map"})


def test_words_of_an_id_are_found_in_any_notation() -> None:
    assert {words_of(name) for name in ("shortDescription", "short_description", "Short description")} == {
        ("short", "description")
    }
    assert words_of("seoURL2Title") == ("seo", "url", "2", "title")


@pytest.mark.parametrize("title", ["", " ", "\u200b", "\x03\x07", "\u200f\u200e", "\ufeff", "\xad", "\ufffe"])
def test_invisible_title_is_no_title(guide: Guide, space: SpaceFiles, title: str) -> None:
    space.put(entry("category", "unseen", title=title, slug="unseen"))
    guide.build()
    assert "<h1>Category</h1>" in guide.page("/category/unseen/")


def test_title_is_the_one_for_readers() -> None:
    title, headline = field("title", "Symbol"), field("headline", "Symbol")
    assert roles(title, headline).title == "title"
    assert roles(field("internalName", "Symbol"), headline, display="internalName").title == "headline"
    assert roles(field("internalName", "Symbol"), display="internalName").title == "internalName"
    assert roles(headline, display="").named_by == ("headline",)
    internal, of_page, of_shop = (field(name, "Symbol") for name in ("internalName", "pageName", "shopName"))
    assert roles(internal, of_shop, of_page, display="internalName").title == "pageName"
    assert roles(internal, of_shop, of_page, headline, display="internalName").title == "headline"
    assert roles(internal, of_shop, field("seoTitle", "Symbol"), display="internalName").title == "internalName"


def test_types_for_search_engines_have_no_pages_and_are_shown_on_none() -> None:
    internal = field("internalName", "Symbol")
    seo = content_type("pageSeo", internal, field("pageTitle", "Symbol"), display="internalName")
    shop = content_type("seoShop", ("title", "Symbol"), ("slug", "Symbol"))
    links = [field("seoFields", "Link", linkType="Entry"), field("more", "Link", "pageSeo", linkType="Entry")]
    page = content_type("page", ("title", "Symbol"), *links, field("shop", "Link", "seoShop", "page", linkType="Entry"))
    types = {definition["sys"]["id"]: read_content_type(definition) for definition in (seo, shop, page)}
    assert pages_of(types) == ("page", "seoShop")
    assert roles_of(types["page"]).hidden == {"seoFields", "more"}


def test_date_or_language_given_as_text_is_written_in_words(guide: Guide, space: SpaceFiles) -> None:
    kind = content_type(
        "talk",
        ("title", "Symbol"),
        ("postedOn", "Symbol"),
        ("spokenLanguage", "Symbol"),
        field("dates", "Array", items={"type": "Symbol"}),
        ("code", "Symbol"),
    )
    space.put_model(kind, locales=[locale("en-US", default=True)])
    said_so: dict[str, Any] = {"postedOn": "2026-05-01T10:00:00.000Z", "spokenLanguage": "de-DE", "code": "de-DE"}
    space.put(entry("talk", "t", title="talk", dates=["2026-05-01", "May"], **said_so))
    guide.build()
    assert facts(html.document_fromstring(guide.page("/talk/talk/").encode())) == {
        "Postedon": "May 1, 2026, 10:00 AM UTC",
        "Spokenlanguage": "German (Germany)",
        "Dates": "May 1, 2026, May",
        "Code": "de-DE",
    }


def test_summary_is_recognised_by_its_name_and_a_picture_by_its_type() -> None:
    found = roles(
        ("title", "Symbol"),
        ("metaDescription", "Symbol"),
        ("pageDescription", "Text"),
        ("teaser", "Text"),
        field("logo", "Link", linkType="Asset"),
        field("photos", "Array", **ASSETS),
        field("cover", "Link", linkType="Asset"),
        ("photoCredits", "Symbol"),
    )
    assert found.summaries == ("teaser", "pageDescription")
    assert found.pictures == ("cover", "logo", "photos")
    assert (sorted(found.captions), sorted(found.hidden)) == (["photoCredits"], ["metaDescription"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("date", ("date", True)),
        ("publishedAt", ("publishedAt", True)),
        ("releaseDate", ("releaseDate", True)),
        ("startDate", ("startDate", False)),
        ("eventDate", ("eventDate", False)),
        ("birthday", ("", False)),
        ("endDate", ("", False)),
        ("lastUpdatedDate", ("", False)),
    ],
)
def test_date_of_an_event_puts_entries_in_calendar_order(name: str, expected: tuple[str, bool]) -> None:
    found = roles(("title", "Symbol"), (name, "Date"))
    assert (found.date, found.newest_first) == expected


def test_news_is_listed_newest_first_and_undated_last(guide: Guide, space: SpaceFiles) -> None:
    news = content_type("news", ("title", "Symbol"), ("publishDate", "Date"))
    space.put_model(news, locales=[locale("en-US", default=True)])
    dates = {"a": "2026-01-02", "b": "2026-01-02T10:00+01:00", "c": "2024-12-31", "d": "soon"}
    dates |= {"f": "2026-01-01T23:00-11:00", "g": "2026-01-02T01:00+02:00", "h": "1850-01-01", "i": "9999-12-31"}
    for name, date in dates.items():
        space.put(entry("news", name, title=name, publishDate=date))
    space.put(entry("news", "e", title="e"))
    guide.build()
    assert html.document_fromstring(guide.page("/news/").encode()).xpath("//main//strong/text()") == list("ifbagchde")


def test_types_with_slug_come_first_then_those_that_others_link_to_and_parts_last() -> None:
    types = {definition["sys"]["id"]: read_content_type(definition) for definition in TYPES}
    assert pages_of(types) == ("event", "room", "setting", "quote", "notice")
    assert embedded_types(types) == {"quote", "notice"}


@pytest.mark.parametrize(
    ("value", "code", "expected"),
    [
        ("2018-01-01", "en-US", "January 1, 2018"),
        ("2018-01-01T10:00+01:00", "de-DE", "1. Januar 2018, 10:00 UTC+01:00"),
        ("2018-01-01T00:00-06:00", "en-US", "January 1, 2018"),
        ("2018-01-01T23:00:00+00:00", "en-GB", "1 January 2018, 23:00 UTC"),
        ("2018-01-01T21:12:45.621Z", "fr", "1 janvier 2018, 21:12 UTC"),
        ("2019-07-01T08:30", "en-GB", "1 July 2019, 08:30"),
        ("2016-12-31T23:59:60Z", "en-GB", "31 December 2016, 23:59 UTC"),
        ("2018-01-01T24:00-00:00", "en-GB", "2 January 2018"),
        ("0099-01-01", "en-GB", "1 January 99"),
    ],
)
def test_date_is_written_in_the_form_of_the_language(value: str, code: str, expected: str) -> None:
    moment, known = read_date(value), babel_locale(code)
    assert moment is not None
    assert known is not None
    assert re.sub(r"\s", " ", write_date(moment, known)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2018-01-01", "2018-01-01"),
        ("2018-01-01T10:00+01:00", "2018-01-01T10:00+01:00"),
        ("2018-01-01T10:00:00.123456789-00:00", "2018-01-01T10:00Z"),
        ("2016-12-31T23:59:60-0330", "2016-12-31T23:59:59-0330"),
        ("2018-01-01T24:00", "2018-01-02T00:00"),
    ],
)
def test_date_is_written_for_machines_in_the_form_of_html(value: str, expected: str) -> None:
    moment = read_date(value)
    assert moment is not None
    assert machine_date(moment) == expected


@pytest.mark.parametrize(
    "value",
    [
        *("", "soon", "2018-13-01", "2018-1-1", "2018-01-01T25:00", None, 20180101, "٢٠١٨-٠١-٠١", "9999-12-31T24:00"),
        *("2018-01-01T10:00+24:00", "2018-01-01T10:00+99:99", "2018-01-01T10:00:61", "2018-01-01T24:01", "0000-01-01"),
    ],
)
def test_invalid_date_is_none(value: Any) -> None:
    assert read_date(value) is None


class Words(View):
    """A page that has only a language."""

    def __init__(self) -> None:
        self.locale = "en-US"

    def ask(self, question: Question[Any]) -> Any:
        return " ".join(question) if question.subject == "word" else ""


TEXT = st.text("<>&\"'x1 {}/", max_size=5)
JSON = st.recursive(
    TEXT | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.booleans() | st.none(),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(TEXT | st.sampled_from(["lat", "lon"]), inner, max_size=4)
    ),
    max_leaves=30,
)


def leaves(value: Any) -> list[str]:
    if isinstance(value, dict | list):
        return [text for item in (value.values() if isinstance(value, dict) else value) for text in leaves(item)]
    return [value.strip()] if isinstance(value, str) and value.strip() else []


@given(JSON)
@settings(max_examples=200)
def test_texts_of_any_json_field_are_shown_and_only_as_texts(value: Any) -> None:
    view = Words()
    written = table(view.wrap(value), view)
    tree = html.fragment_fromstring(written, create_parent="div")
    shown = tree.text_content()
    assert [leaf for leaf in leaves(value) if leaf not in shown] == []
    tags = {element.tag for element in tree.iter()}
    assert tags <= {"div", "table", "thead", "tbody", "tr", "th", "td", "ol", "li", "a"}
