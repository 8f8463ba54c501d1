"""Canonical JSON compared with a slow reference, integers of any size, and invalid JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.core.encoding import canonical, decode

QUICK = settings(max_examples=150, deadline=None)


def reference(value: Any) -> bytes:
    """Encode a value with the standard library alone."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def paired(text: str) -> str:
    """Join the adjacent halves of a surrogate pair, as every JSON reader does."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


surrogates = st.characters(categories=["Cs"])
controls = st.characters(categories=["Cc"])
texts = st.text(st.characters() | surrogates | controls, max_size=8).map(paired)
numbers = (
    st.integers()
    | st.integers(-(10**60), 10**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.floats(1e-8, 1e-3)
)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


@given(values)
@QUICK
@example({"a": 1e-7, "b": 0.00005})
@example([0.00005])
@example(1e-7)
@example([1e16, 1e15, 123456789012345680.0, 5e-324, -0.0])
@example({"\ud800": "\udfff", "\U0001f600": "\uffff", "": {}, "e": []})
def test_every_value_is_encoded_as_the_standard_library_encodes_it(value: Any) -> None:
    assert canonical(value) == reference(value)


@given(values)
@QUICK
def test_written_value_is_read_back(value: Any) -> None:
    data = canonical(value)
    assert decode(data) == value
    assert canonical(decode(data)) == data


@given(values)
@QUICK
def test_all_spellings_of_a_value_are_read_alike(value: Any) -> None:
    assert decode(json.dumps(value).encode()) == value


def test_canonical_json_has_two_spaces_sorted_keys_unescaped_letters_and_a_final_newline() -> None:
    value = {"b": [1, 2.0, 1e-07, 18446744073709551616], "a": {"ك": "ü\u2028", "x": None}, "c": '\ud800\x00\x7f\n"\\/'}
    expected = r"""{
  "a": {
    "x": null,
    "ك": "ü*"
  },
  "b": [
    1,
    2.0,
    1e-07,
    18446744073709551616
  ],
  "c": "\ud800\u0000+\n\"\\/"
}
"""
    assert canonical(value).decode() == expected.replace("*", "\u2028").replace("+", "\x7f")


@pytest.mark.parametrize("digits", [1, 19, 20, 39, 400, 4300, 5000])
def test_integers_are_exact_at_any_size(digits: int) -> None:
    data = b"[\n  -" + b"7" * digits + b"\n]\n"
    assert canonical(decode(data)) == data


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"nothing", b'{"a": 1,}', b"[NaN]", b"[-Infinity]", b"[1e400]", b"\xff", b'["\xff"]', b"[" * 100_000],
    ids=lambda data: repr(data[:12]),
)
def test_invalid_json_or_number_out_of_range_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - this class is the contract: every caller catches it
        decode(data)
