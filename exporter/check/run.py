"""The check of the mirror, then of the built site where there is one."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exporter.build.output import MARKER, check_output
from exporter.check.mirror import MirrorCheck
from exporter.check.rules import make_rules
from exporter.core.naming import MOVED_PATH
from exporter.guide.schema.read_model import read_guide_model, read_json
from exporter.report.problems import problem, wanted, weigh
from exporter.report.report import CheckReport
from exporter.workers.pool import cores

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.config.settings import Project
    from exporter.report.report import Problem


@dataclass(frozen=True)
class CheckOutcome:
    """What a check looked at, and what is wrong: errors first, then by file."""

    report: CheckReport
    problems: tuple[Problem, ...]


def check_guide(project: Project, *, strict: bool = False, jobs: int = 0) -> CheckOutcome:
    """Check the mirror and the built site; write nothing.

    With `strict`, warnings are errors. Raises GuardError where there is no mirror yet or site/ is not ours.
    """
    start = time.monotonic()
    check_output(project.output)
    checked = CheckReport()
    found = weigh(_find(project, checked, jobs or cores()), project.site.check, strict=strict)
    problems = tuple(sorted(dict.fromkeys(found), key=_place))
    checked.errors = sum(problem.severity == "error" for problem in problems)
    checked.warnings = len(problems) - checked.errors
    checked.seconds = round(time.monotonic() - start, 2)
    return CheckOutcome(checked, problems)


def _place(found: Problem) -> tuple[Any, ...]:
    """Return a problem's place in the report: errors first, then by file; the mirror comes before the site."""
    return found.severity != "error", found.file, found.line, found.code, found.field, found.locale, found.message


def _find(project: Project, checked: CheckReport, jobs: int) -> Iterator[Problem]:
    codes = wanted(project.site.check)
    guide, moved = read_guide_model(project.content, project.site), read_json(project.content, MOVED_PATH)
    mirror = MirrorCheck(project, make_rules(guide, codes), moved, jobs)
    yield from mirror.find()
    checked.items, checked.coverage = mirror.items, mirror.coverage()
    if not (project.output / MARKER).is_file():
        message = "there is no site/ yet, so no page was checked: run render (or build) first"
        yield problem("site-missing", message)
        return
    from exporter.check.site import SiteCheck

    site = SiteCheck(project.output, codes, project.site.base_url or "", jobs)
    yield from site.find()
    checked.pages = site.pages
