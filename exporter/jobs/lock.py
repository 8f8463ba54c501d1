"""One run at a time in a guide's folder."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING, Self

from exporter.config.settings import keep_settings
from exporter.core.files import exclusive_lock

if TYPE_CHECKING:
    from exporter.config.settings import Project


class FolderLock:
    """The lock of a guide's folder, held while the block runs but for pauses.

    Raises GuardError where another run holds it.
    """

    def __init__(self, project: Project) -> None:
        self._project = project
        self._held = ExitStack()

    def __enter__(self) -> Self:
        self._hold()
        keep_settings(self._project)
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def _hold(self) -> None:
        self._held.enter_context(exclusive_lock(self._project.cache / "lock"))

    def pause(self, seconds: float) -> None:
        """Let others have the lock for some seconds. Raises GuardError where one of them still holds it then."""
        self._held.close()
        time.sleep(seconds)
        self._hold()
