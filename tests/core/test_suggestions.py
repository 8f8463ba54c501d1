"""Names that do not exist: what was probably meant, or all existing names."""

from __future__ import annotations

import pytest

from exporter.core.suggestions import nearest, or_known


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("plaec", ["category", "place"], "place"),
        ("PLACE", ["category", "place"], "place"),
        ("de", ["en-US", "de-DE", "ar"], "de-DE"),
        ("de-de", ["en-US", "de-DE"], "de-DE"),
        ("blogpost", ["blogPost", "page"], "blogPost"),
        ("fr", ["en-US", "de-DE", "ar"], None),
        ("", ["a-b"], None),
        ("x", [], None),
    ],
)
def test_most_similar_name_is_suggested(name: str, known: list[str], meant: str | None) -> None:
    assert nearest(name, known) == meant


def test_all_names_are_listed_if_none_is_similar() -> None:
    assert or_known("x", ["news", "place"]) == "it has news, place"
    assert or_known("x", []) == "it has none"
