"""What GitHub shows of a run: annotations at problems, and the summary of a step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from exporter.report.problems import Problem, listed_problems
from exporter.report.text import one_line, place_of, sized

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.report.changes import Changes, ListedChange
    from exporter.report.report import Report

LARGEST_SUMMARY = 1 << 20
"""Bytes of all summaries of a step; of a larger file GitHub shows nothing."""
_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|&~@$^=-])")
_BARE_LINK = re.compile(r"(?i)(www|\w+)(\.(?<=www\.)|:(?=//))")


def annotation_lines(problems: Iterable[Problem], *, verbose: bool) -> list[str]:
    """Return the lines that make annotations of problems."""
    return [annotation(problem) for problem in listed_problems(problems, verbose=verbose)[0]]


def failure_annotations(code: str, message: str) -> list[str]:
    """Return the lines that make annotations of the error that ended a run: one for each line of site.yaml in it."""
    sentences = message.splitlines()
    places = [place_of(sentence) for sentence in sentences]
    if not all(file for file, _ in places):
        return [f"::error title={_property(code)}::{_data(message)}"]
    placed = zip(sentences, places, strict=True)
    return [annotation(Problem("error", code, text, file=file, line=line)) for text, (file, line) in placed]


def failure_summary(command: str, message: str) -> str:
    """Return the error that ended a run as Markdown."""
    return f"### exporter {command}\n\n- error: {_plain(one_line(message, 1000))}\n\n"


def annotation(problem: Problem) -> str:
    """Return the workflow command that makes an annotation of a problem, at its file and line where it has them."""
    where = {"file": problem.file, "line": str(problem.line or ""), "title": problem.code}
    properties = ",".join(f"{name}={_property(value)}" for name, value in where.items() if value)
    return f"::{problem.severity} {properties}::{_data(one_line(problem.message, 1000))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(report: Report, *, verbose: bool = False) -> str:
    """Return what a run did as Markdown: the summary, the translation coverage, the problems."""
    listed, more = listed_problems(report.problems, verbose=verbose)
    lines = [f"### exporter {report.command}", "", *(f"- {_plain(line)}" for line in report.sentences())]
    lines += _changes(report.changes) if report.changes is not None else []
    tables = [report.check.table() if report.check is not None else []]
    tables += [[["severity", "code", "problem"], *([found.severity, found.code, found.message] for found in listed)]]
    for table in tables:
        lines += ["", *_table(table)] if len(table) > 1 else []
    lines += ["", *(f"- and {number} more of {code}" for code, number in more.items())]
    return "\n".join([*lines, "", ""])


def _changes(changes: Changes) -> list[str]:
    """Return what changed as lines: what became of site/, then items by title, each with a link to its page."""
    lines = [f"- {_plain(changes.site.sentence())}"] if changes.site is not None else []
    if changes.listed:
        rows = [
            f"| {change.how} | {_linked(change, changes.base_url)} | {_plain(one_line(change.type))} |"
            f" {sized(change.size) if change.size else ''} |"
            for change in changes.listed
        ]
        lines += ["", "| | title | type | page |", "| --- | --- | --- | ---: |", *rows]
    return [*lines, *(["", f"and {changes.more} more"] if changes.more else [])]


def _linked(change: ListedChange, base_url: str) -> str:
    """Return an item's title, as a link to its page where the guide's address is known and it has one."""
    title = _plain(one_line(change.title, 200))
    if not (base_url and change.url):
        return title
    return f"[{title}](<{base_url}{quote(change.url, errors='replace')}>)"


def fitting(text: str, room: int) -> str:
    """Return as many whole lines of a summary as fit into some bytes, and a last one that says what is missing."""
    if len(text.encode()) <= room:
        return text
    note = "\n\nThe rest of this summary is left out: GitHub shows 1 MiB of a step.\n"
    kept = text.encode()[: max(0, room - len(note))].rpartition(b"\n")[0].decode("utf-8", "ignore")
    return f"{kept}{note}" if kept else ""


def _table(rows: list[list[str]]) -> list[str]:
    written = [f"| {' | '.join(_plain(one_line(cell, 400)) for cell in row)} |" for row in rows]
    return [written[0], "|" + " --- |" * len(rows[0]), *written[1:]]


def _plain(text: str) -> str:
    """Return a text of the space with its markup escaped, also where it would become a link by itself."""
    return _BARE_LINK.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", text))
