"""Completion in the shells themselves, set up as the reference says, with the installed program."""

from __future__ import annotations

import os
import pty
import select
import shutil
import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.documents.pages import DOCS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.package.installed import Installed

COMMANDS = {"build", "bundle", "check", "init", "publish", "render", "serve", "space", "status", "sync", "watch"}
CASES = [
    ("exporter ", COMMANDS),
    ("exporter s", {"serve", "space", "status", "sync"}),
    ("exporter space ", {"serve"}),
    ("exporter build --wait", {"--wait-for", "--wait-limit"}),
    ("exporter -q check --st", {"--strict"}),
]


def script(installed: Installed, folder: Path, shell: str) -> Path:
    """Write the script of a shell with the line in the reference; return its path."""
    line = f"_EXPORTER_COMPLETE={shell}_source exporter"
    assert line in (DOCS / "install.md").read_text("utf-8")
    environment = {**installed.environment(), "_EXPORTER_COMPLETE": f"{shell}_source"}
    done = subprocess.run(["exporter"], env=environment, capture_output=True, check=True, cwd=folder)
    (folder / f"complete.{shell}").write_bytes(done.stdout)
    return folder / f"complete.{shell}"


def find(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_bash_completes(installed: Installed, tmp_path: Path, line: str, expected: set[str]) -> None:
    words = line.split(" ")
    code = (
        f"source {script(installed, tmp_path, 'bash')}\n"
        f"COMP_WORDS=({' '.join(words[:-1])} '{words[-1]}'); COMP_CWORD={len(words) - 1}\n"
        "complete -p exporter >&2; _exporter_completion exporter; printf '%s\\n' \"${COMPREPLY[@]}\"\n"
    )
    done = subprocess.run(
        [find("bash"), "-c", code], env=installed.environment(), capture_output=True, text=True, check=True
    )
    assert {*done.stdout.split()} == expected
    assert done.stderr.split()[-3:] == ["-F", "_exporter_completion", "exporter"]


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_fish_completes(installed: Installed, tmp_path: Path, line: str, expected: set[str]) -> None:
    code = f"source {script(installed, tmp_path, 'fish')}; complete --do-complete '{line}'"
    environment = {**installed.environment(), "HOME": str(tmp_path)}
    done = subprocess.run(
        [find("fish"), "--no-config", "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert {row.split("\t")[0] for row in done.stdout.splitlines()} == expected


@pytest.mark.parametrize(
    ("typed", "completed"), [("exporter sta", "exporter status "), ("exporter build --allow", "--allow-empty")]
)
def test_zsh_completes(installed: Installed, tmp_path: Path, typed: str, completed: str) -> None:
    zsh, file = find("zsh"), script(installed, tmp_path, "zsh")
    terminal, inner = pty.openpty()
    environment = {**installed.environment(), "HOME": str(tmp_path), "TERM": "dumb"}
    with subprocess.Popen(
        [zsh, "-f", "-i"], env=environment, stdin=inner, stdout=inner, stderr=inner, start_new_session=True
    ) as shell:
        try:
            set_up = f"PS1=; autoload -U compinit && compinit -u && source {file} && print re''ady\n"
            os.write(terminal, set_up.encode())
            read_until(terminal, "ready\r")
            os.write(terminal, f"{typed}\t".encode())
            read_until(terminal, completed)
        finally:
            shell.kill()
    os.close(terminal)
    os.close(inner)


def read_until(terminal: int, words: str) -> None:
    """Read what the terminal shows until it has some words."""
    shown, end = "", time.monotonic() + 30
    while words not in shown and time.monotonic() < end:
        if select.select([terminal], [], [], 0.1)[0]:
            shown += os.read(terminal, 4096).decode("utf-8", "replace")
    assert words in shown
