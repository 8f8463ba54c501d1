"""How markup may be nested: never deeper than browsers follow, and nothing where HTML does not allow it."""

from __future__ import annotations

import re
from collections import Counter

DEEPEST = 60
"""How many elements stand inside one another at the most; browsers give up at some five hundred."""

_FEW = 4 * DEEPEST
_RAW = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>")
_VOID = {"br", "hr", "img", "input", "wbr", "meta", "link", "source", "area", "base", "col", "embed", "track"}
_ENDED = {"p", "li", "td", "th", "tr", "dt", "dd", "tbody", "thead", "option"}
"""Elements that end where the next one of the same kind begins, so that many need not be deep."""


def flatten(markup: str) -> str:
    """Drop the tags, not the text, of what is nested too deep. Markup with few tags is not looked at."""
    return _Flattener().flatten(markup) if markup.count("<") > _FEW else markup


class _Flattener:
    def __init__(self) -> None:
        self._depth = 0
        self._open: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()

    def flatten(self, markup: str) -> str:
        return _RAW.sub(self._written, markup)

    def _written(self, found: re.Match[str]) -> str:
        name = found[2].lower()
        if name in _VOID or name in _ENDED:
            return found[0]
        return self._closed(name, found[0]) if found[1] else self._opened(name, found[0])

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
"""An item that was added, so that it is told from those that editors write."""
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
_NEVER_INSIDE = {"a": {"a"}, "dfn": {"dfn"}, **{each: {"th"} for each in _HEADINGS}}


_SELDOM = {*_NEEDS, *_NEVER_INSIDE}
_BARE = re.compile(r"(?:<[uo]l[^<>]*>|</li>)\s*+[^<\s]")
"""Text in a list beside its items."""


def _children() -> dict[str, set[str]]:
    """Give what may stand directly in each element."""
    inline = {*_INLINE, "br", "img"}
    found = dict.fromkeys((*_INLINE, *_HEADINGS, "p", "pre"), inline)
    found |= dict.fromkeys(_HOLDS_BLOCKS, inline | _BLOCKS)
    return found | {each: {name for name, above in _PARENTS.items() if each in above} for each in _HOLDERS}


_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "i", "ins", "kbd", "mark", "q", "s", "samp"),
    *("small", "span", "strong", "sub", "sup", "u", "var"),
}
_HOLDERS = {"ul", "ol", "table", "tbody", "thead", "tr"}
_INSIDE = _children()


def fit(markup: str) -> str:
    """Drop the tags of safe, balanced markup that stand where HTML does not allow them; their text stays."""
    return markup if _surely_fits(markup) else _Fitter().fit(markup)


def _surely_fits(markup: str) -> bool:
    """Tell quickly of most markup that nothing in it has to be dropped."""
    if _BARE.search(markup):
        return False
    names = [""]
    for closing, name, attributes in _TOKEN.findall(markup):
        if closing:
            names.pop()
        elif name not in _INSIDE[names[-1]] or (name in _SELDOM and not _seldom_fits(name, attributes, names)):
            return False
        elif name not in _VOID:
            names.append(name)
    return True


def _seldom_fits(name: str, attributes: str, names: list[str]) -> bool:
    return _NEEDS.get(name, "") in attributes and _NEVER_INSIDE.get(name, set()).isdisjoint(names)


class _Fitter:
    """Writes markup anew, tag by tag.

    `_open` holds what is open with whether it was written, `_names` those that were written; an item that was `_added`
    stands around what is bare in a list.
    """

    def __init__(self) -> None:
        self._open: list[tuple[str, bool]] = []
        self._names: list[str] = [""]
        self._inside: Counter[str] = Counter()
        self._out: list[str] = []

    def fit(self, markup: str) -> str:
        end = 0
        for found in _TOKEN.finditer(markup):
            self._text(markup[end : found.start()])
            end = found.end()
            if found[1]:
                self._close()
            else:
                self._start(found[2], found[3], found[0])
        self._text(markup[end:])
        return "".join(self._out)

    def _text(self, text: str) -> None:
        if text and not text.isspace():
            self._add_item()
        self._out.append(text)

    def _add_item(self) -> None:
        """Put an item around what stands in a list without one."""
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
        if any(self._inside[each] for each in _NEVER_INSIDE.get(name, ())):
            return False
        return name not in _BLOCKS or self._around() in _HOLDS_BLOCKS

    def _around(self) -> str:
        """Give the element that says what may stand here: links and the like stand for what they are in."""
        return next(each for each in reversed(self._names) if each not in _TRANSPARENT)

    def _close(self) -> None:
        self._end_item()
        if self._open:
            self._pop()


def _instead(name: str) -> str:
    """Give what stands for a tag that is dropped, so that words which it parted stay apart."""
    return " " if name in _BLOCKS or name in _PARENTS else ""
