"""Links to what the guide's own filter (`source.only`, `source.search`) leaves out: no mistakes, one line for all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from exporter.guide.schema.field_words import targets_of
from exporter.report.text import counted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.problems import Problem

_TARGET = r"links to ((?:entry|asset):\S+), which is not published"
_LEFT_OUT = "note"
"""The severity of what is no problem."""


def mark_left_out(problems: Iterable[Problem], guide: GuideModel) -> Iterator[Problem]:
    """Yield the problems, those that the guide's own filter explains as mere notes, which no code of `check` is for."""
    for found in problems:
        named = re.findall(_TARGET, found.message) if found.code == "link-unresolved" else []
        if named and _explains(guide, named[-1], found.field):
            yield found._replace(code="", severity=_LEFT_OUT, message=named[-1])
        else:
            yield found


def _explains(guide: GuideModel, target: str, field_id: str) -> bool:
    """Whether the filter may be why the mirror lacks what a field links to; `source.only` leaves out no assets."""
    if guide.site.source.search is not None:
        return True
    return bool(guide.site.source.only and target.startswith("entry:") and _types_left_out(guide, field_id))


def split_left_out(problems: Iterable[Problem], guide: GuideModel) -> tuple[list[Problem], list[str]]:
    """Return the problems that are such, and the sentence about what the filter leaves out, if anything links there."""
    kept: list[Problem] = []
    links: set[tuple[str, str, str]] = set()
    for found in problems:
        if found.severity == _LEFT_OUT:
            links.add((found.item, found.field, found.message))
        else:
            kept.append(found)
    return kept, [_sentence(guide, links)] if links else []


def _sentence(guide: GuideModel, links: set[tuple[str, str, str]]) -> str:
    lead = "leads" if len(links) == 1 else "lead"
    if guide.site.source.search is not None:
        return f"source.search leaves out what is not among the newest: {counted(len(links), 'link')} {lead} there"
    types = sorted({name for _, field, _ in links for name in _types_left_out(guide, field)})
    return f"source.only leaves out {', '.join(types)}: {counted(len(links), 'link')} {lead} there"


def _types_left_out(guide: GuideModel, field_id: str) -> set[str]:
    """Return the content types that a field may link to and `source.only` leaves out.

    A field that names no types may link to any. Content types that have a field of the same id are taken together.
    """
    fields = [found for known in guide.model.types.values() if (found := known.find(field_id)) is not None]
    allowed: set[str] = set()
    for found in fields:
        allowed |= set(targets_of(found) or guide.model.types)
    return (allowed or set(guide.model.types)) - set(guide.site.source.only or ())
