"""Payloads of advisories on the sanitiser."""

from __future__ import annotations

import nh3

from exporter.render.markup.markdown import _TAGS

SET = """<svg xmlns="http://www.w3.org/2000/svg"><a><set attributeName="href" to="javascript:alert('SET_XSS')"></set>
<text y="30">Click set</text></a></svg>"""
"""The payload of GHSA-m6mh-2hw2-555x: an animation that makes a link of what was none."""


def test_animation_that_makes_a_link_is_left_out_even_where_svg_is_allowed() -> None:
    attributes = {"set": {"attributeName", "to"}, "text": {"y"}}
    cleaned = nh3.clean(SET, tags={"svg", "a", "set", "text"}, attributes=attributes)
    assert "Click set" in cleaned
    assert "javascript" not in cleaned


def test_texts_may_hold_neither_svg_nor_its_animations() -> None:
    assert not _TAGS & {"svg", "set", "animate", "animateMotion", "animateTransform", "math"}
    assert "javascript" not in nh3.clean(SET, tags=_TAGS)
