"""What a build changed in site/: the paths with their digests, for all that goes on from there by delta."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.naming import page_path
from exporter.guide.index.published import confirm_published, has_unpublished, standing_files, unpublished_changes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from exporter.guide.index.guide_index import GuideIndex


class SiteFile(NamedTuple):
    """A file of site/: the digest of its bytes and the locale of the page, empty for a file of all locales."""

    digest: bytes
    locale: str


@dataclass(frozen=True)
class BuildResult:
    """What differs from the last build whose result was confirmed, by path under site/.

    `changed` maps a path to the old digest and the file as it is now, `removed` to the old digest. `newest` is the
    content's own time: the latest `sys.updatedAt`, as Unix time, 0.0 if there is none.

    `before` and `after` name the states of site/ that it leads from and to: the same name, the same files.

    Invariant: what is not confirmed comes again in the next result, whatever happens in between. So the reader's
    updates, publishing and the dev server may fail, or the process be killed, and no change is lost.
    """

    added: Mapping[str, SiteFile] = field(default_factory=dict)
    changed: Mapping[str, tuple[bytes, SiteFile]] = field(default_factory=dict)
    removed: Mapping[str, bytes] = field(default_factory=dict)
    newest: float = 0.0
    before: str | None = None
    after: str | None = None

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def find_result(index: GuideIndex) -> BuildResult:
    """Return what differs from what was confirmed; without work if nothing does."""
    newest, before = float(index.meta("newest") or 0), index.meta("published")
    if not has_unpublished(index):
        return BuildResult(newest=newest, before=before, after=before)
    state = hashlib.sha256(str(before).encode())
    added: dict[str, SiteFile] = {}
    changed: dict[str, tuple[bytes, SiteFile]] = {}
    removed: dict[str, bytes] = {}
    for url, old, new, locale in unpublished_changes(index):
        path = page_path(url)
        state.update(b"\0".join((path.encode(), old or b"", new or b"", b"")))
        if new is None:
            removed[path] = old or b""
        elif old is None:
            added[path] = SiteFile(new, locale)
        else:
            changed[path] = old, SiteFile(new, locale)
    return BuildResult(added, changed, removed, newest, before, state.hexdigest()[:24])


def confirm_result(index: GuideIndex, result: BuildResult) -> None:
    """Note that whoever uses the result is done with it: the next one begins here."""
    confirm_published(index, result.after or "")


def all_files(index: GuideIndex) -> Iterator[tuple[str, SiteFile]]:
    """Yield every file of site/ with its path."""
    for url, digest, locale in standing_files(index):
        yield page_path(url), SiteFile(digest, locale)
