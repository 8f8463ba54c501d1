"""The codes of what can be wrong in content and guide, with their severities unless site.yaml sets others."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from exporter.report.report import Problem, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_MOST = 50
"""Problems of one code that are listed one by one, unless -v asks for all."""

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
"""The codes whose severity `check` in site.yaml can set. Any other code is always an error."""


def problem(code: str, message: str, **where: str | int) -> Problem:
    """Return a problem with the default severity of its code."""
    return Problem(CODES.get(code, "error"), code, message, **where)  # type: ignore[arg-type] # texts, and `line`


def wanted(chosen: Mapping[str, str]) -> frozenset[str]:
    """Return the codes that are not off, so that nothing is looked for in vain."""
    return frozenset(code for code, severity in {**CODES, **chosen}.items() if severity != "off")


def weigh(problems: Iterable[Problem], chosen: Mapping[str, str], *, strict: bool = False) -> Iterator[Problem]:
    """Yield problems with the severities that site.yaml sets, none that is off; `strict` makes warnings errors."""
    for found in problems:
        severity = chosen.get(found.code, found.severity)
        if strict and severity == "warning":
            severity = "error"
        if severity != "off":
            yield replace(found, severity=severity)


def listed_problems(problems: Iterable[Problem], *, verbose: bool) -> tuple[list[Problem], Counter[str]]:
    """Return the problems to list one by one, and how many more there are of each code.

    A message that is the same in several locales is listed once.
    """
    counts: Counter[str] = Counter()
    listed = []
    once: dict[tuple[str, ...], Problem] = {}
    for found in problems:
        once.setdefault((found.severity, found.code, found.message), found)
    for found in once.values():
        counts[found.code] += 1
        if verbose or counts[found.code] <= _MOST:
            listed.append(found)
    return listed, counts - Counter(found.code for found in listed)


def problem_lines(problems: Iterable[Problem], *, verbose: bool) -> list[str]:
    """Return the problems as lines for people, with the codes that `check` in site.yaml knows."""
    listed, more = listed_problems(problems, verbose=verbose)
    lines = [f"{found.severity}: {one_line(found.message, 1000)} [{found.code}]" for found in listed]
    return [*lines, *(f"and {number} more of {code}: -v or --json lists all" for code, number in more.items())]
