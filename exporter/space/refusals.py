"""Answers and refusals in the service's own form."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from exporter.model import Json

_VENDOR_JSON = "application/vnd.contentful.delivery.v1+json"


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    body: bytes
    content_type: str = _VENDOR_JSON


def json_answer(body: Json, status: int = 200) -> Answer:
    """Answer with a JSON value."""
    return Answer(status, json.dumps(body, ensure_ascii=True, separators=(",", ":")).encode())


class RefusalError(Exception):
    """An error answer: `sys.type` Error with an id, a message, details where there are any."""

    def __init__(self, status: int, identifier: str, message: str, details: Json = None) -> None:
        super().__init__(message)
        body = {"sys": {"type": "Error", "id": identifier}, "message": message, "requestId": "local"}
        self.answer = json_answer(body | ({"details": details} if details is not None else {}), status)
