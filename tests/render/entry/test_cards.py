"""What cards and the top of pages say of any entry: what and where it is, what decides, what can be done at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.core.model import read_content_type
from exporter.guide.schema.card_fields import CardFields, card_fields
from exporter.guide.schema.field_roles import roles_of
from exporter.render.entry.measures import measure_of, write_measure
from tests.conftest import CATEGORY, SLUG, content_type, entry, link, locale
from tests.support.steps import template

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

TO_ONE = {"type": "Link", "linkType": "Entry", "localized": False}
WALK = content_type(
    "walk",
    ("title", "Symbol"),
    SLUG,
    {**TO_ONE, "id": "category", "name": "Category"},
    {**TO_ONE, "id": "city", "name": "City"},
    {"id": "free", "name": "Free entry", "type": "Boolean", "localized": False},
    {"id": "distance", "name": "Distance (km)", "type": "Number", "localized": False},
    {"id": "duration", "name": "Duration (minutes)", "type": "Integer", "localized": False},
    {"id": "phone", "name": "Phone", "type": "Symbol", "localized": False},
    {"id": "location", "name": "Location", "type": "Location", "localized": False},
)
CITY = content_type("city", ("title", "Symbol"), SLUG)


@pytest.fixture
def walks(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of two walks in a city."""
    space.put_model(WALK, CITY, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])
    space.put(entry("city", "porto", title={"en-US": "Porto", "de-DE": "Hafen"}, slug="porto"))
    values: dict[str, Any] = {"category": link("Entry", "sights"), "city": link("Entry", "porto"), "distance": 2.5}
    values |= {"duration": 90, "phone": "+351 21 000 000", "location": {"lat": 41.1, "lon": -8.6}}
    for name, free in (("up", True), ("down", False)):
        titles = {"en-US": name, "de-DE": f"{name}!"}
        space.put(entry("walk", name, title=titles, slug=name, free=free, **values))
    guide.build()
    return guide


def main_of(guide: Guide, url: str) -> Any:
    """Return the main part of a page."""
    return html.document_fromstring(guide.page(url).encode()).find(".//main")


def lines(guide: Guide, url: str, name: str) -> list[str]:
    """Return the texts of the elements of a class in the main part of a page."""
    main = main_of(guide, url)
    return ["".join(found.itertext()).strip() for found in main.xpath(f".//*[@class='{name}']")]


def test_card_says_what_and_where_and_what_decides(walks: Guide) -> None:
    assert lines(walks, "/walk/", "eyebrow") == ["Sights · Porto"] * 2
    assert lines(walks, "/walk/", "key") == ["1 hr 30 min · 2.5 km", "Free entry · 1 hr 30 min"]
    assert lines(walks, "/de-DE/walk/", "eyebrow") == ["Orte · Hafen"] * 2
    assert lines(walks, "/de-DE/walk/", "key") == ["1 Std. 30 Min. · 2,5 km", "Eintritt frei · 1 Std. 30 Min."]


def test_card_on_the_page_of_a_city_does_not_repeat_it(walks: Guide) -> None:
    assert lines(walks, "/city/porto/", "eyebrow") == ["Sights"] * 2


def test_page_leads_from_the_line_above_its_title_and_repeats_it_in_no_fact(walks: Guide) -> None:
    main = main_of(walks, "/walk/up/")
    above = main.xpath(".//p[@class='eyebrow']/a/@href")
    assert above == ["../../category/sights/index.html", "../../city/porto/index.html"]
    assert main.xpath(".//dt/text()") == ["Free entry", "Distance", "Duration", "Phone", "Location"]


def test_list_in_a_language_with_few_entries_says_so(guide: Guide) -> None:
    guide.build()
    assert lines(guide, "/ar/place/", "untranslated") == ["بهذه اللغة: 1 / 2"]
    assert lines(guide, "/place/", "untranslated") == []


def test_title_of_the_guide_is_in_the_language_of_the_page_where_a_word_translates_it(guide: Guide) -> None:
    template(guide, "words.yaml", "site.title: {de: Kleiner Führer}\nsite.licence: {en: CC BY, de: CC BY (de)}\n")
    guide.build()
    found = {}
    for url in ("/", "/de-DE/", "/ar/"):
        page = html.document_fromstring(guide.page(url).encode())
        heading, licence = page.find(".//h1"), page.xpath(".//p[@class='licence']/text()")
        assert heading is not None
        found[url] = page.findtext(".//title"), heading.text, heading.get("lang"), *licence
    assert found == {
        "/": ("Small guide", "Small guide", None, "CC BY"),
        "/de-DE/": ("Kleiner Führer", "Kleiner Führer", None, "CC BY (de)"),
        "/ar/": ("Small guide", "Small guide", "en-US", "CC BY"),
    }


def test_what_can_be_done_comes_first(walks: Guide) -> None:
    main = main_of(walks, "/walk/up/")
    assert main.xpath(".//ul[@class='actions']//a/@href") == ["geo:41.1,-8.6", "tel:+35121000000"]


def test_long_text_has_a_table_of_contents(guide: Guide, space: SpaceFiles) -> None:
    space.put(
        entry("place", "mill", title="The mill", slug="mill", body="## One\n\na\n\n## Two\n\nb\n\n### *In* two\n\nc")
    )
    guide.build()
    main = main_of(guide, "/place/mill/")
    found = [(link.get("href"), link.text) for link in main.xpath(".//nav[@class='contents']//a")]
    assert found == [("#one", "One"), ("#two", "Two"), ("#in-two", "In two")]


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ([("type", "Symbol"), ("style", "Symbol")], CardFields((), ())),
        ([("ville", "Symbol"), ("prix", "Symbol")], CardFields(("ville",), ("prix",))),
        ([("openingHours", "Symbol"), ("price", "Number")], CardFields((), ("price", "openingHours"))),
        ([("free", "Symbol"), ("length", "Boolean"), ("priceList", "Text")], CardFields((), ())),
    ],
)
def test_fields_of_cards_follow_from_names_and_types(fields: list[tuple[str, str]], found: CardFields) -> None:
    kind = read_content_type(content_type("thing", ("title", "Symbol"), *fields))
    assert card_fields(kind, roles_of(kind)) == found


@pytest.mark.parametrize(
    ("identifier", "name", "value", "written"),
    [
        ("distance", "Distance (km)", 3.25, "Distance 3.25 km"),
        ("durationMinutes", "Duration", 45, "Duration 45 min"),
        ("duration", "Duration (min)", 120, "Duration 2 hr"),
        ("height", "Height [m]", 12_000, "Height 12,000 m"),
        ("rating", "Rating (of 5)", 4, "Rating (of 5) 4"),
    ],
)
def test_number_is_written_with_the_unit_in_the_name_of_its_field(
    identifier: str, name: str, value: float, written: str
) -> None:
    called, unit = measure_of(identifier, name)
    assert f"{called} {write_measure(value, unit, 'en-US') if unit else value}" == written
