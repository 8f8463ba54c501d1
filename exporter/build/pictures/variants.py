"""The variants that pages offer: made where they are missing, once, and removed where no page offers them any more."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from exporter.core.containment import list_folder, look_at, make_cache_folder
from exporter.pictures.making import Work
from exporter.pictures.offers import FOLDER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from exporter.build.output import Output
    from exporter.guide.index.file_tables import Copy
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.picture_tables import OfferRow
    from exporter.pictures.offers import Variant
    from exporter.pictures.recipe import Recipe
    from exporter.report.progress import Stages
    from exporter.workers.pool import WorkerPool

MOST_PIXELS_AT_ONCE = 16_000_000
"""Pixels of a picture beyond which it is worked on by itself, so that memory has to hold one of its kind."""

VARIANT_SIGNATURE = 1
"""What copies of variants are noted with: a name stands for what a variant is made of, so it never changes."""


def made_folder(cache: Path) -> Path:
    """Return the folder of the cache in which variants lie."""
    return cache / FOLDER


class Wanted(NamedTuple):
    """A variant that a page offers: what it is made of and how."""

    offer: OfferRow
    recipe: Recipe
    variant: Variant


class Variants:
    """All variants that the pages of the index offer, by their paths under site/.

    `standing` are those whose copies in site/ are as they were written.
    """

    def __init__(self, index: GuideIndex, content: Path, cache: Path) -> None:
        self._content = content
        self._folder = made_folder(cache)
        self.wanted = {
            f"{FOLDER}/{variant.name}": Wanted(offer, recipe, variant)
            for offer in index.pictures.offers()
            for recipe, variant in offer.variants
        }
        self.standing: set[str] = set()

    def look(self, output: Output, copies: Mapping[str, Copy]) -> None:
        """Find the copies that stand."""
        for path in self.wanted:
            copy = copies.get(path)
            if copy is not None and copy[0] == VARIANT_SIGNATURE and output.stands(path, copy[1], copy[2]):
                self.standing.add(path)

    def missing(self) -> list[Work]:
        """Return what has to be made, picture by picture: what stands neither in site/ nor in the cache."""
        absent = [
            wanted
            for path, wanted in self.wanted.items()
            if path not in self.standing and not self._is_made(wanted.variant)
        ]
        by_picture: dict[tuple[str, str], list[Wanted]] = {}
        for wanted in absent:
            by_picture.setdefault((wanted.offer.source, wanted.offer.digest), []).append(wanted)
        return [self._work(source, digest, found) for (source, digest), found in by_picture.items()]

    def _work(self, source: str, digest: str, wanted: list[Wanted]) -> Work:
        variants = [(one.recipe, one.variant) for one in wanted]
        return Work(f"{self._content}/{source}", digest, wanted[0].offer.pixels, variants)

    def made(self) -> Iterator[tuple[str, Path]]:
        """Yield path and file of each variant that can be copied."""
        for path, wanted in self.wanted.items():
            if path not in self.standing and self._is_made(wanted.variant):
                yield path, self._folder / wanted.variant.name

    def sweep(self) -> None:
        """Remove from the cache what no page offers."""
        wanted = {found.variant.name for found in self.wanted.values()}
        for name in list_folder(str(self._folder)).files:
            if name not in wanted:
                os.unlink(self._folder / name)  # noqa: PTH108 - one of a plain folder's own files

    def _is_made(self, variant: Variant) -> bool:
        return look_at(f"{self._folder}/{variant.name}") is not None


def make_missing(variants: Variants, cache: Path, pool: WorkerPool, stages: Stages) -> int:
    """Make the variants that are missing, in workers where pictures are many; return how many were made."""
    work = variants.missing()
    if not work:
        return 0
    make_cache_folder(made_folder(cache))
    small = [one for one in work if one.pixels <= MOST_PIXELS_AT_ONCE]
    large = [one for one in work if one.pixels > MOST_PIXELS_AT_ONCE]
    made = 0
    with stages.stage("pictures", len(work)):
        pool.start(len(work), 2)
        for part, most in ((small, 0), (large, 1)):
            for names in stages.follow("pictures", pool.hand_out("make", part, most)):
                made += len(names)
    return made
