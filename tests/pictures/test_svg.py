"""SVG pictures and tracks as they are published: what runs is gone, what is drawn stays."""

from __future__ import annotations

import pytest

from exporter.pictures.svg import harmless, is_active
from tests.conftest import PICTURE

SVG = 'xmlns="http://www.w3.org/2000/svg"'
LINKS = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
ACTIVE = [
    f"<svg {SVG}><script>alert(1)</script><path d='M0 0'/></svg>",
    f"<svg {SVG} onload='alert(1)'><path d='M0 0'/></svg>",
    f"<svg {SVG}><a href=' javascript:alert(1)'><path d='M0 0'/></a></svg>",
    f"<svg {SVG} {LINKS}><a xlink:href='JavaScript:alert(1)'><path d='M0 0'/></a></svg>",
    f"<svg {SVG}><foreignObject><p xmlns='http://www.w3.org/1999/xhtml'>alert(1)</p></foreignObject></svg>",
    f"<svg {SVG} {LINKS}><use xlink:href='data:image/svg+xml;base64,alert(1)'/></svg>",
    f"<?xml-stylesheet href='alert(1).xsl'?><svg {SVG}><path d='M0 0'/></svg>",
]


@pytest.mark.parametrize("text", ACTIVE)
def test_what_runs_in_a_picture_is_left_out(text: str) -> None:
    found = harmless("a.svg", text.encode())
    assert found.startswith(b"<?xml")
    assert b"alert" not in found
    assert is_active("a.svg", text.encode())
    assert not is_active("a.svg", found)


def test_what_is_drawn_stays_and_is_the_same_at_every_build() -> None:
    embedded = b"<image href='data:image/png;base64,iVBORw0KGgo='/><image href='data:text/html,x'/>"
    found = harmless("a.SVG", PICTURE.replace(b"</svg>", embedded + b"</svg>"))
    assert b'viewBox="0 0 3 2"' in found
    assert b'<path d="M0 0h3v2H0z"/>' in found
    assert b"data:image/png;base64,iVBORw0KGgo=" in found
    assert b"text/html" not in found
    assert harmless("a.svg", found) == found
    assert not is_active("a.svg", PICTURE)


DEEP = f"<svg {SVG}>{'<g>' * 50_000}{'</g>' * 50_000}</svg>"
LAUGHS = "".join(f'<!ENTITY e{number} "{f"&e{number - 1};" * 10}">' for number in range(1, 12))
BOMB = f"<!DOCTYPE svg [<!ENTITY e0 'ha'>{LAUGHS}]><svg {SVG}><text>&e11;</text></svg>"


@pytest.mark.parametrize(
    "text",
    ["", "no XML", "<svg viewBox='0 0 1 1'/>", f"<svg {SVG}><script>alert(1)</script><b>", DEEP, BOMB, "<html/>"],
)
def test_picture_that_cannot_be_read_is_published_empty(text: str) -> None:
    assert harmless("a.svg", text.encode()) == b""


TRACK = b'<gpx xmlns="http://www.topografix.com/GPX/1/1"><trk><name>Walk</name></trk></gpx>'


def test_track_is_published_as_it_is() -> None:
    assert harmless("walk.gpx", TRACK) == TRACK


@pytest.mark.parametrize(
    "inside",
    [
        b'<script xmlns="http://www.w3.org/1999/xhtml">alert(1)</script>',
        b'<x:svg xmlns:x="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b'<x:b xmlns:x="http&#58;//www.w3.org/1999/xhtml" onclick="alert(1)"/>',
        b"<unclosed>",
    ],
)
def test_track_with_parts_of_a_page_is_published_empty(inside: bytes) -> None:
    data = TRACK.replace(b"<name>", inside + b"<name>")
    assert is_active("walk.kml", data)
    assert harmless("walk.kml", data) == b""
