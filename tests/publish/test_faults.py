"""Object stores that fail between any two requests, and a process that is killed there: S3 by moto, Azure by azurite.

After each fault the published guide is whole, as a crawler sees it that follows its links and its since-files, and the
next publish ends where an unbroken one would.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from exporter.publish.manifest import ROOT, read_root
from tests.conftest import PROJECT, entry
from tests.publish.conftest import write_site
from tests.publish.crawler import dead_ends, dead_ends_now
from tests.publish.faults import SLOW
from tests.publish.servers import KINDS, Place, has_azurite, place
from tests.publish.test_targets import assert_same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

FAULTS = ("500", "403", "refused", "cut", "slow", "killed")


@pytest.fixture(scope="module", params=["s3", "az"])
def store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    needs_azurite(request.param)
    with place(request.param, tmp_path_factory.mktemp(request.param), faulty=True) as found:
        yield found


def needs_azurite(kind: str) -> None:
    if kind == "az" and not has_azurite():
        pytest.skip("azurite is not installed: npm ci in tests/publish")


def publish(guide: Guide, target: Place, *options: str) -> subprocess.Popen[str]:
    """Publish in a process of its own; the last of options that are given twice counts."""
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), "publish", target.address, "--json"]
    variables = {**os.environ, **target.variables}
    command += ["--uploads", "1", *options]
    return subprocess.Popen(command, cwd=PROJECT, env=variables, text=True, stdout=subprocess.PIPE)


def killed_at(guide: Guide, target: Place, number: int) -> None:
    """Publish and kill the process while its request of this number is at the server, which takes its time."""
    target.reset({number: "slow"})
    with publish(guide, target) as process:
        while process.poll() is None and len(target.log()) <= number:
            time.sleep(0.01)
        process.kill()
    if number % 2 == 0:
        time.sleep(SLOW + 0.3)  # else the next publisher comes while that request is still under way


@pytest.mark.long
@pytest.mark.parametrize("kind", FAULTS)
def test_fault_at_every_request_of_a_publish(guide: Guide, space: SpaceFiles, store: Place, kind: str) -> None:
    every_fault(guide, space, store, kind, 1)


@pytest.mark.parametrize("kind", ["cut", "killed"])
def test_fault_at_some_requests_of_a_publish(guide: Guide, space: SpaceFiles, store: Place, kind: str) -> None:
    every_fault(guide, space, store, kind, 19)


def told(guide: Guide, target: Place, *options: str) -> dict[str, Any]:
    """Publish; return what the process says."""
    with publish(guide, target, *options) as process:
        said: dict[str, Any] = json.loads(process.communicate()[0])
    return said


def every_fault(guide: Guide, space: SpaceFiles, target: Place, kind: str, step: int) -> None:
    """Meet a fault at each request, or at some of them, of publishes that each change, add and remove pages."""
    target.reset()  # of a fault that the test before had set for a request that never came
    target.clear()
    write_site(guide, space, target.settings)
    guide.build()
    target.reset()
    assert told(guide, target)["ok"]
    number, met = 0, 0
    while True:
        _edit(space, number)
        guide.build()
        if kind == "killed":
            killed_at(guide, target, number)
        else:
            target.reset({number: kind})
            said = told(guide, target, "--deadline", "1")
            assert said["exit"] in ((0,) if kind in ("500", "cut", "refused", "slow") else (0, 3)), said
        if len(target.log()) <= number:
            break
        met += 1
        if kind != "killed" or number % 2 == 0:
            assert dead_ends(target.guide()) == [], f"{kind} at request {number}"
        target.reset()
        said = told(guide, target)
        if kind == "killed" and not said["ok"]:  # a late request of the killed one looks as if it lived
            assert said["error"]["code"] == "target-busy"
            said = told(guide, target)
        assert said["ok"], said
        assert_same(guide, target)
        assert dead_ends(target.guide()) == []
        number += step
    assert met * step > 20


def _edit(space: SpaceFiles, number: int) -> None:
    """Change a place; every other time one more is there, which the list names."""
    space.put(entry("place", "mill", number + 2, title="The mill", slug="mill", body=f"It turned {number} times."))
    if number % 2:
        space.put(entry("place", "inn", number + 1, title="The inn", slug="inn", body="[The mill](/place/mill/)"))
    elif (space.root / "entries/place/inn.json").exists():
        space.remove("entries/place/inn.json")


@pytest.mark.parametrize("kind", KINDS)
def test_crawler_that_reads_while_others_publish(guide: Guide, space: SpaceFiles, tmp_path: Path, kind: str) -> None:
    crawled(guide, space, tmp_path, kind, 2)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_crawler_that_reads_while_many_publish(guide: Guide, space: SpaceFiles, tmp_path: Path, kind: str) -> None:
    crawled(guide, space, tmp_path, kind, 25)


def crawled(guide: Guide, space: SpaceFiles, folder: Path, kind: str, times: int) -> None:
    """Read a target page by page, over and over, while publishes change every page; each second one is killed."""
    (folder / "server").mkdir()
    needs_azurite(kind)
    with place(kind, folder / "server") as target:
        write_site(guide, space, target.settings)
        guide.build()
        assert told(guide, target)["ok"]
        killed, crawls = 0, 0
        for number in range(times):
            _edit(space, number)
            write_site(guide, space, target.settings, title=f"A guide with title {number}")
            guide.build()
            serial = _serial(target)
            with publish(guide, target, "--uploads", "4") as process:
                while process.poll() is None and (number % 2 or _serial(target) == serial):
                    if number % 2:
                        crawls += 1
                        assert dead_ends_now(target) == [], number
                if number % 2 == 0:
                    time.sleep(0.01 * (number % 7))
                    process.kill()
            killed += process.returncode == -9
            assert dead_ends(target.guide()) == [], number
            said = told(guide, target)
            assert said["ok"], (number, said)
            assert_same(guide, target)
        assert killed > 0
        assert crawls >= times // 2


def _serial(target: Place) -> int:
    data = target.read(ROOT)
    return read_root(data).serial if data is not None else 0
