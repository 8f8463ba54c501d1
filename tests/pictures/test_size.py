"""The size of the logo: read from its file, written into every page, so that no page jumps while it loads."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from exporter.pictures.size import picture_size
from tests.support.steps import ALL, expect, setting, step

if TYPE_CHECKING:
    from tests.conftest import Guide

WAYS: list[tuple[str, dict[str, Any]]] = [
    ("PNG", {}),
    ("GIF", {}),
    ("JPEG", {}),
    ("JPEG", {"progressive": True, "exif": b"Exif\0\0" + bytes(300), "comment": b"\xff\xc0 is no frame"}),
    ("WEBP", {"lossless": True}),
    ("WEBP", {"lossless": False}),
    ("WEBP", {"lossless": False, "exif": b"Exif\0\0" + bytes(30)}),
]
SVG = '<svg xmlns="http://www.w3.org/2000/svg" {}><path d="M0 0h3v2H0z"/></svg>'


def picture(kind: str, size: tuple[int, int], **options: Any) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, "red").save(file, kind, **options)
    return file.getvalue()


@pytest.mark.parametrize(("kind", "options"), WAYS, ids=str)
@pytest.mark.parametrize("size", [(1, 1), (300, 17), (7, 1025)])
def test_size_is_that_of_the_file(kind: str, options: dict[str, Any], size: tuple[int, int]) -> None:
    assert picture_size(picture(kind, size, **options)) == size


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('viewBox="0 0 3 2"', (3, 2)),
        ('width="30" height="20" viewBox="0 0 3 2"', (30, 20)),
        ("width='30.4px' height='0.2' viewBox='0 0 3 2'", (31, 1)),
        ('width="100%" height="2em" viewBox="-1,-1, 64.0,48"', (64, 48)),
        ('stroke-width="9" height="20"', None),
        ('width="30"', None),
        ('viewBox="0 0 0 2"', None),
        ('viewBox="0 0 1e9 2"', None),
        ('width="999999999" height="1"', None),
    ],
)
def test_size_of_an_svg_is_what_it_says_else_that_of_its_view_box(
    attributes: str, size: tuple[int, int] | None
) -> None:
    assert picture_size(f"<?xml version='1.0'?>\n<!-- x -->{SVG.format(attributes)}".encode()) == size


@given(st.sampled_from(WAYS), st.integers(0, 400), st.binary(max_size=20))
def test_file_that_is_cut_short_or_garbled_has_no_size_or_a_plain_one(
    way: tuple[str, dict[str, Any]], place: int, noise: bytes
) -> None:
    data = picture(way[0], (300, 17), **way[1])
    found = picture_size(data[:place] + noise)
    assert found is None or all(0 < side <= 100_000 for side in found)


def test_logo_has_its_size_on_every_page_and_is_checked_clean(guide: Guide) -> None:
    static = guide.root / "templates/static"
    static.mkdir(parents=True)
    (static / "logo.png").write_bytes(picture("PNG", (120, 40)))
    setting(guide, "theme: {logo: logo.png}\n")
    guide.build()
    assert '<img src="../../logo.png" alt="" width="120" height="40">' in guide.page("/place/mill/")
    assert guide.run("check", "--strict", "--json").json["problems"] == []
    (static / "logo.png").write_bytes(picture("PNG", (40, 40)))
    expect(step(guide, "render"), ALL)
    assert 'width="40" height="40"' in guide.page("/")


def test_logo_of_unknown_size_is_shown_without_one_and_told(guide: Guide) -> None:
    static = guide.root / "templates/static"
    static.mkdir(parents=True)
    (static / "logo.bmp").write_bytes(picture("BMP", (120, 40)))
    setting(guide, "theme: {logo: logo.bmp}\n")
    guide.build()
    assert '<img src="../../logo.bmp" alt="">' in guide.page("/place/mill/")
    assert [problem["code"] for problem in guide.run("check", "--json").json["problems"]] == ["image-size-missing"]
