"""Marks next to delimiters: without need for one nothing changes, and none is ever left in the output."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exporter.render.markup.cjk_emphasis import drop_marks, mark_delimiters
from exporter.render.markup.commonmark import to_html

PIECES = [
    *("**", "*", "***", "~~", "_", "`", "```\n", "\n", "\n\n", " ", "> ", "- ", "|", "\\", "[", "](/a)", "<b>", "</b>"),
    *("。", "「", "」", "（", "）", "字", "か", "는", "ｱ", "!", "(", ")", '"', "“", "”", "—", "a", "é", "😀"),
    *("葛\U000e0100", "&amp;", "https://example.org/", "[^1]", "[^1]: "),
]
WITHOUT_CJK = [
    *("**(a)**b", "é**(a)**b", "a**“b”**c", "**«é»**c", "**(a)**😀", "~~(é)~~c", "**(a)** **字**", "字 **(a)**b"),
    *("字", "字（字）字", "**字**", "字**a**字", "*字* **か**"),
]


@pytest.mark.parametrize("text", WITHOUT_CJK)
def test_text_without_punctuation_next_to_cjk_text_gets_no_mark(text: str) -> None:
    assert mark_delimiters(text) is text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("**(a)**字", "<strong>(a)</strong>字"),
        ("字**(a)**", "字<strong>(a)</strong>"),
        ("**“字”**字", "<strong>“字”</strong>字"),
        ("**字——**字", "<strong>字——</strong>字"),
        ("葛\U000e0100**(a)**b", "葛\U000e0100**(a)**b"),
        ("葛\U000e0100**(a)** b", "葛\U000e0100<strong>(a)</strong> b"),
        ("〱\ufe00**(a)** b", "〱\ufe00<strong>(a)</strong> b"),
        ("**ｱ。**ｱ", "<strong>ｱ。</strong>ｱ"),
        ("~~(a)~~字", "<del>(a)</del>字"),
        ("**(a)** 。", "<strong>(a)</strong> 。"),
        ("** 「字」**字", "** 「字」**字"),
        ("字_「字」_字", "字_「字」_字"),
    ],
)
def test_punctuation_next_to_cjk_text_counts_as_a_letter(text: str, expected: str) -> None:
    assert to_html(text).strip() == f"<p>{expected}</p>"


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
@settings(max_examples=600, deadline=None)
def test_marks_change_nothing_but_emphasis(text: str) -> None:
    marked = mark_delimiters(text)
    assert drop_marks(marked) == text
    html = to_html(text)
    assert "\ufdd0" not in html
    assert "%EF%B7%90" not in html
    if marked is not text:  # emphasis found without marks is also found with them
        plain = to_html(re.sub(r"[*~]", "", text))
        assert re.sub(r"[*~]|</?(?:em|strong|del)>", "", html).count("字") == plain.count("字")


def test_mark_written_by_an_editor_stays_in_a_url() -> None:
    assert to_html("[x](/a%EF%B7%90)") == '<p><a href="/a%EF%B7%90">x</a></p>\n'
