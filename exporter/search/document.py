"""What is searched of a page: a pure function of its HTML, as `client/document.js` reads it on the device.

A page says by `data-search="TYPE"` which element holds its text; a page without one is not found. Inside, what has
an empty `data-search`, and what is no text of the page (scripts, navigation, buttons), is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from exporter.search.tokens import count_tokens, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROOT = re.compile(r'<([a-z][a-z0-9]*)(?=[\t\n\f\r ])[^<>]*? data-search="([^"<>]+)"[^<>]*>')
_MARK = ' data-search="'
_TAG = re.compile(
    r"""<!--.*?-->|<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>"']*+(?:(?:"[^"]*"|'[^']*')[^<>"']*+)*+)>""", re.DOTALL
)
"""A comment or a tag, written so that it takes runs of characters at once and never goes back."""
_EMPTY = re.compile(r'[\t\n\f\r ]data-search(?:=""|(?=[\t\n\f\r >/]|$))')
_HIDDEN = re.compile(r'[\t\n\f\r ]hidden(?==""|[\t\n\f\r /]|$)')
_QUOTED = re.compile("\"[^\"]*\"|'[^']*'")
_GEO = re.compile(r'"latitude": (-?[0-9.]+), "longitude": (-?[0-9.]+)')
_REFERENCE = re.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,6});")
_SPACE = "\t\n\f\r \xa0"
_SPACES = re.compile(f"[{_SPACE}]+")
_NAMED = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'", "nbsp": "\xa0", "shy": "\xad"}
_NAMED |= {"ndash": "–", "mdash": "—", "hellip": "…", "times": "×", "middot": "·"}
_SILENT = frozenset({"script", "style", "template", "nav", "svg", "button", "select", "noscript", "dialog"})
_INLINE = frozenset(
    {"a", "abbr", "b", "bdi", "bdo", "cite", "code", "data", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s"}
    | {"samp", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"}
)
_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_KINDS = {**dict.fromkeys(("h2", "h3", "h4", "h5", "h6", "dd"), "name"), "h1": "h1", "dt": ""}
_TITLE = 12
_TITLE_LENGTHS = {1: 9, 2: 4, 3: 3, 4: 1}
_FIRST = 2
_NAME = 5
_MOST_IN_TEXT = 4


class Document(NamedTuple):
    """What is searched of a page. `lines` are the texts of its blocks; those at the numbers `names` are names.

    `place` are latitude and longitude as they stand in the page.
    """

    type: str
    title: str
    lines: tuple[str, ...]
    names: tuple[int, ...]
    place: tuple[str, str] | None


def read_document(html: str) -> Document | None:
    """Return what is searched of a page; None for a page that is not found."""
    root = _root(html)
    if root is None:
        return None
    blocks = _blocks(html[root.end() :], root[1])
    title = next((text for kind, text in blocks if kind == "h1"), "")
    lines = [(kind, text) for kind, text in blocks if kind != "h1"]
    geo = _GEO.search(html)
    names = tuple(number for number, (kind, _) in enumerate(lines) if kind)
    place = (geo[1], geo[2]) if geo is not None else None
    return Document(_unescape(root[2]), title, tuple(text for _, text in lines), names, place)


def _root(html: str) -> re.Match[str] | None:
    """Return the first tag that says what a page is found as; tags without the attribute are not looked into."""
    at = html.find(_MARK)
    while at >= 0:
        root = _ROOT.match(html, max(html.rfind("<", 0, at), 0))
        if root is not None:
            return root
        at = html.find(_MARK, at + 1)
    return None


def _blocks(html: str, root: str) -> list[tuple[str, str]]:
    """Return the blocks inside an element, which is called `root`: their kinds and texts.

    The kind is what the element is that makes one a title or name, else "". What is behind the element is left out.
    """
    found: list[tuple[str, str]] = []
    parts: list[str] = []
    kind = holder = silent = ""
    depth, outer = 0, 1
    split = _TAG.split(html)  # text, slash, name, attributes, text and so on; all at once is quick
    for text, closes, written, attributes in zip(split[::4], split[1::4], split[2::4], split[3::4], strict=False):
        name = written.lower() if written else ""
        if silent:
            if name == silent:
                depth += -1 if closes else 1
                silent = silent if depth else ""
            continue
        parts.append(text)
        if name == root:
            outer += -1 if closes else 1
            if not outer:
                break
        if name and name not in _INLINE:
            _end_block(found, parts, kind)
        if closes:
            kind, holder = ("", "") if name == holder else (kind, holder)
            continue
        if name in _KINDS:
            kind, holder = _KINDS[name], name
        if name and name not in _VOID and (name in _SILENT or _is_left_out(attributes)):
            silent, depth = name, 1
    _end_block(found, parts, kind)
    return found


def _is_left_out(attributes: str) -> bool:
    if "data-search" in attributes and _EMPTY.search(attributes):
        return True
    return "hidden" in attributes and _HIDDEN.search(_QUOTED.sub('""', attributes)) is not None


def _end_block(found: list[tuple[str, str]], parts: list[str], kind: str) -> None:
    text = "".join(parts).strip(_SPACE)
    parts.clear()
    if "&" in text:
        text = _unescape(text).strip(_SPACE)
    if text:
        is_plain = "  " not in text and text.isprintable()  # there are no other spaces to be replaced
        found.append((kind, text if is_plain else _SPACES.sub(" ", text)))


def _unescape(text: str) -> str:
    return _REFERENCE.sub(_character, text) if "&" in text else text


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name[0] != "#":
        return _NAMED.get(name, match[0])
    number = int(f"0{name[1:]}", 0) if name[1] in "xX" else int(name[1:])
    return chr(number) if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"


def weights(document: Document) -> Mapping[str, int]:
    """Return how much each token of a document weighs: title more than names, these more than the other text.

    The number of words does not count, except in the title: a word more or less concerns no other word.
    """
    names = set(document.names)
    counts = count_tokens(line for number, line in enumerate(document.lines) if number not in names)
    found = {token: min(count, _MOST_IN_TEXT) for token, count in counts.items()}
    title = dict.fromkeys(tokens(document.title))
    for token in count_tokens(document.lines[number] for number in document.names).keys() - title.keys():
        found[token] = found.get(token, 0) + _NAME
    for number, token in enumerate(title):
        weight = _TITLE + _TITLE_LENGTHS.get(len(title), 0) + (0 if number else _FIRST)
        found[token] = found.get(token, 0) + weight
    return found
