"""The console examples in the documents do what they show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documents.console import Session, differences, steps
from tests.documents.pages import DOCS, DOCUMENTS, blocks


@pytest.fixture
def session(tmp_path: Path) -> Session:
    """A shell in an empty folder, with this project's program on the path."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("CONTENTFUL", "EXPORTER", "GITHUB"))
    }
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return Session(tmp_path, {**kept, "PATH": path, "PYTHONUNBUFFERED": "1", "HOME": str(tmp_path)})


PLAYED = [page for page in DOCUMENTS if page.is_file() and blocks(page, "console")]


@pytest.mark.parametrize("page", PLAYED, ids=lambda page: page.name)
def test_console_examples_print_what_they_show(page: Path, session: Session) -> None:
    with session:
        wrong = [found for block in blocks(page, "console") for found in session.play(block)]
    assert wrong == []


def test_examples_are_found_and_told_apart() -> None:
    assert len(PLAYED) >= 5
    assert steps("$ a\nb\nc\n$ d\n") == [("a", ["b", "c"]), ("d", [])]
    assert differences(["3 pages (1.0 s)", "x…"], ["3 pages (2.5 s)", "xyz"]) == []
    assert differences(["3 pages"], ["4 pages"]) == [("3 pages", "4 pages")]
    assert differences(["a"], []) == [("a", None)]


def test_python_example_prints_what_it_shows(session: Session) -> None:
    (code,), (expected, *_) = blocks(DOCS / "python.md", "python"), blocks(DOCS / "python.md", "text")
    subprocess.run(
        ["exporter", "init", "lisbon", "--yes"],
        cwd=session.folder,
        env=session.environment,
        check=True,
        capture_output=True,
    )
    (session.folder / "example.py").write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "example.py"],
        cwd=session.folder,
        env=session.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, expected, "")
