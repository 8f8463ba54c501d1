"""What a page asked: subjects with their answers, questions that many pages share, and the log of one page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.encoding import value_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.core.encoding import Json


class Subject:
    """What questions are asked of: an item, a list, an address. Each is answered once; `answers` are by argument."""

    __slots__ = ("_digests", "answers", "key")

    def __init__(self, key: str) -> None:
        self.key = key
        self.answers: dict[str, Json] = {}
        self._digests: dict[tuple[str, ...], bytes] = {}

    def digest(self, arguments: tuple[str, ...], answers: list[Json]) -> bytes:
        """Return the digest, of 8 bytes, of the answers to some questions."""
        found = self._digests.get(arguments)
        if found is None:
            found = self._digests[arguments] = value_digest(answers)
        return found


class SharedQuestion:
    """A question that many pages ask alike, with its answer and the digest, of 8 bytes, of that."""

    __slots__ = ("_digest", "answer", "argument", "subject")

    def __init__(self, subject: str, argument: str, answer: Json) -> None:
        self.subject = subject
        self.argument = argument
        self.answer = answer
        self._digest: bytes | None = None

    @property
    def digest(self) -> bytes:
        """The digest of the answer."""
        if self._digest is None:
            self._digest = value_digest(self.answer)
        return self._digest


class ReadLog:
    """The questions of one page: by subject the answers by argument, and those that many pages ask alike."""

    __slots__ = ("own", "shared")

    def __init__(self) -> None:
        self.own: dict[str, tuple[Subject, dict[str, Json]]] = {}
        self.shared: dict[SharedQuestion, None] = {}

    def of(self, subject: Subject) -> dict[str, Json]:
        """Return the answers of a subject that are recorded so far; adding to them records a read."""
        found = self.own.get(subject.key)
        if found is None:
            found = self.own[subject.key] = (subject, {})
        return found[1]

    def __iter__(self) -> Iterator[tuple[str, str, Json]]:
        """Yield subject, argument and answer of each question."""
        for question in self.shared:
            yield question.subject, question.argument, question.answer
        for key, (_, answers) in self.own.items():
            yield from ((key, argument, answer) for argument, answer in answers.items())
