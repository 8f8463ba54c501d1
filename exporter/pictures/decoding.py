"""Pictures decoded for what is made of them: upright, in a plain mode, their colours in sRGB."""

from __future__ import annotations

from io import BytesIO
from typing import Any

_ORIENTATION = 0x0112
_TURNED = {5, 6, 7, 8}
"""EXIF's orientations that exchange width and height."""
_ROOMY = 3.0
"""How much larger than the result a picture stays that is reduced in whole steps before it is resampled."""


def oriented_size(picture: Any) -> tuple[int, int]:
    """Return width and height as browsers show a picture."""
    width, height = picture.size
    return (height, width) if orientation_of(picture) in _TURNED else (width, height)


def orientation_of(picture: Any) -> int:
    """Return EXIF's orientation; 1, upright, where there is none that can be read."""
    try:
        found = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # noqa: BLE001 - broken EXIF is as good as none
        return 1
    return found if isinstance(found, int) and 1 <= found <= 8 else 1


def upright(picture: Any, orientation: int) -> Any:
    """Return a picture turned and mirrored as EXIF's orientation asks."""
    from PIL.Image import Transpose

    methods = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return picture.transpose(methods[orientation]) if orientation in methods else picture


def plain_mode(picture: Any, most: int) -> Any:
    """Decode a picture into the mode L, RGB, RGBA or CMYK, reduced if it stays well above `most` pixels a side."""
    picture.load()
    if picture.mode in ("RGB", "RGBA", "L", "CMYK") and "transparency" not in picture.info:
        return _reduced(picture, most)
    if picture.mode == "1":
        return _reduced(picture.convert("L"), most)
    if picture.mode in ("I", "F") or picture.mode.startswith("I;16"):
        return _reduced(_eight_bits(picture), most)
    has_alpha = picture.mode in ("LA", "PA", "La", "RGBa", "RGBA") or "transparency" in picture.info
    return _reduced(picture.convert("RGBA" if has_alpha else "RGB"), most)


def _eight_bits(picture: Any) -> Any:
    """Return 16-bit grey as 8 bits; the library would cut off what is above 255."""
    return picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")


def _reduced(picture: Any, most: int) -> Any:
    factor = int(min(picture.size) / (most * _ROOMY)) if most else 1
    return picture.reduce(factor) if factor > 1 else picture


def in_srgb(picture: Any, profile: bytes | None) -> Any:
    """Return a picture in RGB or RGBA with its colours in sRGB: by its profile where it has one that can be used."""
    from PIL import ImageCms

    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    colours = picture.convert("RGB") if picture.mode == "RGBA" else picture
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            if not _is_srgb(source):
                target = ImageCms.createProfile("sRGB")
                intent = ImageCms.Intent.RELATIVE_COLORIMETRIC
                flags = ImageCms.Flags.BLACKPOINTCOMPENSATION
                colours = ImageCms.profileToProfile(colours, source, target, intent, "RGB", flags=flags)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a profile of other colours than the picture's, or a broken one: as browsers do, as if without
    colours = colours.convert("RGB")
    if alpha is not None:
        colours.putalpha(alpha)
    return colours


def _is_srgb(profile: Any) -> bool:
    """Whether a profile says that it is sRGB, as most do: then nothing has to be converted."""
    return "srgb" in (profile.profile.profile_description or "").lower()
