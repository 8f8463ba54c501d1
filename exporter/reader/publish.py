"""Publish under `site/updates/` what a build changed: one chain a locale."""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from exporter.reader.chain import Place, publish_first, publish_next
from exporter.reader.encoding import VERSION, BrokenError, dump, inflate, load_object
from exporter.reader.evolve import Change
from exporter.reader.folder import ChainFolder, read_page
from exporter.reader.head import Head, everything, load_head, load_members
from exporter.reader.memory import Memory
from exporter.reader.model import ReaderReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from exporter.reader.model import ChainReport, Publication, PublishedChange, SiteFile

UPDATES = "updates"
_LEFT_OUT = re.compile(
    r"(.*/)?map/.*\.(kml|geojson)|updates/.*|sw\.js|_(redirects|headers)(\.nginx)?|(.*/)?(robots\.txt|sitemap[^/]*\.xml|(feed|atom|rss)[^/]*\.xml)",
    re.DOTALL,
)
"""What devices do without; hosts do not even answer with the files that are meant for them."""


def publish_updates(change: PublishedChange, publication: Publication) -> ReaderReport:
    """Bring `site/updates/` up to date after a build.

    Data first, then the list of each chain, then the memory in `.export/reader/`. Raises OSError if the disk does
    not do what it should; the next run mends what was left.
    """
    warnings: list[tuple[str, str]] = []
    reports: dict[str, ChainReport] = {}
    with closing(Memory(publication.state)) as memory:
        known = change.before is not None and memory.seen() == change.before
        for locale in publication.locales:
            place = _place(publication, memory, locale)
            report = _publish_chain(place, change, publication.site, known=known, warnings=warnings)
            if report is not None:
                reports[locale] = report
        gone = _remove_others(publication)
        _write_chains(publication)
        if reports or gone or memory.seen() != change.after:
            memory.commit(change.after or "")
    return ReaderReport(reports, tuple(warnings))


def _place(publication: Publication, memory: Memory, locale: str) -> Place:
    folder = ChainFolder(publication.site / UPDATES / locale, publication.state)
    time = int(publication.time.timestamp()) if publication.time else None
    return Place(folder, memory, locale, publication.keeping, time, publication.jobs)


def _publish_chain(
    place: Place, change: PublishedChange, site: Path, *, known: bool, warnings: list[tuple[str, str]]
) -> ChainReport | None:
    read = partial(read_page, site)
    try:
        head = load_head(place.folder)
        if head is not None:
            standing = known and place.memory.uses(place.locale, place.folder.read("list.bin") or b"") is not None
            one = _changed(place.locale, change, read) if standing else _compared(place, head, change, read)
            return publish_next(replace(place, clean=standing), head, one)
    except BrokenError as error:
        warnings.append(("updates-broken", f"updates/{place.locale} is broken ({error}): its history begins anew"))
        head = None
    if place.memory.seen() is not None and head is None and not warnings:
        warnings.append(("updates-missing", f"updates/{place.locale} was not there: its history begins anew"))
    return publish_first(place, [one.path for one in of_chain(place.locale, change.listing())], read)


def _changed(locale: str, change: PublishedChange, read: Callable[[str], bytes]) -> Change:
    written = [one.path for one in of_chain(locale, change.written)]
    removed = [*change.removed, *(one.path for one in change.written if locale not in one.locales)]
    return Change(written, [path for path in removed if not _LEFT_OUT.fullmatch(path)], read)


def _compared(place: Place, head: Head, change: PublishedChange, read: Callable[[str], bytes]) -> Change:
    """Take all files of the site for written: what was published last is not what the build went on from."""
    listed = {one.path for one in of_chain(place.locale, change.listing())}
    members = (path for leaf in head.leaves for path in load_members(place.folder, head, leaf, everything))
    return Change(sorted(listed), [path for path in members if path not in listed], read)


def of_chain(locale: str, files: Iterable[SiteFile]) -> Iterable[SiteFile]:
    """Return the files that belong to a locale's chain."""
    return (one for one in files if locale in one.locales and not _LEFT_OUT.fullmatch(one.path))


def _remove_others(publication: Publication) -> bool:
    """Remove the chains of locales that the guide no longer has; tell whether there were any."""
    updates = publication.site / UPDATES
    gone = [
        folder for folder in sorted(updates.iterdir()) if folder.is_dir() and folder.name not in publication.locales
    ]
    for folder in gone:
        shutil.rmtree(folder)
    return bool(gone)


def _write_chains(publication: Publication) -> None:
    chains = {}
    for locale in publication.locales:
        folder = ChainFolder(publication.site / UPDATES / locale, publication.state)
        data = folder.read("list.bin") or b""
        listed = load_object(inflate(data))
        chains[locale] = {key: listed[key] for key in ("token", "pages", "stored", "files")}
        chains[locale]["bytes"] = listed["bytes"] + len(data)
        chains[locale]["prefix"] = publication.prefixes.get(locale, "")
    folder = ChainFolder(publication.site / UPDATES, publication.state)
    folder.write("chains.json", dump({"v": VERSION, "chains": chains}) + b"\n")
