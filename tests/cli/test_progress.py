"""What a run says on its way: a bar on a terminal, few lines in a log, the time of each stage with -v."""

from __future__ import annotations

import io
import os
import pty
import re
import subprocess
import sys
import threading
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from exporter.cli.bars import Bars
from exporter.cli.progress import Follower, PlainLines
from exporter.cli.tally import Tally
from exporter.jobs import build, check, load_project, render
from exporter.report.progress import Stages
from tests.conftest import PICTURE, Guide, asset, entry

if TYPE_CHECKING:
    from exporter.report.progress import Stage
    from tests.conftest import SpaceFiles


@dataclass
class Heard:
    """A listener that remembers what it heard."""

    begun: list[tuple[str, int | None, int | None]] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    items: Counter[str] = field(default_factory=Counter)
    sizes: Counter[str] = field(default_factory=Counter)

    def begin(self, stage: Stage, items: int | None, size: int | None) -> None:
        self.begun.append((stage, items, size))

    def advance(self, stage: Stage, items: int, size: int) -> None:
        self.items[stage] += items
        self.sizes[stage] += size

    def end(self, stage: Stage) -> None:
        self.ended.append(stage)


class Clock:
    """A clock that a test moves."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_listener_hears_every_item_page_file_and_byte(guide: Guide, space: SpaceFiles) -> None:
    space.put(asset("other", "b.svg", len(PICTURE)), file=PICTURE)
    heard = Heard()
    report = build(load_project(guide.root), listener=heard)
    assert report.sync is not None
    assert report.render is not None
    assert heard.begun[0] == ("requests", None, None)
    assert ("download", 2, 2 * len(PICTURE)) in heard.begun
    assert ("render", report.render.rendered, None) in heard.begun
    assert heard.items["receive"] == report.sync.upserted == 5
    assert (heard.items["download"], heard.sizes["download"]) == (report.sync.assets_downloaded, 2 * len(PICTURE))
    assert heard.items["render"] == report.render.rendered > 0
    assert sorted(heard.ended) == sorted(stage for stage, _, _ in heard.begun)


def test_stage_that_breaks_off_has_ended_all_the_same(guide: Guide) -> None:
    guide.build()
    (guide.root / "content/entries/place/mill.json").write_text("{", "utf-8")
    heard = Heard()
    with pytest.raises(Exception, match=r"mill\.json"):
        render(load_project(guide.root), listener=heard)
    assert sorted(heard.ended) == sorted(stage for stage, _, _ in heard.begun) != []


def test_nothing_new_renders_nothing_and_counts_nothing(guide: Guide) -> None:
    guide.build()
    heard = Heard()
    build(load_project(guide.root), listener=heard)
    assert (heard.items.total(), ("render", 0, None) in heard.begun) == (0, True)


def test_times_of_stages_add_up_to_no_more_than_the_run(guide: Guide) -> None:
    project = load_project(guide.root)
    report = build(project, verbose=True)
    assert report.sync is not None
    assert report.render is not None
    assert list(report.stages)[:3] == ["requests", "receive", "compare"]
    assert {"download", "apply", "look", "plan", "render", "write", "finish", "publish"} <= report.stages.keys()
    of_sync = sum(report.stages[name] for name in ("requests", "receive", "compare", "download", "apply"))
    assert of_sync <= report.sync.seconds + 0.02
    assert [*check(project, verbose=True).stages] == ["mirror", "site"]
    assert [*check(project).stages] == []


def test_moment_counts_for_the_innermost_stage_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("exporter.report.progress.time.perf_counter", clock)
    stages = Stages()

    def slow() -> list[int]:
        clock.now += 5
        return [1]

    with stages.stage("apply"):
        clock.now += 1
        with stages.stage("download"):
            clock.now += 2
        for _ in stages.follow("render", (item for _ in range(2) for item in slow())):
            clock.now += 3
    assert stages.seconds == {"apply": 7, "download": 2, "render": 10}


def test_verbose_run_says_where_the_time_went_and_another_does_not(guide: Guide) -> None:
    said = guide.run("build", "-v").out.splitlines()
    assert [row for row in said if re.match(r"time: requests \d+\.\d\d s, receive .*, publish \d+\.\d\d s$", row)] != []
    assert "stages" in guide.run("build", "-v", "--json").json
    assert "stages" not in guide.run("build", "--json").json
    assert "time:" not in guide.run("build").out


@pytest.mark.parametrize("step", [0.5, 0.0625])
def test_log_of_a_long_stage_has_few_lines_however_many_items_it_has(step: float) -> None:
    clock, lines = Clock(), list[str]()
    follower = Follower(PlainLines(lines.append), clock)
    items = round(641 / step)
    follower.begin("render", items, None)
    for _ in range(items):
        clock.now += step
        follower.advance("render", 1, 0)
    follower.end("render")
    assert lines[0] == f"rendering: {items:,} pages"
    assert [row.partition("(")[2] for row in lines[1:]] == [
        *("10 s)", "20 s)", "40 s)", "1 min 20 s)", "2 min 40 s)", "5 min 20 s)", "10 min 40 s)")
    ]
    assert (
        re.search(rf"of {items:,} pages, {1 / step:,.0f} pages/s, 5 min 2\d s left \(5 min 20 s\)$", lines[6])
        is not None
    )


def test_log_says_nothing_of_small_and_quick_stages() -> None:
    lines: list[str] = []
    follower = Follower(PlainLines(lines.append), Clock())
    for stage in ("receive", "apply", "look", "render"):
        follower.begin(stage, 900, None)
        follower.advance(stage, 900, 0)
        follower.end(stage)
    assert lines == []


def test_bytes_tell_what_is_left_of_files() -> None:
    tally = Tally("download", 10, 4_000_000, started=0.0, done=1, received=1_000_000)
    assert tally.sentence(2.0) == ("downloading: 1 of 10 files, 1.0 MB of 4.0 MB, 500.0 kB/s, 6 s left (2 s)")
    unknown = Tally("receive", None, None, started=0.0, done=3000, received=2_500_000)
    assert unknown.sentence(100.0) == "receiving changes: 3,000 items, 2.5 MB, 25.0 kB/s (1 min 40 s)"
    assert Tally("compare", None, None, started=0.0).sentence(12.0) == "comparing (12 s)"


class Terminal(io.StringIO):
    """A stream that takes itself for a terminal."""

    def isatty(self) -> bool:
        return True


def test_bar_is_drawn_at_most_ten_times_a_second_and_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("NO_COLOR", raising=False)
    clock, screen = Clock(), Terminal()
    threads = threading.active_count()
    bars = Bars(screen, delay=0.5)
    follower = Follower(bars, clock)
    follower.begin("render", 4000, None)
    for _ in range(4000):
        clock.now += 0.001
        follower.advance("render", 1, 0)
    assert threading.active_count() <= threads  # with another, processes that render could not be forked
    drawn = screen.getvalue()
    assert 30 <= drawn.count(" of 4,000 pages") <= 36
    assert "pages/s, 1 s left" in drawn
    bars.close()
    assert screen.getvalue().endswith("\x1b[2K") or "\x1b[2K" in screen.getvalue()[len(drawn) :]
    assert "\x1b[?25h" in screen.getvalue()[len(drawn) :]


def test_quick_stage_draws_nothing() -> None:
    clock, screen = Clock(), Terminal()
    bars = Bars(screen)
    follower = Follower(bars, clock)
    follower.begin("render", 3, None)
    follower.advance("render", 3, 0)
    follower.end("render")
    bars.close()
    assert screen.getvalue() == ""


SCRIPT = (
    "import sys\n"
    "from exporter.cli import bars\n"
    "bars.Bars.__init__.__defaults__, bars._PAUSE = ({delay},), 0.0\n"
    "from exporter.cli.commands import run\n"
    "code = run(sys.argv[1:])\n"
    "print('rich loaded:', 'rich' in sys.modules)\n"
    "sys.exit(code)"
)


def on_terminal(guide: Guide, *arguments: str, delay: float = 0.0, **environment: str) -> tuple[int, str, str]:
    """Run a command with standard error on a terminal; return its code, its output, and what the terminal got."""
    master, slave = pty.openpty()
    command = [sys.executable, "-c", SCRIPT.format(delay=delay), "-C", str(guide.root), *arguments]
    outer = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "GITHUB_ACTIONS")}
    shown: list[bytes] = []

    def read() -> None:
        with suppress(OSError):  # as a terminal ends where nobody writes to it any more
            while part := os.read(master, 65536):
                shown.append(part)

    reader = threading.Thread(target=read)
    reader.start()
    environment = {**outer, "TERM": "xterm", "COLUMNS": "120", **environment}
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=slave, text=True, check=False, timeout=60, env=environment
    )
    os.close(slave)
    reader.join()
    os.close(master)
    return done.returncode, done.stdout, b"".join(shown).decode()


def test_terminal_shows_the_stages_and_standard_output_only_the_summary(guide: Guide, space: SpaceFiles) -> None:
    for number in range(300):
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}"))
    code, out, shown = on_terminal(guide, "build")
    assert (code, "rich loaded: True" in out) == (0, True)
    assert "rendering" in shown
    assert "\x1b" not in out
    code, out, shown = on_terminal(guide, "status")
    assert (code, "of 304 items" in shown, "receiving changes" in shown) == (0, True, True)
    code, out, shown = on_terminal(guide, "build", "--clean", "--json")
    assert out.startswith('{"command": "build", "ok": true')
    assert "rendering" in shown


def test_rich_is_loaded_only_for_what_takes_its_time_on_a_terminal(guide: Guide) -> None:
    guide.build()
    for arguments, delay in ((("build",), 30.0), (("build", "-q"), 0.0), (("--version",), 0.0)):
        code, out, shown = on_terminal(guide, *arguments, delay=delay)
        assert (code, out.splitlines()[-1], shown) == (0, "rich loaded: False", "")
    code, out, shown = on_terminal(guide, "build", "--clean", TERM="dumb")
    assert (code, out.splitlines()[-1], shown) == (0, "rich loaded: False", "")


def test_no_color_leaves_no_colour_on_the_terminal(guide: Guide) -> None:
    colour = re.compile(r"\x1b\[[0-9;]*[1-9][0-9;]*m")
    assert colour.search(on_terminal(guide, "build", "--clean")[2]) is not None
    assert colour.search(on_terminal(guide, "build", "--clean", NO_COLOR="1")[2]) is None
    (guide.root / "site.yaml").write_text("titel: T\n", "utf-8")
    code, _, shown = on_terminal(guide, "build")
    assert (code, shown.startswith("\x1b[31merror:")) == (2, True)
    code, _, shown = on_terminal(guide, "build", NO_COLOR="1")
    assert (code, shown.startswith("error:")) == (2, True)
