"""`--previous`: an empty disk goes on from the guide that is published, in a folder or on a host."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import entry
from tests.reader.device import Device
from tests.support.stub import Reply, Request, serve

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

LIST = "/updates/en-US/list.bin"


@pytest.fixture
def published(guide: Guide, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A published guide; the disk of its next build is empty but for what is in git."""
    monkeypatch.setattr("exporter.reader.takeover.fetch._FIRST_WAIT", 0.0)
    text = (guide.root / "site.yaml").read_text("utf-8").replace("offline: false", "offline: true")
    (guide.root / "site.yaml").write_text(text, "utf-8")
    guide.build()
    there = tmp_path / "published"
    shutil.copytree(guide.root / "site", there)
    empty(guide)
    return there


def empty(guide: Guide) -> None:
    shutil.rmtree(guide.root / "site", ignore_errors=True)
    shutil.rmtree(guide.root / ".export", ignore_errors=True)


def edit(space: SpaceFiles, revision: int = 2) -> None:
    category = {"sys": {"type": "Link", "linkType": "Entry", "id": "sights"}}
    body = f"It turns, and has for {revision} years."
    space.put(entry("place", "mill", revision, title="The mill", slug="mill", body=body, category=category))


def host(folder: Path) -> Callable[[Request], Reply]:
    def script(request: Request) -> Reply:
        path = folder / request.path.strip("/")
        return Reply(path.read_bytes()) if path.is_file() else Reply(b"<p>Not here", 404)

    return script


def device_of(there: Path, guide: Guide) -> Device:
    """Return a device with the guide as it was published, whose next updates come from what was built since."""
    device = Device(there / "updates/en-US", there)
    device.install()
    device.updates, device.site = guide.root / "site/updates/en-US", guide.root / "site"
    device.updates_taken.clear()
    return device


def test_build_goes_on_from_a_folder(guide: Guide, space: SpaceFiles, published: Path) -> None:
    device = device_of(published, guide)
    edit(space)
    report = guide.build("--previous", str(published))
    assert report["reader"]["en-US"]["changed"] == 1
    assert report["reader"]["en-US"]["bytes"] < 300
    device.update()
    assert device.updates_taken == ["step"]
    assert b"for 2 years" in device.page("place/mill/index.html")


def test_render_goes_on_from_a_folder_and_from_no_address(guide: Guide, published: Path) -> None:
    device = device_of(published, guide)
    (guide.root / "templates").mkdir()
    (guide.root / "templates/place.html").write_text("<p>Other", "utf-8")
    refused = guide.run("render", "--previous", "http://guide.example.org/")
    assert (refused.code, "uses no network" in refused.err) == (2, True)
    assert not (guide.root / "site").exists()
    assert guide.run("render", "--previous", str(published)).code == 0
    device.update()
    assert device.updates_taken == ["step"]
    assert device.page("place/mill/index.html") == b"<p>Other"


def test_build_goes_on_from_a_host_and_takes_only_what_it_needs(
    guide: Guide, space: SpaceFiles, published: Path
) -> None:
    device = device_of(published, guide)
    edit(space)
    with serve(host(published)) as stub:
        guide.build("--previous", f"{stub.url}/")
    chains = {request.path.split("/")[2] for request in stub.requests}
    assert chains == {"en-US", "de-DE", "ar"}
    asked = [request.path.split("/")[3] for request in stub.requests if "/en-US/" in request.path]
    assert sorted(asked) == ["chrome", "history", "list.bin", "packs"]
    assert not any("since" in request.path or "index" in request.path for request in stub.requests)
    assert all("Authorization" not in request.headers for request in stub.requests)
    device.update()
    assert device.updates_taken == ["step"]


def test_history_that_goes_on_from_what_is_published_stays(guide: Guide, space: SpaceFiles, published: Path) -> None:
    guide.build("--previous", str(published))
    edit(space)
    with serve(host(published)) as stub:
        guide.build("--previous", stub.url)
    assert {request.path for request in stub.requests} == {
        LIST.replace("en-US", code) for code in ("en-US", "de-DE", "ar")
    }
    assert len(stub.requests) == 3


def test_history_that_lacks_what_is_published_gives_way(guide: Guide, space: SpaceFiles, published: Path) -> None:
    guide.build("--previous", str(published))
    older = guide.root.parent / "older"
    shutil.copytree(guide.root, older)
    edit(space, 3)
    guide.build()
    shutil.rmtree(published)
    shutil.copytree(guide.root / "site", published)
    device = device_of(published, guide)
    empty(guide)
    shutil.copytree(older / "site", guide.root / "site")
    shutil.copytree(older / ".export", guide.root / ".export")
    edit(space, 4)
    guide.build("--previous", str(published))
    device.update()
    assert device.updates_taken == ["step"]
    assert b"for 4 years" in device.page("place/mill/index.html")


def test_guide_that_was_never_published_is_a_warning(guide: Guide, published: Path) -> None:
    (guide.root / "nothing").mkdir()
    for where in ("nowhere", "nothing"):
        empty(guide)
        report = guide.build("--previous", str(guide.root / where))
        assert [problem["code"] for problem in report["problems"]] == ["previous-missing"] * 3
    empty(guide)
    with serve(host(guide.root / "nothing")) as stub:
        report = guide.build("--previous", stub.url)
    assert [problem["code"] for problem in report["problems"]] == ["previous-missing"] * 3
    assert (guide.root / "site/updates/chains.json").is_file()
    assert published.is_dir()


@pytest.mark.parametrize(
    ("status", "headers"),
    [(503, {}), (403, {}), (410, {}), (302, {"Location": "http://127.0.0.1:9/updates/"}), (200, {})],
    ids=["unavailable", "forbidden", "gone", "to another host", "a page"],
)
@pytest.mark.usefixtures("published")
def test_anything_but_404_stops_the_build(guide: Guide, status: int, headers: dict[str, str]) -> None:
    with serve(lambda _request: Reply(b"<!doctype html><p>Hello", status, headers)) as stub:
        outcome = guide.run("build", "--previous", stub.url)
    assert outcome.code == 3
    assert "could not be taken over" in outcome.err
    assert not (guide.root / "site/updates").exists()


def test_build_after_one_that_was_stopped_goes_on_from_the_host(guide: Guide, published: Path) -> None:
    device = device_of(published, guide)
    failing = {LIST: 2}

    def flaky(request: Request) -> Reply:
        if failing.get(request.path):
            failing[request.path] -= 1
            return Reply(b"", 503)
        return host(published)(request)

    with serve(lambda _request: Reply(b"", 500)) as stub:
        assert guide.run("build", "--previous", stub.url).code == 3
    with serve(flaky) as stub:
        guide.build("--previous", stub.url)
    device.update()
    assert device.updates_taken == ["step"]


def test_file_that_the_host_lacks_in_the_middle_of_a_deploy_stops_the_build(guide: Guide, published: Path) -> None:
    shutil.rmtree(published / "updates/en-US/chrome")
    with serve(host(published)) as stub:
        outcome = guide.run("build", "--previous", stub.url)
    assert outcome.code == 3
    assert "another file names it" in outcome.err


@pytest.mark.parametrize("where", ["http://me:secret@guide.example.org/", "ftp://guide.example.org/", "https://"])
def test_address_that_is_no_guide_s_is_a_mistake_of_usage(guide: Guide, where: str) -> None:
    outcome = guide.run("build", "--previous", where)
    assert outcome.code == 2
    assert "secret" not in outcome.err
    assert not (guide.root / ".syncstate").exists()


def test_file_is_no_guide(guide: Guide) -> None:
    assert guide.run("build", "--previous", str(guide.root / "site.yaml")).code == 2
