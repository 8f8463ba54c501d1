"""Variants made of one picture: decoded once, resampled from large to small, written to the cache one by one.

What comes in is paths and what goes out is files, so that a picture is in memory only where it is worked on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.files import read_file, write_bytes
from exporter.pictures.drawing import Decoded, decode, draw, flat
from exporter.pictures.facts import digest_of
from exporter.pictures.recipe import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from exporter.pictures.offers import Variant
    from exporter.pictures.recipe import Recipe

_QUALITY = {"webp": 78, "jpg": 80, "avif": 60}
_AVIF_SPEED = 8
_KINDS = {"jpg": "jpeg", "png": "png", "webp": "webp", "avif": "avif"}
"""The kind of a variant, by the suffix of its file."""


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
    if digest_of(data) != work.digest:
        return []
    decoded = decode(data, work.variants)
    by_recipe: dict[Recipe, list[Variant]] = {}
    for recipe, variant in work.variants:
        by_recipe.setdefault(recipe, []).append(variant)
    made = (_of_recipe(data, decoded, recipe, variants, folder) for recipe, variants in by_recipe.items())
    return [name for names in made for name in names]


def _of_recipe(
    data: bytes, decoded: Decoded, recipe: Recipe, variants: Sequence[Variant], folder: str
) -> Iterator[str]:
    """Make the variants of a recipe, each out of the next larger one, which has been cut and has its colours."""
    from PIL.Image import Resampling

    larger: Any = None
    for variant in sorted(variants, key=lambda one: (-one.width, one.kind)):
        size = variant.width, variant.height
        if recipe == WHOLE and size == decoded.whole and not decoded.has_metadata and _is_of_kind(variant, decoded):
            _put(data, f"{folder}/{variant.name}")  # as it came: to encode it again would only make it worse
            yield variant.name
            continue
        if larger is None:
            larger = draw(decoded, recipe, variant)
        elif larger.size != size:
            larger = larger.resize(size, Resampling.LANCZOS, reducing_gap=3.0)
        _save(larger, variant, recipe, f"{folder}/{variant.name}")
        yield variant.name


def _is_of_kind(variant: Variant, decoded: Decoded) -> bool:
    return _KINDS[variant.kind] == decoded.kind


def _save(picture: Any, variant: Variant, recipe: Recipe, path: str) -> None:
    """Write a variant beside its name, then move it there: who sees the name sees all of the file."""
    part = f"{path}.{os.getpid()}"
    options: dict[str, Any] = {"quality": recipe.quality or _QUALITY.get(variant.kind, 0)}
    if variant.kind == "jpg":
        flat(picture, recipe.background).save(part, "JPEG", optimize=True, progressive=True, **options)
    elif variant.kind == "png":
        picture.save(part, "PNG")
    elif variant.kind == "avif":
        picture.save(part, "AVIF", speed=_AVIF_SPEED, max_threads=1, **options)
    else:
        picture.save(part, "WEBP", method=4, **options)
    _move(part, path)


def _put(data: bytes, path: str) -> None:
    part = f"{path}.{os.getpid()}"
    write_bytes(part, data)
    _move(part, path)


def _move(part: str, path: str) -> None:
    os.replace(part, path)  # noqa: PTH105 - paths as text, like those that come in
