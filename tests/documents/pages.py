"""The documents of the project, and the blocks in them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DOCS = PROJECT / "exporter/docs"
README = PROJECT / "README.md"
DOCUMENTS = (README, *sorted(DOCS.glob("*.md")), PROJECT / ".github/CONTRIBUTING.md", PROJECT / "exporter/README.md")

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<kind>\w*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)


def reference() -> str:
    """Return the text of the whole reference."""
    return "\n".join(page.read_text("utf-8") for page in sorted(DOCS.glob("*.md")))


def blocks(page: Path, kind: str) -> list[str]:
    """Return the blocks of one kind in a document, without their indentation."""
    found = (match for match in _BLOCK.finditer(page.read_text("utf-8")) if match["kind"] == kind)
    return [re.sub(rf"^{match['indent']}", "", match["text"], flags=re.MULTILINE) for match in found]


def without_blocks(page: Path) -> str:
    """Return the text of a document without its blocks."""
    return _BLOCK.sub("", page.read_text("utf-8"))


def rows(page: Path) -> Iterator[list[str]]:
    """Yield the cells of each row of a document's tables."""
    for line in page.read_text("utf-8").splitlines():
        if line.lstrip().startswith("|"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
