"""The codes of what can be wrong in content and guide, with their severities unless site.yaml sets others."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import DEEPEST_SHOWN, MOST_LEVELS, TOO_DEEP
from exporter.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


_MOST = 50
"""Problems of one code that are listed one by one, unless -v asks for all."""

CODES: Mapping[str, str] = {
    "link-unresolved": "warning",
    "link-dead": "warning",
    "link-refused": "warning",
    "picture-elsewhere": "warning",
    "picture-broken": "warning",
    "picture-request": "warning",
    "text-too-long": "warning",
    "nested-too-deep": "warning",
    "required-missing": "error",
    "translation-missing": "off",
    "alt-missing": "warning",
    "coordinates-out-of-range": "error",
    "address-clash": "warning",
    "image-size-missing": "warning",
    "file-too-large": "warning",
    "asset-missing": "error",
    "asset-active": "warning",
    "page-link-dead": "error",
    "page-anchor-dead": "error",
    "template-unknown": "warning",
    "static-hidden": "warning",
    "words-missing": "warning",
    "link-on-disk": "error",
    "site-missing": "warning",
    "commit-large": "warning",
    "commit-too-large": "error",
    "site-too-large": "warning",
}
"""The codes whose severity `check` in site.yaml can set. Any other code is always an error."""


DEPTH_MESSAGE = (
    f"nested too deep: content/ has {MOST_LEVELS} levels at most, pages show {DEEPEST_SHOWN}, "
    f"and {TOO_DEEP} in place of the rest; make it flatter and publish"
)

HOW_TO_RESTORE = "restore content/ with `git checkout content`, or with exporter sync --full, then build again"
"""What to do about a file that is missing from content/."""

_HERE = "\0"
"""Stands for a locale in a message; no message holds this character."""


class Problem(NamedTuple):
    """Something in the content or the guide that someone should look at.

    `file` is a path in the guide's folder, `line` counts from 1, `link` is a link of that file as written there.
    `cause` says of several problems at once what is wrong, after their number: `files of HOST did not come: …`.
    """

    severity: str
    code: str
    message: str
    item: str = ""
    locale: str = ""
    field: str = ""
    file: str = ""
    line: int = 0
    link: str = ""
    cause: str = ""

    def as_json(self) -> dict[str, str | int]:
        """Return the problem's members that are not empty; the cause is part of the message."""
        return {name: value for name, value in self._asdict().items() if value and name != "cause"}


def problem(code: str, message: str, **where: str | int) -> Problem:
    """Return a problem with the default severity of its code."""
    return Problem(CODES.get(code, "error"), code, message, **where)  # type: ignore[arg-type] # texts, and `line`


def link_problem(path: str) -> Problem:
    """Return the problem of what is no file or folder of its own, at a path of the guide."""
    shown = path.encode("utf-8", "replace").decode()
    message = f"{shown} is a link (or a pipe, a device), which is neither read nor published: put the file itself there"
    return problem("link-on-disk", message, file=shown)


def depth_problem(item: str, locale: str, field: str) -> Problem:
    """Return the problem of a value that is nested too deep."""
    message = f"{item} in {field}: {DEPTH_MESSAGE}"
    return problem("nested-too-deep", message, item=item, locale=locale, field=field)


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
            yield found._replace(severity=severity)


def one_for_all(problems: Iterable[Problem], *, by_cause: bool) -> list[Problem]:
    """Return the problems in order, those that are the same in several languages as one that names them.

    With `by_cause`, those that have a cause in common are one, too, with their number.
    """
    found: dict[tuple[str, ...], list[Problem]] = {}
    for one in problems:
        kind = ("cause", one.cause) if one.cause and by_cause else ("message", _any_locale(one))
        found.setdefault((one.severity, one.code, *kind), []).append(one)
    return [_counted(alike) if kind == "cause" else _named(alike) for (_, _, kind, _), alike in found.items()]


def _counted(alike: list[Problem]) -> Problem:
    first = alike[0]
    if len(alike) == 1:
        return first
    subject = f"{first.item} in {first.locale}" if first.item and first.locale else first.item or first.locale
    such_as = f" (the first: {subject})" if subject else ""
    return first._replace(message=f"{len(alike):,} {first.cause}{such_as}", item="", locale="", field="")


def _named(alike: list[Problem]) -> Problem:
    """Return the first problem, with the locales of all."""
    first = alike[0]
    locales = ", ".join(dict.fromkeys(one.locale for one in alike if one.locale))
    if locales in ("", first.locale):
        return first
    message = _any_locale(first)
    named = message.replace(_HERE, locales) if _HERE in message else f"{message} (in {locales})"
    return first._replace(message=named)


def _any_locale(one: Problem) -> str:
    """Return a problem's message with a sign where it names its locale."""
    return _naming(one.locale).sub(_HERE, one.message) if one.locale else one.message


@cache
def _naming(locale: str) -> re.Pattern[str]:
    code = re.escape(locale)
    return re.compile(rf"(?<=\(){code}(?=\))|(?<=\bin ){code}(?![\w-])")


def listed_problems(problems: Iterable[Problem], *, verbose: bool) -> tuple[list[Problem], Counter[str]]:
    """Return the problems to list one by one, and how many more there are of each code.

    What is the same in several locales is listed once, and unless all is asked for, what has one cause, too.
    """
    counts: Counter[str] = Counter()
    listed = []
    for found in one_for_all(problems, by_cause=not verbose):
        counts[found.code] += 1
        if verbose or counts[found.code] <= _MOST:
            listed.append(found)
    return listed, counts - Counter(found.code for found in listed)


def problem_lines(problems: Iterable[Problem], *, verbose: bool) -> list[str]:
    """Return the problems as lines for people, with the codes that `check` in site.yaml knows."""
    listed, more = listed_problems(problems, verbose=verbose)
    lines = [f"{found.severity}: {one_line(found.message, 1000)} [{found.code}]" for found in listed]
    return [*lines, *(f"and {number} more of {code}: -v or --json lists all" for code, number in more.items())]
