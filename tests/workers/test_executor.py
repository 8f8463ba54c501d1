"""The executor: work that leaves the process, by fork and by spawn, warm workers, and workers that must end."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import random
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, cast

import pytest

from exporter.build.drift import look_ahead
from exporter.build.run import RenderOptions, render_guide
from exporter.build.tasks import open_page_tasks
from exporter.check.rules import make_rules
from exporter.check.run import check_guide
from exporter.config.settings import load_project
from exporter.core.errors import GuardError
from exporter.guide.schema.read_model import read_guide_model
from exporter.workers import executor
from exporter.workers.background import in_background
from exporter.workers.pool import WorkerPool, in_processes
from exporter.workers.worker import Assignment, single_task
from tests.conftest import ACCESS_TOKEN, PROJECT, Guide, entry, link
from tests.support.steps import edit, from_nothing
from tests.support.worker_tasks import add, wait

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from tests.conftest import SpaceFiles

METHODS = ["fork", "spawn"]
ADD = Assignment(single_task, (add, (1,)))
SECONDS = 20
"""Time within which whatever must end has ended, on a machine that is busy."""

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows forks no processes")


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Start workers by one of the methods, and by no other."""
    monkeypatch.setattr(executor, "start_method", lambda: request.param)
    if request.param == "spawn":
        monkeypatch.setattr(os, "fork", None)
    return str(request.param)


@contextmanager
def other_thread() -> Iterator[None]:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def many_places(guide: Guide, space: SpaceFiles) -> None:
    for number in range(300):
        linked: dict[str, Any] = {"category": link("Entry", "sights"), "picture": link("Asset", "pic")}
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}", body="*x*", **linked))
    assert guide.run("sync").code == 0


def build(guide: Guide, jobs: int, workers: WorkerPool | None = None) -> dict[str, Any]:
    project = load_project(guide.root)
    with look_ahead(project, 1) as drift:
        outcome = render_guide(project, RenderOptions(jobs, workers=workers), drift)
    return vars(outcome.report)


@pytest.mark.usefixtures("method")
def test_site_is_the_same_whoever_made_it(guide: Guide, space: SpaceFiles) -> None:
    many_places(guide, space)
    expected = from_nothing(guide)
    assert build(guide, 3)["failed"] == 0
    assert guide.files("site") == expected
    edit(guide, "site.yaml", "Small guide", "Great guide")
    assert build(guide, 3)["rendered"] > 300
    assert guide.files("site") == from_nothing(guide)


@pytest.mark.usefixtures("method")
def test_check_finds_the_same_in_several_processes(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    space.put(entry("place", "lost", title="Lost", slug="lost", category=link("Entry", "none")))
    guide.build()
    edit(guide, "site/place/mill/index.html", "</main>", '<a href="/nowhere/">x</a></main>')
    project = load_project(guide.root)
    alone = check_guide(project, jobs=1)
    monkeypatch.setattr("exporter.check.mirror._ITEMS_PER_PROCESS", 2)
    monkeypatch.setattr("exporter.check.site._PAGES_PER_PROCESS", 2)
    assert check_guide(project, jobs=3).problems == alone.problems
    assert {problem.code for problem in alone.problems} >= {"page-link-dead"}


@pytest.mark.usefixtures("method")
def test_warm_workers_do_one_build_after_another_and_know_nothing_of_the_last(guide: Guide, space: SpaceFiles) -> None:
    many_places(guide, space)
    with WorkerPool(2) as workers:
        build(guide, 0, workers)
        processes = workers.processes
        assert len(processes) == 2
        for number, text in enumerate(("Great guide", "Other guide", "Last guide")):
            edit(guide, "site.yaml", ("Small guide", "Great guide", "Other guide")[number], text)
            space.put(entry("category", "sights", number + 2, title=f"Sights {number}", slug="sights"))
            assert guide.run("sync").code == 0
            assert build(guide, 0, workers)["rendered"] > 300
            assert workers.processes == processes
            assert guide.files("site") == from_nothing(guide)


@pytest.mark.usefixtures("method")
def test_warm_workers_that_were_ended_between_two_builds_are_replaced(guide: Guide, space: SpaceFiles) -> None:
    many_places(guide, space)
    with WorkerPool(2) as workers:
        build(guide, 0, workers)
        before = workers.processes
        for process in before:
            os.kill(process, signal.SIGKILL)
        time.sleep(0.1)
        edit(guide, "site.yaml", "Small guide", "Great guide")
        build(guide, 0, workers)
        assert not set(workers.processes) & set(before)
    assert guide.files("site") == from_nothing(guide)


@needs_fork
def test_process_with_threads_never_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    assert executor.start_method() == "fork"
    monkeypatch.undo()
    with other_thread():
        assert executor.start_method() == "spawn"
        monkeypatch.setattr(os, "fork", None)
        with in_background(os.getpid, alone=False) as answer:
            assert answer() == os.getpid()
        found = list(in_processes(2, range(50), add, (1,), 1))
    assert sorted(number for number, _ in found) == list(range(1, 51))
    assert os.getpid() not in {process for _, process in found}


def test_macos_spawns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading, "active_count", lambda: 1)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert executor.start_method() == "spawn"


def test_what_a_build_and_a_check_send_out_can_be_pickled(guide: Guide) -> None:
    assert guide.run("sync").code == 0
    project = load_project(guide.root)
    for again in (project, load_project(guide.root)):
        model = read_guide_model(again.content, again.site)
        assert model.chains
        assert model.lists is not None
        sent = Assignment(open_page_tasks, (again, model, again.cache / "guide.db"))
        copy = pickle.loads(pickle.dumps(sent))
        assert copy.opener is open_page_tasks
        assert copy.arguments[1].digest == model.digest
        assert copy.arguments[1].site.title == "Small guide"
        assert pickle.loads(
            pickle.dumps(
                make_rules(
                    model,
                    frozenset(),
                )
            )
        )


def test_closure_is_refused_where_it_would_leave_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executor, "start_method", lambda: "spawn")
    with pytest.raises((AttributeError, pickle.PicklingError)):
        list(in_processes(2, range(9), lambda items: [*items, 1], (), 1))


@pytest.mark.usefixtures("method")
def test_worker_that_is_ended_from_outside_ends_the_work_with_a_sentence() -> None:
    with WorkerPool(2) as pool:
        pool.assign(Assignment(single_task, (wait, (0.01,))), {})
        pool.start(2, 1)
        work = pool.work("do", range(2000), str, 1)
        next(work)
        os.kill(pool.processes[0], signal.SIGKILL)
        with pytest.raises(GuardError, match="ended from outside"):
            list(work)
        assert pool.processes == []
        pool.assign(ADD, {})
        pool.start(2, 1)
        assert len(list(pool.work("do", range(40), str, 1))) == 40


def test_worker_that_is_ended_amid_a_message_is_lost() -> None:
    here, there = multiprocessing.Pipe()
    os.write(there.fileno(), struct.pack("!i", 100) + b"half")
    there.close()
    with pytest.raises(GuardError, match="ended from outside"):
        list(executor.Executor().receive([executor.Worker(None, here)]))


@pytest.mark.usefixtures("method")
def test_work_that_is_broken_off_leaves_no_answer_for_the_next() -> None:
    with WorkerPool(2) as pool:
        pool.assign(ADD, {})
        pool.start(2, 1)
        work = pool.work("do", range(2000), str, 1)
        next(work)
        cast("Generator[Any, None, None]", work).close()
        pool.start(2, 1)
        assert sorted(number for number, _ in pool.work("do", range(40), str, 1)) == list(range(1, 41))


SCRIPT = """
import sys, threading, time
from pathlib import Path
from exporter.jobs import RenderChoices, load_project, render

threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
report = render(load_project(Path(sys.argv[1])), RenderChoices(jobs=2))
print(report.render.rendered, report.render.failed)
"""


def test_script_with_threads_needs_no_guard_of_its_main_module(guide: Guide, space: SpaceFiles, tmp_path: Path) -> None:
    many_places(guide, space)
    expected = from_nothing(guide)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT, "utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(guide.root)], capture_output=True, text=True, check=True, timeout=120
    )
    rendered, failed = map(int, done.stdout.split())
    assert (rendered > 300, failed, done.stderr) == (True, 0, "")
    assert guide.files("site") == expected


def ends(process: subprocess.Popen[bytes]) -> bool:
    """Whether everything that holds a killed process's standard output has ended: its workers hold it, too."""
    try:
        process.communicate(timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True


@needs_fork
@pytest.mark.parametrize("started", METHODS)
@pytest.mark.parametrize("task", ["idle", "wait", "endless"])
def test_workers_end_with_a_process_that_is_killed(started: str, task: str, histories_seed: int) -> None:
    chance = random.Random(histories_seed)
    for _ in range(2):
        program = f"from tests.support.worker_tasks import main; main({started!r}, {task!r})"
        process = subprocess.Popen([sys.executable, "-c", program], cwd=PROJECT, stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert len(process.stdout.readline().split()) == 3
        time.sleep(chance.random())
        process.kill()
        assert ends(process), "a worker still holds the killed process's standard output"


@needs_fork
def test_render_that_is_killed_leaves_no_worker(guide: Guide, space: SpaceFiles, histories_seed: int) -> None:
    many_places(guide, space)
    chance, killed = random.Random(histories_seed), 0
    environment = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": ACCESS_TOKEN}
    program = [sys.executable, "-m", "exporter", "-C", str(guide.root), "render", "--clean", "-j", "3"]
    while killed < 6:
        process = subprocess.Popen(program, cwd=PROJECT, env=environment, stdout=subprocess.PIPE)
        time.sleep(0.3 + chance.random())
        process.kill()
        assert ends(process), "a worker still holds the killed process's standard output"
        killed += process.returncode == -signal.SIGKILL
    assert guide.run("render").code == 0
    assert guide.files("site") == from_nothing(guide)
