"""What the guide's own templates ask for in vain, for a render that says all it knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.guide.schema.read_model import read_guide_model
from exporter.render.template_lint import unknown_names
from exporter.report.problems import weigh

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.config.settings import Project
    from exporter.report.problems import Problem


def unknown_fields(project: Project) -> Iterable[Problem]:
    """Return what the guide's own templates ask for in vain, fields included."""
    guide = read_guide_model(project.content, project.site)
    return weigh(unknown_names(project.root, guide), project.site.check)
