"""Bodies that travel as gzip: unpacked in one go, which no other thread has to wait for."""

from __future__ import annotations

import zlib

_GZIP = b"\x1f\x8b"
_GZIP_FORMAT = 31
"""The number by which zlib knows gzip."""


class TooLargeError(Exception):
    """A body is larger unpacked than it may be."""


def unpacked(body: bytes | bytearray, most: int) -> bytes | bytearray:
    """Unpack a body; one that is no gzip stays as it is. `most` is in bytes.

    Raises ValueError where it is damaged or broke off, TooLargeError.
    """
    if not body.startswith(_GZIP):
        return body
    unpacker = zlib.decompressobj(_GZIP_FORMAT)
    try:
        data = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise ValueError(str(error)) from None
    if len(data) > most:
        raise TooLargeError
    if not unpacker.eof:
        raise ValueError("it broke off")
    rest = unpacker.unused_data
    return data + unpacked(rest, most - len(data)) if rest.startswith(_GZIP) else data
