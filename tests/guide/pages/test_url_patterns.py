"""URLs made by patterns in site.yaml from fields, dates and linked entries, and what happens to the old ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.guide.schema.guide_model import OWN_NAMES
from tests.conftest import CATEGORY, PLACE, PROJECT, SLUG, content_type, entry, link, locale
from tests.support.steps import edit, expect, mill, setting, step

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

UNDER_CATEGORY = 'pages: {place: {url: "/{category.slug}/{slug}/"}, category: {}}\n'
EVENT = content_type(
    "event",
    ("title", "Symbol"),
    SLUG,
    {"id": "date", "name": "Date", "type": "Date", "localized": False},
    {"id": "place", "name": "Place", "type": "Link", "linkType": "Entry", "localized": False},
)


def sights(**fields: Any) -> dict[str, Any]:
    facts = {"title": {"en-US": "Sights", "de-DE": "Orte"}, "slug": "sights"}
    return entry("category", "sights", 2, **(facts | fields))


def test_reserved_names_include_all_static_files_of_the_theme() -> None:
    assert {path.name for path in (PROJECT / "exporter/theme/static").iterdir()} <= OWN_NAMES


def page_urls(guide: Guide) -> set[str]:
    """Return the URLs of all pages and redirects."""
    site = guide.root / "site"
    return {f"/{path.parent.relative_to(site).as_posix()}/" for path in site.rglob("index.html")}


def redirect_target(guide: Guide, url: str) -> str:
    """Return the target of a redirect as its `refresh` states it."""
    (content,) = html.fromstring(guide.page(url)).xpath("//meta[@http-equiv='refresh']/@content")
    return str(content)


def test_pattern_reads_the_field_of_a_linked_entry(guide: Guide) -> None:
    setting(guide, UNDER_CATEGORY)
    guide.build()
    assert {"/sights/castle/", "/de-DE/sights/castle/", "/ar/sights/castle/", "/sights/mill/"} <= page_urls(guide)


def test_changed_field_of_a_linked_entry_moves_the_pages_and_leaves_redirects(guide: Guide, space: SpaceFiles) -> None:
    setting(guide, UNDER_CATEGORY)
    guide.build()
    space.put(sights(slug="views"))
    found = step(guide)
    assert {"/views/castle/", "/views/mill/", "/category/views/"} <= set(found.written)
    assert redirect_target(guide, "/sights/castle/") == "0; url=../../views/castle/index.html"
    assert redirect_target(guide, "/de-DE/sights/castle/") == "0; url=../../views/castle/index.html"
    assert redirect_target(guide, "/category/sights/") == "0; url=../views/index.html"


def test_redirects_are_made_from_the_record_without_the_index(guide: Guide, space: SpaceFiles) -> None:
    setting(guide, "pages: {place: {url: '/{category}/{slug}/'}}\n")
    guide.build()
    space.put(sights(slug="views"))
    guide.build()
    before = guide.files("site")
    assert redirect_target(guide, "/sights/mill/") == "0; url=../../views/mill/index.html"
    assert guide.run("render", "--clean").code == 0
    assert guide.files("site") == before


def test_change_of_a_linked_entry_that_no_url_contains_moves_nothing(guide: Guide, space: SpaceFiles) -> None:
    setting(guide, UNDER_CATEGORY)
    guide.build()
    before = page_urls(guide)
    space.put(sights(title={"en-US": "Great sights", "de-DE": "Orte"}))
    step(guide)
    assert page_urls(guide) == before


def test_link_to_another_entry_moves_the_page_and_leaves_a_redirect(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("category", "works", title="Works", slug="works"))
    setting(guide, UNDER_CATEGORY)
    guide.build()
    space.put(mill(category=link("Entry", "works")))
    assert "/works/mill/" in step(guide).written
    assert redirect_target(guide, "/sights/mill/") == "0; url=../../works/mill/index.html"
    assert '"entry:sights"' in (guide.root / "content/moved.json").read_text("utf-8")


def test_missing_linked_entry_gives_its_id_and_later_its_slug(guide: Guide, space: SpaceFiles) -> None:
    space.put(mill(category=link("Entry", "works")))
    setting(guide, UNDER_CATEGORY)
    guide.build()
    assert "/works/mill/" in page_urls(guide)
    space.put(entry("category", "works", title="Works", slug="industry"))
    step(guide)
    assert "/industry/mill/" in page_urls(guide)
    space.remove("entries/category/works.json")
    step(guide)
    assert {"/works/mill/"} == {url for url in page_urls(guide) if url.endswith("/mill/")}


def test_entry_without_the_link_gets_its_own_id(guide: Guide, space: SpaceFiles) -> None:
    space.put(mill(category=None))
    setting(guide, UNDER_CATEGORY)
    guide.build()
    assert "/mill/mill/" in page_urls(guide)


def test_pattern_reads_dates_and_follows_several_links(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(PLACE, CATEGORY, EVENT, locales=[locale("en-US", default=True)])
    concert: dict[str, Any] = {"title": "Concert", "slug": "concert", "place": link("Entry", "mill")}
    space.put(entry("event", "e", date="2026-05-07T20:00+01:00", **concert))
    space.put(entry("event", "f", date="soon", **concert))
    space.put(entry("event", "g", date="２０２６-05-07", **concert))
    setting(guide, 'pages: {event: {url: "/{place.category.slug}/{date.year}/{date.month}-{date.day}/{slug}/"}}\n')
    guide.build()
    assert {"/sights/2026/05-07/concert/", "/sights/f/f-f/concert/", "/sights/g/g-g/concert/"} <= page_urls(guide)
    space.put(sights(slug="views"))
    found = step(guide)
    assert "/views/2026/05-07/concert/" in found.written
    space.put(mill(category=None))
    assert "/mill/2026/05-07/concert/" in step(guide).written


def test_pattern_may_read_sys_values(guide: Guide) -> None:
    setting(guide, 'pages: {place: {url: "/{sys.createdAt.year}/{sys.id}/"}}\n')
    guide.build()
    assert {"/2026/castle/", "/2026/mill/"} <= page_urls(guide)


def test_equal_urls_through_links_are_an_error_that_names_both_entries(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("category", "works", title="Works", slug="works"))
    space.put(entry("place", "other", title="Other", slug="mill", category=link("Entry", "works")))
    setting(guide, UNDER_CATEGORY)
    guide.build()
    before = guide.files("site")
    space.put(entry("category", "works", title="Works", slug="sights-2"))
    guide.build()
    space.put(sights(slug="sights-2"))
    outcome = guide.run("build")
    assert outcome.code == 2
    assert "entry:mill and entry:other have the same address /sights-2/mill/" in outcome.err
    assert "pages.place.url" in outcome.err
    space.put(sights(slug="sights"))
    space.put(entry("category", "works", title="Works", slug="works"))
    guide.build()
    kept = {path: data for path, data in guide.files("site").items() if path in before}
    assert kept == before


@pytest.mark.parametrize("slug", ["updates", "Files", "map/lisbon", "style.css"])
def test_url_reserved_by_the_guide_is_an_error_that_names_entry_and_pattern(
    guide: Guide, space: SpaceFiles, slug: str
) -> None:
    setting(guide, "pages: {place: {url: '/{slug}/'}, category: {}}\n")
    guide.build()
    before = guide.files("site")
    space.put(mill(slug=slug))
    space.put(entry("place", "gate", title="Gate", slug="search"))
    outcome = guide.run("build")
    assert outcome.code == 2
    assert f"entry:mill has the address /{slug}/, which is the guide's own" in outcome.err
    assert "entry:gate has the address /search/, which is the guide's own" in outcome.err
    assert "the pattern pages.place.url" in outcome.err
    assert guide.files("site") == before
    checked = [
        problem for problem in guide.run("check", "--json").json["problems"] if problem["code"] == "address-taken"
    ]
    assert sorted((problem["severity"], problem["item"], problem["field"]) for problem in checked) == [
        ("error", "entry:gate", "slug"),
        ("error", "entry:mill", "slug"),
    ]
    assert f'entry:mill "The mill" has the address /{slug}/' in " ".join(problem["message"] for problem in checked)
    space.remove("entries/place/gate.json")
    space.put(mill(3, slug="windmill", body=f"[here once](/{slug}/)"))
    step(guide)
    found = guide.run("check", "--json").json["problems"]
    assert [problem["code"] for problem in found if problem["item"] == "entry:mill"] == ["link-dead"]
    assert not [path for path in guide.files("site") if path.startswith(f"site/{slug}/")]
    assert redirect_target(guide, "/mill/") == "0; url=../windmill/index.html"


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("/files/{slug}/", "pages.place.url: /files/{slug}/ is the guide's own: give it another url"),
        ("/{slugg}/", "pages.place.url: place has no field slugg: did you mean slug?"),
        (
            "/{x}/",
            "pages.place.url: place has no field x: it has title, slug, summary, body, category, picture",
        ),
        ("/{title.year}/", "pages.place.url: title.year: a Date has year, month and day, a link the fields of what"),
        ("/{sys.updatedAt}/", "pages.place.url: place has no field sys"),
    ],
)
def test_pattern_with_a_field_unknown_to_the_content_model_is_an_error(
    guide: Guide, pattern: str, message: str
) -> None:
    setting(guide, f'pages: {{place: {{url: "{pattern}"}}}}\n')
    outcome = guide.run("build")
    assert (outcome.code, message in outcome.err) == (2, True), outcome.err


def test_changed_pattern_in_site_yaml_leaves_no_page_at_the_old_urls(guide: Guide) -> None:
    setting(guide, UNDER_CATEGORY)
    guide.build()
    edit(guide, "site.yaml", "/{category.slug}/{slug}/", "/{slug}-of-{category.slug}/")
    step(guide, "render")
    assert {"/mill-of-sights/", "/castle-of-sights/"} <= page_urls(guide)
    assert not [url for url in page_urls(guide) if url.startswith("/sights/")]


def test_nothing_is_rendered_for_a_linked_entry_of_which_only_a_text_changed(guide: Guide, space: SpaceFiles) -> None:
    setting(guide, UNDER_CATEGORY)
    guide.build()
    space.put(sights(unknown="x"))
    expect(step(guide), [])
