"""One wheel, and one environment with it, for all tests of a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.package.installed import Installed, build_wheel, install

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this project."""
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """An environment with the wheel in it."""
    return install(wheel, tmp_path_factory.mktemp("installed") / "venv")
