"""Writes a ZIM with libzim: a program of its own, since that library is under the GPL.

Run as `python -m exporter.bundles.zim_process FILE`, with the frames of `zim_frames` on standard input; no other module
imports it.
"""

from __future__ import annotations

import base64
import sys
from typing import IO, Any
from unicodedata import category, normalize

from libzim.writer import Creator, FileProvider, Hint, IndexData, Item, StringProvider

from exporter.bundles.zim_frames import Book, Entry, read_frame, read_whole

_ICON = 48
"""Pixels, as the format has it."""


def _folded(text: str) -> str:
    """Return a text as libzim folds queries, in lower case and without marks: `belem` finds Belém, and Belém itself."""
    plain = normalize("NFD", text.lower())
    return normalize("NFC", "".join(char for char in plain if category(char)[0] != "M"))


class _Words(IndexData):  # type: ignore[misc] # libzim has no type hints
    """What an entry is found by."""

    def __init__(self, entry: Entry) -> None:
        super().__init__()
        self._entry = entry

    def has_indexdata(self) -> bool:
        """Whether it can be found."""
        return self._entry.text is not None

    def get_title(self) -> str:
        """Return the title, which counts most."""
        return _folded(self._entry.title)

    def get_content(self) -> str:
        """Return the text."""
        return _folded(self._entry.text or "")

    def get_keywords(self) -> str:
        """Return nothing: pages have no keywords."""
        return ""

    def get_wordcount(self) -> int:
        """Return the number of words."""
        return len((self._entry.text or "").split())


class _Page(Item):  # type: ignore[misc] # libzim has no type hints
    """An entry as libzim asks for it."""

    def __init__(self, entry: Entry, data: bytes) -> None:
        super().__init__()
        self._entry = entry
        self._data = data

    def get_path(self) -> str:
        """Return the path."""
        return self._entry.path

    def get_title(self) -> str:
        """Return the title."""
        return self._entry.title

    def get_mimetype(self) -> str:
        """Return the media type."""
        return self._entry.media_type

    def get_contentprovider(self) -> Any:
        """Return what hands over the bytes."""
        return FileProvider(self._entry.file) if self._entry.file else StringProvider(self._data)

    def get_hints(self) -> dict[Any, Any]:
        """Return whether it is a page that suggestions and the button for a random page offer."""
        return {Hint.FRONT_ARTICLE: self._entry.text is not None}

    def get_indexdata(self) -> Any:
        """Return what it is found by."""
        return _Words(self._entry)


def write(path: str, stream: IO[bytes]) -> None:
    """Write the file that the frames of a stream describe. Raises EOFError where these break off."""
    book = Book(*(read_frame(stream) or ()))
    with Creator(path).config_indexing(True, book.language) as creator:
        creator.set_mainpath(book.main)
        creator.add_illustration(_ICON, base64.b64decode(book.icon))
        for name, value in book.metadata.items():
            creator.add_metadata(name, value)
        while (frame := read_frame(stream)) is not None:
            entry = Entry(*frame)
            creator.add_item(_Page(entry, b"" if entry.file else read_whole(stream, entry.size)))


if __name__ == "__main__":
    write(sys.argv[1], sys.stdin.buffer)
