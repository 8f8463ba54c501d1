"""Go on from a published guide on an empty disk: take over list, chrome, history, and packs that can't be made here.

What it gives is hostile. A state is taken over only where its pages have the hashes that its token stands for, and so
is each earlier one: its records are replayed from the reverse steps. Since-files are not taken at all but made anew.
"""

from __future__ import annotations

import re
import shutil
from itertools import pairwise
from typing import TYPE_CHECKING

from exporter.core.url_names import is_site_name
from exporter.reader.encoding import LARGE, SMALL, BrokenError, deflate_pack, digest_name, inflate, load_object
from exporter.reader.evolve import read_member
from exporter.reader.folder import ChainFolder, read_page
from exporter.reader.head import Head, ledger_name, load_head, load_members, pack_data
from exporter.reader.model import Member
from exporter.reader.publish import UPDATES, of_chain
from exporter.reader.records.buckets import bucket_digest, bucket_of, pages_in, token_of
from exporter.reader.steps import by_bytes
from exporter.reader.takeover.fetch import Source
from exporter.reader.takeover.replay import reachable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporter.reader.encoding import Json
    from exporter.reader.model import Publication, SiteFile

_NAME = re.compile(r"[0-9a-f]{16,24}")
_RETIRED = re.compile(r"(packs|chrome)/([0-9a-f]{24})\.bin")
_MOST_RETIRED = 500


def take_previous(source: str, publication: Publication, listing: Iterable[SiteFile]) -> tuple[tuple[str, str], ...]:
    """Put the published guide's `updates/` under the site, for `publish_updates` to go on from.

    What is there already stays if it goes on from what is published. `source` is a folder or URL of the guide,
    `listing` the files of the site as it is now. Returns warnings: (code, sentence). Raises SourceError if the guide
    is there but can't be taken over, ConfigError for a wrong URL.
    """
    guide, warnings, files = Source(source), [], tuple(listing)
    for locale in publication.locales:
        target = publication.site / UPDATES / locale
        staged = ChainFolder(publication.state / "previous" / locale, publication.state)
        shutil.rmtree(staged.root, ignore_errors=True)
        listed = guide.read(f"{UPDATES}/{locale}/list.bin", SMALL)
        if listed is None:
            if not (target / "list.bin").is_file():
                warnings.append(("previous-missing", f"{source} has no updates for {locale}: a new history begins"))
            continue
        try:
            if _goes_on_from(ChainFolder(target, publication.state), load_object(inflate(listed))["token"]):
                continue
            staged.write("list.bin", listed)
            _take_chain(guide, staged, publication, locale, files)
        except (BrokenError, KeyError, TypeError, AttributeError, IndexError) as error:
            raise guide.refused(f"{UPDATES}/{locale}/list.bin", str(error)) from None
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(target, ignore_errors=True)
        staged.root.replace(target)
    shutil.rmtree(publication.state / "previous", ignore_errors=True)
    return tuple(warnings)


def _goes_on_from(folder: ChainFolder, token: Json) -> bool:
    """Return whether a chain keeps a token."""
    try:
        head = load_head(folder)
    except BrokenError:
        return False
    return head is not None and token in {one.token for one in head.ledger.kept}


def _take_chain(
    guide: Source, staged: ChainFolder, publication: Publication, locale: str, files: Iterable[SiteFile]
) -> None:
    prefix = f"{UPDATES}/{locale}/"
    value = load_object(inflate(staged.read("list.bin") or b""))
    names = [str(value.get("token")), str((value.get("chrome") or [""])[0])]
    if not all(map(_NAME.fullmatch, names)):
        raise BrokenError("names in the list are none")
    _take(guide, staged, prefix, ledger_name(names[0]), SMALL)
    _take(guide, staged, prefix, f"chrome/{names[1]}.bin", SMALL)
    head = load_head(staged)
    if head is None or not all(
        _NAME.fullmatch(leaf.pack) and _NAME.fullmatch(leaf.digest) for leaf in head.leaves.values()
    ):
        raise BrokenError("names in the list are none")
    _make_packs(staged, head, publication, locale, files)
    for leaf in head.leaves.values():
        if not staged.has(f"packs/{leaf.pack}.bin"):
            _take(guide, staged, prefix, f"packs/{leaf.pack}.bin", LARGE)
    members = _checked(staged, head)
    tokens = [one.token for one in head.ledger.kept]
    if tokens[-1:] != [head.token] or not all(map(_NAME.fullmatch, tokens)):
        raise BrokenError("the ledger is that of another list")
    for older, newer in pairwise(tokens):
        data = guide.read(f"{prefix}history/{older}.{newer}.bin", LARGE)
        if data is not None:
            staged.write(f"history/{older}.{newer}.bin", data)
    reached = reachable(staged, head, members)
    for older, newer in list(pairwise(tokens))[: len(tokens) - 1 - reached]:
        staged.remove(f"history/{older}.{newer}.bin")
    _take_retired(guide, staged, prefix, head)


def _take(guide: Source, staged: ChainFolder, prefix: str, name: str, most: int) -> None:
    staged.write(name, guide.need(prefix + name, most))


def _make_packs(
    staged: ChainFolder, head: Head, publication: Publication, locale: str, files: Iterable[SiteFile]
) -> None:
    """Make from the site the packs that come out as they were published: they need not be asked for."""
    groups: dict[str, dict[str, Member]] = {leaf: {} for leaf in head.leaves}
    for path in by_bytes(one.path for one in of_chain(locale, files)):
        data = read_page(publication.site, path)
        member = read_member(path, data)
        if member.record is not None:
            member = Member(member.sha, head.chrome.split(data), member.size)
        groups[bucket_of(path, head.leaves)][path] = member
    for leaf, members in groups.items():
        data = pack_data(members)
        if digest_name(data) == head.leaves[leaf].pack:
            staged.write(f"packs/{head.leaves[leaf].pack}.bin", deflate_pack(data))


def _checked(staged: ChainFolder, head: Head) -> dict[str, Member]:
    """Return all members, once their hashes give the digests of buckets and the token. Raises BrokenError."""
    found: dict[str, Member] = {}
    digests = {}
    for name, leaf in head.leaves.items():
        members = load_members(staged, head, name)
        if list(members) != by_bytes(members) or len(members) != len(set(members)):
            raise BrokenError("a pack is not in order")
        for path in members:
            if not is_site_path(path) or bucket_of(path, head.leaves) != name:
                raise BrokenError("a pack holds a path that does not belong there")
        digests[name] = bucket_digest((path, member.sha) for path, member in members.items())
        if digests[name] != leaf.digest or pages_in(members) != leaf.pages:
            raise BrokenError("a pack does not hold the pages that the list names")
        found |= members
    if token_of((len(name), digests[name]) for name in sorted(digests)) != head.token:
        raise BrokenError("the token is not that of the pages")
    return found


def is_site_path(path: str) -> bool:
    """Return whether a path can be one of the site's: names that this program makes, leading nowhere else."""
    return len(path) <= 2000 and all(map(is_site_name, path.split("/")))


def _take_retired(guide: Source, staged: ChainFolder, prefix: str, head: Head) -> None:
    """Take what the lists before named: someone may be installing. What is not there any more, or broken, is left."""
    names = [name for names in head.ledger.retired for name in names][:_MOST_RETIRED]
    for name in names:
        match = _RETIRED.fullmatch(name)
        if match is None or staged.has(name):
            continue
        data = guide.read(prefix + name)
        try:
            if data is not None and digest_name(inflate(data, LARGE)) == match[2]:
                staged.write(name, data)
        except BrokenError:
            continue
