"""A reader's device, in Chromium, that installs a guide from a published target and updates after each publish.

Object stores answer the device themselves; what lies on a server of files or in a folder, a web server shows it.
"""

from __future__ import annotations

import hashlib
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from exporter.publish.manifest import ROOT
from tests.conftest import Guide, SpaceFiles
from tests.publish.conftest import write_site
from tests.publish.servers import KINDS, Place, place
from tests.publish.test_faults import needs_azurite, publish
from tests.publish.test_targets import edit
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
    browser = chromium_type.launch(executable_path=shutil.which("chromium"), args=FLAGS)
    yield browser.new_context().new_page()
    browser.close()


class Web(Protocol):
    """What answers a device: at an address, with a record of what failed, and with a way to be gone for a while."""

    address: str

    def failed(self) -> list[str]:
        """Return the paths that were not answered well since the last look."""

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Answer nothing while the block runs."""


class Folder:
    """A web server that shows a folder."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self.address = host.url("guide/")

    def failed(self) -> list[str]:
        found = [one.path for one in self._host.taken("") if one.status not in (200, 304)]
        self._host.clear()
        return found

    @contextmanager
    def gone(self) -> Iterator[None]:
        self._host.stop()
        yield
        self._host.start()


@dataclass
class ObjectStore:
    """An object store whose objects anybody may read."""

    target: Place
    address: str

    def failed(self) -> list[str]:
        found = [one["path"] for one in self.target.log() if one.get("status") not in (200, 304)]
        self.target.reset()
        return found

    @contextmanager
    def gone(self) -> Iterator[None]:
        self.target.reset({"all": "refused"})
        yield
        self.target.reset()


@contextmanager
def web(target: Place) -> Iterator[Web]:
    """What lies in a target, as the web shows it."""
    if target.folder is not None:
        target.folder.mkdir(parents=True, exist_ok=True)
        with Host({"/guide/": target.folder}) as host:
            yield Folder(host)
    elif target.address.startswith("s3:"):
        yield ObjectStore(target, f"{target.url}/guides/a/guide/")
    else:
        yield ObjectStore(target, f"{target.url}/devstoreaccount1/guides/a/")


def assert_device_has(page: Page, shown: Web, site: Path) -> None:
    """While nothing answers, the device answers every page of its language byte for byte."""
    files = {path.relative_to(site).as_posix(): path for path in site.rglob("*.html")}
    mine = {path: file for path, file in files.items() if not path.startswith(("de-DE/", "ar/", "updates/"))}
    expected = {path: hashlib.sha256(file.read_bytes()).hexdigest() for path, file in mine.items()}
    with shown.gone():
        assert answered(page, shown.address, list(expected)) == expected
    assert len(expected) >= 5


@dataclass
class Reader:
    """A device that follows a target, and the guide that is published there."""

    guide: Guide
    target: Place
    shown: Web
    device: Page
    token: str = ""

    def build(self) -> None:
        said = self.guide.build()
        self.token = said.get("reader", {}).get("en-US", {}).get("token", "") or self.token

    def publish(self, *options: str, code: int = 0) -> None:
        outcome = self.guide.run("publish", self.target.address, *options)
        assert outcome.code == code, outcome

    def install(self) -> None:
        self.device.goto(f"{self.shown.address}offline/index.html")
        wait_for(self.device, "none")
        act(self.device, "install")
        wait_for(self.device, "ready", self.token)
        assert_device_has(self.device, self.shown, self.guide.root / "site")

    def update(self, step: str, site: Path | None = None) -> None:
        """Update, which asks for nothing that is not there, and leaves the device with a site."""
        if self.target.url:
            self.target.reset()
        self.shown.failed()
        act(self.device, "update")
        wait_for(self.device, "ready", self.token)
        assert [path for path in self.shown.failed() if "/since/" not in path or step != "a rollback"] == [], step
        assert_device_has(self.device, self.shown, site or self.guide.root / "site")


@pytest.mark.parametrize("kind", KINDS)
def test_device_follows_what_is_published(
    guide: Guide, space: SpaceFiles, tmp_path: Path, device: Page, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    followed(guide, space, tmp_path, device, monkeypatch, kind, "mill")


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_device_follows_the_demo(
    demo: tuple[Guide, SpaceFiles], tmp_path: Path, device: Page, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    followed(*demo, tmp_path, device, monkeypatch, kind, "a-brasileira")


def followed(
    guide: Guide,
    space: SpaceFiles,
    folder: Path,
    device: Page,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    entry: str,
) -> None:
    """Follow a target through all that can become of it: edits, what is in the way, others, a rollback, an adoption."""
    needs_azurite(kind)
    (folder / "server").mkdir()
    with place(kind, folder / "server", faulty=True) as target, web(target) as shown:
        for name, value in target.variables.items():
            monkeypatch.setenv(name, value)
        write_site(guide, space, target.settings)
        reader, site, raw = (
            Reader(guide, target, shown, device),
            guide.root / "site",
            space.root / f"entries/place/{entry}.json",
        )
        reader.build()
        reader.publish()
        reader.install()
        first = reader.token
        shutil.copytree(site, folder / "first")

        edit(space, entry, "Another text.")
        reader.build()
        reader.publish()
        reader.update("an entry changed")

        write_site(guide, space, target.settings, title="Lisbon and its river")
        reader.build()
        reader.publish()
        reader.update("the foot changed")

        kept = raw.read_bytes()
        raw.unlink()
        reader.build()
        reader.publish()
        reader.update("an entry removed")

        target.put(f"place/{entry}/index.html", b"somebody's own")
        shutil.copytree(site, folder / "removed")
        before, reader.token = reader.token, ""
        raw.write_bytes(kept)
        reader.build()
        reader.publish(code=4)
        after, reader.token = reader.token, before
        reader.update("a foreign file in the way", folder / "removed")
        target.remove(f"place/{entry}/index.html")

        reader.token = after
        shutil.copytree(guide.root, folder / "other")
        processes = [publish(one, target) for one in (guide, Guide(folder / "other", guide.call))]
        codes = sorted([one.wait() for one in processes if one.communicate()])
        assert codes in ([0, 0], [0, 4])
        reader.update("two publishers at once")

        shutil.rmtree(site)
        shutil.copytree(folder / "first", site)
        reader.token = first
        reader.publish("--force")
        reader.update("a rollback")

        target.remove(ROOT)
        edit(space, entry, "A third text.")
        reader.build()
        reader.publish("--adopt")
        reader.update("an adopted target")
