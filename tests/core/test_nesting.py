"""Nested JSON: one limit at the decoder, whatever is below it replaced, all else as it came."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.core.encoding import MOST_LEVELS, TOO_DEEP, canonical, decode, has_cut, no_deeper

DEPTHS = [MOST_LEVELS + 1, 250, 320, 1_000, 100_000]
LEAVES = st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from(['"', "\\", '\\"', "[[[", "}}}", '{"'])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner))
ROADS = st.lists(st.tuples(st.sampled_from(["list", "object"]), LEAVES), min_size=1, max_size=400)


def nested(levels: int, start: bytes = b"[", end: bytes = b"]", core: bytes = b"") -> bytes:
    """Return JSON of that many levels of lists, or of objects with one key."""
    return start * levels + core + end * levels


def wrapped(core: Any, road: list[tuple[str, Any]]) -> Any:
    """Put a value inside lists and objects, a neighbour beside it in each."""
    for kind, neighbour in road:
        core = [neighbour, core] if kind == "list" else {"beside": neighbour, "in": core}
    return core


def cut(value: Any, levels: int = MOST_LEVELS) -> Any:
    """Return what decoding is to leave of a value: the law, written once more."""
    if isinstance(value, list):
        return [cut(part, levels - 1) for part in value] if levels else TOO_DEEP
    if isinstance(value, dict):
        return {name: cut(part, levels - 1) for name, part in value.items()} if levels else TOO_DEEP
    return value


@given(core=VALUES, road=ROADS)
def test_below_the_limit_is_left_out_and_all_else_as_it_came(core: Any, road: list[tuple[str, Any]]) -> None:
    value = wrapped(core, road)
    try:
        data = canonical(value)
    except RecursionError:  # of the test's own writing
        return
    found = decode(data)
    assert found == cut(value)
    assert decode(canonical(found)) == found, "what was cut once stays as it is"
    assert has_cut(canonical(found)) == (found != value)
    assert no_deeper(value) == found


@pytest.mark.parametrize("levels", [1, 64, MOST_LEVELS])
def test_up_to_the_limit_nothing_is_left_out(levels: int) -> None:
    data = nested(levels, core=b"1")
    assert not has_cut(canonical(decode(data)))
    assert json.dumps(decode(data), separators=(",", ":")).encode() == data


@pytest.mark.parametrize("levels", DEPTHS)
@pytest.mark.parametrize(
    ("start", "end", "core"), [(b"[", b"]", b""), (b'{"a":', b"}", b"1"), (b'[{"b":', b"}]", b"2")]
)
def test_any_depth_is_read_and_what_stands_beside_is_kept(levels: int, start: bytes, end: bytes, core: bytes) -> None:
    data = b'{"deep":' + nested(levels, start, end, core) + b',"text":"[{\\"]","more":[1,2.5]}'
    found = decode(data)
    assert found["text"] == '[{"]'
    assert found["more"] == [1, 2.5]
    assert has_cut(canonical(found["deep"]))


@pytest.mark.parametrize("data", [b"[" * 100_000, b"[" * 300 + b"]" * 299, b'{"a":' * 90_000 + b'"' + b'\\"' * 90_000])
def test_what_does_not_end_is_no_json(data: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(data)


def test_depth_in_another_encoding_of_json_is_an_error_and_no_crash() -> None:
    with pytest.raises(ValueError, match=r".+"):
        decode(nested(100_000).decode().encode("utf-16"))
