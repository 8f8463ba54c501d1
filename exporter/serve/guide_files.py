"""What a guide is made of on disk: what is watched, and what an edit concerns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.serve.watching import Watched

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporter.config.settings import Project
    from exporter.space.edits import Edited


_MOST = 200
"""Edited files beyond which it is quicker to look at all of a space, and the system may have left some out."""


def watched_files(project: Project) -> Watched:
    """Return what a guide is made of: templates, mirror, site.yaml, and the files of a local space."""
    space = local_space(project)
    files = [project.root / project.file.name]
    folders = [project.root / "templates", project.content]
    if space is not None:
        from exporter.space.edits import asset_folders

        (files if space.is_file() else folders).append(space)
        folders += asset_folders(space)
    return Watched(tuple(folders), tuple(files))


def is_worth_a_word(path: Path, project: Project) -> bool:
    """Whether an edited path is to be named: what a sync writes is not, nor a folder as a whole."""
    return project.content not in path.parents and path not in watched_files(project).folders


def edited_in_space(project: Project, paths: Iterable[Path]) -> Edited | None:
    """Return what edits at some paths concern in a local space; None if they concern nothing in one."""
    space = local_space(project)
    if space is None:
        return None
    from exporter.space.edits import asset_folders, find_edited

    places = (space, *asset_folders(space))
    inside = [path for path in paths if any(path == place or place in path.parents for place in places)]
    if not inside:
        return None
    found = find_edited(space, inside)
    return found if len(inside) <= _MOST else found.and_all_items()


def local_space(project: Project) -> Path | None:
    """Return the file or folder of a local space, be it there or not; None for one far away."""
    if project.site.source.local is None:
        return None
    from exporter.space.places import place_of

    return place_of(project.site.source.local, project.root).resolve()
