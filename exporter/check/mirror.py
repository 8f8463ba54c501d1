"""Look at every item of the mirror, one after the other; what has to be compared is kept in a database on the disk."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import closing
from typing import TYPE_CHECKING

from exporter.build.scan import look_at_items
from exporter.check.addresses import clashes, own_addresses, part_addresses, resolve_addresses
from exporter.check.content import ItemFindings, Parts, look_at
from exporter.check.written import addresses_of
from exporter.core.encoding import decode
from exporter.core.files import read_file
from exporter.core.naming import item_at
from exporter.guide.pages.urls import chosen_url, list_url
from exporter.render.markup.link_syntax import item_named
from exporter.report.problems import problem
from exporter.report.report import Problem, one_line
from exporter.workers.pool import in_processes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from exporter.check.rules import Rules
    from exporter.guide.schema.guide_model import GuideModel

_SCHEMA = """
CREATE TABLE item (key TEXT PRIMARY KEY, name TEXT, path TEXT) WITHOUT ROWID;
CREATE TABLE link (target TEXT, source TEXT, field TEXT, locale TEXT);
CREATE TABLE written (path TEXT, source TEXT, field TEXT, locale TEXT);
CREATE TABLE earlier (url TEXT COLLATE NOCASE PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE base (url TEXT COLLATE NOCASE, key TEXT, locale TEXT, type TEXT);
CREATE TABLE marked (url TEXT, key TEXT, locale TEXT, type TEXT, earlier INTEGER);
CREATE TABLE part (key TEXT, field TEXT, locale TEXT, value TEXT, PRIMARY KEY (key, field, locale)) WITHOUT ROWID;
"""
_MANY = 2000


class MirrorCheck:
    """What was found in the mirror: the number of items, translated fields by content type and locale, problems."""

    def __init__(self, rules: Rules, content: Path, jobs: int) -> None:
        self._rules = rules
        self._content = content
        self._jobs = jobs
        self._filled: dict[str, Counter[str]] = {}
        self._before: dict[str, tuple[Parts, ...]] = {}
        self._broken = False
        self.items = 0

    def find(self) -> Iterator[Problem]:
        """Yield the problems, those that stand between items last."""
        with closing(sqlite3.connect("", isolation_level=None)) as database:  # on the disk, gone when it is closed
            database.executescript(f"BEGIN; {_SCHEMA}")
            paths = sorted(look_at_items(self._content))
            looks = in_processes(self._jobs, paths, lambda share: _look(self._rules, self._content, share), _MANY)
            for look in looks:
                yield from look.problems
                self._keep(database, look)
            resolve_addresses(database, self._rules.guide, self._before)
            if not self._broken:  # of what is missing nobody knows whether it was in that file
                yield from _unresolved(database, self._rules)
                yield from clashes(database, self._rules.guide)
                yield from own_addresses(database, self._rules.guide)
                part_addresses(database)
                yield from _dead(database, self._rules.guide)

    def _keep(self, database: sqlite3.Connection, look: ItemFindings) -> None:
        if not look.key:
            self._broken = True
            return
        self.items += 1
        database.execute("INSERT OR IGNORE INTO item VALUES (?, ?, ?)", (look.key, _clean(look.name), look.path))
        links = ((_clean(to), look.key, _clean(field), _clean(code)) for to, field, code in look.links)
        database.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", links)
        written = ((_clean(to), look.key, _clean(field), _clean(code)) for to, field, code in look.written)
        database.executemany("INSERT INTO written VALUES (?, ?, ?, ?)", written)
        database.executemany("INSERT INTO part VALUES (?, ?, ?, ?)", ((look.key, *each) for each in look.parts))
        if look.before:
            self._before[look.key] = look.before
        for earlier, pages in enumerate((look.bases, look.earlier)):
            rows = ((url, look.key, code, look.type, earlier) for code, url in pages)
            database.executemany("INSERT INTO marked VALUES (?, ?, ?, ?, ?)", rows)
        if look.filled:
            self._filled.setdefault(look.type, Counter()).update(look.filled)

    def coverage(self) -> dict[str, dict[str, int]]:
        """Give how many of the localised fields that have a value have one in a locale: in percent, by content type."""
        locales = self._rules.guide.locales
        return {
            each: {code: 100 * filled[code] // filled[""] for code in locales}
            for each, filled in sorted(self._filled.items())
        }


def _clean(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _look(rules: Rules, content: Path, paths: Iterable[str]) -> Iterator[ItemFindings]:
    for path in paths:
        try:
            item = item_at(path, decode(read_file(f"{content}/{path}")))
        except FileNotFoundError:
            continue
        except ValueError as error:
            said = f"content/{path} is no JSON ({error}), so neither links nor addresses were looked at: "
            said += "take it back from git, or run sync --full"
            yield ItemFindings("", path, "", "", (problem("mirror-broken", said, file=f"content/{path}"),))
            continue
        if item is not None:
            yield look_at(rules, item, path)


def _unresolved(database: sqlite3.Connection, rules: Rules) -> Iterator[Problem]:
    source = rules.guide.site.source
    other = "" if source.search is None and not source.only else " or not mirrored"
    for key, field, locale, target, name, path in database.execute(_UNRESOLVED):
        said = f"{name}, {field} ({locale}) links to {target}, which is not published{other}: "
        said = one_line(f"{said}publish it, or take the link out", 400)
        yield problem("link-unresolved", said, item=key, locale=locale, field=field, file=f"content/{path}")


_UNRESOLVED = """
SELECT DISTINCT source, field, locale, target, name, path FROM link JOIN item ON key = source
WHERE target NOT IN (SELECT key FROM item) ORDER BY 1, 2, 3, 4
"""


def _dead(database: sqlite3.Connection, guide: GuideModel) -> Iterator[Problem]:
    """Yield the links to addresses of the guide at which no page lies, nor one that leads on."""
    query = (
        "SELECT DISTINCT source, field, locale, written.path, name, item.path FROM written JOIN item ON key = source"
    )
    database.execute("CREATE INDEX base_by_key ON base (key)")
    parted = _parted_lists(guide)
    for source, field, locale, link, name, path in database.execute(f"{query} ORDER BY 1, 2, 3, 4"):
        pages = [row[0] for row in database.execute("SELECT url FROM base WHERE key = ?", (source,))]
        urls = addresses_of(guide, link, locale, pages)
        if urls and not _leads(database, guide, parted, urls, item_named(link)):
            said = f"{name}, {field} ({locale}) links to {link}, where no page is: mend the link, or link to an entry"
            where = {"item": source, "locale": locale, "field": field, "file": f"content/{path}"}
            yield problem("link-dead", one_line(said, 400), **where)


def _leads(database: sqlite3.Connection, guide: GuideModel, parted: tuple[str, ...], urls: list[str], key: str) -> bool:
    """Tell whether a page lies at one of some addresses, or a link names an item by its key.

    The pages of lists that are `parted` only the build knows: all that would lie there does.
    """
    there = "SELECT 1 FROM base WHERE url = ?1 UNION ALL SELECT 1 FROM earlier WHERE url = ?1"
    if any(url.startswith(parted) or database.execute(there, (url,)).fetchone() for url in urls):
        return True
    if key.startswith("asset:") and guide.site.content.assets != "download":
        return False
    named = "SELECT 1 FROM base WHERE key = ?" if key.startswith("entry:") else "SELECT 1 FROM item WHERE key = ?"
    return database.execute(named, (key,)).fetchone() is not None


def _parted_lists(guide: GuideModel) -> tuple[str, ...]:
    """Give what the addresses of those pages of lists begin with that are one letter, value or number of it."""
    lists = [(name, each) for name, each in guide.site.lists.items() if each.by or each.per_page]
    chosen = [chosen_url(guide, {"url": each.url}, name, code) for name, each in lists for code in guide.locales]
    return *chosen, *(f"{list_url(guide, each, code)}~" for each in guide.types for code in guide.locales)
