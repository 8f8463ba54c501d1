"""SVG pictures and tracks in XML without what a browser would run where they are opened by themselves."""

from __future__ import annotations

from typing import Any
from xml.parsers import expat

from exporter.pictures.svg_parts import draws, is_plain_style

_KEPT = {"image": ["png", "jpeg", "gif", "webp"]}
"""Kinds of pictures that may be embedded in an SVG as `data:` addresses."""

_DEEPEST = 200
"""Levels of elements; the sanitiser indents each, so that depth costs its square."""

_LARGEST = 5_000_000
"""Bytes of an SVG beyond which it is no picture for a page."""

_RUNNING = ("http://www.w3.org/1999/xhtml", "http://www.w3.org/2000/svg")
"""Namespaces whose scripts run in any XML that a browser shows."""

_SCRIPTS = {"script", "foreignobject", "iframe", "object", "embed", "handler", "listener"}
_RUNS = ("javascript:", "data:text/html", "data:image/svg", "vbscript:")


class _UnreadableError(Exception):
    """The data is no XML that is shown."""


def harmless(path: str, data: bytes) -> bytes:
    """Return the bytes of an asset's file that are published at a path under site/, without what is active in them.

    A file that cannot be made harmless is empty: an SVG that cannot be read, a track with parts of a page.
    """
    if path.lower().endswith(".svg"):
        return _sanitize(data)
    return b"" if is_active(path, data) else data


def is_active(path: str, data: bytes) -> bool:
    """Whether an SVG has something that runs, or a track parts of a page; also if it cannot be read."""
    try:
        found = _read(data)
    except _UnreadableError:
        return True
    return found.runs if path.lower().endswith(".svg") else found.is_page


def svg_fault(data: bytes) -> str:
    """Return why an SVG cannot be made harmless, "" if it can."""
    if len(data) > _LARGEST:
        return f"is an SVG of more than {_LARGEST // 1_000_000} MB"
    try:
        _read(data)
    except _UnreadableError as error:
        return f"is an SVG that cannot be read ({error})"
    return "" if _sanitize(data) else "is an SVG that cannot be made harmless"


def _sanitize(data: bytes) -> bytes:
    """Return an SVG as it came where all that is in it is known to be harmless, else what the sanitiser leaves.

    The sanitiser takes embedded fonts away and indents texts, so it is spared what needs no cleaning.
    """
    from py_svg_hush import filter_svg  # imported here: most builds copy no SVG

    try:
        if len(data) > _LARGEST:
            return b""
        return data if _read(data).is_plain else bytes(filter_svg(data, _KEPT))
    except (_UnreadableError, ValueError):
        return b""


class _Findings:
    """What was met in XML: something that runs in an SVG, elements of pages.

    `is_plain` says that nothing was met but what is known to draw and do nothing else.
    """

    def __init__(self) -> None:
        self.runs = False
        self.is_page = False
        self.is_plain = True
        self._depth = 0
        self._style: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Take an element's start. Raises _UnreadableError beyond the depth that is shown."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _UnreadableError(f"more than {_DEEPEST} levels")
        namespace, _, local = name.rpartition(" ")
        self.is_page = self.is_page or namespace in _RUNNING
        self.is_plain = self.is_plain and draws(namespace, local, attributes)
        self._style = [] if local == "style" else self._style
        values = (value.strip().lower() for value in attributes.values())
        named = any(key.rpartition(" ")[2].lower().startswith("on") for key in attributes)
        self.runs = self.runs or local.lower() in _SCRIPTS or named or any(map(_begins_running, values))

    def end(self, name: str) -> None:
        """Take an element's end."""
        self._depth -= 1
        if name.endswith(" style"):
            self.is_plain = self.is_plain and is_plain_style("".join(self._style))

    def text(self, text: str) -> None:
        """Take some text."""
        self._style.append(text)

    def instruct(self, target: str, _data: str) -> None:
        """Take a processing instruction: a style sheet may be a program."""
        if target.lower() == "xml-stylesheet":
            self.runs = self.is_page = True
        self.is_plain = False

    def declare(self, *_: Any) -> None:
        """Take a declaration of an entity, which may hide anything."""
        self.is_page = True
        self.is_plain = False


def _begins_running(value: str) -> bool:
    return value.startswith(_RUNS)


def _read(data: bytes) -> _Findings:
    """Read XML without resolving anything outside of it. Raises _UnreadableError."""
    found = _Findings()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = found.start
    parser.EndElementHandler = found.end
    parser.CharacterDataHandler = found.text
    parser.ProcessingInstructionHandler = found.instruct
    parser.EntityDeclHandler = found.declare
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _UnreadableError(str(error)) from None
    return found
