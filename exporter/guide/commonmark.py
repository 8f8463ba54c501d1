"""Markdown to HTML by cmark, step by step: its Python wrapper frees neither the tree nor the text that it makes."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any

from cmarkgfm import cmark

if TYPE_CHECKING:
    from collections.abc import Callable

_lib, _ffi = cmark._cmark.lib, cmark._cmark.ffi  # noqa: SLF001 - the wrapper has no other way to them
_OPTIONS = cmark.Options.CMARK_OPT_UNSAFE | cmark.Options.CMARK_OPT_VALIDATE_UTF8
_WITH_FOOTNOTES = _OPTIONS | cmark.Options.CMARK_OPT_FOOTNOTES
_CONTROLS = bytes({*range(0x20), 0x7F} - {0, 0x09, 0x0A, 0x0D})
"""What no page may hold; NUL is left to cmark, which puts a sign for it."""

cmark.core_extensions_ensure_registered()
_BLOCKS = [cmark.find_syntax_extension(name) for name in ("table", "strikethrough")]
_ALL = [*_BLOCKS, cmark.find_syntax_extension("autolink")]


def _find_free() -> tuple[Callable[[int], Any], Callable[[int], Any]]:
    """Find what frees a tree and a text; where the system hides them both are left to the end of the process."""
    try:
        own, system = ctypes.CDLL(cmark._cmark.__file__), ctypes.CDLL(None)  # noqa: SLF001
        found = own.cmark_node_free, system.free
    except (OSError, TypeError, AttributeError):
        return lambda _address: None, lambda _address: None
    for each in found:
        each.argtypes, each.restype = [ctypes.c_void_p], None
    return found


_free_tree, _free_text = _find_free()


def to_html(text: str) -> str:
    """Render CommonMark with tables, strikethrough, footnotes and addresses that are links; raw HTML stays as it is."""
    data = text.encode("utf-8", "replace").translate(None, _CONTROLS)
    options = _WITH_FOOTNOTES if "^" in text else _OPTIONS
    parser = _lib.cmark_parser_new(options)
    try:
        for each in _ALL if _has_addresses(text) else _BLOCKS:
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


def _has_addresses(text: str) -> bool:
    """Tell whether there is an address in a text that is no link yet; to look for them costs a third of the parsing."""
    linked = text.count("](http://") + text.count("](https://")
    return text.count("://") > linked or "www." in text or "@" in text
