"""Markdown to HTML by cmark, step by step: its Python wrapper frees neither the tree nor the text that it makes."""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, Any

from cmarkgfm import cmark

from exporter.render.markup.cjk_emphasis import drop_marks, mark_delimiters
from exporter.render.markup.control_characters import drop_controls_but_nul

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# cmarkgfm never frees what `cmark_parser_finish` and `cmark_render_html` return, so a process grows with every text.
# Reported as https://github.com/theacodes/cmarkgfm/issues/53 (closed, but version 2025.10.22 still leaks). The binding
# exports neither of the functions that free them: they are looked up in its own library and in the C library. That
# relies on its private `_cmark`, so pyproject.toml bounds the version from above.
_lib, _ffi = cmark._cmark.lib, cmark._cmark.ffi
_OPTIONS = cmark.Options.CMARK_OPT_UNSAFE
_WITH_FOOTNOTES = _OPTIONS | cmark.Options.CMARK_OPT_FOOTNOTES

cmark.core_extensions_ensure_registered()
_BLOCKS = [cmark.find_syntax_extension(name) for name in ("table", "strikethrough")]
_ALL = [*_BLOCKS, cmark.find_syntax_extension("autolink")]


def _find_free() -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    """Return what frees a tree and a text; on a system that hides these functions, what frees nothing."""
    try:
        own, system = ctypes.CDLL(cmark._cmark.__file__), ctypes.CDLL(None)
        functions = own.cmark_node_free, system.free
    except (OSError, TypeError, AttributeError):
        return lambda _address: None, lambda _address: None
    for function in functions:
        function.argtypes, function.restype = [ctypes.c_void_p], None
    return functions


_free_tree, _free_text = _find_free()


def to_html(text: str) -> str:
    """Render CommonMark with tables, strikethrough, tasks, footnotes and bare addresses; raw HTML stays as it is."""
    marked = mark_delimiters(text)
    html = _with_notes(marked) if "[^" in text else _render(marked, _OPTIONS)
    html = html if marked is text else drop_marks(html)
    return _TASK.sub(lambda match: f"{match[1]}{_BOXES[match[2].lower()]} ", html) if _may_have_tasks(text) else html


_TASK = re.compile(r"(<li>(?:\n<p>)?)\[([ xX])\] ")
_BOXES = {" ": "\u2610", "x": "\u2611"}
"""What replaces the boxes of a task list, which is not a form here."""


def _may_have_tasks(text: str) -> bool:
    """Whether a pair of brackets holds a single character: looking for brackets is cheaper than looking for boxes."""
    return any(text.startswith("]", at + 2) for at in _positions(text, "["))


def _positions(text: str, character: str) -> Iterator[int]:
    """Yield the positions of a character in a text, much quicker than a pattern where the character is rare."""
    at = text.find(character)
    while at >= 0:
        yield at
        at = text.find(character, at + 1)


def _with_notes(text: str) -> str:
    if text.count("]:") > _MOST_DEFINITIONS:
        return _render(text.replace("[^", "\\[^"), _OPTIONS)
    html = _render(text, _WITH_FOOTNOTES)
    whole = _keep_unused_notes(text, html)
    return html if whole == text else _render(whole, _WITH_FOOTNOTES)


def _render(text: str, options: int) -> str:
    data = drop_controls_but_nul(text.encode("utf-8", "replace"))  # cmark replaces NUL itself
    parser = _lib.cmark_parser_new(options)
    try:
        for extension in _extensions(text):
            _lib.cmark_parser_attach_syntax_extension(parser, extension)
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
    """Return the extensions that a text may need: each one slows down the parser."""
    if _has_addresses(text):
        return _ALL
    return _BLOCKS if "|" in text or "~" in text else []


_LINK_STARTS = ("](http", "](https")
_MOST_DEFINITIONS = 500
"""Definitions in a text beyond which its footnotes are shown as plain text: looking for unused ones is quadratic."""
_DEFINITION = re.compile(r"\[\^[^\]\s]+\]:(?=([^\r\n]*))")
_NOTE = re.compile(r'<li id="fn-')


def _keep_unused_notes(text: str, html: str) -> str:
    """Escape the footnotes that nothing refers to and repeated ones, so that they stay as text: cmark drops them.

    Which these are is seen by rendering the text with a mark at the end of each line where a footnote may begin.
    """
    definitions = list(_DEFINITION.finditer(text))
    if len(definitions) == len(_NOTE.findall(html)):
        return text
    marks = [f" \ue000{number}\ue001" for number in range(len(definitions))]
    ends = [definition.end(1) for definition in definitions]
    parts = [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]
    marked = _render("".join(map("".join, zip(parts, [*marks, ""], strict=True))), _WITH_FOOTNOTES)
    lost = {match.start() for match, mark in zip(definitions, marks, strict=True) if mark not in marked}
    return _DEFINITION.sub(lambda match: f"\\{match[0]}" if match.start() in lost else match[0], text)


def _has_addresses(text: str) -> bool:
    """Whether a text may hold a bare address: having cmark look for them costs a third of the parsing."""
    if "@" in text or "www." in text:
        return True
    schemes = (at for at in _positions(text, ":") if text.startswith("//", at + 1))
    return any(not text.endswith(_LINK_STARTS, 0, at) for at in schemes)
