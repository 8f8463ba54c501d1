"""Faults between any two operations of a server of files, and between any two calls of a disk.

After each one the published guide is whole, as a crawler sees it, and the next publish ends where an unbroken one
would: the target is put back as it was before, then the same publish meets the next fault.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from exporter.publish.claim import Timing
from exporter.publish.manifest import FOLDER
from tests.conftest import PROJECT, Guide, SpaceFiles, entry
from tests.publish.conftest import write_site
from tests.publish.crawler import dead_ends
from tests.publish.faults import SLOW
from tests.publish.servers import Place, place
from tests.publish.test_faults import publish
from tests.publish.test_targets import assert_same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OPERATIONS = ("failure", "denied", "refused", "cut", "slow", "killed")
WRITES = ("ENOSPC", "EACCES", "EIO", "full", "killed")
LOOKS = ("EACCES", "EIO")
PLAIN = ("--json", "--uploads", "1")


class Scene(NamedTuple):
    """A guide whose next publish changes, adds and removes pages, and deletes what had waited for it."""

    guide: Guide
    target: Place
    before: Path
    unbroken: dict[str, bytes]

    def put_back(self) -> None:
        """Put the target back as it was before that publish."""
        assert self.target.folder is not None
        shutil.rmtree(self.target.folder)
        shutil.copytree(self.before, self.target.folder)

    def assert_goes_on(self, fault: str) -> None:
        """The guide is whole, and the next publish ends where an unbroken one did."""
        assert dead_ends(self.target.guide()) == [], fault
        outcome = self.guide.run("publish", self.target.address, *PLAIN)
        assert outcome.code == 0, (fault, outcome)
        assert_same(self.guide, self.target)
        assert self.target.guide() == self.unbroken, fault


def scene(guide: Guide, space: SpaceFiles, target: Place, folder: Path) -> Scene:
    """Publish twice, so that files wait for the third publish; make that one once, unbroken."""
    assert target.folder is not None
    write_site(guide, space, target.settings)
    space.put(entry("place", "inn", title="The inn", slug="inn", body="[The mill](/place/mill/)"))
    for number in (2, 3, 4):
        if number == 4:
            space.remove("entries/place/inn.json")
            space.put(entry("place", "ferry", title="The ferry", slug="ferry", body="[The mill](/place/mill/)"))
            shutil.copytree(target.folder, folder / "before")
        space.put(entry("place", "mill", number, title="The mill", slug="mill", body=f"It turned {number} times."))
        guide.build()
        outcome = guide.run("publish", target.address, *PLAIN)
        assert outcome.code == 0, outcome
    return Scene(guide, target, folder / "before", target.guide())


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows a publisher that was killed on this machine need not wait long for its last request."""
    monkeypatch.setattr("exporter.publish.run.USUAL_TIMING", Timing(stale=3))


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Place]:
    with place("folder", tmp_path) as found:
        yield found


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    (tmp_path / "server").mkdir()
    with place("sftp", tmp_path / "server") as found:
        for name, value in found.variables.items():
            monkeypatch.setenv(name, value)
        yield found


def test_half_a_file_that_was_left_goes_with_the_next_change(
    guide: Guide, space: SpaceFiles, folder: Place, server: Place
) -> None:
    write_site(guide, space)
    guide.build()
    for target in (folder, server):
        target.put(f"{FOLDER}/part-of-one-that-was-killed", b"half")
        assert guide.run("publish", target.address, "--adopt", *PLAIN).code == 0
        assert_same(guide, target)


def with_disk(made: Scene, calls: str, number: int, fault: str) -> tuple[int, dict[str, Any] | None]:
    """Publish with a fault; return how many calls there were, and what the process says unless it was killed."""
    options = ["-C", str(made.guide.root), "publish", made.target.address, *PLAIN]
    command = [sys.executable, "-m", "tests.publish.faulty_disk", str(made.target.folder), calls, str(number), fault]
    done = subprocess.run([*command, *options], cwd=PROJECT, capture_output=True, text=True, check=False)
    if fault == "killed" and done.returncode == -9:
        return number + 1, None
    assert "Traceback" not in done.stderr, done.stderr
    said: dict[str, Any] = json.loads(done.stdout)
    return int(done.stderr.splitlines()[-1]), said


def every_call(made: Scene, calls: str, fault: str, step: int) -> int:
    """Meet a fault at each call of a disk, or at some of them; return how many there were."""
    number = 0
    while True:
        made.put_back()
        count, said = with_disk(made, calls, number, fault)
        if count <= number:
            return number
        assert said is None or said["exit"] in (0, 3) or said["error"]["code"] == "disk", (number, said)
        made.assert_goes_on(f"{fault} at call {number}")
        number += step


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("calls", "fault", "step", "least"),
    [
        *(("writes", fault, 61, 100) for fault in ("full", "killed")),
        *(pytest.param("writes", fault, 1, 100, marks=pytest.mark.long) for fault in WRITES),
        *(pytest.param("looks", fault, 1, 60, marks=pytest.mark.long) for fault in LOOKS),
    ],
)
def test_disk_that_fails_at_a_call_of_a_publish(
    guide: Guide, space: SpaceFiles, folder: Place, tmp_path: Path, calls: str, fault: str, step: int, least: int
) -> None:
    assert every_call(scene(guide, space, folder, tmp_path), calls, fault, step) > least


def every_operation(made: Scene, fault: str, step: int) -> int:
    """Meet a fault at each operation of a server of files, or at some of them; return how many there were."""
    number = 0
    while True:
        made.put_back()
        made.target.reset({number: "stuck" if fault == "killed" else fault})
        met = _killed_at(made, number) if fault == "killed" else _failed_at(made, number, fault)
        made.target.reset()
        if not met:
            return number
        made.assert_goes_on(f"{fault} at operation {number}")
        number += step


def _failed_at(made: Scene, number: int, fault: str) -> bool:
    outcome = made.guide.run("publish", made.target.address, *PLAIN, "--deadline", "1")
    lost = fault == "slow" and outcome.code == 4 and outcome.json["error"]["code"] == "target-lost"
    assert outcome.code in (0, 3) or lost, (number, outcome)
    if fault == "slow" and outcome.code == 0:  # what a late operation makes goes with the next change
        time.sleep(SLOW)
        for path in made.target.paths():
            if path.startswith(f"{FOLDER}/part-"):
                made.target.remove(path)
    return len(made.target.log()) > number


def _killed_at(made: Scene, number: int) -> bool:
    """Kill a publish once an operation of it is at the server, which never carries it out."""
    with publish(made.guide, made.target) as process:
        while process.poll() is None and len(made.target.log()) <= number:
            time.sleep(0.01)
        process.kill()
    return process.returncode == -9


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("fault", "step"),
    [
        *((fault, 67) for fault in ("failure", "cut", "killed")),
        *(pytest.param(fault, 1, marks=pytest.mark.long) for fault in OPERATIONS),
    ],
)
def test_server_of_files_that_fails_at_an_operation_of_a_publish(
    guide: Guide, space: SpaceFiles, server: Place, tmp_path: Path, fault: str, step: int
) -> None:
    assert every_operation(scene(guide, space, server, tmp_path), fault, step) > 100
