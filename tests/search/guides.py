"""Guides to be searched: how they are built."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

DEMO = PROJECT / "exporter" / "space" / "demo"


def build(root: Path) -> None:
    """Build a guide as a user does."""
    command = [sys.executable, "-m", "exporter", "-C", str(root), "build"]
    subprocess.run(command, check=True, capture_output=True, timeout=300)


def make_lisbon(root: Path) -> Path:
    """Make a guide over a copy of the bundled space, so that a test may edit it, and build it."""
    shutil.copytree(DEMO, root / "space")
    (root / "site.yaml").write_text("title: Lisbon\nsource: {local: space}\n", "utf-8")
    build(root)
    return root
