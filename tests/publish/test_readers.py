"""A reader's device, in Chromium, that installs a guide from a published target and updates after each publish."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Guide, SpaceFiles, entry
from tests.publish.conftest import write_site
from tests.publish.servers import KINDS, Place, place
from tests.reader.browser.conftest import FLAGS
from tests.reader.browser.device import act, answered, wait_for
from tests.reader.browser.host import Host

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import BrowserType, Page


@pytest.fixture
def device(chromium_type: BrowserType) -> Iterator[Page]:
    """A tab on a device without any stored data."""
    import shutil

    browser = chromium_type.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser.new_context().new_page()
    browser.close()


def serve(target: Place, folder: Path) -> None:
    """Bring a folder up to date with what lies in the target, for a host that answers with that."""
    there = target.guide()
    for standing in [path for path in folder.rglob("*") if path.is_file()]:
        if standing.relative_to(folder).as_posix() not in there:
            standing.unlink()
    for path, data in there.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if not file.is_file() or file.read_bytes() != data:
            file.write_bytes(data)


def assert_device_has(page: Page, host: Host, site: Path) -> None:
    """With the host stopped, the device answers every file of its language byte for byte."""
    host.stop()
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html") if path.is_file()}
    mine = {path: file for path, file in files.items() if not path.startswith(("de-DE/", "ar/", "updates/"))}
    expected = {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in mine.items()}
    assert answered(page, host.url("guide/"), list(expected)) == expected
    assert len(expected) >= 5
    host.start()


@pytest.mark.parametrize("kind", KINDS)
def test_device_follows_what_is_published(
    guide: Guide, space: SpaceFiles, tmp_path: Path, device: Page, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    folder = tmp_path / "served"
    folder.mkdir()
    (tmp_path / "server").mkdir()
    with place(kind, tmp_path / "server") as target, Host({"/guide/": folder}) as host:
        for name, value in target.variables.items():
            monkeypatch.setenv(name, value)
        write_site(guide, space, target.settings)

        def publish(*options: str) -> str:
            said = guide.build()
            assert guide.run("publish", target.address, *options).code == 0
            serve(target, folder)
            token: str = said.get("reader", {}).get("en-US", {}).get("token", "")
            return token

        publish()
        device.goto(host.url("guide/offline/index.html"))
        wait_for(device, "none")
        act(device, "install")
        wait_for(device, "ready")
        assert_device_has(device, host, guide.root / "site")
        for step in ("an entry changed", "the foot changed", "an entry removed", "a rollback"):
            if step == "an entry changed":
                space.put(entry("place", "mill", 2, title="The mill", slug="mill", body="It turns no more."))
            elif step == "the foot changed":
                write_site(guide, space, target.settings, title="Lisbon and its river")
            elif step == "an entry removed":
                space.remove("entries/place/mill.json")
            else:
                space.put(entry("place", "mill", 2, title="The mill", slug="mill", body="It turns no more."))
            token = publish("--force")
            host.clear()
            act(device, "update")
            wait_for(device, "ready", token)
            assert [one for one in host.taken() if one.status != 200] == [], step
            assert_device_has(device, host, guide.root / "site")
