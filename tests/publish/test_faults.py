"""A real server that fails between any two requests, and a process that is killed there: S3 by moto.

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
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from lxml import html

from exporter.publish.manifest import ROOT, read_root
from exporter.reader.encoding import inflate, load_object
from exporter.reader.since import decode
from tests.conftest import PROJECT, entry
from tests.publish.conftest import write_site
from tests.publish.servers import SLOW, Place, has_azurite, place, s3
from tests.publish.test_targets import assert_same

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

BASE = "https://guide.example.org/"
FAULTS = ("500", "403", "refused", "cut", "slow", "killed")


@pytest.fixture(scope="module")
def bucket() -> Iterator[Place]:
    with s3() as found:
        yield found


def dead_ends(files: dict[str, bytes]) -> list[str]:
    """Return what pages, the sitemap and the reader's files name and is not there."""
    return [*_dead_links(files), *_dead_updates(files)]


def _dead_links(files: dict[str, bytes]) -> Iterator[str]:
    left, seen = ["index.html"], {"index.html"}
    if "sitemap.xml" in files:
        left += [part.partition("</loc>")[0] for part in files["sitemap.xml"].decode().split(f"<loc>{BASE}")[1:]]
        left = [f"{path}index.html" if path.endswith("/") or not path else path for path in left]
    for path in left:  # which grows while it is walked
        if path not in files:
            yield path
        elif path.endswith(".html"):
            found = html.fromstring(files[path]).xpath("//a/@href | //img/@src | //script/@src | //link/@href")
            for address in found:
                target = urldefrag(urljoin(BASE + path, str(address)))[0]
                name = urlsplit(target).path[1:]
                name = f"{name}index.html" if name.endswith("/") or not name else name
                if target.startswith(BASE) and name not in seen:
                    seen.add(name)
                    left.append(name)


def _dead_updates(files: dict[str, bytes]) -> Iterator[str]:
    for path in [name for name in files if name.startswith("updates/") and name.endswith("/list.bin")]:
        chain = path.removesuffix("list.bin")
        listed = load_object(inflate(files[path]))
        named = [f"chrome/{listed['chrome'][0]}", *(f"packs/{bucket[2]}" for bucket in listed["buckets"])]
        named += [f"index/{bucket[1]}" for bucket in listed["buckets"] if bucket[4]]
        yield from (f"{chain}{name}.bin" for name in named if f"{chain}{name}.bin" not in files)
        for since in [name for name in files if name.startswith(f"{chain}since/")]:
            step = decode(files[since])
            wanted = [f"since/{step.to}", *(f"changes/{name}" for name, _, _ in step.packs)]
            yield from (f"{since}: {name}" for name in wanted if f"{chain}{name}.bin" not in files)


def publish(guide: Guide, target: Place) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), "publish", target.address, "--json"]
    variables = {**os.environ, **target.variables}
    options = {"cwd": PROJECT, "env": variables, "text": True}
    return subprocess.Popen([*command, "--uploads", "1", "--deadline", "1"], stdout=subprocess.PIPE, **options)  # type: ignore[call-overload,no-any-return] # options of one kind


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
def test_fault_at_every_request_of_a_publish(guide: Guide, space: SpaceFiles, bucket: Place, kind: str) -> None:
    every_fault(guide, space, bucket, kind, 1)


@pytest.mark.parametrize("kind", ["cut", "killed"])
def test_fault_at_some_requests_of_a_publish(guide: Guide, space: SpaceFiles, bucket: Place, kind: str) -> None:
    every_fault(guide, space, bucket, kind, 9)


def told(guide: Guide, target: Place) -> dict[str, Any]:
    """Publish; return what the process says."""
    with publish(guide, target) as process:
        said: dict[str, Any] = json.loads(process.communicate()[0])
    return said


def every_fault(guide: Guide, space: SpaceFiles, target: Place, kind: str, step: int) -> None:
    """Meet a fault at each request, or at some of them, of publishes that each change, add and remove pages."""
    target.clear()
    write_site(guide, space, target.settings)
    guide.build()
    target.reset()
    with publish(guide, target) as process:
        assert json.loads(process.communicate()[0])["ok"]
    number, met = 0, 0
    while True:
        _edit(space, number)
        guide.build()
        if kind == "killed":
            killed_at(guide, target, number)
        else:
            target.reset({number: kind})
            with publish(guide, target) as process:
                said = json.loads(process.communicate()[0])
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


@pytest.mark.parametrize("kind", ["folder", "sftp", "az"])
def test_process_that_is_killed_amid_a_publish(guide: Guide, space: SpaceFiles, tmp_path: Path, kind: str) -> None:
    kills(guide, space, tmp_path, kind, 2)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["folder", "sftp", "az"])
def test_process_that_is_killed_often(guide: Guide, space: SpaceFiles, tmp_path: Path, kind: str) -> None:
    kills(guide, space, tmp_path, kind, 25)


def kills(guide: Guide, space: SpaceFiles, folder: Path, kind: str, times: int) -> None:
    """Kill publishes some time after they have claimed the target; each time the next one goes on."""
    (folder / "server").mkdir()
    if kind == "az" and not has_azurite():
        pytest.skip("azurite is not installed: npm ci in tests/publish")
    with place(kind, folder / "server") as target:
        write_site(guide, space, target.settings)
        guide.build()
        with publish(guide, target) as process:
            said = json.loads(process.communicate()[0])
            assert said["ok"], said
        killed = 0
        for number in range(times):
            _edit(space, number)
            write_site(guide, space, target.settings, title=f"A guide with title {number}")
            guide.build()
            serial = _serial(target)
            with publish(guide, target) as process:
                while process.poll() is None and _serial(target) == serial:
                    time.sleep(0.002)
                time.sleep(0.01 * (number % 7))
                process.kill()
            killed += process.returncode == -9
            assert dead_ends(target.guide()) == [], number
            with publish(guide, target) as process:
                said = json.loads(process.communicate()[0])
                assert said["ok"], (number, said)
            assert_same(guide, target)
        assert killed > 0


def _serial(target: Place) -> int:
    data = target.read(ROOT)
    return read_root(data).serial if data is not None else 0
