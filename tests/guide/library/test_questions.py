"""Questions: each has one constructor, and no two of them are confused in the index."""

from __future__ import annotations

from inspect import isfunction, signature
from typing import Any

from exporter.guide.library import questions
from exporter.guide.library.item_answers import _ANSWERS as ITEM_ANSWERS
from exporter.guide.library.library import _ANSWERS
from exporter.guide.library.list_answers import _ANSWERS as LIST_ANSWERS
from exporter.guide.library.questions import ItemQuestion, Question

VALUES = {"str": "a", "int": 1, "int | None": 2}


def make(function: Any) -> Any:
    """Return the question that a constructor makes from sample arguments."""
    return function(*(VALUES[parameter.annotation] for parameter in signature(function).parameters.values()))


def all_questions() -> dict[str, Any]:
    """Return every question of the module by its name, with sample arguments."""
    members = vars(questions).items()
    functions = {name: member for name, member in members if isfunction(getattr(member, "__wrapped__", member))}
    own = {name: function for name, function in functions.items() if function.__module__ == questions.__name__}
    made = {name: make(function) for name, function in own.items() if "Question[" in returned(function)}
    return made | {name: member for name, member in members if isinstance(member, ItemQuestion | Question)}


def returned(function: Any) -> str:
    return str(signature(function).return_annotation)


def test_no_letter_means_two_things() -> None:
    assert not ITEM_ANSWERS.keys() & LIST_ANSWERS.keys()
    assert {len(letter) for letter in (*ITEM_ANSWERS, *LIST_ANSWERS)} == {1}


def test_every_question_is_answered_and_every_answer_is_asked_for() -> None:
    found = all_questions().values()
    items = {question.argument.partition("/")[0] for question in found if isinstance(question, ItemQuestion)}
    others = [question for question in found if isinstance(question, Question)]
    subjects = {question.subject.partition(":")[0] for question in others}
    lists = {question.argument.partition("/")[0] for question in others if question.subject.startswith("list:")}
    assert (items, lists, subjects) == (set(ITEM_ANSWERS), set(LIST_ANSWERS), set(_ANSWERS))


def test_only_the_url_question_has_two_forms() -> None:
    found = {name: question for name, question in all_questions().items() if name != "file_path"}
    assert len(found) > 25
    distinct = {
        (question.subject if isinstance(question, Question) else "item", question.argument): name
        for name, question in found.items()
    }
    assert len(distinct) == len(found)


def test_packed_argument_is_no_longer_than_its_values() -> None:
    for name, question in all_questions().items():
        assert len(question.argument) <= len("k/a/a/2"), name
