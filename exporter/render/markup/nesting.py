"""How markup may be nested: never deeper than browsers follow, and no element where HTML does not allow it."""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 60
"""Elements inside one another at the most; browsers give up at some five hundred."""

_SURELY_SHALLOW = 4 * DEEPEST
"""Signs `<` in a markup up to which its depth is not looked at."""
_RAW = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_VOID = {"br", "hr", "img", "input", "wbr", "meta", "link", "source", "area", "base", "col", "embed", "track"}
_SELF_ENDING = {"p", "li", "td", "th", "tr", "dt", "dd", "tbody", "thead", "option"}
"""Elements that end where the next one of their kind begins, so that many of them need not be deep."""


def limit_depth(markup: str) -> str:
    """Drop the tags, not the text, of what is nested too deep. Markup with few tags is not looked at."""
    return _DepthLimiter().limit(markup) if markup.count("<") > _SURELY_SHALLOW else markup


class _DepthLimiter:
    def __init__(self) -> None:
        self._depth = 0
        self._open: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()

    def limit(self, markup: str) -> str:
        return _RAW.sub(self._written, markup)

    def _written(self, tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name in _VOID or name in _SELF_ENDING:
            return tag[0]
        return self._closed(name, tag[0]) if tag[1] else self._opened(name, tag[0])

    def _opened(self, name: str, tag: str) -> str:
        if self._depth == DEEPEST:
            self._dropped[name] += 1
            return " "
        self._depth += 1
        self._open[name] += 1
        return tag

    def _closed(self, name: str, tag: str) -> str:
        if self._dropped[name]:
            self._dropped[name] -= 1
            return " "
        if self._open[name]:
            self._open[name] -= 1
            self._depth -= 1
        return tag


_TOKEN = re.compile(r'<(/?)([a-z][a-z0-9]*+)((?: [a-z]+="[^"]*")*+)>')
_HEADINGS = {f"h{level}" for level in range(1, 7)}
_BLOCKS = {*_HEADINGS, "blockquote", "div", "hr", "ol", "p", "pre", "table", "ul"}
_ADDED = "li "
"""The name of an item that was added, to distinguish it from those that editors write."""
_HOLDS_BLOCKS = {"", _ADDED, "blockquote", "div", "li", "td", "th"}
_TRANSPARENT = {"a", "del", "ins"}
_PARENTS = {
    "li": {"ul", "ol"},
    "tr": {"table", "tbody", "thead"},
    "td": {"tr"},
    "th": {"tr"},
    "tbody": {"table"},
    "thead": {"table"},
}
_NEEDS = {"a": " href=", "bdo": " dir="}
_NEVER_INSIDE = {"a": {"a"}, "dfn": {"dfn"}, **{heading: {"th"} for heading in _HEADINGS}}


_CONDITIONAL = {*_NEEDS, *_NEVER_INSIDE}
_BARE = re.compile(r"(?:<[uo]l[^<>]*>|</li>)\s*+[^<\s]")
"""Text in a list outside of its items."""


def _children() -> dict[str, set[str]]:
    """Return what may stand directly in each element."""
    inline = {*_INLINE, "br", "img"}
    children = dict.fromkeys((*_INLINE, *_HEADINGS, "p", "pre"), inline)
    children |= dict.fromkeys(_HOLDS_BLOCKS, inline | _BLOCKS)
    return children | {holder: {name for name, above in _PARENTS.items() if holder in above} for holder in _HOLDERS}


_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"),
    *("small", "span", "strong", "sub", "sup", "u", "var"),
}
_HOLDERS = {"ul", "ol", "table", "tbody", "thead", "tr"}
_INSIDE = _children()


def drop_misplaced_tags(markup: str) -> str:
    """Drop the tags of safe, balanced markup that stand where HTML does not allow them; their text stays."""
    return markup if _is_surely_valid(markup) else _TagDropper().write(markup)


def _is_surely_valid(markup: str) -> bool:
    """Whether nothing has to be dropped, as is true of most markup: a quick test that may be wrongly False."""
    if _BARE.search(markup):
        return False
    names = [""]
    for closing, name, attributes in _TOKEN.findall(markup):
        if closing:
            names.pop()
        elif name not in _INSIDE[names[-1]] or (name in _CONDITIONAL and not _is_met(name, attributes, names)):
            return False
        elif name not in _VOID:
            names.append(name)
    return True


def _is_met(name: str, attributes: str, names: list[str]) -> bool:
    return _NEEDS.get(name, "") in attributes and _NEVER_INSIDE.get(name, set()).isdisjoint(names)


class _TagDropper:
    """Writes markup anew, tag by tag.

    `_open` holds the open elements with whether their tag was written, `_names` those whose tag was. An item is added
    around what stands in a list outside of its items.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        self._names: list[str] = [""]
        self._inside: Counter[str] = Counter()
        self._out: list[str] = []

    def write(self, markup: str) -> str:
        end = 0
        for tag in _TOKEN.finditer(markup):
            self._text(markup[end : tag.start()])
            end = tag.end()
            if tag[1]:
                self._close()
            else:
                self._start(tag[2], tag[3], tag[0])
        self._text(markup[end:])
        return "".join(self._out)

    def _text(self, text: str) -> None:
        if text and not text.isspace():
            self._add_item()
        self._out.append(text)

    def _add_item(self) -> None:
        """Open an item around what stands in a list without one."""
        if self._names[-1] in ("ul", "ol"):
            self._push(_ADDED, "<li>", written=True)

    def _end_item(self) -> None:
        if self._names[-1] == _ADDED:
            self._pop()

    def _push(self, name: str, tag: str, *, written: bool) -> None:
        self._out.append(tag)
        self._open.append((name, written))
        if written:
            self._names.append(name)
            self._inside[name] += 1

    def _pop(self) -> None:
        name, written = self._open.pop()
        if written:
            self._names.pop()
            self._inside[name] -= 1
        self._out.append(f"</{name.strip()}>" if written else _instead(name))

    def _start(self, name: str, attributes: str, tag: str) -> None:
        if name == "li":
            self._end_item()
        else:
            self._add_item()
        allowed = self._allows(name, attributes)
        if name in _VOID:
            self._out.append(tag if allowed else _instead(name))
        else:
            self._push(name, tag if allowed else _instead(name), written=allowed)

    def _allows(self, name: str, attributes: str) -> bool:
        if name in _PARENTS:
            return self._names[-1] in _PARENTS[name]
        if name in _NEEDS and _NEEDS[name] not in attributes:
            return False
        if any(self._inside[outer] for outer in _NEVER_INSIDE.get(name, ())):
            return False
        return name not in _BLOCKS or self._around() in _HOLDS_BLOCKS

    def _around(self) -> str:
        """Return the element that decides what may stand here: links and the like allow what their parent allows."""
        return next(name for name in reversed(self._names) if name not in _TRANSPARENT)

    def _close(self) -> None:
        self._end_item()
        if self._open:
            self._pop()


def _instead(name: str) -> str:
    """Return what replaces a dropped tag: a space where words that it separated would run together."""
    return " " if name in _BLOCKS or name in _PARENTS else ""
