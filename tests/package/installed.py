"""The wheel, built from this project, and an environment that holds it and what it requires, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


def build_wheel(folder: Path) -> Path:
    """Build the wheel into a folder; return its path."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    return wheel


@dataclass(frozen=True)
class Installed:
    """An environment with the program in it."""

    root: Path

    @property
    def scripts(self) -> Path:
        """The folder of its programs."""
        return self.root / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *command: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in a folder, where it must end with an exit code."""
        program = [str(self.scripts / command[0]), *command[1:]]
        done = subprocess.run(
            program, cwd=cwd, env=self.environment(), capture_output=True, text=True, check=False, timeout=300
        )
        assert done.returncode == code, done
        return done

    def environment(self) -> dict[str, str]:
        """Return the environment variables of somebody who uses it: nothing of this project."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CONTENTFUL"))}
        return {**kept, "PATH": f"{self.scripts}{os.pathsep}{os.environ['PATH']}"}


def install(wheel: Path, root: Path) -> Installed:
    """Make an environment and install the wheel in it by its own pip.

    What the wheel requires is linked from this environment, so that no test needs a network.
    """
    venv.create(root, with_pip=False, symlinks=os.name != "nt")
    packages = next(root.glob("**/site-packages"))
    for requirement in _required(_requirements(wheel)):
        _link(metadata.distribution(requirement), packages)
    python = str(Installed(root).scripts / "python")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-index", str(wheel)]
    subprocess.run(command, check=True, timeout=300)
    return Installed(root)


def _requirements(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as opened:
        (name,) = (name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        lines = opened.read(name).decode().splitlines()
    return [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]


def _required(requirements: Iterable[str]) -> Iterator[str]:
    """Yield the names of all distributions that are required, those required by others included."""
    seen: set[str] = set()
    waiting = [*requirements]
    while waiting:
        requirement = Requirement(waiting.pop())
        extras = requirement.extras or {""}
        name = canonicalize_name(requirement.name)
        wanted = requirement.marker is None or any(requirement.marker.evaluate({"extra": extra}) for extra in extras)
        if wanted and name not in seen:
            seen.add(name)
            yield name
            waiting += metadata.requires(name) or ()


def _link(distribution: metadata.Distribution, packages: Path) -> None:
    """Link what a distribution has at the top of site-packages."""
    for top in {file.parts[0] for file in distribution.files or () if file.parts[0] not in ("..", "__pycache__")}:
        target = packages / top
        if not target.exists():
            target.symlink_to(Path(str(distribution.locate_file(top))).resolve())
