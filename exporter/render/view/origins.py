"""Which item and field a value of a page was read from, so that a warning about it names both."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.core.encoding import Json
    from exporter.guide.library.questions import ReadLog


class Origins:
    """The origins of values, found in what the page has read so far.

    Values are told apart by identity: each is kept beside its origin, so that its id is not used again.
    """

    def __init__(self, reads: ReadLog, page_key: str) -> None:
        self._reads = reads
        self._page_key = page_key
        self._known: dict[int, tuple[object, tuple[str, str]]] = {}

    def of(self, value: object) -> tuple[str, str]:
        """Return the item and field that a value was read from; the page's own item and no field for any other."""
        if id(value) not in self._known:
            self._known[id(value)] = value, self._find(value)
        return self._known[id(value)][1]

    def stand_for(self, part: object, whole: object) -> None:
        """Give a value the origin of the one that it was made of."""
        self._known[id(part)] = part, self.of(whole)

    def _find(self, value: object) -> tuple[str, str]:
        for key, argument, answer in reversed(list(self._reads)):
            if argument.startswith("f/") and _holds(answer[0], value):
                return key, argument.split("/", 2)[2]
        return self._page_key, ""


def _holds(whole: Json, part: object) -> bool:
    """Tell whether a value is, at any depth, this very part."""
    pending = [whole]
    while pending:
        each = pending.pop()
        if each is part:
            return True
        if isinstance(each, dict):
            pending += each.values()
        elif isinstance(each, list):
            pending += each
    return False
