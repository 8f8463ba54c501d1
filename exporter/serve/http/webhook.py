"""The webhook: who may ask for a sync, and what item it announces."""

from __future__ import annotations

import hmac
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from exporter.core.encoding import decode
from exporter.core.model import Key
from exporter.mirror.wait import Awaited
from exporter.serve.http.site import Answer, plain

if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

SECRET = "EXPORTER_WEBHOOK_SECRET"  # noqa: S105 - the name of a variable
HEADER = "X-Exporter-Secret"
PATH = "/-/refresh"
MOST_BYTES = 64_000
LONGEST_ANSWER = 25.0
"""Seconds after which it is answered that the item is still awaited: Contentful gives up after 30."""


@dataclass(frozen=True)
class Announced:
    """An item that a webhook announced: one that is to come at a revision, or one that is to go."""

    awaited: Awaited
    goes: bool = False

    def is_met_by(self, revision: int | None) -> bool:
        """Whether the mirror is as announced, with the revision that it has; None if it does not have the item."""
        return revision is None if self.goes else self.awaited.is_met_by(revision)

    def __str__(self) -> str:
        return f"{self.awaited.key} to go" if self.goes else str(self.awaited)


@dataclass
class Refresh:
    """A sync that was asked for: what it waits for, None for nothing, and how it ended once `done` is set."""

    announced: Announced | None
    done: threading.Event = field(default_factory=threading.Event)
    problem: str = ""

    def end(self, problem: str = "") -> None:
        """Let whoever asked know that it is over, with what went wrong."""
        self.problem = problem
        self.done.set()


@dataclass(frozen=True)
class Webhook:
    """Takes requests for a sync that carry the secret; without one set, the address does not exist."""

    secret: str | None
    submit: Callable[[Refresh], None]

    def refused(self, headers: Message) -> Answer | None:
        """Return the answer to a POST without the secret, whose body is not even read; None for one that has it."""
        if not self.secret:
            return plain(404, "Not found")
        if not hmac.compare_digest(headers.get(HEADER, "").encode("utf-8", "replace"), self.secret.encode()):
            return plain(403, f"The header {HEADER} does not hold the secret.")
        return None

    def answer(self, headers: Message, body: bytes) -> Answer:
        """Return what a POST with the secret gets, once the sync is over."""
        refresh = Refresh(read_announced(body, headers.get("X-Contentful-Topic", "")))
        self.submit(refresh)
        if not refresh.done.wait(LONGEST_ANSWER):
            return plain(202, f"{refresh.announced or 'a sync'} is still awaited.")
        return plain(502, refresh.problem) if refresh.problem else plain(200, "synced")


def read_announced(body: bytes, topic: str) -> Announced | None:
    """Read what Contentful's webhook names: an entry or asset with its revision; None for any other body."""
    try:
        sys: Any = decode(body)["sys"]
        kind, identifier, revision = sys["type"], sys["id"], sys.get("revision")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    goes = str(kind).startswith("Deleted") or topic.rpartition(".")[2] in ("unpublish", "delete", "archive")
    key_kind = str(kind).removeprefix("Deleted").lower()
    if key_kind not in ("entry", "asset") or not isinstance(identifier, str) or not identifier:
        return None
    is_number = isinstance(revision, int) and not isinstance(revision, bool)
    return Announced(Awaited(Key(key_kind, identifier), revision if is_number and not goes else None), goes)
