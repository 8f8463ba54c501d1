"""Pictures as cameras, designers and attackers make them; what comes out is compared with what libvips makes."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
import pyvips
from PIL import Image, ImageCms

from exporter.pictures.facts import FileFacts, read_facts
from exporter.pictures.making import Work, make_variants
from exporter.pictures.offers import Variant, kept_variant, offer
from exporter.pictures.recipe import WHOLE, Recipe
from tests.support.pictures import corners, encoded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CLOSE = 6.0
"""Mean difference of a channel, of 255, between two encodings of one picture."""


@pytest.fixture
def look(tmp_path: Path) -> Callable[..., FileFacts]:
    def at(data: bytes, name: str = "picture.jpg") -> FileFacts:
        (tmp_path / name).write_bytes(data)
        return read_facts(str(tmp_path / name), len(data), {})

    return at


def make(tmp_path: Path, data: bytes, facts: FileFacts, recipe: Recipe = WHOLE, width: int = 0) -> Image.Image:
    """Make a variant of a picture and return it."""
    (tmp_path / "source").write_bytes(data)
    made = offer("source", facts, recipe, width or facts.width)
    variant = kept_variant(facts) if recipe == WHOLE else made.modern[-1]
    work = Work(str(tmp_path / "source"), facts.digest, 1, [(recipe, variant)])
    assert make_variants(work, str(tmp_path)) == [variant.name]
    opened = Image.open(BytesIO((tmp_path / variant.name).read_bytes()))
    assert opened.size == (variant.width, variant.height)
    return opened


def reference(data: bytes, size: tuple[int, int]) -> Image.Image:
    """Return what libvips makes of a picture."""
    thumbnail: Any = pyvips.Image.thumbnail_buffer(data, size[0], height=size[1], size="force", export_profile="srgb")
    return Image.open(BytesIO(thumbnail.pngsave_buffer())).convert("RGBA")


def difference(one: Image.Image, other: Image.Image) -> float:
    pairs = zip(one.convert("RGBA").tobytes(), other.convert("RGBA").tobytes(), strict=True)
    return sum(abs(a - b) for a, b in pairs) / (one.width * one.height * 4)


def turned(orientation: int, width: int = 1200, height: int = 800) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "Somebody's camera"
    return encoded(corners(width, height), "JPEG", exif=exif, quality=90)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_photograph_is_upright_and_tells_nothing_of_its_camera(
    tmp_path: Path, look: Callable[..., FileFacts], orientation: int
) -> None:
    data = turned(orientation)
    facts = look(data)
    assert (facts.width, facts.height) == ((1200, 800) if orientation < 5 else (800, 1200))
    made = make(tmp_path, data, facts)
    assert not made.getexif()
    assert difference(made, reference(data, made.size)) < CLOSE


@pytest.mark.long
@pytest.mark.parametrize("orientation", range(1, 9))
def test_twelve_megapixels_are_upright(tmp_path: Path, look: Callable[..., FileFacts], orientation: int) -> None:
    data = turned(orientation, 4000, 3000)
    made = make(tmp_path, data, look(data))
    assert difference(made, reference(data, made.size)) < CLOSE


def test_wide_gamut_becomes_srgb(tmp_path: Path, look: Callable[..., FileFacts]) -> None:
    p3 = pyvips.Operation.call("profile_load", "p3")
    data = encoded(corners(), "JPEG", icc_profile=bytes(p3), quality=95)
    made = make(tmp_path, data, look(data))
    assert "icc_profile" not in made.info
    assert difference(made, reference(data, made.size)) < CLOSE
    plain = make(tmp_path, encoded(corners(), "JPEG", quality=95), look(encoded(corners(), "JPEG", quality=95)))
    assert difference(made, plain) > 3  # the same numbers mean other colours


def test_print_colours_become_srgb_by_their_profile(tmp_path: Path, look: Callable[..., FileFacts]) -> None:
    data = encoded(
        corners(mode="CMYK"), "JPEG", icc_profile=bytes(pyvips.Operation.call("profile_load", "cmyk")), quality=95
    )
    made = make(tmp_path, data, look(data))
    assert difference(made, reference(data, made.size)) < 2 * CLOSE


def test_print_colours_without_a_profile_are_what_their_inks_leave_of_white(
    tmp_path: Path, look: Callable[..., FileFacts]
) -> None:
    data = encoded(Image.new("CMYK", (60, 40), (51, 102, 204, 25)), "JPEG", quality=95)
    pixel = make(tmp_path, data, look(data)).convert("RGB").getpixel((30, 20))
    expected = [255 * (1 - ink / 255) * (1 - 25 / 255) for ink in (51, 102, 204)]
    assert pixel == pytest.approx(expected, abs=6)


def test_broken_profile_is_passed_over(tmp_path: Path, look: Callable[..., FileFacts]) -> None:
    data = encoded(corners(), "PNG", icc_profile=b"no profile")
    assert make(tmp_path, data, look(data)).getpixel((5, 5))[0] > 200  # type: ignore[index] # RGB
    grey = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    data = encoded(corners(), "PNG", icc_profile=grey)
    make(tmp_path, data, look(data))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_mode_of_a_png_is_shown_as_it_looks(tmp_path: Path, look: Callable[..., FileFacts], mode: str) -> None:
    if mode == "I;16":
        grey = Image.new("I;16", (90, 60), 40_000)
        data = encoded(grey)
        expected = 40_000 / 257
    else:
        picture = corners().convert(mode, palette=Image.Palette.ADAPTIVE)
        data, expected = encoded(picture), None
    made = make(tmp_path, data, look(data, "picture.png"))
    assert difference(made, reference(data, made.size)) < CLOSE
    if expected is not None:
        assert made.convert("L").getpixel((9, 9)) == pytest.approx(expected, abs=3)


def test_palette_with_transparency_stays_transparent(tmp_path: Path, look: Callable[..., FileFacts]) -> None:
    picture = Image.new("P", (40, 40), 1)
    picture.putpalette([255, 0, 0, 0, 0, 255])
    picture.paste(0, (0, 0, 20, 40))
    data = encoded(picture, "PNG", transparency=0)
    facts = look(data, "picture.png")
    assert facts.ground == ""
    made = make(tmp_path, data, facts).convert("RGBA")
    assert (made.getpixel((5, 5))[3], made.getpixel((35, 5))[3]) == (0, 255)  # type: ignore[index] # RGBA


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_animation_is_kept_as_it_came(look: Callable[..., FileFacts], kind: str) -> None:
    frames = [corners(), corners().rotate(180), corners()]
    data = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    facts = look(data, f"picture.{kind.lower()}")
    assert (facts.is_animated, facts.is_varied, facts.width, facts.height) == (True, False, 90, 60)


def test_line_of_30000_pixels_is_reduced(tmp_path: Path, look: Callable[..., FileFacts]) -> None:
    data = encoded(Image.new("RGB", (30_000, 2), (9, 99, 199)))
    made = make(tmp_path, data, look(data, "line.png"))
    assert made.size == (960, 1)


def png_bomb() -> bytes:
    """Return a PNG of a few bytes that says it has 900 million pixels."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9)) + chunk(b"IEND", b"")
    )


SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2">%s</svg>'
FAULTY = {
    "truncated.jpg": (turned(1)[:-5000], "is cut short"),
    "text.jpg": (b"This is a text.", "is no picture"),
    "bomb.png": (png_bomb(), "too many pixels"),
    "photo.heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "HEIC"),
    "deep.svg": (SVG % (b"<g>" * 10_000 + b"</g>" * 10_000), "more than 200 levels"),
    "large.svg": (SVG % (b"<g/>" * 1_300_000), "more than 5 MB"),
    "document.png": (b"%PDF-1.4", "is no picture"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_what_cannot_be_shown_has_a_fault_and_no_variants(look: Callable[..., FileFacts], name: str) -> None:
    data, fault = FAULTY[name]
    facts = look(data, name)
    assert fault in facts.fault
    assert not facts.is_varied


@pytest.mark.parametrize(
    "inside",
    [
        b"<script>1</script>",
        b'<g onload="1"/>',
        b'<a><set attributeName="href" to="javascript:1"/></a>',
        b'<image href="https://example.org/x.png"/>',
        b"<style>@import 'https://example.org/x.css';</style>",
    ],
)
def test_svg_with_something_in_it_that_acts_is_shown_without_it(look: Callable[..., FileFacts], inside: bytes) -> None:
    from exporter.pictures.svg import harmless

    data = SVG % (inside + b'<path d="M0 0h3"/>')
    assert look(data, "picture.svg").fault == ""
    cleaned = harmless("picture.svg", data)
    assert cleaned != data
    assert b'd="M0 0h3"' in cleaned
    assert not [word for word in (b"<script", b"onload", b"example.org", b"attributeName") if word in cleaned]


def test_svg_that_only_draws_stays_as_it_came() -> None:
    from exporter.pictures.svg import harmless

    font = b"<style>@font-face{font-family:a;src:url(data:font/woff2;base64,AAAA)}</style>"
    data = SVG % (font + b"<text>Lisbon <tspan>by</tspan> night</text>")
    assert harmless("picture.svg", data) == data


MEMORY = """
import resource, sys
from exporter.pictures.facts import read_facts
from exporter.pictures.making import Work, make_variants
from exporter.pictures.offers import offer
from exporter.pictures.recipe import WHOLE
path, folder = sys.argv[1:]
facts = read_facts(path, 1, {})
made = offer("x", facts, WHOLE, 960)
assert make_variants(Work(path, facts.digest, 1, made.made), folder)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.long
@pytest.mark.parametrize(("kind", "size"), [("JPEG", (4000, 3000)), ("PNG", (4000, 3000)), ("PNG", (7900, 5000))])
def test_large_picture_needs_at_most_400_mebibytes(tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    path = tmp_path / f"large.{kind.lower()}"
    corners(*size, mode="RGB").save(path, kind)
    command = [sys.executable, "-c", MEMORY, str(path), str(tmp_path)]
    peak = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert peak < 400 * 1024


def test_variant_of_a_file_that_changed_meanwhile_is_not_made(tmp_path: Path, look: Callable[..., FileFacts]) -> None:
    facts = look(encoded(corners()), "picture.png")
    (tmp_path / "picture.png").write_bytes(encoded(corners(30, 20)))
    variant = Variant("a.webp", 90, 60, "webp")
    assert make_variants(Work(str(tmp_path / "picture.png"), facts.digest, 1, [(WHOLE, variant)]), str(tmp_path)) == []
