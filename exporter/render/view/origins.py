"""Which item and field a value of a page was read from, so that a warning about it names both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.library.questions import field_of

if TYPE_CHECKING:
    from exporter.core.encoding import Json
    from exporter.guide.library.read_log import ReadLog


class Origins:
    """The origins of values, found in what the page has read so far.

    Values are distinguished by identity, so each one is kept with its origin: the id of a freed object is used again.
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
        """Record that a value has the origin of the value that it was made of."""
        self._known[id(part)] = part, self.of(whole)

    def _find(self, value: object) -> tuple[str, str]:
        for key, argument, answer in reversed(list(self._reads)):
            if (field := field_of(argument)) is not None and _holds(answer[0], value):
                return key, field
        return self._page_key, ""


def _holds(whole: Json, part: object) -> bool:
    """Whether a value is or holds, at any depth, this very object."""
    pending = [whole]
    while pending:
        value = pending.pop()
        if value is part:
            return True
        if isinstance(value, dict):
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return False
