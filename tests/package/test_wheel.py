"""The wheel, installed without this project's own tools, does all the work in an empty folder."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import zipfile
from importlib import metadata
from typing import TYPE_CHECKING

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.package.installed import Installed


def test_wheel_has_every_file_of_the_program_and_no_other(wheel: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "exporter"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    with zipfile.ZipFile(wheel) as opened:
        found = {name for name in opened.namelist() if ".dist-info/" not in name}
    assert found == {*listed.stdout.splitlines()}
    assert "exporter/py.typed" in found


def test_new_guide_is_built_checked_and_served(installed: Installed, tmp_path: Path) -> None:
    installed.run("exporter", "init", "lisbon", "--yes", cwd=tmp_path)
    folder = tmp_path / "lisbon"
    built = json.loads(installed.run("exporter", "build", "--json", cwd=folder).stdout)
    assert (built["sync"]["upserted"], built["render"]["failed"], built["problems"]) == (144, 0, [])
    checked = json.loads(installed.run("exporter", "check", "--json", cwd=folder).stdout)
    assert (checked["check"]["errors"], checked["check"]["warnings"]) == (0, 0)
    with subprocess.Popen(
        [str(installed.scripts / "exporter"), "serve", "--port", "0"],
        cwd=folder,
        env={**installed.environment(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            line = next(line for line in server.stdout if line.startswith("serving "))
            with urllib.request.urlopen(line.split()[1], timeout=30) as answer:
                assert b"<title>Lisbon" in answer.read()
        finally:
            server.terminate()
        assert server.wait(30) == 0


def test_both_scripts_and_the_module_are_the_same_program(installed: Installed, tmp_path: Path) -> None:
    commands = (["exporter"], ["export"], ["python", "-m", "exporter"])
    shown = {installed.run(*command, "--version", cwd=tmp_path).stdout for command in commands}
    assert shown == {f"exporter, version {metadata.version('contentful-exporter')}\n"}


def test_none_of_this_projects_tools_is_there(installed: Installed, tmp_path: Path) -> None:
    installed.run("python", "-c", "import exporter, sys; assert 'installed' in exporter.__file__", cwd=tmp_path)
    for name in ("pytest", "hypothesis", "mypy", "tests"):
        missing = installed.run("python", "-c", f"import {name}", cwd=tmp_path, code=1)
        assert "ModuleNotFoundError" in missing.stderr


def test_code_that_uses_the_package_is_checked_against_its_types(installed: Installed, tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(
        "from pathlib import Path\n"
        "from exporter.jobs import build, load_project\n"
        "report = build(load_project(Path('guide')))\n"
        "pages: int = report.render.pages if report.render else 0\n"
    )
    (tmp_path / "wrong.py").write_text("from exporter.jobs import build\nbuild('guide')\n")
    python = str(installed.scripts / "python")
    command = [sys.executable, "-m", "mypy", "--strict", "--python-executable", python, "--cache-dir", "cache"]

    def checked(name: str) -> tuple[int, str]:
        done = subprocess.run([*command, name], cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout

    assert checked("right.py") == (0, "Success: no issues found in 1 source file\n")
    code, words = checked("wrong.py")
    assert code == 1
    assert 'wrong.py:2: error: Argument 1 to "build" has incompatible type "str"; expected "Project"' in words
