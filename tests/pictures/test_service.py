"""Contentful's picture parameters: the size and the part that its documentation says."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from exporter.pictures.facts import read_facts
from exporter.pictures.geometry import place, result_size
from exporter.pictures.making import Work, make_variants
from exporter.pictures.offers import offer
from exporter.pictures.service import read_request
from tests.support.pictures import corners, encoded

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = (1200, 800)
CASES = [
    ("w=300&h=300", (300, 200), (0, 0, 1200, 800)),  # fits into the box, keeps its proportions
    ("w=300", (300, 200), (0, 0, 1200, 800)),
    ("h=400", (600, 400), (0, 0, 1200, 800)),
    ("w=2400&h=2400", (1200, 800), (0, 0, 1200, 800)),  # never enlarged
    ("w=300&h=300&fit=pad", (300, 300), (0, 0, 1200, 800)),
    ("w=300&h=300&fit=fill", (300, 300), (200, 0, 1000, 800)),
    ("w=2000&h=2000&fit=fill", (2000, 2000), (200, 0, 1000, 800)),  # enlarged
    ("w=300&h=300&fit=fill&f=left", (300, 300), (0, 0, 800, 800)),
    ("w=300&h=300&fit=fill&f=top_right", (300, 300), (400, 0, 1200, 800)),
    ("w=300&h=100&fit=scale", (300, 100), (0, 0, 1200, 800)),  # distorted
    ("w=300&h=300&fit=crop", (300, 300), (450, 250, 750, 550)),  # a part as it is
    ("w=300&h=300&fit=crop&f=bottom_left", (300, 300), (0, 500, 300, 800)),
    ("w=2000&h=300&fit=crop", (1200, 300), (0, 250, 1200, 550)),
    ("w=150&h=150&fit=thumb&f=right", (150, 150), (400, 0, 1200, 800)),
    ("w=150&h=150&fit=thumb&f=faces", (150, 150), (200, 0, 1000, 800)),  # the centre
    ("fit=fill", (1200, 800), (0, 0, 1200, 800)),
    ("", (1200, 800), (0, 0, 1200, 800)),
]


@pytest.mark.parametrize(("query", "size", "box"), CASES)
def test_size_and_part_are_those_that_the_documentation_says(
    query: str, size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    recipe = read_request(query).recipe
    assert result_size(PICTURE, recipe) == size
    assert place(PICTURE, recipe, size[0]).box == pytest.approx(box)


@pytest.mark.parametrize(
    "query", ["w=0", "w=4001", "w=wide", "h=-1", "q=0", "q=101", "fit=cover", "f=middle", "bg=red"]
)
def test_value_that_the_service_refuses_is_noted_and_passed_over(query: str) -> None:
    recipe, notes = read_request(query)
    assert recipe.canonical == ""
    assert notes == (f"{query} is not honoured",)


def test_faces_take_the_centre_with_a_note() -> None:
    assert read_request("w=9&h=9&fit=thumb&f=face").notes == ("f=face takes the centre: nobody looks for faces here",)


def made(tmp_path: Path, query: str, source: Image.Image | None = None, kind: str = "PNG") -> Image.Image:
    data = encoded(source or corners(*PICTURE), kind)
    path = tmp_path / f"picture.{kind.lower()}"
    path.write_bytes(data)
    facts = read_facts(str(path), len(data), {})
    offered = offer("picture", facts, read_request(query).recipe, 1200)
    assert make_variants(Work(str(path), facts.digest, 1, offered.made), str(tmp_path))
    return Image.open(BytesIO((tmp_path / offered.modern[-1].name).read_bytes()))


@pytest.mark.parametrize(("query", "size", "box"), CASES)
def test_file_has_that_size_and_shows_that_part(
    tmp_path: Path, query: str, size: tuple[int, int], box: tuple[int, int, int, int]
) -> None:
    picture = made(tmp_path, query).convert("RGB")
    assert picture.size == size
    expected = corners(*PICTURE).crop(box).resize((9, 9), Image.Resampling.BOX)
    inside = picture.crop((0, 50, 300, 250)) if "pad" in query else picture
    shown = inside.resize((9, 9), Image.Resampling.BOX)
    differing = [abs(a - b) for a, b in zip(shown.tobytes(), expected.tobytes(), strict=True)]
    assert max(differing) < 60
    assert sum(differing) / len(differing) < 6


def test_padding_and_corners_have_the_background(tmp_path: Path) -> None:
    padded = made(tmp_path, "w=300&h=300&fit=pad&bg=rgb:00ff00").convert("RGB")
    assert padded.getpixel((150, 5)) == pytest.approx((0, 255, 0), abs=8)
    round_ = made(tmp_path, "w=300&h=300&fit=fill&r=max&bg=rgb:00ff00").convert("RGB")
    assert round_.getpixel((3, 3)) == pytest.approx((0, 255, 0), abs=8)
    assert round_.getpixel((60, 120)) == pytest.approx((220, 20, 20), abs=25)


def test_corners_without_a_background_are_transparent(tmp_path: Path) -> None:
    picture = made(tmp_path, "w=300&h=300&fit=fill&r=40&fm=png").convert("RGBA")
    assert (picture.getpixel((1, 1))[3], picture.getpixel((150, 1))[3]) == (0, 255)  # type: ignore[index] # RGBA


@pytest.mark.parametrize(("kind", "format_"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP"), ("avif", "AVIF")])
def test_kind_is_the_one_asked_for(tmp_path: Path, kind: str, format_: str) -> None:
    assert made(tmp_path, f"w=90&fm={kind}").format == format_


def test_quality_makes_smaller_files(tmp_path: Path) -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    sizes = []
    for quality in (10, 90):
        picture = made(tmp_path, f"w=300&q={quality}&fm=jpg", noise)
        assert picture.format == "JPEG"
        sizes.append(max(file.stat().st_size for file in tmp_path.glob("*-300.jpg")))
        for file in tmp_path.glob("*-300.jpg"):
            file.unlink()
    assert sizes[0] < sizes[1] / 2
