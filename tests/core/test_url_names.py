"""Segments of addresses: safe on every system, and of scripts without capitals as they are."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exporter.core.url_names import (
    LONGEST_NAME,
    bounded,
    quoted,
    quoted_url,
    url_path,
    url_segment,
    with_ending,
    written_path,
)
from tests.core.test_naming import QUICK, is_safe, texts

letters = "aZ9 -_./%éß東京カﾞが한국ไทยู้عربيّहिन्दी１Ａ𠀋" + "\u0301\u3099\u1112\u1161\u11ab\u3164\ufe0f\u200c"
scripts = st.text(letters, max_size=40)
anything = texts | scripts


def is_safe_segment(segment: str) -> bool:
    """Return whether a segment is one name on every system, whatever that makes of capitals and Unicode's forms."""
    shape = re.sub(r"[^\x00-\u058f]", "x", segment)
    alike = {unicodedata.normalize("NFC", text) for text in (segment, segment.casefold(), segment.upper().lower())}
    plain = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", shape) is not None and is_safe(shape)
    is_same = {text.lower() for text in alike} == {segment.lower()} and segment.isprintable()
    return plain and is_same and len(segment.encode()) <= 180 and not segment.lower().endswith((".html", ".htm"))


@given(anything)
@QUICK
@example("Con!")
@example("nul\n")
@example("index.html")
@example("Page.HTM")
@example("con.東京")
@example("東京.html")
@example("\u3099東")
@example("a\u3099")
@example("東" * 300)
@example("𠀋" * 80)
@example("x東-" * 60)
def test_url_segment_is_safe_or_empty_and_a_fixed_point(value: str) -> None:
    segment = url_segment(value)
    assert segment == "" or is_safe_segment(segment)
    assert url_segment(segment) == segment


@given(st.lists(anything, max_size=4).map("/".join))
@QUICK
@example("../../etc/passwd")
@example("//host/share")
def test_url_path_has_safe_segments_and_is_a_fixed_point(value: str) -> None:
    path = url_path(value)
    assert path == "" or all(map(is_safe_segment, path.split("/")))
    assert url_path(path) == path


@given(scripts)
@QUICK
def test_both_unicode_forms_of_a_value_are_one_segment(value: str) -> None:
    assert len({url_segment(unicodedata.normalize(form, value)) for form in ("NFC", "NFD")}) == 1


@given(scripts, scripts)
@QUICK
@example("ᄒ", "ᅡ")
def test_segments_stay_in_normal_form_whatever_a_pattern_puts_side_by_side(first: str, second: str) -> None:
    joined = url_segment(first) + url_segment(second)
    assert unicodedata.normalize("NFC", joined) == joined


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("castle", "castle"),
        ("Castle_1.2-x", "Castle_1.2-x"),
        ("São Jorge", "sao-jorge"),
        ("old/mill", "old/mill"),
        ("/old//mill/", "old/mill"),
        ("../mill", "mill"),
        ("index.html", "index-html"),
        ("!?", ""),
        ("", ""),
        ("東京_タワー", "東京_タワー"),
        ("Tokyo東京", "Tokyo東京"),
        ("第３回：東京（夏）", "第3回-東京-夏"),
        ("東京 Tower & 塔", "東京-tower-塔"),
        ("か\u3099", "が"),
        ("서울 여행", "서울-여행"),
        ("กรุงเทพ ๒๐๒๔", "กรุงเทพ-2024"),
        ("القلعة القديمة", "القلعة-القديمة"),
        ("हिन्दी", "हिन्दी"),
        ("Ελλάδα", "ellada"),
        ("Москва", "moskva"),
        ("👍東京👍", "東京"),
        ("葛\U000e0100城\u3164", "葛城"),
    ],
)
def test_slug_becomes_the_end_of_a_url(value: str, expected: str) -> None:
    assert url_path(value) == expected


@given(anything, anything)
@QUICK
@example("東" * 60, "x" * 71)
def test_ending_fits_into_a_file_name_and_is_kept_whole(value: str, ending: str) -> None:
    last = url_segment(ending) or "x"
    address = with_ending(f"/a/{url_segment(value) or 'y'}/", last)
    assert address.startswith("/a/")
    assert address.endswith(f"-{last}/")
    assert len(address[3:-1].encode()) <= LONGEST_NAME


def test_segment_that_no_file_name_can_hold_ends_in_its_digest() -> None:
    long = ["東" * 90, "東" * 91, "x" * 256]
    ends = [bounded(f"/a/{segment}/")[3:-1] for segment in long]
    assert [len(end.encode()) for end in ends] == [254, 254, 255]
    assert len(set(ends)) == len(ends)
    assert bounded(f"/{'x' * 255}/{'東' * 85}/") == f"/{'x' * 255}/{'東' * 85}/"


def test_links_are_percent_encoded_and_read_in_either_spelling() -> None:
    assert quoted("../post/東京/index.html") == "../post/%E6%9D%B1%E4%BA%AC/index.html"
    assert quoted_url("/東京/?q=a%20b#c") == "/%E6%9D%B1%E4%BA%AC/?q=a%20b#c"
    assert unquote(quoted("/a~1/b%/")) == "/a~1/b%/"
    assert written_path("/%E6%9D%B1京/") == written_path("/東京/") == "/東京/"
    assert written_path("/か\u3099/") == "/が/"
