"""Values for templates and programs are not shown; fields that belong together are shown as one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporter.guide.schema.machine_words import is_for_template
from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import links, shown
from tests.render.entry.test_zero_configuration import roles, text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]


def built(guide: Guide, space: SpaceFiles, kinds: dict[str, str], values: dict[str, Any], name: str = "feature") -> Any:
    """Return the page of one entry called Fast, of a type with fields of these kinds."""
    fields = [field(key, kind) for key, kind in kinds.items()]
    space.put_model(content_type(name, field("title", "Symbol"), field("slug", "Symbol"), *fields), locales=US)
    space.put(entry(name, "f1", title="Fast", slug="fast", **values))
    guide.build()
    return shown(guide, f"/{name}/fast/")


def facts(page: Any) -> dict[str, str]:
    return {text_of(row.find("dt")): text_of(row.find("dd")) for row in page.xpath(".//dl/div")}


def test_values_for_templates_are_not_shown(guide: Guide, space: SpaceFiles) -> None:
    kinds = {
        **dict.fromkeys(("icon", "sectionLink", "emailPlaceholder", "submitButton", "path", "semester"), "Symbol"),
        **dict.fromkeys(("xPosition", "yPosition"), "Integer"),
        **dict.fromkeys(("imageLocation", "genericPage"), "Boolean"),
        "createdAt": "Date",
        "text": "Text",
        "categories": "Object",
    }
    values = {"icon": "creditCard", "sectionLink": "fast-section", "xPosition": 4, "yPosition": 9, "path": "/fast"}
    values |= {"createdAt": 1594736255673, "imageLocation": True, "genericPage": False, "categories": [11]}
    values |= {"emailPlaceholder": "you@example.org", "submitButton": "Send!", "text": "It is fast."}
    page = built(guide, space, kinds, {**values, "semester": "spring-22"})
    assert facts(page) == {"Semester": "spring-22"}
    assert text_of(page) == "Fast It is fast. Semesterspring-22"


def test_words_of_a_form_and_of_a_grid_are_not_shown(guide: Guide, space: SpaceFiles) -> None:
    names = ("nameLabel", "successMessage", "webhook", "gridArea", "iconName", "buttonStyle", "accent", "hours")
    kinds = dict.fromkeys(names, "Symbol") | {"columnSpan": "Integer", "stickyHeader": "Boolean", "timestamp": "Number"}
    values: dict[str, Any] = {
        "nameLabel": "Your name",
        "successMessage": "Thank you!",
        "webhook": "https://hook.example",
        "hours": "8–9",
    }
    values |= {"gridArea": "1 / 2", "iconName": "fa-star", "buttonStyle": "ghost", "accent": "rgb(1, 2, 3)"}
    values |= {"columnSpan": 2, "stickyHeader": True, "timestamp": 1594736255}
    assert facts(built(guide, space, kinds, values, "contactForm")) == {"Hours": "8–9"}


@pytest.mark.parametrize(
    ("name", "kind", "value"),
    [
        ("population", "Integer", 1_400_000_000),
        ("phone", "Symbol", "1594736255"),
        ("founded", "Integer", 1987),
        ("years", "Object", (1990, 1995)),
        ("tagged", "Symbol", "#LisbonLove"),
        ("route", "Symbol", "over-the-hill"),
        ("website", "Symbol", "www.example.org"),
        ("bookLink", "Symbol", "/shop/book"),
        ("path", "Symbol", "Up the hill"),
    ],
)
def test_value_for_readers_is_not_taken_for_one_for_templates(name: str, kind: str, value: object) -> None:
    assert not is_for_template(name, kind, value)


def test_boolean_about_an_amenity_is_for_readers() -> None:
    names = ("kidsMenu", "acceptsCreditCard", "hasGarden", "guidedTour", "petFriendly", "imageOnRequest", "reverse")
    assert roles(*(field(name, "Boolean") for name in names)).hidden == {"reverse"}
    numbers = ("row", "seat", "height", "columns")
    assert roles(*(field(name, "Integer") for name in numbers)).hidden == {"columns"}


def test_button_and_its_address_are_one_link_by_number_or_stem(guide: Guide, space: SpaceFiles) -> None:
    names = ("buttonText1", "buttonDestination1", "buttonText2", "buttonDestination2", "newsletterCta", "newsletterUrl")
    values = {"buttonText1": "Come", "buttonDestination1": "https://come.example", "buttonText2": "Leads nowhere"}
    values |= {"newsletterCta": "Read on", "newsletterUrl": "https://news.example"}
    page = built(guide, space, dict.fromkeys(names, "Symbol"), values)
    assert facts(page) == {"Newsletter": "Read on"}
    assert links(page) == {"Come": "https://come.example", "Read on": "https://news.example"}


def test_button_leads_to_the_page_that_the_next_field_links_to(guide: Guide, space: SpaceFiles) -> None:
    target = field("targetPage", "Link", "page", linkType="Entry")
    buttons = [field("ctaLabel", "Symbol"), field("ctaPage", "Link", "page", linkType="Entry")]
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), *buttons)
    offer = content_type("offer", field("title", "Symbol"), field("slug", "Symbol"), field("button", "Symbol"), target)
    space.put_model(page, offer, locales=US)
    space.put(entry("page", "a", title="About", slug="about"))
    space.put(entry("page", "b", title="Start", slug="b", ctaLabel="Who we are", ctaPage=link("Entry", "a")))
    space.put(entry("offer", "o", title="Offer", slug="o", button="Go", targetPage=link("Entry", "a")))
    guide.build()
    assert links(shown(guide, "/page/b/")) == {"Who we are": "../about/index.html"}
    assert links(shown(guide, "/offer/o/")) == {"Go": "../../page/about/index.html"}
    space.put(entry("page", "a", 2, title="About", slug="us"))
    guide.build()
    assert links(shown(guide, "/page/b/")) == {"Who we are": "../us/index.html"}


def test_heading_and_its_text_belong_together_by_number_or_stem(guide: Guide, space: SpaceFiles) -> None:
    kinds = {"headerText2": "Symbol", "paragraphText2": "Text", "tile1Title": "Symbol", "tile1Content": "Symbol"}
    kinds |= {"storyHeading": "Symbol", "story": "Text"}
    values = {"headerText2": "How", "paragraphText2": "So.", "tile1Title": "Price", "tile1Content": "Ten a month"}
    page = built(guide, space, kinds, {**values, "storyHeading": "Long ago", "story": "Once."})
    assert facts(page) == {"Price": "Ten a month"}
    assert [text_of(prose) for prose in page.xpath(".//div[@class='prose']")] == ["How So.", "Long ago Once."]


def test_list_is_below_the_heading_that_editors_gave_it(guide: Guide, space: SpaceFiles) -> None:
    names = field("ourTeamHeadline", "Symbol"), field("ourTeam", "Array", "person", **ENTRIES)
    page = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), *names)
    space.put_model(page, content_type("person", field("name", "Symbol"), display="name"), locales=US)
    space.put(entry("person", "a", name="Anna"))
    space.put(entry("page", "p", title="P", slug="p", ourTeamHeadline="Who guides you", ourTeam=[link("Entry", "a")]))
    guide.build()
    assert text_of(shown(guide, "/page/p/")) == "P Who guides youAnna"
