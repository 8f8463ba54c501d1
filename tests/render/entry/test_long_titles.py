"""Long titles, and titles taken from the beginning of a text: each text is on its page once and complete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.conftest import content_type, entry, link, locale
from tests.render.entry.test_page_builder import shown
from tests.render.entry.test_zero_configuration import text_of
from tests.support.everything import ENTRIES, field

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

US = [locale("en-US", default=True)]
LONG = "A ticket office that stays open all night lets every guest come when the last train does, with a stamp for the "
LONG += "tram, a map of the old town, and a cup of tea, whatever the weather is and whoever is on duty that week."
NAME = (
    "Box of ninety coloured pencils, thirty soft, thirty hard and thirty for water, for school, studio and journeys, "
)
NAME += "with a sharpener and a tin that closes well"
SECTIONS = field("sections", "Array", "banner", "intro", **ENTRIES)
PAGE = content_type("page", field("title", "Symbol"), field("slug", "Symbol"), SECTIONS)
BANNER = content_type("banner", field("title", "Symbol"), field("text", "Text"))
INTRO = content_type("intro", field("heading", "Symbol"), field("body", "Text"), display="body")


def headings(page: Any) -> list[str]:
    return [text_of(heading) for heading in page.xpath(".//h1 | .//h2 | .//h3")]


def only_page(guide: Guide, space: SpaceFiles, type_id: str, *fields: Any, display: str, **values: Any) -> Any:
    """Return the page of the one entry of a type with these fields."""
    space.put_model(content_type(type_id, *fields, display=display), locales=US)
    space.put(entry(type_id, "only", **values))
    guide.build()
    site: Path = guide.root / "site"
    (file,) = (site / type_id).glob("*/index.html")
    return shown(guide, f"/{file.parent.relative_to(site).as_posix()}/")


def test_part_shown_by_its_text_has_no_heading_and_its_text_once(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(PAGE, BANNER, INTRO, locales=US)
    space.put(entry("page", "p", title="Cards", slug="cards", sections=[link("Entry", "bn"), link("Entry", "i")]))
    space.put(entry("banner", "bn", title="Welcome", text="Come in."))
    space.put(entry("intro", "i", body=LONG))
    guide.build()
    page = shown(guide, "/page/cards/")
    assert headings(page) == ["Cards", "Welcome"]
    assert text_of(page) == f"Cards Welcome Come in. {LONG}"


def test_long_name_is_a_complete_heading_and_no_section(guide: Guide, space: SpaceFiles) -> None:
    fields = field("name", "Text"), field("description", "Text")
    page = only_page(guide, space, "product", *fields, display="name", name=NAME, description="A set.")
    assert text_of(page) == f"{NAME} A set."
    assert headings(page) == [NAME]
    assert text_of(shown(guide, "/").find(".//strong")).endswith("…")


def test_page_with_only_a_text_is_named_by_its_type_and_shows_the_text_once(guide: Guide, space: SpaceFiles) -> None:
    page = only_page(guide, space, "statement", field("wording", "Text"), display="wording", wording=LONG)
    assert text_of(page) == f"Statement {LONG}"
    assert headings(page) == ["Statement"]


def test_short_text_used_as_a_title_is_not_also_the_lead(guide: Guide, space: SpaceFiles) -> None:
    fields = field("title", "Symbol"), field("description", "Text"), field("subtitle", "Symbol")
    page = only_page(guide, space, "thing", *fields, display="title", description="A pencil.")
    assert text_of(page) == "A pencil."


def test_entry_without_a_title_has_the_name_of_its_type_above_its_long_lead(guide: Guide, space: SpaceFiles) -> None:
    fields = field("title", "Symbol"), field("description", "Text")
    page = only_page(guide, space, "thing", *fields, display="title", description=LONG)
    assert text_of(page) == f"Thing {LONG}"
