"""A run killed anywhere: the next one ends with the result of an uninterrupted run."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.conftest import CATEGORY, PICTURE, PLACE, PROJECT, Guide, SpaceFiles, asset, entry, link, locale
from tests.support.killer import KILLED

if TYPE_CHECKING:
    from collections.abc import Callable

POINTS = 10
HISTORY = {"content/moved.json", "site/place/castle/index.html"}
"""The record of earlier URLs and the redirect made from it: a full sync after a crash may have lost them."""


def killed(guide: Guide, at: int, *arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "tests.support.killer", str(at), "-C", str(guide.root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    return done.returncode, done.stderr


def copied(guide: Guide, name: str) -> Guide:
    root = guide.root.parent / name
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(guide.root, root)
    return Guide(root, guide.call)


def nothing(_space: SpaceFiles) -> None:
    pass


def edits(space: SpaceFiles) -> None:
    space.put(entry("place", "castle", 2, title={"en-US": "New"}, slug="citadel", picture=link("Asset", "pic")))
    space.put(entry("place", "tower", 3, title={"en-US": "Tower", "ar": "برج"}, slug="tower"))
    space.put(asset("pic", "renamed.svg", len(PICTURE) + 1, 4), file=PICTURE + b"\n")
    space.put(asset("new", "new.svg", len(PICTURE), 5), file=PICTURE)
    space.remove("entries/place/mill.json")
    space.remove("entries/category/sights.json")


def edits_and_model(space: SpaceFiles) -> None:
    edits(space)
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])


@pytest.mark.parametrize(
    ("before", "change", "arguments", "again"),
    [
        (False, nothing, ["build"], ["build"]),
        (True, edits, ["build"], ["build"]),
        (True, edits, ["build"], ["build", "--full"]),
        (True, edits, ["sync", "--full"], ["build"]),
        (True, edits_and_model, ["build"], ["build"]),
    ],
    ids=["first run", "delta", "delta, then full", "full, then delta", "delta and model"],
)
def test_killed_run_is_finished_by_the_next(
    guide: Guide,
    space: SpaceFiles,
    before: bool,
    change: Callable[[SpaceFiles], None],
    arguments: list[str],
    again: list[str],
) -> None:
    if before:
        guide.build()
    change(space)
    unbroken = copied(guide, "unbroken")
    code, printed = killed(unbroken, 0, *arguments)
    assert code == 0, printed
    unbroken.build()
    expected = unbroken.files()
    operations = int(printed.splitlines()[-1])
    seed = random.randrange(1 << 30)
    print(f"seed {seed}")
    for at in sorted(random.Random(seed).sample(range(1, operations + 1), min(POINTS, operations))):
        broken = copied(guide, "broken")
        code, printed = killed(broken, at, *arguments)
        assert code == KILLED, (at, code, printed)
        outcome = broken.run(*again)
        assert outcome.code == 0, (at, outcome)
        found = broken.files()
        differs = {path for path in {*found, *expected} if found.get(path) != expected.get(path)}
        assert differs <= (HISTORY if "content/moved.json" in differs else set()), at
        assert not (broken.root / ".export/staging").exists(), at
