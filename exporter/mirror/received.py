"""Pages as they came, beside what was staged of them, so that none is asked for again after a kill."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from exporter.core.encoding import digest
from exporter.core.files import read_bytes, write_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from exporter.mirror.staging import Staging


class ReceivedPages:
    """The pages that are not staged yet: the one that is at work, and the next one.

    One that was written in part only cannot be read, and is asked for again.
    """

    def __init__(self, staging: Staging) -> None:
        self._staging = staging

    def _file(self, token: str | None) -> Path:
        name = "initial" if token is None else digest(token.encode("utf-8", "surrogatepass")).hex()
        return self._staging.folder / f"{name}.page"

    def find(self, token: str | None) -> bytes | None:
        """Give the page that was asked for with a token, None where there is none."""
        return read_bytes(self._file(token))

    def keep(self, token: str | None, body: bytearray) -> None:
        """Keep a page; a thread may do that once the staging area is there."""
        if self._staging.empty:
            self._staging.begin()
        write_bytes(str(self._file(token)), body)

    def drop(self, token: str | None) -> None:
        """Remove a page when what it brought is staged."""
        with suppress(FileNotFoundError):
            self._file(token).unlink()
