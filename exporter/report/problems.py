"""The codes of what can be wrong in content and guide, with their severities unless site.yaml sets others."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from exporter.core.encoding import MOST_LEVELS, TOO_DEEP
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
    "text-too-long": "warning",
    "nested-too-deep": "warning",
    "required-missing": "error",
    "translation-missing": "off",
    "alt-missing": "warning",
    "coordinates-out-of-range": "error",
    "address-clash": "warning",
    "image-size-missing": "warning",
    "file-too-large": "warning",
    "asset-active": "warning",
    "page-link-dead": "error",
    "page-anchor-dead": "error",
    "static-hidden": "warning",
    "words-missing": "warning",
    "link-on-disk": "error",
    "site-missing": "warning",
}
"""The codes whose severity `check` in site.yaml can set. Any other code is always an error."""


DEPTH_MESSAGE = (
    f"nested more than {MOST_LEVELS} levels deep: what is deeper is left out, and {TOO_DEEP} shown in its place; "
    "make it flatter and publish"
)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the content or the guide that someone should look at.

    `file` is a path in the guide's folder, `line` counts from 1, `link` is a link of that file as written there.
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

    def as_json(self) -> dict[str, str | int]:
        """Return the problem's members that are not empty."""
        return {name: value for name, value in asdict(self).items() if value}


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
    said = f"{item} in {field}: {DEPTH_MESSAGE}"
    return problem("nested-too-deep", said, item=item, locale=locale, field=field)


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
