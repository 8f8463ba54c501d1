"""Files and guides that are too large for the hosts that most guides are kept on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from exporter.check.assets import megabytes
from exporter.core.errors import reference
from exporter.core.files import walk_files
from exporter.report.problems import problem
from exporter.report.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.report.problems import Problem

LARGE_COMMIT = 50_000_000
"""Bytes of a file beyond which GitHub and GitLab warn when it is pushed."""
LARGEST_COMMIT = 100_000_000
"""Bytes of a file from which GitHub refuses the push."""
LARGEST_SITE = 1_000_000_000
"""Bytes of a guide beyond which GitHub Pages and GitLab Pages may not publish it."""
_COMMITTED = ("content/files", "templates")
"""Folders of committed files that can be large; the JSON of an item cannot."""


def size_problems(project: Project) -> Iterator[Problem]:
    """Yield committed files that are too large to be pushed, and the guide if it is too large to be published."""
    for folder in _COMMITTED:
        for path, size in _sizes(project.root / project.below / folder):
            if size > LARGE_COMMIT:
                yield _too_large(one_line(f"{folder}/{path}", 300), size)
    total = sum(size for _, size in _sizes(project.output))
    if total > LARGEST_SITE:
        message = f"site/ has {megabytes(total)}, and GitHub Pages publishes 1 GB at most: leave large files out, "
        yield problem(
            "site-too-large", f"{message}or set content.assets to link (see {reference('hosting.md')})", file="site"
        )


def _too_large(path: str, size: int) -> Problem:
    refused = size >= LARGEST_COMMIT
    what = "which GitHub refuses in a push" if refused else "and GitHub refuses 100 MB in a push"
    message = f"{path} has {megabytes(size)}, {what}: make it smaller, or set content.assets to link"
    return problem("commit-too-large" if refused else "commit-large", message, file=path)


def _sizes(folder: Path) -> Iterator[tuple[str, int]]:
    for path in walk_files(folder):
        yield path, os.lstat(f"{folder}/{path}").st_size
