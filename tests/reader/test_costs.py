"""What readers of a real guide pay for each kind of edit: bodies and requests, from the space to the device."""

from __future__ import annotations

import random
import zlib
from typing import TYPE_CHECKING

import pytest

from exporter.reader.model import Keeping
from tests.reader import corpus
from tests.reader.device import Device
from tests.reader.guides import Guide as Folder
from tests.reader.guides import minified, words
from tests.reader.story import LIMITS, Story, update

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

SMALL = 300
LARGE = 10_000
SIZES = [SMALL, pytest.param(LARGE, marks=pytest.mark.long)]
SOME = 40
BARE = ("word", "foot", "navigation item")
"""What is edited with the benchmarks' templates, which show little else."""


def most_for(step: str, device: Device, places: int) -> float:
    """Return the bytes that a step may cost: a new entry also stands in lists and on the maps of its neighbours."""
    if step != "entry":
        return LIMITS[step]
    return 4 * len(zlib.compress(device.records[f"place/place-{places:06}/index.html"], 9))


@pytest.mark.parametrize("places", SIZES)
def test_edits_of_a_guide_with_the_theme_cost_the_edit(guide: Guide, space: SpaceFiles, places: int) -> None:
    story = Story(guide, space, places, "theme")
    device = story.start()
    zipped = sum(len(zlib.compress(page, 6, wbits=31)) for page in story.states[""].values())
    assert device.requests <= 80
    assert device.received <= 0.5 * zipped
    for step, edit in story.steps():
        edit()
        pages = story.build(step)
        received, requests = update(device)
        assert device.pages() == pages, step
        assert (received <= most_for(step, device, places), requests) == (True, 1), (step, received)
    one_line(story, places)


def one_line(story: Story, places: int) -> None:
    """Play the same steps with pages on one line, as a template without line breaks gives them."""
    folder = Folder(story.guide.root.parent / "one line", Keeping())
    device = Device(folder.updates, folder.site)
    for step, pages in story.states.items():
        flat = {path: minified(page) if path.endswith(".html") else page for path, page in pages.items()}
        folder.publish(flat)
        if not step:
            device.install()
            continue
        received, requests = update(device)
        assert device.pages() == flat, step
        assert (received <= most_for(step, device, places), requests) == (True, 1), (step, received)


@pytest.mark.parametrize("places", SIZES)
def test_edits_of_a_guide_with_bare_templates_cost_the_edit(guide: Guide, space: SpaceFiles, places: int) -> None:
    story = Story(guide, space, places, "bare")
    device = story.start()
    for step, edit in story.steps():
        if step in BARE:
            edit()
            pages = story.build(step)
            received, requests = update(device)
            assert device.pages() == pages, step
            assert (received <= LIMITS[step], requests) == (True, 1), (step, received)
    one_line(story, places)


@pytest.mark.parametrize("places", SIZES)
def test_an_unknown_token_costs_the_pages_that_changed(guide: Guide, space: SpaceFiles, places: int) -> None:
    story = Story(guide, space, places, "theme")
    device = story.start()
    before = device.received
    for number in random.Random(places).sample(range(places), SOME):
        space.put(corpus.place(number, 2, more=corpus.SENTENCE))
    pages = story.build("some")
    (device.updates / "since" / f"{device.token}.bin").unlink()
    device.update()
    assert device.updates_taken[-1] == "reconcile"
    assert device.pages() == pages
    assert device.received - before <= 200_000


@pytest.mark.long
def test_months_away_from_a_large_guide_cost_the_edits(guide: Guide, space: SpaceFiles, tmp_path: Path) -> None:
    story = Story(guide, space, LARGE, "theme")
    story.start()
    pages = story.states[""]
    folder = Folder(tmp_path / "away", Keeping())
    folder.publish(pages)
    rnd, away, beside = random.Random(5), {}, []
    names = [path for path in pages if path.startswith("place/place-")]
    for left in range(200, 0, -1):
        if left in (180, 30):
            away[left] = Device(folder.updates, folder.site)
            away[left].install()
        chosen = rnd.sample(names, 5)
        pages = {**pages, **{path: pages[path].replace(b"<p>", f"<p>{words(rnd, 2)} ".encode(), 1) for path in chosen}}
        before = _stamps(folder.updates / "since")
        folder.publish(pages)
        beside.append(len(_stamps(folder.updates / "since") - before) - 30)
    assert sum(beside) / len(beside) <= 4
    assert sum(path.stat().st_size for path in (folder.updates / "history").iterdir()) <= 80_000
    for left, most, requests in ((180, 55_000, 12), (30, 9_000, 1)):
        received, asked = update(away[left])
        assert (received <= most, asked <= requests) == (True, True), (left, received, asked)
        assert away[left].pages() == pages


def _stamps(folder: Path) -> set[tuple[str, int, int]]:
    found = [(path, path.stat()) for path in folder.iterdir()]
    return {(path.name, stat.st_mtime_ns, stat.st_ino) for path, stat in found}
