"""The Delivery API's listings: their pages, locales, included items and refusals."""

from __future__ import annotations

import json
from typing import Any

import pytest

from exporter.core.model import Item, Key, read_content_type, read_locale
from exporter.space.http.listing import ListedSpace, list_items, single_item
from exporter.space.refusals import RefusalError
from tests.conftest import NO_RECORDINGS, RECORDINGS, asset, content_type, entry, link, locale

PLACE = content_type(
    "place",
    ("title", "Symbol"),
    ("body", "Text"),
    ("text", "RichText"),
    ("stars", "Integer"),
    ("opened", "Date"),
    ("free", "Boolean"),
    ("data", "Object"),
    {"id": "words", "name": "Words", "type": "Array", "localized": False, "items": {"type": "Symbol"}},
    {"id": "next", "name": "Next", "type": "Link", "linkType": "Entry", "localized": False},
    {"id": "pictures", "name": "Pictures", "type": "Array", "items": {"type": "Link", "linkType": "Asset"}},
)
RICH = {
    "nodeType": "document",
    "data": {},
    "content": [
        {"nodeType": "text", "value": "Über den Fluss", "marks": [], "data": {}},
        {"nodeType": "embedded-entry-block", "data": {"target": link("Entry", "tower")}, "content": []},
        {"nodeType": "embedded-asset-block", "data": {"target": link("Asset", "lost")}, "content": []},
    ],
}
RAWS = [
    entry(
        "place", "mill", 1, title={"en-US": "The mill", "de-DE": "Die Mühle"}, stars=3, free=True, words=["old", "wet"]
    )
    | {"metadata": {"tags": [link("Tag", "quiet"), link("Tag", "wood")], "concepts": []}},
    entry(
        "place",
        "castle",
        2,
        title={"en-US": "The castle", "de-DE": None},
        body="On a Hill, above",
        stars=10,
        opened="1200-05-01T10:00+01:00",
        words=["old", "high, dry"],
        next=link("Entry", "mill"),
        pictures=[link("Asset", "pic"), link("Asset", "gone")],
        data={"sys": link("Entry", "mill")["sys"]},
    ),
    entry("place", "tower", 3, title={"ar": "برج"}, opened="1300-01-01", next=link("Entry", "castle"), text=RICH),
    entry("note", "memo", 3, title="No type in the model"),
    asset("pic", "pic.svg", 500),
    asset("guide", "guide.pdf", 9000, kind="application/pdf"),
]
LOCALES = [read_locale(raw) for raw in (locale("en-US", default=True), locale("de-DE", "en-US"), locale("ar"))]


def listed_space(raws: list[Any], space: str = "small") -> ListedSpace:
    """Make a listed space of some items."""
    keys = [Key(raw["sys"]["type"].lower(), raw["sys"]["id"]) for raw in raws]
    items = {key: Item(key, raw) for key, raw in zip(keys, raws, strict=True)}
    return ListedSpace(
        items, {"place": read_content_type(PLACE)}, {found.code: found for found in LOCALES}, space, "master"
    )


SHELF = listed_space(RAWS)


def ids(items: list[Any]) -> list[str]:
    return [item["sys"]["id"] for item in items]


def entries(**query: str) -> Any:
    return list_items("entry", SHELF, query)


def test_everything_is_listed_newest_first_in_the_services_wrapper() -> None:
    body = entries(include="0")
    assert list(body) == ["sys", "total", "skip", "limit", "items"]
    assert (body["sys"], body["total"], body["skip"], body["limit"]) == ({"type": "Array"}, 4, 0, 100)
    assert ids(body["items"]) == ["memo", "tower", "castle", "mill"]


def test_pages_split_a_listing_without_loss() -> None:
    pages = [entries(limit="1", skip=str(skip), include="0") for skip in range(5)]
    assert [ids(page["items"]) for page in pages] == [["memo"], ["tower"], ["castle"], ["mill"], []]
    assert {page["total"] for page in pages} == {4}
    assert entries(limit="0")["items"] == []


def fields_in(code: str, identifier: str) -> Any:
    found = single_item(Key("entry", identifier), SHELF, {"locale": code})
    assert found["sys"]["locale"] == code
    return found["fields"]


def test_locale_gives_each_field_its_value_by_the_fallback_chain() -> None:
    assert fields_in("de-DE", "mill") == {"title": "Die Mühle", "stars": 3, "free": True, "words": ["old", "wet"]}
    assert fields_in("de-DE", "castle")["title"] is None, "a null is the value and ends the chain"
    assert fields_in("ar", "mill") == {"words": ["old", "wet"]}, "what is not localised is valid in every locale"
    assert "title" not in fields_in("de-DE", "tower"), "Arabic is no German's fallback"
    assert single_item(Key("entry", "mill"), SHELF, {}) == single_item(Key("entry", "mill"), SHELF, {"locale": "en-US"})


def test_all_locales_give_the_item_unchanged() -> None:
    body = list_items("entry", SHELF, {"locale": "*", "order": "sys.id", "include": "0"})
    assert body["items"] == sorted(RAWS[:4], key=lambda raw: str(raw["sys"]["id"]))
    assert single_item(Key("asset", "pic"), SHELF, {"locale": "*"}) == RAWS[4]


def linked(**query: str) -> tuple[dict[str, list[str]], list[str]]:
    body = list_items("entry", SHELF, {key.replace("_", "."): text for key, text in query.items()})
    included = {kind: ids(items) for kind, items in body.get("includes", {}).items()}
    return included, [error["details"]["id"] for error in body.get("errors", [])]


def test_include_follows_links_to_its_depth_and_reports_missing_targets() -> None:
    assert linked(sys_id="tower", include="0") == ({}, [])
    assert linked(sys_id="tower") == ({"Entry": ["castle"]}, ["lost"])
    assert linked(sys_id="tower", include="2") == ({"Entry": ["castle", "mill"], "Asset": ["pic"]}, ["lost", "gone"])
    assert linked(sys_id="tower", include="10", locale="*") == linked(sys_id="tower", include="2")
    assert entries(**{"sys.id": "castle"})["errors"] == [
        {
            "sys": {"id": "notResolvable", "type": "error"},
            "details": {"type": "Link", "linkType": "Asset", "id": "gone"},
        }
    ]


def test_item_of_the_page_is_not_included_again() -> None:
    assert linked(include="10") == ({"Asset": ["pic"]}, ["lost", "gone"])


def test_select_keeps_only_the_named_fields_and_their_links() -> None:
    query = {"content_type": "place", "sys.id": "castle", "select": "sys.id,fields.stars,fields.next"}
    body = list_items("entry", SHELF, query)
    assert body["items"] == [{"sys": {"id": "castle"}, "fields": {"stars": 10, "next": link("Entry", "mill")}}]
    assert (ids(body["includes"]["Entry"]), "errors" in body) == (["mill"], False)
    assert [list(item) for item in entries(select="fields")["items"]] == [["fields"]] * 4


@pytest.mark.parametrize("number", [1, 2, 4])
def test_refusals_have_the_recorded_bodies(number: int) -> None:
    if not RECORDINGS.is_dir():
        pytest.skip(NO_RECORDINGS)
    recorded = json.loads((RECORDINGS / "rec_php_errors_assets.json").read_text("utf-8"))["interactions"][number]
    path, _, query = recorded["url"].partition("/environments/master/entries")[2].partition("?")
    values = dict([query.split("=")]) if query else {}
    other = listed_space(RAWS, "cfexampleapi")
    with pytest.raises(RefusalError) as caught:
        single_item(Key("entry", path[1:]), other, values) if path else list_items("entry", other, values)
    answer = caught.value.answer
    assert (answer.status, json.loads(answer.body)) == (recorded["status"], recorded["body"] | {"requestId": "local"})
