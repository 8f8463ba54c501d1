"""Plan a publish as values: which files go, in which order, and which leave. Pure: no disk, no network.

Invariant of the order: at every moment, whatever a file that stands in the target names stands there too. So what is
new comes before what names it, and what leaves stays until nothing names it any more.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from exporter.publish.manifest import GOING, UNKNOWN, Row, is_bucket

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from collections.abc import Set as AbstractSet

HASHED = re.compile(r"updates/[^/]+/(packs|chrome|index|changes|history)/[^/]+\.bin")
"""Files whose names say what they hold, so that they never change (the reader's FORMAT.md lists them)."""
_SINCE = re.compile(r"updates/[^/]+/since/[^/]+\.bin")
_LATE = (
    re.compile(r"updates/[^/]+/sizes\.bin"),
    re.compile(r"updates/[^/]+/list\.bin"),
    re.compile(r"updates/[^/]*\.json|sw\.js|_(redirects|headers)(\.nginx)?|(.*/)?(robots\.txt|[^/]*\.xml)", re.DOTALL),
)
"""What points at pages and at the reader's files, in the order in which it is written."""


class SiteFile(NamedTuple):
    """A file of site/: its size in bytes and the mark of its bytes and headers."""

    size: int
    mark: str


class Upload(NamedTuple):
    """A file that has to go; `standing` is the row of what is there now, None where nothing is known to be there."""

    path: str
    file: SiteFile
    standing: Row | None


@dataclass(frozen=True)
class Plan:
    """What a publish does.

    `uploads` go in this order, each group after the last one is done. `deletes`, and `old_buckets` of the manifest, are
    deleted once all is there, `stays_once` at the next publish. `unchanged` is the number of files that are there.
    """

    uploads: tuple[tuple[Upload, ...], ...] = ()
    deletes: tuple[str, ...] = ()
    old_buckets: tuple[str, ...] = ()
    stays_once: frozenset[str] = frozenset()
    unchanged: int = 0

    @property
    def all_uploads(self) -> Iterator[Upload]:
        """Every file that goes, in order."""
        return (upload for group in self.uploads for upload in group)

    def paths(self) -> list[str]:
        """Return the paths of all files that are not the same afterwards, in their order."""
        return sorted({upload.path for upload in self.all_uploads} | {*self.deletes})


_LAST_UNNAMED = 2
"""The rank of the last new files that nothing names while they go."""


def state_of(files: Mapping[str, SiteFile]) -> str:
    """Return what stands for all files of a guide."""
    found = hashlib.sha256()
    for path in sorted(files):
        found.update(f"{path}\0{files[path].mark}\n".encode())
    return found.hexdigest()[:32]


def plan_publish(
    rows: Mapping[str, Row],
    leaving: AbstractSet[str],
    site: Mapping[str, SiteFile],
    newest: Collection[str] = (),
    *,
    settled: bool = True,
    unnamed: AbstractSet[str] = frozenset(),
) -> Plan:
    """Return what makes the target equal to the site; no row is uncertain but those of files that are there and going.

    `leaving` are files that only waited for this publish; `newest` are the since-files of the newest tokens. Where the
    last publish did not end, the target is not `settled`: of what leaves, that publish had decided what goes at once
    (its rows say that nothing is known of it any more) and what waits. What it left and nothing names is `unnamed`: it
    goes like what is new, since it may itself name what is not there.
    """
    stale = [path for path, file in site.items() if path not in rows or rows[path].mark != file.mark]
    uploads = sorted((_rank(path, newest, is_new=path not in rows or path in unnamed), path) for path in stale)
    groups = [
        tuple(Upload(path, site[path], rows.get(path)) for _, path in group)
        for _, group in groupby(uploads, key=lambda one: one[0])
    ]
    gone = sorted(rows.keys() - site.keys())
    waits = {path for path in gone if HASHED.fullmatch(path) and path not in leaving and rows[path] != GOING}
    waits |= {path for path in gone if not settled and path in leaving and rows[path].mark}
    return Plan(
        tuple(groups),
        tuple(path for path in gone if path not in waits),
        tuple(filter(is_bucket, leaving)),
        frozenset(waits),
        len(site) - len(stale),
    )


def goes_unnamed(path: str) -> bool:
    """Whether a new file goes before anything that names it."""
    return _rank(path, (), is_new=True) <= _LAST_UNNAMED


def _rank(path: str, newest: Collection[str], *, is_new: bool) -> int:
    """Return when a file goes: what nothing that stands can name yet first, what points at others last."""
    if _SINCE.fullmatch(path):
        return 6 if path in newest or is_new else 7
    for number, pattern in enumerate(_LATE):
        if pattern.fullmatch(path):
            return 8 + number
    if path == "index.html":
        return 5
    if path.endswith(".html"):
        return _LAST_UNNAMED if is_new else 4
    return (0 if HASHED.fullmatch(path) else 1) if is_new else 3


def with_intent(
    rows: Mapping[str, Row],
    leaving: AbstractSet[str],
    plan: Plan,
    site: Mapping[str, SiteFile],
    unnamed: AbstractSet[str] = frozenset(),
) -> dict[str, Row]:
    """Return the rows that have to stand before the first upload: whatever it may leave has one, and says so."""
    found = dict(rows)
    for path, file, standing in plan.all_uploads:
        found[path] = UNKNOWN if standing is not None else Row(file.size, "", "", file.mark)
    found |= {path: Row(site[path].size, "", "-", site[path].mark) for path in unnamed if path in site}
    return {**found, **{path: GOING for path in plan.deletes if path in leaving and path in rows}}


def without_deleted(rows: Mapping[str, Row], plan: Plan) -> dict[str, Row]:
    """Return the rows that have to stand before the first file is deleted."""
    return {**rows, **{path: GOING for path in plan.deletes if path in rows}}


def removes_too_much(
    rows: Mapping[str, Row], leaving: AbstractSet[str], site: Mapping[str, SiteFile]
) -> tuple[int, int]:
    """Return how many files of how many would go; zeros where that is nothing to ask about."""
    there = [path for path in rows if path not in leaving]
    gone = sum(path not in site for path in there)
    return (gone, len(there)) if gone * 2 > len(there) else (0, 0)
