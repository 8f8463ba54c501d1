"""The lines for other CI and for commits in the documents, run as they stand in a repository with a remote."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import Guide, entry
from tests.documents.pages import DOCS, blocks

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.conftest import Outcome, SpaceFiles


@pytest.fixture
def repository(tmp_path: Path, space: SpaceFiles, call: Callable[..., Outcome]) -> Guide:
    """A new guide over the small space, committed and pushed to a remote."""
    guide = Guide(tmp_path / "guide", call)
    assert call("init", str(guide.root), "--yes", "--local", str(space.root)).code == 0
    shell(guide, f"git init -q --bare {tmp_path}/remote.git && git init -q -b main")
    shell(guide, f"git remote add origin {tmp_path}/remote.git && git config push.autoSetupRemote true")
    shell(guide, "exporter -q build && git add . && git commit -qm 'A new guide' && git push -q")
    return guide


def shell(guide: Guide, code: str) -> str:
    """Run lines in the guide's folder, none of which may fail; return what they print."""
    names = {f"GIT_{role}_{part}": "a@example.org" for role in ("AUTHOR", "COMMITTER") for part in ("NAME", "EMAIL")}
    environment = {**os.environ, **names, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        ["bash", "-euc", code], cwd=guide.root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done
    return done.stdout


def lines_of(page: str) -> str:
    """Return the block of a page that syncs with a message."""
    (block,) = (block for block in blocks(DOCS / page, "sh") if "exporter sync --message" in block)
    return block


@pytest.mark.parametrize("page", ["ci.md", "mirror.md"])
def test_lines_commit_what_came_and_nothing_if_nothing_came(repository: Guide, space: SpaceFiles, page: str) -> None:
    code = lines_of(page).replace("https://guide.example.org/", "published")
    shell(repository, code)
    assert shell(repository, "git log --format=%s").splitlines() == ["A new guide"]
    space.put(entry("place", "castle", 2, title="The old castle", slug="castle"))
    shell(repository, code)
    subjects = shell(repository, "git log --format=%s").splitlines()
    assert subjects == ["1 place changed", "A new guide"]
    changed = shell(repository, "git show --name-only --format= HEAD").splitlines()
    assert {name.partition("/")[0] for name in changed} == {".syncstate", "content"}
    assert shell(repository, "git status --porcelain").replace("?? message.txt\n", "") == ""
    if page == "ci.md":
        assert shell(repository, "git rev-parse HEAD") == shell(repository, "git ls-remote origin main | cut -f1")
        assert "The old castle" in repository.page("/place/castle/")
