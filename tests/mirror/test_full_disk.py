"""A disk that fills up: content/ and the token stay as they were, the run says so, and the next one completes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ACCESS_TOKEN, PROJECT, Guide, Outcome, asset, entry, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZE = 6 << 20
BLOCK = 4096
UNSHARE_OPTIONS = [["--user", "--map-root-user", "--mount"], ["--mount"]]
"""Options of `unshare`: without root, and with root where other users may not."""


def mounted(folder: Path, options: list[str]) -> subprocess.Popen[str] | None:
    """Mount a small file system in its own namespace, which exists as long as the returned process."""
    script = f'mount -t tmpfs -o size={SIZE} none "$0" && echo ready && exec cat'
    holder = subprocess.Popen(
        ["unshare", *options, "sh", "-c", script, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert holder.stdout is not None
    if holder.stdout.readline() == "ready\n":
        return holder
    holder.communicate()
    return None


@pytest.fixture
def small_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Guide]:
    """A guide on a disk of 6 MB, seen through the process that keeps the mount; skips if it cannot be mounted."""
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    folder = tmp_path / "disk"
    folder.mkdir()
    found: subprocess.Popen[str] | None = None
    for options in UNSHARE_OPTIONS if sys.platform == "linux" else []:
        found = mounted(folder, options)
        if found is not None:
            break
    if found is None:
        pytest.skip("no small file system can be mounted here, neither by a user name space nor as root")
    user = ["--user", "--preserve-credentials"] if "--user" in options else []
    inside = ["nsenter", "--target", str(found.pid), "--mount", *user, f"--wd={PROJECT}"]

    def call(*arguments: str) -> Outcome:
        command = [*inside, sys.executable, "-m", "exporter", *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return Outcome(done.returncode, done.stdout, done.stderr)

    with found:
        yield Guide(Path(f"/proc/{found.pid}/root{folder}"), call)
        found.terminate()


def fill(guide: Guide, free: int) -> Path:
    """Fill the disk except for some bytes; return the file that takes up the space."""
    ballast = guide.root / "ballast"
    left = os.statvfs(guide.root)
    ballast.write_bytes(bytes(max(left.f_bavail * left.f_frsize - free, 0)))
    assert os.statvfs(guide.root).f_bavail * left.f_frsize <= free
    return ballast


class Growing:
    """A space with one place, and later with many more or with an asset of a large file."""

    def __init__(self) -> None:
        self.later = [
            entry("place", f"p{number:03}", 2, title=f"Place {number}", body="x" * 9000) for number in range(200)
        ]
        self.file = bytes(range(256)) * 8000
        self.now: list[object] = [entry("place", "castle", title="The castle")]

    def with_file(self) -> Growing:
        raw = asset("pic", "pic.bin", len(self.file), 2)
        raw["fields"]["file"]["en-US"]["url"] = "/f/pic.bin"
        self.later = [raw]
        return self

    def grow(self) -> None:
        self.now += self.later

    def __call__(self, request: Request) -> Reply:
        if request.path.startswith("/f/"):
            return Reply(self.file)
        if request.last != "sync":
            return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        since = int(request.query.get("sync_token", "t0")[1:])
        return page(*self.now[since:], token=f"t{len(self.now)}")


def mtimes(guide: Guide) -> dict[str, int]:
    """Return the mtimes in nanoseconds of everything that must stay unchanged."""
    kept = [guide.root / ".syncstate", guide.root / "content", *(guide.root / "content").rglob("*")]
    return {str(path): path.stat().st_mtime_ns for path in kept}


def settle(guide: Guide, url: str) -> tuple[dict[str, bytes], dict[str, int]]:
    (guide.root / "site.yaml").write_text(f"title: T\nsource: {{space: far, url: '{url}'}}\n", "utf-8")
    assert guide.run("sync").code == 0
    return guide.files(), mtimes(guide)


def assert_complete(space: Callable[[Request], Reply], guide: Guide, other: Guide) -> None:
    """Assert that a mirror equals one synced from scratch."""
    with serve(space) as stub:
        other.root.mkdir()
        settle(other, stub.url)
    assert guide.files("content") == other.files("content")


@pytest.mark.parametrize("free", [0, 4 * BLOCK, 64 * BLOCK, 512 * BLOCK])
def test_disk_that_fills_during_the_download_of_pages_leaves_the_mirror_as_it_was(
    small_disk: Guide, tmp_path: Path, call: Callable[..., Outcome], free: int
) -> None:
    space = Growing()
    with serve(space) as stub:
        before = settle(small_disk, stub.url)
        space.grow()
        ballast = fill(small_disk, free)
        outcome = small_disk.run("sync", "--json")
        assert (outcome.code, outcome.json["error"]["code"]) == (4, "disk"), outcome
        assert "run again" in outcome.json["error"]["message"]
        assert (small_disk.files(), mtimes(small_disk)) == before
        ballast.unlink()
        assert small_disk.run("sync").code == 0
    assert_complete(space, small_disk, Guide(tmp_path / "other", call))


def test_disk_that_fills_during_the_download_of_a_file_is_no_failed_asset(
    small_disk: Guide, tmp_path: Path, call: Callable[..., Outcome]
) -> None:
    space = Growing().with_file()
    with serve(space) as stub:
        before = settle(small_disk, stub.url)
        space.grow()
        ballast = fill(small_disk, 1 << 20)
        outcome = small_disk.run("sync", "--json")
        assert (outcome.code, outcome.json["error"]["code"]) == (4, "disk"), outcome
        assert "no space is left on the disk" in outcome.json["error"]["message"]
        assert len(stub.requests_for("pic.bin")) == 1
        assert (small_disk.files(), mtimes(small_disk)) == before
        ballast.unlink()
        assert small_disk.run("sync").code == 0
    assert_complete(space, small_disk, Guide(tmp_path / "other", call))


def test_disk_freed_bit_by_bit_stops_a_run_at_every_step_and_loses_nothing(
    small_disk: Guide, tmp_path: Path, call: Callable[..., Outcome]
) -> None:
    space = Growing()
    space.later = [entry("place", f"p{number:03}", 2, title=f"Place {number}") for number in range(15)]
    with serve(space) as stub:
        before, _ = settle(small_disk, stub.url)
        space.grow()
        ballast, messages = fill(small_disk, 0), []
        while (outcome := small_disk.run("sync", "--json")).code != 0:
            os.truncate(ballast, ballast.stat().st_size - 3 * BLOCK)
            assert (outcome.code, outcome.json["error"]["code"]) == (4, "disk"), outcome
            assert small_disk.files(".syncstate").items() <= before.items()
            messages.append(outcome.json["error"]["message"])
            assert len(messages) < 100, messages
    found = " ".join(messages)
    assert ("no space is left on the disk" in found, "database or disk is full" in found) == (True, True)
    assert_complete(space, small_disk, Guide(tmp_path / "other", call))
