"""Content types as the navigation shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.cached_property import cached_property
from exporter.guide.library import questions
from exporter.guide.pages.urls import list_url
from exporter.render.view.fields import type_name

if TYPE_CHECKING:
    from exporter.render.view.view import View


class TypeLink:
    """A content type in the navigation: its id, its name, its list's address and how many entries it has.

    Where it has one entry, name and address are that entry's.
    """

    def __init__(self, view: View, type_id: str) -> None:
        self._view = view
        self.id = type_id

    def __repr__(self) -> str:
        return self.id

    @property
    def name(self) -> str:
        """What the type's list is called, or its only entry."""
        title = self._sole[1] if self._sole is not None else ""
        return title or type_name(self._view, self.id)

    @property
    def locale(self) -> str:
        """The locale that the name came from."""
        return self._sole[2] if self._sole is not None else self._view.locale

    @cached_property
    def _sole(self) -> tuple[str, str, str] | None:
        """Address, title and its locale of the only entry, None where there are more."""
        return self._view.ask(questions.sole_entries(self._view.locale)).get(self.id)

    @property
    def url(self) -> str:
        """The relative address of the type's list or only entry, "" for a type of parts of pages, which has none."""
        if self.id in self._view.guide.embedded_types:
            return ""
        if self._sole is not None:
            return self._view.link(self._sole[0])
        return self._view.link(list_url(self._view.guide, self.id, self._view.locale))

    @property
    def count(self) -> int:
        """How many entries the type has, a home of the guide apart."""
        homes = self._view.ask(questions.home_keys(self._view.locale)).values()
        return self._view.ask(questions.entry_count(self.id)) - sum(type_id == self.id for type_id in homes)
