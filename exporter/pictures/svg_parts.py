"""The parts of an SVG that draw and do nothing else: an SVG of these alone is harmless wherever it is opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SVG = "http://www.w3.org/2000/svg"
_EDITORS = (
    "http://www.inkscape.org/",
    "http://sodipodi.sourceforge.net/",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "http://purl.org/dc/",
    "http://creativecommons.org/ns#",
    "http://web.resource.org/cc/",
    "http://www.bohemiancoding.com/sketch/",
    "http://www.serif.com/",
)
"""Namespaces of what editors leave in their files; browsers do not know them."""

_ELEMENTS = {
    *("svg", "g", "defs", "symbol", "use", "title", "desc", "metadata", "style", "switch", "view"),
    *("path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "image"),
    *("text", "tspan", "textPath", "linearGradient", "radialGradient", "stop", "pattern", "clipPath", "mask", "marker"),
    *("filter", "feBlend", "feColorMatrix", "feComponentTransfer", "feComposite", "feConvolveMatrix", "feFlood"),
    *("feDiffuseLighting", "feDisplacementMap", "feDistantLight", "feDropShadow", "feFuncA", "feFuncB", "feFuncG"),
    *("feFuncR", "feGaussianBlur", "feMerge", "feMergeNode", "feMorphology", "feOffset", "fePointLight"),
    *("feSpecularLighting", "feSpotLight", "feTile", "feTurbulence"),
}
_BITMAP = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*")
_URL = re.compile(r"url\(\s*[\"']?\s*(?!#|data:(?:font/|application/(?:x-)?font|image/(?:png|jpeg|gif|webp);base64,))")


def draws(namespace: str, local: str, attributes: Mapping[str, str]) -> bool:
    """Whether an element with its attributes, named as `namespace name`, only draws."""
    if namespace != _SVG:
        return namespace.startswith(_EDITORS)
    return local in _ELEMENTS and all(_is_plain_attribute(*item) for item in attributes.items())


def _is_plain_attribute(name: str, value: str) -> bool:
    namespace, _, local = name.rpartition(" ")
    if local.lower().startswith("on") or local == "base":
        return False
    if local == "href":
        return value.startswith("#") or _BITMAP.fullmatch(value) is not None
    return namespace.startswith(_EDITORS) or is_plain_style(value)


def is_plain_style(text: str) -> bool:
    """Whether a style sheet, or any other attribute that may hold a style, loads nothing from elsewhere."""
    lower = text.lower()
    return "\\" not in text and "@import" not in lower and "image-set" not in lower and not _URL.search(lower)
