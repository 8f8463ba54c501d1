"""Carry out a sync's plan: fetch, remove, put, index. Every step can be repeated after a crash."""

from __future__ import annotations

import json
import os
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.containment import (
    PlainFolders,
    is_plain_folder_at,
    list_folder,
    obstacle_sentence,
    remove_whole,
    walk_folders,
)
from exporter.core.encoding import decode, digest, order_free_sum, subtract
from exporter.core.errors import GuardError, reference
from exporter.core.files import read_bytes, remove, rename
from exporter.core.model import Key, item_from_bytes
from exporter.core.naming import LOCALES_PATH
from exporter.mirror.plan import Disk
from exporter.mirror.steps import Phase, read_row
from exporter.report.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable

    from exporter.core.model import Item
    from exporter.core.naming import AssetFile
    from exporter.mirror.index import MirrorIndex
    from exporter.mirror.staging import Staging
    from exporter.report.progress import Stages
    from exporter.source.assets import Wanted
    from exporter.source.delivery import Delivery


# The order of an apply is write-ahead, and it is an invariant. The pages, then the plan are committed in staging; then
# asset files are fetched and files that only move are kept, all of it in staging; then the index forgets the sum of the
# mirror, so that an index that an apply broke off under is never trusted; only then is content/ changed (REMOVE, PUT);
# then come the index and `.syncstate`, by one rename; last of all staging is removed. Every step can be repeated, so a
# run that finds a plan in staging carries it out from the beginning, wherever the last one was killed, and the token
# never names what content/ does not hold.


_NOT_EXPORTED = (
    "not among the space's files: export the space with --download-assets, or set assets: link under content: in "
    f"site.yaml, see {reference('local-space.md')}"
)


class Fetched(NamedTuple):
    """What became of the asset files of a plan: the ids of assets where one failed, and the problems of this run.

    `odd` are warnings about files that came.
    """

    failed: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    downloaded: int = 0
    odd: tuple[Problem, ...] = ()


def fetch_files(staging: Staging, client: Delivery, at_once: int, stages: Stages) -> Fetched:
    """Download the asset files of the plan into the staging folder, `at_once` of them at a time.

    Files that an interrupted run has fetched, or failed to fetch, are not asked for again.
    """
    if staging.meta("failed"):
        return Fetched(tuple(json.loads(staging.meta("failed"))))
    if next(staging.steps(Phase.FETCH), None) is None:
        return Fetched()
    from exporter.source.assets import LARGER, SMALLER, download_all

    odd: list[Problem] = []
    failed: list[tuple[str, Problem]] = []
    downloaded = 0
    missing = _missing(staging)
    received = partial(stages.advance, "download", 0)
    with (
        stages.stage("download", len(missing), sum(file.size or 0 for file in missing)),
        closing(download_all(client, missing, at_once, received)) as ended,
    ):
        for wanted, code, words in stages.follow("download", ended):
            if code not in ("", SMALLER, LARGER):
                failed.append((wanted.asset, _lost_file(wanted, client, code, words)))
            else:
                rename(wanted.target, wanted.target.with_suffix(""))
                downloaded += 1
                odd += [_other_size(wanted, code, words)] if code else []
    failed.sort(key=lambda pair: (pair[0], pair[1].message))
    ids = sorted({asset for asset, _ in failed})
    staging.remember(failed=json.dumps(ids))
    return Fetched(tuple(ids), tuple(problem for _, problem in failed), downloaded, tuple(sorted(odd, key=str)))


def _missing(staging: Staging) -> list[Wanted]:
    """Return the files that are not in the staging folder yet, each to be written under a name of its own there."""
    from exporter.source.assets import Wanted

    found = []
    for path, source in staging.steps(Phase.FETCH):
        asset, url, size = json.loads(source)
        target = _fetched(staging, path)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            found.append(Wanted(asset, url, size, target.with_suffix(".part")))
    return found


def _other_size(wanted: Wanted, code: str, words: str) -> Problem:
    message = f"the file of asset {wanted.asset} is kept, but {words}: export the space again if it is broken"
    than = code.removeprefix("asset-")
    cause = f"files are kept, but are {than} than the space says: export it again if they are broken"
    return Problem("warning", code, message, item=f"asset:{wanted.asset}", cause=cause)


def _lost_file(wanted: Wanted, client: Delivery, code: str, words: str) -> Problem:
    """Return the problem of a file that did not come; files of one host have the cause in common."""
    from exporter.source.assets import host_of

    item = f"asset:{wanted.asset}"
    if client.address.local and code == "asset-status":
        message = f"the file of asset {wanted.asset} is {_NOT_EXPORTED}"
        return Problem("error", code, message, item=item, cause=f"files of assets are {_NOT_EXPORTED}")
    host = host_of(wanted.url, client.address)
    reason = words.partition("; asked ")[0].removeprefix(f"{host} could not be asked: ")
    cause = f"files of {host} did not come: {reason}; the next sync asks for them again"
    message = f"the file of asset {wanted.asset} did not come: {words}; the next sync asks for it again"
    return Problem("error", code, message, item=item, cause=cause)


def guard_content(content: Path) -> None:
    """Raise GuardError where a folder of items or of the model is a link, or no folder: nothing is read behind it."""
    folders = PlainFolders(content)
    found = [folders.obstacle(folder) for folder in ("assets", "entries", "files", "model/content_types")]
    found += [f"entries/{name}" for name in list_folder(f"{content}/entries").others]
    _raise_at(content, next(filter(None, found), ""))


def guard_plan(staging: Staging, content: Path) -> None:
    """Raise GuardError where a step of the plan would follow a link, or replace a folder by a file.

    Nothing has been applied then.
    """
    folders = PlainFolders(content)
    for phase in (Phase.KEEP, Phase.REMOVE, Phase.PUT, Phase.FETCH):
        for path, _ in staging.steps(phase):
            _raise_at(content, folders.obstacle(path.rpartition("/")[0]))
            if phase is not Phase.REMOVE and is_plain_folder_at(f"{content}/{path}"):
                words = "is a folder where a file is needed: move it away, then run again; nothing is lost"
                raise GuardError("folder-on-disk", f"{content}/{path} {words}")
    for inside, _ in walk_folders(staging.whole):
        _raise_at(content, folders.obstacle(inside.rstrip("/")))


def _raise_at(content: Path, obstacle: str) -> None:
    if obstacle:
        raise GuardError("link-on-disk", obstacle_sentence(f"{content}/{obstacle}"))


def keep_files(staging: Staging, content: Path) -> None:
    """Link the files that only get another path into the staging folder, before anything changes."""
    if not staging.meta("kept"):
        folders = PlainFolders(content)
        for path, source in staging.steps(Phase.KEEP):
            if folders.find(source) is not None and not _fetched(staging, path).exists():
                _link(str(content / source), str(_fetched(staging, path)), staging.folder)
        staging.remember(kept="yes")


def _fetched(staging: Staging, path: str) -> Path:
    return staging.folder / "files" / digest(path.encode("utf-8", "surrogatepass")).hex()


def apply_plan(staging: Staging, content: Path) -> None:
    """Remove and put the plan's files, in a way that can be repeated.

    Where the plan removes anything, staged files are linked and stay staged: a repetition could remove what was just
    put. Where it removes nothing, they are moved, and one that is no longer staged was put already. A first sync moves
    whole folders, after the few files that were not staged in them.
    """
    put: Callable[[str, str, Path], None] = _move
    for path, _ in staging.steps(Phase.REMOVE):
        remove(content / path, content)
        put = _link
    folder, target = str(staging.folder), str(content)
    whole = str(staging.whole) if staging.whole.exists() else ""
    for path, source in staging.steps(Phase.PUT):
        put(f"{folder}/{source}", f"{whole or target}/{path}", staging.folder)
    if whole:
        _move_all(whole, target)
    for phase in (Phase.FETCH, Phase.KEEP):
        for path, _ in staging.steps(phase):
            if _fetched(staging, path).exists():
                put(str(_fetched(staging, path)), f"{target}/{path}", staging.folder)


def _link(source: str, target: str, scratch: Path) -> None:
    """Put a file at `target` by one rename and keep `source`: by a hard link, or a copy where the disk has no links."""
    part = f"{scratch}/part"
    try:
        os.link(source, part)
    except FileExistsError:
        remove_whole(part)
        os.link(source, part)
    except OSError:
        remove_whole(part)
        import shutil  # imported here: most disks have links

        shutil.copyfile(source, part)
    try:
        os.replace(part, target)  # noqa: PTH105 - as text
    except FileNotFoundError:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, target)  # noqa: PTH105 - as text


def _move(source: str, target: str, _scratch: Path) -> None:
    try:
        os.replace(source, target)  # noqa: PTH105 - paths as text: there are many
    except FileNotFoundError:
        if os.path.exists(source):  # noqa: PTH110 - as text
            Path(target).parent.mkdir(parents=True, exist_ok=True)
            os.replace(source, target)  # noqa: PTH105 - as text


def _move_all(source: str, target: str) -> None:
    """Move what a folder holds into another one: folders as a whole where the target has none of that name yet."""
    Path(target).mkdir(parents=True, exist_ok=True)
    for name in sorted(os.listdir(source)):  # noqa: PTH208 - as text
        old, new = f"{source}/{name}", f"{target}/{name}"
        if is_plain_folder_at(old) and is_plain_folder_at(new):
            _move_all(old, new)
        else:
            os.replace(old, new)  # noqa: PTH105 - as text


def planned_sum(staging: Staging, index: MirrorIndex, mirror: str, *, full: bool) -> str:
    """Return the sum that the mirror will have; `mirror` is the one so far, which a `full` sync does not build on."""
    if full:
        return order_free_sum(staging.digests())
    known = (index.find(Key(*path.split(":", 1))) for path, _ in staging.steps(Phase.INDEX))
    left = subtract(mirror, (row.digest for row in known if row is not None))
    return order_free_sum((read_row(path, row).digest for path, row in staging.steps(Phase.INDEX) if row), left)


def index_plan(staging: Staging, index: MirrorIndex) -> None:
    """Write the plan's rows into the index, and the earlier addresses of entries that are gone."""
    index.update(
        (read_row(path, source) for path, source in staging.steps(Phase.INDEX) if source),
        (Key(*path.split(":", 1)) for path, source in staging.steps(Phase.INDEX) if not source),
        {"gone": staging.meta("gone") or "{}"},
    )


def disk_of(
    content: Path, staging: Staging, locales: Iterable[str], *, downloads: bool, again: Container[str] = ()
) -> Disk:
    """Return the answers for a mirror.

    `locales` are those of the space, `downloads` says whether files are kept. Files in the folders `again` count as not
    there, so that they are fetched again.
    """
    folders = PlainFolders(content)

    def is_there(file: AssetFile) -> bool:
        found = folders.find(file.path)
        return found is not None and file.size in (None, found.st_size) and file.folder not in again

    return Disk(
        tuple(sorted({*locales, *_locale_codes(content)})),
        downloads,
        mirrored=lambda path: _read_item(content / path),
        staged=lambda change: _read_item(staging.folder / change.files[0]),
        is_there=is_there,
    )


def _locale_codes(content: Path) -> list[str]:
    """Return the locales that twins were written in so far; none if the file is missing or broken."""
    try:
        found = decode(read_bytes(content / LOCALES_PATH) or b"{}")
    except ValueError:
        found = {}
    return list(found) if isinstance(found, dict) else []


def _read_item(path: Path) -> Item | None:
    data = read_bytes(path)
    return item_from_bytes(data) if data is not None else None
