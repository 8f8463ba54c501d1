"""Bytes as they lie under `updates/`: raw deflate, JSON, names made of digests. FORMAT.md is the contract."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from typing import Any, TypeAlias

try:
    from zlib_ng import zlib_ng as _quick
except ImportError:  # there is no wheel for every platform
    _quick = None  # type: ignore[assignment] # a module or none

Json: TypeAlias = Any

VERSION = 1
SMALL = 16 << 20
"""Bytes that a list, a chrome, a ledger or a head inflates to at most."""
LARGE = 64 << 20
"""Bytes that a pack or an index inflates to at most, and that a since-file has at most."""
LARGEST_PAGE = 16 << 20
_RAW = -15
_PACK_LEVEL = 6
_QUICK_LEVEL = 4
"""Of zlib-ng: packs are as small as at zlib's level 6 within 4 %, in a quarter of the time."""


class BrokenError(ValueError):
    """Say that bytes are not what FORMAT.md says they are."""


def deflate(data: bytes, level: int = 9) -> bytes:
    """Return raw deflate, complete with its last block."""
    coder = zlib.compressobj(level, zlib.DEFLATED, _RAW, 9)
    return coder.compress(data) + coder.flush()


def deflate_pack(data: bytes) -> bytes:
    """Return raw deflate at the level that suits many large files."""
    if _quick is not None:
        coder = _quick.compressobj(_QUICK_LEVEL, zlib.DEFLATED, _RAW, 9)
    else:
        coder = zlib.compressobj(_PACK_LEVEL, zlib.DEFLATED, _RAW, 8)
    return bytes(coder.compress(data) + coder.flush())


def inflate(data: bytes, most: int = SMALL) -> bytes:
    """Return what a complete raw deflate stream holds. Raises BrokenError for others and for more than `most` bytes."""
    decoder = zlib.decompressobj(_RAW)
    try:
        out = decoder.decompress(data, most + 1)
    except zlib.error as error:
        raise BrokenError(f"no deflate: {error}") from None
    if len(out) > most or not decoder.eof or decoder.unused_data:
        raise BrokenError("a deflate stream is too long, cut, or followed by something")
    return out


def dump(value: Json) -> bytes:
    """Return JSON without blanks, as UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def load(data: bytes) -> Json:
    """Decode JSON. Raises BrokenError."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BrokenError(f"no JSON: {error}") from None


def load_object(data: bytes) -> dict[str, Json]:
    """Decode a JSON object of this version. Raises BrokenError."""
    value = load(data)
    if not isinstance(value, dict) or value.get("v") != VERSION:
        raise BrokenError("no object of version 1")
    return value


def digest_name(data: bytes, size: int = 12) -> str:
    """Return the first bytes of a SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()[: 2 * size]


def checksum(digest: bytes) -> str:
    """Return the spelling of a SHA-256 in a since-file."""
    return base64.urlsafe_b64encode(digest[:16]).rstrip(b"=").decode()


def varint(number: int) -> bytes:
    """Return a number as seven bits a byte, the lowest first."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def read_varint(data: bytes) -> tuple[int, int]:
    """Return a number at the beginning and where it ends. Raises BrokenError."""
    number = 0
    for at, byte in enumerate(data[:5]):
        number |= (byte & 127) << 7 * at
        if byte < 128:
            return number, at + 1
    raise BrokenError("no number")
