"""Compare rendering on a Dask cluster of separate processes with `-j 2`, and work out what many machines would take.

    python -m tests.benchmarks.cluster [--rounds N] [--places N] [--large] [--data FOLDER] [--folder FOLDER]

The clusters, of two and of four processes, are started before and stay for all rounds; the folder stands for a disk
that machines share. Every run renders the guide, with the built-in theme, from scratch. CPU is that of all processes:
the run that asks with its children, the scheduler, the workers and what watches them. Every guide is compared byte for
byte with that of `-j 2`, and in one more run on each cluster a worker is killed once the first shard has come back.

`--large` weighs the run that asks at five times the places. The table is written to RESULTS.md if the number of places
is the one that the limits are set for; any other number is only a quick look. `--data` keeps the spaces for the next
run, `--folder` works on a disk. Exits 1 if a limit is not met or a run did not do its work.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporter.build.shards import remote
from exporter.core.files import walk_files
from tests.benchmarks.rounds import PROJECT, Bench, Limit, ensure, finish, limits_table
from tests.benchmarks.spaces import Guide, make_guide, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES, FEWEST, TIMES = 20_000, remote.WORTH_A_CLUSTER, 5
MEMORY = Path("/dev/shm")
MANY = (2, 4, 16, 64)
"""Numbers of workers for which the time is worked out."""

_KIBIBYTES = 1024
_TICKS = os.sysconf("SC_CLK_TCK")
_SERVE = """
import sys, time
from exporter.workers.cluster import ClusterAddress, open_cluster
if __name__ == "__main__":
    with open_cluster(ClusterAddress(), int(sys.argv[1]), ("CONTENTFUL_ACCESS_TOKEN",)) as cluster:
        print(cluster.executor._client.scheduler.address, flush=True)
        sys.stdin.read()
"""


@dataclass(frozen=True)
class Run:
    """What a render took: seconds of wall, CPU seconds, MiB, seconds of each stage.

    `asking` is the CPU time of the process that asks alone, `children` that of its children, `cluster` that of others.
    """

    wall: float
    asking: float
    children: float
    cluster: float
    memory: float
    stages: dict[str, float]

    @property
    def processor(self) -> float:
        """CPU seconds of all processes."""
        return self.asking + self.children + self.cluster


@dataclass(frozen=True)
class Started:
    """A cluster that was started: the process that holds its scheduler, and its address."""

    process: int
    address: str

    def family(self) -> list[int]:
        """Return the ids of all its processes."""
        found = [self.process]
        for number in found:  # which grows while it is walked
            for task in Path(f"/proc/{number}/task").glob("*/children"):
                with suppress(OSError):
                    found += map(int, task.read_text().split())
        return found

    def processor(self) -> float:
        """Return the CPU seconds that its processes, and those of them that have ended, have used so far."""
        return sum(map(_processor_of, self.family()))

    def workers(self) -> list[int]:
        """Return the ids of the processes that render."""
        return [number for number in self.family() if "spawn_main" in _command(number) and number != self.process]


def _processor_of(number: int, times: int = 4) -> float:
    """Return the CPU seconds of a process: user and system and, as the third and fourth of `times`, of its children."""
    with suppress(OSError, IndexError):
        fields = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11 : 11 + times])) / _TICKS
    return 0.0


def _command(number: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    return ""


@contextmanager
def start_cluster(folder: Path, workers: int) -> Iterator[Started]:
    """Start a cluster in processes of its own while the block runs."""
    script = folder / f"cluster-{workers}.py"
    script.write_text(_SERVE, "utf-8")
    command = [sys.executable, str(script), str(workers)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        ensure(address.startswith("tcp://"), "the cluster did not start")
        try:
            yield Started(process.pid, address.replace("tcp://", "dask://"))
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(60)


def render(guide: Guide, cluster: Started | None) -> Run:
    """Render a guide from scratch, on a cluster or with two processes here."""
    guide.bench.discard(guide.site, guide.root / ".export")
    where = ["-j", "2"] if cluster is None else ["-j", "2", "--on", cluster.address]
    command = [sys.executable, "-m", "exporter", "-C", str(guide.root), "--json", "-v", "render", *where]
    before, start = cluster.processor() if cluster is not None else 0.0, time.perf_counter()
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, cwd=PROJECT)
        memory, asking = _watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        report: dict[str, Any] = json.loads(output.read())
    ensure(process.returncode == 0, f"{' '.join(command)}: {report}")
    done = report["render"]
    ensure(done["rendered"] == done["pages"], f"not all pages were rendered: {done}")
    guide.pages = done["pages"]
    used = cluster.processor() - before if cluster is not None else 0.0
    both = usage.ru_utime + usage.ru_stime
    return Run(wall, asking, both - asking, used, memory, report["stages"])


def _watch(number: int) -> tuple[float, float]:
    """Return the peak of a process's memory in MiB and its CPU seconds, its children apart, once it has ended."""
    peak, used = 0, 0.0
    while os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        with suppress(OSError):
            found = re.search(r"^VmHWM:\s+(\d+) kB", Path(f"/proc/{number}/status").read_text(), re.MULTILINE)
            peak = max(peak, int(found[1]) if found else 0)
        used = max(used, _processor_of(number, 2))
        time.sleep(0.02)
    return peak / _KIBIBYTES, used


def digest_of(folder: Path) -> str:
    """Return a digest of all files in a folder, their names included."""
    total = hashlib.sha256()
    for name in sorted(walk_files(folder)):
        total.update(f"{name}\0".encode() + hashlib.sha256((folder / name).read_bytes()).digest())
    return total.hexdigest()


def render_with_a_loss(guide: Guide, cluster: Started) -> Run:
    """Render on a cluster of which a worker is killed once the first shard has come back."""
    killed: list[int] = []

    def kill() -> None:
        shared = guide.root / ".export" / remote.FOLDER
        while not killed:
            if any(shared.glob("*/shard-*.pages")):
                killed.append(cluster.workers()[0])
                os.kill(killed[0], signal.SIGKILL)
            time.sleep(0.01)

    thread = threading.Thread(target=kill, daemon=True)
    thread.start()
    run = render(guide, cluster)
    thread.join(1)
    ensure(killed, "no worker was killed, so nothing was shown")
    return run


def seconds_with(run: Run, workers: int) -> float:
    """Work out how long a render takes with so many workers, each with a core of its own.

    What comes before and after the rendering is the asking run's alone. While the workers render, it takes over what
    they have done: whichever is longer counts.
    """
    alone = sum(seconds for stage, seconds in run.stages.items() if stage not in ("render", "write"))
    taking_over = max(run.asking - alone, 0.0)
    return alone + max(taking_over, run.cluster / workers)


def describe(runs: dict[str, list[Run]], guide: Guide, places: int) -> str:
    """Return the tables of what was measured and what is worked out from it."""
    lines = [
        "| | wall s | CPU s, all | CPU s, asking process | its MiB |",
        "| --- | --- | --- | --- | --- |",
    ]
    shown = ("wall", "processor", "asking", "memory")
    for name, taken in runs.items():
        of = [statistics.median(getattr(run, what) for run in taken) for what in shown]
        lines.append(f"| {name} | {of[0]:.2f} | {of[1]:.2f} | {of[2]:.2f} | {of[3]:.0f} |")
    measured = sorted(runs[ON_TWO], key=lambda run: run.asking)[len(runs[ON_TWO]) // 2]
    one = seconds_with(measured, 1)
    lines += ["", "| workers, worked out | s | times one worker |", "| --- | --- | --- |"]
    for workers in MANY:
        seconds = seconds_with(measured, workers)
        lines.append(f"| {workers} | {seconds:.1f} | {one / seconds:.1f} |")
    share = measured.asking / measured.processor
    return f"""`python -m tests.benchmarks.cluster --large`

A guide of {places:,} places with the built-in theme, {guide.pages:,} pages, rendered from scratch.
The same bytes on two and on four workers, also with one of them killed in the middle.
The asking process has {share:.0%} of all CPU time.

""" + "\n".join(lines)


HERE, ON_TWO, ON_FOUR = "render -j 2", "render --on, 2 workers", "render --on, 4 workers"


def main() -> None:
    """Run all measurements, print them with their limits and write them to the results file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--places", type=int, default=PLACES)
    parser.add_argument("--large", action="store_true")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    if options.rounds < 1 or options.places < FEWEST:
        parser.error(f"expected a round and {FEWEST} places or more")
    in_memory = options.folder is None and os.access(MEMORY, os.W_OK)
    with tempfile.TemporaryDirectory(dir=MEMORY if in_memory else options.folder) as temporary, ExitStack() as stack:
        bench = Bench(Path(temporary), in_memory)
        data = options.data or bench.folder / "data"
        guide = make_guide(bench, stack.enter_context(serve(data, options.places)), "guide", templates=None)
        two, four = (stack.enter_context(start_cluster(bench.folder, number)) for number in (2, 4))
        runs: dict[str, list[Run]] = {HERE: [], ON_TWO: [], ON_FOUR: []}
        digests = set()
        for turn in range(options.rounds):
            for name, cluster in {HERE: None, ON_TWO: two, ON_FOUR: four}.items():
                runs[name].append(render(guide, cluster))
                digests.add(digest_of(guide.site))
                print(f"round {turn + 1} of {options.rounds}: {name}: {runs[name][-1]}", file=sys.stderr, flush=True)
        for cluster in (two, four):
            render_with_a_loss(guide, cluster)
            digests.add(digest_of(guide.site))
        ensure(len(digests) == 1, "the guides differ")
        pairs = zip(runs[ON_TWO], runs[HERE], strict=True)
        overhead = statistics.median(there.processor / here.processor for there, here in pairs)
        found = [Limit("CPU of all processes, 2 workers : -j 2", overhead, 1.25)]
        text = describe(runs, guide, options.places)
        if options.large:
            many = options.places * TIMES
            large = make_guide(bench, stack.enter_context(serve(data, many)), "large", templates=None)
            found.append(Limit(f"memory of the asking run, {many:,} places, MiB", render(large, two).memory, 400))
    text = f"{text}\n\n{limits_table(found)}"
    print(text)
    finish({"Cluster": text}, found, quick=options.places != PLACES or not options.large)


if __name__ == "__main__":
    main()
