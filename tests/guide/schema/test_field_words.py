"""What the names of fields and types mean: whom a field is for, what a type is a part of, what names an entry."""

from __future__ import annotations

from typing import Any

from exporter.core.model import read_content_type
from exporter.guide.schema.field_roles import embedded_types, pages_of
from exporter.guide.schema.field_words import label, words_of
from tests.conftest import content_type
from tests.render.entry.test_page_builder import BUTTON, FIGURE, HERO, PAGE, STATS
from tests.render.entry.test_zero_configuration import roles
from tests.support.everything import ENTRIES, field


def types(*raw: dict[str, Any]) -> dict[str, Any]:
    return {found["sys"]["id"]: read_content_type(found) for found in raw}


def test_parts_of_pages_are_found_in_the_delivered_model() -> None:
    """The Delivery API names only the targets of lists."""
    single = [{**part, "validations": []} for part in HERO["fields"]]
    found = types(PAGE, {**HERO, "fields": single}, STATS, FIGURE, BUTTON)
    assert embedded_types(found) == {"hero", "stats", "figure", "button"}
    open_list = content_type(
        "page", field("title", "Symbol"), field("slug", "Symbol"), field("blocks", "Array", **ENTRIES)
    )
    assert embedded_types(types(open_list, HERO)) == {"hero"}
    assert pages_of(types(open_list, HERO)) == ("page", "hero")
    assert embedded_types(types(HERO)) == frozenset()


def test_fields_for_templates_and_programs_are_hidden() -> None:
    booleans = ("hideInMenu", "showTitle", "imageOnLeft", "isFree", "vegetarian")
    symbols = (
        "navId",
        "anchor",
        "layout",
        "backgroundColor",
        "imageAlignment",
        "placeholder",
        "key",
        "colour",
        "key fact",
    )
    found = roles(*(field(name, "Boolean") for name in booleans), *(field(name, "Symbol") for name in symbols))
    assert found.hidden == {*booleans[:3], *symbols[:7]}


def test_figures_have_their_labels_and_menus_are_not_in_the_navigation() -> None:
    page = content_type(
        "page", field("title", "Symbol"), field("slug", "Symbol"), field("stats", "Array", "stat", **ENTRIES)
    )
    stat = content_type("stat", field("text", "Symbol"), field("amount", "Integer"), display="text")
    menu = content_type("mainMenu", field("title", "Symbol"), field("links", "Array", "page", **ENTRIES))
    assert embedded_types(types(page, stat, menu)) == {"stat", "mainMenu"}
    city = content_type("city", field("name", "Symbol"), field("population", "Integer"), display="name")
    dishes = content_type("menu", field("title", "Symbol"), field("dishes", "Array", "city", **ENTRIES))
    assert embedded_types(types(page, city, dishes)) == frozenset()


def test_summary_of_a_part_is_not_the_summary_of_the_entry() -> None:
    names = ("title", "tier1Heading", "tier1Subheading", "heroTitle", "heroDescription", "thingDescription")
    assert roles(*(field(name, "Symbol") for name in names), name="thing").summaries == ("thingDescription",)


def test_title_is_no_url_or_key_if_another_text_names_the_entry() -> None:
    texts = [field(name, "Symbol") for name in ("url", "text", "key", "heading")]
    assert roles(*texts[:2], display="url").title == "text"
    assert roles(*texts[2:], display="key").title == "heading"
    assert roles(texts[0], display="url").title == "url"


def test_names_for_programs_are_written_as_words() -> None:
    named = {"openingHours": "Opening hours", "speakers": "Speakers", "seo_title": "Seo title", "iPhone": "iPhone"}
    named |= {"LinkedIn": "LinkedIn", "Sub Title": "Sub Title", "URL": "URL", "opening hours": "Opening hours"}
    assert {name: label(name) for name in named} == named
    assert words_of("pageSubTitle") == ("page", "subtitle")
    assert words_of("tag_line") == ("tagline",)


def test_field_for_readers_is_shown_even_if_its_name_looks_like_a_switch() -> None:
    booleans = ("hiddenGem", "disabledAccess", "wifiEnabled", "placesLeft", "showCooking", "visibleFromStreet")
    symbols = ("roomLayout", "variantOfWine", "anchorStores", "hashTag", "keyFact", "theme", "internalLink")
    fields = [*(field(name, "Boolean") for name in booleans), *(field(name, "Symbol") for name in symbols[:-1])]
    fields += [field("internalLink", "Link", linkType="Entry"), field("heightCms", "Number"), field("order", "Symbol")]
    fields += [field(name, "Number") for name in ("minimumOrder", "finishingPosition")]
    assert roles(*fields).hidden == frozenset()


def test_entry_with_a_date_a_place_or_a_number_is_not_only_a_link() -> None:
    kinds = {"startDate": "Date", "place": "Location", "stars": "Integer"}
    for name, kind in kinds.items():
        assert roles(field("title", "Symbol"), field("url", "Symbol"), field(name, kind)).leads_on == ""
    assert (
        roles(field("title", "Symbol"), field("url", "Symbol"), field("venue", "Link", linkType="Entry")).leads_on == ""
    )
    assert (
        roles(field("title", "Symbol"), field("url", "Symbol"), field("icon", "Link", linkType="Asset")).leads_on
        == "url"
    )


def test_type_with_a_date_is_no_part_of_a_page() -> None:
    fields = [field("internalName", "Symbol"), field("title", "Symbol"), field("startDate", "Date")]
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), field("body", "RichText"))
    assert embedded_types(types(page, content_type("show", *fields, display="internalName"))) == frozenset()


def test_person_is_named_by_name_and_not_by_job_title() -> None:
    names = [field(name, "Symbol") for name in ("internalName", "title", "name")]
    assert roles(*names, display="internalName", name="person").title == "name"
    assert roles(*names, display="internalName", name="page").title == "title"
    artist = roles(
        field("firstName", "Symbol"), field("lastName", "Symbol"), field("role", "Symbol"), display="firstName"
    )
    assert artist.named_by == ("firstName", "lastName", "role")
