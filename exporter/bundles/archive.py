"""ZIP archives that are the same bytes whenever they hold the same: no times, owners or modes of the files' own."""

from __future__ import annotations

import shutil
import zipfile
from typing import TYPE_CHECKING

from exporter.core.naming import suffix_of

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import Self

_FIRST_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time that the format can hold."""
_MODE = 0o100644 << 16
_UNIX = 3
_PACKED = frozenset(
    [
        *(
            ".webp",
            ".avif",
            ".jpg",
            ".jpeg",
            ".png",
            ".gif",
            ".mp3",
            ".m4a",
            ".ogg",
            ".mp4",
            ".webm",
            ".woff",
            ".woff2",
        ),
        *(".zip", ".gz", ".7z", ".docx", ".xlsx", ".pptx", ".odt", ".epub"),
    ]
)
"""Files that are compressed already."""


class Archive:
    """A ZIP archive that is written; `files` counts what is in it."""

    def __init__(self, path: Path) -> None:
        self.files = 0
        self._archive = zipfile.ZipFile(path, "w", compresslevel=9)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._archive.__exit__(kind, error, trace)

    def add(self, path: str, data: bytes | Path, *, packed: bool | None = None) -> None:
        """Add a file; what is `packed` already, by its name if that is not said, is stored as it is."""
        self.files += 1
        stored = suffix_of(path) in _PACKED if packed is None else packed
        info = zipfile.ZipInfo(path, _FIRST_TIME)
        info.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
        info.external_attr, info.create_system = _MODE, _UNIX
        if isinstance(data, bytes):
            self._archive.writestr(info, data)
            return
        info.file_size = data.stat().st_size
        with data.open("rb") as source, self._archive.open(info, "w") as target:
            shutil.copyfileobj(source, target, 1 << 20)
