"""The folder of a chain on the disk: files whole or not at all, written only where they differ."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from exporter.core.files import clear_way, read_bytes, read_file, remove, remove_empty_folders, write_atomic
from exporter.reader.encoding import VERSION, BrokenError, digest_name, dump, inflate

if TYPE_CHECKING:
    from pathlib import Path

CONTENTS = ("packs", "chrome", "index", "changes", "history", "since")


_ALL_CHAINS = "updates"


@dataclass
class ChainFolder:
    """`updates/<locale>/`; `scratch` is where files are made before they are moved into place."""

    root: Path
    scratch: Path
    written: list[str] = field(default_factory=list)

    @property
    def _top(self) -> Path:
        """The folder that stays whatever it is, such as site/, which the owner may have linked."""
        return self.root.parent.parent if self.root.parent.name == _ALL_CHAINS else self.root.parent

    def read(self, name: str) -> bytes | None:
        """Return the bytes of a file; None if there is none, or a folder in its place."""
        return read_bytes(self.root / name)

    def named(self, kind: str, name: str, most: int) -> bytes:
        """Return what a file inflates to whose name is made of that. Raises BrokenError if it is not there."""
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
        """Write a file where its bytes differ; what stands in its way is removed."""
        if self.read(name) != data:
            clear_way(self.root / name, self._top)
            write_atomic(self.root / name, data, self.scratch)
            self.written.append(name)

    def has(self, name: str) -> bool:
        """Return whether a file is there."""
        return (self.root / name).is_file()

    def names(self, kind: str) -> list[str]:
        """Return the names of the files of a kind, with their folder, in order."""
        folder = self.root / kind
        return sorted(f"{kind}/{path.name}" for path in folder.iterdir()) if folder.is_dir() else []

    def remove(self, name: str) -> None:
        """Remove a file, or a folder in its place, and the folders that it leaves empty."""
        path = self.root / name
        clear_way(path, self.root)
        remove(path, self.root)
        remove_empty_folders(path.parent, self.root)


def read_page(site: Path, path: str) -> bytes:
    """Return the bytes of a file of the site."""
    return read_file(f"{site}/{path}")


def withdraw_updates(site: Path) -> bool:
    """Remove `site/updates/`, since the guide is no longer offered offline; return whether it was there."""
    updates = site / _ALL_CHAINS
    if not updates.is_dir():
        return False
    shutil.rmtree(updates)
    return True


def publish_farewell(site: Path, scratch: Path, to: str | None) -> bool:
    """Put a farewell in place of `site/updates/`; return whether anything changed.

    `scratch` is where the file is made; `to` is the address of the guide that takes this one's place.
    """
    updates = site / _ALL_CHAINS
    folder = ChainFolder(updates, scratch)
    data = dump({"v": VERSION, "to": to}) + b"\n"
    others = [path for path in updates.iterdir() if path.name != "farewell.json"] if updates.is_dir() else []
    folder.write("farewell.json", data)
    for path in others:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return bool(others or folder.written)
