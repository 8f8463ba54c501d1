"""Signals that end the program: a message, exit code 130, nothing left running, and the next run continues."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Guide, entry, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import SpaceFiles

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
_LONGEST = 20.0
"""Seconds."""


@contextmanager
def started(guide: Guide, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    """Start the program as the leader of a process group that is killed when the block ends."""
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            for left in group(process.pid):
                os.kill(left, signal.SIGKILL)


def group(leader: int) -> list[int]:
    """Return the processes of a group that are still running."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == leader and fields[0] != "Z":
            found.append(int(folder.name))
    return found


def sync_many(guide: Guide, space: SpaceFiles) -> None:
    """Sync so many places that rendering them is worth several processes."""
    for place in range(600):
        space.put(entry("place", f"p{place}", title=f"Place {place}", slug=f"p{place}", body="*x* " * 300))
    assert guide.run("sync").code == 0


def waiting(requested: threading.Event, go: threading.Event) -> Callable[[Request], Reply]:
    """Return the answers of a space that says when it is asked to sync, and waits before it answers."""

    def script(request: Request) -> Reply:
        if request.last == "sync":
            requested.set()
            go.wait(_LONGEST)
            return page(entry("place", "a", title="A"), token="s1")
        return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))

    return script


def has_workers(leader: int) -> bool:
    """Return whether the leader of a group is not alone."""
    return len(group(leader)) > 1


def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition."""
    end = time.monotonic() + _LONGEST
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_sync_ended_by_a_signal_says_so_and_leaves_nothing_running(
    remote: Callable[[str], Guide], number: signal.Signals, options: tuple[str, ...]
) -> None:
    requested, go = threading.Event(), threading.Event()
    with serve(waiting(requested, go)) as stub:
        guide = remote(stub.url)
        with started(guide, "build", *options) as process:
            assert requested.wait(_LONGEST)
            process.send_signal(number)
            out, err = process.communicate(timeout=_LONGEST)
            assert (process.returncode, group(process.pid)) == (130, [])
        go.set()
        assert guide.run("build").code == 0
    if options:
        assert '"exit": 130, "error": {"code": "interrupted"' in out
        assert err == ""
    else:
        assert (out, err) == ("", "error: interrupted\n")


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed in another way here")
@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
@pytest.mark.parametrize("to_all", [False, True], ids=["the program", "its group"])
def test_build_ended_by_a_signal_leaves_no_worker_running(
    guide: Guide, space: SpaceFiles, number: signal.Signals, *, to_all: bool
) -> None:
    sync_many(guide, space)
    with started(guide, "render", "-j", "3") as process:
        until(partial(has_workers, process.pid))
        if to_all:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        out, err = process.communicate(timeout=_LONGEST)
        assert (process.returncode, group(process.pid)) == (130, [])
    assert (out, err) == ("", "error: interrupted\n")
    report = guide.build()
    assert (report["render"]["failed"], report["render"]["pages"] > 600) == (0, True)


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed in another way here")
def test_signal_at_any_moment_of_the_start_of_workers_ends_all_of_them(
    guide: Guide, space: SpaceFiles, histories_seed: int
) -> None:
    sync_many(guide, space)
    chance = random.Random(histories_seed)
    for _ in range(200):
        for folder in ("site", ".export"):
            shutil.rmtree(guide.root / folder, ignore_errors=True)
        with started(guide, "render", "-j", "3") as process:
            until(partial(has_workers, process.pid))
            time.sleep(chance.choice((0, chance.random() / 20)))
            os.killpg(process.pid, chance.choice(SIGNALS))
            out, err = process.communicate(timeout=_LONGEST)
            assert (process.returncode, out, err, group(process.pid)) == (130, "", "error: interrupted\n", [])


@pytest.mark.parametrize("number", SIGNALS, ids=lambda number: number.name)
def test_endpoint_is_ended_by_each_signal(space: SpaceFiles, tmp_path: Path, number: signal.Signals) -> None:
    arguments = [sys.executable, "-m", "exporter", "space", "serve", str(space.root), "--state", str(tmp_path / "log")]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        assert server.stdout.readline().startswith("http://127.0.0.1:")
        server.send_signal(number)
        _, err = server.communicate(timeout=_LONGEST)
    assert (server.returncode, err.splitlines()[-1]) == (130, "error: interrupted")


def test_signal_ignored_at_the_start_stays_ignored(remote: Callable[[str], Guide]) -> None:
    requested, go = threading.Event(), threading.Event()
    with serve(waiting(requested, go)) as stub:
        guide = remote(stub.url)
        before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
        try:
            with started(guide, "sync") as process:
                assert requested.wait(_LONGEST)
                process.send_signal(signal.SIGHUP)
                go.set()
                process.communicate(timeout=_LONGEST)
        finally:
            signal.signal(signal.SIGHUP, before)
    assert process.returncode == 0
