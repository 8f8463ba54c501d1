"""A museum's space as a page builder's user makes it reads right without templates, from top to bottom."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from exporter.cli.commands import run
from tests.conftest import SpaceFiles
from tests.render.entry.test_zero_configuration import text_of
from tests.support.crawl import Crawl
from tests.support.page_builder import BEHIND, INTERNAL, SECTIONS, SITE, put_page_builder
from tests.support.page_builder_model import FRAME, PARTS, TYPES, WRAPPERS

if TYPE_CHECKING:
    from playwright.sync_api import Page

HIDDEN = (
    INTERNAL,
    "#0b6e4f",
    "bg-harbour",
    "icon-anchor",
    "GTM-AB12",
    "form.send",
    "newsletter.consent",
    "museum tickets",
    "jane@",
    *("Height", "Field type", "Required", "Submit label", "Send", "I agree to get", "Your name", "Your address"),
)
"""What no reader meets: internal names, keys, looks, what search engines get, what is for a form to be filled in."""
LANGUAGES = {"en-US": "", "ar": "ar/", "de-DE": "de-DE/"}


@pytest.fixture(scope="module")
def museum(tmp_path_factory: pytest.TempPathFactory) -> Crawl:
    """The guide, built from a title and a source."""
    root = tmp_path_factory.mktemp("museum")
    put_page_builder(SpaceFiles(root / "space"))
    settings = {"title": "Harbour museum", "source": {"local": str(root / "space")}}
    (root / "site.yaml").write_text(json.dumps(settings), "utf-8")
    assert run(["-C", str(root), "-q", "build"]) == 0
    return Crawl(root / "site")


@pytest.fixture(scope="module")
def met(museum: Crawl) -> dict[str, Any]:
    """The main part of each page that a reader can come to, by its path."""
    alone = {*museum.unreached()}
    pages = {museum.name(url): tree for url, tree in museum.trees.items()}
    led = {path: tree for path, tree in pages.items() if path not in alone and not tree.xpath("//meta[@http-equiv]")}
    return {path: tree.find(".//main") for path, tree in led.items()}


def cards(main: Any) -> list[str]:
    return [text_of(card.find(".//strong")) for card in main.iterfind(".//a[@class='card']")]


def test_space_has_forty_content_types_and_an_entry_of_each() -> None:
    used = {raw["sys"]["contentType"]["sys"]["id"] for raw in (*SITE, *SECTIONS, *BEHIND)}
    assert len(TYPES) == 40
    assert {content_type["sys"]["id"] for content_type in TYPES} == used


def test_every_page_that_is_no_part_is_reached_and_no_link_is_dead(museum: Crawl) -> None:
    parts = {content_type["sys"]["id"] for content_type in (*PARTS, *WRAPPERS, *FRAME)}
    alone = [path.removeprefix("/ar").removeprefix("/de-DE") for path in museum.unreached()]
    assert {path.split("/")[1] for path in alone} <= parts
    assert museum.dead() == []


def test_readers_meet_nothing_that_is_for_editors_and_programs(met: dict[str, Any]) -> None:
    assert len(met) > 50
    assert [(path, hidden) for path, main in met.items() for hidden in HIDDEN if hidden in text_of(main)] == []


NAVIGATION = {
    "en-US": (
        "Article",
        "Night of lights",
        "Exhibit",
        "Page",
        "North quay",
        "Boats",
        "Tag",
        "Ada Quay",
        "Great hall",
        "Map",
    ),
    "ar": (
        "مقال",
        "ليلة الأضواء",
        "Exhibit",
        "صفحة",
        "الرصيف الشمالي",
        "قوارب",
        "الوسم",
        "Ada Quay",
        "القاعة الكبرى",
        "الخريطة",
    ),
    "de-DE": (
        "Artikel",
        "Nacht der Lichter",
        "Exhibit",
        "Seite",
        "North quay",
        "Boote",
        "Schlagwort",
        "Ada Quay",
        "Great hall",
        "Karte",
    ),
}
"""What stands in the navigation: content types, in the page's language if the theme knows them; of those with one
entry that entry.
"""


@pytest.mark.parametrize("code", LANGUAGES)
def test_navigation_offers_what_readers_come_for_and_no_frame(museum: Crawl, code: str) -> None:
    tree = museum.trees[(museum.root / LANGUAGES[code] / "index.html").as_uri()]
    assert tuple(text_of(item) for item in tree.xpath("//nav[@class='sections']/a")) == NAVIGATION[code]
    assert tree.xpath("//nav[@class='sections']/a[@aria-current]") == []


def test_home_page_begins_with_the_space_s_own_blocks_in_order(met: dict[str, Any]) -> None:
    home = met["/index.html"]
    own = ["A harbour full of stories", "Welcome aboard", "This month", "In numbers", "Stay in touch"]
    assert [text_of(heading) for heading in home.iterfind("article//h2")] == own
    assert [text_of(heading) for heading in home.xpath("./article//h3")][:2] == ["Under the lights", "The oldest boat"]
    assert "Home" not in cards(home)
    assert cards(home)[0] == "The story of boat 5"
    assert cards(met["/page/index.html"]) == ["Contact", "Look around", "Plan your visit"]


def test_button_of_the_first_block_leads_to_its_page(met: dict[str, Any]) -> None:
    (button,) = (link for link in met["/index.html"].iterfind("article//a") if text_of(link) == "Plan your visit")
    assert button.get("href") == "page/visit/index.html"


def test_blocks_show_all_that_editors_wrote(met: dict[str, Any]) -> None:
    visit = text_of(met["/page/visit/index.html"])
    for said in ("Tuesday to Sunday", "May dogs come in?", "On a lead, yes.", "There is a ramp", "Line 7 stops here."):
        assert said in visit
    for said in ("Write to us", "The quay at dawn"):
        assert said in text_of(met["/page/contact/index.html"])
    arabic = text_of(met["/ar/page/visit/index.html"])
    for said in ("هل يُسمح بالكلاب؟", "نعم بمقود.", "اشترِ تذكرة"):
        assert said in arabic


def facts(main: Any) -> dict[str, str]:
    return {text_of(row.find("dt")): text_of(row.find("dd")) for row in main.xpath(".//dl[@class='facts']/div")}


def test_inputs_of_a_form_are_not_listed_where_none_can_be_filled_in(met: dict[str, Any]) -> None:
    assert text_of(met["/page/contact/index.html"]) == "Contact Write to us The quay at dawn"
    assert text_of(met["/ar/page/contact/index.html"]) == "اتصل بنا راسلنا الرصيف فجرًا"


def test_figure_is_a_line_with_its_number_and_what_it_counts(met: dict[str, Any]) -> None:
    lines = [text_of(line) for line in met["/index.html"].iterfind("article//p")]
    assert [line for line in lines if line[0].isdigit()] == ["48 boats", "120 years"]
    assert "48 قاربًا" in [text_of(line) for line in met["/ar/index.html"].iterfind("article//p")]


def test_price_is_one_fact_in_the_language_of_the_page(met: dict[str, Any]) -> None:
    assert facts(met["/event/night-of-lights/index.html"])["Price"] == "€12.50"
    assert facts(met["/de-DE/event/night-of-lights/index.html"])["Preis"] == "12,50 €"


def test_links_stand_behind_the_text_without_a_designer_s_word_for_them(met: dict[str, Any]) -> None:
    assert facts(met["/index.html"]) == {}
    article = [text_of(line) for line in met["/index.html"].xpath("./article//h3[1]/following-sibling::*")][:2]
    assert article == ["One night only.", "Night of lights"]
    visit = met["/page/visit/index.html"]
    assert facts(visit) == {}
    assert [text_of(line) for line in visit.iter("p")][-2:] == ["Tickets are sold online.", "Buy a ticket"]


def test_types_of_one_entry_have_no_list(museum: Crawl) -> None:
    folders = [museum.root / code for code in LANGUAGES.values()]
    names = ("event", "venue", "category", "person", "room")
    assert [name for name in names for folder in folders if (folder / name / "index.html").exists()] == []


def test_facts_are_called_in_the_language_of_the_page_and_tags_stand_in_a_line(met: dict[str, Any]) -> None:
    assert facts(met["/article/boat-1/index.html"]) == {
        "Author": "Ada Quay",
        "Tags": "Sail, Wood",
        "Publish date": "January 12, 2026",
    }
    assert [*facts(met["/ar/article/boat-1/index.html"])] == ["المؤلف", "الوسوم", "تاريخ النشر"]


def test_quotation_stands_before_who_said_it(met: dict[str, Any]) -> None:
    part = met["/article/boat-1/index.html"].find(".//blockquote/../..")
    assert [text_of(piece) for piece in part] == ["She was the first of her kind.", "Ada Quay"]


def test_gallery_of_a_block_is_shown_whole_below_the_heading_of_the_block(met: dict[str, Any]) -> None:
    rooms = met["/page/look-around/index.html"]
    assert [text_of(heading) for heading in rooms.iter("h1", "h2", "h3")] == [
        *("Look around", "The rigging", "From the rooms"),
    ]
    assert rooms.xpath(".//ul[@class='gallery']//img/@alt") == ["Red sails", "A map of the harbour"]
    assert [text_of(line) for line in rooms.iter("figcaption")] == ["Red sails", "A map of the harbour"]


def test_headings_of_every_page_are_in_order(met: dict[str, Any]) -> None:
    wrong = []
    for path, main in met.items():
        levels = [int(heading.tag[1]) for heading in main.iter("h1", "h2", "h3", "h4", "h5", "h6")]
        steps = pairwise(levels)
        if levels[:1] != [1] or levels.count(1) != 1 or any(after > before + 1 for before, after in steps):
            wrong.append((path, levels))
    assert wrong == []


def test_wrapped_pictures_have_the_words_of_their_wrappers(met: dict[str, Any]) -> None:
    assert met["/article/boat-1/index.html"].xpath(".//div[@class='picture']//img/@alt") == ["A boat with red sails"]
    assert met["/ar/article/boat-1/index.html"].xpath(".//div[@class='picture']//img/@alt") == ["قارب بأشرعة حمراء"]


def test_pages_in_arabic_are_right_to_left_and_name_what_is_only_in_another_language(museum: Crawl) -> None:
    pages = {museum.name(url): tree for url, tree in museum.trees.items()}
    assert {tree.get("dir") for path, tree in pages.items() if path.startswith("/ar/")} <= {"rtl", None}
    assert pages["/ar/page/visit/index.html"].get("dir") == "rtl"
    assert text_of(pages["/ar/page/visit/index.html"].find(".//h1")) == "خطط لزيارتك"
    german = pages["/de-DE/article/index.html"].find(".//main")
    assert {text_of(note) for note in german.iter("small")} == {"Nur auf Englisch"}


@pytest.mark.parametrize("width", [390, 1280])
def test_pages_fit_phone_and_desktop(museum: Crawl, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    for path in ("index.html", "ar/index.html", "page/visit/index.html", "ar/article/boat-1/index.html"):
        page.goto((museum.root / path).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") == width, path
        boxes = page.locator("main h1, main h2, main img, main a").evaluate_all(
            "found => found.filter(one => !one.closest('.chips, .shelf')).map(one => one.getBoundingClientRect())"
            ".map(box => [box.left, box.right])"
        )
        assert [box for box in boxes if box[0] < 0 or box[1] > width] == []


def test_no_address_is_made_of_an_internal_name_where_readers_are_led(met: dict[str, Any]) -> None:
    assert [path for path in met if re.search(r"intern-", path)] == []
