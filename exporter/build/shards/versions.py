"""What pages are rendered from, as digests that are the same on every machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from exporter.build.program_stamp import content_of_program
from exporter.core.encoding import digest, inputs_digest
from exporter.core.moved import read_moved
from exporter.guide.library.template_files import THEME, own_files, theme_files
from exporter.guide.schema.guide_model import site_values

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporter.build.plan import BuildInputs
    from exporter.config.settings import Project
    from exporter.guide.schema.guide_model import GuideModel


class Versions(NamedTuple):
    """The digests of all that decides how pages look.

    `program`: its code and libraries, and Python. `templates`: those of the theme and the project's own. `settings`:
    site.yaml and the content model. `content`: the items, asset files, earlier addresses.

    Invariant: with the same four, a page is rendered to the same bytes and the same recorded reads, wherever.
    """

    program: str
    templates: str
    settings: str
    content: str

    def differing(self, other: Versions) -> list[str]:
        """Return which of them differ, in words."""
        return [_WORDS[name] for name, mine in self._asdict().items() if mine != getattr(other, name)]


_WORDS = {
    "program": "another version of the program, its libraries or Python",
    "templates": "other templates",
    "settings": "another site.yaml or content model",
    "content": "other content",
}


def versions_of(inputs: BuildInputs) -> Versions:
    """Return those of a build whose plan is made."""
    project, guide = inputs.project, inputs.guide
    return Versions(
        content_of_program(),
        templates_digest(project.root / "templates"),
        _settings_digest(project, guide),
        _content_digest(inputs),
    )


def templates_digest(own: Path) -> str:
    """Return the digest of the theme's files and the project's own, by their names and bytes."""
    total = hashlib.sha256()
    for line in _template_lines(own):
        total.update(line)
    return total.hexdigest()[:32]


def _template_lines(own: Path) -> Iterator[bytes]:
    for where, folder, names in (("theme", THEME, theme_files()), ("own", own, own_files(own))):
        for name in names:
            yield f"{where}\0{name}\0".encode("utf-8", "surrogateescape") + digest((folder / name).read_bytes())


def _settings_digest(project: Project, guide: GuideModel) -> str:
    shown = site_values(guide), dict(guide.definitions), dict(guide.tags), guide.locales, project.site.host
    return inputs_digest(guide.digest, *shown).hex()


def _content_digest(inputs: BuildInputs) -> str:
    total = hashlib.sha256()
    for path, sum_of_bytes in inputs.index.items.digests():
        total.update(path.encode() + b"\0" + sum_of_bytes)
    for source, facts in inputs.index.pictures.packed_facts():
        total.update(source.encode() + b"\0" + facts)
    files = sorted(inputs.copies.assets)
    total.update(inputs_digest(files, sorted(inputs.copies.files), read_moved(inputs.project.content)))
    return total.hexdigest()[:32]
