"""The file of a shard: what rendering its pages came to, for another process or machine to take over.

It begins with a line that names the format and one frame that says which shard of what it is; then come frames of some
outcomes each, and at its end the number of outcomes, so that a file that was cut off is known at once. A frame is its
length and its CRC-32, of four bytes each, and packed values: plain data, which is checked against its types when it is
read, and never code.
"""

from __future__ import annotations

import itertools
import os
import struct
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, BinaryIO, NamedTuple
from zlib import crc32

from exporter.build.outcome import Outcome
from exporter.build.shards.shard import Shard  # noqa: TC001 - msgspec needs the types at run time
from exporter.build.shards.versions import Versions  # noqa: TC001 - as Shard
from exporter.core.encoding import pack, unpacker
from exporter.core.errors import GuardError
from exporter.guide.index.picture_tables import OfferRow  # noqa: TC001 - as Shard
from exporter.guide.index.records import Page  # noqa: TC001 - as Shard
from exporter.guide.library.recorded_reads import Reads  # noqa: TC001 - as Shard
from exporter.report.problems import Problem  # noqa: TC001 - as Shard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

_FORMAT = b"exporter shard 1\n"
_FRAME = struct.Struct(">II")
_END = struct.Struct(">8sQ")
_WHOLE = b"\nwhole:\n"
_OUTCOMES_A_FRAME = 32


class Header(NamedTuple):
    """Which shard a file holds, and what its pages were rendered from."""

    shard: Shard
    versions: Versions


class Written(NamedTuple):
    """What a file of a shard came to: pages rendered, the outcomes of those that failed, problems, the work done."""

    rendered: int
    failed: int
    problems: tuple[Problem, ...]
    read: int
    asked: int


class _Row(NamedTuple):
    """An outcome as it is packed: the members of `Outcome`, with types that can be checked."""

    number: int
    page: Page
    data: bytes
    reads: Reads | None
    problems: list[Problem]
    read: int
    asked: int
    offers: tuple[int, ...]
    new_offers: tuple[OfferRow, ...]


@cache
def _read_rows() -> Callable[[bytes], list[_Row]]:
    return unpacker(list[_Row])


def write_shard(file: Path, header: Header, outcomes: Iterable[Outcome]) -> Written:
    """Write the file of a shard; it appears under its name once it is whole. An earlier one of that name gives way."""
    rendered = failed = read = asked = 0
    problems: list[Problem] = []
    part = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    left = iter(outcomes)
    try:
        with part.open("xb") as target:
            target.write(_FORMAT)
            _write_frame(target, pack(header))
            while some := list(itertools.islice(left, _OUTCOMES_A_FRAME)):
                _write_frame(target, pack(some))
                for outcome in some:
                    rendered += outcome.reads is not None
                    failed += outcome.reads is None
                    problems += outcome.problems
                    read, asked = read + outcome.read, asked + outcome.asked
            target.write(_END.pack(_WHOLE, rendered + failed))
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    return Written(rendered, failed, tuple(problems), read, asked)


def _write_frame(target: BinaryIO, data: bytes) -> None:
    target.write(_FRAME.pack(len(data), crc32(data)))
    target.write(data)


def read_header(file: Path) -> Header:
    """Return what a file of a shard holds. Raises GuardError for one that is not whole."""
    with _opened(file) as source:
        return _read_header(source)


def read_outcomes(file: Path) -> Iterator[Outcome]:
    """Yield the outcomes of a file, checked. Raises GuardError for one that is not whole, or was damaged."""
    with _opened(file) as source:
        _read_header(source)
        source.seek(-_END.size, os.SEEK_END)
        _, left = _END.unpack(source.read(_END.size))
        source.seek(len(_FORMAT))
        _read_frame(source)
        while left > 0:
            rows = _read_rows()(_read_frame(source))
            left -= len(rows) or left + 1
            yield from (Outcome(*row) for row in rows)
        if left:
            raise ValueError("more or fewer pages than it says")


@contextmanager
def _opened(file: Path) -> Iterator[BinaryIO]:
    try:
        with file.open("rb") as source:
            yield source
    except (ValueError, OSError) as error:
        raise GuardError("shard-broken", f"{file} is no whole shard ({error}): render that shard again") from None


def _read_header(source: BinaryIO) -> Header:
    size = source.seek(0, os.SEEK_END)
    if size < len(_FORMAT) + _END.size:
        raise ValueError("it is cut off")
    source.seek(-_END.size, os.SEEK_END)
    if _END.unpack(source.read(_END.size))[0] != _WHOLE:
        raise ValueError("it is cut off")
    source.seek(0)
    if source.read(len(_FORMAT)) != _FORMAT:
        raise ValueError("another version of the program wrote it")
    return unpacker(Header)(_read_frame(source))


def _read_frame(source: BinaryIO) -> bytes:
    start = source.read(_FRAME.size)
    if len(start) < _FRAME.size:
        raise ValueError("it is cut off")
    length, checksum = _FRAME.unpack(start)
    data = source.read(length)
    if len(data) < length or crc32(data) != checksum:
        raise ValueError("it is damaged")
    return data
