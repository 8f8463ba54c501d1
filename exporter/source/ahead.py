"""The requests that a sync begins with, made by a process of its own while this one loads the rest of the program.

It only spares time: what did not come, or is not what the sync asks for after all, is asked for as ever.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.core.errors import SourceError
from exporter.source.bodies import OK, Answer
from exporter.source.retry import RetryableError
from exporter.workers.background import in_background

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from exporter.source.address import Address

_MODEL = ("locales", "content_types", "tags")


class Attempt(NamedTuple):
    """What became of a request: the bytes that came, and the answer, None if none came whole."""

    bytes: int
    answer: Answer | None


def first_questions(token: str) -> list[tuple[str, dict[str, str]]]:
    """Return what a delta from a sync token asks for, in this order: paths under the environment, and parameters."""
    return [*((path, {"limit": "1000"}) for path in _MODEL), ("sync", {"sync_token": token})]


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
def asking(
    address: Address, access_token: str, deadline: float, questions: list[tuple[str, dict[str, str]]]
) -> Iterator[Ahead]:
    """Ask while the block runs, which is given the answers; `deadline` is in seconds, for each request."""
    with in_background(ask_all, address, access_token, deadline, questions, alone=False) as found:
        yield Ahead(found)


def ask_all(
    address: Address, access_token: str, deadline: float, questions: list[tuple[str, dict[str, str]]]
) -> list[Any]:
    """Ask one question after another until one is not answered as it should be.

    Return for each its path, its parameters, the bytes that came and the answer as a tuple, None if none came whole.
    """
    from exporter.source.connection import Connection

    connection, asked = Connection(address, access_token), list[Any]()
    for path, parameters in questions:
        before = connection.bytes
        try:
            status, headers, packed = connection.ask(path, parameters, deadline)
        except (RetryableError, SourceError):
            asked.append((path, parameters, connection.bytes - before, None))
            break
        asked.append((path, parameters, connection.bytes - before, (status, headers, bytes(packed))))
        if status != OK:
            break
    return asked
