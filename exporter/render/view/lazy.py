"""Lists and settings as templates see them: worked out, and recorded as reads, when a template looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from exporter.guide.library import questions
from exporter.guide.pages.urls import map_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.render.view.view import Entry, View


class SiteValues:
    """The values of site.yaml that templates may use, as `site`; its texts in the page's language if that has them.

    A value is asked for, and recorded, once a page: then it is an attribute.
    """

    _NAMES = frozenset({"accent", "accent_colours", "logo", "logo_size", "base_url", "offline", "search", "icons"})
    _MAP = "map"

    def __init__(self, view: View) -> None:
        self._view = view

    def __getattr__(self, name: str) -> Any:
        value = self.__dict__[name] = self._ask(name)
        return value

    def _ask(self, name: str) -> Any:
        if name in SITE_TEXTS:
            return site_text(self._view, name)
        if name == self._MAP:
            has_map = self._view.ask(questions.HAS_MAP)
            return self._view.link(map_url(self._view.guide, self._view.locale)) if has_map else ""
        if name not in self._NAMES:
            raise AttributeError(name)
        return self._view.ask(questions.site_value(name))


SITE_TEXTS = frozenset({"title", "description", "licence"})
"""The texts about the guide, which words named `site.title` and so on translate."""


def site_text(view: View, name: str) -> str:
    """Return a text about the guide in the page's language: the project's word for it, else that of site.yaml."""
    word = view.ask(questions.word(f"site.{name}", view.locale))
    return word if word != f"site.{name}" else view.ask(questions.site_value(name)) or ""


def locale_of_site(view: View) -> str:
    """Return the locale that the guide's title is in: the page's where a word translates it, else the guide's first.

    That is the page's as well where the two are of one language.
    """
    name, first = "site.title", view.guide.locales[0]
    if view.ask(questions.word(name, view.locale)) != name:
        return view.ask(questions.word_language(name, view.locale)) or view.locale
    return view.locale if first.partition("-")[0] == view.locale.partition("-")[0] else first


class Lazy(Sequence[Any]):
    """A sequence that is made when it is first looked at: a page that does not look has not read it."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], Sequence[Any]]) -> None:
        self._make = make
        self._made: Sequence[Any] | None = None

    def _items(self) -> Sequence[Any]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def __getitem__(self, index: Any) -> Any:
        return self._items()[index]

    def __len__(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())

    def __repr__(self) -> str:
        return repr(tuple(self._items()))


class EntryList(Lazy):
    """The entries of a content type in their order: `[:n]` reads only the first n, `length` only their number."""

    __slots__ = ("_letter", "_type", "_view")

    def __init__(self, view: View, type_id: str, letter: str = "") -> None:
        super().__init__(tuple)
        self._view = view
        self._type = type_id
        self._letter = letter

    def _items(self) -> Sequence[Any]:
        """Ask for all entries. A method, not a `make` function: that would hold this object in a reference cycle."""
        if self._made is None:
            self._made = self._ask()
        return self._made

    def _ask(self, most: int | None = None) -> tuple[Entry, ...]:
        view = self._view
        keys = view.ask(questions.entry_keys(self._type, view.locale, self._letter, most))
        return tuple(view.known(loaded) for loaded in view.library.items.load_all(keys))

    def __getitem__(self, index: Any) -> Any:
        first = isinstance(index, slice) and index.start in (None, 0) and index.step is None
        if first and isinstance(index.stop, int) and index.stop >= 0 and self._made is None:
            return self._ask(index.stop) if index.stop else ()
        return super().__getitem__(index)

    def __len__(self) -> int:
        if self._letter or self._made is not None:
            return super().__len__()
        if self._type.startswith("@"):
            return self._view.ask(questions.list_count(self._type, self._view.locale))
        return self._view.ask(questions.entry_count(self._type))
