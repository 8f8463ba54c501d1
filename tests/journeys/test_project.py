"""The repository itself: its own guide is up to date, its documents describe what the program does."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

import click

from exporter.cli.commands import program
from tests.conftest import PROJECT, Guide, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_build_right_after_a_clone_changes_no_versioned_file(tmp_path: Path, call: Callable[..., Outcome]) -> None:
    for name in ("site.yaml", ".syncstate"):
        shutil.copy(PROJECT / name, tmp_path)
    for name in ("content", "templates"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    guide = Guide(tmp_path, call)
    before = guide.files("content", "templates", ".syncstate", "site.yaml")
    report = guide.build()
    assert (report["sync"]["full"], report["sync"]["sync_requests"], report["problems"]) == (False, 1, [])
    assert guide.files("content", "templates", ".syncstate", "site.yaml") == before


def test_readme_names_every_command_and_option() -> None:
    readme = (PROJECT / "README.md").read_text("utf-8")
    for name, command in program.commands.items():
        assert f"`{name}" in readme, name
        assert command.help, name
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                assert f"`{name} {parameter.metavar}`" in readme, (name, parameter.metavar)
                continue
            flags = [flag for flag in parameter.opts if flag.startswith("--")] or parameter.opts
            assert any(f"`{flag}" in readme for flag in flags) or flags[0] in ("--quiet", "--verbose"), (name, flags)


def test_readme_uses_no_command_line_that_the_shell_reads_as_its_own_export() -> None:
    documents = [PROJECT / "README.md", PROJECT / "CHANGELOG.md"]
    lines = [line for document in documents for line in document.read_text("utf-8").splitlines()]
    commands = "|".join(program.commands)
    bare = [line for line in lines if re.match(rf"\s*export ({commands})\b", line)]
    assert bare == []


def test_changelog_speaks_in_sentences() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    entries = re.split(r"\n- ", text.split("\n## ", 1)[1])[1:]
    assert [entry for entry in entries if not entry.strip().endswith(".")] == []
