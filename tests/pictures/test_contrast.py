"""Colours that go with any accent can be read."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from exporter.pictures.contrast import DARK, LEAST, LIGHT, accent_colours, contrast

COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@given(COLOURS)
@example("#767676")
@example("#ffffff")
@example("#000000")
def test_ink_and_links_can_be_read_whatever_the_accent(accent: str) -> None:
    ink, on_light, on_dark = accent_colours(accent)
    assert contrast(ink, accent) >= LEAST
    assert contrast(on_light, LIGHT) >= LEAST
    assert contrast(on_dark, DARK) >= LEAST


def test_accent_that_can_be_read_as_it_is_stays() -> None:
    assert accent_colours("#0b6e4f").on_light == "#0b6e4f"


def test_contrast_is_that_of_the_guidelines() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48
