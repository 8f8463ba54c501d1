"""How lists are ordered: numbers, dates and texts as bytes, and values without an order last."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.guide.schema.dates import read_date, seconds_of, write_moment
from exporter.guide.schema.ordering import sortable, value_order

_NUMBERS = st.floats(allow_nan=False)


@given(_NUMBERS, _NUMBERS)
def test_bytes_of_numbers_compare_as_the_numbers_do(one: float, other: float) -> None:
    assert one == other or (sortable(one) < sortable(other)) == (one < other)


@pytest.mark.parametrize("value", ["20180101", "2018-W01-1", "soon", "", 20180101, True, None])
def test_date_field_without_a_date_has_no_order(value: Any) -> None:
    assert value_order(value, is_date=True) is None


def test_all_written_forms_of_dates_share_one_order() -> None:
    dates = (
        *("2017-12-31T23:00:00-00:30", "2017-12-31T24:00", "2018-01-01T00:00:00.250Z", "2018-01-01T00:00:00.5"),
        *("2018-01-01T02:00+01:30", "2018-01-01T02:00+0100", "2018-01-02", "9999-12-31"),
    )
    found = [value_order(date, is_date=True) for date in dates]
    assert None not in found
    assert all(one is not None and other is not None and one < other for one, other in pairwise(found))


def test_end_of_a_day_is_the_start_of_the_next() -> None:
    assert value_order("2018-01-01T24:00Z", is_date=True) == value_order("2018-01-02", is_date=True)


def test_huge_numbers_are_ordered_after_all_others() -> None:
    order = [value_order(number, is_date=False) or b"" for number in (-(10**400), -1e299, -1, 0, 0.5, 2, 10**400)]
    assert order == sorted(order)
    assert len(set(order)) == len(order)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2018-01-01", "2018-01-01T00:00:00Z"),
        ("2018-01-01T10:00:00.999+01:00", "2018-01-01T09:00:00Z"),
        ("2018-01-01T24:00-0330", "2018-01-02T03:30:00Z"),
        ("0001-01-01T00:00+10:00", "0001-01-01T00:00:00Z"),
    ],
)
def test_moment_is_written_in_utc(value: str, expected: str) -> None:
    moment = read_date(value)
    assert moment is not None
    assert write_moment(moment) == expected


def test_sort_value_of_a_date_counts_from_the_first_year() -> None:
    moment = read_date("0001-01-02T00:00:01.5+00:00")
    assert moment is not None
    assert seconds_of(moment) == 86_401.5
