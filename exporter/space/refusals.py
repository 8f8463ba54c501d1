"""Responses and refusals in the service's own form."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from exporter.core.encoding import Json

_VENDOR_JSON = "application/vnd.contentful.delivery.v1+json"


@dataclass(frozen=True)
class Answer:
    """An HTTP response."""

    status: int
    body: bytes
    content_type: str = _VENDOR_JSON
    headers: Mapping[str, str] = field(default_factory=dict)

    def with_headers(self, headers: Mapping[str, str]) -> Answer:
        """Return the response with more headers."""
        return replace(self, headers={**self.headers, **headers})


def json_answer(body: Json, status: int = 200) -> Answer:
    """Return a response with a JSON value."""
    return Answer(status, json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode())


class RefusalError(Exception):
    """An error response: `sys.type` Error with an id, a message, and details where there are any."""

    def __init__(self, status: int, identifier: str, message: str, details: Json = None) -> None:
        super().__init__(message)
        body = {"sys": {"type": "Error", "id": identifier}, "message": message, "requestId": "local"}
        self.answer = json_answer(body | ({"details": details} if details is not None else {}), status)


_INVALID = (
    "The query you sent was invalid. Probably a filter or ordering specification is not applicable "
    "to the type of a field."
)


def whole_number(values: Mapping[str, str], name: str, default: int, *, least: int, largest: int) -> int:
    """Return a parameter that is a whole number. Raises RefusalError for anything else, and out of range."""
    text = values.get(name, str(default))
    if not text.isascii() or not text.isdigit() or len(text) > 10 or not least <= int(text) <= largest:
        details = {"errors": [{"name": "invalid", "path": [name], "value": text[:100]}]}
        raise RefusalError(400, "InvalidQuery", _INVALID, details)
    return int(text)


def unknown_paths(names: list[str]) -> RefusalError:
    """Return the refusal of parameters that the service does not know."""
    errors = [{"name": "unknown", "path": [name], "details": f'The path "{name}" is not recognized'} for name in names]
    return RefusalError(400, "InvalidQuery", _INVALID, {"errors": errors})
