"""Shared by the benchmarks: measured processes, interleaved rounds, limits, tables and the results file."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROJECT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("RESULTS.md")
_MIB = 1024
"""Kilobytes per MiB; the system reports sizes in kilobytes."""
_LOOK, _SHARE = 0.01, 10
"""Seconds between two samples of a process's memory, and the pause after a slow one as a multiple of its duration."""


class Spent(NamedTuple):
    """What a process and its children used: seconds of wall and of processor time, MiB of memory.

    `memory` counts a page that several processes share once, `resident` once per process; both are 0 if memory was not
    measured in this run.
    """

    wall: float
    processor: float
    memory: float
    resident: float


def ensure(done: object, message: str) -> None:
    """Exit if a run did not do its work, so that no figure is reported for work that was not done."""
    if not done:
        sys.exit(f"error: {message}")


def spend(
    command: list[str], cwd: Path = PROJECT, environment: Mapping[str, str] | None = None, *, weighs: bool = False
) -> tuple[Spent, str]:
    """Run a process to its end; return what it used and printed. Exits if it fails."""
    variables = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": "any", **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # the modules of an installed program are compiled
    with tempfile.TemporaryFile() as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd, env=variables
        )
        memory, resident = _weigh(process.pid) if weighs else (0.0, 0.0)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        printed = output.read().decode("utf-8", "replace")
    ensure(process.returncode == 0, f"{' '.join(command)[:200]} ended with {process.returncode}: {printed[-2000:]}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, memory, resident), printed


def _weigh(number: int) -> tuple[float, float]:
    """Sample the memory of a process and its children until it ends; return the greatest sums in MiB.

    Shared pages count once in the first sum, and once per process in the second. A sum is never less than the peak of
    the largest process. The peak that `wait4` reports is no use: it includes the memory of this program at the fork.
    """
    memory, resident = 0.0, 0.0
    while os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        start = time.perf_counter()
        found = [_sizes(process) for process in _family(number)]
        largest = max(sizes["VmHWM"] for sizes in found)
        memory = max(memory, largest, sum(sizes["Pss"] for sizes in found))
        resident = max(resident, largest, sum(sizes["Rss"] for sizes in found))
        time.sleep(max(_LOOK, _SHARE * (time.perf_counter() - start)))
    return memory / _MIB, resident / _MIB


def _family(number: int) -> Iterator[int]:
    yield number
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _family(int(child))


def _sizes(number: int) -> Counter[str]:
    """Return the memory of a process in kilobytes; empty for one that has ended."""
    found: Counter[str] = Counter()
    for name in ("smaps_rollup", "status"):
        with suppress(OSError):
            text = Path(f"/proc/{number}/{name}").read_text()
            found.update(
                {key: int(size) for key, size in re.findall(r"^(Pss|Rss|VmHWM):\s+(\d+) kB", text, re.MULTILINE)}
            )
    return found


@dataclass
class Bench:
    """The folder of the runs, and what the rows used: `taken` in the timed rounds, `weighed` in the one before them."""

    folder: Path
    in_memory: bool
    taken: dict[str, list[Spent]] = field(default_factory=dict)
    weighed: dict[str, Spent] = field(default_factory=dict)
    weighs: bool = False
    discarded: int = 0

    def spend(
        self, command: list[str], cwd: Path = PROJECT, environment: Mapping[str, str] | None = None
    ) -> tuple[Spent, str]:
        """Run a process, measuring its memory if this round does."""
        if not self.in_memory:
            os.sync()  # flush what an earlier row wrote, so that this row does not pay for it
        return spend(command, cwd, environment, weighs=self.weighs)

    def discard(self, *paths: Path) -> None:
        """Remove folders, so that a run writes new ones; on a disk, only move them aside until the end.

        ext4 is slow for a while after a large removal.
        """
        for path in paths:
            if path.exists() and self.in_memory:
                shutil.rmtree(path)
            elif path.exists():
                self.discarded += 1
                path.rename(self.folder / f"discarded-{self.discarded}")

    def rounds(self, rows: Mapping[str, Callable[[], Spent]], number: int) -> None:
        """Run all rows in turn, round after round; an extra first round warms the caches and measures memory."""
        self.taken = {row: [] for row in rows}
        for turn in range(number + 1):
            self.weighs = turn == 0
            for row, run in rows.items():
                spent = run()
                if self.weighs:
                    self.weighed[row] = spent
                else:
                    self.taken[row].append(spent)
                print(f"round {turn} of {number}: {row}: {spent.wall:.3f} s", file=sys.stderr, flush=True)

    def ratio(self, row: str, base: str) -> float:
        """Return the median, over the rounds, of the ratio of a row's wall time to another's."""
        return self.median(lambda mine, theirs: mine.wall / theirs.wall, row, base)

    def median(self, of: Callable[..., float], *rows: str) -> float:
        """Return the median, over the rounds, of a function of what the rows used in the same round."""
        return statistics.median(of(*spent) for spent in zip(*(self.taken[row] for row in rows), strict=True))

    def table(self, base: str) -> str:
        """Return the rows' medians as a table, with their ratios to the row `base`."""
        lines = [
            f"| | wall s (min–max) | CPU s | memory MiB | RSS summed MiB | ratio to {base} |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for row, taken in self.taken.items():
            wall = [spent.wall for spent in taken]
            cells = [
                row,
                f"{statistics.median(wall):.3f} ({min(wall):.3f}–{max(wall):.3f})",
                f"{statistics.median(spent.processor for spent in taken):.3f}",
                f"{self.weighed[row].memory:.0f}",
                f"{self.weighed[row].resident:.0f}",
                f"{self.ratio(row, base):.3f}",
            ]
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


class Limit(NamedTuple):
    """A measured value and the most that it may be; `aim` is the value to strive for."""

    says: str
    found: float
    most: float
    aim: float | None = None

    @property
    def met(self) -> bool:
        """Whether the value is within its limit."""
        return self.found <= self.most


def limits_table(limits: list[Limit]) -> str:
    """Return the measured values with their limits as a table."""
    lines = ["| | found | at most | aim | |", "| --- | --- | --- | --- | --- |"]
    for limit in limits:
        aim = "" if limit.aim is None else f"{limit.aim:g}"
        shown = f"{limit.found:.3g}" if limit.found < 1_000 else f"{limit.found:,.0f}"
        lines.append(f"| {limit.says} | {shown} | {limit.most:g} | {aim} | {'met' if limit.met else 'NOT MET'} |")
    return "\n".join(lines)


def finish(sections: Mapping[str, str], limits: list[Limit], *, quick: bool) -> NoReturn:
    """Write a benchmark's sections and exit 1 if a limit is not met; a quick look does neither, and says so."""
    if quick:
        print(f"\nA quick look: the limits are not set for it, so {RESULTS.name} was not changed.")
        sys.exit(0)
    for name, text in sections.items():
        write_section(name, text)
    sys.exit(0 if all(limit.met for limit in limits) else 1)


def write_section(name: str, text: str) -> None:
    """Replace a benchmark's section in the results file; the other sections stay."""
    before = RESULTS.read_text("utf-8") if RESULTS.exists() else "# Results of the benchmarks\n"
    head, *sections = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    kept = [section for section in sections if not section.startswith(f"## {name}\n")]
    parts = sorted([*kept, f"## {name}\n\n{text.strip()}\n"])
    RESULTS.write_text("\n".join(part.strip() + "\n" for part in (head, *parts)), "utf-8")
