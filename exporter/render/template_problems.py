"""What the guide's own templates ask for in vain, worked out anew only where they, the model or site.yaml changed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from exporter.core.encoding import digest, inputs_digest, pack, unpack
from exporter.core.files import read_below
from exporter.guide.library.template_files import own_files
from exporter.report.problems import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.guide_model import GuideModel

_STATE, _FOUND = "templates", "template problems"


def template_problems(root: Path, guide: GuideModel, index: GuideIndex) -> list[Problem]:
    """Return what the templates of the guide in `root` name and nothing has: content types, lists, words.

    Whether pages were rendered makes no difference: a template that no page uses is told as well.
    """
    state = _state(root / "templates", guide)
    if index.meta(_STATE) == state:
        kept = index.meta(_FOUND)
        return [Problem(*values) for values in unpack(kept)] if kept else []
    from exporter.render.template_lint import unknown_names  # imported here: few builds come this far

    found = list(unknown_names(root, guide, fields=False))
    with suppress(UnicodeEncodeError):  # of a file whose name is no text
        index.remember(_FOUND, pack(found) if found else b"")
        index.remember(_STATE, state)
    return found


def _state(templates: Path, guide: GuideModel) -> bytes:
    """Return a digest of all that the outcome depends on."""
    names = [name for name in own_files(templates) if not name.startswith("static/")]
    files = [(name, digest(read_below(templates, name) or b"")) for name in sorted(names)]
    lists = [(name, pattern.type) for name, pattern in guide.site.lists.items()]
    return inputs_digest(files, sorted(guide.model.types), lists, guide.locales)
