"""The words for what can be wrong in the content and the guide, and how much each weighs unless site.yaml says else."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.report.report import Problem, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_MOST = 50
"""Problems of one code that are told one by one, unless more is asked for."""

CODES: Mapping[str, str] = {
    "link-unresolved": "warning",
    "link-dead": "warning",
    "link-refused": "warning",
    "picture-elsewhere": "warning",
    "text-too-long": "warning",
    "required-missing": "error",
    "translation-missing": "off",
    "alt-missing": "warning",
    "coordinates-out-of-range": "error",
    "address-clash": "warning",
    "image-size-missing": "warning",
    "file-too-large": "warning",
    "page-link-dead": "error",
    "page-anchor-dead": "error",
    "static-hidden": "warning",
    "site-missing": "warning",
}
"""Those that `check` in site.yaml can weigh. A code that is not among them stands for what cannot be left as it is."""


def problem(code: str, message: str, **where: str | int) -> Problem:
    """Make a problem that weighs what its code does by default."""
    return Problem(CODES.get(code, "error"), code, message, **where)  # type: ignore[arg-type] # texts, and `line`


def wanted(chosen: Mapping[str, str]) -> frozenset[str]:
    """Give the codes that are not off, so that nothing is looked for in vain."""
    return frozenset(code for code, severity in {**CODES, **chosen}.items() if severity != "off")


def weigh(problems: Iterable[Problem], chosen: Mapping[str, str], *, strict: bool = False) -> Iterator[Problem]:
    """Yield problems with the severities that site.yaml chose, none that is off; `strict` makes errors of warnings."""
    for each in problems:
        severity = chosen.get(each.code, each.severity)
        if strict and severity == "warning":
            severity = "error"
        if severity != "off":
            yield replace(each, severity=severity)


def first_of_each(problems: Iterable[Problem], *, verbose: bool) -> tuple[list[Problem], Counter[str]]:
    """Give the problems to be told one by one, and how many more there are of which code.

    What reads the same in several locales is told once.
    """
    counts: Counter[str] = Counter()
    told = []
    once: dict[tuple[str, ...], Problem] = {}
    for each in problems:
        once.setdefault((each.severity, each.code, each.message), each)
    for each in once.values():
        counts[each.code] += 1
        if verbose or counts[each.code] <= _MOST:
            told.append(each)
    return told, counts - Counter(each.code for each in told)


def problem_lines(problems: Iterable[Problem], *, verbose: bool) -> list[str]:
    """Give the problems as lines for people, with the codes that `check` in site.yaml weighs."""
    told, more = first_of_each(problems, verbose=verbose)
    lines = [f"{each.severity}: {one_line(each.message, 1000)} [{each.code}]" for each in told]
    return [*lines, *(f"and {number} more of {code}: -v or --json lists all" for code, number in more.items())]
