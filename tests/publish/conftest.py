"""Targets of each kind, and a guide to publish."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.conftest import DEMO, Guide, SpaceFiles
from tests.publish.servers import KINDS, Place, has_azurite, place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Outcome


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A target of each kind, shared by the tests of a module."""
    if request.param == "az" and not has_azurite():
        pytest.skip("azurite is not installed: npm ci in tests/publish")
    with place(request.param, tmp_path_factory.mktemp(request.param)) as found:
        yield found


@pytest.fixture
def target(server: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """The target, empty, with the variables that lead to it."""
    for name, value in server.variables.items():
        monkeypatch.setenv(name, value)
    yield server
    server.clear()


@pytest.fixture
def demo(tmp_path: Path, call: Callable[..., Outcome]) -> tuple[Guide, SpaceFiles]:
    """A guide of the bundled space, in files that a test may edit."""
    space = SpaceFiles(tmp_path / "space")
    shutil.copytree(DEMO, space.root)
    root = tmp_path / "guide"
    root.mkdir()
    return Guide(root, call), space


def write_site(guide: Guide, space: SpaceFiles, more: str = "", *, title: str = "Lisbon") -> None:
    """Write site.yaml."""
    lines = f"title: {title}\nbase_url: https://guide.example.org/\nsource: {{local: '{space.root}'}}\n{more}"
    (guide.root / "site.yaml").write_text(lines, "utf-8")
