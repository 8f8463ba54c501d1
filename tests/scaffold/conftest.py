"""A guide over a space that `space serve` serves, in a repository on a host."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest

from tests.conftest import ACCESS_TOKEN, Guide, Outcome, SpaceFiles
from tests.support.ci import Remote, hosting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


class Served:
    """A space behind `space serve`, which follows the edits of its files."""

    def __init__(self, files: SpaceFiles, url: str) -> None:
        self.files = files
        self.url = url

    def await_revision(self, identifier: str, revision: int | None) -> None:
        """Wait until an entry is served at a revision, or with None until it is gone."""
        query = f"{self.url}/spaces/small/environments/master/entries?sys.id={identifier}"
        request = urllib.request.Request(query, headers={"Authorization": "Bearer any"})
        for _ in range(200):
            with urllib.request.urlopen(request, timeout=10) as answer:
                items = json.load(answer)["items"]
            if (items[0]["sys"]["revision"] if items else None) == revision:
                return
            time.sleep(0.1)
        pytest.fail(f"space serve does not serve {identifier} at {revision}")


@pytest.fixture
def served(space: SpaceFiles, tmp_path: Path) -> Iterator[Served]:
    """The small space, served by the program itself."""
    command = [
        sys.executable,
        "-m",
        "exporter",
        "space",
        "serve",
        str(space.root),
        "-q",
        "--state",
        str(tmp_path / "state"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Served(space, process.stdout.readline().strip())
        process.terminate()


@pytest.fixture
def remote(
    served: Served, tmp_path: Path, call: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Remote]:
    """A new guide over the served space, pushed to a host."""
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    guide = Guide(tmp_path / "new", call)
    guide.root.mkdir()
    (guide.root / "site.yaml").write_text(
        f"title: Small\nlocales: [en-US]\nsource: {{space: small, url: '{served.url}'}}\n", "utf-8"
    )
    assert guide.run("init", "--yes", "--from", "https://git.example.org/us/exporter@v1").code == 0
    (tmp_path / "host").mkdir()
    with hosting(tmp_path / "host") as made:
        made.create(guide.root)
        yield made
