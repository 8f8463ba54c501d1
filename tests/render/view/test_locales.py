"""What a page shows in a locale: its own values, those it falls back to, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from lxml import html

from exporter.render.view.languages import language_name, spoken_name, write_number
from tests.conftest import CATEGORY, PLACE, content_type, entry, link, locale

if TYPE_CHECKING:
    from tests.conftest import Guide, SpaceFiles

CHAIN = [locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "de-DE")]
ALONE = [locale("en-US", default=True), locale("de-DE"), locale("ar", "en-US")]
SHOWN = "{{ entry.title }}|{{ entry.summary }}|{{ entry.body }}|{{ entry.slug }}|{{ entry|translated|join(' ') }}\n"


def use(guide: Guide, template: str, settings: str = "") -> None:
    (guide.root / "templates").mkdir(exist_ok=True)
    (guide.root / "templates/place.html").write_text(template, "utf-8")
    with (guide.root / "site.yaml").open("a") as file:
        file.write(settings)


@pytest.mark.parametrize(
    ("locales", "values", "expected"),
    [
        (CHAIN, {"en-US": "E", "de-DE": "D", "ar": "A"}, ["E", "D", "A"]),
        (CHAIN, {"en-US": "E", "de-DE": "D"}, ["E", "D", "D"]),
        (CHAIN, {"en-US": "E"}, ["E", "E", "E"]),
        (CHAIN, {"en-US": "E", "de-DE": None}, ["E", "", ""]),
        (CHAIN, {"en-US": "E", "de-DE": ""}, ["E", "", ""]),
        (CHAIN, {"ar": "A"}, ["", "", "A"]),
        (ALONE, {"en-US": "E", "ar": None}, ["E", "", ""]),
        (ALONE, {"en-US": "E"}, ["E", "", "E"]),
        (ALONE, {}, ["", "", ""]),
    ],
)
def test_field_falls_back_along_the_chain_and_only_where_its_key_is_missing(
    guide: Guide, space: SpaceFiles, locales: list[Any], values: dict[str, Any], expected: list[str]
) -> None:
    space.put_model(PLACE, CATEGORY, locales=locales)
    titles = {"en-US": "Gate", "de-DE": "Tor", "ar": "بوابة"}
    gate = entry("place", "gate", title=titles, slug="gate")
    gate["fields"]["summary"] = values
    space.put(gate)
    use(guide, SHOWN)
    guide.build()
    pages = [guide.page(f"{prefix}/place/gate/").split("|") for prefix in ("", "/de-DE", "/ar")]
    assert [page[1] for page in pages] == expected
    assert [page[3] for page in pages] == ["gate"] * 3


def test_page_knows_which_fields_are_really_translated(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title={"en-US": "Gate", "de-DE": "Tor"}, slug="gate", summary={"en-US": "Old"}))
    use(guide, SHOWN)
    guide.build()
    assert guide.page("/place/gate/").rstrip() == "Gate|Old||gate|slug summary title"
    assert guide.page("/de-DE/place/gate/").rstrip() == "Tor|Old||gate|title"


def pages_of(guide: Guide, slug: str) -> set[str]:
    return {
        file.relative_to(guide.root / "site").as_posix() for file in (guide.root / "site").rglob(f"{slug}/index.html")
    }


def test_entry_has_no_page_in_a_language_without_any_value(guide: Guide, space: SpaceFiles) -> None:
    empty: dict[str, Any] = {"en-US": "The mill", "de-DE": "", "ar": None}
    space.put(entry("place", "mill", title=empty, slug="mill"))
    guide.build()
    assert pages_of(guide, "mill") == {"place/mill/index.html"}


def test_option_adds_untranslated_entries_marked_with_their_fallback_language(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(PLACE, CATEGORY, locales=ALONE)
    guide.build()
    before = guide.page("/ar/place/")
    with (guide.root / "site.yaml").open("a") as file:
        file.write("untranslated: true\n")
    guide.build()
    assert pages_of(guide, "mill") == {"place/mill/index.html", "ar/place/mill/index.html"}
    page = html.document_fromstring(guide.page("/ar/place/mill/"))
    assert page.xpath("//p[@class='untranslated']/text()") == ["متاح فقط باللغة الإنجليزية"]
    assert page.xpath("//h1/@lang") == ["en-US"]
    assert html.document_fromstring(guide.page("/place/mill/")).xpath("//p[@class='untranslated']") == []
    assert html.document_fromstring(guide.page("/ar/place/castle/")).xpath("//p[@class='untranslated']") == []
    assert "متاح فقط باللغة الإنجليزية" in guide.page("/ar/place/")
    with (guide.root / "site.yaml").open("a") as file:
        file.write("# as before\n")
    text = (guide.root / "site.yaml").read_text("utf-8").replace("untranslated: true", "untranslated: false")
    (guide.root / "site.yaml").write_text(text, "utf-8")
    guide.build()
    assert guide.page("/ar/place/") == before
    assert pages_of(guide, "mill") == {"place/mill/index.html"}


def test_picture_is_shown_in_a_language_without_fallback(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(PLACE, CATEGORY, locales=ALONE)
    guide.build()
    assert "../../../files/pic/castle.svg" in guide.page("/de-DE/place/castle/")


def test_unresolved_link_is_reported_with_item_locale_and_field(guide: Guide, space: SpaceFiles) -> None:
    gone = {"nodeType": "entry-hyperlink", "data": {"target": link("Entry", "gone")}, "content": []}
    story = {"nodeType": "document", "data": {}, "content": [gone]}
    fields = [*PLACE["fields"], {"id": "story", "name": "Story", "type": "RichText", "localized": True}]
    space.put_model(content_type("place", *fields), CATEGORY, locales=[locale("en-US", default=True)])
    space.put(entry("place", "a", title="A", slug="a", story={"en-US": story}, body="[x](/nowhere/)"))
    space.put(entry("place", "b", title="B", slug="b", category=link("Entry", "gone"), picture=link("Asset", "away")))
    problems = guide.build()["problems"]
    found = {tuple(problem.get(name) for name in ("code", "item", "locale", "field")) for problem in problems}
    assert found == {
        ("link-dead", "entry:a", "en-US", "body"),
        ("link-unresolved", "entry:a", "en-US", "story"),
        ("link-unresolved", "entry:b", "en-US", "category"),
        ("link-unresolved", "entry:b", "en-US", "picture"),
    }
    assert len(problems) == len(found)


def test_invalid_url_is_reported_with_item_and_field_wherever_it_is(guide: Guide, space: SpaceFiles) -> None:
    web = {"id": "web", "name": "Web", "type": "Symbol", "localized": False}
    more = {"id": "more", "name": "More", "type": "Array", "items": {"type": "Symbol"}, "localized": False}
    space.put_model(content_type("place", *PLACE["fields"], web, more), CATEGORY, locales=[CHAIN[0]])
    space.put(entry("place", "a", title="A", slug="a", web="https://[a"))
    space.put(entry("place", "b", title="B", slug="b", more=["https://example.org", "https://[b"]))
    (guide.root / "templates").mkdir()
    fields = "{% for field in entry|fields %}{{ field|fact }}{% endfor %}{{ entry.web|href }}"
    (guide.root / "templates/list.html").write_text(
        f"{{% for entry in entries(page.type_id) %}}{fields}{{% endfor %}}", "utf-8"
    )
    problems = guide.build()["problems"]
    assert {tuple(problem.get(name) for name in ("code", "item", "locale", "field")) for problem in problems} == {
        ("link-refused", "entry:a", "en-US", "web"),
        ("link-refused", "entry:b", "en-US", "more"),
    }
    assert len(problems) == 2


def test_link_to_another_space_stays_a_link(guide: Guide, space: SpaceFiles) -> None:
    away = {"sys": {"type": "ResourceLink", "linkType": "Contentful:Entry"}}
    away["sys"]["urn"] = "crn:contentful:::content:spaces/other/environments/dev/entries/e1"
    resources = {"id": "more", "name": "More", "type": "Array", "items": {"type": "ResourceLink"}, "localized": False}
    one = {"id": "one", "name": "One", "type": "ResourceLink", "localized": False}
    space.put_model(content_type("place", *PLACE["fields"], one, resources), CATEGORY, locales=CHAIN)
    space.put(entry("place", "a", title="A", slug="a", one={"en-US": away}, more={"en-US": [away]}))
    assert guide.build()["problems"] == []
    found = html.document_fromstring(guide.page("/place/a/")).xpath("//main//a[text()='In another space']/@href")
    assert found == ["https://app.contentful.com/spaces/other/environments/dev/entries/e1"] * 2


def test_embedded_entry_uses_the_template_of_its_type_and_is_never_shown_inside_itself(
    guide: Guide, space: SpaceFiles
) -> None:
    def story(identifier: str) -> dict[str, Any]:
        embedded = {"nodeType": "embedded-entry-block", "data": {"target": link("Entry", identifier)}, "content": []}
        return {"en-US": {"nodeType": "document", "data": {}, "content": [embedded]}}

    fields = [*PLACE["fields"], {"id": "story", "name": "Story", "type": "RichText", "localized": True}]
    space.put_model(content_type("place", *fields), CATEGORY, locales=[locale("en-US", default=True)])
    space.put(entry("place", "a", title="A", slug="a", story=story("b")))
    space.put(entry("place", "b", title="B", slug="b", story=story("a")))
    use(guide, "{{ entry.story|html }}")
    guide.build()
    assert 'class="card" href="../b/index.html"' in guide.page("/place/a/")
    (guide.root / "templates/parts").mkdir()
    (guide.root / "templates/parts/place.html").write_text("<b>{{ entry|title }}</b>{{ entry.story|html }}", "utf-8")
    guide.build()
    assert guide.page("/place/a/") == '<b>B</b><b>A</b><p><a href="../b/index.html">B</a></p>'


def test_numbers_and_languages_are_written_in_the_form_of_the_locale() -> None:
    assert [write_number(1234567.5, code) for code in ("en-US", "de-DE", "xx")] == [
        "1,234,567.5",
        "1.234.567,5",
        "1,234,567.5",
    ]
    assert [write_number(value, "de-DE") for value in (10**40, True, "12", None)] == [str(10**40), "True", "12", "None"]
    assert [language_name("de-DE", code) for code in ("en-US", "de-DE")] == [
        "German (Germany)",
        "Deutsch (Deutschland)",
    ]
    assert language_name("xx-nonsense", "de-DE") == "xx-nonsense"


def test_page_names_another_language_in_its_own_language() -> None:
    assert [spoken_name("en-US", "English", code) for code in ("de-DE", "ar", "nl")] == [
        *("Englisch", "الإنجليزية", "Engels")
    ]
    assert [spoken_name("xx-nonsense", "Klingon", "de"), spoken_name("en", "English", "xx-nonsense")] == [
        *("Klingon", "English")
    ]


def test_locales_that_differ_by_case_have_addresses_of_their_own(guide: Guide, space: SpaceFiles) -> None:
    codes = ["de-AT", "de-at", "pt-BR"]
    space.put_model(
        PLACE, CATEGORY, locales=[locale("en-US", default=True), *(locale(code, "en-US") for code in codes)]
    )
    titles = {"en-US": "Gate", "de-AT": "Tor", "de-at": "Pforte", "pt-BR": "Portão"}
    raw = entry("place", "gate", slug="gate")
    raw["fields"]["title"] = titles
    space.put(raw)
    assert guide.build()["problems"] == []
    files = [path.lower() for path in guide.files("site")]
    assert len(files) == len(set(files)), "no disk and no host takes one for the other"
    pages = [path for path in guide.files("site") if path.endswith("place/gate/index.html")]
    shown = {title for path in pages for title in titles.values() if f">{title}</h1>" in guide.files()[path].decode()}
    assert (len(pages), shown) == (4, set(titles.values()))
    assert "site/pt-BR/place/gate/index.html" in pages
    assert guide.run("check").code == 0
