"""Pages that are split into items: each is read as the whole page would have been."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.core.encoding import canonical, decode
from exporter.source.items import split_page
from tests.core.test_model import values

QUICK = settings(max_examples=150, deadline=None)


@given(st.lists(values, max_size=5))
@QUICK
@example([[1e-7], [1.5]])
@example([[1e15, 0.0, -0.0, 0.0001, 2**70], {"a": [-1e16]}, "\ud800", {}])
def test_each_item_is_read_as_in_the_whole_page(items: list[Any]) -> None:
    data = json.dumps({"sys": {"type": "Array"}, "items": items, "nextSyncUrl": "u"}).encode()
    links, found, size = split_page(data)
    assert size == len(items)
    assert links["nextSyncUrl"] == "u"
    assert links.get("nextPageUrl") is None
    assert found is not None
    for (value, plain), expected in zip(found, decode(data)["items"], strict=True):
        assert repr(value) == repr(expected)
        assert canonical(value, plain=plain) == canonical(expected)


@pytest.mark.parametrize(
    ("text", "plain"), [("1.5", True), ("[0.0, 7, 1e3]", True), ("[0.00001]", False), ("1e16", False), ('"1e-9"', True)]
)
def test_items_with_numbers_that_need_an_exponent_are_told(text: str, plain: bool) -> None:
    _, found, _ = split_page(b'{"items": [7, %s, {}]}' % text.encode())
    assert found is not None
    assert [told for _, told in found] == [True, plain, True]


@pytest.mark.parametrize("data", [b"{}", b'{"items": null}', b'{"items": {"a": 1}}', b'{"items": "\\ud800"}'])
def test_page_without_a_list_of_items_has_none(data: bytes) -> None:
    assert split_page(data)[1] is None


@pytest.mark.parametrize("data", [b"", b"[]", b"7", b'{"items": [', b'{"items": [tru]}', b'{"items": [1], "a": \xff}'])
def test_what_is_no_json_object_is_refused_at_once(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        split_page(data)


@pytest.mark.parametrize("item", [b'"\xff"', b"1e999", b"[1, -1e400]"])
def test_item_that_is_no_json_is_refused_when_it_is_read(item: bytes) -> None:
    _, found, _ = split_page(b'{"items": [{}, %s]}' % item)
    assert found is not None
    pairs = iter(found)
    assert next(pairs) == ({}, True)
    with pytest.raises(ValueError, match="an item that is no JSON"):
        next(pairs)
