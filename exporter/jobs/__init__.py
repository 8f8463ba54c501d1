"""The Python API: sync, render, build, status and check as functions on a loaded project.

They print nothing and never exit: each returns a report, or raises an ExporterError whose message is one sentence for
the user. The command line is a thin user of them.

    from pathlib import Path
    from exporter.jobs import build, load_project

    report = build(load_project(Path("guide")))
    print(report.render.pages, report.result.changed)

Each name is loaded when it is first asked for: `export --version` loads none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from exporter.config.settings import load_project
    from exporter.jobs.jobs import BuildReport, build, check, render, status, sync
    from exporter.jobs.options import RenderChoices, SyncChoices
    from exporter.report.report import Report

__all__ = [
    "BuildReport",
    "RenderChoices",
    "Report",
    "SyncChoices",
    "build",
    "check",
    "load_project",
    "render",
    "status",
    "sync",
]

_ELSEWHERE = {
    "RenderChoices": "exporter.jobs.options",
    "Report": "exporter.report.report",
    "SyncChoices": "exporter.jobs.options",
    "load_project": "exporter.config.settings",
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_ELSEWHERE.get(name, "exporter.jobs.jobs")), name)
