"""Which pages a guide has and which URLs they have."""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.config.site_schema import SiteConfig
from exporter.core.errors import ConfigError
from exporter.core.model import Item, Key
from exporter.core.naming import item_path
from exporter.guide.index.guide_index import GuideIndex
from exporter.guide.index.records import NewItem
from exporter.guide.library.library import Library
from exporter.guide.library.questions import page_address
from exporter.guide.pages.conflicts import clashes
from exporter.guide.pages.item_facts import facts_of, summary_of
from exporter.guide.pages.list_parts import LONGEST_LIST
from exporter.guide.pages.planner import PagePlanner
from exporter.guide.schema.ordering import first_letter
from exporter.guide.schema.read_model import make_guide_model
from tests.conftest import PLACE, SLUG, content_type, entry, link, locale

if TYPE_CHECKING:
    from exporter.guide.index.records import Page
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.problems import Problem
    from tests.conftest import Guide, SpaceFiles

THREE = (locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US"))
WALK = content_type("walk", ("title", "Symbol"), SLUG)
SEGMENT = re.compile(r"[A-Za-z0-9\u0590-\U0010ffff][A-Za-z0-9._\u0590-\U0010ffff-]*(?<![.])")
RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
HOSTILE = [
    *(
        "../../x",
        "/etc/passwd",
        "index.html",
        "x/INDEX.HTML",
        "",
        "..",
        "a\\b",
        "C:x",
        "%2e%2e%2fx",
        "x.",
        ".git",
        "a/b",
    ),
]


@dataclass(frozen=True)
class Plan:
    """The pages of a guide, the conflicts of their URLs, and the answers to some questions for URLs."""

    guide_model: GuideModel
    pages: list[Page]
    problems: list[Problem]
    page_of: dict[tuple[str, str], Any]

    @property
    def by_url(self) -> dict[str, Page]:
        return {page.url: page for page in self.pages}

    @property
    def by_key(self) -> dict[tuple[str, str], Page]:
        return {(page.key, page.locale): page for page in self.pages if page.kind == "entry" and page.key}

    def lists(self, type_id: str, code: str) -> list[Page]:
        return [page for page in self.pages if (page.kind, page.type_id, page.locale) == ("list", type_id, code)]


def put(index: GuideIndex, planner: PagePlanner, guide_model: GuideModel, raw: dict[str, Any]) -> None:
    """Put an entry into the index, replacing its previous state."""
    item = Item(Key("entry", raw["sys"]["id"]), raw)
    path = item_path(item.key, item.content_type)
    facts = facts_of(guide_model, item, path)
    index.drop_item(path)
    index.put_items([NewItem(path, 1, b"", facts, summary_of(item))])
    planner.place_entry(facts.key, facts)


def plan(
    *entries: dict[str, Any],
    types: tuple[dict[str, Any], ...] = (PLACE,),
    space: tuple[dict[str, Any], ...] = THREE[:1],
    links: tuple[tuple[str, str], ...] = (),
    **site: Any,
) -> Plan:
    """Plan the pages of a guide over these entries, in memory; `links` are keys and locales for `page_of`."""
    wanted = SiteConfig.model_validate(
        {"title": "Guide", "source": {"local": "demo"}, "offline": False, "search": False, **site}
    )
    guide_model = make_guide_model(wanted, list(types), {locale["code"]: locale for locale in space}, {})
    with closing(GuideIndex(None)) as index:
        planner = PagePlanner(index, guide_model)
        for raw in entries:
            put(index, planner, guide_model, raw)
        planner.settle()
        planner.place_others()
        planner.refuse_conflicts()
        library = Library(index, guide_model, Path("nowhere"), Path("nowhere"))
        page_of = {
            (key, code): library.answer(library.items.load(key), page_address(code).argument) for key, code in links
        }
        pages = [page for _, page in index.pages.all()]
        return Plan(guide_model, pages, list(clashes(index)), page_of)


def place(identifier: str, slug: str, title: Any = "A title") -> dict[str, Any]:
    return entry("place", identifier, title=title, slug=slug)


def address(found: Plan, identifier: str, code: str = "en-US") -> str:
    return found.by_key[f"entry:{identifier}", code].url


def test_first_locale_is_at_the_root_and_the_others_under_their_code() -> None:
    mill = place("m", "mill", {"en-US": "Mill", "de-DE": "Mühle", "ar": "طاحونة"})
    assert sorted(plan(mill, space=THREE).by_url) == [
        *("/", "/ar/", "/ar/place/mill/", "/de-DE/", "/de-DE/place/mill/", "/place/mill/"),
    ]


def test_guide_chooses_its_locales_and_which_of_them_is_at_the_root() -> None:
    mill = place("m", "mill", {"en-US": "Mill", "de-DE": "Mühle", "ar": "طاحونة"})
    found = plan(mill, space=THREE, locales=["ar", "en-US"])
    assert sorted(found.by_url) == ["/", "/en-US/", "/en-US/place/mill/", "/place/mill/"]
    assert found.by_url["/place/mill/"].locale == "ar"


def test_unknown_locale_is_an_error_that_names_it_and_the_existing_ones() -> None:
    with pytest.raises(ConfigError, match="the space has no fr: it has en-US, de-DE, ar"):
        plan(space=THREE, locales=["en-US", "fr"])


def test_entry_with_nothing_in_a_locale_has_no_page_there() -> None:
    found = plan(place("m", "mill", {"en-US": "Mill", "ar": ""}), space=THREE)
    assert sorted(code for _, code in found.by_key) == ["en-US"]


def test_link_to_an_entry_without_a_page_in_a_locale_leads_to_its_fallback() -> None:
    mill = place("m", "mill", {"de-DE": "Mühle", "en-US": "Mill"})
    links = (("entry:m", "ar"), ("entry:gone", "ar"))
    found = plan(mill, space=(*THREE[:2], locale("ar", "de-DE")), links=links)
    assert [found.page_of[target] for target in links] == [("de-DE", "/de-DE/place/mill/"), None]


@pytest.mark.parametrize(
    ("slug", "title", "expected"),
    [
        ("mill", "Other", "/place/mill/"),
        ("Mill_2.old", "Other", "/place/Mill_2.old/"),
        ("../../x", "Other", "/place/x/"),
        ("index.html", "Other", "/place/index-html/"),
        ("a/b", "Other", "/place/a/b/"),
        ("//a///index.htm/", "Other", "/place/a/index-htm/"),
        ("Fähre über den Fluß", "Other", "/place/fahre-uber-den-fluss/"),
        ("القلعة", "Other", "/place/القلعة/"),
        ("", "The mill", "/place/the-mill/"),
        ("..", "../../x", "/place/x/"),
        ("?", "!", "/place/m/"),
        ("<script>", "Other", "/place/script/"),
    ],
)
def test_slug_becomes_a_safe_path(slug: str, title: str, expected: str) -> None:
    assert address(plan(place("m", slug, title)), "m") == expected


@given(st.text() | st.sampled_from(HOSTILE), st.text() | st.sampled_from(HOSTILE))
@settings(max_examples=200)
def test_any_slug_and_title_give_plain_segments_under_the_type(slug: str, title: str) -> None:
    page = plan(entry("place", "m", title=title, slug=slug, summary="x")).by_key["entry:m", "en-US"]
    top, *segments = page.url.strip("/").split("/")
    assert top == "place"
    assert segments
    assert [
        segment for segment in segments if not SEGMENT.fullmatch(segment) or segment.lower().endswith(".html")
    ] == []
    assert page.path == f"place/{'/'.join(segments)}/index.html"


@pytest.mark.parametrize("slug", ["con", "AUX", "nul", "com1", "a/prn", "con.md"])
def test_slug_reserved_by_windows_is_not_used_as_a_folder(slug: str) -> None:
    segments = address(plan(place("m", slug)), "m").strip("/").split("/")
    assert {segment.split(".")[0].lower() for segment in segments} & RESERVED == set()


@given(st.lists(st.sampled_from(["x", "X", "x-1", "x-2", "x/y", "é", "e"]) | st.text(max_size=3), max_size=6))
@settings(max_examples=200)
def test_every_entry_has_its_own_url_whatever_slugs_editors_choose(slugs: list[str]) -> None:
    found = plan(*(place(str(number), slug) for number, slug in enumerate(slugs)))
    assert len({page.url.casefold() for page in found.pages}) == len(found.pages) == 1 + (len(slugs) > 1) + len(slugs)


def test_equal_slugs_get_their_ids_with_a_warning() -> None:
    found = plan(place("one", "mill"), place("two", "Mill"), place("three", "bridge"))
    assert [address(found, identifier) for identifier in ("one", "two", "three")] == [
        "/place/mill-one/",
        "/place/Mill-two/",
        "/place/bridge/",
    ]
    assert [(problem.severity, problem.code, problem.item) for problem in found.problems] == [
        ("warning", "address-clash", "entry:one")
    ]
    assert "entry:one and entry:two" in found.problems[0].message


def test_equal_slugs_in_two_types_are_no_clash() -> None:
    found = plan(place("one", "mill"), entry("walk", "two", title="A", slug="mill"), types=(PLACE, WALK))
    assert (address(found, "one"), address(found, "two"), found.problems) == ("/place/mill/", "/walk/mill/", [])


@pytest.mark.parametrize("name", ["ar", "AR", "de-DE", "files", "updates", "offline", "search"])
def test_type_named_like_a_folder_of_the_guide_gets_another_folder(name: str) -> None:
    kind = content_type(name, ("title", "Symbol"), SLUG)
    mills = (entry(name, slug, title="Mill", slug=slug) for slug in ("mill", "other"))
    found = plan(*mills, types=(kind,), space=THREE)
    assert address(found, "mill") == f"/{name}_/mill/"
    assert [page.url for page in found.lists(name, "ar")] == [f"/ar/{name}_/"]


def test_types_that_differ_only_by_case_do_not_clash_on_a_disk_that_ignores_case() -> None:
    types = (content_type("walk", SLUG), content_type("Walk", SLUG))
    entries = (entry(name, name + slug, slug=slug) for name in ("walk", "Walk") for slug in ("a", "b"))
    found = plan(*entries, types=types)
    assert len({page.path.casefold() for page in found.pages}) == len(found.pages) == 7


def test_type_of_one_entry_has_no_list_unless_site_yaml_names_it() -> None:
    assert sorted(plan(place("m", "mill")).by_url) == ["/", "/place/mill/"]
    assert "/place/" in plan(place("m", "mill"), pages={"place": {}}).by_url
    assert sorted(plan(place("m", "mill"), place("b", "bridge")).by_url) == [
        *("/", "/place/", "/place/bridge/", "/place/mill/"),
    ]


def test_type_without_entries_has_no_list() -> None:
    assert [page.url for page in plan(types=(PLACE, WALK)).pages] == ["/"]


def test_type_without_slug_and_title_has_pages_unless_another_type_may_link_to_it() -> None:
    bare = content_type("bare", ("lines", "Text"), display="")
    found = plan(entry("bare", "b", lines="x"), types=(bare, PLACE))
    assert (found.guide_model.types, address(found, "b")) == (("place", "bare"), "/bare/b/")
    rules = [{"linkContentType": ["bare"]}]
    one = {"id": "one", "name": "One", "type": "Link", "linkType": "Entry", "validations": rules}
    many = {**one, "type": "Array", "items": {"type": "Link", "linkType": "Entry", "validations": rules}}
    del many["validations"]
    text = {"id": "t", "name": "T", "type": "RichText", "validations": [{"nodes": {"embedded-entry-block": rules}}]}
    for field in (one, many, text):
        assert plan(types=(bare, content_type("walk", SLUG, field))).guide_model.types == ("walk",)


def test_type_without_slug_makes_urls_from_its_title() -> None:
    note = content_type("note", ("title", "Symbol"))
    assert address(plan(entry("note", "n", title="Hello, you"), types=(note,)), "n") == "/note/hello-you/"


def test_pages_in_site_yaml_set_url_and_template() -> None:
    walk = entry("walk", "w", title="A walk", slug="up")
    found = plan(
        *(place("m", "mill", {"en-US": "The Mill", "ar": "طاحونة"}), walk),
        types=(PLACE, WALK),
        space=THREE,
        pages={"place": {"url": "/see/{slug}/{title}/", "template": "sight.html"}},
    )
    assert (address(found, "m"), address(found, "m", "ar")) == ("/see/mill/the-mill/", "/ar/see/mill/طاحونة/")
    assert found.by_key["entry:m", "ar"].template == "sight.html"
    assert found.guide_model.types == ("place",)


def test_value_in_a_pattern_stays_one_segment_and_an_empty_one_is_the_id() -> None:
    found = plan(place("a", "../../etc"), place("b", ""), pages={"place": {"url": "/see/{slug}/"}})
    assert (address(found, "a"), address(found, "b")) == ("/see/etc/", "/see/b/")


@pytest.mark.parametrize(
    ("pattern", "entries", "named"),
    [
        ("/see/{slug}/", [place("a", "mill"), place("b", "mill")], "entry:a and entry:b .*pages.place.url"),
        ("/{slug}/", [place("a", "ar")], "the home page and entry:a"),
        ("/{slug}/", [place("a", "place")], "the list of place and entry:a"),
    ],
)
def test_pattern_that_gives_two_entries_the_same_url_is_an_error_that_names_both(
    pattern: str, entries: list[dict[str, Any]], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        plan(*entries, space=THREE, pages={"place": {"url": pattern}})


def test_pattern_for_a_type_that_the_space_lacks_is_an_error() -> None:
    with pytest.raises(ConfigError, match="no content type plaec: did you mean place"):
        plan(pages={"plaec": {"url": "/see/{slug}/"}})


def test_only_a_list_that_is_too_long_is_split_by_letter() -> None:
    titles = [*(f"Bridge {number}" for number in range(LONGEST_LIST - 3)), "Älv", "7 hills", "القلعة"]
    entries = [place(f"p{number}", f"p{number}", title) for number, title in enumerate(titles)]
    assert [page.url for page in plan(*entries).pages if page.type_id and not page.key] == ["/place/"]
    found = plan(*entries, place("more", "more", "abbey"))
    assert [(page.url, page.letter) for page in found.pages if page.type_id and not page.key] == [
        ("/place/", ""),
        ("/place/~u0023/", "#"),
        ("/place/~a/", "A"),
        ("/place/~b/", "B"),
        ("/place/~u0627/", "ا"),
    ]


@given(st.text())
def test_every_title_is_listed_under_one_letter_whatever_its_case(title: str) -> None:
    assert len(first_letter(title)) == 1
    assert first_letter(f"  {title.casefold()}") == first_letter(title.casefold())


@pytest.mark.parametrize("category", ["sights", None], ids=["grouped by a link field", "not grouped"])
def test_added_entry_rewrites_only_the_list_of_its_letter(
    guide: Guide, space: SpaceFiles, category: str | None
) -> None:
    links: dict[str, Any] = {"category": link("Entry", category)} if category else {}
    for number in range(LONGEST_LIST + 1):
        title = f"{'ABC'[number % 3]} {number:03}"
        space.put(entry("place", f"p{number}", title=title, slug=f"p{number}", **links))
    guide.build()
    before = guide.files("site")
    space.put(entry("place", "new", title="Bastion", slug="new", **links))
    guide.build()
    after = guide.files("site")
    changed = {path for path in after if after[path] != before.get(path)}
    assert before.keys() - after.keys() == set()
    assert {path for path in changed if "/~" in path} == {
        f"site/{code}place/~b/index.html" for code in ("", "de-DE/", "ar/")
    }
    assert "site/place/new/index.html" in changed
