"""The guide to Lisbon, built once for all tests that look into its bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.bundles.made import Lisbon, demo_guide

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Outcome


@pytest.fixture(scope="session")
def lisbon_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a guide with all that the bundled space has, and an address; tests leave it as it is."""
    return demo_guide(tmp_path_factory.mktemp("lisbon"), base_url="https://guide.example.org/")


@pytest.fixture
def lisbon(lisbon_folder: Path, tmp_path: Path, call: Callable[..., Outcome]) -> Lisbon:
    """That guide, whose bundles are written into the test's own folder."""
    return Lisbon(lisbon_folder, call, tmp_path)
