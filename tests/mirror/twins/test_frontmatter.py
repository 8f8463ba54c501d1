"""Front matter is what PyYAML writes, whoever writes it."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.mirror.twins import frontmatter
from exporter.mirror.twins.frontmatter import front_matter

WORDS = [
    "true",
    "No",
    "ON",
    "null",
    "y",
    "Ñ",
    "nan",
    "e1",
    "a: b",
    "a #b",
    "a:b",
    "- a",
    "-",
    "",
    " a",
    "a ",
    "a,",
    "?",
]
WORDS += [
    "2024-01-01",
    "1e3",
    "0x1f",
    "1_000",
    "12:30",
    ".5",
    "=",
    "<<",
    "~",
    "Übergröße",
    "it's",
    "a\u00d7b",
    "a\u2028b",
]
texts = (
    st.sampled_from(WORDS)
    | st.text(
        st.sampled_from("abnoyZ01 .,;:()'\"/+_-#?!&*[]{}|>%@`~=<üßéØ×÷ſıKÅ\u00a0\ufeff\u0301ع日\t\n\x85"), max_size=12
    )
    | st.text(max_size=8)
    | st.from_regex(frontmatter._PLAIN, fullmatch=True)
)
scalars = texts | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False)
values = (
    scalars | st.lists(scalars, max_size=3) | st.dictionaries(texts, scalars | st.lists(texts, max_size=2), max_size=3)
)


def reference(value: Any) -> str:
    text = yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False, width=1 << 16)
    return str(text)


@given(st.dictionaries(texts, values, min_size=1, max_size=5))
@settings(max_examples=200, deadline=None)
@example({"sys": {"id": "castle", "type": "place", "locale": "no"}, "metadata": {"tags": ["a", "b"]}})
@example({"title": "A castle, old (and grey)", "slug": "castle", "rank": 7, "open": True, "links": ["entry/a", "y"]})
@example({"a": "x" * 200, "x" * 200: "a", "b": "word " * 60 + "end", "c": [[]], "d": [{}], "e": {}, "f": []})
def test_front_matter_is_what_pyyaml_writes(front: dict[str, Any]) -> None:
    assert front_matter(front) == reference(front)


@given(texts)
@settings(max_examples=200, deadline=None)
def test_text_written_plain_is_read_back_unchanged(text: str) -> None:
    assert yaml.safe_load(front_matter({"name": [text]})) == yaml.safe_load(reference({"name": [text]}))


@pytest.mark.parametrize("front", [{"title": "Castle", "rank": 3, "links": ["entry/a"], "sys": {"id": "castle"}}])
def test_plain_values_are_written_without_pyyaml(front: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = reference(front)
    monkeypatch.setattr(frontmatter, "_dumped", None)
    assert front_matter(front) == expected
