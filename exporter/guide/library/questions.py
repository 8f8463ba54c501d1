"""What questions are asked of, with their answers, and the notes of what a page asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.encoding import value_digest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.core.encoding import Json


SHARED = {"template", "site", "word", "type", "types", "lists", "frame", "tag"}
"""Kinds of subjects that many pages ask the same of."""


class Subject:
    """What questions are asked of: an item, a list, an address; each answer is worked out once."""

    __slots__ = ("_stamps", "answers", "key")

    def __init__(self, key: str) -> None:
        self.key = key
        self.answers: dict[str, Json] = {}
        self._stamps: dict[tuple[str, ...], bytes] = {}

    def stamp(self, arguments: tuple[str, ...], answers: list[Json]) -> bytes:
        """Give 8 bytes that stand for the answers to some questions."""
        found = self._stamps.get(arguments)
        if found is None:
            found = self._stamps[arguments] = value_digest(answers)
        return found


class SharedQuestion:
    """A question that many pages ask alike: its subject, its argument, the answer and 8 bytes that stand for that."""

    __slots__ = ("_stamp", "answer", "argument", "subject")

    def __init__(self, subject: str, argument: str, answer: Json) -> None:
        self.subject = subject
        self.argument = argument
        self.answer = answer
        self._stamp: bytes | None = None

    @property
    def stamp(self) -> bytes:
        """What stands for the answer."""
        if self._stamp is None:
            self._stamp = value_digest(self.answer)
        return self._stamp


class ReadLog:
    """The questions of one page: of each subject the answers by argument, and those that many pages ask alike."""

    __slots__ = ("own", "shared")

    def __init__(self) -> None:
        self.own: dict[str, tuple[Subject, dict[str, Json]]] = {}
        self.shared: dict[SharedQuestion, None] = {}

    def of(self, subject: Subject) -> dict[str, Json]:
        """Give the answers of a subject that are noted so far; what is put into them is noted."""
        found = self.own.get(subject.key)
        if found is None:
            found = self.own[subject.key] = (subject, {})
        return found[1]

    def add(self, others: ReadLog) -> None:
        """Note all that others noted."""
        self.shared |= others.shared
        for subject, answers in others.own.values():
            self.of(subject).update(answers)

    def __iter__(self) -> Iterator[tuple[str, str, Json]]:
        """Yield subject, argument and answer of each question."""
        for each in self.shared:
            yield each.subject, each.argument, each.answer
        for key, (_, answers) in self.own.items():
            yield from ((key, argument, answer) for argument, answer in answers.items())
