"""The folder of a chain on the disk: files whole or not at all, written only where they differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.core.files import read_bytes, read_file, remove, write_atomic
from exporter.reader.encoding import BrokenError, digest_name, inflate

if TYPE_CHECKING:
    from pathlib import Path

CONTENTS = ("packs", "chrome", "index", "changes", "history", "since")


@dataclass
class ChainFolder:
    """`updates/<locale>/`; `scratch` is where files are made before they are moved into place."""

    root: Path
    scratch: Path
    written: list[str] = field(default_factory=list)

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where there is none."""
        return read_bytes(self.root / name)

    def named(self, kind: str, name: str, most: int) -> bytes:
        """Return what a file inflates to whose name is made of that. Raises BrokenError where it is not there."""
        data = self.read(f"{kind}/{name}.bin")
        if data is None:
            raise BrokenError(f"{kind}/{name}.bin is not there")
        inflated = inflate(data, most)
        if digest_name(inflated) != name:
            raise BrokenError(f"{kind}/{name}.bin holds something else")
        return inflated

    def size(self, name: str) -> int:
        """Return the size of a file in bytes, 0 for none."""
        path = self.root / name
        return path.stat().st_size if path.is_file() else 0

    def write(self, name: str, data: bytes) -> None:
        """Write a file where its bytes differ."""
        if self.read(name) != data:
            write_atomic(self.root / name, data, self.scratch)
            self.written.append(name)

    def has(self, name: str) -> bool:
        """Tell whether a file is there."""
        return (self.root / name).is_file()

    def names(self, kind: str) -> list[str]:
        """Return the names of the files of a kind, with their folder, in order."""
        folder = self.root / kind
        return sorted(f"{kind}/{path.name}" for path in folder.iterdir()) if folder.is_dir() else []

    def remove(self, name: str) -> None:
        """Remove a file and the folders that it leaves empty."""
        remove(self.root / name, self.root)


def read_page(site: Path, path: str) -> bytes:
    """Return the bytes of a file of the site."""
    return read_file(f"{site}/{path}")
