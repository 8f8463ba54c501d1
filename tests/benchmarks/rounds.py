"""What the benchmarks share: processes and what they took, rounds in turn, limits, tables, the file of results."""

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
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

PROJECT = Path(__file__).parents[2]
RESULTS = Path(__file__).with_name("RESULTS.md")
_MIB = 1024
"""Kilobytes, in which the system gives sizes, in a MiB."""
_LOOK, _SHARE = 0.01, 10
"""Seconds between two looks at the memory of a process, more where a look takes longer than a tenth of that."""


class Spent(NamedTuple):
    """What a process and all that it started took: seconds of wall and of processor time, MiB of memory.

    `memory` counts a page that several processes share once, `resident` in each of them; both are 0 where the run was
    not weighed.
    """

    wall: float
    processor: float
    memory: float
    resident: float


def ensure(done: object, said: str) -> None:
    """Stop the benchmark where a run did not do its work: no figure stands for nothing done."""
    if not done:
        sys.exit(f"error: {said}")


def spend(
    command: list[str], cwd: Path = PROJECT, environment: Mapping[str, str] | None = None, *, weighs: bool = False
) -> tuple[Spent, str]:
    """Run a process to its end; give what it took and printed. Exits where it fails."""
    variables = {**os.environ, "CONTENTFUL_ACCESS_TOKEN": "any", **(environment or {})}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)  # a program that is installed has its modules compiled
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
        said = output.read().decode("utf-8", "replace")
    ensure(process.returncode == 0, f"{' '.join(command)[:200]} ended with {process.returncode}: {said[-2000:]}")
    return Spent(wall, usage.ru_utime + usage.ru_stime, memory, resident), said


def _weigh(number: int) -> tuple[float, float]:
    """Look at a process and all that it started until it ends; give the greatest sums in MiB.

    Pages that processes share count once in the first sum, in each of them in the second. The peak of the largest
    process stands for a sum that is less; that of `wait4` would hold what this program had when it started it.
    """
    memory, resident = 0.0, 0.0
    while os.waitid(os.P_PID, number, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        start = time.perf_counter()
        found = [_sizes(each) for each in _family(number)]
        largest = max(each["VmHWM"] for each in found)
        memory = max(memory, largest, sum(each["Pss"] for each in found))
        resident = max(resident, largest, sum(each["Rss"] for each in found))
        time.sleep(max(_LOOK, _SHARE * (time.perf_counter() - start)))
    return memory / _MIB, resident / _MIB


def _family(number: int) -> Iterator[int]:
    yield number
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for each in children:
            yield from _family(int(each))


def _sizes(number: int) -> Counter[str]:
    """Give what a process holds, in kilobytes; nothing of one that has ended."""
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
    """Where the runs lie, and what the rows took: `taken` in the rounds, `weighed` in one before them."""

    folder: Path
    in_memory: bool
    taken: dict[str, list[Spent]] = field(default_factory=dict)
    weighed: dict[str, Spent] = field(default_factory=dict)
    weighs: bool = False
    discarded: int = 0

    def spend(
        self, command: list[str], cwd: Path = PROJECT, environment: Mapping[str, str] | None = None
    ) -> tuple[Spent, str]:
        """Run a process as the round wants it."""
        if not self.in_memory:
            os.sync()  # what an earlier row wrote is not written at this one's cost
        return spend(command, cwd, environment, weighs=self.weighs)

    def discard(self, *paths: Path) -> None:
        """Take folders away, so that a run writes new ones: on a disk they are removed at the end.

        ext4 is slow for a while after a large removal.
        """
        for path in paths:
            if path.exists() and self.in_memory:
                shutil.rmtree(path)
            elif path.exists():
                self.discarded += 1
                path.rename(self.folder / f"discarded-{self.discarded}")

    def rounds(self, rows: Mapping[str, Callable[[], Spent]], number: int) -> None:
        """Run all rows in turn, round after round; one before the first warms the caches and weighs."""
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
        """Give the median of the ratios of a row's wall time to another's, round by round."""
        return self.median(lambda mine, theirs: mine.wall / theirs.wall, row, base)

    def median(self, of: Callable[..., float], *rows: str) -> float:
        """Give the median, over the rounds, of something of what rows took in the same round."""
        return statistics.median(of(*spent) for spent in zip(*(self.taken[row] for row in rows), strict=True))

    def table(self, base: str) -> str:
        """Give the rows' medians, beside one of them."""
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
    """Something that was found, and the most that it may be; `aim` is what would be better still."""

    says: str
    found: float
    most: float
    aim: float | None = None

    @property
    def met(self) -> bool:
        """Tell whether it is within its limit."""
        return self.found <= self.most


def limits_table(limits: list[Limit]) -> str:
    """Give what was found beside its limit."""
    lines = ["| | found | at most | aim | |", "| --- | --- | --- | --- | --- |"]
    for each in limits:
        aim = "" if each.aim is None else f"{each.aim:g}"
        lines.append(f"| {each.says} | {each.found:.3g} | {each.most:g} | {aim} | {'met' if each.met else 'NOT MET'} |")
    return "\n".join(lines)


def write_section(name: str, text: str) -> None:
    """Put a benchmark's section into the file of results; those of others stay."""
    before = RESULTS.read_text("utf-8") if RESULTS.exists() else "# Results of the benchmarks\n"
    head, *sections = re.split(r"^(?=## )", before, flags=re.MULTILINE)
    kept = [each for each in sections if not each.startswith(f"## {name}\n")]
    parts = sorted([*kept, f"## {name}\n\n{text.strip()}\n"])
    RESULTS.write_text("\n".join(each.strip() + "\n" for each in (head, *parts)), "utf-8")
