"""The element of a picture: its variants for the browser to choose from, its size, its colour while it loads.

What it shows is a recorded read of the page, and what the page offers of the picture is noted with it, so that the
variants are made that pages use, and no others.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from exporter.guide.index.picture_tables import OfferRow
from exporter.guide.library import questions
from exporter.pictures.facts import FileFacts
from exporter.pictures.offers import FOLDER, Offer, offer
from exporter.pictures.recipe import WHOLE, Recipe
from exporter.render.view.assets import focal_point, stated_size
from exporter.render.view.fields import url_of
from exporter.render.view.view import loaded_of, memo_of, view_of

if TYPE_CHECKING:
    from exporter.render.view.view import Asset, View

SHOWN = 960
"""Pixels that a picture is wide at most where nobody says otherwise."""

_LAZY = ' loading="lazy" decoding="async"'
_ROOT = "\0"
"""Stands for the way to the folder of variants, which each page writes as it lies."""
_IN_FOLDER = f"/{FOLDER}/-"
_TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "avif": "image/avif", "gif": "image/gif"}


def facts_of(asset: Asset) -> tuple[str, FileFacts] | None:
    """Return the path of an asset's file under content/, and what it is; None if there is no file."""
    memo = memo_of(asset)
    if facts_of not in memo:
        view = view_of(asset)
        found = view.of_item(loaded_of(asset), questions.picture(view.locale))
        memo[facts_of] = (found[0], FileFacts(*found[1:])) if found is not None else None
    known: tuple[str, FileFacts] | None = memo[facts_of]
    return known


def picture_element(
    asset: Asset,
    recipe: Recipe = WHOLE,
    shown: int = SHOWN,
    sizes: str = "",
    attributes: str = "",
    size: str = "",
    *,
    lazy: bool = False,
) -> Markup:
    """Return the element that shows an asset's picture; empty for what is no picture that can be shown.

    `shown` is how wide it is at most, in pixels; `sizes` is what HTML's attribute of that name says, and `attributes`
    are written as they are; a `lazy` one is never loaded at once. A picture that is shown as it came has `size` in
    place of its own, if that is given.
    """
    view, found = view_of(asset), facts_of(asset)
    if found is None or found[1].fault or not found[1].kind or found[1].kind == "pdf":
        return Markup("")
    source, facts = found
    attributes = f"{attributes}{_LAZY if lazy else _loading(view)}"
    if not facts.is_varied:
        width, height = (facts.width, facts.height) if facts.width and facts.height else stated_size(asset)
        size = size or (f' width="{width}" height="{height}"' if width and height else "")
        url = url_of(asset)
        return Markup(f'<img src="{escape(url)}"{size}{attributes}>') if url else Markup("")  # noqa: S704 - escaped above
    if recipe.ratio is not None:
        recipe = recipe._replace(focus=focal_point(asset))
    made = _offered(view, source, facts, recipe, shown)
    before, after = _element(made, facts.ground, sizes or f"(max-width: {shown}px) 100vw, {shown}px")
    text = f"{before}{attributes}{after}".replace(_ROOT, view.link(_IN_FOLDER)[:-1])
    return Markup(text)  # noqa: S704 - escaped where it was made


def variant_path(asset: Asset, recipe: Recipe) -> str:
    """Return the path under site/ of the one file that a recipe makes of a picture; "" for what it makes none of."""
    view, found = view_of(asset), facts_of(asset)
    if found is None or not found[1].is_varied:
        return ""
    return f"{FOLDER}/{_offered(view, *found, recipe, found[1].width).fallback.name}"


def variant_url(asset: Asset, recipe: Recipe) -> str:
    """Return the relative address of that file."""
    path = variant_path(asset, recipe)
    return view_of(asset).link(f"/{path}") if path else ""


def _offered(view: View, source: str, facts: FileFacts, recipe: Recipe, shown: int) -> Offer:
    """Return what a page offers of a picture, and note that it does."""
    avif = bool(view.ask(questions.site_value("avif")))
    made = offer(source, facts, recipe, shown, avif=avif)
    if made.number not in view.offers:
        view.offers[made.number] = OfferRow(made.number, source, facts.digest, facts.width * facts.height, made.made)
    return made


def _loading(view: View) -> str:
    """Return how a picture is loaded: the first of a page at once, the others when they come into sight."""
    if view.has_first_picture:
        return _LAZY
    view.has_first_picture = True
    return ' fetchpriority="high"'


@lru_cache(maxsize=4096)
def _element(made: Offer, ground: str, sizes: str) -> tuple[str, str]:
    """Return the element in two parts, between which its further attributes stand."""
    kinds = dict.fromkeys(variant.kind for variant in made.modern)
    others = [kind for kind in kinds if kind != made.fallback.kind]
    fitting = f' sizes="{escape(sizes)}"'
    sources = "".join(f'<source type="{_TYPES[kind]}"{_set_of(made, kind, fitting)}>' for kind in others)
    own = _set_of(made, made.fallback.kind, fitting) if made.fallback.kind in kinds else ""
    fallback = made.fallback
    size = f' width="{fallback.width}" height="{fallback.height}"'
    named = f' class="ground-{ground}"' if ground else ""
    image = f'<img src="{_ROOT}{fallback.name}"{own}{size}{named}'
    return (f"<picture>{sources}{image}", "></picture>") if sources else (image, ">")


def _set_of(made: Offer, kind: str, sizes: str) -> str:
    """Return the attributes that let the browser choose among the variants of a kind."""
    variants = [variant for variant in made.modern if variant.kind == kind]
    if len(variants) == 1:
        return f' srcset="{_ROOT}{variants[0].name}"'
    return f' srcset="{", ".join(f"{_ROOT}{one.name} {one.width}w" for one in variants)}"{sizes}'


def recipe_of(ratio: Any) -> Recipe:
    """Return the recipe for the ratio that a template asks for. Raises ValueError for one that is none."""
    if ratio is None:
        return WHOLE
    parts = str(ratio).replace("/", ":").split(":")
    if len(parts) != 2 or not all(part.strip().isascii() and part.strip().isdigit() for part in parts):
        raise ValueError(f"image: expected a ratio like '3:2', found {ratio!r}")
    across, down = (int(part) for part in parts)
    if not (0 < across < 10_000 and 0 < down < 10_000):
        raise ValueError(f"image: expected a ratio like '3:2', found {ratio!r}")
    return Recipe(ratio=(across, down))
