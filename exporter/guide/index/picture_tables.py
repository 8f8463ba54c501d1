"""The tables of pictures: what the files of assets are, what pages offer of them, and which pages do.

`picture_offer` holds each offer once, packed; `picture_use` says which pages make it. An offer that no page makes any
more goes, and with it the files that only it had. A page that asks for the address of a picture's own file uses it,
too: its offer has the path of that file under site/ and no variants.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.encoding import digest, pack
from exporter.guide.index.database import Table, in_parts, read_row
from exporter.pictures.facts import NOTHING, FileFacts
from exporter.pictures.offers import Variant
from exporter.pictures.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

SCHEMA = """
CREATE TABLE file_facts (
  source TEXT PRIMARY KEY, signature INTEGER NOT NULL, varied INTEGER NOT NULL, faulty INTEGER NOT NULL,
  facts BLOB NOT NULL
) WITHOUT ROWID;
CREATE INDEX faulty_file ON file_facts (source) WHERE faulty;
CREATE TABLE picture_offer (
  number INTEGER PRIMARY KEY, source TEXT NOT NULL, digest TEXT NOT NULL, pixels INTEGER NOT NULL,
  variants BLOB NOT NULL
);
CREATE TABLE picture_use (page INTEGER, offer INTEGER, PRIMARY KEY (page, offer)) WITHOUT ROWID;
CREATE INDEX picture_use_by_offer ON picture_use (offer);
"""


class FactsRow(NamedTuple):
    """The facts of a file under content/, and the signature that it had."""

    source: str
    signature: int
    facts: FileFacts


class OfferRow(NamedTuple):
    """What a page offers of a picture: the file under content/, its digest and number of pixels, recipes and variants.

    That of a picture's own file has no digest and no variants; its `source` is the path under site/.
    """

    number: int
    source: str
    digest: str
    pixels: int
    variants: tuple[tuple[Recipe, Variant], ...]


@lru_cache(maxsize=4096)
def own_file_offer(path: str) -> OfferRow:
    """Return the offer of a picture's own file, by its path under site/."""
    number = int.from_bytes(digest(path.encode("utf-8", "replace"))[:8], "big", signed=True)
    return OfferRow(number, path, "", 0, ())


class PictureTables(Table):
    """Queries of pictures."""

    __slots__ = ()

    def signatures(self) -> dict[str, int]:
        """Return the signatures of all files whose facts are known, by path under content/."""
        return dict(self._database.rows("SELECT source, signature FROM file_facts"))

    def facts_of(self, source: str) -> FileFacts:
        """Return the facts of a file by its path under content/."""
        data = self._database.value("SELECT facts FROM file_facts WHERE source = ?", source)
        return FileFacts(*read_row(data)) if data is not None else NOTHING

    def digests(self) -> set[str]:
        """Return the digests of all pictures."""
        return {read_row(data)[0] for (data,) in self._database.rows("SELECT facts FROM file_facts")}

    def packed_facts(self) -> list[tuple[str, bytes]]:
        """Return the packed facts of all files, by path under content/, in order."""
        return self._database.rows("SELECT source, facts FROM file_facts ORDER BY source")

    def varied(self) -> set[str]:
        """Return the paths under content/ of the pictures that variants are made of."""
        return {source for (source,) in self._database.rows("SELECT source FROM file_facts WHERE varied")}

    def faulty(self) -> Iterator[tuple[str, str, FileFacts]]:
        """Yield path, key of the asset and facts of every file that cannot be shown as the picture that it seems."""
        query = """SELECT f.source, a.key, f.facts FROM file_facts f JOIN asset_file a ON a.source = f.source
          WHERE f.faulty ORDER BY f.source"""
        for source, key, data in self._database.rows(query):
            yield source, key, FileFacts(*read_row(data))

    def put_facts(self, rows: Iterable[FactsRow]) -> None:
        """Note the facts of files."""
        packed = ((*row[:2], row.facts.is_varied, bool(row.facts.fault), pack(list(row.facts))) for row in rows)
        self._database.database.executemany("INSERT OR REPLACE INTO file_facts VALUES (?, ?, ?, ?, ?)", packed)

    def forget_facts(self, sources: Iterable[str]) -> None:
        """Forget files that are gone."""
        rows = ((source,) for source in sources)
        self._database.database.executemany("DELETE FROM file_facts WHERE source = ?", rows)

    def uses_among(self, pages: Sequence[int]) -> dict[int, set[int]]:
        """Return the numbers of the offers that some pages made when they were last built, by page."""
        found: dict[int, set[int]] = {}
        for some, marks in in_parts(pages):
            query = f"SELECT page, offer FROM picture_use WHERE page IN ({marks})"  # noqa: S608 - question marks
            for page, number in self._database.database.execute(query, some).fetchall():
                found.setdefault(page, set()).add(number)
        return found

    def set_uses(self, pages: Mapping[int, Sequence[int]]) -> None:
        """Note which offers pages make now, in place of those that they made before."""
        before = self.uses_among(list(pages))
        gone = [(page, number) for page, old in before.items() for number in old.difference(pages[page])]
        new = [(page, number) for page, now in pages.items() for number in now if number not in before.get(page, ())]
        self._database.database.executemany("DELETE FROM picture_use WHERE page = ? AND offer = ?", gone)
        self._database.database.executemany("INSERT OR IGNORE INTO picture_use VALUES (?, ?)", new)

    def put_offers(self, offers: Iterable[OfferRow]) -> None:
        """Note what is offered; an offer that is known stays as it is, but for the place of its file."""
        rows = ((*row[:4], _packed(row.variants)) for row in offers)
        self._database.database.executemany("INSERT OR REPLACE INTO picture_offer VALUES (?, ?, ?, ?, ?)", rows)

    def drop_unused_offers(self) -> None:
        """Forget the offers that no page makes any more."""
        self._database.database.execute("DELETE FROM picture_offer WHERE number NOT IN (SELECT offer FROM picture_use)")

    def offers(self) -> Iterator[OfferRow]:
        """Yield every offer of variants, in the order of their files."""
        query = "SELECT * FROM picture_offer WHERE digest != '' ORDER BY source, number"
        for row in self._database.rows(query):
            yield OfferRow(row[0], row[1], row[2], row[3], _unpacked(row[4]))

    def own_files(self) -> set[str]:
        """Return the paths under site/ of pictures' own files that pages ask for."""
        return {source for (source,) in self._database.rows("SELECT source FROM picture_offer WHERE digest = ''")}


def _packed(variants: tuple[tuple[Recipe, Variant], ...]) -> bytes:
    return pack([[list(recipe), list(variant)] for recipe, variant in variants])


def _unpacked(data: bytes) -> tuple[tuple[Recipe, Variant], ...]:
    return tuple((_recipe(*recipe), Variant(*variant)) for recipe, variant in read_row(data))


def _recipe(fit: str, width: int, height: int, ratio: list[int] | None, focus: list[int], *others: object) -> Recipe:
    return Recipe(fit, width, height, (ratio[0], ratio[1]) if ratio else None, (focus[0], focus[1]), *others)  # type: ignore[arg-type] # as packed above
