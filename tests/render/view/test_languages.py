"""Languages: numbers as Babel writes them."""

from __future__ import annotations

import pytest
from babel.numbers import format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.render.view.languages import babel_locale, write_number

MOST = 10**20
NUMBERS = st.integers(-MOST, MOST) | st.floats(-MOST, MOST) | st.floats(-10, 10)


@pytest.mark.parametrize("code", ["en-US", "de-DE", "de-CH", "fr-FR", "pl", "pt-PT", "ar", "fa", "hi-IN", "bn", "tlh"])
@settings(deadline=None)
@given(number=NUMBERS | st.integers(-(10**6), 10**6).map(lambda number: number / 2000))
def test_number_is_written_as_babel_writes_it(code: str, number: float) -> None:
    spoken = babel_locale(code) or "en"
    grouped = abs(number) >= 10_000
    expected = format_decimal(number, locale=spoken, decimal_quantization=False, group_separator=grouped)
    assert write_number(number, code) == expected


@pytest.mark.parametrize("number", [10**40, -(10**400), 1e300])
def test_number_that_is_too_long_for_babel_is_written_plainly(number: float) -> None:
    assert write_number(number, "en-US") == str(number)
