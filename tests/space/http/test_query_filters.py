"""Queries of the Delivery API: what they select, in which order, and which are refused."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.core.model import Key
from exporter.space.http.listing import list_items, single_item
from exporter.space.refusals import RefusalError
from tests.conftest import entry
from tests.space.http.test_listing import PLACE, RAWS, RICH, SHELF, ids, listed_space


def refusal(kind: str, query: dict[str, str]) -> tuple[int, Any]:
    with pytest.raises(RefusalError) as caught:
        list_items(kind, SHELF, query)
    return caught.value.answer.status, json.loads(caught.value.answer.body)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("sys.id", ["castle", "memo", "mill", "tower"]),
        ("-sys.id", ["tower", "mill", "memo", "castle"]),
        ("-sys.updatedAt,-sys.id", ["tower", "memo", "castle", "mill"]),
        ("sys.contentType.sys.id,sys.updatedAt", ["memo", "mill", "castle", "tower"]),
        ("fields.stars", ["mill", "castle", "tower"]),
        ("-fields.stars", ["castle", "mill", "tower"]),
        ("fields.opened", ["castle", "tower", "mill"]),
    ],
)
def test_order_puts_items_without_the_value_last(order: str, expected: list[str]) -> None:
    query = {"content_type": "place"} if "fields" in order else {}
    assert ids(list_items("entry", SHELF, {"order": order, **query})["items"]) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"content_type": "place"}, "tower castle mill"),
        ({"sys.id": "mill"}, "mill"),
        ({"sys.id[in]": "mill,castle,none"}, "castle mill"),
        ({"sys.id[nin]": "mill,castle"}, "memo tower"),
        ({"sys.id[ne]": "mill"}, "memo tower castle"),
        ({"sys.contentType.sys.id[in]": "note"}, "memo"),
        ({"sys.updatedAt[gte]": "2026-01-03T08:00:00Z", "sys.updatedAt[lt]": "2026-01-04T09:00+01:00"}, "castle"),
        ({"sys.revision[gt]": "1", "sys.revision[lte]": "2"}, "castle"),
        ({"metadata.tags.sys.id[in]": "wood,steel"}, "mill"),
        ({"metadata.tags.sys.id[all]": "wood,steel"}, ""),
        ({"metadata.tags.sys.id[all]": "wood,quiet"}, "mill"),
        ({"metadata.tags[exists]": "false"}, "memo tower castle"),
        ({"query": "HILL on"}, "castle"),
        ({"query": "über"}, "tower"),
        ({"links_to_entry": "castle"}, "tower"),
        ({"links_to_entry": "tower"}, "tower"),
        ({"links_to_entry": "mill"}, "castle"),
        ({"links_to_asset": "gone"}, "castle"),
    ],
)
def test_filters_of_all_entries(query: dict[str, str], expected: str) -> None:
    assert ids(list_items("entry", SHELF, query)["items"]) == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"fields.title": "The mill"}, "mill"),
        ({"fields.title": "Die Mühle", "locale": "de-DE"}, "mill"),
        ({"fields.title[exists]": "false"}, "tower"),
        ({"fields.title[match]": "MIL"}, "mill"),
        ({"fields.title[ne]": "The mill"}, "tower castle"),
        ({"fields.body[match]": "hill above"}, "castle"),
        ({"fields.text[match]": "fluss"}, "tower"),
        ({"fields.words": "old"}, "castle mill"),
        ({"fields.words[in]": '"high, dry",new'}, "castle"),
        ({"fields.words[all]": "old,wet"}, "mill"),
        ({"fields.words[nin]": "wet"}, "tower castle"),
        ({"fields.stars": "3"}, "mill"),
        ({"fields.stars[gt]": "3"}, "castle"),
        ({"fields.stars[in]": "3,10.0"}, "castle mill"),
        ({"fields.free": "true"}, "mill"),
        ({"fields.opened[lt]": "1200-05-01T09:30:00Z"}, "castle"),
        ({"fields.opened": "1300-01-01T00:00Z"}, "tower"),
        ({"fields.next.sys.id": "mill"}, "castle"),
        ({"fields.next[exists]": "true"}, "tower castle"),
        ({"fields.pictures.sys.id[all]": "gone,pic"}, "castle"),
        ({"fields.next.sys.contentType.sys.id": "place", "fields.next.fields.stars[gte]": "10"}, "tower"),
    ],
)
def test_filters_of_a_content_type_s_fields(query: dict[str, str], expected: str) -> None:
    assert ids(list_items("entry", SHELF, {"content_type": "place", **query})["items"]) == expected.split()


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "guide pic"),
        ({"mimetype_group": "image"}, "pic"),
        ({"mimetype_group": "pdfdocument"}, "guide"),
        ({"fields.file.contentType": "application/pdf"}, "guide"),
        ({"fields.file.details.size[lt]": "600"}, "pic"),
        ({"fields.title[match]": "gui"}, "guide"),
    ],
)
def test_filters_of_assets(query: dict[str, str], expected: str) -> None:
    assert ids(list_items("asset", SHELF, query)["items"]) == expected.split()


INVALID = "The query you sent was invalid. Probably a filter or ordering specification is not applicable"
PLACES = {"content_type": "place"}


@pytest.mark.parametrize(
    ("kind", "query", "error"),
    [
        ("entry", {"name": "0"}, {"name": "unknown", "path": ["name"], "details": 'The path "name" is not recognized'}),
        ("entry", {"sys.888": "GO"}, {"name": "unknown", "path": ["sys", "888"]}),
        ("entry", {"sys.id[like]": "x"}, {"name": "unknown", "path": ["sys", "id[like]"]}),
        ("entry", {"content_type": "dog"}, {"name": "unknownContentType", "value": "DOESNOTEXIST"}),
        ("entry", {**PLACES, "fields.nope": "x"}, {"name": "unknown", "path": ["fields", "nope"]}),
        ("entry", {**PLACES, "select": "fields.nope"}, {"name": "unknown", "path": ["fields", "nope"]}),
        ("entry", {**PLACES, "fields.body": "x"}, {"path": ["fields", "body", "en-US"], "type": "Text"}),
        ("entry", {**PLACES, "fields.stars": "many"}, {"path": ["fields", "stars"], "value": "many"}),
        ("entry", {**PLACES, "order": "fields.body"}, {"name": "order", "path": ["fields", "body", "en-US"]}),
        ("entry", {**PLACES, "fields.words[all]": "old", "fields.data": "x"}, {"type": "Object"}),
        ("entry", {**PLACES, "fields.next.fields.stars": "1"}, {"path": ["fields", "next", "fields", "stars"]}),
        ("entry", {"mimetype_group": "image"}, {"path": ["mimetype_group"]}),
        ("asset", {"content_type": "place"}, {"path": ["content_type"]}),
        ("asset", {"limit": "1001"}, {"path": ["limit"], "value": "1001"}),
        ("asset", {"limit": "000000001001"}, {"path": ["limit"]}),
        ("asset", {"skip": "-1"}, {"path": ["skip"]}),
        ("asset", {"include": "11"}, {"path": ["include"]}),
        ("asset", {"order": ""}, {"path": [""]}),
    ],
)
def test_invalid_query_is_refused_with_its_reason(kind: str, query: dict[str, str], error: dict[str, Any]) -> None:
    status, body = refusal(kind, query)
    assert (status, body["sys"]["id"]) == (400, "InvalidQuery")
    assert body["message"].startswith(INVALID)
    [found] = body["details"]["errors"]
    assert found | error == found


@pytest.mark.parametrize("query", [{"fields.title": "x"}, {"order": "fields.title"}, {"select": "fields.title"}])
def test_fields_without_a_content_type_are_refused(query: dict[str, str]) -> None:
    status, body = refusal("entry", query)
    assert (status, body["sys"]["id"]) == (400, "BadRequest")
    assert body["message"].startswith("A Content Type ID is required.")


NAMES = ["sys.id", "sys.updatedAt", "sys.revision", "metadata.tags.sys.id", "metadata.tags", "query", "links_to_entry"]
NAMES += ["mimetype_group", "locale", "order", "select", "skip", "limit", "include", "content_type", "fields", "sys"]
NAMES += [f"fields.{field['id']}" for field in PLACE["fields"]] + ["fields.next.sys.id", "fields.file.details.size"]
NAMES += ["fields.next.sys.contentType.sys.id", "fields.next.fields.opened", "fields.title.x", "fields."]
ALL_OPERATORS = ["ne", "in", "nin", "exists", "all", "lt", "lte", "gt", "gte", "match", "like"]
OPERATORS = ["", *(f"[{operator}]" for operator in ALL_OPERATORS), "[", "[]"]
VALUES = ["place", "true", "2020-01-01", "0001-01-01T00:00+14:00", "1e999", "9" * 400, ",", '"', "*", "de-DE", "1", ""]
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=5)
    | st.sampled_from([RICH]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["sys", "id", "data", "x"]), inner),
    max_leaves=6,
)
MORE = st.text(max_size=10) | st.sampled_from([*NAMES, *VALUES]) | st.sampled_from(NAMES).map(lambda name: f"-{name}")
KEYS = st.text(max_size=10) | st.tuples(st.sampled_from(NAMES), st.sampled_from(OPERATORS)).map("".join)
FIELDS = st.dictionaries(
    st.sampled_from([field["id"] for field in PLACE["fields"]] + ["file"]),
    ANYTHING | st.dictionaries(st.sampled_from(["en-US", "de-DE", "ar"]), ANYTHING),
)


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from(["entry", "asset"]),
    st.dictionaries(KEYS, MORE, max_size=3),
    st.sampled_from([{}, PLACES]),
    st.lists(FIELDS, max_size=3),
)
def test_any_query_of_any_items_is_answered_or_refused(
    kind: str, query: dict[str, str], places: dict[str, str], values: list[Any]
) -> None:
    raws = [entry("place", f"strange{number}") | {"fields": fields} for number, fields in enumerate(values)]
    strange = listed_space([*RAWS, *raws, *(raw | {"sys": {"type": "Asset", "id": raw["sys"]["id"]}} for raw in raws)])
    with suppress(RefusalError):
        body = list_items(kind, strange, query | places)
        assert len(body["items"]) <= min(body["limit"], body["total"])
        assert json.loads(json.dumps(body)) == body
    with suppress(RefusalError):
        assert single_item(Key(kind, "strange0"), strange, query)["sys"]["id"] == "strange0"
