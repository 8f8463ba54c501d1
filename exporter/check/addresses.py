"""Addresses that pages want: what linked entries say in them, where several meet, which are the guide's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.config.url_patterns import paths_of
from exporter.core.naming import url_segment
from exporter.guide.index.records import ItemFacts
from exporter.guide.pages.addresses import resolve
from exporter.guide.pages.urls import chosen_url, list_url
from exporter.guide.schema.guide_model import OWN_NAMES, is_own
from exporter.report.problems import problem
from exporter.report.report import one_line

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping

    from exporter.check.content import Parts
    from exporter.guide.schema.guide_model import GuideModel
    from exporter.report.report import Problem


class _Said:
    """What entries say in the addresses of others, as `resolve` asks for it; `asked` are their keys.

    `once` is what one of them said before, by its key.
    """

    def __init__(self, database: sqlite3.Connection, once: Mapping[str, Parts] | None = None) -> None:
        self._database = database
        self._once = once or {}
        self.asked: set[str] = set()

    def __call__(self, key: str) -> ItemFacts:
        self.asked.add(key)
        parts = self._once.get(key)
        if parts is None:
            parts = tuple(self._database.execute("SELECT field, locale, value FROM part WHERE key = ?", (key,)))
        return ItemFacts(key, "", parts=parts)


def resolve_addresses(database: sqlite3.Connection, guide: GuideModel, before: Mapping[str, tuple[Parts, ...]]) -> None:
    """Put what linked entries say for the marks of addresses, now that all entries are known.

    What an entry said `before` gives the addresses that the pages of others had until it said something else.
    """
    now = _Said(database)
    for url, key, locale, type_id, earlier in database.execute("SELECT * FROM marked ORDER BY rowid"):
        now.asked.clear()
        whole, found = resolve(url, locale, now), []
        if earlier:
            found.append(whole)
        else:
            database.execute("INSERT INTO base VALUES (?, ?, ?, ?)", (whole, key, locale, type_id))
            known = ({each: parts} for each in now.asked & before.keys() for parts in before[each])
            found += [resolve(url, locale, _Said(database, once)) for once in known]
        database.executemany(
            "INSERT OR IGNORE INTO earlier VALUES (?)", ((each,) for each in found if not is_own(guide, each, locale))
        )


def clashes(database: sqlite3.Connection, guide: GuideModel) -> Iterator[Problem]:
    """Yield the addresses that several pages want; where render cannot part them it is an error, whatever is chosen."""
    own = ((guide.prefixes[code], "the home page", code) for code in guide.locales)
    types = [row[0] for row in database.execute("SELECT DISTINCT type FROM base ORDER BY 1")]
    both = [(each, code) for each in types for code in guide.locales]
    lists = {list_url(guide, each, code): (f"the list of {each}", code) for each, code in both}
    for name, each in guide.site.lists.items():
        urls = ((chosen_url(guide, {"url": each.url}, name, code), code) for code in guide.locales)
        lists |= {url: (f"the list {name}", code) for url, code in urls}
    others = (*own, *((url, *each) for url, each in lists.items()))
    database.executemany("INSERT INTO base VALUES (?, ?, ?, '')", others)
    database.execute("CREATE INDEX base_by_url ON base (url)")
    met: dict[tuple[str, ...], Problem] = {}
    query = "SELECT url FROM base GROUP BY url HAVING count(*) > 1 ORDER BY min(rowid)"
    for (url,) in database.execute(query):
        rows = database.execute(_AT, (url,)).fetchall()
        keys = tuple(dict.fromkeys(row[0] for row in rows))
        if keys not in met:  # in one locale they meet as in the next
            met[keys] = _clash(guide, url, rows)
    yield from met.values()


_AT = """
SELECT base.key, locale, type, coalesce(name, base.key), path FROM base LEFT JOIN item ON item.key = base.key
WHERE url = ? ORDER BY type = '', base.key, locale
"""


def part_addresses(database: sqlite3.Connection) -> None:
    """Give entries that want one address those that they get for that, as render does: with their ids."""
    query = "SELECT rowid, url, key FROM base WHERE type != '' AND url IN "
    query += "(SELECT url FROM base GROUP BY url HAVING count(*) > 1)"
    for number, url, key in database.execute(query).fetchall():
        parted = f"{url[:-1]}-{url_segment(key.partition(':')[2]) or 'entry'}/"
        database.execute("UPDATE base SET url = ? WHERE rowid = ?", (parted, number))


def _clash(guide: GuideModel, url: str, rows: list[tuple[str, str, str, str, str]]) -> Problem:
    key, locale, type_id, _, path = rows[0]
    fixed = any(not row[2] or _has_pattern(guide, row[2]) for row in rows)
    said = f"{' and '.join(dict.fromkeys(row[3] for row in rows))} have the same address {url}: "
    said += (
        "change one, or its pattern in site.yaml"
        if fixed
        else f"each gets its id; change the {_field(guide, type_id)} of one"
    )
    where = {"item": key, "locale": locale, "field": _field(guide, type_id), "file": f"content/{path}"}
    return problem("address-taken" if fixed else "address-clash", one_line(said, 400), **where)


def _field(guide: GuideModel, type_id: str) -> str:
    """Give the field that addresses of a content type begin with; empty for one that is none's."""
    content_type = guide.model.types.get(type_id)
    pattern = guide.site.pages[type_id].url if type_id in guide.site.pages else None
    if pattern:
        return next(paths_of(pattern), ("",))[0]
    return content_type.address_field if content_type else ""


def _has_pattern(guide: GuideModel, type_id: str) -> bool:
    pattern = guide.site.pages.get(type_id)
    return pattern is not None and pattern.url is not None


def own_addresses(database: sqlite3.Connection, guide: GuideModel) -> Iterator[Problem]:
    """Yield the entries whose pages would lie where the guide has files of its own, which render refuses."""
    tops = sorted(f"{prefix}{name}" for prefix in guide.prefixes.values() for name in OWN_NAMES)
    found: dict[str, Problem] = {}
    for top in tops:
        for url, key, locale, type_id, name, path in database.execute(_BELOW, (f"{top}/", f"{top}0")):
            said = f"{name} has the address {url}, which is the guide's own: change what makes it, or the pattern "
            where = {"item": key, "locale": locale, "field": _field(guide, type_id), "file": f"content/{path}"}
            found.setdefault(key, problem("address-taken", one_line(f"{said}pages.{type_id}.url", 400), **where))
    yield from found.values()


_BELOW = """
SELECT url, key, locale, type, name, path FROM base JOIN item USING (key) WHERE url >= ? AND url < ? ORDER BY 1, 2, 3
"""
