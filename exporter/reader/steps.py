"""Steps between two states: which rows they need, which change packs they name, which pieces can be copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from exporter.reader.encoding import BrokenError
from exporter.reader.since import Piece, Row, Step, apply_piece, join_slots, make_piece, sum_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.reader.model import Entry


@dataclass(frozen=True)
class ChangePack:
    """A bulk of rows that many since-files name."""

    name: str
    size: int
    rows: tuple[Row, ...]
    known: dict[str, tuple[Entry, bytes | None]] = field(default_factory=dict)
    """By path, the base that a row was tried with, and what it gave."""

    def result(self, row: Row, base: Entry) -> bytes | None:
        """Return what a row makes of a base; None if it does not fit it."""
        tried = self.known.get(row.path)
        if tried is None:
            try:
                made = apply_piece(base, row.piece) if isinstance(base, bytes) else None
            except BrokenError:
                made = None
            tried = self.known[row.path] = (base, made)
        return tried[1] if tried[0] == base else None


class Between(NamedTuple):
    """Two states: what each has at a path and in a slot, and what may differ."""

    old: Callable[[str], Entry]
    new: Callable[[str], Entry]
    old_slot: Callable[[int], bytes]
    new_slot: Callable[[int], bytes]
    paths: Iterable[str]
    slots: Iterable[int]


@dataclass(frozen=True)
class Helps:
    """What spares work: rows to copy by path, a base for a path that is new, change packs that may fit."""

    rows: Mapping[str, Row] = field(default_factory=dict)
    base: Callable[[str], str | None] = lambda _path: None
    packs: tuple[ChangePack, ...] = ()
    made: dict[tuple[str, bytes, bytes], Row] = field(default_factory=dict)
    """Rows by path, old and new record: states that stand side by side have most of them in common."""


def by_bytes(paths: Iterable[str]) -> list[str]:
    """Return paths in the order of their bytes."""
    return sorted(paths, key=lambda path: path.encode())


def make_step(between: Between, to: str, epoch: str, *, more: bool = False, helps: Helps = Helps()) -> Step:  # frozen
    """Return the step from the old state to the new one."""
    texts: list[bytes] = []
    slots, cut = _slots(between, texts)
    olds = {path: between.old(path) for path in between.paths}
    news = {path: between.new(path) for path in olds}
    differ = by_bytes(path for path in olds if olds[path] != news[path])
    packs, packed, keep = _packs(helps.packs, between, olds, news)
    rows = []
    for path in differ:
        new = news[path]
        if isinstance(new, bytes) and path not in packed:
            rows.append(_row(path, olds[path], new, between.old, helps))
            texts.append(new)
    return Step(
        to=to,
        epoch=epoch,
        more=more,
        slots=slots,
        cut=cut,
        pages=tuple(rows),
        gone=tuple(path for path in differ if news[path] is None),
        files=tuple((path, *new) for path in differ if isinstance(new := news[path], tuple)),
        packs=packs,
        keep=keep,
        sum=sum_of(texts) if texts else "",
    )


def _slots(between: Between, texts: list[bytes]) -> tuple[tuple[int, ...], Piece | None]:
    numbers = tuple(slot for slot in sorted(between.slots) if between.old_slot(slot) != between.new_slot(slot))
    if not numbers:
        return (), None
    old = join_slots({slot: between.old_slot(slot) for slot in numbers}, numbers)
    new = join_slots({slot: between.new_slot(slot) for slot in numbers}, numbers)
    texts.append(new)
    return numbers, make_piece(old, new)


def _row(path: str, old: Entry, new: bytes, old_entry: Callable[[str], Entry], helps: Helps) -> Row:
    if path in helps.rows:
        return helps.rows[path]
    if isinstance(old, bytes):
        key = (path, old, new)
        if key not in helps.made:
            helps.made[key] = Row(path, path, make_piece(old, new))
        return helps.made[key]
    base = helps.base(path)
    text = old_entry(base) if base is not None and base != path else None
    return Row(path, base, make_piece(text, new)) if isinstance(text, bytes) else Row(path, None, make_piece(b"", new))


def _packs(
    packs: Iterable[ChangePack], between: Between, olds: Mapping[str, Entry], news: Mapping[str, Entry]
) -> tuple[tuple[tuple[str, int, str], ...], set[str], tuple[str, ...]]:
    """Return the packs that the step names, the paths whose rows are theirs, and those that stay as they are.

    A row fits where it makes the new record of what the old state has; no path is taken from two packs.
    """
    named: list[tuple[str, int, str]] = []
    packed: set[str] = set()
    keep: set[str] = set()
    for pack in packs:
        fitting = {
            row.path for row in pack.rows if row.path not in packed and _fits(pack, row, between.old, olds, news)
        }
        others = {row.path for row in pack.rows} - fitting
        if len(fitting) * 2 < len(pack.rows) or (packed | keep) & {row.path for row in pack.rows}:
            continue
        named.append(
            (pack.name, pack.size, sum_of(_record(news, row.path) for row in pack.rows if row.path in fitting))
        )
        packed |= fitting
        keep |= {
            path for path in others if path not in olds or (olds[path] == news[path]) or isinstance(news[path], tuple)
        }
    return tuple(named), packed, tuple(by_bytes(keep))


def _record(news: Mapping[str, Entry], path: str) -> bytes:
    new = news[path]
    return new if isinstance(new, bytes) else b""


def _fits(
    pack: ChangePack, row: Row, old: Callable[[str], Entry], olds: Mapping[str, Entry], news: Mapping[str, Entry]
) -> bool:
    new = news.get(row.path)
    if not isinstance(new, bytes) or olds[row.path] == new:
        return False
    return pack.result(row, old(row.base) if row.base is not None else b"") == new
