"""Canonical JSON, and values packed and digested for caches."""

from __future__ import annotations

import hashlib
import json
import sys
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable

Json: TypeAlias = Any
"""A decoded JSON value: whatever an editor put into an Object field."""

_ENCODER = msgspec.json.Encoder(order="sorted")
_PACKER = msgspec.msgpack.Encoder()
_SUM_BYTES = 16

sys.set_int_max_str_digits(100_000)  # integers are exact; the limit guards against a hostile space


def decode(data: bytes | bytearray) -> Json:
    """Decode JSON with integers exact at any size and other numbers as doubles.

    Raises ValueError for anything that is not JSON, or a number that is no double.
    """
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        pass
    try:
        return json.loads(data, parse_float=read_double, parse_constant=read_double)
    except RecursionError:
        raise ValueError("nested too deep") from None


def read_double(text: str) -> float:
    """Return a JSON number as a double. Raises ValueError where it is out of range."""
    number = float(text)
    if number in (float("inf"), float("-inf")) or number != number:
        raise ValueError(f"the number {text} is out of range")
    return number


def canonical(value: Json, *, plain: bool = False) -> bytes:
    """Return the canonical bytes of a value: sorted keys, two spaces, UTF-8, `1e-07`, a final newline.

    `plain` says that no number in it is written with an exponent, which the reader of a page knows.
    """
    try:
        if plain or not _has_exponent(value):
            return msgspec.json.format(_ENCODER.encode(value), indent=2) + b"\n"
    except UnicodeEncodeError:
        pass
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _has_exponent(value: Json) -> bool:
    """Whether a number in a value is written with an exponent, which msgspec would write in another way.

    The values are searched, not their text, which is many times as long.
    """
    found = [value]
    for part in found:  # which grows while it is walked
        kind = type(part)
        if kind is dict:
            found += part.values()
        elif kind is list or kind is tuple:
            found += part
        elif kind is float and has_exponent(part):
            return True
    return False


def has_exponent(number: float) -> bool:
    """Whether a number is written with an exponent."""
    return number != 0 and not 1e-4 <= abs(number) < 1e16


def digest(data: bytes) -> bytes:
    """Return the digest of `data`: 16 bytes of its SHA-256, which processors have built in."""
    return hashlib.sha256(data).digest()[:_SUM_BYTES]


def pack(value: Json) -> bytes:
    """Return a value packed for a cache. Raises UnicodeEncodeError for texts with lone surrogates."""
    return _PACKER.encode(value)


def unpack(data: bytes) -> Json:
    """Return the value that `pack` packed. Raises ValueError for other bytes."""
    try:
        return msgspec.msgpack.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None


def value_digest(value: Json) -> bytes:
    """Return an 8-byte digest of a value; the order of keys counts, since pages show it."""
    try:
        data = pack(value)
    except (UnicodeEncodeError, OverflowError):
        data = json.dumps(value).encode()
    return hashlib.blake2b(data, digest_size=8).digest()


def order_free_sum(digests: Iterable[bytes], start: str = "") -> str:
    """Return the sum of digests, whatever their order; `start` is an earlier sum to continue from."""
    return _hex(int(start or "0", 16) + sum(int.from_bytes(part, "big") for part in digests))


def subtract(total: str, digests: Iterable[bytes]) -> str:
    """Return a sum without some of its digests."""
    return _hex(int(total or "0", 16) - sum(int.from_bytes(part, "big") for part in digests))


def _hex(number: int) -> str:
    return format(number % (1 << 8 * _SUM_BYTES), f"0{2 * _SUM_BYTES}x")
