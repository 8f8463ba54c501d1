"""Rich Text as templates see it: a closed value that the `html` filter renders."""

from __future__ import annotations

from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from exporter.core.encoding import Json


@dataclass(frozen=True)
class RichText:
    """A Rich Text document; the `html` filter renders it. Templates cannot look into it, so none can change it."""

    _document: Mapping[str, Json]

    def __bool__(self) -> bool:
        return bool(self._document.get("content"))

    def __repr__(self) -> str:
        return "Rich Text"


document_of: Callable[[RichText], Mapping[str, Json]] = attrgetter("_document")
"""Return the document of a Rich Text as it came."""
