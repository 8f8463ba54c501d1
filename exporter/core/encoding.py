"""Canonical JSON, and values packed and digested for caches."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

Json: TypeAlias = Any
"""A decoded JSON value: whatever an editor put into an Object field."""

T = TypeVar("T")

_SUM_BYTES = 16
_SMALL = 1 << 16
"""Bytes of JSON that the standard library decodes in less time than it takes to load msgspec."""

MOST_LEVELS = 220
"""Levels of lists and objects in an item; Rich Text takes two a node. What is deeper is not kept."""

DEEPEST_SHOWN = 100
"""Levels of a value that pages show, fewer than are kept: a part of a page may stand deep inside others already."""

LISTED = 3
"""Levels of lists and objects around an item at most, in a page, a listing or an export."""

TOO_DEEP = "[nested too deep to show]"
"""What stands in place of a list or object that is too deep."""

_TOO_DEEP_JSON = json.dumps(TOO_DEEP).encode()
_STRUCTURE = re.compile(rb'[\[\]{}]|"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""The brackets of JSON, and its texts, in which brackets are none; a text that does not end reaches to the end."""

sys.set_int_max_str_digits(100_000)  # integers are exact; the limit guards against a hostile space


_NO_OPENINGS = bytes({*range(256)} - {*b"{["})


def decode(data: bytes | bytearray, *, levels: int = MOST_LEVELS) -> Json:
    """Decode JSON with integers exact at any size and other numbers as doubles.

    Lists and objects below `levels` levels become TOO_DEEP: no value that comes from here has to be feared by code that
    descends into it. Raises ValueError for anything that is not JSON, or a number that is no double.
    """
    if not may_be_deeper(data, levels):
        return _decode(data)
    try:
        value = _decode(data)
    except RecursionError:
        return _decode_cut(data, levels)
    return _decode_cut(data, levels) if is_deeper(value, levels) else value


def not_json(file: Path | str, data: bytes | bytearray, error: ValueError) -> str:
    """Return where and why a file is not JSON, as `FILE:LINE: not JSON: REASON at column N`.

    `error` is what decoding `data` raised.
    """
    if not isinstance(error, json.JSONDecodeError | UnicodeDecodeError):
        return f"{file}: not JSON: {error}"
    if isinstance(error, UnicodeDecodeError):
        read = data[: error.start].decode("utf-8", "replace")
        error = json.JSONDecodeError("not UTF-8", read, len(read))
    return f"{file}:{error.lineno}: not JSON: {error.msg} at column {error.colno}"


class _Codec(NamedTuple):
    """What msgspec does. It is loaded where it is needed: a run that finds nothing to do is quicker without it."""

    decode: Callable[[bytes | bytearray], Json]
    encode: Callable[[Json], bytes]
    format: Callable[..., bytes]
    pack: Callable[[Json], bytes]
    unpack: Callable[[bytes], Json]
    error: type[Exception]


@cache
def _codec() -> _Codec:
    import msgspec

    encode, pack = msgspec.json.Encoder(order="sorted").encode, msgspec.msgpack.Encoder().encode
    decoders = msgspec.json.decode, msgspec.msgpack.decode
    return _Codec(decoders[0], encode, msgspec.json.format, pack, decoders[1], msgspec.DecodeError)


def _decode(data: bytes | bytearray) -> Json:
    codec = _codec()
    try:
        return codec.decode(data)
    except codec.error:
        return _decode_by_standard_library(data)


def _decode_by_standard_library(data: bytes | bytearray) -> Json:
    return json.loads(data, parse_float=read_double, parse_constant=read_double)


def decode_small(data: bytes) -> Json:
    """Decode JSON as `decode` does; for the few small files that every run reads."""
    if len(data) > _SMALL or may_be_deeper(data):
        return decode(data)
    return _decode_by_standard_library(data)


def _decode_cut(data: bytes | bytearray, levels: int) -> Json:
    try:
        return _decode(cut_deep(data, levels))
    except RecursionError:  # where the bytes are UTF-16 or UTF-32, which the standard library reads as well
        raise ValueError("nested too deep") from None


def may_be_deeper(data: bytes | bytearray, levels: int = MOST_LEVELS) -> bool:
    """Whether JSON has so many brackets that `is_deeper` may hold of it; this is quick to say."""
    return len(data.translate(None, _NO_OPENINGS)) > levels


def is_deeper(value: Json, levels: int = MOST_LEVELS) -> bool:
    """Whether a value has lists and objects below `levels` levels of them."""
    level = [value]
    for _ in range(levels + 1):
        level = [part for part in level if type(part) is dict or type(part) is list]
        if not level:
            return False
        level = [inner for part in level for inner in (part.values() if type(part) is dict else part)]
    return True


def no_deeper(value: Json) -> Json:
    """Return a value with TOO_DEEP in place of what is below MOST_LEVELS, such as an item out of a longer JSON."""
    return decode(canonical(value)) if is_deeper(value) else value


def has_cut(data: bytes) -> bool:
    """Whether a part of canonical JSON was too deep."""
    return _TOO_DEEP_JSON in data


def cut_deep(data: bytes | bytearray, levels: int) -> bytes:
    """Return JSON with TOO_DEEP in place of every list and object below `levels` levels. Raises ValueError."""
    kept: list[bytes] = []
    depth = start = 0
    for found in _STRUCTURE.finditer(data):
        sign = found[0]
        if sign in b"[{":
            depth += 1
            if depth == levels + 1:
                kept += bytes(data[start : found.start()]), _TOO_DEEP_JSON
        elif sign in b"]}":
            if depth == levels + 1:
                start = found.end()
            depth -= 1
    if depth > levels:
        raise ValueError("a list or object without an end")
    return b"".join((*kept, data[start:]))


def read_double(text: str) -> float:
    """Return a JSON number as a double. Raises ValueError if it is out of range."""
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
            return _codec().format(_codec().encode(value), indent=2) + b"\n"
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
    return _codec().pack(value)


def unpack(data: bytes) -> Json:
    """Return the value that `pack` packed. Raises ValueError for other bytes."""
    codec = _codec()
    try:
        return codec.unpack(data)
    except codec.error as error:
        raise ValueError(str(error)) from None


def unpacker(kind: type[T]) -> Callable[[bytes], T]:
    """Return what unpacks the values of a type, tuples with names among them; it raises ValueError for any others."""
    import msgspec

    return msgspec.msgpack.Decoder(kind).decode


def value_digest(value: Json) -> bytes:
    """Return an 8-byte digest of a value; the order of keys counts, since pages show it."""
    try:
        data = pack(value)
    except (UnicodeEncodeError, OverflowError):
        data = json.dumps(value).encode()
    return hashlib.blake2b(data, digest_size=8).digest()


def inputs_digest(*inputs: object) -> bytes:
    """Return an 8-byte digest of plain values that are always made in the same way: how they are written out counts."""
    return hashlib.blake2b(repr(inputs).encode(), digest_size=8).digest()


def order_free_sum(digests: Iterable[bytes], start: str = "") -> str:
    """Return the sum of digests, whatever their order; `start` is an earlier sum to continue from."""
    return _hex(int(start or "0", 16) + sum(int.from_bytes(part, "big") for part in digests))


def subtract(total: str, digests: Iterable[bytes]) -> str:
    """Return a sum without some of its digests."""
    return _hex(int(total or "0", 16) - sum(int.from_bytes(part, "big") for part in digests))


def _hex(number: int) -> str:
    return format(number % (1 << 8 * _SUM_BYTES), f"0{2 * _SUM_BYTES}x")
