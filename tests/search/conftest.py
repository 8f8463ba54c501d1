"""Guides that several tests of search read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.search.guides import make_lisbon

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def lisbon(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled guide, built; no test changes it."""
    return make_lisbon(tmp_path_factory.mktemp("lisbon"))
