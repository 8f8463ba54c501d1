"""Markdown to HTML by cmark, step by step: its Python wrapper frees neither the tree nor the text that it makes."""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, Any

from cmarkgfm import cmark

from exporter.render.markup.control_characters import drop_controls_but_nul

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_lib, _ffi = cmark._cmark.lib, cmark._cmark.ffi
_OPTIONS = cmark.Options.CMARK_OPT_UNSAFE
_WITH_FOOTNOTES = _OPTIONS | cmark.Options.CMARK_OPT_FOOTNOTES

cmark.core_extensions_ensure_registered()
_BLOCKS = [cmark.find_syntax_extension(name) for name in ("table", "strikethrough")]
_ALL = [*_BLOCKS, cmark.find_syntax_extension("autolink")]


def _find_free() -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    """Find what frees a tree and a text; where the system hides them both are left to the end of the process."""
    try:
        own, system = ctypes.CDLL(cmark._cmark.__file__), ctypes.CDLL(None)
        found = own.cmark_node_free, system.free
    except (OSError, TypeError, AttributeError):
        return lambda _address: None, lambda _address: None
    for each in found:
        each.argtypes, each.restype = [ctypes.c_void_p], None
    return found


_free_tree, _free_text = _find_free()


def to_html(text: str) -> str:
    """Render CommonMark with tables, strikethrough, tasks, footnotes and bare addresses; raw HTML stays as it is."""
    html = _with_notes(text) if "[^" in text else _render(text, _OPTIONS)
    return _TASK.sub(lambda found: f"{found[1]}{_BOXES[found[2].lower()]} ", html) if _may_have_tasks(text) else html


_TASK = re.compile(r"(<li>(?:\n<p>)?)\[([ xX])\] ")
_BOXES = {" ": "\u2610", "x": "\u2611"}
"""What stands for the boxes of a task list, which is no form here."""


def _may_have_tasks(text: str) -> bool:
    """Tell whether a pair of brackets holds a single character: to look for brackets costs less than for boxes."""
    return any(text.startswith("]", at + 2) for at in _places(text, "["))


def _places(text: str, sign: str) -> Iterator[int]:
    """Yield where a sign stands in a text: where it is seldom, this is many times as quick as any other look."""
    at = text.find(sign)
    while at >= 0:
        yield at
        at = text.find(sign, at + 1)


def _with_notes(text: str) -> str:
    if text.count("]:") > _MOST_NOTES:
        return _render(text.replace("[^", "\\[^"), _OPTIONS)
    html = _render(text, _WITH_FOOTNOTES)
    whole = _keep_unused_notes(text, html)
    return html if whole == text else _render(whole, _WITH_FOOTNOTES)


def _render(text: str, options: int) -> str:
    data = drop_controls_but_nul(text.encode("utf-8", "replace"))  # for NUL cmark puts a sign
    parser = _lib.cmark_parser_new(options)
    try:
        for each in _extensions(text):
            _lib.cmark_parser_attach_syntax_extension(parser, each)
        _lib.cmark_parser_feed(parser, data, len(data))
        tree = _lib.cmark_parser_finish(parser)
        written = _lib.cmark_render_html(tree, options, _lib.cmark_parser_get_syntax_extensions(parser))
        html: str = _ffi.string(written).decode("utf-8")
    finally:
        _lib.cmark_parser_free(parser)
    _free_tree(int(_ffi.cast("uintptr_t", tree)))
    _free_text(int(_ffi.cast("uintptr_t", written)))
    return html


def _extensions(text: str) -> list[Any]:
    """Give what a text may need beside CommonMark."""
    if _has_addresses(text):
        return _ALL
    return _BLOCKS if "|" in text or "~" in text else []


_LINKED = ("](http", "](https")
_MOST_NOTES = 500
"""Definitions of a text that is looked through for footnotes."""
_DEFINITION = re.compile(r"\[\^[^\]\s]+\]:(?=([^\r\n]*))")
_NOTE = re.compile(r'<li id="fn-')


def _keep_unused_notes(text: str, html: str) -> str:
    """Make plain text of the footnotes that nothing refers to, and of second ones of a name: cmark leaves them out.

    Which these are is seen by rendering the text with a mark at the end of each line where a footnote may begin.
    """
    found = list(_DEFINITION.finditer(text))
    if len(found) == len(_NOTE.findall(html)):
        return text
    marks = [f" \ue000{number}\ue001" for number in range(len(found))]
    ends = [each.end(1) for each in found]
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    shown = _render("".join(map("".join, zip(parts, [*marks, ""], strict=True))), _WITH_FOOTNOTES)
    lost = {each.start() for each, mark in zip(found, marks, strict=True) if mark not in shown}
    return _DEFINITION.sub(lambda each: f"\\{each[0]}" if each.start() in lost else each[0], text)


def _has_addresses(text: str) -> bool:
    """Tell whether there is an address in a text that is no link yet; to look for them costs a third of the parsing."""
    if "@" in text or "www." in text:
        return True
    schemes = (at for at in _places(text, ":") if text.startswith("//", at + 1))
    return any(not text.endswith(_LINKED, 0, at) for at in schemes)
