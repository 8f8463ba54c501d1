"""The target of an address, opened. What a kind of target needs is loaded here alone, and only for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporter.publish.stores.store import Store
    from exporter.publish.stores.target import Target


def open_store(target: Target, deadline: float, count: Callable[[int, int], None]) -> Store:
    """Open a target; `deadline` is in seconds, for each attempt of a request. Raises ConfigError, StoreError."""
    if target.folder is not None:
        from exporter.publish.stores.folder_store import FolderStore

        return FolderStore(target.folder, target.shown)
    if target.scheme == "sftp":
        from exporter.publish.stores.sftp_store import SftpStore

        return SftpStore(target, deadline)
    from exporter.publish.stores.object_store import ObjectStore

    return ObjectStore(target, deadline, count)
