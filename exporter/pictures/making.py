"""Variants made of one picture: decoded once, resampled from large to small, written to the cache one by one.

What comes in is paths and what goes out is files, so that a picture is in memory only where it is worked on.
"""

from __future__ import annotations

import os
import warnings
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.files import read_file, write_bytes
from exporter.pictures.decoding import in_srgb, orientation_of, plain_mode, upright
from exporter.pictures.facts import digest_of, kind_of
from exporter.pictures.geometry import place
from exporter.pictures.recipe import WHOLE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporter.pictures.offers import Variant
    from exporter.pictures.recipe import Recipe

QUALITY = {"webp": 78, "jpg": 80, "avif": 60}
_AVIF_SPEED = 8
_METADATA = {"exif", "xmp", "icc_profile", "photoshop", "comment", "XML:com.adobe.xmp", "Raw profile type exif"}
"""What a picture may carry beside its pixels: where and when it was taken, by whom, and in which colours."""
_KINDS = {"jpg": "jpeg", "png": "png", "webp": "webp", "avif": "avif"}


class Work(NamedTuple):
    """What is to be made of a picture: the path of its file, the digest that its bytes have to have, the variants.

    `pixels` are those of the picture, to tell what needs much memory.
    """

    source: str
    digest: str
    pixels: int
    variants: Sequence[tuple[Recipe, Variant]]


def make_variants(work: Work, folder: str) -> list[str]:
    """Make variants in a folder and return the names of those that were made.

    None are made of a file that is not the one that was meant any more. Each appears under its name once it is whole.
    """
    try:
        data = read_file(work.source)
    except OSError:
        return []
    return _make(data, work, folder) if digest_of(data) == work.digest else []


def _make(data: bytes, work: Work, folder: str) -> list[str]:
    from PIL import Image

    made: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        kind = kind_of(data[:4096])
        with Image.open(BytesIO(data), formats=[kind.upper()]) as opened:
            is_plain = not _METADATA.intersection(opened.info)
            profile, orientation = opened.info.get("icc_profile"), orientation_of(opened)
            most = max(max(variant.width, variant.height) for _, variant in work.variants)
            whole = opened.size if orientation < 5 else opened.size[::-1]
            opened.draft("RGB", (most * 2, most * 2))
            decoded = upright(plain_mode(opened, most), orientation)
    by_recipe: dict[Recipe, list[Variant]] = {}
    for recipe, variant in work.variants:
        by_recipe.setdefault(recipe, []).append(variant)
    for recipe, variants in by_recipe.items():
        larger: Any = None
        for variant in sorted(variants, key=lambda one: -one.width):
            if is_plain and _is_itself(variant, recipe, whole, kind):
                _put(data, variant, folder)
                made.append(variant.name)
                continue
            if larger is None or (variant.width, variant.height) != larger.size:
                larger = _result(decoded, whole, profile, recipe, variant, larger)
            _save(larger, variant, recipe, folder)
            made.append(variant.name)
    return made


def _result(
    decoded: Any, whole: tuple[int, int], profile: bytes | None, recipe: Recipe, variant: Variant, larger: Any
) -> Any:
    """Return the picture of a variant: out of the next larger one, which has been cut and has its colours."""
    from PIL.Image import Resampling

    size = variant.width, variant.height
    if larger is not None and not recipe.radius:
        return larger.resize(size, Resampling.LANCZOS, reducing_gap=3.0)
    placed = place(whole, recipe, variant.width)
    factors = decoded.width / whole[0], decoded.height / whole[1]
    box = tuple(edge * factors[index % 2] for index, edge in enumerate(placed.box))
    part = decoded.resize(placed.size, Resampling.LANCZOS, box=box, reducing_gap=3.0)
    part = in_srgb(part, profile)
    if placed.canvas == placed.size:
        return part if part.size == size else part.resize(size, Resampling.LANCZOS)
    from PIL import Image

    canvas = Image.new("RGB", size, recipe.background or "#ffffff")
    canvas.paste(part, placed.at, part if part.mode == "RGBA" else None)
    return canvas


def _is_itself(variant: Variant, recipe: Recipe, whole: tuple[int, int], kind: str) -> bool:
    """Whether a variant is the picture as it came: to encode it again would only make it worse."""
    return recipe == WHOLE and (variant.width, variant.height) == whole and _KINDS.get(variant.kind) == kind


def _put(data: bytes, variant: Variant, folder: str) -> None:
    part = f"{folder}/{variant.name}.{os.getpid()}"
    write_bytes(part, data)
    os.replace(part, f"{folder}/{variant.name}")  # noqa: PTH105 - paths as text


def _save(picture: Any, variant: Variant, recipe: Recipe, folder: str) -> None:
    """Write a variant beside its name, then move it there: who sees the name sees all of the file."""
    path, part = f"{folder}/{variant.name}", f"{folder}/{variant.name}.{os.getpid()}"
    options: dict[str, Any] = {"quality": recipe.quality or QUALITY.get(variant.kind, 0)}
    if variant.kind == "jpg":
        picture = _flat(picture, recipe.background or "#ffffff")
        picture.save(part, "JPEG", optimize=True, progressive=True, **options)
    elif variant.kind == "png":
        picture.save(part, "PNG", optimize=False)
    elif variant.kind == "avif":
        picture.save(part, "AVIF", speed=_AVIF_SPEED, max_threads=1, **options)
    else:
        picture.save(part, "WEBP", method=4, **options)
    os.replace(part, path)  # noqa: PTH105 - paths as text, like those that come in


def _flat(picture: Any, background: str) -> Any:
    """Return a picture without transparency."""
    if picture.mode != "RGBA":
        return picture
    from PIL import Image

    canvas = Image.new("RGB", picture.size, background)
    canvas.paste(picture, mask=picture)
    return canvas
