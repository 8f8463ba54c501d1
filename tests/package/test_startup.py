"""What a start loads: the time that a command takes before its work is that of its imports."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.benchmarks import start
from tests.conftest import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.package.installed import Installed

LOADED = """
import json, sys
from exporter.cli.commands import run
code = run(sys.argv[1:])
print(json.dumps([code, sorted(sys.modules)]))
"""


def loaded(installed: Installed, folder: Path, *command: str) -> set[str]:
    """Return the modules that a command loads which `import click` and `import requests` do not."""
    code, names = json.loads(installed.run("python", "-c", LOADED, *command, cwd=folder).stdout.splitlines()[-1])
    assert code == 0
    known = "import json, sys, click, requests; print(json.dumps(sorted(sys.modules)))"
    return {*names} - {*json.loads(installed.run("python", "-c", known, cwd=folder).stdout)}


def test_version_loads_the_command_line_and_nothing_else(installed: Installed, tmp_path: Path) -> None:
    found = loaded(installed, tmp_path, "--version")
    program = {name for name in found if name.startswith("exporter.")}
    rooms = {name.split(".")[1] for name in program}
    assert rooms == {"cli", "core", "jobs"}
    assert {name for name in program if name.startswith(("exporter.core.", "exporter.jobs."))} <= {
        "exporter.core.errors",
        "exporter.core.suggestions",
        "exporter.jobs.options",
    }
    assert {name.partition(".")[0] for name in found - program} <= {"exporter", "gc", "signal", "sqlite3", "_sqlite3"}


def test_build_with_nothing_new_loads_little_more_than_requests(installed: Installed, tmp_path: Path) -> None:
    installed.run("exporter", "init", "--yes", cwd=tmp_path)
    installed.run("exporter", "build", cwd=tmp_path)
    found = loaded(installed, tmp_path, "-q", "build")
    foreign = {name.partition(".")[0] for name in found if not name.startswith("exporter")}
    assert (
        foreign & {"babel", "cmarkgfm", "jinja2", "nh3", "PIL", "pydantic", "rich", "slugify", "watchdog", "yaml"}
        == set()
    )
    assert len(found) <= 220


def test_benchmark_of_the_start_runs_from_its_command_line(installed: Installed) -> None:
    command = [sys.executable, "-m", "tests.benchmarks.start", "--rounds", "1", "--scripts", str(installed.scripts)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done
    for row in (start.VERSION, start.CLICK, start.NOTHING, start.REQUESTS):
        assert f"\n| {row} |" in done.stdout
