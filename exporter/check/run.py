"""The check: the mirror, then the built site, where there is one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from exporter.check.mirror import MirrorCheck
from exporter.check.rules import make_rules
from exporter.guide.frame import read_frame, read_json
from exporter.guide.output import MARKER, check_output
from exporter.guide.work import cores
from exporter.layout import MOVED_PATH
from exporter.problems import problem, wanted, weigh
from exporter.report import CheckReport

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.report import Problem, Report
    from exporter.settings import Config


def check_guide(config: Config, report: Report, *, strict: bool = False, jobs: int = 0) -> None:
    """Look at the mirror and at the built site and report what is wrong; nothing is written.

    `strict` makes errors of warnings. Raises GuardError where there is no mirror yet or site/ is not ours.
    """
    start = time.monotonic()
    check_output(config.output)
    told = report.check = CheckReport()
    found = weigh(_find(config, told, jobs or cores()), config.site.check, strict=strict)
    report.problems += sorted(dict.fromkeys(found), key=_place)
    told.errors = sum(each.severity == "error" for each in report.problems)
    told.warnings = len(report.problems) - told.errors
    told.seconds = round(time.monotonic() - start, 2)


def _place(found: Problem) -> tuple[Any, ...]:
    """Order problems: errors first, then by file; the mirror comes before the site."""
    return found.severity != "error", found.file, found.line, found.code, found.field, found.locale, found.message


def _find(config: Config, told: CheckReport, jobs: int) -> Iterator[Problem]:
    codes = wanted(config.site.check)
    frame, moved = read_frame(config.content, config.site), read_json(config.content, MOVED_PATH)
    mirror = MirrorCheck(make_rules(frame, codes, moved), config.content, jobs)
    yield from mirror.find()
    told.items, told.coverage = mirror.items, mirror.coverage()
    if not (config.output / MARKER).is_file():
        said = "there is no site/ yet, so no page was looked at: run render (or build) first"
        yield problem("site-missing", said)
        return
    from exporter.check.site import SiteCheck

    site = SiteCheck(config.output, codes, config.site.base_url or "", jobs)
    yield from site.find()
    told.pages = site.pages
