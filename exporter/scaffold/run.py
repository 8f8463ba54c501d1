"""Make a new guide, or bring the CI files of an older one up to date: the plan, carried out on the disk.

Nothing is overwritten: what is there stays and is named. Links are not followed.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from os.path import normpath
from typing import TYPE_CHECKING

from exporter.config.environment import access_tokens
from exporter.config.settings import Project, load_project
from exporter.config.site_file import FILE_NAME
from exporter.core.containment import PlainFolders, look_at, obstacle_sentence
from exporter.core.errors import ConfigError, GuardError
from exporter.core.files import read_below, write_atomic, write_bytes
from exporter.report.init_report import InitReport
from exporter.report.report import Report
from exporter.report.text import counted
from exporter.scaffold.answers import folder_name
from exporter.scaffold.plan import UPDATED, is_ours, plan_files, plan_update, site_yaml
from exporter.scaffold.type_template import choose_type
from exporter.space.places import missing_files, open_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from exporter.scaffold.answers import Answers, Origin
    from exporter.scaffold.type_template import ShownType

_DEADLINE = 30.0
"""Seconds for each request to the space."""


def init(folder: Path, answers: Answers) -> Report:
    """Make a new guide in a folder, which may hold files already.

    The content model of the space is asked for, so that one template shows its real fields. Raises ConfigError,
    SourceError if the space cannot be read, GuardError if a link or a file is in the way; then nothing was written.
    """
    answers = replace(answers.check(access_tokens(folder / ".env")), name=folder_name(folder))
    project = _project(folder, answers)
    files = {path: text.encode() for path, text in plan_files(answers, _type_to_show(project)).items()}
    if answers.origin is not None and answers.origin.wheel is not None:
        files[answers.origin.line] = answers.origin.wheel.read_bytes()
    _check_way(folder, files)
    found = {path: _write_new(folder, path, data) for path, data in files.items()}
    written, kept = ([path for path, is_new in found.items() if is_new is wanted] for wanted in (True, False))
    return Report("init", init=InitReport(str(folder), tuple(written), tuple(kept), notes=_notes(answers, project)))


def update(folder: Path, origin: Origin | None, *, write: bool) -> Report:
    """Bring the CI files of an older version up to date, or with `write` false only say what would change.

    Raises ConfigError if there is no guide, GuardError if a link is in the way.
    """
    if look_at(f"{folder}/{FILE_NAME}") is None:
        raise ConfigError("config-missing", f"there is no {folder / FILE_NAME}: make a guide first, without --update")
    _check_way(folder, UPDATED)
    standing = {
        path: data.decode("utf-8", "replace") for path in UPDATED if (data := read_below(folder, path)) is not None
    }
    changes = plan_update(standing, origin.line if origin is not None else None)
    files = {path: text.encode() for path, text in changes.items()} | _other_wheel(folder, origin)
    _check_way(folder, files)
    for path, data in files.items() if write else ():
        write_atomic(folder / path, data, folder / ".export")
    own = tuple(path for path, text in standing.items() if not is_ours(path, text))
    diff = [line for path, text in changes.items() for line in _diff(path, standing[path], text)]
    outdated = () if write else tuple(files)
    notes = origin.notes if origin is not None else ()
    report = InitReport(str(folder), (), own, tuple(files) if write else (), outdated, notes)
    return Report("init", init=report, notes=tuple(diff))


def _other_wheel(folder: Path, origin: Origin | None) -> dict[str, bytes]:
    """Return the wheel that CI is to install from now on, by its path in the guide; nothing if it is there."""
    if origin is None or origin.wheel is None:
        return {}
    data = origin.wheel.read_bytes()
    return {origin.line: data} if read_below(folder, origin.line) != data else {}


def _project(folder: Path, answers: Answers) -> Project:
    """Return the guide that is there, or the one that the answers make, before it is written."""
    file = folder / FILE_NAME
    if look_at(str(file)) is not None:
        return load_project(folder)
    from exporter.config.site_schema import read_site

    if answers.local is not None:  # the way there cannot lead through a folder that is not there yet
        answers = replace(answers, local=normpath(folder.resolve() / answers.local))
    return Project(read_site(site_yaml(answers), file), folder, file)


def _type_to_show(project: Project) -> ShownType | None:
    """Return the content type to make a template of; asks the space for its model."""
    from exporter.config.settings import line_numbers
    from exporter.guide.schema.read_model import make_guide_model
    from exporter.jobs.source import open_source
    from exporter.source.model import fetch_model

    with line_numbers(project), open_source(project, _DEADLINE, keep=False) as (client, _):
        found = fetch_model(client)
        names = {tag: str(raw.get("name") or tag) for tag, raw in found.tags.items()}
        return choose_type(make_guide_model(project.site, [*found.content_types.values()], found.locales, names))


def _check_way(folder: Path, paths: Iterable[str]) -> None:
    """Raise GuardError where a link, or a file, is where a folder is needed."""
    folders = PlainFolders(folder)
    for path in paths:
        if obstacle := folders.obstacle(path.rpartition("/")[0]):
            raise GuardError("link-on-disk", obstacle_sentence(f"{folder}/{obstacle}"))


def _write_new(folder: Path, path: str, data: bytes) -> bool:
    """Write a file unless something is there, a link that leads nowhere included; return whether it was written."""
    target = folder / path
    if look_at(str(target)) is not None:
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_bytes(str(target), data, new=True)
    except FileExistsError:
        return False
    except OSError:
        target.unlink(missing_ok=True)  # the next run would keep what is only its beginning
        raise
    return True


def _notes(answers: Answers, project: Project) -> tuple[str, ...]:
    """Return what is still to be done by hand."""
    notes = [*(answers.origin.notes if answers.origin is not None else ())]
    if answers.origin is None and {"github", "gitlab", "netlify"} & {*answers.hosts}:
        advice = "name that of your copy, or a wheel, with init --update --yes --from URL"
        notes.append(f"exporter has no public address yet, so CI cannot install it: {advice}")
    notes += _missing_files(project)
    if answers.redirects not in (None, project.site.host):
        notes.append(f"add the line `host: {answers.redirects}` to {FILE_NAME}, which is kept as it is")
    above = next((parent for parent in project.root.resolve().parents if look_at(f"{parent}/.git") is not None), None)
    if above is not None and look_at(f"{project.root}/.git") is None and {"github", "gitlab"} & {*answers.hosts}:
        notes.append(f"CI files are read at the root of a repository, which is {above}: move them there")
    return tuple(notes)


def _missing_files(project: Project) -> Iterator[str]:
    """Yield a sentence if files of assets are missing in a space from files: the first build would fail for them."""
    source = project.site.source.local
    if source is None or project.site.content.assets != "download":
        return
    missing, number = missing_files(open_folder(source, project.root))
    if missing:
        advice = "export it with --download-assets, or set assets: link under content: in site.yaml, before you build"
        yield f"{missing} of {counted(number, 'file')} of assets are not among the space's files: {advice}"


def _diff(path: str, before: str, after: str) -> list[str]:
    """Return the lines of a unified diff."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), path, path, lineterm="")
    return list(lines)
