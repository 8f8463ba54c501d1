"""What a bundle tells the process that writes a ZIM: frames over a pipe.

A frame is a length of four bytes and that many bytes of JSON: first the book, then one for each entry, whose `size`
bytes follow unless they are in a file, and at the end an empty one. Where that is missing, the other end broke off.
"""

from __future__ import annotations

import json
from typing import IO, Any, NamedTuple

_LENGTH = 4


class Book(NamedTuple):
    """What the file says of itself: the path of its main page, the language of its index, metadata, icon in base64."""

    main: str
    language: str
    metadata: dict[str, str]
    icon: str


class Entry(NamedTuple):
    """An entry: path, title, media type; `size` bytes follow, or they are in a `file`.

    `text` is what full-text search finds it by, None for what is no page.
    """

    path: str
    title: str
    media_type: str
    size: int = 0
    file: str = ""
    text: str | None = None


def write_frame(stream: IO[bytes], frame: Book | Entry | None, data: bytes = b"") -> None:
    """Write a frame, None for the last one, and the data of an entry."""
    encoded = json.dumps(frame).encode() if frame is not None else b""
    stream.write(len(encoded).to_bytes(_LENGTH, "big") + encoded + data)


def read_frame(stream: IO[bytes]) -> list[Any] | None:
    """Read a frame; None for the last one. Raises EOFError where the other end has broken off."""
    length = int.from_bytes(read_whole(stream, _LENGTH), "big")
    return list(json.loads(read_whole(stream, length))) if length else None


def read_whole(stream: IO[bytes], size: int) -> bytes:
    """Read so many bytes. Raises EOFError if there are fewer."""
    data = stream.read(size)
    if len(data) < size:
        raise EOFError("the bundle broke off")
    return data
