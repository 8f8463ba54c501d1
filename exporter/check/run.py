"""The check of the mirror, then of the built site where there is one."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exporter.build.output import MARKER, check_output
from exporter.check.mirror import MirrorCheck
from exporter.check.rules import make_rules
from exporter.check.sizes import size_problems
from exporter.check.words import missing_words
from exporter.config.settings import is_preview_host
from exporter.core.containment import walk_links
from exporter.core.errors import GuardError
from exporter.core.moved import read_moved
from exporter.guide.library.template_files import linked_files
from exporter.guide.schema.left_out import mark_left_out, split_left_out
from exporter.guide.schema.read_model import read_guide_model
from exporter.mirror.state import pending_assets, read_state
from exporter.render.template_lint import unknown_names
from exporter.report.check_report import CheckReport
from exporter.report.problems import link_problem, problem, wanted, weigh
from exporter.report.progress import UNHEARD, Stages
from exporter.workers.pool import cores

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.check.site import SiteCheck
    from exporter.config.settings import Project
    from exporter.report.problems import Problem


_SIZES = {"commit-large", "commit-too-large", "site-too-large"}
_NO_SITE = problem("site-missing", "there is no site/ yet, so no page was checked: run render (or build) first")


@dataclass(frozen=True)
class CheckOutcome:
    """What a check looked at, what is wrong (errors first, then by file), and what is worth a sentence."""

    report: CheckReport
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


def check_guide(project: Project, stages: Stages = UNHEARD, *, strict: bool = False, jobs: int = 0) -> CheckOutcome:
    """Check the mirror and the built site; write nothing.

    With `strict`, warnings are errors; `stages` is told how far the check has come. Raises GuardError if there is no
    mirror yet or site/ is not ours.
    """
    start = time.monotonic()
    check_output(project.output)
    codes, jobs = wanted(project.site.check), jobs or cores()
    guide, moved = read_guide_model(project.content, project.site), read_moved(project.content)
    mirror, site = MirrorCheck(project, make_rules(guide, codes), moved, jobs), _site_check(project, codes, jobs)
    linked = _links(project) if "link-on-disk" in codes else ()
    words = missing_words(guide, project.root / "templates") if "words-missing" in codes else ()
    asked = unknown_names(project.root, guide) if "template-unknown" in codes else ()
    sizes = size_problems(project) if codes & _SIZES else ()
    with stages.stage("mirror"):
        in_mirror = [*_drafts(project), *linked, *words, *asked, *sizes, *_without_pending(mirror.find(), project)]
    with stages.stage("site"):
        in_site = [*(site.find() if site is not None else [_NO_SITE])]
    found = mark_left_out([*in_mirror, *in_site], guide)
    weighed = dict.fromkeys(weigh(found, project.site.check, strict=strict))
    kept, notes = split_left_out(weighed, guide)
    problems = tuple(sorted(kept, key=_place))
    errors = sum(problem.severity == "error" for problem in problems)
    report = CheckReport(
        mirror.items,
        site.pages if site is not None else None,
        errors,
        len(problems) - errors,
        mirror.coverage(),
        round(time.monotonic() - start, 2),
    )
    return CheckOutcome(report, problems, tuple(notes))


def _place(found: Problem) -> tuple[Any, ...]:
    """Return a problem's place in the report: errors first, then by file; the mirror comes before the site."""
    return found.severity != "error", found.file, found.line, found.code, found.field, found.locale, found.message


def _without_pending(found: Iterable[Problem], project: Project) -> Iterator[Problem]:
    """Yield problems, but not of files that are still to come: each sync reports those, and asks for them again."""
    pending = pending_assets(project.state_file)
    return (one for one in found if one.code != "asset-missing" or one.item not in pending)


def _drafts(project: Project) -> Iterator[Problem]:
    """Yield the problem of a guide over a preview host, by site.yaml or its last sync: no CI is to publish drafts."""
    with suppress(GuardError):
        state = read_state(project.state_file)
        urls = dict.fromkeys([project.site.source.url, *([str(state.source.get("url"))] if state is not None else [])])
        for url in filter(is_preview_host, urls):
            message = (
                f"the guide is made from {url} and holds drafts, which must not be published: set source.url to the "
                "delivery host, or leave it out, then build"
            )
            yield problem("preview", message)


def _links(project: Project) -> Iterator[Problem]:
    """Yield what is in content/ and templates/ and is neither a file nor a folder of its own."""
    yield from (link_problem(f"content/{path}") for path in walk_links(project.content))
    yield from (link_problem(f"templates/{path}") for path in linked_files(project.root / "templates"))


def _site_check(project: Project, codes: frozenset[str], jobs: int) -> SiteCheck | None:
    """Return the check of the built site, None if there is none yet."""
    if not (project.output / MARKER).is_file():
        return None
    from exporter.check.site import SiteCheck

    return SiteCheck(project.output, codes, project.site.base_url or "", jobs)
