"""JSON in its one spelling, and values packed and summed up for caches."""

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

sys.set_int_max_str_digits(100_000)  # integers are kept exactly; the limit is there against a hostile space


def decode(data: bytes | bytearray) -> Json:
    """Decode JSON with integers exact at any size and other numbers as doubles.

    Raises ValueError for what is no JSON or no double.
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
    """Read a number as JSON spells it. Raises ValueError for what is no double."""
    number = float(text)
    if number in (float("inf"), float("-inf")) or number != number:
        raise ValueError(f"the number {text} is out of range")
    return number


def canonical(value: Json, *, plain: bool = False) -> bytes:
    """Encode a value in its one spelling: sorted keys, two spaces, UTF-8, `1e-07`, a final newline.

    `plain` says that no number in it is written with an exponent, as is known where a page was read.
    """
    try:
        if plain or not _has_exponent(value):
            return msgspec.json.format(_ENCODER.encode(value), indent=2) + b"\n"
    except UnicodeEncodeError:
        pass
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True, allow_nan=False)
    return text.encode("utf-8", "backslashreplace") + b"\n"


def _has_exponent(value: Json) -> bool:
    """Tell whether a number in a value is written with an exponent, which msgspec spells in its own way.

    The values are looked at, not their text: it is many times as long.
    """
    found = [value]
    for each in found:  # which grows while it is walked
        kind = type(each)
        if kind is dict:
            found += each.values()
        elif kind is list or kind is tuple:
            found += each
        elif kind is float and is_spelled_apart(each):
            return True
    return False


def is_spelled_apart(number: float) -> bool:
    """Tell whether a number is written with an exponent."""
    return number != 0 and not 1e-4 <= abs(number) < 1e16


def digest(data: bytes) -> bytes:
    """Give 16 bytes that stand for `data`; processors have SHA-256 built in."""
    return hashlib.sha256(data).digest()[:_SUM_BYTES]


def pack(value: Json) -> bytes:
    """Encode a value compactly for a cache; raises UnicodeEncodeError for texts with lone surrogates."""
    return _PACKER.encode(value)


def unpack(data: bytes) -> Json:
    """Decode what `pack` gave; raises ValueError for other bytes."""
    try:
        return msgspec.msgpack.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from None


def value_digest(value: Json) -> bytes:
    """Give 8 bytes that stand for a value, the order of its keys included, which shows in an object."""
    try:
        data = pack(value)
    except (UnicodeEncodeError, OverflowError):
        data = json.dumps(value).encode()
    return hashlib.blake2b(data, digest_size=8).digest()


def order_free_sum(digests: Iterable[bytes], start: str = "") -> str:
    """Add digests up so that their order does not matter; `start` is an earlier sum to go on from."""
    return _hex(int(start or "0", 16) + sum(int.from_bytes(each, "big") for each in digests))


def subtract(total: str, digests: Iterable[bytes]) -> str:
    """Take digests out of a sum again."""
    return _hex(int(total or "0", 16) - sum(int.from_bytes(each, "big") for each in digests))


def _hex(number: int) -> str:
    return format(number % (1 << 8 * _SUM_BYTES), f"0{2 * _SUM_BYTES}x")
