"""Icons of the installed guide, made from its logo or, without one, from the first letter of its title."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING, Any

from exporter.core.containment import remove_whole
from exporter.core.files import read_bytes, write_atomic

if TYPE_CHECKING:
    from pathlib import Path

ICONS = {"icon-192.png": 192, "icon-512.png": 512}
"""The icons of the web app manifest, each with its width and height in pixels."""

TOUCH_ICON = ("apple-touch-icon.png", 180)
"""What iOS takes for the Home Screen; it knows no manifest icons."""

DEFAULT_ACCENT = "#0b6e4f"
_RECIPE = 1
_PAPER = "#ffffff"


_PNG = b"\x89PNG\r\n\x1a\n"
_PNG_END = b"IEND\xaeB\x60\x82"


def icon_files(cache: Path, title: str, accent: str | None, logo: Path | None) -> dict[str, Path]:
    """Return the files of the icons by their path under site/, made where the cache does not have them yet.

    A logo that is not a bitmap of a known kind, such as an SVG, gives way to the title's first letter. The names in the
    cache are digests of what the icons are made of, never of the bytes, which change with the library.
    """
    data = (read_bytes(logo) or b"") if logo is not None else b""
    inputs = f"{_RECIPE}\n{accent}\n{title}\n{hashlib.sha256(data).hexdigest()}"
    folder = cache / "icons" / hashlib.sha256(inputs.encode("utf-8", "replace")).hexdigest()[:16]
    wanted = dict([*ICONS.items(), TOUCH_ICON])
    if not all(_is_whole(folder / name) for name in wanted):
        remove_whole(str(folder.parent))
        for name, size in wanted.items():
            write_atomic(folder / name, _draw(size, title, accent or DEFAULT_ACCENT, data), cache)
    return {name: folder / name for name in wanted}


def _is_whole(file: Path) -> bool:
    """Whether a file of the cache is a whole PNG with one name: what else lies there is no icon of ours."""
    data = read_bytes(file) or b""
    return data.startswith(_PNG) and data.endswith(_PNG_END) and file.stat().st_nlink == 1


def icon(size: int, title: str, accent: str | None, logo: bytes | None) -> bytes:
    """Return a square icon of a size in pixels, as PNG."""
    return _draw(size, title, accent or DEFAULT_ACCENT, logo or b"")


def _draw(size: int, title: str, accent: str, logo: bytes) -> bytes:
    from PIL import Image  # which a build that has its icons does not need

    picture = _logo(logo, size) if logo else None
    canvas = Image.new("RGB", (size, size), _PAPER if picture is not None else accent)
    if picture is not None:
        at = ((size - picture.width) // 2, (size - picture.height) // 2)
        canvas.paste(picture, at, picture)
    else:
        _letter(canvas, title)
    out = BytesIO()
    canvas.save(out, "PNG", optimize=True)
    return out.getvalue()


def _logo(data: bytes, size: int) -> Any:
    """Return the logo within four fifths of the icon, so that a round mask cuts nothing off; None if unreadable."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(BytesIO(data)) as opened:
            picture = opened.convert("RGBA")
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError):
        return None
    picture.thumbnail((size * 4 // 5, size * 4 // 5))
    return picture


def _letter(canvas: Any, title: str) -> None:
    from PIL import ImageDraw, ImageFont

    letter = next((char for char in title if char.isalnum()), "G").upper()
    font: Any = ImageFont.load_default(canvas.width * 3 // 5)
    if not letter.isascii():
        letter = "•"  # the font that comes with the library has no other letters
    draw = ImageDraw.Draw(canvas)
    draw.text((canvas.width // 2, canvas.height // 2), letter, font=font, fill=_PAPER, anchor="mm")
