"""What a recipe draws: a part of a decoded picture, resampled, in sRGB, on its background, with its corners."""

from __future__ import annotations

import math
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.pictures.decoding import in_srgb, orientation_of, plain_mode, upright
from exporter.pictures.facts import HEAD, kind_of
from exporter.pictures.geometry import place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.pictures.offers import Variant
    from exporter.pictures.recipe import Recipe

METADATA = {"exif", "xmp", "icc_profile", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif"}
"""What a picture may carry beside its pixels: where and when it was taken, by whom, and in which colours."""

_WHITE = "#ffffff"
_SMOOTH = 4
"""How much finer round corners are drawn than they are shown."""


class Decoded(NamedTuple):
    """A picture in memory, upright, perhaps smaller than it is; `whole` are its true width and height in pixels."""

    picture: Any
    whole: tuple[int, int]
    kind: str
    profile: bytes | None
    has_metadata: bool


def decode(data: bytes, wanted: Iterable[tuple[Recipe, Variant]]) -> Decoded:
    """Decode a picture as large as the variants need it. Raises what the decoder raises."""
    from PIL import Image

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind = kind_of(data[:HEAD])
        with Image.open(BytesIO(data), formats=[kind.upper()]) as opened:
            orientation = orientation_of(opened)
            whole = opened.size if orientation < 5 else opened.size[::-1]
            most = math.ceil(max(whole) * max(_scale(whole, *one) for one in wanted))
            opened.draft("RGB", (most * 2, most * 2))
            picture = upright(plain_mode(opened, most), orientation)
            has_metadata = bool(METADATA.intersection(opened.info))
            return Decoded(picture, whole, kind, opened.info.get("icc_profile"), has_metadata)


def _scale(whole: tuple[int, int], recipe: Recipe, variant: Variant) -> float:
    """Return how much smaller a picture is in a variant than it is itself, at most 1."""
    box, size, *_ = place(whole, recipe, variant.width)
    return min(1.0, max(size[0] / (box[2] - box[0]), size[1] / (box[3] - box[1])))


def draw(decoded: Decoded, recipe: Recipe, variant: Variant) -> Any:
    """Return the picture of a variant."""
    from PIL import Image

    placed, size = place(decoded.whole, recipe, variant.width), (variant.width, variant.height)
    factors = [have / whole for have, whole in zip(decoded.picture.size, decoded.whole, strict=True)]
    box = [edge * factors[index % 2] for index, edge in enumerate(placed.box)]
    made = decoded.picture.resize(placed.size, Image.Resampling.LANCZOS, box=tuple(box), reducing_gap=3.0)
    made = in_srgb(made, decoded.profile)
    is_opaque = recipe.background != "" or (decoded.kind == "jpeg" and recipe.kind in ("", "jpg"))
    if placed.canvas != placed.size:
        canvas = Image.new("RGBA", placed.canvas, recipe.background or (_WHITE if is_opaque else f"{_WHITE}00"))
        canvas.paste(made, placed.at, made if made.mode == "RGBA" else None)
        made = canvas
    made = _rounded(made, recipe.radius) if recipe.radius else made
    made = flat(made, recipe.background) if is_opaque else made
    return made if made.size == size else made.resize(size, Image.Resampling.LANCZOS)


def _rounded(picture: Any, radius: int) -> Any:
    """Return a picture with round corners; with -1 it is cut to the ellipse that it holds."""
    from PIL import Image, ImageChops, ImageDraw

    size = picture.width * _SMOOTH, picture.height * _SMOOTH
    mask = Image.new("L", size, 0)
    draw, box = ImageDraw.Draw(mask), (0, 0, size[0] - 1, size[1] - 1)
    if radius == -1:
        draw.ellipse(box, fill=255)
    else:
        draw.rounded_rectangle(box, min(radius * _SMOOTH, *(side // 2 for side in size)), fill=255)
    mask = mask.resize(picture.size, Image.Resampling.BOX)
    made = picture.convert("RGBA")
    made.putalpha(ImageChops.multiply(made.getchannel("A"), mask))
    return made


def flat(picture: Any, background: str) -> Any:
    """Return a picture without transparency."""
    if picture.mode != "RGBA":
        return picture
    from PIL import Image

    canvas = Image.new("RGB", picture.size, background or _WHITE)
    canvas.paste(picture, mask=picture)
    return canvas
