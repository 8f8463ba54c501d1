"""A place that moves costs the same in a small guide and in a large one: counted in pages, rendered and compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.places import at, place, put_places, spot

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

COUNTED = ("rendered", "written", "removed", "failed")


def cost_of_a_move(guide: Guide, space: SpaceFiles, size: int) -> tuple[dict[str, int], int]:
    """Return what it costs to move one of so many places, and the pages that were compared."""
    put_places(space, size)
    guide.build()
    here = spot(57)
    space.put(place(57, at(here["lat"] + 0.0001, here["lon"]), 2))
    report = guide.build()["render"]
    return {name: report[name] for name in COUNTED}, report["evaluated"]


def check(guide: Guide, space: SpaceFiles, tmp_path: Path, small: int, large: int) -> None:
    few, compared = cost_of_a_move(guide, space, small)
    other = tmp_path / "larger"
    other.mkdir()
    (other / "site.yaml").write_bytes((guide.root / "site.yaml").read_bytes())
    many, compared_of_many = cost_of_a_move(type(guide)(other, guide.call), space, large)
    assert few["rendered"] < 40
    assert many == few
    assert compared_of_many < 1.5 * compared


def test_moved_place_costs_the_same_in_a_small_and_a_large_guide(
    guide: Guide, space: SpaceFiles, tmp_path: Path
) -> None:
    check(guide, space, tmp_path, 410, 820)


@pytest.mark.long
def test_moved_place_costs_the_same_at_a_thousand_and_at_five_thousand(
    guide: Guide, space: SpaceFiles, tmp_path: Path
) -> None:
    check(guide, space, tmp_path, 1_000, 5_000)
