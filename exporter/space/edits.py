"""What edits of a space's files concern: the items in some of them, and the files of some assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

from exporter.space.folder import SpaceFolder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


class Edited(NamedTuple):
    """What was edited: files that may hold an item, by path in the space (None: any), and ids of assets.

    The latter are those whose own file was edited, which their items do not show.
    """

    items: frozenset[str] | None = frozenset()
    assets: frozenset[str] = frozenset()

    def and_all_items(self) -> Edited:
        """Return the same, with any item among what was edited."""
        return self._replace(items=None)

    def followed_by(self, later: Edited) -> Edited:
        """Return both as one."""
        items = None if self.items is None or later.items is None else self.items | later.items
        return Edited(items, self.assets | later.assets)


def find_edited(root: Path, paths: Iterable[Path]) -> Edited:
    """Return what edits at some paths concern in the space that is at `root`, a folder or the file of an export."""
    found = Edited()
    for path in paths:
        if path == root:
            found = found.and_all_items()
        elif root in path.parents:
            found = found.followed_by(_in_folder(root, path.relative_to(root).parts))
        elif any(folder in path.parents for folder in asset_folders(root)):
            inside = path.relative_to(root.parent).parts[1:]  # SPACE/ASSET/HASH/NAME, as in the URL
            found = found.followed_by(Edited(assets=frozenset(map(unquote, inside[1:2]))))
    return found


def _in_folder(root: Path, parts: tuple[str, ...]) -> Edited:
    if parts[0] in ("entries", "assets") and parts[-1].endswith(".json"):
        return Edited(frozenset(["/".join(parts)]))
    if parts[0] == "files" and len(parts) > 1:
        item = SpaceFolder(root).read(f"assets/{parts[1]}.json")
        return Edited(assets=frozenset([item[0].key.id] if item is not None else []))
    return Edited() if parts[0] == "model" else Edited(None)  # the model is read with every request


def asset_folders(root: Path) -> list[Path]:
    """Return the folders beside an export's file that hold its assets' files, by host; none for a space in a folder."""
    if not root.is_file():
        return []
    return sorted(path for path in root.parent.glob("*.ctfassets.net") if path.is_dir())
