"""What GitHub shows of a run: annotations at problems, and the summary of a step."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.report.problems import listed_problems
from exporter.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.report.problems import Problem
    from exporter.report.report import Report

_MARKUP = re.compile(r"([\\`*_{}\[\]<>()#+!|&~@-])")


def annotation_lines(problems: Iterable[Problem], *, verbose: bool) -> list[str]:
    """Return the lines that make annotations of problems."""
    return [annotation(problem) for problem in listed_problems(problems, verbose=verbose)[0]]


def failure_annotation(code: str, message: str) -> str:
    """Return the line that makes an annotation of the error that ended a run."""
    return f"::error title={_property(code)}::{_data(message)}"


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
    tables = [report.check.table() if report.check is not None else []]
    tables += [[["severity", "code", "problem"], *([found.severity, found.code, found.message] for found in listed)]]
    for table in tables:
        lines += ["", *_table(table)] if len(table) > 1 else []
    lines += ["", *(f"- and {number} more of {code}" for code, number in more.items())]
    return "\n".join([*lines, "", ""])


def _table(rows: list[list[str]]) -> list[str]:
    written = [f"| {' | '.join(_plain(one_line(cell, 400)) for cell in row)} |" for row in rows]
    return [written[0], "|" + " --- |" * len(rows[0]), *written[1:]]


def _plain(text: str) -> str:
    """Return a text of the space with its markup escaped."""
    return _MARKUP.sub(r"\\\1", text)
