"""What `check` says of the mirror: each problem with item, locale, field and what to do; severities, JSON, GitHub."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exporter.check.content import is_empty
from exporter.guide.library.theme_words import theme_names
from tests.conftest import (
    CATEGORY,
    NO_RECORDINGS,
    PICTURE,
    PLACE,
    PROJECT,
    RECORDINGS,
    Guide,
    Outcome,
    asset,
    content_type,
    entry,
    link,
    locale,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import SpaceFiles


def setting(guide: Guide, text: str) -> None:
    """Put lines at the end of site.yaml."""
    path = guide.root / "site.yaml"
    path.write_text(path.read_text("utf-8") + text, "utf-8")


def problems(guide: Guide, *arguments: str) -> list[dict[str, Any]]:
    """Sync and check; return the problems, except that no site is built."""
    outcome = guide.run("sync")
    assert outcome.code == 0, outcome
    found: list[dict[str, Any]] = guide.run("check", "--json", *arguments).json["problems"]
    return [problem for problem in found if problem["code"] != "site-missing"]


def only(guide: Guide, code: str) -> dict[str, Any]:
    """Return the one problem with a code; fail if there are any with another, except for dead links."""
    found = problems(guide)
    assert {problem["code"] for problem in found} - {"link-dead"} == {code}
    (problem,) = [problem for problem in found if problem["code"] == code]
    return problem


def where(problem: dict[str, Any]) -> tuple[str, ...]:
    return tuple(problem.get(name, "") for name in ("severity", "item", "locale", "field", "file"))


def test_guide_in_which_all_is_well_checks_clean_and_changes_nothing(guide: Guide) -> None:
    guide.build()
    before = guide.mtimes()
    outcome = guide.run("check", "--strict", "--json")
    assert (outcome.code, outcome.json["ok"], outcome.json["problems"]) == (0, True, [])
    looked = outcome.json["check"]
    assert (looked["items"], looked["pages"], looked["errors"], looked["warnings"]) == (4, 12, 0, 0)
    assert guide.mtimes() == before


def test_demo_checks_clean(tmp_path: Path, call: Callable[..., Outcome]) -> None:
    (tmp_path / "site.yaml").write_text((PROJECT / "site.yaml").read_text("utf-8"), "utf-8")
    guide = Guide(tmp_path, call)
    guide.build()
    outcome = guide.run("check", "--strict", "--json")
    assert (outcome.code, outcome.json["problems"]) == (0, [])
    assert outcome.json["check"]["coverage"]["place"] == {"en-US": 100, "de-DE": 62, "ar": 35}


def test_it_takes_no_lock(guide: Guide) -> None:
    from exporter.core.files import exclusive_lock

    guide.build()
    with exclusive_lock(guide.root / ".export/lock"):
        assert guide.run("check").code == 0


def test_link_to_what_is_not_published_is_reported(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    problem = only(guide, "link-unresolved")
    assert where(problem) == ("warning", "entry:gate", "en-US", "category", "content/entries/place/gate.json")
    assert problem["message"] == (
        'entry:gate "Gate", category (en-US) links to entry:gone, which is not published: '
        "publish it, or remove the link"
    )


def test_link_deep_in_a_document_or_a_list_is_looked_at(guide: Guide, space: SpaceFiles) -> None:
    lists = {"id": "more", "name": "More", "type": "Array", "items": {"type": "Link"}, "localized": True}
    space.put_model(
        content_type("note", ("title", "Symbol"), ("text", "RichText"), lists), locales=[locale("en-US", default=True)]
    )
    node = {"nodeType": "embedded-asset-block", "data": {"target": link("Asset", "lost")}, "content": []}
    quote = {"nodeType": "blockquote", "data": {}, "content": [node]}
    document = {"nodeType": "document", "data": {}, "content": [quote]}
    more = [link("Entry", "castle"), link("Entry", "gone")]
    space.put(entry("note", "one", title="One", text={"en-US": document}, more={"en-US": more}))
    found = [(problem["field"], problem["message"].split(" links to ")[1].split(",")[0]) for problem in problems(guide)]
    assert found == [("more", "entry:gone"), ("text", "asset:lost")]


def test_link_to_another_space_is_none_of_ours(guide: Guide, space: SpaceFiles) -> None:
    far = {
        "sys": {
            "type": "ResourceLink",
            "linkType": "Contentful:Entry",
            "urn": "crn:contentful:::content:spaces/s/entries/e",
        }
    }
    space.put(entry("place", "gate", title="Gate", slug="gate", category={"en-US": far}))
    assert problems(guide) == []


def test_link_in_a_language_that_the_guide_does_not_speak_is_let_be(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", body={"ar": {"x": link("Entry", "gone")}}))
    assert [problem["locale"] for problem in problems(guide)] == ["ar"]
    setting(guide, "locales: [en-US, de-DE]\n")
    assert problems(guide) == []


def test_link_that_an_editor_wrote_to_no_page_is_reported(guide: Guide, space: SpaceFiles) -> None:
    uri = {"nodeType": "hyperlink", "data": {"uri": "/nowhere/"}, "content": []}
    space.put_model(
        PLACE, CATEGORY, content_type("note", ("title", "Symbol"), ("text", "RichText")),
        locales=[locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")],
    )  # fmt: skip
    space.put(entry("note", "one", title="One", text={"en-US": {"nodeType": "document", "content": [uri]}}))
    links = "[a](/place/mill/) [b](place/castle/index.html#x) [c](/gone) [d](#e) <a href='/lost'>f</a>"
    space.put(entry("place", "gate", title="Gate", slug="gate", body={"de-DE": links}))
    assert [
        (where(problem)[:4], problem["message"].split(" links to ")[1].split(",")[0]) for problem in problems(guide)
    ] == [
        (("warning", "entry:one", "en-US", "text"), "/nowhere/"),
        (("warning", "entry:gate", "de-DE", "body"), "/gone"),
        (("warning", "entry:gate", "de-DE", "body"), "/lost"),
    ]


def test_link_to_an_earlier_address_leads_on(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", body="[the mill](/place/mill/)"))
    guide.build()
    mill = json.loads((space.root / "entries/place/mill.json").read_bytes())
    mill["fields"]["slug"]["en-US"] = "windmill"
    space.put(mill)
    assert problems(guide) == []
    assert guide.run("build").code == 0
    assert guide.run("check", "--strict").code == 0


def test_link_to_an_address_that_a_linked_entry_had_a_part_in_leads_on(guide: Guide, space: SpaceFiles) -> None:
    setting(guide, "pages: {place: {url: '/{category.slug}/{slug}/'}, category: {}}\n")
    links = "[a](/sights/castle/) [b](/de-DE/sights/castle/) [c](/ar/sights/mill/) [d](/sights/moon/)"
    space.put(entry("place", "gate", title="Gate", slug="gate", body=links, category=link("Entry", "sights")))
    space.put(
        entry("place", "castle", title={"en-US": "C", "de-DE": "B"}, slug="castle", category=link("Entry", "sights"))
    )
    guide.build()
    space.put(entry("category", "sights", 2, title={"en-US": "Sights", "de-DE": "Orte"}, slug="views"))
    guide.build()
    found = guide.run("check", "--json").json["problems"]
    reported = [problem["message"].split(" links to ")[1].split(",")[0] for problem in found]
    assert reported == ["/ar/sights/mill/", "/sights/moon/"]  # the mill has nothing in Arabic, so no page moved there
    assert (guide.root / "site/de-DE/sights/castle/index.html").is_file()
    assert not (guide.root / "site/ar/sights/mill/index.html").exists()


def test_links_in_all_ways_that_the_guide_leads_are_let_be(guide: Guide, space: SpaceFiles) -> None:
    setting(guide, "lists: {views: {type: place, by: category, per_page: 1}}\n")
    good = [
        "entry/mill",
        "/entry/mill",
        "asset/pic",
        "../mill/",
        "./",
        "../../index.html",
        "/views/sights/",
        "/views/page/1/",
    ]
    bad = ["entry/moon", "asset/moon", "../moon/", "/view/", "/views/moon/", "/views/page/9/"]
    text = " ".join(f"[x]({target})" for target in (*good, *bad))
    space.put(entry("place", "gate", title="Gate", slug="gate", body={"en-US": text, "de-DE": text}))
    reported = [
        problem["message"].partition(" links to ")[2].partition(",")[0] for problem in guide.build()["problems"]
    ]
    assert sorted(set(reported)) == sorted(bad)
    checked = [problem["message"].partition(" links to ")[2].partition(",")[0] for problem in problems(guide)]
    assert checked == sorted(bad) * 2


def test_link_with_a_refused_scheme_is_reported(guide: Guide, space: SpaceFiles) -> None:
    uri = {"nodeType": "hyperlink", "data": {"uri": "javascript:b"}, "content": []}
    space.put_model(
        PLACE, CATEGORY, content_type("note", ("title", "Symbol"), ("text", "RichText")),
        locales=[locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar", "en-US")],
    )  # fmt: skip
    space.put(entry("note", "one", title="One", text={"en-US": {"nodeType": "document", "content": [uri]}}))
    body = "[x](javascript:a) <a href='java&Tab;script:c'>x</a> <vbscript:d> <https://example.org> [m](mailto:a@b.c)"
    space.put(entry("place", "gate", title="Gate", slug="gate", body=body))
    found = [problem for problem in problems(guide) if problem["code"] != "link-dead"]
    assert {where(problem)[:4] for problem in found if problem["item"] == "entry:one"} == {
        ("warning", "entry:one", "en-US", "text")
    }
    assert [
        (problem["code"], problem["item"], problem["message"].split(" links to ")[1].split(",")[0]) for problem in found
    ] == [
        ("link-refused", "entry:one", "javascript:b"),
        *(("link-refused", "entry:gate", target) for target in ("java script:c", "javascript:a", "vbscript:d")),
    ]
    setting(guide, "check: {link-refused: off}\n")
    assert problems(guide) == []
    assert guide.build()["problems"] == []


EMPTY: list[Any] = [
    None,
    "",
    " \n",
    [],
    {"nodeType": "document", "content": [{"nodeType": "paragraph", "content": []}]},
]


@pytest.mark.parametrize("value", EMPTY, ids=["null", "empty text", "space", "empty list", "empty document"])
def test_required_field_without_a_value_is_an_error(guide: Guide, space: SpaceFiles, value: Any) -> None:
    space.put(entry("category", "odd", title="Odd", slug={"en-US": value, "de-DE": "seltsam"}))
    problem = only(guide, "required-missing")
    assert where(problem) == ("error", "entry:odd", "en-US", "slug", "content/entries/category/odd.json")
    assert "has no Slug in en-US, which category requires: fill it in" in problem["message"]
    assert guide.run("check").code == 1


def test_required_field_that_is_missing_altogether_is_an_error(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("category", "odd", title="Odd"))
    assert only(guide, "required-missing")["field"] == "slug"


@pytest.mark.parametrize(
    "value",
    [0, False, {}, "x", ["x"], {"nodeType": "document", "content": [{"nodeType": "hr"}]}],
    ids=["zero", "no", "object", "text", "list", "document of a rule"],
)
def test_zero_and_no_are_values(value: Any) -> None:
    assert not is_empty(value)


@pytest.mark.parametrize(
    ("spot", "wrong"),
    [
        *(({"lat": 91, "lon": 0}, True), ({"lat": -90.0, "lon": 180}, False), ({"lat": 38.7, "lon": -181}, True)),
        *(({"lat": "38", "lon": 9}, True), ({"lon": 9}, True), ({"lat": True, "lon": 1}, True)),
        ({"lat": 38.7, "lon": -9.1}, False),
    ],
)
def test_coordinates_that_are_no_place_on_earth_are_an_error(
    guide: Guide, space: SpaceFiles, spot: Any, wrong: bool
) -> None:
    space.put_model(
        content_type("spot", ("title", "Symbol"), ("at", "Location")), locales=[locale("en-US", default=True)]
    )
    for name in ("entries/place/castle.json", "entries/place/mill.json"):
        space.remove(name)
    space.put(entry("spot", "one", title="One", at={"en-US": spot}))
    found = problems(guide)
    assert [where(problem)[:4] for problem in found] == [("error", "entry:one", "en-US", "at")] * wrong


def test_swapped_coordinates_are_reported_as_such(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", body={"en-US": {"lat": 139.7, "lon": 35.7}}))
    assert "as if the two were swapped" in only(guide, "coordinates-out-of-range")["message"]


def test_entries_that_want_the_same_address_are_reported(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "two", title={"en-US": "Two", "de-DE": "Zwei", "ar": "x"}, slug="castle"))
    problem = only(guide, "address-clash")
    assert where(problem) == ("warning", "entry:castle", "en-US", "slug", "content/entries/place/castle.json")
    assert (
        'entry:castle "The castle" and entry:two "Two" have the same address /place/castle/: each' in problem["message"]
    )


def test_link_to_an_address_that_entries_share_is_dead_and_to_what_they_get_instead_is_not(
    guide: Guide, space: SpaceFiles
) -> None:
    body = "[a](/place/castle/) [b](/place/castle-two/) [c](/de-DE/place/castle-castle/)"
    space.put(entry("place", "two", title={"en-US": "Two", "de-DE": "Zwei"}, slug="castle", body=body))
    dead = [problem for problem in guide.build()["problems"] if problem["code"] == "link-dead"]
    reported = [problem for problem in problems(guide) if problem["code"] == "link-dead"]
    assert {problem["message"].split(" links to ")[1].split(",")[0] for problem in dead} == {"/place/castle/"}
    assert [problem["message"].split(" links to ")[1].split(",")[0] for problem in reported] == ["/place/castle/"]


def test_same_address_under_a_pattern_is_an_error_whatever_is_chosen(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "two", title="Two", slug="castle"))
    setting(guide, "pages: {place: {url: '/{slug}/'}, category: {url: '/{slug}/'}}\ncheck: {address-clash: off}\n")
    problem = only(guide, "address-taken")
    assert problem["severity"] == "error"
    assert "entry:castle" in problem["message"]
    assert guide.run("render").code == 2


def test_entry_that_wants_the_address_of_a_list_is_an_error(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "two", title="Two", slug="category"))
    setting(guide, "pages: {place: {url: '/{slug}/'}, category: {}}\n")
    assert (
        'entry:two "Two" and the list of category have the same address /category/'
        in only(guide, "address-taken")["message"]
    )


def test_entries_that_get_their_ids_do_not_meet_the_list_whose_address_they_want(
    guide: Guide, space: SpaceFiles
) -> None:
    setting(guide, "lists: {views: {type: place, url: /place/castle/}}\n")
    assert "the list views have the same address /place/castle/" in only(guide, "address-taken")["message"]
    assert guide.run("render").code == 2
    space.put(entry("place", "two", title={"en-US": "Two", "de-DE": "Zwei", "ar": "x"}, slug="castle"))
    assert only(guide, "address-clash")["item"] == "entry:castle"
    assert guide.run("render").code == 0


def picture(identifier: str, size: int = len(PICTURE), **texts: Any) -> dict[str, Any]:
    """Make a picture with some texts."""
    raw = asset(identifier, f"{identifier}.svg", size)
    raw["fields"] = {"file": raw["fields"]["file"], **{name: {"en-US": text} for name, text in texts.items()}}
    return raw


@pytest.mark.parametrize("texts", [{}, {"title": " "}, {"title": "one.svg"}], ids=["none", "empty", "its file's name"])
def test_picture_without_words_is_reported(guide: Guide, space: SpaceFiles, texts: dict[str, str]) -> None:
    space.put(picture("one", len(PICTURE), **texts), file=PICTURE)
    problem = only(guide, "alt-missing")
    assert where(problem) == ("warning", "asset:one", "en-US", "description", "content/assets/one.json")
    assert "describe what it shows" in problem["message"]


def test_picture_without_words_in_a_language_that_falls_back_to_none_is_reported(
    guide: Guide, space: SpaceFiles
) -> None:
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE"), locale("ar", "en-US")])
    space.put(picture("one", title="A mill"), file=PICTURE)
    found = [(problem["item"], problem["locale"]) for problem in problems(guide) if problem["code"] == "alt-missing"]
    assert found == [("asset:one", "de-DE"), ("asset:pic", "de-DE")]


def test_picture_of_unknown_size_is_reported(guide: Guide, space: SpaceFiles) -> None:
    raw = picture("one", title="A mill")
    raw["fields"]["file"]["en-US"]["details"]["image"] = {"width": 30, "height": 0}
    space.put(raw, file=PICTURE)
    assert where(only(guide, "image-size-missing"))[:4] == ("warning", "asset:one", "en-US", "file")


def test_large_file_is_reported_where_the_guide_takes_it_along(guide: Guide, space: SpaceFiles) -> None:
    data = PICTURE + b" " * 5_000_000
    space.put(picture("one", len(data), title="A mill"), file=data)
    assert "a file of 5.0 MB" in only(guide, "file-too-large")["message"]
    setting(guide, "content: {assets: link}\n")
    assert problems(guide) == []


def test_draft_asset_without_a_file_is_passed_over(guide: Guide, space: SpaceFiles) -> None:
    raw = picture("one")
    raw["fields"] = {}
    space.put(raw)
    assert problems(guide) == []


def test_translation_is_counted_by_field_type_and_locale(guide: Guide) -> None:
    guide.build()
    assert guide.run("check", "--json").json["check"]["coverage"] == {
        "category": {"en-US": 100, "de-DE": 100, "ar": 0},
        "place": {"en-US": 100, "de-DE": 20, "ar": 40},
    }
    lines = guide.run("check").out.splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["translated", "en-US", "ar", "de-DE"],
        ["category", "100", "%", "0", "%", "100", "%"],
        ["place", "100", "%", "40", "%", "20", "%"],
    ]


def test_missing_translations_are_reported_where_they_are_asked_for(guide: Guide) -> None:
    setting(guide, "check: {translation-missing: warning}\n")
    found = {(problem["item"], problem["locale"], problem.get("field", "")) for problem in problems(guide)}
    castle = {("entry:castle", "de-DE", "summary"), ("entry:castle", "de-DE", "body"), ("entry:castle", "ar", "body")}
    mill = {("entry:mill", "de-DE", ""), ("entry:mill", "ar", "")}
    assert found == {*castle, *mill, ("entry:sights", "ar", "")}


def test_language_without_words_of_the_theme_is_reported_with_what_its_pages_speak(
    guide: Guide, space: SpaceFiles
) -> None:
    space.put_model(PLACE, CATEGORY, locales=[locale("de-DE", default=True), locale("el"), locale("x-klingon")])
    space.put({**entry("place", "castle"), "fields": {"title": {"de-DE": "Burg", "el": "Κάστρο"}}})
    space.put({**entry("place", "mill"), "fields": {"title": {"de-DE": "Mühle", "el": "Μύλος"}}})
    found = [problem for problem in problems(guide) if problem["code"] == "words-missing"]
    said = [(problem["severity"], problem["locale"], problem["message"].split(":")[0]) for problem in found]
    assert said == [
        ("warning", "el", "the theme has no words in Greek (el) and uses those in German (de)"),
        ("warning", "x-klingon", "the theme has no words in x-klingon and uses those in German (de)"),
    ]


def test_words_that_the_project_adds_are_no_longer_missing(guide: Guide, space: SpaceFiles) -> None:
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("el", "en-US")])
    names = theme_names()
    plain = [name for name in names[: names.index("offline")] if not name.startswith("name.")]
    own = guide.root / "templates/words.yaml"
    own.parent.mkdir()
    own.write_text("".join(f"{name}: {{el: λέξη}}\n" for name in plain[:-7]), "utf-8")
    (found,) = [problem for problem in problems(guide) if problem["code"] == "words-missing"]
    listed = f"({', '.join(plain[-7:-2])} and 2 more are missing)"
    assert found["message"].startswith(f"the theme has not all words {listed} in Greek (el) and uses those in English")
    own.write_text("".join(f"{name}: {{el: λέξη}}\n" for name in plain), "utf-8")
    assert "words-missing" not in guide.run("check").err
    path = guide.root / "site.yaml"
    path.write_text(path.read_text("utf-8").replace("offline: false\n", ""), "utf-8")
    assert "[words-missing]" in guide.run("check").err


def test_severities_are_those_of_site_yaml(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="gate", category=link("Entry", "gone")))
    space.put(picture("one"), file=PICTURE)
    assert [problem["severity"] for problem in problems(guide)] == ["warning", "warning"]
    assert guide.run("check").code == 0
    setting(guide, "check: {link-unresolved: error, alt-missing: off}\n")
    assert [(problem["severity"], problem["code"]) for problem in problems(guide)] == [("error", "link-unresolved")]
    outcome = guide.run("check", "--json")
    assert (outcome.code, outcome.json["ok"], outcome.json["exit"]) == (1, False, 1)


def test_strict_makes_errors_of_warnings(guide: Guide, space: SpaceFiles) -> None:
    space.put(picture("one"), file=PICTURE)
    guide.build()
    assert guide.run("check").code == 0
    outcome = guide.run("check", "--strict", "--json")
    assert (outcome.code, [problem["severity"] for problem in outcome.json["problems"]]) == (1, ["error"])
    assert (outcome.json["check"]["errors"], outcome.json["check"]["warnings"]) == (1, 0)


def test_mirror_alone_is_checked_where_no_site_is_built(guide: Guide, space: SpaceFiles) -> None:
    space.put(picture("one"), file=PICTURE)
    assert guide.run("sync").code == 0
    outcome = guide.run("check", "--json")
    assert (outcome.code, sorted(problem["code"] for problem in outcome.json["problems"])) == (
        0,
        ["alt-missing", "site-missing"],
    )
    assert "pages" not in outcome.json["check"]
    assert "there is no site/ yet" in guide.run("check").err


def test_dead_link_of_a_template_is_an_error_with_file_and_line(guide: Guide) -> None:
    (guide.root / "templates").mkdir()
    (guide.root / "templates/category.html").write_text(
        '{% extends "entry.html" %}\n{% block body %}<a href="gone.html">x</a>{% endblock %}'
    )
    guide.build()
    outcome = guide.run("check", "--json")
    problem = outcome.json["problems"][0]
    assert (outcome.code, problem["code"], problem["link"]) == (1, "page-link-dead", "gone.html")
    page = (guide.root / problem["file"]).read_text("utf-8").splitlines()
    assert 'href="gone.html"' in page[problem["line"] - 1]


def test_before_the_first_sync_it_says_what_to_do(guide: Guide) -> None:
    outcome = guide.run("check")
    assert (outcome.code, "run sync (or build) first" in outcome.err) == (4, True)


def test_site_that_is_not_ours_is_refused(guide: Guide) -> None:
    assert guide.run("sync").code == 0
    (guide.root / "site").mkdir()
    (guide.root / "site/own.html").write_text("mine")
    assert guide.run("check").code == 4


def test_broken_file_is_an_error_and_the_others_are_looked_at(guide: Guide, space: SpaceFiles) -> None:
    space.put(picture("one"), file=PICTURE)
    guide.build()
    (guide.root / "content/entries/place/mill.json").write_text("{")
    outcome = guide.run("check", "--json")
    found = [(problem["severity"], problem["code"]) for problem in outcome.json["problems"]]
    assert (outcome.code, found) == (1, [("error", "mirror-broken"), ("warning", "alt-missing")])


def test_broken_file_leaves_links_and_addresses_alone_and_says_so(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "gate", title="Gate", slug="castle", category=link("Entry", "gone")))
    guide.build()
    (guide.root / "content/entries/place/mill.json").write_text("{")
    (problem,) = guide.run("check", "--json").json["problems"]
    message = "restore it from git, or run sync --full; neither links nor addresses were checked"
    assert problem["message"].startswith("content/entries/place/mill.json:1: not JSON: ")
    assert problem["message"].endswith(message)


def test_line_of_a_problem_has_its_code_and_stands_once_for_all_languages(guide: Guide, space: SpaceFiles) -> None:
    texts = {"en-US": "Gate", "de-DE": "Tor", "ar": "x"}
    space.put(entry("place", "gate", title=texts, slug="gate", category=link("Entry", "gone")))
    assert guide.run("sync").code == 0
    outcome = guide.run("render", "--json")
    assert [problem["locale"] for problem in outcome.json["problems"]] == ["en-US", "ar", "de-DE"]
    lines = guide.run("render").err.splitlines()
    gone = "links to entry:gone, which is not published (in en-US, ar, de-DE)"
    assert lines == [f"warning: entry:gate in category: {gone} [link-unresolved]"]


def test_every_member_of_a_problem_is_one_of_the_documented(guide: Guide, space: SpaceFiles) -> None:
    space.put(picture("one"), file=PICTURE)
    space.put(entry("category", "odd", title="Odd"))
    for problem in problems(guide):
        assert {"severity", "code", "item", "locale", "field", "message"} <= set(problem)
        assert set(problem) <= {"severity", "code", "item", "locale", "field", "message", "file", "line", "link"}


def test_many_problems_of_one_kind_are_cut_short_unless_more_is_asked_for(guide: Guide, space: SpaceFiles) -> None:
    for number in range(60):
        space.put(picture(f"p{number}"), file=PICTURE)
    guide.build()
    short, long = guide.run("check").err.splitlines(), guide.run("check", "-v").err.splitlines()
    assert (len(short), short[-1], len(long)) == (51, "and 10 more of alt-missing: -v or --json lists all", 60)
    assert len(guide.run("check", "--json").json["problems"]) == 60


REAL = {
    "the-example-app": {
        ("alt-missing", "asset:6nvWJT1AkM64so8Auue4QQ"),
        ("link-unresolved", "entry:2uNOpLMJioKeoMq8W44uYc"),
    },
    "product-catalogue": set(),
    "gallery": set(),
}


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=NO_RECORDINGS)
@pytest.mark.parametrize("name", REAL)
def test_real_spaces_get_few_and_true_words(name: str, tmp_path: Path, call: Callable[..., Outcome]) -> None:
    export = RECORDINGS / f"export_{name}.json"
    (tmp_path / "site.yaml").write_text(f"title: T\nsource: {{local: {export}}}\n", "utf-8")
    guide = Guide(tmp_path, call)
    assert guide.run("build").code == 3  # exports hold no asset files, whose sizes are then not judged
    found = guide.run("check", "--json").json["problems"]
    assert {(problem["code"], problem["item"]) for problem in found} == REAL[name]


@pytest.mark.parametrize("named_by", ["site.yaml", ".syncstate"])
def test_guide_made_from_a_preview_host_is_an_error_whatever_is_chosen(guide: Guide, named_by: str) -> None:
    """CI runs `check` before it deploys: drafts are not published."""
    guide.build()
    if named_by == "site.yaml":
        source = "{space: small, url: 'https://preview.contentful.com'}"
        (guide.root / "site.yaml").write_text(f"title: T\nsource: {source}\n", "utf-8")
    else:
        state = json.loads((guide.root / ".syncstate").read_text("utf-8"))
        state["source"]["url"] = "https://preview.eu.contentful.com"
        (guide.root / ".syncstate").write_text(json.dumps(state), "utf-8")
    outcome = guide.run("check", "--json")
    found = [one for one in outcome.json["problems"] if one["code"] == "preview"]
    assert outcome.code == 1
    assert [(one["severity"], "holds drafts" in one["message"]) for one in found] == [("error", True)]
