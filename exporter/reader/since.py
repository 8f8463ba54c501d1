"""Since-files, both sides: what leads from one state of a device to another, as FORMAT.md has it.

A piece needs its base alone, so later builds copy it as it is.
"""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.encoding import (
    LARGEST_PAGE,
    SMALL,
    VERSION,
    BrokenError,
    Json,
    checksum,
    deflate,
    dump,
    inflate,
    load_object,
    read_varint,
    varint,
)
from exporter.reader.records.records import common_back, common_front

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from exporter.reader.model import Entry

CUT = 16_384
WINDOW = 32_000
"""Bytes of a base that a piece is deflated after. A match reaches 32,506 back: all of it is in reach from the start."""
_BEHIND = 8_192
_TAIL = b"\0\0\xff\xff"
_ROW_NUMBERS = 3


class Piece(NamedTuple):
    """How new bytes are made from old ones: how many are equal at both ends, and the middle in deflated pieces."""

    front: int
    back: int
    length: int
    payload: tuple[bytes, ...]

    @property
    def row(self) -> list[int]:
        """The numbers that stand for it in a head."""
        return [self.front, self.back, self.length, *map(len, self.payload)]


class Row(NamedTuple):
    """A page's way from the record of `base` (None for nothing) to its new one."""

    path: str
    base: str | None
    piece: Piece

    @property
    def json(self) -> list[Json]:
        """The row as it stands in a head."""
        if self.base == self.path:
            return [self.path, *self.piece.row]
        return [self.path, [self.base] if self.base is not None else [], *self.piece.row]


class Step(NamedTuple):
    """A since-file as values."""

    to: str
    epoch: str = ""
    more: bool = False
    slots: tuple[int, ...] = ()
    cut: Piece | None = None
    pages: tuple[Row, ...] = ()
    gone: tuple[str, ...] = ()
    files: tuple[tuple[str, int, str], ...] = ()
    packs: tuple[tuple[str, int, str], ...] = ()
    keep: tuple[str, ...] = ()
    sum: str = ""


def make_piece(old: bytes, new: bytes) -> Piece:
    """Return how `new` is made from `old`."""
    front = common_front(old, new)
    back = common_back(old, new, min(len(old), len(new)) - front)
    middle = new[front : len(new) - back]
    payload = tuple(_compress(middle[at : at + CUT], window(old, front + at)) for at in range(0, len(middle), CUT))
    return Piece(front, back, len(middle), payload)


def apply_piece(old: bytes, piece: Piece) -> bytes:
    """Return what a piece makes of `old`. Raises BrokenError."""
    if piece.front + piece.back > len(old) or len(piece.payload) != -(-piece.length // CUT):
        raise BrokenError("a row does not fit its base")
    out = [old[: piece.front]]
    for number, payload in enumerate(piece.payload):
        size = min(CUT, piece.length - number * CUT)
        out.append(_decompress(payload, window(old, piece.front + number * CUT), size))
    out.append(old[len(old) - piece.back :])
    return b"".join(out)


def window(old: bytes, at: int) -> bytes:
    """Return the part of a base that is of use at an offset."""
    if len(old) <= WINDOW:
        return old
    start = max(0, min(at - _BEHIND, len(old) - WINDOW))
    return old[start : start + WINDOW]


def join_slots(slots: Mapping[int, bytes], numbers: Iterable[int]) -> bytes:
    """Return the texts of slots as one, joined by the byte that no text has."""
    return b"\xff".join(slots.get(number, b"") for number in numbers)


def sum_of(texts: Iterable[bytes]) -> str:
    """Return the sum of new texts and records, in order."""
    total = hashlib.sha256()
    for text in texts:
        total.update(text)
    return checksum(total.digest())


def encode(step: Step) -> bytes:
    """Return the bytes of a since-file."""
    head: dict[str, Json] = {"v": VERSION, "to": step.to}
    if step.more:
        head["more"] = 1
    if step.slots or step.pages or step.packs:
        head["epoch"] = step.epoch
    if step.cut is not None:
        head |= {"slots": list(step.slots), "cut": step.cut.row}
    rows = {"pages": [row.json for row in step.pages], "gone": step.gone, "files": step.files}
    head |= {key: value for key, value in rows.items() if value}
    head |= {key: value for key, value in {"packs": step.packs, "keep": step.keep}.items() if value}
    if step.sum:
        head["sum"] = step.sum
    return _framed(head, [*([step.cut] if step.cut else []), *(row.piece for row in step.pages)])


def encode_pack(rows: Sequence[Row]) -> bytes:
    """Return the bytes of a change pack."""
    return _framed({"v": VERSION, "pages": [row.json for row in rows]}, [row.piece for row in rows])


def _framed(head: Json, pieces: Iterable[Piece]) -> bytes:
    packed = deflate(dump(head))
    return b"".join((varint(len(packed)), packed, *(part for piece in pieces for part in piece.payload)))


def decode(data: bytes) -> Step:
    """Read a since-file or a change pack. Raises BrokenError for what is none."""
    size, at = read_varint(data)
    head = load_object(inflate(data[at : at + size], SMALL))
    reader = _Reader(data, at + size)
    try:
        slots = tuple(map(int, head.get("slots", ())))
        cut = reader.piece(head["cut"]) if slots else None
        pages = tuple(reader.row(row) for row in head.get("pages", ()))
        step = Step(
            str(head.get("to", "")),
            str(head.get("epoch", "")),
            bool(head.get("more")),
            slots,
            cut,
            pages,
            tuple(map(str, head.get("gone", ()))),
            tuple((str(path), int(number), str(digest)) for path, number, digest in head.get("files", ())),
            tuple((str(name), int(number), str(total)) for name, number, total in head.get("packs", ())),
            tuple(map(str, head.get("keep", ()))),
            str(head.get("sum", "")),
        )
    except (TypeError, ValueError, KeyError, IndexError) as error:
        raise BrokenError(f"no since-file: {error}") from None
    if reader.at != len(data):
        raise BrokenError("a since-file is cut or followed by something")
    return step


class _Reader:
    def __init__(self, data: bytes, at: int) -> None:
        self.data, self.at = data, at

    def piece(self, row: Sequence[int]) -> Piece:
        front, back, length, *sizes = row
        if min(row) < 0 or front + back + length > LARGEST_PAGE + SMALL or len(sizes) != -(-length // CUT):
            raise BrokenError("numbers of a row are out of range")
        payload = []
        for size in sizes:
            payload.append(self.data[self.at : self.at + size])
            self.at += size
        return Piece(front, back, length, tuple(payload))

    def row(self, row: list[Json]) -> Row:
        path, *rest = row
        base = path
        if isinstance(rest[0], list):
            base = rest[0][0] if rest[0] else None
            rest = rest[1:]
        if not isinstance(path, str):
            raise BrokenError("a path is no text")
        return Row(path, base, self.piece(rest))


def apply_rows(rows: Iterable[Row], record_of: Callable[[str], Entry]) -> dict[str, bytes]:
    """Return the new records of rows, made from those that `record_of` gives. Raises BrokenError."""
    found = {}
    for row in rows:
        base = record_of(row.base) if row.base is not None else b""
        if not isinstance(base, bytes):
            raise BrokenError("a row names a base that is not there")
        found[row.path] = apply_piece(base, row.piece)
    return found


def apply_slots(step: Step, slots: Mapping[int, bytes]) -> dict[int, bytes]:
    """Return the new texts of the slots that a step changes. Raises BrokenError."""
    if step.cut is None:
        return {}
    texts = apply_piece(join_slots(slots, step.slots), step.cut).split(b"\xff")
    if len(texts) != len(step.slots):
        raise BrokenError("texts of slots do not fit their numbers")
    return dict(zip(step.slots, texts, strict=True))


def _compress(data: bytes, base: bytes) -> bytes:
    more = (base,) if base else ()
    coder = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, *more)
    return (coder.compress(data) + coder.flush(zlib.Z_SYNC_FLUSH))[: -len(_TAIL)]


def _decompress(payload: bytes, base: bytes, size: int) -> bytes:
    decoder = zlib.decompressobj(-15, base) if base else zlib.decompressobj(-15)
    try:
        out = decoder.decompress(payload + _TAIL, size + 1)
    except zlib.error as error:
        raise BrokenError(f"a piece is no deflate: {error}") from None
    if len(out) != size or decoder.eof:
        raise BrokenError("a piece does not give what its row says")
    return out
