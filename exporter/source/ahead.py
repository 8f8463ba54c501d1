"""The requests that a sync begins with, made by a process of its own while this one loads the rest of the program.

It only spares time: what did not come, or is not what the sync asks for after all, is asked for as ever.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.errors import SourceError
from exporter.source.bodies import Answer
from exporter.source.retry import RetryableError
from exporter.workers.background import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exporter.source.address import Address

_OK = 200

_MODEL = ("locales", "content_types", "tags")


class Question(NamedTuple):
    """A request: its path under the environment's address, and its parameters."""

    path: str
    parameters: Mapping[str, str]


class Attempt(NamedTuple):
    """What became of a request: the bytes that came, and the answer, None if none came whole."""

    bytes: int
    answer: Answer | None


def first_questions(token: str) -> list[Question]:
    """Return what a delta from a sync token asks for first, in this order."""
    return [*(Question(path, {"limit": "1000"}) for path in _MODEL), Question("sync", {"sync_token": token})]


class Ahead:
    """Answers that were asked for ahead; those that come after another question than expected count no more."""

    def __init__(self, found: Callable[[], Sequence[Any]]) -> None:
        self._found = found
        self._left: list[Any] | None = None

    def take(self, path: str, parameters: Mapping[str, str]) -> Attempt | None:
        """Return what became of a request, after waiting for it; None if it was not made."""
        if self._left is None:
            self._left = list(self._found())
        if not self._left or tuple(self._left[0][:2]) != (path, dict(parameters)):
            self._left = []
            return None
        _, _, received, answer = self._left.pop(0)
        return Attempt(received, Answer(*answer) if answer is not None else None)


@contextmanager
def asking(address: Address, access_token: str, deadline: float, questions: list[Question]) -> Iterator[Ahead]:
    """Ask while the block runs, which is given the answers; `deadline` is in seconds, for each request."""
    plain = [tuple(question) for question in questions]
    with in_background(ask_all, address, access_token, deadline, plain, alone=False) as found:
        yield Ahead(found)


def ask_all(address: Address, access_token: str, deadline: float, questions: list[Any]) -> list[Any]:
    """Ask one question after another until one is not answered as it should be.

    Return for each its path, its parameters, the bytes that came and the answer as a tuple, None if none came whole.
    """
    from exporter.source.connection import Connection

    connection, asked = Connection(address, access_token), []
    for path, parameters in questions:
        before = connection.bytes
        try:
            answer = connection.ask(path, parameters, deadline)
        except (RetryableError, SourceError):
            answer = None
        plain = (answer.status, dict(answer.headers), bytes(answer.packed)) if answer is not None else None
        asked.append((path, dict(parameters), connection.bytes - before, plain))
        if answer is None or answer.status != _OK:
            break
    return asked
