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
    """The values of site.yaml that templates may use, as `site`."""

    __slots__ = ("_view",)
    _NAMES = frozenset(
        {"title", "description", "accent", "logo", "logo_size", "base_url", "offline", "search", "icons"}
    )
    _MAP = "map"

    def __init__(self, view: View) -> None:
        self._view = view

    def __getattr__(self, name: str) -> Any:
        if name == self._MAP:
            has_map = self._view.ask(questions.HAS_MAP)
            return self._view.link(map_url(self._view.guide, self._view.locale)) if has_map else ""
        if name not in self._NAMES:
            raise AttributeError(name)
        return self._view.ask(questions.site_value(name))


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
